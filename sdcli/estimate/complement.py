"""Availability in complement form: what is kept is u = 1 - a, so that nine nines stay nine.

As a float, 99.9999999% is 0.999999999, and taking that from 1 leaves noise behind the seventh
digit; at sixteen nines nothing is left at all. So formulas work on u, and what is shown is written
from u. Two hundred copies of 99% have a u of 10^-400, which no float holds: beside u stand the
nines, -log10 u, for any number of them.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sdcli.estimate.kinds import share
from sdcli.units import Quantity, arithmetic
from sdcli.units import availability as plain
from sdcli.units.availability import in_nines, shown
from sdcli.units.dimension import NUMBER
from sdcli.units.display import DIGITS
from sdcli.units.spread import Point
from sdcli.units.table import PERCENT

if TYPE_CHECKING:
    from sdcli.units.conventions import Conventions

_NORMAL_NINES = 300.0  # up to here u has all its digits; below 10^-308 a float loses them


class Availability(Quantity):
    """An availability that knows its complement.

    Args:
        unavailability: u; where it is too small for a float, 0.
        nines: -log10 u; None for what never fails.

    >>> print(complement(Quantity.of(1e-9)))
    99.9999999%
    """

    unavailability: Quantity = Quantity(Point(0.0))
    nines: Quantity | None = None

    @property
    def has_unavailability(self) -> bool:
        """Whether a float holds u, so that a downtime can be worked out."""
        return self.nines is None or self.nines.high <= _NORMAL_NINES

    def display(self, digits: int = DIGITS) -> str:
        """The text for people, with as many nines as there are."""
        u = self.unavailability
        if self.nines is not None and not self.has_unavailability:
            return in_nines(self.nines.value)
        if not u.is_range:
            return shown(u.value, digits)
        return f"{shown(u.high, digits)} to {shown(u.low, digits)}"

    def summary(self, digits: int = DIGITS) -> str:
        """The same, with the median before low and high where it is a range."""
        if not self.unavailability.is_range:
            return self.display(digits)
        return f"{shown(self.unavailability.value, digits)} ({self.display(digits)})"


def complement(unavailability: Quantity) -> Availability:
    """The availability of which this is the complement."""
    return _availability(unavailability, plain.nines(unavailability))


def of_nines(nines: float, conventions: Conventions) -> Availability:
    """The availability of so many nines, also of more than a float can tell from 1.

    >>> print(of_nines(400.0, Quantity.of(1).conventions))
    400 nines
    """
    u = share(Point(10.0**-nines if nines <= _NORMAL_NINES else 0.0), conventions)
    return _availability(u, Quantity(Point(nines), conventions=conventions))


def of_times(down: Quantity, whole: Quantity) -> Availability:
    """The availability of what is down for so much of the whole time.

    >>> from sdcli.units import quantity
    >>> print(of_times(quantity("1 s"), quantity("1000 s")))
    99.9%
    """
    u = share((down / whole).spread, whole.conventions)
    if u.low < 10.0**-_NORMAL_NINES and down.low > 0:
        return of_nines(math.log10(whole.value) - math.log10(down.value), whole.conventions)
    return complement(u)


def unavailability(availability: Quantity) -> Quantity:
    """1 - a: as it was typed where that is known, else worked out from a."""
    if isinstance(availability, Availability):
        return availability.unavailability
    return plain.unavailability(availability)


def _availability(unavailability: Quantity, nines: Quantity | None) -> Availability:
    return Availability(
        arithmetic.subtract(Point(1.0), unavailability.spread),
        NUMBER,
        (PERCENT,),
        None,
        unavailability.conventions,
        unavailability=unavailability,
        nines=nines,
    )
