"""Conventions: what a day, a month and a year are, since published estimates differ in them.

Seconds in a day, days in a month and days in a year are a choice; KB for 1000 bytes is one
too, but KiB says the other, so it is stated and not switched. Whoever prints an answer that
rests on one of them says so.
"""

from __future__ import annotations

from sdcli.units.record import Record


class Conventions(Record):
    """Seconds in a day, and days in a month and in a year.

    >>> DEFAULT.seconds("month")
    2592000.0
    """

    day_s: float = 86_400.0
    month_days: float = 30.0
    year_days: float = 365.0

    def seconds(self, name: str) -> float:
        """How many seconds a `day`, `month` or `year` has."""
        days = {"day": 1.0, "month": self.month_days, "year": self.year_days}[name]
        return days * self.day_s

    def text(self, name: str) -> str:
        """What is said of it beside an answer: `30 day`, `86,400 s`."""
        if name == "day":
            return f"{self.day_s:,.0f} s"
        return f"{self.month_days if name == 'month' else self.year_days:g} day"


DEFAULT = Conventions()
DECIMAL_BYTES = "KB"  # the name under which "1000 B" is stated
