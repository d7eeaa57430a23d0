"""The middleware in front of a real uvicorn application, under load and under polite clients."""

from __future__ import annotations

import contextlib
import http.client
import importlib.util
import json
import math
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from sdcli.core.chance import Chance
from sdcli.reference.limiters.client import Backoff, Budget, PoliteClient
from sdcli.reference.limiters.fields import service_limits

SERVED = Path(__file__).with_name("served.py")
HERE = "127.0.0.1"


@pytest.fixture(autouse=True)
def _uvicorn() -> None:
    if importlib.util.find_spec("uvicorn") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("uvicorn is missing: pip install -e '.[dev]'")
        pytest.skip("uvicorn is not installed: pip install -e '.[dev]'")


@contextlib.contextmanager
def serving(limit, algorithm="gcra", clock="real"):
    """The port of a service, which is stopped at the end."""
    process = subprocess.Popen(
        [sys.executable, str(SERVED), limit, algorithm, clock],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        port = process.stdout.readline()
        assert port, process.stderr.read()
        yield int(port)
        assert process.poll() is None, process.stderr.read()
    finally:
        process.terminate()
        _, errors = process.communicate(timeout=10)
    assert errors == ""  # no warning, no traceback


def connected(port):
    return contextlib.closing(http.client.HTTPConnection(HERE, port, timeout=10))


def ask(connection, path="/", **headers):
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    return answer, answer.read()


def load(port, seconds, threads=4):
    """Requests as fast as they are answered; (sent, received, status, fields, body) of each."""
    seen = []

    def run() -> None:
        with connected(port) as connection:
            while (sent := time.monotonic()) < ends:
                answer, body = ask(connection)
                seen.append((sent, time.monotonic(), answer.status, answer.headers, body))

    workers = [threading.Thread(target=run) for _ in range(threads)]
    ends = time.monotonic() + seconds
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return seen


def test_the_limit_holds_within_one_request_under_load() -> None:
    """40/s, a bucket of 40 that one large request empties; then all that comes is the rate's.

    A request was judged between the moment it was sent and the moment its answer was there. So
    the time from the emptying to the last one is known to both sides, and what the rate allows
    in it: no more than over the longest, and after the last refusal no less than over the
    shortest, but for the one request that is not quite there.
    """
    rate, burst = 40, 40
    with serving(f"{rate}/s burst {burst}") as port, connected(port) as first:
        assert ask(first, "/left")[1] == b"40"
        emptied_after = time.monotonic()
        assert ask(first, **{"x-cost": str(burst)})[0].status == 200
        emptied_before = time.monotonic()
        seen = load(port, seconds=1.0)

    admitted = [one for one in seen if one[2] == 200]
    refused = [one for one in seen if one[2] == 429]
    assert len(admitted) + len(refused) == len(seen)  # no 5xx, nothing else
    longest = max(received for _, received, *_ in seen) - emptied_after
    assert len(admitted) <= math.floor(rate * longest)
    last_refused = max(sent for sent, *_ in refused)
    assert len(admitted) > rate * (last_refused - emptied_before) - 1
    assert len(refused) > len(admitted)  # it was load

    for _, _, _, fields, body in refused:
        seconds = int(fields["Retry-After"])
        assert seconds in {1, 2}  # at most 25 ms; rounded up, and the jitter
        assert service_limits(fields["RateLimit"]) == [(0, float(seconds))]
        assert fields["RateLimit-Policy"].endswith(";q=40;w=1")
        assert fields["Content-Type"] == "application/problem+json"
        assert json.loads(body)["status"] == 429
    for _, _, _, fields, body in admitted:
        assert "Retry-After" not in fields
        assert service_limits(fields["RateLimit"])
        assert body == b"hello"


def send(method, url):
    """What a client without a package has."""
    request = urllib.request.Request(url, method=method)
    try:
        answer = urllib.request.urlopen(request, timeout=10)
    except urllib.error.HTTPError as refused:
        answer = refused
    with answer:
        answer.read()
    return answer


def test_polite_clients_get_all_their_requests_through() -> None:
    """Three clients share 20/s and do not know of each other; the clock moves when one waits."""
    with serving("20/s burst 10", clock="virtual") as port:
        url = f"http://{HERE}:{port}"
        now = [0.0]

        def sleep(seconds) -> None:
            now[0] += seconds
            send("GET", f"{url}/advance/{math.ceil(seconds * 10**9)}")

        clients = [
            PoliteClient(
                send,
                Backoff(Chance(seed)),
                sleep=sleep,
                clock=lambda: now[0],
                budget=Budget(percent=10, burst=3),
            )
            for seed in range(3)
        ]
        for _ in range(40):
            assert all(client.request("GET", f"{url}/").status == 200 for client in clients)

    retries = [client.counts.retries for client in clients]
    assert sum(retries) > 0  # they met
    assert max(retries) <= 3 + 40 * 10 // 100
    assert sum(client.counts.given_up for client in clients) == 0
    assert now[0] >= (120 - 10) / 20  # no faster than the limit allows


def test_a_client_that_hangs_up_while_it_is_held_back_takes_nothing() -> None:
    """A leaking bucket, one a minute: the second request waits inside, until nobody is there."""
    with (
        serving("1/m burst 3", algorithm="leaking-bucket") as port,
        connected(port) as control,
        connected(port) as held,
    ):

        def left() -> int:
            return int(ask(control, "/left")[1])

        assert ask(control)[0].status == 200
        assert left() == 2
        held.request("GET", "/")
        assert any(left() == 1 for _ in range(2000)), "it never came in"
        held.close()
        assert any(left() == 2 for _ in range(2000)), "it was never given back"
