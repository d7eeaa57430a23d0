"""Files are written whole or not at all, and read with errors that a person understands."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import tempfile
from typing import TYPE_CHECKING

from sdcli.core.errors import InputError, MissingError, SdcliError
from sdcli.core.text import printable

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

BYTES_MAX = 20_000_000
STAGED_LETTERS = 40  # of at most 4 bytes each, where a name has room for 255
_CONFLICT = re.compile(r"^(?:<{7} |={7}\r?$|>{7} )", re.MULTILINE)


def file_error(error: OSError, path: Path | str, *, doing: str) -> SdcliError:
    """The error of ours that says what the operating system said: 4 for a full disk, else 2."""
    reason = (error.strerror or str(error)).lower()
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return MissingError(f"cannot {doing}: {reason}", where=str(path), fix="free some space")
    return InputError(f"cannot {doing}: {reason}", where=str(path))


def read_text(
    path: Path, *, bytes_max: int = BYTES_MAX, exact: bool = False, expected: str = ""
) -> str:
    """The text of a file, or of a pipe that ends.

    Args:
        path: the file.
        bytes_max: more than these are not read, whatever the file says of its size.
        exact: leave line ends as they are; else each one reads as a line feed.
        expected: what is said to somebody whose file is larger.

    Raises:
        InputError: it is not there, cannot be read, is too large, has no end, or is not UTF-8.
    """
    try:
        if path.is_char_device():  # a terminal, or zeros for ever
            raise InputError(
                "this is a device, not a file", where=str(path), expected="a file of text"
            )
        file = path.open("rb")
    except OSError as error:
        raise file_error(error, path, doing="read it") from error
    except ValueError as error:  # a NUL in its name
        raise InputError("this is no name of a file", where=printable(str(path))) from error
    with file:
        return read_stream(
            file, where=str(path), bytes_max=bytes_max, exact=exact, expected=expected
        )


def read_stream(
    stream: BinaryIO,
    *,
    where: str,
    bytes_max: int = BYTES_MAX,
    exact: bool = False,
    expected: str = "",
) -> str:
    """The text of what is open already, like standard input; the arguments are those of a file.

    Raises:
        InputError: it cannot be read, is too large, or is not UTF-8. Of what never ends, one byte
            more than `bytes_max` is read.
    """
    try:
        data = stream.read(bytes_max + 1)
    except OSError as error:
        raise file_error(error, where, doing="read it") from error
    if len(data) > bytes_max:
        raise InputError(f"this is larger than {bytes_max} bytes", where=where, expected=expected)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"this is not UTF-8 text (byte {error.start})", where=where) from error
    return text if exact else text.replace("\r\n", "\n").replace("\r", "\n")


def resolved(path: Path, *, doing: str) -> Path:
    """Where a path leads, its symbolic links followed.

    Raises:
        InputError: nowhere, since the links lead in a circle or a folder may not be entered.
    """
    try:
        return path.resolve()
    except RuntimeError as error:  # a circle, by Python 3.12 and earlier
        raise InputError(
            f"cannot {doing}: its symbolic links lead in a circle", where=str(path)
        ) from error
    except OSError as error:
        raise file_error(error, path, doing=doing) from error


def staged_prefix(target: Path) -> str:
    """How the name of the file begins in which a new text waits for the name of its target.

    Only so many letters of that name, which may have as many as a name can have.
    """
    return f".{target.name[:STAGED_LETTERS]}."


def conflict_line(text: str) -> int:
    r"""The line where a merge conflict begins that was left in a text, or 0.

    >>> conflict_line("a\n<<<<<<< ours\nb\n=======\nc\n>>>>>>> theirs\n")
    2
    """
    if "<<<<<<< " not in text:
        return 0
    begin, is_halfway = -1, False  # where the first mark stands; whether its second one has come
    for match in _CONFLICT.finditer(text):
        if match[0][0] == "<" and begin < 0:
            begin = match.start()
        elif match[0][0] == "=" and begin >= 0:
            is_halfway = True
        elif match[0][0] == ">" and is_halfway:
            return text.count("\n", 0, begin) + 1
    return 0


def write_atomic(path: Path, text: str) -> None:
    """Write a text file so that a reader sees the old one or the new one, never half of it.

    The new text goes to a file beside the target, reaches the disk, and takes the target's name;
    folders that are missing are made. A symbolic link is followed, so that it stays one.

    Raises:
        InputError: the folder cannot be made or written.
        MissingError: the disk is full.
    """
    target = resolved(path, doing="write it")
    staged = ""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, staged = tempfile.mkstemp(dir=target.parent, prefix=staged_prefix(target))
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
        os.chmod(staged, mode)
        os.replace(staged, target)
    except OSError as error:
        if staged:
            with contextlib.suppress(OSError):
                os.unlink(staged)
        raise file_error(error, path, doing="write it") from error


def _umask() -> int:
    """The process's file mode mask; Python can only read it by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
