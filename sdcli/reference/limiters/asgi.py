"""In front of a service: a limiter as ASGI middleware.

    from sdcli.reference.limiters.asgi import RateLimit
    from sdcli.reference.limiters.caller import by_header

    app = RateLimit(app, Limiter("100/s burst 200"), key=by_header("x-api-key"))

Who is it (caller.py), what does it cost, may it pass: three questions before the application hears
of the request. A refusal never reaches it; an admitted request goes through untouched, and its
answer gets the fields of headers.py on its way out. A leaking bucket admits and says "not yet":
then the request is held here until its moment. If the client hangs up in that time, its booking is
cancelled and the application is not called. (Cancelled, and not given back: a gift would be taken
by every limit at the moment of the hang-up, also by a window that never counted this request. What
a store cannot undo passes unused; store.py says what it can.)

`InProgress` is the same for concurrency.py: it counts the requests of a caller that are inside.

A store that does not answer (StoreAway), and that nobody put a guard around, closes the door: 503
with a body that says so. A door that opens on its own would be noticed by the wrong people first.

Only HTTP requests are counted, whatever their method; websockets and the server's own messages
(lifespan) pass through.

Source: the ASGI specification 3.0, HTTP and WebSocket message format 2.5 (asgi.readthedocs.io).

Invariants:
    1. The application is called at most once, and only with an admitted request.
    2. What it receives and sends is unchanged, but for the fields that are added.
    3. A request that was held back and did not go on takes nothing, where the store can cancel,
       and never makes room for more than there was without it.

Cost: the limiter's, and some microseconds, most of them for writing the fields; no task is made
unless a request is held back.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sdcli.reference.limiters.asynchronous import AsyncLimiter
from sdcli.reference.limiters.caller import A_KEY, Key, Scope, bounded, by_address
from sdcli.reference.limiters.concurrency import Concurrency
from sdcli.reference.limiters.decision import SECOND, Decision, check_fit
from sdcli.reference.limiters.headers import (
    Fields,
    check_fields,
    headers,
    policy_string,
    problem,
)
from sdcli.reference.limiters.limiter import Limiter
from sdcli.reference.limiters.store import StoreAway
from sdcli.reference.limiters.written_once import is_promise

if TYPE_CHECKING:
    from sdcli.reference.limiters.limit import Limit

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AN_APP = "an application of ASGI: a coroutine function of scope, receive and send"
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class RateLimit:
    """A limiter in front of an ASGI application.

    Args:
        app: the application.
        limiter: with a store of asyncio it is awaited. One in memory is called on the event loop,
            which it never holds up for long; one that blocks belongs in no event loop.
        key: who it is, from the scope.
        cost: what it counts as, from the scope: a whole number from 0 up. What a client says
            about that is its word, and this function has to check it.
        fields: "ietf", "legacy", "both" or "none", as headers.py says.
        jitter: seconds to add to Retry-After, as `headers.spread` makes them.
        sleep: how to hold a request back, in seconds.

    Raises:
        InputError: there are no such fields, or one of the others is something else.

    >>> from sdcli.reference.limiters.limiter import Limiter
    >>> async def app(scope, receive, send):
    ...     await send({"type": "http.response.start", "status": 200, "headers": []})
    >>> async def send(message):
    ...     print(message.get("status", ""), end=" ")
    >>> limited = RateLimit(app, Limiter("1/s", clock=lambda: 0))
    >>> scope = {"type": "http", "method": "GET", "headers": [], "client": ("10.0.0.9", 1)}
    >>> asyncio.run(limited(scope, None, send)), asyncio.run(limited(scope, None, send))
    200 429  (None, None)
    """

    def __init__(
        self,
        app: App,
        limiter: Limiter | AsyncLimiter,
        *,
        key: Key | None = None,
        cost: Callable[[Scope], int] | None = None,
        fields: Fields = "ietf",
        jitter: Callable[[int], int] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        check_fields(fields)
        check_fit("app", app, callable(app), AN_APP)
        check_fit(
            "limiter", limiter, isinstance(limiter, (Limiter, AsyncLimiter)),
            'like Limiter("100/s burst 200")',
        )  # fmt: skip
        for name, value, expected in (
            ("key", key, A_KEY),
            ("cost", cost, "a function that makes a whole number of a scope"),
            ("jitter", jitter, "a function of seconds, like spread(Chance(secrets.randbits(53)))"),
            ("sleep", sleep, "a function that gives something to await, like asyncio.sleep"),
        ):
            check_fit(name, value, callable(value) or (value is None and name != "sleep"), expected)
        self.app = app
        # Both kinds of stores are met below, so what stands around the limiter is not needed.
        self.limiter = limiter.limiter if isinstance(limiter, AsyncLimiter) else limiter
        self._key = key or by_address()
        self._cost = cost
        self._fields: Fields = fields
        self._jitter = jitter
        self._sleep = sleep
        self._limits: tuple[Limit, ...] = ()  # those that `_holds` is about
        self._holds = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection, as ASGI has it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        key = bounded(self._key(scope))
        cost = self._cost(scope) if self._cost else 1
        ticket = None
        try:
            if self._may_hold():
                answer: Any = self.limiter.store.reserve(key, cost, None)
                decision, ticket = await answer if is_promise(answer) else answer
            else:
                decision = self.limiter.acquire(key, cost)
                if is_promise(decision):
                    decision = await decision  # type: ignore[misc]
        except StoreAway:
            await _refuse(scope, send, _away(), [])
            return
        told = headers(self.limiter.limits, decision, self._fields, self._jitter)
        if not decision:
            seconds = next((int(value) for name, value in told if name == "Retry-After"), None)
            await _refuse(scope, send, problem(decision, seconds), _encoded(told))
            return
        sending = _with_fields(send, _encoded(told)) if told else send
        if not decision.delay_ns:
            await self.app(scope, receive, sending)
            return
        held, here = _Held(receive), False
        try:
            try:
                here = await held.until(self._sleep(decision.delay_ns / SECOND))
            finally:  # also when this task is cancelled
                if not here:
                    await self._cancel(key, cost, ticket)
            if here:
                await self.app(scope, held.receive, sending)
        finally:
            held.stop()

    def _may_hold(self) -> bool:
        """Whether one of the limits is a leaking bucket, which alone says "not yet".

        Other requests need no ticket to cancel, and a store is faster without.
        """
        limits = self.limiter.limits
        if limits is not self._limits:  # the first time, and when they changed
            usual = self.limiter.algorithm
            self._holds = any((one.algorithm or usual) == "leaking-bucket" for one in limits)
            self._limits = limits
        return self._holds

    async def _cancel(self, key: str, cost: int, ticket: Any) -> None:
        if ticket is None:  # the bucket is a guard's smaller limiter, or came with a change now
            return
        with suppress(StoreAway):  # then it is lost, and time will mend it
            cancelled: Any = self.limiter.store.cancel(key, cost, ticket)
            if is_promise(cancelled):
                # Cancelled a second time, the task still undoes what it booked.
                await asyncio.shield(asyncio.ensure_future(cancelled))


class InProgress:
    """At most so many requests of a caller inside an ASGI application at once.

    Args:
        app: the application.
        places: how many, for each caller.
        key: who it is, from the scope.
        name: of the limit, for whoever is refused.

    A refusal has no Retry-After: a place is free when another request is answered, and nobody
    knows when that will be.

    Raises:
        InputError: one of them is something else.
    """

    def __init__(
        self, app: App, places: Concurrency, *, key: Key | None = None, name: str = "in-progress"
    ) -> None:
        check_fit("app", app, callable(app), AN_APP)
        check_fit("places", places, isinstance(places, Concurrency), "like Concurrency(10)")
        check_fit("key", key, key is None or callable(key), A_KEY)
        check_fit("name", name, isinstance(name, str), 'a text, like "in-progress"')
        self.app = app
        self.places = places
        self.name = name
        self._key = key or by_address()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection, as ASGI has it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        with self.places.hold(bounded(self._key(scope))) as held:
            decision, name = held.decision, policy_string(self.name)
            told = _encoded(
                [
                    ("RateLimit-Policy", f'{name};q={decision.limit};qu="concurrent-requests"'),
                    ("RateLimit", f"{name};r={decision.remaining}"),
                ]
            )
            if held:
                await self.app(scope, receive, _with_fields(send, told))
                return
        body = problem(decision._replace(violated=(self.name,)))
        body["detail"] = f"{decision.limit} requests are in progress; wait for an answer to one."
        await _refuse(scope, send, body, told)


class _Held:
    """What a client sends while its request is held back.

    Only by listening does a server learn that a client hung up, and what it hears before that is
    the body. So what comes is kept, and handed on later. A body that comes in parts is kept up to
    its first part: the rest waits at the client, and a hang-up is then heard afterwards.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._kept: deque[Message] = deque()
        self._next: asyncio.Future[Message] | None = None

    async def until(self, moment: Awaitable[None]) -> bool:
        """Wait for the moment, or for the client to hang up; True when it is still there."""
        timer = asyncio.ensure_future(moment)
        try:
            while not timer.done():
                if self._next is None and not (self._kept and self._kept[-1].get("more_body")):
                    self._next = asyncio.ensure_future(self._receive())
                either: list[asyncio.Future[Any]] = [timer]
                if self._next is not None:
                    either.append(self._next)
                await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
                if self._next is not None and self._next.done():
                    message, self._next = self._next.result(), None
                    if message["type"] == "http.disconnect":
                        return False
                    self._kept.append(message)
            timer.result()  # an error of the sleep is raised, and not lost
            return True
        finally:
            timer.cancel()

    async def receive(self) -> Message:
        """What the application calls: what was kept comes first."""
        if self._kept:
            return self._kept.popleft()
        if self._next is not None:
            heard, self._next = self._next, None
            return await heard
        return await self._receive()

    def stop(self) -> None:
        """Listen no more."""
        if self._next is not None:
            self._next.cancel()


def _with_fields(send: Send, told: list[tuple[bytes, bytes]]) -> Send:
    """A `send` that adds fields to the beginning of the answer."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), *told]}
        await send(message)

    return sending


async def _refuse(
    scope: Scope, send: Send, body: dict[str, Any], told: list[tuple[bytes, bytes]]
) -> None:
    """Answer in the application's place."""
    content = json.dumps(body, separators=(",", ":")).encode()
    fields = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", b"%d" % len(content)),
        (b"cache-control", b"no-store"),
        *told,
    ]
    await send({"type": "http.response.start", "status": body["status"], "headers": fields})
    sent = b"" if scope["method"] == "HEAD" else content
    await send({"type": "http.response.body", "body": sent})


def _away() -> dict[str, Any]:
    """The body when the store is gone, and nobody said what to do then."""
    nobody = Decision(
        allowed=False, limit=0, remaining=0, retry_after_ns=0, reset_after_ns=0, judged=False
    )
    return problem(nobody) | {"detail": "The quota could not be looked up; try again later."}


def _encoded(told: list[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    """Fields as ASGI has them: bytes, names in lower case."""
    return [(name.lower().encode("ascii"), value.encode("ascii")) for name, value in told]
