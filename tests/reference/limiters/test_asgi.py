"""The middleware, called as a server calls it; time is a number and nobody sleeps."""

from __future__ import annotations

import asyncio
import json

import pytest

from sdcli.core.chance import Chance
from sdcli.core.errors import InputError
from sdcli.reference.limiters import SECOND, Limit, Limiter, Memory, StoreAway
from sdcli.reference.limiters.asgi import InProgress, RateLimit
from sdcli.reference.limiters.asynchronous import AsyncLimiter
from sdcli.reference.limiters.caller import KEY_MAX, NOBODY, by_address, by_header, header_key
from sdcli.reference.limiters.concurrency import Concurrency
from sdcli.reference.limiters.guarded import Guarded
from sdcli.reference.limiters.headers import spread


class World:
    """An application, a clock, and what was received, sent and slept."""

    def __init__(self, limits="2/s burst 2", *, algorithm="gcra", limiter=None, **options) -> None:
        self.now = 0
        self.limiter = limiter or Limiter(limits, algorithm=algorithm, clock=lambda: self.now)
        self.served, self.heard, self.slept = [], [], []
        options.setdefault("sleep", self.sleep)
        self.app = RateLimit(self.serve, self.limiter, **options)

    async def sleep(self, seconds) -> None:
        self.slept.append(seconds)
        self.now += round(seconds * SECOND)

    async def serve(self, scope, receive, send) -> None:
        self.served.append(scope)
        if scope["type"] == "http":
            while True:
                self.heard.append(await receive())
                if not self.heard[-1].get("more_body"):
                    break
            start = {"type": "http.response.start", "status": 201, "headers": [(b"a", b"b")]}
            await send(start)
            await send({"type": "http.response.body", "body": b"done"})

    async def call(self, scope=None, messages=()) -> Reply:
        sent, waiting = [], list(messages) or [{"type": "http.request", "body": b""}]

        async def receive():
            if not waiting:
                await asyncio.Event().wait()  # nothing more comes
            return waiting.pop(0)

        async def send(message):
            sent.append(message)

        await self.app(scope or http(), receive, send)
        return Reply(sent)

    def get(self, scope=None, messages=()) -> Reply:
        async def bounded() -> Reply:
            return await asyncio.wait_for(self.call(scope, messages), 10)  # a defect may hang

        return asyncio.run(bounded())


class Reply:
    def __init__(self, sent) -> None:
        self.sent = sent

    @property
    def status(self):
        return self.sent[0]["status"]

    @property
    def fields(self):
        return {name.decode(): value.decode() for name, value in self.sent[0]["headers"]}

    @property
    def body(self):
        return b"".join(message["body"] for message in self.sent[1:])


def http(client="10.0.0.9", method="GET", **headers):
    return {
        "type": "http",
        "method": method,
        "path": "/",
        "client": (client, 4321) if client else None,
        "headers": [
            (name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()
        ],
    }


def test_admitted_requests_go_through_and_are_told_what_is_left() -> None:
    world = World(Limit(2, "1s", name="calls"))
    reply = world.get()
    assert (reply.status, reply.body) == (201, b"done")
    assert reply.sent[0]["headers"] == [
        (b"a", b"b"),  # the application's own come first, unchanged
        (b"ratelimit-policy", b'"calls";q=2;w=1'),
        (b"ratelimit", b'"calls";r=1;t=1'),
    ]


def test_a_refusal_never_reaches_the_application() -> None:
    world = World(Limit(2, "10s", name="calls"))
    assert [world.get().status for _ in range(3)] == [201, 201, 429]
    reply = world.get()
    assert len(world.served) == 2
    assert reply.fields == {
        "content-type": "application/problem+json",
        "content-length": str(len(reply.body)),
        "cache-control": "no-store",
        "ratelimit-policy": '"calls";q=2;w=10',
        "ratelimit": '"calls";r=0;t=5',
        "retry-after": "5",
    }
    assert json.loads(reply.body) == {
        "type": "https://iana.org/assignments/http-problem-types#quota-exceeded",
        "title": "Quota Exceeded",
        "status": 429,
        "detail": "The quota is spent; come back in 5 s.",
        "violated-policies": ["calls"],
    }
    world.now += 5 * SECOND
    assert world.get().status == 201


def test_body_and_field_say_the_same_seconds_with_jitter() -> None:
    world = World("1/h", jitter=spread(Chance(7)))
    world.get()
    reply = world.get()
    seconds = reply.fields["retry-after"]
    assert 3600 < int(seconds) <= 5400
    assert f"come back in {seconds} s" in json.loads(reply.body)["detail"]


@pytest.mark.parametrize("fields", ["legacy", "both", "none"])
def test_the_switch_of_fields(fields) -> None:
    names = set(World(fields=fields).get().fields)
    assert ("ratelimit" in names, "x-ratelimit-limit" in names) == {
        "legacy": (False, True),
        "both": (True, True),
        "none": (False, False),
    }[fields]
    with pytest.raises(InputError, match="no such fields"):
        World(fields="all")


def test_head_is_refused_without_a_body() -> None:
    world = World("1/h")
    world.get(http(method="OPTIONS"))
    reply = world.get(http(method="HEAD"))
    assert reply.status == 429
    assert reply.body == b""
    assert int(reply.fields["content-length"]) > 0


@pytest.mark.parametrize("kind", ["websocket", "lifespan"])
def test_only_http_is_counted(kind) -> None:
    world = World("1/d")
    for _ in range(3):
        asyncio.run(world.app({"type": kind}, None, None))
    assert [scope["type"] for scope in world.served] == [kind] * 3
    assert world.get().status == 201


def test_cost() -> None:
    world = World("10/h", cost=lambda scope: 4 if scope["method"] == "POST" else 1)
    post = http(method="POST")
    assert [world.get(post).status for _ in range(3)] == [201, 201, 429]
    assert [world.get().status for _ in range(3)] == [201, 201, 429]


def test_a_cost_that_is_never_admitted_has_no_retry_after() -> None:
    reply = World("3/s", cost=lambda _: 4).get()
    assert (reply.status, "retry-after" in reply.fields) == (429, False)
    assert "more than the 3" in json.loads(reply.body)["detail"]


@pytest.mark.parametrize(
    ("client", "forwarded", "proxies", "expected"),
    [
        ("10.0.0.9", None, 0, "ip:10.0.0.9"),
        ("10.0.0.9", "6.6.6.6", 0, "ip:10.0.0.9"),  # what nobody vouches for is not read
        ("10.0.0.9", "1.2.3.4", 1, "ip:1.2.3.4"),
        ("10.0.0.9", "6.6.6.6, 1.2.3.4", 1, "ip:1.2.3.4"),  # only the end is ours
        ("10.0.0.9", "6.6.6.6, 1.2.3.4,10.0.0.7", 2, "ip:1.2.3.4"),
        ("10.0.0.9", "1.2.3.4", 2, "ip:10.0.0.9"),  # it came past a proxy
        ("10.0.0.9", None, 1, "ip:10.0.0.9"),
        ("10.0.0.9", "unknown", 1, "ip:10.0.0.9"),
        ("10.0.0.9", "1.2.3.4, ", 1, "ip:10.0.0.9"),
        ("10.0.0.9", "1.2.3.4:5678", 1, "ip:1.2.3.4"),
        ("10.0.0.9", "[2001:db8::7]:5678", 1, "ip:2001:db8::/64"),
        ("10.0.0.9", "1.2.3.4\r\nX: y", 1, "ip:10.0.0.9"),
        ("2001:db8:1:2:3:4:5:6", None, 0, "ip:2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", None, 0, "ip:2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", None, 0, "ip:2001:db8:1:3::/64"),
        ("fe80::1%eth0", None, 0, "ip:fe80::/64"),
        ("::ffff:1.2.3.4", None, 0, "ip:1.2.3.4"),
        (None, None, 0, NOBODY),
        ("testclient", None, 0, "ip:testclient"),
        (None, "1.2.3.4", 1, "ip:1.2.3.4"),
    ],
)
def test_keys_by_address(client, forwarded, proxies, expected) -> None:
    more = {} if forwarded is None else {"x_forwarded_for": forwarded}
    assert by_address(proxies)(http(client, **more)) == expected


def test_forwarded_fields_that_come_apart_are_one() -> None:
    scope = http()
    scope["headers"] = [(b"x-forwarded-for", b"6.6.6.6"), (b"x-forwarded-for", b"1.2.3.4")]
    assert by_address(1)(scope) == "ip:1.2.3.4"
    assert by_address(2)(scope) == "ip:6.6.6.6"
    with pytest.raises(InputError, match="proxies"):
        by_address(-1)


def test_keys_by_header() -> None:
    key = by_header("X-API-Key")
    ann, bob = http(x_api_key="ann's"), http(x_api_key="bob's")
    assert key(ann) == key(http("1.2.3.4", x_api_key="ann's")) == header_key("ann's")
    assert key(ann) != key(bob)
    assert "ann" not in key(ann)  # a secret, and the store is no place for it
    assert len(key(http(x_api_key="x" * 10**6))) == len(key(ann)) < KEY_MAX
    assert key(http()) == key(http(x_api_key="")) == "ip:10.0.0.9"
    # Nobody gets into the bucket of an address by a key of that name.
    assert key(http(x_api_key="ip:10.0.0.9")) != key(http())
    assert by_header("x-user", otherwise=lambda _: "all")(http()) == "all"


def test_each_key_has_its_own_limit() -> None:
    world = World("1/h", key=by_header("x-api-key"))
    for name, expected in (("ann", 201), ("bob", 201), ("ann", 429)):
        assert world.get(http(x_api_key=name)).status == expected


def test_long_keys_are_bounded_and_still_differ() -> None:
    store = Memory()
    world = World(limiter=Limiter("1/h", store=store, clock=int), key=lambda scope: scope["path"])
    long = "k" * KEY_MAX
    paths = (long + "a", long + "b", long + "a", long, "\ud800" * (KEY_MAX + 1))
    statuses = [world.get(http() | {"path": path}).status for path in paths]
    assert statuses == [201, 201, 429, 201, 201]
    assert max(map(len, store._records)) == KEY_MAX


def test_a_name_cannot_smuggle_a_field_in() -> None:
    reply = World(Limit(1, "1s", name="x\r\nSet-Cookie: a=b")).get()
    assert all(b"\r" not in value + name for name, value in reply.sent[0]["headers"])


# A leaking bucket: requests are held back until they depart.


def test_held_back_until_its_moment() -> None:
    world = World("2/s burst 3", algorithm="leaking-bucket")

    async def three_at_once():
        # Sleepers wake in the order of their moments; here the clock does not move.
        world.app._sleep = lambda seconds: world.slept.append(seconds) or asyncio.sleep(0)
        return await asyncio.gather(*(world.call() for _ in range(4)))

    replies = asyncio.run(three_at_once())
    assert [reply.status for reply in replies] == [201, 201, 201, 429]
    assert world.slept == [0.5, 1.0]


def held_world(**options) -> World:
    """One request has departed; the next one is held back for a minute."""
    world = World("1/m burst 2", algorithm="leaking-bucket", **options)
    world.get()
    world.served.clear()
    world.heard.clear()
    return world


def test_what_came_while_it_was_held_is_not_lost() -> None:
    parts = [
        {"type": "http.request", "body": b"one", "more_body": True},
        {"type": "http.request", "body": b"two", "more_body": True},
        {"type": "http.request", "body": b"three", "more_body": False},
    ]
    for count in (1, 3):
        world = held_world()
        sent = [*parts[: count - 1], parts[-1]]
        assert world.get(messages=sent).status == 201
        assert world.heard == sent
        assert world.slept == [60.0]


def test_only_the_first_part_of_a_body_is_kept() -> None:
    """The rest waits at the client: nobody fills this server's memory with held requests."""
    world = held_world()
    asked = []

    async def run():
        async def receive():
            asked.append(len(world.slept))
            return {"type": "http.request", "body": b"x", "more_body": len(asked) < 5}

        async def long_sleep(seconds):
            for _ in range(50):
                await asyncio.sleep(0)
            world.slept.append(seconds)

        async def send(_):
            pass

        world.app._sleep = long_sleep
        await world.app(http(), receive, send)

    asyncio.run(run())
    assert asked == [0, 1, 1, 1, 1]  # one while held, four by the application


HANGS_UP = [{"type": "http.request", "body": b""}, {"type": "http.disconnect"}]


@pytest.mark.parametrize("messages", [HANGS_UP, HANGS_UP[1:]], ids=["after body", "at once"])
def test_whoever_hangs_up_takes_nothing(messages) -> None:
    world = held_world(sleep=lambda _: asyncio.Event().wait())
    before = world.limiter.peek("ip:10.0.0.9")
    reply = world.get(messages=messages)
    assert (reply.sent, world.served) == ([], [])
    assert world.limiter.peek("ip:10.0.0.9") == before


def test_a_cancelled_task_takes_nothing_and_leaves_nothing_behind() -> None:
    world = held_world(sleep=lambda _: asyncio.Event().wait())
    before = world.limiter.peek("ip:10.0.0.9")

    async def run():
        task = asyncio.ensure_future(world.call())
        for _ in range(5):
            await asyncio.sleep(0)
        assert world.limiter.peek("ip:10.0.0.9") != before
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.sleep(0)
        return len(asyncio.all_tasks())

    assert asyncio.run(run()) == 1
    assert world.served == []
    assert world.limiter.peek("ip:10.0.0.9") == before


def test_a_sleep_that_fails_takes_nothing() -> None:
    async def broken(_):
        raise RuntimeError("no timer")

    world = held_world(sleep=broken)
    before = world.limiter.peek("ip:10.0.0.9")
    with pytest.raises(RuntimeError, match="no timer"):
        world.get()
    assert world.limiter.peek("ip:10.0.0.9") == before


def test_a_hang_up_makes_no_room_in_a_limit_that_never_counted_it() -> None:
    """One in 10 s out of a bucket, and 3 in a minute. One is held at 59 s, in the first minute;
    three come at 60 s, in the second; then the first hangs up. A gift would be the second
    minute's, and a fourth would pass in it.
    """
    world = World(
        [
            Limit(1, "10s", burst=10, name="bucket", algorithm="leaking-bucket"),
            Limit(3, "1m", name="window", algorithm="fixed-window"),
        ],
        sleep=lambda _: asyncio.Event().wait(),
    )
    world.now = 59 * SECOND
    assert world.get().status == 201

    async def run():
        hung_up = asyncio.Event()

        async def hang_up():
            await hung_up.wait()
            return {"type": "http.disconnect"}

        first = asyncio.ensure_future(world.app(http(), hang_up, None))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        world.now = 60 * SECOND
        others = [asyncio.ensure_future(world.call()) for _ in range(3)]
        for _ in range(3):
            await asyncio.sleep(0)
        full = world.limiter.peek("ip:10.0.0.9")
        hung_up.set()
        await first
        refused = await world.call()
        for other in others:
            other.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        return full, refused

    full, refused = asyncio.run(run())
    assert full.violated == ("window",)
    assert json.loads(refused.body)["violated-policies"] == ["window"]
    assert len(world.served) == 1


def test_only_a_leaking_bucket_costs_a_ticket() -> None:
    """Other limits are asked in the fast way, also after a change, and a bucket after that."""

    class Logged(Memory):
        def __init__(self) -> None:
            super().__init__()
            self.log = []

        def take(self, *args):
            self.log.append("take")
            return super().take(*args)

        def reserve(self, *args):
            self.log.append("reserve")
            return super().reserve(*args)

    store = Logged()
    world = World(limiter=Limiter("9/s", store=store, clock=int))
    world.get()
    world.limiter.change(Limit(9, "1s", algorithm="leaking-bucket"))
    world.get()
    world.limiter.change("8/s")
    world.get()
    assert store.log == ["take", "reserve", "take"]


def test_a_request_without_a_ticket_is_held_all_the_same() -> None:
    """Behind a guard whose smaller limiter alone is a leaking bucket."""
    smaller = Limiter("1/m burst 2", algorithm="leaking-bucket", clock=int)
    guard = Guarded(Away(), smaller)
    world = World(limiter=Limiter("9/s", store=guard, clock=int))
    assert [world.get().status for _ in range(2)] == [201, 201]
    assert world.slept == [60.0]
    world.app._sleep = lambda _: asyncio.Event().wait()
    smaller.reset("ip:10.0.0.9")
    smaller.acquire("ip:10.0.0.9")
    assert world.get(messages=HANGS_UP).sent == []  # its place passes unused
    assert guard.counts.lost == 0  # nobody was asked to cancel what had no ticket


# Limiters that promise, and stores that are away.


class Promising(Memory):
    """A store of asyncio: its answers are awaited."""

    async def take(self, key, cost=1, max_wait_ns=None):
        await asyncio.sleep(0)
        return super().take(key, cost, max_wait_ns)

    async def reserve(self, key, cost, max_wait_ns):
        await asyncio.sleep(0)
        return super().reserve(key, cost, max_wait_ns)

    async def cancel(self, key, cost, ticket):
        await asyncio.sleep(0)
        return super().cancel(key, cost, ticket)


@pytest.mark.parametrize("skin", [lambda one: one, AsyncLimiter], ids=["Limiter", "AsyncLimiter"])
def test_a_store_that_promises_is_awaited(skin) -> None:
    world = World(limiter=skin(Limiter("2/h", store=Promising(), clock=int)))
    assert [world.get().status for _ in range(3)] == [201, 201, 429]


def test_cancelling_is_awaited_and_survives_a_second_cancellation() -> None:
    inner = Limiter("1/m burst 3", algorithm="leaking-bucket", store=Promising(), clock=int)
    world = World(limiter=inner, sleep=lambda _: asyncio.Event().wait())

    async def run():
        assert await inner.acquire("ip:10.0.0.9")
        before = inner.peek("ip:10.0.0.9")
        task = asyncio.ensure_future(world.call())
        for _ in range(5):
            await asyncio.sleep(0)
        assert inner.peek("ip:10.0.0.9") != before
        task.cancel()
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        for _ in range(3):
            await asyncio.sleep(0)
        assert inner.peek("ip:10.0.0.9") == before

    asyncio.run(run())


class Away(Memory):
    def take(self, key, cost=1, max_wait_ns=None):
        raise StoreAway("no answer", where="store")


def test_a_store_that_is_away_closes_the_door_and_says_so() -> None:
    world = World(limiter=Limiter("1/s", store=Away(), clock=int))
    reply = world.get()
    assert (reply.status, world.served) == (503, [])
    assert "retry-after" not in reply.fields  # nobody knows
    assert json.loads(reply.body) == {
        "type": "https://iana.org/assignments/http-problem-types#temporary-reduced-capacity",
        "title": "Temporary Reduced Capacity",
        "status": 503,
        "detail": "The quota could not be looked up; try again later.",
        "violated-policies": [],
    }


def test_behind_a_guard_its_policy_answers() -> None:
    opened = World(limiter=Limiter("1/s", store=Guarded(Away(), "open"), clock=int)).get()
    assert (opened.status, "ratelimit" in opened.fields) == (201, False)
    shut = World(limiter=Limiter("1/s", store=Guarded(Away(), "closed"), clock=int))
    reply = shut.get()
    assert (reply.status, shut.served) == (503, [])
    assert json.loads(reply.body)["title"] == "Temporary Reduced Capacity"
    smaller = World(
        limiter=Limiter("9/s", store=Guarded(Away(), Limiter("1/s", clock=int)), clock=int)
    )
    assert smaller.get().status == 201
    reply = smaller.get()  # over a limit, if not the usual one: it is told when to come back
    assert (reply.status, reply.fields["retry-after"]) == (429, "1")


def test_a_store_that_goes_away_while_a_request_is_held() -> None:
    """What was booked is lost; the cancellation still arrives."""

    class Forgetful(Memory):
        def cancel(self, key, cost, ticket):
            raise StoreAway("no answer", where="store")

    limiter = Limiter("1/m burst 2", algorithm="leaking-bucket", store=Forgetful(), clock=int)
    world = World(limiter=limiter, sleep=lambda _: asyncio.Event().wait())
    limiter.acquire("ip:10.0.0.9")
    assert world.get(messages=HANGS_UP).sent == []


def test_a_full_table_says_that_it_is_not_the_caller() -> None:
    world = World(limiter=Limiter("1/h", store=Memory(max_keys=1), clock=int))
    assert world.get(http("1.1.1.1")).status == 201
    assert world.get(http("2.2.2.2")).status == 503


# Requests in progress


def in_progress(world, limit) -> Concurrency:
    places = Concurrency(limit, clock=lambda: 0)
    world.app = InProgress(world.serve, places, name="inside")
    return places


def test_so_many_inside_at_once_and_no_more() -> None:
    world = World()
    places = in_progress(world, 2)

    async def three_at_once():
        go_on = asyncio.Event()

        async def slow(scope, receive, send):
            await go_on.wait()
            await World.serve(world, scope, receive, send)

        world.app.app = slow
        inside = [asyncio.ensure_future(world.call()) for _ in range(2)]
        await asyncio.sleep(0)
        third = await world.call()
        other = asyncio.ensure_future(world.call(http("1.2.3.4")))
        await asyncio.sleep(0)
        assert len(places) == 3
        go_on.set()
        return [*await asyncio.gather(*inside, other), third]

    replies = asyncio.run(three_at_once())
    assert [reply.status for reply in replies] == [201, 201, 201, 429]
    assert len(places) == 0
    assert world.get().status == 201
    told = {"ratelimit-policy": '"inside";q=2;qu="concurrent-requests"'}
    first, refused = replies[0].fields, replies[-1].fields
    assert first.items() >= (told | {"ratelimit": '"inside";r=1'}).items()
    assert refused.items() >= (told | {"ratelimit": '"inside";r=0'}).items()
    assert "retry-after" not in refused
    body = json.loads(replies[-1].body)
    assert body["detail"] == "2 requests are in progress; wait for an answer to one."
    assert body["violated-policies"] == ["inside"]


def test_an_application_that_fails_or_is_cancelled_gives_its_place_back() -> None:
    world = World()
    places = in_progress(world, 1)

    async def failing(scope, receive, send):
        raise RuntimeError("a defect")

    world.app.app = failing
    with pytest.raises(RuntimeError, match="a defect"):
        world.get()
    assert len(places) == 0

    async def cancelled():
        world.app.app = lambda *_: asyncio.Event().wait()
        task = asyncio.ensure_future(world.call())
        await asyncio.sleep(0)
        assert len(places) == 1
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(cancelled())
    assert len(places) == 0
