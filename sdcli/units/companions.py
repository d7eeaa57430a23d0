"""Companions: the figures that people want beside a result.

`3.472k request/s (300M/day)`, `120 Mbps (15 MB/s, 1.296 TB/day)`, `99.95% (3.3 nines,
4.38 hour/year down)`. They say the same amount in another unit, never another amount, and
never what the result shows already; a figure that nobody can picture (`0.0001/s`, `1e18/day`)
is left out. Beside a range they stand for its median.
"""

from __future__ import annotations

import math

from sdcli.units.availability import in_nines, nines, unavailability
from sdcli.units.dimension import INFORMATION, MONEY, TIME, Dimension
from sdcli.units.display import DIGITS, number_in, rounded, show
from sdcli.units.product import UnitProduct, product
from sdcli.units.quantity import Quantity
from sdcli.units.record import TYPE_CHECKING
from sdcli.units.spread import Point
from sdcli.units.table import BYTE, DOLLAR, SECOND, UNITS, Unit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sdcli.units.dimension import Exponent

_LEAST = 0.01  # a rate or price below a hundredth has no companion
_MOST = 1e15  # beyond the prefixes
_BANDWIDTH_MIN = 8.0  # bit/s: nobody thinks in fractions of a byte per second
_LONG, _LONG_DURATION = 1e4, 100  # from here on a number is hard to picture
_AVAILABILITY_MIN = 0.99  # below it a percent is a share
_DOWN_MIN_S = 1e-3  # nobody measures that a thing was down for less in a year
_AMOUNT = Dimension.of(INFORMATION)
_BANDWIDTH = _AMOUNT / Dimension.of(TIME)
_COST = Dimension.of(MONEY) / Dimension.of(TIME)
_TYPED_RATES = ("bit", "Kbit", "Mbit", "Gbit", "Tbit")  # these per second are written bps
_BIT, _DAY = UNITS["bit"], UNITS["day"]
_MONTH, _YEAR, _NANOSECOND = UNITS["month"], UNITS["year"], UNITS["ns"]


def companions(quantity: Quantity) -> tuple[str, ...]:
    """Other ways to say a result, at most three, the most useful first.

    Args:
        quantity: any quantity; its conventions hold for the companions, too.

    >>> from sdcli.units import quantity as read
    >>> companions(read("150M user * 2 tweet/user/day to tweet/s"))
    ('300M/day',)
    >>> companions(read("3 KB * 5000/s to Mbps")), companions(read("5 link"))
    (('15 MB/s', '1.296 TB/day'), ())
    """
    value, dimension = quantity.value, quantity.dimension
    if value == 0:
        return ()
    if dimension == _BANDWIDTH:
        found = _bandwidth(quantity)
    elif dimension == _COST:
        found = _cost(quantity)
    elif dimension == _AMOUNT:
        found = [*_exact(quantity), *_amount(quantity)]
    elif dimension == Dimension.of(TIME):
        found = _duration(quantity)
    elif quantity.shown.text == "%":
        found = _availability(quantity)
    elif dimension.is_rate:
        found = _rate(quantity)
    else:
        found = _exact(quantity)
    shown = show(quantity)
    return tuple(text for text in dict.fromkeys(found) if text and text != shown)


def units_in(companions: Iterable[str]) -> list[Unit]:
    """The units that companions name: TB and day in `1.296 TB/day`."""
    words = " ".join(companions).replace("/", " ").split()
    return [UNITS[word] for word in words if word in UNITS]


def _rate(quantity: Quantity) -> list[str]:
    """Events per time: per day beside per second, and the reverse."""
    per_s, exact = _time_unit(quantity).size(quantity.conventions), _exact(quantity)
    daily, per_second = _per(quantity, _DAY), _per(quantity, SECOND)
    if per_s <= 1:
        return [*exact, daily]
    if exact and quantity.value.is_integer():  # 1,036,800 a day: from 12 a second, as a rule
        return exact
    day_s = _DAY.size(quantity.conventions)
    if per_s > day_s or (per_s < day_s and not per_second):
        return [*exact, per_second, daily]
    return [*exact, per_second]


def _per(quantity: Quantity, unit: Unit) -> str:
    """Events per `unit`, without the noun: `300M/day`."""
    rate = UnitProduct(((unit, -1),))
    number = abs(quantity.value / rate.size(quantity.conventions))
    if not _LEAST <= number < _MOST:
        return ""
    return rate.after(number_in(quantity.value, quantity, rate))


def _bandwidth(quantity: Quantity) -> list[str]:
    """Bits beside bytes, and what comes together in a day; decimal beside KiB and MiB."""
    typed = next(u for u, _ in _parts(quantity) if u.base == INFORMATION)
    per = _time_unit(quantity)
    per_second = per.size(quantity.conventions) <= 1
    in_bits = typed.ladder.startswith("bit")
    if abs(quantity.value) < _BANDWIDTH_MIN:
        return []
    found = [] if in_bits and per_second else [_line_rate(quantity)]
    if in_bits or not per_second or "binary" in typed.ladder:
        found.insert(0, _shown_with(quantity, BYTE, SECOND))
    if per_second:
        found.append(_shown_with(quantity, BYTE, _DAY))
    return found


def _line_rate(quantity: Quantity) -> str:
    """Bits per second, as lines are sold: `120 Mbps`."""
    text = _shown_with(quantity, _BIT, SECOND)
    number, _, unit = text.partition(" ")
    bits = unit.removesuffix("/s")
    return f"{number} {bits.removesuffix('it')}ps" if bits in _TYPED_RATES else text


def _amount(quantity: Quantity) -> list[str]:
    """Decimal bytes beside KiB and bits."""
    typed = _parts(quantity)[0][0]
    return [] if typed.ladder == "byte" else [_shown_with(quantity, BYTE)]


def _cost(quantity: Quantity) -> list[str]:
    """A price per month beside any other.

    None beside that one: bills come twelve times a year, and a year has 12.17 months of 30 days.
    """
    if _time_unit(quantity) is _MONTH:
        return []
    unit = product([(DOLLAR, 1), (_MONTH, -1)])
    number = abs(quantity.value / unit.size(quantity.conventions))
    return [_drawn(quantity, (DOLLAR, _MONTH), unit)] if _LEAST <= number < _MOST else []


def _duration(quantity: Quantity) -> list[str]:
    """The usual unit where the number that was asked for is long: `86.4k s` is a day."""
    number = abs(quantity.value / quantity.shown.size(quantity.conventions))
    if _LEAST <= number < _LONG_DURATION:
        return []
    return [_shown_with(quantity, _NANOSECOND)]


def _availability(quantity: Quantity) -> list[str]:
    """The nines and the downtime of a year, from the complement, so that nine nines stay nine."""
    if quantity.is_range or not _AVAILABILITY_MIN <= quantity.value < 1:
        return []
    missing = unavailability(quantity)
    count = nines(missing)
    if count is None:
        return []
    down = missing.value * _YEAR.size(quantity.conventions)
    lost = Quantity(Point(down), Dimension.of(TIME), (_NANOSECOND,), None, quantity.conventions)
    told = [f"{show(lost)}/year down"] if down >= _DOWN_MIN_S else []
    return [in_nines(count.value), *told]


def _exact(quantity: Quantity) -> list[str]:
    """A whole number in full where the shown digits hide some of it: `1,048,576`."""
    unit = quantity.shown
    if quantity.is_range or not _counts(quantity):
        return []
    number = quantity.value / unit.size(quantity.conventions)
    whole = round(number) if abs(number) < _MOST else 0
    if unit.text == "%" or abs(number - whole) > 4 * math.ulp(number):
        return []
    hidden = rounded(number) != whole
    short = abs(whole) < _LONG  # 1.024k shows all of 1,024, and hides it all the same
    spread_out = unit.takes_prefix and len(str(abs(whole))) == DIGITS and whole % 10
    return [f"{whole:,}"] if (hidden and not short) or spread_out else []


def _counts(quantity: Quantity) -> bool:
    """Whether it is a count, also per time; of bytes where a number of bytes was asked for."""
    unit = quantity.shown
    if quantity.dimension == _AMOUNT:
        return unit.text in ("B", "bit")
    if quantity.dimension.is_number:
        return True
    plain = all(part.scale == 1 or part.base == TIME for part, _ in unit.factors)
    return plain and (quantity.dimension.is_count or quantity.dimension.is_rate)


def _parts(quantity: Quantity) -> list[tuple[Unit, Exponent]]:
    """The simple units that it is shown in."""
    return [part for unit, _ in quantity.shown.factors for part in unit.simple]


def _time_unit(quantity: Quantity) -> Unit:
    return next(unit for unit, _ in _parts(quantity) if unit.base == TIME)


def _shown_with(quantity: Quantity, *units: Unit) -> str:
    """The median as it is shown when these units were typed; empty where that takes a power."""
    return _drawn(quantity, units, None)


def _drawn(quantity: Quantity, units: tuple[Unit, ...], asked: UnitProduct | None) -> str:
    text = show(
        Quantity(Point(quantity.value), quantity.dimension, units, asked, quantity.conventions)
    )
    number = text.split()[0].partition("/")[0]
    return "" if "e" in number or number == "0" else text
