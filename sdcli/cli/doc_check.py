"""`sdcli doc check`: what of a document is stale, and why. The work is in doc_check_run.py."""

from __future__ import annotations

from typing import Annotated

import typer

from sdcli.cli.doc_files import Files, Json  # noqa: TC001 - typer reads them


def check(
    files: Files = None,
    fast: Annotated[
        bool, typer.Option(help="Run nothing: compare inputs and hashes with the ledger.")
    ] = False,
    annotate: Annotated[
        str | None,
        typer.Option(metavar="github", help="Answer with annotations for the lines of a review."),
    ] = None,
    skip_others: Annotated[
        bool,
        typer.Option(
            "--skip-others", help="Pass over named files that are no design, document or ledger."
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Say what is stale, why, and the cheapest command that puts it right."""
    from sdcli.cli.doc_check_run import CheckCall, run

    call = CheckCall(
        tuple(files or ()),
        fast=fast,
        as_json=as_json,
        annotate=annotate or "",
        skip_others=skip_others,
    )
    code = run(call)
    if code:
        raise typer.Exit(code)
