"""What limiter.choose measures of each algorithm, and how it writes the numbers down.

All of it is found by asking the algorithm, as a caller would; only the memory is a formula. A
caller who knows the clock begins a nanosecond before the edge of a window. One who does not begins
anywhere: PHASES moments are drawn, one from each of as many equal parts of a window, and what it
gets is the mean.

A bucket that is refilled too often for a run is tried in a shorter window. What passes there says
nothing about the whole one. So the algorithm's bound is what is told of the whole window, and the
shorter one is there to see that it stays within its own, or reaches it.

Source: our own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sdcli.experiments.adversary import arrivals, greedy
from sdcli.experiments.limiter_attacked import Limited, limited_as, takes_of
from sdcli.experiments.limiter_traffic import limit_of, state_bytes
from sdcli.reference.limiters import BUCKETS, SECOND

if TYPE_CHECKING:
    from sdcli.core.chance import Chance

# The plainest first.
CANDIDATES = (
    "fixed-window",
    "token-bucket",
    "gcra",
    "sliding-counter",
    "leaking-bucket",
    "sliding-log",
)
# What one pays for each of them where a plainer one would do.
PRICES = {
    "fixed-window": "for a burst at the edge of each window",
    "token-bucket": "for two numbers to agree on",
    "gcra": "with a token bucket's verdicts out of one number, which is harder to show",
    "sliding-counter": "by an estimate, which a caller who knows the clock gets round",
    "leaking-bucket": "by making requests wait",
    "sliding-log": "for an entry of memory for each request",
}
PHASES = 64  # moments at which a caller who does not know the clock begins

_BY_ONES = 2**53  # from here on a float skips whole numbers
_ROUND = 1e6  # from here on a fraction says nothing
_SHORT_K = 1e4
_SIZES = tuple(10.0**power for power in range(24, 0, -3))
_UNITS_MAX = 1e27
_YEAR = 365 * 86_400


class Seen(NamedTuple):
    """What was measured of one candidate."""

    at_once: int  # requests that a quiet caller gets admitted at one instant
    worst: int  # that one window passes on to a caller who knows the clock
    unaware: float  # and to one who does not, on average
    of_clock: int  # in one window of the clock
    anew: int  # there at the start of one, after all was spent at the end of the one before
    passes: int  # that reach the service behind at one instant, from one burst
    delay: float  # seconds that the last of a burst is held back
    state: int  # bytes for a busy caller
    all_callers: float  # bytes for all callers
    tried: int  # that passed in the worst window of the length that was tried
    bound: int  # of the algorithm, on `tried`
    price: str  # what one pays for it where a plainer one would do


def look(
    name: str,
    rate: float,
    burst: int,
    full: int,
    *,
    chance: Chance,
    callers: int = 1,
    cut: int = 1,
) -> Seen:
    """Measure one candidate.

    Args:
        name: of the candidate.
        rate: of the limit, in requests a second.
        burst: of a bucket, in requests.
        full: the window, in nanoseconds.
        chance: draws the moments at which callers begin.
        callers: how many are counted.
        cut: how many times shorter than the real one a bucket's window is.
    """
    window_ns = full // cut if name in BUCKETS else full
    limited = limited_as(name, rate, burst, window_ns)
    phases = [int((i + chance.uniform()) * full / PHASES) for i in range(PHASES)]
    asks_max = 2 * (takes_of(name, rate, burst, window_ns) + 10)

    def passed(start_ns: int) -> int:
        taken = greedy(
            limited.algorithm, limited.policy, start_ns, limited.looked_ns, asks_max=asks_max
        )
        return limited.worst(taken).admitted

    is_bucket = name in BUCKETS
    # A bucket knows no clock: wherever one begins, it is the same.
    tried = passed(0 if is_bucket else full - 1)
    is_cut = window_ns < full
    worst = limited_as(name, rate, burst, full).bound if is_cut else tried
    at_once = greedy(limited.algorithm, limited.policy, 0, 0)
    filled = sum(units for _, units in arrivals(at_once))
    policy, state = limited.policy, limited.algorithm.initial(limited.policy)
    delay_ns = 0
    if name == "leaking-bucket":  # fill all but one place, and ask when the last one leaves
        state, _ = limited.algorithm.step(policy, state, 0, filled - 1)
        delay_ns = limited.algorithm.step(policy, state, 0)[1].delay_ns
    for_one = state_bytes(name, limit_of(rate, full))
    return Seen(
        at_once=filled,
        worst=worst,
        unaware=worst if is_bucket else sum(map(passed, phases)) / PHASES,
        of_clock=worst if is_bucket else passed(0),
        anew=_anew(limited),
        passes=1 if delay_ns else filled,
        delay=delay_ns / SECOND,
        state=for_one,
        all_callers=float(for_one * callers),
        tried=tried,
        bound=limited.bound,
        price=PRICES[name],
    )


def _anew(limited: Limited) -> int:
    """What is there in the first moment of a window, after all was taken in the last of another."""
    algorithm, policy = limited.algorithm, limited.policy
    edge = limited.window_ns
    state, there = algorithm.step(policy, algorithm.initial(policy), edge - 1, 0)
    state, _ = algorithm.step(policy, state, edge - 1, there.remaining)
    return algorithm.step(policy, state, edge, 0)[1].remaining


def figure(value: float) -> str:
    """A number in full, as far as it is known: a float does not count by ones for ever.

    >>> figure(1_001_000), figure(149.5), figure(59_955_372_623_574.5)
    ('1,001,000', '149.5', '59,955,372,623,574')
    >>> figure(2**60), figure(2.0**60)
    ('1,152,921,504,606,846,976', '1.15292e+18')
    """
    if isinstance(value, int):
        return f"{value:,}"
    if value >= _BY_ONES:
        return f"{value:.6g}"
    return f"{value:,.0f}" if value == int(value) or value >= _ROUND else f"{value:,.6g}"


def short(value: float) -> str:
    """A number of at most five characters.

    >>> short(950), short(12_345), short(999_999), short(2_592_000), short(149.5)
    ('950', '12.3k', '1M', '2.59M', '149.5')
    """
    for unit, much in (("P", 1e15), ("T", 1e12), ("G", 1e9), ("M", 1e6)):
        if _to(3, value) >= much:
            return f"{_to(3, value) / much:.3g}{unit}"
    return f"{_to(3, value) / 1e3:.3g}k" if _to(4, value) >= _SHORT_K else f"{value:.4g}"


def in_bytes(value: float) -> str:
    """Bytes in three figures; not a unit's own printing, which is too wide for a column.

    >>> in_bytes(16), in_bytes(1.6e8), in_bytes(999_999), in_bytes(5.05e29)
    ('16 B', '160 MB', '1 MB', '5e29 B')
    """
    rounded = _to(3, value)
    if rounded >= _UNITS_MAX:
        return f"{value:.0e} B".replace("e+", "e")
    for unit, much in zip(("YB", "ZB", "EB", "PB", "TB", "GB", "MB", "KB"), _SIZES, strict=True):
        if rounded >= much:
            return f"{rounded / much:.3g} {unit}"
    return f"{value:.0f} B"


def span(value: float) -> str:
    """A length of time in at most eight characters.

    >>> span(0.49), span(0.000123456), span(2590), span(2_592_000), span(1e14)
    ('0.49 s', '123 us', '43.2 min', '30 d', '3.17M yr')
    """
    if value >= 2 * _YEAR:
        return f"{short(value / _YEAR)} yr"
    for unit, much in (("d", 172_800), ("h", 7200), ("min", 120)):
        if value >= much:
            return f"{value / {'d': 86_400, 'h': 3600, 'min': 60}[unit]:.3g} {unit}"
    for unit, less in (("ns", 1e-6), ("us", 1e-3), ("ms", 0.1)):
        if 0 < _to(3, value) < less:
            return f"{_to(3, value) / {'ns': 1e-9, 'us': 1e-6, 'ms': 1e-3}[unit]:.3g} {unit}"
    return f"{value:.3g} s"


def _to(figures: int, value: float) -> float:
    """Rounded to so many figures, so that 999,999 is a million before its unit is looked for."""
    return float(f"{value:.{figures}g}")
