"""limiter.choose: what the business needs goes in, an algorithm and its parameters come out.

Each algorithm is the right one for somebody. Which one depends on few questions, and each of them
has a number that can be measured:

    at once      does a burst pass that the caller may honestly send? A window passes its limit at
                 once and no more.
    window       how much may pass in one window, and who gets it? strict: nobody more than what is
                 promised. close: half more on average for a caller who does not know the clock.
                 loose: twice, for one who does. What is promised is the limit, or the burst where
                 that is more.
    period       rolling, or does it begin anew with the clock, as a month on an invoice does? Then
                 the windows of the clock are the ones in which strict, close and loose count.
    downstream   may the service behind see bursts, or must requests reach it one by one?
    wait         how long may an admitted request be held back?
    memory       what all callers together may take.

The six candidates are run by the adversary of limiter.burst and judged. Of those that meet every
need the plainest is chosen, by this order:

    fixed-window     one number that stands on the bill as it is
    token-bucket     two numbers to agree on, and a level that one can show
    gcra             the same verdicts, and half the memory; harder to explain
    sliding-counter  an estimate
    leaking-bucket   delay
    sliding-log      an entry of memory for each request

What a request costs is no question here: all of them take requests of several units, and `burst` is
then the largest one that must pass.

A design that has an algorithm already says so: then the run holds only if that one meets every
need, whether or not a plainer one would.

Sources: the needs are our own; what answers them is in the modules of sdcli.reference.limiters.
"""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, NamedTuple

from sdcli.core.chance import Chance
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
from sdcli.experiments.limiter_attacked import takes_of
from sdcli.experiments.limiter_candidates import (
    CANDIDATES,
    Seen,
    figure,
    in_bytes,
    look,
    short,
    span,
)
from sdcli.experiments.limiter_needs import Need, needs_of, to_give_up
from sdcli.experiments.limiter_traffic import limit_of
from sdcli.reference.hashing.drawing import Drawing
from sdcli.reference.limiters import BUCKETS, SECOND

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

TAKES_BUDGET = 20_000  # of the adversary against one bucket in one window
ANY = "any"  # the design has no algorithm yet

_NAME_WIDTH, _CELL_WIDTH, _WIDTH = 14, 11, 80


@dataclass(frozen=True)
class Params:
    """What the business needs, and what the design has."""

    algorithm: str = word(
        ANY,
        choices=(ANY, *CANDIDATES),
        help="what the design has now, which must do, too; any: nothing yet",
    )
    rate: float = quantity(
        100.0, low=1e-5, high=1e9, unit="request/s", help="what is admitted in the long run"
    )
    burst: int = integer(
        50, low=1, high=10**9, unit="request", help="how many at once are fine, and must pass"
    )
    window: float = quantity(
        1.0, low=0.001, high=31_536_000.0, unit="s", help="the span that the limit is told for"
    )
    exactness: str = word(
        "close",
        choices=("strict", "close", "loose"),
        help="how much a window may pass. strict: what is promised, which is the limit, or the "
        "burst if that is more; close: half more on average, for who does not know the clock; "
        "loose: twice",
    )
    period: str = word(
        "rolling", choices=("rolling", "calendar"), help="whether counts begin anew with the clock"
    )
    downstream: str = word(
        "bursty", choices=("bursty", "steady"), help="how requests may reach the service behind"
    )
    wait: float = quantity(
        1.0, low=0, high=31_536_000.0, unit="s", help="longest that a request may be held back"
    )
    callers: int = integer(
        10_000_000, low=1, high=10**12, help="callers that are counted at the same time"
    )
    memory: float = quantity(1e9, low=1, high=1e18, unit="B", help="room for all that is counted")


def run(params: Params, seed: int, watch: Watch | None = None) -> Result:
    """Measure all candidates, judge them by the needs, choose.

    The seed decides when callers who do not know the clock begin; it is the same for all.

    Raises:
        InputError: a window in which the rate allows less than one request.

    Cost: about TAKES_BUDGET takes of the adversary for each bucket, PHASES times a few for each
    window limiter.
    """
    cut = -(-takes_of("gcra", params.rate, params.burst, _window_ns(params)) // TAKES_BUDGET)
    seen = {
        name: look(
            name,
            params.rate,
            params.burst,
            _window_ns(params),
            chance=Chance(seed),  # the same moments for all
            callers=params.callers,
            cut=cut,
        )
        for name in CANDIDATES
    }
    needs = needs_of(params)
    unmet = {name: [need for need in needs if not need.is_met(one)] for name, one in seen.items()}
    chosen = next((name for name in CANDIDATES if not unmet[name]), None)
    judged = chosen if params.algorithm == ANY else params.algorithm
    metrics = {
        f"{name.replace('-', '_')}_{column.name}": _number(column, one, unmet[name])
        for name, one in seen.items()
        for column in COLUMNS
    }
    metrics["meet_all"] = float(sum(not missed for missed in unmet.values()))
    broken = [name for name, one in seen.items() if one.tried > one.bound]
    if watch:
        watch(_frame(params, seen, unmet, chosen))
    return Result(
        metrics=metrics,
        verdict="holds" if judged and not unmet[judged] and not broken else "fails",
        note=_note(params, seen, unmet, chosen, broken),
        scale=_scale(params, cut, [seen[name] for name in BUCKETS]),
    )


def _scale(params: Params, cut: int, buckets: Sequence[Seen]) -> str:
    if cut == 1:
        return FULL_SCALE
    # Where requests are about a nanosecond apart, moments in whole ones do not let all of it pass.
    has_reached = all(one.tried == one.bound for one in buckets)
    return (
        f"1:{cut} (buckets in a window of {params.window / cut:g} of {params.window:g} s): one of "
        f"{params.burst:,} is refilled too often for a run. What is told of the whole window is "
        f"the bound, {'reached to the request' if has_reached else 'kept'} in the shorter one; so "
        "all of it carries over"
    )


def _window_ns(params: Params) -> int:
    return round(params.window * SECOND)


def _note(
    params: Params,
    seen: Mapping[str, Seen],
    unmet: Mapping[str, list[Need]],
    chosen: str | None,
    broken: list[str],
) -> str:
    """The choice and its parameters, what the design has, and one reason for each of the others."""
    if broken:
        told = "; ".join(
            f"{name} passes {seen[name].tried:,}, and its bound is {seen[name].bound:,}"
            for name in broken
        )
        return f"Broken: {told}."
    own = params.algorithm
    reasons = {name: _reason(seen[name], unmet[name]) for name in CANDIDATES}
    others = "; ".join(
        f"{name} {reasons[name]}" for name in CANDIDATES if name not in {chosen, own}
    )
    if chosen is None:
        ways = to_give_up(params, seen).items()
        told = "; or ".join(f"{needs}: then {name} would do" for needs, name in ways)
        if own != ANY:
            others = f"{own}, which the design has, {reasons[own]}; {others}"
        return f"No algorithm meets every need; give up {told}. Why: {others}."
    choice = f"{chosen}, {_parameters(params, chosen)}"
    if own == chosen:
        choice += "; the design has it"
    elif own != ANY and unmet[own]:
        choice += f". The design has {own}, which will not do: it {reasons[own]}"
    elif own != ANY:
        choice += f". The design has {own}, which {reasons[own]}"
    return f"{choice}. Rejected: {others}."


def _reason(seen: Seen, missed: list[Need]) -> str:
    return missed[0].refused(seen) if missed else f"meets every need too, {seen.price}"


def _parameters(params: Params, name: str) -> str:
    if name in BUCKETS:
        return f"rate {params.rate:.6g} request/s, burst {params.burst:,}"
    return f"limit {limit_of(params.rate, _window_ns(params)):,} in {figure(params.window)} s"


class _Column(NamedTuple):
    """One metric of each candidate, and a row of the picture."""

    name: str
    unit: str
    title: str
    told: Callable[[float], str]
    head: str


COLUMNS = (
    _Column("at_once", "request", "passes at once", short, "at once"),
    _Column("worst", "request", "worst window", short, "worst window"),
    _Column("unaware", "request", "a window, the clock not known", short, "clock unknown"),
    _Column("of_clock", "request", "a window of the clock", short, "clock's window"),
    _Column("anew", "request", "there when a period begins, after a busy end", short, "anew"),
    _Column("passes", "request", "reach the service behind at once", short, "out at once"),
    _Column("delay", "s", "held back at most", span, "held back"),
    _Column("state", "B", "of a busy caller", in_bytes, "one caller"),
    _Column("all_callers", "B", "of all callers", in_bytes, "all callers"),
    _Column("unmet", "", "needs not met", short, "needs not met"),
)


def _frame(
    params: Params,
    seen: Mapping[str, Seen],
    unmet: Mapping[str, list[Need]],
    chosen: str | None,
) -> Frame:
    """Needs by candidates: a number, and NO where it is not what is asked for."""
    needs = {need.column: need for need in needs_of(params)}
    words = [(*name.split("-"), "")[:2] for name in CANDIDATES]
    drawing = Drawing.plain(*(_heads([pair[half] for pair in words]) for half in (0, 1)))
    for column in COLUMNS:
        row = Drawing.plain(f"{column.head:<{_NAME_WIDTH}}")
        need = needs.get(column.name)
        for name in CANDIDATES:
            is_missed = need in unmet[name]
            number = column.told(_number(column, seen[name], unmet[name]))
            cell = f"{number:>{_CELL_WIDTH - 3}}{' NO' if is_missed else '   '}"
            ink = ("e" if is_missed else "d" if need else " ") * len(cell)
            row = row.beside(Drawing((cell,), (ink,)), gap=0)
        drawing = drawing.above(row)
    marks = _heads(
        [
            "chosen" if name == chosen else "yours" if name == params.algorithm else ""
            for name in CANDIDATES
        ]
    )
    asked = f"asked for: {', '.join(map(str, needs.values()))}"
    meets = sum(not missed for missed in unmet.values())
    below = [marks, *wrap(asked, _WIDTH), f"meet every need: {meets} of {len(CANDIDATES)}"]
    drawing = drawing.above(Drawing.plain(*below))
    return Frame("what is asked for, and what each would do", drawing.lines, 1.0, drawing.inks)


def _heads(words: Sequence[str]) -> str:
    """Words over the columns, above the last figure of the numbers."""
    cells = "".join(f"{word:>{_CELL_WIDTH - 3}}   " for word in words)
    return f"{'':<{_NAME_WIDTH}}{cells}".rstrip()


def _number(column: _Column, seen: Seen, missed: list[Need]) -> float:
    return float(len(missed) if column.name == "unmet" else getattr(seen, column.name))


def _question(params: Params) -> str:
    limit = limit_of(params.rate, _window_ns(params))
    return (
        f"{params.callers:,} callers may each send {limit:,} requests in {figure(params.window)} "
        "s. A sliding log keeps a moment and a running total, 8 bytes each, for every request that "
        "counts. How much memory do all callers take at their busiest?"
    )


def _explain(params: Params, result: Result) -> str:
    log, gcra = result.metrics["sliding_log_all_callers"], result.metrics["gcra_all_callers"]
    limit = limit_of(params.rate, _window_ns(params))
    return (
        f"{params.callers:,} callers * {limit:,} entries * 16 bytes are {in_bytes(log)}; GCRA "
        f"keeps one number for each and takes {in_bytes(gcra)}. So a log is for few callers or low "
        "limits, where being exact is worth it: attempts to log in, not calls at the edge."
    )


EXPERIMENT = Experiment(
    name="limiter.choose",
    title="Which rate limiter for this need",
    claim=(
        "An algorithm meets every need, and the plainest such is named; the one that the design "
        "has does, too; no candidate passes more than its own bound while it is tried."
    ),
    source="Turner, IEEE Communications Magazine 24(10), 1986; Cloudflare blog, 2017",
    revision=1,
    Params=Params,
    metrics=(
        *(
            Metric(
                f"{name.replace('-', '_')}_{column.name}",
                column.unit,
                less_is_better=None if column.name in {"at_once", "anew"} else True,
                title=f"{name}: {column.title}",
            )
            for name in CANDIDATES
            for column in COLUMNS
        ),
        Metric("meet_all", "", less_is_better=None, title="algorithms that meet every need"),
    ),
    predict=Predict(
        question=_question,
        metric="sliding_log_all_callers",
        tolerance=0.1,
        explain=_explain,
        example="3 GB or 3e9",
    ),
    run=run,
    pictured=True,
)
