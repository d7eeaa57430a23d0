"""Whole stores, small, with everything in them; what tests of damage and salvage share."""

from __future__ import annotations

from sdcli.reference.kv.engine import Batch, Damaged, Options, Store
from sdcli.reference.kv.engine.sim_disk import SimDisk

# Blocks of two or three entries, so that a few keys make several of them.
SMALL = Options(block_bytes=48)


def store_with_everything(*, closed: bool = True) -> tuple[SimDisk, dict[bytes, bytes]]:
    """A disk with CURRENT, a manifest, one table and one log; and what a reader must find.

    The table has seven entries, the log a put, a deletion, and a batch of two.
    """
    disk = SimDisk(seed=7)
    db = Store(disk, sync="always", options=SMALL)
    for key in (b"ada", b"alan", b"barbara", b"edsger", b"grace", b"tony"):
        db.put(key, b"of the table")
    db.delete(b"nobody")
    db.flush()
    db.put(b"alan", b"of the log")
    db.delete(b"grace")
    batch = Batch()
    batch.put(b"donald", b"of a batch")
    batch.put(b"", b"of it too")
    db.write(batch)
    if closed:
        db.close()
    return disk if closed else disk.killed(), {
        b"": b"of it too",
        b"ada": b"of the table",
        b"alan": b"of the log",
        b"barbara": b"of the table",
        b"donald": b"of a batch",
        b"edsger": b"of the table",
        b"tony": b"of the table",
    }


KEYS = (b"", b"ada", b"alan", b"barbara", b"donald", b"edsger", b"grace", b"nobody", b"tony", b"x")


def answers(disk: SimDisk) -> tuple[dict[bytes, bytes | None], list[Damaged]]:
    """What a reader is told, key by key and in a scan, and what it is told of damage.

    Raises:
        AssertionError: a scan and a get do not agree, or something was written.
    """
    before = disk.digest()
    told: dict[bytes, bytes | None] = {}
    errors: list[Damaged] = []
    try:
        db = Store(disk, options=SMALL)
    except Damaged as error:
        assert disk.digest() == before
        return told, [error]
    with db:
        for key in KEYS:
            try:
                told[key] = db.get(key)
            except Damaged as error:
                errors.append(error)
        scanned: list[tuple[bytes, bytes]] = []
        try:
            scanned.extend(db.scan())
        except Damaged as error:
            errors.append(error)
        else:
            assert [key for key, _ in scanned] == sorted(dict(scanned))
            present = {key: value for key, value in told.items() if value is not None}
            assert present.items() <= dict(scanned).items()
        for key, value in scanned:
            assert told.get(key, value) == value
    assert disk.digest() == before
    return told, errors
