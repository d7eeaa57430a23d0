"""The page beside the limiters tells what is: its code runs, its runs give its numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from sdcli.reference import limiters
from tests.reference.pages import gives_its_number, names_every_file, python_of, runs_of

FOLDER = Path(limiters.__file__).parent
PAGE = (FOLDER / "README.md").read_text(encoding="utf-8")
RUNS = runs_of(PAGE)


@pytest.mark.parametrize(("command", "metric", "number"), RUNS, ids=[run[0] for run in RUNS])
def test_what_the_page_says_of_a_run_is_what_it_gives(command, metric, number) -> None:
    gives_its_number(command, metric, number)


def test_every_file_is_on_the_page_and_in_the_reading_order() -> None:
    adapters = {f"adapters/{path.name}" for path in (FOLDER / "adapters").glob("*.*")}
    for name in adapters - {"adapters/__init__.py"}:
        assert f"`{name}`" in PAGE
    names_every_file(FOLDER, PAGE, limiters.__doc__)
    for path in FOLDER.glob("*.py"):
        assert path.stem == "__init__" or f"`{path.name}`" in PAGE, f"{path.name}: not on the page"


def test_the_first_lines_of_the_page_run() -> None:
    names: dict[str, object] = {}
    exec(python_of(PAGE)[0], names)
    limiter, decision = names["limiter"], names["decision"]
    assert (bool(decision), decision.limit, decision.remaining) == (True, 200, 199)
    # 200, less 1, 10 and 1 that waited; 3 given back, then forgotten; then twice as much.
    assert str(limiter.limits[0]) == "200/1s burst 400"


def test_what_the_page_says_of_redis_runs(redis_server) -> None:
    names: dict[str, object] = {}
    exec(python_of(PAGE)[1].replace("redis://127.0.0.1:6379", redis_server.url), names)
    assert names["shared"].acquire("user:42").remaining == 199
    assert names["shared"].acquire("user:42").judged
