"""Every question of the bank is played whole, by name: typed into a terminal and from the file.

Both ways leave the same design, and the document that is written from it holds.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from sdcli.cli.entry import run
from sdcli.content import scenario_ids
from tests.cli.pseudo_terminal import PseudoTerminal
from tests.cli.typed import SDCLI, play, recorded

INTERVIEWS = Path(__file__).resolve().parents[2] / "examples" / "interviews"


@pytest.mark.parametrize("name", scenario_ids())
def test_a_whole_interview_through_the_real_prompts(name, tmp_path, capsys):
    file = INTERVIEWS / f"{name}.yaml"
    played, typed = tmp_path / "played", tmp_path / "typed"
    assert run(["interview", name, "--answers", str(file), "--out", str(played), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["is_finished"]
    assert report["matched"]
    assert 50 <= report["score"] <= 100
    assert run(["doc", "check", "--fast", str(played)]) == 0

    world = os.environ | {"SDCLI_DATA": str(tmp_path / "data"), "LC_ALL": "C.UTF-8"}
    command = [*SDCLI, "interview", name, "--out", str(typed)]
    terminal = PseudoTerminal(command, cwd=tmp_path, env=world, rows=60)
    play(terminal, world, recorded(file))
    assert terminal.wait() == 0
    assert (typed / "design.yaml").read_bytes() == (played / "design.yaml").read_bytes()
