r"""Markdown as sentences: what people wrote as prose, with the place where each begins.

Code, tables, comments and addresses say nothing in prose and are blanked, character by character,
so that places stay what they were. A name in backticks stays. Headings, items of lists and
paragraphs end a sentence, like `.`, `!` and `?`; the dot in 1.5 does not.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_FENCE = re.compile(r" {0,3}(```+|~~~+)")
_CODE = re.compile(r"`([^`\n]{0,500})`")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_TARGET = re.compile(r"\]\([^)\n]{0,2000}\)|\]\[[^\]\n]{0,200}\]|<https?:[^>\s]{0,2000}>")
_ADDRESS = re.compile(r"https?://[^\s)>]+")
_SHORT = re.compile(r"\b(e\.g|i\.e|approx|ca|incl|vs|resp)\.", re.IGNORECASE)
_END = re.compile(
    r"(?<![.!?])[.!?]++(?=[\s\"')\]*_]|\Z)"
    r"|\n(?=[ \t]*\n)"
    r"|\n(?=[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t])"
    r"|\n(?=[ \t]*[#>|])"
    r"|(?<=\n)(?=[ \t]*#)"
)


def sentences(text: str) -> Iterator[tuple[int, str]]:
    r"""The sentences of a Markdown text with the place where each begins.

    >>> list(sentences("It is 1.5 TB. `x = 3` is code.\n\n- one\n"))
    [(0, 'It is 1.5 TB'), (13, '         is code'), (32, '- one\n')]

    Cost: O(length of the text).
    """
    text = _plain(text)
    start = 0
    for match in _END.finditer(text):
        yield from _sentence(text, start, match.start())
        start = match.end()
    yield from _sentence(text, start, len(text))


def _sentence(text: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    if text[start:end].strip():
        yield start, text[start:end]


def _plain(text: str) -> str:
    """The text with everything blanked that is no prose; line ends stay."""
    text = _without_comments(text.replace("\r\n", " \n"))
    lines: list[str] = []
    fence = ""
    for line in text.split("\n"):
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence) and not line.strip(f" {fence[0]}"):
                fence = ""
            lines.append(" " * len(line))
        elif mark:
            fence = mark[1]
            lines.append(" " * len(line))
        elif line.lstrip().startswith("|") or line.startswith(("    ", "\t")):
            lines.append(" " * len(line))
        else:
            lines.append(line)
    text = _CODE.sub(_but_names, "\n".join(lines))
    for pattern in (_TARGET, _ADDRESS):
        text = pattern.sub(_blank, text)
    return _SHORT.sub(lambda match: match[0].replace(".", " "), text)


def _without_comments(text: str) -> str:
    parts: list[str] = []
    at = 0
    while (begin := text.find("<!--", at)) >= 0:
        end = text.find("-->", begin)
        end = len(text) if end < 0 else end + 3
        parts += [text[at:begin], re.sub(r"[^\n]", " ", text[begin:end])]
        at = end
    return "".join([*parts, text[at:]])


def _but_names(match: re.Match[str]) -> str:
    return match[0] if _NAME.fullmatch(match[1]) else _blank(match)


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])
