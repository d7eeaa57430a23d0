"""Reads what a person types at a prompt that takes lines, and refuses what cannot be used.

A refused line raises and changes nothing; whoever asked keeps the text and asks again. An
assumption or estimate is refused also when another line could no longer be computed with
it, so what stands can always be computed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sdcli.core.errors import InputError, SdcliError
from sdcli.design import parse_component, parse_decision, parse_flow
from sdcli.interview.state import SHELVES, Entry, Origin, find
from sdcli.interview.sums import same, sheet
from sdcli.interview.transitions import Phase
from sdcli.units import UnitError, assignment, quantity

if TYPE_CHECKING:
    from sdcli.estimate import Worksheet
    from sdcli.interview.state import State
    from sdcli.interview.terms import Terms
    from sdcli.units import Quantity

TEXT_MAX = 50_000  # characters of one answer; a long written answer has some 6,000
# "4x", "4 times", "4 times the mean": a ratio as people say it.
_TIMES = re.compile(r"(?i)(?<=[\d\s])(?:x|×|times|-?fold)(?:\s+the\s+(?:mean|average))?\s*$")


def check_length(text: str) -> None:
    """Refuse a text that nobody types.

    Raises:
        InputError: it is longer than TEXT_MAX.
    """
    if len(text) > TEXT_MAX:
        raise InputError(
            "this answer is too long",
            given=f"{len(text)} characters",
            expected=f"at most {TEXT_MAX}",
        )


def check_line(terms: Terms, state: State, line: str) -> None:
    """Refuse an answer that the open prompt cannot use; every text is an answer to a question.

    Raises:
        InputError: what is wrong with it, with a line that works.
    """
    if not state.phase.takes_line:
        return
    if "\n" in line:
        raise InputError(
            "this prompt takes one line at a time", given=line.splitlines()[0] + " ..."
        )
    if state.phase in SHELVES:
        read_entry(terms, state, SHELVES[state.phase], line)
    elif state.phase is Phase.DECISION:
        parse_decision(line)
    elif state.phase is Phase.PREDICT:
        read_prediction(terms, line)


def read_prediction(terms: Terms, text: str) -> Quantity:
    """What a prediction says; `12 %` is 0.12, `4 times the mean` is 4.

    Raises:
        InputError: it is no number.
    """
    try:
        return quantity(_TIMES.sub("", text), nouns=terms.scenario.nouns)
    except InputError as error:
        raise InputError(
            "a prediction is a number",
            given=text,
            expected=(
                "a number like 0.12, 12 %, 3.5 times or 90 min; an empty line runs it without one"
            ),
        ) from error


def counted_in(predicted: Quantity, unit: str) -> float | None:
    """A prediction in the unit of what a run measures; None where it is of another kind.

    A plain number is taken in that unit; a range counts by its median.
    """
    if predicted.kind in ("number", unit):
        return predicted.value
    try:
        return predicted.in_unit(unit)
    except UnitError:
        return None


def read_entry(
    terms: Terms, state: State, shelf: str, line: str, origin: Origin = "typed"
) -> Entry:
    """The entry that a line makes on a shelf ("assumptions", "estimates", "components", "flows").

    Raises:
        InputError: the line has another form, names what is not there, or breaks another line.
    """
    if shelf == SHELVES[Phase.COMPONENTS]:
        values = sheet(terms.scenario, state).values
        name, _ = parse_component(line, env=values, nouns=terms.scenario.nouns)
        return Entry(name, line.partition(":")[2].strip(), origin)
    if shelf == SHELVES[Phase.FLOWS]:
        name, flow = parse_flow(line, components=[entry.name for entry in state.components])
        return Entry(name, flow.path, origin)
    return _read_number_line(terms, state, shelf, line, origin)


def _read_number_line(terms: Terms, state: State, shelf: str, line: str, origin: Origin) -> Entry:
    name, expression = assignment(
        line,
        nouns=terms.scenario.nouns,
        names=[entry.name for entry in (*state.assumptions, *state.estimates)],
    )
    is_estimate = shelf == SHELVES[Phase.ESTIMATES]
    other = state.assumptions if is_estimate else state.estimates
    if find(other, name):
        raise InputError(
            f"{name} is already {'an assumption' if is_estimate else 'an estimate'}",
            given=line,
            expected="a name that is not taken",
            fix=f"/edit {line}",
        )
    if expression.is_question:
        raise InputError(
            "this compares, it does not say how much",
            where=name,
            given=line,
            expected="a line like writes = 100M request/month",
        )
    if not is_estimate and expression.names:
        raise InputError(
            "an assumption stands on its own; what follows from others is an estimate",
            where=name,
            given=line,
            expected="a quantity, like 100M request/month",
        )
    entry = Entry(name, line.partition("=")[2].strip(), origin)
    _check_sums(terms, state, shelf, entry)
    return entry


def _check_sums(terms: Terms, state: State, shelf: str, entry: Entry) -> None:
    """Refuse an entry that cannot be computed, or with which something else cannot."""
    before = sheet(terms.scenario, state)
    after = sheet(terms.scenario, state.shelved(shelf, entry))
    if entry.name in after.errors:
        raise after.errors[entry.name]
    for name, error in after.errors.items():
        if name not in before.errors:
            raise _breaks(entry, name, error)
    if find(state.shelf(shelf), entry.name) is None:
        _check_hiding(entry, before, after)
    for part in state.components:
        try:
            parse_component(
                f"{part.name}: {part.text}", env=after.values, nouns=terms.scenario.nouns
            )
        except InputError as error:
            raise _breaks(entry, part.name, error) from error


def _check_hiding(entry: Entry, before: Worksheet, after: Worksheet) -> None:
    """Refuse a new name that another line reads as a count noun: it would change that line."""
    for name, value in before.values.items():
        if not same(value, after.values[name]):
            raise InputError(
                f"{entry.name} is a word in {name}, which would then mean something else",
                where=entry.name,
                given=entry.text,
                expected=f"another name, like {entry.name}_count",
            )


def _breaks(entry: Entry, name: str, error: SdcliError) -> InputError:
    return InputError(
        f"with this, {name} cannot be computed: {error.what}",
        where=entry.name,
        given=entry.text,
        fix=f"change {name} first, with /edit" if name != entry.name else "",
    )
