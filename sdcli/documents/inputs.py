"""What a block read of the design, key by key, and how two such readings differ.

Keys are dotted paths. Parts that have an id or a name are found under it
(`requirements.quality.Q1.target`), so that moving one in its list changes nothing. The wording
of a design is read as well, but a change of wording makes no number stale.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sdcli.design import leaves

if TYPE_CHECKING:
    from collections.abc import Iterable

Scalar = str | int | float | bool | None
Inputs = dict[str, Scalar]

# Each place by its whole path: a user may call an assumption, an option's value or a term `text`.
_WORDING = re.compile(
    r"title|status|date|summary|context"
    r"|(?:owners|reviewers|goals|out_of_scope)\[\d+\]"
    r"|requirements\.(?:functional|quality)\.[^.]+\.text"
    r"|assumptions\.[^.]+\.source"
    r"|components\.[^.]+\.role"
    r"|flows\.[^.]+\.fails"
    r"|api\[\d+\]\.text"
    r"|data\.[^.]+\.(?:fields\.[^.]+\.)?text"
    r"|growth\.watch\.[^.]+(?:\.\d+)?\.then"
    r"|cost\.items\[\d+\]\.text|(?:cost\.)?prices\.[^.]+\.source"
    r"|decisions\.[^.]+\.(?:context|because|consequence|drivers\[\d+\]|options\[\d+\]\.text)"
    r"|failures\.[^.]+\.(?:mode|effect|detection|response)"
    r"|risks\.[^.]+\.(?:text|mitigation)"
    r"|questions\.[^.]+\.(?:text|owner)"
    r"|(?:discussion|cross_cutting)\[\d+\]\.(?:topic|text)"
    r"|rollout\.(?:rollback|stages\[\d+\]\.(?:stage|watch)"
    r"|readiness\[\d+\](?:\.(?:question|answer))?)"
    r"|glossary\..+",
    re.DOTALL,
)


@dataclass(frozen=True)
class Change:
    """One key that has another value than when the block was built; None: it was not there."""

    key: str
    old: Scalar
    new: Scalar

    @property
    def is_wording(self) -> bool:
        """Whether only words changed, in a part that was there and still is."""
        there = not any(value is None or isinstance(value, bool) for value in (self.old, self.new))
        return there and _WORDING.fullmatch(self.key) is not None


def listed(key: str, names: Iterable[str]) -> Inputs:
    """Which parts there are and in which order, as one value under `key`."""
    joined = ", ".join(names)
    return {key: joined} if joined else {}


def by_id(key: str, parts: Iterable[Any]) -> Inputs:
    """The parts of a list, each under its id, and which there are."""
    kept = tuple(parts)
    found = listed(key, (part.id for part in kept))
    for part in kept:
        found |= leaves(f"{key}.{part.id}", part)
    return found


def changes(old: Inputs, new: Inputs) -> list[Change]:
    """The keys whose values differ, in the order of the new reading, then the ones that went.

    >>> [(one.key, one.old, one.new) for one in changes({"a": 1, "b": 2}, {"b": 3, "c": 4})]
    [('b', 2, 3), ('c', None, 4), ('a', 1, None)]
    """
    keys = [*new, *(key for key in old if key not in new)]
    return [Change(key, old.get(key), new.get(key)) for key in keys if old.get(key) != new.get(key)]
