"""What no single field can know to be wrong."""

from __future__ import annotations

import pytest

from sdcli.design import parse, validate

WHOLE = """\
schema: sdcli/1
id: shop
title: Shop
nouns: [link]
requirements:
  functional: [{id: F1, text: sell}, {id: F2, text: refund}]
  quality:
    - {id: Q1, metric: ring.balance.peak_to_mean, of: ring, op: "<=", target: 1.25}
    - {id: Q2, metric: estimate.write_rate, op: "<=", target: 1000 link/s}
    - {id: Q3, text: it feels quick}
assumptions:
  writes: {value: 100M link/month}
  item: {value: 500 B/link}
estimates:
  write_rate: {formula: writes, unit: link/s}
  data: {formula: writes * item * 5 year, unit: TB}
components:
  ring: {kind: hash-ring, params: {nodes: ceil(data / 1 TB)}, evidence: [{run: ring.balance}]}
  cache: {kind: cache, params: {size: data / 10}}
flows: {read: client -> ring -> cache}
decisions:
  - {id: D1, options: [ring, modulo], choice: ring, confirm: ring.spread <= 0.1,
     revisit_when: write_rate > 1k link/s}
risks: [{id: R1, text: hot keys}]
"""


def faults_of(text: str) -> list[str]:
    return [fault.render() for fault in validate(parse(text, "design.yaml"))]


def test_a_sound_design_has_no_fault():
    assert faults_of(WHOLE) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("unit: link/s", "unit: GB", 15, "estimates.write_rate.formula: this is not information"),
        ("formula: writes, ", "formula: wirtes, ", 15, "did you mean writes?"),
        ("500 B/link", "500 B/lnik", 13, "assumptions.item.value"),
        ("formula: writes, unit", "formula: write_rate, unit", 15, "own result"),
        ("ceil(data / 1 TB)", "data", 18, "params.nodes: this is information, not a plain number"),
        ("ceil(data / 1 TB)", "0", 18, "1 or more"),
        ("nodes: ceil", "node: ceil", 18, "did you mean nodes?"),
        ("kind: cache", "kind: cahce", 19, "did you mean cache?"),
        ("size: data / 10", "size: dta / 10", 19, "did you mean data?"),
        ("ring -> cache", "ring -> cahce", 20, "did you mean cache?"),
        ("client -> ring -> cache", "client", 20, "two hops"),
        ("of: ring", "of: rong", 8, "did you mean ring?"),
        ("target: 1.25", "target: 1.25 parsnip", 8, "requirements.quality[0].target"),
        (', op: "<=", target: 1.25', "", 8, "needs op and target"),
        ("metric: ring.balance.peak_to_mean", "metric: peak", 8, "not a metric"),
        ("estimate.write_rate", "estimate.write_rat", 9, "did you mean write_rate?"),
        ("target: 1000 link/s", "target: 1 GB", 9, "the target is information"),
        ("text: it feels quick", 'text: ""', 10, "neither text nor a metric"),
        ("text: it feels quick", "text: quick, target: 3", 10, "without a metric"),
        ("{id: F2", "{id: F1", 6, "F1 stands twice"),
        ("  data: {", "  item: {", 16, "is an assumption already"),
        ("choice: ring", "choice: rang", 22, "not among the options"),
        ("ring.spread <= 0.1", "ring.spread", 22, "not a comparison"),
        ("ring.spread <= 0.1", "rong.spread <= 0.1", 22, "did you mean ring?"),
        ("write_rate > 1k", "write_rat > 1k", 23, "did you mean write_rate?"),
        ("[link]", "[Link]", 4, "one lower-case word"),
        ("cache: {kind", "client: {kind", 19, "built in"),
        ("{run: ring.balance}", "{run: Balance!}", 18, "not an experiment or a calculator"),
        ("{run: ring.balance}", "{run: r.b}, {run: r.b}", 18, "stands twice"),
    ],
)
def test_each_fault_is_found_with_its_line(old, new, line, words):
    assert old in WHOLE
    found = validate(parse(WHOLE.replace(old, new), "design.yaml"))
    assert any(fault.line == line and words in fault.render() for fault in found), found


def test_all_faults_are_found_at_once_in_the_order_of_the_file():
    text = WHOLE.replace("of: ring", "of: rong").replace("kind: cache", "kind: cahce")
    lines = [fault.line for fault in validate(parse(text, "design.yaml"))]
    assert lines == [8, 19]


def test_an_algorithm_is_refused_where_the_kind_has_none_and_where_it_stands_twice():
    text = WHOLE.replace("{kind: cache, ", "{kind: cache, algorithm: lru, ")
    assert any("no parameter algorithm" in fault for fault in faults_of(text))
    text = WHOLE.replace(
        "{kind: cache, params: {size: data / 10}}",
        "{kind: rate-limiter, algorithm: a, params: {algorithm: a}}",
    )
    assert any("stands in params too" in fault for fault in faults_of(text))
