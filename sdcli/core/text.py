"""Text of other people's, shown to people: which characters may not be shown as they are.

A word from a file or a terminal may hold characters that steer the terminal, turn the direction
of writing around, or hide. They are written out here and not asked of Python's Unicode tables
(`str.isprintable`), which grow with its versions: the same text must be shown, and written into
documents, in the same way under all of them.

Imports nothing, since the calculator pays for every import.
"""

from __future__ import annotations

REPLACEMENT = "\ufffd"  # by number: Python loads its Unicode tables to look a name up

# First and last of each run, both in it. The joiners U+200C and U+200D are not among them: scripts
# need them to write their words.
_RUNS = (
    (0x0000, 0x001F),  # control characters: the escape of terminals, line ends, tabs
    (0x007F, 0x009F),  # delete, and the second set of control characters
    (0x00AD, 0x00AD),  # soft hyphen
    (0x061C, 0x061C),  # direction mark of Arabic
    (0x200B, 0x200B),  # space without width
    (0x200E, 0x200F),  # direction marks
    (0x2028, 0x202E),  # line and paragraph separator; embedding and override of direction
    (0x2060, 0x206F),  # joiner of words, invisible operators, isolates of direction
    (0xD800, 0xDFFF),  # lone surrogates, which no encoding takes
    (0xFEFF, 0xFEFF),  # byte order mark
    (0xFFF9, 0xFFFB),  # marks of interlinear notes
    (0xE0000, 0xE007F),  # tags
)
_UNSHOWN = frozenset(chr(code) for first, last in _RUNS for code in range(first, last + 1))


def printable(text: str, instead: str = REPLACEMENT, *, keep: str = "") -> str:
    r"""The text with everything replaced that steers a terminal or hides from the eye.

    Args:
        text: anybody's.
        instead: what stands in the place of each such character.
        keep: characters that stay, such as line ends.

    >>> printable("\x1b[31mred\u202e", "?")
    '?[31mred?'
    """
    if _UNSHOWN.isdisjoint(text):
        return text
    bad = _UNSHOWN.difference(keep)
    return "".join(instead if letter in bad else letter for letter in text)


def one_line(text: str) -> str:
    r"""Printable text on one line, without spaces at its ends.

    >>> one_line(" a\r\nb\tc\n")
    'a b c'
    """
    return printable(" ".join(text.splitlines()).replace("\t", " ")).strip()
