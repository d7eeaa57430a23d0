"""The numbers that a spoken result may rest on, from near to far.

What the sentence has said since its last result comes first; then what that is per, by its
name, anywhere before ("500 bytes per post" finds the posts a day); then the sentence before.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from sdcli.scoring.numbers import cues
from sdcli.scoring.numbers.doubts import OK, ROUNDED, is_strong
from sdcli.scoring.numbers.pattern import Pattern
from sdcli.scoring.numbers.readings import Reading, readings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sdcli.scoring.numbers.amount import Amount
    from sdcli.scoring.numbers.cues import Cue
    from sdcli.scoring.numbers.line import Line
    from sdcli.scoring.numbers.work import Work

_COUNT, _RATE = (0, 0, 0), (0, -1, 0)
_BACK_MAX = 2  # sentences back to the one before that has numbers
_SUBSET_MAX = 5  # amounts of which subsets are tried
_HISTORY_MAX = 60  # amounts of earlier sentences among which a name is looked for
_FEW = 3  # "one photo", "two of them": numbers that may say nothing
_PLUS = Pattern(r"^\s*(?:\+|,?\s?plus|,?\s?as well as|,?\s?on top of)\s*(?:another|about|the)?\s*$")
_AND = Pattern(r"^\s*(?:,|,?\s?and)\s*(?:another|about|the)?\s*$")
_OF = Pattern(r"^\s*of\b")
_AFTER = Pattern(r"^\s*(?:at|of|with|holding|doing|for)\s(?:about\s)?$")


class Scope:
    """The numbers that a claim may rest on, from near to far."""

    def __init__(self, line: Line, at: int, before: Sequence[Line], work: Work) -> None:
        self._work = work
        self._line = line
        self._at = at
        last = max((result for result in line.results if result < at), default=None)
        self.last = line.amounts[last] if last is not None else None
        begin = 0 if last is None else last + 1
        after = line.amounts[at + 1 : at + 2]
        behind = [
            one
            for one in after
            if (one.each or line.amounts[at].noun in one.per)
            and _AFTER.match(line.text[line.amounts[at].end : one.start])
        ]
        self.fresh = _summed(line, [*line.amounts[begin:at], *behind])
        self._lists = _listed(line, line.amounts[begin:at])
        self._lines = before[-12:]
        self._earlier = [one for other in self._lines for one in other.amounts][-_HISTORY_MAX:]
        self.near: list[Amount] = []
        self.near_last: Amount | None = None
        index = line.index
        for other in before[:-4:-1]:
            if index - other.index > _BACK_MAX:
                break
            index = other.index
            self.near[:0] = other.amounts
            plain = [one for one in other.amounts if not one.kind]
            if plain:  # a sentence of factors alone ("the peak is 3x") leans on the one before
                self.near_last = other.amounts[other.results[-1]] if other.results else plain[-1]
                break

    def copies(self) -> list[Amount]:
        """The numbers of copies that are stated here or in the sentence before."""
        return [one for one in (*self.near, *self.fresh) if one.kind == "copies"]

    def balance(self, claim: Amount) -> Reading | None:
        """What amounts of the claim's kind leave, or make together, where the claim says that."""
        here = [*([self.last] if self.last else []), *self.fresh]
        alike = [one for one in here if _is_alike(one, claim)][-_SUBSET_MAX:]
        away = [one for one in self.near[-4:] if _is_alike(one, claim)]
        pairs = [*itertools.combinations(alike, 2), *itertools.product(away, alike)]
        found = [Reading(abs(one.value - two.value), True, (one, two)) for one, two in pairs]
        for some in (alike, [*away[:1], *alike]):
            if len(some) > 2:  # noqa: PLR2004 - of two the pairs are tried
                rest = some[0].value - sum(one.value for one in some[1:])
                found.append(Reading(rest, True, tuple(some)))
        self._work.sets += len(found)
        best = min(found, key=lambda one: one.apart(claim), default=None)
        return best if best and best.apart(claim) <= OK else None

    def here(self, claim: Amount, given: Cue) -> Reading | None:
        """The reading by the numbers of the claim's own sentence."""
        if given.kind == "again":
            base = self._line.amounts[self._at - 1]
            return self._best([[base]], claim) if base.is_rate or base.dims[0] else None
        if not self.fresh:
            return self._best([[self.last]], claim) if self.last else None
        clause = self._clause()
        if clause and (found := self._best([clause], claim, strict_only=True)):
            return found
        sets = [self.fresh]
        if self.last:
            sets.append([self.last, *self.fresh])
        if not is_strong(given):
            sets = [some for some in sets if len(some) > 1 or some[0].is_sum]
        lone = self._best(sets, claim, self._lists)
        gaps = self._gaps(self.fresh, claim)
        if not gaps or (lone and lone.strict and len(lone.parts) == 1):
            return lone
        closed = self._best(self._closures(self.fresh, claim), claim)
        if closed and not (lone and lone.apart(claim) <= OK):
            return closed
        about = all(part.is_subject for part, _ in gaps)
        if lone and (lone.apart(claim) <= ROUNDED or (about and lone.strict and not closed)):
            return lone
        return None

    def _clause(self) -> list[Amount]:
        """The numbers behind the last semicolon, or "while", where others stand before it."""
        begin = cues.last_clause(self._line.text[: self._line.amounts[self._at].start])
        clause = [one for one in self.fresh if one.start >= begin]
        return clause if 1 < len(clause) < len(self.fresh) else []

    def named(self, claim: Amount, given: Cue) -> Reading | None:
        """The reading with what its own numbers are per, by name, from the text before."""
        if given.kind == "again" or not self.fresh:
            return None
        base = self.fresh if self.last is None else [self.last, *self.fresh]
        return self._best(self._closures(base, claim), claim, strict_only=True)

    def before(self, claim: Amount, given: Cue) -> Reading | None:
        """The reading with the numbers of the sentence before."""
        if given.kind in {"again", "sign"}:
            return None
        sets: list[list[Amount]] = []
        if self.fresh:
            base = self.fresh if self.last is None else [self.last, *self.fresh]
            sets += [[one, *base] for one in self.near]
            sets.append([*self.near, *base])
            return self._best(sets, claim, strict_only=True)
        if self.last is not None:
            return None
        if given.kind == "verb" and not (
            cues.points_back(self._line.text) or cues.is_label(self._line.text[: claim.start])
        ):
            return None
        if self.near_last is not None:
            sets.append([self.near_last])
        sets += [[one] for one in self.near]
        sets += [list(some) for some in itertools.combinations(self.near[-4:], 2)]
        if len(self.near) > 2:  # noqa: PLR2004 - pairs are tried above
            sets.append(self.near)
        sets += self._closures(self.near[-4:], claim)
        for one in self._earlier[-6:]:
            sets += self._closures([one], claim)
        found = self._best(sets, claim, strict_only=True)
        return found or self._best(sets, claim)

    def elsewise(self, claim: Amount, *, strict_only: bool) -> Reading | None:
        """The nearest value that fewer numbers, or one more, would give."""
        here = [*([self.last] if self.last else []), *self.fresh][-_SUBSET_MAX:]
        sets = [
            list(some)
            for size in range(1, len(here) + 1)
            for some in itertools.combinations(here, size)
        ]
        for extra in self._earlier[-8:]:
            if extra.kind or extra in self.near:
                sets.append([extra, *here])
                sets += [[extra, one] for one in here]
        sets += self._closures(here, claim)
        usable = [some for some in sets if not (len(some) == 1 and some[0].is_count)]
        return self._best(usable, claim, self._lists, strict_only=strict_only)

    def _best(
        self,
        sets: Iterable[Sequence[Amount]],
        claim: Amount,
        lists: Sequence[Amount] = (),
        *,
        strict_only: bool = False,
    ) -> Reading | None:
        """The reading nearest to the claim; one whose kinds come out by themselves goes first."""
        found: list[Reading] = []
        for some in sets:
            self._work.sets += 1
            if self._work.is_spent:
                break
            found += readings(some, claim)
            uncopied = [part for part in some if part.kind != "copies" or part in self.fresh]
            unspelled = [part for part in some if not (part.is_spelled and part.value <= _FEW)]
            for fewer in (uncopied, unspelled):
                if 0 < len(fewer) < len(some):
                    found += readings(fewer, claim)
        for total in lists:
            found += readings([total], claim)
        strict = [one for one in found if one.strict]
        chosen = strict or ([] if strict_only else found)
        return min(chosen, key=lambda one: one.apart(claim), default=None)

    def _gaps(self, parts: Sequence[Amount], claim: Amount) -> list[tuple[Amount, str]]:
        """What is missing: amounts that are per something that the others do not count."""
        found = []
        for at, part in enumerate(parts):
            others = [one for one in parts if one is not part and not one.kind]
            counted = any(
                one.dims[0] == 0 and one.dims[2] == 0 and one.number > 1 for one in others
            )
            if not counted:
                named = {one.noun for one in others} | claim.per | {claim.noun}
                found += [(part, noun) for noun in sorted(part.per - named)]
            if part.each and not counted:
                found.append((part, ""))
            if part.kind == "percent" and at == 0 and not self._is_of_amount(part, parts[1:2]):
                found.append((part, ""))
        return found

    def _is_of_amount(self, part: Amount, following: Sequence[Amount]) -> bool:
        return any(
            one.start - part.end < 16 and _OF.match(self._line.text[part.end : one.start])  # noqa: PLR2004
            for one in following
        )

    def _closures(self, parts: Sequence[Amount], claim: Amount) -> list[list[Amount]]:
        """The parts with what is missing, by its name, from the text before."""
        closed = [list(parts)]
        for _ in range(3):
            grown: list[list[Amount]] = []
            for some in closed:
                gaps = self._gaps(some, claim)
                for part, noun in gaps[:1]:
                    grown += [[base, *some] for base in self._bases(part, noun, some)]
                if not gaps:
                    grown.append(some)
            closed = grown[:6]
        return [some for some in closed if len(some) > len(parts) and not self._gaps(some, claim)]

    def _around(self, part: Amount) -> list[Amount]:
        """The numbers just before one: those of its sentence, and of the sentence before that."""
        for at, line in enumerate(self._lines):
            if any(one is part for one in line.amounts):
                before = [one for one in line.amounts if one.end <= part.start]
                return before or (list(self._lines[at - 1].amounts) if at else [])
        return self.near

    def _bases(self, part: Amount, noun: str, taken: Sequence[Amount]) -> list[Amount]:
        earlier = [one for one in self._earlier if one not in taken]
        if self._line.amounts[: self._at]:
            earlier += [one for one in self._line.amounts[: self._at] if one not in taken]
        earlier = [one for one in earlier if not one.kind and one is not part]
        named = [one for one in earlier if noun and one.noun == noun and one.dims[0] == 0]
        if named:
            return list({one.dims: one for one in named}.values())[-2:]
        near = [one for one in self._around(part) if one in earlier and one.dims in {_COUNT, _RATE}]
        if len(near) > 1:  # "of them": of the people rather than of what they do
            near = [one for one in near if one.noun == "user"] if not noun else []
        return near if len(near) == 1 else []


def _is_alike(one: Amount, claim: Amount) -> bool:
    """Whether an amount can be what the claim is a part of, or the rest."""
    is_open = bool(one.per - claim.per) and not one.is_subject
    if one.kind or one.each or one.dims != claim.dims or is_open:
        return False
    return not one.is_count or not claim.noun or one.noun in {"", claim.noun}


def _summed(line: Line, parts: Sequence[Amount]) -> list[Amount]:
    """The parts, where those joined by "plus" are one amount."""
    found: list[Amount] = []
    for part in parts:
        joined = found and _PLUS.match(line.text[found[-1].end : part.start])
        together = _sum(found[-1], part) if joined else None
        if together is not None:
            found[-1] = together
        else:
            found.append(part)
    return found


def _listed(line: Line, parts: Sequence[Amount]) -> list[Amount]:
    """The sum of parts that stand in a list, if they all do: "10 reads, 5 writes and 2 scans"."""
    if len(parts) < 2:  # noqa: PLR2004 - one is no list
        return []
    total: Amount | None = parts[0]
    for part in parts[1:]:
        gap = line.text[total.end : part.start] if total else ""
        joined = total and (_AND.match(gap) or _PLUS.match(gap))
        total = _sum(total, part) if total and joined else None
    return [total] if total else []


def _sum(one: Amount, two: Amount) -> Amount | None:
    """Two amounts of a kind together; what only the second says (a day, bytes) holds for both."""
    if one.kind or two.kind:
        return None
    if one.dims != two.dims:
        if one.dims == (two.dims[0], 0, two.dims[2]) and two.period:
            one = one._replace(value=one.value / two.period)
        else:
            return None
    noun = one.noun if one.noun == two.noun else ""
    return two._replace(
        start=one.start, value=one.value + two.value, noun=noun, others=(), is_sum=True
    )
