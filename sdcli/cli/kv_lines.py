r"""`sdcli kv put DIR -`: many keys and values from stdin, with a word on what is stored for good.

    key TAB value               both with escapes as `kv scan` prints them
    key TAB value TAB @MOMENT   gone from then on, nanoseconds since 1970

A line ends in \n or \r\n, so a carriage return that belongs to a value is typed as an escape. A
byte order mark before the first line is no part of its key.

Whatever ends it early, everything before that is stored, and the error says how many lines that
is: so one can mend the line and go on from there. Ctrl-C waits until a write is done, and until
the store is closed. Nothing is made before the first line has come and can be used.
"""

from __future__ import annotations

import codecs
import signal
import sys
import threading
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from sdcli.cli.kv_progress import Counter
from sdcli.cli.kv_text import counted, escaped, unescaped
from sdcli.core.errors import InputError, Interrupted
from sdcli.reference.kv.engine import open_store
from sdcli.reference.kv.engine.batch import check_key, check_moment, check_value
from sdcli.reference.kv.engine.entries import KEY_BYTES_MAX, VALUE_BYTES_MAX
from sdcli.reference.kv.engine.errors import DiskRefused, Poisoned

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sdcli.cli.kv_arguments import Mode
    from sdcli.reference.kv.engine import Store

GROUP = 1_000  # lines; after as many, a group is on the disk and its lines count as stored
LINE_BYTES_MAX = 4 * (KEY_BYTES_MAX + VALUE_BYTES_MAX) + 26  # every byte as \xNN, and a moment
MOMENT_DIGITS_MAX = 20  # of 64 bits
SHOWN = 60  # characters of a bad line
_EXPECTED = r"key, tab, value; in both, \t \n \r \\ \xNN for what is no text"


class Put(NamedTuple):
    """What a line says."""

    key: bytes
    value: bytes
    expires_ns: int | None


def put_lines(folder: Path, sync: Mode, expires_ns: int | None) -> int:
    """Store what the lines of stdin say; returns how many.

    Args:
        folder: of the store.
        sync: when a line counts as stored.
        expires_ns: for the lines that say no moment themselves.

    Raises:
        InputError: a line cannot be used; those before it are stored.
        MissingError: the disk refuses; says which are stored.
        Interrupted: Ctrl-C; says how many are stored.
    """
    count = 0
    with _waiting() as stop:
        if sys.stdin.isatty():
            _say("key, tab, value; a line each; Ctrl-D on an empty line ends")
        puts = _puts(stop, expires_ns)
        first = next(puts, None)
        if first is not None:
            count = _stored(folder, sync, chain([first], puts))
    if stop.is_set:
        raise Interrupted(f"interrupted; {counted(count, 'line is', 'lines are')} stored")
    return count


def _stored(folder: Path, sync: Mode, puts: Iterator[Put]) -> int:
    safe = 0  # lines that are stored as well as `sync` promises
    try:
        with open_store(folder, sync) as db, Counter("lines stored") as counter:
            for key, value, expires_ns in puts:
                db.put(key, value, expires_ns=expires_ns)
                counter.one_more()
                if sync == "group" and counter.count % GROUP == 0:
                    db.sync()
                if sync != "group" or counter.count % GROUP == 0:
                    safe = counter.count
            db.sync()
            safe = counter.count
            _say_what_is_put_off(db)
    except DiskRefused as error:
        then = f"go on from line {safe + 1:,}: {_before(safe + 1)}"
        if sync == "group" or isinstance(error, Poisoned):
            then += ", later ones may be"
        error.fix = f"{error.fix}, then {then}" if error.fix else then
        raise
    return safe


def _say_what_is_put_off(db: Store) -> None:
    """What is stored is stored; but the files that it lies in could not be put in order."""
    work = db.maintenance
    if work.damaged is not None:
        _say(f"note: tables are not merged any more: {work.damaged}; see `sdcli kv verify`")
    elif work.refused:
        _say(f"note: tables could not be written or merged for a while: {work.refused}")


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


def _puts(stop: _Stop, expires_ns: int | None) -> Iterator[Put]:
    """What the lines say; whatever cannot be stored is refused here."""
    for number, line in enumerate(_lines(stop), start=1):
        text = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
        if text[-1:] == b"\n":
            text = text[:-2] if text[-2:-1] == b"\r" else text[:-1]
        parts = text.split(b"\t", 2)
        if len(parts) == 1:
            what = "there is no tab in this line" if text else "this line is empty"
            raise _bad(number, what, text)
        try:
            put = Put(
                unescaped(parts[0]),
                unescaped(parts[1]),
                expires_ns if len(parts) == 2 else _moment(parts[2]),  # noqa: PLR2004
            )
        except ValueError as error:
            raise _bad(number, f"{error} is no escape", text) from None
        except InputError as error:
            raise _bad(number, error.what, text, error.expected) from None
        if len(put.key) > KEY_BYTES_MAX or len(put.value) > VALUE_BYTES_MAX:
            try:
                check_key(put.key)
                check_value(put.value)
            except InputError as error:
                raise _bad(number, f"{error.what}, {error.given}", text, error.expected) from None
        yield put


def _moment(text: bytes) -> int:
    digits = text.removeprefix(b"@")
    if digits == text or not digits.isdigit() or len(digits) > MOMENT_DIGITS_MAX:
        raise InputError(
            "the third column is no moment",
            expected=r"@ and whole nanoseconds since 1970; a tab inside of a value is typed \t",
        )
    moment = int(digits)
    check_moment(moment)
    return moment


def _bad(number: int, what: str, line: bytes, expected: str = _EXPECTED) -> InputError:
    text = escaped(line[: SHOWN * 4]).replace("\\\\", "\\")
    return InputError(
        what,
        where=f"line {number:,}",
        given=text if len(text) <= SHOWN else f"{text[:SHOWN]}...",
        expected=expected,
        fix=f"mend it and go on from there: {_before(number)}" if number > 1 else "",
    )


def _before(number: int) -> str:
    if number == 1:
        return "no line is stored"
    if number == 2:  # noqa: PLR2004
        return "the line before it is stored"
    return f"the {number - 1:,} lines before it are stored"


def _say(text: str) -> None:
    from sdcli.cli.screen import plain

    print(plain(text), file=sys.stderr)
