"""The page beside the placements tells what is: its code runs, its runs give its numbers."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from sdcli.reference import hashing
from tests.experiments.runs import run_of

FOLDER = Path(hashing.__file__).parent
PAGE = (FOLDER / "README.md").read_text(encoding="utf-8")
# `sdcli lab run NAME --PARAM VALUE ...   # metric: number`
RUNS = re.findall(r"^(sdcli lab run [^#\n]+?)\s*(?:#\s*(\w+): ([\d.]+))?$", PAGE, re.MULTILINE)


@pytest.mark.parametrize(("command", "metric", "number"), RUNS, ids=[run[0] for run in RUNS])
def test_what_the_page_says_of_a_run_is_what_it_gives(command, metric, number) -> None:
    _, _, _, name, *options = shlex.split(command)
    given = dict(zip(options[::2], options[1::2], strict=True))
    assert metric, f"{command}: which metric, and what is it?"
    places = len(number.partition(".")[2])
    result = run_of(name, {option.removeprefix("--"): given[option] for option in given})
    assert f"{result.metrics[metric]:.{places}f}" == number
    assert result.verdict == "holds"


def test_every_file_is_on_the_page_and_in_the_reading_order() -> None:
    for path in FOLDER.glob("*.py"):
        if path.stem != "__init__":
            assert path.name in hashing.__doc__, f"{path.name} is not in the reading order"
    told = set(re.findall(r"`(\w+\.py)`", PAGE))
    assert told <= {path.name for path in FOLDER.glob("*.py")}
    assert {"modulo.py", "ring.py", "jump.py", "maglev.py", "bounded.py", "live.py"} <= told


def test_the_code_of_the_page_runs() -> None:
    code = "\n".join(re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
    names: dict[str, object] = {}
    exec(code, names)
    ring, bigger = names["ring"], names["bigger"]
    assert isinstance(ring, hashing.Ring)
    assert isinstance(bigger, hashing.Ring)
    for line in re.findall(r"^(ring\.\S+\(.*\)) +# (\S.*)$", code, re.MULTILINE):
        if line[1].startswith(("'", "[")):  # what it answers stands behind it, a colon, words
            assert repr(eval(line[0], names)) == line[1].partition(": ")[0]
    assert set(ring.plan(bigger).received) == {"d"}
