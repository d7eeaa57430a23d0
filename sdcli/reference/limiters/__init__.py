"""Rate limiting: who may pass, and when the others should come back.

Read in this order; each file is one idea (README.md beside this file has questions to each):

    1. decision.py         what every limiter answers, and the rules that all of them keep
    2. fixed_window.py     a counter for each window of the clock, and the burst at its edge
    3. token_bucket.py     bursts on purpose, a steady rate in the long run, integers only
    4. gcra.py             the same verdicts out of one number
    5. leaking_bucket.py   a queue with a steady outlet: when does a request depart?
    6. algorithms.py       the table of names; all of them behind the same functions
    7. limit.py            a limit as people say it: "100/s burst 200"
    8. rules.py            several limits at once, all or none; waiting for one's turn
    9. store.py            what a store is
   10. memory.py           the records of all callers in one process: a lock, a bound
   11. limiter.py          the calls that a service makes

Every algorithm is a module with a frozen `Policy`, an immutable `State` and pure functions:
`initial(policy)`, `step(policy, state, now, cost) -> (state, decision)`, `give(...)`,
`idle_at(...)`, `bound(policy, window)`, `describe(...)`, `check(...)`. Time is handed in as whole
nanoseconds.

>>> limiter = Limiter([Limit(2, "1s", name="burst"), Limit(3, "1d", name="daily")], clock=lambda: 0)
>>> bool(limiter.acquire("ann", cost=2)), limiter.acquire("ann").violated
(True, ('burst',))
"""

from sdcli.reference.limiters import (
    fixed_window,
    gcra,
    leaking_bucket,
    token_bucket,
)
from sdcli.reference.limiters.algorithms import ALGORITHMS, BUCKETS, Algorithm, algorithm_named
from sdcli.reference.limiters.decision import SECOND, Decision
from sdcli.reference.limiters.limit import Limit, parse
from sdcli.reference.limiters.limiter import Limiter, Reservation
from sdcli.reference.limiters.memory import Memory
from sdcli.reference.limiters.store import StoreAway

__all__ = [
    "ALGORITHMS",
    "BUCKETS",
    "SECOND",
    "Algorithm",
    "Decision",
    "Limit",
    "Limiter",
    "Memory",
    "Reservation",
    "StoreAway",
    "algorithm_named",
    "fixed_window",
    "gcra",
    "leaking_bucket",
    "parse",
    "token_bucket",
]
