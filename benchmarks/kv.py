"""How fast the key-value store is, beside the stores that people embed in Python programs.

    make bench                       installs the peers (the extra `bench`) and runs this too
    python benchmarks/kv.py --large  also a store of 1 GB: some minutes more
    python benchmarks/kv.py --in DIR on another disk than the one for temporary files

100,000 operations, keys of 16 bytes, values of 100, in random order, each time in a fresh folder.
Writes are compared with those that promise the same, by what is left after a crash:

    process   a put has reached the kernel when it returns: it survives kill -9, not a power cut
    group     a thousand puts reach the disk together; measured until the last one has
    each      every put is on the disk when it returns; 1,000 puts, since the disk decides alone

Time is the wall's wherever a disk may be waited for, which is writing and opening; that of the
thread for reads out of memory. Beside a put stands what it took of all processors, threads in the
background included, and how long closing took: whoever has it long did the work later. All stores
take turns, the best of the rounds counts. Every store has the same 64 MiB for what it read, where
it lets one say; all else is as its authors set it.

Peers: plyvel (LevelDB, C++), sqlite3 (C, of Python itself), lmdb (C), semidbm (Python, all keys in
memory), bloomkv (Python, log-structured). bloomkv syncs every put, so it is compared where all do.

With CI=true the run fails when a claim does not hold or a peer is missing.
"""

from __future__ import annotations

import argparse
import gc
import json
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kv_stores import CACHE_BYTES, Batches, Bloomkv, Lmdb, Plyvel, Sdcli, Semidbm, Sqlite, here
from measured import Report, installed, machine

from sdcli.reference.kv.engine import Store, open_store
from sdcli.reference.kv.engine.counted_fs import CountedFS
from sdcli.reference.kv.engine.os_fs import OsFS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kv_stores import Pair

PEERS = {"plyvel": "1.5.1", "lmdb": "3.0.0", "semidbm": "0.5.1", "bloomkv": "1.3.1"}
COUNT = 100_000
SYNCED = 1_000  # puts, where each waits for the disk
ROUNDS = 9
SLOW = 20_000  # keys of bloomkv, which writes 2,500 a second
SLOW_READS = 1_000
SIZES = (10_000, 100_000, 1_000_000)
SAMPLE = 20_000  # keys asked for
SCANS, SCAN_LENGTH = 200, 100
LARGE_KEYS = 8_600_000  # of 116 bytes: 1 GB
LARGE_READS = 10_000
MIB = 1024 * 1024


def key(number: int) -> bytes:
    return blake2b(number.to_bytes(8, "little"), digest_size=16).digest()


def pair(number: int) -> Pair:
    """Key and value that do not compress."""
    one = key(number)
    return one, blake2b(one).digest() + blake2b(one, salt=b"2").digest()[:36]


def pairs(count: int) -> list[Pair]:
    return [pair(number) for number in range(count)]


@contextmanager
def fresh(where: Path | None) -> Iterator[Path]:
    """A folder that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(dir=where))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def lasted(call: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    with no_collector():
        start = clock()
        call()
        return clock() - start


def write(stores: list[Any], promise: str, some: list[Pair], where: Path) -> dict[str, float]:
    """Puts per second of each store, all in turns; printed with the time that closing takes."""
    best = {store.name: (float("inf"), 0.0, 0.0) for store in stores}
    for _ in range(ROUNDS):
        for store in stores:
            with fresh(where) as folder:
                db = store(folder, promise)
                worked = time.process_time()
                took = lasted(lambda db=db: db.load(some))
                worked = time.process_time() - worked
                best[store.name] = min(best[store.name], (took, worked, lasted(db.close)))
    rates = {name: len(some) / took for name, (took, _, _) in best.items()}
    title = f"k puts a second, {len(some):,} puts, {promise}"
    print(f"\n{title:<44}{'':>10}{'processor, µs':>16}{'closing, s':>14}")
    for name, (_, worked, closing) in best.items():
        each = worked / len(some) * 1e6
        print(f"{name:<44}{rates[name] / 1e3:>10,.1f}{each:>16.2f}{closing:>14.3f}")
    return rates


def ratio(rates: dict[str, float], ours: str, theirs: str) -> float | None:
    return rates[ours] / rates[theirs] if theirs in rates else None


def writes(report: Report, where: Path) -> None:
    some = pairs(COUNT)
    rates = write(here(Sdcli, Plyvel, Semidbm, Sqlite, Lmdb), "process", some, where)
    report.claim("puts that survive the process: of plyvel's", ratio(rates, "sdcli", "plyvel"), 0.7)
    rates = write(here(Sdcli, Batches, Plyvel, Sqlite, Lmdb), "group", some, where)
    text = "puts by groups of 1,000, synced: times plyvel's batches"
    report.claim(text, ratio(rates, "sdcli", "plyvel"), 1)
    rates = write(here(Sdcli, Plyvel, Sqlite, Lmdb, Bloomkv), "each", some[:SYNCED], where)
    for name in ("plyvel", "bloomkv"):
        times = ratio(rates, "sdcli", name) or 0
        print(f"no claim: puts, each synced: times {name}'s: {times:.2f}")


def reads(report: Report, where: Path) -> None:
    """Every key once for warmth, then every key again, in another order than it was written."""
    some, few = pairs(COUNT), pairs(SLOW)
    stores, folders = [], []
    for store in here(Sdcli, Plyvel, Semidbm, Sqlite, Lmdb, Bloomkv):
        folder = Path(tempfile.mkdtemp(dir=where))
        folders.append(folder)
        db = store(folder, "process")
        db.load(few if store is Bloomkv else some)
        stores.append(db.settled())
    order = sorted(key_ for key_, _ in some)
    order = [order[i * 7919 % COUNT] for i in range(COUNT)]  # 7,919 is prime: each once
    asked = [key_ for key_, _ in few[:: SLOW // SLOW_READS]]
    value = dict(some)
    best: dict[str, float] = {}
    for turn in range(ROUNDS + 1):  # the first is for warmth
        for db in stores:
            keys = asked if db.name == "bloomkv" else order
            took = lasted(lambda db=db, keys=keys: all_of(db.get, keys), time.thread_time)
            rate = len(keys) / took
            best[db.name] = max(best.get(db.name, 0.0), rate) if turn else 0.0
    assert all(stores[0].get(key_) == value[key_] for key_ in order[:100])  # noqa: S101
    title = f"k gets a second, all of {COUNT:,} keys, warm"
    print(f"\n{title:<44}")
    for name, rate in best.items():
        shown = f"of {SLOW:,} keys" if name == "bloomkv" else ""
        print(f"{name:<44}{rate / 1e3:>10,.1f}  {shown}")
    report.claim("gets, warm: of plyvel's", ratio(best, "sdcli", "plyvel"), 0.6)
    report.claim("gets, warm: times bloomkv's", ratio(best, "sdcli", "bloomkv"), 50)
    for db, folder in zip(stores, folders, strict=True):
        db.close()
        shutil.rmtree(folder)


def all_of(get: Callable[[bytes], object], keys: list[bytes]) -> None:
    for key_ in keys:
        get(key_)


def recovery(report: Report, where: Path) -> None:
    """A log of single puts, as a process leaves it that dies; read in the next opening."""
    with fresh(where) as folder, fresh(where) as left:
        db = open_store(folder, "os")
        for key_, value in pairs(COUNT):
            db.put(key_, value)
        shutil.copytree(folder, left, dirs_exist_ok=True)
        db.close()
        best = float("inf")
        for _ in range(ROUNDS):
            opened: list[Store] = []
            best = min(best, lasted(lambda opened=opened: opened.append(open_store(left))))
            logged = opened[0].recovered.logged
            opened[0].close()  # nothing was written: the folder is as it was
        print(f"\nopened after kill -9: {logged:,} records in {best:.3f} s")
        report.claim("recovery: k records a second", logged / best / 1e3, 150)


def cost(sizes: tuple[int, ...], where: Path) -> None:
    """What an operation costs as the store grows, and how often a byte is written."""
    lines: dict[str, list[str]] = {}
    for size in sizes:
        some = pairs(size)
        keys = [key_ for key_, _ in some]
        asked = [keys[i * 7919 % size] for i in range(min(SAMPLE, size))]
        absent = [key(size + i) for i in range(len(asked))]
        with fresh(where) as folder, open_store(folder, "os") as db:
            found = {"put": lasted(lambda db=db, some=some: all_puts(db.put, some)) / size}
            db.compact()
            for name, some_keys in (("get", asked), ("get, no such key", absent)):
                all_of(db.get, some_keys)
                found[name] = lasted(
                    lambda db=db, some_keys=some_keys: all_of(db.get, some_keys), time.thread_time
                ) / len(asked)
            starts = asked[:SCANS]
            found[f"scan of {SCAN_LENGTH}"] = (
                lasted(lambda db=db, starts=starts: all_scans(db, starts), time.thread_time) / SCANS
            )
        for name, took in found.items():
            lines.setdefault(f"{name}, µs", []).append(f"{took * 1e6:,.2f}")
        amplification = written_for_each_byte(some, where)
        lines.setdefault("bytes written for each of the user's", []).append(f"{amplification:.2f}")
    title = "cost of an operation, by keys in the store"
    print(f"\n{title:<44}" + "".join(f"{size:>12,}" for size in sizes))
    for name, cells in lines.items():
        print(f"{name:<44}" + "".join(f"{cell:>12}" for cell in cells))


def all_puts(put: Callable[[bytes, bytes], object], some: list[Pair]) -> None:
    for key_, value in some:
        put(key_, value)


def all_scans(db: Store, starts: list[bytes]) -> None:
    for start in starts:
        for _ in islice(db.scan(start), SCAN_LENGTH):
            pass


def written_for_each_byte(some: list[Pair], where: Path) -> float:
    """Counted at the port to the file system, until nothing is due any more."""
    with fresh(where) as folder:
        fs = CountedFS(OsFS(folder))
        with Store(fs, sync="os") as db:
            all_puts(db.put, some)
            db.flush()
            while db.step():
                pass
            return fs.total().bytes_written / sum(len(k) + len(v) for k, v in some)


def large(report: Report, where: Path) -> None:
    """A store of 1 GB, opened and read by a process of its own, so that memory is its own."""
    with fresh(where) as folder:
        start = time.perf_counter()
        with open_store(folder, "os") as db:
            put = db.put
            for number in range(LARGE_KEYS):
                put(*pair(number))
        took = time.perf_counter() - start
        size = sum(path.stat().st_size for path in folder.iterdir())
        print(f"\na store of {LARGE_KEYS:,} keys, {size / 1e9:.2f} GB, in {took:.0f} s")
        child = [sys.executable, str(Path(__file__).parent / "kv_open.py")]
        asked = [str(folder), str(LARGE_KEYS), str(LARGE_READS)]
        told = json.loads(subprocess.run([*child, *asked], capture_output=True, check=True).stdout)
    report.claim("keys asked for and not found", told["missing"], 0, most=True)
    print(
        f"opened in {told['open_s'] * 1e3:.1f} ms; {told['reads_s']:,.0f} reads a second, "
        f"{told['read_us']:.1f} µs of the processor each; "
        f"{told['cached_bytes'] / MIB:.1f} MiB in the cache"
    )
    text = f"{size / 1e9:.1f} GB, closed cleanly: seconds to open"
    report.claim(text, told["open_s"], 1, most=True)
    text = f"memory after {LARGE_READS:,} reads at random: of the {CACHE_BYTES // MIB} MiB allowed"
    report.claim(text, told["grown_bytes"] / CACHE_BYTES, 1.15, most=True)


def main() -> int:
    asked = argparse.ArgumentParser(description="The key-value store beside its peers.")
    asked.add_argument("--large", action="store_true", help="also a store of 1 GB; some minutes")
    asked.add_argument("--in", dest="where", metavar="DIR", help="a folder on the disk to be tried")
    given = asked.parse_args()
    report = Report()
    report.missing += [
        f"{name} {pin}: make bench installs it"
        for name, pin in PEERS.items()
        if not installed(name)
    ]
    print(f"{machine()}\nPython {platform.python_version()}, {', '.join(map(installed, PEERS))}")
    with fresh(Path(given.where) if given.where else None) as where:
        print(f"best of {ROUNDS} rounds in turns, in {where.parent}")
        writes(report, where)
        reads(report, where)
        recovery(report, where)
        cost(SIZES, where)
        if given.large:
            large(report, where)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
