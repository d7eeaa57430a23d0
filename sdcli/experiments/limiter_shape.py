"""limiter.shape: a leaking bucket holds a burst back, a token bucket passes it on.

Both have the same rate and the same burst, and both admit the same requests. The difference is what
the service behind them sees:

    token bucket     an admitted request goes on at once: a burst arrives as a burst, and waits in
                     the queue of the service.
    leaking bucket   an admitted request goes on when its turn has come, one every 1/rate: the burst
                     waits in the limiter, and the service sees a steady flow.

So a shaper does not save anybody from waiting. It moves the waiting to the front, where it is
bounded by (burst - 1)/rate and can be seen, and it makes it longer: a service that is faster than
the rate would have been done earlier. No request is served sooner for having been shaped, since
each reaches the service later, in the same order. What one gets for that is a service whose queue
stays empty, if it is as fast as the rate.

Source: J. S. Turner, "New directions in communications", IEEE Communications Magazine 24(10), 1986;
D. V. Lindley, "The theory of queues with a single server", Proc. Cambridge Phil. Soc. 48, 1952 (the
wait of a request from that of the one before).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sdcli.core.chance import Chance
from sdcli.experiments.adversary import worst_window
from sdcli.experiments.contract import (
    Experiment,
    Frame,
    Metric,
    Predict,
    Result,
    Watch,
    integer,
    quantity,
)
from sdcli.experiments.limiter_behind import Behind, served
from sdcli.experiments.limiter_lanes import lane, levels, strip
from sdcli.experiments.limiter_traffic import (
    Traffic,
    exact,
    load_param,
    policy_of,
    rate_param,
    traffic_param,
)
from sdcli.experiments.scaling import cut, many, scale_of
from sdcli.reference.hashing.drawing import Drawing
from sdcli.reference.limiters import SECOND, leaking_bucket, token_bucket

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction

REQUESTS_BUDGET = 30_000  # each is put to two limiters and two services: half a second or so

_FRAMES = 20
_HOLD = 0.18
_NAME_WIDTH, _STRIP_WIDTH = 20, 56


@dataclass(frozen=True)
class Params:
    """A limit, what comes, and the service behind."""

    rate: float = rate_param(10.0)
    burst: int = integer(
        20, low=1, high=10**9, unit="request", help="what is admitted at one instant"
    )
    capacity: float = quantity(
        12.0, low=1e-5, high=1e9, unit="request/s", help="what the service behind can do"
    )
    load: float = load_param(0.8)
    traffic: str = traffic_param("bursts")
    requests: int = integer(400, low=10, high=10**12, unit="request", help="requests that come")


@dataclass(frozen=True)
class _Trace:
    """What came, and what both limiters made of it."""

    moments: list[int]
    verdicts: list[bool]
    same: bool  # both gave the same verdicts
    token: Behind
    leaking: Behind

    def inside(self, now: int) -> int:
        """How many the leaking bucket holds back at this moment."""
        return bisect_right(self.token.departures, now) - bisect_right(self.leaking.departures, now)


def run(params: Params, seed: int, watch: Watch | None = None) -> Result:
    """Send the same requests through both, and serve what they admit.

    Cost: two steps and two turns of the service for each of at most REQUESTS_BUDGET requests.
    """
    count = min(params.requests, REQUESTS_BUDGET)
    rate = exact(params.rate)
    # Groups and crowds are measured by the burst, and by the time in which it comes back.
    window_ns = max(100, int(params.burst * SECOND / rate))
    traffic = Traffic(params.traffic, count, rate * exact(params.load), params.burst, window_ns)
    trace = _followed(params, traffic.moments(Chance(seed)), window_ns)
    if watch:
        for frame in _frames(params, trace):
            watch(frame)

    token, leaking = trace.token, trace.leaking
    longest = (params.burst - 1) / rate
    metrics = {
        "longest_hold": max(leaking.held_ns) / SECOND,
        "longest_hold_bound": float(longest),
        "mean_hold": sum(leaking.held_ns) / len(leaking.held_ns) / SECOND,
        "most_inside": float(max(trace.inside(now) for now in token.departures)),
        "token_busiest": float(token.busiest),
        "leaking_busiest": float(leaking.busiest),
        "leaking_busiest_bound": 1.0,
        "token_queue": float(token.deepest),
        "leaking_queue": float(leaking.deepest),
        "token_longest_wait": max(token.waits_ns) / SECOND,
        "leaking_longest_wait": max(leaking.waits_ns) / SECOND,
        "token_mean_total": token.mean,
        "leaking_mean_total": leaking.mean,
        "admitted": float(len(token.departures)),
        "denied": float(trace.verdicts.count(False)),
    }
    broken = _broken(params, trace, longest, rate)
    return Result(
        metrics=metrics,
        verdict="fails" if broken else "holds",
        note=f"Broken: {'; '.join(broken)}." if broken else _note(metrics),
        scale=scale_of(
            cut(count, params.requests, "requests", "what is counted does not carry over")
        ),
        not_carried=tuple(
            name for name in metrics if count < params.requests and not name.endswith("_bound")
        ),
    )


def _followed(params: Params, moments: list[int], window_ns: int) -> _Trace:
    policies = [
        policy_of(name, params.rate, params.burst, window_ns)
        for name in ("token-bucket", "leaking-bucket")
    ]
    token, leaking = (
        module.initial(policy, moments[0])
        for module, policy in zip((token_bucket, leaking_bucket), policies, strict=True)
    )
    verdicts, same = [], True
    came, held = [], []
    for now in moments:
        token, one = token_bucket.step(policies[0], token, now)
        leaking, two = leaking_bucket.step(policies[1], leaking, now)
        same = same and one.allowed == two.allowed
        verdicts.append(one.allowed)
        if one.allowed:
            came.append(now)
            held.append(two.delay_ns)
    capacity = exact(params.capacity)
    slot_ns = max(0, -(-SECOND // exact(params.rate)) - 1)  # a window in which one may depart
    return _Trace(
        moments=moments,
        verdicts=verdicts,
        same=same,
        token=served(capacity, came, [0] * len(came), slot_ns),
        leaking=served(capacity, came, held, slot_ns),
    )


def _broken(params: Params, trace: _Trace, longest: Fraction, rate: Fraction) -> list[str]:
    """What is not as the claim says."""
    token, leaking = trace.token, trace.leaking
    broken = []
    if not trace.same:
        broken.append("the two do not admit the same requests")
    if max(leaking.held_ns) > longest * SECOND + 1:  # departures are rounded up to a nanosecond
        broken.append(f"a request was held back for {max(leaking.held_ns) / SECOND:g} s")
    policy = policy_of("leaking-bucket", params.rate, params.burst, SECOND)
    passed = [(now, 1) for now in leaking.departures]
    for slots in (1, 2, 10, params.burst):
        window_ns = int(slots * SECOND / rate)
        most = worst_window(passed, window_ns).admitted
        if most > leaking_bucket.outflow(policy, window_ns):
            broken.append(f"{most:,} departed in {window_ns / SECOND:g} s")
    if leaking.deepest and exact(params.capacity) >= rate:
        broken.append(f"{leaking.deepest:,} waited for a service that is as fast as the rate")
    if any(late < soon for soon, late in zip(token.starts, leaking.starts, strict=True)):
        broken.append("a request was served sooner for being shaped")
    return broken


def _note(metrics: dict[str, float]) -> str:
    queue = int(metrics["leaking_queue"])
    reached = (
        ""
        if metrics["denied"]
        else " The limit was not reached: none was denied, so that both admit the same was not put "
        "to the test; take a smaller burst or a higher load."
    )
    return (
        f"Both admitted the same {many(int(metrics['admitted']), 'request')}. Behind the token "
        f"bucket up to {many(int(metrics['token_busiest']), 'request')} came within 1/rate and "
        f"{metrics['token_queue']:,.0f} waited for the service; behind the leaking bucket "
        f"{queue:,}, since {metrics['most_inside']:,.0f} waited in it, for up to "
        f"{metrics['longest_hold']:.3g} s. On average a request was served after "
        f"{metrics['token_mean_total']:.3g} s and after {metrics['leaking_mean_total']:.3g} s."
        f"{reached}"
    )


def _frames(params: Params, trace: _Trace) -> Iterator[Frame]:
    """A view that moves over the trace; the last frame stands where the longest wait is."""
    begin, end = trace.moments[0], trace.moments[-1]
    # A column is a whole number of departures wide, and the picture about three bursts.
    per = max(1, 3 * params.burst // _STRIP_WIDTH)
    wide = max(_STRIP_WIDTH, int(_STRIP_WIDTH * per * SECOND / exact(params.rate)))
    steps = _FRAMES if end - begin > wide else 1
    for i in range(steps):
        left = begin + (end - begin) * i // steps
        yield _frame(trace, left, left + wide, i / steps, _HOLD)
    held = trace.leaking.held_ns
    at = trace.token.departures[held.index(max(held))]
    yield _frame(trace, at - wide // 4, at - wide // 4 + wide, 1.0, 0.0)


def _frame(trace: _Trace, begin: int, end: int, progress: float, hold: float) -> Frame:
    token, leaking = trace.token, trace.leaking
    shown = slice(bisect_left(trace.moments, begin), bisect_left(trace.moments, end))
    columns = [
        begin + (end - begin) * (2 * i + 1) // (2 * _STRIP_WIDTH) for i in range(_STRIP_WIDTH)
    ]
    depths = [
        [token.waiting(now) for now in columns],
        [trace.inside(now) for now in columns],
        [leaking.waiting(now) for now in columns],
    ]
    peak = max(1, *map(max, depths))
    wide = _STRIP_WIDTH
    verdicts = zip(trace.moments[shown], trace.verdicts[shown], strict=True)
    rows: tuple[tuple[str, Drawing | None], ...] = (
        ("requests come", strip(trace.moments[shown], begin, end, wide, "g")),
        ("admitted, denied", lane(verdicts, begin, end, wide)),
        ("", None),
        ("TOKEN BUCKET", None),
        ("to the service", strip(token.departures, begin, end, wide, "a")),
        ("waiting there", levels(depths[0], peak, "c")),
        ("", None),
        ("LEAKING BUCKET", None),
        ("waiting in it", levels(depths[1], peak, "b")),
        ("to the service", strip(leaking.departures, begin, end, wide, "a")),
        ("waiting there", levels(depths[2], peak, "c")),
        ("", None),
    )
    drawing = Drawing()
    for name, drawn in rows:
        row = Drawing.plain(f"{name:<{_NAME_WIDTH}}" if drawn else name)
        drawing = drawing.above(row.beside(drawn, gap=0) if drawn else row)
    per = (end - begin) / wide / SECOND
    drawing = drawing.above(
        Drawing.plain(
            f"a column is {per:.3g} s; a digit counts requests, # is ten or more",
            f"| admitted   . denied   + some of each; a full block is {many(peak, 'request')}",
        )
    )
    return Frame(
        title=(
            f"the same requests through two buckets, {begin / SECOND:.4g} s to {end / SECOND:.4g} s"
        ),
        lines=drawing.lines,
        progress=progress,
        inks=drawing.inks,
        hold=hold,
    )


def _question(params: Params) -> str:
    how = {
        "steady": "each at a random moment",
        "bursts": f"in groups of {many(2 * params.burst, 'request')}",
        "waves": "in waves with pauses between them",
        "edge": "in crowds with pauses between them",
    }[params.traffic]
    return (
        f"A leaking bucket lets {params.rate:g} request/s out, one at a time, and holds "
        f"{many(params.burst, 'request')}. {many(params.requests, 'request')} come, "
        f"{params.load:g} times the rate on average, {how}. How many seconds does the bucket hold "
        "an admitted request back at most?"
    )


def _explain(params: Params, result: Result) -> str:
    metrics = result.metrics
    return (
        f"{metrics['longest_hold']:.3g} s. Whoever gets the last place in a full bucket has "
        f"{many(params.burst - 1, 'request')} before it, so no wait is longer than "
        f"(burst - 1)/rate = {metrics['longest_hold_bound']:.3g} s. A token bucket holds nobody "
        f"back: it sent {metrics['token_busiest']:,.0f} in less than 1/rate, and "
        f"{metrics['token_queue']:,.0f} waited for the service instead, up to "
        f"{metrics['token_longest_wait']:.3g} s. Shape where the service behind cannot bear a "
        "burst; else it only costs time."
    )


EXPERIMENT = Experiment(
    name="limiter.shape",
    title="A leaking bucket as a shaper, beside a token bucket",
    claim=(
        "Both admit the same requests. Out of the leaking bucket at most 1 + rate * W depart in "
        "any window W, none is held back longer than (burst - 1)/rate, and a service as fast as "
        "the rate needs no queue; but no request is served sooner than behind the token bucket."
    ),
    source="Turner, IEEE Communications Magazine 24(10), 1986; Lindley, Proc. Cambridge 48, 1952",
    revision=1,
    Params=Params,
    metrics=(
        Metric(
            "longest_hold",
            "s",
            less_is_better=True,
            title="longest in the leaking bucket",
            theory="longest_hold_bound",
        ),
        Metric("longest_hold_bound", "s", less_is_better=None, title="(burst - 1) / rate"),
        Metric("mean_hold", "s", less_is_better=True, title="in the leaking bucket, on average"),
        Metric("most_inside", "request", less_is_better=None, title="most in the leaking bucket"),
        Metric(
            "token_busiest", "request", less_is_better=True, title="token: sent in under 1/rate"
        ),
        Metric(
            "leaking_busiest",
            "request",
            less_is_better=True,
            title="leaking: sent in under 1/rate",
            theory="leaking_busiest_bound",
        ),
        Metric(
            "leaking_busiest_bound", "request", less_is_better=None, title="one for each 1/rate"
        ),
        Metric("token_queue", "request", less_is_better=True, title="token: wait at the service"),
        Metric(
            "leaking_queue", "request", less_is_better=True, title="leaking: wait at the service"
        ),
        Metric("token_longest_wait", "s", less_is_better=True, title="token: longest wait there"),
        Metric(
            "leaking_longest_wait", "s", less_is_better=True, title="leaking: longest wait there"
        ),
        Metric(
            "token_mean_total", "s", less_is_better=True, title="token: until served, on average"
        ),
        Metric(
            "leaking_mean_total",
            "s",
            less_is_better=True,
            title="leaking: until served, on average",
        ),
        Metric("admitted", "request", less_is_better=None, title="admitted by both"),
        Metric("denied", "request", less_is_better=None, title="denied by both"),
    ),
    predict=Predict(
        question=_question,
        metric="longest_hold",
        tolerance=0.1,
        explain=_explain,
        example="2.5 or 2.5 s",
    ),
    run=run,
)
