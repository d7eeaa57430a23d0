"""`sdcli doc new`: a design file to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sdcli.cli.doc_files import DESIGN, Json, say
from sdcli.core.errors import InputError


def new(
    design_id: Annotated[str, typer.Argument(metavar="ID", help="Like short-links.")],
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where to write it.", show_default="./ID")
    ] = None,
    as_json: Json = False,
) -> None:
    """Write a design file to start from; it builds as it is."""
    from sdcli.cli.screen import print_json
    from sdcli.core.files import write_atomic
    from sdcli.documents import starter

    text = starter(design_id)
    path = (out or Path(design_id)) / DESIGN
    if path.exists() or path.is_symlink():
        raise InputError(
            "there is one already, and it is left alone",
            where=str(path),
            fix="name another folder with --out",
        )
    write_atomic(path, text)
    if as_json:
        print_json({"design": str(path)})
        return
    say(f"{path} is written. Next: edit it, then sdcli doc build {path}")
