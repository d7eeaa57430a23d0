"""The files for CI that are ready to copy: they parse, and their commands do what they say."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sdcli.core import yaml

ROOT = Path(__file__).resolve().parents[2]
CI = ROOT / "templates" / "ci"

GATE = """\
schema: sdcli/1
id: gate
title: Gate
assumptions:
  calls: {value: 5M request/day, source: the log}
estimates:
  call_rate: {formula: calls, unit: request/s}
"""


def _sdcli(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return _run(folder, [sys.executable, "-m", "sdcli.cli.entry", *words])


def _run(folder: Path, words: list[str], **more: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"PYTHONPATH": str(ROOT)} | more
    return subprocess.run(
        words, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A git repository with a design, its document, and prose that is none of ours."""
    folder = tmp_path / "repository"
    (folder / "designs" / "gate").mkdir(parents=True)
    (folder / "designs" / "gate" / "design.yaml").write_text(GATE)
    (folder / "README.md").write_text("# Gates\n")
    (folder / "config.yaml").write_text("a: 1\n")
    assert _sdcli(folder, "doc", "build", "designs").returncode == 0
    for words in (["init", "-q"], ["add", "."]):
        assert _run(folder, ["git", *words]).returncode == 0
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    script = bin_folder / "sdcli"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m sdcli.cli.entry "$@"\n')
    script.chmod(0o755)
    return folder


def _shell(folder: Path, command: str, **more: str) -> subprocess.CompletedProcess[str]:
    path = f"{folder.parent / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return _run(folder, ["bash", "-e", "-c", command], PATH=path, **more)


def _make_stale(folder: Path) -> None:
    design = folder / "designs" / "gate" / "design.yaml"
    design.write_text(design.read_text().replace("5M", "6M"))


def _workflow() -> dict[str, Any]:
    data: dict[str, Any] = yaml.read(CI / "github-action.yml").data
    return data


def test_the_workflow_checks_out_installs_and_checks() -> None:
    data = _workflow()
    assert set(data["on"]) == {"pull_request", "push"}
    assert data["permissions"] == {"contents": "read"}  # it runs on what strangers send
    [job] = data["jobs"].values()
    steps = job["steps"]
    assert [step["uses"].partition("@")[0] for step in steps if "uses" in step] == [
        "actions/checkout",
        "actions/setup-python",
    ]
    assert [step["run"].split()[:4] for step in steps if "run" in step] == [
        ["python", "-m", "pip", "install"],
        ["sdcli", "doc", "check", "--annotate"],
    ]
    assert steps[2]["run"].split()[-1] == re.findall(r'(?m)^name = "(.*)"', _project())[0]


def _project() -> str:
    return (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_the_workflow_passes_a_fresh_document_and_annotates_a_stale_one(repository: Path) -> None:
    data = _workflow()
    [job] = data["jobs"].values()
    command = job["steps"][-1]["run"]
    done = _shell(repository, command, **data["env"])
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    _make_stale(repository)
    done = _shell(repository, command, **data["env"])
    assert done.returncode == 1
    assert done.stdout.startswith("::error file=designs/gate/gate.md,line=")
    assert "assumptions.calls.value was 5M request/day, is 6M request/day" in done.stdout


def _hook() -> dict[str, Any]:
    [repo] = yaml.read(CI / "pre-commit-config.yaml").data["repos"]
    [hook] = repo["hooks"]
    assert (repo["repo"], hook["language"]) == ("local", "system")
    found: dict[str, Any] = hook
    return found


@pytest.mark.parametrize(
    ("name", "matches"),
    [
        ("design.yaml", True),
        ("designs/gate/design.yml", True),
        ("designs/gate/gate.md", True),
        ("designs/gate/gate.evidence.json", True),
        ("designs/gate/redesign.yaml", False),
        ("package.json", False),
        ("notes.md.bak", False),
    ],
)
def test_the_hook_looks_at_designs_documents_and_ledgers(name: str, matches: bool) -> None:
    assert (re.search(_hook()["files"], name) is not None) == matches


def test_the_hook_passes_what_is_fresh_and_stops_what_is_stale(repository: Path) -> None:
    """As pre-commit does it: the command, and behind it the staged files that match."""
    hook = _hook()
    listed = _run(repository, ["git", "diff", "--cached", "--name-only"]).stdout.split()
    staged = [name for name in listed if re.search(hook["files"], name)]
    assert staged == [
        "README.md",
        "designs/gate/design.yaml",
        "designs/gate/gate.evidence.json",
        "designs/gate/gate.md",
    ]
    command = f"{hook['entry']} {' '.join(staged)}"
    done = _shell(repository, command)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == ["designs/gate/design.yaml: fresh"]
    _make_stale(repository)
    done = _shell(repository, command)
    assert done.returncode == 1
    assert "sdcli doc build" in done.stdout
    done = _shell(repository, f"{hook['entry']} README.md")
    assert (done.returncode, done.stdout) == (0, "")
