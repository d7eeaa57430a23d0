"""Results that are said, not written as equations: "..., so about 70 a second".

Each number behind a word that concludes ("so", "makes", "is") is worked out again from the
writer's own numbers. Where these stand is asked in the order in which one would look: what
the sentence has said since its last result; what that is per, by its name, anywhere before
("500 bytes per post" finds the posts a day); the sentence before. The nearest place that
gives a result of the claimed kind counts.

The reader would rather say nothing than accuse a sound sum. A claim that looks wrong is tried
with fewer of the numbers, and with one from the sentence before; where one of these fits, the
writer meant that one. Targets, peaks without their factor, other things than those the
numbers are about get no verdict unless they are right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sdcli.scoring.numbers import cues
from sdcli.scoring.numbers.amounts import amounts
from sdcli.scoring.numbers.doubts import OFF, OK, ROUNDED, Case, is_sure
from sdcli.scoring.numbers.line import Line, cue_at, first_of, with_words_before
from sdcli.scoring.numbers.pattern import Pattern
from sdcli.scoring.numbers.readings import Reading, readings
from sdcli.scoring.numbers.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sdcli.scoring.numbers.amount import Amount
    from sdcli.scoring.numbers.cues import Cue
    from sdcli.scoring.numbers.work import Work

DOUBT = 1.6  # another reading this near to a claim that looks wrong: nobody can say
_WIDTH_MAX = 1024.0  # bits
_ONE_IN = Pattern(r"\b1 in [\d.,]+(?:\s?(?:[kKMGT]|thousand|million|billion)\b)?")  # a share
_EQUALS = Pattern(r"[=≃](?:\s|~|≈|about|around|roughly)*\Z")


class Spoken(NamedTuple):
    """A result with the reading that it is judged by: `start` is where its quote begins."""

    claim: Amount
    reading: Reading
    verdict: str
    start: int
    copies: tuple[float, ...] = ()


class Reader:
    """Reads sentence after sentence and remembers the numbers of those before."""

    def __init__(self, work: Work) -> None:
        self._before: list[Line] = []
        self._work = work

    def read(
        self, text: str, block: int, index: int, judged: Iterable[tuple[int, int]]
    ) -> list[Spoken]:
        """The spoken results of one sentence.

        Args:
            text: its words, with single spaces.
            block: the number of its paragraph.
            index: its own number.
            judged: the spans that equations cover.
        """
        if " in " in text:
            text = _ONE_IN.compiled.sub(lambda found: " " * len(found.group()), text)
        line = Line(text, block, index, amounts(text))
        self._work.amounts += len(line.amounts)
        if not line.amounts or self._work.is_spent:
            return []
        spans = tuple(judged)
        found = []
        for at, claim in enumerate(line.amounts):
            if any(start <= claim.start < end for start, end in spans):
                last = any(
                    claim.end >= end - 1 for start, end in spans if start <= claim.start < end
                )
                if last:
                    line.results.append(at)
                continue
            if _EQUALS.search(line.text, 0, claim.start):
                line.results.append(at)  # equations.py reads it, or nobody
                continue
            given = cue_at(line, at)
            if (
                given is None
                or claim.is_spelled
                or _is_width(claim)
                or claim.value <= 0
                or claim.kind in {"factor", "ratio", "copies"}
            ):
                continue
            if spoken := self._judge(line, at, given):
                found.append(spoken)
                line.results.append(at)
            elif given.kind in {"so", "sign"} and not _goes_on(line, at):
                line.results.append(at)
        self._before.append(line)
        return found

    def _judge(self, line: Line, at: int, given: Cue) -> Spoken | None:
        claim = line.amounts[at]
        claim = with_words_before(line, at, claim)
        scope = Scope(line, at, self._before, self._work)
        best, source = scope.balance(claim) or scope.here(claim, given), "here"
        if best is None:
            best, source = scope.named(claim, given), "named"
        if best is None:
            best, source = scope.before(claim, given), "before"
        if best is None:
            return None
        apart = best.apart(claim)
        if apart > OK and (plain := _without_rest(best, claim)):
            best, apart = plain, plain.apart(claim)
        if apart > ROUNDED:
            other = scope.elsewise(claim, strict_only=best.strict)
            near = other.apart(claim) if other else OFF
            if other and near <= OK:
                best, apart = other, near
            elif other and near <= DOUBT and apart >= OFF:
                return None
        span = line.text[first_of(line, claim, best) : claim.start]
        if claim.kind or cues.turns_away(span, concludes=given.kind == "so"):
            return None
        if apart > OK and not is_sure(Case(line, claim, best, given, self._before, source)):
            return None
        verdict = "ok" if apart <= OK else "rounded" if apart < OFF else "off"
        copies = tuple(part.value for part in scope.copies())
        return Spoken(claim, best, verdict, _quote_start(line, at, best), copies)


def _goes_on(line: Line, at: int) -> bool:
    """Whether what follows "so" is a number to go on with: "so 9 brokers take 2.7 GB"."""
    following = cue_at(line, at + 1) if at + 1 < len(line.amounts) else None
    return following is not None and following.kind == "verb"


def _is_width(claim: Amount) -> bool:
    """Whether an amount is the width of a field: "so 40 bits" is chosen, not worked out."""
    return claim.unit == "bit" and not claim.period and claim.value <= _WIDTH_MAX


def _without_rest(reading: Reading, claim: Amount) -> Reading | None:
    """A reading by the shares themselves: what is left of a share is only a way to be right."""
    if not any(part.kind == "percent" and part.others for part in reading.parts):
        return None
    plain = [one._replace(others=()) if one.kind == "percent" else one for one in reading.parts]
    found = readings(plain, claim)
    return min(found, key=lambda one: one.apart(claim), default=None)


def _quote_start(line: Line, at: int, reading: Reading) -> int:
    """Where the words begin that show the sum: its first number here, or the clause."""
    claim = line.amounts[at]
    first = first_of(line, claim, reading)
    if first < claim.start:
        return first
    begin = line.amounts[at - 1].end if at else 0
    clause = max(line.text.rfind(mark, begin, claim.start) for mark in ",;:(")
    start = clause + 1 if clause >= 0 else begin
    while start < claim.start and line.text[start].isspace():
        start += 1
    return start
