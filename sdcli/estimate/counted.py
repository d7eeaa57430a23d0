"""What is counted: one count noun goes through all parameters of a calculator.

`--rate '40k photo/s' --size '1 MB'` speaks of photos, so the size is for each photo. A noun that
was typed settles those that were not; two typed nouns that differ are an error, because a rate of
tweets times a size for each photo is the size of nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.estimate.kinds import one
from sdcli.units import UnitError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sdcli.estimate.kinds import Kind
    from sdcli.units import Quantity


def agreed(
    kinds: Mapping[str, Kind], values: Mapping[str, Quantity], unsaid: Collection[str]
) -> dict[str, Quantity]:
    """The values with one noun for the same things.

    Args:
        kinds: of each parameter; `follows` and `side` say which nouns belong together.
        values: the accepted values, by parameter; some may be left out.
        unsaid: the parameters whose noun was not typed but filled in.

    Raises:
        UnitError: two typed nouns differ.
    """
    values, unsaid = dict(values), set(unsaid)
    pairs = []
    for name, kind in kinds.items():
        counted = next((other for other in kind.follows if other in values), "")
        if name in values and counted:
            pairs.append((name, kind.side, counted))
    for name, side, counted in pairs:
        own, other = _noun(values[name], side), _noun(values[counted], 1)
        if own and own != other and name not in unsaid:
            if other and counted not in unsaid:
                raise _differ(name, values[name], side, counted, other)
            values[counted] = _recounted(values[counted], other, own, 1)
            unsaid.discard(counted)
    for name, side, counted in pairs:
        value = values[name]
        if not value.dimension.is_number:  # 100 reads for each write: a plain number holds for all
            values[name] = _recounted(value, _noun(value, side), _noun(values[counted], 1), side)
    return values


def _noun(value: Quantity, side: int) -> str:
    """The count noun above (1) or below (-1) the line; empty when there is none."""
    dimension = value.dimension
    return next((noun for noun in dimension.nouns if dimension.exponent(noun) == side), "")


def _recounted(value: Quantity, before: str, after: str, side: int) -> Quantity:
    """The value with another noun on that side; empty for none."""
    if before == after:
        return value
    for noun, exponent in ((before, -side), (after, side)):
        if noun:
            unit = one(noun, value.conventions)
            value = value * unit if exponent > 0 else value / unit
    return value


def _differ(name: str, value: Quantity, side: int, counted: str, other: str) -> UnitError:
    own = _noun(value, side)
    verb = "counts" if side > 0 else "is for each"
    return UnitError(
        f"this {verb} {own}, but {counted} counts {other}",
        where=name,
        given=f"{value}\n{value.kind}",
        expected=f"one noun in both, like {_recounted(value, own, other, side)}",
    )
