"""A polite client: when to try again, when to wait, and when to stop.

A limiter protects a service only from clients that listen. What a client owes it:

    1. It comes back no earlier than it was told (Retry-After; else the t of RateLimit).
    2. It adds a random part, so that all those who were told the same do not return together.
    3. Told nothing, it waits longer each time: up to 0.5 s, 1 s, 2 s, ... and no more than a cap.
       "Up to": anything between nothing and that ("full jitter"), since the middle of a crowd
       that returns within half a second is no better than the crowd.
    4. It stops: after so many tries, and when it is told to wait longer than anybody would.
    5. It repeats only what may be done twice: a GET, a PUT, not a payment.
    6. All its retries together are few. Three tries at each of five layers are 3^5 = 243 calls at
       the bottom for one at the top, at the moment when the bottom can bear them least. So one in
       ten requests may be tried again (`Budget`), and the rest of the failures are handed up.
    7. It does not ask at all while it knows the answer: told "nothing left for 5 s", it waits
       before the next request, instead of making it in order to be refused.

The budget is a token bucket, the same as any: its clock counts requests instead of nanoseconds.

`Backoff` is pure: an attempt and an answer in, a wait out. `PoliteClient` connects it to somebody
who sends, somebody who sleeps and a clock.

    def send(method, url): ...           # gives anything with .status and .headers
    backoff = Backoff(Chance(secrets.randbits(53)))     # every process its own
    client = PoliteClient(send, backoff, sleep=time.sleep, clock=time.monotonic)
    answer = client.request("GET", "https://api.example/items")

Source: full jitter: M. Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015;
budgets of retries: "Site Reliability Engineering" (O'Reilly, 2016), chapter 21; Retry-After and
which methods may be repeated: RFC 9110, sections 10.2.3 and 9.2.2; that a client sets a bound to
what it believes: section 8.5.1 of the draft that headers.py names. How fields are read: fields.py.

Invariants:
    1. A request is repeated no earlier than the answer before it allows.
    2. Of n requests, at most burst + n * percent / 100 are repeats.
    3. No answer makes it wait longer than `patience` (and the random part), whatever is in it.

Cost: O(1) for each request, and the time that it waits.

>>> from sdcli.core.chance import Chance
>>> from sdcli.reference.limiters.fields import Answer
>>> backoff = Backoff(Chance(7))
>>> 30 <= backoff.wait(1, "GET", Answer(429, {"Retry-After": "30"})) <= 30.5
True
>>> backoff.wait(1, "GET", Answer(429, {"Retry-After": "86400"})) is None      # nobody waits a day
True
>>> backoff.wait(1, "POST", Answer(503, {})) is None                           # it may be done
True
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from sdcli.core.errors import InputError
from sdcli.reference.limiters import token_bucket
from sdcli.reference.limiters.decision import SECONDS_SLEPT, check_fit, check_positive
from sdcli.reference.limiters.fields import told

if TYPE_CHECKING:
    from collections.abc import Callable

    from sdcli.core.chance import Chance
    from sdcli.reference.limiters.fields import Response

IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})
TRY_AGAIN = frozenset({429, 502, 503, 504})  # over a limit, or something on the way was not there


@dataclass(frozen=True)
class Backoff:
    """How long to wait before a request is repeated.

    Args:
        chance: where the random part comes from. Processes that draw the same numbers return
            together, so there is no seed to fall back on.
        base: seconds, at most, before the second attempt, when the answer says nothing.
        cap: seconds that the doubling stops at.
        attempts: how often a request is made in all.
        patience: seconds; told to wait longer, the client gives up instead.
        methods: those that may be done twice.

    Raises:
        InputError: nobody draws, a number of seconds is negative, there is fewer than one attempt,
            or the methods are no names.
    """

    chance: Chance
    base: float = 0.5
    cap: float = 30.0
    attempts: int = 4
    patience: float = 60.0
    methods: Iterable[str] = IDEMPOTENT

    def __post_init__(self) -> None:
        check_fit(
            "chance", self.chance, hasattr(self.chance, "uniform"),
            "one for each process, like Chance(secrets.randbits(53))",
        )  # fmt: skip
        check_positive("attempts", self.attempts, 4)
        for name in ("base", "cap", "patience"):
            seconds = getattr(self, name)
            if not isinstance(seconds, (int, float)) or not 0 <= seconds < float("inf"):
                raise InputError(
                    "nobody can wait for this long",
                    where=name,
                    given=repr(seconds),
                    expected="seconds from 0 up, like 0.5",
                )
        names = self.methods
        check_fit(
            "methods", names,
            isinstance(names, Iterable) and not isinstance(names, (str, bytes)),
            'several names, like {"GET", "PUT"}',
        )  # fmt: skip
        names = list(names)
        for name in names:
            check_fit("methods", name, isinstance(name, str), 'names, like {"GET", "PUT"}')
        object.__setattr__(self, "methods", frozenset(name.upper() for name in names))

    def wait(self, attempt: int, method: str, answer: Response | None) -> float | None:
        """Seconds until the next attempt; None when there should be none.

        Args:
            attempt: how often the request was made, from 1.
            method: of HTTP.
            answer: to the last attempt; None when there was none, since the connection broke.
        """
        if answer is not None and answer.status not in TRY_AGAIN:
            return None
        if attempt >= self.attempts or method.upper() not in self.methods:
            return None
        # 2.0 ** 1024 is too much for a float; the cap is reached long before.
        most = min(self.cap, self.base * 2.0 ** min(attempt - 1, 60))
        asked = None if answer is None else told(answer)
        if asked is not None and asked > self.patience:
            return None
        return (asked or 0.0) + self.chance.uniform() * most


class Budget:
    """How many of a client's requests may be repeats: a token bucket in a world without time.

    Args:
        percent: of the requests, in the long run.
        burst: repeats at once, after a time without any.

    Safe for threads.

    Raises:
        InputError: one of them is no whole number from 1 up.

    >>> budget = Budget(percent=10, burst=2)
    >>> [budget.retry() for _ in range(3)]
    [True, True, False]
    >>> for _ in range(10):
    ...     budget.request()
    >>> budget.retry(), budget.retry()
    (True, False)
    """

    def __init__(self, percent: int = 10, burst: int = 10) -> None:
        check_positive("percent", percent, 10)
        self._policy = token_bucket.Policy(rate=percent, per_ns=100, burst=burst)
        self._state = token_bucket.initial(self._policy)
        self._requests = 0  # the clock
        self._lock = threading.Lock()

    def request(self) -> None:
        """Count a request that is no repeat."""
        with self._lock:
            self._requests += 1

    def retry(self) -> bool:
        """Whether a request may be repeated; the repeat is taken."""
        with self._lock:
            self._state, decision = token_bucket.step(self._policy, self._state, self._requests)
            return bool(decision)


class Counts(NamedTuple):
    """What a client did.

    Args:
        requests: asked for by whoever uses it.
        retries: made on top of those.
        given_up: answers handed up that are still a reason to try again.
        out_of_budget: those among them that would have been repeated, had there been budget.
        waited: seconds.
    """

    requests: int = 0
    retries: int = 0
    given_up: int = 0
    out_of_budget: int = 0
    waited: float = 0.0


class PoliteClient:
    """Requests to one service, made politely.

    Args:
        send: makes one request: `send(method, url, **more)` gives an answer, whatever its status,
            or raises OSError when there is none.
        backoff: when to try again.
        sleep: waits, in seconds.
        clock: seconds that never run backwards, like time.monotonic.
        budget: how many repeats; a Budget of its own unless given. Share one among the clients of
            a service.

    Safe for threads when `send` is. What one thread is told, the others keep to.

    Raises:
        InputError: one of them is something else.
    """

    def __init__(
        self,
        send: Callable[..., Any],
        backoff: Backoff,
        *,
        sleep: Callable[[float], object],
        clock: Callable[[], float],
        budget: Budget | None = None,
    ) -> None:
        for name, value, expected in (
            ("send", send, "a function of a method and an address that gives the answer"),
            ("sleep", sleep, SECONDS_SLEPT),
            ("clock", clock, "a function that gives seconds, like time.monotonic"),
        ):
            check_fit(name, value, callable(value), expected)
        check_fit("backoff", backoff, isinstance(backoff, Backoff), "like Backoff(Chance(7))")
        check_fit("budget", budget, budget is None or isinstance(budget, Budget), "like Budget(10)")
        self._send = send
        self._sleep = sleep
        self._clock = clock
        self.backoff = backoff
        self.budget = budget or Budget()
        self.counts = Counts()
        self._lock = threading.Lock()
        self._quiet_until = float("-inf")

    def request(self, method: str, url: str, **more: Any) -> Any:
        """Make a request, and repeat it while that is polite.

        Returns:
            The last answer, which may still be a refusal.

        Raises:
            OSError: the last attempt had no answer.
        """
        self.budget.request()
        self._count(requests=1)
        attempt = 0
        while True:
            quiet = self._quiet_until - self._clock()
            if quiet > 0:  # other threads wait for the same moment
                self._pause(quiet + self.backoff.chance.uniform() * self.backoff.base)
            attempt += 1
            answer: Any = None
            broken = None
            try:
                answer = self._send(method, url, **more)
            except OSError as error:
                broken = error
            if answer is not None:
                self._listen(answer)
            wait = self.backoff.wait(attempt, method, answer)
            if wait is None or not self.budget.retry():
                if broken is not None or answer.status in TRY_AGAIN:
                    self._count(given_up=1, out_of_budget=int(wait is not None))
                if broken is not None:
                    raise broken
                return answer
            self._count(retries=1)
            self._pause(wait)

    def _listen(self, answer: Response) -> None:
        """Remember until when nothing is left; more than anybody would wait for is not believed."""
        asked = told(answer)
        if asked is not None and asked <= self.backoff.patience:
            until = self._clock() + asked
            with self._lock:
                self._quiet_until = max(until, self._quiet_until)

    def _pause(self, seconds: float) -> None:
        if seconds > 0:
            self._sleep(seconds)
            self._count(waited=seconds)

    def _count(self, **more: float) -> None:
        with self._lock:
            counts = self.counts._asdict()
            self.counts = Counts(**{name: counts[name] + more.get(name, 0) for name in counts})
