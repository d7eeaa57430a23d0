"""Explain: what one `get` asks, whom, in which order, and what it is told.

    memtable      the dict that is written to, then each frozen one
    range         a level none of whose tables can have the key: nothing was asked to know it
    filter        surely not in this table, or perhaps
    index         which block of the table could have it
    block         the block itself: the key is there or it is not

The walk ends with the first that knows the key, be it a value or a deletion: newer shadows older.

This does not tell the way from memory. It sends each table's twin through the very code of a read,
with a cache that looks into the store's without leaving a trace, and a port that notes each read.
So each step says what a `get` at this moment reads from the disk for it; what is in memory costs
nothing. Nothing is changed: the `get` that comes next reads exactly what was said.

Cost: that of a `get` whose table files are not open.

>>> from sdcli.reference.kv.engine.sim_disk import SimDisk
>>> from sdcli.reference.kv.engine.store import Store
>>> db = Store(SimDisk())
>>> db.put(b"ada", b"1815")
>>> db.flush()
>>> db.put(b"bob", b"1")
>>> for step in explain(db, b"ada"):
...     print(step.asked, step.part, step.said, step.disk_reads, sep=" | ")
memtable | memtable | no | ()
000001.table | filter | perhaps | (64, 17)
000001.table | index | block 1 of 1 | (30,)
000001.table | block | a value of 4 bytes | (22,)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

from sdcli.reference.kv.engine.batch import check_key
from sdcli.reference.kv.engine.cache import SHIFT, Cache, Generations
from sdcli.reference.kv.engine.counted_fs import CountedFS
from sdcli.reference.kv.engine.entries import Entry, Expiring
from sdcli.reference.kv.engine.table_format import ABSENT, Absent, table_name
from sdcli.reference.kv.engine.table_reader import FILTER_PLACE, INDEX_PLACE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.reference.kv.engine.store import Store
    from sdcli.reference.kv.engine.table_reader import Table

NO = "no"  # what a part says that knows nothing of the key
PERHAPS = "perhaps"

_PARTS = {INDEX_PLACE: "index", FILTER_PLACE: "filter"}  # anything else is a block
_PLACE = (1 << SHIFT) - 1


class Step(NamedTuple):
    """One part that is asked.

    Args:
        part: memtable, range, filter, index or block.
        asked: its name: that of a memtable, a level or a file.
        said: in words; NO where it does not know the key.
        level: of a table; None for a memtable.
        disk_reads: the bytes of each read from the disk; none where all is in memory.
        is_answer: whether it knows the key. Then it is the last step.
    """

    part: str
    asked: str
    said: str
    level: int | None = None
    disk_reads: tuple[int, ...] = ()
    is_answer: bool = False


def explain(store: Store, key: bytes) -> list[Step]:
    """What a `get` of this key would do now.

    Raises:
        Damaged: what must be asked holds other bytes than were written.
        InputError: the key is no bytes.
    """
    check_key(key)
    found: list[Step] = []
    for step in _steps(store, key):
        found.append(step)
        if step.is_answer:
            break
    return found


def _steps(store: Store, key: bytes) -> Iterator[Step]:
    view = store.view
    memtables = [("memtable", view.live)]
    memtables += [
        (f"frozen memtable {i}", frozen.entries) for i, frozen in enumerate(view.frozen, 1)
    ]
    for name, entries in memtables:
        entry: Entry | Absent = entries.get(key, ABSENT)  # type: ignore[arg-type]
        yield Step("memtable", name, told(entry), is_answer=entry is not ABSENT)
    may_have_it = view.version.tables_for(key)
    for level, tables in enumerate(view.version.levels):
        here = [table for table in may_have_it if table.info.level == level]
        if tables and not here:
            yield Step("range", f"level {level}", NO, level)
        for table in here:
            yield from _looked(store, table, key)


def _looked(store: Store, table: Table, key: bytes) -> Iterator[Step]:
    """The steps of a look into one table."""
    seen = _Watching(store.cache)
    twin = table.twin(CountedFS(store.fs, seen.on_call), seen)
    entry = twin.get(key)
    name, level = table_name(table.info.number), table.info.level
    # A block that is not in memory is read last, whenever it was first thought of.
    order = sorted(seen.reads, key=lambda place: place not in _PARTS)
    for place in order:
        part, reads = _PARTS.get(place, "block"), tuple(seen.reads[place])
        if part == "filter":
            yield Step(part, name, NO if twin.filter_stops else PERHAPS, level, reads)
        elif part == "index":
            index = seen.values[place]
            block = f"block {index.position(key) + 1:,} of {index.count:,}"
            yield Step(part, name, block, level, reads)
        elif not twin.filter_stops:
            yield Step(part, name, told(entry), level, reads, entry is not ABSENT)


class _Watching(Cache):
    """A cache that has what another one has, leaves it alone, and notes what was asked for.

    Args:
        cache: the store's.

    `reads` has, for each place that was asked for, the bytes of each read that it took; in the
    order in which they were asked for. `values` has what was found there.
    """

    def __init__(self, cache: Cache) -> None:
        super().__init__(0)
        self.reads: dict[int, list[int]] = {}
        self.values: dict[int, Any] = {}
        self._cache = cache
        self._unclaimed: list[int] = []  # reads of which it is not known yet what for
        self.files = _Files(self, cache.files)

    def on_call(self, call: str, _name: str, size: int) -> None:
        """Note what went through the port."""
        if call == "pread":
            self._unclaimed.append(size)

    def forget(self) -> None:
        """What was read just now is not what a `get` would read."""
        self._unclaimed.clear()

    def get(self, place: int) -> Any:
        """What the other cache has; a table asks before it reads."""
        found = self._cache.peek(place)
        self.reads.setdefault(place & _PLACE, [])
        self.values[place & _PLACE] = found
        return found

    def put(self, place: int, value: Any, charge: int) -> None:  # noqa: ARG002 - as Cache has it
        """Keep nothing; a table brings here what it has read, so now it is known what for."""
        self.reads.setdefault(place & _PLACE, []).extend(self._unclaimed)
        self.values[place & _PLACE] = value
        self._unclaimed.clear()


class _Files(Generations):
    """The open files: those that the store has open are opened again, at no charge."""

    def __init__(self, seen: _Watching, files: Generations) -> None:
        super().__init__(0)
        self._seen, self._files, self._mine = seen, files, cast("dict[int, Any]", {})

    def get(self, place: int) -> Any:
        """The file as this walk has it open."""
        return self._mine.get(place)

    def put(self, place: int, value: Any, charge: int) -> None:  # noqa: ARG002 - as above
        """Keep it until the end of the walk."""
        self._mine[place] = value
        if self._files.peek(place) is not None:
            self._seen.forget()  # its footer


def told(entry: Entry | Absent) -> str:
    """An entry in words.

    >>> told(b"1815"), told(None), told(ABSENT)
    ('a value of 4 bytes', 'a deletion', 'no')
    """
    if entry is ABSENT:
        return NO
    if entry is None:
        return "a deletion"
    if isinstance(entry, Expiring):
        return f"a value of {len(entry.value):,} bytes that expires"
    return f"a value of {len(entry):,} bytes"
