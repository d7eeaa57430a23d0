"""What a bad record at the end of a log can be: torn, or damaged.

Nothing valid stands behind it, and the machine stopped while the log was in use. Did it stop in
the middle of this record, which was promised to nobody then? The bytes tell, because a power cut
does not do just anything to them. A disk writes a sector of 512 bytes whole or not at all, and
sectors are counted from the beginning of the file. So a record that was torn

    is cut          the file ends before the record does, or
    lacks a sector  a sector from the record's first byte on, or from the sector's own, to the
                    sector's end or the file's, has nothing but zeros

and one that lies whole inside the file and lacks no sector was written whole, and is damaged.

For the rest there is a second question: would the record be good if one bit were another one? A
tear takes sectors away, it turns no bit. Asked for n bits, a tear looks like a turned bit by
accident once in 2^32 / n times, and a sound store would be refused; so it is asked for the length
of a record, and for all bits of one up to 16 KiB, once in 32,000.

What the bytes cannot tell: a record that was whole, and of which somebody cut off the end or
zeroed a sector. Only a clean close rules it out.

Sources: the disk's promise is in fs.py. Cf. google/leveldb, db/log_reader.cc, which takes any
bad record at the end for a tear.

Cost: O(bytes of the record); with the second question 0.8 microseconds for each, 33 sums for the
length.
"""

from __future__ import annotations

from zlib import crc32

from sdcli.reference.kv.engine.checks import MASK, wrong_byte
from sdcli.reference.kv.engine.fs import SECTOR
from sdcli.reference.kv.engine.log_format import RECORD, SUM

TURNED_BYTES_MAX = 16 * 1024  # in a longer record, a turned bit is asked for in the length alone


def can_be_torn(data: bytes, at: int, seed: int) -> bool:
    """Whether the bad record at byte `at` of a log can be one that a power cut tore.

    Requires: it is bad, and nothing valid stands behind it.
    """
    if not _is_cut(data, at) and not _lacks_a_sector(data, at):
        return False
    byte = turned_byte(data, at, seed)
    # A lost sector looks like a turned bit when there was only one bit in it to lose.
    return byte is None or _is_lost(data, at, byte - byte % SECTOR)


def _is_cut(data: bytes, at: int) -> bool:
    return at + RECORD.size > len(data) or _end_of(data, at) > len(data)


def _lacks_a_sector(data: bytes, at: int) -> bool:
    # Whichever sector has the length: if it is the one that is lost, it is found to be.
    return any(
        _is_lost(data, at, sector) for sector in range(at - at % SECTOR, _end_of(data, at), SECTOR)
    )


def _is_lost(data: bytes, at: int, sector: int) -> bool:
    """Whether nothing has come of that sector since the log ended at byte `at`."""
    return not any(data[max(at, sector) : sector + SECTOR])


def _end_of(data: bytes, at: int) -> int:
    return at + RECORD.size + int.from_bytes(data[at + 4 : at + 8], "little")


def turned_byte(data: bytes, at: int, seed: int) -> int | None:
    """Where the one bit is whose turning would make the bad record at byte `at` a good one.

    The length is asked apart: with a wrong one, the sum is that of other bytes.

    Returns:
        The offset of the byte that it is in; None when no bit does.
    """
    if at + RECORD.size > len(data):
        return None
    crc, length, _, _ = RECORD.unpack_from(data, at)
    end, start, body_at = at + RECORD.size + length, (seed + at) & MASK, at + SUM.size
    if end <= len(data) and length <= TURNED_BYTES_MAX:
        byte = wrong_byte(crc, crc32(data[body_at:end], start), end - body_at)
        if byte is not None:
            return body_at + byte
    for bit in range(32):
        other = length ^ 1 << bit
        end = at + RECORD.size + other
        if end > len(data):
            continue
        if crc32(data[body_at + SUM.size : end], crc32(SUM.pack(other), start)) == crc:
            return body_at + bit // 8
    return None
