"""Amounts that a design gives as formulas, and sums over them with their working.

A size may be said for each thing (`500 B/link`) or alone (`500 B`), a count with its noun
(`6G link`) or without. Where one of the two names the noun, the other means it as well; where
they name different ones, their product would be the size of nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.documents.evidence.result import rounded
from sdcli.documents.figures.again import certain
from sdcli.estimate.working import worked_line
from sdcli.units import Quantity, parse
from sdcli.units.table import noun_unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sdcli.documents.facts import Facts

RANGES_MAX = 100  # of the amounts that one section sums up
MANY = 30  # ranges that one sum adds as ranges; of more, the medians


def given(facts: Facts, key: str, text: str) -> Quantity | None:
    """What a formula over assumptions and estimates comes to; None for an empty one.

    Args:
        facts: the design.
        key: where the formula stands, so that its ranges are its own.
        text: the formula.

    Raises:
        UnitError: it cannot be worked out; validation has found that before.
    """
    if not text:
        return None
    names = facts.values
    return parse(text, nouns=facts.design.nouns, names=names).evaluate(names, source=key)


def few_ranges(amounts: Iterable[Quantity | None]) -> bool:
    """Whether so few are ranges that sums over all of them may draw; else medians must do.

    Each step of a sum over a range costs ten thousand draws, some 7 ms; a design of a person
    has a few dozen.
    """
    return sum(amount is not None and amount.is_range for amount in amounts) <= RANGES_MAX


def by_medians(parts: Iterable[Quantity | None]) -> bool:
    """Whether `total` adds these by their medians, so many of them are ranges."""
    return sum(part is not None and part.is_range for part in parts) > MANY


def total(parts: Iterable[Quantity | None]) -> Quantity | None:
    """The sum of those that there are, in the units of the largest; None when there is none.

    Where more than MANY are ranges, all of them count by their medians: `by_medians`.
    """
    kept = [part for part in parts if part is not None]
    if not kept:
        return None
    if by_medians(kept):
        kept = [certain(part) for part in kept]
    whole = kept[0]
    for part in kept[1:]:
        whole = whole + part
    if len(kept) == 1:
        return whole
    like = max(kept, key=lambda part: rounded(abs(part.value)))
    return Quantity(whole.spread, whole.dimension, like.preferred, like.asked, whole.conventions)


def shown(amount: Quantity | None) -> str:
    """An amount for people; empty when there is none."""
    return "" if amount is None else amount.summary()


def told(facts: Facts, key: str, text: str) -> str:
    """What a formula comes to, for people; empty where the text says that already."""
    found = given(facts, key, text)
    return "" if found is None or found.summary() == text else found.summary()


def counts(amount: Quantity) -> str:
    """The noun that a count or a rate counts; empty when it names none."""
    return _noun(amount, 1)


def for_each(size: Quantity) -> str:
    """The noun for each of which a size is; empty when it names none."""
    return _noun(size, -1)


def _noun(amount: Quantity, side: int) -> str:
    dimension = amount.dimension
    return next((noun for noun in dimension.nouns if dimension.exponent(noun) == side), "")


def differ(amount: Quantity, size: Quantity) -> str:
    """Why a count and a size do not go together; empty when they do."""
    one, two = counts(amount), for_each(size)
    return f"it counts {one}, the size is for each {two}" if one and two and one != two else ""


def counting(amount: Quantity, noun: str) -> Quantity:
    """The count or rate with that noun, where it names none."""
    return amount * _one(noun, amount) if noun and not counts(amount) else amount


def sized(size: Quantity, noun: str) -> Quantity:
    """The size for each of that noun, where it names none."""
    return size / _one(noun, size) if noun and not for_each(size) else size


def alone(size: Quantity) -> Quantity:
    """The size of one thing, without the word for each."""
    noun = for_each(size)
    return size * _one(noun, size) if noun else size


def plain_count(amount: Quantity) -> Quantity:
    """A count without its noun: three copies are 3 copies of something else."""
    noun = counts(amount)
    return amount / _one(noun, amount) if noun else amount


def _one(noun: str, like: Quantity) -> Quantity:
    return Quantity.one(noun_unit(noun), like.conventions)


def worked(
    name: str, formula: str, values: Mapping[str, Quantity], unit: str = ""
) -> tuple[Quantity, str]:
    """The value of a formula and its working in one line.

    Args:
        name: what it is called.
        formula: over the names in `values`, none of which is a unit.
        values: what they are worth.
        unit: the units to show it in; its prefix follows the size.
    """
    expression = parse(formula, names=values)
    before = expression.evaluate(values)
    result = before.to(unit) * 1 if unit else before
    return result, worked_line(name, expression, values, before, result)
