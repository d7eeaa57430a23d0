"""Writes the stores that test_stores.py opens, as version 1 of the formats was when it came out.

    python -m tests.reference.kv.engine.stores.make

It was run once. What it wrote is kept, and never written anew: these folders stand for those that
people have, and a later engine has to open them. A new version of a format gets a folder of its
own beside `v1`.

    closed   three levels of tables, and a log behind them; closed cleanly
    torn     a process died while it wrote: half a record ends the log, and a table that nothing
             names was left by a compaction
    group    a process died in mode group: two groups are there, the third was not complete

Beside each stands what it holds, NAME.txt, a line for each key: key, tab, value, as Python writes
bytes. That comes from a dict which is written to in step with the store, not from the store.
"""

from __future__ import annotations

from pathlib import Path

from sdcli.reference.kv.engine import Batch, Options, Store
from sdcli.reference.kv.engine.fs import read_all
from sdcli.reference.kv.engine.sim_disk import SimDisk

HERE = Path(__file__).parent / "v1"
NOW_NS = 1_800_000_000_000_000_000  # January 2027
OPTIONS = Options(
    log_bytes_max=1500,
    block_bytes=256,
    table_bytes=1024,
    level0_tables=3,
    level1_bytes=2048,
    growth=3,
    group_operations=10,
)

Model = dict[bytes, bytes]


def closed(disk: SimDisk) -> Model:
    model: Model = {}
    with Store(disk, sync="always", options=OPTIONS, clock=lambda: NOW_NS) as db:
        for n in range(120):
            put(db, model, b"user:%02d" % (n * 37 % 60), b"visit %d" % n)
        for n in range(0, 60, 7):
            db.delete(b"user:%02d" % n)
            del model[b"user:%02d" % n]
        db.put(b"session:old", b"gone", expires_ns=NOW_NS - 1)
        db.put(b"session:new", b"here", expires_ns=2**63)  # in the year 2262
        model[b"session:new"] = b"here"
        for key in (b"", b"\x00", b"\xff\xff", b"two\nlines"):
            put(db, model, key, b"")
        while db.step():
            pass
        db.flush()
        batch = Batch()
        batch.put(b"user:01", b"from the log")
        batch.delete(b"user:02")
        db.write(batch)
        model[b"user:01"] = b"from the log"
        del model[b"user:02"]
    return model


def torn(disk: SimDisk) -> Model:
    model: Model = {}
    db = Store(disk, sync="always", options=OPTIONS)
    for n in range(76):
        put(db, model, b"user:%02d" % (n * 37 % 40), b"visit %d" % n)
    db.put(b"user:41", b"half of this record is missing")
    return model


def group(disk: SimDisk) -> Model:
    model: Model = {}
    db = Store(disk, sync="group", options=OPTIONS)
    for n in range(26):
        key, value = b"user:%02d" % n, b"visit %d" % n
        db.put(key, value)
        if n < 20:  # two groups of ten
            model[key] = value
    return model


def put(db: Store, model: Model, key: bytes, value: bytes) -> None:
    db.put(key, value)
    model[key] = value


def main() -> None:
    for number, make in enumerate((closed, torn, group), start=1):
        disk = SimDisk(seed=number)
        model = make(disk)
        folder = HERE / make.__name__
        folder.mkdir(parents=True)
        files = {name: read_all(disk, name) for name in disk.names() if name != "LOCK"}
        if make is torn:
            newest = max(name for name in files if name.endswith(".log"))
            files[newest] = files[newest][:-15]
            files["000099.table"] = files[min(name for name in files if name.endswith(".table"))]
        for name, data in files.items():
            (folder / name).write_bytes(data)
        lines = [f"{key!r}\t{value!r}\n" for key, value in sorted(model.items())]
        (HERE / f"{make.__name__}.txt").write_text("".join(lines), encoding="ascii")


if __name__ == "__main__":
    main()
