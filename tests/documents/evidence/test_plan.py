"""Runs with a component's own parameters, and what identifies them."""

from __future__ import annotations

import os
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

import sdcli
from sdcli.core.errors import FaultsFound
from sdcli.design import KINDS, parse
from sdcli.documents.evidence.book import Book
from sdcli.documents.evidence.provenance import changed, sources_of
from sdcli.documents.evidence.result import Evidence, Measure, fingerprint
from sdcli.documents.facts import Facts
from sdcli.experiments import get, names

START = "schema: sdcli/1\nid: x\ntitle: X\n"


def book_of(text: str) -> Book:
    return Book(Facts(parse(START + text, "design.yaml"), Path("design.yaml")))


def plan_of(text: str):
    return next(iter(book_of(text).plans.values()))


def test_the_fingerprint_is_the_hash_of_canonical_json():
    # written out by hand: keys sorted, no spaces
    text = '{"experiment":"a.b","params":{"n":8,"v":"x"},"revision":2,"seed":7}'
    assert fingerprint("a.b", 2, {"v": "x", "n": 8}, 7) == sha256(text.encode()).hexdigest()


def test_parameters_of_the_same_name_come_from_the_component_and_with_goes_first():
    plan = plan_of(
        "components: {r: {kind: hash-ring, params: {nodes: 4}, "
        "evidence: [{run: ring.balance, with: {vnodes: 50, keys: 1k}, seed: 3}]}}"
    )
    assert (plan.bound.nodes, plan.bound.vnodes, plan.bound.keys) == (4, 50, 1000)
    assert plan.item.seed == 3
    assert plan.origins == {
        "nodes": "component",
        "vnodes": "with",
        "keys": "with",
        "hash": "component",
    }
    assert plan.inputs == {
        "components.r.params.nodes": 4,
        "components.r.evidence.ring.balance.with.vnodes": 50,
        "components.r.evidence.ring.balance.with.keys": "1k",
        "components.r.params.hash": "blake2b",
        "components.r.evidence.ring.balance.seed": 3,
    }


def test_a_parameter_may_be_a_formula_and_its_assumptions_are_inputs():
    plan = plan_of(
        "assumptions: {data: {value: 7 TB}}\n"
        "estimates: {servers: {formula: ceil(data / 2 TB)}}\n"
        "components: {r: {kind: hash-ring, params: {nodes: servers * 2}, "
        "evidence: [{run: ring.balance, with: {keys: servers * 100}}]}}"
    )
    assert plan.bound.nodes == 8  # ceil(3.5) * 2
    assert plan.bound.keys == 400
    assert plan.inputs["assumptions.data.value"] == "7 TB"
    assert plan.inputs["estimates.servers.formula"] == "ceil(data / 2 TB)"


def test_an_algorithm_is_read_from_its_own_key():
    plan = plan_of(
        "components: {l: {kind: rate-limiter, algorithm: fixed-window, "
        "params: {rate: 600 request/min}, evidence: [{run: limiter.burst}]}}"
    )
    assert plan.bound.algorithm == "fixed-window"
    assert plan.bound.rate == pytest.approx(10)
    assert plan.inputs["components.l.algorithm"] == "fixed-window"


@pytest.mark.parametrize(
    ("evidence", "words"),
    [
        ("{run: ring.balanc}", "did you mean ring.balance or"),
        ("{run: ring.balance, with: {vnode: 3}}", "did you mean vnodes?"),
        ("{run: ring.balance, with: {keys: 3 GB}}", "this is information"),
        ("{run: ring.balance, with: {keys: wirtes}}", "components.r.evidence[0].with.keys"),
    ],
)
def test_what_is_wrong_with_a_run_is_a_fault_of_the_design(evidence, words):
    with pytest.raises(FaultsFound) as caught:
        book_of(f"components: {{r: {{kind: hash-ring, evidence: [{evidence}]}}}}")
    assert words in caught.value.render()
    assert caught.value.faults[0].line == 4


@pytest.mark.parametrize(
    ("evidence", "words"),
    [
        (
            "{run: ring.hotkey, with: {bound: 0.9}}",
            "evidence[0].with.bound: ring.hotkey: this is out of bounds: 0.9; expected a ",
        ),
        ("{run: ring.hotkey, with: {skew: 10}}", "this is out of bounds: 10; expected"),
        (
            "{run: ring.plan, with: {added: 0}}",
            "with.added: ring.plan: this is out of bounds: 0; expected a whole number from 1 to ",
        ),
        ("{run: ring.hotkey, with: {hash: md5}}", "not one of the choices: md5; expected blake2b"),
        (
            "{run: servers, with: {peak: 9/s, per_server: 1/s, utilisation: 3}}",
            "with.utilisation: servers: this must be from 0.01 to 1: 3; expected",
        ),
        ("{run: queue, with: {rate: 3 GB}}", "with.rate: queue: this is not events per time: 3 GB"),
    ],
)
def test_a_value_typed_for_a_run_and_out_of_its_bounds_is_a_fault_with_its_line(evidence, words):
    with pytest.raises(FaultsFound) as caught:
        book_of(f"components: {{r: {{kind: hash-ring, evidence: [{evidence}]}}}}")
    assert words in caught.value.render()
    assert caught.value.faults[0].line == 4


@pytest.mark.parametrize(
    ("evidence", "words"),
    [
        ("{run: ring.hotkey, with: {bound: share / 2}}", "bound: this is out of bounds: 200; "),
        (
            "{run: servers, with: {peak: 9/s, per_server: 1/s, utilisation: share / 2}}",
            "utilisation: this must be from 0.01 to 1: 200; ",
        ),
    ],
)
def test_a_value_that_an_assumption_decides_and_a_run_refuses_is_no_fault(evidence, words):
    """It may be within the bounds again tomorrow: the block says why it did not run."""
    book = book_of(
        "assumptions: {share: {value: 400, source: s}}\n"
        f"components: {{r: {{kind: hash-ring, evidence: [{evidence}]}}}}"
    )
    (plan,) = book.plans.values()
    assert book.result(plan) is None
    assert words in book.problem(plan)


COPIES = (
    "assumptions: {copies: {value: 30, source: s}}\n"
    "components: {r: {kind: hash-ring, params: {nodes: 12}, "
    "evidence: [{run: ring.plan, with: {replicas: %s}}]}}"
)


def test_what_a_run_refuses_beside_its_other_values_is_a_fault_where_it_was_typed():
    """No parameter alone is out of its bounds: 30 copies are too many for 12 nodes."""
    book = book_of(COPIES % 30)
    with pytest.raises(FaultsFound) as caught:
        book.result(next(iter(book.plans.values())))
    told = caught.value.render()
    assert "components.r.evidence[0].with.replicas: ring.plan: there are not that many" in told
    assert "30 copies on 12 nodes; expected from 1 to 12" in told
    assert caught.value.faults[0].line == 5


def test_what_a_run_refuses_of_the_design_as_an_option_would_have_it_is_no_fault_of_the_design():
    twelve = book_of(COPIES % 10)
    five = book_of((COPIES % 10).replace("nodes: 12", "nodes: 5"))
    book = twelve.beside(five.facts)
    assert "10 copies on 5 nodes" in book.problem(next(iter(book.plans.values())))


def test_what_a_run_refuses_of_an_assumption_is_told_with_what_came():
    book = book_of(COPIES % "copies")
    (plan,) = book.plans.values()
    assert book.result(plan) is None
    assert "30 copies on 12 nodes; it takes from 1 to 12" in book.problem(plan)


def test_a_component_has_no_evidence_unless_it_is_listed():
    assert book_of("components: {r: {kind: hash-ring}}").plans == {}


def test_two_runs_of_one_fingerprint_run_once():
    book = book_of(
        "components:\n"
        "  a: {kind: rate-limiter, evidence: [{run: limiter.burst}]}\n"
        "  b: {kind: rate-limiter, evidence: [{run: limiter.burst}]}\n"
    )
    one, two = book.plans.values()
    assert book.result(one) is book.result(two)


def test_more_runs_than_anybody_reads_are_refused_before_one_begins():
    rings = "\n".join(
        f"  r{i}: {{kind: hash-ring, evidence: [{{run: ring.balance, seed: {i}}}]}}"
        for i in range(65)
    )
    with pytest.raises(FaultsFound) as caught:
        book_of(f"components:\n{rings}\n")
    assert "this is run 65 of 65" in caught.value.render()
    assert caught.value.faults[0].line == 69  # three lines, the key, and the 65th ring


ONE = Evidence(
    sort="exact",
    experiment="a.b",
    revision=1,
    params={},
    seed=7,
    metrics={"share": Measure(0.1), "count": Measure(100.0)},
    verdict="holds",
    note="",
    scale="1:1",
)


@pytest.mark.parametrize(
    ("changes", "agrees"),
    [
        ({}, True),
        ({"note": "in other words"}, True),
        ({"metrics": {"share": Measure(0.1 * (1 + 1e-10)), "count": Measure(100.0)}}, True),
        ({"metrics": {"share": Measure(0.1 * (1 + 1e-8)), "count": Measure(100.0)}}, False),
        ({"metrics": {"share": Measure(0.1), "count": Measure(101.0)}}, False),
        ({"metrics": {"share": Measure(0.1)}}, False),
        ({"verdict": "fails"}, False),
    ],
)
def test_results_agree_within_rounding_and_counts_exactly(changes, agrees):
    assert ONE.agrees(replace(ONE, **changes)) is agrees


def test_a_large_count_off_by_one_does_not_agree():
    """One in 10^10 is within the rounding of a share, and still a miscount."""
    one = replace(ONE, metrics={"count": Measure(1e10)})
    assert not one.agrees(replace(ONE, metrics={"count": Measure(1e10 + 1)}))


def test_the_sources_of_an_experiment_are_its_module_and_its_reference():
    found = sources_of("sdcli.experiments.ring_balance")
    assert "sdcli/experiments/ring_balance.py" in found
    assert "sdcli/reference/hashing/ring.py" in found
    assert not any(name.startswith(("sdcli/cli/", "sdcli/reference/limiters/")) for name in found)
    assert list(found) == sorted(found)
    assert changed(found) == []


def test_a_source_that_changed_or_went_is_named_and_nothing_outside_is_read(tmp_path):
    found = sources_of("sdcli.experiments.ring_balance")
    name = "sdcli/experiments/ring_balance.py"
    assert changed({**found, name: "0" * 64}) == [name]
    assert changed({"sdcli/gone.py": "0" * 64}) == ["sdcli/gone.py"]
    outside = tmp_path / "outside.py"
    outside.write_text("x = 1\n")
    escaping = os.path.relpath(outside, Path(sdcli.__file__).parents[1])
    assert changed({escaping: sha256(outside.read_bytes()).hexdigest()}) == [escaping]


def test_every_experiment_of_a_kind_exists_and_takes_its_parameters():
    for kind in KINDS.values():
        for name in kind.experiments:
            assert name in names()
            params = {param.name: param for param in get(name).parameters}
            shared = [key for key in kind.params if key in params]
            assert shared
            for key in shared if name in kind.standard else ():  # others may begin elsewhere
                spec, default = kind.params[key], params[key].default
                assert spec.default in (None, str(default)), (kind.name, key)


def test_what_a_plan_moves_may_be_an_estimate_and_copies_and_bound_are_the_components():
    book = book_of(
        "nouns: [photo]\n"
        "assumptions: {photos: {value: 2M photo, source: s}, "
        "size: {value: 500 KB/photo, source: s}}\n"
        "estimates: {stored: {formula: photos * size, unit: TB}}\n"
        "components: {r: {kind: hash-ring, params: {nodes: 12, replicas: 2, bound: 1.5}, "
        "evidence: [{run: ring.plan, with: {data: stored, bandwidth: 1 Gbit/s}}, "
        "{run: ring.hotkey}]}}"
    )
    plan, hotkey = book.plans.values()
    assert (plan.bound.nodes, plan.bound.replicas, plan.bound.data) == (12, 2, 1e12)
    assert plan.bound.bandwidth == 125e6
    assert {"assumptions.photos.value", "assumptions.size.value"} <= plan.inputs.keys()
    assert (hotkey.bound.nodes, hotkey.bound.bound) == (12, 1.5)


def test_what_a_design_gets_by_itself_is_among_what_can_back_it():
    for kind in KINDS.values():
        assert set(kind.standard) <= set(kind.experiments)
        assert bool(kind.standard) == bool(kind.experiments), kind.name
