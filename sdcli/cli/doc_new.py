"""`sdcli doc new`: a design file to start from: the starter, a pattern, or a scenario."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sdcli.cli.doc_files import DESIGN, Json, say
from sdcli.core.errors import InputError


def new(
    design_id: Annotated[
        str | None, typer.Argument(metavar="ID", help="Like short-links.", show_default=False)
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="NAME",
            help="A scenario or a pattern of --list.",
            show_default="a starter that shows every key",
        ),
    ] = None,
    listed: Annotated[
        bool, typer.Option("--list", help="Say what --from can name, and stop.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where to write it.", show_default="./ID")
    ] = None,
    as_json: Json = False,
) -> None:
    """Write a design file to start from; it builds as it is."""
    from sdcli.cli.screen import print_json
    from sdcli.core.files import write_atomic

    if listed:
        _show_list(as_json=as_json)
        return
    if design_id is None:
        raise InputError("the new design needs an id", where="ID", expected="one like short-links")
    text = _text(design_id, source)
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


def _text(design_id: str, source: str | None) -> str:
    """The text of the new design file."""
    from sdcli.content import load_scenario, scenario_ids
    from sdcli.core.suggest import did_you_mean
    from sdcli.documents.starter import check_id, pattern, patterns, starter

    if source is None:
        return starter(design_id)
    check_id(design_id)
    scenarios = scenario_ids()
    if source in scenarios or "/" in source or source.endswith((".yaml", ".yml")):
        from sdcli.interview.from_scenario import design_text

        return design_text(load_scenario(source), design_id)
    names = list(patterns())
    if source not in names:
        raise InputError(
            "no scenario and no pattern has this name",
            where="--from",
            given=source,
            expected=f"a pattern ({', '.join(names)}) or a scenario ({', '.join(scenarios)})",
            fix=did_you_mean(source[:64], [*names, *scenarios]),
        )
    return pattern(source, design_id)


def _show_list(*, as_json: bool) -> None:
    """Patterns first: they are whole designs; a scenario has no data, decisions or cost."""
    from sdcli.cli.screen import console, print_json, styled, table
    from sdcli.content import scenario_ids
    from sdcli.documents.starter import patterns

    found = patterns()
    titles = {name: _title(name) for name in scenario_ids()}
    if as_json:
        print_json(
            {
                "patterns": [{"id": name, "title": text} for name, text in found.items()],
                "scenarios": [{"id": name, "title": text} for name, text in titles.items()],
            }
        )
        return
    shown = console()
    for heading, rows in (("pattern", found), ("scenario", titles)):
        listed = table(heading, "what it is")
        listed.columns[0].no_wrap = True
        for name, text in rows.items():
            listed.add_row(styled(name), styled(text))
        shown.print(listed)
        shown.print()
    shown.print("Start from one: sdcli doc new ID --from NAME")


def _title(scenario: str) -> str:
    """What a scenario is about; a broken one does not hide the others."""
    from sdcli.content import load_scenario

    try:
        one = load_scenario(scenario)
    except InputError:
        return "cannot be used: see sdcli content check"
    return f"{one.title}. {one.summary}"
