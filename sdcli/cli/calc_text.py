"""The answers of `sdcli calc` as text: the result first, what it rests on in brackets.

    3.472k tweet/s (300M/day)  (day 86,400 s)

One line where one line does. Of a range the lines below say how low and high came about and
which assumption drives them. The text is the same with and without a terminal; on one, what
stands beside the result is dimmed.
"""

from __future__ import annotations

import os
import sys

from sdcli.units import Quantity
from sdcli.units.conventions import DECIMAL_BYTES
from sdcli.units.dimension import PHYSICAL_KINDS
from sdcli.units.record import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sdcli.cli.calc_answers import Answer
    from sdcli.estimate.aloud import Step
    from sdcli.estimate.by_head import ByHead
    from sdcli.estimate.claim import Judgement

WIDTH = 80
_UNDER = "  "
_DIM, _NORMAL = "\x1b[2m", "\x1b[0m"
_NO_DRIFT = 0.0005  # less is not said
_NUMBER_MIN, _NUMBER_MAX = 1e-3, 1e6  # outside, a claim's unit does not suit what was computed


def text(answer: Answer) -> str:
    """The whole answer, in lines of at most 80 columns where its own words allow."""
    lines = steps_table(answer.aloud or ())
    if answer.by_head is not None:
        lines.append(by_head_line(answer.by_head))
    lines += _said(_result(answer), _conventions(answer))
    if answer.judgement is not None and answer.judgement.cause:
        lines.append(_UNDER + answer.judgement.cause.rpartition(": ")[2])  # the factor is said
    lines += _notes(answer)
    if answer.value is not None and answer.value.is_range and answer.holds is None:
        from sdcli.cli.ranges import drivers, folded, method

        said = [*folded(method(answer.value)), *drivers(answer.drivers)]
        lines += [dimmed(_UNDER + line) for line in said]
    return "\n".join(lines)


def _notes(answer: Answer) -> list[str]:
    """What is most likely a slip; a note that is too long goes on below itself."""
    if not answer.notes:
        return []
    import textwrap

    lines = [f"note: {note}" for note in answer.notes]
    return [
        _UNDER + part
        for line in lines
        for part in textwrap.wrap(line, WIDTH - len(_UNDER), break_long_words=False)
    ]


def _result(answer: Answer) -> str:
    if answer.holds is not None:
        return f"{'true' if answer.holds else 'false'}: {answer.sides}"
    assert answer.value is not None  # noqa: S101 - only a question has none
    if answer.judgement is not None and answer.claimed is not None:
        sides = f"computed {_readable(answer.value).summary()}, claimed {answer.claimed.summary()}"
        return f"{_verdict(answer.judgement)}: {sides}"
    start = f"{answer.name} = " if answer.name else ""
    beside = ", ".join(answer.companions)
    if beside:
        beside = f", {beside}" if answer.value.is_range else f" ({beside})"
    return start + answer.value.summary() + beside


def _verdict(judgement: Judgement) -> str:
    """The verdict, with the factor where it is one of the sides that are shown."""
    ratio = judgement.ratio
    if judgement.verdict != "off" or judgement.by_downtime or not ratio or ratio < 0:
        return judgement.verdict
    from sdcli.estimate.claim import factor

    return f"off by a factor of {factor(ratio)}, too {'high' if ratio > 1 else 'low'}"


def _readable(computed: Quantity) -> Quantity:
    """What was computed, in the unit of the claim unless its number is hard to picture there."""
    number = abs(computed.value / computed.shown.size(computed.conventions))
    if number == 0 or _NUMBER_MIN <= number < _NUMBER_MAX or not _has_usual_units(computed):
        return computed
    return Quantity(computed.spread, computed.dimension, (), None, computed.conventions)


def _has_usual_units(value: Quantity) -> bool:
    """Whether there are units that suit any number: not for shares and physical kinds."""
    bases = [base for base, _ in value.dimension.exponents]
    return bool(bases) and PHYSICAL_KINDS.isdisjoint(bases)


def _conventions(answer: Answer) -> str:
    """The conventions that the answer rests on, in brackets."""
    said = [f"{name} {meaning}" for name, meaning in answer.conventions.items()]
    asked = answer.value.asked if answer.value is not None else None
    if asked is not None and asked.text in ("B", "bit") and DECIMAL_BYTES in answer.conventions:
        said.append("KiB 1024 B")
    return f"({', '.join(said)})" if said else ""


def _said(result: str, beside: str) -> list[str]:
    """The result and its conventions on one line, or on two where one is too narrow."""
    if len(result) > WIDTH and ": " in result:  # the verdict, and below it what was compared
        verdict, _, sides = result.partition(": ")
        return [f"{verdict}:", *_said(_UNDER + sides, beside)]
    if not beside:
        return [result]
    if len(result) + 2 + len(beside) <= WIDTH:
        return [f"{result}  {dimmed(beside)}"]
    return [result, dimmed(_UNDER + beside)]


def steps_table(steps: Sequence[Step]) -> list[str]:
    """The steps in columns: as said aloud, exact, and the drift that rounding has caused.

    Where three columns are too wide, exact and drift stand below what is said.
    """
    if not steps:
        return []
    rows = [(step.said, step.exact, drift(step.drift)) for step in steps]
    said, exact = (max(len(row[column]) for row in rows) for column in (0, 1))
    if said + exact + max(len(row[2]) for row in rows) + 4 <= WIDTH:
        heads = (("said aloud", "exact", "drift"), *rows)
        said, exact = max(said, len("said aloud")), max(exact, len("exact"))
        return [f"{one:{said}}  {two:{exact}}  {three}".rstrip() for one, two, three in heads]
    return [
        line
        for one, two, three in rows
        for line in (one, dimmed(f"{_UNDER}exact {two}" + (f", drift {three}" if three else "")))
    ]


def by_head_line(head: ByHead) -> str:
    """The sum as done by head, and how far off it is."""
    from sdcli.cli.ranges import percent

    error = head.error
    if error == 0:
        return f"by head: {head.line}, {'exact' if ' = ' in head.line else 'nothing to simplify'}"
    if abs(error) < _NO_DRIFT:
        said = f"within {percent(_NO_DRIFT)}"
    elif error <= -1:
        said = "of the wrong sign" if error < -1 else "nothing is left of it"
    elif head.exact.value < 0:  # -15 for -13.68 is below it
        said = f"{percent(abs(error))} too {'large' if error > 0 else 'small'} in size"
    else:
        said = f"{percent(abs(error))} {'high' if error > 0 else 'low'}"
    return f"by head: {head.line}, {said}"


def drift(share: float) -> str:
    """`+0.8 %`; nothing where rounding moved nothing."""
    from sdcli.cli.ranges import percent

    return f"{'+' if share > 0 else '-'}{percent(abs(share))}" if abs(share) >= _NO_DRIFT else ""


def dimmed(said: str) -> str:
    """The text less bright, where a terminal shows it; the words stay the same."""
    return f"{_DIM}{said}{_NORMAL}" if _is_coloured() else said


def _is_coloured() -> bool:
    return (
        sys.stdout.isatty()
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM", "dumb") != "dumb"
    )
