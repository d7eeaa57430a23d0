"""Leaking bucket: a queue with a steady outlet, which turns bursts into a flow.

Requests fall into a bucket with a hole. They leave it one at a time, per / rate apart, however
they came; the bucket holds `burst` of them, the one at the outlet included, and what does not
fit is denied. The service behind it never sees two at once, which no token bucket promises, and
pays with delay: the last of a full bucket leaves (burst - 1) * per / rate later than it came.

So the answer is not only yes or no. Each admitted request has a moment at which it departs, and
`Decision.delay_ns` is how long until then. Whoever calls has to hold it back for so long.

    rate 1 a second, burst 3; four requests at 0 s, one at 1.5 s
    arrives     0     0     0     0       1.5 s
    departs     0     1     2     denied  3        the outlet is free at 3 s

Who gets in is no other question than gcra.py asks: what is left of the work in the bucket, plus
the request, must not be more than `burst` requests' worth. (That is why many write a token bucket
and call it a leaking one.) The difference is what comes out.

Source: J. S. Turner, "New directions in communications (or which way to the information age?)",
IEEE Communications Magazine 24(10), 1986, pp. 8-15; as a shaper: A. S. Tanenbaum, "Computer
Networks", section on traffic shaping. nginx's limit_req delays in this way unless told `nodelay`.

Invariants (decision.py has those of every limiter):
    1. Requests depart in the order in which they came.
    2. A request of cost c departs c * per / rate before the next one, or earlier still.
    3. Any window of length W, both ends counted, sees at most 1 + floor(rate * W / per) requests
       of cost 1 depart (`outflow` counts in whole nanoseconds), and admits at most
       burst + floor(rate * W / per).
    4. No request waits longer than (burst - 1) * per / rate.

Cost: O(1) time; one integer for each caller: the queue is not kept, since the moments at which
its requests depart follow from the moment at which the outlet is free.

>>> policy = Policy(rate=1, per_ns=SECOND, burst=3)
>>> state, delays = initial(policy), []
>>> for _ in range(3):
...     state, decision = step(policy, state, now=0)
...     delays.append(decision.delay_ns // SECOND)
>>> delays
[0, 1, 2]
>>> bool(step(policy, state, now=0)[1])
False
>>> step(policy, state, now=SECOND * 3 // 2)[1].delay_ns / SECOND     # departs at 3 s
1.5
"""

from __future__ import annotations

from sdcli.reference.limiters import gcra
from sdcli.reference.limiters.decision import SECOND, Decision, check_request, new

_CELLS = 20

# How far a caller is ahead of its time there is how much work is in the bucket here: who gets in
# is one question, with one state. It is the moment at which the outlet is free, in nanoseconds
# times the policy's `scale`; `increment` is per / rate, for how long a request keeps the outlet.
Policy = gcra.Policy
State = gcra.State
initial = gcra.initial
idle_at = gcra.idle_at
bound = gcra.bound  # of those admitted; `outflow` is less
check = gcra.check


def step(policy: Policy, state: State, now: int, cost: int = 1) -> tuple[State, Decision]:
    """Decide on one request; the answer yes says when it departs.

    Args:
        policy: what was agreed.
        state: when the outlet is free, as the last step left it.
        now: the time in nanoseconds. A clock that steps back sees the bucket fuller than it was.
        cost: how many requests it counts as: it keeps the outlet for so much longer.

    Returns:
        The state to keep (the same one after a denial) and the decision.

    Raises:
        InputError: the cost is negative or no whole number, or the time is no whole number.
    """
    if type(now) is not int or type(cost) is not int or cost < 0:  # a call spared when all is well
        check_request(now, cost)
    scale, increment = policy.scale, policy.increment
    here = now * scale
    inside = state - here if state > here else 0  # until the outlet is free
    need = cost * increment
    room = policy.ahead - inside - need
    # Upside down, floor division rounds up: nothing departs a moment too early.
    delay = -(-inside // scale)
    if room >= 0:
        reset_after = -(-(inside + need) // scale)
        return here + inside + need if cost else state, new(
            Decision,
            (
                True,
                policy.burst,
                room // increment,
                0,
                reset_after,
                delay if cost else 0,
                (),
                True,
                (),
            ),
        )
    left = max(0, room + need) // increment
    if not cost:  # the clock stepped back
        return state, new(Decision, (True, policy.burst, left, 0, delay, 0, (), True, ()))
    retry_after = -(room // scale) if cost <= policy.burst else None
    return state, new(Decision, (False, policy.burst, left, retry_after, delay, 0, (), True, ()))


def waiting(policy: Policy, state: State, now: int) -> int:
    """How many requests (units of cost) have not departed yet.

    >>> policy = Policy(rate=1, burst=5)
    >>> state, _ = step(policy, initial(policy), 0, cost=3)      # depart at 0, 1 and 2 s
    >>> [waiting(policy, state, second * SECOND) for second in (0, 1, 2)]
    [2, 1, 0]
    """
    return max(0, -((now * policy.scale + policy.increment - state) // policy.increment))


def refund(policy: Policy, state: State, now: int, amount: int) -> State:  # noqa: ARG001
    """Nothing comes back: those inside have been told when they depart.

    A place that will not be used passes unused, since nobody behind it can be told to go earlier,
    and whoever came next would depart beside another. Only a place that nobody stands behind can
    be given back: by cancelling its reservation (Limiter.reserve).
    """
    check_request(now, amount)
    return state


def outflow(policy: Policy, window_ns: int) -> int:
    """The most requests of cost 1 that depart in any window of this length, both ends counted.

    Moments are told in whole nanoseconds, rounded up; so where per / rate is no whole number, two
    of them may look up to a nanosecond closer than they are.

    >>> outflow(Policy(rate=3), SECOND // 3)       # departures 0.333333333333... s apart
    2
    """
    return 1 + ((window_ns + 1) * policy.scale - 1) // policy.increment


def describe(policy: Policy, state: State, now: int) -> str:
    """The bucket as text.

    >>> policy = Policy(rate=10, burst=20)
    >>> state, _ = step(policy, initial(policy), 0, cost=15)
    >>> describe(policy, state, SECOND // 4)
    'leaking bucket [████████████        ] 12.5 of 20 inside, one leaves every 0.1 s'
    """
    inside = max(0, state - now * policy.scale)
    filled = min(_CELLS, inside * _CELLS // policy.ahead)
    return (
        f"leaking bucket [{'█' * filled:<{_CELLS}}] {inside / policy.increment:.4g} of "
        f"{policy.burst} inside, one leaves every {policy.per_ns / policy.rate / SECOND:.4g} s"
    )
