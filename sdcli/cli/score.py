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
    import sys
    from pathlib import Path

    from sdcli.cli.screen import console, print_json
    from sdcli.cli.settings import settings
    from sdcli.content import load_scenario
    from sdcli.core.errors import ExitCode
    from sdcli.core.files import read_text
    from sdcli.scoring import parse_answer
    from sdcli.scoring import score as score_of

    question = load_scenario(scenario)
    text = sys.stdin.read() if file == "-" else read_text(Path(file))
    result = score_of(question, parse_answer(text), level=level or settings().level)
    if as_json:
        print_json(result.to_json())
    else:
        from sdcli.cli.scorecard import show

        show(console(), result, question.title)
    if least is not None and (result.score is None or result.score < least):
        raise typer.Exit(ExitCode.NO)
