"""Cost: amounts times the dated prices, and what is left out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sdcli.estimate import numbers, registry
from sdcli.estimate.calculator import Calculator
from sdcli.estimate.calculators import cost
from sdcli.units import UnitError
from sdcli.units.conventions import Conventions


def run(**given):
    found = registry.get("cost")
    return found.run(found.bind(given))


@pytest.mark.parametrize(
    ("given", "monthly"),
    [
        ({"cores": "16"}, 240),  # 16 * $15
        ({"ram": "64"}, 128),  # 64 * $2; a plain number is in GB
        ({"disk": "2 TB"}, 400),  # 2000 * $0.2
        ({"blob": "50 TB"}, 1000),  # 50,000 * $0.02
        ({"blob_reads": "10M"}, 4),  # ten million a month at $0.4 each million
        ({"blob_writes": "2M write/month"}, 10),
        ({"inter_zone": "1 TB/month"}, 10),  # 1000 * $0.01
        ({"egress": "500"}, 50),  # 500 GB * $0.1
        ({"cdn": "1 MB/s"}, 129.6),  # 2,592 GB in 30 days * $0.05
        ({"cores": "16", "ram": "64 GB", "egress": "500"}, 418),  # 240 + 128 + 50
        ({"cores": "0"}, 0),
    ],
)
def test_an_amount_times_its_price(given, monthly):
    found = run(**given).outputs
    assert found["per_month"].in_unit("$") == pytest.approx(monthly)
    assert found["per_year"].in_unit("$") == pytest.approx(12 * monthly)  # twelve bills
    assert len(found) == len(given) + 2, "what was not asked for has no line"


def test_the_working_shows_the_price_and_the_source_its_date():
    outcome = run(ram="64 GB", blob_reads="10M read/month")
    assert (
        "ram_cost = ram × $2/GB/month × 1 month = 64 GB × $2/GB/month × 1 month = $128"
        in outcome.working
    )
    assert any("$0.4 ÷ 1M read" in line for line in outcome.working)
    assert "2026-03" in outcome.calculator.source
    assert "napkin-math" in outcome.calculator.source


def test_every_source_of_a_price_is_named_once(monkeypatch):
    other = replace(numbers.price("egress"), source=numbers.Source("x", "A bill", "2027-01"))
    prices = {**numbers.shipped().prices, "egress": other}
    monkeypatch.setattr(cost, "price", prices.__getitem__)
    source = Calculator(cost.cost, title="", formula="", source=cost._sources).source
    assert source.count("napkin-math") == 1
    assert source.endswith("; A bill (2027-01)")


def test_every_price_has_its_parameter_and_every_item_its_price():
    asked = {one.name for one in registry.get("cost").parameters}
    items = [one for one in registry.get("cost").outputs if one.name.endswith("_cost")]
    priced = {item.formula.split()[0] for item in items}
    assert priced == asked
    assert len(numbers.shipped().prices) == len(asked)


def test_ranges_flow_into_the_total():
    found = run(cores="10 to 20", egress="1 TB/month").outputs
    assert found["cores_cost"].low == pytest.approx(run(cores="10").outputs["cores_cost"].value)
    assert found["per_year"].is_range
    assert not found["egress_cost"].is_range


def test_a_round_month_has_its_own_traffic():
    """1 MB/s over 25 days of 10^5 s is 2,500 GB."""
    found, days = registry.get("cost"), Conventions(100_000.0, 25.0, 300.0)
    outcome = found.run(found.bind({"cdn": "1 MB/s"}, conventions=days))
    assert outcome.outputs["per_month"].in_unit("$") == pytest.approx(125)
    assert outcome.conventions["month"] == days.text("month")


def test_nothing_costs_nothing_and_is_asked_for():
    with pytest.raises(UnitError, match="nothing is given that costs"):
        run()


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"egress": "5 TB"}, "egress"),
        ({"blob_reads": "3k write/s"}, "blob_reads"),
        ({"ram": "5 s"}, "ram"),
        ({"cores": "-1"}, "cores"),
    ],
)
def test_an_amount_of_another_kind_is_refused(given, where):
    with pytest.raises(UnitError) as caught:
        run(**given)
    assert caught.value.where == where
