"""A snapshot: the store as it was at one moment.

It costs a frozen memtable and a pinned Version, both of which exist anyway; nothing is copied.
What it holds back is space: tables that were merged away since stay on disk until it is closed.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from sdcli.core.errors import InputError
from sdcli.reference.kv.engine.batch import check_key
from sdcli.reference.kv.engine.merge import live
from sdcli.reference.kv.engine.view import value_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Self

    from sdcli.reference.kv.engine.merge import Blocks
    from sdcli.reference.kv.engine.view import View


class Snapshot:
    """Reads of one moment; close it, or use it in a `with`.

    Args:
        view: frozen throughout.
        now_ns: the moment: what expires later is there for as long as the snapshot is.
        release: lets the store remove what only this snapshot needs.
        check_open: raises once the store is closed; its files may be anybody's then.
    """

    _releases: list[Callable[[], None]] = []  # noqa: RUF012 - until __init__ has run

    def __init__(
        self,
        view: View,
        now_ns: int,
        release: Callable[[], None],
        check_open: Callable[[], None],
    ) -> None:
        self._view: View | None = view
        self._now_ns = now_ns
        self._releases = [release]  # called once, also when two threads close at the same time
        self._check_open = check_open

    def get(self, key: bytes) -> bytes | None:
        """The value that the key had; None when it had none.

        Raises:
            Damaged: what must be asked to know it holds other bytes than were written.
        """
        check_key(key)
        return value_of(self._open().find(key), self._now_ns)

    def scan(
        self, lo: bytes | None = None, hi: bytes | None = None, *, reverse: bool = False
    ) -> Iterator[tuple[bytes, bytes]]:
        """Keys and values from `lo` up to, not with, `hi`, in order of their bytes.

        Raises:
            Damaged: as it comes to what holds other bytes than were written.
        """
        check_bounds(lo, hi)
        blocks = self._open().blocks(lo, hi, reverse=reverse)
        return live(self._while_open(blocks), self._now_ns)

    def entries(
        self, lo: bytes | None = None, hi: bytes | None = None, *, reverse: bool = False
    ) -> Iterator[tuple[bytes, bytes, int | None]]:
        """Like `scan`, and with each value the moment from which on it is gone, or None.

        Raises:
            Damaged: as it comes to what holds other bytes than were written.
        """
        check_bounds(lo, hi)
        blocks = self._while_open(self._open().blocks(lo, hi, reverse=reverse))
        now_ns = self._now_ns
        for keys, entries in blocks:
            for key, entry in zip(keys, entries, strict=True):
                if isinstance(entry, bytes):
                    yield key, entry, None
                elif entry is not None and entry.expires_ns > now_ns:
                    yield key, entry.value, entry.expires_ns

    def _while_open(self, blocks: Blocks) -> Blocks:
        """The blocks, as long as nobody has closed the snapshot: then its tables may be removed."""
        for block in blocks:
            yield block
            self._open()

    def close(self) -> None:
        """Let go; a second time does nothing."""
        self._view = None
        with suppress(IndexError):
            self._releases.pop()()

    def __del__(self) -> None:
        """One that nobody holds lets go too: a scan that was asked for and never begun."""
        self.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _open(self) -> View:
        self._check_open()
        view = self._view
        if view is None:
            raise InputError(
                "this snapshot is closed",
                where="snapshot",
                expected="reads inside of `with db.snapshot() as then:`",
            )
        return view


def check_bounds(lo: bytes | None, hi: bytes | None) -> None:
    """Refuse what cannot be a bound of a scan.

    Raises:
        InputError: it is given and is no key.
    """
    for bound in (lo, hi):
        if bound is not None:
            check_key(bound)
