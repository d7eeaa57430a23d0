"""`sdcli interview`: sets one up, or takes one up again, and leaves with the document."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("interview")(interview)


def interview(
    scenario: Annotated[
        str | None, typer.Argument(help="The question; without it you choose from the bank.")
    ] = None,
    mode: Annotated[
        str | None,
        typer.Option(
            help="interview: timed; study: no clock, hints, model answers.",
            show_default="interview",
        ),
    ] = None,
    level: Annotated[
        str | None,
        typer.Option(help="mid, senior or staff: what is asked of you.", show_default="mid"),
    ] = None,
    minutes: Annotated[
        float | None, typer.Option(help="Length of the whole interview.", show_default="45")
    ] = None,
    step: Annotated[
        str | None,
        typer.Option(help="Practise one step: scope, high-level, deep-dive or wrap-up."),
    ] = None,
    answers: Annotated[
        Path | None, typer.Option(help="Play recorded answers; needs no terminal.")
    ] = None,
    sheet: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write the answer in your own editor; sdcli watches the file."
        ),
    ] = None,
    partner: Annotated[
        bool, typer.Option("--partner", help="Print the sheet with which a person interviews you.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the document; else ./SCENARIO/, then -2, -3.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the latest unfinished.")
    ] = False,
    session: Annotated[str | None, typer.Option(help="Go on with this session.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="With --answers, --sheet or --partner: one JSON object.")
    ] = False,
) -> None:
    """Practise a system design interview: four steps, timed, with a report and a document.

    Everything is saved after every answer. Ctrl-C, /quit or a closed terminal lose nothing:
    `sdcli interview --resume` goes on at the same prompt.
    """
    from sdcli.cli.interview_run import Wish, hold
    from sdcli.cli.settings import settings

    settings().use_editor()
    hold(
        Wish(
            scenario=scenario,
            mode=mode,
            level=level,
            minutes=minutes,
            step=step,
            answers=answers,
            out=out,
            resume=resume,
            session=session,
            as_json=as_json,
            sheet=sheet,
            partner=partner,
        )
    )
