"""The checksum of any stretch of some bytes, in the same short time however long it is.

A search that asks at many places whether a long record begins there would read the same bytes
again and again: a million places, a megabyte each. But the sum of a stretch follows from two sums
that both begin at byte 0:

    bytes      0 ------------- start ------------------- end
    up to start |____ A ________|
    up to end   |____ B __________________________________|

B went on from A. Had it gone on from another beginning S, all that would be different is what has
become of the difference A ^ S on its way through end - start bytes, and that does not depend on
the bytes: a CRC is linear. So  sum(start, end, S) = B ^ moved(A ^ S, end - start).

To move a difference by n bytes is to multiply it by x^8n, both taken for polynomials over two
elements, as a CRC does. The sums up to every 4 KiB and the powers for every 4 KiB are made once;
the bytes in between cost a short sum.

Source: M. Adler, `crc32_combine` of zlib, 2004.

Cost: O(bytes) once, at the speed of a CRC; 8 microseconds for each stretch; 16 bytes of memory
for each KiB.

>>> from zlib import crc32
>>> text = b"the analytical engine " * 1000
>>> PrefixSums(text).between(5, 20_000, 1815) == crc32(text[5:20_000], 1815)
True
"""

from __future__ import annotations

from zlib import crc32

from sdcli.reference.kv.engine.checks import MASK, POLYNOMIAL

STEP = 4096
_ONE = 0x80000000  # the polynomial 1: a CRC has its bits in reverse order
_ZEROS = memoryview(bytes(STEP))


class PrefixSums:
    """The sums of all stretches of `data`."""

    def __init__(self, data: bytes) -> None:
        self._view = memoryview(data)
        self._sums, self._powers = [0], [_ONE]
        for start in range(0, len(data) - STEP + 1, STEP):
            self._sums.append(crc32(self._view[start : start + STEP], self._sums[-1]))
            self._powers.append(_moved_a_little(self._powers[-1], STEP))

    def between(self, start: int, end: int, first: int) -> int:
        """`crc32(data[start:end], first)`.

        Requires: 0 <= start <= end <= len(data).
        """
        steps, rest = divmod(end - start, STEP)
        difference = _moved_a_little(self._up_to(start) ^ first, rest)
        return self._up_to(end) ^ _product(difference, self._powers[steps])

    def _up_to(self, end: int) -> int:
        steps, rest = divmod(end, STEP)
        return crc32(self._view[end - rest : end], self._sums[steps])


def _moved_a_little(difference: int, count: int) -> int:
    """A difference behind `count` bytes more: the bytes may be any, so zeros."""
    zeros = _ZEROS[:count]
    return crc32(zeros, difference) ^ crc32(zeros)


def _product(a: int, b: int) -> int:
    """Two polynomials multiplied, modulo that of the CRC."""
    product = 0
    while a:
        if a & _ONE:
            product ^= b
        a = a << 1 & MASK
        b = b >> 1 ^ POLYNOMIAL if b & 1 else b >> 1
    return product
