"""Memory: the records of all callers in one process, bounded, and safe for threads.

One lock around read, decide and write: two threads that see the last free request both take it
otherwise. (limiter.race, an experiment, shows how many pass without.) The clock is read under the
lock, so the moments that the algorithm sees never run backwards.

A caller who has been quiet long enough is like a stranger, and need not be remembered
(`idle_at`). Nobody sweeps in the background: once the table is half full, each newcomer pays for
a look at two others, which keeps it near the number of those who matter. When `max_keys` are
there and none is idle, a limiter must do something wrong on purpose, so it is said which:
`on_pressure`.

How the table is looked through, a little at a time, and how limits change under way: tables.py.
What was booked, and how a booking is undone: lines.py.

Invariants (`check()` asserts them):
    1. No key stands in two tables.
    2. There are at most `max_keys` records.
    3. Whoever waits has a record, and lines.py's invariants hold for its line.

Only records that say no more than a stranger's are dropped, unless `on_pressure="evict"`.

Cost: O(1) for each decision; for GCRA about 100 bytes for each caller, beside the key itself.

>>> from sdcli.reference.limiters.limit import Limit
>>> store = Memory(max_keys=2)
>>> store.bind((Limit(2, "1s").rule("gcra"),), clock=lambda: 0)
>>> [bool(store.take("ann", 1)) for _ in range(3)]
[True, True, False]
>>> bool(store.take("bob", 1)), store.take("eve", 1).judged      # no room, and nobody is idle
(True, False)
"""

# ruff: noqa: S101 - check() asserts, that is its promise
from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Literal, NamedTuple

from sdcli.core.errors import InputError
from sdcli.reference.limiters.decision import (
    Decision,
    check_key,
    check_positive,
    check_request,
    new,
)
from sdcli.reference.limiters.lines import Line, Ticket
from sdcli.reference.limiters.rules import (
    Keep,
    Rules,
    decide,
    idle_at,
    refund,
    stranger,
    together,
)
from sdcli.reference.limiters.tables import Tables, fast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Pressure = Literal["deny", "admit", "evict"]

LOOKS = 2  # at other callers, paid for by each newcomer
LOOKS_UNDER_PRESSURE = 16


class Counts(NamedTuple):
    """What the table did so far, beside deciding.

    Args:
        keys: callers remembered.
        dropped: idle ones that were forgotten.
        evicted: forgotten although they had spent something; by `on_pressure="evict"` alone.
        turned_away: newcomers who found no room and were denied, or admitted, unjudged.
    """

    keys: int
    dropped: int
    evicted: int
    turned_away: int


class Memory(Tables):
    """Records of callers in this process.

    Args:
        max_keys: callers remembered at most.
        on_pressure: what a newcomer finds when that many are there and none is idle: "deny",
            "admit", or "evict" to forget one who is not idle, and has a full burst again. One of
            whom nobody waits goes first. If all that are looked at have somebody waiting, who
            keeps its moment, whoever comes behind it is admitted before it.

    A store belongs to one limiter, which binds it. Safe for threads. store.py has the calls.
    """

    unit_ns = 1

    def __init__(self, max_keys: int = 1_000_000, on_pressure: Pressure = "deny") -> None:
        super().__init__()
        check_positive("max_keys", max_keys, 1_000_000)
        if on_pressure not in ("deny", "admit", "evict"):  # a list has no hash
            raise InputError(
                "a store cannot do this when it is full",
                where="on_pressure",
                given=repr(on_pressure),
                expected="deny, admit or evict",
            )
        self.max_keys = max_keys
        self.on_pressure = on_pressure
        self._lock = threading.Lock()
        self._clock: Callable[[], int] = int
        self._evicted = self._turned_away = 0

    def bind(self, rules: Rules, clock: Callable[[], int]) -> None:
        """Take the rules and the clock of the limiter that this store belongs to.

        Raises:
            InputError: it belongs to another.
        """
        if self._rules:
            raise InputError(
                "this store belongs to another limiter",
                where="store",
                given="a Memory that is in use",
                expected="a Memory of its own for each limiter, like store=Memory()",
            )
        self._rules, self._clock = rules, clock
        self._fast = fast(rules)

    def take(self, key: str, cost: int = 1, max_wait_ns: int | None = None) -> Decision:
        """Decide on one request; rules.py says what `max_wait_ns` means."""
        lock = self._lock
        lock.acquire()  # try and finally are a tenth of a decision faster than `with` is
        try:
            records = self._records
            # Nearly every request: a known caller, and nobody waits.
            if key in records and max_wait_ns is None and key not in self._lines:
                state = records[key]
                if self._fast:
                    step, policy, refusal = self._fast
                    after, decision = step(policy, state, self._clock(), cost)
                    if after is not state:
                        records[key] = after
                    if decision[0]:
                        return decision
                    return new(Decision, decision[:6] + refusal)
                after, decision = together(self._rules, state, self._clock(), cost)
                if decision[0] and cost:
                    records[key] = after
                return decision
            return self._decide(key, cost, max_wait_ns, may_cancel=False)[0]
        except TypeError:
            check_key(key)  # a key that is no text may not even be looked up
            raise
        finally:
            lock.release()

    def take_many(self, requests: Iterable[tuple[str, int]]) -> list[Decision]:
        """Decide on several requests, one after the other."""
        return [self.take(key, cost) for key, cost in requests]

    def reserve(
        self, key: str, cost: int, max_wait_ns: int | None
    ) -> tuple[Decision, Ticket | None]:
        """As `take`, with what `cancel` needs to undo it when there is a delay."""
        check_key(key)
        with self._lock:
            return self._decide(key, cost, max_wait_ns, may_cancel=True)

    def cancel(self, key: str, cost: int, ticket: Ticket | None) -> bool:  # noqa: ARG002
        """Undo a reservation whose moment has not come; whether there was anything to undo.

        If nobody came after it, it is as if it had never been. Otherwise those who came later keep
        the moments that they were told, and the record becomes what it would be if they had come
        alone. Once something else happened to the record (limits were changed, something was
        given back) a reservation stays what it is.

        Cost: O(bookings behind it).
        """
        check_key(key)
        with self._lock:
            now = self._clock()
            self._find(key, now)  # whoever has departed leaves the line
            line = self._lines.get(key)
            record = None if line is None else line.without(ticket, self._rules)
            if record is None:
                return False
            self._keep(key, record, now)
            return True

    def peek(self, key: str, cost: int = 1) -> Decision:
        """What `take` would say of a caller who has room; nothing is spent."""
        check_key(key)
        with self._lock:
            now = self._clock()
            record = self._find(key, now) or stranger(self._bound(), now)
            return decide(self._rules, record, now, cost)[1]

    def refund(self, key: str, amount: int) -> None:
        """Give back what was taken for nothing."""
        check_key(key)
        with self._lock:
            now = self._clock()
            check_request(now, amount)
            record = self._find(key, now)
            if record is None or not amount:
                return
            after = refund(self._rules, record, now, amount)
            line = self._lines.get(key)
            if line is not None and after.states != record.states:
                line.tickets.clear()  # nobody could say what a booking would have left without it
            self._keep(key, after, now)

    def reset(self, key: str) -> None:
        """Forget a caller: it is a stranger again."""
        check_key(key)
        with self._lock:
            self._forget(key)

    def change(self, rules: Rules, keep: Keep) -> None:
        """Go on under other rules; rules.py says what callers keep.

        What was booked before can no longer be cancelled. Cost: O(callers of whom somebody waits)
        while all of them come again; changed more often than that, O(records that nobody asked
        for since).
        """
        with self._lock:
            self._change(rules, keep, self._clock())

    @property
    def counts(self) -> Counts:
        """What the table did so far."""
        with self._lock:
            return Counts(len(self), self._dropped, self._evicted, self._turned_away)

    def check(self) -> None:
        """Assert the invariants.

        Raises:
            AssertionError: one does not hold.
        """
        with self._lock:
            tables = [
                (self._rules, self._records),
                *((one.rules, one.records) for one in self._old),
            ]
            keys = [key for _, records in tables for key in records]
            assert len(keys) == len(set(keys)), "1: a key stands in two tables"
            assert len(keys) <= self.max_keys, f"2: {len(keys)} of {self.max_keys} records"
            for rules, records in tables:
                for packed in records.values():
                    states = (packed,) if len(rules) == 1 else packed
                    for rule, state in zip(rules, states, strict=True):
                        rule.module.check(rule.policy, state)
            assert set(self._lines) <= set(keys), "3: somebody waits who has no record"
            for key, line in self._lines.items():
                moments = [ticket.departs_ns for ticket in line.tickets]
                assert moments == sorted(moments), "3: a booking departs before an earlier one"
                packed = next(records[key] for _, records in tables if key in records)
                states = (packed,) if self._fast else packed
                left = line.tickets[-1].after.states if line.tickets else states
                assert states == left, "3: the record is not what the last in line has left"

    def _bound(self) -> Rules:
        if not self._rules:
            raise InputError(
                "this store belongs to no limiter yet",
                where="store",
                given="a Memory without rules",
                expected='one that was handed to a limiter, like Limiter("1/s", store=Memory())',
            )
        return self._rules

    def _decide(
        self, key: str, cost: int, max_wait_ns: int | None, *, may_cancel: bool
    ) -> tuple[Decision, Ticket | None]:
        """The careful way, and what `cancel` needs of a booking."""
        now = self._clock()
        record = self._find(key, now)
        known = record is not None
        if record is None:
            check_key(key)
            record = stranger(self._bound(), now)
        after, decision = decide(self._rules, record, now, cost, max_wait_ns)
        if after is record and (known or not cost or idle_at(self._rules, record) <= now):
            return decision, None
        # Also one who was denied: who begins with less than a burst has begun to wait for it.
        no_room_for = None if known else self._make_room(now)
        if no_room_for is not None:
            self._turned_away += 1
            may_pass = self.on_pressure == "admit"
            return decision._replace(
                allowed=may_pass,
                remaining=0,
                retry_after_ns=0 if may_pass else no_room_for,
                delay_ns=0,
                violated=(),
                judged=False,
            ), None
        self._keep(key, after, now)
        line = self._lines.get(key)
        holds = may_cancel and decision.delay_ns > 0
        if after is record or not (holds or (line is not None and line.tickets)):
            return decision, None
        at = max(now, after.turn_ns)
        ticket = Ticket(record, after, at, now + decision.delay_ns, cost)
        if line is None:  # out of a leaking bucket, where nobody waits to be admitted
            line = self._lines[key] = Line(after.turn_ns)
        line.tickets.append(ticket)
        return decision, ticket if holds else None

    def _make_room(self, now: int) -> int | None:
        """Look at a few others and forget those who are idle.

        Returns:
            None when a newcomer fits in, else how long until one of those looked at is idle: a
            guess at when there will be room, since others may come first, or look elsewhere.
        """
        size = len(self)
        looks = LOOKS_UNDER_PRESSURE if size >= self.max_keys else LOOKS
        if size <= self.max_keys // 2 and not self._old:
            return None
        seen = [self._look(now) for _ in range(looks)]
        if len(self) < self.max_keys:
            return None
        busy = [one for one in seen if one]  # all of them: nobody was idle
        if self.on_pressure != "evict":
            return min(busy)[0] - now
        self._evicted += 1
        # Of whom nobody waits, the one that is idle soonest.
        self._forget(min(busy, key=lambda one: (one[1] in self._lines, *one))[1])
        return None
