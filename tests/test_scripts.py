"""Plays the stories in tests/scripts: a command, `----`, what it prints.

The idea is that of the datadriven tests of the etcd and CockroachDB projects: behaviour is
read as a story, and `--rewrite` accepts a change. The format: tests/scripts/README.md.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent / "scripts"
STORIES = sorted(HERE.rglob("*.txt"))
RULE = "----"


@dataclass
class Scene:
    """One command with the comment above it and the output below."""

    comment: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    output: list[str] = field(default_factory=list)


def read_story(text: str) -> tuple[list[Scene], list[str]]:
    """The scenes of a story, and what stands after the last one."""
    scenes: list[Scene] = []
    scene = Scene()
    place = "comment"
    for line in text.splitlines():
        if place == "comment" and (not line.strip() or line.startswith("#")):
            scene.comment.append(line)
        elif place in {"comment", "command"} and line != RULE:
            place = "command"
            scene.command.append(line)
        elif place == "command":
            place = "output"
        elif line:
            scene.output.append("" if line == "." else line)
        else:
            scenes.append(scene)
            scene, place = Scene(comment=[line]), "comment"
    if place == "output":
        scenes.append(scene)
        scene = Scene()
    return scenes, scene.comment + scene.command


def write_story(scenes: list[Scene], rest: list[str]) -> str:
    """The text of a story; `read_story` reads it back."""
    lines: list[str] = []
    for scene in scenes:
        lines += scene.comment + scene.command + [RULE] + [line or "." for line in scene.output]
    return "\n".join(lines + rest).rstrip("\n") + "\n"


def play(scene: Scene, folder: Path) -> list[str]:
    """What a command prints."""
    verb, _, rest = scene.command[0].partition(" ")
    handler = HANDLERS.get(verb)
    assert handler, f"unknown command {verb!r}; one of {', '.join(HANDLERS)}"
    return handler(rest, scene.command[1:], folder) or ["ok"]


def run_sdcli(rest: str, more: list[str], folder: Path) -> list[str]:
    process = subprocess.run(
        [sys.executable, "-m", "sdcli.cli.entry", *shlex.split(rest)],
        cwd=folder,
        input="\n".join(more),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=os.environ | {"PYTHONPATH": str(HERE.parents[1])},
    )
    lines = process.stdout.splitlines() + process.stderr.splitlines()
    lines = [line.rstrip().replace(str(folder), "FOLDER") for line in lines]
    return lines + ([f"exit {process.returncode}"] if process.returncode else [])


def write_file(rest: str, more: list[str], folder: Path) -> list[str]:
    path = folder / rest.strip()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(more) + "\n", encoding="utf-8")
    return []


def show_file(rest: str, more: list[str], folder: Path) -> list[str]:
    return (folder / rest.strip()).read_text(encoding="utf-8").splitlines()


def list_files(rest: str, more: list[str], folder: Path) -> list[str]:
    base = folder / rest.strip()
    return sorted(
        path.relative_to(base).as_posix()
        for path in base.rglob("*")
        if path.is_file() and "home" not in path.relative_to(base).parts
    )


def replace_in_file(rest: str, more: list[str], folder: Path) -> list[str]:
    name, _, change = rest.partition(" ")
    old, _, new = change.partition(" => ")
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} does not stand in {name}"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return []


HANDLERS = {
    "sdcli": run_sdcli,
    "file": write_file,
    "cat": show_file,
    "ls": list_files,
    "replace": replace_in_file,
}


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.relative_to(HERE).as_posix())
def test_story(path: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    scenes, rest = read_story(path.read_text(encoding="utf-8"))
    assert scenes, "the story has no command"
    assert not rest or not "".join(rest).strip("# \n"), f"no {RULE} after {rest}"
    expected = write_story(scenes, rest)
    for scene in scenes:
        scene.output = play(scene, tmp_path)
    played = write_story(scenes, rest)
    if request.config.getoption("--rewrite"):
        path.write_text(played, encoding="utf-8")
    else:
        assert played == expected


def test_a_story_reads_back_as_it_was_written() -> None:
    text = "# why\nsdcli x\n----\na\n.\nb\n\n# next\nfile f\none\n----\nok\n"
    scenes, rest = read_story(text)
    assert [scene.command for scene in scenes] == [["sdcli x"], ["file f", "one"]]
    assert scenes[0].output == ["a", "", "b"]
    assert write_story(scenes, rest) == text


def test_a_changed_output_fails_the_story(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("new\n")
    scenes, _ = read_story("cat f\n----\nold\n")
    assert play(scenes[0], tmp_path) != scenes[0].output
