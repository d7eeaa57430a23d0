"""`sdcli estimate sheet`: the assumptions and estimates of a file, worked out together."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sdcli.cli.estimate_beside import Driven, beside, explained, taken
from sdcli.cli.figures import figures
from sdcli.core.errors import InputError

if TYPE_CHECKING:
    from rich.console import Console

    from sdcli.estimate.sheet import Sheet
    from sdcli.units.conventions import Conventions

_STDIN = "-"
_BYTES_MAX = 20_000_000


def list_sheets(*, as_json: bool) -> None:
    """Print the sheets that there are by name; a broken one does not hide the rest."""
    from sdcli.cli.screen import console, print_json, styled, table
    from sdcli.estimate import sheet

    rows: list[dict[str, Any]] = []
    for name, path in sheet.files().items():
        try:
            found = sheet.load(path)
        except InputError as error:
            rows.append({"name": name, "title": "", "summary": f"cannot be used: {error}"})
        else:
            rows.append({"name": name, "title": found.title, "summary": found.summary})
    if as_json:
        print_json({"sheets": rows})
        return
    screen = console()
    listed = table("sheet", "what it works out")
    listed.columns[0].no_wrap = True
    for row in rows:
        listed.add_row(styled(row["name"]), styled(row["summary"] or row["title"]))
    screen.print(listed)
    screen.print("\nThese: sdcli estimate sheet NAME. Your own: sdcli estimate sheet FILE.")


def show_sheet(
    named: str, conventions: Conventions, *, as_json: bool, only_by_name: bool = False
) -> None:
    """Print a sheet: a file, stdin for `-`, or one of those that have a name.

    Args:
        named: which.
        conventions: what a day, a month and a year are taken for.
        as_json: for a program.
        only_by_name: whether a file of that name is left alone.

    Raises:
        InputError: there is no such sheet, or it cannot be used; with every fault.
    """
    from sdcli.cli.screen import console, print_json

    sheet = (_of_name if only_by_name else _found)(named, conventions)
    print_json(sheet_json(sheet)) if as_json else _show(console(), sheet)


def sheet_json(sheet: Sheet) -> dict[str, Any]:
    """A sheet for programs."""
    worksheet = sheet.worksheet
    lines = {line.name: line for line in worksheet.lines}
    driven = Driven({name: lines[name].value for name in sheet.estimates})
    return {
        "sheet": sheet.name,
        "title": sheet.title,
        "nouns": list(sheet.nouns),
        "assumptions": {
            name: {**figures(worksheet.values[name]), "text": one.text, "source": one.source}
            for name, one in sheet.assumptions.items()
        },
        "estimates": {
            name: {
                **figures(lines[name].value),
                "formula": lines[name].formula,
                "worked": lines[name].worked,
                "uses": list(lines[name].uses),
                "companions": beside(lines[name].value),
                "sensitivity": driven.sensitivity(name),
            }
            for name in sheet.estimates
        },
        **({"sensitivity_left_out": driven.left_out} if driven.left_out else {}),
        "conventions": taken(sheet.conventions, (line.value for line in worksheet.lines)),
    }


def _found(named: str, conventions: Conventions) -> Sheet:
    from sdcli.estimate import sheet

    if named == _STDIN:
        return sheet.read(_stdin(), "stdin", conventions)
    path = Path(named)
    is_file = path.exists() and not path.is_dir()
    if is_file or "/" in named or path.suffix in (sheet.SUFFIX, ".yml"):
        return sheet.load(path, conventions)
    return _of_name(named, conventions)


def _of_name(named: str, conventions: Conventions) -> Sheet:
    from sdcli.core.suggest import did_you_mean
    from sdcli.estimate import sheet

    known = sheet.files()
    if named not in known:
        raise InputError(
            f'there is no file and no sheet "{named}"',
            where="estimate sheet",
            expected=f"a YAML file, or one of {', '.join(known)}",
            fix=did_you_mean(named[:64], known),
        )
    return sheet.load(known[named], conventions)


def _stdin() -> str:
    from sdcli.core.files import read_stream

    return read_stream(sys.stdin.buffer, where="stdin", bytes_max=_BYTES_MAX)


def _show(screen: Console, sheet: Sheet) -> None:
    from sdcli.cli.screen import styled, write

    worksheet = sheet.worksheet
    screen.print(styled(sheet.title or sheet.name, "bold"))
    if sheet.summary:
        write(screen, sheet.summary)
    if sheet.assumptions:
        screen.print(styled("\nassumptions"))
    wide = max(map(len, sheet.assumptions), default=0)
    for name, one in sheet.assumptions.items():
        text = worksheet.values[name].display()
        said = f"{name:{wide}}  {text}" + (f"  ({one.source})" if one.source else "")
        write(screen, said, indent=2, hang=wide + 2)
    if worksheet.lines:
        screen.print(styled("\nestimates"))
    for line in worksheet.lines:
        more = ", ".join(beside(line.value))
        write(screen, line.worked + (f"  ({more})" if more else ""), indent=2, hang=2)
    ranges = explained({line.name: line.value for line in worksheet.lines})
    if ranges:
        screen.print(styled("\nranges"))
    for said in ranges:
        write(screen, said, indent=2, hang=2)
    if conventions := taken(sheet.conventions, (line.value for line in worksheet.lines)):
        said = ", ".join(f"{name} {meaning}" for name, meaning in conventions.items())
        screen.print()
        write(screen, said, label="taken: ")
