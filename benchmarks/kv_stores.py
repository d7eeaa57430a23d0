"""The stores that kv.py compares, behind the same four calls.

    load(pairs)   write them all, in the way that keeps the promise; returns when it is kept
    get(key)      the value
    settled()     the store anew: closed and opened, with all data where reads are quickest
    close()

Promises: process, group, each; kv.py says what they are. Every store has the same 64 MiB for what
it read, where it lets one say; all else is as its authors set it.
"""

from __future__ import annotations

import io
import sqlite3
from contextlib import redirect_stdout
from itertools import islice
from typing import TYPE_CHECKING, Any

from measured import peer

from sdcli.reference.kv.engine import Batch, open_store

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    Pair = tuple[bytes, bytes]

GROUP = 1_000  # puts
CACHE_BYTES = 64 * 1024 * 1024  # ours, unless one says otherwise


class Sdcli:
    name = "sdcli"

    def __init__(self, folder: Path, promise: str) -> None:
        self._folder = folder
        self._sync = {"process": "os", "group": "group", "each": "always"}[promise]
        self.db = open_store(folder, self._sync)
        self.get, self.close = self.db.get, self.db.close

    def load(self, some: list[Pair]) -> None:
        put = self.db.put
        for key_, value in some:
            put(key_, value)
        if self._sync == "group":
            self.db.sync()

    def settled(self) -> Sdcli:
        """Opened again, with all data in tables."""
        self.db.compact()
        self.db.close()
        return Sdcli(self._folder, "process")


class Batches(Sdcli):
    """The same store, with the thousand in a batch."""

    name = "sdcli, write(batch)"

    def load(self, some: list[Pair]) -> None:
        for thousand in by_group(some):
            batch = Batch()
            put = batch.put
            for key_, value in thousand:
                put(key_, value)
            self.db.write(batch)
        self.db.sync()


class Plyvel:
    name = "plyvel"

    def __init__(self, folder: Path, promise: str) -> None:
        self._folder, self._promise = folder, promise
        self.db = peer("plyvel").DB(
            str(folder), create_if_missing=True, lru_cache_size=CACHE_BYTES, bloom_filter_bits=10
        )
        self.get, self.close = self.db.get, self.db.close

    def load(self, some: list[Pair]) -> None:
        if self._promise == "group":
            for thousand in by_group(some):
                with self.db.write_batch(sync=True) as batch:
                    put = batch.put
                    for key_, value in thousand:
                        put(key_, value)
            return
        put, sync = self.db.put, self._promise == "each"
        for key_, value in some:
            put(key_, value, sync=sync)

    def settled(self) -> Plyvel:
        self.db.compact_range()
        self.db.close()
        return Plyvel(self._folder, "process")


class Sqlite:
    name = "sqlite3, WAL"

    def __init__(self, folder: Path, promise: str) -> None:
        self._folder, self._promise = folder, promise
        self.db = sqlite3.connect(folder / "kv.db", isolation_level=None)
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute(f"PRAGMA synchronous = {'OFF' if promise == 'process' else 'FULL'}")
        self.db.execute(f"PRAGMA cache_size = -{CACHE_BYTES // 1024}")
        self.db.execute(
            "CREATE TABLE IF NOT EXISTS kv (key BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID"
        )
        self.close = self.db.close

    def load(self, some: list[Pair]) -> None:
        put = "INSERT OR REPLACE INTO kv VALUES (?, ?)"
        execute = self.db.execute
        if self._promise != "group":
            for pair in some:
                execute(put, pair)
            return
        for thousand in by_group(some):
            execute("BEGIN")
            self.db.executemany(put, thousand)
            execute("COMMIT")

    def get(self, key_: bytes) -> bytes | None:
        row = self.db.execute("SELECT value FROM kv WHERE key = ?", (key_,)).fetchone()
        return row and row[0]

    def settled(self) -> Sqlite:
        self.db.close()
        return Sqlite(self._folder, "process")


class Lmdb:
    name = "lmdb"

    def __init__(self, folder: Path, promise: str) -> None:
        self._folder, self._promise = folder, promise
        self.db = peer("lmdb").open(str(folder), map_size=2**32, sync=promise != "process")
        self.close = self.db.close

    def load(self, some: list[Pair]) -> None:
        begin = self.db.begin
        if self._promise == "group":
            for thousand in by_group(some):
                with begin(write=True) as change:
                    for key_, value in thousand:
                        change.put(key_, value)
            return
        for key_, value in some:
            with begin(write=True) as change:
                change.put(key_, value)

    def get(self, key_: bytes) -> bytes | None:
        with self.db.begin() as then:
            return then.get(key_)

    def settled(self) -> Lmdb:
        self.db.close()
        return Lmdb(self._folder, "process")


class Semidbm:
    name = "semidbm"

    def __init__(self, folder: Path, _: str) -> None:
        self._folder = folder
        self.db = peer("semidbm").open(str(folder), "c")
        self.get, self.close = self.db.__getitem__, self.db.close

    def load(self, some: list[Pair]) -> None:
        db = self.db
        for key_, value in some:
            db[key_] = value

    def settled(self) -> Semidbm:
        self.db.close()
        return Semidbm(self._folder, "process")


class Bloomkv:
    """Texts instead of bytes, of the same lengths; what it prints is not shown."""

    name = "bloomkv"

    def __init__(self, folder: Path, _: str) -> None:
        from bloomkv.lsm_tree.lsm_store import LSMTreeStore

        self._folder = folder
        with redirect_stdout(io.StringIO()):
            self.db = LSMTreeStore(str(folder))
            self.db.load()

    def load(self, some: list[Pair]) -> None:
        put = self.db.put
        for key_, value in some:
            put(key_.hex()[:16], value.hex()[:100])

    def get(self, key_: bytes) -> str | None:
        return self.db.get(key_.hex()[:16])

    def settled(self) -> Bloomkv:
        self.close()
        return Bloomkv(self._folder, "process")

    def close(self) -> None:
        with redirect_stdout(io.StringIO()):
            self.db.close()


MODULES = {Plyvel: "plyvel", Lmdb: "lmdb", Semidbm: "semidbm", Bloomkv: "bloomkv"}


def here(*stores: Any) -> list[Any]:
    """Those that are installed."""
    return [store for store in stores if store not in MODULES or peer(MODULES[store])]


def by_group(some: Iterable[Pair]) -> Iterator[list[Pair]]:
    rest = iter(some)
    while thousand := list(islice(rest, GROUP)):
        yield thousand
