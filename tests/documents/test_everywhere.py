"""The same design gives the same bytes elsewhere: another Python, no extras, another environment.

The documents of the gallery were built somewhere, once. Here they are checked and built again by
the newest Python that is found, with its own packages and without the extras, in another locale,
time zone, terminal and hash seed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GALLERY = ROOT / "examples" / "designs"
ELSEWHERE = {
    "PYTHONHASHSEED": "4711",
    "LC_ALL": "C",
    "LANG": "C",
    "TZ": "Pacific/Auckland",
    "TERM": "xterm-256color",
    "FORCE_COLOR": "1",
    "COLUMNS": "200",
}


def newest_python() -> Path | None:
    """The newest Python 3 beyond the one that runs, on the path or beside pyenv."""
    found: dict[int, Path] = {}
    pyenv = shutil.which("pyenv")
    if pyenv:
        for path in Path(pyenv).resolve().parent.parent.glob("versions/3.*/bin/python3"):
            found[int(path.parts[-3].split(".")[1])] = path
    for minor in range(sys.version_info.minor + 1, sys.version_info.minor + 9):
        named = shutil.which(f"python3.{minor}")
        if named and minor not in found:
            asked = subprocess.run([named, "--version"], capture_output=True, check=False)
            if asked.returncode == 0:
                found[minor] = Path(named)
    newest = max(found, default=0)
    return found[newest] if newest > sys.version_info.minor else None


@pytest.fixture(scope="module")
def another(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter of another version, with what sdcli needs and nothing else."""
    python = newest_python()
    if python is None:
        pytest.skip("there is no Python newer than the one that runs the tests")
    folder = tmp_path_factory.mktemp("another") / "venv"
    subprocess.run([python, "-m", "venv", folder], check=True)
    install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    pins = ["--constraint", str(ROOT / "constraints.txt"), "--editable", str(ROOT)]
    done = subprocess.run(
        [folder / "bin" / "python", *install, *pins], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"sdcli cannot be installed for {python.name}: {done.stderr[-300:]}")
    return folder / "bin" / "python"


def sdcli(python: Path, *words: str, home: Path) -> subprocess.CompletedProcess[str]:
    home.mkdir(exist_ok=True)
    kept = {"PATH": os.environ["PATH"], "HOME": str(home), "SDCLI_DATA": str(home / "data")}
    return subprocess.run(
        [python, "-m", "sdcli.cli.entry", *words],
        env={**kept, **ELSEWHERE},
        cwd=home,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def results(ledger: str) -> str:
    """A ledger without what tells of the machine that it was written on."""
    told = re.sub(r',\s*"ran": \{.*?\}', "", ledger, flags=re.DOTALL)
    return re.sub(r'"seal": "[0-9a-f]{64}"', '"seal": ""', told)  # of all that stands before it


def test_the_gallery_is_built_elsewhere_with_the_same_bytes(another, tmp_path):
    for extra in ("numpy", "xxhash"):
        done = subprocess.run([another, "-c", f"import {extra}"], capture_output=True, check=False)
        assert done.returncode, f"{extra} must not be there"
    copy = tmp_path / "copy"
    shutil.copytree(GALLERY, copy)
    for ledger in copy.rglob("*.evidence.json"):
        ledger.unlink()
    done = sdcli(another, "doc", "build", "--fresh", str(copy), home=tmp_path / "home")
    assert done.returncode == 0, done.stderr
    shipped = sorted(GALLERY.glob("*/*.md"))
    assert shipped
    for path in shipped:
        built = copy / path.relative_to(GALLERY)
        assert built.read_bytes() == path.read_bytes(), path.name
        name = f"{path.stem}.evidence.json"
        told = (built.with_name(name).read_text(), path.with_name(name).read_text())
        assert results(told[0]) == results(told[1]), name
    # and what is shipped checks fresh there by its hashes
    done = sdcli(another, "doc", "check", "--fast", "--json", str(GALLERY), home=tmp_path / "home")
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"input-stale"' not in done.stdout
