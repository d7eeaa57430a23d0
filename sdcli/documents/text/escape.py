"""Other people's words, made harmless for the place where they will stand.

A design file may come from anybody. Whatever it says must read as the characters that it is made
of: in Markdown it opens no tag, table cell, link, fence or comment; in a Mermaid label it ends no
statement; in a terminal it moves no cursor. Each function here is for one place and returns
`Safe`, which the templates print as it is; every other string is escaped as a line of prose.

What steers a terminal or hides from the eye is `core.text`'s to know; here is what each place
could read as its own.

Sources: CommonMark 0.31 section 2.4 (a backslash before ASCII punctuation is literal), GitHub
Flavored Markdown (tables), Mermaid's entity codes (`#35;` by code point).
"""

from __future__ import annotations

import re

from sdcli.core.text import one_line


class Safe(str):
    """Text that may stand in the document as it is."""

    __slots__ = ()


_MARKUP = re.compile(r"[\\`*\[\]|~$]|&(?=#?\w+;)|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_LEAD = re.compile(r"^(?:#{1,6}(?=\s|$)|[=+]|-[-\s]*$)")
_BEGINS = re.compile(
    r"^(?:#{1,6}(?=\s|$)|[=+]|-(?=\s|$)|-[-\s]*$)"
)  # `*` is escaped wherever it stands
_NUMBERED = re.compile(r"^([0-9]{1,9})[.)](?=\s|$)")
_BULLET = re.compile(r"^(?:[-*]|[0-9]{1,3}[.)])\s+(?=\S)")
_LABEL_CODED = re.compile(r"[^A-Za-z0-9_ .,()/+\-\u00a0-\U0010ffff]|__")


def inline(text: str) -> Safe:
    r"""Text inside a line of prose, behind a bullet, or inside a table cell.

    >>> print(inline("a | b <script> _x_ write_rate"))
    a \| b &lt;script&gt; \_x\_ write_rate
    >>> print(inline("# Big"), inline("1. one"))
    \# Big 1\. one
    """
    line = one_line(text)
    number = _NUMBERED.match(line)
    if number:  # "1. one" would begin a list of its own
        return Safe(f"{number[1]}\\{_marked(line[number.end(1) :])}")
    return Safe(("\\" if _BEGINS.match(line) else "") + _marked(line))


def _marked(text: str) -> str:
    escaped = _MARKUP.sub(lambda match: "&amp;" if match[0] == "&" else "\\" + match[0], text)
    return escaped.replace("<", "&lt;").replace(">", "&gt;")


def prose(text: str) -> Safe:
    r"""Text of several lines: its paragraphs, lines and bullets stay, everything else is literal.

    >>> print(prose("# No heading\n- a bullet\n---"))
    \# No heading
    - a bullet
    \---
    """
    lines: list[str] = []
    for raw in text.splitlines():
        line = one_line(raw)
        bullet = _BULLET.match(line)
        if bullet and not _LEAD.match(line):
            mark = bullet[0].strip().replace("*", "-")
            lines.append(f"{mark} {_led(line[bullet.end() :])}")
        elif line or (lines and lines[-1]):
            lines.append(_led(line))
    while lines and not lines[-1]:
        lines.pop()
    return Safe("\n".join(lines))


def _led(line: str) -> str:
    """A line of prose whose first characters start no heading, rule or list."""
    return ("\\" if _LEAD.match(line) else "") + _marked(line)


def code(text: str) -> Safe:
    r"""A formula, a name or a command as code; as escaped text where code could not hold it.

    >>> print(code("client -> web"), code("a `b` c"))
    `client -> web` a \`b\` c
    """
    line = one_line(text)
    if not line or "`" in line or "<!--" in line or "-->" in line:
        return inline(line)
    return Safe(f"`{line}`")


def code_cell(text: str) -> Safe:
    r"""The same inside a table, where a bar would end the cell even in code.

    >>> print(code_cell("cache | store"))
    `cache \| store`
    """
    line = code(text)
    return Safe(line.replace("|", r"\|")) if line.startswith("`") else line


def label(text: str) -> str:
    """Text for a label of Mermaid: punctuation that it could read becomes an entity.

    >>> label('cache "L1"; 100%')
    'cache #34;L1#34;#59; 100#37;'
    """
    line = one_line(text)
    if line.lower() == "end":  # the word closes a block wherever Mermaid meets it
        return f"#{ord(line[0])};{line[1:]}"
    return _LABEL_CODED.sub(lambda match: "".join(f"#{ord(c)};" for c in match[0]), line)


def mermaid(diagram: str) -> Safe:
    """A diagram of ours, whose labels went through `label`, as a fenced block."""
    return Safe(f"```mermaid\n{diagram}\n```")
