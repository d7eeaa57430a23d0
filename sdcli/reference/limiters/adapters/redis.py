"""Redis: the records of callers on a server that many processes share.

    from redis import Redis as Client                      # pip install 'sdcli[redis]'
    store = Redis(Client(socket_timeout=0.02), "api")      # Redis.at("redis://localhost", "api")
    limiter = Limiter("100/s burst 200", store=store)

A decision is one trip, and one step for everybody: a function inside Redis (decide.lua) reads,
decides and writes while Redis does nothing else. The time is the server's, so clients whose
clocks differ agree. AsyncRedis is the same over redis.asyncio: its calls are awaited, and nothing
else differs (written_once.py says how one text can be both).

Reading order: calls.py, what is said; decide.lua, what is decided; here, how it gets there.

Such a store is exact, and far away. So it can be gone (StoreAway; guarded.py decides what
then), and it takes longer than a table in memory by the length of the trip. `take_many` makes
one trip for many. A key that Redis evicts (`maxmemory-policy volatile-*` or `allkeys-*`) is a
caller forgotten. With `noeviction` a full Redis writes nothing any more, so it decides nothing:
that is a StoreAway, too.

Invariants:
    1. Whatever Redis does, a call ends with an answer, a StoreAway, or an error that somebody has
       to mend (errors.py), in the time that the client's timeouts allow, and is not repeated: a
       repeated request could count twice.
    2. Every key has an end of life, at which its caller is like a stranger.
    3. Clients with old and new limits may work side by side: who meets a record of the other's
       takes over what is left under each limit that both know, and never more.

A record has the limits of whoever wrote it last. So a limit that only one of two clients knows is
forgotten when the other writes the record, which it does even when it peeks, and begins anew when
the first comes back: while they work side by side, that limit holds little. Change all
clients well within the period of the limit, or give the new ones another prefix, where everybody
begins as a stranger.

Cost: one trip; about 100 bytes in Redis for each caller, and for a sliding log 100 more for each
request that counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from sdcli.core.errors import InputError, MissingError
from sdcli.reference.limiters.adapters.calls import (
    UNIT_NS,
    Change,
    Under,
    Words,
    command,
    decision_of,
    fault_of,
    keys_of,
    packed,
    quick_take,
    record_name,
    source,
    under,
)
from sdcli.reference.limiters.adapters.errors import is_of, told
from sdcli.reference.limiters.written_once import Steps, written_once

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sdcli.reference.limiters.decision import Decision
    from sdcli.reference.limiters.rules import Keep, Rules

Ticket = tuple[bytes, bytes, bytes]

# Requests in one run of the function, which keeps everybody else waiting for some 10 µs each; and
# such runs in one trip.
RUN = 100
RUNS = 10
CONNECTIONS = 8  # of `AsyncRedis.at`

FAULTY = {b"!", "!"}  # how a line begins that tells a fault


class Redis:
    """Records of callers in Redis 7 or newer, or a Redis Cluster.

    Args:
        client: a redis.Redis or redis.RedisCluster. Its timeouts are the caller's choice, and a
            limiter without one can hang; a client that retries may count a request twice.
        prefix: what the names of all keys begin with, and the name of what is limited: "api",
            "login". Limiters of the same limits share their callers by it. Two that limit
            different things need two: with one, each of them takes the other's record for its own
            under older limits, starts it over, and neither limits anybody.
        server_time: False to take the limiter's clock instead of the server's, for replays and
            tests. Then records live for an hour of the server's time at least.

    A store belongs to one limiter, which binds it. Safe for threads and processes. store.py has
    the calls; each one raises StoreAway when Redis does not answer, and other errors when it does
    and something is wrong with it.

    Raises:
        InputError: the prefix has braces, which would move all keys to one slot of a cluster; or
            the client is none.
    """

    unit_ns = UNIT_NS

    def __init__(self, client: Any, prefix: str, *, server_time: bool = True) -> None:
        if not isinstance(prefix, str) or "{" in prefix or "}" in prefix:
            raise InputError(
                "this cannot be what keys begin with",
                where="prefix",
                given=repr(prefix),
                expected='a text without braces, like "api"',
            )
        if isinstance(client, str):  # not repeated: an address may hold a password
            raise InputError(
                "this is no client of Redis",
                where="client",
                given="a text",
                expected='a redis.Redis, or Redis.at("redis://localhost", "api")',
            )
        self.client = client
        self.prefix = prefix
        self.server_time = server_time
        # None for a cluster's client, which has one pool for each server.
        self._pool: Any = getattr(client, "connection_pool", None)
        self._under = Under((), "", (), (), None)
        self._clock: Callable[[], int] = int

    @classmethod
    def at(cls, url: str, prefix: str, *, timeout: float = 0.02) -> Self:
        """A store with a client of its own, which waits so many seconds and never tries again.

        A call may take the timeout more than once: to connect, to greet, to be answered. With
        asyncio all tasks share a few connections, and the time in which the loop is busy with
        something else counts, too: give it 0.1 s rather than 0.02.

        Raises:
            InputError: this is no address of a Redis.
            MissingError: the package redis is not installed.
        """
        try:
            made = cls._client_at(url, timeout)
        except ImportError:
            raise MissingError(
                "the package redis is not installed",
                where="Redis.at",
                fix="pip install 'sdcli[redis]'",
            ) from None
        except ValueError:
            raise InputError(
                "this is no address of a Redis",
                where="url",
                given=repr(url),
                expected="one like redis://localhost:6379/0",
            ) from None
        return cls(made, prefix)

    @staticmethod
    def _client_at(url: str, timeout: float) -> Any:
        from redis import Redis as Client
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        never = Retry(NoBackoff(), 0)
        return Client.from_url(
            url, socket_timeout=timeout, socket_connect_timeout=timeout, retry=never
        )

    def bind(self, rules: Rules, clock: Callable[[], int]) -> None:
        """Take the rules and the clock of the limiter that this store belongs to.

        Raises:
            InputError: it belongs to another, or a limit is too large for Redis to count.
        """
        if self._under.rules:
            raise InputError(
                "this store belongs to another limiter",
                where="store",
                given="a Redis that is in use",
                expected="one of its own for each limiter, like store=Redis(client, prefix='api')",
            )
        self._under, self._clock = under(rules), clock

    def take(self, key: str, cost: int = 1, max_wait_ns: int | None = None) -> Decision:
        """Decide on one request; rules.decide says what `max_wait_ns` means."""
        # Nearly every call, so written out: `_run` and a command of words would take a fifth of
        # the whole trip.
        where = self._under
        if self._pool and where.quick and self.server_time and max_wait_ns is None:
            packed_command = quick_take(where, record_name(self.prefix, key), cost)
            try:
                line = self._sent(packed_command, 1)[0]
            except Exception as error:
                if (known := told(error)) is error:
                    raise
                raise known from error
            if not isinstance(line, Exception) and line[:1] not in FAULTY:
                return decision_of(where.rules, line)
            if not _is_unknown(line):
                self._checked([line])
        words = self._command("take", where, (key,), (cost,), max_wait_ns)
        return decision_of(where.rules, self._run((words,))[0])

    @written_once
    def take_many(self, requests: Iterable[tuple[str, int]]) -> Steps[list[Decision]]:
        """Decide on several requests, one after the other; one trip for each thousand.

        They are no transaction: others may come between, and when Redis goes away in mid-trip,
        what it had counted stays counted. A run of the function is shared by a
        hundred of them; in a cluster, where each may lie elsewhere, each has its own.
        """
        where = self._under
        asked = list(requests)
        run = 1 if self._pool is None else RUN
        parts = [asked[at : at + run] for at in range(0, len(asked), run)]
        commands = [
            self._command("take", where, [key for key, _ in part], [cost for _, cost in part])
            for part in parts
        ]
        decisions: list[Decision] = []
        for at in range(0, len(commands), RUNS):
            answers = yield self._run(commands[at : at + RUNS])
            for answer in answers:
                decisions += [decision_of(where.rules, line) for line in answer.splitlines()]
        return decisions

    @written_once
    def reserve(
        self, key: str, cost: int, max_wait_ns: int | None
    ) -> Steps[tuple[Decision, Ticket]]:
        """As `take`, also where nobody agrees to wait, with what `cancel` needs to undo it."""
        where = self._under
        [answer] = yield self._run([self._command("reserve", where, (key,), (cost,), max_wait_ns)])
        line, *ticket = answer
        before, after, departs = map(_bytes, ticket)
        return decision_of(where.rules, line), (before, after, departs)

    @written_once
    def cancel(self, key: str, cost: int, ticket: Ticket) -> Steps[bool]:
        """Undo a reservation whose moment has not come; whether it was undone.

        Only the last one in the line is, and then it is as if it had never been. Those behind
        another one keep the moments that they were told, so the answer is False, and its place
        passes unused. The same once something else has changed the record.
        """
        words = self._command("cancel", self._under, (key,), (cost,), more=ticket)
        [answer] = yield self._run([words])
        return int(answer) == 1

    @written_once
    def peek(self, key: str, cost: int = 1) -> Steps[Decision]:
        """What `take` would say; nothing is spent."""
        where = self._under
        [line] = yield self._run([self._command("peek", where, (key,), (cost,))])
        return decision_of(where.rules, line)

    @written_once
    def refund(self, key: str, amount: int) -> Steps[None]:
        """Give back what was taken for nothing."""
        yield self._run([self._command("refund", self._under, (key,), (amount,))])

    @written_once
    def reset(self, key: str) -> Steps[None]:
        """Forget a caller: it is a stranger again."""
        yield self._run([self._command("reset", self._under, (key,))])

    @written_once
    def change(self, rules: Rules, keep: Keep) -> Steps[None]:
        """Go on under other rules; rules.carried says what callers keep.

        Nothing is written: each caller is carried over when it comes again, from the moment of
        the change. Another process goes on as it was until it is told, too. In between, a record
        that it wrote after this moment is carried over "as-is", and so is one of ours by it.

        Raises:
            InputError: a limit is too large for Redis to count.
        """
        text = under(rules).text  # refused before anything is asked
        if text == self._under.text and keep != "reset":
            return  # every limit inherits from itself
        [moment] = yield self._run([self._command("time", self._under, ("",))])
        was = self._under
        self._under = under(rules, (*was.changes, Change(int(moment), keep, was.text)))

    def check_rules(self, rules: Rules) -> None:
        """Refuse rules whose numbers are too large for Redis to count; asks nobody."""
        under(rules)

    def _command(
        self,
        call: str,
        where: Under,
        callers: Sequence[str],
        costs: Sequence[int] = (0,),
        max_wait_ns: int | None = None,
        *,
        more: Words = (),
    ) -> Words:
        """The words of one call."""
        return command(
            call,
            where,
            [name for key in callers for name in keys_of(self.prefix, key, where.logs)]
            if where.logs
            else [record_name(self.prefix, key) for key in callers],
            now=None if self.server_time else self._clock() // UNIT_NS,
            costs=costs,
            wait=None if max_wait_ns is None else max_wait_ns // UNIT_NS,
            more=more,
        )

    @written_once
    def _run(self, commands: Sequence[Words]) -> Steps[list[Any]]:
        """The answers; a Redis that does not know the function (it was restarted) is taught it."""
        try:
            answers = yield self._trip(commands)
            unknown = [at for at, answer in enumerate(answers) if _is_unknown(answer)]
            if unknown:
                yield self.client.function_load(source(), replace=True)
                again = yield self._trip([commands[at] for at in unknown])
                for at, answer in zip(unknown, again, strict=True):
                    answers[at] = answer
        except Exception as error:
            if (known := told(error)) is error:
                raise
            raise known from error
        return self._checked(answers)

    @staticmethod
    def _checked(answers: list[Any]) -> list[Any]:
        """The answers, if none of them is an error or a fault."""
        for answer in answers:
            if isinstance(answer, Exception):
                raise told(answer) from answer
            if fault := fault_of(answer):
                raise fault
        return answers

    def _trip(self, commands: Sequence[Words]) -> Any:
        """There and back once: an answer or an error for each command.

        A client's `execute_command` and its pipelines take longer than the rest of the trip, so
        the words go to a connection of its pool directly. A cluster's client has no one pool: it
        finds the server by the key, and has to be asked the long way.
        """
        if self._pool is None:
            return _loaded(self.client, commands).execute(raise_on_error=False)
        return self._sent(packed(commands), len(commands))

    def _sent(self, data: bytes, answers: int) -> list[Any]:
        """The same with the bytes of so many commands, by a connection of the client's pool."""
        pool = self._pool
        connection = pool.get_connection()
        try:
            connection.send_packed_command([data])
            return [_answer(connection) for _ in range(answers)]
        except BaseException:
            connection.disconnect()  # an answer that comes late would be taken for the next one's
            raise
        finally:
            pool.release(connection)


class AsyncRedis(Redis):
    """`Redis` over redis.asyncio: every call but `bind` is to be awaited.

    Args:
        client: a redis.asyncio.Redis or redis.asyncio.RedisCluster.

    The rest is as there.
    """

    @staticmethod
    def _client_at(url: str, timeout: float) -> Any:
        from redis.asyncio import BlockingConnectionPool
        from redis.asyncio import Redis as Client
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff

        # A hundred tasks that ask at once would open a hundred connections, and the loop would be
        # busy with that until all of them had timed out. They share a few, and take turns.
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=CONNECTIONS,
            timeout=10 * timeout,
            socket_timeout=timeout,
            socket_connect_timeout=timeout,
            retry=Retry(NoBackoff(), 0),
        )
        return Client.from_pool(pool)

    async def take(  # type: ignore[override]
        self, key: str, cost: int = 1, max_wait_ns: int | None = None
    ) -> Decision:
        """Decide on one request: the one call that is written twice."""
        where = self._under
        words = self._command("take", where, (key,), (cost,), max_wait_ns)
        [line] = await self._run((words,))  # type: ignore[misc]
        return decision_of(where.rules, line)

    async def _trip(self, commands: Sequence[Words]) -> list[Any]:
        """There and back once."""
        return await _loaded(self.client, commands).execute(raise_on_error=False)


def _loaded(client: Any, commands: Iterable[Words]) -> Any:
    """A pipeline of the client with these commands in it."""
    pipe = client.pipeline(transaction=False)
    for name, *words in commands:
        pipe.execute_command(name.decode(), *words)
    return pipe


def _answer(connection: Any) -> Any:
    """The next answer; an error that Redis sent is one, too."""
    try:
        return connection.read_response()
    except Exception as error:
        if not is_of(error, "ResponseError"):
            raise
        return error


def _bytes(word: bytes | str) -> bytes:
    return word if isinstance(word, bytes) else word.encode()


def _is_unknown(answer: object) -> bool:
    return isinstance(answer, Exception) and str(answer).endswith("Function not found")
