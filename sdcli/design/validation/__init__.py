"""What is wrong with a design that no single field can know: names, formulas, references.

Every fault at once, each with its line, so that a file is put right in one go. `desk` has what all
checks need, `names` ids and nouns, `numbers` formulas, growth and cost, `parts` what is built,
`judged` what is asked, decided and feared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.core.faults import in_order
from sdcli.design.validation import judged, names, numbers, parts
from sdcli.design.validation.desk import Desk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.core.errors import Fault
    from sdcli.design.file import Loaded
    from sdcli.estimate import Worksheet

_CHECKS = (
    numbers.formulas,
    parts.components,
    parts.flows,
    parts.api,
    parts.data,
    judged.requirements,
    judged.decisions,
    judged.failures,
    judged.rollout,
    numbers.growth,
    numbers.cost,
)


def validate(loaded: Loaded, sheet: Worksheet | None = None) -> list[Fault]:
    """Every fault of a design, in the order of the file; an empty list when there is none.

    Args:
        loaded: the design with its lines.
        sheet: its worksheet, where the caller has it already.

    Cost: one evaluation of every formula.
    """
    desk = Desk(loaded.design, loaded.tree, sheet or loaded.design.worksheet())
    return in_order(_faults(desk))


def _faults(desk: Desk) -> Iterator[Fault]:
    yield from names.ids(desk)
    nouns = list(names.nouns(desk))
    yield from nouns
    if nouns:  # every formula would fail on them again
        return
    for check in _CHECKS:
        yield from check(desk)
