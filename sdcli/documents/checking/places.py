"""Between the dotted keys of a check and the lines of a design file.

A key of a check has the ids of the parts that it goes through (`decisions.D1.confirm`), so that
moving one in its list changes nothing; a key of the file has positions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sdcli.core.yaml import Key, Tree

_IDS = ("id", "run")  # what a part of a list is known by


def named(data: Any, key: Key) -> str:
    """The dotted key of a place of the file, with ids for positions where there are any.

    >>> named({"risks": [{"id": "R1", "text": "hot keys"}]}, ("risks", 0, "text"))
    'risks.R1.text'
    """
    told, here = "", data
    for part in key:
        here = here[part]
        word = _id_of(here) if isinstance(part, int) else str(part)
        told += (f".{word}" if told else word) if word else f"[{part}]"
    return told


def line_of(tree: Tree, dotted: str) -> int:
    """The line of a dotted key, or of as much of it as stands in the file."""
    key: Key = ()
    here, left = tree.data, dotted
    while left:
        step = _step(here, left)
        if step is None:
            break
        part, left = step
        here, key = here[part], (*key, part)
    return tree.line(key)


def _step(here: Any, left: str) -> tuple[str | int, str] | None:
    """The next part of the key, and what is left of it behind that."""
    if isinstance(here, dict):
        steps: list[tuple[str | int, str]] = [(word, word) for word in here]
    elif isinstance(here, list):
        ids = [(i, _id_of(part)) for i, part in enumerate(here)]
        steps = [*((i, word) for i, word in ids if word), *((i, f"[{i}]") for i, _ in ids)]
    else:
        return None
    fitting = [(len(word), part) for part, word in steps if _begins(left, word)]
    if not fitting:
        return None
    size, part = max(fitting, key=lambda one: one[0])  # a name may have a dot in it
    return part, left[size:].removeprefix(".")


def _begins(left: str, word: str) -> bool:
    return left.startswith(word) and left[len(word) : len(word) + 1] in ("", ".", "[")


def _id_of(part: Any) -> str:
    if not isinstance(part, dict):
        return ""
    return next((str(part[name]) for name in _IDS if isinstance(part.get(name), (str, int))), "")
