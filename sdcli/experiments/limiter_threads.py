"""The race of limiter.race with real threads, on a store that cli hands in.

No run is like another, and none can be had again: so this stands beside the experiment's metrics
and feeds none of them. It shows that the scheduler of limiter.race made nothing up.

Three steps against one: a count that each thread reads, compares and writes back one higher, and
the same decision as the store makes it at once.

Source: our own; limiter_race.py has those of the idea.
"""

from __future__ import annotations

from threading import Barrier, Thread
from typing import TYPE_CHECKING, Protocol

from sdcli.experiments.contract import Metric

if TYPE_CHECKING:
    from collections.abc import Callable

REQUESTS_MAX = 10_000  # each is up to two trips to a server


class Place(Protocol):
    """A real store that several threads use; cli hands one in."""

    def read(self) -> int:
        """The count."""

    def write(self, count: int) -> None:
        """Set the count, whatever it is by now."""

    def take(self) -> bool:
        """Count one in one step, if the limit has room; whether it had."""


def shrunk(clients: int, limit: int, requests: int, most: int) -> tuple[int, int]:
    """A limit and as many requests as can be made, such that these still come up against it.

    Where too many are asked for, the limit is cut as they are; but no further than needed for
    every client to meet it twice, since a larger one shows more.

    Args:
        clients: who share the requests evenly.
        limit: what is asked for.
        requests: what is asked for.
        most: requests that can be made.

    >>> shrunk(8, 1000, 8000, most=50_000), shrunk(100, 1_000_000, 10**9, most=50_000)
    ((1000, 8000), (250, 50000))
    >>> shrunk(2, 60_000, 100_000, most=50_000)      # half of both: few met it anyway
    (30000, 50000)
    """
    if requests <= most:
        return limit, requests
    return min(limit, max(1, limit * most // requests, most // (2 * clients))), most


def raced(
    clients: int, limit: int, requests: int, place: Callable[[], Place]
) -> dict[Metric, float]:
    """What real threads get admitted in three steps, and in one.

    Args:
        clients: threads.
        limit: what is allowed.
        requests: of all threads; at most REQUESTS_MAX are made, under a limit that is cut with them
            as `shrunk` does.
        place: makes each thread's own way to the shared store, whose counts are at 0, and which
            allows `shrunk` of the limit.
    """
    asked_for = limit
    limit, requests = shrunk(clients, limit, requests, REQUESTS_MAX)

    def three_steps(here: Place) -> bool:
        count = here.read()
        if count >= limit:
            return False
        here.write(count + 1)
        return True

    found = {}
    for name, ask, title in (
        ("three_steps", three_steps, "read, decide, write: admitted"),
        ("one_step", lambda here: here.take(), "in one step: admitted"),
    ):
        metric = Metric(name, "request", less_is_better=None, title=title)
        found[metric] = float(_threads(clients, requests, place, ask))
    title = "what the limit allows"
    if limit < asked_for:
        title += f", cut from {asked_for:,}"
    allowed = Metric("allowed", "request", less_is_better=None, title=title)
    asked = Metric("asked", "request", less_is_better=None, title="requests of all threads")
    return {**found, allowed: float(min(limit, requests)), asked: float(requests)}


def _threads(
    clients: int, requests: int, place: Callable[[], Place], ask: Callable[[Place], bool]
) -> int:
    """How many requests real threads, all begun together, get admitted.

    Raises:
        Exception: what went wrong in a thread, the first of it.
    """
    admitted = [0] * clients
    wrong: list[Exception] = []
    begin = Barrier(clients)

    def work(i: int) -> None:
        begin.wait()
        try:
            here = place()
            for _ in range(i, requests, clients):
                admitted[i] += ask(here)
        except Exception as error:  # noqa: BLE001 - raised again by whoever waits for the thread
            wrong.append(error)

    workers = [Thread(target=work, args=(i,), daemon=True) for i in range(clients)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if wrong:
        raise wrong[0]
    return sum(admitted)
