"""What the files of a store are called.

    CURRENT, CURRENT.new   who counts, and its draft while it is replaced
    000001.log  000001.table  000001.manifest   each kind has numbers of its own, from 1
    LOCK                   who has the store open

Whatever else lies in the folder is somebody's, and is left alone. Numbers are compared as numbers:
after 999999 comes 1000000, which as a text would stand before it.

>>> kind_and_number("000012.table"), kind_and_number("1000000.log"), kind_and_number("my.log")
(('table', 12), ('log', 1000000), None)
>>> is_of_a_store("CURRENT.new"), is_of_a_store("draft.new"), is_of_a_store("LOCK")
(True, False, False)
"""

from __future__ import annotations

import re

_NUMBERED = re.compile(r"(\d{6,})\.(log|table|manifest)")


def kind_and_number(name: str) -> tuple[str, int] | None:
    """What a file of a store is by its name: "log", "table" or "manifest", and its number."""
    found = _NUMBERED.fullmatch(name)
    return (found[2], int(found[1])) if found else None


def is_of_a_store(name: str) -> bool:
    """Whether a store makes files of that name; LOCK alone makes none a store."""
    return name in ("CURRENT", "CURRENT.new") or kind_and_number(name) is not None
