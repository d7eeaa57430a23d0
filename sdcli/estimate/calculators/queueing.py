"""Queueing: what waiting does to a pool of servers before it is full (M/M/c).

Requests arrive at random, each takes one of c equal servers for an exponential time, and waits in
one common queue when all are busy. The formulas are A. K. Erlang's (1917); the time in the system
is a mixture, since only some requests wait.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

from sdcli.estimate.calculator import calculator
from sdcli.estimate.kinds import COUNT, DURATION, RATE, SHARE, WHOLE, share
from sdcli.estimate.signature import output
from sdcli.units import Quantity, UnitError
from sdcli.units.spread import Point

SERVERS_MAX = 100_000
SERVICE_TIME = DURATION.meaning("s").within(1e-12, 1e12).alone().like("10 ms")
_ABOVE_P99 = 0.01
_FULL = 1e-12  # this close to a utilisation of 1, rounding decides


@dataclass(frozen=True)
class Queue:
    """What requests see of a pool of servers.

    Attributes:
        utilisation: the share of the servers that is busy, on average.
        waits: the share of the requests that have to wait (Erlang C).
        mean_wait: how long a request waits, on average, those that do not wait included.
        mean_time: how long it is in the system, on average: waiting and being served.
        p50: half of the requests are done within this time.
        p90: nine requests in ten are done within this time.
        p99: 99 in a hundred are done within this time.
        p999: 999 in a thousand are done within this time.
        waiting: requests that wait at one instant, on average (Little's law).
        inside: requests in the system at one instant, on average (Little's law).
        enough: the fewest servers with which the p99 is within the target.
    """

    utilisation: Annotated[Quantity, SHARE] = output()
    waits: Annotated[Quantity, SHARE] = output()
    mean_wait: Annotated[Quantity, DURATION] = output()
    mean_time: Annotated[Quantity, DURATION] = output("mean_wait + service_time")
    p50: Annotated[Quantity, DURATION] = output()
    p90: Annotated[Quantity, DURATION] = output()
    p99: Annotated[Quantity, DURATION] = output()
    p999: Annotated[Quantity, DURATION] = output()
    waiting: Annotated[Quantity, COUNT] = output("rate × mean_wait")
    inside: Annotated[Quantity, COUNT] = output("rate × mean_time")
    enough: Annotated[Quantity | None, WHOLE] = output()


@calculator(
    title="Waiting for a pool of servers",
    formula="ρ = λ S ÷ c; C = B ÷ (1 − ρ (1 − B)), B by Erlang; W = C S ÷ (c (1 − ρ)) + S",
    source="L. Kleinrock, Queueing Systems I, 1975, section 3.5; A. K. Erlang, 1917",
)
def queue(
    *,
    rate: Annotated[Quantity, RATE.meaning("request/s").alone().like("800 request/s")],
    service_time: Annotated[Quantity, SERVICE_TIME],
    servers: Annotated[Quantity, WHOLE.within(1, SERVERS_MAX).like("10")],
    target: Annotated[Quantity | None, DURATION.meaning("s").alone().like("50 ms")] = None,
) -> Queue:
    """How long requests wait for a pool of servers, on average and in the tail (M/M/c).

    Args:
        rate: λ, what arrives.
        service_time: S, how long a server is busy with one request, on average.
        servers: c, servers, workers or connections of which each serves one request at a time.
        target: a p99 to reach; then the fewest servers that reach it are worked out, too.

    Returns:
        Utilisation, waiting and the percentiles of the time in the system.

    Raises:
        UnitError: the servers cannot keep up, or no number of servers reaches the target.

    Holds for arrivals at random (Poisson), exponential service times, one common queue and no one
    who gives up. Service times that vary less wait less: with constant ones about half. Arrivals
    in bursts wait longer, and so do separate queues for each server.

    Cost: one step for each server; a target asks some twenty times.

    >>> from sdcli.units import quantity
    >>> one = quantity("1")
    >>> print(queue(rate=quantity("80/s"), service_time=quantity("10 ms"), servers=one).mean_time)
    50 ms
    """
    load = (rate * service_time).value
    pool = Pool(load, service_time.value, int(servers.value))
    if pool.is_full:
        raise UnitError(
            "more arrives than the servers can serve, so the queue grows without end",
            where="servers",
            given=f"{servers}, for {rate} that take {service_time} each",
            expected=f"at least {_least(load):,}, and more than that to keep waiting short"
            if load < SERVERS_MAX
            else f"a smaller rate; up to {SERVERS_MAX:,} servers are worked out",
        )
    mean_wait = _time(pool.mean_wait, service_time)
    mean_time = mean_wait + service_time
    p50, p90, p99, p999 = (
        _time(pool.percentile(within), service_time) for within in (0.5, 0.9, 0.99, 0.999)
    )
    return Queue(
        utilisation=share(Point(pool.utilisation), rate.conventions),
        waits=share(Point(pool.waits), rate.conventions),
        mean_wait=mean_wait,
        mean_time=mean_time,
        p50=p50,
        p90=p90,
        p99=p99,
        p999=p999,
        waiting=rate * mean_wait,
        inside=rate * mean_time,
        enough=_enough(load, service_time, target) if target is not None else None,
    )


class Pool:
    """M/M/c in base units.

    Args:
        load: λ S in Erlang: the servers that are busy, on average.
        service_s: S in seconds.
        servers: c.
    """

    def __init__(self, load: float, service_s: float, servers: int) -> None:
        self.utilisation = load / servers
        self.service_rate = 1.0 / service_s
        self.spare_rate = (servers - load) / service_s  # at which a queue gets shorter
        self.is_full = self.utilisation >= 1.0 - _FULL
        self.waits = 1.0 if self.is_full else erlang_c(load, servers)
        self.mean_wait = math.inf if self.is_full else self.waits / self.spare_rate

    def tail(self, time_s: float) -> float:
        """The share of requests that are longer than this in the system.

        Those that need not wait are only served, at the rate μ; the others wait an exponential
        time of rate θ = c μ − λ first. The sum of two exponential times has the tail
        e^(−a t) (1 + a (1 − e^(−(b − a) t)) ÷ (b − a)), with a the smaller rate and b the other;
        written so, it holds up to θ = μ, where the quotient becomes t.
        """
        slow, fast = sorted((self.service_rate, self.spare_rate))
        gap = fast - slow
        within = -math.expm1(-gap * time_s) / gap if gap * time_s > _FULL else time_s
        waited = math.exp(-slow * time_s) * (1.0 + slow * within)
        return (1.0 - self.waits) * math.exp(-self.service_rate * time_s) + self.waits * waited

    def percentile(self, share_within: float) -> float:
        """The time in seconds within which that share of the requests is done.

        Cost: some 60 steps of a bisection; the tail falls everywhere.
        """
        left = 1.0 - share_within
        low, high = 0.0, 1.0 / self.service_rate
        while self.tail(high) > left:
            low, high = high, 2.0 * high
        while True:
            middle = (low + high) / 2.0
            if not low < middle < high:
                return middle
            if self.tail(middle) > left:
                low = middle
            else:
                high = middle


def erlang_b(load: float, servers: int) -> float:
    """The share of calls that find all servers busy where nobody waits.

    By the recursion B(k) = a B(k−1) ÷ (k + a B(k−1)): factorials would leave a float's range at
    171 servers.

    >>> round(erlang_b(5, 10), 6)
    0.018385
    """
    blocked = 1.0
    for k in range(1, servers + 1):
        blocked = load * blocked / (k + load * blocked)
    return blocked


def erlang_c(load: float, servers: int) -> float:
    """The share of requests that have to wait, for a load below the number of servers.

    >>> round(erlang_c(2, 3), 12)  # 4/9
    0.444444444444
    """
    blocked = erlang_b(load, servers)
    return blocked / (1.0 - load / servers * (1.0 - blocked))


def _least(load: float) -> int:
    """The fewest servers that keep up with a load in Erlang."""
    return math.floor(load * (1.0 + _FULL)) + 1


def _enough(load: float, service_time: Quantity, target: Quantity) -> Quantity:
    """The fewest servers with which the p99 is within the target, by bisection."""

    def reaches(servers: int) -> bool:
        pool = Pool(load, service_time.value, servers)
        return not pool.is_full and pool.tail(target.value) <= _ABOVE_P99

    low = _least(load) - 1  # too few; from here on, `high` is made to reach it
    high = min(max(1, 2 * low), SERVERS_MAX)
    while not reaches(high):
        if high == SERVERS_MAX or math.exp(-target.value / service_time.value) > _ABOVE_P99:
            shortest = _time(service_time.value * -math.log(_ABOVE_P99), service_time)
            raise UnitError(
                f"no pool of up to {SERVERS_MAX:,} servers reaches this p99",
                where="target",
                given=str(target),
                expected=f"more than {shortest}: the p99 of being served, without any waiting",
            )
        low, high = high, min(2 * high, SERVERS_MAX)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if reaches(middle) else (middle, high)
    return Quantity(Point(float(high)), conventions=service_time.conventions)


def _time(seconds: float, like: Quantity) -> Quantity:
    return Quantity(Point(seconds), like.dimension, like.preferred, None, like.conventions)
