"""`sdcli doc show`: the pictures of a design in the terminal, or any block of its document."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sdcli.cli.doc_files import DESIGN, expanded
from sdcli.core.errors import InputError

if TYPE_CHECKING:
    from sdcli.documents.sections.section import Source

PICTURED = ("context", "topology", "flow", "data", "growth")  # blocks with a picture, by their ids


def show(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILE|FOLDER",
            help="A design, its document, or a folder with one in it.",
            show_default=f"./{DESIGN}",
        ),
    ] = None,
    only: Annotated[
        str | None,
        typer.Option(metavar="BLOCK", help="This block alone, picture or not, like requirements."),
    ] = None,
) -> None:
    """Draw a design here: its parts, flows, data and growth, each with its table."""
    from sdcli.cli import page
    from sdcli.cli.screen import console
    from sdcli.documents.files import files_of
    from sdcli.documents.study import open_study
    from sdcli.documents.text.render import Renderer

    paths, _ = expanded(files)
    out = console()
    for path in paths:
        study = open_study(files_of(path))
        renderer = Renderer(study.facts.path.parent)
        for source in _chosen(study.sources, only):
            page.show(out, renderer.block(source.template, source.view()))


def _chosen(sources: list[Source], only: str | None) -> list[Source]:
    """The blocks to show, in the order of the document."""
    from sdcli.core.suggest import did_you_mean

    if only is None:
        return [source for source in sources if source.id.partition("/")[0] in PICTURED]
    found = [source for source in sources if source.id == only]
    if not found:
        known = [source.id for source in sources]
        raise InputError(
            "no block has this id",
            where="--only",
            given=only,
            expected=f"one of {', '.join(known)}",
            fix=did_you_mean(only[:64], known),
        )
    return found
