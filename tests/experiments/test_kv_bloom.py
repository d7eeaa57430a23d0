"""kv.bloom against the formula worked out by hand, and against filters that are broken."""

from __future__ import annotations

import os
from typing import Any

import pytest

from sdcli.experiments import Result, get
from sdcli.reference.kv.engine import bloom


def run(seed: int = 7, **values: Any) -> Result:
    experiment = get("kv.bloom")
    given = {"keys": 3000, "lookups": 6000, "tables": 3, **values}
    return experiment.run(experiment.bind(given), seed)


@pytest.mark.parametrize(
    ("bits", "probes", "share"),
    [
        (10, 7, 0.00819),  # (1 - e^-0.7)^7 = 0.503415^7
        (8, 6, 0.02158),  # (1 - e^-0.75)^6 = 0.527633^6
        (4, 3, 0.14689),  # (1 - e^-0.75)^3
        (4, 1, 0.22120),  # 1 - e^-0.25
        (1, 1, 0.63212),  # 1 - e^-1
    ],
)
def test_the_formula_is_the_one_on_paper(bits: int, probes: int, share: float) -> None:
    result = run(filter_bits=bits, probes=probes)
    assert result.metrics["theory"] == pytest.approx(share, rel=1e-3)
    assert result.verdict == "holds", result.note
    # 6,000 lookups: five errors of counting
    error = (share * (1 - share) / 6000) ** 0.5
    assert result.metrics["false_positives"] == pytest.approx(share, abs=5 * error)


@pytest.mark.parametrize(("bits", "probes"), [(1, 1), (4, 3), (8, 6), (10, 7), (16, 11)])
def test_the_best_number_of_probes_is_ln_2_times_the_bits(bits: int, probes: int) -> None:
    assert run(filter_bits=bits).metrics["best_probes"] == probes  # 0.69 bits, rounded


def test_with_the_best_probes_half_of_the_bits_are_set() -> None:
    assert run(keys=20_000).metrics["set_share"] == pytest.approx(0.5, abs=0.01)


def test_memory_is_the_bits_and_a_head_of_five_bytes() -> None:
    assert run(keys=4000, filter_bits=12).metrics["memory"] == 4000 * 12 / 8 + 5
    assert run(keys="4G").metrics["memory"] == 4e9 * 10 / 8


def test_ten_bits_a_key_let_through_what_the_formula_says() -> None:
    """E14: at most 1.5 times the formula, and none denied that is there."""
    count = 1_000_000 if os.environ.get("SOAK") else 60_000
    row = bloom.build(b"key-%d" % i for i in range(count))
    assert all(bloom.may_contain(row, b"key-%d" % i) for i in range(count))
    passed = sum(bloom.may_contain(row, b"other-%d" % i) for i in range(count))
    assert 0 < passed / count <= 1.5 * 0.00819


def test_a_read_in_vain_costs_a_share_of_each_table() -> None:
    metrics = run(tables=20, keys=20_000, lookups=2000).metrics
    assert metrics["reads_without"] == 20
    # 20 tables of 1,000 keys, 10,000 bits: 20 * 0.00819 = 0.164; of 2,000 keys, +- 0.009
    assert metrics["wasted_theory"] == pytest.approx(0.1639, abs=0.0005)
    assert metrics["wasted_reads"] == pytest.approx(0.164, abs=0.045)


@pytest.mark.parametrize(
    ("probes", "share"),
    [
        (1, 0.09516),  # 1 - e^-0.1
        (2, 0.03286),  # (1 - e^-0.2)^2
        (30, 0.21609),  # (1 - e^-3)^30 = 0.950213^30
    ],
)
def test_the_tables_have_filters_of_these_probes_too(probes: int, share: float) -> None:
    """5 tables of 1,000 keys: what gets past one filter, five times."""
    result = run(tables=5, keys=5000, lookups=2000, probes=probes)
    metrics = result.metrics
    assert result.verdict == "holds", result.note
    assert metrics["wasted_theory"] == pytest.approx(5 * share, rel=1e-3)
    # 10,000 lookups of one table: five errors of counting
    error = 5 * (share * (1 - share) / 10_000) ** 0.5
    assert metrics["wasted_reads"] == pytest.approx(5 * share, abs=5 * error)


def test_one_is_one_and_all_are_a_thousand() -> None:
    note = run(filter_bits=1, probes=30).note
    assert "Of 1,000 keys that are not there 1,000 got past a filter of 1 bit a key" in note
    assert " 1 probe would let through 632." in note
    assert "with 1 probe (the formula has 95.2)" in run(probes=1).note
    assert "e+" not in note


def test_too_many_probes_are_told() -> None:
    assert " 7 probes would let through 8.19" in run(probes=20).note


@pytest.mark.parametrize(
    ("name", "broken", "told"),
    [
        # One bit beside where it should be: keys of its own are denied.
        (
            "may_contain",
            lambda row, key: bloom.HEADER.unpack_from(row)[0] > 0 and key[-1] % 7 != 0,
            "denied",
        ),
        ("may_contain", lambda row, key: True, "got past the filter"),
    ],
)
def test_a_filter_that_is_broken_is_found_out(
    monkeypatch: pytest.MonkeyPatch, name: str, broken: Any, told: str
) -> None:
    monkeypatch.setattr(bloom, name, broken)
    result = run()
    assert result.verdict == "fails"
    assert told in result.note


def test_a_filter_that_sets_too_many_bits_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps that are all 1: the bits of a key lie side by side."""
    real = bloom.may_contain

    def careless(row: bytes, key: bytes) -> bool:
        return real(row, key) or key[-2] % 10 == 0  # one in ten for nothing

    monkeypatch.setattr(bloom, "may_contain", careless)
    assert run().verdict == "fails"
