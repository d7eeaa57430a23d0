"""`sdcli kv put DIR -`: many keys and values from stdin, with a word on what is stored for good.

Whatever ends it early, everything before that is stored, and the error says how many lines that
is: so one can mend the line and go on from there. Ctrl-C waits until a write is done.
"""

from __future__ import annotations

import signal
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sdcli.cli.kv_progress import Counter
from sdcli.cli.kv_text import counted, escaped, unescaped
from sdcli.core.errors import InputError, Interrupted, MissingError
from sdcli.reference.kv.engine import open_store
from sdcli.reference.kv.engine.entries import KEY_BYTES_MAX, VALUE_BYTES_MAX

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sdcli.cli.kv_files import Mode
    from sdcli.reference.kv.engine import Store

GROUP = 1_000  # lines; after as many, a group is on the disk and its lines count as stored
LINE_BYTES_MAX = 4 * (KEY_BYTES_MAX + VALUE_BYTES_MAX) + 2  # every byte as \xNN
SHOWN = 60  # characters of a bad line


def put_lines(folder: Path, sync: Mode, expires_ns: int | None) -> int:
    """Store what the lines of stdin say; returns how many.

    Raises:
        InputError: a line cannot be used; those before it are stored.
        MissingError: the disk refuses; says which are stored.
        Interrupted: Ctrl-C; says how many are stored.
    """
    safe = 0  # lines that are stored as well as `sync` promises
    with open_store(folder, sync) as db, Counter("lines stored") as counter, _waiting() as stop:
        if sys.stdin.isatty():
            _say("key, tab, value; a line each; Ctrl-D on an empty line ends")
        try:
            for number, line in enumerate(_lines(stop), start=1):
                _put(db, line, number, expires_ns)
                counter.one_more()
                if sync == "group" and counter.count % GROUP == 0:
                    db.sync()
                if sync != "group" or counter.count % GROUP == 0:
                    safe = counter.count
            db.sync()
        except MissingError as error:
            lines = counted(safe, "line is", "lines are")
            error.add_note(f"the first {lines} stored")
            _say(f"the first {lines} stored; later ones may be")
            raise
    if stop.is_set:
        raise Interrupted(f"interrupted; {counted(counter.count, 'line is', 'lines are')} stored")
    return counter.count


class _Stop:
    """Whether Ctrl-C came, and whether it may break into what is done now."""

    is_set = False
    is_reading = False


@contextmanager
def _waiting() -> Iterator[_Stop]:
    """Ctrl-C ends a wait for the next line at once, and anything else after it is done."""
    stop = _Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def told(_number: int, _frame: object) -> None:
        stop.is_set = True
        if stop.is_reading:
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, told)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


def _lines(stop: _Stop) -> Iterator[bytes]:
    """Lines of stdin, until they or the patience of a person end."""
    read = sys.stdin.buffer.readline
    while not stop.is_set:
        try:
            stop.is_reading = True
            line = read(LINE_BYTES_MAX)
            stop.is_reading = False
        except KeyboardInterrupt:
            return
        finally:
            stop.is_reading = False
        if not line:
            return
        yield line


def _put(db: Store, line: bytes, number: int, expires_ns: int | None) -> None:
    key, tab, value = line.removesuffix(b"\n").partition(b"\t")
    if not tab:
        raise _bad(number, "there is no tab in this line", line)
    try:
        key, value = unescaped(key), unescaped(value)
    except ValueError as error:
        raise _bad(number, f"{error} is no escape", line) from None
    try:
        db.put(key, value, expires_ns=expires_ns)
    except InputError as error:
        raise _bad(number, error.what, line) from None


def _bad(number: int, what: str, line: bytes) -> InputError:
    text = escaped(line[: SHOWN * 4].removesuffix(b"\n")).replace("\\\\", "\\")
    before = f"the {number - 1:,} lines before it are" if number != 2 else "the line before it is"  # noqa: PLR2004
    return InputError(
        what,
        where=f"line {number:,}",
        given=text if len(text) <= SHOWN else f"{text[:SHOWN]}...",
        expected=r"key, tab, value; in both, \t \n \r \\ \xNN for what is no text",
        fix=f"mend it and go on from there: {before} stored" if number > 1 else "",
    )


def _say(text: str) -> None:
    from sdcli.cli.screen import plain

    print(plain(text), file=sys.stderr)
