"""The table of limiter.compare: what each limiter did, a column for each and a row for each metric.

Six limiters with nine metrics each are fifty-four names; they are made here, out of columns and
rows, and a reader makes them in the same way: the words of the column and the row, joined by `_`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sdcli.experiments.contract import Metric
from sdcli.experiments.limiter_traffic import LIMITERS
from sdcli.reference.hashing.drawing import Drawing

if TYPE_CHECKING:
    from collections.abc import Callable

# With six limiters 59 columns: in a terminal of 60 the last shows that something was cut.
_NAME_WIDTH, _CELL_WIDTH = 12, 7
_WHOLE_MAX = 1e5  # from here on a number is shortened
_SECONDS_MAX = 1e4
_DIGITS_MAX = 999.5  # more is not three digits any more


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
class Row:
    """One metric: its name behind the limiter's, its unit, what it is, how the table says it."""

    name: str
    unit: str
    title: str
    of: Callable[[Seen], float]
    beside: str  # at the end of the row: what it is, in eighteen characters
    told: Callable[[float], str]
    less_is_better: bool | None = True
    theory: str = ""


def _count(value: float) -> str:
    return f"{value:,.0f}"


def short(value: float, whole_max: float = _WHOLE_MAX) -> str:
    """A count or a size that may be large, in six characters at most.

    >>> short(99_999), short(160_000), short(999_999), short(2e16)
    ('99,999', '160K', '1M', '20P')
    """
    if value < whole_max:
        return f"{value:,.0f}"
    for unit, much in (("K", 1e3), ("M", 1e6), ("G", 1e9), ("T", 1e12)):
        if value / much < _DIGITS_MAX:
            return f"{value / much:.3g}{unit}"
    return f"{value / 1e15:.3g}P"


def _seconds(value: float) -> str:
    """A time in seven characters at most.

    >>> _seconds(0), _seconds(1.99e-07), _seconds(0.9), _seconds(0.9999), _seconds(1990)
    ('0 s', '199 ns', '900 ms', '1 s', '1,990 s')
    >>> _seconds(86_400), _seconds(2e9)
    ('86.4K s', '2G s')
    """
    if not value:
        return "0 s"
    for unit, much in (("ns", 1e-9), ("us", 1e-6), ("ms", 1e-3), ("s", 1)):
        if value / much < _DIGITS_MAX:
            return f"{value / much:.3g} {unit}"
    return f"{short(value, _SECONDS_MAX)} s"


ROWS = (
    Row("admitted", "request", "admitted", lambda it: it.admitted, "passed", _count,
        less_is_better=None),
    Row("denied", "request", "denied", lambda it: it.denied, "did not pass", _count,
        less_is_better=None),
    Row("worst_window", "request", "most that one window passed on", lambda it: it.worst,
        "most in one window", _count, theory="bound"),
    Row("bound", "request", "most that any window passes on", lambda it: it.bound,
        "most in any window", short, less_is_better=None),
    Row("memory", "B", "a caller's state, at most", lambda it: it.memory,
        "bytes for a caller", short),
    Row("wrong", "request", "answers unlike the log's", lambda it: it.wrong,
        "unlike the log", _count),
    Row("over_limit", "request", "admitted beyond the limit", lambda it: it.over_limit,
        "beyond the limit", _count),
    Row("needless", "request", "denied though there was room", lambda it: it.needless,
        "denied, with room", _count),
    Row("delay", "s", "longest that one was held back", lambda it: it.delay,
        "longest held back", _seconds),
)  # fmt: skip
SUITS = {
    "token-bucket": "bursts on purpose; two numbers to explain",
    "gcra": "the same answers out of one number",
    "leaking-bucket": "no bursts for the service; costs delay",
    "fixed-window": "quotas on a bill; twice over at an edge",
    "sliding-counter": "many callers; near the limit is enough",
    "sliding-log": "logins, payments: exact; costs memory",
}
_NAMES = (
    "in a design: limiter.compare.fixed_window_worst_window, and",
    "so on, column and row; also limit and requests_given",
)


def metrics_of(seen: dict[str, Seen]) -> dict[str, float]:
    """Every number of the table by its metric's name."""
    return {
        _name(limiter, row): float(row.of(one)) for limiter, one in seen.items() for row in ROWS
    }


def declared() -> tuple[Metric, ...]:
    """The metrics, a limiter after the other."""
    return tuple(
        Metric(
            _name(limiter, row),
            row.unit,
            less_is_better=row.less_is_better,
            title=f"{limiter}: {row.title}",
            theory=f"{_key(limiter)}_{row.theory}" if row.theory else "",
        )
        for limiter in LIMITERS
        for row in ROWS
    )


def table(seen: dict[str, Seen]) -> Drawing:
    """A row for each metric, how a design names it, and what each limiter is good for."""
    heads = [name.split("-") for name in seen]
    lines = [
        _line("", [head[0] for head in heads]),
        _line("", [" ".join(head[1:]) for head in heads]),
    ]
    for row in ROWS:
        cells = [row.told(row.of(one)) for one in seen.values()]
        lines.append(f"{_line(row.name, cells)}  {row.beside}")
    suits = (f"{name:<15}  {told}" for name, told in SUITS.items())
    return Drawing.plain(*lines, *_NAMES, "", *suits)


def _line(name: str, cells: list[str]) -> str:
    return f"{name:<{_NAME_WIDTH}}" + " ".join(f"{cell:>{_CELL_WIDTH}}" for cell in cells)


def _name(limiter: str, row: Row) -> str:
    return f"{_key(limiter)}_{row.name}"


def _key(limiter: str) -> str:
    return limiter.replace("-", "_")
