"""Time, handed in.

Nothing outside `cli` reads the machine's clock. Whoever needs the time takes a `Clock`;
the program passes `SystemClock()`, tests pass `ManualClock`, which moves when told to.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Two readings: one for lengths of time, one for dates."""

    def elapsed(self) -> float:
        """Seconds since an arbitrary start; never runs backwards."""

    def now(self) -> datetime:
        """The date and time in UTC."""


class SystemClock:
    """The machine's clock."""

    def elapsed(self) -> float:
        """Seconds on the monotonic clock."""
        return time.monotonic()

    def now(self) -> datetime:
        """The date and time in UTC."""
        return datetime.now(UTC)


class ManualClock:
    """A clock that stands still until `advance` moves it.

    >>> clock = ManualClock()
    >>> clock.advance(90)
    >>> clock.elapsed()
    90.0
    """

    def __init__(self, start: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self._start = start
        self._elapsed = 0.0

    def advance(self, seconds: float) -> None:
        """Move both readings forward; time never runs backwards.

        Raises:
            ValueError: `seconds` is negative.
        """
        if seconds < 0:
            msg = f"time never runs backwards: {seconds}"
            raise ValueError(msg)
        self._elapsed += seconds

    def elapsed(self) -> float:
        """Seconds since the clock was made."""
        return self._elapsed

    def now(self) -> datetime:
        """The start moved by what has elapsed."""
        return self._start + timedelta(seconds=self._elapsed)
