"""Lanes: what happened to requests, drawn along time so that it can be read without colour.

A lane has a column for each stretch of time. In it stands what happened to the requests that came
then:

    |   all were admitted        .   all were denied
    +   some of each                 nobody came

A strip has a number in each column, as a digit, where how many there were is what matters; `#` is
ten or more. A level is a column of eight heights. Green is admitted and red is denied, where there
is colour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.reference.hashing.drawing import Drawing, bar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LEGEND = "| admitted   . denied   + some of each"

_MANY = 10  # what a digit cannot say
_INK_OF = {"|": "d", ".": "e", "+": "b"}  # green, red, yellow
_LEVELS = " ▁▂▃▄▅▆▇█"


def column_of(at_ns: int, begin_ns: int, end_ns: int, columns: int) -> int:
    """The column of a moment; below 0 or from `columns` up where it is not in the picture."""
    return (at_ns - begin_ns) * columns // (end_ns - begin_ns)


def lane(verdicts: Iterable[tuple[int, bool]], begin_ns: int, end_ns: int, columns: int) -> Drawing:
    """One lane.

    Args:
        verdicts: moments, and whether a request was admitted then.
        begin_ns: where the picture begins.
        end_ns: where it ends; what came then is not in it.
        columns: how wide.

    >>> lane([(0, True), (5, True), (5, False), (9, False)], 0, 10, columns=5).lines
    ('| + .',)
    """
    admitted, denied = [False] * columns, [False] * columns
    for at_ns, passed in verdicts:
        column = column_of(at_ns, begin_ns, end_ns, columns)
        if 0 <= column < columns:
            (admitted if passed else denied)[column] = True
    line = "".join(
        "+" if yes and no else "|" if yes else "." if no else " "
        for yes, no in zip(admitted, denied, strict=True)
    )
    return Drawing((line,), ("".join(_INK_OF.get(cell, " ") for cell in line),))


def laned(head: str, lanes: Iterable[tuple[str, Drawing]]) -> Drawing:
    """Lanes below one another, each behind what is said of it, and what the marks mean.

    What is said comes first, since a narrow terminal cuts lines at their end.

    Args:
        head: the line above them.
        lanes: what is said of each, all of one width, and the lane.

    >>> laned("passed", [("     1 ", lane([(0, True)], 0, 10, columns=5))]).lines[:2]
    ('passed', '     1 |    ')
    """
    drawing = Drawing.plain(head)
    for told, drawn in lanes:
        drawing = drawing.above(Drawing.plain(told).beside(drawn, gap=0))
    return drawing.above(Drawing.plain("", LEGEND))


def strip(moments: Iterable[int], begin_ns: int, end_ns: int, columns: int, ink: str) -> Drawing:
    """How many moments fall into each column.

    >>> strip([0, 3, 3, 3, 9], 0, 10, columns=5, ink="a").lines
    ('13  1',)
    """
    counts = [0] * columns
    for at_ns in moments:
        column = column_of(at_ns, begin_ns, end_ns, columns)
        if 0 <= column < columns:
            counts[column] += 1
    line = "".join(" " if not n else "#" if n >= _MANY else str(n) for n in counts)
    return Drawing((line,), ("".join(" " if cell == " " else ink for cell in line),))


def levels(heights: Sequence[int], peak: int, ink: str) -> Drawing:
    """A height for each column; the least that is there can be seen.

    >>> levels([0, 1, 50, 100], peak=100, ink="a").lines
    (' ▁▄█',)
    """
    top = len(_LEVELS) - 1
    line = "".join(
        _LEVELS[min(top, max(1, height * top // peak)) if height else 0] for height in heights
    )
    return Drawing((line,), ("".join(" " if cell == " " else ink for cell in line),))


def gauge(part: float, columns: int, ink: str) -> Drawing:
    """A bar in a frame: how much of something is used up.

    >>> gauge(0.5, columns=8, ink="a").lines
    ('▕████    ▏',)
    """
    drawn = bar(part, columns)
    return Drawing((f"▕{drawn:<{columns}}▏",), (f" {ink * len(drawn):<{columns}} ",))
