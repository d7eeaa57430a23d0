"""Loads, times and costs as names that formulas and requirements use."""

from __future__ import annotations

import pytest

from sdcli.documents.judging import formulas
from sdcli.documents.judging.metrics import of_name, of_requirement
from sdcli.documents.judging.verdicts import inputs_of_quality

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


@pytest.mark.parametrize("name", ["web.headroom", "store.load"])
def test_the_kinds_on_the_flows_are_among_the_inputs(design, name):
    """A cache lets only misses through, a database only what it fails at: the kind decides."""
    facts, book = design
    found = of_name(facts, book, name).inputs(facts)
    kinds = {key: value for key, value in found.items() if key.endswith(".kind")}
    assert kinds == {
        "components.web.kind": "service",
        "components.cache.kind": "cache",
        "components.store.kind": "database",
        "components.lb.kind": "load-balancer",
    }


@pytest.mark.parametrize("name", ["headroom", "utilisation"])
def test_what_a_kind_can_never_have_is_no_name(facts, book, name):
    ring = "  ring: {kind: hash-ring}\n"
    made = facts(DESIGN.replace("flows:\n", ring + "flows:\n"))
    found = of_name(made, book(made), f"ring.{name}")
    assert found.reason == f"ring can have no {name}: no capacity is known of a hash ring"
    assert of_name(made, book(made), "ring.load").reason == ""
    assert of_name(made, book(made), f"store.{name}").reason == ""  # it might say a capacity


def test_what_the_cost_rests_on_is_read_once(facts, book, monkeypatch):
    """A thousand requirements on the cost must not read a thousand items each."""
    read: list[str] = []
    real = formulas.of_name

    def counted(*given):
        read.append(given[2])
        return real(*given)

    monkeypatch.setattr(formulas, "of_name", counted)
    quality = "".join(
        f"    - {{id: Q{i}, metric: cost.per_{per}, op: '<=', target: ${i}/{per}}}\n"
        for i, per in enumerate(("month", "month", "year", "month", "year"), 1)
    )
    items = ", ".join(f"{{text: t{i}, price: core, amount: web.instances}}" for i in range(7))
    text = DESIGN[: DESIGN.index("cost:")] + f"cost: {{items: [{items}]}}\n"
    made = facts(text + "requirements:\n  quality:\n" + quality)
    found = inputs_of_quality(made, book(made))
    assert read == ["web.instances"]
    assert found["components.web.params.instances"] == 4
    assert found["requirements.quality.Q5.target"] == "$5/year"


def test_inputs_that_are_kept_are_nobody_s_to_change(design):
    facts, _ = design
    facts.behind(["each"])["made"] = "up"
    assert facts.behind(["each"]) == {"assumptions.each.value": "50 request/s"}


def test_a_metric_of_the_component_s_own_comes_first(facts, book):
    made = facts(
        "components:\n"
        "  web: {kind: service, params: {rate: 90 request/s, latency: 10 ms, workers: 2,\n"
        "    capacity: 1k request/s}, evidence: [{run: queue}]}\n"
    )
    # of the queue with 90/s, 10 ms and 2 workers 90 * 0.01 / 2 = 45 %; of the capacity 9 %
    found = of_name(made, book(made), "web.utilisation")
    assert str(found.value(made, book(made))) == "45%"
