"""Tables that are only as much of one as a Version or a compaction's choice asks for."""

from __future__ import annotations

from sdcli.reference.kv.engine.table_format import ABSENT, TableInfo


def info_of(level: int, number: int, first: bytes, last: bytes, **more: int) -> TableInfo:
    given = {"size": 100, "crc": 0, "entries": 10, "deletions": 0, "expiring": 0, "seq_max": 0}
    return TableInfo(level=level, number=number, first=first, last=last, **(given | more))


class Stub:
    """A table with these entries; without any, it has bounds alone."""

    def __init__(self, info: TableInfo, known: dict[bytes, bytes | None] | None = None) -> None:
        self.info = info
        self.known = known or {}
        self.asked = 0

    def __repr__(self) -> str:
        return f"table {self.info.number}"

    def get(self, key: bytes) -> object:
        self.asked += 1
        return self.known.get(key, ABSENT)


def stub(level: int, number: int, first: bytes, last: bytes, **more: int) -> Stub:
    return Stub(info_of(level, number, first, last, **more))
