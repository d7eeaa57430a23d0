"""Every number of an answer that rests on others, worked out again.

Equations are read by equations.py (`100M / 2.6M s = 38/s`), results that are only said by
spoken.py ("..., so about 70 a second"). Each comes with the writer's own words, what it comes
to by the writer's own numbers, what a slip looks like, and whether the number is used: an
estimate is worth making when the same sentence or the next decides something by it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sdcli.scoring.numbers import cues
from sdcli.scoring.numbers.causes import cause, in_words, mixes_bits
from sdcli.scoring.numbers.equations import equations
from sdcli.scoring.numbers.line import one_line
from sdcli.scoring.numbers.pattern import Pattern
from sdcli.scoring.numbers.spoken import Reader
from sdcli.scoring.numbers.work import Work
from sdcli.scoring.verdict import NumberCheck

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sdcli.scoring.answer import WrittenAnswer
    from sdcli.scoring.numbers.equations import Equation
    from sdcli.scoring.numbers.spoken import Spoken
    from sdcli.scoring.text import Sentence

    Outcome = tuple[int, int, str, str, str]

_DIGIT = Pattern(r"\d")
CHECKS_MAX = 400  # no answer has so many; it bounds the time that a hostile text takes


def check_numbers(
    answer: WrittenAnswer, *, nouns: Iterable[str] = (), work: Work | None = None
) -> tuple[NumberCheck, ...]:
    """The numbers that could be worked out, in order.

    The same words with the same outcome count once, at the first of their lines, and are used
    if they are used anywhere. Where other numbers before them lead to another outcome, both stand.

    Args:
        answer: the answer, whose sentences are searched.
        nouns: count nouns of the question.
        work: what has been done so far, counted on.

    Cost: O(length), and a few evaluations for each result; texts of thousands of results are
        read up to a limit.
    """
    known = tuple(nouns)
    found: dict[tuple[str, str, str], NumberCheck] = {}
    work = work or Work()
    reader = Reader(work)
    made = 0  # those that stand twice, too
    for index, sentence in enumerate(answer.sentences):
        if sentence.question:
            continue
        checks = list(_checks(sentence, index, reader, work, known))
        following = answer.sentences[index + 1 : index + 2] if checks else ()
        window = [one.text for one in (sentence, *following) if not one.heading]
        if checks and any(map(cues.decides, window)):
            checks = [replace(check, used=True) for check in checks]
        for check in checks:
            key = (check.quote, check.verdict, check.computed)
            twin = found.setdefault(key, check)
            if check.used and not twin.used:
                found[key] = replace(twin, used=True)
            made += 1
            if made >= CHECKS_MAX:
                return tuple(found.values())
        if work.is_spent:
            break
    return tuple(found.values())


def _checks(
    sentence: Sentence,
    index: int,
    reader: Reader,
    work: Work,
    nouns: tuple[str, ...],
) -> Iterator[NumberCheck]:
    text, places = one_line(sentence.text)
    if not _DIGIT.search(text):
        return
    written = list(equations(text, work, nouns))
    said = reader.read(text, sentence.block, index, [(one.start, one.end) for one in written])
    outcomes = [*(_written(one, text) for one in written), *map(_spoken, said)]
    for start, end, verdict, shown, why in sorted(outcomes):
        begin, stop = places[start], places[end - 1] + 1
        line = sentence.line + sentence.text.count("\n", 0, begin)
        yield NumberCheck(sentence.text[begin:stop], line, verdict, shown, why)


def _written(one: Equation, text: str) -> Outcome:
    """What becomes of an equation: where it stands, verdict, what it comes to, cause."""
    why = ""
    if one.verdict == "off" or (one.verdict == "rounded" and not _is_near(one.ratio)):
        is_mixed = mixes_bits(text[one.start : one.end])
        why = cause(one.computed, one.claimed, one.ratio, is_mixed=is_mixed)
    return one.start, one.end, one.verdict, one.shown, why


def _spoken(one: Spoken) -> Outcome:
    """The same of a spoken result."""
    computed = in_words(one.reading.value, one.claim)
    shown = f"{one.reading.value:.4g}" if computed is None else computed.display()
    ratio = one.claim.value / one.reading.value
    why = ""
    if not _is_near(ratio):
        claimed = in_words(one.claim.value, one.claim)
        is_mixed = mixes_bits(" ".join(part.unit for part in (one.claim, *one.reading.parts)))
        why = cause(computed, claimed, ratio, one.copies, is_mixed=is_mixed)
    return one.start, one.claim.end, one.verdict, shown, why


_SAYS_FACTOR = 2.5  # a result further away than this gets its factor, and what it looks like


def _is_near(ratio: float) -> bool:
    return 1 / _SAYS_FACTOR < ratio < _SAYS_FACTOR
