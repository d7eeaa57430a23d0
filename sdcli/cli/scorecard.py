"""The score on the screen: bars, ticks with the person's own words, gaps and what closes them.

Used by `score` and wherever a session's score is shown. Numbers are rounded to 5, since the
last digit of a keyword-based score means nothing; `--json` has them unrounded.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from sdcli.cli.screen import assemble, bar, write
from sdcli.interview.steps import Step
from sdcli.scoring.total import rounded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rich.console import Console

    from sdcli.scoring import Graded, NumberCheck, Score

HONEST = (
    "keyword-based practice score: it sees which words stand where, not whether they are right."
    " Typical error: one state up or down. It predicts no interview."
)
# What strangers' answers score at mid level, all points asked; docs/scorer.md has the figures.
SOUND_LEAST, SOUND_MOST, VAGUE_MOST = 25, 70, 25
GAPS_SHOWN = 3
_QUOTE_MAX = 220
_FILLED = {"justified": 3, "explained": 2, "named": 1, "rejected": 0, "absent": 0}


def show(console: Console, score: Score, title: str) -> None:
    """Print a score card: totals, gaps, ticks by step, misses, sums."""
    write(console, f"{title} · level {score.level}", style="bold")
    write(console, HONEST, style="dim")
    console.print()
    if score.score is None:
        write(console, "No score: this could not be matched to the question.", style="bold")
        write(console, "Fewer than two items are explained, and few words are of its subject.")
    else:
        _totals(console, score)
        _gaps(console, score)
    ticks = [item for item in score.items if item.quote]
    misses = [item for item in score.items if not item.quote]
    for step in Step:
        here = [item for item in ticks if item.step == step]
        if here:
            console.print()
            write(console, step.heading, style="bold")
            for item in here:
                tick(console, item, yours=score.yours)
    _misses(console, misses if score.score is not None else [], score.yours)
    show_numbers(console, score.numbers)


def _totals(console: Console, score: Score) -> None:
    assert score.score is not None  # noqa: S101 - the caller has asked
    write(console, f"Whole: {rounded(score.score)} of 100, {score.band}", style="bold")
    beside = f"sound answers {SOUND_LEAST} to {SOUND_MOST}, vague ones {VAGUE_MOST} at most"
    write(console, f"Answers that strangers wrote score here: {beside}.", style="dim")
    if score.your_score is not None:
        write(console, f"By your own verdicts: {rounded(score.your_score)}")
    steps = {Step(step).heading: value for step, value in score.steps.items()}
    axes = {axis.capitalize(): value for axis, value in score.axes.items()}
    for group in (steps, axes):
        console.print()
        _bars(console, group)


def _bars(console: Console, values: Mapping[str, float | None]) -> None:
    for name, value in values.items():
        if value is None:
            write(console, f"  {name:18}   -  not assessed")
        else:
            drawn = bar(value / 100)
            write(console, f"  {name:18} {rounded(value):3}  {drawn}")


def _gaps(console: Console, score: Score) -> None:
    gaps = score.gaps[:GAPS_SHOWN]
    if not gaps:
        return
    console.print()
    write(console, "What would raise it most", style="bold")
    for number, item in enumerate(gaps, start=1):
        write(console, f"{number}. {item.claim} ({item.state} now)", indent=2, hang=3)
        write(console, f"do: {item.next}", indent=5, hang=4)
        write(console, f"why: {item.why}", indent=5, hang=5)
        write(console, f"like: {item.model}", indent=5, hang=6, style="dim")


def tick(
    console: Console,
    item: Graded,
    *,
    is_brief: bool = False,
    yours: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """An item that stands in the answer: its state, the words with their line, and why.

    Args:
        console: where it is shown.
        item: the item with its verdict.
        is_brief: leave out the rule and what would raise it.
        yours: the person's own verdicts, which are shown beside the tool's.
    """
    filled = _FILLED[item.state]
    marks = "■" * filled + "□" * (3 - filled)
    write(console, f"{marks} {_judged(item, yours)}: {item.claim}", indent=2, hang=4)
    quote = assemble((f"line {item.line}: ", ""), (f'"{_short(item.quote)}"', "bold"))
    write(console, quote, indent=6)
    if is_brief:
        return
    write(console, f"rule: {item.rule}", indent=6, hang=6, style="dim")
    if item.next:
        write(console, f"next: {item.next}", indent=6, hang=6)


def _misses(console: Console, misses: Iterable[Graded], yours: Mapping[str, str]) -> None:
    missed = list(misses)
    if not missed:
        return
    console.print()
    write(console, "Not found in the answer", style="bold")
    for item in missed:
        miss(console, item, Step(item.step).heading, yours)


def miss(
    console: Console,
    item: Graded,
    step: str = "",
    yours: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """An item that does not: its claim, what would raise it, why it matters."""
    place = f"{step}, " if step else ""
    write(console, f"□□□ {place}{_judged(item, yours)}: {item.claim}", indent=2, hang=4)
    if item.state.value != "absent":  # else it would say the claim once more
        write(console, f"next: {item.next}", indent=6, hang=6)
    write(console, f"why: {item.why}", indent=6, hang=5, style="dim")


def show_numbers(console: Console, numbers: Iterable[NumberCheck]) -> None:
    """The sums and estimates of the answer with their verdicts; nothing where there are none."""
    checked = list(numbers)
    if not checked:
        return
    console.print()
    write(console, "Sums", style="bold")
    for number in checked:
        text = f"{number.verdict}: line {number.line}: {_short(number.quote)}"
        told = text if number.verdict == "ok" else f"{text} (comes to {number.computed})"
        write(console, told, indent=2, hang=5)
        if number.cause:
            write(console, number.cause, indent=7)
    write(console, _decided(checked), indent=2, hang=2)


def _decided(numbers: Sequence[NumberCheck]) -> str:
    """How many numbers decide something, and the lines of those of which nothing follows."""
    used = sum(number.used for number in numbers)
    verb = "decides" if used == 1 else "decide"
    told = f"{used or 'none'} of your {len(numbers)} numbers {verb} something"
    idle = sorted({number.line for number in numbers if not number.used})
    if not idle:
        return f"{told}."
    where = f"line{'s' if len(idle) > 1 else ''} {', '.join(map(str, idle))}"
    return f"{told}; nothing follows yet from {where}."


def _judged(item: Graded, yours: Mapping[str, str]) -> str:
    """The item's id and its state, with the person's own where she disagrees."""
    own = f" (you: {yours[item.id]})" if item.id in yours else ""
    return f"{item.state}{own} · {item.id}"


def _short(quote: str) -> str:
    """A quote on one line, cut at a word where it is long."""
    one_line = " ".join(quote.split())
    if len(one_line) <= _QUOTE_MAX:
        return one_line
    return one_line[:_QUOTE_MAX].rsplit(" ", 1)[0] + " ..."
