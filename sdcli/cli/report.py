"""The report on an interview, on the screen: what was said, what it earned, what was left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.cli.scorecard import GAPS_SHOWN, HONEST, miss, show_numbers, tick
from sdcli.cli.screen import assemble, bar, clock, styled, table, write
from sdcli.interview.remarks import figure
from sdcli.interview.steps import Step
from sdcli.scoring.total import rounded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console
    from rich.table import Table

    from sdcli.interview import Report
    from sdcli.interview.against import Against
    from sdcli.interview.report import Prediction, StepReport

MISSED_SHOWN = 6  # for each step; the rest is counted
AGAINST_SHOWN = 3  # of what is better, worse and missed again


def show_report(screen: Console, report: Report, session: str) -> None:
    """The whole report; `session` names it for the commands at the end."""
    screen.print()
    screen.rule(styled("Report", style="bold"), align="left")
    screen.print()
    if report.score is None:
        screen.print(
            styled(
                "No score: too little was answered to compare it with the question.", style="bold"
            )
        )
    else:
        screen.print(
            assemble((f"Score {rounded(report.score)} of 100", "bold"), (f"   {report.band}", ""))
        )
        if report.your_score is not None:
            write(screen, f"By your own verdicts: {rounded(report.your_score)}")
    write(screen, HONEST, style="dim")
    screen.print()
    screen.print(_times(report))
    if any(value is not None for value in report.axes.values()):
        screen.print()
        screen.print(_axes(report))
    if report.against is not None:
        _show_against(screen, report, report.against)
    screen.print()
    lines = f"Lines of the design: {report.typed} typed, {report.accepted} accepted."
    write(screen, f"{report.covered} of {report.asked} points covered. {lines}")
    for prediction in report.predictions:
        write(screen, _prediction(prediction), hang=2)
    for step in report.steps:
        _show_step(screen, step, report)
    show_numbers(screen, report.numbers)
    if report.gaps:
        screen.print()
        write(screen, "What would raise it most", style="bold")
        for number, item in enumerate(report.gaps[:GAPS_SHOWN], 1):
            write(screen, f"{number}. {item.claim}", indent=2, hang=3)
            write(screen, f"why: {item.why}", indent=5, hang=5)
    screen.print()
    write(screen, f"This report again: sdcli sessions show {session}")
    write(
        screen,
        f"You see a point otherwise? sdcli sessions disagree {session} POINT STATE keeps both.",
    )
    write(
        screen,
        f"Lines are those of: sdcli sessions export {session} --text. `sdcli score` on that text"
        " asks for every topic, this report for those of the interview.",
    )


def _show_against(screen: Console, report: Report, earlier: Against) -> None:
    """The last attempt at the same question beside this one."""
    screen.print()
    then, now = _in_short(earlier.score), _in_short(report.score)
    title = f"Against session {earlier.session} of {earlier.when}: {then} then, {now} now"
    write(screen, title, style="bold")
    moved = [
        f"{Step(step).heading} {_in_short(before)} to {_in_short(after)}"
        for step, (before, after) in earlier.steps.items()
        if before is not None and after is not None
    ]
    if moved:
        write(screen, "; ".join(moved), indent=2)
    for label, items in (
        ("better now", earlier.better),
        ("worse now", earlier.worse),
        ("missed again", earlier.again),
    ):
        for item in items[:AGAINST_SHOWN]:
            write(screen, f"{label}: {item.claim}", indent=2, hang=4)
        if len(items) > AGAINST_SHOWN:
            write(screen, f"and {len(items) - AGAINST_SHOWN} more {label}", indent=2)


def _in_short(score: float | None) -> str:
    return "no score" if score is None else str(rounded(score))


def _times(report: Report) -> Table:
    rows = table("step", ">score", "", ">time", ">budget", "")
    for step in report.steps:
        score = "not assessed" if step.score is None else str(rounded(step.score))
        late = {"amber": "over budget", "red": "far over budget"}.get(step.pace, "")
        rows.add_row(
            step.title,
            score,
            "" if step.score is None else bar(step.score / 100),
            clock(step.seconds),
            "no clock" if step.budget is None else clock(step.budget),
            late,
        )
    return rows


def _axes(report: Report) -> Table:
    rows = table("axis", ">score", "")
    for axis, score in report.axes.items():
        shown = "not assessed" if score is None else str(rounded(score))
        rows.add_row(axis, shown, "" if score is None else bar(score / 100))
    return rows


def _prediction(prediction: Prediction) -> str:
    if prediction.measured is None:
        return f"{prediction.experiment} on {prediction.component}: {prediction.note}"
    measured = figure(prediction.measured, prediction.unit)
    if prediction.predicted is None:
        said = "no prediction"
    else:
        judged = {True: "right", False: "off", None: "not judged"}
        close = judged[prediction.is_close] + f" ({prediction.within})" * bool(prediction.within)
        said = f"you said {figure(prediction.predicted, prediction.unit)}: {close}"
    where = f"{prediction.experiment} on {prediction.component}"
    return f"{where}: {prediction.metric} {measured}, {said}."


def _show_step(screen: Console, step: StepReport, report: Report) -> None:
    screen.print()
    screen.rule(styled(step.title, style="bold"), align="left", characters="·")
    for item in step.covered:
        tick(screen, item, is_brief=True, yours=report.yours)
    for item in step.missed[:MISSED_SHOWN]:
        if item.quote:
            tick(screen, item, yours=report.yours)
        else:
            miss(screen, item, yours=report.yours)
    if len(step.missed) > MISSED_SHOWN:
        write(screen, f"and {len(step.missed) - MISSED_SHOWN} more of less weight", indent=2)
    if step.model:
        _beside(screen, step.own, step.model)
    if step.step == "scope":
        asked = (*report.requirements["functional"], *report.requirements["quality"])
        _listed(screen, "Requirements that a model answer has", asked)
        _listed(screen, "What it leaves out", report.out_of_scope)
    if step.step == "deep_dive":
        for topic in report.topics:
            screen.print()
            write(screen, topic.title, style="bold")
            _beside(screen, topic.own, topic.model)


def _listed(screen: Console, title: str, lines: Sequence[str]) -> None:
    screen.print()
    write(screen, title, style="bold")
    for line in lines:
        write(screen, f"- {line}", indent=2, hang=2)


def _beside(screen: Console, own: str, model: str) -> None:
    """The own answer and the model's, side by side."""
    rows = table("your answer", "a model answer")
    rows.expand = True
    for column in rows.columns:
        column.ratio = 1
    rows.add_row(styled(own or "(nothing)"), styled(model))
    screen.print()
    screen.print(rows)
