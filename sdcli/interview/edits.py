"""`/edit`: new text in place of old, by the name of a line or the id of a prompt.

    /edit writes = 200M link/month          an assumption or an estimate
    /edit ring: hash-ring nodes=10          a component or a flow
    /edit scope.functional users can ...    the text of an earlier prompt

The id of a prompt has a dot, the name of a line has none. What hangs on the old text is not
touched: the state is a fold, so it is computed again.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from sdcli.core.errors import InputError
from sdcli.core.suggest import did_you_mean
from sdcli.design import parse_decision
from sdcli.interview.lines import read_entry
from sdcli.interview.state import SHELVES, Said
from sdcli.interview.transitions import Phase, phase_at

if TYPE_CHECKING:
    from sdcli.interview.state import Entry, State
    from sdcli.interview.terms import Terms

USAGE = "/edit NAME = VALUE, /edit NAME: KIND ..., or /edit PROMPT-ID and the new text"

_FIXED = {
    Phase.QUESTIONS: "a question that was answered stands; ask another",
    Phase.PREDICT: "a prediction stands once the run is known; go back with /back",
}


def read_edit(given: str) -> tuple[str, str]:
    """The name and the new text of what stands after `/edit`; no text when there is only a name.

    Raises:
        InputError: there is no name.

    >>> read_edit("writes = 200M link/month")
    ('writes', 'writes = 200M link/month')
    >>> read_edit("scope.quality 100 ms at the 99th percentile")
    ('scope.quality', '100 ms at the 99th percentile')
    """
    match = re.match(r"([a-z][a-z_]*\.\S+)(?:\s+(.*))?\Z", given, re.DOTALL)
    name, text = (match[1], (match[2] or "").strip()) if match else (name_of(given), given.strip())
    if not name:
        raise InputError("this does not say what to change", given=given, expected=USAGE)
    return name, "" if not match and text == name else text


def edited(terms: Terms, state: State, name: str, text: str) -> State:
    """The state with `text` in place of what stood under `name`.

    Raises:
        InputError: nothing stands there, it may not be changed, or the new text cannot be used.
    """
    if "." in name:
        return _edited_text(state, name, text)
    if not text and standing_text(state, name):
        raise InputError("this does not say what it should be", where=name, expected=USAGE)
    shelf, entry = _edited_line(terms, state, name, text)
    return state.shelved(shelf, entry)


def name_of(line: str) -> str:
    """The name before the first `=` or `:` of a line."""
    return re.split(r"[=:]", line, maxsplit=1)[0].strip()


def _edited_text(state: State, at: str, text: str) -> State:
    found = phase_at(at)
    phase = found[0] if found else None
    if phase in _FIXED:
        raise InputError(_FIXED[phase], where=at)
    if phase in SHELVES:
        raise InputError("its lines are changed one by one", where=at, expected=USAGE)
    places = [i for i, one in enumerate(state.said) if one.at == at]
    if phase is Phase.DECISION:
        parse_decision(text)
        places = [i for i in places if state.said[i].text]
    if not places:
        known = [
            one
            for one in dict.fromkeys(said.at for said in state.said)
            if (spot := phase_at(one)) and not spot[0].takes_line
        ]
        raise InputError(
            "nothing was answered there yet" if found else "there is no such prompt",
            where=at,
            expected=f"one of {', '.join(known)}" if known else "an answer first",
            fix=did_you_mean(at, known),
        )
    if not text:
        raise InputError("this does not say what it should be", where=at, expected=USAGE)
    said = list(state.said)
    said[places[-1]] = Said(at, text)
    return replace(state, said=tuple(said))


def _edited_line(terms: Terms, state: State, name: str, line: str) -> tuple[str, Entry]:
    rest = line[len(name) :].lstrip()
    for phase, shelf in SHELVES.items():
        if name not in {entry.name for entry in state.shelf(shelf)}:
            continue
        if phase in (Phase.ASSUMPTIONS, Phase.ESTIMATES):
            fits = rest.startswith("=")
        else:  # a component and a flow may share a name; the arrow tells them apart
            fits = rest.startswith(":") and ("->" in line) == (phase is Phase.FLOWS)
        if fits:
            return shelf, read_entry(terms, state, shelf, line)
    names = dict.fromkeys(entry.name for entry in state.entries)
    is_known = name in names
    raise InputError(
        f"{name} is a line of another form" if is_known else "no line has this name",
        where=name,
        given=line or name,
        expected=USAGE if is_known or not names else f"one of {', '.join(names)}",
        fix="" if is_known else did_you_mean(name, names),
    )


def standing_text(state: State, name: str) -> str:
    """What stands under the name of a line or the id of a prompt, as it was typed; "" for nothing.

    It is what a person who says `/edit NAME` changes.
    """
    if "." in name:
        return state.text(name)
    for phase, shelf in SHELVES.items():
        for entry in state.shelf(shelf):
            if entry.name == name:
                equals = phase in (Phase.ASSUMPTIONS, Phase.ESTIMATES)
                return f"{name} = {entry.text}" if equals else f"{name}: {entry.text}"
    return ""
