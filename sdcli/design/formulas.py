"""Where a design names numbers that only runs and parameters give: `ring.spread`, `web.instances`.

One list, so that validation, inputs and the search for unknown names look at the same places.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.core.yaml import Key
    from sdcli.design.model import Design


def comparisons(design: Design) -> Iterator[tuple[Key, str]]:
    """Every comparison of a design with its key; empty ones are left out."""
    for i, decision in enumerate(design.decisions):
        for field in ("confirm", "revisit_when"):
            if text := getattr(decision, field):
                yield ("decisions", i, field), text
    for i, failure in enumerate(design.failures):
        if failure.survives_if:
            yield ("failures", i, "survives_if"), failure.survives_if
    for i, stage in enumerate(design.rollout.stages):
        if stage.go_if:
            yield ("rollout", "stages", i, "go_if"), stage.go_if


def amounts(design: Design) -> Iterator[tuple[Key, str]]:
    """Every formula of a design that may name parameters and metrics and is no comparison."""
    for i, decision in enumerate(design.decisions):
        for title, text in decision.compare.items():
            yield ("decisions", i, "compare", title), text
        for k, option in enumerate(decision.options):
            for title, text in option.values.items():
                yield ("decisions", i, "options", k, "values", title), text
    for i, item in enumerate(design.cost.items):
        yield ("cost", "items", i, "amount"), item.amount


def formulas(design: Design) -> Iterator[tuple[Key, str]]:
    """Both."""
    yield from comparisons(design)
    yield from amounts(design)
