"""What the numbers say about the requirements."""

from __future__ import annotations

import pytest

from sdcli.core.errors import FaultsFound
from sdcli.documents.judging.metrics import in_quantities
from sdcli.documents.judging.verdicts import judged, shown_like
from sdcli.documents.text.markers import blocks_of, pieces
from sdcli.experiments import limiter_burst
from sdcli.units import quantity


@pytest.mark.parametrize(
    ("measured", "op", "target", "word"),
    [
        ("90 ms", "<=", "100 ms", "met"),
        ("100 ms", "<=", "100 ms", "met"),
        ("100 ms", "<", "100 ms", "unmet"),
        ("0.1 s", "<=", "100 ms", "met"),  # units are compared, not numbers
        ("110 ms", "<=", "100 ms", "unmet"),
        ("99.9 %", ">=", "99.9 %", "met"),
        ("99.8 %", ">=", "99.9 %", "unmet"),
        ("80 to 95 ms", "<=", "100 ms", "met"),  # the whole interval is below
        ("80 to 120 ms", "<=", "100 ms", "at-risk"),  # median sqrt(80 * 120) = 98
        ("90 to 130 ms", "<=", "100 ms", "unmet"),  # median sqrt(90 * 130) = 108
        ("80 to 120 ms", ">=", "90 ms", "at-risk"),
        ("95 to 120 ms", ">", "90 ms", "met"),
        # the target's own range counts as well: its median is sqrt(100 * 200) = 141
        ("90 ms", "<=", "100 to 200 ms", "met"),
        ("120 ms", "<=", "100 to 200 ms", "at-risk"),
        ("150 ms", "<=", "100 to 200 ms", "unmet"),
        ("250 ms", ">", "100 to 200 ms", "met"),
        ("80 to 120 ms", "<=", "100 to 200 ms", "at-risk"),
        # an end that is the target itself: within for <=, not for <
        ("80 to 100 ms", "<=", "100 ms", "met"),
        ("80 to 100 ms", "<", "100 ms", "at-risk"),
        ("100 to 120 ms", ">=", "0.1 s", "met"),
        ("100 to 120 ms", ">", "0.1 s", "at-risk"),
    ],
)
def test_a_number_is_met_unmet_or_at_risk(measured, op, target, word):
    assert judged(quantity(measured), op, quantity(target)) == word


@pytest.mark.parametrize(
    ("ends", "op", "target", "word"),
    [
        (("80 ms", "120 ms"), "<=", "130 ms", "met"),
        (("80 ms", "120 ms"), "<=", "110 ms", "at-risk"),
        (("80 ms", "120 ms"), "<=", "110 to 130 ms", "at-risk"),
        (("80 ms", "120 ms"), "<=", "120 to 130 ms", "met"),
        (("80 ms", "120 ms"), "<", "120 to 130 ms", "at-risk"),
    ],
)
def test_a_run_that_knows_its_ends_is_compared_by_them(ends, op, target, word):
    low, high = (quantity(end) for end in ends)
    assert judged(quantity("100 ms"), op, quantity(target), (low, high)) == word


@pytest.mark.parametrize(
    ("target", "word"),
    [
        ("write_rate * 1.1", "met"),  # however many there are, they are fewer than that
        ("write_rate * 0.9", "unmet"),
        ("write_rate", "met"),
        ("2 to 4 * 20 link/s", "at-risk"),  # 61.7 at the high end; 56.6 at the median, 40 below
        ("40M to 160M link/month", "at-risk"),  # the same words, yet a range of its own
    ],
)
def test_what_both_sides_share_cancels(desk, target, word):
    # 40M to 160M a month: median 80M, 30.9 link/s, 15.4 to 61.7
    desk.change("100M link/month", "40M to 160M link/month")
    desk.change("target: 1000 link/s", f"target: {target}")
    assert desk.build().verdicts[1].word == word


def test_a_target_that_is_a_range_is_told_with_it(desk):
    desk.change("target: 1000 link/s", "target: 30 to 60 link/s")  # 38.58, the median is 42.4
    reason = "the 90 % intervals overlap: 38.58 link/s measured, 30 to 60 link/s is the target"
    assert desk.build().verdicts[1].reason == reason


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [(0.0731234, "", "0.07312"), (150.0, "request", "150 request"), (3.0, "blorp", "3 blorp")],
)
def test_a_metric_is_a_quantity_in_its_unit(value, unit, shown):
    assert str(in_quantities(value, unit)) == shown


@pytest.mark.parametrize(
    ("metric", "reason"),
    [
        ("ring.balance.spread, of: cache", "cache has no evidence ring.balance"),
        ("latency.p99", "names no component"),
        ("ring.balance.rings, of: ring", "the metric is ring, the target is number"),
    ],
)
def test_what_cannot_be_measured_says_why_and_stops_nothing(desk, metric, reason):
    desk.change("ring.balance.peak_to_mean, of: ring", metric)
    verdict = desk.build().verdicts[0]
    assert verdict.word == "unmeasured"
    assert reason in verdict.reason
    assert f"Q1 is unmeasured: {verdict.reason.split()[0]}" in desk.text
    assert desk.check().state == "fresh"


@pytest.mark.parametrize(
    ("metric", "reason"),
    [
        ("ring.balance.peak_to_men, of: ring", "did you mean peak_to_mean?"),
        ("ring.balanc.spread, of: ring", "no experiment and no calculator is named ring.balanc"),
        ("queu.p99, of: ring", "did you mean queue?"),
    ],
)
def test_a_metric_that_there_is_not_is_a_fault_with_its_line(desk, metric, reason):
    desk.change("ring.balance.peak_to_mean, of: ring", metric)
    with pytest.raises(FaultsFound) as caught:
        desk.build()
    assert reason in caught.value.render()
    assert "requirements.quality[0].metric" in caught.value.render()


def test_a_metric_and_a_parameter_of_one_name_must_be_told_apart(desk):
    desk.change(
        "  store: {kind: kv-store}\n",
        "  store: {kind: kv-store, params: {size: 10 TB, shard_size: 1 TB, shards: 12},"
        " evidence: [{run: shards}]}\n",
    )
    desk.change("ring.spread <= 0.1", "store.shards <= 12")
    with pytest.raises(FaultsFound, match="1 fault") as caught:
        desk.build()
    assert "store.shards may be store.shards.shards or store.params.shards" in caught.value.render()
    desk.change("store.shards <= 12", "store.params.shards == 12 and store.shards.shards < 12")
    desk.build()
    assert desk.check().holds


def test_a_comparison_that_its_ranges_leave_open_says_so(desk):
    # 800M to 3.2G links a month: 309 to 1235 link/s, median 617
    desk.change("100M link/month", "800M to 3200M link/month")
    desk.build()
    told = "write_rate is 308.6 to 1.235k link/s; by the ranges it may hold already"
    assert f"**not yet** ({told})" in desk.text
    desk.change("ring.spread <= 0.1", "write_rate <= 1k link/s")
    desk.build()
    assert "; by the ranges it may not hold)" in desk.text


@pytest.mark.parametrize(
    ("confirm", "is_open"),
    [
        ("write_rate <= writes * 1.1", False),
        ("write_rate <= 62 link/s", False),
        ("write_rate <= 61 link/s", True),
        ("write_rate > 10 link/s", False),
        ("load <= 160 request/s", False),  # reaches it and does not pass it
        ("load < 160 request/s", True),
    ],
)
def test_a_comparison_is_open_where_an_end_of_it_says_otherwise(desk, confirm, is_open):
    # 40M to 160M a month are 15.4 to 61.7 link/s, 30.9 at the median
    desk.change("100M link/month", "40M to 160M link/month")
    desk.change("  item:", "  load: {value: 40 to 160 request/s}\n  item:")
    desk.change("ring.spread <= 0.1", confirm)
    desk.build()
    found = blocks_of(pieces(desk.text, "d"))["decisions"].text
    assert ("by the ranges it may not hold" in found) == is_open


def test_an_impossible_name_in_a_formula_is_a_fault_with_its_line(desk):
    desk.change("ring.spread <= 0.1", "ring.headroom >= 2")
    with pytest.raises(FaultsFound) as caught:
        desk.build()
    assert "ring can have no headroom: no capacity is known of a hash ring" in str(
        caught.value.render()
    )
    assert "decisions[0].confirm" in caught.value.render()


def test_a_comparison_of_two_kinds_is_not_measured_and_says_why(desk):
    desk.change("ring.spread <= 0.1", "ring.spread <= 5 ms")
    desk.build()
    assert "**not measured** (this compares number with time" in desk.text


def test_a_range_that_reaches_past_its_target_is_at_risk(desk):
    # 40M to 160M a month: median 80M, 30.9 link/s; the upper end is 61.7 link/s
    desk.change("100M link/month", "40M to 160M link/month")
    desk.change("1000 link/s", "50 link/s")
    verdict = desk.build().verdicts[1]
    assert verdict.word == "at-risk"
    assert "**at-risk**" in desk.text
    assert desk.check().holds


def test_a_target_may_be_a_formula_and_is_then_read_too(desk):
    desk.change("target: 1000 link/s", "target: read_rate / (100 redirect/link)")
    assert desk.build().verdicts[1].word == "met"
    desk.change("{value: 100 redirect", "{value: 50 redirect")
    found = {block.id: block.key for block in desk.check(fast=True).blocks if block.key}
    assert found["requirements"] == "assumptions.read_ratio.value"


def test_a_metric_that_two_experiments_share_must_be_named_in_full(desk):
    desk.change(
        "evidence: [{run: ring.balance, with: {keys: 2000}}]",
        "evidence: [{run: ring.balance, with: {keys: 2000}},"
        " {run: ring.rebalance, with: {keys: 500}}]",
    )
    desk.change("ring.spread <= 0.1", "ring.ring.rebalance.moved_share <= 0.5")
    desk.build()
    assert desk.check().holds


def limited(desk, monkeypatch):
    """The shop with a limiter whose window is too long for a run: it is attacked for half of it."""
    monkeypatch.setattr(limiter_burst, "TAKES_BUDGET", 1000)
    desk.change(
        "  store: {kind: kv-store}\n",
        "  store: {kind: kv-store}\n"
        "  gate:\n"
        "    kind: rate-limiter\n"
        "    params: {rate: 1000 request/s, burst: 10 request, window: 9 s}\n"
        "    evidence: [{run: limiter.burst, seed: 41}]\n",
    )


def test_a_count_of_a_shorter_window_meets_no_requirement(desk, monkeypatch):
    """In 9 s a bucket of 10 admits 10 + 9,000 requests; 4.5 s admit 10 + 4,500: less than 6,000."""
    limited(desk, monkeypatch)
    desk.change(
        "ring.balance.peak_to_mean, of: ring", "limiter.burst.admitted_worst_window, of: gate"
    )
    desk.change("target: 1.25", "target: 6k request")
    verdict = desk.build().verdicts[0]
    reason = "measured at 1:2, does not carry over"
    assert (verdict.word, verdict.measured, verdict.reason) == ("unmeasured", None, reason)
    assert f"Q1 is unmeasured: {reason}." in desk.text
    for fast in (False, True):  # the ledger keeps what a run at full scale would have given
        found = desk.check(fast=fast)
        assert found.state == "fresh"
        assert [v.reason for v in found.requirements if v.id == "Q1"] == [reason]


def test_a_count_of_a_shorter_window_confirms_and_revisits_nothing(desk, monkeypatch):
    limited(desk, monkeypatch)
    desk.change("ring.spread <= 0.1", "gate.admitted_worst_window <= 6k request")
    desk.change("write_rate > 1k link/s", "gate.admitted_worst_window > 1k request")
    desk.build()
    for fast in (False, True):
        found = desk.check(fast=fast).findings
        assert [finding.kind for finding in found] == ["confirm"]
        assert "measured at 1:2, does not carry over" in found[0].message
        assert "has not been measured" in found[0].message
        assert not found[0].fails


@pytest.mark.parametrize(
    ("target", "measured", "shown"),
    [
        ("1 h", "102.3 min", "1.705 h"),
        ("1h", "102.3 min", "1.705h"),
        ("1 h", "60 to 240 min", "2 h (1 to 4)"),  # the median of a span is sqrt(60 * 240) = 120
        ("10_000 s", "3 hour", "10.8k s"),  # which the language itself would show in hours
        ("2 days", "30 hour", "1.25 days"),
        ("1 %", "0.0038", "0.38 %"),
        ("1%", "0.0038", "0.38%"),
        ("99.9 %", "0.99995", "99.995 %"),
        ("50 ms", "0.03 s", "30 ms"),
        ("2 * 0.5 h", "90 min", "1.5 hour"),  # a formula may spell one unit in two ways
        ("1 GB", "200 MB", "0.2 GB"),
        ("1.25", "1.2", "1.2"),
    ],
)
def test_a_number_reads_like_its_target(target, measured, shown):
    assert shown_like(target, quantity(measured), quantity(target).unit) == shown
