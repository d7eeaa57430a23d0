"""Whether other wording explains how a text differs from another, and nothing else does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.core.text import one_line
from sdcli.documents.text.escape import code, code_cell, inline, label, prose

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sdcli.documents.inputs import Change

_PRINTED = (inline, prose, code, code_cell, label, one_line)  # the last one inside code
_WORK_MAX = 1_000_000_000  # characters looked through for all wordings; about a second
_WAYS_MAX = 200  # ways to read the text that are followed at once


def explains(words: Iterable[Change], before: str, after: str) -> bool:
    r"""Whether `after` is `before` with some of the old wordings replaced by the new ones.

    A wording may stand there in any of the forms in which a document prints one. What cannot be
    decided in bounded time is not explained.

    >>> from sdcli.documents.inputs import Change
    >>> change = Change("risks.R1.text", "hot keys", "very hot keys")
    >>> explains([change], "- hot keys, 3\n", "- very hot keys, 3\n")
    True
    >>> explains([change], "- hot keys, 3\n", "- very hot keys, 4\n")
    False
    """
    pairs = list(dict.fromkeys(pair for change in words for pair in _forms(change)))
    if len(pairs) * len(before) > _WORK_MAX:
        return False
    places = sorted(place for old, new in pairs for place in _places(before, old, new))
    ways = {(0, 0)}  # (how far of `before` is read, how far of `after`)
    for start, old, new in places:
        kept: set[tuple[int, int]] = set()
        for here, there in ways:
            if here > start:  # inside a wording that was replaced
                kept.add((here, there))
                continue
            at = there + start - here
            if before[here:start] != after[there:at]:
                continue
            kept.add((start, at))
            if after.startswith(new, at):
                kept.add((start + len(old), at + len(new)))
        ways = kept
        if not ways or len(ways) > _WAYS_MAX:
            return False
    return any(before[here:] == after[there:] for here, there in ways)


def _forms(change: Change) -> Iterator[tuple[str, str]]:
    """The old and the new wording as they may stand in a document."""
    old, new = str(change.old), str(change.new)
    for one, two in ((old, new), (old.rstrip(". "), new.rstrip(". "))):
        yield from ((form(one), form(two)) for form in _PRINTED)
        yield inline(f"x {one}")[2:], inline(f"x {two}")[2:]  # inside a line
        yield _bars(one_line(one)), _bars(one_line(two))


def _bars(text: str) -> str:
    """As it stands in code in a table."""
    return text.replace("|", r"\|")


def _places(text: str, old: str, new: str) -> Iterator[tuple[int, str, str]]:
    """Where a wording stands, with what stands there and what would."""
    at = text.find(old) if old else -1
    while at >= 0:
        yield at, old, new
        at = text.find(old, at + 1)
