"""What an answer tells its client: Retry-After and RateLimit, read as headers.py writes them.

Fields come from strangers. What is malformed is ignored, all of it: half a field that was
understood by chance is worse than none. And nothing is believed that was said to somebody else:
out of a cache a field tells what was left for another, once (then Age is not 0).

A list of structured fields is read with three regular expressions, an item, a parameter and the
comma between; each begins where the one before it ended, so every character is looked at a
few times, whatever a server sends.

Source: structured fields: RFC 9651, section 4.2; RateLimit: the draft that headers.py names,
section 7 (malformed fields are ignored, Retry-After takes precedence); Retry-After and the three
forms of a date: RFC 9110, sections 10.2.3 and 5.6.7.

Invariants:
    1. It reads what headers.py writes.
    2. No text raises; what is told is never negative.
    3. A field of more than FIELD_MAX characters is not read.

Cost: O(length of the fields).

>>> from sdcli.reference.limiters.headers import headers
>>> from sdcli.reference.limiters.limit import Limit
>>> from sdcli.reference.limiters.limiter import Limiter
>>> limiter = Limiter(Limit(2, "1m", burst=1, name="calls"), clock=lambda: 0)
>>> for _ in range(2):
...     written = dict(headers(limiter.limits, limiter.acquire("ann")))
>>> service_limits(written["RateLimit"]), told(Answer(429, written))
([(0, 30.0)], 30.0)
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

FIELD_MAX = 4096  # characters

# RFC 9651: "name";key=value;..., and the values that a parameter can have.
_STRING = r'"(?:[ !#-\[\]-~]|\\["\\])*"'
_WORD = r"[A-Za-z*][!#-'*+.0-9A-Z^-z|~:/-]*"
_VALUE = rf"(?:-?\d{{1,15}}(?:\.\d{{1,3}})?|{_STRING}|{_WORD}|:[\w+/=]*:|\?[01])"
_ITEM = re.compile(rf"{_STRING}((?:; *[a-z*][a-z0-9_.*-]*(?:={_VALUE})?)*)", re.ASCII)
_PARAMETER = re.compile(rf"; *([a-z*][a-z0-9_.*-]*)(?:=({_VALUE}))?", re.ASCII)
_NEXT_ITEM = re.compile(r"[ \t]*,[ \t]*")
_SECONDS = re.compile(r"\d{1,15}", re.ASCII)


class Response(Protocol):
    """What is needed of an answer; those of http.client and urllib have it."""

    @property
    def status(self) -> int:
        """The status code."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The fields; `get` finds one, whatever the case of its name."""


class Answer(NamedTuple):
    """An answer made by hand, its fields under their usual names."""

    status: int
    headers: Mapping[str, str]


def told(answer: Response) -> float | None:
    """The seconds that an answer asks for before the next request; None when it asks for none.

    >>> told(Answer(429, {"Retry-After": "7", "RateLimit": '"day";r=0;t=9'}))
    7.0
    >>> told(Answer(200, {"RateLimit": '"burst";r=0;t=2, "day";r=40;t=9000'}))
    2.0
    >>> told(Answer(503, {"Date": "Sun, 06 Nov 1994 08:49:37 GMT",
    ...                   "Retry-After": "Sun, 06 Nov 1994 08:50:00 GMT"}))
    23.0

    A date is compared with the date of the same answer: so it makes no difference how wrong this
    machine's clock is. Without one, it says nothing.
    """
    after = answer.headers.get("Retry-After")
    if after is not None:
        seconds = _after(after.strip(), answer.headers.get("Date"))
        if seconds is not None:
            return seconds
    if (answer.headers.get("Age") or "0").strip() != "0":
        return None  # out of a cache: it tells what was left for somebody, once
    waits = [t for r, t in service_limits(answer.headers.get("RateLimit") or "") if r == 0]
    return max(waits, default=None)


def service_limits(text: str) -> list[tuple[int, float]]:
    """The r and t of a RateLimit field; none when it is malformed, as the draft demands.

    >>> service_limits('"a";r=50;t=30, "b, c";r=0;pk=:AQ==:;t=5')
    [(50, 30.0), (0, 5.0)]
    >>> service_limits('"a";r=50;t=30, b')
    []
    """
    found: list[tuple[int, float]] = []
    at = 0
    while len(text) <= FIELD_MAX and (item := _ITEM.match(text, at)):
        parameters = dict(_PARAMETER.findall(item[1]))
        r, t = parameters.get("r", ""), parameters.get("t", "")
        if _SECONDS.fullmatch(r) and _SECONDS.fullmatch(t):
            found.append((int(r), float(t)))
        if item.end() == len(text):
            return found
        comma = _NEXT_ITEM.match(text, item.end())
        if comma is None:
            break
        at = comma.end()
    return []


def _after(text: str, date: str | None) -> float | None:
    """The seconds of a Retry-After; None when it is malformed, or a date beside no date."""
    if _SECONDS.fullmatch(text):
        return float(text)
    try:
        return max(0.0, (_moment(text) - _moment(date or "")).total_seconds())
    except (TypeError, ValueError, OverflowError):  # no date
        return None


def _moment(text: str) -> datetime:
    """A date of HTTP; of its three forms (RFC 9110, section 5.6.7) the oldest names no zone."""
    moment = parsedate_to_datetime(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
