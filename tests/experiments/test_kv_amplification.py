"""kv.amplification against its formulas, and against stores that waste what they should not."""

from __future__ import annotations

import os
from typing import Any

import pytest

from sdcli.experiments import Result, get, kv_amplification
from sdcli.experiments.kv_driven import Driven, name_of
from sdcli.reference.kv.engine.options import Options
from sdcli.reference.kv.engine.table_writer import TableWriter
from tests.experiments.runs import run_of

SMALL = {"size": "120 KB", "memtable": "8 KiB"}


def run(seed: int = 7, **values: Any) -> Result:
    experiment = get("kv.amplification")
    return experiment.run(experiment.bind({**SMALL, **values}), seed)


@pytest.fixture(scope="module")
def small() -> Result:
    return run_of("kv.amplification", SMALL)


def test_the_log_holds_28_bytes_more_than_a_key_and_its_value(small: Result) -> None:
    # 16 + 100 and 28; and 32 bytes of header for each log of 8 KiB, 0.4 %
    assert small.metrics["write_log"] == pytest.approx(144 / 116, rel=0.006)


def test_the_parts_are_the_whole(small: Result) -> None:
    metrics = small.metrics
    parts = metrics["write_log"] + metrics["write_flush"] + metrics["write_compaction"]
    assert metrics["write_amplification"] == pytest.approx(parts)


def test_the_books_of_the_store_are_what_passed_the_port(small: Result) -> None:
    """E15: within 1 %."""
    assert small.metrics["books_off"] <= 0.01


@pytest.mark.parametrize(
    "values",
    [
        {"growth": 2},
        {"growth": 4, "memtable": "4 KiB"},
        {"growth": 1000},
        {"value_size": "1 KB", "size": "300 KB", "memtable": "16 KiB"},
    ],
)
def test_the_formula_holds_across_the_parameters(values: dict[str, Any]) -> None:
    result = run(**values)
    assert result.verdict == "holds", result.note


def test_what_is_written_often_costs_less(small: Result) -> None:
    """Two versions of a key that meet in a memtable go on as one."""
    skewed = run(skew=1.2)
    assert skewed.verdict == "holds", skewed.note
    assert skewed.metrics["write_amplification"] < 0.8 * small.metrics["write_amplification"]
    assert skewed.metrics["write_flush"] < 0.9 * small.metrics["write_flush"]


def test_a_smaller_store_of_the_same_shape_costs_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """What `scale` says: ratios carry over. One as it is, and one of three times its size.

    At rest level 0 holds none to three memtables, of 15 that make the data: a fifth of the space.
    """
    whole = run(size="240 KB", memtable="16 KiB")
    monkeypatch.setattr(kv_amplification, "PUTS_BUDGET", 5000)
    smaller = run(size="720 KB", memtable="48 KiB")  # 5,000 / 5 = 1,000 keys of 6,207
    assert (whole.scale, smaller.scale[:6]) == ("1:1", "1:6.21")
    assert "write_manifest" in smaller.not_carried
    for name, off in (("write_amplification", 0.05), ("space_amplification", 0.2)):
        assert name not in smaller.not_carried
        assert smaller.metrics[name] == pytest.approx(whole.metrics[name], rel=off)
    # So there is one number for each thing: the formula is that of the design.
    assert smaller.metrics["write_formula"] == smaller.metrics["design_write"]
    assert smaller.metrics["space_formula"] == smaller.metrics["design_space"]
    assert smaller.metrics["write_amplification"] == pytest.approx(
        smaller.metrics["design_write"], rel=0.1
    )


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"size": "10 KB", "memtable": "4 GB"}, "all data fits in one memtable"),
        (
            {"value_size": "20 KB", "size": "300 KB", "memtable": "16 KiB"},
            "a memtable holds 1 of the 16 entries",
        ),
        ({"size": "20 KB", "overwrites": 1}, "tables, and it takes 12"),
    ],
)
def test_where_the_formula_cannot_be_tested_the_run_says_so(values: Any, why: str) -> None:
    result = run(**values)
    assert result.verdict == "holds", result.note
    assert "The formula for writes was not tested: " in result.note
    assert why in result.note
    assert "the formula has" not in result.note


@pytest.mark.parametrize("values", [{"value_size": 1}, {"size": "1 KB", "value_size": "64 MiB"}])
def test_entries_of_any_size_are_told_right(
    values: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 24 bytes in a table, twice as many are half a memtable; one of 64 MiB is a table."""
    monkeypatch.setattr(kv_amplification, "PUTS_BUDGET", 4000)
    result = run(**{"size": "1 GB", "memtable": "16 MB", **values})
    assert result.verdict == "holds", result.note


def test_a_thousand_rounds_are_as_a_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kv_amplification, "PUTS_BUDGET", 8000)
    result = run(size="500 KB", memtable="32 KiB", overwrites=1000)
    assert result.verdict == "holds", result.note
    # 8,000 / (6 + 2) = 1,000 keys
    assert "(1,000 of 4,310 keys)" in result.scale
    assert "1:167 (6 of 1,000 overwrites of each key): each costs the same" in result.scale
    assert "not tested" not in result.note
    # Few keys are overwritten more often, as far as it goes: 8,000 / 86 - 2.
    assert "(91 of 1,000 overwrites" in run(size="10 KB", overwrites=1000).scale


def test_a_design_of_terabytes_has_its_formulas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kv_amplification, "PUTS_BUDGET", 1500)
    result = run(size="4 TB", value_size="1 KB", memtable="64 MiB", overwrites=1)
    carried = set(result.metrics) - set(result.not_carried)
    assert carried == {"design_write", "design_space", "design_levels"}
    # memtables of 68.7 MB: level 1 has 0.27 GB, then 2.7, 27, 268 GB, 2.7 TB, and all of it 4 TB
    assert result.metrics["design_levels"] == 6


def test_space_is_not_lost_in_a_hundred_overwrites() -> None:
    """E15: at most three times the live data, at rest."""
    keys = 400 if os.environ.get("SOAK") else 60
    driven = Driven(7, Options(log_bytes_max=3000, table_bytes=1500, level1_bytes=12_000))
    for i in range(100 * keys):
        driven.db.put(name_of(i * 7 % keys), b"%0100d" % i)
        driven.keep_up()
    driven.settle()
    live = keys * 116
    tables = driven.bytes_of(".table")
    # A log, its memtable and up to three tables of level 0 are 3 KB each: beside the levels.
    assert tables <= 3 * live + 4 * 3000
    driven.db.compact()
    assert driven.bytes_of(".table") <= 1.5 * live


# Stores with a defect are found out.


def test_books_that_forget_the_compactions_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        Driven, "reported", property(lambda self: self.db.maintenance.bytes_flushed)
    )
    result = run(overwrites=1)
    assert result.verdict == "fails"
    assert "books are off" in result.note


def test_tables_that_are_padded_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    real = TableWriter._properties

    def padded(self: Any, data_bytes: int) -> bytes:
        return real(self, data_bytes)[:-1] + b',"pad":"%s"}' % (b"." * 4000)

    monkeypatch.setattr(TableWriter, "_properties", padded)
    result = run()
    assert result.verdict == "fails"
    assert "a byte was written" in result.note
