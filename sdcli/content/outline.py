"""What a scenario file says, read leniently, so that one fault does not hide the others.

The models accept a file or refuse it. The checks that compare its parts (references, sums,
habits) work on this outline instead: it hands out every value of the right type at a path,
with its place, and skips what is not there. A file that lacks one key is still checked in
all the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.core.yaml import Key, Tree

EACH = "*"  # every entry of a list
KEYS = "**"  # every key of a group

# Where the names of each sort are declared; a line's name is the text before the separator.
_DECLARED: dict[str, tuple[tuple[str, ...], str]] = {
    "question": (("questions", EACH, "id"), ""),
    "assumption": (("assumptions", EACH, "line"), "="),
    "estimate": (("estimates", EACH, "line"), "="),
    "component": (("components", EACH, "line"), ":"),
    "flow": (("flows", EACH, "line"), ":"),
    "deep dive": (("deep_dives", EACH, "id"), ""),
    "rubric item": (("rubric", EACH, "id"), ""),
    "curveball": (("curveballs", EACH, "id"), ""),
}


class Outline:
    """The readable parts of one file."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree

    def at(self, *path: str) -> Iterator[tuple[Key, Any]]:
        """Every value at a path, with its key; `*` stands for each entry of a list.

        >>> from sdcli.core.yaml import parse
        >>> outline = Outline(parse("a: [{id: x}, {}, {id: y}]", "t"))
        >>> list(outline.at("a", "*", "id"))
        [(('a', 0, 'id'), 'x'), (('a', 2, 'id'), 'y')]
        """
        found: list[tuple[Key, Any]] = [((), self.tree.data)]
        for part in path:
            found = [pair for key, value in found for pair in _below(key, value, part)]
        yield from found

    def every_text(self) -> Iterator[tuple[Key, str]]:
        """Every text of the file, with its key, in the order of the file."""
        open_parts: list[tuple[Key, Any]] = [((), self.tree.data)]
        while open_parts:
            key, value = open_parts.pop()
            if isinstance(value, dict):
                open_parts += [((*key, name), part) for name, part in reversed(value.items())]
            elif isinstance(value, list):
                open_parts += [((*key, at), part) for at, part in reversed([*enumerate(value)])]
            elif isinstance(value, str):
                yield key, value

    def texts(self, *path: str) -> Iterator[tuple[Key, str]]:
        """The values at a path that are text; a plain number counts as its digits."""
        for key, value in self.at(*path):
            if isinstance(value, str):
                yield key, value
            elif isinstance(value, (int, float)) and not isinstance(value, bool):
                yield key, str(value)

    def declared(self, sort: str) -> list[tuple[Key, str]]:
        """The names of a sort ("estimate", "rubric item") in the order of the file."""
        path, separator = _DECLARED[sort]
        pairs = self.texts(*path)
        if not separator:
            return list(pairs)
        return [
            (key, line.partition(separator)[0].strip()) for key, line in pairs if separator in line
        ]

    def names(self, *sorts: str) -> list[str]:
        """The names of the sorts, without their places."""
        return [name for sort in sorts for _, name in self.declared(sort)]

    def is_complete(self, *sorts: str) -> bool:
        """Whether every entry of these lists has a readable name, so that a gap is a gap."""
        for sort in sorts:
            path, _ = _DECLARED[sort]
            if len(list(self.at(*path[:2]))) != len(self.declared(sort)):
                return False
        return True


def sorts() -> tuple[str, ...]:
    """The sorts of names that a scenario declares."""
    return tuple(_DECLARED)


def _below(key: Key, value: Any, part: str) -> list[tuple[Key, Any]]:
    if part == EACH:
        return [((*key, i), entry) for i, entry in enumerate(value)] if _is_list(value) else []
    if not isinstance(value, dict):
        return []
    if part == KEYS:
        return [((*key, name), name) for name in value]
    return [((*key, part), value[part])] if part in value else []


def _is_list(value: Any) -> bool:
    return isinstance(value, list)
