"""Memory: the records of all callers in one process, bounded, and safe for threads.

One lock around read, decide and write: two threads that see the last free request both take it
otherwise. (limiter.race, an experiment, shows how many pass without.) The clock is read under the
lock, so the moments that the algorithm sees never run backwards.

A caller who has been quiet long enough is like a stranger, and need not be remembered
(`idle_at`). Nobody sweeps in the background: once the table is half full, each newcomer pays for
a look at two others, which keeps it near the number of those who matter. When `max_keys` are
there and none is idle, a limiter must do something wrong on purpose, so it is said which:
`on_pressure`.

How does one look at "two others" of a dictionary, again and again, without a list of all keys? By
two tables: callers who come are moved from the old table into the new one; newcomers take an
entry out of the old one (`popitem` is one step) and drop it or move it. When the old one is empty
the tables change places. The same trick changes limits under way: records of the old limits stay
in an old table, with its rules, and are carried over when their caller comes again.

Invariants (`check()` asserts them):
    1. No key stands in two tables.
    2. There are at most `max_keys` records, unless limits were just changed to fewer.
    3. Only records that say no more than a stranger's are dropped, unless `on_pressure="evict"`.

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
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from sdcli.core.errors import InputError
from sdcli.reference.limiters.decision import Decision, check_positive, new
from sdcli.reference.limiters.rules import (
    Keep,
    Record,
    Rules,
    carried,
    decide,
    give,
    idle_at,
    stranger,
)

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


class Ticket(NamedTuple):
    """What a reservation is undone with: the record before and after it, and its moment."""

    before: Record
    after: Record
    departs_ns: int


class _Table(NamedTuple):
    """Records under the rules that they were made by, until `changed_ns`."""

    rules: Rules
    records: dict[str, Any]
    changed_ns: int
    keep: Keep


class Memory:
    """Records of callers in this process.

    Args:
        max_keys: callers remembered at most.
        on_pressure: what a newcomer finds when that many are there and none is idle: "deny",
            "admit", or "evict" to forget one who is not idle (who then has a full burst again).

    A store belongs to one limiter, which binds it. Safe for threads. store.py has the calls.
    """

    unit_ns = 1

    def __init__(self, max_keys: int = 1_000_000, on_pressure: Pressure = "deny") -> None:
        check_positive("max_keys", max_keys, 1_000_000)
        if on_pressure not in {"deny", "admit", "evict"}:
            raise InputError(
                "a store cannot do this when it is full",
                where="on_pressure",
                given=repr(on_pressure),
                expected="deny, admit or evict",
            )
        self.max_keys = max_keys
        self.on_pressure = on_pressure
        self._lock = threading.Lock()
        self._rules: Rules = ()
        self._clock: Callable[[], int] = int
        self._records: dict[str, Any] = {}  # one state, or a tuple of several; no turns
        self._turns: dict[str, int] = {}  # of the few callers of whom requests wait
        self._old: list[_Table] = []
        self._dropped = self._evicted = self._turned_away = 0

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
        self._fast = _fast(rules)

    def take(self, key: str, cost: int = 1, max_wait_ns: int | None = None) -> Decision:
        """Decide on one request; rules.py says what `max_wait_ns` means."""
        lock = self._lock
        lock.acquire()  # try and finally are a tenth of a decision faster than `with` is
        try:
            # Nearly every request: one rule, a known caller, nobody waits.
            records = self._records
            if key in records and max_wait_ns is None and self._fast and key not in self._turns:
                step, policy, violated = self._fast
                state = records[key]
                after, decision = step(policy, state, self._clock(), cost)
                if after is not state:
                    records[key] = after
                if decision[0]:
                    return decision
                return new(Decision, (*decision[:6], violated, True, ()))
            return self._decide(key, cost, max_wait_ns)[0]
        finally:
            lock.release()

    def take_many(self, requests: Iterable[tuple[str, int]]) -> list[Decision]:
        """Decide on several requests, one after the other."""
        return [self.take(key, cost) for key, cost in requests]

    def reserve(self, key: str, cost: int, max_wait_ns: int) -> tuple[Decision, Ticket]:
        """As `take`, with what `cancel` needs to undo it."""
        with self._lock:
            return self._decide(key, cost, max_wait_ns)

    def cancel(self, key: str, cost: int, ticket: Ticket) -> bool:
        """Undo a reservation whose moment has not come; whether there was anything to undo.

        If nobody came after it, it is as if it had never been. Otherwise those who came later keep
        the moments that they were told, and what was taken comes back as by `give`.
        """
        before, after, departs_ns = ticket
        with self._lock:
            now = self._clock()
            record = self._find(key, now)
            if record is None or departs_ns <= now:
                return False
            untouched = record == after
            self._keep(key, before if untouched else give(self._rules, record, now, cost), now)
            return True

    def peek(self, key: str, cost: int = 1) -> Decision:
        """What `take` would say; nothing is spent."""
        with self._lock:
            now = self._clock()
            record = self._find(key, now) or stranger(self._rules, now)
            return decide(self._rules, record, now, cost)[1]

    def give(self, key: str, amount: int) -> None:
        """Give back what was taken for nothing."""
        with self._lock:
            now = self._clock()
            record = self._find(key, now)
            if record is not None:
                self._keep(key, give(self._rules, record, now, amount), now)

    def reset(self, key: str) -> None:
        """Forget a caller: it is a stranger again."""
        with self._lock:
            for table in (self._records, self._turns, *(one.records for one in self._old)):
                table.pop(key, None)

    def change(self, rules: Rules, keep: Keep) -> None:
        """Go on under other rules; rules.py says what callers keep. Cost: O(1)."""
        with self._lock:
            if self._records:
                self._old.append(_Table(self._rules, self._records, self._clock(), keep))
            self._rules, self._records = rules, {}
            self._fast = _fast(rules)

    @property
    def counts(self) -> Counts:
        """What the table did so far."""
        with self._lock:
            return Counts(len(self), self._dropped, self._evicted, self._turned_away)

    def __len__(self) -> int:
        return len(self._records) + sum(len(table.records) for table in self._old)

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

    def _decide(self, key: str, cost: int, max_wait_ns: int | None) -> tuple[Decision, Ticket]:
        """The careful way, and a ticket for `cancel`."""
        now = self._clock()
        record = self._find(key, now)
        known = record is not None
        if record is None:
            record = stranger(self._rules, now)
        after, decision = decide(self._rules, record, now, cost, max_wait_ns)
        if after is not record:
            no_room_for = None if known else self._make_room(now)
            if no_room_for is not None:
                self._turned_away += 1
                turned_away = decision._replace(
                    allowed=self.on_pressure == "admit",
                    remaining=0,
                    retry_after_ns=0 if self.on_pressure == "admit" else no_room_for,
                    delay_ns=0,
                    judged=False,
                )
                return turned_away, Ticket(record, record, now)
            self._keep(key, after, now)
        return decision, Ticket(record, after, now + decision.delay_ns)

    def _find(self, key: str, now: int) -> Record | None:
        """The caller's record, carried over from an old table where it stands there."""
        packed = self._records.get(key)
        if packed is None:
            for i in range(len(self._old) - 1, -1, -1):
                packed = self._old[i].records.pop(key, None)
                if packed is not None:
                    record = self._carried(i, key, packed, now)
                    self._keep(key, record, now)
                    return record
            return None
        return self._unpacked(self._rules, key, packed, now)

    def _unpacked(self, rules: Rules, key: str, packed: Any, now: int) -> Record:
        states = (packed,) if len(rules) == 1 else packed
        return Record(states, self._turns.get(key, now))

    def _keep(self, key: str, record: Record, now: int) -> None:
        self._records[key] = record.states[0] if self._fast else record.states
        if record.turn_ns > now:
            self._turns[key] = record.turn_ns
        else:
            self._turns.pop(key, None)

    def _carried(self, index: int, key: str, packed: Any, now: int) -> Record:
        """A record of an old table under the rules of today, over all changes in between."""
        tables = self._old[index:]
        record = self._unpacked(tables[0].rules, key, packed, now)
        later = [*(table.rules for table in tables[1:]), self._rules]
        for table, rules in zip(tables, later, strict=True):
            if rules is not table.rules:
                record = carried(table.rules, rules, record, table.changed_ns, table.keep)
        return record

    def _make_room(self, now: int) -> int | None:
        """Look at a few others and forget those who are idle.

        Returns:
            None when a newcomer fits in, else how long until one of those looked at is idle.
        """
        soonest: tuple[int, str] | None = None
        full, half = len(self) >= self.max_keys, len(self) > self.max_keys // 2
        for _ in range(LOOKS_UNDER_PRESSURE if full else LOOKS if half else 0):
            seen = self._look(now)
            if seen and (soonest is None or seen < soonest):
                soonest = seen
        if soonest is None or len(self) < self.max_keys:
            return None
        idle_ns, key = soonest
        if self.on_pressure != "evict":
            return idle_ns - now
        self._evicted += 1
        del self._records[key]
        self._turns.pop(key, None)
        return None

    def _look(self, now: int) -> tuple[int, str] | None:
        """Take one caller out of the oldest table: forget it if it is idle, else say until when."""
        while self._old and not self._old[0].records:
            del self._old[0]
        if not self._old:
            if not self._records:
                return None
            self._old.append(_Table(self._rules, self._records, now, "as-is"))
            self._records = {}
        key, packed = self._old[0].records.popitem()
        record = self._carried(0, key, packed, now)
        idle_ns = idle_at(self._rules, record)
        if idle_ns > now:
            self._keep(key, record, now)
            return idle_ns, key
        self._turns.pop(key, None)
        self._dropped += 1
        return None


def _fast(rules: Rules) -> tuple[Any, ...]:
    """What a decision under a single rule needs, in one place: looking it up takes as long."""
    return (rules[0].module.step, rules[0].policy, rules[0].violated) if len(rules) == 1 else ()
