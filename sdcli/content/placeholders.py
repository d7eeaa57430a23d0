"""`{name}` in what the interviewer says: a number that belongs to the person, not to the file.

A question that quotes a number quotes the person's own wherever there is one, so the file
names the estimate or assumption and whoever speaks puts the value in.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sdcli.content.outline import EACH

if TYPE_CHECKING:
    from collections.abc import Mapping

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")

# Where placeholders may stand: every text that the interviewer says.
SPOKEN: tuple[tuple[str, ...], ...] = (
    ("deep_dives", EACH, "ask"),
    ("deep_dives", EACH, "forces"),
    ("deep_dives", EACH, "ladder", "missing"),
    ("deep_dives", EACH, "ladder", "named"),
    ("deep_dives", EACH, "ladder", "explained"),
    ("deep_dives", EACH, "ladder", "justified"),
    ("deep_dives", EACH, "pitfall"),
    ("deep_dives", EACH, "hints", EACH),
    ("curveballs", EACH, "say"),
    ("curveballs", EACH, "ask"),
    ("wrap_up", "bottlenecks"),
    ("wrap_up", "failure"),
    ("wrap_up", "ten_times", "ask"),
    ("wrap_up", "recap"),
    ("hints", "scope", EACH),
    ("hints", "high_level", EACH),
    ("hints", "wrap_up", EACH),
)


def names_in(text: str) -> list[str]:
    """The names that stand in braces, in order.

    >>> names_in("{storage} on {fleet}")
    ['storage', 'fleet']
    """
    return _PLACEHOLDER.findall(text)


def has_stray_brace(text: str) -> bool:
    """Whether a brace stands without its partner."""
    return bool(re.search(r"[{}]", _PLACEHOLDER.sub("", text)))


def fill(text: str, values: Mapping[str, object]) -> str | None:
    """The text with each `{name}` replaced by its value, or None where one is missing.

    >>> fill("At {rate}: what now?", {"rate": "3 link/s"})
    'At 3 link/s: what now?'
    """
    if any(name not in values for name in names_in(text)):
        return None
    return _PLACEHOLDER.sub(lambda match: str(values[match[1]]), text)
