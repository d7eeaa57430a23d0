"""Drawing: a placement as lines of text that say the same with and without colour.

Two pictures. The strip is the circle, cut open at position 0 and laid flat: each cell carries
the letter of the node that owns its middle. The bars show each node's share.
"""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

from sdcli.reference.hashing.hashes import SPACE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_LETTERS = string.ascii_lowercase + string.ascii_uppercase + string.digits
_NO_LETTER = "·"  # nodes beyond the 62nd share it
_EIGHTHS = ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")
_ROWS_MAX = 16
_NAME_WIDTH_MAX = 20


def letters(names: Sequence[str]) -> dict[str, str]:
    """A letter for each node, in the order given."""
    return {name: _LETTERS[i] if i < len(_LETTERS) else _NO_LETTER for i, name in enumerate(names)}


def strip(owner: Callable[[int], str], names: Sequence[str], cells: int = 64) -> str:
    """The circle laid flat: one letter for the owner of the middle of each cell."""
    letter = letters(names)
    middles = ((2 * cell + 1) * SPACE // (2 * cells) for cell in range(cells))
    return "".join(letter[owner(middle)] for middle in middles)


def bar(length: float, width: int) -> str:
    """A bar of `length` (0 to 1) of `width` cells, drawn to an eighth of a cell.

    >>> bar(0.5, 5)
    '██▌'
    """
    eighths = round(min(max(length, 0.0), 1.0) * width * 8)
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8]


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
        f"{letter[name]} {_short(name, wide):<{wide}}  {shares[name] * 100:6.2f} %  "
        f"{bar(shares[name] / peak, width)}"
        for name in names
    ]
    if left_out:
        lines.insert(_ROWS_MAX // 2, f"  ... {left_out} more between")
    return lines


def _short(name: str, width: int) -> str:
    return name if len(name) <= width else f"{name[: width - 1]}…"
