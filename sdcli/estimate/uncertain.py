"""How much of a sheet is uncertain: each range and each sum with one costs its draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.units import UnitError, parse
from sdcli.units.syntax import Binary, Interval, Node, UnitWord

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

UNCERTAIN_MAX = 400  # some 10 to 20 ms each


def uncertain(formulas: Mapping[str, str], nouns: Iterable[str] = ()) -> int:
    """How many ranges the formulas have, and how many operations work with them or their results.

    Args:
        formulas: by name; one that cannot be read counts for nothing.
        nouns: count nouns beside the built-in ones.

    Cost: each formula is read once, none worked out; the chain may be as long as it likes.

    >>> uncertain({"users": "1M to 2M user", "rate": "2 * users * 2/day", "size": "1 KB * 2"})
    3
    """
    nouns = tuple(nouns)
    known = frozenset(formulas)
    operations: dict[str, int] = {}
    used_by: dict[str, list[str]] = {}
    count = 0
    waiting = []
    for name, text in formulas.items():
        try:
            expression = parse(text, nouns=nouns, names=known)
        except UnitError:
            continue
        ranges, operations[name] = _counted(expression.node)
        count += ranges
        if ranges:
            waiting.append(name)
        for used in expression.names & known:
            used_by.setdefault(used, []).append(name)
    reached = set(waiting)
    while waiting:
        name = waiting.pop()
        count += operations[name]
        new = [one for one in used_by.get(name, ()) if one not in reached]
        reached.update(new)
        waiting += new
    return count


def _counted(node: Node) -> tuple[int, int]:
    """The ranges in a tree, and its operations; a unit behind a number is none."""
    if isinstance(node, Interval):
        return 1, 0
    fields = (getattr(node, field) for field in node.fields)
    parts = [
        one
        for part in fields
        for one in (part if isinstance(part, tuple) else (part,))
        if isinstance(one, Node)
    ]
    is_unit = isinstance(node, Binary) and isinstance(node.right, UnitWord)
    ranges, operations = 0, int(bool(parts) and not is_unit)
    for part in parts:
        more, steps = _counted(part)
        ranges += more
        operations += steps
    return ranges, operations
