"""`content check` looks at the numbers, too: in the bank, beside scenarios, and by themselves."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from sdcli.content.check import Checked, check
from sdcli.core import folders
from sdcli.estimate import numbers
from tests.content.test_check import SMALL


@pytest.fixture
def bank(tmp_path, monkeypatch):
    """A copy of the folder `knowledge` with one number that lost its year, and the line of it."""
    folder = tmp_path / "knowledge"
    shutil.copytree(folders.shipped("knowledge"), folder)
    file = folder / "numbers.yaml"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    place = next(i for i, line in enumerate(lines) if "year: 2012" in line)
    lines[place] = lines[place].replace("year: 2012, ", "")
    file.write_text("".join(lines), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return f"knowledge/numbers.yaml:{place + 1}: latencies[0].then.year: "


def test_the_numbers_of_the_bank_are_checked(bank, monkeypatch):
    module = sys.modules["sdcli.content.check"]  # the package has a function of that name
    monkeypatch.setattr(module, "shipped", lambda name: Path(name).resolve())
    (fault,) = check()
    assert fault.render().startswith(bank)


@pytest.mark.parametrize("path", ["knowledge", "knowledge/numbers.yaml"])
def test_so_are_those_that_are_named_or_lie_beside_scenarios(bank, path):
    (fault,) = check([path])
    assert fault.render().startswith(bank)


def test_a_scenario_may_be_about_numbers(tmp_path, monkeypatch):
    """What a file holds is what its schema says, not what it is called."""
    monkeypatch.chdir(tmp_path)
    Path("numbers.yaml").write_text(SMALL.replace("id: coat-check", "id: numbers"))
    checked = Checked(["numbers.yaml"])
    assert (checked.count, checked.faults) == (1, [])


def test_numbers_are_not_counted_as_scenarios():
    assert Checked([numbers.path()]).count == 0


def test_a_file_of_numbers_that_is_no_yaml_is_one_fault(tmp_path):
    file = tmp_path / "numbers.yaml"
    file.write_text("schema: sdcli-numbers/1\nprices: [\n")
    (fault,) = check([file])
    assert "this is not YAML" in fault.message
