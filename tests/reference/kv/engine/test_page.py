"""The page beside the engine tells what is: its code runs, its runs give its numbers."""

from __future__ import annotations

import math
import re
import shutil
from pathlib import Path

import merman
import pytest

from sdcli.core.errors import DamagedError, ExitCode, SdcliError
from sdcli.experiments.kv_defects import DEFECTS
from sdcli.reference.kv import engine
from sdcli.reference.kv.engine import Store, open_store
from sdcli.reference.kv.engine.bloom import false_positive_theory
from sdcli.reference.kv.engine.sim_disk import SimDisk
from tests.experiments.runs import run_of
from tests.reference.pages import gives_its_number, names_every_file, python_of, runs_of

FOLDER = Path(engine.__file__).parent
PAGE = (FOLDER / "README.md").read_text(encoding="utf-8")
RUNS = runs_of(PAGE)
CLOSED = Path(__file__).parent / "stores" / "v1" / "closed"


@pytest.mark.parametrize(("command", "metric", "number"), RUNS, ids=[run[0] for run in RUNS])
def test_what_the_page_says_of_a_run_is_what_it_gives(command, metric, number) -> None:
    gives_its_number(command, metric, number)


def test_the_drawing_is_one() -> None:
    [drawing] = re.findall(r"^```mermaid\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    verdict = merman.Merman().validate(drawing, None)
    assert verdict.valid, verdict.error


def test_the_page_counts_what_is_there() -> None:
    assert f"There are {len(DEFECTS)} of them" in PAGE
    assert f"on {run_of('kv.crash').metrics['disks']:,.0f} disks" in PAGE


def test_every_file_is_on_the_page_and_nothing_else_is() -> None:
    files = {path.name for path in FOLDER.glob("*.py")} - {"__init__.py"}
    told = set(re.findall(r"`(\w+\.py)`", PAGE))
    assert told == files
    pages = {f"formats/{path.name}" for path in (FOLDER / "formats").glob("*.md")}
    assert set(re.findall(r"\((formats/\w+\.md)\)", PAGE)) == pages
    names_every_file(FOLDER, PAGE, engine.__doc__)


def test_the_first_lines_of_the_page_run_and_give_what_stands_behind_them(
    tmp_path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code = python_of(PAGE)[0]
    # A comment that begins as Python writes a value is what the line gives.
    code = re.sub(
        r"^( +)(\S.*\)|db\.verify\(\)\.damages)  # ((?:\(|\[|b'|None).*)$",
        lambda found: f"{found[1]}seen.append((({found[2]}), {found[3]!r}))",
        code,
        flags=re.MULTILINE,
    )
    seen: list[tuple[object, str]] = []
    exec(code, {"seen": seen})
    assert len(seen) == 5
    for value, said in seen:
        assert said.startswith(repr(value))


def opened(folder: Path) -> None:
    with open_store(folder) as db:
        list(db.scan())


def flipped(folder: Path, name: str) -> None:
    file = next(folder.glob(name))
    data = bytearray(file.read_bytes())
    data[60] ^= 1
    file.write_bytes(data)


@pytest.mark.parametrize(
    ("row", "change"),
    [
        ("a bit flips in a log", lambda at: flipped(at, "*.log")),
        ("a bit flips in a table", lambda at: flipped(at, "*6.table")),
        ("a bit flips in `CURRENT`", lambda at: flipped(at, "CURRENT")),
        ("a table is gone", lambda at: (at / "000006.table").unlink()),
        (
            "a table is exchanged for another one",
            lambda at: shutil.copy(at / "000005.table", at / "000006.table"),
        ),
    ],
    ids=["log", "table", "current", "gone", "exchanged"],
)
def test_damage_is_told_as_the_page_says(row, change, tmp_path) -> None:
    folder = shutil.copytree(CLOSED, tmp_path / "db")
    change(folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(DamagedError) as refused:
        opened(folder)
    told_as_in(row, refused.value)
    after = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "LOCK"}
    assert after == before, "a store that refuses has changed something"


def told_as_in(row: str, error: SdcliError) -> None:
    [line] = [line for line in PAGE.splitlines() if line.startswith(f"| {row} |")]
    assert f"`{error.what.partition(':')[0]}`" in line
    assert line.endswith(f"| {error.exit_code} |")


def test_a_disk_that_refuses_is_told_as_the_page_says() -> None:
    disk = SimDisk()
    db = Store(disk)
    db.put(b"key", b"1")
    disk.full_at(1, times=1)
    with pytest.raises(SdcliError) as refused:
        db.put(b"key", b"2")
    told_as_in("the disk is full", refused.value)
    assert db.get(b"key") == b"1"
    db.put(b"key", b"3")  # the next write may work
    with pytest.raises(SdcliError) as refused:
        Store(disk)
    told_as_in("another process opens it", refused.value)
    disk.fail_sync(1)
    for value in (b"4", b"5"):  # the second sync would succeed, and is not asked
        with pytest.raises(SdcliError) as refused:
            db.put(b"key", value)
        assert refused.value.exit_code == ExitCode.MISSING


def test_the_share_in_the_answers_is_the_formula() -> None:
    # 5 bits for each key and 7 probes: (1 - e^-1.4)^7 = (1 - 0.2466)^7 = 0.7534^7 = 0.138
    assert "about 14 %" in PAGE
    assert math.isclose(0.7534**7, false_positive_theory(n=2, m=10, k=7), rel_tol=1e-3)
