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


def raced(
    clients: int, limit: int, requests: int, place: Callable[[], Place]
) -> dict[Metric, float]:
    """What real threads get admitted in three steps, and in one.

    Args:
        clients: threads.
        limit: what the store allows.
        requests: of all threads; at most REQUESTS_MAX are made.
        place: makes each thread's own way to the shared store, whose counts are at 0.
    """
    requests = min(requests, REQUESTS_MAX)

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
    allowed = Metric("allowed", "request", less_is_better=None, title="what the limit allows")
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
