"""`sdcli lab`: put a claim to the test on a reference implementation, with one's own numbers.

Every option of `lab run` that the command does not know itself is a parameter of the experiment,
so a new experiment brings its options along. What a run shows of itself on the way goes to stderr;
its last frame is the picture in the answer. Frames that are there to be looked at stand for a
while, `--speed` says how long; nobody waits in a pipe, nor for JSON.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sdcli.cli.watching import figure, results, run_watched, show_picture
from sdcli.core.errors import ExitCode, InputError

if TYPE_CHECKING:
    from rich.table import Table

    from sdcli.cli.lab_beside import Found
    from sdcli.experiments import Experiment, Frame, Result
    from sdcli.experiments.contract import Param

_HELP = ("-h", "--help")

Json = Annotated[bool, typer.Option("--json", help="Answer with one JSON object.")]


def register(app: typer.Typer) -> None:
    """Add `lab` with its commands."""
    lab = typer.Typer(
        help="Experiments on the reference implementations: a claim, a run, a verdict.",
        rich_markup_mode=None,
        no_args_is_help=False,
    )
    lab.callback(invoke_without_command=True)(_start)
    lab.command("list")(_list)
    lab.command(
        "run",
        context_settings={"ignore_unknown_options": True, "help_option_names": []},
        epilog="--help after NAME shows its parameters. Exit code 1: the claim fails.",
    )(_run)
    app.add_typer(lab, name="lab")


def _start(context: typer.Context, *, json: Json = False) -> None:
    """List the experiments when no command is given."""
    if context.invoked_subcommand is None:
        _list(json=json)


def _list(*, json: Json = False) -> None:
    """List the experiments with their claims and parameters."""
    from sdcli.cli.screen import console, print_json
    from sdcli.experiments import get, names

    experiments = [get(name) for name in names()]
    if json:
        print_json({"experiments": [_described(experiment) for experiment in experiments]})
        return
    console().print(_overview(experiments))
    console().print("Run one: sdcli lab run NAME --PARAM VALUE ...", markup=False)


def _run(
    context: typer.Context,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="NAME [--PARAM VALUE ...]", show_default=False)
    ] = None,
    *,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Decides every random choice.", show_default="7")
    ] = None,
    speed: Annotated[
        str, typer.Option(metavar="N", help="How fast to show it: 2 is twice as fast, 0 at once.")
    ] = "1",
    threads: Annotated[
        bool, typer.Option("--threads", help="Show real threads beside it (limiter.race).")
    ] = False,
    redis: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Show a real server beside it: redis://localhost:6379."),
    ] = None,
    json: Json = False,
) -> None:
    """Run an experiment; its parameters are options: --vnodes 160."""
    from sdcli.cli.lab_beside import beside_table, check_asked, found_beside
    from sdcli.cli.screen import console, print_json, styled
    from sdcli.core.chance import SEED
    from sdcli.experiments import get, params_json

    seed = SEED if seed is None else seed
    words = words or []
    rest = [word for word in words if word not in _HELP]
    if len(rest) < len(words):
        console().print(context.get_help(), markup=False)
        if rest:
            experiment = get(_split(rest)[0])
            console().print(_parameters(experiment))
            for param in experiment.parameters:
                if param.meanings:
                    console().print("", _meanings(param))
            told = ", ".join(metric.name for metric in experiment.metrics)
            console().print(styled(f"\nMetrics, as designs name them: {told}"))
        raise typer.Exit
    name, values = _split(rest)
    experiment = get(name)
    params = experiment.bind(values)
    pace = _pace(speed)
    check_asked(experiment, threads=threads, redis=redis)
    result, picture = run_watched(experiment, params, seed, 0 if json else pace)
    if not json:  # first, since what stands beside it may fail
        _show(experiment, params_json(params), seed, result, picture)
    beside = found_beside(experiment, params, threads=threads, redis=redis)
    if json:
        print_json(
            {
                "experiment": experiment.name,
                "revision": experiment.revision,
                "params": params_json(params),
                "seed": seed,
                "metrics": {
                    metric.name: {"value": result.metrics[metric.name], "unit": metric.unit}
                    for metric in experiment.metrics
                },
                "verdict": result.verdict,
                "note": result.note,
                "scale": result.scale,
                **({"beside": _beside_json(beside)} if beside else {}),
            }
        )
    else:
        for name, found in beside.items():
            console().print()
            console().print(beside_table(found, name))
    if result.verdict == "fails":
        raise typer.Exit(ExitCode.NO)


def _beside_json(beside: Found) -> dict[str, Any]:
    return {
        name: {
            metric.name: {"value": value, "unit": metric.unit} for metric, value in found.items()
        }
        for name, found in beside.items()
    }


def _split(words: list[str]) -> tuple[str, dict[str, object]]:
    """The experiment's name and the values of its parameters, in any order.

    Raises:
        InputError: a word that belongs to no option, an option without a value or given twice.
    """
    name = ""
    values: dict[str, object] = {}
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if not word.startswith("--"):
            if name:
                raise InputError(
                    "this belongs to no parameter",
                    where="lab run",
                    given=word,
                    expected="one name, then --PARAM VALUE, like ring.balance --vnodes 160",
                )
            name = word
            continue
        option, equals, value = word.partition("=")
        key = option.removeprefix("--").replace("-", "_")
        if not equals:
            if not rest or rest[0].startswith("--"):
                raise InputError(
                    "this parameter has no value", where=option, expected=f"{option} VALUE"
                )
            value = rest.pop(0)
        if key in values:
            raise InputError(
                "this parameter is given twice",
                where=option,
                given=f"{values[key]}, and {value}",
                expected=f"{option} once, like {option} {value}",
            )
        values[key] = value
    if not name:
        raise InputError(
            "which experiment?",
            where="lab run",
            given=" ".join(words),
            expected="its name first, like ring.balance; `sdcli lab list` has them all",
        )
    return name, values


def _pace(speed: str) -> float:
    """How many times faster than at rest the frames follow; 0 when nobody is to wait.

    Raises:
        InputError: this is no speed.
    """
    if speed == "max":
        return 0.0
    try:
        pace = float(speed)
    except ValueError:
        pace = -1.0
    if not 0 <= pace < math.inf:
        raise InputError(
            "this is no speed",
            where="--speed",
            given=speed,
            expected="a number, like 2 for twice as fast; 0 or max does not wait at all",
        )
    return pace


def _show(
    experiment: Experiment[Any],
    params: dict[str, Any],
    seed: int,
    result: Result,
    picture: Frame | None,
) -> None:
    from sdcli.cli.screen import assemble, console, styled

    screen = console()
    units = {param.name: param.unit for param in experiment.parameters if param.type == "quantity"}
    given = [
        f"{name} {figure(value)} {units.get(name, '')}".rstrip() for name, value in params.items()
    ]
    screen.print(styled(f"{experiment.title} ({experiment.name}, revision {experiment.revision})"))
    screen.print(styled(f"claim:  {experiment.claim}"))
    screen.print(styled(f"source: {experiment.source}"))
    screen.print(styled(f"with:   {', '.join([*given, f'seed {seed}'])}\n"))
    is_table = experiment.pictured and picture is not None
    if not is_table:
        screen.print(results(experiment, result))
    if picture:
        if not is_table:
            screen.print()
        show_picture(screen, picture)
    colour = "green" if result.verdict == "holds" else "red"
    screen.print(
        assemble(("\nthe claim ", ""), (result.verdict, f"bold {colour}"), (f". {result.note}", ""))
    )
    screen.print(styled(f"scale {result.scale}"))


def _overview(experiments: list[Experiment[Any]]) -> Table:
    from sdcli.cli.screen import styled, table

    rows = table("experiment", "claim and parameters")
    rows.columns[0].no_wrap = True
    for experiment in experiments:
        options = "  ".join(
            f"{_option(param)} {figure(param.default)}" for param in experiment.parameters
        )
        what = f"{experiment.title}\n{experiment.claim}\n{options}\n"
        rows.add_row(styled(experiment.name), styled(what))
    return rows


def _parameters(experiment: Experiment[Any]) -> Table:
    from sdcli.cli.screen import table
    from sdcli.experiments.binding import expected

    rows = table(f"{experiment.name}", "what it is", "may be")
    rows.columns[0].no_wrap = True
    for param in experiment.parameters:
        rows.add_row(_option(param), param.help, expected(param))
    return rows


def _meanings(param: Param) -> Table:
    from sdcli.cli.screen import styled, table

    rows = table(_option(param), param.help)
    rows.columns[0].no_wrap = True
    for choice, meaning in zip(param.choices, param.meanings, strict=True):
        rows.add_row(styled(choice), styled(meaning))
    return rows


def _option(param: Param) -> str:
    """A parameter as it is typed; with an underline it is understood too."""
    return "--" + param.name.replace("_", "-")


def _described(experiment: Experiment[Any]) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "name": experiment.name,
        "title": experiment.title,
        "claim": experiment.claim,
        "source": experiment.source,
        "revision": experiment.revision,
        "params": [asdict(param) for param in experiment.parameters],
        "metrics": [asdict(metric) for metric in experiment.metrics],
    }
