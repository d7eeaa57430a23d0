"""Putting new blocks into an existing document without touching a word around them.

A block that is there stays where it is, also when its owner moved it. A new one goes after
its nearest predecessor in the template, with one empty line between; taking it out again
gives the same bytes as before it came.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.documents.text.markers import Block, wrap

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sdcli.documents.text.markers import Piece


def fresh(texts: Mapping[str, str]) -> str:
    """A new document: the blocks in order, an empty line between them."""
    return "\n".join(wrap(block_id, text) for block_id, text in texts.items())


def place(
    found: Sequence[Piece],
    order: Sequence[str],
    texts: Mapping[str, str],
    removed: Collection[str] = (),
) -> str:
    """The document with some blocks written, added and removed.

    Args:
        found: the document as it is, cut at its markers.
        order: the ids of all blocks, as the template orders them.
        texts: the new text of the blocks to write, by id; the others stay as they are.
        removed: the ids of blocks to take out.

    Cost: O(blocks of the template * blocks of the document).
    """
    eol = _line_end(found)
    parts: list[tuple[str, str]] = []  # the id of a block or "", and the characters
    for piece in found:
        if not isinstance(piece, Block):
            parts.append(("", piece))
        elif piece.id in removed:
            _close_gap(parts, eol)
        elif piece.id in texts and (piece.edited or texts[piece.id] != piece.text):
            parts.append((piece.id, wrap(piece.id, texts[piece.id], eol)))
        else:
            parts.append((piece.id, piece.raw))
    there = {name for name, _ in parts}
    for at, block_id in enumerate(order):
        if block_id in texts and block_id not in there:
            _insert(parts, order, at, wrap(block_id, texts[block_id], eol), eol)
            there.add(block_id)
    return "".join(text for _, text in parts)


def _line_end(found: Sequence[Piece]) -> str:
    for piece in found:
        raw = piece.raw if isinstance(piece, Block) else piece
        if "\n" in raw:
            return "\r\n" if "\r\n" in raw else "\n"
    return "\n"


def _close_gap(parts: list[tuple[str, str]], eol: str) -> None:
    """Drop the empty line that came with the block that is going."""
    if parts:
        name, text = parts[-1]
        if not name and (text == eol or text.endswith(eol + eol)):
            parts[-1] = ("", text[: -len(eol)])


def _insert(
    parts: list[tuple[str, str]], order: Sequence[str], at: int, text: str, eol: str
) -> None:
    places = {name: i for i, (name, _) in enumerate(parts) if name}
    before = [places[name] for name in order[:at] if name in places]
    if before:
        i = before[-1]
        name, raw = parts[i]
        if not raw.endswith("\n"):
            parts[i] = (name, raw + eol)
        parts[i + 1 : i + 1] = [("", eol), (order[at], text)]
        return
    after = [places[name] for name in order[at + 1 :] if name in places]
    if after:
        i = min(after)
        parts[i:i] = [(order[at], text), ("", eol)]
        return
    lead = "".join(raw for _, raw in parts)
    gap = "" if not lead else eol if lead.endswith("\n") else eol + eol
    parts.extend([("", gap), (order[at], text)])
