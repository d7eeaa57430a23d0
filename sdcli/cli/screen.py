"""How things look: one console, one way to print JSON, one way to draw Mermaid as text.

Colours are the 16 that every terminal has, so that light and dark ones both stay readable,
and never the only signal. Without a terminal lines are 80 columns wide and plain.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from typing import IO, TYPE_CHECKING, Any, TextIO, cast

from sdcli.core.text import printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

WIDTH = 80
_TRAILING = re.compile(r" +((?:\x1b\[0m)?)(?=\n)")  # where a style ends, it ends before them
BAR_WIDTH = 20
# termaid knows neither Mermaid's codes for characters nor its title and description; a code is
# drawn as one character of the private area and read back from the drawing.
_ACCESSIBLE = re.compile(r"(?m)^\s*acc(?:Title|Descr):.*\n?")
_PRIVATE = 0xE000
_CODED = re.compile(r"#(3[2-9]|[4-9]\d|1[01]\d|12[0-6]);")  # what can be seen of ASCII
_SLOW_S = 0.5  # after a try that took longer, the tightest one is the only other
_STANDING = re.compile("[\ue020-\ue07e]")


def console(*, stderr: bool = False) -> Console:
    """A console for stdout (or stderr); honours NO_COLOR, COLUMNS and TERM."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    is_dumb = os.environ.get("TERM") == "dumb"
    coloured = (stream.isatty() and not is_dumb) or "FORCE_COLOR" in os.environ
    return Console(
        file=cast("IO[str]", Trimmed(stream)),
        width=WIDTH if not stream.isatty() and "COLUMNS" not in os.environ else None,
        highlight=False,
        markup=False,  # what people write in brackets is theirs
        emoji=False,
        force_terminal=stream.isatty(),
        color_system="standard" if coloured and not os.environ.get("NO_COLOR") else None,
    )


class Trimmed:
    r"""A stream that leaves out the blanks with which tables fill their lines.

    >>> Trimmed(sys.stdout).write("a  1  \n\nb  2\n> ")
    a  1
    <BLANKLINE>
    b  2
    >
    """

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> None:
        """Write it, without blanks before the ends of lines."""
        self.stream.write(_TRAILING.sub(r"\1", text))

    def __getattr__(self, name: str) -> Any:
        """All else is the stream's."""
        return getattr(self.stream, name)


def print_json(value: Any) -> None:
    r"""One JSON object on stdout and nothing else.

    What steers a terminal or hides is written as JSON writes it, `\u009b`: whatever reads the
    JSON gets it, and whoever looks at it is not fooled.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    if printable(text) != text:
        text = "".join(one if printable(one) == one else json.dumps(one)[1:-1] for one in text)
    print(text)


def styled(text: str, style: str = "", *, no_wrap: bool = False) -> Text:
    """A text for the screen. Every text goes through here, so none can steer the terminal."""
    from rich.text import Text

    return Text(plain(text), style=style, no_wrap=no_wrap)


def say(*parts: tuple[str, str]) -> None:
    """A line on stdout, unwrapped, each part with its style.

    Where nothing has a style, rich is not loaded: it takes longer than what is said.
    """
    if sys.stdout.isatty() or "FORCE_COLOR" in os.environ:
        console().print(assemble(*parts), soft_wrap=True)
    else:
        print(plain("".join(text for text, _ in parts)).rstrip(" "))


def assemble(*parts: tuple[str, str]) -> Text:
    """Several texts in a row, each with its style."""
    from rich.text import Text

    return Text.assemble(*((plain(text), style) for text, style in parts))


def write(
    console: Console,
    text: str | Text,
    *,
    label: str = "",
    indent: int = 0,
    hang: int = 0,
    style: str = "",
) -> None:
    """A paragraph in the console's width.

    Args:
        console: where.
        text: plain, or styled already.
        label: stands before the first line, in colour.
        indent: columns before the first line where there is no label.
        hang: how much further the other lines are set in.
        style: of a plain text.
    """
    whole = styled(text, style) if isinstance(text, str) else text
    lead = label or " " * indent
    further = " " * (len(lead) + hang)
    for number, row in enumerate(whole.wrap(console, max(20, console.width - len(further)))):
        row.rstrip()
        start = styled(further) if number else styled(lead, "cyan" if label else "")
        console.print(start, row, sep="", soft_wrap=True)


def table(*headings: str) -> Table:
    """A table without lines, which a screen reader reads row by row.

    A heading that begins with ">" stands over a column of numbers, set to the right.
    """
    from rich.table import Table

    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in headings:
        is_right = heading.startswith(">")
        made.add_column(heading.removeprefix(">"), justify="right" if is_right else "left")
    return made


def bar(share: float, width: int = BAR_WIDTH) -> str:
    """A share from 0 to 1 as a bar that needs no colour.

    >>> bar(0.5, 10)
    '█████·····'
    """
    full = round(min(max(share, 0.0), 1.0) * width)
    return "█" * full + "·" * (width - full)


def clock(seconds: float) -> str:
    """A length of time as minutes and seconds.

    >>> clock(754)
    '12:34'
    """
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def plain(text: str) -> str:
    r"""A person's text with what steers a terminal or hides blanked; line ends and tabs stay.

    >>> plain("a\x1b[31mb")
    'a [31mb'
    """
    return printable(text, " ", keep="\n\t")


def draw_mermaid(diagram: str, width: int = WIDTH) -> str:
    """A Mermaid diagram drawn with line characters, within `width` columns where it can be.

    termaid does not fit a width by itself, so the options go from roomy to tight until the
    widest line fits; when none fits, there is no drawing: a torn one says less than none.
    """
    import termaid
    from termaid.utils import display_width

    boxes = _ACCESSIBLE.sub("", diagram)
    boxes = _CODED.sub(lambda match: chr(_PRIVATE + int(match[1])), boxes)
    if boxes.startswith("flowchart"):
        # termaid draws round and six-sided shapes as boxes with odd corners; here all are plain.
        boxes = re.sub(r'(?m)^(\s*n\d+)\W+"(.*)"\W+$', r'\1["\2"]', boxes)
    tries: list[dict[str, Any]] = [
        {"gap": 2, "padding_x": 2, "padding_y": 0},
        {"gap": 1, "padding_x": 1, "padding_y": 0},
        *(
            {"gap": 1, "padding_x": 0, "padding_y": 0, "max_label_width": wide}
            for wide in (32, 24, 16, 12, 8)
        ),
    ]
    is_slow = False
    for options in tries:
        if is_slow and options is not tries[-1]:
            continue
        started = time.perf_counter()
        drawing = str(termaid.render(boxes, **options))
        is_slow = is_slow or time.perf_counter() - started > _SLOW_S
        if all(display_width(line) <= width for line in drawing.splitlines()):
            return _STANDING.sub(lambda match: chr(ord(match[0]) - _PRIVATE), drawing)
    return ""
