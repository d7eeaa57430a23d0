"""A circuit breaker: after a few failures in a row, stop asking for a while.

A store that is down does not say so: each request waits for its timeout first. With 20 ms of
timeout and 5,000 requests a second, 100 requests are held up at every moment, and the service
behind the limiter is slow because its limiter is. So, as a fuse does, one that has seen enough
opens, and what comes then costs a look at a clock. From time to time it lets one request try.

    closed      all ask              `failures` in a row open it
    open        nobody asks          until `retry_ns`
    half-open   one asks             the first one after `retry_ns`; an answer closes it

In a row means one after the other. A hundred requests that are under way when the network stumbles,
or when an event loop is too busy to read the answers that have come, all fail for that one reason.
So a failure counts only if the request was made when all that were counted before were known.

There is no third state to store: letting one try moves `retry_ns` on by another pause. So nobody
else asks meanwhile, and if the one who tries is never heard of again (its task was cancelled, its
thread died), the next one tries a pause later. A flag "somebody is trying" would stay up for ever.

Source: the pattern is Michael Nygard's (Release It!, 2nd edition, Pragmatic Bookshelf, 2018). 20 ms
is Envoy's default timeout for a rate limit service, 3 failures HAProxy's for a server (`fall`).

Invariants:
    1. Open, at most one request asks in any `pause_ns`.
    2. Nobody is kept from asking for longer than `pause_ns`, not even by a clock that steps back.
    3. One answer closes it, whoever got it.
    4. Of requests that asked knowing of the same failures, one counts in a row.

Cost: O(1); two numbers.

>>> breaker = Breaker(failures=2, pause_ns=100)
>>> once = breaker.failed(WELL, known=0, now=10)
>>> breaker.failed(once, known=0, now=10)                    # asked beside the first
Health(failures=1, retry_ns=None)
>>> health = breaker.failed(once, known=1, now=11)
>>> health
Health(failures=2, retry_ns=111)
>>> breaker.ask(health, now=110)[1], breaker.ask(health, now=111)[1]
(False, True)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from sdcli.reference.limiters.decision import SECOND, check_positive


class Health(NamedTuple):
    """What is known of a store.

    Args:
        failures: that count, in a row; 0 when it answered last.
        retry_ns: open, the moment from which one may try; None while it is closed.
    """

    failures: int = 0
    retry_ns: int | None = None


WELL = Health()


@dataclass(frozen=True)
class Breaker:
    """When to stop asking, and for how long; pure functions over a Health.

    Args:
        failures: so many in a row open it.
        pause_ns: how long nobody asks then. More than the store's timeout, or one caller always
            waits for it.

    Raises:
        InputError: one of them is no whole number from 1 up.
    """

    failures: int = 3
    pause_ns: int = SECOND

    def __post_init__(self) -> None:
        check_positive("failures", self.failures, 3)
        check_positive("pause_ns", self.pause_ns, SECOND)

    def ask(self, health: Health, now: int) -> tuple[Health, bool]:
        """Whether a request may ask the store at `now`."""
        if health.retry_ns is None:
            return health, True
        if 0 < health.retry_ns - now <= self.pause_ns:  # further off: the clock stepped back
            return health, False
        return Health(health.failures, now + self.pause_ns), True

    def answered(self, _: Health) -> Health:
        """The store answered one who asked."""
        return WELL

    def failed(self, health: Health, known: int, now: int) -> Health:
        """The store did not answer one who asked.

        Open, it moves no moment: whoever tried has moved `retry_ns`.

        Args:
            health: at this moment.
            known: `health.failures` at the moment when it asked. If there are more by now, this
                one is no news.
            now: this moment.
        """
        if known != health.failures:
            return health
        failures = known + 1
        if health.retry_ns is None and failures >= self.failures:
            return Health(failures, now + self.pause_ns)
        return Health(failures, health.retry_ns)
