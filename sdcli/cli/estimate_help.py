"""The help of `sdcli estimate`, read off the calculators."""

from __future__ import annotations

import inspect
import shlex
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.table import Table

    from sdcli.estimate.calculator import Calculator
    from sdcli.estimate.signature import Parameter

_PACKED_WIDTH = 76  # columns, besides what sets a line in and joins it to the next
_GOES_ON = " \\"  # what the shell reads as one line
OVERVIEW = """\
usage: sdcli estimate NAME [VALUE ...] [--PARAM VALUE ...] [OPTIONS]

Work out traffic, storage, servers, queues and more, each by its formula.
Values go by name, or in the order that `sdcli estimate NAME --help` shows.
They are sums of the quantity language: 40k request/s, '5 to 20 GB', '2 year'.
"""
OPTIONS = """\
  --noun WORD  WORD is a thing that is counted, like album; several times
  --rough      days of 10^5 s and months of 2.5M s, as sums are done by head
  --day, --month, --year
               what they are taken for: --day 86400, --month 30, --year 365.25
  --json       one JSON object, and nothing else on stdout
  -h, --help   this text; behind NAME, its parameters and an example
"""
SHEET_HELP = """\
usage: sdcli estimate sheet [FILE | NAME | -] [OPTIONS]

Work out all estimates of a sheet: a YAML file, a shipped sheet by its name,
or stdin. A design file is a sheet too. Without a name: the list of them.

  nouns: [album]                  # counted things beside the built-in ones
  assumptions:
    users: 10M to 20M user        # or {value: ..., source: who says so}
    uploads: 2 photo/user/day
  estimates:
    rate: {formula: users * uploads, unit: photo/s}
    photos: rate * 5 year

Sheets of your own: a folder sheets/ in a folder of $SDCLI_PATH.
Options: --rough, --day S, --month DAYS, --year DAYS, --json, -h.
"""
LATENCY_HELP = """\
usage: sdcli estimate latency [--measure] [--json]

What one operation takes: the numbers of 2012 that interviewers know beside
those of today, each with its year and source.

  --measure  time memory, hashing, a system call, fsync, file reads and the
             loopback on this machine, in less than ten seconds; writes 32 MB
             into a temporary folder ($TMPDIR moves it) and removes it
  --json     one JSON object, and nothing else on stdout
"""


def show_overview() -> None:
    """Print what there is and how to call it."""
    from sdcli.cli.screen import console, styled, table

    screen = console()
    screen.print(OVERVIEW)
    for heading, named in _parts():
        rows = table(heading, "")
        rows.columns[0].no_wrap = True
        rows.columns[0].min_width = 14
        for name, title in named.items():
            rows.add_row(styled(f"  {name}"), styled(title))
        screen.print(rows)
        screen.print()
    screen.print(styled(f"options\n{OPTIONS}\nexample\n{_packed(_call(_first()), _GOES_ON)}"))


def overview_json() -> dict[str, Any]:
    """The calculators with their parameters and outputs, and the sheets."""
    from sdcli.estimate import registry, sheet

    return {
        "calculators": [described(registry.get(name)) for name in registry.names()],
        "sheets": list(sheet.files()),
    }


def described(calculator: Calculator) -> dict[str, Any]:
    """A calculator for programs."""
    return {
        "name": calculator.name,
        "title": calculator.title,
        "formula": calculator.formula,
        "source": calculator.source,
        "summary": calculator.summary,
        "parameters": [
            {
                "name": one.name,
                "kind": one.kind.name,
                "help": one.help,
                "example": one.kind.example,
                "required": one.required,
                "default": one.default or None,
            }
            for one in calculator.parameters
        ],
        "outputs": [
            {"name": one.name, "help": one.help, "formula": one.formula}
            for one in calculator.outputs
        ],
        "example": command(calculator),
    }


def show_calculator(calculator: Calculator) -> None:
    """Print what a calculator asks for, gives and promises, with an example that works."""
    from sdcli.cli.screen import assemble, console, styled, write

    screen = console()
    places = (
        f"{one.option} VALUE" if one.required else f"[{one.option} VALUE]"
        for one in calculator.parameters
    )
    screen.print(styled(_packed((f"usage: sdcli estimate {calculator.name}", *places))))
    screen.print()
    write(screen, assemble((f"{calculator.title}: ", "bold"), (calculator.formula, "")), hang=2)
    for paragraph in _prose(calculator):
        screen.print()
        write(screen, paragraph)
    screen.print()
    screen.print(_parameters(calculator))
    screen.print()
    screen.print(_outputs(calculator))
    screen.print(styled(f"\noptions\n{OPTIONS}"))
    screen.print(styled(f"example\n{_packed(_call(calculator), _GOES_ON)}\n"))
    write(screen, calculator.source, label="source: ")


def command(calculator: Calculator) -> str:
    """A call that works."""
    return " ".join(_call(calculator))


def _call(calculator: Calculator) -> list[str]:
    """The same in parts: the command, then each option with its value."""
    return [
        f"sdcli estimate {calculator.name}",
        *(
            f"--{name.replace('_', '-')} {shlex.quote(text)}"
            for name, text in calculator.example.items()
        ),
    ]


def _packed(parts: Iterable[str], joint: str = "") -> str:
    r"""Parts on as few lines as hold them whole, all but the first set in further.

    Args:
        parts: what is not broken.
        joint: what stands at the end of a line that goes on, such as a backslash.

    >>> print(_packed(["sdcli estimate traffic", "--users '150M user'", "--actions " + "9" * 40]))
    sdcli estimate traffic --users '150M user'
      --actions 9999999999999999999999999999999999999999
    """
    lines: list[str] = []
    for part in parts:
        if lines and len(lines[-1]) + len(part) < _PACKED_WIDTH:
            lines[-1] += f" {part}"
        else:
            lines.append(part)
    return f"{joint}\n  ".join(lines)


def _parts() -> list[tuple[str, dict[str, str]]]:
    """What the overview lists, by heading."""
    from sdcli.estimate import registry, sheet

    calculators = {name: registry.get(name).title for name in registry.names()}
    sheets = {
        "sheet FILE": "A YAML file of assumptions and estimates, or a design; - is stdin",
        "sheet NAME": f"As published, with sources: {', '.join(sheet.files())}",
    }
    tables = {"latency": "What operations take, in 2012 and today; --measure: on this machine"}
    if "powers" in calculators:
        tables["powers"] = "Without a value: the powers of two to know by heart"
    return [("calculators", calculators), ("sheets", sheets), ("tables", tables)]


def _first() -> Calculator:
    from sdcli.estimate import registry

    return registry.get(registry.names()[0])


def _prose(calculator: Calculator) -> list[str]:
    """The paragraphs of the docstring: the promise, and when it holds."""
    found = []
    for paragraph in (inspect.getdoc(calculator.function) or "").split("\n\n"):
        is_section = paragraph.split("\n")[0].rstrip() in ("Args:", "Returns:", "Raises:")
        if paragraph and not is_section and not paragraph.startswith(">>>"):
            found.append(" ".join(paragraph.split()))
    return found


def _parameters(calculator: Calculator) -> Table:
    from sdcli.cli.screen import styled, table

    rows = table("asks for", "what it is", "like")
    for column in (0, 2):
        rows.columns[column].no_wrap = True
    for one in calculator.parameters:
        told = f"{one.help} ({one.kind.name}{_otherwise(one)})".strip()
        rows.add_row(styled(one.option), styled(told), styled(one.kind.example))
    return rows


def _outputs(calculator: Calculator) -> Table:
    from sdcli.cli.screen import styled, table

    rows = table("gives", "what it is")
    rows.columns[0].no_wrap = True
    for one in calculator.outputs:
        rows.add_row(styled(one.name), styled(one.help))
    return rows


def _otherwise(parameter: Parameter) -> str:
    """What stands when it is not given."""
    if parameter.required:
        return ""
    return f"; default {parameter.default}" if parameter.default else "; may be left out"
