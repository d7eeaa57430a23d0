"""Rate limiting: who may pass, and when the others should come back.

Read in this order; each file is one idea (README.md beside this file has questions to each):

    1. decision.py          what every limiter answers, and the rules that all of them keep
    2. fixed_window.py      a counter for each window of the clock, and the burst at its edge
    3. sliding_log.py       every request is written down; exact, and as fast as the others
    4. sliding_counter.py   two counts that estimate a log
    5. token_bucket.py      bursts on purpose, a steady rate in the long run, integers only
    6. gcra.py              the same verdicts out of one number
    7. leaking_bucket.py    a queue with a steady outlet: when does a request depart?
    8. algorithms.py        the table of names; all of them behind the same functions
    9. limit.py             a limit as people say it: "100/s burst 200"
   10. rules.py             several limits at once, all or none; waiting for one's turn
   11. store.py, tables.py, lines.py, memory.py   what a store is; the records of all callers in
                            one process: a lock, a bound, nobody who sweeps; who waits
   12. limiter.py, steady.py   the calls that a service makes; a clock that never runs back
   13. replay.py            a trace through a limiter, in virtual time
   14. written_once.py, asynchronous.py   the same calls, awaited
   15. breaker.py, guarded.py, observed.py   the store is gone; who watches; shadow mode
   16. adapters/redis.py, calls.py, errors.py, decide.lua   the same decision in Redis
   17. headers.py, fields.py, caller.py, asgi.py   what a refused client sees; in front of a
                            service
   18. client.py            the polite one
   19. concurrency.py       how many are inside at once

Every algorithm is a module with a frozen `Policy`, an immutable `State` and pure functions:
`initial(policy)`, `step(policy, state, now, cost) -> (state, decision)`, `refund(...)`,
`idle_at(...)`, `bound(policy, window)`, `describe(...)`, `check(...)`. Time is handed in as whole
nanoseconds.

>>> limiter = Limiter([Limit(2, "1s", name="burst"), Limit(3, "1d", name="daily")], clock=lambda: 0)
>>> bool(limiter.acquire("ann", cost=2)), limiter.acquire("ann").violated
(True, ('burst',))
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sdcli.reference.limiters import (
    fixed_window,
    gcra,
    leaking_bucket,
    sliding_counter,
    sliding_log,
    token_bucket,
)
from sdcli.reference.limiters.algorithms import ALGORITHMS, BUCKETS, Algorithm, algorithm_named
from sdcli.reference.limiters.asynchronous import AsyncLimiter, AsyncReservation
from sdcli.reference.limiters.breaker import Breaker
from sdcli.reference.limiters.concurrency import Concurrency, Held
from sdcli.reference.limiters.decision import SECOND, Decision
from sdcli.reference.limiters.guarded import Guarded
from sdcli.reference.limiters.headers import headers, problem
from sdcli.reference.limiters.limit import Limit, parse
from sdcli.reference.limiters.limiter import Limiter, Reservation
from sdcli.reference.limiters.memory import Memory
from sdcli.reference.limiters.observed import Counted, Observed, Shadow
from sdcli.reference.limiters.replay import replay
from sdcli.reference.limiters.store import StoreAway

if TYPE_CHECKING:
    from sdcli.reference.limiters.asgi import InProgress, RateLimit
    from sdcli.reference.limiters.caller import by_address, by_header
    from sdcli.reference.limiters.client import Backoff, Budget, PoliteClient

# What only services and clients need, and what takes long to import: asyncio, email.
_WHEN_ASKED_FOR = {
    "RateLimit": "sdcli.reference.limiters.asgi",
    "InProgress": "sdcli.reference.limiters.asgi",
    "by_address": "sdcli.reference.limiters.caller",
    "by_header": "sdcli.reference.limiters.caller",
    "Backoff": "sdcli.reference.limiters.client",
    "Budget": "sdcli.reference.limiters.client",
    "PoliteClient": "sdcli.reference.limiters.client",
}

__all__ = [
    "ALGORITHMS",
    "BUCKETS",
    "SECOND",
    "Algorithm",
    "AsyncLimiter",
    "AsyncReservation",
    "Backoff",
    "Breaker",
    "Budget",
    "Concurrency",
    "Counted",
    "Decision",
    "Guarded",
    "Held",
    "InProgress",
    "Limit",
    "Limiter",
    "Memory",
    "Observed",
    "PoliteClient",
    "RateLimit",
    "Reservation",
    "Shadow",
    "StoreAway",
    "algorithm_named",
    "by_address",
    "by_header",
    "fixed_window",
    "gcra",
    "headers",
    "leaking_bucket",
    "parse",
    "problem",
    "replay",
    "sliding_counter",
    "sliding_log",
    "token_bucket",
]


def __getattr__(name: str) -> Any:
    if name in _WHEN_ASKED_FOR:
        return getattr(import_module(_WHEN_ASKED_FOR[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
