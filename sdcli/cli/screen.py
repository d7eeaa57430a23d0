"""How things look: one console, one way to print JSON, one way to draw Mermaid as text.

Colours are the 16 that every terminal has, so that light and dark ones both stay readable,
and never the only signal. Without a terminal lines are 80 columns wide and plain.
"""

from __future__ import annotations

import json
import os
import re
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

WIDTH = 80
_CONTROLS = {code: " " for code in (*range(32), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"}


def console(*, stderr: bool = False) -> Console:
    """A console for stdout (or stderr); honours NO_COLOR, COLUMNS and TERM."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    coloured = stream.isatty() or "FORCE_COLOR" in os.environ
    return Console(
        stderr=stderr,
        width=WIDTH if not stream.isatty() and "COLUMNS" not in os.environ else None,
        highlight=False,
        force_terminal=stream.isatty(),
        color_system="standard" if coloured and not os.environ.get("NO_COLOR") else None,
    )


def print_json(value: Any) -> None:
    """One JSON object on stdout and nothing else."""
    print(json.dumps(value, ensure_ascii=False, allow_nan=False))


def plain(text: str) -> str:
    r"""A person's text with control characters blanked, so that it cannot steer a terminal.

    >>> plain("a\x1b[31mb")
    'a [31mb'
    """
    return text.translate(_CONTROLS)


def draw_mermaid(diagram: str, width: int = WIDTH) -> str:
    """A Mermaid diagram drawn with line characters, within `width` columns where it can be.

    termaid does not fit a width by itself, so the options go from roomy to tight until the
    widest line fits; when none fits, the tightest drawing is returned.
    """
    import termaid
    from termaid.utils import display_width

    # termaid draws round and six-sided shapes as boxes with odd corners; here all are plain.
    boxes = re.sub(r'(?m)^(\s*n\d+)\W+"(.*)"\W+$', r'\1["\2"]', diagram)
    tries: list[dict[str, Any]] = [
        {"gap": 2, "padding_x": 2, "padding_y": 0},
        {"gap": 1, "padding_x": 1, "padding_y": 0},
        *(
            {"gap": 1, "padding_x": 0, "padding_y": 0, "max_label_width": wide}
            for wide in (32, 24, 16, 12, 8)
        ),
    ]
    drawing = ""
    for options in tries:
        drawing = str(termaid.render(boxes, **options))
        if all(display_width(line) <= width for line in drawing.splitlines()):
            break
    return drawing
