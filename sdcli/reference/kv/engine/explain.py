"""Explain: what one `get` asks, whom, in which order, and what it is told.

    memtable      the dict that is written to, then each frozen one
    range         a level none of whose tables can have the key: nothing was asked to know it
    filter        surely not in this table, or perhaps
    index         which block of the table could have it
    block         the block itself: the key is there or it is not

The walk ends with the first that knows the key, be it a value or a deletion: newer shadows older.

This does not tell the way from memory. It sends each table's twin through the very code of a read,
with a copy of the store's cache that notes what it is asked, and a port that notes each read. So
each step says what a `get` at this moment reads from the disk for it; what is in memory costs
nothing. Nothing is changed: the `get` that comes next reads exactly what was said.

Cost: that of a `get` whose table files are not open, and a copy of the cache's two dicts.

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

from typing import TYPE_CHECKING, Any, NamedTuple

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
        entry: Entry | Absent = entries.get(key, ABSENT)
        yield Step("memtable", name, told(entry), is_answer=entry is not ABSENT)
    may_have_it = view.version.tables_for(key)
    seen = _Watching(store.cache)
    for level, tables in enumerate(view.version.levels):
        here = [table for table in may_have_it if table.info.level == level]
        if tables and not here:
            yield Step("range", f"level {level}", NO, level)
        for table in here:
            yield from _looked(store, table, key, seen)


def _looked(store: Store, table: Table, key: bytes, seen: _Watching) -> Iterator[Step]:
    """The steps of a look into one table."""
    seen.begin()
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
    """A cache that begins with what another one holds, and notes what it is asked for.

    Args:
        cache: the store's, which is left alone.

    Of the table that is looked into, `reads` has for each place that was asked for the bytes of
    each read that it took, in the order in which they were asked for; `values` what was found.
    """

    def __init__(self, cache: Cache) -> None:
        super().__init__(0)
        self.take_after(cache)
        self.files = _Files(cache.files, self)
        self.begin()

    def begin(self) -> None:
        """Another table is looked into."""
        self.reads: dict[int, list[int]] = {}
        self.values: dict[int, Any] = {}
        self._unclaimed: list[int] = []  # reads of which it is not known yet what for

    def on_call(self, call: str, _name: str, size: int) -> None:
        """Note what went through the port."""
        if call == "pread":
            self._unclaimed.append(size)

    def forget(self) -> None:
        """What was read just now is not what a `get` would read."""
        self._unclaimed.clear()

    def get(self, place: int) -> Any:
        """A table asks before it reads."""
        found = super().get(place)
        self.reads.setdefault(place & _PLACE, [])
        self.values[place & _PLACE] = found
        return found

    def put(self, place: int, value: Any, charge: int) -> None:
        """A table brings here what it has read, so now it is known what for."""
        super().put(place, value, charge)
        self.reads.setdefault(place & _PLACE, []).extend(self._unclaimed)
        self.values[place & _PLACE] = value
        self._unclaimed.clear()


class _Files(Generations):
    """The open files: what the store has open is opened again by the walk, at no charge.

    Its own files note what is read; those of the store would not.
    """

    def __init__(self, files: Generations, seen: _Watching) -> None:
        super().__init__(0)
        self.take_after(files)
        self._seen = seen
        self._mine: dict[int, Any] = {}
        self._asked: int | None = None  # for that place, while it is looked for
        self._is_open = False  # in the store, what was asked for last

    def get(self, place: int) -> Any:
        """The file as this walk has it open; None where it has to open it."""
        self._asked = place
        self._is_open = super().get(place) is not None
        self._asked = None
        return self._mine.get(place)

    def put(self, place: int, value: Any, charge: int) -> None:
        """Keep it until the end of the walk."""
        super().put(place, value, charge)
        if self._asked == place:
            return  # the store's own, which moves to the young ones
        self._mine[place] = value
        if self._is_open:
            self._seen.forget()  # its footer: a `get` has read it long ago


def told(entry: Entry | Absent) -> str:
    """An entry in words.

    >>> told(b"1815"), told(Expiring(b"1", 9)), told(None), told(ABSENT)
    ('a value of 4 bytes', 'a value that expires, 1 byte', 'a deletion', 'no')
    """
    if entry is ABSENT:
        return NO
    if entry is None:
        return "a deletion"
    if isinstance(entry, Expiring):
        return f"a value that expires, {_bytes(entry.value)}"
    return f"a value of {_bytes(entry)}"


def _bytes(value: bytes) -> str:
    return "1 byte" if len(value) == 1 else f"{len(value):,} bytes"
