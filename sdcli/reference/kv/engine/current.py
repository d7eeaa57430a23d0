"""CURRENT: the file that says which manifest counts, and whether the store was closed.

Everything else hangs from it, so it is replaced whole (fs.replace): whoever looks sees the old
text or the new one. Three lines, made to be read by people too:

    sdcli-kv 1
    {"manifest":1,"state":"open","store":"000102030405060708090a0b0c0d0e0f"}
    3d2a8c01

the format's version, what it says, and the CRC-32 of both as hexadecimal digits.

The state decides what a bad byte at the end of a log means. While a store is open its last write
may be cut off by a power cut, a *tear*, which is no damage: nobody was told that it was done.
A store that was closed says how long its log and manifest are and what their checksums are:
after that, every other byte is damage. So "open" is written, for good, before the first write
after a clean close; if it came later, a power cut between the two would make a tear look like
damage.

Source: google/leveldb, doc/impl.md, "Current" (the idea; the closing words are ours).

Cost: one small file written, two syncs; a millisecond or some on a disk.

>>> text = encode(Current(bytes(range(16)), manifest=1))
>>> print(text.decode(), end="")  # doctest: +ELLIPSIS
sdcli-kv 1
{"manifest":1,"state":"open","store":"000102030405060708090a0b0c0d0e0f"}
...
>>> decode(text).manifest
1
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any
from zlib import crc32

from sdcli.core.errors import InputError
from sdcli.reference.kv.engine.errors import Damaged, DiskRefused, in_words
from sdcli.reference.kv.engine.fs import ID_BYTES, names_in, read_all, replace

if TYPE_CHECKING:
    from sdcli.reference.kv.engine.fs import FileSystem

CURRENT = "CURRENT"
FORMAT = 1
ENDS = ("manifest_bytes", "manifest_crc", "log", "log_bytes", "log_crc")  # when closed
_SUM_LINE = 9  # eight digits and a newline


@dataclass(frozen=True, slots=True)
class Current:
    """What CURRENT says.

    Args:
        store_id: 16 bytes that no other store has.
        manifest: the number of the manifest that counts, from 1.
        closed: whether the store was closed; what follows is 0 while it is open.
        manifest_bytes: length of the manifest at that moment.
        manifest_crc: plain CRC-32 of all of it.
        log: the number of the newest log.
        log_bytes: its length.
        log_crc: plain CRC-32 of all of it.
    """

    store_id: bytes
    manifest: int
    closed: bool = False
    manifest_bytes: int = 0
    manifest_crc: int = 0
    log: int = 0
    log_bytes: int = 0
    log_crc: int = 0

    def as_json(self) -> dict[str, Any]:
        """Its second line, by name."""
        said = asdict(self)
        state = "closed" if said.pop("closed") else "open"
        store = said.pop("store_id").hex()
        names = ("manifest", *ENDS) if self.closed else ("manifest",)
        return {"store": store, "state": state, **{name: said[name] for name in names}}


def encode(current: Current) -> bytes:
    """The three lines."""
    line = json.dumps(current.as_json(), sort_keys=True, separators=(",", ":"))
    body = f"sdcli-kv {FORMAT}\n{line}\n".encode()
    return body + b"%08x\n" % crc32(body)


def decode(data: bytes) -> Current:
    """What three lines say.

    Raises:
        Damaged: other bytes than `encode` makes of anything.
        InputError: a later version of the format.
    """
    body, last = data[:-_SUM_LINE], data[-_SUM_LINE:]
    if last != b"%08x\n" % crc32(body):
        # The sum is over all, so which byte is the bad one cannot be said.
        raise Damaged(CURRENT, 0, "the checksum of this file does not fit")
    first, _, line = body.partition(b"\n")
    word, _, version = first.partition(b" ")
    if word == b"sdcli-kv" and version.isdigit() and int(version) > FORMAT:
        raise InputError(
            "a later version of sdcli wrote this store",
            where=CURRENT,
            given=f"format {int(version)}",
            expected=f"format {FORMAT}",
            fix="open it with the version that wrote it",
        )
    try:
        current = _from_json(json.loads(line))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        what = f"this line does not say what CURRENT says: {error}"
        raise Damaged(CURRENT, len(first) + 1, what) from None
    # JSON can be written in many ways and one of them is ours; the rest was never written here.
    ours = encode(current)
    if ours != data:
        same = next((i for i, (a, b) in enumerate(zip(ours, data, strict=False)) if a != b), 0)
        raise Damaged(CURRENT, same, "this is not how CURRENT is written")
    return current


def _from_json(said: dict[str, Any]) -> Current:
    closed = said["state"] == "closed"
    numbers = ("manifest", *ENDS) if closed else ("manifest",)
    store_id = bytes.fromhex(said["store"])
    if len(store_id) != ID_BYTES:
        raise ValueError(f"a store's id has {ID_BYTES} bytes, not {len(store_id)}")
    for name in numbers:
        if type(said[name]) is not int or said[name] < 0:
            raise ValueError(f"{name} is {said[name]!r}")
    return Current(store_id, closed=closed, **{name: said[name] for name in numbers})


def read_current(fs: FileSystem) -> Current | None:
    """What CURRENT says, or None where there is no such file.

    A folder without CURRENT has no store, or one whose making was cut short, or one that lost it;
    the other files in the folder tell which, and that is for the caller.

    Raises:
        Damaged: it holds other bytes than were written, or the disk cannot read it.
        MissingError: the system refuses to read it.
        InputError: a later version of the format.
    """
    return decode(read_all(fs, CURRENT)) if CURRENT in names_in(fs) else None


def write_current(fs: FileSystem, current: Current) -> None:
    """Put it in the place of the old one, at once and for good.

    Requires: the manifest that it names is synced, and so is that manifest's name.

    Raises:
        DiskRefused: the disk refused, and the old CURRENT stands.
        Poisoned: a sync failed, and nobody knows which of the two a power cut leaves.
    """
    try:
        replace(fs, CURRENT, encode(current))
    except OSError as error:
        with suppress(OSError):
            fs.remove(f"{CURRENT}.new")
        raise DiskRefused(CURRENT, in_words(error)) from error
