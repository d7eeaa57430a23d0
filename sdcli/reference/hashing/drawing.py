"""Drawing: a placement as lines of text that say the same with and without colour.

Three pictures. The circle is drawn round, position 0 on top and on from there clockwise; the
strip is the circle cut open at position 0 and laid flat. In both each cell carries the letter of
the node that owns its middle. The bars show each node's share.

Beside its lines a drawing has inks: texts of the same length, in which a letter says whose colour
that character has, and a blank that it has none. What colour that is, whoever shows it decides.
More than 62 nodes: those behind the 62nd share a dot, which no colour tells apart either.
"""

from __future__ import annotations

import math
import string
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from sdcli.reference.hashing.hashes import SPACE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

LETTERS = string.ascii_lowercase + string.ascii_uppercase + string.digits
_NO_LETTER = "·"  # nodes beyond the 62nd share it
_EIGHTHS = ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")
_BLOCKS = frozenset("█▏▎▍▌▋▊▉")
_ROWS_MAX = 16
_NAME_WIDTH_MAX = 20
_BAND_ROWS = 2  # how thick the circle's line is
_TURN = 1 << 16  # directions told apart on a circle; more than cells, and safe from rounding


class Drawing(NamedTuple):
    """Lines of text, and for each a text of the same length with the inks."""

    lines: tuple[str, ...] = ()
    inks: tuple[str, ...] = ()

    @classmethod
    def plain(cls, *lines: str) -> Drawing:
        """Lines without a colour."""
        return cls(lines, tuple(" " * len(line) for line in lines))

    @classmethod
    def cells(cls, label: str, cells: str, marked: str = "") -> Drawing:
        """A label without a colour, then letters in their own inks: a strip.

        Args:
            label: stands before the letters.
            cells: letters of nodes, and whatever stands between them.
            marked: where this text has a blank, the letter gets no ink; empty: all get theirs.

        >>> Drawing.cells("now ", "aab·", marked="a  ·").inks[0]
        '    a   '
        """
        kept = zip(cells, marked or cells, strict=True)
        inks = "".join(cell if cell in LETTERS and mark != " " else " " for cell, mark in kept)
        return cls((label + cells,), (" " * len(label) + inks,))

    @classmethod
    def rows(cls, lines: Iterable[str]) -> Drawing:
        """Lines as `bars` makes them: the letter that begins a line inks itself and the bar.

        >>> Drawing.rows(["a left   75.00 %  ██"]).inks[0]
        'a                 aa'
        """
        lines = tuple(lines)
        return cls(lines, tuple(_ink_of_row(line) for line in lines))

    def above(self, *others: Drawing) -> Drawing:
        """The others under this drawing."""
        parts = (self, *others)
        return Drawing(
            tuple(line for part in parts for line in part.lines),
            tuple(ink for part in parts for ink in part.inks),
        )

    def beside(self, other: Drawing, gap: int = 3) -> Drawing:
        """The other to the right of this drawing, middle beside middle."""
        height = max(len(self.lines), len(other.lines))
        left, right = self._centred(height), other._centred(height)
        wide = max(map(len, self.lines), default=0) + gap
        joined = [
            tuple(f"{one:<{wide}}{two}" for one, two in zip_longest(a, b, fillvalue=""))
            for a, b in ((left.lines, right.lines), (left.inks, right.inks))
        ]
        return Drawing(*joined)

    def _centred(self, height: int) -> Drawing:
        empty = Drawing.plain(*[""] * ((height - len(self.lines)) // 2))
        rest = Drawing.plain(*[""] * (height - len(self.lines) - len(empty.lines)))
        return empty.above(self, rest)


def letters(names: Sequence[str]) -> dict[str, str]:
    """A letter for each node, in the order given."""
    return {name: LETTERS[i] if i < len(LETTERS) else _NO_LETTER for i, name in enumerate(names)}


def strip(owner: Callable[[int], str], names: Sequence[str], cells: int = 64) -> str:
    """The circle laid flat: one letter for the owner of the middle of each cell."""
    letter = letters(names)
    middles = ((2 * cell + 1) * SPACE // (2 * cells) for cell in range(cells))
    return "".join(letter[owner(middle)] for middle in middles)


def circle(
    owner: Callable[[int], str],
    names: Sequence[str],
    inside: Sequence[str] = (),
    rows: int = 17,
    marked: Callable[[int], bool] | None = None,
) -> Drawing:
    r"""The circle, round to the eye where a cell is twice as high as wide.

    Args:
        owner: the node that owns a position; "" where nobody does, which leaves the cell blank.
        names: the nodes, in the order of their letters.
        inside: lines for the middle; what does not fit there is cut off.
        rows: how high it is; it is twice as wide. From 5 up.
        marked: whether a position's letter is in colour; None: all are.

    >>> half = lambda position: "left" if position >= SPACE // 2 else "right"
    >>> print("\n".join(circle(half, ["left", "right"], inside=["two"], rows=9).lines))
         aaaabbbb
      aaaaaaabbbbbbb
     aaaaa      bbbbb
    aaaa          bbbb
    aaaa   two    bbbb
    aaaa          bbbb
     aaaaa      bbbbb
      aaaaaaabbbbbbb
         aaaabbbb
    """
    letter = letters(names)
    drawn: list[list[str]] = []
    inked: list[list[str]] = []
    # A cell's middle, in quarters of a row from the centre: whole numbers, and never the centre.
    outer, inner = 2 * rows, 2 * rows - 4 * _BAND_ROWS
    for down in range(2 - outer, outer, 4):
        drawn.append([])
        inked.append([])
        for right in range(1 - outer, outer, 2):
            cell = ink = " "
            if inner * inner < down * down + right * right <= outer * outer:
                position = _position(right, down)
                cell = letter.get(owner(position), " ")
                if cell in LETTERS and (marked is None or marked(position)):
                    ink = cell
            drawn[-1].append(cell)
            inked[-1].append(ink)
    first = (rows - len(inside)) // 2
    for row, line in enumerate(inside, start=first):
        down = 4 * row + 2 - outer
        if inner * inner > down * down:
            room = 2 * (math.isqrt(inner * inner - down * down) // 2) - 2  # a blank at each side
            line = line[: max(0, room)]  # noqa: PLW2901 - cut to the room there
            start = rows - len(line) // 2
            drawn[row][start : start + len(line)] = line
    return Drawing(tuple(map("".join, drawn)), tuple(map("".join, inked)))


def bar(length: float, width: int) -> str:
    """A bar of `length` (0 to 1) of `width` cells, drawn to an eighth of a cell.

    >>> bar(0.5, 5)
    '██▌'
    """
    eighths = round(min(max(length, 0.0), 1.0) * width * 8)
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8]


def shortened(name: str, width: int) -> str:
    """The name, or as much of its beginning as fits, with a sign that more follows.

    >>> shortened("cache-1", 7), shortened("cache-11", 7)
    ('cache-1', 'cache-…')
    """
    return name if len(name) <= width else f"{name[: width - 1]}…"


def bars(shares: Mapping[str, float], width: int = 40) -> list[str]:
    r"""One line for each node: its letter, name, share and bar; the longest fills `width`.

    Of more than 16 nodes the 8 busiest and the 8 idlest are shown.

    >>> print("\n".join(bars({"left": 0.75, "right": 0.25}, width=8)))
    a left    75.00 %  ████████
    b right   25.00 %  ██▋
    """
    letter = letters(list(shares))
    names = list(shares)
    left_out = 0
    if len(names) > _ROWS_MAX:
        ranked = sorted(names, key=lambda name: -shares[name])
        left_out = len(names) - _ROWS_MAX
        names = ranked[: _ROWS_MAX // 2] + ranked[-_ROWS_MAX // 2 :]
    peak = max(shares.values(), default=0.0) or 1.0
    wide = min(max((len(name) for name in names), default=0), _NAME_WIDTH_MAX)
    lines = [
        f"{letter[name]} {shortened(name, wide):<{wide}}  {shares[name] * 100:6.2f} %  "
        f"{bar(shares[name] / peak, width)}"
        for name in names
    ]
    if left_out:
        lines.insert(_ROWS_MAX // 2, f"  ... {left_out} more between")
    return lines


def _position(right: int, down: int) -> int:
    """The position in the direction of a cell, clockwise from the top."""
    turn = math.atan2(right, -down) / math.tau % 1.0
    return round(turn * _TURN) % _TURN * (SPACE // _TURN)


def _ink_of_row(line: str) -> str:
    letter = line[:1]
    if letter not in LETTERS or line[1:2] != " ":
        return " " * len(line)
    return letter + "".join(letter if cell in _BLOCKS else " " for cell in line[1:])
