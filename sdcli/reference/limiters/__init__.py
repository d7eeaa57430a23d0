"""Rate limiting: who may pass, and when the others should come back.

Read in this order; each file is one idea:

    1. decision.py       what every limiter answers, and the rules that all of them keep
    2. fixed_window.py   a counter for each window of the clock, and the burst at its edge
    3. token_bucket.py   bursts on purpose, a steady rate in the long run, integers only
    4. algorithms.py     the table of names; all of them behind the same five functions

Every algorithm is a module with a frozen `Policy`, a frozen `State` and pure functions:
`initial(policy)`, `step(policy, state, now, cost) -> (state, decision)`, `bound(policy, window)`,
`describe(...)`, `check(...)`. Time is handed in as whole nanoseconds.

>>> policy = token_bucket.Policy(rate=2, burst=1)
>>> state, decision = token_bucket.step(policy, token_bucket.initial(policy), now=0)
>>> bool(decision), decision.reset_after_ns / SECOND
(True, 0.5)
"""

from sdcli.reference.limiters import fixed_window, token_bucket
from sdcli.reference.limiters.algorithms import ALGORITHMS, Algorithm, algorithm_named
from sdcli.reference.limiters.decision import SECOND, Decision

__all__ = [
    "ALGORITHMS",
    "SECOND",
    "Algorithm",
    "Decision",
    "algorithm_named",
    "fixed_window",
    "token_bucket",
]
