"""The designs that ship as examples: sound, and meeting what they promise."""

from __future__ import annotations

from pathlib import Path

import pytest

from sdcli.design import load, validate
from sdcli.documents import build, check

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "designs"
DESIGNS = sorted(FOLDER.rglob("design.yaml"))


def test_there_are_examples():
    assert DESIGNS


@pytest.mark.parametrize("path", DESIGNS, ids=lambda path: path.parent.name)
def test_an_example_is_sound_and_meets_its_requirements(path, tmp_path):
    loaded = load(path)
    assert validate(loaded) == []
    assert loaded.design.id == path.parent.name
    copy = tmp_path / "desk" / "design.yaml"
    copy.parent.mkdir()
    copy.write_text(path.read_text())
    words = {verdict.quality.id: verdict.word for verdict in build(copy).verdicts}
    assert set(words.values()) <= {"met", "at-risk", "unmeasured"}, words
    assert check(copy).holds


@pytest.mark.parametrize("path", DESIGNS, ids=lambda path: path.parent.name)
def test_an_example_ships_with_its_document_and_that_is_fresh(path):
    assert (path.parent / f"{load(path).design.id}.md").is_file()
    assert check(path, fast=True).holds
