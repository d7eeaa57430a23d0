"""kv.compaction: what must hold of levels, and what a store that breaks it looks like."""

from __future__ import annotations

from typing import Any

import pytest

from sdcli.experiments import Frame, Result, get
from sdcli.reference.kv.engine import compaction, maintenance
from sdcli.reference.kv.engine.version import Version
from tests.experiments.runs import run_of

SMALL = {"size": "60 KB", "memtable": "4 KiB"}


def run(seed: int = 7, watch: Any = None, **values: Any) -> Result:
    experiment = get("kv.compaction")
    return experiment.run(experiment.bind({**SMALL, **values}), seed, watch)


@pytest.fixture(scope="module")
def small() -> Result:
    return run_of("kv.compaction", SMALL)


def test_the_numbers_are_those_on_paper(small: Result) -> None:
    """60,000 / 116 = 517 keys; 155 of them are deleted, 362 live.

    They are written three times, 144 bytes of log each, and deleted, 44 each: 230,164 bytes, in
    logs of 4,096 and a little more.
    """
    metrics = small.metrics
    assert (metrics["entries_live"], metrics["entries_merged"]) == (362, 362)
    assert metrics["flushes"] == pytest.approx(230_164 / 4096, abs=2.5)
    assert metrics["level0_most"] == 4
    assert metrics["deletions_merged"] == metrics["risen"] == 0
    assert 0 < metrics["deletions_end"] <= metrics["deletions_most"] <= 155
    assert metrics["fullest_level"] < 1


@pytest.mark.parametrize(
    "values",
    [{"deletes": 1}, {"deletes": 0}, {"growth": 2}, {"growth": 100}, {"value_size": 2000}],
)
def test_the_claim_holds_across_the_parameters(values: dict[str, Any]) -> None:
    result = run(**values)
    assert result.verdict == "holds", result.note


def test_with_nothing_deleted_no_deletion_is_seen() -> None:
    metrics = run(deletes=0).metrics
    assert metrics["deletions_most"] == metrics["deletions_end"] == 0
    assert metrics["entries_live"] == 517


def test_larger_growth_means_fewer_levels_and_more_merging() -> None:
    few, many = run(growth=30, size="120 KB"), run(growth=2, size="120 KB")
    assert few.metrics["levels"] < many.metrics["levels"]


def test_the_picture_has_a_row_for_each_table_of_level_0_and_one_for_each_level() -> None:
    frames: list[Frame] = []
    run(watch=frames.append)
    heads = [line[:8] for frame in frames for line in frame.lines]
    assert {"level 0 ", "level 1 ", "level 2 "} <= set(heads)
    for frame in frames:
        rows = [line for line in frame.lines if line.startswith(("level", "        "))]
        assert all(len(row[8:52]) == 44 for row in rows)


def test_the_picture_says_what_a_letter_is() -> None:
    frames: list[Frame] = []
    run(watch=frames.append)
    for frame in frames:
        assert "a letter: the table that has these keys; ·: no table has them" in frame.lines


def test_where_nothing_was_merged_the_run_says_so_and_what_would_show_it() -> None:
    """517 keys: 230,164 bytes of log as above, and its header of 32. A fortieth is 5.6 KiB."""
    result = run(memtable="16 MB")
    assert result.verdict == "holds"
    assert result.note.startswith("No memtable became a table, and nothing was merged on the way")
    assert "230,196 bytes of log are written in all, and a memtable takes 16,0" in result.note
    assert "the levels were not" in result.note
    assert "A memtable of 5 KiB shows them at work." in result.note
    shown = run(memtable="5 KiB")
    assert shown.metrics["levels"] >= 2
    assert "was merged on the way" not in shown.note
    two = run(memtable="100 KB")  # 230,164 bytes: two logs and a rest
    assert two.note.startswith("2 memtables became tables, and nothing was merged on the way")


# Stores with a defect are found out.


def test_deletions_that_are_dropped_too_early_are_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What they hid comes back: rolled up from below, where it still stands."""
    monkeypatch.setattr(Version, "may_be_below", lambda *_: False)
    result = run()
    assert result.verdict == "fails"
    assert "came back" in result.note


def test_deletions_that_are_never_dropped_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compaction, "drop", lambda keys, entries, *_: (keys, entries))
    result = run()
    assert result.verdict == "fails"
    assert "deletions are left" in result.note


def test_levels_that_nobody_merges_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maintenance, "pick", lambda *_: None)
    result = run()
    assert result.verdict == "fails"
    assert "level 0 had" in result.note
