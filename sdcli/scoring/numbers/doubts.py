"""Whether a reading that does not fit may be held against the writer.

The checker would rather say nothing than accuse a sound sum. Targets, peaks without their
factor, hypothetical loads, other things than those the numbers are about, clauses with another
subject: of all these a result may be right in a way that is not read.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

from sdcli.scoring.numbers import cues
from sdcli.scoring.numbers.line import is_inside
from sdcli.scoring.numbers.readings import AVAILABLE, MACHINES
from sdcli.scoring.words import word_set

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sdcli.scoring.numbers.amount import Amount
    from sdcli.scoring.numbers.cues import Cue
    from sdcli.scoring.numbers.line import Line
    from sdcli.scoring.numbers.readings import Reading

# Factors: said right, rounded, wrong by ten times. 7 for 69.4 is ten times, said in one digit.
OK, ROUNDED, OFF = 1.3, 3.0, 9.0
_NEAR_SENTENCES = 3
_MINUTE = 60.0
_PEOPLE_MIN = 1_000  # a rate is left unsaid of many, not of the 20 parts of one thing
_CLEAR = word_set(
    "make makes making give gives giving yield yields come comes coming total totals totalling"
    " is are be equal equals add adds amount amounts mean means meaning that's it's"
    " get gets generate generates produce produces generating producing"
) | {
    "a total of",
    "results in",
    "resulting in",
    "adds up",
    "add up",
    "works out",
    "work out",
    "adding up",
}
_LASTING = word_set("last lasts lasting take takes taking")
_COUNT = (0, 0, 0)


def is_strong(given: Cue) -> bool:
    """Whether words announce a result; "takes" and "holds" may as well go on with what is given."""
    return given.kind != "verb" or given.word in _CLEAR or given.word == ":"


class Case(NamedTuple):
    """A result that does not fit, with all that speaks for and against holding it so.

    `source`: where its numbers stand: "here" in the sentence, "named" by what they are per,
    "before" in the sentence before; `before` are the earlier sentences that have numbers.
    """

    line: Line
    claim: Amount
    reading: Reading
    given: Cue
    before: Sequence[Line]
    source: str

    @property
    def own(self) -> list[Amount]:
        """The numbers that stand in the result's own sentence."""
        return [part for part in self.reading.parts if is_inside(part, self.line, self.claim)]

    @property
    def away(self) -> list[Amount]:
        """The others."""
        return [part for part in self.reading.parts if part not in self.own]

    @property
    def nouns(self) -> set[str]:
        """What the numbers count, and what they are per."""
        return {noun for part in self.reading.parts for noun in (part.noun, *part.per)}

    @property
    def words(self) -> str:
        """From the last of its own numbers to the result."""
        return self.line.text[max((one.end for one in self.own), default=0) : self.claim.start]

    @property
    def behind(self) -> str:
        """The words that go on from the result, to the end of its clause."""
        return cues.clause_of(self.line.text[self.claim.end : self.claim.end + 60])

    def around(self, before: int, after: int) -> str:
        """The words about the result, behind its numbers."""
        begin = max(0, self.claim.start - before, *(one.end for one in self.own), 0)
        return self.line.text[begin : self.claim.end + after]


def is_sure(case: Case) -> bool:
    """Whether a reading that does not fit may be held against the claim: no doubt applies."""
    return not any(doubt(case) for doubt in _DOUBTS)


def _says_little(case: Case) -> bool:
    """Only small words, a name's number, or one of something: "in one call", "server 21"."""
    parts = case.reading.parts
    lone = len(parts) == 1 and parts[0].number == 1
    return lone or all(part.is_spelled for part in parts) or any(part.is_bare for part in parts)


def _is_availability(case: Case) -> bool:
    """Shares near one among other numbers: their rest may be meant."""
    parts = case.reading.parts
    return len(parts) > 1 and any(
        part.kind == "percent" and part.value >= AVAILABLE for part in parts
    )


def _is_price_of_data(case: Case) -> bool:
    """So much per gigabyte: rarely worked out."""
    return case.claim.dims[0] < 0


def _lacks_capacity(case: Case) -> bool:
    """So many machines, and no number says what one of them takes."""
    if case.claim.noun not in MACHINES or not case.claim.is_count:
        return False
    parts = case.reading.parts
    measured = [part.dims for part in parts if part.dims != _COUNT]
    alike = len(measured) > len(set(measured))  # 300 TB, and 4 TB of them
    said = any(part.each or part.per & MACHINES for part in parts)
    return not (alike or said or any(part.is_sum or part.others for part in parts))


def _is_supposed(case: Case) -> bool:
    """A load that is not there: "ten times the people would need ..."."""
    text = case.line.text
    return any(
        one.kind == "factor" and cues.is_supposed(text[one.end :]) for one in case.line.amounts
    )


def _changes_subject(case: Case) -> bool:
    """A weak verb behind a comma: "..., and the store holds 4 TB" is about the store."""
    if cues.names_another(case.words):
        return True
    if is_strong(case.given):
        return False
    exact = [part.end for part in case.own if not part.is_spelled]
    gap = case.line.text[max(exact, default=0) : case.claim.start]
    if ":" in gap:
        return True
    return "," in gap and (", and" in gap or not cues.opens_with_givens(case.line.text))


def _leaves_out_too_much(case: Case) -> bool:
    """A period left unsaid: fine of the trips of millions, not of the parts of one thing."""
    if case.reading.strict:
        return False
    many = any(part.number >= _PEOPLE_MIN for part in case.reading.parts if not part.dims[0])
    of_things = case.claim.is_count and case.claim.noun != "" and case.claim.noun not in MACHINES
    return not (many and is_strong(case.given)) or of_things


def _is_peak(case: Case) -> bool:
    """A peak, whose factor nobody said."""
    factors = any(part.kind for part in case.reading.parts)
    return not factors and cues.PEAK.search(case.around(60, 30)) is not None


def _is_wished_for(case: Case) -> bool:
    """A target, a limit, an assumption."""
    return cues.is_assumed(case.words)


def _is_a_rest(case: Case) -> bool:
    """What is left of a whole, or the most of it: a subtraction that may not have been read."""
    before = "" if case.given.word.startswith("reach") else case.words
    return cues.is_rest(before) or cues.is_rest(case.behind)


def _is_chosen(case: Case) -> bool:
    """A number that is settled on: "so 4 MB is my compromise", "so I stay at 160"."""
    return cues.is_settled(case.words, case.behind)


def _is_size_of_machine(case: Case) -> bool:
    """So large a machine is bought, not worked out: "so 6 TB disks leave room"."""
    claim = case.claim
    said = case.line.text[claim.start : claim.end]
    return bool(claim.dims[0] and claim.per & MACHINES) and not cues.says_per(said)


def _is_one_of_others(case: Case) -> bool:
    """One of the claimed things for each of some others, and how many of these nobody says.

    "Each keystroke is one lookup, so 100M searches a day become 23,000 lookups a second."
    """
    ones = [part for part in case.reading.parts if part.is_spelled and part.value == 1]
    others = {part.noun for part in case.reading.parts if part not in ones}
    noun = case.claim.noun
    is_open = case.claim.is_rate and noun != "" and noun not in others
    return is_open and any(part.noun == noun for part in ones)


def _is_latency(case: Case) -> bool:
    """A short time is a property of a thing more often than a result."""
    short = case.claim.dims == (0, 1, 0) and case.claim.value < _MINUTE
    return short and case.given.word not in _LASTING


def _counts_other_things(case: Case) -> bool:
    """So many of something that none of the numbers speaks of."""
    claim, parts = case.claim, case.reading.parts
    if not claim.noun:
        return False
    if claim.is_rate:
        return not is_strong(case.given) and claim.noun not in case.nouns
    if not claim.is_count or claim.noun in MACHINES:
        return False
    if claim.noun in {part.noun for part in parts} or case.given.word in _CLEAR:
        return False
    return not any(part.each or part.per or part.kind == "percent" for part in parts)


def _is_about_something_else(case: Case) -> bool:
    """Numbers of earlier sentences that the result may have nothing to do with."""
    if case.source == "here":
        return False
    if case.source == "named" and not is_strong(case.given):
        return True
    if case.source == "before":
        if case.own and not _is_half_named(case):
            return True
        if case.claim.is_count and case.claim.noun not in case.nouns:
            return True
        if not case.own and (_are_far(case) or _are_many(case)):
            return True
    return not _are_linked(case.reading.parts) and _is_elsewhere(case)


def _are_far(case: Case) -> bool:
    """Whether any of the numbers stands further back than a few sentences."""
    near = [line for line in case.before if line.index >= case.line.index - _NEAR_SENTENCES]
    return any(not any(part in line.amounts for line in near) for part in case.away)


def _are_many(case: Case) -> bool:
    """Whether the numbers are all that the sentence before has, and nothing links them."""
    return len(case.away) > 2 and not _are_linked(case.away)  # noqa: PLR2004 - a pair may be meant


def _is_half_named(case: Case) -> bool:
    """Whether, of numbers half here and half there, something names the other half."""
    pairs = [*itertools.product(case.own, case.away), *itertools.product(case.away, case.own)]
    if any(one.noun and one.noun in two.per for one, two in pairs):
        return True
    if all(part.kind for part in case.own) and len(case.away) == 1:
        return True  # "the ratio is 100:1"
    spans = all(part.dims == (0, 1, 0) for part in case.own)
    if spans and cues.takes_up(case.line.text):
        return True  # "we keep them for 30 days"
    return any(case.claim.noun in part.per for part in case.own if case.claim.noun)


def _are_linked(parts: Sequence[Amount]) -> bool:
    """Whether each number names the next: users, uploads per user, bytes per upload."""
    nouns = {part.noun for part in parts if part.noun}
    needed = {noun for part in parts for noun in part.per}
    return len(parts) > 1 and bool(needed) and needed <= nouns


def _is_elsewhere(case: Case) -> bool:
    """Whether the sentence before is in another paragraph, or on another subject."""
    text = case.line.text
    last = case.before[-1] if case.before else None
    if case.source == "before" and last and last.block != case.line.block:
        next_block = last.block + 1 == case.line.block
        if not (next_block and cues.points_back(text)):
            return True
    said = last.text if last else ""
    if case.source == "before" and cues.READS.search(text[: case.claim.end + 20]):
        return cues.READS.search(said) is None
    return cues.are_other_things(text[: case.claim.end + 30], said)


_DOUBTS: tuple[Callable[[Case], bool], ...] = (
    _says_little,
    _is_availability,
    _is_price_of_data,
    _lacks_capacity,
    _is_supposed,
    _changes_subject,
    _leaves_out_too_much,
    _is_peak,
    _is_wished_for,
    _is_a_rest,
    _is_chosen,
    _is_size_of_machine,
    _is_one_of_others,
    _is_latency,
    _counts_other_things,
    _is_about_something_else,
)
