"""Tables: the records of callers, some of them under limits that have changed since.

Two things have to be done with all records, and neither may take long at once: to look for those
who are idle, and to carry them over when limits change. Both are done a little at a time, by one
trick: a table that is to be worked through becomes an *old* one, and a new one begins empty. A
caller who comes is moved from the old table into the new one. Newcomers take an entry out of the
old one (`popitem` is one step) and drop it or move it. No list of keys is needed, nothing is read
twice, and when the old table is empty it is the new one's turn.

An old table keeps the rules that its records were made by, and the moment at which they changed.
A record in it is carried over at that moment, through all changes since, whenever its caller
comes: so a change costs nothing, and is as exact as if it had been done for all at once.

Invariants (`Memory.check()` asserts the first):
    1. No key stands in two tables.
    2. A record is judged under today's rules only, after every change since it was made.

Cost: O(1) for each call, plus one step for each change that a record has not seen yet, of which
CHANGES_KEPT are kept apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sdcli.reference.limiters.lines import Line
from sdcli.reference.limiters.rules import Record, Rules, carried, idle_at

if TYPE_CHECKING:
    from sdcli.reference.limiters.rules import Keep

CHANGES_KEPT = 8  # tables of old limits; of more, the two oldest become one


class _Table(NamedTuple):
    """Records under the rules that they were made by, until `changed_ns`.

    `keep` is None where rules did not change: the table is only looked through.
    """

    rules: Rules
    records: dict[str, Any]
    changed_ns: int
    keep: Keep | None


class Tables:
    """Records of callers; not safe for threads by itself. Memory is made of it."""

    def __init__(self) -> None:
        self._rules: Rules = ()
        self._fast: tuple[Any, ...] = ()
        self._records: dict[str, Any] = {}  # one state, or a tuple of several; no turns
        self._lines: dict[str, Line] = {}  # of the few callers of whom requests wait
        self._old: list[_Table] = []  # the oldest first
        self._dropped = 0

    def __len__(self) -> int:
        return len(self._records) + sum(len(table.records) for table in self._old)

    def _find(self, key: str, now: int) -> Record | None:
        """The caller's record, carried over from an old table where it stands there."""
        packed = self._records.get(key)
        if packed is not None:
            states = (packed,) if self._fast else packed
            line = self._lines.get(key)
            if line is None:
                return Record(states, now)
            if line.is_over(now):
                del self._lines[key]
            return Record(states, line.turn_ns)
        for i in range(len(self._old) - 1, -1, -1):
            packed = self._old[i].records.pop(key, None)
            if packed is not None:
                record = self._carried(i, key, packed)
                self._keep(key, record, now)
                return record
        return None

    def _unpacked(self, table: _Table, key: str, packed: Any) -> Record:
        """A record of an old table; one who does not wait has its turn at any time."""
        states = (packed,) if len(table.rules) == 1 else packed
        line = self._lines.get(key)
        return Record(states, table.changed_ns if line is None else line.turn_ns)

    def _keep(self, key: str, record: Record, now: int) -> None:
        self._records[key] = record.states[0] if self._fast else record.states
        self._turn(key, record.turn_ns, now)

    def _turn(self, key: str, turn_ns: int, now: int) -> None:
        line = self._lines.get(key)
        if line is not None:
            line.turn_ns = turn_ns
            if line.is_over(now):
                del self._lines[key]
        elif turn_ns > now:
            self._lines[key] = Line(turn_ns)

    def _forget(self, key: str) -> None:
        tables = (one.records for one in self._old)
        for table in (self._records, self._lines, *tables):
            table.pop(key, None)

    def _carried(self, index: int, key: str, packed: Any) -> Record:
        """A record of an old table under the rules of today, over all changes in between."""
        tables = self._old[index:]
        record = self._unpacked(tables[0], key, packed)
        later = [*(table.rules for table in tables[1:]), self._rules]
        for table, rules in zip(tables, later, strict=True):
            if table.keep is not None:
                record = carried(table.rules, rules, record, table.changed_ns, table.keep)
        return record

    def _change(self, rules: Rules, keep: Keep, now: int) -> None:
        while self._old and not self._old[0].records:
            del self._old[0]  # one in the middle stays: it is a step on the way of others
        if self._records or self._old:
            self._old.append(_Table(self._rules, self._records, now, keep))
        self._rules, self._records = rules, {}
        self._fast = fast(rules)
        # What was booked can no longer be cancelled, but nobody overtakes it: a turn is known until
        # its record was carried over, even when that is after the turn.
        waiting = {key: line.turn_ns for key, line in self._lines.items()}
        changed = {
            key: one.changed_ns for one in self._old for key in waiting if key in one.records
        }
        self._lines = {key: Line(turn) for key, turn in waiting.items() if turn > changed[key]}
        if len(self._old) > CHANGES_KEPT:
            oldest, older = self._old[:2]
            for key, packed in oldest.records.items():
                record = self._unpacked(oldest, key, packed)
                if oldest.keep is not None:
                    record = carried(
                        oldest.rules, older.rules, record, oldest.changed_ns, oldest.keep
                    )
                older.records[key] = _packed(older.rules, record)
                self._turn(key, record.turn_ns, now)
            del self._old[0]

    def _look(self, now: int) -> tuple[int, str] | None:
        """Take one caller out of the oldest table: forget it if it is idle, else say until when."""
        while self._old and not self._old[0].records:
            del self._old[0]
        if not self._old:
            if not self._records:
                return None
            self._old.append(_Table(self._rules, self._records, now, None))
            self._records = {}
        key, packed = self._old[0].records.popitem()
        record = self._carried(0, key, packed)
        idle_ns = idle_at(self._rules, record)
        if idle_ns > now:
            self._keep(key, record, now)
            return idle_ns, key
        self._forget(key)
        self._dropped += 1
        return None


def _packed(rules: Rules, record: Record) -> Any:
    return record.states[0] if len(rules) == 1 else record.states


def fast(rules: Rules) -> tuple[Any, ...]:
    """What a decision under a single rule needs, in one place: looking it up takes as long."""
    return (rules[0].module.step, rules[0].policy, rules[0].refusal) if len(rules) == 1 else ()
