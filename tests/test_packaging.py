"""The wheel, installed into an empty environment, plays the demo from an empty folder."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    [built] = folder.glob("sdcli-*.whl")
    return built


def test_the_wheel_carries_what_ships_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        files = {name for name in archive.namelist() if ".dist-info/" not in name}
    shipped = {
        f"sdcli/shipped/{path.relative_to(ROOT).as_posix()}"
        for top in ("templates", "knowledge")
        for path in (ROOT / top).rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }
    code = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "sdcli").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert files == shipped | code


def test_the_installed_wheel_plays_the_demo(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "env"
    venv.create(environment, with_pip=True)
    python = environment / "bin" / "python"
    constraints = ROOT / "constraints.txt"
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--constraint", constraints, wheel], check=True
    )
    answers = tmp_path / "answers.yaml"
    answers.write_bytes((ROOT / "examples" / "interviews" / "url-shortener.yaml").read_bytes())
    empty = tmp_path / "empty"
    empty.mkdir()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    process = subprocess.run(
        [environment / "bin" / "sdcli", "interview", "url-shortener", "--answers", answers],
        cwd=empty,
        env=clean,
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    assert {path.name for path in (empty / "url-shortener").iterdir()} == {
        "design.yaml",
        "url-shortener.md",
        "url-shortener.evidence.json",
    }
