"""Redis as a store: shared by many, gone and back again, changed under way, and tidy."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
import redis
import redis.backoff
import redis.retry

from sdcli.core.errors import DamagedError, InputError, MissingError, SdcliError
from sdcli.reference.limiters import Breaker, Guarded, Limit, Limiter
from sdcli.reference.limiters.adapters import calls
from sdcli.reference.limiters.adapters.calls import keys_of
from sdcli.reference.limiters.adapters.errors import told
from sdcli.reference.limiters.adapters.redis import CONNECTIONS, AsyncRedis, Redis
from sdcli.reference.limiters.algorithms import ALGORITHMS
from sdcli.reference.limiters.store import StoreAway

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.reference.limiters.servers import Server

TODAY_NS = 1_790_000_000 * 10**9
SECOND = 10**9


@pytest.fixture
def client(redis_server: Server) -> Iterator[Any]:
    with redis_server.client() as client:
        client.flushall()
        yield client


class Clock:
    def __init__(self, now: int = TODAY_NS) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


def limiter_of(
    client: Any, limits: Any, clock: Clock, algorithm: str = "gcra", prefix: str = "limit"
) -> Limiter:
    store = Redis(client, prefix, server_time=False)
    return Limiter(limits, algorithm=algorithm, store=store, clock=clock)


def admitted(limiter: Limiter, key: str, times: int) -> int:
    return sum(bool(limiter.acquire(key)) for _ in range(times))


def hits(url: str, count: int, pipe: Any) -> None:
    limiter = Limiter("1000/d", store=Redis.at(url, "hits", timeout=10))
    pipe.send(sum(bool(limiter.acquire("all")) for _ in range(count)))


def test_four_processes_are_admitted_exactly_the_limit(client: Any, redis_server: Server) -> None:
    context = multiprocessing.get_context("fork")
    pipes, processes = [], []
    for _ in range(4):
        ours, theirs = context.Pipe()
        process = context.Process(target=hits, args=(redis_server.url, 400, theirs))
        process.start()
        pipes.append(ours)
        processes.append(process)
    counts = [pipe.recv() for pipe in pipes]
    for process in processes:
        process.join()
    assert sum(counts) == 1000, counts


def test_eight_threads_and_thirty_clients_are_admitted_exactly_the_limit(
    client: Any, redis_server: Server
) -> None:
    shared = Limiter("1000/d", store=Redis(client, "hits"))
    counts: list[int] = []

    def hit() -> None:
        counts.append(admitted(shared, "all", 100))

    threads = [threading.Thread(target=hit) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for _ in range(30):
        with redis_server.client() as another:
            counts.append(admitted(Limiter("1000/d", store=Redis(another, "hits")), "all", 10))
    assert sum(counts) == 1000


@pytest.mark.parametrize("name", sorted(ALGORITHMS))
def test_every_key_has_an_end_of_life(client: Any, name: str) -> None:
    limits = [Limit(3, "1s", name="burst"), Limit(50, "1h", name="hourly")]
    store = Redis(client, "limit")
    limiter = Limiter(limits, algorithm=name, store=store)
    for key in ("ann", "bob", "", "a{b}c"):
        admitted(limiter, key, 5)
        limiter.peek(key)
        limiter.refund(key)
        limiter.reserve(key, max_wait=10).cancel()
    limiter.change("5/m")
    admitted(limiter, "ann", 7)
    lives = {key: client.pttl(key) for key in client.scan_iter()}
    assert len(lives) >= 4
    # An hour for the hourly limit; a sliding counter remembers for two windows.
    assert all(0 < life <= 2 * 3600_000 for life in lives.values()), lives


def test_a_caller_is_forgotten_when_its_record_says_no_more_than_a_strangers(client: Any) -> None:
    limiter = Limiter("100/d", store=Redis(client, "limit"))
    limiter.acquire("ann", 25)
    # 25 of 100 a day are back after six hours; the machine may be a minute late.
    assert 6 * 3600_000 - 60_000 < client.pttl("limit:{ann}") <= 6 * 3600_000


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    from tests.reference.limiters.servers import READY_WITHIN, Server, needed

    needed()
    server = Server("--cluster-enabled", "yes")
    with server.client() as client:
        client.execute_command("CLUSTER ADDSLOTSRANGE", 0, 16383)
        latest = time.monotonic() + READY_WITHIN  # a cluster is sure of itself after two seconds
        while client.execute_command("CLUSTER INFO")["cluster_state"] != "ok":
            assert time.monotonic() < latest
            time.sleep(0.05)
    client = redis.RedisCluster(host="127.0.0.1", port=server.port)
    yield client
    client.close()
    server.stop()


@pytest.mark.parametrize(
    "key", ["ann", "", "{}", "a{b}c", "}{", "{ann}", "a%7Bb", "bücher", "\ud800"]
)
def test_all_keys_of_a_decision_lie_in_one_slot(cluster: Any, key: str) -> None:
    names = keys_of("limit", key, logs=(1, 2))
    assert len(set(names)) == 3
    assert len({cluster.keyslot(name) for name in names}) == 1


def test_names_of_callers_do_not_collide() -> None:
    keys = ["", "%", "%25", "{", "%7B", "{}", "}", "a:1", "a", "{a}", "%7Ba%7D", "a}:1{"]
    names = [name for key in keys for name in keys_of("limit", key, logs=(1,))]
    assert len(set(names)) == 2 * len(keys)


def test_a_cluster_decides_and_takes_batches(cluster: Any) -> None:
    limits = [Limit(3, "1h", name="log", algorithm="sliding-log"), Limit(5, "1h", name="all")]
    limiter = Limiter(limits, store=Redis(cluster, "limit"))
    assert admitted(limiter, "a{b}c", 5) == 3
    said = limiter.acquire_many([(f"user:{n % 20}", 1) for n in range(100)])
    assert sum(map(bool, said)) == 60
    assert [one.violated for one in said[-1:]] == [("log",)]
    # The log moves to another place, in the same slot.
    limiter.change([limits[1], limits[0]])
    assert [part.remaining for part in limiter.peek("a{b}c", 0).parts] == [2, 0]
    limiter.change("10/h", keep="reset")
    assert admitted(limiter, "a{b}c", 11) == 10


@pytest.mark.parametrize("name", ["gcra", "sliding-log"])
def test_a_batch_says_what_single_calls_say(client: Any, name: str) -> None:
    clock = Clock()
    limits = [Limit(3, "1s", name="a"), Limit(4, "1h", name="b")]
    one, many = (limiter_of(client, limits, clock, name, prefix) for prefix in ("one", "many"))
    requests = [(f"user:{n % 7}", n % 3) for n in range(1234)]  # more than one trip
    assert many.acquire_many(requests) == [one.acquire(*request) for request in requests]
    assert many.acquire_many([]) == []


def test_two_limiters_with_a_prefix_each_do_not_meet(client: Any) -> None:
    """A login and an interface, asked about the same caller in turn."""
    login = Limiter([Limit(3, "1h", name="a"), Limit(5, "1d", name="b")], store=Redis(client, "in"))
    api = Limiter([Limit(100, "1d", name="a")], store=Redis(client, "api"))
    got = [(bool(login.acquire("user:42")), bool(api.acquire("user:42"))) for _ in range(120)]
    assert [sum(one) for one in zip(*got, strict=True)] == [3, 100]


def test_what_is_given_back_to_a_leaking_bucket_changes_nothing(client: Any) -> None:
    """1 a second, 3 inside: the next of them departs after 0, 1 and 2 s, whatever comes back."""
    clock = Clock()
    limiter = limiter_of(client, Limit(1, "1s", burst=3), clock, "leaking-bucket")
    delays = []
    for _ in range(3):
        delays.append(limiter.acquire("ann").delay_ns // SECOND)
        limiter.refund("ann")
    assert delays == [0, 1, 2]
    assert not limiter.acquire("ann")


def test_a_delay_that_nobody_agreed_to_can_be_cancelled(client: Any) -> None:
    """What a middleware asks: no waiting to be admitted, whatever delay a leaking bucket gives."""
    clock = Clock()
    bucket = limiter_of(client, Limit(1, "1s", burst=3), clock, "leaking-bucket").store
    assert bucket.reserve("ann", 1, None)[0].delay_ns == 0
    booked = [bucket.reserve("ann", 1, None) for _ in range(3)]
    assert [(bool(said), said.delay_ns // SECOND) for said, _ in booked] == [
        (True, 1), (True, 2), (False, 0),
    ]  # fmt: skip
    assert not bucket.cancel("ann", 1, booked[2][1]), "it was refused"
    assert bucket.cancel("ann", 1, booked[1][1])
    assert bucket.reserve("ann", 1, None)[0].delay_ns == 2 * SECOND
    other = limiter_of(client, "1/s", clock, "gcra", "other").store
    assert other.reserve("ann", 1, None)[0]
    assert not other.reserve("ann", 1, None)[0], "it would have had to wait"


# Large numbers: by hand, where a double would round -------------------------------------------


def test_no_fraction_is_lost_beside_todays_time(client: Any) -> None:
    """7 in 3 s: one is 3,000,000 / 7 µs; the eighth may come 428,571.43 µs later, rounded up."""
    clock = Clock()
    limiter = limiter_of(client, Limit(7, "3s"), clock)
    assert admitted(limiter, "ann", 8) == 7
    assert limiter.peek("ann").retry_after_ns == 428_572_000
    for _ in range(7):  # seven intervals are three seconds, without a rest
        clock.now += limiter.peek("ann").retry_after_ns or 0
        assert limiter.acquire("ann")
    assert clock.now - TODAY_NS == 3 * SECOND


def test_54_a_minute_are_54_a_minute(client: Any) -> None:
    """For ten minutes, 20 every 10 s, in which 9 come in: the burst is used up, then 9 each."""
    clock = Clock()
    limiter = limiter_of(client, "54/m", clock, "token-bucket")
    counts = []
    for _ in range(60):
        counts.append(sum(map(bool, limiter.acquire_many([("ann", 1)] * 20))))
        clock.now += 10 * SECOND
    # 54 - 20 + 9 = 43, 43 - 20 + 9 = 32, 32 - 20 + 9 = 21, 21 - 20 + 9 = 10
    assert counts == [20, 20, 20, 20, 10, *[9] * 55]
    assert sum(counts) == 54 + 9 * 59  # the burst, and what came in: the long run is 54 a minute


@pytest.mark.parametrize(
    ("limit", "algorithm"),
    [
        (Limit(1_000_003, "1d"), "gcra"),  # 1,000,003 * 86,400,000,000 µs > 2^53
        (Limit(1_000_003, "1d"), "token-bucket"),
        (Limit(1_000_003, "1d"), "leaking-bucket"),
        (Limit(100_000, "1d"), "sliding-counter"),
        (Limit(1, "9000d", burst=2), "gcra"),  # fills up in more than thirty years
        (Limit(2**52, "1s"), "fixed-window"),
    ],
    ids=str,
)
def test_a_limit_that_doubles_cannot_count_is_refused(limit: Limit, algorithm: str) -> None:
    store = Redis(None, "limit")
    with pytest.raises(InputError, match="below 2\\^53") as caught:
        Limiter(limit, algorithm=algorithm, store=store)
    assert "µs" in caught.value.given
    Limiter("1000000/d", store=store)  # a common divisor helps, and nothing was bound before


# Clocks that step -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(ALGORITHMS))
def test_a_clock_that_steps_back_an_hour_gives_nothing_and_locks_nobody_out(
    client: Any, name: str
) -> None:
    """10 in 10 s, all of them spent; the clock loses an hour; 10 s later there is room again.

    A limiter's own clock never steps back, so this is the store alone.
    """
    clock = Clock()
    store = Redis(client, "limit", server_time=False)
    store.bind((Limit(10, "10s").rule(name, store.unit_ns),), clock)

    def taken(times: int) -> int:
        return sum(bool(store.take("ann")) for _ in range(times))

    assert taken(11) == 10
    before = store.peek("ann")
    clock.now -= 3600 * SECOND
    assert store.peek("ann") == before
    assert taken(1) == 0
    clock.now += before.retry_after_ns or 0
    assert taken(1) == 1
    clock.now += 20 * SECOND
    assert taken(11) == 10


# Changed under way ----------------------------------------------------------------------------


# A leaking bucket may keep its line and so be full of turns: test_redis_equals.py compares it.
@pytest.mark.parametrize("name", sorted(ALGORITHMS.keys() - {"leaking-bucket"}))
@pytest.mark.parametrize(
    ("keep", "left"),
    # 10 an hour of which 4 are left; 20 an hour from now on.
    [("as-is", 4), ("proportional", 8), ("additive", 14), ("reset", 20)],
)
def test_callers_are_carried_over(client: Any, name: str, keep: Any, left: int) -> None:
    clock = Clock()
    limiter = limiter_of(client, Limit(10, "1h", name="hourly"), clock, name)
    limiter.acquire("ann", 6)
    clock.now += 1000
    limiter.change(Limit(20, "1h", name="hourly"), keep)
    assert limiter.peek("ann", 0).remaining == left
    assert limiter.peek("stranger", 0).remaining == 20
    assert admitted(limiter, "ann", 21) == left


def test_several_changes_in_a_row_are_all_followed(client: Any) -> None:
    """40 of 80 are left; half the limit, so 20; 100 more of both, so 120; then as it is."""
    clock = Clock()
    limiter = limiter_of(client, Limit(80, "1h", name="x"), clock)
    limiter.acquire("ann", 40)
    for rate, keep in ((40, "proportional"), (140, "additive"), (500, "as-is")):
        clock.now += 1000
        limiter.change(Limit(rate, "1h", name="x"), keep)  # type: ignore[arg-type]
    assert limiter.peek("ann", 0).remaining == 120


def test_a_log_carried_over_to_another_place_keeps_its_count(client: Any) -> None:
    clock = Clock()
    log = Limit(5, "1h", name="log", algorithm="sliding-log")
    other = Limit(100, "1h", name="other", algorithm="sliding-log")
    limiter = limiter_of(client, [log], clock)
    admitted(limiter, "ann", 3)
    clock.now += 1000
    limiter.change([other, log])
    assert [part.remaining for part in limiter.peek("ann", 0).parts] == [100, 2]
    assert admitted(limiter, "ann", 5) == 2
    limiter.change("9/h")
    clock.now += 1000
    limiter.peek("ann")
    assert sorted(client.scan_iter()) == [b"limit:{ann}"]


@pytest.mark.parametrize("name", sorted(ALGORITHMS))
@pytest.mark.parametrize("keep", ["as-is", "proportional", "additive"])
def test_a_change_to_the_same_limits_forgets_no_progress(client: Any, name: str, keep: Any) -> None:
    """1 a minute, asked each second for ten, told the same again every 25 s.

    Admitted at 0, 60, 120, ... 540 s, which are 10. A sliding counter admits every other minute:
    what came in the minute before weighs more than nothing until the minute after that begins.
    """
    clock = Clock(TODAY_NS - TODAY_NS % (60 * SECOND))
    limiter = limiter_of(client, Limit(1, "1m", name="x"), clock, name)
    rest = Limit(10**6, "1s", name="rest", algorithm="fixed-window")
    got = []
    for second in range(600):
        if second % 25 == 20:  # alone, with another one, and with that one before it
            x = Limit(1, "1m", name="x")
            limiter.change([[x], [x, rest], [rest, x]][second // 25 % 3], keep)
        if second % 5 == 0 and limiter.acquire("ann"):
            got.append(second)
        clock.now += SECOND
    minutes = 2 if name == "sliding-counter" else 1
    assert got == list(range(0, 600, 60 * minutes))


def test_a_reset_to_the_same_limits_begins_anew(client: Any) -> None:
    clock = Clock()
    limiter = limiter_of(client, "10/h", clock)
    limiter.acquire("ann", 6)
    clock.now += 1000
    limiter.change("10/h", "reset")
    assert limiter.peek("ann", 0).remaining == 10


def test_a_single_limit_inherits_whatever_its_name(client: Any) -> None:
    """ "10/h" and "20/h" have no names but their own texts; of the 10, 4 are left."""
    clock = Clock()
    limiter = limiter_of(client, "10/h", clock)
    limiter.acquire("ann", 6)
    clock.now += 1000
    limiter.change("20/h")
    assert limiter.peek("ann", 0).remaining == 4


def test_logs_that_change_places_keep_their_moments(client: Any) -> None:
    """2 in 10 s taken at 0 and 6 s. The logs swap places at 7 s, and at 10 s the first leaves."""
    clock = Clock()
    small = Limit(2, "10s", name="small", algorithm="sliding-log")
    large = Limit(9, "1h", name="large", algorithm="sliding-log")
    limiter = limiter_of(client, [small, large], clock)
    limiter.acquire("ann")
    clock.now += 6 * SECOND
    limiter.acquire("ann")
    clock.now += 1 * SECOND
    limiter.change([large, small])
    said = limiter.acquire("ann")
    assert (said.violated, said.retry_after_ns) == (("small",), 3 * SECOND)
    assert [part.remaining for part in said.parts] == [7, 0]
    assert sorted(client.scan_iter()) == [b"limit:{ann}", b"limit:{ann}:1", b"limit:{ann}:2"]
    clock.now += 3 * SECOND
    assert admitted(limiter, "ann", 2) == 1


def test_a_process_that_starts_with_other_limits_takes_over_what_is_left(client: Any) -> None:
    """A deployment: nobody called `change`; 4 of 10 are left, and 4 of 20 they stay."""
    clock = Clock()
    limiter_of(client, Limit(10, "1h", name="x"), clock).acquire("ann", 6)
    said = limiter_of(client, Limit(20, "1h", name="x"), clock).peek("ann", 0)
    assert (said.limit, said.remaining) == (20, 4)


@pytest.mark.parametrize("keep", ["as-is", "proportional", "additive", "reset"])
@pytest.mark.parametrize("name", sorted(ALGORITHMS))
def test_old_and_new_limits_side_by_side_hand_out_nothing_twice(
    client: Any, name: str, keep: Any
) -> None:
    """One process has changed to 8, the other still has 10; the caller goes to both in turn."""
    clock = Clock()
    old, new = (limiter_of(client, Limit(10, "1h", name="x"), clock, name) for _ in range(2))
    assert admitted(old, "ann", 6) == 6
    clock.now += 1000
    new.change(Limit(8, "1h", name="x"), keep)
    first = new.peek("ann", 0).remaining
    got = 0
    for _ in range(20):
        clock.now += 1000
        got += bool(old.acquire("ann"))
        clock.now += 1000
        got += bool(new.acquire("ann"))
    assert got <= first


# Gone and back --------------------------------------------------------------------------------


@pytest.fixture
def mortal() -> Iterator[Server]:
    from tests.reference.limiters.servers import Server, needed

    needed()
    server = Server()
    yield server
    server.stop()


def test_a_redis_that_is_killed_in_mid_run_is_away_and_then_goes_on(mortal: Server) -> None:
    limiter = Limiter("1000000/h", store=Redis.at(mortal.url, "limit", timeout=5))
    assert limiter.acquire("ann")
    mortal.kill()
    for call in (
        lambda: limiter.acquire("ann"),
        lambda: limiter.acquire_many([("ann", 1)] * 3),
        lambda: limiter.reserve("ann"),
        lambda: limiter.peek("ann"),
        lambda: limiter.refund("ann"),
        lambda: limiter.reset("ann"),
        lambda: limiter.change("5/s"),
    ):
        began = time.monotonic()
        with pytest.raises(StoreAway) as caught:
            call()
        assert caught.value.fix == "start it, or check host and port"
        assert time.monotonic() - began < 5, "it hangs"
    assert limiter.limits[0].rate == 1_000_000
    mortal.start()
    assert limiter.acquire("ann").remaining == 999_999  # it has forgotten, and the script, too


def test_a_redis_that_does_not_answer_is_away_after_the_timeout(mortal: Server) -> None:
    with mortal.client() as patient:
        Limiter("5/h", store=Redis(patient, "other")).acquire("ann")  # it knows the function now
    limiter = Limiter("5/h", store=Redis.at(mortal.url, "limit", timeout=1))
    assert limiter.acquire("ann")
    assert mortal.process
    os.kill(mortal.process.pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        with pytest.raises(StoreAway, match="Redis does not decide") as caught:
            limiter.acquire("ann")
        assert time.monotonic() - began < 5
        assert "socket_timeout" in caught.value.fix
    finally:
        os.kill(mortal.process.pid, signal.SIGCONT)
    # Whether the lost one was counted is not known; the next answer is to the next question.
    assert limiter.acquire("bob").remaining == 4


def test_a_connection_that_was_left_in_mid_trip_is_not_used_again() -> None:
    """Its answer may still come, and would be taken for the answer to the next question."""
    seen = []

    class Left:
        connection_pool: Any

        def get_connection(self) -> Any:
            return self

        def send_packed_command(self, data: list[bytes]) -> None:
            seen.append("sent")

        def read_response(self) -> None:
            raise KeyboardInterrupt

        def disconnect(self) -> None:
            seen.append("closed")

        def release(self, connection: Any) -> None:
            seen.append("released")

    client = Left()
    client.connection_pool = client
    with pytest.raises(KeyboardInterrupt):
        Limiter("5/h", store=Redis(client, "limit")).acquire("ann")
    assert seen == ["sent", "closed", "released"]


def test_a_redis_that_forgot_the_function_is_taught_it_again(client: Any) -> None:
    limiter = Limiter("5/h", store=Redis(client, "limit"))
    assert limiter.acquire("ann").remaining == 4
    client.function_flush()
    assert limiter.acquire("ann").remaining == 3
    client.function_flush()
    assert [one.remaining for one in limiter.acquire_many([("ann", 1)] * 3)] == [2, 1, 0]


def test_a_replica_and_a_full_memory_say_what_to_do(mortal: Server) -> None:
    limiter = Limiter("5/h", store=Redis.at(mortal.url, "limit", timeout=5))
    with mortal.client() as client:
        limiter.acquire("ann")
        client.config_set("maxmemory", 1)
        with pytest.raises(StoreAway) as full:
            limiter.acquire("bob")
        assert "maxmemory" in full.value.fix
        client.config_set("maxmemory", 0)
        client.replicaof("127.0.0.1", 1)
        with pytest.raises(StoreAway) as replica:
            limiter.acquire("bob")
        assert "primary" in replica.value.fix


@pytest.mark.parametrize("policy", ["open", "closed", "smaller"])
def test_guarded_a_redis_that_dies_and_comes_back_hangs_nobody(mortal: Server, policy: str) -> None:
    """Three failures open the breaker, the other 97 requests are not sent; then all is as before.

    The smaller limit is 4 an hour. The clock is by hand, so the breaker's second passes at once.
    """
    local = Limiter("4/h", clock=lambda: 0)
    guard = Guarded(
        Redis.at(mortal.url, "limit", timeout=5),
        local if policy == "smaller" else policy,  # type: ignore[arg-type]
        breaker=Breaker(failures=3, pause_ns=SECOND),
    )
    clock = Clock()
    limiter = Limiter("5/h", store=guard, clock=clock)
    first = limiter.acquire("ann")
    assert (first.judged, first.remaining) == (True, 4)
    mortal.kill()
    clock.now += 7
    began = time.monotonic()
    passed = sum(bool(limiter.acquire("ann")) for _ in range(100))
    assert time.monotonic() - began < 5, "it hangs"
    assert passed == {"open": 100, "closed": 0, "smaller": 4}[policy]
    counts = guard.counts
    assert (counts.asked, counts.failed, counts.skipped) == (4, 3, 97)
    assert (counts.admitted, counts.denied) == (passed, 100 - passed)
    assert counts.away_since_ns == TODAY_NS + 7
    clock.now += SECOND  # one asks whether it is back: it is not
    limiter.acquire("ann")
    limiter.acquire("ann")
    assert (guard.counts.asked, guard.counts.skipped) == (5, 98)
    mortal.start()  # on the same port; it knows neither callers nor the function
    clock.now += SECOND
    told = [limiter.acquire("ann") for _ in range(6)]
    assert all(one.judged for one in told)
    assert [bool(one) for one in told] == [True] * 5 + [False]
    assert guard.counts.away_since_ns is None
    assert guard.counts.failed == 4


# Right answers that say that something is wrong -----------------------------------------------


@pytest.mark.parametrize("rights", ["-fcall", "-function|load", "-set", "-get", "-time", "~other*"])
def test_a_missing_right_is_said_and_admits_nobody(
    client: Any, redis_server: Server, rights: str
) -> None:
    keys, commands = (rights, "+@all") if rights[0] == "~" else ("~*", f"+@all {rights}")
    client.execute_command("ACL", "SETUSER", "u", "reset", "on", ">pass", keys, *commands.split())
    client.function_flush()
    with redis_server.client(username="u", password="pass") as theirs:
        guard = Guarded(Redis(theirs, "limit"), "open")
        limiter = Limiter("1/h", store=guard)
        for _ in range(5):
            with pytest.raises(MissingError, match="lacks a right") as caught:
                limiter.acquire("ann")
            assert not isinstance(caught.value, StoreAway)
        assert guard.counts.admitted == 0


def test_a_wrong_password_is_said(client: Any, redis_server: Server) -> None:
    never_again = redis.retry.Retry(redis.backoff.NoBackoff(), 0)
    with redis_server.client(username="nobody", password="guess", retry=never_again) as theirs:
        limiter = Limiter("1/h", store=Guarded(Redis(theirs, "limit"), "open"))
        for call in (lambda: limiter.acquire("a"), lambda: limiter.acquire_many([("a", 1)])):
            with pytest.raises(MissingError, match="does not let this client in") as caught:
                call()
            assert not isinstance(caught.value, StoreAway)


def test_a_cluster_that_is_asked_as_if_it_were_alone_is_said(cluster: Any) -> None:
    port = cluster.get_primaries()[0].port
    with redis.Redis(port=port) as theirs:
        limiter = Limiter("1/h", store=Guarded(Redis(theirs, "limit"), "open"))
        with pytest.raises(MissingError, match="cannot ask a cluster") as caught:
            limiter.acquire_many([("ann", 1), ("bob", 1)])  # in two slots
    assert "RedisCluster" in caught.value.fix


@pytest.mark.parametrize(
    ("name", "said", "expected"),
    # What Redis 7 answers, as redis.exceptions has it.
    [
        ("BusyLoadingError", "Redis is loading the dataset in memory", StoreAway),
        ("ResponseError", "BUSY Redis is busy running a script. You can only call ...", StoreAway),
        ("ResponseError", "MISCONF Redis is configured to save RDB snapshots, but ...", StoreAway),
        ("ResponseError", "NOREPLICAS Not enough good replicas to write.", StoreAway),
        ("ClusterDownError", "The cluster is down", StoreAway),
        ("MasterDownError", "Link with MASTER is down ...", StoreAway),
        ("TryAgainError", "Multiple keys request during rehashing of slot", StoreAway),
        ("RedisClusterException", "Redis Cluster cannot be connected.", StoreAway),
        ("InvalidResponse", "Protocol Error: b'x'", StoreAway),
        ("MovedError", "3999 127.0.0.1:6381", MissingError),
        ("ResponseError", "unknown command 'FCALL', with args beginning with:", MissingError),
        ("ResponseError", "WRONGTYPE Operation against a key holding the wrong kind", DamagedError),
        ("ResponseError", "user_function:72: attempt to compare number with nil", SdcliError),
    ],
    ids=lambda value: value.split(" ")[0] if isinstance(value, str) else value.__name__,
)
def test_an_error_of_redis_is_away_or_loud(name: str, said: str, expected: type) -> None:
    error = getattr(redis.exceptions, name)(said)
    known = told(error)
    assert type(known) is expected
    assert isinstance(known, SdcliError)
    assert said in known.given


def test_an_error_of_others_is_itself() -> None:
    error = ZeroDivisionError()
    assert told(error) is error


@pytest.mark.parametrize(
    "value",
    [
        "a b c d;gcra:x:5:3600000000:5:0:-1",  # no numbers
        "0 1 1 1 1;none:x:5:3600000000:5:0:-1",  # no such algorithm
        "0 1 1 1 1;gcra:x:5",  # half a rule
        "0 1 1 1;gcra:x:5:3600000000:5:0:-1",  # half a state
        "0 1 1 1 1 1;gcra:5/1h:5:3600000000:5:0:-1",
        "",
    ],
)
def test_a_record_that_is_none_is_damaged(client: Any, value: str) -> None:
    limiter = Limiter("5/h", store=Redis(client, "limit"))
    client.set("limit:{ann}", value)
    with pytest.raises(DamagedError, match="no limiter's record"):
        limiter.acquire("ann")
    assert client.get("limit:{ann}") == value.encode()
    assert limiter.acquire("bob"), "the others go on"


def test_a_log_that_is_none_is_damaged(client: Any) -> None:
    limiter = Limiter("5/h", algorithm="sliding-log", store=Redis(client, "limit"))
    client.set("limit:{ann}:1", "a shopping cart")
    with pytest.raises(DamagedError, match="no log"):
        limiter.acquire("ann")


def test_a_key_of_somebody_else_is_left_alone(client: Any) -> None:
    limiter = Limiter("5/h", store=Redis(client, "limit"))
    client.set("limit:{ann}", "a shopping cart")
    client.lpush("limit:{bob}", "another")
    for key in ("ann", "bob"):
        with pytest.raises(DamagedError, match="no limiter's record") as caught:
            limiter.acquire(key)
        assert caught.value.where == f"limit:{{{key}}}"
    assert client.get("limit:{ann}") == b"a shopping cart"


def test_what_cannot_be_said_is_refused_before_redis_is_asked() -> None:
    limiter = Limiter("5/h", store=Redis(None, "limit"))
    for key, cost in (("ann", -1), ("ann", 1.5), ("ann", True), (42, 1), (b"ann", 1)):
        with pytest.raises(InputError):
            limiter.acquire(key, cost)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="begin with"):
        Redis(None, "a{b}")
    with pytest.raises(InputError, match="address"):
        Redis.at("localhost:6379", "limit")
    with pytest.raises(InputError, match="another limiter"):
        Limiter("5/h", store=limiter.store)


def test_answers_may_come_decoded(redis_server: Server) -> None:
    with redis_server.client(decode_responses=True) as client:
        client.flushall()
        limiter = Limiter(["2/h", "1/m"], store=Redis(client, "limit"))
        held = limiter.reserve("ann")
        assert held
        assert limiter.acquire("ann").violated == ("1/1m",)
        later = limiter.reserve("ann", max_wait=100)
        assert later.cancel()
        assert not later.cancel()


# Waiting --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(ALGORITHMS))
def test_the_last_reservation_leaves_no_trace_when_it_is_cancelled(client: Any, name: str) -> None:
    clock = Clock()
    limiter = limiter_of(client, "3/s", clock, name)
    assert admitted(limiter, "ann", 3) == 3
    before = limiter.peek("ann")
    held = [limiter.reserve("ann", max_wait=60) for _ in range(4)]
    moments = [one.delay for one in held]
    assert moments == sorted(moments)
    assert moments[-1] > 0
    assert not held[1].cancel(), "a place in the middle stays taken"
    assert [one.cancel() for one in reversed(held)] == [True] * 4
    assert limiter.peek("ann") == before
    assert not held[0].cancel(), "twice"
    if name == "sliding-log":
        assert client.zcard("limit:{ann}:1") == 3
    clock.now += 2 * SECOND
    assert admitted(limiter, "ann", 4) == 3
    gone = limiter.reserve("ann", max_wait=60)
    clock.now += round(gone.delay * SECOND)
    assert not gone.cancel(), "its moment has come"


# asyncio --------------------------------------------------------------------------------------


def test_the_asyncio_store_answers_the_same(redis_server: Server, client: Any) -> None:
    async def run() -> None:
        from redis.asyncio import Redis as Client

        async with Client(port=redis_server.port) as far:
            far_store = AsyncRedis(far, "async", server_time=False)
            clock = Clock()
            ours = Limiter(["3/s", "5/m"], store=far_store, clock=clock)
            near = limiter_of(client, ["3/s", "5/m"], clock)
            await far.function_flush()
            store: Any = ours.store
            for _ in range(4):
                assert await store.take("ann") == near.store.take("ann")
            assert await store.take_many([("bob", 2)] * 3) == near.acquire_many([("bob", 2)] * 3)
            told, ticket = await store.reserve("ann", 1, 60 * SECOND)
            held = near.reserve("ann", max_wait=60)
            assert told == held.decision
            assert await store.cancel("ann", 1, ticket)
            assert held.cancel()
            await store.refund("ann", 1)
            near.refund("ann")
            assert await store.peek("ann") == near.peek("ann")
            await store.reset("ann")
            assert (await store.peek("ann", 0)).remaining == 3
            waiting = [ours.acquire("many") for _ in range(50)]
            assert sum(map(bool, await asyncio.gather(*waiting))) == 3  # type: ignore[call-overload]

    asyncio.run(run())


def test_the_asyncio_store_is_away_when_redis_is() -> None:
    async def run() -> None:
        from tests.reference.limiters.servers import free_port

        store: Any = AsyncRedis.at(f"redis://127.0.0.1:{free_port()}", "limit", timeout=0.5)
        Limiter("5/h", store=store)
        with pytest.raises(StoreAway):
            await store.take("ann")
        await store.client.aclose()

    asyncio.run(run())


def test_the_quick_way_to_say_take_says_the_same() -> None:
    where = calls.under((Limit(5, "1h", name="x").rule("gcra", 1000),))
    for key, cost in (("ann", 1), ("a{b}c", 0), ("", 10**30)):
        words = calls.command("take", where, calls.keys_of("limit", key), costs=(cost,))
        quick = calls.quick_take(where, calls.record_name("limit", key), cost)
        assert quick == calls.packed([words])


def test_tasks_of_one_loop_share_a_few_connections(redis_server) -> None:
    """A connection for each of a hundred tasks kept the loop busy until all had timed out."""

    async def asked() -> tuple[list[bool], int]:
        store: Any = AsyncRedis.at(redis_server.url, "shared", timeout=5)
        limiter: Any = Limiter("100/d", store=store)
        decisions = await asyncio.gather(*(limiter.acquire("ann") for _ in range(101)))
        listed = await store.client.client_list()
        await store.client.aclose()
        mine = sum(one["cmd"] in {"fcall", "function|load", "client|list"} for one in listed)
        return [bool(one) for one in decisions], mine

    admitted, connections = asyncio.run(asked())
    assert (sum(admitted), len(admitted)) == (100, 101)
    assert 1 <= connections <= CONNECTIONS


def test_an_address_is_no_client() -> None:
    with pytest.raises(InputError, match="no client of Redis") as caught:
        Redis("redis://:secret@localhost:6379", "api")
    assert "Redis.at(" in caught.value.expected
    assert "secret" not in caught.value.render()
