"""Files are whole or not at all; the errors say what the system said."""

from __future__ import annotations

import errno
import io
import os
from pathlib import Path

import pytest

from sdcli.core import files, folders
from sdcli.core.errors import InputError, MissingError


def names(folder):
    return {path.name for path in folder.iterdir()}


def test_a_write_makes_its_folders_and_replaces_the_file(tmp_path):
    path = tmp_path / "a" / "b.txt"
    files.write_atomic(path, "one\n")
    files.write_atomic(path, "two\n")
    assert path.read_text() == "two\n"
    assert names(path.parent) == {"b.txt"}


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "b.txt"
    files.write_atomic(path, "old")

    def full(fd):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(MissingError, match="no space left"):
        files.write_atomic(path, "new")
    assert path.read_text() == "old"
    assert names(tmp_path) == {"b.txt", "home"}


def test_mode_and_link_of_the_old_file_stay(tmp_path):
    real = tmp_path / "real.txt"
    real.write_text("old")
    real.chmod(0o640)
    link = tmp_path / "link.txt"
    link.symlink_to(real)
    files.write_atomic(link, "new")
    assert link.is_symlink()
    assert real.read_text() == "new"
    assert real.stat().st_mode & 0o777 == 0o640


def test_a_file_where_a_folder_should_be_is_an_input_error(tmp_path):
    (tmp_path / "f").write_text("")
    with pytest.raises(InputError, match="cannot write it"):
        files.write_atomic(tmp_path / "f" / "g.txt", "x")


def test_reading_says_what_is_wrong(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        files.read_text(tmp_path / "nothing")
    (tmp_path / "latin").write_bytes(b"caf\xe9")
    with pytest.raises(InputError, match="not UTF-8 text \\(byte 3\\)"):
        files.read_text(tmp_path / "latin")


def test_own_content_comes_before_what_ships(tmp_path, monkeypatch):
    monkeypatch.setenv("SDCLI_PATH", f"{tmp_path / 'a'}{os.pathsep}{tmp_path / 'b'}")
    found = folders.content_folders("scenarios")
    assert found[:2] == [tmp_path / "a" / "scenarios", tmp_path / "b" / "scenarios"]
    assert found[2] == folders.shipped("knowledge") / "scenarios"


def test_no_more_is_read_than_was_asked_for(tmp_path):
    path = tmp_path / "large"
    path.write_bytes(b"x" * 11)
    with pytest.raises(InputError, match="larger than 10 bytes"):
        files.read_text(path, bytes_max=10)
    assert files.read_text(path, bytes_max=11) == "x" * 11


def test_a_file_without_an_end_is_refused():
    with pytest.raises(InputError, match="this is a device, not a file"):
        files.read_text(Path("/dev/zero"))


@pytest.mark.parametrize(
    ("exact", "text"), [(False, "a\nb\nc\n"), (True, "a\r\nb\rc\n")], ids=["read", "exact"]
)
def test_line_ends_are_one_unless_they_count(tmp_path, exact, text):
    path = tmp_path / "ends"
    path.write_bytes(b"a\r\nb\rc\n")
    assert files.read_text(path, exact=exact) == text


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\n<<<<<<< ours\nb\n=======\nc\n>>>>>>> theirs\n", 2),
        ("<<<<<<< ours\r\n=======\r\n>>>>>>> theirs\r\n", 1),
        ("title\n=======\ntext\n", 0),  # a heading of Markdown
        ("<<<<<<< ours\n", 0),
        ("", 0),
    ],
)
def test_a_merge_conflict_is_all_three_marks(text, line):
    assert files.conflict_line(text) == line


def test_links_in_a_circle_and_names_too_long_are_input_errors(tmp_path):
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to("one")
    for name in ("one", "x" * 300):
        with pytest.raises(InputError, match="cannot write it"):
            files.write_atomic(tmp_path / name, "text")


def test_a_name_as_long_as_a_name_can_be_is_written(tmp_path):
    path = tmp_path / ("x" * 255)
    files.write_atomic(path, "text")
    assert path.read_text() == "text"
    assert names(tmp_path) == {path.name, "home"}


class Endless(io.RawIOBase):
    """What `yes` writes; counts what was asked for."""

    def __init__(self):
        super().__init__()
        self.asked = 0

    def read(self, size=-1):
        assert size >= 0
        self.asked += size
        return b"y" * size


def test_of_what_never_ends_one_byte_more_than_the_limit_is_read():
    stream = Endless()
    with pytest.raises(InputError, match="stdin: this is larger than 10 bytes") as caught:
        files.read_stream(stream, where="stdin", bytes_max=10, expected="less")
    assert (stream.asked, caught.value.expected) == (11, "less")


def test_a_stream_is_read_as_a_file_is():
    assert files.read_stream(io.BytesIO(b"a\r\nb"), where="stdin") == "a\nb"
    with pytest.raises(InputError, match="stdin: this is not UTF-8 text \\(byte 1\\)"):
        files.read_stream(io.BytesIO(b"a\xff"), where="stdin")
