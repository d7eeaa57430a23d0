"""The section that says what the design costs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sdcli.documents.figures import costing
from sdcli.documents.text.markers import blocks_of, pieces
from sdcli.estimate.numbers import shipped
from sdcli.units import quantity

COST = "cost: {items: [{text: memory, price: memory, amount: data / 10}]}\n"
MORE = """\
cost:
  prices:
    licence: {value: $100/month, as_of: 2026-05, source: "a | list"}
    setup: {value: $500, as_of: 2026}
    spare: {value: $7/month, as_of: 2024}
  items:
    - {text: memory, price: memory, amount: data / 10, of: cache}
    - {text: licences, price: licence, amount: ring.nodes}
    - {text: setting up, price: setup, amount: 1}
"""


@pytest.fixture
def shop(desk):
    desk.change(COST, MORE)
    desk.build()
    return desk


def text(desk):
    return blocks_of(pieces(desk.text, "d"))["cost"].text


def test_each_item_has_its_price_its_date_and_its_share(shop):
    # 304.17 GB at $2 are $608.3, 8 licences at $100 are $800: $1408.3, and 12 times that
    assert shipped().prices["memory"].text == "$2/GB/month"
    found = text(shop)
    assert "**\\$1.408k/month**, that is \\$16.9k/year, without what is listed below" in found
    assert "57% of it is for licences." in found
    row = "| memory | cache | 304.2 GB | \\$2/GB/month (memory) | 2026 | \\$608.3/month | 43.2% |"
    assert row in found
    assert (
        "| licences | the whole | 8 | \\$100/month (licence) | 2026-05 | \\$800/month | 56.8% |"
        in found
    )
    assert "- `memory: data / 10 = 304.2 GB, at $2/GB/month = $608.3/month`" in found
    assert "a \\| list" in found
    assert str(shipped().prices["memory"].source) in found


def test_what_is_not_worked_out_is_listed_and_an_unused_price_too(shop):
    found = text(shop)
    assert "| setting up | the whole | 1 | \\$500 (setup) | 2026 | not worked out |" in found
    assert "Not worked out: setting up, for \\$500 is paid once: nothing says how often." in found
    assert "A price that no item uses: `spare`, \\$7/month as of 2024." in found


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("500 B/link", "600 B/link", "assumptions.item.value"),
        ("nodes: 8", "nodes: 9", "components.ring.params.nodes"),
        ("value: $100/month", "value: $90/month", "cost.prices.licence.value"),
        ("as_of: 2026-05", "as_of: 2026-06", "cost.prices.licence.as_of"),
        ("amount: 1}", "amount: 2}", "cost.items[2].amount"),
        ("of: cache}", "of: store}", "cost.items[0].of"),
    ],
)
def test_what_it_rests_on_makes_it_stale(shop, old, new, key):
    shop.change(old, new)
    found = {one.id: one for one in shop.check(fast=True).blocks}["cost"]
    assert (found.state, found.key) == ("input-stale", key)


def test_a_renewed_table_makes_it_stale_with_old_and_new_price(shop, monkeypatch):
    shop.change("A shop for links.", "A shop.")  # else the seal knows that nothing changed
    table = shipped()
    renewed = dict(table.prices)
    price = "$3/GB/month"
    renewed["memory"] = replace(
        table.prices["memory"], text=price, value=quantity(price), year=2027
    )
    monkeypatch.setattr(costing, "shipped", lambda: replace(table, prices=renewed))
    found = {one.id: one for one in shop.check(fast=True).blocks}["cost"]
    assert (found.state, found.key) == ("input-stale", "prices.memory.value")
    assert (found.old, found.new) == ("$2/GB/month", price)


def test_the_words_of_an_item_are_wording(shop):
    shop.change("text: licences", "text: licences of the vendor")
    assert shop.states(fast=True)["cost"] == "fresh"


def test_a_requirement_on_the_cost_is_judged(shop):
    shop.change("setup: {value: $500,", "setup: {value: $500/month,")
    quality = '    - {id: Q9, metric: cost.per_month, op: "<=", target: $2k/month}\n'
    shop.change("    - {id: Q3", quality + "    - {id: Q3")
    # 608.3 + 800 + 500 = 1908.3
    verdict = next(one for one in shop.build().verdicts if one.quality.id == "Q9")
    assert (verdict.word, verdict.shown) == ("met", "$1.908k/month")


def test_that_very_many_items_count_by_their_medians_is_said_where_it_happens(desk):
    told = "More than 30 items are ranges, so the sum is of their medians.\n"

    def costs(items: int) -> str:
        rows = "".join(f"    - {{text: t{i}, price: core, amount: 1 to 4}}\n" for i in range(items))
        desk.design.write_text(
            f"schema: sdcli/1\nid: shop\ntitle: T\ncost:\n  items:\n{rows}"
            "    - {text: one more, price: core, amount: 8}\n"  # no range: it does not count
        )
        desk.build(fresh=True)
        return text(desk)

    assert told not in costs(30)
    found = costs(31)
    assert told in found
    # a core is $15: 31 times sqrt(1 * 4) and 8 are 70
    assert "**\\$1.05k/month**" in found
