"""The port to the file system: what it promises on a real folder, and on the simulated disk alike.

A disk that a test believes in must do what the real one does, so the promises are tried on all of
them, and long random runs on both at once.
"""

from __future__ import annotations

import errno
import gc
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdcli.core.errors import InputError, MissingError
from sdcli.reference.kv.engine.counted_fs import CountedFS
from sdcli.reference.kv.engine.errors import DiskRefused, InUse
from sdcli.reference.kv.engine.fs import read_all, replace
from sdcli.reference.kv.engine.os_files import OsReading
from sdcli.reference.kv.engine.os_fs import OsFS
from sdcli.reference.kv.engine.sim_disk import SimDisk

if TYPE_CHECKING:
    from collections.abc import Callable

    from sdcli.reference.kv.engine.fs import FileSystem


@pytest.fixture(params=["os", "sim", "counted"])
def fs(request: pytest.FixtureRequest, tmp_path: Path) -> FileSystem:
    if request.param == "os":
        return OsFS(tmp_path / "store")
    return SimDisk() if request.param == "sim" else CountedFS(SimDisk())


def written(fs: FileSystem, name: str, data: bytes) -> None:
    file = fs.create(name)
    file.append(data)
    file.close()


# What every file system does.


def test_what_was_appended_can_be_read_at_any_offset(fs: FileSystem) -> None:
    file = fs.create("a")
    file.append(b"hello ")
    file.append(b"")
    file.append(b"world")
    file.sync()
    fs.sync_names()
    reading = fs.read("a")
    assert (file.size, reading.size) == (11, 11)
    assert reading.pread(0, 11) == b"hello world"
    assert reading.pread(6, 3) == b"wor"
    assert reading.pread(6, 100) == b"world"
    assert reading.pread(11, 5) == b""
    assert reading.pread(900, 5) == b""
    assert reading.pread(900, 5_000_000) == b""


def test_a_reader_sees_what_is_appended_later(fs: FileSystem) -> None:
    file = fs.create("a")
    reading = fs.read("a")
    file.append(b"late")
    assert (reading.size, reading.pread(0, 4)) == (4, b"late")


def test_a_file_is_opened_again_to_append_and_cut(fs: FileSystem) -> None:
    written(fs, "a", b"one two")
    file = fs.append("a")
    assert file.size == 7
    file.truncate(3)
    file.append(b"!")
    assert (file.size, read_all(fs, "a")) == (4, b"one!")
    with pytest.raises(ValueError, match="has 4 bytes, it cannot be cut to 5"):
        file.truncate(5)


def test_names_are_sorted_and_change(fs: FileSystem) -> None:
    for name in ("b", "a", "c"):
        written(fs, name, name.encode())
    assert list(fs.names()) == ["a", "b", "c"]
    fs.rename("a", "c")
    fs.remove("b")
    assert list(fs.names()) == ["c"]
    assert read_all(fs, "c") == b"a"


def test_a_file_without_a_name_stays_readable(fs: FileSystem) -> None:
    written(fs, "a", b"old")
    written(fs, "b", b"new")
    removed = fs.read("a")
    fs.rename("b", "a")
    assert removed.pread(0, 9) == b"old"
    assert read_all(fs, "a") == b"new"
    fs.remove("a")
    assert removed.pread(0, 9) == b"old"


def test_a_writer_follows_its_file_through_a_rename(fs: FileSystem) -> None:
    file = fs.create("a")
    fs.rename("a", "b")
    file.append(b"x")
    file.sync()
    assert read_all(fs, "b") == b"x"


@pytest.mark.parametrize("call", ["read", "append", "remove", "rename"])
def test_a_file_that_is_not_there(fs: FileSystem, call: str) -> None:
    with pytest.raises(FileNotFoundError):
        getattr(fs, call)(*(["none", "other"] if call == "rename" else ["none"]))
    assert list(fs.names()) == []


def test_a_file_that_is_there_is_not_created(fs: FileSystem) -> None:
    written(fs, "a", b"mine")
    with pytest.raises(FileExistsError):
        fs.create("a")
    assert read_all(fs, "a") == b"mine"


def test_a_closed_file_takes_nothing(fs: FileSystem) -> None:
    file = fs.create("a")
    file.close()
    file.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        file.append(b"x")


def test_replace_leaves_the_new_file_and_no_draft(fs: FileSystem) -> None:
    written(fs, "CURRENT", b"old")
    written(fs, "CURRENT.new", b"of somebody who was interrupted")
    replace(fs, "CURRENT", b"new")
    assert list(fs.names()) == ["CURRENT"]
    assert read_all(fs, "CURRENT") == b"new"


def test_one_holder_of_the_lock(fs: FileSystem) -> None:
    held = fs.lock()
    with pytest.raises(InUse, match=r"(another|this) process has this store open"):
        fs.lock()
    held.release()
    again = fs.lock()
    held.release()  # a second time: it is not the holder any more, and frees nobody
    with pytest.raises(InUse):
        fs.lock()
    again.release()
    assert list(fs.names()) == ["LOCK"]


def test_each_id_is_another(fs: FileSystem) -> None:
    ids = [fs.fresh_id() for _ in range(20)]
    assert {len(one) for one in ids} == {16}
    assert len(set(ids)) == 20


ACTIONS = st.one_of(
    st.tuples(st.just("create"), st.sampled_from("abc")),
    st.tuples(st.just("append"), st.sampled_from("abc"), st.binary(max_size=9)),
    st.tuples(st.just("truncate"), st.sampled_from("abc"), st.integers(0, 30)),
    st.tuples(st.just("sync"), st.sampled_from("abc")),
    st.tuples(st.just("rename"), st.sampled_from("abc"), st.sampled_from("abc")),
    st.tuples(st.just("remove"), st.sampled_from("abc")),
    st.tuples(st.just("sync_names")),
)


def act(fs: FileSystem, open_files: dict[str, Any], action: tuple[Any, ...]) -> str:
    """Do one thing with a file system; what it answered."""
    call, *args = action
    try:
        if call == "create":
            open_files[args[0]] = fs.create(args[0])
        elif call in {"append", "truncate", "sync"}:
            if args[0] not in open_files:
                open_files[args[0]] = fs.append(args[0])
            getattr(open_files[args[0]], call)(*args[1:])
        else:
            getattr(fs, call)(*args)
            if call in {"rename", "remove"}:  # one holder at a time: it goes with its file
                file = open_files.pop(args[0], None)
                open_files.pop(args[-1], None)
                if file is not None and call == "rename":
                    open_files[args[1]] = file
    except (OSError, ValueError) as error:
        return type(error).__name__
    return "done"


@settings(max_examples=60)
@given(actions=st.lists(ACTIONS, max_size=30))
def test_the_simulated_disk_does_what_the_real_one_does(
    tmp_path_factory: pytest.TempPathFactory, actions: list[tuple[Any, ...]]
) -> None:
    both = [OsFS(tmp_path_factory.mktemp("real")), SimDisk()]
    files: list[dict[str, Any]] = [{}, {}]
    for action in actions:
        said = [act(fs, files[i], action) for i, fs in enumerate(both)]
        assert said[0] == said[1], action
        sizes = [{slot: file.size for slot, file in held.items()} for held in files]
        assert sizes[0] == sizes[1]
    left = [{name: read_all(fs, name) for name in fs.names()} for fs in both]
    assert left[0] == left[1]


# The folder.


def test_missing_folders_are_made_and_each_name_is_synced(tmp_path: Path) -> None:
    calls = Faulty()
    OsFS(tmp_path / "a" / "b" / "c", calls=calls)
    assert (tmp_path / "a" / "b" / "c").is_dir()
    made = [call for call in calls.log if call in {"mkdir", "fsync"}]
    assert made == ["mkdir", "fsync"] * 3


def test_a_folder_that_is_there_is_opened_without_a_write(tmp_path: Path) -> None:
    written(OsFS(tmp_path), "a", b"x")
    before = tmp_path.stat().st_mtime_ns
    tmp_path.chmod(0o555)
    try:
        calls = Faulty()
        fs = OsFS(tmp_path, create=False, calls=calls)
        assert read_all(fs, "a") == b"x"
        assert set(calls.log) <= {"open", "close", "scandir", "fstat", "pread"}
        assert tmp_path.stat().st_mtime_ns == before
    finally:
        tmp_path.chmod(0o755)


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("none", "there is no store here"),
        ("file", "this is a file"),
        ("file/below", "this is a file"),
        ("nul\0", "this is no name of a folder"),
        ("x" * 300, "cannot open this folder: file name too long"),
    ],
    ids=["missing", "a file", "below a file", "a NUL", "too long"],
)
def test_no_store_there(tmp_path: Path, path: str, what: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(InputError) as caught:
        OsFS(f"{tmp_path}/{path}", create=False)
    assert caught.value.what == what
    assert sorted(tmp_path.iterdir()) == before


def test_a_full_disk_is_no_mistake_of_the_person(tmp_path: Path) -> None:
    calls = Faulty()
    calls.fail["mkdir"] = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with pytest.raises(MissingError, match="no space left"):
        OsFS(tmp_path / "a", calls=calls)


def test_windows_is_refused_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fcntl", None)
    with pytest.raises(MissingError, match="needs Linux or macOS"):
        OsFS(tmp_path)


def test_a_moved_folder_and_another_working_directory_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    fs = OsFS("store")
    (tmp_path / "store").rename("moved")
    monkeypatch.chdir("/")
    written(fs, "a", b"x")
    assert (tmp_path / "moved" / "a").read_bytes() == b"x"


def test_folders_inside_are_no_files_and_a_pipe_does_not_stop_anybody(tmp_path: Path) -> None:
    fs = OsFS(tmp_path)
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    assert fs.names() == []
    with pytest.raises(OSError, match="Illegal seek"):
        fs.read("pipe").pread(0, 1)


def test_files_are_made_for_all_to_read_less_the_umask(tmp_path: Path) -> None:
    usual = os.umask(0o027)
    try:
        written(OsFS(tmp_path), "a", b"")
    finally:
        os.umask(usual)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640  # 0644 less 0027


# Descriptors.


def descriptors() -> int:
    return sum(1 for _ in Path("/dev/fd").iterdir())


def test_files_close_when_nobody_holds_them(tmp_path: Path) -> None:
    gc.collect()
    before = descriptors()
    fs = OsFS(tmp_path)
    file, held = fs.create("a"), fs.lock()
    reading = fs.read("a")
    assert descriptors() == before + 4
    del file, reading, held
    assert descriptors() == before + 1
    fs.lock()  # nobody keeps it, so it is free again
    fs.lock().release()
    del fs
    assert descriptors() == before


def test_refusals_leave_no_descriptor(tmp_path: Path) -> None:
    fs = OsFS(tmp_path)
    held = fs.lock()
    before = descriptors()
    with pytest.raises(InUse):
        fs.lock()
    with pytest.raises(FileNotFoundError):
        fs.read("none")
    with pytest.raises(InputError):
        OsFS(tmp_path / "none", create=False)
    fs.names()
    assert descriptors() == before
    held.release()


def test_no_descriptor_reaches_a_program_that_is_started(tmp_path: Path) -> None:
    fs = OsFS(tmp_path)
    file, held = fs.create("a"), fs.lock()
    for one in (fs._folder, file._handle, held._handle):
        assert not os.get_inheritable(one)


# The lock.


def test_who_is_refused_is_told_by_whom(tmp_path: Path) -> None:
    fs = OsFS(tmp_path)
    held = fs.lock()
    with pytest.raises(InUse) as caught:
        OsFS(tmp_path).lock()
    assert caught.value.given == f"pid {os.getpid()}"
    (tmp_path / "LOCK").write_bytes(b"\xff\x1b[2J")
    with pytest.raises(InUse) as caught:
        OsFS(tmp_path).lock()
    assert caught.value.given == "a process that did not write its pid into LOCK"
    held.release()


HOLD_AND_WAIT = (
    "import sys; from sdcli.reference.kv.engine.os_fs import OsFS;"
    "held = OsFS(sys.argv[1]).lock(); print('held', flush=True); sys.stdin.read()"
)


def test_another_process_is_refused_and_a_dead_one_is_no_obstacle(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD_AND_WAIT, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(InUse) as caught:
            OsFS(tmp_path).lock()
        assert caught.value.given == f"pid {other.pid}"
        other.kill()
    assert (tmp_path / "LOCK").read_bytes() == b"pid %d\n" % other.pid  # stale, and nobody minds
    held = OsFS(tmp_path).lock()
    assert (tmp_path / "LOCK").read_bytes() == b"pid %d\n" % os.getpid()
    held.release()


def test_a_forked_child_has_the_lock_too_and_cannot_free_it_by_ending(tmp_path: Path) -> None:
    """A descriptor that was duplicated shares the lock, just as a forked one does: dup(2)."""
    held = OsFS(tmp_path).lock()
    forked = os.dup(held._handle)
    os.close(forked)  # the child ended
    with pytest.raises(InUse):
        OsFS(tmp_path).lock()
    forked = os.dup(held._handle)
    held.release()  # while a child is alive
    OsFS(tmp_path).lock().release()
    os.close(forked)
    held = OsFS(tmp_path).lock()
    forked = os.dup(held._handle)
    del held  # a child that cleans up what it inherited: the other one goes on holding it
    with pytest.raises(InUse):
        OsFS(tmp_path).lock()
    os.close(forked)


def test_the_lock_holds_on_a_full_disk(tmp_path: Path) -> None:
    calls = Faulty()
    fs = OsFS(tmp_path, calls=calls)
    calls.fail["write"] = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    held = fs.lock()
    with pytest.raises(InUse):
        OsFS(tmp_path).lock()
    held.release()


def test_who_only_looks_shares_the_lock_and_changes_nothing(tmp_path: Path) -> None:
    fs = OsFS(tmp_path)
    assert fs.lock_shared() is None, "nobody has had this folder open"
    assert fs.names() == []
    (tmp_path / "LOCK").write_bytes(b"pid 7\n")
    (tmp_path / "LOCK").chmod(0o444)
    first, second = fs.lock_shared(), OsFS(tmp_path).lock_shared()
    assert first is not None
    assert second is not None
    assert (tmp_path / "LOCK").read_bytes() == b"pid 7\n"
    (tmp_path / "LOCK").chmod(0o644)
    with pytest.raises(InUse) as refused:
        OsFS(tmp_path).lock()
    assert refused.value.given == "a process that reads it", "the pid is of somebody long gone"
    first.release()
    second.release()
    writer = OsFS(tmp_path).lock()
    with pytest.raises(InUse, match="open already"):
        fs.lock_shared()
    writer.release()


def test_a_ctrl_c_before_a_file_was_made_leaves_no_noise(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What `__del__` raises goes to stderr, of a person who only pressed a key."""
    half = OsReading.__new__(OsReading)  # where a Ctrl-C ends `__init__` at its first line
    del half
    gc.collect()
    assert capsys.readouterr().err == ""


def test_a_file_system_without_locks_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    def flock(handle: int, how: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    fs = OsFS(tmp_path)
    before = descriptors()
    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(DiskRefused, match="LOCK: the disk refused a write: no locks available"):
        fs.lock()
    assert descriptors() == before


# Calls that do less than they were asked for (E9).


class Faulty:
    """The calls of `os`, each of which may be cut short, interrupted, or refused."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.interrupt_at = 0  # the n-th call is interrupted before it does anything
        self.bytes_max = 0  # of each read and write
        self.fail: dict[str, OSError] = {}

    def __getattr__(self, name: str) -> Callable[..., Any]:
        real = getattr(os, name)

        def call(*args: Any, **named: Any) -> Any:
            self.log.append(name)
            if len(self.log) == self.interrupt_at:
                if name == "close":
                    real(*args)  # the descriptor is gone all the same, says close(2) of Linux
                raise InterruptedError(errno.EINTR, os.strerror(errno.EINTR))
            if name in self.fail:
                raise self.fail[name]
            if self.bytes_max and name == "write":
                args = (args[0], bytes(args[1])[: self.bytes_max])
            if self.bytes_max and name == "pread":
                args = (args[0], min(args[1], self.bytes_max), args[2])
            return real(*args, **named)

        return call


def a_little_of_everything(path: Path, calls: Faulty) -> dict[str, bytes]:
    """Use every call of the port; what the folder holds afterwards."""
    fs = OsFS(path / "store", calls=calls)
    held = fs.lock()
    file = fs.create("a")
    file.append(b"hello world")
    file.sync()
    file.truncate(5)
    file.close()
    file = fs.append("a")
    file.append(b"!")
    fs.rename("a", "b")
    fs.sync_names()
    written(fs, "c", b"gone")
    fs.remove("c")
    assert fs.read("b").size == 6
    assert fs.read("b").pread(1, 9) == b"ello!"
    held.release()
    return {name: read_all(fs, name) for name in fs.names()}


EXPECTED = {"LOCK": b"pid %d\n" % os.getpid(), "b": b"hello!"}


def test_an_interruption_at_every_call(tmp_path: Path) -> None:
    calls = Faulty()
    assert a_little_of_everything(tmp_path / "0", calls) == EXPECTED
    used = set(calls.log)
    assert used >= {"open", "close", "write", "pread", "fsync", "fdatasync", "ftruncate"}
    assert used >= {"replace", "unlink", "mkdir", "scandir", "fstat"}
    for number in range(1, len(calls.log) + 1):
        interrupted = Faulty()
        interrupted.interrupt_at = number
        folder = tmp_path / str(number)
        assert a_little_of_everything(folder, interrupted) == EXPECTED, calls.log[number - 1]


@pytest.mark.parametrize("bytes_max", [1, 2, 3, 5])
def test_short_reads_and_writes(tmp_path: Path, bytes_max: int) -> None:
    calls = Faulty()
    calls.bytes_max = bytes_max
    fs = OsFS(tmp_path, calls=calls)
    written(fs, "a", b"hello world")
    assert read_all(fs, "a") == b"hello world"
    assert fs.read("a").pread(3, 100) == b"lo world"


def test_the_size_is_right_after_a_write_that_failed_half_way(tmp_path: Path) -> None:
    calls = Faulty()
    fs = OsFS(tmp_path, calls=calls)
    file = fs.create("a")
    file.append(b"good")
    calls.bytes_max = 3

    def full_after_one(handle: int, data: bytes) -> int:
        if len(data) == 8:
            return os.write(handle, bytes(data[:3]))
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    file._write = full_after_one
    with pytest.raises(OSError, match="No space left"):
        file.append(b"half way")
    assert (file.size, read_all(fs, "a")) == (7, b"goodhal")
    file.truncate(4)
    assert (file.size, read_all(fs, "a")) == (4, b"good")


def test_a_system_that_writes_nothing_does_not_hang_anybody(tmp_path: Path) -> None:
    file = OsFS(tmp_path).create("a")
    file._write = lambda handle, data: 0
    with pytest.raises(OSError, match="wrote nothing"):
        file.append(b"x")


def test_a_read_of_more_than_there_is_takes_no_memory_for_it(tmp_path: Path) -> None:
    calls = Faulty()
    fs = OsFS(tmp_path, calls=calls)
    written(fs, "a", b"small")
    asked = []

    def pread(handle: int, size: int, offset: int) -> bytes:
        asked.append(size)
        return os.pread(handle, size, offset)

    reading = fs.read("a")
    reading._pread = pread
    assert reading.pread(1, 4_000_000_000) == b"mall"
    assert asked == [4]


@pytest.mark.parametrize(
    ("call", "name"), [("sync", "fdatasync"), ("truncate", "ftruncate"), ("append", "write")]
)
def test_what_the_disk_refuses_comes_through(tmp_path: Path, call: str, name: str) -> None:
    calls = Faulty()
    file = OsFS(tmp_path, calls=calls).create("a")
    calls.fail[name] = OSError(errno.EIO, os.strerror(errno.EIO))
    file._write = calls.write
    with pytest.raises(OSError, match="Input/output error"):
        getattr(file, call)(*{"sync": [], "truncate": [0], "append": [b"x"]}[call])


@pytest.mark.parametrize(
    ("code", "called"),
    [(0, ["full"]), (errno.ENOTSUP, ["full", "fdatasync"]), (errno.EIO, ["full"])],
    ids=["goes through the drive's cache", "falls back", "fails"],
)
def test_macos_syncs_through_the_cache_of_the_drive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, called: list[str]
) -> None:
    import fcntl

    calls = Faulty()
    file = OsFS(tmp_path, calls=calls).create("a")
    calls.log.clear()

    def full(handle: int, command: int) -> None:
        assert command == 51  # F_FULLFSYNC of <sys/fcntl.h>
        calls.log.append("full")
        if code:
            raise OSError(code, os.strerror(code))

    monkeypatch.setattr(fcntl, "F_FULLFSYNC", 51, raising=False)
    monkeypatch.setattr(fcntl, "fcntl", full)
    if code == errno.EIO:
        with pytest.raises(OSError, match="Input/output error"):
            file.sync()
    else:
        file.sync()
    assert calls.log == called
