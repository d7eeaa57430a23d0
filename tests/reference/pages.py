"""What the pages beside the reference implementations promise, and how that is put to the test."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from tests.experiments.runs import run_of

if TYPE_CHECKING:
    from pathlib import Path

# `sdcli lab run NAME --PARAM VALUE ...   # metric: number`
_RUN = re.compile(r"^(sdcli lab run [^#\n]+?)\s*(?:#\s*(\w+): ([\d.]+))?$", re.MULTILINE)


def runs_of(page: str) -> list[tuple[str, str, str]]:
    """The runs on a page: command, metric and the number that the page gives for it."""
    return _RUN.findall(page)


def python_of(page: str) -> list[str]:
    """The pieces of Python on a page."""
    return re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)


def gives_its_number(command: str, metric: str, number: str) -> None:
    """Assert that a run gives what the page says of it."""
    _, _, _, name, *options = shlex.split(command)
    given = dict(zip(options[::2], options[1::2], strict=True))
    assert metric, f"{command}: which metric, and what is it?"
    places = len(number.partition(".")[2])
    result = run_of(name, {option.removeprefix("--"): given[option] for option in given})
    assert f"{result.metrics[metric]:.{places}f}" == number
    assert result.verdict == "holds"


def names_every_file(folder: Path, page: str, reading_order: str) -> None:
    """Assert that each file of a folder is in the reading order, and that no other is told."""
    files = {path.name for path in folder.glob("*.py")} - {"__init__.py"}
    for name in sorted(files):
        assert name in reading_order, f"{name} is not in the reading order"
    told = set(re.findall(r"`(\w+\.py)`", page))
    assert told <= files
