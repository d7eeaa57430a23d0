"""`sdcli doc build`: the document of a design and its ledger."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sdcli.cli.doc_check_run import print_error
from sdcli.cli.doc_files import Files, Json, expanded, say, verdict_line
from sdcli.core.errors import ExitCode, InputError, SdcliError

if TYPE_CHECKING:
    from sdcli.documents import Built


def build(
    files: Files = None,
    *,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write there.", show_default="beside the design"),
    ] = None,
    force: Annotated[bool, typer.Option(help="Overwrite blocks that were edited by hand.")] = False,
    fresh: Annotated[
        bool, typer.Option(help="Start from the template; text of your own is lost.")
    ] = False,
    only: Annotated[
        str | None, typer.Option(metavar="BLOCK", help="Build one block, like requirements.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Write the document of a design and its ledger; your own text in it stays."""
    from sdcli.cli.screen import print_json

    paths, several = expanded(files)
    if out is not None and len(paths) > 1:
        raise InputError("--out takes one design at a time", where="--out", given=str(out))
    done: list[Built] = []
    code = int(ExitCode.OK)
    for path in paths:
        try:
            one = _built(path, out=out, force=force, fresh=fresh, only=only)
        except SdcliError as error:  # one design that cannot be built does not hide the others
            if not several:
                raise
            print_error(error)
            code = max(code, int(error.exit_code))
            continue
        done.append(one)
        code = max(code, int(ExitCode.NO if one.not_run else ExitCode.OK))
        if not as_json:
            say(_built_text(one))
    if as_json:
        answers = [_built_json(one) for one in done]
        print_json({"documents": answers} if several else answers[0])
    if code:
        raise typer.Exit(code)


def _built(path: Path, **options: Any) -> Built:
    from sdcli.cli.doc_progress import watching
    from sdcli.core.clock import SystemClock
    from sdcli.documents import build as build_one

    with watching() as watch:
        return build_one(path, clock=SystemClock(), watch=watch, **options)


def _built_json(built: Built) -> dict[str, Any]:
    return {
        "document": str(built.document),
        "ledger": str(built.ledger),
        "blocks": [{"id": name, "done": done} for name, done in built.blocks],
        "requirements": [verdict.to_json() for verdict in built.verdicts],
        "not_run": [{"id": name, "reason": reason} for name, reason in built.not_run],
    }


def _built_text(built: Built) -> str:
    counts = {
        word: sum(done == word for _, done in built.blocks)
        for word in ("written", "unchanged", "removed")
    }
    told = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    lines = [f"{built.document}: {told}"]
    lines += [f"  {name} did not run: {reason}" for name, reason in built.not_run]
    lines += [verdict_line(verdict) for verdict in built.verdicts]
    return "\n".join(lines)
