"""`sdcli doc`: from a design file to a document with evidence, and what of it is stale.

`new` writes a design to start from, `build` its document and ledger, `check` says what no
longer agrees, `diff` what differs between two designs, `show` draws one here, `schema` prints the
JSON Schema for editors. One module each: doc_new.py and so on.
"""

from __future__ import annotations

from typing import Annotated

import typer

from sdcli.cli.doc_build import build
from sdcli.cli.doc_check import check
from sdcli.cli.doc_diff import diff
from sdcli.cli.doc_new import new
from sdcli.cli.doc_show import show


def register(app: typer.Typer) -> None:
    """Add `doc` with its commands."""
    doc = typer.Typer(
        help="Design documents whose numbers are computed and whose claims are run.",
        rich_markup_mode=None,
        no_args_is_help=True,
    )
    doc.command("new")(new)
    doc.command("build")(build)
    doc.command("check", epilog="Exit code 1: stale, failed, or a confirm that is false.")(check)
    doc.command("diff", epilog="Exit code 0 whether or not they differ.")(diff)
    doc.command("show")(show)
    doc.command("schema")(schema)
    app.add_typer(doc, name="doc")


def schema(
    as_json: Annotated[bool, typer.Option("--json", help="The same on one line.")] = False,
) -> None:
    """Print the JSON Schema of a design file."""
    import json

    from sdcli.design import json_schema

    print(json.dumps(json_schema(), indent=None if as_json else 2))
