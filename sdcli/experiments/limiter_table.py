"""The table of limiter.compare: what each limiter did, a row for each and a column for each metric.

Six limiters with nine metrics each are fifty-four names; they are made here, out of the columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sdcli.experiments.contract import Metric
from sdcli.experiments.limiter_traffic import LIMITERS
from sdcli.reference.hashing.drawing import Drawing

if TYPE_CHECKING:
    from collections.abc import Callable

_NAME_WIDTH = 15
_WHOLE_MAX = 1e5  # from here on a number is shortened
_THOUSAND = 1000


@dataclass(frozen=True)
class Seen:
    """What one limiter did on the whole trace."""

    admitted: int
    denied: int
    worst: int
    bound: int
    memory: int
    wrong: int
    over_limit: int
    needless: int
    delay: float


@dataclass(frozen=True)
class Column:
    """One metric: its name behind the limiter's, its unit, what it is, how the table says it."""

    name: str
    unit: str
    title: str
    of: Callable[[Seen], float]
    heads: tuple[str, str]
    wide: int
    told: Callable[[float], str]
    less_is_better: bool | None = True
    theory: str = ""


def _count(value: float) -> str:
    return f"{value:,.0f}"


def short(value: float) -> str:
    """A count or a size that may be large, in six characters at most.

    >>> short(99_999), short(160_000), short(2e16)
    ('99,999', '160K', '20P')
    """
    for much, unit in ((1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "K")):
        if value >= max(much, _WHOLE_MAX):
            return f"{value / much:.3g}{unit}"
    return f"{value:,.0f}"


def _seconds(value: float) -> str:
    """A time in eight characters at most.

    >>> _seconds(0), _seconds(1.99e-07), _seconds(0.9), _seconds(1990), _seconds(2e9)
    ('0 s', '199 ns', '900 ms', '1,990 s', '2G s')
    """
    if value >= _THOUSAND:
        return f"{short(value)} s"
    for unit, much in (("s", 1), ("ms", 1e-3), ("us", 1e-6)):
        if value >= much:
            return f"{value / much:.4g} {unit}"
    return f"{value * 1e9:.4g} ns" if value else "0 s"


COLUMNS = (
    Column("admitted", "request", "admitted", lambda it: it.admitted, ("", "passed"), 7, _count,
            less_is_better=None),
    Column("denied", "request", "denied", lambda it: it.denied, ("", "denied"), 7, _count,
            less_is_better=None),
    Column("worst_window", "request", "most admitted in a window", lambda it: it.worst,
            ("worst", "window"), 7, _count, theory="bound"),
    Column("bound", "request", "most that any window admits", lambda it: it.bound,
            ("at", "most"), 7, short, less_is_better=None),
    Column("memory", "B", "a caller's state, at most", lambda it: it.memory,
            ("bytes/", "caller"), 7, short),
    Column("wrong", "request", "answers unlike the log's", lambda it: it.wrong,
            ("unlike", "log"), 7, _count),
    Column("over_limit", "request", "admitted beyond the limit", lambda it: it.over_limit,
            ("over", "limit"), 7, _count),
    Column("needless", "request", "denied though there was room", lambda it: it.needless,
            ("need-", "less"), 7, _count),
    Column("delay", "s", "longest that one was held back", lambda it: it.delay,
            ("longest", "delay"), 9, _seconds),
)  # fmt: skip
SUITS = {
    "token-bucket": "bursts on purpose; the two numbers can be explained",
    "gcra": "the same answers out of one number",
    "leaking-bucket": "a service behind that must not see bursts; it costs delay",
    "fixed-window": "quotas on a bill; twice the limit at an edge is fine",
    "sliding-counter": "many callers, near the limit is good enough",
    "sliding-log": "the limit to the letter: logins, payments; it costs memory",
}


def metrics_of(seen: dict[str, Seen]) -> dict[str, float]:
    """Every number of the table by its metric's name."""
    return {
        _name(limiter, column): float(column.of(one))
        for limiter, one in seen.items()
        for column in COLUMNS
    }


def declared() -> tuple[Metric, ...]:
    """The metrics, in the order of the rows."""
    return tuple(
        Metric(
            _name(limiter, column),
            column.unit,
            less_is_better=column.less_is_better,
            title=f"{limiter}: {column.title}",
            theory=f"{_key(limiter)}_{column.theory}" if column.theory else "",
        )
        for limiter in LIMITERS
        for column in COLUMNS
    )


def table(seen: dict[str, Seen]) -> Drawing:
    """A row for each limiter, and what each is good for."""
    drawing = Drawing()
    for line in (0, 1):
        heads = "".join(f"{column.heads[line]:>{column.wide}}" for column in COLUMNS)
        drawing = drawing.above(Drawing.plain(" " * _NAME_WIDTH + heads))
    for name, one in seen.items():
        cells = "".join(f"{column.told(column.of(one)):>{column.wide}}" for column in COLUMNS)
        drawing = drawing.above(Drawing.plain(f"{name:<{_NAME_WIDTH}}{cells}"))
    suits = (f"{name:<{_NAME_WIDTH}}  {told}" for name, told in SUITS.items())
    return drawing.above(Drawing.plain("", *suits))


def _name(limiter: str, column: Column) -> str:
    return f"{_key(limiter)}_{column.name}"


def _key(limiter: str) -> str:
    return limiter.replace("-", "_")
