"""Months and years as growth counts them: a year is twelve months, a month a twelfth of a year.

The quantity language has months of 30 days and years of 365, for rates per second. Over years
that would make twelve months five days short of a year, and `40 %/year` after twelve months no
40 %. Here the words count: `18 month` are 18, `3 year` are 36; what is given in another unit is
counted in days, 365 ÷ 12 to the month.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sdcli.units.dimension import TIME

if TYPE_CHECKING:
    from sdcli.units import Quantity
    from sdcli.units.table import Unit

DAYS = 365 / 12  # of a month
_YEAR = 365 * 86_400  # seconds
_CALENDAR = {"month": 1.0, "year": 12.0}
POINTS_MAX = 13
_STEPS = (1, 2, 3, 4, 6, 12)


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


def points(horizon: float) -> list[float]:
    """Where one looks: today, whole months at even steps, the horizon; at most POINTS_MAX.

    >>> points(36)[:3], points(36)[-1], points(7.5), points(1)
    ([0.0, 3.0, 6.0], 36.0, [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 7.5], [0.0, 1.0])
    """
    most = POINTS_MAX - 1
    years = 12 * math.ceil(horizon / (12 * most))
    step = next((one for one in _STEPS if horizon / one <= most), years)
    found = [float(step * place) for place in range(int(horizon // step) + 1)]
    if found[-1] < horizon:
        found.append(float(horizon))
    return found


def told(months: float) -> str:
    """So many months for people: `14.2 month`.

    >>> told(14.0), told(14.23), told(0.036)
    ('14 month', '14.2 month', '0.04 month')
    """
    if months < 1:
        return f"{months:.1g} month"
    text = f"{months:.1f}" if months < 1000 else f"{months:.4g}"  # noqa: PLR2004 - 4 digits
    return f"{text.removesuffix('.0')} month"
