"""What is handed in by mistake is refused where it is handed in, and the refusal says what fits."""

from __future__ import annotations

from typing import Any

import pytest

from sdcli.core.chance import Chance
from sdcli.core.errors import InputError
from sdcli.reference.limiters import (
    AsyncLimiter,
    Backoff,
    Concurrency,
    Counted,
    Guarded,
    InProgress,
    Limit,
    Limiter,
    Memory,
    Observed,
    PoliteClient,
    RateLimit,
    Shadow,
    algorithm_named,
    by_header,
    parse,
)
from sdcli.reference.limiters.caller import bounded, header_key
from sdcli.reference.limiters.headers import check_fields, spread

URL = "redis://:secret@localhost"


async def app(*_: Any) -> None:
    pass


def limited(**more: Any) -> RateLimit:
    return RateLimit(app, **{"limiter": Limiter("1/s"), **more})


def polite(**more: Any) -> PoliteClient:
    fits = {"send": print, "backoff": Backoff(Chance(7)), "sleep": print, "clock": int}
    return PoliteClient(**{**fits, **more})


def inside(**more: Any) -> InProgress:
    return InProgress(**{"app": app, "places": Concurrency(2), **more})


# What is wrong, what it is called in the message, and the call.
MISTAKES: list[tuple[str, str, Any]] = [
    ("limiter: an address for a store", "store", lambda: Limiter("5/s", store=URL)),
    ("limiter: a class for a store", "store", lambda: Limiter("5/s", store=Memory)),
    ("limiter: a limiter for a store", "store", lambda: Limiter("5/s", store=Limiter("5/s"))),
    ("limiter: no clock", "clock", lambda: Limiter("5/s", clock=5)),
    ("limiter: no sleep", "sleep", lambda: Limiter("5/s", sleep=1.0)),
    ("limiter: a list of algorithms", "algorithm", lambda: Limiter("5/s", algorithm=["gcra"])),
    ("limiter: a list of keeps", "keep", lambda: Limiter("5/s").change("6/s", [])),
    ("limiter: a number of requests", "requests", lambda: Limiter("5/s").acquire_many(3)),
    ("limiter: a key of requests", "requests", lambda: Limiter("5/s").acquire_many("ann")),
    ("limit: a number", "limit", lambda: parse(100)),
    ("limit: nothing", "limit", lambda: parse(None)),
    ("limit: no such refill", "refill", lambda: Limit(5, "1s", refill="intervall")),
    ("limit: a list of refills", "refill", lambda: Limit(5, "1s", refill=[])),
    ("limit: more than the bucket holds", "start", lambda: Limit(5, "1s", burst=9, start=10)),
    ("limit: half a start", "start", lambda: Limit(5, "1s", start=0.5)),
    ("algorithms: no name", "algorithm", lambda: algorithm_named(None)),
    ("memory: a list of pressures", "on_pressure", lambda: Memory(on_pressure=[])),
    ("fields: a list", "fields", lambda: check_fields([])),
    ("spread: no chance", "chance", lambda: spread(None)),
    ("guarded: a text", "store", lambda: Guarded("x")),
    ("guarded: no answer", "on_failure", lambda: Guarded(Memory(), [])),
    ("guarded: a number of failures", "breaker", lambda: Guarded(Memory(), breaker=3)),
    ("guarded: no clock", "clock", lambda: Guarded(Memory(), clock=5)),
    ("shadow: a text", "store", lambda: Shadow("x")),
    ("counted: nothing", "store", lambda: Counted(None)),
    ("observed: nobody listens", "listener", lambda: Observed(Memory(), "print")),
    ("asyncio: a limit", "limiter", lambda: AsyncLimiter("1/s")),
    ("asyncio: twice", "limiter", lambda: AsyncLimiter(AsyncLimiter(Limiter("1/s")))),
    ("asyncio: no sleep", "sleep", lambda: AsyncLimiter(Limiter("1/s"), sleep=1)),
    ("middleware: a limit", "limiter", lambda: limited(limiter="3/s")),
    ("middleware: no application", "app", lambda: RateLimit(None, Limiter("3/s"))),
    ("middleware: a header for a key", "key", lambda: limited(key="x-api-key")),
    ("middleware: a number for a cost", "cost", lambda: limited(cost=2)),
    ("middleware: seconds for a jitter", "jitter", lambda: limited(jitter=30)),
    ("middleware: no sleep", "sleep", lambda: limited(sleep=None)),
    ("in progress: a number", "places", lambda: inside(places=5)),
    ("in progress: no application", "app", lambda: inside(app=5)),
    ("in progress: a header for a key", "key", lambda: inside(key="x-api-key")),
    ("in progress: no name", "name", lambda: inside(name=None)),
    ("by header: nothing", "name", lambda: by_header(None)),
    ("by header: bytes", "name", lambda: by_header(b"x")),
    ("by header: half a character", "name", lambda: by_header("\ud800")),
    ("by header: two words", "name", lambda: by_header("x api key")),
    ("by header: no name", "name", lambda: by_header("")),
    ("by header: a key for no key", "otherwise", lambda: by_header("x", otherwise="nobody")),
    ("header key: a number", "value", lambda: header_key(5)),
    ("key: a number", "key", lambda: bounded(42)),
    ("backoff: no chance", "chance", lambda: Backoff(None)),
    ("backoff: a seed", "chance", lambda: Backoff(7)),
    ("backoff: a method", "methods", lambda: Backoff(Chance(7), methods="GET")),
    ("backoff: no methods", "methods", lambda: Backoff(Chance(7), methods=None)),
    ("backoff: a method that is no text", "methods", lambda: Backoff(Chance(7), methods=[b"GET"])),
    ("client: nobody sends", "send", lambda: polite(send="GET")),
    ("client: no backoff", "backoff", lambda: polite(backoff=Chance(7))),
    ("client: nobody sleeps", "sleep", lambda: polite(sleep=1)),
    ("client: no clock", "clock", lambda: polite(clock=0)),
    ("client: a number for a budget", "budget", lambda: polite(budget=10)),
]


@pytest.mark.parametrize(
    ("where", "call"), [row[1:] for row in MISTAKES], ids=[row[0] for row in MISTAKES]
)
def test_a_mistake_is_told_where_it_is_made(where, call) -> None:
    with pytest.raises(InputError) as caught:
        call()
    assert caught.value.where == where
    assert caught.value.given
    assert caught.value.expected


def test_an_address_is_answered_with_what_makes_a_store_of_it_and_not_repeated() -> None:
    with pytest.raises(InputError) as caught:
        Guarded(URL)
    assert 'Redis.at("redis://localhost", "api")' in caught.value.render()
    assert "secret" not in caught.value.render()


def test_what_fits_is_taken() -> None:
    """The calls that the mistakes are made from; and a store need not be one of ours."""
    assert limited(jitter=spread(Chance(7)), cost=lambda _: 2, key=by_header("X-Api-Key"))
    assert inside(key=by_header("x_api.key"), name="inside")
    assert polite(budget=None)
    assert limited(limiter=AsyncLimiter(Limiter("1/s")))
    assert Limit(5, "1s", refill="interval", start=0).start == 0
    assert header_key("\ud800") != header_key("secret") == header_key(b"secret")

    class Mine:
        unit_ns = 1

        def bind(self, *_: Any) -> None:
            pass

        def take(self, *_: Any) -> str:
            return "mine"

    assert Limiter("1/s", store=Guarded(Mine())).acquire("ann") == "mine"


def test_methods_are_methods_however_they_are_written() -> None:
    assert Backoff(Chance(7), methods=["post"]).wait(1, "POST", None) is not None
    assert Backoff(Chance(7), methods=["post"]).wait(1, "GET", None) is None
    assert Backoff(Chance(7), methods=(name for name in ("GET",))).wait(1, "get", None) is not None
