"""What the commands of `sdcli doc` share: the files they are given, and how a verdict reads."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sdcli.core.errors import InputError

if TYPE_CHECKING:
    from sdcli.documents.judging.verdicts import Verdict

DESIGN = "design.yaml"

Files = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="FILE|FOLDER",
        help=f"Designs, their documents, or folders with {DESIGN} in them.",
        show_default=f"./{DESIGN}",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Answer with one JSON object.")]


def expanded(files: list[Path] | None) -> tuple[list[Path], bool]:
    """The files that the arguments name, and whether they may be several."""
    given = files or [Path(DESIGN)]
    found: list[Path] = []
    for path in given:
        if not path.is_dir():
            found.append(path)
            continue
        inside = sorted(path.rglob(DESIGN))
        if not inside:
            raise InputError(f"there is no {DESIGN} in this folder", where=str(path))
        found.extend(inside)
    unique = list(dict.fromkeys(found))
    return unique, len(given) > 1 or given[0].is_dir()


def verdict_line(verdict: Verdict) -> str:
    """A verdict on one line: what was measured, and what was asked."""
    quality = verdict.quality
    told = verdict.shown or verdict.reason
    return f"  {quality.id} {verdict.word}: {told} ({quality.line})"


def say(text: str) -> None:
    """Print text that may hold anything, unwrapped."""
    from sdcli.cli.screen import console, styled

    console().print(styled(text), soft_wrap=True)
