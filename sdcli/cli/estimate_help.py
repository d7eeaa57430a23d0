"""The help of `sdcli estimate`, read off the calculators."""

from __future__ import annotations

import ast
import doctest
import inspect
import shlex
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rich.table import Table

    from sdcli.estimate.calculator import Calculator, Parameter

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
  --json       one JSON object, and nothing else on stdout
  -h, --help   this text; behind NAME, its parameters and an example
"""
SHEET_HELP = """\
usage: sdcli estimate sheet [FILE | NAME | -] [--rough] [--json]

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
                "default": None if one.default is None else str(one.default),
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
    """A call that works, with the values of the calculator's doctest."""
    return " ".join(_call(calculator))


def _call(calculator: Calculator) -> list[str]:
    """The same in parts: the command, then each option with its value."""
    return [
        f"sdcli estimate {calculator.name}",
        *(
            f"--{name.replace('_', '-')} {shlex.quote(text)}"
            for name, text in example(calculator).items()
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


def example(calculator: Calculator) -> dict[str, str]:
    """The parameters of the first call in its doctest, as text, and what else it needs.

    >>> from sdcli.estimate import registry
    >>> example(registry.get("in-flight"))
    {'rate': '40 kqps', 'latency': '250 ms'}
    """
    needed = {one.name: one.kind.example for one in calculator.parameters if one.required}
    called: dict[str, ast.expr] = {}
    for shown in doctest.DocTestParser().get_examples(inspect.getdoc(calculator.function) or ""):
        for node in ast.walk(ast.parse(shown.source)):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                called[node.targets[0].id] = node.value
            elif (
                isinstance(node, ast.Call)
                and ast.unparse(node.func) == calculator.function.__name__
            ):
                said = {one.arg: _literal(one.value, called) for one in node.keywords if one.arg}
                return needed | {name: text for name, text in said.items() if text}
    return needed


def _literal(node: ast.expr, called: Mapping[str, ast.expr]) -> str:
    """The text in `quantity("5 MB")` or `Quantity.of(5, "MB")`; empty for anything else.

    >>> _literal(ast.parse('Quantity.of(5, "MB")', mode="eval").body, {})
    '5 MB'
    """
    if isinstance(node, ast.Name) and node.id in called:
        node = called[node.id]
    parts = node.args if isinstance(node, ast.Call) else [node]
    if not all(isinstance(part, ast.Constant) for part in parts):
        return ""
    return " ".join(str(ast.literal_eval(part)) for part in parts)


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
        if not is_section and not paragraph.startswith(">>>"):
            found.append(" ".join(paragraph.split()))
    return found


def _parameters(calculator: Calculator) -> Table:
    from sdcli.cli.screen import styled, table

    rows = table("asks for", "what it is", "like")
    for column in (0, 2):
        rows.columns[column].no_wrap = True
    for one in calculator.parameters:
        told = f"{one.help} ({one.kind.name}{_otherwise(one)})"
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
    return "; may be left out" if parameter.default is None else f"; default {parameter.default}"
