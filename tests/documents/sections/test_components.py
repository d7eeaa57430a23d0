"""Evidence side by side, where a run compares things."""

from __future__ import annotations

import pytest

from sdcli.documents.evidence.exact import Exact
from sdcli.documents.evidence.plan import MetricOf
from sdcli.documents.evidence.result import Evidence, Measure
from sdcli.documents.sections.comparing import comparison
from sdcli.documents.text.markers import blocks_of, pieces
from sdcli.experiments import get, names

CONTEST = """\
schema: sdcli/1
id: shop
title: Contest
requirements:
  quality:
    - {id: Q1, metric: ring.contest.maglev_needless, of: ring, op: "<=", target: 1 %}
components:
  ring: {kind: hash-ring, evidence: [{run: ring.contest}]}
"""
BLOCK = "evidence/ring/ring.contest"


@pytest.fixture
def contest(desk, monkeypatch):
    """A document of a contest whose n-th metric is n: the contest itself takes a second."""

    def counted(plan: Exact) -> Evidence:
        metrics = plan.experiment.metrics
        return Evidence(
            sort="exact",
            experiment=plan.name,
            revision=plan.revision,
            params=plan.params,
            seed=plan.item.seed,
            metrics={one.name: Measure(float(i), one.unit) for i, one in enumerate(metrics)},
            verdict="holds",
            note="",
            scale="1:1",
        )

    monkeypatch.setattr(Exact, "run", counted)
    desk.design.write_text(CONTEST)
    desk.build()
    return desk


def rows_of(desk) -> dict[str, list[str]]:
    """The cells of each row of the block by its second one, the name."""
    text = blocks_of(pieces(desk.text, "d"))[BLOCK].text
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return {row[1]: row for row in rows}


def test_a_run_that_compares_is_a_table_with_a_column_for_each_thing(contest):
    rows = rows_of(contest)
    seven = [
        "`ring`",
        "`rendezvous`",
        "`jump`",
        "`maglev`",
        "`multi_probe`",
        "`anchor`",
        "`modulo`",
    ]
    assert rows["Name"] in (
        ["Metric", "Name", *seven, "Better"],
        ["Metric", "Name", "Value", "Better"],
    )
    # nine metrics of each: the third of ring is number 2, that of rendezvous 11, and so on
    third = [f"{2 + 9 * i} hash" for i in range(7)]
    assert rows["`lookup_hashes`"] == ["for a lookup", "`lookup_hashes`", *third, "less"]
    assert rows["`must_move`"][:3] == ["1/(n + 1)", "`must_move`", "63"]
    assert "named by its column and its row, like `ring_init`" in contest.text
    assert "`maglev_needless`" not in rows


def test_it_is_no_longer_than_what_it_compares_by(contest):
    """65 metrics were 65 rows: four parameters, nine measures, two others and three heads."""
    lines = blocks_of(pieces(contest.text, "d"))[BLOCK].text.splitlines()
    assert sum(line.startswith("| ") for line in lines) == 4 + 9 + 2 + 3


@pytest.mark.parametrize("fast", [True, False])
def test_a_requirement_on_another_metric_leaves_it_as_it_is(contest, fast):
    contest.change("maglev_needless", "modulo_moved")
    states = contest.states(fast=fast)
    assert (states["requirements"], states[BLOCK]) == ("input-stale", "fresh")


def test_experiments_that_set_things_side_by_side_are_tables():
    compare = {
        name
        for name in names()
        if comparison(MetricOf(one.name, one.title) for one in get(name).metrics)
    }
    assert compare == {"ring.contest", "limiter.compare", "limiter.choose", "limiter.shape"}


@pytest.mark.parametrize(
    "metrics",
    [
        {"a_x": "a: its x", "a_y": "a: its y"},  # one thing
        {"a_x": "a: its x", "b_x": "b: its x"},  # one measure
        {"a_x": "a: its x", "a_y": "a: its y", "b_x": "b: its x"},  # not of each
        {"a_x": "a: its x", "a_y": "a: its y", "b_x": "b: its x", "b_z": "b: its y"},
        {"a_x": "a: its x", "a_y": "a: its y", "b_x": "b: its x", "b_y": "b: another y"},
        {"x_a": "a: its x", "y_a": "a: its y", "x_b": "b: its x", "y_b": "b: its y"},
        {"a_x": "a: its x", "a_y": "a: its y", "x": "b: its x", "y": "b: its y"},
        {"x": "its x", "y": "its y"},
        {},
    ],
)
def test_metrics_that_do_not_line_up_are_a_list(metrics):
    assert comparison(MetricOf(name, title) for name, title in metrics.items()) is None


def test_another_direction_of_one_of_them_is_another_measure():
    metrics = [MetricOf(f"{a}_{b}", f"{a}: {b}", a == "one") for a in ("one", "two") for b in "xy"]
    assert comparison(metrics) is None
