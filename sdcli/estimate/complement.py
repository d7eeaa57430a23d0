"""Availability in complement form: what is kept is 1 - a, so that nine nines stay nine.

As a float, 99.9999999% is 0.999999999, and taking that from 1 leaves noise behind the seventh
digit; at sixteen nines nothing is left at all. So what is typed is read by its decimals, formulas
work on the unavailability u = 1 - a, and what is shown is written from u. Only a value that
somebody computed falls back to 1 - a.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sdcli.estimate.kinds import DURATION, SHARE, Kind
from sdcli.units import Quantity, UnitError, arithmetic, parse
from sdcli.units.conventions import DEFAULT
from sdcli.units.dimension import NUMBER
from sdcli.units.display import DIGITS, plain, rounded
from sdcli.units.literals import NINES_MAX
from sdcli.units.spread import Point
from sdcli.units.table import PERCENT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sdcli.units.conventions import Conventions
    from sdcli.units.spread import Spread

_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,60})?) ?%")
_NINES = re.compile(r"([0-9]{1,2}) ?nines?")
_DECIMAL = re.compile(r"(0?\.[0-9]{1,60})")
_TYPED_NINES_MAX = 60
_NEAR = 0.01  # from 99% on, digits count from the complement


class Availability(Quantity):
    """An availability that knows its complement.

    >>> print(complement(Quantity.of(1e-9)))
    99.9999999%
    """

    unavailability: Quantity = Quantity(Point(0.0))

    def display(self, digits: int = DIGITS) -> str:
        """The text for people, with as many nines as there are."""
        u = self.unavailability
        if not u.is_range:
            return _shown(u.value, digits)
        return f"{_shown(u.high, digits)} to {_shown(u.low, digits)}"

    def summary(self, digits: int = DIGITS) -> str:
        """The same, with the median before low and high where it is a range."""
        if not self.unavailability.is_range:
            return self.display(digits)
        return f"{_shown(self.unavailability.value, digits)} ({self.display(digits)})"


def complement(unavailability: Quantity) -> Availability:
    """The availability of which this is the complement."""
    return Availability(
        arithmetic.subtract(Point(1.0), unavailability.spread),
        NUMBER,
        (PERCENT,),
        None,
        unavailability.conventions,
        unavailability=unavailability,
    )


def unavailability(availability: Quantity) -> Quantity:
    """1 - a: as it was typed where that is known, else worked out from a."""
    if isinstance(availability, Availability):
        return availability.unavailability
    rest = arithmetic.subtract(Point(1.0), availability.spread)
    if isinstance(rest, Point):
        rest = Point(round(rest.value, NINES_MAX))  # 1 - 0.9995 is 0.0005 and some noise
    return share(rest, availability.conventions)


def share(spread: Spread, conventions: Conventions = DEFAULT) -> Quantity:
    """A plain number that is shown in percent."""
    return Quantity(spread, NUMBER, (PERCENT,), None, conventions)


@dataclass(frozen=True)
class AvailabilityKind(Kind):
    """An availability: `99.95%`, `0.9995`, `4 nines`; taken by its decimals."""

    def read(
        self, text: str, name: str, *, nouns: Iterable[str] = (), conventions: Conventions = DEFAULT
    ) -> Quantity:
        """The availability that was typed, to the last decimal.

        Raises:
            UnitError: it cannot be read.
        """
        exact = _typed(text.strip())
        if exact is None:
            return super().read(text, name, nouns=nouns, conventions=conventions)
        return complement(share(Point(exact), conventions))

    def accept(self, value: Quantity, name: str) -> Quantity:
        """The value as an availability.

        Raises:
            UnitError: it is none.
        """
        accepted = super().accept(value, name)
        if isinstance(accepted, Availability):
            return accepted
        return complement(unavailability(accepted))


class Several(Quantity):
    """Several values that were given as one parameter; as a quantity, how many they are."""

    items: tuple[Quantity, ...] = ()

    def display(self, digits: int = DIGITS) -> str:
        """All of them, as they are typed."""
        return ", ".join(item.display(digits) for item in self.items)

    def summary(self, digits: int = DIGITS) -> str:
        """The same; each says itself."""
        return self.display(digits)


def several(items: Iterable[Quantity]) -> Several:
    """The values as one."""
    found = tuple(items)
    conventions = found[0].conventions if found else DEFAULT
    return Several(Point(float(len(found))), conventions=conventions, items=found)


@dataclass(frozen=True)
class ListKind(Kind):
    """Values of one kind, with commas between them: `99.9%, 99.95%, 4 nines`.

    Args:
        item: what each of them is.
    """

    item: Kind = SHARE

    def read(
        self, text: str, name: str, *, nouns: Iterable[str] = (), conventions: Conventions = DEFAULT
    ) -> Quantity:
        """Each value that was typed.

        Raises:
            UnitError: one cannot be read, or there is nothing between two commas.
        """
        parts = text.split(",")
        if not all(part.strip() for part in parts):
            raise UnitError(
                "nothing stands between two commas", where=name, given=text, expected=self.example
            )
        return several(
            self.item.read(part, f"{name}/{place}", nouns=nouns, conventions=conventions)
            for place, part in enumerate(parts, start=1)
        )

    def accept(self, value: Quantity, name: str) -> Quantity:
        """Each value, accepted.

        Raises:
            UnitError: one is of another kind.
        """
        items = value.items if isinstance(value, Several) else (value,)
        return several(self.item.accept(item, name) for item in items)


class YearlyDowntime(Quantity):
    """A downtime that said its period, `4.3 min/month`, as so much of a year."""


@dataclass(frozen=True)
class DowntimeKind(Kind):
    """A time, or a time in a time: `52 min`, `52 min/year`."""

    def read(
        self, text: str, name: str, *, nouns: Iterable[str] = (), conventions: Conventions = DEFAULT
    ) -> Quantity:
        """The time that was typed; of a year where the period was typed with it.

        Raises:
            UnitError: it cannot be read.
        """
        return _of_year(super().read(text, name, nouns=nouns, conventions=conventions))

    def accept(self, value: Quantity, name: str) -> Quantity:
        """The time, read in the same way.

        Raises:
            UnitError: it is no time.
        """
        return super().accept(_of_year(value), name)


def _of_year(value: Quantity) -> Quantity:
    if not value.dimension.is_number or value.low < 0 or value.high > 1:
        return value
    year = parse("1 year").evaluate({}, value.conventions)
    spread = arithmetic.scale(value.spread, year.value)
    return YearlyDowntime(spread, year.dimension, year.preferred, None, value.conventions)


AVAILABILITY = AvailabilityKind("an availability", "99.95%", SHARE.takes, most=1.0, certain=True)
AVAILABILITIES = ListKind(
    "availabilities with commas between them",
    "99.9%, 99.95%, 4 nines",
    SHARE.takes,
    item=AVAILABILITY,
)
DOWNTIME = DowntimeKind("a time, or a time in a period", "52 min/year", DURATION.takes)


def _typed(text: str) -> float | None:
    """1 - a by the decimals of the text; None where the text is something else."""
    from decimal import Decimal

    if found := _NINES.fullmatch(text):
        count = int(found[1])
        if count > _TYPED_NINES_MAX:
            raise UnitError(f"more than {_TYPED_NINES_MAX} nines are no availability", given=text)
        return 10.0**-count
    whole = 100 if (found := _PERCENT.fullmatch(text)) else 1
    if not found and not (found := _DECIMAL.fullmatch(text)):
        return None
    u = (whole - Decimal(found[1])) / whole  # the difference is short, however long the text
    return float(u) if u >= 0 else None


def _shown(u: float, digits: int) -> str:
    """The availability of that complement, in percent; in nines where percent gets too long."""
    if u == 0 or u >= _NEAR:
        return plain(100.0 * (1.0 - u), digits) + "%"
    if u < 10.0**-NINES_MAX:
        return f"{plain(-math.log10(u), digits)} nines"
    from decimal import Decimal

    return f"{Decimal(100) - Decimal(repr(rounded(100.0 * u, digits))):f}%"
