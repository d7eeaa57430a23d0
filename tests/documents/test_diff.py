"""What differs between two designs: each difference by its part, with sums made by hand."""

from __future__ import annotations

import pytest

from sdcli.design import parse
from sdcli.documents import build
from sdcli.documents.diff import compare, opened, side

WHOLE = """\
schema: sdcli/1
id: shop
title: Shop
nouns: [link, redirect]
summary: A shop for links.
requirements:
  functional: [{id: F1, text: shorten a URL}]
  quality:
    - {id: Q1, metric: ring.balance.peak_to_mean, of: ring, op: "<=", target: 1.25}
    - {id: Q2, metric: estimate.write_rate, op: "<=", target: 1000 link/s}
    - {id: Q3, text: redirects feel instant}
out_of_scope: [accounts]
assumptions:
  writes: {value: 100M link/month, source: product brief}
  read_ratio: {value: 100 redirect/link}
  item: {value: 500 B/link, origin: accepted}
estimates:
  write_rate: {formula: writes, unit: link/s}
  read_rate: {formula: writes * read_ratio, unit: redirect/s}
  data: {formula: writes * item * 5 year, unit: TB}
components:
  lb: {kind: load-balancer}
  web: {kind: service, params: {instances: 4, capacity: 2k request/s, rate: 1k request/s}}
  ring:
    kind: hash-ring
    role: spreads the links
    params: {nodes: 8, vnodes: 160}
    evidence: [{run: ring.balance, with: {keys: 2000}}]
  cache: {kind: cache, params: {size: data / 10}}
  store: {kind: kv-store}
flows:
  redirect: client -> lb -> ring -> cache | store
failures: [{id: X1, of: web, mode: one is lost, survives_if: web.rate <= 2k request/s}]
decisions:
  - id: D1
    options: [ring, modulo]
    choice: ring
    confirm: ring.spread <= 0.1
    revisit_when: write_rate > 1k link/s
cost: {items: [{text: servers, price: core, amount: web.instances * 2}]}
risks: [{id: R1, text: hot keys}]
discussion: [{topic: Codes, text: "Seven letters.\\n\\n- base62"}]
"""


def sides(old, new, tmp_path):
    path = tmp_path / "design.yaml"
    one = opened("old", parse(old, "old.yaml"), path)
    return one, opened("new", parse(new, "new.yaml"), path, beside=one)


def differences(old, new, tmp_path):
    return compare(*sides(old, new, tmp_path))


def changed(*pairs):
    text = WHOLE
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def test_a_design_does_not_differ_from_itself(tmp_path):
    found = differences(WHOLE, WHOLE, tmp_path)
    assert (found.differences, found.wording) == ((), 0)


@pytest.mark.parametrize(
    ("pair", "expected"),
    [
        # 100M / 2,592,000 s = 38.58; 30 times that is 1157 and more than 1000
        (
            ("writes: {value: 100M", "writes: {value: 3000M"),
            ("verdict", "Q2", "met: 38.58 link/s", "unmet: 1.157k link/s", 30.0),
        ),
        (
            ("writes: {value: 100M", "writes: {value: 3000M"),
            ("decision", "D1.revisit_when", "not yet", "revisit now", None),
        ),
        (
            ("writes: {value: 100M", "writes: {value: 250M"),
            ("assumption", "writes", "100M link/month", "250M link/month", 2.5),
        ),
        (
            ("writes: {value: 100M", "writes: {value: 250M"),
            ("estimate", "write_rate", "38.58 link/s", "96.45 link/s", 2.5),
        ),
        (("nodes: 8", "nodes: 12"), ("component", "ring.nodes", "8", "12", 1.5)),
        # data = 100M × 500 B × 60.83 months = 3.04 TB, a tenth of it in the cache
        (
            ("size: data / 10", "size: data / 5"),
            ("component", "cache.size", "304.2 GB", "608.3 GB", 2.0),
        ),
        (("choice: ring", "choice: modulo"), ("decision", "D1", "ring", "modulo", None)),
        (
            ("confirm: ring.spread <= 0.1", "confirm: ring.spread <= 0.000001"),
            ("decision", "D1.confirm", "holds", "does not hold", None),
        ),
        # 4 servers of 2k for 1k: 8 times; for 3k: 8/3, and more than one of them takes
        (
            ("rate: 1k request/s}", "rate: 3k request/s}"),
            (
                *("headroom", "least headroom", "web, room for 8 times the load"),
                *("web, room for 2.667 times the load", 0.3333),
            ),
        ),
        (
            ("rate: 1k request/s}", "rate: 3k request/s}"),
            ("failure", "X1.survives_if", "survives", "does not survive", None),
        ),
        # 4 × 2 cores at $15 a month; 10 × 2
        (
            ("instances: 4", "instances: 10"),
            ("cost", "total", "$120/month", "$300/month", 2.5),
        ),
        (
            ("client -> lb -> ring ->", "client -> ring ->"),
            (
                *("flow", "redirect", "client -> lb -> ring -> cache | store"),
                *("client -> ring -> cache | store", None),
            ),
        ),
        (
            (
                "client -> lb -> ring -> cache | store",
                "{path: client -> lb -> ring -> cache | store, budget: 9 ms}",
            ),
            ("flow", "redirect.budget", None, "9 ms", None),
        ),
        (
            ("target: 1000 link/s", "target: 500 link/s"),
            ("verdict", "Q2", "met: 38.58 link/s", "met: 38.58 link/s", 1.0),
        ),
        (
            ("kind: kv-store", "kind: database"),
            ("component", "store", "kv-store", "database", None),
        ),
        (
            ("title: Shop", "title: Shop\nstatus: review"),
            ("status", "status", "draft", "review", None),
        ),
        (
            ("amount: web.instances * 2", "amount: 2 * web.instances"),
            ("cost", "cost.items[0].amount", "web.instances * 2", "2 * web.instances", None),
        ),
    ],
)  # fmt: skip
def test_a_change_is_found_with_what_it_was_and_what_it_is(pair, expected, tmp_path):
    found = differences(WHOLE, changed(pair), tmp_path).differences
    told = [(one.part, one.key, one.old, one.new, one.factor) for one in found]
    assert expected in told


def test_evidence_is_compared_metric_by_metric(tmp_path):
    found = differences(WHOLE, changed(("vnodes: 160", "vnodes: 10")), tmp_path)
    metrics = {one.key: one for one in found.differences if one.part == "evidence"}
    spread = metrics["ring/ring.balance spread"]
    assert spread.factor is not None
    assert spread.factor > 2  # a sixteenth of the points: about four times the spread
    assert not any("nodes" in key for key in metrics)


def test_a_run_that_is_new_or_gone_is_said_once(tmp_path):
    without = changed(("    evidence: [{run: ring.balance, with: {keys: 2000}}]\n", ""))
    without = without.replace("  - {id: Q1", "  # - {id: Q1", 1).replace(
        "ring.spread <= 0.1", "write_rate <= 1k link/s"
    )
    found = [
        one for one in differences(WHOLE, without, tmp_path).differences if one.part == "evidence"
    ]
    assert [(one.key, one.old, one.new, one.note) for one in found] == [
        ("ring/ring.balance", "holds", None, "gone")
    ]


@pytest.mark.parametrize(
    ("pair", "expected"),
    [
        (
            ("estimates:\n", "  seats: {value: 4}\nestimates:\n"),
            ("assumption", "seats", None, "4", "new"),
        ),
        (
            ("components:\n", "components:\n  jobs: {kind: queue}\n"),
            ("component", "jobs", None, "queue", "new"),
        ),
        (
            ("flows:\n", "flows:\n  count: client -> lb\n"),
            ("flow", "count", None, "client -> lb", "new"),
        ),
        (
            ("decisions:\n", "decisions:\n  - {id: D2, choice: base62}\n"),
            ("decision", "D2", None, "base62", "new"),
        ),
        (
            ("    - {id: Q3, text: redirects feel instant}\n", ""),
            ("verdict", "Q3", "unmeasured", None, "gone"),
        ),
        (
            ("risks: [", "risks: [{id: R2, text: cold keys}, "),
            ("risk", "risks.R2", None, "cold keys", "new"),
        ),
        (
            ("flows:\n", "data: {pair: {fields: {k: {type: int}, v: {type: int}}}}\nflows:\n"),
            ("data", "pair", None, "k, v", "new"),
        ),
    ],
)  # fmt: skip
def test_a_part_that_is_new_or_gone_is_said_once(pair, expected, tmp_path):
    found = differences(WHOLE, changed(pair), tmp_path).differences
    assert [(one.part, one.key, one.old, one.new, one.note) for one in found] == [expected]


@pytest.mark.parametrize(
    "pair",
    [
        ("summary: A shop for links.", "summary: Another shop."),
        ("role: spreads the links", "role: spreads them"),
        ("text: hot keys", "text: warm keys"),
        ("source: product brief", "source: our brief"),
        ("out_of_scope: [accounts]", "out_of_scope: [accounts and bills]"),
        ("mode: one is lost", "mode: one goes away"),
        ('text: "Seven letters.', 'text: "Eight letters.'),
    ],
)
def test_prose_is_counted_and_not_compared(pair, tmp_path):
    found = differences(WHOLE, changed(pair), tmp_path)
    assert (found.differences, found.wording) == ((), 1)


def test_the_order_of_parts_is_no_difference(tmp_path):
    moved = changed(
        ("    - {id: Q3, text: redirects feel instant}\n", ""),
        ("  quality:\n", "  quality:\n    - {id: Q3, text: redirects feel instant}\n"),
    )
    assert differences(WHOLE, moved, tmp_path).differences == ()


def test_verdicts_stand_first_and_what_got_worse_before_the_rest(tmp_path):
    after = changed(
        ("writes: {value: 100M", "writes: {value: 3000M"),
        ("target: 1.25", "target: 1.3"),
        ("choice: ring", "choice: modulo"),
    )
    parts = [one.part for one in differences(WHOLE, after, tmp_path).differences]
    assert parts[:2] == ["verdict", "verdict"]
    assert [part for i, part in enumerate(parts) if i == 0 or parts[i - 1] != part] == [
        *("verdict", "decision", "component", "estimate", "assumption"),
    ]
    found = differences(WHOLE, after, tmp_path).differences
    assert [one.key for one in found[:2]] == ["Q2", "Q1"]


def test_what_got_worse_stands_before_what_got_better(tmp_path):
    before = changed(("target: 1.25", "target: 1"))  # no ring is that even
    after = changed(("target: 1000 link/s", "target: 10 link/s"))
    found = differences(before, after, tmp_path).differences
    assert [(one.part, one.key) for one in found[:2]] == [("verdict", "Q2"), ("verdict", "Q1")]
    assert str(found[0].new).startswith("unmet")
    assert str(found[1].new).startswith("met")


def test_json_has_every_difference_in_full(tmp_path):
    told = differences(WHOLE, changed(("nodes: 8", "nodes: 12")), tmp_path).to_json()
    assert (told["old"], told["new"], told["wording"]) == ("old", "new", 0)
    change = {"part": "component", "key": "ring.nodes", "old": "8", "new": "12"}
    assert {**change, "factor": 1.5, "note": ""} in told["changes"]


def test_fast_takes_what_the_ledgers_have_and_runs_nothing(tmp_path, monkeypatch):
    from sdcli.documents.evidence.exact import Exact

    paths = []
    for name, text in (("old", WHOLE), ("new", changed(("vnodes: 160", "vnodes: 10")))):
        path = tmp_path / name / "design.yaml"
        path.parent.mkdir()
        path.write_text(text)
        build(path)
        paths.append(path)
    whole = compare(side(paths[0]), side(paths[1]))

    def never(plan):
        raise AssertionError(plan.name)

    monkeypatch.setattr(Exact, "run", never)
    fast = compare(side(paths[0], fast=True), side(paths[1], fast=True))
    assert fast == whole
    (paths[1].parent / "shop.evidence.json").unlink()
    lost = compare(side(paths[0], fast=True), side(paths[1], fast=True))
    assert ("evidence", "ring/ring.balance", "holds", "not run") in [
        (one.part, one.key, one.old, one.new) for one in lost.differences
    ]


def test_one_run_serves_both_designs(tmp_path, monkeypatch):
    from sdcli.documents.evidence.exact import Exact

    ran = []
    run = Exact.run
    monkeypatch.setattr(Exact, "run", lambda plan: ran.append(plan.fingerprint) or run(plan))
    differences(WHOLE, changed(("target: 1.25", "target: 1.3")), tmp_path)
    assert len(ran) == len(set(ran)) == 1


def test_runs_that_fail_now_stand_before_the_others(tmp_path):
    extra = "  ring2:\n    kind: hash-ring\n    params: {nodes: 8, vnodes: 1M}\n"
    extra += "    evidence: [{run: ring.balance, with: {keys: 2000}}]\n"
    first = extra.replace("ring2", "ring0").replace("1M", "40")
    new = WHOLE.replace("  cache: {kind: cache", f"{first}{extra}  cache: {{kind: cache", 1)
    new = new.replace("vnodes: 160", "vnodes: 20", 1)
    found = [one for one in differences(WHOLE, new, tmp_path).differences if one.part == "evidence"]
    runs = [(one.key, one.new) for one in found if one.note]
    assert runs == [("ring2/ring.balance", "not run"), ("ring0/ring.balance", "holds")]
    assert found[0].key == "ring2/ring.balance"  # and the metrics of `ring` last
    assert found[-1].key.startswith("ring/ring.balance ")
