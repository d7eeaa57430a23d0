"""Who owns which text: the markers around generated blocks, and what stands between them.

    <!-- sdcli:begin estimates sha256:HEX -->
    ... generated; the hash is of this text ...
    <!-- sdcli:end estimates -->

The idea of a checksum that guards generated text against edits is cog's (`-c`). A document is
cut into pieces that put together give the same characters again, so that everything
outside the markers survives a build as it is. Line ends may be LF or CRLF; the
hash is taken over LF, since git may have turned one into the other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256

from sdcli.core.errors import Fault, FaultsFound

_MARKER = re.compile(
    r"^<!-- sdcli:(?P<what>begin|end) (?P<id>[a-z0-9][A-Za-z0-9_./-]{0,300})"
    r"(?: sha256:(?P<hash>[0-9a-f]{64}))? -->[ \t]*(?P<eol>\r?\n|\Z)",
    re.MULTILINE,
)
_LOOKALIKE = re.compile(r"<!--\s*sdcli:", re.IGNORECASE)


@dataclass(frozen=True)
class Block:
    """A generated block as it stands in a document.

    Args:
        id: `estimates`, `flow/redirect`, `evidence/ring/ring.balance`.
        text: what stands between the markers, line ends as LF, the last one included.
        told: the hash that the marker tells.
        line: the line of the first marker, from 1.
        raw: all of it, markers included, character by character.
    """

    id: str
    text: str
    told: str
    line: int
    raw: str

    @property
    def edited(self) -> bool:
        """Whether somebody changed the text after it was generated."""
        return digest(self.text) != self.told


Piece = str | Block


def digest(text: str) -> str:
    """The sha256 of a text, in hex."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def wrap(block_id: str, text: str, eol: str = "\n") -> str:
    """A block with its markers; `text` ends with a line end.

    >>> wrap("risks", "None." + chr(10)).splitlines()[1:]
    ['None.', '<!-- sdcli:end risks -->']
    """
    whole = (
        f"<!-- sdcli:begin {block_id} sha256:{digest(text)} -->\n"
        f"{text}<!-- sdcli:end {block_id} -->\n"
    )
    return whole.replace("\n", eol)


def has_marker(text: str) -> bool:
    """Whether a text holds what could be taken for a marker; generated text never may."""
    return _LOOKALIKE.search(text) is not None


def pieces(document: str, name: str) -> list[Piece]:
    """The document cut at its markers: free text and blocks, in order.

    Args:
        document: the whole text, line ends as in the file.
        name: what errors call the file.

    Raises:
        FaultsFound: markers that do not pair, or a block that stands twice.
    """
    found: list[Piece] = []
    faults: list[Fault] = []
    seen: set[str] = set()
    opened: re.Match[str] | None = None
    position = 0

    def fault(match: re.Match[str], message: str, remedy: str) -> None:
        line = document.count("\n", 0, match.start()) + 1
        faults.append(Fault(name, line, match["id"], message, remedy))

    for match in _MARKER.finditer(document):
        if match["what"] == "begin":
            if opened is not None:
                fault(opened, "this block does not end before the next begins", "put its end back")
            if match["id"] in seen:
                fault(match, "this block stands twice", "delete one of them, markers included")
            seen.add(match["id"])
            if opened is None and match.start() > position:
                found.append(document[position : match.start()])
            opened, position = match, match.start()
        elif opened is None or opened["id"] != match["id"]:
            fault(match, "this block ends without having begun", "put its beginning back")
            opened, position = None, match.end()
        else:
            found.append(_block(document, opened, match))
            opened, position = None, match.end()
    if opened is not None:
        fault(opened, "this block never ends", f"add <!-- sdcli:end {opened['id']} --> after it")
    if faults:
        raise FaultsFound(faults)
    if position < len(document):
        found.append(document[position:])
    return found


def _block(document: str, begin: re.Match[str], end: re.Match[str]) -> Block:
    return Block(
        id=begin["id"],
        text=document[begin.end() : end.start()].replace("\r\n", "\n"),
        told=begin["hash"] or "",
        line=document.count("\n", 0, begin.start()) + 1,
        raw=document[begin.start() : end.end()],
    )


def blocks_of(found: list[Piece]) -> dict[str, Block]:
    """The blocks among the pieces, by id, in the order of the document."""
    return {piece.id: piece for piece in found if isinstance(piece, Block)}
