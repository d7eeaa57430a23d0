"""A limit as people say it: a rate, a burst, a name; and how it is written.

    Limit(100, "1s", burst=200)                  100 a second, 200 at once
    Limit(1000, "1d", name="daily")              a name, for whoever is refused
    parse("100/s burst 200")                     the same in one line

A limit is a wish, and knows no algorithm. `rule` turns it into what an algorithm works with: a
policy in whole numbers of nanoseconds, or of microseconds where a store counts in those.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from sdcli.core.errors import InputError
from sdcli.reference.limiters.algorithms import BUCKETS, algorithm_named
from sdcli.reference.limiters.decision import check_positive
from sdcli.reference.limiters.rules import Rule

if TYPE_CHECKING:
    from sdcli.reference.limiters.algorithms import Algorithm

UNITS_NS = {
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
    "d": 86_400 * 10**9,
}
# The words people write for them.
_WORDS = {
    "sec": "s", "second": "s", "seconds": "s", "min": "m", "minute": "m", "minutes": "m",
    "hour": "h", "hours": "h", "day": "d", "days": "d",
}  # fmt: skip
_SPAN = re.compile(r"([0-9]{0,18})\s*([a-z]+)")
_LINE = re.compile(
    r"([0-9]{1,18}(?:\.[0-9]{1,9})?)\s*/\s*([0-9]{0,18}\s*[a-z]+)(?:\s+burst\s+([0-9]{1,18}))?"
)
MOST = 10**18  # of anything: as many nanoseconds as there are in thirty years


@dataclass(frozen=True)
class Limit:
    """At most `rate` in every `per`, as long as one looks; `burst` of them at once.

    Args:
        rate: a whole number from 1 up.
        per: a span: "1s", "10 s", "m", "1h", "1 day"; or whole nanoseconds.
        burst: how many may come at once; `rate` of them when None. Windows have none.
        name: what a refused caller is told; may stay empty where there is one limit.
        algorithm: only where this limit is to be counted otherwise than the limiter's others.
        refill, start: of the token bucket alone; token_bucket.Policy says what they are.

    Raises:
        InputError: one of them is something else.
    """

    rate: int
    per: str | int
    burst: int | None = None
    name: str = ""
    algorithm: str | None = None
    refill: str = "greedy"
    start: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "per", self.per if type(self.per) is int else span_ns(self.per))
        if type(self.rate) is float:
            raise _not_whole(f"{self.rate}", self.per_ns, "Limit({}, {!r})")
        for name, value, example in (
            ("rate", self.rate, 100),
            ("per", self.per_ns, 10**9),
            ("burst", 1 if self.burst is None else self.burst, 20),
        ):
            if isinstance(value, int) and abs(value) > MOST:  # Python may not even write it down
                raise InputError(
                    "this is more than can be counted",
                    where=name,
                    given=f"a number of {value.bit_length()} bits",
                    expected=f"at most {MOST:,}",
                )
            check_positive(name, value, example)
        if not isinstance(self.name, str):
            raise InputError(
                "this cannot be the name of a limit",
                where="name",
                given=repr(self.name),
                expected='a text, like "daily"',
            )
        if self.algorithm is not None:
            algorithm_named(self.algorithm)
        if (self.refill, self.start) != ("greedy", None):
            self._policy("token-bucket", algorithm_named("token-bucket"), self.per_ns)

    @property
    def per_ns(self) -> int:
        """The span in nanoseconds."""
        return self.per  # type: ignore[return-value]

    def __str__(self) -> str:
        burst = "" if self.burst is None else f" burst {self.burst}"
        return f"{self.rate}/{span_text(self.per_ns)}{burst}"

    def rule(self, algorithm: str, unit_ns: int = 1) -> Rule:
        """The limit for an algorithm; its own one wins.

        Args:
            algorithm: a name in ALGORITHMS.
            unit_ns: what the policy's times are counted in; 1000 for a store of microseconds.

        Raises:
            InputError: this algorithm has no burst, refill or start, or the span is no whole
                number of units.
        """
        name = self.algorithm or algorithm
        module = algorithm_named(name)
        if self.per_ns % unit_ns:
            raise InputError(
                "this span is no whole number of the store's ticks",
                where="per",
                given=f"{self.per_ns} ns",
                expected=f"a multiple of {unit_ns} ns",
            )
        policy = self._policy(name, module, self.per_ns // unit_ns)
        return Rule(self.name, name, module, policy)

    def _policy(self, name: str, module: Algorithm, per: int) -> Any:
        if name == "token-bucket":
            return module.Policy(self.rate, per, self.burst or self.rate, self.refill, self.start)
        if self.refill != "greedy" or self.start is not None:
            raise InputError(
                f"{name} has no refill and no start of its own",
                where="algorithm",
                given=f"refill={self.refill!r}, start={self.start!r}",
                expected="token-bucket, which has both; or a limit without",
            )
        if name in BUCKETS:
            return module.Policy(self.rate, per, self.burst or self.rate)
        if self.burst not in {None, self.rate}:
            raise InputError(
                f"{name} has no burst of its own: it admits up to {self.rate} at once",
                where="burst",
                given=str(self.burst),
                expected=f"no burst, or one of {', '.join(BUCKETS)}",
            )
        return module.Policy(self.rate, per)


def parse(text: str, name: str = "") -> Limit:
    """A limit in one line.

    >>> parse("100/m burst 20")
    Limit(rate=100, per=60000000000, burst=20, name='', algorithm=None, refill='greedy', start=None)
    >>> str(parse("5 / 10 s"))
    '5/10s'

    Raises:
        InputError: this is no limit.
    """
    found = _LINE.fullmatch(text.strip().lower()) if isinstance(text, str) else None
    if not found:
        raise InputError(
            "this is no limit",
            where="limit",
            given=repr(text),
            expected='a rate for a span, and a burst where it has one, like "100/m burst 20"',
        )
    rate, span, burst = found.groups()
    if "." in rate:
        more = f" burst {burst}" if burst else ""
        raise _not_whole(rate, span_ns(span), "{}/{}" + more)
    return Limit(int(rate), span, int(burst) if burst else None, name)


def limits_of(given: str | Limit | Iterable[str | Limit]) -> tuple[Limit, ...]:
    """One or several limits, each as a text or a Limit; those without a name get one.

    Raises:
        InputError: none, one that is no limit, or two of one name.
    """
    if isinstance(given, (str, Limit)):
        given = [given]
    several = list(given) if isinstance(given, Iterable) else [given]
    limits = []
    for one in several:
        if not isinstance(one, (str, Limit)):
            raise InputError(
                "this is no limit",
                where="limits",
                given=repr(one),
                expected='a text like "100/s burst 200", or a Limit',
            )
        limits.append(parse(one) if isinstance(one, str) else one)
    if not limits:
        raise InputError(
            "a limiter without a limit limits nothing",
            where="limits",
            given="none",
            expected='at least one, like "100/s burst 200"',
        )
    named = [
        one if one.name else dataclasses.replace(one, name=str(one).replace(" ", "-"))
        for one in limits
    ]
    names = [one.name for one in named]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise InputError(
            "two limits have one name",
            where="limits",
            given=twice,
            expected='a name of its own for each, like Limit(100, "1s", name="burst")',
        )
    return tuple(named)


def _not_whole(rate: str, per: int, form: str) -> InputError:
    """What to say to half a request: as many whole ones, in a longer span."""
    fix = ""
    if rate.replace(".", "").isdigit() and (exact := Fraction(rate)):
        whole = span_text(per * exact.denominator)
        fix = form.format(exact.numerator, whole) if not whole.endswith("ns") else ""
    return InputError(
        "the rate of a limit is a whole number",
        where="rate",
        given=rate,
        expected="fewer than one in a span is one in a longer span, like 1/2s",
        fix=fix,
    )


def span_ns(text: object) -> int:
    """A span of time in nanoseconds.

    >>> span_ns("1m") == span_ns("60 s") == span_ns("minute")
    True

    Raises:
        InputError: this is no span.
    """
    found = _SPAN.fullmatch(text.strip().lower()) if isinstance(text, str) else None
    unit = found and UNITS_NS.get(_WORDS.get(found[2], found[2]))
    if not found or not unit or (found[1] and not int(found[1])):
        raise InputError(
            "this is no span of time",
            where="per",
            given=repr(text),
            expected='a number and a unit of ms, s, m, h or d, like "1s" or "10 m"',
        )
    return int(found[1] or 1) * unit


def span_text(span: int) -> str:
    """A span in nanoseconds, in the largest unit that it is a whole number of.

    >>> span_text(60 * 10**9), span_text(90 * 10**9), span_text(7)
    ('1m', '90s', '7ns')
    """
    for unit, size in reversed(UNITS_NS.items()):
        if span % size == 0:
            return f"{span // size}{unit}"
    return f"{span}ns"
