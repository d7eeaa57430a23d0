"""How two texts of a block differ, for people."""

from __future__ import annotations

import difflib

_LINES_MAX = 2_000  # beyond these, comparing takes longer than anybody waits


def difference(built: str, found: str) -> str:
    r"""A unified diff from what a build writes to what stands in the document; empty when equal.

    >>> print(difference("a\nb\n", "a\nc\n"))
    --- as a build writes it
    +++ in the document
    @@ -1,2 +1,2 @@
     a
    -b
    +c
    """
    one, two = built.splitlines(), found.splitlines()
    if max(len(one), len(two)) > _LINES_MAX:
        return f"{len(one)} lines as a build writes it, {len(two)} lines in the document"
    made = difflib.unified_diff(
        one, two, "as a build writes it", "in the document", lineterm="", n=1
    )
    return "\n".join(made)


def lines_changed(before: str, after: str) -> str:
    r"""How many lines of a text another would change, in a clause.

    >>> lines_changed("a\nb\n", "a\nc\nd\n")
    '2 lines of the text change'
    """
    one, two = before.splitlines(), after.splitlines()
    if max(len(one), len(two)) > _LINES_MAX:
        return "the text changes"
    parts = difflib.SequenceMatcher(None, one, two).get_opcodes()
    count = sum(max(b - a, d - c) for what, a, b, c, d in parts if what != "equal")
    return (
        f"{count} line of the text changes" if count == 1 else f"{count} lines of the text change"
    )
