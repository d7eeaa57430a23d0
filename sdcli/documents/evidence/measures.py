"""Between what a run gave, as plain numbers, and quantities of the language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.documents.evidence.result import Measure, rounded
from sdcli.units import Quantity, quantity

if TYPE_CHECKING:
    from collections.abc import Iterable


def in_quantities(value: float, unit: str, nouns: Iterable[str] = ()) -> Quantity:
    """A number as a quantity; a unit that nobody else knows is a count noun.

    >>> print(in_quantities(0.0731234, ""), in_quantities(150, "request"))
    0.07312 150 request
    """
    if unit in ("", "%"):  # a product would forget that it was a percentage
        return Quantity.of(value, unit)
    words = "".join(c if c.isalpha() else " " for c in unit).split()
    return quantity(f"1 {unit}", nouns=(*nouns, *words)) * value


def measure_of(value: Quantity) -> Measure:
    """A quantity as plain numbers in the unit that it is shown in.

    >>> measure_of(quantity("1 to 4 GB"))
    Measure(value=2.0, unit='GB', low=1.0, high=4.0)
    """
    unit = value.unit or ""
    size = value.shown.size(value.conventions)
    low, high = (value.low / size, value.high / size) if value.is_range else (None, None)
    return Measure(
        rounded(value.value / size),
        unit,
        None if low is None else rounded(low),
        None if high is None else rounded(high),
    )


def shown(measure: Measure, nouns: Iterable[str] = ()) -> str:
    """A measure for people: at most four digits, the ends of a range behind its median.

    >>> shown(Measure(2.0, "GB", 1.0, 4.0)), shown(Measure(0.25, "%"))
    ('2 GB (1 GB to 4 GB)', '0.25%')
    """
    kept = tuple(nouns)
    value = str(in_quantities(measure.value, measure.unit, kept))
    if measure.low is None or measure.high is None:
        return value
    low, high = (in_quantities(end, measure.unit, kept) for end in (measure.low, measure.high))
    return f"{value} ({low} to {high})"
