"""limiter.race: several gateways, one count: read, decide and write are three steps, or one.

A gateway that keeps its counts in a store asks for the count, sees that it is below the limit, and
writes it back one higher. Alone it is right. With others there, somebody reads between its read and
its write, sees the same count, and both are admitted while the count rises by one:

    gateway a   read 41             write 42
    gateway b            read 41             write 42       two admitted, one counted

The count that was written over is a lost update. The limit is not passed by one request or two: as
often as this happens the count stands still, and the gateways admit until it has crept up to the
limit. In the worst schedule that needs no malice all gateways read before any writes, so each of
them gets a limit of its own. Worse still is one that falls asleep between its read and its write:
it then puts the count back to what it was long ago.

Two things help, and they are the same thing: nobody may read between a read and its write. A lock
does it, and costs a trip to take and a trip to give; a script that the store runs as one step does
it in one trip.

Here a seeded scheduler picks who does the next step; the clock stands still, as all of it takes no
time beside an hour. The decisions are those of the reference algorithms: it is not the arithmetic
that is wrong. Real threads, and a real server, stand beside the run when they are asked for.

Sources: E. W. Dijkstra, "Solution of a problem in concurrent programming control", CACM 8(9), 1965
(the lock); the Redis manual, "Scripting with Lua" (the script: nothing else runs meanwhile). What
is lost is the lost update of J. Gray and others, "Granularity of locks and degrees of consistency
in a shared data base", 1976.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from sdcli.core.chance import Chance
from sdcli.experiments.contract import (
    Experiment,
    Frame,
    Metric,
    Predict,
    Result,
    Watch,
    integer,
    word,
)
from sdcli.experiments.limiter_threads import raced, shrunk
from sdcli.experiments.scaling import cut, many, scale_of
from sdcli.reference.hashing.drawing import LETTERS, Drawing, bar
from sdcli.reference.limiters import ALGORITHMS, Limit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sdcli.reference.limiters.rules import Rule

REQUESTS_BUDGET = 50_000  # each is put to four disciplines: about a second

_FRAMES = 12
_HOLD = 0.25
_STEPS, _LANES, _LANES_WIDTH = 16, 8, 66
_BAR_WIDTH = 40
_NAME_WIDTH = 12
_NOW = 0  # the clock stands still


@dataclass(frozen=True)
class Params:
    """One caller whose requests come to several gateways at once."""

    algorithm: str = word(
        "token-bucket", choices=tuple(ALGORITHMS), help="how requests are counted"
    )
    clients: int = integer(8, low=2, high=100, help="gateways that share the count")
    limit: int = integer(1000, low=1, high=1_000_000, unit="request", help="what an hour admits")
    requests: int = integer(
        8000, low=2, high=10**9, unit="request", help="requests of one caller, over all gateways"
    )


class _Event(NamedTuple):
    """One step of one gateway, and the count that it read or wrote."""

    gateway: int
    what: str  # r read, w write, x read and denied
    number: int
    is_lost: bool = False  # this write wrote over another


class _Pending(NamedTuple):
    """What a gateway has read and decided, and not written yet."""

    state: Any
    seen: int  # the count that it read
    version: int  # of the record that it read


class _Race:
    """A record in a store, and gateways that change it in steps."""

    def __init__(self, rule: Rule, clients: int, requests: int) -> None:
        self.rule = rule
        self.state = rule.module.initial(rule.policy, _NOW)
        self.version = 0  # how often it was written
        self.count = 0  # what it says was admitted
        self.admitted = 0
        self.lost_updates = 0
        self.uncounted = 0  # admitted, and written over
        self.left = shares(clients, requests)
        self.pending: list[_Pending | None] = [None] * clients
        self.events: list[_Event] = []

    def read(self, i: int) -> None:
        """Gateway `i` reads the record and decides; a denied request is done with that."""
        self.left[i] -= 1
        state, decision = self.rule.module.step(self.rule.policy, self.state, _NOW)
        seen = decision.limit - decision.remaining - (1 if decision else 0)
        if decision:
            self.pending[i] = _Pending(state, seen, self.version)
        self.events.append(_Event(i, "r" if decision else "x", seen))

    def write(self, i: int) -> None:
        """Gateway `i` writes what it decided, over whatever stands there by now."""
        mine = self.pending[i]
        self.pending[i] = None
        if mine is None:
            return
        is_lost = mine.version != self.version
        self.lost_updates += is_lost
        self.uncounted += self.count - mine.seen
        self.state, self.count = mine.state, mine.seen + 1
        self.version += 1
        self.admitted += 1
        self.events.append(_Event(i, "w", self.count, is_lost))

    def go(self, i: int) -> bool:
        """The next step of gateway `i`; whether it has another one."""
        (self.read if self.pending[i] is None else self.write)(i)
        return self.left[i] > 0 or self.pending[i] is not None


def shares(clients: int, requests: int) -> list[int]:
    """How many of the requests come to each gateway.

    >>> shares(3, 8)
    [3, 3, 2]
    """
    each, more = divmod(requests, clients)
    return [each + (i < more) for i in range(clients)]


def interleaved(race: _Race, chance: Chance, *, has_lock: bool = False) -> None:
    """Anybody may do the next step; with a lock, only who holds it until it has written."""
    busy = [i for i, left in enumerate(race.left) if left]
    while busy:
        place = chance.below(len(busy))
        has_more = race.go(busy[place])
        while has_lock and race.pending[busy[place]] is not None:
            has_more = race.go(busy[place])  # all others wait
        if not has_more:
            busy[place] = busy[-1]
            busy.pop()


def in_one_step(race: _Race, chance: Chance) -> None:
    """Anybody may be next, and reads, decides and writes at once."""
    busy = [i for i, left in enumerate(race.left) if left]
    while busy:
        place = chance.below(len(busy))
        race.read(busy[place])
        race.write(busy[place])
        if not race.left[busy[place]]:
            busy[place] = busy[-1]
            busy.pop()


def in_step(race: _Race) -> None:
    """All read before any writes, again and again."""
    while any(race.left):
        for i, left in enumerate(race.left):
            if left:
                race.read(i)
        for i in range(len(race.left)):
            race.write(i)


def run(params: Params, seed: int, watch: Watch | None = None) -> Result:
    """The same requests under four disciplines.

    Cost: at most two steps for each of REQUESTS_BUDGET requests and each discipline.
    """
    limit, requests = shrunk(params.clients, params.limit, params.requests, REQUESTS_BUDGET)
    chance = Chance(seed)
    rule = Limit(limit, "1h").rule(params.algorithm)
    races = {
        name: _Race(rule, params.clients, requests)
        for name in ("unlocked", "in_step", "locked", "script")
    }
    interleaved(races["unlocked"], chance.child("unlocked"))
    in_step(races["in_step"])
    interleaved(races["locked"], chance.child("locked"), has_lock=True)
    in_one_step(races["script"], chance.child("script"))
    unlocked, stepped = races["unlocked"], races["in_step"]
    if watch:
        _show(limit, races, watch)

    should = min(limit, requests)
    most = sum(min(one, limit) for one in shares(params.clients, requests))
    metrics = {
        "unlocked_admitted": float(unlocked.admitted),
        "in_step_admitted": float(stepped.admitted),
        "locked_admitted": float(races["locked"].admitted),
        "script_admitted": float(races["script"].admitted),
        "allowed": float(should),
        "limit_each": float(most),
        "over_limit": float(unlocked.admitted - should),
        "lost_updates": float(unlocked.lost_updates),
    }
    holds = (
        races["locked"].admitted == races["script"].admitted == should
        and races["locked"].lost_updates == races["script"].lost_updates == 0
        and stepped.admitted == most
        and unlocked.admitted >= should
        and all(one.admitted == one.count + one.uncounted for one in races.values())
    )
    return Result(
        metrics=metrics,
        verdict="holds" if holds else "fails",
        note=(
            f"With a lock {races['locked'].admitted:,} of {many(requests, 'request')} were "
            f"admitted, in one script {races['script'].admitted:,}, where {should:,} may be. In "
            f"three steps without a lock it was {unlocked.admitted:,}: "
            f"{many(unlocked.lost_updates, 'write')} went over one that the writer had not seen. "
            f"With all gateways in step it was {stepped.admitted:,}."
            + (
                ""
                if requests > limit
                else f" Nobody came up to the limit of {limit:,}, so it was not put to the test."
            )
        ),
        scale=scale_of(
            cut(
                requests,
                params.requests,
                "requests",
                "more of them would be admitted by whoever loses updates, so the counts do not "
                "carry over; that a lock and a script admit no more than the limit does",
            ),
            cut(limit, params.limit, "that an hour admits", "so few requests reach no more"),
        ),
        not_carried=tuple(metrics) if requests < params.requests else (),
    )


def _show(limit: int, races: dict[str, _Race], watch: Watch) -> None:
    """The interleaving as it went, some steps at a time; then how it ended."""
    events, clients = races["unlocked"].events, len(races["unlocked"].left)
    for i in range(0, len(events) - _STEPS, max(_STEPS, len(events) // _FRAMES)):
        title = f"without a lock, from step {i + 1:,} of {len(events):,}"
        drawing = _lanes(events[i : i + _STEPS], clients)
        watch(Frame(title, drawing.lines, i / len(events), drawing.inks, _HOLD))
    legend = "r7: read, saw 7   w8: wrote 8   w8!: over a write unseen   x: denied"
    drawing = _lanes(events[:_STEPS], clients).above(Drawing.plain(legend, ""), _bars(limit, races))
    watch(Frame("the first steps without a lock", drawing.lines, 1.0, drawing.inks))


def _lanes(events: Sequence[_Event], clients: int) -> Drawing:
    """A line for each gateway, a column for each step, as many as there is room for."""
    wide = 1 + max(len(_told(event)) for event in events)
    events = events[: _LANES_WIDTH // wide]
    # All of them where there is room, so that no line jumps; else those that do something.
    seen = sorted({event.gateway for event in events}) if clients > _LANES else range(clients)
    drawing = Drawing()
    for gateway in seen[:_LANES]:
        letter = LETTERS[gateway % len(LETTERS)]
        cells = "".join(
            f"{_told(event) if event.gateway == gateway else '':<{wide}}" for event in events
        )
        name = f"gateway {gateway + 1}"
        ink = " " * _NAME_WIDTH + "".join(" " if cell == " " else letter for cell in cells)
        drawing = drawing.above(Drawing((f"{name:<{_NAME_WIDTH}}{cells}",), (ink,)))
    if len(seen) > _LANES:
        drawing = drawing.above(Drawing.plain(f"and {many(len(seen) - _LANES, 'gateway')} more"))
    return drawing


def _told(event: _Event) -> str:
    return "x" if event.what == "x" else f"{event.what}{event.number}{'!' * event.is_lost}"


def _bars(limit: int, races: dict[str, _Race]) -> Drawing:
    """How many were admitted under each discipline."""
    peak = max(*(race.admitted for race in races.values()), limit)
    rows = Drawing.plain(f"{'limit':<{_NAME_WIDTH}}{limit:>9,}  {_bar(limit, peak)}")
    for name, told, ink in (
        ("in_step", "in step", "e"),
        ("unlocked", "no lock", "e"),
        ("locked", "lock", "d"),
        ("script", "one script", "d"),
    ):
        admitted = races[name].admitted
        line = f"{told:<{_NAME_WIDTH}}{admitted:>9,}  "
        drawn = _bar(admitted, peak)
        rows = rows.above(Drawing((line + drawn,), (" " * len(line) + ink * len(drawn),)))
    return rows


def _bar(count: int, peak: int) -> str:
    return bar(count / peak, _BAR_WIDTH)


def _question(params: Params) -> str:
    return (
        f"Say {many(params.clients, 'gateway')} share one count and a limit of {params.limit:,} an "
        "hour. Each reads the count, decides, and writes it back one higher, without a lock; a "
        f"denied request only reads. {params.requests:,} requests of one caller wait at them, "
        "shared out evenly. Again and again a gateway is drawn by lot and does its next step, a "
        "read or a write. How many are admitted?"
    )


def _explain(params: Params, result: Result) -> str:
    metrics = result.metrics
    return (
        f"{metrics['unlocked_admitted']:,.0f}, where {metrics['allowed']:,.0f} may pass. Whoever "
        "reads between another's read and its write sees the same count, and both are admitted "
        f"for one; {metrics['lost_updates']:,.0f} writes went over one unseen. With all "
        f"{params.clients} in step each would get a limit of its own, "
        f"{metrics['in_step_admitted']:,.0f} in all. Under a lock, or in a script that the store "
        f"runs as one step, it is {metrics['script_admitted']:,.0f}, whatever the schedule."
    )


EXPERIMENT = Experiment(
    name="limiter.race",
    title="Gateways that share a count: three steps, a lock, a script",
    claim=(
        "With a lock, and in one script, exactly the limit is admitted, whatever the schedule; in "
        "three steps each update that is lost admits more, and gateways in step get a limit each."
    ),
    source="Gray and others, 1976 (lost updates); Redis manual, Scripting with Lua",
    revision=1,
    Params=Params,
    metrics=(
        Metric(
            "unlocked_admitted",
            "request",
            less_is_better=True,
            title="admitted in three steps, no lock",
        ),
        Metric(
            "in_step_admitted",
            "request",
            less_is_better=True,
            title="admitted when all read before any writes",
            theory="limit_each",
        ),
        Metric(
            "locked_admitted",
            "request",
            less_is_better=None,
            title="admitted with a lock",
            theory="allowed",
        ),
        Metric(
            "script_admitted",
            "request",
            less_is_better=None,
            title="admitted in one script",
            theory="allowed",
        ),
        Metric("allowed", "request", less_is_better=None, title="what the limit allows"),
        Metric("limit_each", "request", less_is_better=None, title="a limit for each gateway"),
        Metric("over_limit", "request", less_is_better=True, title="no lock: more than allowed"),
        Metric("lost_updates", "", less_is_better=True, title="no lock: writes over one unseen"),
    ),
    predict=Predict(
        question=_question,
        metric="unlocked_admitted",
        tolerance=0.3,
        explain=_explain,
        example="1000 or 1000 request",
    ),
    run=run,
    beside=lambda params, place: raced(params.clients, params.limit, params.requests, place),
)
