"""The report on an interview, on the screen: what was said, what it earned, what was left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sdcli.cli.screen import plain

if TYPE_CHECKING:
    from rich.console import Console

    from sdcli.interview import Report
    from sdcli.interview.report import Prediction, StepReport
    from sdcli.scoring import Graded

GAPS_SHOWN = 3
MISSED_SHOWN = 6  # for each step; the rest is counted
BAR_WIDTH = 20

HONEST = (
    "A practice score from the words and numbers in your answers. It cannot judge whether your"
    " reasoning is right, and it is no hiring prediction. Where it is wrong, you are the judge."
)


def show_report(screen: Console, report: Report, session: str) -> None:
    """The whole report; `session` names it for the commands at the end."""
    screen.print()
    screen.rule(Text("Report", style="bold"), align="left")
    screen.print()
    if report.score is None:
        screen.print(
            Text("No score: too little was answered to compare it with the question.", style="bold")
        )
    else:
        screen.print(
            Text.assemble((f"Score {rounded(report.score)} of 100", "bold"), f"   {report.band}")
        )
    screen.print(Text(HONEST))
    screen.print()
    screen.print(_times(report))
    if any(value is not None for value in report.axes.values()):
        screen.print()
        screen.print(_axes(report))
    screen.print()
    lines = f"Lines of the design: {report.typed} typed, {report.accepted} accepted."
    screen.print(Text(f"{report.covered} of {report.asked} points covered. {lines}"))
    for prediction in report.predictions:
        screen.print(Text(_prediction(prediction)))
    for step in report.steps:
        _show_step(screen, step, report)
    if report.gaps:
        screen.print()
        screen.print(Text("The three gaps that weigh most", style="bold"))
        for number, item in enumerate(report.gaps[:GAPS_SHOWN], 1):
            screen.print(Text(f" {number}. {plain(item.claim)}"))
            screen.print(Padding(Text(plain(item.why)), (0, 0, 0, 4)))
    screen.print()
    screen.print(Text(f"This report again: sdcli sessions show {session}"))


def rounded(score: float) -> int:
    """A score as the screen shows it: to the nearest 5, for it is no more exact than that."""
    return int(score / 5 + 0.5) * 5


def bar(value: float) -> str:
    """A score as a bar that needs no colour.

    >>> bar(50)
    '██████████░░░░░░░░░░'
    """
    full = round(value / 100 * BAR_WIDTH)
    return "█" * full + "░" * (BAR_WIDTH - full)


def _times(report: Report) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("step", "score", "", "time", "budget", ""):
        table.add_column(heading, justify="right" if heading in ("score", "time") else "left")
    for step in report.steps:
        score = "not assessed" if step.score is None else str(rounded(step.score))
        late = {"amber": "over budget", "red": "far over budget"}.get(step.pace, "")
        table.add_row(
            step.title,
            score,
            "" if step.score is None else bar(step.score),
            minutes(step.seconds),
            "no clock" if step.budget is None else minutes(step.budget),
            late,
        )
    return table


def _axes(report: Report) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("axis", "score", ""):
        table.add_column(heading, justify="right" if heading == "score" else "left")
    for axis, score in report.axes.items():
        shown = "not assessed" if score is None else str(rounded(score))
        table.add_row(axis, shown, "" if score is None else bar(score))
    return table


def minutes(seconds: float) -> str:
    """A length of time as minutes and seconds.

    >>> minutes(754)
    '12:34'
    """
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def _prediction(prediction: Prediction) -> str:
    if prediction.measured is None:
        return f"{prediction.experiment} on {prediction.component}: {prediction.note}"
    measured = f"{prediction.measured:.4g}"
    if prediction.predicted is None:
        said = "no prediction"
    else:
        close = "right" if prediction.is_close else "off"
        said = f"you said {prediction.predicted:.4g}: {close} ({prediction.within})"
    where = f"{prediction.experiment} on {prediction.component}"
    return f"{where}: {prediction.metric} {measured}, {said}."


def _show_step(screen: Console, step: StepReport, report: Report) -> None:
    screen.print()
    screen.rule(Text(step.title, style="bold"), align="left", characters="·")
    for item in step.covered:
        show_tick(screen, item)
    for item in step.missed[:MISSED_SHOWN]:
        show_miss(screen, item)
    if len(step.missed) > MISSED_SHOWN:
        screen.print(Text(f"   and {len(step.missed) - MISSED_SHOWN} more of less weight"))
    if step.model:
        _beside(screen, step.own, step.model)
    if step.step == "deep_dive":
        for topic in report.topics:
            screen.print()
            screen.print(Text(topic.title, style="bold"))
            _beside(screen, topic.own, topic.model)


def show_tick(screen: Console, item: Graded) -> None:
    """A covered item: its claim, the person's own words with their line, the rule that fired."""
    screen.print(Text.assemble((" ✓ ", "green"), plain(item.claim), f"  [{item.state}]"))
    quote = " ".join(plain(item.quote).split())
    screen.print(Padding(Text(f"line {item.line}: “{quote}”", style="green"), (0, 0, 0, 3)))


def show_miss(screen: Console, item: Graded) -> None:
    """A missed item: its claim, what stands there so far, what would raise it, why it matters."""
    screen.print(Text.assemble((" ✗ ", "red"), plain(item.claim), f"  [{item.state}]"))
    if item.quote:
        quote = " ".join(plain(item.quote).split())
        screen.print(Padding(Text(f"line {item.line}: “{quote}”"), (0, 0, 0, 3)))
    screen.print(Padding(Text(f"next: {plain(item.next)}"), (0, 0, 0, 3)))
    screen.print(Padding(Text(f"why:  {plain(item.why)}"), (0, 0, 0, 3)))


def _beside(screen: Console, own: str, model: str) -> None:
    """The own answer and the model's, side by side."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), expand=True)
    table.add_column("your answer", ratio=1)
    table.add_column("a model answer", ratio=1)
    table.add_row(Text(plain(own) or "(nothing)"), Text(plain(model)))
    screen.print()
    screen.print(table)
