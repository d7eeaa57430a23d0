"""Beside a run: the same thing on real threads, or on a real server, when a person asks for it.

An experiment's metrics are the same on every machine. What happens on a real one is not, so it
stands beside them: `--threads` in this process, `--redis URL` on a server. Which counts a store
keeps and how it is asked is all that is decided here; what is done with it, the experiment says
(`Experiment.beside`).
"""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING, Any

from sdcli.core.errors import InputError, MissingError

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.table import Table

    from sdcli.experiments import Experiment, Metric
    from sdcli.reference.limiters import Limiter

_CALLER = "caller"
_FORGOTTEN_S = 600  # what a run that was broken off leaves behind in Redis
_TIMEOUT_S = 1.0

Found = dict[str, dict["Metric", float]]


class _Here:
    """A count in this process, in three steps or in one."""

    def __init__(self, limiter: Limiter) -> None:
        self._limiter = limiter
        self._count = 0

    def read(self) -> int:
        count = self._count
        time.sleep(0)  # a store's answer takes a moment, in which another thread may run
        return count

    def write(self, count: int) -> None:
        self._count = count

    def take(self) -> bool:
        return bool(self._limiter.acquire(_CALLER))


class _There:
    """A count in Redis: GET and SET, or the script of the store."""

    def __init__(self, client: Any, key: str, limiter: Limiter) -> None:
        self._client = client
        self._key = key
        self._limiter = limiter

    def read(self) -> int:
        return int(_answered(lambda: self._client.get(self._key)) or 0)

    def write(self, count: int) -> None:
        _answered(lambda: self._client.set(self._key, count, ex=_FORGOTTEN_S))

    def take(self) -> bool:
        return bool(self._limiter.acquire(_CALLER))


def check_asked(experiment: Experiment[Any], *, threads: bool, redis: str | None) -> None:
    """Refuse what an experiment cannot show, before anybody has waited for a run.

    Raises:
        InputError: it has nothing to show beside a run, or this is no address of a server.
        MissingError: the server does not answer, or the extra for it is not installed.
    """
    if experiment.beside is None and (threads or redis is not None):
        from sdcli.experiments import get, names

        raise InputError(
            f"{experiment.name} has nothing to show beside a run",
            where="--threads" if threads else "--redis",
            expected=f"one of {', '.join(name for name in names() if get(name).beside)}",
        )
    if redis is not None:
        _reached(redis, "sdcli-lab", "1/1d").store.client.close()


def found_beside(
    experiment: Experiment[Any], params: Any, *, threads: bool, redis: str | None
) -> Found:
    """What was asked for, each under what it ran on.

    Raises:
        MissingError: the server does not answer, or the extra for it is not installed.
        InputError: this is no address of a server.
    """
    if experiment.beside is None:
        return {}
    found: Found = {}
    if threads:
        found["threads"] = experiment.beside(params, _in_process(params))
    if redis is not None:
        found["redis"] = _on_redis(experiment.beside, params, redis)
    return found


def beside_table(found: dict[Metric, float], name: str) -> Table:
    """One of them as a table."""
    from sdcli.cli.screen import table
    from sdcli.cli.watching import figure

    where = {"threads": "real threads in this process", "redis": "real threads on Redis"}[name]
    rows = table(f"beside it, {where}", ">counted", "unit")
    for metric, value in found.items():
        rows.add_row(metric.title, figure(value), metric.unit)
    return rows


def _limit(params: Any) -> str:
    """So slow a refill that nothing comes back while it runs; cut as the requests are."""
    from sdcli.experiments.limiter_threads import REQUESTS_MAX, shrunk

    limit, _ = shrunk(params.clients, params.limit, params.requests, REQUESTS_MAX)
    return f"{limit}/1d"


def _in_process(params: Any) -> Callable[[], _Here]:
    from sdcli.reference.limiters import Limiter

    here = _Here(Limiter(_limit(params), algorithm=params.algorithm))
    return lambda: here


def _on_redis(
    beside: Callable[[Any, Any], dict[Metric, float]], params: Any, url: str
) -> dict[Metric, float]:
    prefix = f"sdcli-lab-{secrets.token_hex(6)}"  # nobody else's key
    count = f"{prefix}-count"
    limiter = _reached(url, prefix, _limit(params), algorithm=params.algorithm)
    client = limiter.store.client
    try:
        return beside(params, lambda: _There(client, count, limiter))
    finally:
        limiter.reset(_CALLER)
        _answered(lambda: client.delete(count))


def _reached(url: str, prefix: str, limit: str, **given: Any) -> Limiter:
    """A limiter on a server that has answered once."""
    from sdcli.reference.limiters import Limiter
    from sdcli.reference.limiters.adapters.redis import Redis

    limiter = Limiter(limit, store=Redis.at(url, prefix, timeout=_TIMEOUT_S), **given)
    limiter.peek(_CALLER)  # says so when nobody answers
    return limiter


def _answered(ask: Callable[[], Any]) -> Any:
    """An answer of the server.

    Raises:
        MissingError: it went away meanwhile. The client's errors have no name here, since only the
            adapter may import them.
    """
    try:
        return ask()
    except Exception as error:
        if not type(error).__module__.startswith("redis."):
            raise
        raise MissingError(
            f"the server went away while it was asked: {error}",
            where="--redis",
            expected="a Redis that runs, like redis://localhost:6379",
        ) from error
