"""An item to grade and a question to score, both invented: the scorer knows no scenario."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sdcli.content import Item, Scenario, parse_scenario

if TYPE_CHECKING:
    from collections.abc import Callable

LOCKERS = Path(__file__).with_name("parcel-lockers.yaml")


@pytest.fixture
def item() -> Callable[..., Item]:
    """Makes a rubric item about a cache; keywords replace its parts."""

    def make(**changes: Any) -> Item:
        parts = {
            "id": "cache",
            "step": "deep_dive",
            "axis": "depth",
            "weight": 2,
            "level": "mid",
            "claim": "Keeps the hot links in a cache.",
            "any_of": ["cache", "cached"],
            "with": ["hot links", "eviction", "LRU", "memory"],
            "model": "A cache keeps the hot links in memory.",
            "why": "Reads repeat.",
        }
        return Item.model_validate(parts | changes)

    return make


@pytest.fixture
def lockers() -> Scenario:
    """A small scenario that proves itself."""
    return parse_scenario(LOCKERS.read_text(encoding="utf-8"), LOCKERS.name)
