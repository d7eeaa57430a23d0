"""What commands print, asked for inside this process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sdcli.cli import estimate

if TYPE_CHECKING:
    from collections.abc import Callable

WIDTH = 80


@pytest.fixture
def estimated(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """What a call of `sdcli estimate` prints.

    Nothing may stand on stderr, and what is for people fits 80 columns without colour.
    """

    def call(*words: str) -> str:
        capsys.readouterr()
        assert estimate.main(list(words)) == 0
        told = capsys.readouterr()
        assert told.err == ""
        assert "\x1b" not in told.out
        assert "--json" in words or max(map(len, told.out.splitlines())) <= WIDTH
        return told.out

    return call
