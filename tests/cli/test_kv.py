"""`sdcli kv` from outside: what it prints, what it leaves on disk, and with which exit code."""

from __future__ import annotations

import errno
import io
import json
import os
import re
import signal
import subprocess
import sys
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.cli.entry import run
from sdcli.cli.kv_scan import key_behind
from sdcli.cli.kv_text import bytes_json, escaped, unescaped
from sdcli.core.text import printable
from sdcli.reference.kv.engine import Options, Store, open_store
from sdcli.reference.kv.engine.os_files import OsWriting
from sdcli.reference.kv.engine.os_fs import OsFS
from tests.cli.pseudo_terminal import PseudoTerminal

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]


class Told(NamedTuple):
    code: int
    out: bytes
    err: str

    @property
    def json(self) -> dict:
        return json.loads(self.out)


@pytest.fixture
def kv(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> Callable[..., Told]:
    """A call of `sdcli kv` in an empty folder, in this process."""
    monkeypatch.chdir(tmp_path)

    def call(*words: str, stdin: bytes = b"") -> Told:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        capfdbinary.readouterr()
        code = run(["kv", *words])
        out, err = capfdbinary.readouterr()
        return Told(code, out, err.decode())

    return call


def digest(folder: Path) -> str:
    """Of all names and bytes, LOCK apart."""
    found = sha256()
    for path in sorted(folder.rglob("*")):
        if path.name != "LOCK":
            found.update(f"{path.relative_to(folder)}\0".encode())
            found.update(path.read_bytes() if path.is_file() else b"")
    return found.hexdigest()


def here() -> list[str]:
    """What is in this folder, the home of whoever runs it apart."""
    return sorted(path.name for path in Path().iterdir() if path.name != "home")


# Escapes


@given(st.binary(max_size=40))
def test_every_key_survives_being_printed(data: bytes) -> None:
    text = escaped(data)
    assert unescaped(text.encode()) == data
    assert printable(text) == text
    assert "\t" not in text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"cart:ann", "cart:ann"),
        (b"a\tb\nc\rd\\", r"a\tb\nc\rd\\"),
        ("grün €".encode(), "grün €"),
        (b"\x00\x1b[31m\xff", r"\x00\x1b[31m\xff"),
        ("\u202e".encode(), r"\xe2\x80\xae"),  # would turn the direction of writing around
        (b"", ""),
    ],
)
def test_what_is_escaped(data: bytes, text: str) -> None:
    assert escaped(data) == text


@pytest.mark.parametrize("text", [rb"\q", rb"\x1", rb"\xg0", b"end\\"])
def test_other_escapes_are_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"\\"):
        unescaped(text)


def test_json_has_text_where_there_is_text() -> None:
    assert bytes_json("grün".encode()) == "grün"
    assert bytes_json(b"\xff\x00") == {"base64": "/wA="}


# Put, get, delete, scan


def test_what_is_put_is_got(kv) -> None:
    assert kv("put", "store", "cart:ann", "milk") == (0, b"stored\n", "")
    assert kv("get", "store", "cart:ann") == (0, b"milk\n", "")
    assert kv("get", "store", "cart:ann", "--raw").out == b"milk"
    assert kv("delete", "store", "cart:ann") == (0, b"deleted\n", "")
    assert kv("delete", "store", "cart:ann") == (0, b"it had no value\n", "")
    told = kv("get", "store", "cart:ann")
    assert (told.code, told.out) == (1, b"")
    assert told.err == "error: cart:ann: this key has no value\n"


def test_answers_as_json(kv) -> None:
    assert kv("put", "s", "a", "1", "--json").json == {
        "stored": 1,
        "sync": "always",
        "expires_ns": None,
    }
    assert kv("get", "s", "a", "--json").json == {"key": "a", "found": True, "value": "1"}
    told = kv("get", "s", "b", "--json")
    assert (told.code, told.json) == (1, {"key": "b", "found": False, "value": None})
    kv("put", "s", r"\xff", r"\x00", "--escaped")
    assert kv("scan", "s", "--json").json == {
        "entries": [
            {"key": "a", "value": "1"},
            {"key": {"base64": "/w=="}, "value": "\0"},
        ]
    }
    assert b"\0" not in kv("scan", "s", "--json").out
    assert kv("delete", "s", "a", "--json").json == {"key": "a", "deleted": True}
    stats = kv("stats", "s", "--json").json
    assert (stats["operations"], stats["was_closed"], stats["logs"]) == (3, True, 1)
    assert kv("verify", "s", "--json").json["sound"] is True


def test_a_value_goes_into_a_pipe_as_it_is(kv, tmp_path: Path) -> None:
    value = b"\x00\xff\n\x1b[31m"
    with open_store(tmp_path / "s") as db:
        db.put(b"k", value)
    assert kv("get", "s", "k", "--raw").out == value
    assert kv("get", "s", "k").out == value + b"\n"


def test_scan_takes_bounds_prefix_limit_and_direction(kv) -> None:
    kv("put", "s", "-", stdin=b"".join(b"%c\t%d\n" % (97 + n, n) for n in range(6)) + b"ab\t9\n")

    def keys(*words: str) -> str:
        return "".join(
            line.split("\t")[0] + " " for line in kv("scan", "s", *words).out.decode().splitlines()
        )

    assert keys() == "a ab b c d e f "
    assert keys("b") == "b c d e f "
    assert keys("b", "d") == "b c "
    assert keys("--prefix", "a") == "a ab "
    assert keys("aa", "--prefix", "a") == "ab "
    assert keys("a", "ab", "--prefix", "a") == "a "
    assert keys("--reverse", "--limit", "2") == "f e "
    assert keys("--limit", "0") == ""


@pytest.mark.parametrize(
    ("prefix", "behind"),
    [(b"a", b"b"), (b"a\xff", b"b"), (b"\xff\xff", None), (b"", None), (b"a\xfe", b"a\xff")],
)
def test_the_first_key_behind_a_prefix(prefix: bytes, behind: bytes | None) -> None:
    assert key_behind(prefix) == behind


def test_a_value_with_a_time_to_live_is_gone_after_it(kv, tmp_path: Path) -> None:
    assert kv("put", "s", "k", "v", "--ttl", "1h").code == 0
    assert kv("get", "s", "k").code == 0
    in_two_hours = open_store(tmp_path / "s", clock=lambda: 2**63)
    with in_two_hours as db:
        assert db.get(b"k") is None


@pytest.mark.parametrize("ttl", ["5", "-1h", "0 s", "1 to 2 h", "3 MB", "soon", "1e30 year"])
def test_other_times_to_live_are_refused(kv, tmp_path: Path, ttl: str) -> None:
    assert kv("put", "s", "k", "v", f"--ttl={ttl}").code == 2
    assert not (tmp_path / "s").exists()


def test_options_that_do_not_exist_are_refused_before_a_store_is_made(kv, tmp_path: Path) -> None:
    told = kv("put", "s", "k", "v", "--sync", "sometimes")
    assert (told.code, told.out) == (2, b"")
    assert "always, group or os" in told.err
    assert kv("put", "s", "k" * 70_000, "v").code == 2
    assert kv("put", "s", "k").code == 2
    assert kv("put", "s", r"\q", "v", "--escaped").code == 2
    assert not (tmp_path / "s").exists()


# Lines from stdin


@pytest.mark.parametrize("sync", ["always", "group", "os"])
def test_lines_are_stored_and_scan_prints_them_again(kv, sync: str) -> None:
    lines = b"a\\tb\t1\\n\n\xc3\xbc\t\\xff\\\\\nlast\tno line end"
    assert kv("put", "s", "-", "--sync", sync, stdin=lines).out == b"stored 3\n"
    printed = kv("scan", "s").out
    assert printed == b"a\\tb\t1\\n\nlast\tno line end\n\xc3\xbc\t\\xff\\\\\n"
    kv("put", "other", "-", stdin=printed)
    assert kv("scan", "other").out == printed


@pytest.mark.parametrize("sync", ["always", "group", "os"])
def test_a_bad_line_is_told_by_number_and_the_lines_before_it_are_stored(kv, sync: str) -> None:
    told = kv("put", "s", "-", "--sync", sync, stdin=b"a\t1\nb\t2\nno tab here\nc\t3\n")
    assert (told.code, told.out) == (2, b"")
    assert "line 3: there is no tab in this line" in told.err
    assert "the 2 lines before it are stored" in told.err
    assert kv("scan", "s").out == b"a\t1\nb\t2\n"
    assert kv("verify", "s").code == 0


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (b"a\\q\t1", r"line 1: \q is no escape"),
        (b"\n", "line 1: this line is empty"),
        (b"\r\n", "line 1: this line is empty"),
        (b"x" * 70_000 + b"\t1", "this key is too long, 70,000 bytes\n"),
        (b"x" * 70_000 + b"\t1", "expected: at most 65,535"),
        (b"a\tb\tc", "the third column is no moment"),
        (b"a\tb\t@", "the third column is no moment"),
        (b"a\tb\t@\xd9\xa1", "the third column is no moment"),
        (b"a\tb\t@-1", "the third column is no moment"),
        (b"a\tb\t@%d" % 2**64, "this is no moment"),
    ],
)
def test_why_a_line_is_bad(kv, line: bytes, what: str) -> None:
    told = kv("put", "s", "-", stdin=line)
    assert told.code == 2
    assert what in told.err
    assert not Path("s").exists()  # nothing is made for a line that cannot be used


def test_lines_may_come_from_elsewhere(kv) -> None:
    """With a byte order mark before them, and with carriage returns at their ends."""
    kv("put", "s", "-", stdin=b"\xef\xbb\xbfa\t1\r\nb\t2\\r\r\nc\t3\r")
    assert kv("scan", "s").out == b"a\t1\nb\t2\\r\nc\t3\\r\n"


def test_no_lines_make_no_store(kv) -> None:
    assert kv("put", "s", "-") == (0, b"stored 0\n", "")
    assert not Path("s").exists()


def test_values_that_expire_keep_their_end_from_one_store_to_the_next(kv) -> None:
    later = 2**63
    with open_store("s") as db:
        db.put(b"a", b"1")
        db.put(b"b", b"2", expires_ns=later)
        db.put(b"gone", b"3", expires_ns=1)
    printed = kv("scan", "s").out
    assert printed == b"a\t1\nb\t2\t@%d\n" % later
    assert kv("put", "t", "-", "--ttl", "1h", stdin=printed).out == b"stored 2\n"
    [a, b] = kv("scan", "t", "--json").json["entries"]
    assert b == {"key": "b", "value": "2", "expires_ns": later}
    assert 0 < a["expires_ns"] < later
    assert kv("scan", "s", "--reverse", "--json").json["entries"] == [b, {"key": "a", "value": "1"}]


def test_keys_alone_and_their_number(kv) -> None:
    kv("put", "s", "-", stdin=b"a\t1\nb\t2\nc\t3\n")
    assert kv("scan", "s", "--keys").out == b"a\nb\nc\n"
    assert kv("scan", "s", "b", "--count").out == b"2\n"
    assert kv("scan", "s", "--count", "--limit", "1").out == b"1\n"
    assert kv("scan", "s", "--keys", "--limit", "2", "--json").json == {"keys": ["a", "b"]}
    assert kv("scan", "s", "--count", "--json").json == {"count": 3}
    assert kv("scan", "s", "--count", "--keys").code == 2


def test_a_value_comes_from_a_file_as_it_is(kv) -> None:
    value = bytes(range(256))
    Path("photo").write_bytes(value)
    assert kv("put", "s", "k", "--from", "photo") == (0, b"stored\n", "")
    assert kv("get", "s", "k", "--raw").out == value
    kv("put", "s", "-", "--from", "-", stdin=b"a\tb\n")  # a key, since a value is given
    assert kv("get", "s", "--raw", "--", "-").out == b"a\tb\n"
    assert kv("put", "new", "k", "v", "--from", "photo").code == 2
    assert kv("put", "new", "k", "--from", "nothing").code == 2
    assert kv("put", "new", "k", "--from", "").code == 2
    assert not Path("new").exists()


def test_compacting_gives_back_what_nobody_reads(kv) -> None:
    with open_store("s", "os") as db:
        for _ in range(2):
            for number in range(200):
                db.put(b"%d" % number, b"x" * 100)
            db.flush()
    told = kv("compact", "s", "--json").json
    assert told["bytes_after"] < 0.7 * told["bytes_before"]
    assert told["bytes_after"] == sum(
        path.stat().st_size for path in Path("s").iterdir() if path.name != "LOCK"
    )
    assert kv("compact", "s").out.startswith(
        b"%d,%03d bytes before, " % divmod(told["bytes_after"], 1000)
    )
    assert kv("scan", "s", "--count").out == b"200\n"


# Folders


@pytest.mark.parametrize(
    "words",
    [
        ("put", "", "k", "v"),
        ("put", "", "-"),
        ("get", "", "k"),
        ("scan", ""),
        ("verify", ""),
        ("dump", ""),
        ("compact", ""),
        ("salvage", "", "out"),
        ("salvage", "s", ""),
    ],
    ids=" ".join,
)
def test_an_empty_path_is_not_this_folder(kv, words: tuple[str, ...]) -> None:
    told = kv(*words)
    assert (told.code, told.out) == (2, b"")
    assert "this path is empty" in told.err
    assert here() == []


@pytest.mark.parametrize("command", ["put", "get", "verify", "dump", "stats", "compact"])
def test_paths_that_lead_nowhere(kv, command: str) -> None:
    Path("dangling").symlink_to("nowhere")
    Path("circle").symlink_to("circle")
    more = {"put": ["k", "v"], "get": ["k"]}.get(command, [])
    for place, what in (
        ("dangling", "this link leads to what is not there\n   given: nowhere"),
        ("circle", "too many levels of symbolic links"),
        ("x" * 300, "file name too long"),
    ):
        told = kv(command, place, *more)
        assert (told.code, told.out) == (2, b"")
        assert what in told.err
    assert not Path("nowhere").exists()


def test_what_is_to_be_typed_can_be_copied_into_a_shell(kv, damaged: Path) -> None:
    damaged.rename("it's mine")
    assert b"`sdcli kv salvage 'it'\"'\"'s mine' OUT`" in kv("verify", "it's mine").out
    told = kv("get", "two\nlines", "k")
    assert "error: two\\nlines: there is no store here" in told.err
    assert "`sdcli kv put $'two\\nlines' KEY VALUE`" in told.err


@pytest.mark.parametrize("command", ["get", "delete", "scan", "verify", "dump", "salvage", "stats"])
def test_no_command_but_put_makes_a_store(kv, tmp_path: Path, command: str) -> None:
    more = {"get": ["k"], "delete": ["k"], "salvage": ["out"]}.get(command, [])
    (tmp_path / "empty").mkdir()
    for place in ("nowhere", "empty"):
        told = kv(command, place, *more)
        assert (told.code, told.out) == (2, b"")
        assert "there is no s" in told.err  # store, or such file
    assert not (tmp_path / "nowhere").exists()
    assert not (tmp_path / "out").exists()
    assert list((tmp_path / "empty").iterdir()) == []


def test_a_folder_with_something_else_in_it_is_left_alone(kv, tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "app.log").write_text("of somebody's")
    before = digest(tmp_path / "notes")
    told = kv("put", "notes", "a", "b")
    assert (told.code, told.out) == (2, b"")
    assert "this folder holds something else" in told.err
    assert digest(tmp_path / "notes") == before
    assert not (tmp_path / "notes" / "LOCK").exists()


def test_who_reads_changes_nothing_and_lets_others_read(kv, tmp_path: Path) -> None:
    kv("put", "s", "k", "v")
    (tmp_path / "s" / "LOCK").write_text("of somebody's")
    with open_store("s", read_only=True):
        assert kv("get", "s", "k").out == b"v\n"
        assert kv("scan", "s").out == b"k\tv\n"
        assert kv("stats", "s").code == 0
        assert kv("put", "s", "k", "w").code == 4
    assert (tmp_path / "s" / "LOCK").read_text() == "of somebody's"


@pytest.mark.parametrize("command", ["put", "get", "verify", "salvage", "stats"])
def test_a_store_in_use_is_told_as_such(kv, tmp_path: Path, command: str) -> None:
    more = {"put": ["k", "v"], "get": ["k"], "salvage": ["out"]}.get(command, [])
    with open_store(tmp_path / "s") as db:
        db.put(b"k", b"v")
        told = kv(command, "s", *more)
    assert (told.code, told.out) == (4, b"")
    assert "s/LOCK: this process has this store open already" in told.err


# Damage


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """A store of two tables and a log, with one bad byte in a table."""
    folder = tmp_path / "s"
    with open_store(folder, "os") as db:
        for number in range(300):
            db.put(b"key %03d" % number, b"value %d" % number)
        db.flush()
        db.put(b"newest", b"in the log")
    path = folder / "000001.table"
    data = bytearray(path.read_bytes())
    data[data.index(b"key 000")] ^= 1
    path.write_bytes(data)
    return folder


def test_damage_has_its_own_exit_code_and_names_file_and_offset(kv, damaged: Path) -> None:
    before = digest(damaged)
    assert kv("get", "s", "newest").out == b"in the log\n"
    told = kv("get", "s", "key 000")
    assert (told.code, told.out) == (3, b"")
    assert "000001.table at byte 0" in told.err
    told = kv("verify", "s")
    assert told.code == 3
    assert told.out.startswith(b"damaged: 000001.table at byte 0: ")
    told = kv("verify", "s", "--json")
    assert told.code == 3
    [damage] = told.json["damages"]
    assert (damage["file"], damage["offset"]) == ("000001.table", 0)
    told = kv("scan", "s", "--json")
    assert (told.code, told.out) == (3, b"")
    assert digest(damaged) == before


def test_lines_are_stored_beside_a_damaged_table_and_a_note_says_so(
    kv, damaged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = partial(open_store, options=Options(log_bytes_max=2_000, level0_tables=1))
    monkeypatch.setattr("sdcli.cli.kv_lines.open_store", small)
    lines = b"".join(b"key %03d\t%s\n" % (number, b"x" * 1_000) for number in range(300))
    told = kv("put", "s", "-", "--sync", "os", stdin=lines)
    assert told[:2] == (0, b"stored 300\n")
    assert "note: tables are not merged any more: 000001.table at byte 0: " in told.err
    assert kv("get", "s", "key 000").out == b"x" * 1_000 + b"\n"


def test_a_key_whose_value_is_damaged_can_be_deleted(kv, damaged: Path) -> None:
    told = kv("delete", "s", "key 000", "--json", "--sync", "os")
    assert told.json == {"key": "key 000", "deleted": None}
    assert kv("get", "s", "key 000").code == 1
    assert kv("delete", "s", "key 001") == (0, b"deleted\n", "")


def test_salvage_makes_a_new_store_and_does_not_touch_the_old(kv, damaged: Path) -> None:
    lock = damaged / "LOCK"
    before, held = digest(damaged), (lock.read_bytes(), lock.stat().st_mtime_ns)
    told = kv("salvage", "s", "out", "--json")
    assert told.code == 0
    counts = told.json
    assert counts["keys"] + counts["lost"] == 301
    assert counts["lost"] > 0
    assert counts["lost_is_known"] is True
    assert (counts["blocks_lost"], counts["unreadable"]) == (1, [])
    assert digest(damaged) == before
    assert (lock.read_bytes(), lock.stat().st_mtime_ns) == held
    assert kv("get", "out", "newest").out == b"in the log\n"
    assert kv("get", "out", "key 299").out == b"value 299\n"
    assert kv("verify", "out").code == 0
    told = kv("salvage", "s", "second")
    assert b"damaged: 000001.table at byte 0" in told.out
    assert b"lost in all: %d operations or entries" % counts["lost"] in told.out


def test_a_salvage_that_is_interrupted_is_not_taken_for_a_whole_one(
    kv, damaged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put, calls = Store.put, iter(range(100))

    def interrupted(*given, **named) -> None:
        put(*given, **named)
        if next(calls) == 4:
            raise KeyboardInterrupt

    with monkeypatch.context() as during:
        during.setattr(Store, "put", interrupted)
        told = kv("salvage", "s", "out")
    assert (told.code, told.out) == (130, b"")
    draft = damaged.parent / "out.unfinished"
    # The fifth is in the store, and was not counted: at least so many.
    assert f"{draft} holds 4 keys, not all" in told.err
    assert not Path("out").exists()
    before = digest(draft)
    told = kv("salvage", "s", "out")
    assert (told.code, told.out) == (2, b"")
    assert f"fix: rm -r {draft}" in told.err
    assert digest(draft) == before
    draft.rename("aside")
    assert kv("salvage", "s", "out").code == 0
    assert not draft.exists()


def test_a_salvage_onto_a_full_disk_says_what_it_has(
    kv, damaged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = OsWriting.append

    def full(file: OsWriting, data: bytes) -> None:
        if file.size + len(data) > 4_000:
            raise OSError(errno.ENOSPC, "No space left on device")
        append(file, data)

    with monkeypatch.context() as during:
        during.setattr(OsWriting, "append", full)
        told = kv("salvage", "s", "out")
    assert (told.code, told.out) == (4, b"")
    assert "the disk refused a write: no space left on device" in told.err
    said = re.search(r"out.unfinished holds (\d+) keys, not all", told.err)
    assert int(kv("scan", "out.unfinished", "--count").out) == int(said[1]) > 20
    assert not Path("out").exists()


def test_salvage_into_an_empty_folder_keeps_its_permissions(kv, damaged: Path) -> None:
    Path("out").mkdir(mode=0o700)
    assert kv("salvage", "s", "out").code == 0
    assert Path("out").stat().st_mode & 0o777 == 0o700
    assert here() == ["out", "s"]


def test_salvage_of_a_store_without_keys_makes_none(kv) -> None:
    with open_store("s") as db:
        db.put(b"k", b"v")
        db.delete(b"k")
    assert kv("salvage", "s", "out").out.startswith(b"there is no key to copy; out is not made\n")
    assert here() == ["s"]


def test_current_of_another_store_is_not_believed(kv, damaged: Path) -> None:
    with open_store("other") as db:
        db.put(b"k", b"v")
    (damaged / "CURRENT").write_bytes(Path("other/CURRENT").read_bytes())
    told = kv("verify", "s", "--json")
    assert told.code == 3
    assert [(one["file"], one["offset"]) for one in told.json["damages"]] == [
        ("000001.table", 0),
        ("CURRENT", 0),
    ]
    told = kv("salvage", "s", "out", "--json").json
    assert told["keys"] + told["lost"] == 301
    assert kv("get", "out", "newest").out == b"in the log\n"


@pytest.mark.parametrize("out", ["s", "s/inside", "full", "full/file", "."])
def test_salvage_writes_nowhere_but_into_a_new_or_empty_folder(
    kv, damaged: Path, tmp_path: Path, out: str
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("of somebody's")
    before = digest(tmp_path)
    assert kv("salvage", "s", out).code == 2
    assert digest(tmp_path) == before


def test_salvage_works_without_current_and_from_a_folder_that_cannot_be_written(
    kv, damaged: Path
) -> None:
    (damaged / "CURRENT").unlink()
    damaged.chmod(0o555)
    try:
        told = kv("salvage", "s", "out", "--json")
    finally:
        damaged.chmod(0o755)
    assert told.code == 0
    assert told.json["keys"] + told.json["lost"] == 301


# Dump


def test_a_file_is_dumped_alone_and_outside_of_its_folder(
    kv, damaged: Path, tmp_path: Path
) -> None:
    alone = tmp_path / "000001.table"
    alone.write_bytes((damaged / "000001.table").read_bytes())
    told = kv("dump", "000001.table", "--json", "--limit", "0")
    rows = told.json["rows"]
    assert told.json["next_offset"] is None
    assert sum(row["bytes"] for row in rows) == told.json["bytes"] == alone.stat().st_size
    assert [row["offset"] for row in rows if row["wrong"]] == [0]
    first = kv("dump", "000001.table", "--limit", "3", "--json").json
    assert len(first["rows"]) == 3
    assert (
        kv("dump", "000001.table", "--offset", str(first["next_offset"]), "--json").json["rows"][0]
        == rows[3]
    )
    shown = kv("dump", "000001.table", "--limit", "3").out.decode().splitlines()
    assert shown[0].startswith("!        0  ")
    assert shown[-1].startswith("... ")


def test_a_folder_is_dumped_file_by_file(kv, damaged: Path) -> None:
    told = kv("dump", "s", "--json")
    assert [row["file"] for row in told.json["files"]] == [
        "000001.manifest",
        "000001.table",
        "000002.log",
        "CURRENT",
        "LOCK",
    ]
    assert b"000002.log" in kv("dump", "s").out


def test_what_is_no_file_of_a_store_is_not_dumped(kv, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    os.mkfifo(tmp_path / "000001.log")
    for name in ("notes.txt", "000001.log", "nothing"):
        told = kv("dump", name)
        assert (told.code, told.out) == (2, b"")


def test_a_table_that_lost_or_won_bytes_is_explained_all_the_same(kv, damaged: Path) -> None:
    path = damaged / "000002.table"
    with open_store(damaged) as db:
        db.put(b"x", b"y" * 300)
        db.flush()
    whole = path.read_bytes()
    for data in (whole[:-1], whole[:-60], whole + b"!"):
        path.write_bytes(data)
        rows = kv("dump", "s/000002.table", "--json").json["rows"]
        assert "key 'x'" in [row["what"] for row in rows]
        assert not rows[0]["wrong"]
        assert rows[-1]["wrong"]


def test_a_dump_of_nothing_says_so(kv) -> None:
    Path("000001.log").touch()
    assert kv("dump", "000001.log").out == b"0 bytes\n"
    Path("000001.log").write_bytes(bytes(40))
    assert (
        kv("dump", "000001.log", "--offset", "40").out == b"byte 40 is behind the end: 40 bytes\n"
    )


def test_only_files_have_rows(kv, damaged: Path) -> None:
    for option in ("--limit", "--offset"):
        told = kv("dump", "s", option, "0")
        assert (told.code, told.out) == (2, b"")
        assert "s/CURRENT" in told.err
    told = kv("dump", "/dev/null")
    assert told.code == 2
    assert "no regular file" in told.err


def test_a_file_that_may_not_be_read_has_its_line(
    kv, damaged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusing(name: str):
        def read(fs: OsFS, asked: str):
            if asked == name:
                raise PermissionError(errno.EACCES, "Permission denied")
            return before(fs, asked)

        return read

    before = OsFS.read
    for name in ("CURRENT", "000001.manifest", "000001.table", "000002.log", "LOCK"):
        with monkeypatch.context() as during:
            during.setattr(OsFS, "read", refusing(name))
            told = kv("dump", "s", "--json")
            assert told.code == 0
            rows = {row["file"]: row for row in told.json["files"]}
            assert rows[name]["bytes"] is None
            assert "permission denied" in rows[name]["what"]
            assert sum(row["bytes"] is None for row in rows.values()) == 1
            assert b" ? " in kv("dump", "s").out


def test_what_is_shown_cannot_steer_a_terminal(kv) -> None:
    kv("put", "s", r"\x1b[31m", r"\x1b]0;title\x07", "--escaped")
    for words in (("scan", "s"), ("dump", "s/000001.log"), ("dump", "s"), ("stats", "s")):
        out = kv(*words).out
        assert b"\x1b" not in out
        assert b"\x07" not in out


# The system


def sdcli(*words: str, cwd: Path, env: dict[str, str] | None = None, **more) -> subprocess.Popen:
    """`sdcli kv` in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "sdcli.cli.entry", "kv", *words],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | (env or {}),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **more,
    )


def test_a_full_disk_is_told_and_what_was_stored_stays(kv, tmp_path: Path) -> None:
    """No file may have more than 4,000 bytes: the log of these lines is full before they end."""
    import resource

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, 4_000))

    # Without bytecode: half a file of that would be in the way of others.
    env = {"PYTHONDONTWRITEBYTECODE": "1"}
    lines = b"".join(b"key %03d\tvalue\n" % number for number in range(200))
    with sdcli("put", "s", "-", cwd=tmp_path, env=env, preexec_fn=small) as process:
        out, err = process.communicate(lines, timeout=60)
    assert (process.returncode, out) == (4, b"")
    assert b"the disk refused a write" in err
    said = re.search(
        r"fix: go on from line (\d+): the (\d+) lines before it are stored\n", err.decode()
    )
    count = int(said[2])
    assert int(said[1]) == count + 1
    assert 20 < count < 200
    assert len(kv("scan", "s").out.splitlines()) == count
    assert kv("put", "s", "more", "room now").code == 0


def test_a_reader_who_leaves_is_no_error(tmp_path: Path) -> None:
    with open_store(tmp_path / "s", "os") as db:
        for number in range(3_000):
            db.put(b"key %d" % number, b"x" * 100)
    with sdcli("scan", "s", cwd=tmp_path) as process:
        assert process.stdout.readline() == b"key 0\t" + b"x" * 100 + b"\n"
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 0


def test_ctrl_c_keeps_what_was_stored_and_tells_how_much(kv, tmp_path: Path) -> None:
    terminal = PseudoTerminal(
        [sys.executable, "-m", "sdcli.cli.entry", "kv", "put", "s", "-"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    terminal.wait_for("Ctrl-D on an empty line ends")
    terminal.type("ada\t1815\ralan\t1912\r")
    # A header of 32 bytes, then 28 for each record beside its seven or eight of key and value.
    log = tmp_path / "s" / "000001.log"
    terminal.read_until(lambda: log.exists() and log.stat().st_size == 32 + 28 + 7 + 28 + 8)
    terminal.type("not yet sent")
    terminal.type("\x03")
    terminal.wait_for("2 lines are stored")
    assert terminal.wait() == 130
    assert kv("scan", "s").out == b"ada\t1815\nalan\t1912\n"


@pytest.mark.parametrize("moment", ["put", "close"])
def test_ctrl_c_waits_until_a_write_is_done_and_the_store_closed(
    kv, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    done = getattr(Store, moment)
    told_once = iter([True])

    def interrupted(*given, **named) -> None:
        if next(told_once, False):
            signal.raise_signal(signal.SIGINT)
        done(*given, **named)

    with monkeypatch.context() as during:
        during.setattr(Store, moment, interrupted)
        told = kv("put", "s", "-", stdin=b"a\t1\nb\t2\n")
    count = {"put": "1 line is", "close": "2 lines are"}[moment]
    assert (told.code, told.out) == (130, b"")
    assert f"interrupted; {count} stored" in told.err
    assert kv("stats", "s", "--json").json["was_closed"] is True
    assert kv("scan", "s", "--count").out == b"%d\n" % (1 if moment == "put" else 2)


def test_on_a_terminal_a_value_cannot_steer_it(kv, tmp_path: Path) -> None:
    kv("put", "s", "k", r"red:\x1b[31m\ttab\\back\nline", "--escaped")
    terminal = PseudoTerminal(
        [sys.executable, "-m", "sdcli.cli.entry", "kv", "get", "s", "k"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert terminal.wait() == 0
    assert b"\x1b" not in terminal.written
    assert rb"red:\x1b[31m" in terminal.written
    assert rb"tab\back" in terminal.written


def test_terminate_keeps_what_was_acknowledged(kv, tmp_path: Path) -> None:
    log = tmp_path / "s" / "000001.log"
    with sdcli("put", "s", "-", cwd=tmp_path) as process:
        process.stdin.write(b"ada\t1815\n")
        process.stdin.flush()
        while not (log.exists() and log.stat().st_size > 32):  # until it is there
            assert process.poll() is None
        process.send_signal(signal.SIGTERM)
    assert kv("scan", "s").out == b"ada\t1815\n"
