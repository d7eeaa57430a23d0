"""Every planted defect is found by the check that it names, which passes without it."""

from __future__ import annotations

import difflib
import os
import sys
from functools import cache

import pytest

import sdcli.reference.kv.engine as whole
from sdcli.experiments import get, kv_crash
from sdcli.experiments.kv_checks import FAULTS, crash
from sdcli.experiments.kv_defects import BY_NAME, DEFECTS, ENGINE, NONE, Defect
from sdcli.experiments.kv_planted import engine

IS_SOAK = bool(os.environ.get("SOAK"))
SEEDS = range(7, 12) if IS_SOAK else (7,)
EACH = pytest.mark.parametrize("defect", DEFECTS, ids=[defect.name for defect in DEFECTS])
# As kv.crash runs them; `crash` up to the first finding.
CHECKS = {"crash": crash, **FAULTS}


@cache
def passes(check: str, seed: int) -> str:
    """What a check finds in the engine as it is; empty when nothing."""
    return CHECKS[check](engine(), seed).first


@pytest.mark.parametrize("seed", SEEDS)
@EACH
def test_each_defect_is_found_and_the_engine_passes(defect: Defect, seed: int) -> None:
    assert CHECKS[defect.check](engine(defect.name), seed).bad > 0
    assert passes(defect.check, seed) == ""


@EACH
def test_a_defect_is_one_place_and_says_what_goes_wrong(defect: Defect) -> None:
    before = defect.path.read_text(encoding="utf-8").splitlines()
    after = defect.source_text.splitlines()
    changed = [line for line in difflib.ndiff(before, after) if line[0] in "-+"]
    assert 1 <= len(changed) <= 4
    assert sum(line[0] == "-" for line in changed) <= 1, "one line is taken out"
    assert defect.source
    assert defect.wrong[0].islower() or defect.wrong.startswith("CURRENT ")
    assert not defect.wrong.endswith(".")


def test_there_are_enough_and_each_check_finds_some() -> None:
    assert len(DEFECTS) == len(BY_NAME) >= 18
    assert NONE not in BY_NAME
    assert {defect.check for defect in DEFECTS} == set(CHECKS)
    assert len({(defect.module, defect.line, defect.instead) for defect in DEFECTS}) == len(DEFECTS)


def test_the_engine_that_others_use_is_untouched() -> None:
    before = {name: module for name, module in sys.modules.items() if name.startswith(ENGINE)}
    made = engine("filter-misses")
    assert made.Store is not whole.Store
    assert made.Damaged is not whole.Damaged
    after = {name: module for name, module in sys.modules.items() if name.startswith(ENGINE)}
    assert before == after
    assert sys.modules["sdcli.reference.kv"].engine is whole  # type: ignore[attr-defined]
    assert engine().Store is whole.Store
    assert not [finder for finder in sys.meta_path if "kv_planted" in type(finder).__module__]


def test_a_defect_that_breaks_the_import_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken = Defect("broken", "merge", "def merged(", "def merged(:", "", "", "")
    monkeypatch.setitem(BY_NAME, "broken", broken)
    before = dict(sys.modules)
    with pytest.raises(SyntaxError):
        engine("broken")
    assert {name: sys.modules.get(name) for name in before} == before
    assert not [finder for finder in sys.meta_path if "kv_planted" in type(finder).__module__]


@pytest.mark.parametrize("line", ["    no such line\n", "return"])
def test_a_line_that_the_engine_has_no_more_is_noticed(line: str) -> None:
    with pytest.raises(ValueError, match=r"odd: merge.py has the line \d+ times"):
        _ = Defect("odd", "merge", line, "", "", "", "").source_text


@pytest.mark.parametrize(
    "bug", [*BY_NAME] if IS_SOAK else ["log-name-not-synced", "sync-tried-again"]
)
def test_the_experiment_fails_with_a_defect_and_tells_which(
    bug: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not IS_SOAK:  # what it is not found by, it is not found by
        needed = {name: FAULTS[name] for name in FAULTS if name == BY_NAME[bug].check}
        monkeypatch.setattr(kv_crash, "FAULTS", needed)
    experiment = get("kv.crash")
    result = experiment.run(experiment.bind({"bug": bug, "operations": 40}), 7)
    assert result.verdict == "fails"
    assert f"With {bug} in it: {BY_NAME[bug].wrong}." in result.note
