"""How far something long is, on stderr, where somebody sits before it; gone when it is done."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Self

_AFTER_S = 1.0  # what takes less is over before anybody has read a line
_EACH_S = 0.25
_LOOK = 256  # counts between two looks at the clock
_CLEAR = "\r\x1b[K"


class Counter:
    """Counts things, and says how many on a terminal.

    Args:
        what: said behind the number: "lines stored".
    """

    def __init__(self, what: str) -> None:
        from sdcli.core.clock import SystemClock

        self.count = 0
        self._what = what
        self._clock = SystemClock()
        self._due = self._clock.elapsed() + _AFTER_S
        self._is_shown = sys.stderr.isatty()
        self._has_said = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._has_said:
            print(_CLEAR, end="", file=sys.stderr, flush=True)

    def one_more(self) -> None:
        """One thing is done."""
        self.count += 1
        if self._is_shown and self.count % _LOOK == 0 and self._clock.elapsed() >= self._due:
            self._due = self._clock.elapsed() + _EACH_S
            self._has_said = True
            print(f"{_CLEAR}{self.count:,} {self._what}", end="", file=sys.stderr, flush=True)
