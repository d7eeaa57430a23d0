"""A sentence with its numbers: which of them are results, and by which words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sdcli.scoring.numbers import cues
from sdcli.scoring.numbers.amounts import amounts
from sdcli.scoring.numbers.pattern import ANY_CASE, Pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sdcli.scoring.numbers.amount import Amount
    from sdcli.scoring.numbers.cues import Cue
    from sdcli.scoring.numbers.readings import Reading

_RUN = Pattern(r"\s{2,}|[^\S ]")
_QPS = Pattern(r"\b(?:[qtr]ps|(?:per|a|each)\ssecond)\b", ANY_CASE)


class Line:
    """A sentence with its amounts, and which of them are results.

    `text` has single spaces (`one_line`), and offsets are in it; `block` is the paragraph's
    number, `index` the sentence's.
    """

    def __init__(self, text: str, block: int, index: int, amounts: tuple[Amount, ...]) -> None:
        self.text = text
        self.block = block
        self.index = index
        self.amounts = amounts
        self.results: list[int] = []


def one_line(text: str) -> tuple[str, Sequence[int]]:
    r"""A sentence with single spaces, and where each of its characters stands in the text.

    >>> flat, places = one_line("2 trips each\n  make 6M")
    >>> flat, places[flat.index("make")]
    ('2 trips each make 6M', 15)
    """
    if not _RUN.search(text):
        return text, range(len(text))
    characters: list[str] = []
    places: list[int] = []
    end = 0
    for found in _RUN.finditer(text):
        characters.append(text[end : found.start()] + " ")
        places += range(end, found.start() + 1)
        end = found.end()
    characters.append(text[end:])
    places += range(end, len(text))
    return "".join(characters), places


def cue_at(line: Line, at: int) -> Cue | None:
    """How the number at a place is introduced; None where it is only stated."""
    begin = line.amounts[at - 1].end if at else 0
    gap = line.text[begin : line.amounts[at].start]
    given = cues.cue(gap)
    if given and given.kind == "again":
        if at == 0 or (at - 1 not in line.results and given.word == ","):
            return None
        one, two = line.amounts[at - 1], line.amounts[at]
        differs = one.period != two.period or one.unit != two.unit
        return given if one.dims == two.dims != (0, 0, 0) and differs else None
    if given is None and cues.is_label(line.text[: line.amounts[at].start]) and at == 0:
        return cues.Cue("verb", ":", 0)
    return given


def with_words_before(line: Line, at: int, claim: Amount) -> Amount:
    """The claim with what stands before it: "in five years 90 TB", "each node holds 4 TB"."""
    begin = line.amounts[at - 1].end if at else 0
    words = line.text[begin : claim.start]
    if claim.is_count and not claim.noun and _QPS.search(words):
        return claim._replace(dims=(0, -1, 0), period=1.0, unit="/s")
    if claim.dims[0] and claim.dims[1] == 0 and not claim.period:
        found = re.search(r"\b(?:per|a|each|every)\s(second|day|month|year)\b", words)
        if found:
            named = amounts(f"1 B a {found[1]}")[0]
            return claim._replace(
                value=claim.value / named.period,
                dims=(claim.dims[0], -1, claim.dims[2]),
                period=named.period,
                unit=f"{claim.unit}/{found[1]}",
            )
    return claim


def first_of(line: Line, claim: Amount, reading: Reading) -> int:
    """Where the first of the reading's numbers in this sentence stands; the claim, if none."""
    starts = [part.start for part in reading.parts if is_inside(part, line, claim)]
    return min([*starts, claim.start])


def is_inside(part: Amount, line: Line, claim: Amount) -> bool:
    """Whether a part, or the numbers that it is the sum of, stand in the claim's sentence."""
    if part.is_sum:
        return any(one.start == part.start and one.end <= part.end for one in line.amounts)
    return part.start != claim.start and any(
        (one.start, one.end, one.unit) == (part.start, part.end, part.unit) for one in line.amounts
    )
