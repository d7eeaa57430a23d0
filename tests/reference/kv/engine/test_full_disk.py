"""E7: no space at the n-th write, for every n: refused in words, nothing lost, and then it goes on.

`kv_faults.full` has the story; here it runs for every n, in memory, and once on a real folder whose
files may not grow.
"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from sdcli.experiments.kv_faults import full
from sdcli.experiments.kv_planted import engine
from sdcli.reference.kv.engine import DiskRefused, Options, Store, open_store
from sdcli.reference.kv.engine.sim_disk import SimDisk

if TYPE_CHECKING:
    from pathlib import Path


def test_every_write_may_find_the_disk_full() -> None:
    found = full(engine(), 3, every=1)
    assert found.bad == 0, found.first
    assert found.tried > 60  # each of sixty writes in its turn, and what flushes write


@pytest.mark.parametrize("room", [0, 1, 40, 400, 1500])
def test_a_store_on_a_full_disk_still_answers(room: int) -> None:
    disk = SimDisk(1)
    db = Store(disk, sync="os", options=Options(log_bytes_max=2000))
    db.put(b"ada", b"1815")
    disk.room = room
    written = 0

    def fill() -> None:
        nonlocal written
        while True:
            db.put(b"key %d" % written, bytes(90))
            written += 1

    with pytest.raises(DiskRefused) as caught:
        fill()
    assert caught.value.exit_code == 4
    assert "no space left on device" in caught.value.what.lower()
    for _ in range(3):  # again and again: the same answer, and no half of it
        with pytest.raises(DiskRefused):
            db.put(b"key %d" % written, bytes(90))
    assert db.get(b"ada") == b"1815"
    assert len(list(db.scan())) == written + 1
    disk.more_room()
    db.put(b"key %d" % written, bytes(90))
    with Store(disk.killed()) as again:
        assert len(list(again.scan())) == written + 2


CHILD = """
import resource, sys
from sdcli.reference.kv.engine import DiskRefused, open_store
db = open_store(sys.argv[1], "os")
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, resource.RLIM_INFINITY))
number = 0
try:
    while number < 1000:
        db.put(b"key %d" % number, bytes(90))
        number += 1
except DiskRefused as error:
    first = str(error.what)
assert db.get(b"key 0") == bytes(90)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
db.put(b"key %d" % number, b"now there is space")
db.close()
print(number, first)
"""


def test_a_real_file_that_may_not_grow(tmp_path: Path) -> None:
    """RLIMIT_FSIZE makes the kernel refuse in the middle of a write."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(tmp_path / "store")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    number, _, why = done.stdout.partition(" ")
    # A record is 24 + 4 + 7 bytes, less or more, with 90 of value: some forty of them fit 5,000.
    assert 35 < int(number) < 50
    assert "the disk refused a write: file too large" in why.lower()
    with open_store(tmp_path / "store") as db:
        assert db.get(b"key %s" % number.encode()) == b"now there is space"
        assert len(list(db.scan())) == int(number) + 1
