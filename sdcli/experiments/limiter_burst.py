"""limiter.burst: what a limiter admits in the worst window, put to the test by an adversary.

People read "100 requests a second" as a promise about every second. Only a log keeps it; each of
the others breaks it in its own way:

    token-bucket    at most burst + rate * window: a quiet caller sends the burst, then the refill.
    gcra            How much more than the rate is a number that one chooses.
    leaking-bucket  admits as much, and lets it out one by one: at most 1 + rate * window reach the
                    service behind it, which is what is looked at here.
    fixed-window    at most 2 * limit: a whole one before the edge of a window of the clock and a
                    whole one after it, within nanoseconds. Nobody chose that.
    sliding-counter at most 2 * limit - 1: a whole limit just before the edge, then what the
                    estimate lets drip, all but one of it by the end of the window. It evens out
                    what comes evenly; it does not bound.
    sliding-log     at most the limit.

A request counts for a window that counts until it is one window old, so there the windows looked
at are half-open: both ends count in one that is a nanosecond shorter. With a bucket both ends of
the whole window count.

The verdict is whether the adversary stayed within the algorithm's bound; how near it came says
whether the bound is worth anything. All on a virtual clock: an hour takes no longer than a second.

Sources: J. S. Turner, "New directions in communications", IEEE Communications Magazine 24(10), 1986
(the buckets); the INCR page of the Redis manual (the fixed window); Cloudflare, "How we built rate
limiting capable of scaling to millions of domains", 2017 (the sliding counter, not its bound).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from sdcli.core.chance import Chance
from sdcli.experiments.adversary import (
    Taken,
    WorstWindow,
    arrivals,
    departed,
    erratic,
    greedy,
    trains,
    worst_window,
)
from sdcli.experiments.contract import (
    FULL_SCALE,
    Experiment,
    Frame,
    Metric,
    Predict,
    Result,
    Watch,
    integer,
    quantity,
    word,
)
from sdcli.experiments.limiter_attacked import Limited, limited_as, takes_of
from sdcli.experiments.limiter_candidates import figure
from sdcli.experiments.limiter_traffic import limit_of
from sdcli.experiments.scaling import many
from sdcli.reference.limiters import ALGORITHMS, BUCKETS, SECOND

if TYPE_CHECKING:
    from collections.abc import Iterator

# What depends on the length of the window, and so says nothing of a longer one.
OF_THE_WINDOW = (
    "admitted_worst_window",
    "bound",
    "nominal",
    "over_nominal",
    "worst_span",
    "admitted_total",
)
TAKES_BUDGET = 120_000  # times that the greedy adversary takes something, in all: about two seconds
ERRATIC_ASKS = 300
RANDOM_STARTS = 3

_COLUMNS = 60
_LEVELS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True)
class Params:
    """A limiter, and the window in which to look at it."""

    algorithm: str = word(
        "token-bucket", choices=tuple(ALGORITHMS), help="how requests are counted"
    )
    rate: float = quantity(
        100.0, low=1e-6, high=1e9, unit="request/s", help="what is admitted in the long run"
    )
    burst: int = integer(
        50, low=1, high=10**9, unit="request", help="what a full bucket admits at one instant"
    )
    window: float = quantity(
        1.0,
        low=0.001,
        high=31_536_000.0,
        unit="s",
        help="length of the window looked at, and counted by",
    )


@dataclass(frozen=True)
class _Attack:
    """One schedule of the adversary and what it got."""

    name: str
    taken: list[Taken]
    worst: WorstWindow  # that the service behind saw
    let_in: int  # in the window that admitted most


def run(params: Params, seed: int, watch: Watch | None = None) -> Result:
    """Attack the limiter from several starting points and at random.

    Raises:
        InputError: a window, counted by, in which the rate allows less than one request.

    Cost: about TAKES_BUDGET takes of the greedy adversary, and 3 * ERRATIC_ASKS steps at random. A
    take is three steps of the limiter: how much is there, take it, when is half of it there again.
    """
    asked_ns = round(params.window * SECOND)
    takes = takes_of(params.algorithm, params.rate, params.burst, asked_ns)
    cut = -(-takes // TAKES_BUDGET)
    limited = limited_as(params.algorithm, params.rate, params.burst, asked_ns // cut)
    starts = _starts(limited.window_ns, Chance(seed))[: max(1, TAKES_BUDGET // takes)]
    asks_max = 2 * (takes // cut + 10)  # twice what it should need
    attacks: list[_Attack] = []
    for i, (name, start_ns) in enumerate(starts):
        taken = greedy(
            limited.algorithm, limited.policy, start_ns, limited.looked_ns, asks_max=asks_max
        )
        attacks.append(_attack(name, taken, limited))
        if watch:
            watch(_frame(limited, attacks[-1], (i + 1) / (len(starts) + 1)))
    chance = Chance(seed).child("erratic")
    taken = erratic(limited.algorithm, limited.policy, limited.window_ns, ERRATIC_ASKS, chance)
    attacks.append(_attack("at random", taken, limited))
    best = max(attacks, key=lambda attack: attack.worst.admitted)
    if watch:
        watch(_frame(limited, best, 1.0))

    bound = limited.bound
    nominal = params.rate * limited.window_ns / SECOND
    worst = best.worst
    metrics = {
        "admitted_worst_window": float(worst.admitted),
        "bound": float(bound),
        "nominal": nominal,
        "over_nominal": worst.admitted / nominal,
        "worst_span": (worst.last_ns - worst.first_ns) / SECOND,
        "admitted_total": float(sum(taken.units for one in attacks for taken in one.taken)),
        "attacks": float(len(attacks)),
    }
    let_in = max(attack.let_in for attack in attacks)
    may_be_let_in = limited.algorithm.bound(limited.policy, limited.looked_ns)
    return Result(
        metrics=metrics,
        verdict="holds" if worst.admitted <= bound and let_in <= may_be_let_in else "fails",
        note=_note(params, nominal, best, limited, let_in),
        scale=FULL_SCALE
        if cut == 1
        else (
            f"1:{cut} (a window of {limited.window_ns / SECOND:g} of {asked_ns / SECOND:g} s): a "
            f"bucket of {params.burst} is refilled too often for a run; the counts are those of "
            "the shorter window and do not carry over, the verdict does"
        ),
        not_carried=OF_THE_WINDOW if cut > 1 else (),
    )


def _starts(window_ns: int, chance: Chance) -> list[tuple[str, int]]:
    """Moments to begin at: just before the edge of a window of the clock, then all over it."""
    fixed = [
        ("a nanosecond before the edge", window_ns - 1),
        ("at the edge", 0),
        ("a quarter in", window_ns // 4),
        ("half way", window_ns // 2),
        ("three quarters in", 3 * window_ns // 4),
    ]
    return fixed + [("somewhere", chance.below(window_ns)) for _ in range(RANDOM_STARTS)]


def _attack(name: str, taken: list[Taken], limited: Limited) -> _Attack:
    worst = limited.worst(taken)
    let_in = worst_window(arrivals(taken), limited.looked_ns).admitted
    return _Attack(name, taken, worst, let_in)


def _note(params: Params, nominal: float, best: _Attack, limited: Limited, let_in: int) -> str:
    # Out of whole numbers, not out of metrics: past 2^53 a float does not tell one less.
    worst, bound = best.worst, limited.bound
    share = f"came to {100 * worst.admitted / bound:.4g} % of the bound"
    near = "reached the bound" if worst.admitted == bound else share
    window = f"{limited.window_ns / SECOND:g} s"
    text = (
        f"The adversary {near}: {worst.admitted:,} of at most {many(bound, 'request')} in {window} "
        f"(it began {best.name})."
    )
    if params.algorithm == "leaking-bucket":
        return (
            f"{text} That is what departs, one by one; {let_in:,} were admitted into the bucket in "
            f"{window} and waited in it."
        )
    if params.algorithm in BUCKETS:
        return f"{text} The rate alone promises {figure(nominal)}."
    span = (worst.last_ns - worst.first_ns) / SECOND
    came = f"within {span:.3g} s" if span else "at one instant"
    return f"{text} They came {came}. The burst has no say here."


def _frame(limited: Limited, attack: _Attack, progress: float) -> Frame:
    """What was admitted over time, two windows wide, with the worst window marked."""
    begin, length = attack.worst.first_ns - limited.window_ns // 2, 2 * limited.window_ns
    columns = [0] * _COLUMNS
    for at_ns, count, _ in attack.taken:
        column = (at_ns - begin) * _COLUMNS // length
        if 0 <= column < _COLUMNS:
            columns[column] += count
    left = _COLUMNS // 4
    right = left + (_COLUMNS // 2)
    mark = " " * left + "└" + "─" * (right - left - 1) + "┘"
    does = "admitted"
    strips = [f"admitted {_strip(columns)}|"]
    if limited.name == "leaking-bucket":
        does = "departed"
        strips.append(f"departed {_strip(list(_departures(limited, attack, begin, length)))}|")
    looked = f"{limited.window_ns / SECOND:g} s"
    return Frame(
        title=f"{limited.name.replace('-', ' ')}, two windows long; the client began {attack.name}",
        lines=(
            *strips,
            f"window   {mark}",
            f"{' ' * (left + 9)}{attack.worst.admitted:,} {does} in {looked}",
            f"{' ' * (left + 9)}bound {limited.bound:,}",
        ),
        progress=progress,
    )


def _departures(limited: Limited, attack: _Attack, begin: int, length: int) -> Iterator[int]:
    """How many depart in each column."""
    scale = limited.policy.scale
    edges = [(begin + i * length // _COLUMNS) * scale - 1 for i in range(_COLUMNS + 1)]
    gone = list(departed(trains(attack.taken, scale), limited.policy.increment, edges))
    return (later - earlier for earlier, later in pairwise(gone))


def _strip(columns: list[int]) -> str:
    peak = max(*columns, 1)
    return "".join(
        _LEVELS[(count * (len(_LEVELS) - 1)) // peak] if count else " " for count in columns
    )


def _question(params: Params) -> str:
    if params.algorithm in BUCKETS:
        limiter = {
            "token-bucket": "A token bucket refills at {rate} and holds {burst}.",
            "gcra": "GCRA admits {rate}, and {burst} at once.",
            "leaking-bucket": "A leaking bucket lets {rate} out, evenly spaced, and holds {burst}.",
        }[params.algorithm].format(rate=f"{params.rate:g} request/s", burst=f"{params.burst:,}")
    else:
        limit = f"{limit_of(params.rate, round(params.window * SECOND)):,} requests"
        limiter = {
            "fixed-window": "A fixed-window counter allows {limit} in each window of {window} s.",
            "sliding-log": "A sliding log allows {limit} in {window} s, wherever they begin.",
            "sliding-counter": (
                "A sliding counter allows {limit} in {window} s, by its estimate from the counts "
                "of this window of the clock and the one before."
            ),
        }[params.algorithm].format(limit=limit, window=f"{params.window:g}")
    how_many = "reach the service behind it" if params.algorithm == "leaking-bucket" else "pass"
    return (
        f"{limiter} A client that was quiet sends as fast as it can, at the moment that suits it "
        f"best. How many requests {how_many} within {params.window:g} s at most?"
    )


def _explain(params: Params, result: Result) -> str:
    admitted = figure(result.metrics["admitted_worst_window"])
    nominal = figure(result.metrics["nominal"])
    return {
        "token-bucket": (
            f"The full bucket and what drips in meanwhile: {params.burst:,} + {nominal}, so "
            f"{admitted}. The burst is yours to choose: it is what the system behind must bear at "
            "one instant."
        ),
        "gcra": (
            f"As many as from a token bucket, whose verdicts these are: {params.burst:,} at once "
            f"and {nominal} as time goes by, so {admitted}."
        ),
        "leaking-bucket": (
            f"However they come, they leave one by one: {nominal} in a window and the one at its "
            f"start, so {admitted}. The burst of {params.burst:,} is what may wait, not what may "
            "pass; the last of it waits longest."
        ),
        "fixed-window": (
            f"Twice the limit: {admitted} where the rate promises {nominal}. A whole "
            "limit passes just before the edge of a window and another just after it, "
            f"{result.metrics['worst_span']:.3g} s apart. Whatever stands behind the limiter must "
            "bear that, or the limiter must count otherwise."
        ),
        "sliding-counter": (
            f"Nearly twice the limit: {admitted} where the rate promises {nominal}. A whole limit "
            "passes just before the edge. The estimate takes it for even traffic and forgets it "
            "bit by bit, so nearly all of it passes again before the oldest is a window old. Who "
            "comes evenly gets the limit; who knows the edge gets this."
        ),
        "sliding-log": (
            f"The limit, {admitted}, and no schedule gets more: each request counts until it is a "
            "window old. The price is an entry of memory for each."
        ),
    }[params.algorithm]


EXPERIMENT = Experiment(
    name="limiter.burst",
    title="What a rate limiter admits at worst",
    claim=(
        "No window admits more than the algorithm's bound: burst + rate * window for a token "
        "bucket and GCRA, 1 + rate * window out of a leaking bucket; twice the limit for a fixed "
        "window, one less for a sliding counter, the limit itself for a sliding log."
    ),
    source="Turner, IEEE Communications Magazine 24(10), 1986; Redis manual, INCR",
    revision=2,
    Params=Params,
    metrics=(
        Metric(
            "admitted_worst_window",
            "request",
            less_is_better=True,
            title="admitted in the worst window",
            theory="bound",
        ),
        Metric("bound", "request", less_is_better=None, title="the algorithm's bound"),
        Metric("nominal", "request", less_is_better=None, title="rate * window"),
        Metric("over_nominal", "", less_is_better=True, title="worst window / nominal"),
        Metric("worst_span", "s", less_is_better=None, title="first to last of that window"),
        Metric("admitted_total", "request", less_is_better=None, title="admitted in all attacks"),
        Metric("attacks", "", less_is_better=None, title="schedules tried"),
    ),
    predict=Predict(
        question=_question,
        metric="admitted_worst_window",
        tolerance=0.05,
        explain=_explain,
        example="250 or 250 request",
    ),
    run=run,
)
