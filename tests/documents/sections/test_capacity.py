"""The section that says how full each component is."""

from __future__ import annotations

import pytest

from sdcli.documents.text.markers import blocks_of, pieces

PARTS = """\
components:
  web: {kind: service, params: {instances: 50, capacity: 100 request/s, latency: 5 ms}}
  edge: {kind: cdn, params: {latency: 10 ms}}
  store2: {kind: kv-store, params: {capacity: 5k request/s, latency: 8 ms}}
"""
FLOWS = """\
flows:
  view: {path: client -> edge | web -> store2, rate: read_rate, budget: 20 ms}
"""


@pytest.fixture
def shop(desk):
    desk.change("components:\n", PARTS)
    desk.change("flows:\n", FLOWS)
    desk.build()
    return desk


def text(desk):
    return blocks_of(pieces(desk.text, "d"))["capacity"].text


def test_it_says_what_fails_first_and_how_full_each_is(shop):
    # 100M * 100 in 2,592,000 s are 3858 a second: of 50 * 100 that is 77.2 %, of 5000 the same;
    # 5000 / 3858.02 = 1.296
    found = text(shop)
    assert "`web` fails first: 1.296 times today's load fits, it is busy." in found
    row = "| `web` | 3.858k request/s (cold) | 50 | 100 request/s | 77.2% | 1.296 | busy |"
    assert row in found
    assert "| `store2` | 3.858k request/s (cold) | one, for `shards` is not given |" in found
    assert "Cold: no hit share is given for edge" in found
    assert "| `search` | 100 request/s |" in found  # its own rate
    assert "- `web.load = view 3.858k request/s × all, cold by edge = 3.858k request/s`" in found
    assert "- `web.utilisation = 3.858k request/s ÷ (50 × 100 request/s) = 77.2%`" in found
    assert "Neither load nor capacity is known of lb, cache, store." in found
    assert "Flows without a rate, in no load above: redirect." in found


def test_it_sets_the_time_of_each_flow_against_its_budget(shop):
    # served first by the edge, 10 ms; after a miss 10 + 5 + 8 = 23 of 20
    found = text(shop)
    assert "| `view` | served first | edge | 10 ms | 20 ms | 50% | within the budget |" in found
    row = "| `view` | longest | edge, web, store2 | 23 ms | 20 ms | 115% | over the budget |"
    assert row in found
    assert "- `view, longest: edge 10 ms + web 5 ms + store2 8 ms = 23 ms`" in found


def test_parts_without_a_latency_are_named(shop):
    shop.change(", latency: 8 ms", "")
    shop.build()
    assert "| at least 15 ms | 20 ms | 75% | not known: no latency of store2 |" in text(shop)


def test_more_than_it_can_serve_is_said_first(shop):
    shop.change("instances: 50", "instances: 30")
    shop.build()
    # 3000 / 3858.02 = 0.7776
    assert "`web` is overloaded already: only 0.7776 times today's load fits." in text(shop)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("instances: 50", "instances: 51", "components.web.params.instances"),
        ("capacity: 100 request/s", "capacity: 90 request/s", "components.web.params.capacity"),
        ("latency: 10 ms", "latency: 9 ms", "components.edge.params.latency"),
        ("budget: 20 ms", "budget: 21 ms", "flows.view.budget"),
        ("rate: read_rate", "rate: read_rate * 2", "flows.view.rate"),
        ("edge | web", "edge -> web", "flows.view.path"),
        ("kind: cdn, params: {", "kind: cdn, params: {hit_share: 50 %, ", None),
        ("100M link/month", "90M link/month", "assumptions.writes.value"),
        ("rate: 100 request/s", "rate: 90 request/s", "components.search.params.rate"),
    ],
)
def test_what_it_rests_on_makes_it_stale(shop, old, new, key):
    shop.change(old, new)
    found = {one.id: one for one in shop.check(fast=True).blocks}["capacity"]
    assert (found.state, found.key) == (
        "input-stale",
        key or "components.edge.params.hit_share",
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [("role: spreads", "role: evenly spreads"), ("vnodes: 160", "vnodes: 80")],
)
def test_what_it_does_not_rest_on_leaves_it_fresh(shop, old, new):
    shop.change(old, new)
    assert shop.states(fast=True)["capacity"] == "fresh"


def test_a_cache_that_every_request_passes_is_pointed_out(shop):
    shop.change("edge | web", "edge -> web")
    shop.build()
    assert "Passed on every request, as the flows say it: edge." in text(shop)


def test_what_stands_in_is_said_to_get_nothing(shop):
    shop.change("web -> store2", "web -> store2 | store")
    shop.build()
    assert "`store` gets nothing from view while all is well" in text(shop)


def many(desk, flows: int, rate: str) -> str:
    lines = "".join(f"  f{i}: {{path: client -> web, rate: {rate}}}\n" for i in range(flows))
    desk.design.write_text(
        "schema: sdcli/1\nid: shop\ntitle: T\ncomponents:\n"
        "  web: {kind: service, params: {capacity: 1k request/s}}\nflows:\n" + lines
    )
    desk.build(fresh=True)
    return text(desk)


MEDIANS = "more than 30 flows: their rates and the hit shares count by their medians"


def test_that_very_many_flows_count_by_their_medians_is_said_where_it_happens(desk):
    assert MEDIANS not in many(desk, 30, "1 to 4 request/s")
    found = many(desk, 31, "1 to 4 request/s")
    assert MEDIANS in found
    assert "| `web` | 62 request/s |" in found  # 31 times sqrt(1 * 4)


def test_that_very_many_times_count_by_their_medians_is_said_where_it_happens(desk):
    def way(parts: int) -> str:
        names = [f"p{i}" for i in range(parts)]
        lines = "".join(
            f"  {name}: {{kind: service, params: {{latency: 1 to 4 ms}}}}\n" for name in names
        )
        desk.design.write_text(
            f"schema: sdcli/1\nid: shop\ntitle: T\ncomponents:\n{lines}flows:\n"
            f"  f: {{path: client -> {' -> '.join(names)}, budget: 100 ms}}\n"
        )
        desk.build(fresh=True)
        return text(desk)

    told = "Where more than 30 of them are ranges, their medians are added."
    assert told not in way(30)
    found = way(31)
    assert told in found
    assert "| 62 ms | 100 ms | 62% |" in found  # 31 times sqrt(1 * 4)
