"""Months and years as growth counts them: a year is twelve months, a month a twelfth of a year.

The quantity language has months of 30 days and years of 365, for rates per second. Over years
that would make twelve months five days short of a year, and `40 %/year` after twelve months no
40 %. Here the words count: `18 month` are 18, `3 year` are 36; what is given in another unit is
counted in days, 365 ÷ 12 to the month.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.units.dimension import TIME

if TYPE_CHECKING:
    from sdcli.units import Quantity
    from sdcli.units.table import Unit

HORIZON = "3 year"  # how far a design looks ahead that does not say it
DAYS = 365 / 12  # of a month
_YEAR = 365 * 86_400  # seconds
_CALENDAR = {"month": 1.0, "year": 12.0}


def unit_of_time(value: Quantity) -> Unit | None:
    """The unit of time that was typed; None when there is none in it."""
    return next((unit for unit in value.preferred if unit.base == TIME), None)


def months_in(unit: Unit | None, value: Quantity) -> float:
    """How many months one of a unit is; a second without one."""
    if unit is not None and unit.symbol in _CALENDAR:
        return _CALENDAR[unit.symbol]
    seconds = 1.0 if unit is None else unit.size(value.conventions)
    return seconds * 12 / _YEAR


def months(value: Quantity) -> float:
    """How many months a time is.

    >>> from sdcli.units import quantity
    >>> months(quantity("3 year")), months(quantity("18 month")), months(quantity("730 day"))
    (36.0, 18.0, 24.0)
    """
    unit = unit_of_time(value)
    if unit is None or unit.symbol not in _CALENDAR:
        return value.value * 12 / _YEAR
    return value.value / unit.size(value.conventions) * _CALENDAR[unit.symbol]


def in_period(rate: Quantity) -> Quantity:
    """How much it grows in one of its periods: of 5 %/month, 5 %; of a rate without, in a second.

    >>> from sdcli.units import quantity
    >>> print(in_period(quantity("600 %/year")))
    6
    """
    from sdcli.units import Quantity

    unit = unit_of_time(rate)
    period = Quantity.one(unit, rate.conventions) if unit else Quantity.of(1, "s")
    return rate * period
