"""The answer of a calculator, for people and for programs.

What was typed, the outputs with what people want beside them, the working, and what was assumed
on the way: nothing that the result rests on stays unsaid.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sdcli.cli.estimate_beside import Driven, beside, explained, taken
from sdcli.cli.figures import figures
from sdcli.estimate.kinds import displayed
from sdcli.units import Quantity

if TYPE_CHECKING:
    from collections.abc import Collection

    from rich.table import Table

    from sdcli.estimate.calculator import Outcome
    from sdcli.estimate.kinds import Value


def show_answer(outcome: Outcome, given: Collection[str]) -> None:
    """Print the answer for people; `given` are the parameters that were typed."""
    from sdcli.cli.screen import assemble, console, write

    screen = console()
    asked = outcome.calculator
    write(screen, assemble((f"{asked.title}: ", "bold"), (asked.formula, "")), hang=2)
    typed = [f"{name} {displayed(one)}" for name, one in outcome.inputs.items() if name in given]
    if typed:
        write(screen, ", ".join(typed), label="with: ")
    screen.print()
    screen.print(_outputs(outcome))
    lines = [*outcome.working, *explained(outcome.outputs)]
    if lines:
        screen.print()
    for line in lines:
        write(screen, line, hang=2)
    screen.print()
    if assumed := _assumed(outcome):
        write(screen, ", ".join(assumed), label="assumed: ")
    if conventions := taken(outcome.conventions, outcome.outputs.values()):
        said = ", ".join(f"{name} {meaning}" for name, meaning in conventions.items())
        write(screen, said, label="taken: ")
    write(screen, asked.source, label="source: ")


def answer_json(outcome: Outcome, given: Collection[str]) -> dict[str, Any]:
    """The same for programs."""
    asked = outcome.calculator
    anchors = _anchors(outcome)
    driven = Driven(outcome.outputs)
    return {
        "calculator": asked.name,
        "title": asked.title,
        "formula": asked.formula,
        "source": asked.source,
        "inputs": {
            name: {**_input(value), "given": name in given}
            for name, value in outcome.inputs.items()
        },
        "outputs": {
            name: {
                **figures(value),
                "companions": beside(value),
                "anchor": anchors.get(name),
                "sensitivity": driven.sensitivity(name),
            }
            for name, value in outcome.outputs.items()
        },
        "working": list(outcome.working),
        "conventions": taken(outcome.conventions, outcome.outputs.values()),
    }


def _outputs(outcome: Outcome) -> Table:
    """Each output with its companions, and below them which resource it fills."""
    from sdcli.cli.screen import styled, table

    anchors = _anchors(outcome)
    rows = table("", "", "")
    rows.show_header = False
    for name, value in outcome.outputs.items():
        more = [", ".join(beside(value)), anchors.get(name, "")]
        rows.add_row(
            styled(name),
            styled(value.summary(), "bold"),
            styled("\n".join(text for text in more if text)),
        )
    return rows


def _assumed(outcome: Outcome) -> list[str]:
    """The defaults that were taken, and the units and nouns that were filled in."""
    return [
        f"{name} {displayed(outcome.inputs[name])} ({how})" for name, how in outcome.assumed.items()
    ]


def _anchors(outcome: Outcome) -> dict[str, str]:
    """Which single resource each output fills, and how much of it."""
    from sdcli.estimate.anchors import anchor

    found = {}
    for part in outcome.calculator.outputs:
        value = outcome.outputs.get(part.name)
        if value is not None and part.anchor and (one := anchor(value, part.anchor)):
            found[part.name] = one.text
    return found


def _input(value: Value) -> dict[str, Any]:
    """What went in; of a list, each of its values."""
    if isinstance(value, Quantity):
        return figures(value)
    return {"display": displayed(value), "items": [figures(item) for item in value]}
