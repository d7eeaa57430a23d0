"""The page beside the placements tells what is: its code runs, its runs give its numbers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sdcli.reference import hashing
from tests.reference.pages import gives_its_number, names_every_file, python_of, runs_of

FOLDER = Path(hashing.__file__).parent
PAGE = (FOLDER / "README.md").read_text(encoding="utf-8")
RUNS = runs_of(PAGE)


@pytest.mark.parametrize(("command", "metric", "number"), RUNS, ids=[run[0] for run in RUNS])
def test_what_the_page_says_of_a_run_is_what_it_gives(command, metric, number) -> None:
    gives_its_number(command, metric, number)


def test_every_file_is_on_the_page_and_in_the_reading_order() -> None:
    names_every_file(FOLDER, PAGE, hashing.__doc__)
    for name in ("modulo.py", "ring.py", "jump.py", "maglev.py", "bounded.py", "live.py"):
        assert f"`{name}`" in PAGE


def test_the_code_of_the_page_runs() -> None:
    code = "\n".join(python_of(PAGE))
    names: dict[str, object] = {}
    exec(code, names)
    ring, bigger = names["ring"], names["bigger"]
    assert isinstance(ring, hashing.Ring)
    assert isinstance(bigger, hashing.Ring)
    for line in re.findall(r"^(ring\.\S+\(.*\)) +# (\S.*)$", code, re.MULTILINE):
        if line[1].startswith(("'", "[")):  # what it answers stands behind it, a colon, words
            assert repr(eval(line[0], names)) == line[1].partition(": ")[0]
    assert set(ring.plan(bigger).received) == {"d"}
