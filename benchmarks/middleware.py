"""What the rate limiter costs a service: uvicorn alone, and the same with the middleware.

    python benchmarks/middleware.py          needs uvicorn; takes about 40 s

The application answers "hello" and does nothing else, so the ratios are the worst that can be: a
real one takes longer, and the limiter does not. Three things are measured:

    1. the call alone, without a server: microseconds of processor time for each request
    2. a loaded server: 16 connections as fast as they are answered; throughput, and how long half
       and 99 % of the requests took. Its processor is full, so waiting in line is in the times.
    3. one connection: how long a request takes where nobody waits, which is what a client of a
       service that is not overloaded sees of it

Both servers stand ready and take turns, so that a busy moment of the machine hits both; the best
of the rounds counts for each number. The limiter holds one key in memory and admits everything.
The load comes from wrk where it is installed, else from a simpler one of our own (in Python, and
slower than the server: then ratios are smaller than they are).

Last, a limit of 200 a second under the same load: how many the application served, beside what the
limit allows in the time that passed.

With CI=true the run fails when a claim does not hold or uvicorn is missing.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = "127.0.0.1"
LOADED, ALONE = 16, 1  # connections
ROUNDS = 5
SECONDS = 2
CALLS = 2000
THROUGHPUT_LEAST = 0.6  # of the bare service, under load
LOW_RATE = LOW_BURST = 200
UNITS = {"us": 1.0, "ms": 1e3, "s": 1e6}  # of wrk, in microseconds
SERVERS = {"bare": "", "limited": f"{10**9}/s", "low": f"{LOW_RATE}/s burst {LOW_BURST}"}


class Run(NamedTuple):
    """Requests per second, and the times of half and of 99 % of them in microseconds."""

    rate: float
    p50: float
    p99: float


async def hello(_scope, _receive, send) -> None:
    await send(
        {
            "type": "http.response.start",
            "status": 200,
            "headers": [(b"content-type", b"text/plain"), (b"content-length", b"5")],
        }
    )
    await send({"type": "http.response.body", "body": b"hello"})


def limited(app, limit: str):
    from sdcli.reference.limiters import Limiter
    from sdcli.reference.limiters.asgi import RateLimit

    def cost(scope) -> int:
        return LOW_BURST if scope["path"] == "/all" else 1

    limiter = Limiter(limit)
    return RateLimit(app, limiter, cost=cost if limit == SERVERS["low"] else None), limiter


def serve(name: str) -> None:
    """A server in a process of its own; prints its port."""
    import socket

    import uvicorn

    served = 0

    async def counting(scope, receive, send) -> None:
        nonlocal served
        served += 1
        await hello(scope, receive, send)

    app, limiter = hello, None
    if SERVERS[name]:
        app, limiter = limited(counting if name == "low" else hello, SERVERS[name])

    async def with_probe(scope, receive, send) -> None:
        if scope["path"] != "/left":
            await app(scope, receive, send)
            return
        left = f"{served} {limiter.peek(f'ip:{HERE}', cost=0).remaining}".encode()
        fields = [(b"content-length", b"%d" % len(left))]
        await send({"type": "http.response.start", "status": 200, "headers": fields})
        await send({"type": "http.response.body", "body": left})

    # TCP in full, or asyncio leaves out TCP_NODELAY and each answer waits for 40 ms.
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.bind((HERE, 0))
    sock.listen(128)
    print(sock.getsockname()[1], flush=True)
    config = uvicorn.Config(
        with_probe if name == "low" else app,
        log_level="warning",
        access_log=False,
        lifespan="off",
    )
    asyncio.run(uvicorn.Server(config).serve(sockets=[sock]))


@contextlib.contextmanager
def serving(name: str) -> Iterator[int]:
    process = subprocess.Popen(
        [sys.executable, __file__, "serve", name], stdout=subprocess.PIPE, text=True
    )
    try:
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(timeout=10)


def load(port: int, connections: int, seconds: int) -> Run:
    return (with_wrk if shutil.which("wrk") else with_our_own)(port, connections, seconds)


def with_wrk(port: int, connections: int, seconds: int) -> Run:
    said = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", f"http://{HERE}:{port}/"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    if "Socket errors" in said:
        sys.exit(f"the server broke connections:\n{said}")
    times = {
        share: float(number) * UNITS[unit]
        for share, number, unit in re.findall(r"(50|99)%\s+([\d.]+)(us|ms|s)", said)
    }
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])
    return Run(rate, times["50"], times["99"])


def with_our_own(port: int, connections: int, seconds: int) -> Run:
    took: list[float] = []

    async def run(ends: float) -> None:
        reader, writer = await asyncio.open_connection(HERE, port)
        while (start := time.perf_counter()) < ends:
            writer.write(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: (\d+)", head)[1]
            await reader.readexactly(int(length))
            took.append(time.perf_counter() - start)
        writer.close()
        await writer.wait_closed()

    async def all_of_them() -> None:
        ends = time.perf_counter() + seconds
        await asyncio.gather(*(run(ends) for _ in range(connections)))

    asyncio.run(all_of_them())
    took.sort()
    return Run(len(took) / seconds, took[len(took) // 2] * 1e6, took[len(took) * 99 // 100] * 1e6)


def calls_alone() -> tuple[float, float]:
    """Microseconds of processor time of a call, bare and limited, the best of many rounds."""
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "headers": [(b"host", b"here"), (b"user-agent", b"none"), (b"accept", b"*/*")],
        "client": (HERE, 1234),
    }

    async def send(message) -> None:
        pass

    async def lasted(app) -> float:
        start = time.thread_time()
        for _ in range(CALLS):
            await app(scope, None, send)
        return time.thread_time() - start

    app, _ = limited(hello, SERVERS["limited"])
    best = [float("inf"), float("inf")]
    for _ in range(4 * ROUNDS):
        for i, one in enumerate((hello, app)):
            best[i] = min(best[i], asyncio.run(lasted(one)) / CALLS * 1e6)
    return best[0], best[1]


def in_turns(ports: dict[str, int], connections: int) -> dict[str, Run]:
    runs: dict[str, list[Run]] = {name: [] for name in ports}
    for _ in range(ROUNDS):
        for name, port in ports.items():
            runs[name].append(load(port, connections, SECONDS if connections > 1 else 1))
    return {
        name: Run(
            max(run.rate for run in some),
            min(run.p50 for run in some),
            min(run.p99 for run in some),
        )
        for name, some in runs.items()
    }


def show(title: str, runs: dict[str, Run]) -> None:
    bare, with_it = runs["bare"], runs["limited"]
    print(f"\n{title:<34}{'bare':>12}{'limited':>12}{'ratio':>9}{'added':>12}")
    print(
        f"{'  requests a second':<34}{bare.rate:>12,.0f}{with_it.rate:>12,.0f}"
        f"{with_it.rate / bare.rate:>9.2f}"
    )
    for name, one, other in (
        ("half within", bare.p50, with_it.p50),
        ("99 % within", bare.p99, with_it.p99),
    ):
        print(
            f"{f'  {name}, µs':<34}{one:>12,.0f}{other:>12,.0f}{other / one:>9.2f}"
            f"{other - one:>+12,.0f}"
        )


def low_limit() -> tuple[float, float, int]:
    """Requests that the limit allows at least and at most, and those served and still there.

    The bucket is emptied first. From then on what was served and what is in the bucket at the end
    came in at the rate, between two moments that are known to within one request.
    """
    with serving("low") as port:
        connection = http.client.HTTPConnection(HERE, port, timeout=10)

        def ask(path: str) -> str:
            connection.request("GET", path)
            return connection.getresponse().read().decode()

        sent = time.monotonic()
        ask("/all")
        received = time.monotonic()
        load(port, LOADED, SECONDS)
        asked = time.monotonic()
        served, left = map(int, ask("/left").split())
        told = time.monotonic()
        connection.close()
    came_in = served - 1 + left  # but for the request that emptied it
    return LOW_RATE * (asked - received) - 1, LOW_RATE * (told - sent), came_in


def machine() -> str:
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        found = [line for line in cpuinfo.read_text().splitlines() if "model name" in line]
        model = found[0].partition(":")[2].strip() if found else model
    return f"{platform.platform()}, {model}, {os.cpu_count()} cores"


def main() -> int:
    if importlib.util.find_spec("uvicorn") is None:
        print("uvicorn is missing: pip install -e '.[dev]'")
        return int(os.environ.get("CI") == "true")
    generator = "wrk" if shutil.which("wrk") else "a generator of our own"
    print(f"{machine()}\nPython {platform.python_version()}, uvicorn {version('uvicorn')}")
    print(f"load: {generator}, on the same machine; best of {ROUNDS} rounds in turns")

    bare_us, limited_us = calls_alone()
    print(f"\na call alone: bare {bare_us:.1f} µs, limited {limited_us:.1f} µs", end=", ")
    print(f"added {limited_us - bare_us:.1f} µs")

    with contextlib.ExitStack() as stack:
        ports = {name: stack.enter_context(serving(name)) for name in ("bare", "limited")}
        for port in ports.values():
            load(port, ALONE, 1)  # what is made by the first requests
        loaded = in_turns(ports, LOADED)
        show(f"{LOADED} connections", loaded)
        show("1 connection", in_turns(ports, ALONE))

    least, most, came_in = low_limit()
    holds = least < came_in <= most
    verdict = "holds" if holds else "does not hold"
    print(f"\nclaim: {LOW_RATE} a second under {LOADED} connections: {came_in} admitted or left,")
    print(f"    more than {least:.2f} and at most {most:.2f}: {verdict}")
    ratio = loaded["limited"].rate / loaded["bare"].rate
    fast = ratio >= THROUGHPUT_LEAST
    verdict = "holds" if fast else "does not hold"
    least = f"at least {THROUGHPUT_LEAST}"
    print(f"claim: throughput, times that of the bare service, {least}: {ratio:.2f}, {verdict}")
    failed = not (holds and fast)
    return int(failed and os.environ.get("CI") == "true")


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(sys.argv[2])
    else:
        sys.exit(main())
