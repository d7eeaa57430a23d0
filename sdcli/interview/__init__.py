"""The interview: four steps, one person, and an interviewer that reacts to what was said.

`transitions` has the rules, a table; read it first. `events` has what happens, `state` what
it amounts to, `fold` the way from one to the other. `topics`, `follow_ups`, `bank` and `offers`
decide what the interviewer does, `prompts` and `remarks` what it says. `lines` and `edits`
read what is typed. `machine` is the one face of all that. `design_of`, `written` and
`report` are what comes out; `answers` plays and records, `store` keeps.

What is exported here is imported when it is first asked for: a command that lists sessions
needs the store and neither the scorer nor the quantities.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sdcli.interview.answers import Player, dump_answers, read_answers
    from sdcli.interview.commands import COMMANDS
    from sdcli.interview.edits import standing_text
    from sdcli.interview.effects import Finished, Prompt, RunExperiment
    from sdcli.interview.events import Event
    from sdcli.interview.machine import Machine
    from sdcli.interview.report import Report
    from sdcli.interview.state import State
    from sdcli.interview.steps import Step
    from sdcli.interview.store import SessionStore, StoredSession

_HOMES = {
    "answers": ("Player", "dump_answers", "read_answers"),
    "commands": ("COMMANDS",),
    "edits": ("standing_text",),
    "effects": ("Finished", "Prompt", "RunExperiment"),
    "events": ("Event",),
    "machine": ("Machine",),
    "report": ("Report",),
    "state": ("State",),
    "steps": ("Step",),
    "store": ("SessionStore", "StoredSession"),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "COMMANDS",
    "Event",
    "Finished",
    "Machine",
    "Player",
    "Prompt",
    "Report",
    "RunExperiment",
    "SessionStore",
    "State",
    "Step",
    "StoredSession",
    "dump_answers",
    "read_answers",
    "standing_text",
]


def __getattr__(name: str) -> Any:
    """The exported name, from the module that it lives in (PEP 562)."""
    if name not in _HOME:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
