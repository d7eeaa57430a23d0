"""limiter.compare: six ways to count, side by side on the same requests.

Everybody agrees on the long run: ask for more than the rate, and the rate is what passes. They
differ in three things, which a table of averages does not show:

    the worst window   what the service behind must bear: a limit for the log, up to twice that
                       for the fixed window, the burst and the rate for a bucket, the rate and one
                       for a leaking bucket, of which what departs is counted
    memory             one number, or an entry for each request that counts
    wrong              answers that the exact log did not give to the same requests

Wrong answers need a closer look. Once two limiters have answered one request differently they
remember different things, and from then on many answers differ though few are at fault. So each
answer is also judged by what the limiter itself had admitted before: `over_limit` passed although
a window full of requests had passed already, `needless` was denied although there was room.

All this is meant for the windows, which promise what the log keeps. A bucket promises something
else (a burst, and then a rate), so for a bucket it only says how different the two promises are.
The three of them are one limiter in three dresses: token bucket, GCRA and leaking bucket agree on
every single request; the last one holds back what it admits.

Which windows are looked at, and what counts in them, is said in `limiter_attacked`.

The requests that nobody chose come in waves around the edges of windows: not an attack, but such as
every full minute brings.

Sources: J. S. Turner, IEEE Communications Magazine 24(10), 1986 (the buckets); Cloudflare blog,
"How we built rate limiting capable of scaling to millions of domains", 2017 (the sliding counter).
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sdcli.core.chance import Chance
from sdcli.experiments.adversary import Taken
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
from sdcli.experiments.limiter_attacked import Limited, limited_as
from sdcli.experiments.limiter_lanes import gauge, lane, laned
from sdcli.experiments.limiter_table import Seen, declared, metrics_of, short, table
from sdcli.experiments.limiter_traffic import (
    LIMITERS,
    Traffic,
    exact,
    limit_of,
    load_param,
    rate_param,
    state_bytes,
    traffic_param,
)
from sdcli.experiments.scaling import cut, many, scale_of
from sdcli.reference.limiters import BUCKETS, SECOND

if TYPE_CHECKING:
    from fractions import Fraction

REQUESTS_BUDGET = 20_000  # each is put to six limiters: half a second or so

_FRAMES = 40
_HOLD = 0.1
_NAME_WIDTH, _PASSED_WIDTH, _LANE_WIDTH, _GAUGE_WIDTH = 15, 7, 40, 12


@dataclass(frozen=True)
class Params:
    """A limit, and what is asked of it."""

    rate: float = rate_param(10.0)
    burst: int = integer(
        10, low=1, high=10**9, unit="request", help="what a full bucket admits at one instant"
    )
    window: float = quantity(
        1.0, low=0.001, high=31_536_000.0, unit="s", help="what the window limiters count by"
    )
    load: float = load_param(1.5)
    traffic: str = traffic_param("waves")
    requests: int = integer(600, low=10, high=10**12, unit="request", help="requests that come")


@dataclass
class _Lane:
    """A limiter, and what it did so far."""

    limited: Limited
    state: Any
    verdicts: list[bool] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.limited.name

    @property
    def longest_ns(self) -> int:
        """That an admitted request was held back."""
        return max((one.delay_ns for one in self.taken), default=0)

    def ask(self, now: int) -> None:
        it = self.limited
        self.state, decision = it.algorithm.step(it.policy, self.state, now)
        self.verdicts.append(decision.allowed)
        if decision.allowed:
            self.taken.append(Taken(now, 1, decision.delay_ns))

    def used(self, now: int) -> float:
        """How much of what it would admit is used up, 0 to 1."""
        it = self.limited
        _, here = it.algorithm.step(it.policy, self.state, now, 0)
        return 1 - here.remaining / here.limit


def run(params: Params, seed: int, watch: Watch | None = None) -> Result:
    """Put every request to all six, and compare.

    Raises:
        InputError: a window in which the rate allows less than one request.

    Cost: six steps for each of at most REQUESTS_BUDGET requests.
    """
    window_ns = round(params.window * SECOND)
    limit = limit_of(params.rate, window_ns)
    count = min(params.requests, REQUESTS_BUDGET)
    offered = exact(params.rate) * exact(params.load)
    traffic = Traffic(params.traffic, count, offered, limit, window_ns)
    moments = traffic.moments(Chance(seed))
    lanes = [_lane(name, params, window_ns, moments[0]) for name in LIMITERS]
    wide_ns = max(2 * window_ns, int(_LANE_WIDTH * SECOND / offered))
    for i, now in enumerate(moments, start=1):
        for one in lanes:
            one.ask(now)
        if watch and i < count and i * _FRAMES // count > (i - 1) * _FRAMES // count:
            watch(_frame(params, lanes, moments, i, wide_ns))
    seen = _compared(lanes, moments, window_ns)
    if watch:
        title = (
            f"{many(count, 'request')}, {params.load:g} times the rate; limit {short(limit)} in "
            f"{params.window:g} s, burst {short(params.burst)}"
        )
        drawing = table(seen)
        watch(Frame(title, drawing.lines, progress=1.0, inks=drawing.inks))

    metrics = metrics_of(seen)
    metrics |= {"limit": float(limit), "requests_given": float(count)}
    broken = _broken(lanes, seen, limit, longest=(params.burst - 1) / exact(params.rate))
    return Result(
        metrics=metrics,
        verdict="fails" if broken else "holds",
        note=f"Broken: {'; '.join(broken)}." if broken else _note(params, seen, limit),
        scale=scale_of(
            cut(
                count,
                params.requests,
                "requests",
                "what is counted does not carry over; bounds and memory do",
            )
        ),
        not_carried=tuple(
            name
            for name in metrics
            if count < params.requests
            and name != "limit"
            and not name.endswith(("_bound", "_memory"))
        ),
    )


def _lane(name: str, params: Params, window_ns: int, first_ns: int) -> _Lane:
    limited = limited_as(name, params.rate, params.burst, window_ns)
    return _Lane(limited, limited.algorithm.initial(limited.policy, first_ns))


def _compared(lanes: list[_Lane], moments: list[int], window_ns: int) -> dict[str, Seen]:
    log = lanes[-1]
    limit = log.limited.policy.limit
    seen = {}
    for one in lanes:
        admitted = sum(one.verdicts)
        over_limit, needless = _judged(one.verdicts, moments, window_ns, limit)
        seen[one.name] = Seen(
            admitted=admitted,
            denied=len(moments) - admitted,
            worst=one.limited.worst(one.taken).admitted,
            bound=one.limited.bound,
            memory=state_bytes(one.name, limit),
            wrong=sum(mine != its for mine, its in zip(one.verdicts, log.verdicts, strict=True)),
            over_limit=over_limit,
            needless=needless,
            delay=one.longest_ns / SECOND,
        )
    return seen


def _judged(
    verdicts: list[bool], moments: list[int], window_ns: int, limit: int
) -> tuple[int, int]:
    """Answers at fault by what was admitted before them: beyond the limit, and needless denials.

    >>> _judged([True, True, False, False], [0, 1, 2, 10], window_ns=10, limit=1)
    (1, 0)
    >>> _judged([True, True, False, False], [0, 1, 2, 11], window_ns=10, limit=1)
    (1, 1)
    """
    inside: deque[int] = deque()
    over_limit = needless = 0
    for now, passed in zip(moments, verdicts, strict=True):
        while inside and now - inside[0] >= window_ns:
            inside.popleft()
        is_full = len(inside) >= limit
        over_limit += passed and is_full
        needless += not passed and not is_full
        if passed:
            inside.append(now)
    return over_limit, needless


def _broken(lanes: list[_Lane], seen: dict[str, Seen], limit: int, longest: Fraction) -> list[str]:
    """What is not as the claim says."""
    broken = [
        f"{name} passed on {one.worst:,} in a window, {one.bound:,} at most"
        for name, one in seen.items()
        if one.worst > one.bound
    ]
    log = seen["sliding-log"]
    if log.worst > limit:
        broken.append(f"the log admitted {log.worst:,} in a window of {limit:,}")
    first, *others = [one for one in lanes if one.name in BUCKETS]
    broken += [
        f"{one.name} and {first.name} do not agree"
        for one in others
        if one.verdicts != first.verdicts
    ]
    for one in lanes:
        # A whole nanosecond: departures are rounded up to one.
        most_ns = longest * SECOND + 1 if one.name == "leaking-bucket" else 0
        if one.longest_ns > most_ns:
            broken.append(f"{one.name} held a request back for {one.longest_ns / SECOND:g} s")
    return broken


def _note(params: Params, seen: dict[str, Seen], limit: int) -> str:
    unreached = [name for name, one in seen.items() if not one.denied]
    more = (
        f"Take a lower rate, a smaller burst, or a higher load; a run decides "
        f"{REQUESTS_BUDGET:,} requests at most."
    )
    if len(unreached) == len(seen):
        return (
            "But it was not put to the test: the limit was not reached. No limiter denied any of "
            f"{many(seen['sliding-log'].admitted, 'request')}, where {limit:,} may pass in a "
            f"window and a burst is {params.burst:,}. {more}"
        )
    fixed, counter, log, token, leaking = (
        seen[name]
        for name in (
            "fixed-window",
            "sliding-counter",
            "sliding-log",
            "token-bucket",
            "leaking-bucket",
        )
    )
    told = (
        f"In its worst window each passed on, where the limit is {limit:,}: fixed window "
        f"{fixed.worst:,}, sliding counter {counter.worst:,}, log {log.worst:,}, token bucket and "
        f"GCRA {token.worst:,}, leaking bucket {leaking.worst:,}. Admitted beyond the limit: "
        f"{fixed.over_limit:,} by the fixed window, {counter.over_limit:,} by the sliding counter "
        f"(which denied {counter.needless:,} needlessly), {token.over_limit:,} by each bucket, "
        "which promises a burst and then the rate."
    )
    if unreached:
        return f"{told} But not reached was the limit of {', '.join(unreached)}. {more}"
    return f"{told} The three buckets agreed on every request."


def _frame(
    params: Params, lanes: list[_Lane], moments: list[int], count: int, wide_ns: int
) -> Frame:
    """The last stretch of time, a lane for each limiter, and how much of each is used up."""
    now = moments[count - 1]
    begin, end = now + 1 - wide_ns, now + 1
    first = bisect_left(moments, begin, 0, count)
    rows = []
    for one in lanes:
        shown = zip(moments[first:count], one.verdicts[first:count], strict=True)
        drawn = lane(shown, begin, end, _LANE_WIDTH)
        rows.append(
            (
                f"{one.name:<{_NAME_WIDTH}}{len(one.taken):>{_PASSED_WIDTH},} ",
                drawn.beside(gauge(one.used(now), _GAUGE_WIDTH, "a"), gap=1),
            )
        )
    head = f"{'':<{_NAME_WIDTH}}{'passed':>{_PASSED_WIDTH}} {'':<{_LANE_WIDTH}}  used up"
    drawing = laned(head, rows)
    return Frame(
        title=(
            f"{params.traffic}, {params.load:g} times the rate: {max(0, begin) / SECOND:.4g} "
            f"to {now / SECOND:.4g} s, {many(count, 'request')} so far"
        ),
        lines=drawing.lines,
        progress=count / len(moments),
        inks=drawing.inks,
        hold=_HOLD,
    )


def _question(params: Params) -> str:
    limit = limit_of(params.rate, round(params.window * SECOND))
    how = {
        "steady": "each at a random moment",
        "bursts": f"in groups of {many(2 * limit, 'request')} at random moments",
        "waves": "in waves around the edges of windows, with pauses between them",
        "edge": "in crowds at the very edges of windows",
    }[params.traffic]
    return (
        f"A fixed window allows {many(limit, 'request')} in each {params.window:g} s of the clock. "
        f"{many(params.requests, 'request')} come, {params.load:g} times the rate, {how}. How many "
        f"does it admit in the worst {params.window:g} s, wherever these begin?"
    )


def _explain(_params: Params, result: Result) -> str:
    metrics = result.metrics
    worst, limit = metrics["fixed_window_worst_window"], metrics["limit"]
    edge = (
        "The limit before an edge and the limit after it: twice the limit in less than a window. "
        "An adversary always gets that much (limiter.burst)."
        if worst >= 2 * limit
        else "Twice the limit takes a whole limit before an edge and a whole one after it, within "
        "a window; traffic that knows nothing of edges seldom brings that, an adversary always "
        "does (limiter.burst)."
    )
    return (
        f"{worst:,.0f}, {worst / limit:.2f} times the limit of {limit:,.0f}. {edge} The sliding "
        f"counter admitted {metrics['sliding_counter_worst_window']:,.0f} in its worst window: "
        f"{metrics['sliding_counter_over_limit']:,.0f} requests passed beyond the limit, where the "
        f"fixed window let {metrics['fixed_window_over_limit']:,.0f} pass. The log admitted "
        f"{metrics['sliding_log_worst_window']:,.0f} and takes "
        f"{metrics['sliding_log_memory']:,.0f} bytes for a busy caller, the counter "
        f"{metrics['sliding_counter_memory']:,.0f}."
    )


EXPERIMENT = Experiment(
    name="limiter.compare",
    title="Six rate limiters side by side",
    claim=(
        "No algorithm passes on more than its bound in any window, and the sliding log's bound is "
        "the limit itself; token bucket, GCRA and leaking bucket agree on every request, and only "
        "the last holds any back."
    ),
    source="Turner, IEEE Communications Magazine 24(10), 1986; Cloudflare blog, 2017",
    revision=1,
    Params=Params,
    metrics=(
        *declared(),
        Metric("limit", "request", less_is_better=None, title="what a window allows"),
        Metric("requests_given", "request", less_is_better=None, title="requests that came"),
    ),
    predict=Predict(
        question=_question,
        metric="fixed_window_worst_window",
        tolerance=0.15,
        explain=_explain,
        example="12 or 12 request",
    ),
    run=run,
    pictured=True,
)
