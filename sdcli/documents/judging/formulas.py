"""Formulas over everything that a design can name: estimates, parameters, metrics of runs.

`confirm`, `revisit_when`, `survives_if`, `go_if` are comparisons; amounts of a cost and what
options are compared by are quantities. All of them find their names here, and all of them say
which numbers they rest on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sdcli.core.errors import InputError
from sdcli.documents.judging.gaps import ends_of, gap_of
from sdcli.documents.judging.metrics import of_name
from sdcli.units import parse, quantity
from sdcli.units.syntax import Comparison, write

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sdcli.core.errors import Fault
    from sdcli.core.yaml import Key
    from sdcli.documents.evidence.book import Book
    from sdcli.documents.facts import Facts
    from sdcli.documents.inputs import Inputs
    from sdcli.units import Expression, Quantity


@dataclass(frozen=True)
class Answer:
    """A comparison, evaluated.

    Args:
        holds: None when a number that it names is missing.
        shown: the numbers that it names, for people: "ring.spread is 0.073", or why there is none.
    """

    holds: bool | None
    shown: str


@dataclass(frozen=True)
class Worth:
    """A formula, evaluated.

    Args:
        value: None when a number that it names is missing, or when it cannot be worked out.
        reason: why there is no value; empty when there is one.
    """

    value: Quantity | None
    reason: str = ""


def names_in(facts: Facts, text: str) -> list[str]:
    """The names in a formula, dotted ones too; none in an empty one."""
    return sorted(facts.expression(text).names) if text else []


def inputs_of(facts: Facts, book: Book, *texts: str) -> Inputs:
    """What of the design the numbers in these formulas rest on."""
    found: Inputs = {}
    for name in dict.fromkeys(name for text in texts for name in names_in(facts, text)):
        found |= of_name(facts, book, name).inputs(facts)
    return found


def answer(facts: Facts, book: Book, text: str) -> Answer:
    """Whether a comparison holds at the medians, with the numbers that decided it.

    Where its numbers are ranges that reach past each other, what is shown says so.
    """
    env, shown, missing = _numbers(facts, book, text)
    if missing:
        return Answer(None, "; ".join(shown))
    expression = parse(text, nouns=facts.design.nouns, names=env)
    try:
        found = expression.holds(env)
    except InputError as error:
        return Answer(None, str(error).replace("\n", " "))
    told = ", ".join(shown)
    if _is_open(expression, env, facts, holds=found):
        told += f"; by the ranges it may {'not hold' if found else 'hold already'}"
    return Answer(found, told)


def _is_open(
    expression: Expression, env: Mapping[str, Quantity], facts: Facts, *, holds: bool
) -> bool:
    """Whether a single comparison comes out otherwise at an end of its ranges."""
    node = expression.node
    if not isinstance(node, Comparison):
        return False
    nouns = facts.design.nouns
    left, right = (quantity(write(side), nouns=nouns, env=env) for side in (node.left, node.right))

    def subtracted() -> Quantity | None:
        text = f"({write(node.left)}) - ({write(node.right)})"
        try:
            return quantity(text, nouns=nouns, env=env)
        except InputError:
            return None

    gap = gap_of(ends_of(left), ends_of(right), subtracted)
    return not (gap.surely(node.operator) if holds else gap.surely_not(node.operator))


def worth(facts: Facts, book: Book, text: str) -> Worth:
    """What a formula comes to."""
    env, shown, missing = _numbers(facts, book, text)
    if missing:
        return Worth(None, "; ".join(shown))
    try:
        return Worth(quantity(text, nouns=facts.design.nouns, env=env))
    except InputError as error:
        return Worth(None, str(error).replace("\n", " "))


def _numbers(facts: Facts, book: Book, text: str) -> tuple[dict[str, Quantity], list[str], bool]:
    """The values that a formula may name, each that it does name for people, and whether one lacks.

    Where one lacks, only those that lack are told.
    """
    env = dict(facts.values)
    shown: list[str] = []
    lacking: list[str] = []
    for name in names_in(facts, text):
        found = of_name(facts, book, name)
        value = found.value(facts, book)
        if value is None:
            lacking.append(f"{name} has no number: {found.missing(book)}")
            continue
        env[name] = value
        shown.append(f"{name} is {value}")
    return env, lacking or shown, bool(lacking)


def faults_in(facts: Facts, book: Book, key: Key, text: str) -> Iterator[Fault]:
    """What a formula names and nothing gives."""
    for name in names_in(facts, text):
        found = of_name(facts, book, name)
        if found.reason:
            yield facts.tree.fault(key, found.reason)
