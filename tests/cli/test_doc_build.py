"""`sdcli doc build`: what it answers where a run did not happen."""

from __future__ import annotations

import json

import pytest

from sdcli.cli import entry

RING = """\
schema: sdcli/1
id: ring
title: Ring
assumptions: {slack: {value: 0.9, source: s}}
components:
  ring: {kind: hash-ring, evidence: [{run: ring.hotkey, with: {bound: BOUND}}]}
"""
WHY = "bound: this is out of bounds: 0.9; it takes "


@pytest.fixture
def sdcli(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = entry.run(["doc", *words])
        out, err = capsys.readouterr()
        return code, out, err

    (tmp_path / "design.yaml").write_text(RING.replace("BOUND", "slack"))
    return run


@pytest.mark.parametrize("options", [[], ["--fast"]])
def test_a_check_before_the_first_build_knows_already_what_cannot_run(sdcli, options):
    code, out, err = sdcli("check", *options)
    assert (code, err) == (1, "")
    assert out.startswith("design.yaml: failed\n")
    assert f"failed: it cannot run: {WHY}" in out


def test_a_build_with_a_run_that_refused_its_values_says_so_and_is_no_success(sdcli):
    code, out, err = sdcli("build")
    assert (code, err) == (1, "")
    assert f"  evidence/ring/ring.hotkey did not run: {WHY}" in out
    code, out, _ = sdcli("build", "--json")
    (told,) = json.loads(out)["not_run"]
    assert (code, told["id"]) == (1, "evidence/ring/ring.hotkey")
    assert told["reason"].startswith(WHY)
    assert sdcli("check")[0] == sdcli("check", "--fast")[0] == 1


def test_what_is_typed_out_of_bounds_is_refused_and_nothing_is_written(sdcli, tmp_path):
    (tmp_path / "design.yaml").write_text(RING.replace("BOUND", "0.9"))
    for words in (["build"], ["check"], ["check", "--fast"]):
        code, out, err = sdcli(*words)
        assert (code, out) == (2, "")
        assert "design.yaml:6: components.ring.evidence[0].with.bound: ring.hotkey" in err
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["design.yaml"]


def test_a_check_by_hashes_names_the_check_that_knows_why_a_run_refused(sdcli, tmp_path):
    """The ledger has results, and a run that refused its values together gave none."""
    text = RING.replace("ring.hotkey, with: {bound: BOUND}", "ring.plan, with: {replicas: slack}")
    (tmp_path / "design.yaml").write_text(text.replace("0.9", "30"))
    assert sdcli("build")[0] == 1
    code, out, _ = sdcli("check", "--fast")
    assert code == 1
    assert out.endswith("  sdcli doc check design.yaml\n")
    assert "30 copies on 8 nodes; it takes from 1 to 8" in sdcli("check")[1]
