"""What the commands of `sdcli doc` share: the files they are given, and how a verdict reads."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sdcli.cli.doc_check_text import said
from sdcli.cli.doc_paths import DESIGN, expanded

if TYPE_CHECKING:
    from sdcli.documents.judging.verdicts import Verdict

__all__ = ["DESIGN", "Files", "Json", "expanded", "say", "verdict_line"]

Files = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="FILE|FOLDER",
        help=f"Designs, their documents or ledgers, or folders with {DESIGN} in them.",
        show_default=f"./{DESIGN}",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Answer with one JSON object.")]


def verdict_line(verdict: Verdict) -> str:
    """A verdict on one line: what was measured, and what was asked."""
    quality = verdict.quality
    told = said(verdict.shown, verdict.reason)
    return f"  {quality.id} {verdict.word}: {told} ({quality.line})"


def say(text: str) -> None:
    """Print text that may hold anything, unwrapped."""
    from sdcli.cli.screen import console, styled

    console().print(styled(text), soft_wrap=True)
