"""Conventions: what a day, a month and a year are, since published estimates differ in them.

Seconds in a day, days in a month and days in a year are a choice; KB for 1000 bytes is one
too, but KiB says the other, so it is stated and not switched. Whoever prints an answer that
rests on one of them says so.
"""

from __future__ import annotations

from sdcli.units.record import TYPE_CHECKING, Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sdcli.units.table import Unit

USUAL_DAY_S = 86_400.0
NAMES = ("day", "month", "year")
DECIMAL_BYTES = "KB"  # the name under which "1000 B" is stated


class Conventions(Record):
    """Seconds in a day, and days in a month and in a year.

    >>> DEFAULT.seconds("month"), ROUGH.seconds("month")
    (2592000.0, 2500000.0)
    """

    day_s: float = USUAL_DAY_S
    month_days: float = 30.0
    year_days: float = 365.0

    def seconds(self, name: str) -> float:
        """How many seconds a `day`, `month` or `year` has."""
        days = {"day": 1.0, "month": self.month_days, "year": self.year_days}[name]
        return days * self.day_s

    def text(self, name: str) -> str:
        """What is said of it beside an answer.

        Days are said only where they are the usual ones: a month of 25 days of 100,000 s each is
        2.5M s.

        >>> DEFAULT.text("day"), DEFAULT.text("month"), ROUGH.text("month"), DEFAULT.text("KB")
        ('86,400 s', '30 day', '2.5M s', '1000 B')
        """
        if name == DECIMAL_BYTES:
            return "1000 B"
        if name == "day":
            return f"{self.day_s:,.9g} s"
        if self.day_s == USUAL_DAY_S:
            return f"{self.month_days if name == 'month' else self.year_days:g} day"
        return f"{self.seconds(name) / 1e6:.6g}M s"

    def changed(self, name: str, value: float) -> Conventions:
        """The same with another `day` (in seconds), `month` or `year` (in days)."""
        return Conventions(
            value if name == "day" else self.day_s,
            value if name == "month" else self.month_days,
            value if name == "year" else self.year_days,
        )


DEFAULT = Conventions()
ROUGH = Conventions(100_000.0, 25.0, 300.0)  # a day is 10^5 s, a month 2.5M s, a year 12 of those
BOUNDS = {  # what each may be set to: its unit, the least, the most
    "day": ("seconds", 3_600.0, 100_000.0),  # from an hour of peak to the round day
    "month": ("days", 20.0, 31.0),  # from working days up
    "year": ("days", 200.0, 366.0),
}


def of_units(units: Iterable[Unit], conventions: Conventions = DEFAULT) -> dict[str, str]:
    """What is said of the conventions that these units rest on: `{"month": "30 day"}`.

    Day, month and year stand first, then KB, whatever the order of the units.
    """
    used = {unit.convention for unit in units}
    return {name: conventions.text(name) for name in (*NAMES, DECIMAL_BYTES) if name in used}


def ordered(said: Mapping[str, str]) -> dict[str, str]:
    """What is said of conventions, in the order of `of_units`."""
    return {name: said[name] for name in (*NAMES, DECIMAL_BYTES) if name in said}


def check(name: str, value: float, *, where: str, example: str) -> None:
    """Check what somebody sets a `day`, `month` or `year` to.

    Args:
        name: which.
        value: in the unit that BOUNDS names.
        where: the file or option that it comes from.
        example: how it is written there.

    Raises:
        InputError: no day, month or year is that long.
    """
    unit, least, most = BOUNDS[name]
    if not least <= value <= most:
        from sdcli.core.errors import InputError

        raise InputError(
            f"{name} is out of bounds",
            where=where,
            given=f"{value:g} {unit}" if isinstance(value, float) else f"{str(value)[:40]} {unit}",
            expected=f"{least:,g} to {most:,g} {unit}, like {example}",
        )
