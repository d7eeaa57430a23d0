"""The gallery, and the architecture of sdcli: sound, fresh, and meeting what they promise.

Here the experiments run as they do for everybody, with their whole budget.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import mermaidx
import merman
import pytest

from sdcli.design import load, validate
from sdcli.documents import build, check
from sdcli.documents.text.markers import blocks_of, pieces

ROOT = Path(__file__).resolve().parents[2]
GALLERY = sorted((ROOT / "examples" / "designs").glob("*/design.yaml"))
DESIGNS = [*GALLERY, ROOT / "docs" / "architecture" / "design.yaml"]
SOAK = bool(os.environ.get("SOAK"))  # `make soak`
EACH = pytest.mark.parametrize("path", DESIGNS, ids=lambda path: path.parent.name)


@pytest.fixture
def remembered_runs() -> None:
    """No run is made smaller here, unlike in the other tests of documents."""


def test_the_gallery_has_six_designs_each_in_its_folder():
    assert len(GALLERY) == 6
    for path in GALLERY:
        assert load(path).design.id == path.parent.name
        names = {path.name, f"{path.parent.name}.md", f"{path.parent.name}.evidence.json"}
        assert {inside.name for inside in path.parent.iterdir()} == names


@EACH
def test_a_design_is_sound_its_document_fresh_and_its_requirements_met(path):
    assert validate(load(path)) == []
    found = check(path)
    assert {block.id: block.reason for block in found.blocks if block.state != "fresh"} == {}
    words = {one.id: one.word for one in found.requirements}
    assert set(words.values()) <= {"met", "at-risk", "unmeasured"}, words
    assert sum(word == "met" for word in words.values()) >= 6
    assert found.holds
    assert [one.message for one in found.findings if one.kind != "revisit"] == []


@EACH
def test_every_diagram_of_the_gallery_parses(path):
    text = path.with_name(f"{load(path).design.id}.md").read_text()
    diagrams = text.split("```mermaid\n")[1:]
    assert len(diagrams) >= 3
    for diagram in diagrams:
        found = merman.Merman().validate(diagram.partition("\n```")[0], None)
        assert found.valid, found.error


@pytest.mark.parametrize(
    "path", DESIGNS if SOAK else DESIGNS[:1], ids=lambda path: path.parent.name
)
def test_a_second_parser_takes_them_too(path):
    """Mermaid itself takes a second for each: all of them in `make soak`, one of each sort here."""
    text = path.with_name(f"{load(path).design.id}.md").read_text()
    diagrams = [part.partition("\n```")[0] for part in text.split("```mermaid\n")[1:]]
    one_of_each = {diagram.split()[0]: diagram for diagram in diagrams}
    for diagram in diagrams if SOAK else one_of_each.values():
        assert mermaidx.render(diagram).svg().startswith("<svg")


def test_an_unmet_requirement_is_said_wherever_one_looks(tmp_path):
    folder = tmp_path / "rate-limiter"
    shutil.copytree(ROOT / "examples" / "designs" / "rate-limiter", folder)
    design = folder / "design.yaml"
    text = design.read_text()
    # 200 of a burst and 100 in the second after it are 300, and so the target is missed
    assert "target: worst_second" in text
    design.write_text(text.replace("target: worst_second", "target: 250 request"))
    built = build(design)
    assert [one.quality.id for one in built.verdicts if one.word == "unmet"] == ["Q1"]
    blocks = blocks_of(pieces(built.document.read_text(), "d"))
    assert "1 unmet" in blocks["verdict"].text
    assert "300 request" in blocks["verdict"].text
    assert "**unmet**" in blocks["requirements"].text
    found = check(design)
    assert (found.state, found.holds) == ("failed", False)
