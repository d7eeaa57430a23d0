"""kv.path: counts and bytes by hand, in each depth and mode; and stores that read too much."""

from __future__ import annotations

from typing import Any

import pytest

from sdcli.experiments import Frame, Result, get
from sdcli.reference.kv.engine import table_reader
from sdcli.reference.kv.engine.cache import Generations
from sdcli.reference.kv.engine.log_writer import LogWriter


def run(seed: int = 7, watch: Any = None, **values: Any) -> Result:
    experiment = get("kv.path")
    return experiment.run(experiment.bind(values), seed, watch)


@pytest.mark.parametrize(
    ("sync", "calls", "syncs"), [("always", 2, 1), ("os", 1, 0), ("group", 0, 0)]
)
def test_a_put_makes_the_calls_of_its_mode(sync: str, calls: int, syncs: int) -> None:
    metrics = run(sync=sync, depth="memtable").metrics
    assert (metrics["write_calls"], metrics["write_syncs"]) == (calls, syncs)


@pytest.mark.parametrize("value_size", [1, 100, 1000])
@pytest.mark.parametrize("sync", ["always", "group"])
def test_the_record_is_28_bytes_with_key_and_value(value_size: int, sync: str) -> None:
    """4 of sum, 4 of length, 1 of type, 8 of number; count 4, kind 1, sizes 2 and 4."""
    metrics = run(value_size=value_size, sync=sync, depth="memtable").metrics
    assert metrics["bytes_logged"] == 4 + 4 + 1 + 8 + 4 + 1 + 2 + 4 + 16 + value_size


@pytest.mark.parametrize(
    ("depth", "blocks", "least", "most"),
    [
        ("memtable", 0, 0, 0),
        ("level-0", 1, 1, 3),
        ("level-1", 1, 1, 4),
        ("level-2", 1, 1, 5),
        ("absent", 0, 1, 7),
    ],
)
def test_a_read_brings_in_one_block_from_wherever_the_key_is(
    depth: str, blocks: int, least: int, most: int
) -> None:
    for seed in (1, 2):
        result = run(seed, depth=depth)
        metrics = result.metrics
        assert result.verdict == "holds", result.note
        assert metrics["blocks_read"] == blocks + metrics["filters_wrong"]
        assert least <= metrics["tables_asked"] <= most
        assert metrics["tables_asked"] == metrics["filters_no"] + metrics["blocks_read"]
        # Cold: footer and filter of each table, index and block of those that say perhaps.
        perhaps = metrics["blocks_read"]
        assert metrics["disk_reads"] == 2 * metrics["tables_asked"] + 2 * perhaps
        assert metrics["reads_again"] == 0


def test_the_story_ends_with_the_answer() -> None:
    frames: list[Frame] = []
    run(depth="level-1", watch=frames.append)
    assert frames[-1].lines[-1].split()[0] == "block:"
    assert "a value of 100 bytes" in frames[-1].lines[-1]
    assert any("put returns" in line for line in frames[-1].lines)
    run(depth="absent", watch=frames.append)
    assert frames[-1].lines[-1].endswith("there is no such key")


@pytest.mark.parametrize(
    ("value_size", "logged"), [("4 KB", 28 + 16 + 4000), ("1 MB", 28 + 16 + 1_000_000)]
)
@pytest.mark.parametrize("sync", ["always", "group", "os"])
def test_a_large_value_is_written_as_it_is_and_read_smaller(
    value_size: str, logged: int, sync: str
) -> None:
    frames: list[Frame] = []
    result = run(value_size=value_size, sync=sync, depth="level-0", watch=frames.append)
    assert result.verdict == "holds", result.note
    assert result.metrics["bytes_logged"] == result.metrics["logged_formula"] == logged
    assert "(1,000 of " in result.scale
    assert result.not_carried == ("bytes_read", "block_bytes")
    picture = frames[-1].lines
    assert f"28 + 16 + {logged - 44:,}" in "\n".join(picture)
    [head] = [line for line in picture if line.startswith("GET it")]
    assert head.startswith("GET it, in a store just opened, values cut to 1,000 ")


def test_what_stands_behind_each_part_has_a_head() -> None:
    frames: list[Frame] = []
    run(watch=frames.append)
    [head] = [line for line in frames[-1].lines if line.startswith("GET it")]
    at = head.index("bytes read")
    filters = [line for line in frames[-1].lines if "filter:" in line]
    assert filters
    assert all(line[at:].startswith("64 of footer + ") for line in filters)


# Stores with a defect are found out.


def test_a_put_that_forgets_to_sync_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LogWriter, "sync", lambda _self: None)
    result = run(depth="memtable")
    assert result.verdict == "fails"
    assert "the put made the calls append" in result.note


def test_a_filter_that_never_says_no_is_told_and_costs_blocks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(table_reader.bloom, "may_contain", lambda _row, _key: True)
    metrics = run(depth="level-2").metrics
    assert metrics["filters_no"] == 0
    assert metrics["blocks_read"] == metrics["tables_asked"] > 1


def test_a_store_that_keeps_nothing_in_memory_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Generations, "put", lambda *_: None)
    result = run(depth="level-0")
    assert result.verdict == "fails"
    assert "the second read made" in result.note
