"""How fast the limiters are, beside the packages that people use for the same work.

    make bench                       installs the peers (the extra `bench`) and runs this too
    python benchmarks/limiters.py --redis redis://127.0.0.1:6379      on a server that runs already

In memory, a decision is asked for in three ways: one key that is admitted, one key that is denied,
10,000 keys in turn. Ours is the full decision under a lock. limits, pyrate-limiter and
throttled-py answer under locks, too, the first two with less; token-bucket answers yes or no
without one, and admits too much when threads share it; aiolimiter serves one event loop, so it is
asked there, and ours with it. Best among those that are safe for threads is what counts.

On Redis a server is started on a free port, everybody asks it through the same client library and
one connection, and INCR by that client is the yardstick. Time there is the wall's: it is spent
waiting. measured.py says how all take turns.

With CI=true the run fails when a claim does not hold or a peer is missing.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import tracemalloc
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from measured import ROUNDS, TURN, Report, installed, machine, peer, race

from sdcli.reference.limiters import ALGORITHMS, Limit, Limiter, Memory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PEERS = {
    "limits": "5.8.0",
    "pyrate-limiter": "4.5.1",
    "throttled-py": "3.5.0",
    "token-bucket": "0.4.0",
    "aiolimiter": "1.3.0",
}
SAFE = ("limits", "pyrate-limiter", "throttled-py")  # for threads
MODES = ("one key", "denied", "10,000 keys")
PLENTY, FEW = 10**9, 1  # requests an hour
MANY = [f"user:{i % 10_000:015d}" for i in range(5 * TURN)]
KEYS = {"one key": ["user:1"] * (5 * TURN), "denied": ["user:1"] * (5 * TURN), "10,000 keys": MANY}
GROWTH = (100, 100_000)  # requests in the log, by the limit
FOOTPRINT_KEYS = 200_000
BYTES_A_KEY = 130


def ours() -> dict[str, Callable[[int], Callable[[str], object]]]:
    """Makers of a call, by name; each takes how much an hour is allowed."""
    return {
        f"sdcli {name}": lambda limit, name=name: (
            Limiter(Limit(limit, "1h"), algorithm=name, store=Memory(10**6)).acquire
        )
        for name in ALGORITHMS
    }


def peers() -> dict[str, Callable[[int], Callable[[str], object]]]:
    """The same of those that are installed, each under its package's name."""
    found: dict[str, Callable[[int], Callable[[str], object]]] = {}
    if peer("limits"):
        from limits import RateLimitItemPerHour, storage, strategies

        def of_limits(strategy: Any) -> Callable[[int], Callable[[str], object]]:
            def make(limit: int) -> Callable[[str], object]:
                hit = strategy(storage.MemoryStorage()).hit
                item = RateLimitItemPerHour(limit)
                return lambda key: hit(item, key)

            return make

        found["limits fixed window"] = of_limits(strategies.FixedWindowRateLimiter)
        found["limits sliding counter"] = of_limits(strategies.SlidingWindowCounterRateLimiter)
    if peer("throttled"):
        from throttled import MemoryStore, Throttled, per_hour

        def of_throttled(using: str) -> Callable[[int], Callable[[str], object]]:
            def make(limit: int) -> Callable[[str], object]:
                store = MemoryStore(options={"MAX_SIZE": 20_000})  # 1,024 of 10,000 keys otherwise
                return Throttled(using=using, quota=per_hour(limit, burst=limit), store=store).limit

            return make

        for using in ("fixed_window", "token_bucket", "gcra"):
            found[f"throttled-py {using.replace('_', ' ')}"] = of_throttled(using)
    if peer("pyrate_limiter"):
        from pyrate_limiter import GCRA, Duration, InMemoryBucket, Rate, StateBucket

        found["pyrate-limiter log"] = lambda limit: pyrate(
            lambda: InMemoryBucket([Rate(limit, Duration.HOUR)])
        )
        found["pyrate-limiter gcra"] = lambda limit: pyrate(
            lambda: StateBucket([Rate(limit, Duration.HOUR)], GCRA())
        )
    if peer("token_bucket"):
        import token_bucket

        def of_token_bucket(limit: int) -> Callable[[str], object]:
            storage_ = token_bucket.MemoryStorage()
            return token_bucket.Limiter(limit / 3600, limit, storage_).consume

        found["token-bucket, not for threads"] = of_token_bucket
    return found


def pyrate(make: Callable[[], Any]) -> Callable[[str], object]:
    """pyrate-limiter keeps a bucket for each key and leaves the table of them to its user."""
    from pyrate_limiter import BucketFactory, Limiter, MonotonicClock, RateItem

    clock, buckets = MonotonicClock(), {}

    class PerKey(BucketFactory):
        def wrap_item(self, name: str, weight: int = 1) -> Any:
            return RateItem(name, clock.now(), weight=weight)

        def get(self, item: Any) -> Any:
            if item.name not in buckets:
                buckets[item.name] = make()
            return buckets[item.name]

    ask = Limiter(PerKey()).try_acquire
    return lambda key: ask(key, blocking=False)


def in_memory(report: Report) -> None:
    """Decisions per second of everybody, in every way of asking."""
    contestants = {}
    for name, make in {**ours(), **peers()}.items():
        for mode in MODES:
            call = make(FEW if mode == "denied" else PLENTY)
            contestants[name, mode] = (call, KEYS[mode])
    rates = race(contestants)
    print(f"\n{'k decisions a second, in memory':<34}" + "".join(f"{one:>14}" for one in MODES))
    for name in dict.fromkeys(name for name, _ in rates):
        print(f"{name:<34}" + "".join(f"{rates[name, one] / 1e3:>14,.0f}" for one in MODES))
    for mode in MODES:
        safe = {
            name: rate for (name, at), rate in rates.items() if at == mode and name.startswith(SAFE)
        }
        best = max(safe, key=safe.__getitem__, default=None)
        for name in ("sdcli gcra",):
            text = f"{name}, {mode}: times {best or 'the best peer that is safe for threads'}"
            ratio = rates[name, mode] / safe[best] if best else None
            if mode == "denied":
                print(f"no claim: {text}: {ratio or 0:.2f}")
            else:
                report.claim(text, ratio, 2.5)


def as_the_limit_grows(report: Report) -> None:
    """A nearly full limit of 100 and one of 100,000: what a decision costs must not grow."""
    contestants = {}
    for name in ALGORITHMS:
        for limit in GROWTH:
            # Half are admitted: each hour holds `limit`, and time passes with every request.
            now = [0]

            def clock(now: list[int] = now, step: int = 3600 * 10**9 // (2 * limit)) -> int:
                now[0] += step
                return now[0]

            acquire = Limiter(Limit(limit, "1h"), algorithm=name, clock=clock).acquire
            for _ in range(2 * limit):
                acquire("user:1")
            contestants[name, limit] = (acquire, KEYS["one key"])
    rates = race(contestants, rounds=9)
    print(f"\n{'ns a decision, by the limit':<34}" + "".join(f"{one:>14,}" for one in GROWTH))
    for name in ALGORITHMS:
        print(f"{name:<34}" + "".join(f"{1e9 / rates[name, one]:>14,.0f}" for one in GROWTH))
    slowest = max(rates[name, GROWTH[0]] / rates[name, GROWTH[1]] for name in ALGORITHMS)
    report.claim("a limit of 100,000: times what one of 100 takes", slowest, 1.5, most=True)


def footprint(report: Report) -> None:
    """Bytes for each caller beyond its key, after it was admitted once."""
    keys = [f"user:{i:015d}" for i in range(FOOTPRINT_KEYS)]
    print(f"\n{f'bytes a key, {FOOTPRINT_KEYS:,} keys':<34}")
    makers = {**ours(), **peers()}
    found = {}
    for name, make in makers.items():
        some = keys[: 20_000 if "throttled" in name else FOOTPRINT_KEYS]  # as many as it holds
        gc.collect()
        tracemalloc.start()
        call = make(1000)
        for key in some:
            call(key)
        found[name] = tracemalloc.get_traced_memory()[0] / len(some)
        tracemalloc.stop()
        del call
        print(f"{name:<34}{found[name]:>14.0f}")
    report.claim("sdcli gcra: bytes a key", found["sdcli gcra"], BYTES_A_KEY, most=True)


def in_a_loop() -> None:
    """Admissions per second in one event loop, beside the peer that lives there."""
    if not peer("aiolimiter"):
        return
    from aiolimiter import AsyncLimiter

    async def rate(acquire: Callable[[], Any], count: int = 50_000) -> float:
        start = time.thread_time()
        for _ in range(count):
            await acquire()
        return count / (time.thread_time() - start)

    async def both() -> tuple[float, float]:
        theirs = AsyncLimiter(PLENTY, 3600)
        limiter = Limiter(Limit(PLENTY, "1h"))

        async def mine() -> object:
            return limiter.acquire("user:1")

        rounds = [(await rate(theirs.acquire), await rate(mine)) for _ in range(5)]
        return max(one for one, _ in rounds), max(one for _, one in rounds)

    theirs, mine = asyncio.run(both())
    print(
        f"\nin one event loop, k a second: aiolimiter {theirs / 1e3:,.0f}, sdcli {mine / 1e3:,.0f}"
    )


@contextmanager
def a_redis() -> Iterator[str]:
    """The address of a server that lives as long as this is open."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
        server = subprocess.Popen(["redis-server", *options], stdout=subprocess.DEVNULL)
        try:
            for _ in range(200):
                with socket.socket() as trial:
                    if trial.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
            yield f"redis://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait()


def shared_peers(url: str) -> dict[str, Callable[[str], object]]:
    """Those of the peers that keep their records in Redis, each by a client of its own."""
    found: dict[str, Callable[[str], object]] = {}
    if peer("limits"):
        from limits import RateLimitItemPerHour, storage, strategies

        item = RateLimitItemPerHour(PLENTY)
        fixed = strategies.FixedWindowRateLimiter(storage.RedisStorage(url)).hit
        counter = strategies.SlidingWindowCounterRateLimiter(storage.RedisStorage(url)).hit
        found["limits fixed window"] = lambda key: fixed(item, key)
        found["limits sliding counter"] = lambda key: counter(item, key)
    if peer("throttled"):
        from throttled import RedisStore, Throttled, per_hour

        store = RedisStore(server=f"{url}/0")
        for using in ("fixed_window", "token_bucket", "gcra"):
            found[f"throttled-py {using.replace('_', ' ')}"] = Throttled(
                using=using, quota=per_hour(PLENTY, burst=PLENTY), store=store
            ).limit
    return found


def on_redis(report: Report, url: str) -> None:
    """Decisions per second on one server, everybody over one connection, beside raw INCR."""
    import redis

    from sdcli.reference.limiters.adapters.redis import Redis

    client = redis.Redis.from_url(url)

    def acquire(name: str, limit: int, per: str = "1s") -> Callable[[str], object]:
        store = Redis(client, prefix=f"{name}-{limit}")
        return Limiter(Limit(limit, per), algorithm=name, store=store).acquire

    calls: dict[str, Callable[[str], object]] = {"raw INCR": client.incr}
    # A log of many thousands a second is no limit that anybody has: 1000 a second.
    calls |= {
        f"sdcli {name}": acquire(name, 1000 if name == "sliding-log" else 10**6)
        for name in ALGORITHMS
    }
    calls |= shared_peers(url)
    contestants: dict[tuple[str, str], Any] = {}
    for name, call in calls.items():
        contestants[name, "one key"] = (call, KEYS["one key"])
        contestants[name, "10,000 keys"] = (call, MANY)
    contestants["sdcli gcra", "denied"] = (acquire("gcra", 1, "1h"), KEYS["denied"])
    many = Limiter("1000000/s", store=Redis(client, prefix="batch")).acquire_many
    batches = [[(key, 1) for key in MANY[i : i + 100]] for i in range(0, len(MANY), 100)]
    contestants["sdcli gcra, by 100", "10,000 keys"] = (many, batches)
    rates = race(contestants, clock=time.perf_counter)
    rates["sdcli gcra, by 100", "10,000 keys"] *= 100
    print(f"\n{'k decisions a second, on Redis':<34}" + "".join(f"{one:>14}" for one in MODES))
    for name in dict.fromkeys(name for name, _ in rates):
        cells = (rates.get((name, mode)) for mode in MODES)
        print(f"{name:<34}" + "".join(f"{rate / 1e3 if rate else 0:>14,.1f}" for rate in cells))
    raw = rates["raw INCR", "one key"]
    report.claim("sdcli gcra on Redis: of raw INCR", rates["sdcli gcra", "one key"] / raw, 0.6)
    best = max(
        (
            rate
            for (name, mode), rate in rates.items()
            if name.startswith(SAFE) and mode == MODES[2]
        ),
        default=None,
    )
    batch = rates["sdcli gcra, by 100", "10,000 keys"]
    text = "sdcli gcra on Redis, by 100: times the best peer, 10,000 keys"
    report.claim(text, batch / best if best else None, 4)


def main() -> int:
    asked = argparse.ArgumentParser(description="Limiters beside their peers.")
    asked.add_argument("--redis", metavar="URL", help="a server that runs already")
    url = asked.parse_args().redis
    report = Report()
    report.missing += [
        f"{name} {pin}: make bench installs it"
        for name, pin in PEERS.items()
        if not installed(name)
    ]
    print(f"{machine()}\nPython {platform.python_version()}, {', '.join(map(installed, PEERS))}")
    print(f"limits of an hour; best of {ROUNDS} rounds in turns")
    in_memory(report)
    as_the_limit_grows(report)
    in_a_loop()
    footprint(report)
    if url:
        on_redis(report, url)
    elif shutil.which("redis-server"):
        with a_redis() as started:
            on_redis(report, started)
    else:
        report.missing.append("redis-server: on Debian, apt-get install redis-server")
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
