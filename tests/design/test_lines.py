"""The one-line forms: what they take, and what each refusal says."""

from __future__ import annotations

import pytest

from sdcli.core.errors import InputError
from sdcli.design import parse_component, parse_decision, parse_flow, parse_quality
from sdcli.design.lines import MESSAGES_MAX, messages
from sdcli.units import quantity


@pytest.mark.parametrize(
    ("line", "name", "kind", "given"),
    [
        (
            "ring: hash-ring nodes=8 vnodes=160",
            "ring",
            "hash-ring",
            {"nodes": "8", "vnodes": "160"},
        ),
        ("lb: load-balancer", "lb", "load-balancer", {}),
        ("  lb  :  load-balancer  ", "lb", "load-balancer", {}),
        ("c: cache size=cache_bytes", "c", "cache", {"size": "cache_bytes"}),
        ("c: cache size = 2 * x ttl = 1 day", "c", "cache", {"size": "2 * x", "ttl": "1 day"}),
        (
            "lim: rate-limiter rate=100 request/s burst=50 request algorithm=token-bucket",
            "lim",
            "rate-limiter",
            {"algorithm": "token-bucket", "rate": "100 request/s", "burst": "50 request"},
        ),
    ],
)
def test_a_component_line_gives_name_kind_and_parameters(line, name, kind, given):
    found, component = parse_component(line)
    assert (found, component.kind, component.given) == (name, kind, given)


def test_the_algorithm_of_a_rate_limiter_stands_under_its_own_key():
    _, component = parse_component("lim: rate-limiter algorithm=token-bucket rate=5 request/s")
    assert component.algorithm == "token-bucket"
    assert component.params == {"rate": "5 request/s"}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("ring hash-ring", "not NAME: component"),
        ("ring:", "not NAME: component"),
        ("Ring: hash-ring", "not a name"),
        ("ring-1: hash-ring", "not a name"),  # a formula would subtract
        ("client: service", "built in"),
        ("ring: hash-rng", "did you mean hash-ring?"),
        ("ring: hash-ring node=8", "did you mean nodes?"),
        ("ring: hash-ring big nodes=8", "big is not PARAM=VALUE"),
        ("ring: hash-ring nodes=", "no value"),
        ("ring: hash-ring nodes=8 nodes=9", "stands twice"),
        ("ring: hash-ring nodes=0", "1 or more"),
        ("ring: hash-ring nodes=2.5", "ceil(2.5)"),
        ("ring: hash-ring nodes=8 GB", "not a plain number"),
        ("c: cache size=5 s", "information"),
        ("c: cache hit_share=120 %", "0 to 1"),
        ("q: queue delivery=at-least-onc", "did you mean at-least-once"),
    ],
)
def test_a_component_line_that_cannot_be_used_says_why(line, words):
    with pytest.raises(InputError) as caught:
        parse_component(line)
    assert words in caught.value.render()


def test_more_copies_than_servers_are_refused_where_they_are_typed():
    with pytest.raises(InputError, match="not that many nodes: 30 of 12") as caught:
        parse_component("ring: hash-ring nodes=12 replicas=30", env={})
    assert caught.value.where == "ring.replicas"


def test_a_formula_is_checked_where_its_names_are_known():
    env = {"data": quantity("3 TB")}
    assert parse_component("c: cache size=data / 10", env=env)[1].params == {"size": "data / 10"}
    with pytest.raises(InputError, match="known here"):
        parse_component("c: cache size=dta / 10", env=env)
    with pytest.raises(InputError):
        parse_component("r: hash-ring nodes=data", env=env)  # an amount is no count


@pytest.mark.parametrize(
    ("line", "hops"),
    [
        ("a: client -> web", (("client",), ("web",))),
        ("read: client->web->cache|store", (("client",), ("web",), ("cache", "store"))),
        ("clean-up: web -> q -> worker", (("web",), ("q",), ("worker",))),
    ],
)
def test_a_flow_line_gives_hops_with_their_alternatives(line, hops):
    assert parse_flow(line)[1].hops == hops


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("client -> web", "not NAME: flow"),
        ("f: client", "at least two hops"),
        ("f: client ->", "a hop is empty"),
        ("f: client -> web |", "a hop is empty"),
        ("f: client -> Web Server", "not a component's name"),
        ("f: web -> web", "calls itself"),
        ("f: client -> web | web", "twice"),
    ],
)
def test_a_flow_line_that_cannot_be_used_says_why(line, words):
    with pytest.raises(InputError) as caught:
        parse_flow(line)
    assert words in caught.value.render()


def test_a_flow_over_unknown_components_is_refused_with_the_nearest_name():
    with pytest.raises(InputError) as caught:
        parse_flow("f: client -> cahce", components=["cache", "store"])
    assert caught.value.fix == "did you mean cache?"


def test_a_flow_that_branches_too_often_is_refused_and_counting_it_is_cheap():
    hops = (("client",), *([("a", "b"), ("c", "d")] * 200))
    assert messages(hops) > MESSAGES_MAX
    path = " -> ".join(" | ".join(hop) for hop in hops[:14])
    with pytest.raises(InputError, match="too many calls"):
        parse_flow(f"f: {path}")


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        (
            "ring.balance.peak_to_mean of ring <= 1.25",
            ("ring.balance.peak_to_mean", "ring", "<=", "1.25"),
        ),
        ("estimate.write_rate<1000 link/s", ("estimate.write_rate", "", "<", "1000 link/s")),
        ("a.b.c of d >= 99.9 %", ("a.b.c", "d", ">=", "99.9 %")),
    ],
)
def test_a_quality_line_gives_metric_source_operator_and_target(line, parts):
    found = parse_quality(line, name="Q3")
    assert (found.metric, found.of, found.op, found.target) == parts
    assert found.id == "Q3"
    assert parse_quality(found.line).target == found.target


@pytest.mark.parametrize("line", ["fast", "a <= 3", "a.b = 3", "a.b of <= 3", "a.b <="])
def test_a_quality_line_of_another_form_is_refused(line):
    with pytest.raises(InputError, match="METRIC of COMPONENT"):
        parse_quality(line)


def test_a_decision_line_gives_choice_options_and_reason():
    found = parse_decision("base62 over UUID, hash of the URL because it is short", name="D2")
    assert (found.id, found.choice, found.because) == ("D2", "base62", "it is short")
    assert found.names == ("base62", "UUID", "hash of the URL")
    assert parse_decision("a over b").because == ""


@pytest.mark.parametrize("line", ["base62", "over UUID because x", "a over", "a over b, because c"])
def test_a_decision_line_of_another_form_is_refused(line):
    with pytest.raises(InputError, match="CHOICE over OPTION"):
        parse_decision(line)


def test_an_error_shows_no_control_character_of_the_line():
    with pytest.raises(InputError) as caught:
        parse_component("x: \x1b[31mboom")
    assert "\x1b" not in caught.value.render()
