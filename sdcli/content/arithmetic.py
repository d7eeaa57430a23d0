"""Whether the sums of a scenario come out: estimates recompute, comparisons can be compared.

`expect` was worked out by hand from the lines above it; here the machine does the same sum.
Two per cent between them are rounding; more is a slip in one of the two, and a candidate
who trusts the sheet would learn it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.content.outline import EACH
from sdcli.content.references import unknown
from sdcli.content.scenario import NOUN
from sdcli.core.errors import InputError
from sdcli.estimate import Worksheet
from sdcli.units import holds, parse, quantity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.content.outline import Outline
    from sdcli.core.errors import Fault
    from sdcli.core.yaml import Key
    from sdcli.units import Quantity

TOLERANCE = 0.02


def sum_faults(outline: Outline) -> Iterator[Fault]:
    """Every line that cannot be computed, every sum that is off, every comparison that is none.

    Nothing is computed before nouns and names are readable and unique: a name that is missing
    may be read as a count noun, and the sums would be off for a reason that is not theirs.
    """
    if not is_computable(outline):
        return
    worksheet = worksheet_of(outline)
    yield from _uncomputed(outline, worksheet)
    yield from _off(outline, worksheet)
    yield from _conditions(outline, worksheet)


def is_computable(outline: Outline) -> bool:
    """Whether nouns and names are readable and unique."""
    names = outline.names("assumption", "estimate")
    listed = [nouns for _, nouns in outline.at("nouns")]
    return (
        outline.is_complete("assumption", "estimate")
        and len(set(names)) == len(names)
        and all(isinstance(nouns, list) for nouns in listed)
        and all(NOUN.fullmatch(noun) for noun in nouns_of(outline))
    )


def nouns_of(outline: Outline) -> list[str]:
    """The count nouns of the scenario."""
    return [noun for _, noun in outline.texts("nouns", EACH)]


def worksheet_of(outline: Outline) -> Worksheet:
    """The scenario's own lines, computed."""
    return Worksheet(
        assumptions={name: formula for _, name, formula in _lines(outline, "assumptions")},
        estimates={name: (formula, None) for _, name, formula in _lines(outline, "estimates")},
        nouns=nouns_of(outline),
    )


def _lines(outline: Outline, part: str) -> Iterator[tuple[Key, str, str]]:
    for key, line in outline.texts(part, EACH, "line"):
        name, equals, formula = line.partition("=")
        if equals:
            yield key, name.strip(), formula.strip()


def _uncomputed(outline: Outline, worksheet: Worksheet) -> Iterator[Fault]:
    """A line that only waits for another broken one has no fault of its own."""
    for part in ("assumptions", "estimates"):
        for key, name, _ in _lines(outline, part):
            error = worksheet.errors.get(name)
            uses = worksheet.depends_on(name)
            waits = name not in uses and any(other in worksheet.errors for other in uses)
            if error is not None and not waits:
                yield outline.tree.fault(key, error.what, error.fix)


def _off(outline: Outline, worksheet: Worksheet) -> Iterator[Fault]:
    nouns = nouns_of(outline)
    for key, text in outline.texts("estimates", EACH, "expect"):
        line = outline.tree.data["estimates"][key[1]].get("line")
        name = line.partition("=")[0].strip() if isinstance(line, str) else ""
        computed = worksheet.values.get(name)
        try:
            expected = quantity(text, nouns=nouns)
        except InputError as error:
            yield outline.tree.fault(key, error.what, "write a number with its unit")
            continue
        if computed is not None:
            yield from _compared(outline, key, computed, expected, text)


def _compared(
    outline: Outline, key: Key, computed: Quantity, expected: Quantity, text: str
) -> Iterator[Fault]:
    shown = computed.display()
    if computed.dimension != expected.dimension:
        message = f'"{text}" is {expected.kind}, but the line gives {computed.kind}'
        yield outline.tree.fault(key, message, f'write "{shown}"')
    elif abs(expected.value - computed.value) > TOLERANCE * abs(computed.value):
        message = f'this says "{text}", but the lines above give {shown}'
        yield outline.tree.fault(key, message, f'write "{shown}" or correct the line')


def _conditions(outline: Outline, worksheet: Worksheet) -> Iterator[Fault]:
    """`when` must name known numbers and compare two of one kind."""
    nouns = nouns_of(outline)
    known = outline.names("estimate", "assumption")
    for key, text in outline.texts("deep_dives", EACH, "when"):
        try:
            expression = parse(text, nouns=nouns, names=known)
        except InputError as error:
            yield outline.tree.fault(key, error.what, error.fix)
            continue
        if not expression.is_question:
            message = f'"{text}" compares nothing'
            remedy = "write a comparison, like write_rate > 10 link/s"
            yield outline.tree.fault(key, message, remedy)
            continue
        strangers = sorted(expression.names - set(known))
        for name in strangers:
            yield unknown(outline, key, name, known, "estimate or assumption")
        if not strangers and expression.names <= set(worksheet.values):
            try:
                holds(text, worksheet.values, nouns=nouns)
            except InputError as error:
                yield outline.tree.fault(key, error.what, error.fix)
