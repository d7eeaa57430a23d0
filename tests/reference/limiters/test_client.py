"""The polite client: how long it waits, and how often it comes back."""

from __future__ import annotations

import threading
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.core.chance import Chance
from sdcli.core.errors import InputError
from sdcli.reference.limiters import SECOND, Limit, Limiter
from sdcli.reference.limiters.client import Backoff, Budget, PoliteClient
from sdcli.reference.limiters.fields import Answer
from sdcli.reference.limiters.headers import headers

# Backoff


def test_full_jitter_between_nothing_and_twice_as_much_each_time() -> None:
    """0.5, 1, 2, 4, 8, 16, 30, 30: the uniform mean is a half, its deviation 1 / sqrt(12)."""
    backoff = Backoff(Chance(7), attempts=10)
    for attempt, most in enumerate((0.5, 1, 2, 4, 8, 16, 30, 30), start=1):
        waits = [backoff.wait(attempt, "GET", None) for _ in range(1000)]
        assert min(waits) >= 0
        assert max(waits) < most
        assert abs(sum(waits) / 1000 - most / 2) < 5 * most / 12**0.5 / 1000**0.5


@pytest.mark.parametrize(
    ("attempt", "method", "answer", "again"),
    [
        (1, "GET", None, True),  # the connection broke
        (1, "get", Answer(429, {}), True),
        (1, "GET", Answer(503, {}), True),
        (1, "GET", Answer(502, {}), True),
        (1, "GET", Answer(504, {}), True),
        (1, "GET", Answer(500, {}), False),  # it will fail again
        (1, "GET", Answer(200, {"Retry-After": "1"}), False),
        (1, "GET", Answer(404, {}), False),
        (3, "GET", Answer(429, {}), True),
        (4, "GET", Answer(429, {}), False),  # four attempts are enough
        (1, "DELETE", Answer(503, {}), True),
        (1, "POST", Answer(503, {}), False),  # it may have been done
        (1, "PATCH", None, False),
        (1, "GET", Answer(429, {"Retry-After": "60"}), True),
        (1, "GET", Answer(429, {"Retry-After": "61"}), False),  # nobody waits that long
        (2000, "GET", None, False),
    ],
)
def test_when_it_comes_back(attempt, method, answer, again) -> None:
    assert (Backoff(Chance(7)).wait(attempt, method, answer) is not None) == again


def test_methods_may_be_named() -> None:
    backoff = Backoff(Chance(7), methods=["POST"])
    assert backoff.wait(1, "POST", Answer(429, {})) is not None
    assert backoff.wait(1, "GET", Answer(429, {})) is None


@given(st.integers(0, 60), st.integers(1, 9), st.integers(0, 2**32))
def test_never_earlier_than_told_and_not_all_at_once(seconds, attempt, seed) -> None:
    backoff = Backoff(Chance(seed), attempts=10)
    answer = Answer(429, {"Retry-After": str(seconds)})
    wait = backoff.wait(attempt, "GET", answer)
    assert seconds <= wait <= seconds + 30
    assert wait != backoff.wait(attempt, "GET", answer)


def test_a_late_attempt_is_capped() -> None:
    assert Backoff(Chance(7), attempts=10_000).wait(5000, "GET", None) <= 30


@pytest.mark.parametrize(
    "wrong",
    [{"base": -1}, {"cap": float("nan")}, {"patience": "1"}, {"attempts": 0}, {"cap": 1e999}],
    ids=lambda wrong: next(iter(wrong)),
)
def test_numbers_that_make_no_sense(wrong) -> None:
    with pytest.raises(InputError):
        Backoff(Chance(7), **wrong)


# Budget


@given(st.integers(1, 100), st.integers(1, 20), st.lists(st.integers(0, 30), max_size=30))
def test_retries_are_a_share_of_the_requests(percent, burst, runs) -> None:
    """After each run of requests, as many retries as there are: not one more, not one less."""
    budget, requests, retries = Budget(percent, burst), 0, 0
    while budget.retry():
        retries += 1
    for run in runs:
        for _ in range(run):
            budget.request()
        requests += run
        while budget.retry():
            retries += 1
        assert retries <= burst + requests * percent // 100
    if all(run * percent <= (burst - 1) * 100 for run in runs):  # it never ran over
        assert retries == burst + requests * percent // 100


def test_a_budget_that_makes_no_sense() -> None:
    with pytest.raises(InputError, match="percent"):
        Budget(percent=0)


# The client


class Service:
    """A limiter behind a function, and a clock that sleeping moves."""

    def __init__(self, limits="5/s burst 5", **more) -> None:
        self.now = 0.0
        self.limiter = Limiter(limits, clock=lambda: round(self.now * SECOND), **more)
        self.asked = []

    def send(self, method, url) -> Answer:
        decision = self.limiter.acquire(url)
        self.asked.append((self.now, decision.allowed))
        return Answer(200 if decision else 429, dict(headers(self.limiter.limits, decision)))

    def sleep(self, seconds) -> None:
        assert seconds > 0
        self.now += seconds

    def client(self, send=None, **more) -> PoliteClient:
        return PoliteClient(
            send or self.send, Backoff(Chance(7)), sleep=self.sleep, clock=lambda: self.now, **more
        )


def test_it_does_not_ask_while_it_knows_the_answer() -> None:
    """All 50 pass without one refusal: it waits when it is told that nothing is left."""
    service = Service()
    client = service.client()
    assert all(client.request("GET", "/").status == 200 for _ in range(50))
    assert [allowed for _, allowed in service.asked] == [True] * 50
    assert (client.counts.requests, client.counts.retries) == (50, 0)
    # Five at once, then nine times five after at least a second each, and half a second at most.
    assert 9 <= service.now <= 9 * 1.5


def test_a_stranger_takes_what_was_left_and_it_comes_back_when_told() -> None:
    service = Service()
    client = service.client()
    while service.limiter.acquire("/"):
        pass
    assert client.request("GET", "/").status == 200
    (first, no), (second, yes) = service.asked
    assert (no, yes) == (False, True)
    assert 1 <= second - first <= 2  # told one second; up to half a second more, twice
    assert client.counts.retries == 1
    assert client.counts.waited == second - first


def scripted(*answers):
    waiting = list(answers)

    def send(method, url):
        answer = waiting.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return send, waiting


def test_it_gives_up_and_hands_the_refusal_on() -> None:
    refused = Answer(429, {"Retry-After": "1"})
    send, waiting = scripted(*[refused] * 4, Answer(200, {}))
    service = Service()
    client = service.client(send)
    assert client.request("GET", "/") is refused
    assert len(waiting) == 1
    assert service.now >= 3
    assert (client.counts.retries, client.counts.given_up, client.counts.out_of_budget) == (3, 1, 0)


def test_a_broken_connection_is_tried_again_and_the_last_one_is_raised() -> None:
    service = Service()
    send, _ = scripted(ConnectionResetError("once"), Answer(200, {}))
    assert service.client(send).request("GET", "/").status == 200
    send, _ = scripted(*[TimeoutError(str(i)) for i in range(9)])
    client = service.client(send)
    with pytest.raises(TimeoutError, match="3"):
        client.request("GET", "/")
    assert client.counts.given_up == 1
    send, _ = scripted(ConnectionResetError("a payment"), Answer(200, {}))
    with pytest.raises(ConnectionResetError):
        service.client(send).request("POST", "/")


def test_a_dead_service_is_not_beaten() -> None:
    """1000 requests to a service that refuses all: 109 repeats, and not 3000.

    The bucket of 10 is full when the first request comes; each of the 999 others adds a tenth.
    """
    calls = []

    def send(method, url):
        calls.append(url)
        return Answer(503, {})

    service = Service()
    client = service.client(send, budget=Budget(percent=10, burst=10))
    assert all(client.request("GET", "/").status == 503 for _ in range(1000))
    assert len(calls) == 1000 + client.counts.retries
    assert client.counts.retries == 10 + 99
    assert client.counts.given_up == 1000
    # The first three are repeated three times each; from then on there are never three left.
    assert client.counts.out_of_budget == 997
    # Nearly all repeats are second attempts, after a quarter of a second on average.
    assert service.now == client.counts.waited > 109 / 4 - 5


def test_three_tries_at_each_of_five_layers() -> None:
    """243 calls at the bottom for one at the top; with a budget of 10 %, after its burst, 1."""

    def calls_at_the_bottom(budget) -> int:
        calls = 0

        def bottom(method, url):
            nonlocal calls
            calls += 1
            return Answer(503, {})

        layer, waits = bottom, []
        for _ in range(5):
            client = PoliteClient(
                layer,
                Backoff(Chance(7), attempts=3),
                sleep=waits.append,
                clock=lambda: 0.0,
                budget=budget(),
            )
            layer = client.request
        layer("GET", "/")
        return calls

    def spent() -> Budget:
        budget = Budget(percent=10, burst=1)
        assert budget.retry()
        return budget

    assert calls_at_the_bottom(lambda: Budget(percent=100, burst=1000)) == 3**5
    assert calls_at_the_bottom(spent) == 1


def test_a_wait_that_nobody_would_is_neither_waited_nor_remembered() -> None:
    send, _ = scripted(Answer(429, {"Retry-After": "86400"}), Answer(200, {}))
    service = Service()
    client = service.client(send)
    assert client.request("GET", "/").status == 429
    assert client.request("GET", "/").status == 200
    assert service.now == 0


def test_what_it_waits_for_is_over_when_it_asks() -> None:
    """Whatever a limiter says, nobody is refused twice in a row when nobody else asks."""
    for algorithm in ("token-bucket", "gcra", "fixed-window"):
        service = Service([Limit(7, "3s"), Limit(50, "1m")], algorithm=algorithm)
        client = service.client()
        for _ in range(120):
            client.request("GET", "/")
        verdicts = [allowed for _, allowed in service.asked]
        assert sum(verdicts) == 120
        assert all(one or other for one, other in pairwise(verdicts))


def test_threads_share_what_is_counted() -> None:
    client = Service().client(lambda method, url: Answer(200, {}))

    def run() -> None:
        for _ in range(200):
            client.request("GET", "/")

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert client.counts.requests == 8 * 200
    assert client.budget._requests == 8 * 200
