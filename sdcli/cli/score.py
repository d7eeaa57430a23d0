"""`sdcli score SCENARIO FILE`: scores a written answer and shows whose words earned what."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command to the table."""
    app.command("score")(score)


def score(
    scenario: Annotated[str, typer.Argument(help="The question: its id, or a scenario file.")],
    file: Annotated[str, typer.Argument(help="The written answer; - reads standard input.")],
    level: Annotated[
        str | None,
        typer.Option(help="mid, senior or staff: which items are asked.", show_default="mid"),
    ] = None,
    least: Annotated[
        float | None, typer.Option("--min", min=0, max=100, help="Exit 1 below this score.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, nothing else.")] = False,
) -> None:
    """Score a written answer to a question: a practice score from keywords, with quotes.

    The answer has its steps under headings (Scope, High-level design, Deep dive, Wrap-up) or
    is plain text. An answer that does not match the question gets no score.
    """
    from sdcli.cli.score_run import ScoreCall, run

    code = run(ScoreCall(scenario, file, level, least, as_json))
    if code:
        raise typer.Exit(code)
