"""A file that cannot be opened or read: one rule, whichever file, whoever asks."""

from __future__ import annotations

import errno

import pytest

from sdcli.core.errors import MissingError
from sdcli.reference.kv.engine import Damaged, Options, Store
from sdcli.reference.kv.engine.fs import bytes_in, opened, read_all, unreadable
from sdcli.reference.kv.engine.sim_disk import SimDisk
from sdcli.reference.kv.engine.verify import verify

FILES = ("CURRENT", "000001.manifest", "000002.log", "000001.table")


def store() -> SimDisk:
    """A store of one table, and a log with one record behind it."""
    disk = SimDisk()
    with Store(disk) as db:
        db.put(b"ada", b"1815")
        db.flush()
        db.put(b"bob", b"1912")
    assert set(FILES) < set(disk.names())
    return disk.killed()


def asked(disk: SimDisk) -> None:
    with Store(disk, options=Options(cache_bytes=0)) as db:
        assert db.get(b"ada") == b"1815"


@pytest.mark.parametrize("ask", [asked, verify], ids=["open", "verify"])
@pytest.mark.parametrize("call", ["read", "pread"])
@pytest.mark.parametrize("name", FILES)
def test_what_the_system_refuses_is_no_damage_and_passes(name, call, ask) -> None:
    disk = store()
    disk.fail(call, 1, times=None, only=name, code=errno.EACCES)
    with pytest.raises(MissingError) as refused:
        ask(disk)
    assert refused.value.where == name
    assert refused.value.what.endswith("cannot be read: permission denied")
    assert refused.value.fix == "let this user read the file"
    ask(disk.killed())


@pytest.mark.parametrize("call", ["read", "pread"])
@pytest.mark.parametrize("name", FILES)
def test_what_the_disk_cannot_read_is_damage_with_its_place(name, call) -> None:
    disk = store()
    disk.fail(call, 1, times=None, only=name)
    with pytest.raises(Damaged, match="the disk cannot read this") as damage:
        asked(disk)
    assert damage.value.file == name
    assert [found.file for found in verify(disk).damages] == [name]


@pytest.mark.parametrize(
    ("code", "fix"),
    [
        (errno.EPERM, "let this user read the file"),
        (errno.EMFILE, "let this process open more files: `ulimit -n 4096` before it starts"),
        (errno.ENOMEM, ""),
    ],
    ids=["EPERM", "EMFILE", "ENOMEM"],
)
def test_what_helps_is_said_where_it_is_certain(code, fix) -> None:
    error = unreadable(OSError(code, "The system says"), "000001.log", 7)
    assert isinstance(error, MissingError)
    assert str(error) == "000001.log: this file cannot be read: the system says"
    assert error.fix == fix


def test_a_sum_of_the_file_systems_own_that_does_not_fit_is_damage() -> None:
    error = unreadable(OSError(errno.EBADMSG, "Bad message"), "000001.log", 7, what="record")
    assert isinstance(error, Damaged)
    assert (error.file, error.offset) == ("000001.log", 7)
    assert error.what == "the disk cannot read this record"


@pytest.mark.parametrize("ask", [bytes_in, opened, read_all], ids=["bytes", "open", "read"])
def test_a_file_that_is_gone_is_damage_at_its_first_byte(ask) -> None:
    with pytest.raises(Damaged, match=r"^000001\.log at byte 0: this file is missing"):
        ask(SimDisk(), "000001.log")


def test_a_folder_that_cannot_be_listed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    disk = store()

    def refuse(_disk: SimDisk) -> list[str]:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(SimDisk, "names", refuse)
    for ask in (asked, verify):
        with pytest.raises(MissingError, match="this folder cannot be read") as refused:
            ask(disk)
        assert refused.value.where == disk.place
