"""E10: one process at a time; a lock that a dead process left is no obstacle."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from sdcli.core.errors import InputError
from sdcli.reference.kv.engine import InUse, open_store

if TYPE_CHECKING:
    from pathlib import Path

CHILD = """
import sys
from sdcli.reference.kv.engine import open_store
db = open_store(sys.argv[1])
db.put(b"ada", b"1815")
print("open", flush=True)
sys.stdin.read()
"""


def test_the_second_is_refused_until_the_first_is_dead(tmp_path: Path) -> None:
    path = tmp_path / "store"
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    assert child.stdout.readline() == "open\n"
    before = {file.name: file.read_bytes() for file in path.iterdir()}
    with pytest.raises(InUse) as caught:
        open_store(path)
    assert caught.value.exit_code == 4
    assert f"pid {child.pid}" in caught.value.render()
    assert {file.name: file.read_bytes() for file in path.iterdir()} == before
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdin.close()
    child.stdout.close()
    with open_store(path) as db:
        assert db.get(b"ada") == b"1815"


def test_two_stores_in_one_process_are_two_users(tmp_path: Path) -> None:
    with open_store(tmp_path / "store") as db:
        db.put(b"ada", b"1815")
        with pytest.raises(InUse, match="open"):
            open_store(tmp_path / "store")
        db.put(b"alan", b"1912")  # the first is not disturbed
    with open_store(tmp_path / "store") as db:
        assert dict(db.scan()) == {b"ada": b"1815", b"alan": b"1912"}


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # of processes with threads
def test_a_forked_child_does_not_have_the_store_of_its_parent(tmp_path) -> None:
    """Both would append to one log; its parent goes on, and keeps the lock."""
    with open_store(tmp_path / "store") as db:
        db.put(b"before", b"1")
        child = os.fork()
        if child == 0:
            refused = 0
            for call in (lambda: db.put(b"child", b"1"), lambda: db.get(b"before")):
                try:
                    call()
                except InputError:
                    refused += 1
            db.close()
            os._exit(refused)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 2
        db.put(b"after", b"1")
        with pytest.raises(InUse):
            open_store(tmp_path / "store")
    with open_store(tmp_path / "store") as db:
        assert dict(db.scan()) == {b"before": b"1", b"after": b"1"}
