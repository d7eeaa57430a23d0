"""Loads, times and costs as names that formulas and requirements use."""

from __future__ import annotations

import pytest

from sdcli.documents.judging.metrics import of_name, of_requirement

DESIGN = """\
assumptions: {reads: {value: 150 click/s}, each: {value: 50 request/s}}
components:
  web: {kind: service, params: {instances: 4, capacity: each, latency: 5 ms}}
  cache: {kind: cache, params: {latency: 1 ms, hit_share: 90 %}}
  store: {kind: database, params: {latency: 8 ms}}
  lb: {kind: load-balancer}
flows:
  read-link: {path: client -> web -> cache | store, rate: reads}
  ping: client -> lb -> web
cost: {items: [{text: cores, price: core, amount: web.instances}]}
"""


@pytest.fixture
def design(facts, book):
    made = facts(DESIGN)
    return made, book(made)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("web.load", "150 request/s"),
        ("web.utilisation", "75%"),  # 150 of 4 * 50
        ("web.headroom", "1.333"),
        ("store.load", "15 request/s"),  # a tenth misses
        ("cost.per_month", "$60/month"),  # 4 at $15
        ("cost.per_year", "$720/year"),
        ("latency.read_link", "14 ms"),  # 5 + 1 + 8
    ],
)
def test_a_formula_finds_them(design, name, value):
    facts, book = design
    assert str(of_name(facts, book, name).value(facts, book)) == value


@pytest.mark.parametrize(
    ("metric", "of", "value", "title"),
    [
        ("capacity.utilisation", "web", "75%", "share of its capacity that is used"),
        ("capacity.headroom", "web", "1.333", "how many times today's load fits"),
        ("capacity.load", "web", "150 request/s", "what arrives"),
        ("cost.per_month", "", "$60/month", "cost of a month"),
        ("latency.read-link", "", "14 ms", "time of the longest way of read-link"),
    ],
)
def test_a_requirement_finds_them(design, metric, of, value, title):
    facts, book = design
    found = of_requirement(facts, book, metric, of)
    assert (str(found.value(facts, book)), found.title) == (value, title)
    assert found.missing(book) == ""


@pytest.mark.parametrize(
    ("metric", "of", "why"),
    [
        ("capacity.headroom", "store", "store says no capacity"),
        ("capacity.headroom", "lb", "lb has no rate, and no flow with a rate passes it"),
        ("latency.ping", "", "no latency of lb"),
        ("latency.pong", "", "no flow is named pong"),
        ("cost.per_day", "", "the cost has cost.per_month and cost.per_year"),
        ("capacity.hedroom", "web", "web has no evidence capacity"),
    ],
)
def test_a_number_that_is_not_there_says_why(design, metric, of, why):
    facts, book = design
    found = of_requirement(facts, book, metric, of)
    assert found.value(facts, book) is None
    assert why in found.missing(book)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("web.headroom", "components.web.params.capacity"),
        ("web.headroom", "components.web.params.instances"),
        ("web.headroom", "flows.read-link.rate"),
        ("web.headroom", "assumptions.reads.value"),
        ("web.headroom", "assumptions.each.value"),
        ("store.load", "components.cache.params.hit_share"),
        ("cost.per_year", "cost.items[0].amount"),
        ("cost.per_year", "components.web.params.instances"),
        ("cost.per_year", "prices.core.value"),
        ("latency.read_link", "components.store.params.latency"),
        ("latency.read_link", "flows.read-link.path"),
    ],
)
def test_what_they_rest_on_is_among_the_inputs(design, name, key):
    facts, book = design
    assert key in of_name(facts, book, name).inputs(facts)


def test_a_metric_of_the_component_s_own_comes_first(facts, book):
    made = facts(
        "components:\n"
        "  web: {kind: service, params: {rate: 90 request/s, latency: 10 ms, workers: 2,\n"
        "    capacity: 1k request/s}, evidence: [{run: queue}]}\n"
    )
    # of the queue with 90/s, 10 ms and 2 workers 90 * 0.01 / 2 = 45 %; of the capacity 9 %
    found = of_name(made, book(made), "web.utilisation")
    assert str(found.value(made, book(made))) == "45%"
