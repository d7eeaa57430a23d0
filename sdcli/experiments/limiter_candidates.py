"""What limiter.choose measures of each algorithm, and how it writes the numbers down.

All of it is found by asking the algorithm, as a caller would; only the memory is a formula. A
caller who knows the clock begins a nanosecond before the edge of a window. One who does not begins
anywhere: PHASES moments are drawn, one from each of as many equal parts of a window, and what it
gets is the mean.

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
    memory: float  # bytes for all callers
    bound: int  # of the algorithm, on `worst`
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

    of_clock = passed(0)  # a bucket knows no clock: wherever one begins, it is the same
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
        worst=of_clock if name in BUCKETS else passed(full - 1),
        unaware=of_clock if name in BUCKETS else sum(map(passed, phases)) / PHASES,
        of_clock=of_clock,
        anew=_anew(limited),
        passes=1 if delay_ns else filled,
        delay=delay_ns / SECOND,
        state=for_one,
        memory=float(for_one * callers),
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
    """A number in full.

    >>> figure(1_001_000), figure(149.5)
    ('1,001,000', '149.5')
    """
    return f"{value:,.0f}" if value == int(value) else f"{value:,.6g}"


def short(value: float) -> str:
    """A number of at most five characters.

    >>> short(950), short(12_345), short(2_592_000), short(149.5)
    ('950', '12.3k', '2.59M', '149.5')
    """
    for unit, much in (("P", 1e15), ("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e4)):
        if value >= much:
            return f"{value / (1e3 if unit == 'k' else much):.3g}{unit}"
    return f"{value:.4g}"


def in_bytes(value: float) -> str:
    """Bytes in three figures; not a unit's own printing, which is too wide for a column.

    >>> in_bytes(16), in_bytes(1.6e8)
    ('16 B', '160 MB')
    """
    for unit, much in (("PB", 1e15), ("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("KB", 1e3)):
        if value >= much:
            return f"{value / much:.3g} {unit}"
    return f"{value:.0f} B"


def span(value: float) -> str:
    """A length of time in at most eight characters.

    >>> span(0.49), span(2590), span(2_592_000)
    ('0.49 s', '43.2 min', '30 d')
    """
    for unit, much in (("d", 172_800), ("h", 7200), ("min", 120)):
        if value >= much:
            return f"{value / {'d': 86_400, 'h': 3600, 'min': 60}[unit]:.3g} {unit}"
    return f"{value:.3g} s"
