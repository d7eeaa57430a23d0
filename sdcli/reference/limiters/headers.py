"""What a client is told: fields of the answer, and the body of a refusal.

A limiter that only says no makes clients guess, and clients that guess come back at once. So
every answer, the friendly ones too, says what the limit is and how much of it is left, and a
refusal says when to come back:

    RateLimit-Policy: "burst";q=100;w=60, "daily";q=1000;w=86400
    RateLimit: "burst";r=50;t=30, "daily";r=300;t=40000
    Retry-After: 7

`q` of the quota in every `w` seconds; `r` are left for the next `t` seconds. What the numbers mean
for limits that are no windows had to be decided:

    q and w   are the rate, and not the burst: what a client can count on for as long as it likes.
              A window has to be whole seconds, so 5 in 100 ms are told as 50 in a second; where
              that does not come out even, less is told and never more.
    r         is what would be admitted now: of a bucket, what is in it. It may be more than q.
    t         of an answer yes: until the limit is as it was at first. A client that spends r and
              then waits t loses nothing in the long run, and one that divides r by t does not
              come out above the rate. Of an answer no: until what was asked for is there.

All are durations and no moments: the clocks of two machines need not agree. All seconds are
rounded up, since whoever comes a moment too early is refused again.
(How a client reads them: fields.py.)

When ten thousand clients are refused in the same second and told "60", they return in the same
second. `spread` tells each another number: between 60 and 90. It only ever adds.

The older names (X-RateLimit-Limit, -Remaining, -Reset) are a switch. They know one limit, so they
show the one of which least is left, and -Limit is the most that it admits at once; -Reset is the
seconds until it is as at first. (Some services send the moment instead, as seconds since 1970.
Clients cannot tell which: one reason for the new names.)

Source: "RateLimit header fields for HTTP", draft-ietf-httpapi-ratelimit-headers-11, May 2026, work
in progress (sections 3 and 4: the fields, 5: the problem types, 6: Retry-After is no earlier than
the end of t, 8.5: all return at once); structured fields: RFC 9651; Retry-After: RFC 9110, section
10.2.3; 429: RFC 6585; application/problem+json: RFC 9457.

Invariants:
    1. A name cannot end its field or begin another: what is no printable ASCII is sent encoded.
    2. Retry-After is never earlier than the moment at which the request will be admitted, nor
       than the t of a limit that refused it; and it is absent when that moment never comes.
    3. q / w is never more than the rate of the limit.

Cost: O(limits) time, some microseconds.

>>> from sdcli.reference.limiters.limit import Limit
>>> from sdcli.reference.limiters.limiter import Limiter
>>> limiter = Limiter(Limit(100, "1m", burst=20, name="calls"), clock=lambda: 0)
>>> for name, value in headers(limiter.limits, limiter.acquire("ann", cost=5)):
...     print(f"{name}: {value}")
RateLimit-Policy: "calls";q=100;w=60
RateLimit: "calls";r=15;t=3
>>> for name, value in headers(limiter.limits, limiter.acquire("ann", cost=18), "legacy"):
...     print(f"{name}: {value}")
X-RateLimit-Limit: 20
X-RateLimit-Remaining: 15
X-RateLimit-Reset: 3
Retry-After: 2
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from sdcli.core.errors import InputError
from sdcli.reference.limiters.decision import SECOND, Decision, check_fit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sdcli.core.chance import Chance
    from sdcli.reference.limiters.limit import Limit

Fields = Literal["ietf", "legacy", "both", "none"]

INTEGER_MAX = 10**15 - 1  # of a structured field: 15 digits
TOO_MANY_REQUESTS, SERVICE_UNAVAILABLE = 429, 503
_TYPES = "https://iana.org/assignments/http-problem-types#"
# Printable ASCII as it is; but the percent sign, which says that something is encoded.
_AS_IT_IS = "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) != "%")


def headers(
    limits: Sequence[Limit],
    decision: Decision,
    fields: Fields = "ietf",
    jitter: Callable[[int], int] | None = None,
) -> list[tuple[str, str]]:
    """The fields of an answer.

    Args:
        limits: of the limiter that decided, `limiter.limits`.
        decision: what it said. Nothing of what is left is told when it was not judged.
        fields: "ietf", "legacy", "both"; "none" leaves Retry-After alone.
        jitter: seconds in, seconds to add out; `spread` is one. Asked once, for a refusal.

    Raises:
        InputError: there are no such fields, or the jitter is negative: nobody may be told to
            come too early.
    """
    check_fields(fields)
    extra = 0
    seconds = None if decision else retry_after(decision)
    if seconds is not None and jitter is not None:
        extra = _checked(jitter(seconds))
    found = []
    # A change of limits between the decision and here is rare; then its parts are nobody's.
    parts = decision.parts or (decision,)
    told = decision.judged and len(parts) == len(limits)
    if fields in {"ietf", "both"}:
        found.append(("RateLimit-Policy", ", ".join(map(_policy, limits))))
        if told:
            pairs = zip(limits, parts, strict=True)
            left = ", ".join(_left(limit, part, extra) for limit, part in pairs)
            found.append(("RateLimit", left))
    if fields in {"legacy", "both"} and told:
        tight = min(parts, key=lambda part: (part.remaining, -part.reset_after_ns))
        found += [
            ("X-RateLimit-Limit", str(tight.limit)),
            ("X-RateLimit-Remaining", str(tight.remaining)),
            ("X-RateLimit-Reset", str(seconds_up(tight.reset_after_ns))),
        ]
    if seconds is not None:
        found.append(("Retry-After", str(seconds + extra)))
    return found


def retry_after(decision: Decision) -> int | None:
    """Whole seconds until the request would be admitted, rounded up; None when it never is."""
    wait = decision.retry_after_ns
    return None if wait is None else seconds_up(wait)


def spread(chance: Chance) -> Callable[[int], int]:
    """A jitter of up to half as much again: 60 seconds become 60 to 90, and 1 becomes 1 or 2.

    >>> from sdcli.core.chance import Chance
    >>> jitter = spread(Chance(7))
    >>> told = [60 + jitter(60) for _ in range(1000)]
    >>> min(told), max(told)
    (60, 90)

    Give every process a chance of its own, like Chance(secrets.randbits(53)): two that draw the
    same numbers send their callers back together. (A process's number will not do: in containers
    all are number 1.)
    """
    check_fit("chance", chance, hasattr(chance, "below"), "like Chance(secrets.randbits(53))")
    return lambda seconds: chance.below(-(-seconds // 2) + 1)


def status(decision: Decision) -> int:
    """429 for a caller who is over its limit; 503 where no limit was asked.

    503 says "it is not you": the store did not answer, or had no room for a newcomer.
    """
    return TOO_MANY_REQUESTS if decision.judged else SERVICE_UNAVAILABLE


def problem(decision: Decision, seconds: int | None = None) -> dict[str, Any]:
    """The body of a refusal: a dictionary for application/problem+json.

    Args:
        decision: what was answered.
        seconds: what Retry-After said, where it was more than the decision's own.

    >>> from sdcli.reference.limiters.limiter import Limiter
    >>> from sdcli.reference.limiters.limit import Limit
    >>> limiter = Limiter(Limit(2, "1h", name="hourly"), clock=lambda: 0)
    >>> problem(limiter.acquire("ann", cost=3))["detail"]
    'This request counts as more than the 2 that are ever admitted at once.'
    >>> problem(limiter.acquire("ann", cost=3))["violated-policies"]
    ['hourly']
    """
    wait = retry_after(decision) if seconds is None else seconds
    if wait is None:
        detail = (
            f"This request counts as more than the {decision.limit} that are ever admitted at once."
        )
    elif decision.judged:
        detail = f"The quota is spent; come back in {wait} s."
    else:
        detail = f"The quota could not be looked up; come back in {wait} s."
    name, title = (
        ("quota-exceeded", "Quota Exceeded")
        if decision.judged
        else ("temporary-reduced-capacity", "Temporary Reduced Capacity")
    )
    return {
        "type": _TYPES + name,
        "title": title,
        "status": status(decision),
        "detail": detail,
        "violated-policies": [policy_name(name) for name in decision.violated],
    }


def policy_name(name: str) -> str:
    r"""A limit's name as fields and bodies have it: printable ASCII, the rest percent-encoded.

    >>> policy_name("a day"), policy_name("täglich"), policy_name("100%")
    ('a day', 't%C3%A4glich', '100%25')
    >>> policy_name("a\r\nSet-Cookie: b")
    'a%0D%0ASet-Cookie: b'
    """
    if name.isascii() and name.isprintable() and "%" not in name:
        return name  # nearly every name; `quote` takes ten times as long
    return quote(name, safe=_AS_IT_IS, errors="backslashreplace")


def policy_string(name: str) -> str:
    """A limit's name as a string of a structured field (RFC 9651, section 4.1.6)."""
    return '"' + policy_name(name).replace("\\", "\\\\").replace('"', '\\"') + '"'


def window(limit: Limit) -> tuple[int, int]:
    """The rate of a limit as a quota and a window of whole seconds; never more than the rate.

    >>> from sdcli.reference.limiters.limit import Limit
    >>> window(Limit(100, "1m", burst=20)), window(Limit(5, "100ms")), window(Limit(1, "1500ms"))
    ((100, 60), (50, 1), (1, 2))
    """
    seconds = min(seconds_up(limit.per_ns), INTEGER_MAX)
    return min(limit.rate * seconds * SECOND // limit.per_ns, INTEGER_MAX), seconds


def seconds_up(duration_ns: int) -> int:
    """Whole seconds, rounded up."""
    return -(-duration_ns // SECOND)


def check_fields(fields: str) -> None:
    """Refuse a switch that there is not.

    Raises:
        InputError: it is none of the four.
    """
    if fields not in ("ietf", "legacy", "both", "none"):  # a list has no hash
        raise InputError(
            "there are no such fields",
            where="fields",
            given=repr(fields),
            expected="ietf, legacy, both or none",
        )


def _policy(limit: Limit) -> str:
    quota, seconds = window(limit)
    return f"{policy_string(limit.name)};q={quota};w={seconds}"


def _left(limit: Limit, part: Decision, extra: int) -> str:
    """One limit's r and t.

    A limit that would have admitted the request tells what it always tells, though another
    refused. What is added to Retry-After is added to the t of a refusal: they go together.
    """
    wait = part.reset_after_ns if part else part.retry_after_ns
    if wait is None:
        wait = part.reset_after_ns
    seconds = seconds_up(wait) if part else seconds_up(wait) + extra
    return f"{policy_string(limit.name)};r={_integer(part.remaining)};t={_integer(seconds)}"


def _integer(number: int) -> int:
    return min(number, INTEGER_MAX)


def _checked(extra: int) -> int:
    if not isinstance(extra, int) or extra < 0:
        raise InputError(
            "nobody may be told to come back earlier than that",
            where="jitter",
            given=repr(extra),
            expected="a whole number of seconds to add, from 0 up, like spread(Chance(7)) gives",
        )
    return extra
