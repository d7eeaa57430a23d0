"""limiter.choose: what the business needs goes in, an algorithm and its parameters come out.

Each algorithm is the right one for somebody. Which one depends on few questions, and each of them
has a number that can be measured:

    at once      does a burst pass that the caller may honestly send? A window passes its limit at
                 once and no more.
    window       how much may pass in one window, and who gets it? strict: nobody more than what is
                 promised. close: half more on average for a caller who does not know the clock.
                 loose: twice, for one who does. What is promised is the limit, or the burst where
                 that is more.
    period       rolling, or does it begin anew with the clock, as a month on an invoice does?
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
from sdcli.experiments.limiter_traffic import limit_of
from sdcli.reference.hashing.drawing import Drawing
from sdcli.reference.limiters import BUCKETS, SECOND

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

TAKES_BUDGET = 20_000  # of the adversary against one bucket in one window
CLOSE = 1.5  # times what is promised
DRAWN = 0.01  # how much more, as a part of it, a mean over drawn moments may be
LOOSE = 2.0

_NAME_WIDTH, _CELL_WIDTH, _WIDTH = 14, 11, 80


@dataclass(frozen=True)
class Params:
    """What the business needs."""

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
        "close", choices=("strict", "close", "loose"), help="how well a window must be kept"
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
        100_000, low=1, high=10**12, help="callers that are counted at the same time"
    )
    memory: float = quantity(1e9, low=1, high=1e18, unit="B", help="room for all that is counted")


@dataclass(frozen=True)
class Need:
    """One need: what it asks of a candidate, and what not meeting it means.

    Args:
        name: the parameter that says it.
        column: the number of a candidate that is looked at; in COLUMNS.
        asked: the most that it may be, or the least.
        refusal: why a candidate does not meet it, with `{number}` for its number.
        is_least: whether `asked` is the least.
        slack: how much more, as a part of `asked`, is still fine.
    """

    name: str
    column: str
    asked: float
    refusal: str
    is_least: bool = False
    slack: float = 0.0

    def is_met(self, seen: Seen) -> bool:
        """Whether a candidate meets it."""
        number = getattr(seen, self.column)
        if self.is_least:
            return bool(number >= self.asked)
        return bool(number <= self.asked * (1 + self.slack))

    def told(self, number: float) -> str:
        """A number of this need, for a sentence."""
        return {"wait": span, "memory": in_bytes}.get(self.name, figure)(number)

    def __str__(self) -> str:
        return f"{self.name} {'>=' if self.is_least else '<='} {self.told(self.asked)}"


def needs_of(params: Params) -> tuple[Need, ...]:
    """The needs that ask for something, as they can be judged."""
    limit = limit_of(params.rate, _window_ns(params))
    needs = [
        Need("burst", "at_once", params.burst, "passes {number} at once", is_least=True),
        _exactness(params, max(limit, params.burst)),
    ]
    if params.period == "calendar":
        refusal = "has {number} there when a new period begins, after a busy end of the old one"
        needs.append(Need("period", "anew", limit, refusal, is_least=True))
    if params.downstream == "steady":
        refusal = "sends {number} to the service behind at one instant"
        needs.append(Need("downstream", "passes", 1, refusal))
    needs += [
        Need("wait", "delay", params.wait, "holds the last of a burst back for {number}"),
        Need("memory", "memory", params.memory, "takes {number}"),
    ]
    return tuple(needs)


def _exactness(params: Params, promised: int) -> Need:
    """How much may pass in a window, and which one is looked at."""
    if params.period == "calendar":
        return Need("exactness", "of_clock", promised, "passes {number} in a window of the clock")
    if params.exactness == "close":
        refusal = "gives {number} in a window to a caller who does not even know the clock"
        return Need("exactness", "unaware", CLOSE * promised, refusal, slack=DRAWN)
    allowed = LOOSE * promised if params.exactness == "loose" else promised
    return Need("exactness", "worst", allowed, "passes {number} in the worst window")


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
    metrics = {
        f"{name.replace('-', '_')}_{column.name}": _number(column, one, unmet[name])
        for name, one in seen.items()
        for column in COLUMNS
    }
    metrics["meet_all"] = float(sum(not missed for missed in unmet.values()))
    broken = [name for name, one in seen.items() if one.worst > one.bound]
    if watch:
        watch(_frame(params, seen, unmet, chosen))
    return Result(
        metrics=metrics,
        verdict="holds" if chosen and not broken else "fails",
        note=_note(params, seen, unmet, chosen, broken),
        scale=FULL_SCALE
        if cut == 1
        else (
            f"1:{cut} (buckets in a window of {params.window / cut:g} of {params.window:g} s): one "
            f"of {params.burst} is refilled too often for a run; what a bucket passes in a window "
            "does not carry over, whether that is too much does"
        ),
        not_carried=tuple(
            f"{name.replace('-', '_')}_{column}"
            for name in CANDIDATES
            for column in ("worst", "unaware", "of_clock")
            if cut > 1 and name in BUCKETS
        ),
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
    """The choice, its parameters, and one reason for each of the others."""
    if broken:
        return f"Broken, it passes more than its own bound: {', '.join(broken)}."
    reasons = "; ".join(
        f"{name} {_reason(seen[name], unmet[name])}" for name in CANDIDATES if name != chosen
    )
    if chosen is None:
        return f"No algorithm meets every need; {_what_to_give_up(unmet)} Why: {reasons}."
    return f"{chosen}, {_parameters(params, chosen)}. Rejected: {reasons}."


def _reason(seen: Seen, missed: list[Need]) -> str:
    if not missed:
        return f"meets every need too, {seen.price}"
    need = missed[0]
    return f"{need.refusal.format(number=need.told(getattr(seen, need.column)))} ({need})"


def _what_to_give_up(unmet: Mapping[str, list[Need]]) -> str:
    """Which single need stands in the way, and the plainest that would do without it."""
    fewest = min(len(missed) for missed in unmet.values())
    ways: dict[str, str] = {}
    for name in CANDIDATES:
        if len(unmet[name]) == fewest:
            ways.setdefault(" and ".join(map(str, unmet[name])), name)
    told = "; or ".join(f"{needs}: then {name} would do" for needs, name in ways.items())
    return f"give up {told}."


def _parameters(params: Params, name: str) -> str:
    if name in BUCKETS:
        return f"rate {params.rate:.6g} request/s, burst {params.burst:,}"
    return f"limit {limit_of(params.rate, _window_ns(params)):,} in {params.window:g} s"


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
    _Column("memory", "B", "of all callers", in_bytes, "all callers"),
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
    marks = _heads(["chosen" if name == chosen else "" for name in CANDIDATES])
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
        f"{params.callers:,} callers may each send {limit:,} requests in {params.window:g} s. A "
        "sliding log keeps a moment and a running total, 8 bytes each, for every request that "
        "counts. How much memory do all callers take at their busiest?"
    )


def _explain(params: Params, result: Result) -> str:
    log, gcra = result.metrics["sliding_log_memory"], result.metrics["gcra_memory"]
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
        "One algorithm meets every need, and it is the plainest that does; no candidate passes "
        "more than its own bound while it is tried."
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
        metric="sliding_log_memory",
        tolerance=0.1,
        explain=_explain,
        example="3 GB or 3e9",
    ),
    run=run,
    pictured=True,
)
