"""The verdict on one rubric item: how far the answer gets, in whose words, by which rule.

    absent     nothing names the concept
    named      a pattern of the concept stands there
    explained  the sentence says something (a verb, no bare list), and a `with` pattern
               stands in it or in a neighbour: the mechanism
    justified  explained, and the window counts or measures, compares an alternative or
               names a failure, and besides gives a reason or uses an estimate of the item
    rejected   the concept is only turned down ("we do not need ...")

A window is the concept's sentence, alone or with one neighbour of the same block; the best
window wins, the shortest among equals. Naming earns a quarter at most: that is what keeps
lists of terms and vague answers down. A rejected item earns nothing, unless the item says
that rejecting it is fine (`reject_ok`). Echoes of the question earn nothing; a question
earns credit for scope, and for what is naturally said by asking ("does this look right?",
axis communication), and nothing else; a sentence that stands twice counts once.

Every tick can be checked by hand: `quote` is verbatim, `rule` names the words that fired.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


class State(StrEnum):
    """How far an answer gets with one item; the order is that of the credit."""

    ABSENT = "absent"
    REJECTED = "rejected"
    NAMED = "named"
    EXPLAINED = "explained"
    JUSTIFIED = "justified"


CREDIT = {
    State.ABSENT: 0,
    State.REJECTED: 0,
    State.NAMED: 25,
    State.EXPLAINED: 70,
    State.JUSTIFIED: 100,
}  # hundredths of the item's weight
RANK = {state: rank for rank, state in enumerate(State)}


class RubricItem(Protocol):
    """What the scorer reads of a rubric item; content.Item is one."""

    @property
    def id(self) -> str: ...  # noqa: D102 - see knowledge/README.md for every key
    @property
    def step(self) -> str: ...  # noqa: D102
    @property
    def axis(self) -> str: ...  # noqa: D102
    @property
    def weight(self) -> int: ...  # noqa: D102
    @property
    def level(self) -> str: ...  # noqa: D102
    @property
    def claim(self) -> str: ...  # noqa: D102
    @property
    def any_of(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def with_(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def numbers(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def reject_ok(self) -> bool: ...  # noqa: D102
    @property
    def model(self) -> str: ...  # noqa: D102
    @property
    def why(self) -> str: ...  # noqa: D102


@dataclass(frozen=True)
class Graded:
    """The verdict on one item.

    `quote` is a contiguous part of the answer, empty when absent; `line` counts from 1, 0 when
    absent; `rule` says in words why; `next` what would raise the state by one, empty at the top.
    """

    id: str
    step: str
    axis: str
    weight: int
    state: State
    quote: str
    line: int
    rule: str
    next: str
    claim: str
    why: str
    model: str

    @property
    def credit(self) -> float:
        """The share of the weight that it earns."""
        return CREDIT[self.state] / 100


@dataclass(frozen=True)
class NumberCheck:
    """One number of the answer that rests on others.

    `quote` is a contiguous part of the answer, `line` counts from 1; `verdict` is ok, rounded
    or off; `computed` what the writer's own numbers come to; `cause` what a slip looks like,
    "" if nothing; `used` whether this sentence or the next decides something by it.
    """

    quote: str
    line: int
    verdict: str
    computed: str
    cause: str = ""
    used: bool = False

    def to_json(self) -> dict[str, str | int | bool]:
        """The object in `sdcli score --json`."""
        return {
            "quote": self.quote,
            "line": self.line,
            "verdict": self.verdict,
            "computed": self.computed,
            "cause": self.cause,
            "used": self.used,
        }


@dataclass(frozen=True)
class Finding:
    """A window and how far it gets: `anchor` is the number of the sentence with the concept."""

    anchor: int
    state: State
    start: int
    end: int
    line: int
    rule: str
    lacks: str = ""


def verdict(item: RubricItem, best: Finding | None, found: Sequence[Finding], text: str) -> Graded:
    """The verdict that a finding gives; `found` are all findings, for what contradicts it."""
    state = best.state if best else State.ABSENT
    rule = best.rule if best else "no pattern of this item stands in the answer"
    if best and state is not State.REJECTED:
        against = next((one for one in found if one.state is State.REJECTED), None)
        if against:
            rule += f"; line {against.line} says otherwise: {against.rule}"
    return Graded(
        id=item.id,
        step=item.step,
        axis=item.axis,
        weight=item.weight,
        state=state,
        quote=text[best.start : best.end] if best else "",
        line=best.line if best else 0,
        rule=rule,
        next=_next(item, state, best.lacks if best else ""),
        claim=item.claim,
        why=item.why,
        model=item.model,
    )


def _next(item: RubricItem, state: State, lacks: str) -> str:
    """What would raise the state by one."""
    how = " or ".join(f'"{word}"' for word in item.with_[:3])
    if state is State.ABSENT:
        return f"a sentence that {item.claim[:1].lower()}{item.claim[1:].rstrip('.')}"
    if state is State.REJECTED:
        return "if the design does use it, a sentence that says so and how"
    if state is State.NAMED:
        ways = {
            "verb": f"make it a whole sentence and say how it works, with {how}",
            "common": f"say more of it: how it works, with {how}",
            "list": f"take it out of the list and say how it works, with {how}",
            "reason": 'say why it is turned down, with "because" or "so"',
        }
        return ways.get(lacks, f"say how it works in the same sentence or the next, with {how}")
    if state is State.EXPLAINED:
        support = "a number with its unit, the alternative you did not take, or what fails"
        ways = {
            "support": f"add {support}",
            "ground": 'say why: "because", "so that"',
            "both": f'add {support}, and say why ("because", "so that")',
        }
        return ways[lacks]
    return ""
