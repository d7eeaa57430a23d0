"""limiter.burst: what a limiter admits in the worst window, put to the test by an adversary.

People read "100 requests a second" as a promise about every second. No algorithm of constant
state that lets a whole limit through at once keeps it, and each breaks it in its own way:

    token-bucket   at most burst + rate * window: a quiet caller sends the burst, then the refill.
                   How much more than the rate is a number that one chooses.
    fixed-window   at most 2 * rate * window: a whole limit before the edge of a window of the
                   clock and a whole limit after it, within nanoseconds. Nobody chose that.

The verdict is whether the adversary stayed within the algorithm's bound; how near it came says
whether the bound is worth anything. All on a virtual clock: an hour takes no longer than a second.

Sources: J. S. Turner, "New directions in communications", IEEE Communications Magazine 24(10), 1986
(the bucket); the INCR page of the Redis manual (the window).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sdcli.core.chance import Chance
from sdcli.core.errors import InputError
from sdcli.experiments.adversary import Admitted, WorstWindow, erratic, greedy, worst_window
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
from sdcli.reference.limiters import (
    SECOND,
    Algorithm,
    algorithm_named,
    fixed_window,
    token_bucket,
)

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
DENOMINATOR_MAX = 10**9  # a rate is a fraction of whole numbers: 5 in 3 s, not 1.6666666666666667

_COLUMNS = 60
_LEVELS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True)
class Params:
    """A limiter, and the window in which to look at it."""

    algorithm: str = word(
        "token-bucket", choices=("token-bucket", "fixed-window"), help="how requests are counted"
    )
    rate: float = quantity(
        100.0, low=1e-6, high=1e9, unit="request/s", help="what is admitted in the long run"
    )
    burst: int = integer(
        50, low=1, high=10**9, unit="request", help="what a full token bucket admits at one instant"
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
    admitted: Admitted
    worst: WorstWindow


def run(params: Params, seed: int, watch: Watch | None = None) -> Result:
    """Attack the limiter from several starting points and at random.

    Raises:
        InputError: a fixed window in which the rate allows less than one request.

    Cost: about TAKES_BUDGET takes of the greedy adversary, and 3 * ERRATIC_ASKS steps at random. A
    take is three steps of the limiter: how much is there, take it, when is half of it there again.
    """
    algorithm = algorithm_named(params.algorithm)
    asked_ns = round(params.window * SECOND)
    policy = _policy(params, asked_ns)
    takes = _takes(params, asked_ns)
    cut = -(-takes // TAKES_BUDGET)
    window_ns = asked_ns // cut
    starts = _starts(window_ns, Chance(seed))[: max(1, TAKES_BUDGET // takes)]
    asks_max = 2 * (takes // cut + 10)  # twice what it should need
    attacks: list[_Attack] = []
    for i, (name, start_ns) in enumerate(starts):
        admitted = greedy(algorithm, policy, start_ns, window_ns, asks_max)
        attacks.append(_Attack(name, admitted, worst_window(admitted, window_ns)))
        if watch:
            watch(_frame(algorithm, policy, attacks[-1], window_ns, (i + 1) / (len(starts) + 1)))
    chance = Chance(seed).child("erratic")
    admitted = erratic(algorithm, policy, window_ns, ERRATIC_ASKS, chance)
    attacks.append(_Attack("at random", admitted, worst_window(admitted, window_ns)))
    best = max(attacks, key=lambda attack: attack.worst.admitted)
    if watch:
        watch(_frame(algorithm, policy, best, window_ns, 1.0))

    bound = algorithm.bound(policy, window_ns)
    nominal = params.rate * window_ns / SECOND
    worst = best.worst
    metrics = {
        "admitted_worst_window": float(worst.admitted),
        "bound": float(bound),
        "nominal": nominal,
        "over_nominal": worst.admitted / nominal,
        "worst_span": (worst.last_ns - worst.first_ns) / SECOND,
        "admitted_total": float(sum(count for one in attacks for _, count in one.admitted)),
        "attacks": float(len(attacks)),
    }
    return Result(
        metrics=metrics,
        verdict="holds" if worst.admitted <= bound else "fails",
        note=_note(params, metrics, best, window_ns),
        scale=FULL_SCALE
        if cut == 1
        else (
            f"1:{cut} (a window of {window_ns / SECOND:g} of {asked_ns / SECOND:g} s): a bucket of "
            f"{params.burst} is refilled too often for a run; the counts are those of the shorter "
            "window and do not carry over, the verdict does"
        ),
        not_carried=OF_THE_WINDOW if cut > 1 else (),
    )


def _policy(params: Params, window_ns: int) -> Any:
    """The policy in whole numbers: exact for 54 in 60 s as for 1 in a day."""
    rate = Fraction(params.rate).limit_denominator(DENOMINATOR_MAX)
    if params.algorithm == "token-bucket":
        return token_bucket.Policy(rate.numerator, rate.denominator * SECOND, params.burst)
    limit = int(rate * Fraction(window_ns, SECOND))
    if limit < 1:
        raise InputError(
            "this rate allows no request in this window",
            where="window",
            given=f"{params.window:g} s at {params.rate:g} request/s",
            expected=f"a window of at least {1 / params.rate:g} s",
        )
    return fixed_window.Policy(limit, window_ns)


def _takes(params: Params, window_ns: int) -> int:
    """How often the greedy adversary comes back within a window."""
    if params.algorithm == "fixed-window":
        return 2
    half = (params.burst + 1) // 2
    return 2 + int(params.rate * window_ns / SECOND / half)


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


def _note(params: Params, metrics: dict[str, float], best: _Attack, window_ns: int) -> str:
    share = metrics["admitted_worst_window"] / metrics["bound"]
    near = "reached the bound" if share == 1 else f"came to {share * 100:.4g} % of the bound"
    text = (
        f"The adversary {near}: {metrics['admitted_worst_window']:,.0f} of at most "
        f"{metrics['bound']:,.0f} requests in {window_ns / SECOND:g} s (it began {best.name})."
    )
    if params.algorithm == "fixed-window":
        return f"{text} They came within {metrics['worst_span']:.3g} s. The burst has no say here."
    return f"{text} The rate alone promises {metrics['nominal']:,.6g}."


def _frame(
    algorithm: Algorithm, policy: Any, attack: _Attack, window_ns: int, progress: float
) -> Frame:
    """What was admitted over time, two windows wide, with the worst window marked."""
    begin = attack.worst.first_ns - window_ns // 2
    columns = [0] * _COLUMNS
    for at_ns, count in attack.admitted:
        column = (at_ns - begin) * _COLUMNS // (2 * window_ns)
        if 0 <= column < _COLUMNS:
            columns[column] += count
    peak = max(*columns, 1)
    drawn = "".join(
        _LEVELS[(count * (len(_LEVELS) - 1)) // peak] if count else " " for count in columns
    )
    left = _COLUMNS // 4
    right = left + (_COLUMNS // 2)
    mark = " " * left + "└" + "─" * (right - left - 1) + "┘"
    name = algorithm.__name__.rsplit(".", 1)[1].replace("_", " ")
    return Frame(
        title=f"{name}, two windows long; the client began {attack.name}",
        lines=(
            f"admitted {drawn}|",
            f"window   {mark}",
            f"{' ' * (left + 9)}{attack.worst.admitted:,} admitted in {window_ns / SECOND:g} s",
            f"{' ' * (left + 9)}bound {algorithm.bound(policy, window_ns):,}",
        ),
        progress=progress,
    )


def _question(params: Params) -> str:
    limiter = {
        "token-bucket": (
            f"A token bucket refills at {params.rate:g} request/s and holds {params.burst:,}."
        ),
        "fixed-window": (
            f"A fixed-window counter allows {params.rate * params.window:,.6g} requests in each "
            f"window of {params.window:g} s."
        ),
    }[params.algorithm]
    return (
        f"{limiter} A client that was quiet sends as fast as it can, at the moment that suits it "
        f"best. How many requests pass within {params.window:g} s at most?"
    )


def _explain(params: Params, result: Result) -> str:
    admitted = result.metrics["admitted_worst_window"]
    nominal = result.metrics["nominal"]
    if params.algorithm == "fixed-window":
        return (
            f"Twice the limit: {admitted:,.0f} where the rate promises {nominal:,.6g}. A whole "
            "limit passes just before the edge of a window and another just after it, "
            f"{result.metrics['worst_span']:.3g} s apart. Whatever stands behind the limiter must "
            "bear that, or the limiter must count otherwise."
        )
    return (
        f"The full bucket and what drips in meanwhile: {params.burst:,} + {nominal:,.6g}, so "
        f"{admitted:,.0f}. The burst is yours to choose: it is what the system behind must bear at "
        "one instant."
    )


EXPERIMENT = Experiment(
    name="limiter.burst",
    title="What a rate limiter admits at worst",
    claim=(
        "No window admits more than the algorithm's bound: burst + rate * window for a token "
        "bucket, 2 * rate * window for a fixed window."
    ),
    source="Turner, IEEE Communications Magazine 24(10), 1986; Redis manual, INCR",
    revision=1,
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
