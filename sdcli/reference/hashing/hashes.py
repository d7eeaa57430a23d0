"""Hashes: from any key to a place on the circle, the same place in every process.

Whoever places keys must agree with everybody else who does: another process, another machine,
the same machine after a restart. Python's own `hash()` of a text is salted anew in each process
(PYTHONHASHSEED), so it is of no use here. A placement names its hash, and the name belongs to
the placement like the names of its nodes: another hash is another placement.

Sources: BLAKE2b is RFC 7693, with a digest of 8 bytes, read as a big-endian integer; it is in
every Python. XXH3 (github.com/Cyan4973/xxHash, 64 bits, seed 0) is made for speed, not against
attackers, and comes with the extra `fast`.

Invariants:
    1. A hash is a whole number in [0, SPACE).
    2. It depends on the bytes of the key only.

A key is hashed once. Where an algorithm needs more numbers (a score for each node, a second
probe), `mix` makes them from the first: it is the last step of SplitMix64 (G. Steele, D. Lea,
C. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014), turns neighbours into
strangers, and loses nothing, since it can be undone.

Cost: O(length of the key).

>>> hash_named("blake2b")(to_bytes("a")) == 0x40F89E395B66422F  # printf a | b2sum -l 64
True
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from hashlib import blake2b as _blake2b
from typing import TYPE_CHECKING

from sdcli.core.errors import InputError, MissingError
from sdcli.core.suggest import did_you_mean

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterator

    # Keys; or a buffer of positions, prehashed.
    Keys = Iterable[str | bytes] | array[int] | memoryview

Hash = Callable[[bytes], int]

SPACE = 1 << 64  # positions on the circle: 64 bits, as Cassandra's tokens
GAMMA = 0x9E3779B97F4A7C15  # 2^64 / the golden ratio, made odd: SplitMix64's step
_MASK = SPACE - 1
_UNSIGNED_64 = ("Q", "L", "N")  # how buffers of unsigned numbers of 8 bytes call themselves
_TEXTS_OR_OBJECTS = ("w", "u", "s", "O")  # and how numpy's buffers of keys do, behind a length


def to_bytes(key: str | bytes) -> bytes:
    """The bytes that stand for a key: a text is written as UTF-8.

    Raises:
        InputError: the key is neither text nor bytes, or a text that has no UTF-8 form.
    """
    if isinstance(key, bytes):
        return key
    if not isinstance(key, str):
        raise InputError(
            "this cannot be a key",
            where="key",
            given=f"{shown(key)} ({type(key).__name__})",
            expected='text or bytes, like "user:42"',
        )
    try:
        return key.encode()
    except UnicodeEncodeError as error:
        raise InputError(
            "this text has no UTF-8 form", where="key", given=ascii(key), expected="Unicode text"
        ) from error


def shown(value: object) -> str:
    """A value as an error shows it: as Python writes it, if Python can.

    >>> shown("7"), shown(10**5000)  # no number of more than 4300 digits is written
    ("'7'", 'int, too long to be written')
    """
    try:
        return repr(value)
    except ValueError:
        return f"{type(value).__name__}, too long to be written"


def mix(number: int) -> int:
    """64 bits, well stirred: one to one, and each bit that comes in changes half of the others.

    >>> f"{mix(GAMMA):x} {mix(2 * GAMMA % SPACE):x}"  # the first two of SplitMix64 from seed 0
    'e220a8397b1dcdaf 6e789e6aa1b965f4'
    """
    number = ((number ^ (number >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    number = ((number ^ (number >> 27)) * 0x94D049BB133111EB) & _MASK
    return number ^ (number >> 31)


def positions_of(keys: Keys, hash_: Hash) -> Iterable[int]:
    """The positions of many keys; a buffer of unsigned 64-bit numbers holds positions already.

    Raises:
        InputError: one key instead of many, a buffer of other numbers; while it is read, a key
            that is neither text nor bytes.
    """
    like = 'a list of keys, like ["user:1", "user:2"], or array("Q") of hashes'
    if isinstance(keys, (str, bytes)) or not isinstance(keys, Iterable):
        raise InputError("these are not many keys", where="keys", given=shown(keys), expected=like)
    try:
        view = memoryview(keys)  # type: ignore[arg-type]
    except (TypeError, ValueError):  # numpy says the latter of what no buffer can hold: dates
        return _hashed(keys, hash_)  # type: ignore[arg-type]  # no buffer, so keys
    if view.format not in _UNSIGNED_64 or view.itemsize != 8 or view.ndim != 1:  # noqa: PLR2004
        has_keys = str(view.format).endswith(_TEXTS_OR_OBJECTS)
        raise InputError(
            "a buffer of keys holds unsigned 64-bit numbers, in this machine's byte order",
            where="keys",
            given=f"{type(keys).__name__} of format {view.format!r}, {view.ndim} dimensions",
            expected=like,
            fix="keys.tolist() makes a list of keys of it" if has_keys else "",
        )
    return view


def _hashed(keys: Iterable[str | bytes], hash_: Hash) -> Iterator[int]:
    try:
        for key in keys:
            yield hash_(key.encode() if type(key) is str else to_bytes(key))
    except UnicodeEncodeError:
        to_bytes(key)  # which says what is wrong with the text


# Telling BLAKE2b its length each time costs as much as hashing a short key. So a hash that knows
# it, and has read nothing yet, is made once and copied.
_fresh = _blake2b(digest_size=8).copy
_number = int.from_bytes  # the first byte is the highest, unless it is told otherwise


def blake2b(data: bytes) -> int:
    """The first choice: in every Python, and nobody has found keys that crowd together."""
    state = _fresh()
    state.update(data)
    return _number(state.digest())


def _load_blake2b() -> Hash:
    return blake2b


def _load_xxh3() -> Hash:
    try:
        from xxhash import xxh3_64_intdigest
    except ImportError as error:
        raise MissingError(
            "the hash xxh3 needs the package xxhash",
            where="hash",
            expected="the extra `fast`, or the hash blake2b, which is always there",
            fix="pip install 'sdcli[fast]'",
        ) from error
    return xxh3_64_intdigest


_LOADERS: dict[str, Callable[[], Hash]] = {"blake2b": _load_blake2b, "xxh3": _load_xxh3}

HASHES = tuple(_LOADERS)


def hash_named(name: str) -> Hash:
    """The hash of that name.

    Raises:
        InputError: no hash has this name.
        MissingError: it needs a package that is not installed.
    """
    loader = _LOADERS.get(name) if isinstance(name, str) else None
    if loader is None:
        raise InputError(
            "no hash has this name",
            where="hash",
            given=name if isinstance(name, str) else shown(name),
            expected=" or ".join(HASHES),
            fix=did_you_mean(name, HASHES) if isinstance(name, str) else "",
        )
    return loader()
