"""What a design costs."""

from __future__ import annotations

import pytest

from sdcli.documents.figures.costing import cost_of, inputs_of_cost
from sdcli.estimate.numbers import price
from sdcli.units import quantity

HEAD = """\
assumptions:
  traffic: {value: 5 TB/month}
  stored: {value: 1 to 4 TB}
components:
  web: {kind: service, params: {instances: 3}}
cost:
  prices:
    licence: {value: $100/month, as_of: 2026-05, source: a list}
    setup: {value: $500, as_of: 2026}
    core: {value: $20/month, as_of: 2025}
  items:
"""


@pytest.fixture
def bill(facts, book):
    def made(*items: str, head: str = HEAD):
        design = facts(
            head + "".join(f"    - {{text: {i}, {item}}}\n" for i, item in enumerate(items))
        )
        return cost_of(design, book(design))

    return made


@pytest.mark.parametrize(
    ("item", "per_month"),
    [
        ("price: licence, amount: 3", "$300/month"),
        ("price: core, amount: web.instances * 4", "$240/month"),  # the design's own price wins
        ("price: ssd, amount: 10 TB", "$2k/month"),  # 10,000 GB at $0.2
        ("price: egress, amount: traffic", "$500/month"),  # 5,000 GB at $0.1
        ("price: egress, amount: 1 MB/s", "$259.2/month"),  # 2,592,000 s: 2,592 GB at $0.1
        ("price: blob-reads, amount: 10 read/s", "$10.37/month"),  # 25.92M reads at $0.4
    ],
)
def test_an_item_costs_its_amount_times_its_price(bill, item, per_month):
    # the shipped prices that the sums in the comments use
    known = {"ssd": "$0.2/GB/month", "egress": "$0.1/GB", "blob-reads": "$0.4 / (1M read)"}
    assert {name: price(name).text for name in known} == known
    (row,) = bill(item).rows
    assert (str(row.per_month), row.problem) == (per_month, "")


def test_the_total_is_the_sum_and_a_year_has_twelve_months(bill):
    found = bill("price: licence, amount: 3", "price: core, amount: 5")
    assert (str(found.per_month), str(found.per_year)) == ("$400/month", "$4.8k/year")
    assert [found.share(row).value for row in found.rows] == [0.75, 0.25]
    assert found.missing == ""


def test_a_range_stays_one(bill):
    found = bill("price: ssd, amount: stored")  # 1,000 to 4,000 GB at $0.2
    assert found.per_month.summary() == "$400/month (200 to 800)"


@pytest.mark.parametrize(
    ("item", "problem"),
    [
        ("price: setup, amount: 2", "$1k is paid once: nothing says how often"),
        ("price: licence, amount: 3 GB", "not money per time"),
        ("price: egress, amount: 3 GB", "$0.3 is paid once"),
        ("price: core, amount: 1 / 0", "zero"),
    ],
)
def test_what_is_no_money_per_time_is_a_fault_of_the_item_and_not_in_the_sum(bill, item, problem):
    found = bill("price: licence, amount: 3", item)
    assert problem in found.rows[1].problem
    assert found.rows[1].per_month is None
    assert str(found.per_month) == "$300/month"
    assert found.missing == "the total lacks 1"


@pytest.mark.parametrize(
    ("item", "problem"),
    [
        ("price: licenc, amount: 1", "no price is named licenc"),
        ("price: licence, amount: web.instances + cost.per_month / $1", "rests on the cost itself"),
    ],
)
def test_a_fault_that_validation_may_find_first_is_told_here_too(bill, item, problem, monkeypatch):
    monkeypatch.setattr("sdcli.documents.facts.validate", lambda *_: [])
    (row,) = bill(item).rows
    assert problem in row.problem


def test_an_amount_that_rests_on_the_cost_ends_all_the_same(facts, book, monkeypatch):
    monkeypatch.setattr("sdcli.documents.facts.validate", lambda *_: [])
    design = facts(HEAD + "    - {text: x, price: licence, amount: cost.per_month / $1}\n")
    assert inputs_of_cost(design, book(design))["cost.items[0].price"] == "licence"


def test_the_inputs_hold_each_shipped_price_that_is_used_with_its_year_and_source(facts, book):
    design = facts(HEAD + "    - {text: disk, price: ssd, amount: stored * 2, of: web}\n")
    found = inputs_of_cost(design, book(design))
    shipped = {key: value for key, value in found.items() if key.startswith("prices.")}
    assert shipped == {
        "prices.ssd.value": price("ssd").text,
        "prices.ssd.year": price("ssd").year,
        "prices.ssd.source": str(price("ssd").source),
    }
    assert found["assumptions.stored.value"] == "1 to 4 TB"
    assert found["cost.items[0].amount"] == "stored * 2"
    assert "prices.core.value" not in found  # the design has its own
    assert quantity(str(found["cost.prices.core.value"])).in_unit("$/month") == 20
