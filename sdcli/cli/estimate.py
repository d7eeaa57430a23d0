"""`sdcli estimate`: the calculators, sheets of estimates, and the tables to know by heart.

No calculator has a command written by hand: names, options, help, answer and JSON follow from
its signature and its docstrings (estimate/calculator.py). So the words behind `estimate` are read
here and not by typer, which starts without the calculators.
"""

from __future__ import annotations

import shlex
from dataclasses import replace
from itertools import permutations
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sdcli.core.errors import ExitCode, InputError, SdcliError

if TYPE_CHECKING:
    from sdcli.cli.estimate_words import Words
    from sdcli.estimate.calculator import Calculator
    from sdcli.units.conventions import Conventions

_SHEET = "sheet"
_LATENCY = "latency"
_POWERS = "powers"
_ORDERED_MAX = 4  # parameters, in 24 orders
_USUAL = {"day": 86400, "month": 30, "year": 365.25}  # examples of the options


def complete(incomplete: str) -> list[str]:
    """What the shell may offer for NAME."""
    from sdcli.estimate import registry, sheet

    known = (*registry.names(), _LATENCY, _SHEET, *sheet.files())
    return [name for name in known if name.startswith(incomplete)]


def register(app: typer.Typer) -> None:
    """Put `estimate` into the app; its words are read by hand."""
    app.command(
        "estimate",
        context_settings={"ignore_unknown_options": True, "help_option_names": []},
    )(_estimate)


def _estimate(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME ...", autocompletion=complete, show_default=False),
    ] = None,
) -> None:
    """Work out traffic, storage, servers, queues and more, each by its formula."""
    code = main(words or [])
    if code:
        raise typer.Exit(code)


def main(argv: list[str]) -> int:
    """Run `sdcli estimate` with these words; returns the exit code.

    Raises:
        SdcliError: what was asked for cannot be answered.
    """
    from sdcli.cli.estimate_words import read
    from sdcli.estimate import registry

    words = read(argv)
    name = words.name
    if not name:
        _overview(words)
    elif name == _LATENCY:
        _latency(words)
    elif name == _POWERS and words.is_bare:
        from sdcli.cli.estimate_powers import show_powers

        words.refuse_values(f"estimate {_POWERS}")
        words.refuse_flags(f"estimate {_POWERS}", but=("json", "help"))
        show_powers(as_json=words.as_json)
    elif name.replace("_", "-") in registry.names():
        _calculate(words)
    elif name == _SHEET:
        _sheet(words, words.positional)
    elif _is_sheet(name):
        _sheet(words, [name, *words.positional], only_by_name=True)
    else:
        raise _unknown(name)
    return int(ExitCode.OK)


def _is_sheet(name: str) -> bool:
    from sdcli.estimate import sheet

    return name in sheet.files()


def _overview(words: Words) -> None:
    from sdcli.cli.estimate_help import overview_json, show_overview

    words.refuse_values("estimate without a name")
    words.refuse_flags("estimate without a name", but=("json", "help"))
    if words.as_json:
        from sdcli.cli.screen import print_json

        print_json(overview_json())
    else:
        show_overview()


def _calculate(words: Words) -> None:
    from sdcli.cli.estimate_answer import answer_json, show_answer
    from sdcli.cli.estimate_words import LENGTHS
    from sdcli.cli.screen import print_json
    from sdcli.estimate import registry
    from sdcli.units import UnitError

    found = registry.get(words.name)
    if words.wants_help:
        from sdcli.cli.estimate_help import described, show_calculator

        print_json(described(found)) if words.as_json else show_calculator(found)
        return
    words.refuse_flags(f"estimate {found.name}", but=("json", "rough", *LENGTHS, "help"))
    typed, conventions = words.bound(found), _conventions(words)
    try:
        values = found.bind(typed, nouns=words.nouns, conventions=conventions)
        outcome = found.run(values)
    except UnitError as error:
        error.fix = error.fix or _order_meant(words, found, conventions)
        raise
    if words.as_json:
        print_json(answer_json(outcome, values))
    else:
        show_answer(outcome, values)


def _order_meant(words: Words, found: Calculator, conventions: Conventions) -> str:
    """The order of the values by place that makes sense, where just one of all does."""
    typed = words.positional
    if not 1 < len(typed) <= len(found.parameters) <= _ORDERED_MAX:
        return ""
    meant = []
    for order in set(permutations(typed)):
        try:
            texts = replace(words, positional=list(order)).bound(found)
            found.run(found.bind(texts, nouns=words.nouns, conventions=conventions))
        except SdcliError:
            continue
        meant.append(order)
    if len(meant) != 1:
        return ""
    names = " ".join(one.name for one in found.parameters if one.name not in words.named)
    return f"by place they go {names}: sdcli estimate {found.name} {shlex.join(meant[0])}"


def _sheet(words: Words, named: list[str], *, only_by_name: bool = False) -> None:
    from sdcli.cli.estimate_help import SHEET_HELP
    from sdcli.cli.estimate_sheet import list_sheets, show_sheet
    from sdcli.cli.estimate_words import LENGTHS

    if words.nouns:
        raise InputError(
            "a sheet names its own count nouns",
            where="--noun",
            given=words.nouns[0],
            expected=f"nouns: [{words.nouns[0]}] in the file",
        )
    words.refuse_values(f"estimate {_SHEET}", positional=False)
    words.refuse_flags(f"estimate {_SHEET}", but=("json", "rough", *LENGTHS, "help"))
    if words.wants_help:
        from sdcli.cli.screen import console

        console().print(SHEET_HELP, end="")
    elif not named:
        list_sheets(as_json=words.as_json)
    elif len(named) > 1:
        raise InputError(
            "one sheet at a time", where=f"estimate {_SHEET}", given=" ".join(named[1:])
        )
    else:
        show_sheet(named[0], _conventions(words), as_json=words.as_json, only_by_name=only_by_name)


def _latency(words: Words) -> None:
    from sdcli.cli.estimate_help import LATENCY_HELP
    from sdcli.cli.estimate_latency import show_latency

    words.refuse_values(f"estimate {_LATENCY}")
    words.refuse_flags(f"estimate {_LATENCY}", but=("json", "measure", "help"))
    if words.wants_help:
        from sdcli.cli.screen import console

        console().print(LATENCY_HELP, end="")
    else:
        show_latency(measure="measure" in words.flags, as_json=words.as_json)


def _conventions(words: Words) -> Conventions:
    """Day, month and year: as the options say, else those of `--rough`, else the person's own."""
    from sdcli.cli.calc_options import length, refuse_mix
    from sdcli.cli.settings import settings
    from sdcli.units.conventions import ROUGH

    refuse_mix("rough" in words.flags, [f"--{name}" for name in words.lengths])
    taken = ROUGH if "rough" in words.flags else settings().conventions
    for name, text in words.lengths.items():
        option = f"--{name}"
        example = f"{option} {_USUAL[name]}"
        taken = taken.changed(name, length(name, text, where=option, example=example))
    return taken


def _unknown(name: str) -> InputError:
    from sdcli.core.suggest import did_you_mean
    from sdcli.estimate import registry, sheet

    known: list[Any] = [*registry.names(), _LATENCY, _SHEET, *sheet.files()]
    return InputError(
        f'there is no calculator "{name}"',
        where="estimate",
        expected=f"one of {' '.join(known)}",
        fix=did_you_mean(name[:64], known),
    )
