"""A snapshot: the store as it was at one moment.

It costs a frozen memtable and a pinned Version, both of which exist anyway; nothing is copied.
What it holds back is space: tables that were merged away since stay on disk until it is closed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.core.errors import InputError
from sdcli.reference.kv.engine.batch import check_key
from sdcli.reference.kv.engine.view import value_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Self

    from sdcli.reference.kv.engine.view import View


class Snapshot:
    """Reads of one moment; close it, or use it in a `with`.

    Args:
        view: frozen throughout.
        now_ns: the moment: what expires later is there for as long as the snapshot is.
        release: lets the store remove what only this snapshot needs.
    """

    _view: View | None = None

    def __init__(self, view: View, now_ns: int, release: Callable[[], None]) -> None:
        self._view = view
        self._now_ns = now_ns
        self._release = release

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
        return self._open().scan(lo, hi, self._now_ns, reverse=reverse)

    def close(self) -> None:
        """Let go; a second time does nothing."""
        if self._view is not None:
            self._view = None
            self._release()

    def __del__(self) -> None:
        """One that nobody holds lets go too: a scan that was asked for and never begun."""
        self.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _open(self) -> View:
        if self._view is None:
            raise InputError(
                "this snapshot is closed",
                where="snapshot",
                expected="reads inside of `with db.snapshot() as then:`",
            )
        return self._view


def check_bounds(lo: bytes | None, hi: bytes | None) -> None:
    """Refuse what cannot be a bound of a scan.

    Raises:
        InputError: it is given and is no key.
    """
    for bound in (lo, hi):
        if bound is not None:
            check_key(bound)
