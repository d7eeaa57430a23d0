"""Steady: a clock that never steps back, made of one that may.

The wall clock is set now and then. Set on, time has passed, for all that anybody can tell. Set
back, a limiter would make callers wait until it has caught up (decision.py, invariant 3). So a
clock that reads less than before only gets a *lead*: no time has passed, and from there it goes on
at its own pace, so much ahead of what it reads. (decide.lua does the same for each record.)

The price: windows that begin with the hour begin early by the lead, until the process starts anew.

>>> readings = iter([100, 105, 40, 41, 200])
>>> clock = steady(lambda: next(readings))
>>> [clock() for _ in range(5)]                      # set back by 65 after the second
[100, 105, 105, 106, 265]
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from sdcli.reference.limiters.decision import check_request

if TYPE_CHECKING:
    from collections.abc import Callable


def steady(clock: Callable[[], int]) -> Callable[[], int]:
    """The same clock without its steps back. Safe for threads. Cost: O(1).

    Raises:
        InputError: when asked, if what the clock tells is no time.
    """
    lock, lead, latest = Lock(), 0, None

    def now() -> int:
        nonlocal lead, latest
        with lock:  # two who read it at once must not take each other for a step
            reading = clock()
            check_request(reading, 0)
            if latest is not None and reading + lead < latest:
                lead = latest - reading
            latest = reading + lead
            return latest

    return now
