"""A block of a document on the screen: the Markdown that our templates write, read for people.

Headings, paragraphs, bullets, tables and Mermaid are what they write, so that is what is read; a
line of anything else is printed as it stands. A picture that cannot be drawn is left to the table
that always stands beside it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sdcli.cli.chart import Chart, chart_of
from sdcli.cli.screen import assemble, draw_mermaid, styled, table, write

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

# Lines of a diagram that is drawn: a larger one is no picture in a terminal, and takes long.
_DRAWN_MAX = {"flowchart": 60, "sequenceDiagram": 200, "erDiagram": 200}
_COMFORT = 12  # columns that a cell gets before it is wrapped
_GAP = 2
_HEADING = re.compile(r"#{1,6} ")
_BULLET = re.compile(r"- |\d+\. ")
_INLINE = re.compile(
    r"`(?P<code>[^`]*)`|\\(?P<literal>[!-/:-@\[-`{-~])|\*\*|&(?P<entity>lt|gt|amp);"
)
_CELL = re.compile(r"(?<!\\)\|")
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&"}


def show(out: Console, text: str) -> None:
    """Print a block in the width of the screen."""
    page = _Page(out)
    lines = iter(text.splitlines())
    for line in lines:
        if line == "```mermaid":
            page.close()
            page.picture("\n".join(_until_fence(lines)))
        else:
            page.line(line)
    page.close()


def _until_fence(lines: Iterable[str]) -> list[str]:
    found: list[str] = []
    for line in lines:
        if line == "```":
            break
        found.append(line)
    return found


class _Page:
    """What is being read: a paragraph or a table, and a chart that waits for its table."""

    def __init__(self, out: Console) -> None:
        self.out = out
        self.words: list[str] = []
        self.rows: list[list[str]] = []
        self.chart: Chart | None = None
        self.is_list = False

    def line(self, line: str) -> None:
        """Read one line of Markdown that is in no fence."""
        if line.startswith("|"):
            self.rows.append(
                [cell.strip() for cell in _CELL.split(line.rstrip()[1:].removesuffix("|"))]
            )
            return
        if not line.strip() or _HEADING.match(line) or _BULLET.match(line):
            self.end()
        if _HEADING.match(line):
            self._leave_list()
            self.out.print(styled(_plain(line.lstrip("# ")), "bold"), soft_wrap=True)
            self.out.print()
        elif line.strip() and not line.startswith("<!--"):
            self.words.append(line.strip())

    def end(self) -> None:
        """Print what was read so far."""
        if self.words:
            text = " ".join(self.words)
            if _BULLET.match(text):
                write(self.out, assemble(*_inline(text)), hang=2)
                self.is_list = True
            else:
                self._leave_list()
                write(self.out, assemble(*_inline(text)))
                self.out.print()
        if len(self.rows) > 1:
            self._leave_list()
            heading, _, *rows = self.rows
            _table(self.out, heading, rows, self.chart)
            self.out.print()
            self.chart = None
        self.words, self.rows = [], []

    def _leave_list(self) -> None:
        """An empty line below the last bullet."""
        if self.is_list:
            self.out.print()
        self.is_list = False

    def close(self) -> None:
        """Print what was read so far, and leave room below it."""
        self.end()
        self._leave_list()

    def picture(self, diagram: str) -> None:
        """Draw a diagram; a chart becomes bars in the table that follows."""
        self.chart = chart_of(diagram)
        if self.chart is not None:
            return
        drawing = _drawn(diagram, self.out.width)
        if drawing:
            self.out.print(styled(drawing.strip("\n"), no_wrap=True))
        else:
            write(self.out, "The drawing does not fit here; the table says the same.")
        self.out.print()


def _drawn(diagram: str, width: int) -> str:
    """A diagram as text; empty when it is too large, or of a form that cannot be drawn."""
    kind = diagram.partition("\n")[0].partition(" ")[0]
    if diagram.count("\n") > _DRAWN_MAX.get(kind, 0):
        return ""
    try:
        return draw_mermaid(diagram, width)
    except Exception:  # noqa: BLE001 - whatever the drawing stumbles over, there is a table
        return ""


def _table(out: Console, heading: list[str], rows: list[list[str]], chart: Chart | None) -> None:
    """A table, or its rows one below the other where the screen is too narrow for it."""
    bars = chart.bars() if chart else []
    if len(bars) == len(rows):
        heading = [*heading, "│ is the limit" if chart and chart.limits else ""]
        rows = [[*row, bar] for row, bar in zip(rows, bars, strict=True)]
    plain = [[_plain(cell) for cell in row] for row in (heading, *rows)]
    needed = sum(max(_width(cell) for cell in column) for column in zip(*plain, strict=False))
    if needed + _GAP * (len(heading) - 1) > out.width:
        _records(out, heading, rows)
        return
    made = table(*(_plain(cell) for cell in heading))
    for row in rows:
        made.add_row(*(assemble(*_inline(cell)) for cell in row[: len(heading)]))
    out.print(made)


def _width(cell: str) -> int:
    """The columns that a cell needs to be read without pain."""
    longest = max((len(word) for word in cell.split()), default=0)
    return max(longest, min(len(cell), _COMFORT))


def _records(out: Console, heading: list[str], rows: list[list[str]]) -> None:
    """Each row with the names of its columns; what is empty is left out."""
    for row in rows:
        write(out, assemble((_plain(row[0]), "bold")))
        for name, cell in zip(heading[1:], row[1:], strict=False):
            if cell:
                write(out, assemble(*_inline(cell)), label=f"  {_plain(name)}: ")


def _plain(text: str) -> str:
    return "".join(part for part, _ in _inline(text))


def _inline(text: str) -> list[tuple[str, str]]:
    """A line of Markdown in parts with their styles: code in colour, strong words in bold."""
    parts: list[tuple[str, str]] = []
    style, done = "", 0
    for match in _INLINE.finditer(text):
        parts.append((text[done : match.start()], style))
        done = match.end()
        if match["code"] is not None:
            parts.append((match["code"].replace(r"\|", "|"), "cyan"))
        elif match["literal"]:
            parts.append((match["literal"], style))
        elif match["entity"]:
            parts.append((_ENTITIES[match["entity"]], style))
        else:
            style = "" if style else "bold"
    parts.append((text[done:], style))
    return parts
