"""How tests walk through an interview: by prompt ids, never past what was expected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sdcli.interview import Finished, Machine, Prompt, RunExperiment
from tests.interview.scenario_text import scenario

if TYPE_CHECKING:
    from sdcli.interview.effects import Reply

ANSWERS: tuple[tuple[str, str], ...] = (
    ("scope.questions", "How many parcels arrive on a day?"),
    ("scope.questions", "How large is one record?"),
    ("scope.questions", "What colour are the doors?"),
    ("scope.questions", ""),
    ("scope.functional", "- open the right door\n- tell the courier"),
    ("scope.quality", "a door opens within 1 s\nring.balance.peak_to_mean of ring <= 1.25"),
    ("scope.assumptions", "/accept parcels"),
    ("scope.assumptions", "record = 400 B/parcel"),
    ("scope.assumptions", "kept = 10 day"),
    ("scope.assumptions", ""),
    ("scope.out_of_scope", "drones"),
    ("high_level.estimates", "/accept all"),
    ("high_level.estimates", "day_volume = parcels * record to GB/day"),
    ("high_level.estimates", ""),
    ("high_level.components", "/accept web"),
    ("high_level.components", "ring: hash-ring nodes=6 vnodes=200"),
    ("high_level.components", "store: kv-store size=stored"),
    ("high_level.components", ""),
    ("high_level.flows", "open: client -> web -> ring -> store"),
    ("high_level.flows", ""),
    (
        "high_level.walkthrough",
        "The web tier is stateless, so another server takes over when one fails.",
    ),
    ("high_level.buy_in", "Do you agree that the door comes first?"),
)


def start(**terms: Any) -> Machine:
    return Machine(scenario(), **terms)


def give(machine: Machine, text: str, seconds: float = 0.0) -> Reply:
    """Answer and expect it to be taken."""
    reply = machine.answer(text, seconds)
    assert reply.error is None, reply.error.render()
    assert reply.events
    return reply


def walk(machine: Machine, answers: tuple[tuple[str, str], ...] = ANSWERS) -> Machine:
    """Give answers, each at the prompt that it is for."""
    for at, text in answers:
        assert at_of(machine) == at
        give(machine, text)
    return machine


def walk_to(machine: Machine, at: str) -> Machine:
    """Give the usual answers, then empty ones, until a prompt opens for the first time."""
    for expected, text in ANSWERS:
        if at_of(machine) == at:
            return machine
        assert at_of(machine) == expected
        give(machine, text)
    return skip_to(machine, at)


def at_of(machine: Machine) -> str:
    return machine.state.at


def run(machine: Machine) -> Reply:
    """Bring back an experiment's result; the numbers are made up and always the same."""
    assert isinstance(machine.current, RunExperiment)
    return machine.ran(
        {"moved_share": 0.14, "ideal_share": 1 / 7},
        "holds",
        "Few keys moved.",
        metric="moved_share",
        is_close=machine.current.predicted is not None
        and abs(machine.current.predicted.value - 0.14) <= 0.028,  # a fifth of 0.14
        within="within 20 %",
        explain="The new node takes its share and nothing else moves.",
    )


def skip_to(machine: Machine, at: str) -> Machine:
    """Move on with empty answers until a prompt is open."""
    for _ in range(100):
        if at_of(machine) == at:
            return machine
        skip(machine)
    raise AssertionError(f"{at} never came")


def skip(machine: Machine) -> None:
    if isinstance(machine.current, RunExperiment):
        run(machine)
    else:
        assert isinstance(machine.current, Prompt)
        give(machine, "")


def finish(machine: Machine) -> Machine:
    """Move on with empty answers to the end."""
    for _ in range(100):
        if isinstance(machine.current, Finished):
            return machine
        skip(machine)
    raise AssertionError("the interview does not end")
