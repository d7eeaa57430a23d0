"""Facts of a design that is written in a test."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sdcli.design import parse
from sdcli.documents.evidence.book import Book
from sdcli.documents.facts import Facts

if TYPE_CHECKING:
    from collections.abc import Callable

HEAD = "schema: sdcli/1\nid: d\ntitle: D\nnouns: [link, click]\n"


@pytest.fixture
def facts() -> Callable[[str], Facts]:
    """Makes the facts of a design from what stands below its head."""

    def made(text: str) -> Facts:
        return Facts(parse(HEAD + text, "design.yaml"), Path("design.yaml"))

    return made


@pytest.fixture
def book() -> Callable[[Facts], Book]:
    """Makes the evidence of a design."""
    return Book
