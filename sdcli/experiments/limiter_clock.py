"""limiter.clock: somebody sets the clock, and what that does to a limiter.

Machines correct their clocks, people set them wrong and right again, a failover moves a store to a
machine whose clock is late. A limiter that reads the time of day sees an hour that did not happen,
or the same hour twice:

    back      what a caller's record says lies in the future. Nothing comes back until the clock has
              caught up: for an hour everybody lives on what was left.
    forward   an hour seems to have passed, so every caller has a full quota again, at once.

Two ways out, tried here on the same requests:

    monotonic   a clock that counts from the start of the machine and that nobody can set. A limiter
                in one process takes that. (Its windows do not begin with the minute.)
    store       a store that serves many machines has only the time of day. So it follows a rule
                (`limiter_record`): a record is never judged before it was written. Nothing is
                given, nobody is shut out; what is lost is the time since then. A step forward
                cannot be told from time that passed, and gives a fresh quota.

The clock is set three quarters into a window, and one window from there on is looked at. All on a
virtual clock.

Source: The Open Group Base Specifications, issue 7 (POSIX.1-2008), clock_getres, for CLOCK_REALTIME
and CLOCK_MONOTONIC; the rule for a store is our own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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
from sdcli.experiments.limiter_attacked import limited_as
from sdcli.experiments.limiter_lanes import column_of, lane, laned
from sdcli.experiments.limiter_record import Driven, driven
from sdcli.experiments.limiter_traffic import (
    LIMITERS,
    Traffic,
    exact,
    limit_of,
    load_param,
    rate_param,
)
from sdcli.experiments.scaling import many
from sdcli.reference.hashing.drawing import Drawing
from sdcli.reference.limiters import BUCKETS, SECOND, Algorithm

REQUESTS_BUDGET = 8_000  # in a window; each is decided four times: a second or so
WINDOWS = 3  # of traffic; the clock is set in the second

_BOOTED = 5  # windows from the start of the machine until the first request
_FRAMES = 16
_HOLD = 0.2
_NAME_WIDTH, _PASSED_WIDTH, _TOLD_WIDTH, _LANE_WIDTH = 18, 7, 10, 44
_TITLES = {
    "untouched": "nobody set it",
    "wall": "time of day",
    "monotonic": "monotonic clock",
    "store": "time, store's rule",
}


@dataclass(frozen=True)
class Params:
    """A limiter, and how its clock is set."""

    algorithm: str = word("token-bucket", choices=LIMITERS, help="how requests are counted")
    direction: str = word("back", choices=("back", "forward"), help="where the clock is set to")
    step: float = quantity(3600.0, low=0.001, high=1e7, unit="s", help="how far it is set")
    rate: float = rate_param(1.0)
    burst: int = integer(
        20, low=1, high=10**9, unit="request", help="what a full bucket admits at one instant"
    )
    window: float = quantity(
        60.0, low=0.001, high=31_536_000.0, unit="s", help="looked at from the step on; counted by"
    )
    load: float = load_param(2.0)


@dataclass(frozen=True)
class _Setting:
    """What is the same for all four."""

    module: Algorithm
    policy: Any
    bound: int  # the most that may pass in a window
    moments: list[int]  # in true time
    first: int  # the first request after the step, by its place in `moments`
    step_at_ns: int
    window_ns: int
    step_ns: int  # what is added to the time of day; negative: set back


def run(params: Params, seed: int, watch: Watch | None = None) -> Result:
    """Send the same requests to four limiters that differ in the clock alone.

    Raises:
        InputError: a window in which the rate allows less than one request.

    Cost: four steps for each of at most REQUESTS_BUDGET requests in a window.
    """
    asked_ns = round(params.window * SECOND)
    limit_of(params.rate, asked_ns)
    offered = exact(params.rate) * exact(params.load)
    cut = max(1, -(-int(offered * asked_ns / SECOND) // REQUESTS_BUDGET))
    window_ns = asked_ns // cut
    here = _setting(params, window_ns, seed)
    runs = _runs(here)
    if watch:
        for i in range(_FRAMES + 1):
            watch(_frame(params, here, runs, i / _FRAMES))

    plain = runs["untouched"]
    metrics: dict[str, float] = {}
    for name, one in runs.items():
        metrics[f"{name}_after"] = float(sum(one.verdicts[here.first :]))
        metrics[f"{name}_told"] = one.told_ns / SECOND
        if name != "untouched":
            pairs = zip(one.verdicts, plain.verdicts, strict=True)
            metrics[f"{name}_changed"] = float(sum(mine != its for mine, its in pairs))
    metrics |= {
        "wall_off": abs(metrics["wall_after"] - metrics["untouched_after"]),
        "left": float(_left(here)),
        "bound": float(here.bound),
        "came_after": float(len(here.moments) - here.first),
    }
    broken = _broken(params, here, metrics)
    return Result(
        metrics=metrics,
        verdict="fails" if broken else "holds",
        note=f"Broken: {'; '.join(broken)}." if broken else _note(params, here, runs, metrics),
        scale=FULL_SCALE
        if cut == 1
        else (
            f"1:{cut} (a window of {window_ns / SECOND:g} of {asked_ns / SECOND:g} s): more "
            "requests come in a window than a run can decide; what is counted does not carry over, "
            "the verdict does"
        ),
        not_carried=tuple(metric.name for metric in METRICS) if cut > 1 else (),
    )


def _setting(params: Params, window_ns: int, seed: int) -> _Setting:
    rate = exact(params.rate)
    offered = rate * exact(params.load)
    step_at_ns = window_ns + window_ns * 3 // 4
    count = max(1, int(WINDOWS * offered * window_ns / SECOND))
    traffic = Traffic("steady", count, offered, limit_of(params.rate, window_ns), window_ns)
    moments = [now for now in traffic.moments(Chance(seed)) if now < step_at_ns + window_ns]
    step_ns = round(params.step * SECOND)
    limited = limited_as(params.algorithm, params.rate, params.burst, window_ns)
    return _Setting(
        module=limited.algorithm,
        policy=limited.policy,
        # Of what is admitted, at the moment at which it is: no departures here.
        bound=limited.algorithm.bound(limited.policy, limited.looked_ns),
        moments=moments,
        first=sum(now < step_at_ns for now in moments),
        step_at_ns=step_at_ns,
        window_ns=window_ns,
        step_ns=-step_ns if params.direction == "back" else step_ns,
    )


def _runs(here: _Setting) -> dict[str, Driven]:
    # The time of day begins with a window, and so late that it is not set to before its beginning.
    day_ns = (abs(here.step_ns) // here.window_ns + 1) * here.window_ns
    untouched = [day_ns + now for now in here.moments]
    wall = [now + here.step_ns if i >= here.first else now for i, now in enumerate(untouched)]
    monotonic = [_BOOTED * here.window_ns + now for now in here.moments]
    it = (here.module, here.policy, here.first)
    return {
        "untouched": driven(*it, untouched),
        "wall": driven(*it, wall),
        "monotonic": driven(*it, monotonic),
        "store": driven(*it, wall, follows_rule=True),
    }


def _left(here: _Setting) -> int:
    """What the caller had left when the clock was set."""
    state = here.module.initial(here.policy, here.moments[0])
    for now in here.moments[: here.first]:
        state, _ = here.module.step(here.policy, state, now)
    return here.module.step(here.policy, state, here.step_at_ns, 0)[1].remaining


def _reach_ns(params: Params, here: _Setting) -> int:
    """How long a limit that is used up takes to come back whole, while the clock is right."""
    if params.algorithm in BUCKETS:
        return -int(-params.burst * SECOND // exact(params.rate))
    # A counter weighs the window before the one that runs, too.
    return here.window_ns * (2 if params.algorithm == "sliding-counter" else 1)


def _broken(params: Params, here: _Setting, metrics: dict[str, float]) -> list[str]:
    """What is not as the claim says."""
    broken = []
    reach_ns, step_ns = _reach_ns(params, here), abs(here.step_ns)
    bound, left = metrics["bound"], metrics["left"]
    if metrics["monotonic_changed"]:
        broken.append("the monotonic clock changed decisions")
    broken += [
        f"with {_TITLES[name]} {metrics[f'{name}_after']:,.0f} passed, {bound:,.0f} at most"
        for name in _TITLES
        if metrics[f"{name}_after"] > bound
    ]
    if params.direction == "back":
        if metrics["store_told"] * SECOND > reach_ns + 1:
            broken.append(f"the store told a caller to wait {metrics['store_told']:g} s")
        if params.algorithm in BUCKETS and metrics["store_after"] > metrics["untouched_after"]:
            broken.append("the store gave what nobody had")
        behind_ns = step_ns - here.window_ns - reach_ns  # when we stop looking, at least
        if behind_ns > 0:  # else it catches up while we look
            if metrics["wall_after"] > left:
                broken.append(f"{metrics['wall_after']:,.0f} passed where {left:,.0f} were left")
            if metrics["wall_after"] < metrics["came_after"] and (
                metrics["wall_told"] * SECOND < behind_ns
            ):
                broken.append("somebody may come back before the clock has caught up")
    return broken


def _note(
    params: Params, here: _Setting, runs: dict[str, Driven], metrics: dict[str, float]
) -> str:
    span = f"{here.window_ns / SECOND:g} s"
    came = many(int(metrics["came_after"]), "request")
    untried = "But it was not put to the test: "
    if not metrics["came_after"]:
        return f"{untried}no request came in the {span} after the step. Take a longer window."
    if all(all(one.verdicts) for one in runs.values()):
        less = "a smaller burst, " if params.algorithm in BUCKETS else ""
        return (
            f"{untried}the limit was not reached. Of {came} in the {span} after the step "
            f"none was denied, by whichever clock. Take {less}a longer window or a higher load."
        )
    if not metrics["wall_changed"]:
        return (
            f"{untried}by the time of day too, the step changed no decision in the {span} after "
            f"it, of {came}. Take a larger step or a higher load."
        )
    told = (
        f"; callers were told to wait up to {metrics['wall_told']:,.4g} s"
        if params.direction == "back"
        else f", {here.bound:,} at most"
    )
    return (
        f"In the {span} after the step came {came}. Passed: {metrics['untouched_after']:,.0f} "
        f"where nobody sets the clock, {metrics['wall_after']:,.0f} by the time of day{told}. The "
        f"monotonic clock changed {many(int(metrics['monotonic_changed']), 'decision')}; with the "
        f"store's rule {metrics['store_after']:,.0f} passed, and the longest wait told was "
        f"{metrics['store_told']:,.3g} s."
    )


def _frame(params: Params, here: _Setting, runs: dict[str, Driven], progress: float) -> Frame:
    """A lane for each clock, from half a window before the step to a window after it."""
    begin, end = here.step_at_ns - here.window_ns // 2, here.step_at_ns + here.window_ns
    upto = begin + int((end - begin) * progress)
    middle = column_of(here.step_at_ns, begin, end, _LANE_WIDTH)
    rows = []
    for name, one in runs.items():
        passed = zip(here.moments, one.verdicts, strict=True)
        seen = [(now, yes) for now, yes in passed if now < upto]
        after = sum(yes for now, yes in seen if now >= here.step_at_ns)
        told = f"{one.told_ns / SECOND:,.4g} s" if progress >= 1 else ""
        said = f"{_TITLES[name]:<{_NAME_WIDTH}}{after:>{_PASSED_WIDTH},}{told:>{_TOLD_WIDTH}} "
        rows.append((said, lane(seen, begin, end, _LANE_WIDTH)))
    head = (
        f"{'the clock':<{_NAME_WIDTH}}{'passed':>{_PASSED_WIDTH}}{'told':>{_TOLD_WIDTH}} "
        f"{'':<{middle}}v {params.direction} {params.step:g} s"
    )
    drawing = laned(head, rows).above(
        Drawing.plain("passed: after the step; told: the longest wait, from then on")
    )
    return Frame(
        title=(
            f"{params.algorithm}, {here.window_ns / 2 / SECOND:g} s before the step and "
            f"{here.window_ns / SECOND:g} s after it"
        ),
        lines=drawing.lines,
        progress=progress,
        inks=drawing.inks,
        hold=_HOLD if progress < 1 else 0.0,
    )


def _question(params: Params) -> str:
    limiter = (
        f"lets {params.rate:g} request/s pass, {params.burst:,} at once"
        if params.algorithm in BUCKETS
        else f"lets {params.rate * params.window:,.6g} requests pass in {params.window:g} s"
    )
    return (
        f"A {params.algorithm} limiter {limiter}. {params.load:g} times that comes, without pause. "
        f"It reads the time of day, and the clock is set {params.direction} by {params.step:g} s. "
        f"How many {'fewer' if params.direction == 'back' else 'more'} requests pass in the first "
        f"{params.window:g} s after that than if nobody had set it?"
    )


def _explain(params: Params, result: Result) -> str:
    metrics = result.metrics
    off = (
        f"{metrics['wall_off']:,.0f}: {metrics['untouched_after']:,.0f} would have passed, and "
        f"{metrics['wall_after']:,.0f} did."
    )
    if params.direction == "back":
        return (
            f"{off} What the record says lies in the future, so nothing comes back until the "
            f"clock has caught up, and at most what was left can pass: {metrics['left']:,.0f}. "
            f"Callers are told to wait up to {metrics['wall_told']:,.4g} s. A clock that nobody "
            f"can set knows nothing of it ({metrics['monotonic_after']:,.0f} passed); a store that "
            f"never judges a record before it was written lets {metrics['store_after']:,.0f} pass."
        )
    return (
        f"{off} To the limiter {params.step:g} s have passed, so it has forgotten what was "
        "spent: a fresh quota for every caller at once, on top of the rate, but never more than "
        f"{metrics['bound']:,.0f} in all, which a stranger may have. A store cannot tell that from "
        "time that passed; only a clock that nobody can set is spared."
    )


_WORDS = {
    "untouched": "nobody sets the clock",
    "wall": "by the time of day",
    "monotonic": "by a monotonic clock",
    "store": "with the store's rule",
}
METRICS = (
    *(
        Metric(f"{name}_after", "request", less_is_better=None, title=f"passed, {how}")
        for name, how in _WORDS.items()
    ),
    *(
        Metric(f"{name}_told", "s", less_is_better=True, title=f"longest wait told, {how}")
        for name, how in _WORDS.items()
    ),
    *(
        Metric(f"{name}_changed", "request", less_is_better=True, title=f"judged otherwise, {how}")
        for name, how in _WORDS.items()
        if name != "untouched"
    ),
    Metric("wall_off", "request", less_is_better=True, title="too many or too few that passed so"),
    Metric("left", "request", less_is_better=None, title="left when the clock was set"),
    Metric("bound", "request", less_is_better=None, title="most that a window admits"),
    Metric("came_after", "request", less_is_better=None, title="that came after the step"),
)
EXPERIMENT = Experiment(
    name="limiter.clock",
    title="A rate limiter whose clock is set",
    claim=(
        "On a monotonic clock a step changes no decision. By the time of day a step back leaves "
        "callers with what was left, at most, until the clock catches up; a step forward gives no "
        "more than a stranger gets; and a store that judges no record before it was written has "
        "nobody wait longer than a full limit takes to come back."
    ),
    source="POSIX.1-2008, clock_getres (CLOCK_REALTIME, CLOCK_MONOTONIC)",
    revision=1,
    Params=Params,
    metrics=METRICS,
    predict=Predict(
        question=_question,
        metric="wall_off",
        tolerance=0.15,
        explain=_explain,
        example="35 or 35 request",
    ),
    run=run,
)
