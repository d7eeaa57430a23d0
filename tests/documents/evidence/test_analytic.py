"""Analytic evidence: a calculator on a component's own parameters."""

from __future__ import annotations

from pathlib import Path

import pytest

from sdcli.core.errors import FaultsFound
from sdcli.design import KINDS, parse
from sdcli.documents import build, check
from sdcli.documents.evidence.book import Book
from sdcli.documents.evidence.measures import shown
from sdcli.documents.facts import Facts
from sdcli.documents.text.markers import blocks_of, pieces
from sdcli.estimate import registry

START = "schema: sdcli/1\nid: x\ntitle: X\n"
POOL = (
    "assumptions: {peak: {value: 800 request/s}}\n"
    "components: {web: {kind: service, params: {rate: peak, latency: 10 ms, workers: 10}, "
    "evidence: [{run: queue}]}}\n"
)


def book_of(text: str) -> Book:
    return Book(Facts(parse(START + text, "design.yaml"), Path("design.yaml")))


def only(text: str):
    book = book_of(text)
    (plan,) = book.plans.values()
    return book, plan


def test_a_calculator_takes_its_parameters_from_the_component_by_the_table_of_its_kind():
    book, plan = only(POOL)
    assert plan.sort == "analytic"
    assert {row.name: row.origin for row in plan.rows()} == {
        "rate": "component",
        "service_time": "component, latency",
        "servers": "component, workers",
    }
    result = book.result(plan)
    assert result is not None
    # M/M/10 at 80 %: Erlang C(10, 8) = 0.409180, W = C S / (c (1 - rho)) + S = 12.0459 ms;
    # Kleinrock, Queueing Systems I, 3.5; the same pool stands in docs of the calculator
    assert result.metrics["mean_time"].unit == "ms"
    assert result.metrics["mean_time"].value == pytest.approx(12.0459, abs=1e-4)
    assert shown(result.metrics["utilisation"]) == "80%"


def test_the_inputs_name_every_key_that_decided_the_values():
    _, plan = only(POOL)
    assert plan.inputs == {
        "components.web.params.rate": "peak",
        "components.web.params.latency": "10 ms",
        "components.web.params.workers": 10,
        "assumptions.peak.value": "800 request/s",
    }


def test_a_seed_of_the_design_is_nothing_to_a_calculator():
    _, plain = only(POOL)
    book, seeded = only(POOL.replace("{run: queue}", "{run: queue, seed: 41}"))
    assert seeded.fingerprint == plain.fingerprint
    assert seeded.inputs == plain.inputs
    result = book.result(seeded)
    assert result is not None
    assert (result.seed, result.fingerprint) == (0, plain.fingerprint)


def test_with_goes_first_and_may_be_a_formula():
    text = POOL.replace("{run: queue}", "{run: queue, with: {rate: peak / 2, target: 50 ms}}")
    _, plan = only(text)
    rows = {row.name: (row.value, row.origin) for row in plan.rows()}
    assert rows["rate"] == ("400 request/s", "with")
    assert rows["target"] == ("50 ms", "with")
    assert plan.inputs["components.web.evidence.queue.with.rate"] == "peak / 2"


def test_where_a_calculator_takes_no_range_it_gets_the_median_and_the_row_says_so():
    _, plan = only(POOL.replace("800 request/s", "400 to 900 request/s"))
    rows = {row.name: row for row in plan.rows()}
    assert rows["rate"].value == "600 request/s"  # sqrt(400 * 900)
    assert rows["rate"].origin == "component, median of 400 to 900 request/s"


def test_a_range_keeps_its_ends_and_decides_at_risk(tmp_path):
    design = tmp_path / "design.yaml"
    design.write_text(
        START + "requirements: {quality: [{id: Q1, metric: cache.memory, of: c, "
        'op: "<=", target: 10 GB}]}\n'
        "components: {c: {kind: cache, params: {rate: 100k to 400k request/s, entry_size: 2.5 B}, "
        "evidence: [{run: cache}]}}\n"
    )
    # 100k/s * 86,400 s * 2.5 B * 20 % = 4.32 GB; 400k: 17.28 GB; the median 200k: 8.64 GB
    verdict = build(design).verdicts[0]
    assert (verdict.word, verdict.shown) == ("at-risk", "8.64 GB")
    assert "4.32 GB to 17.28 GB" in verdict.reason
    for fast in (False, True):
        found = check(design, fast=fast)
        assert [one.word for one in found.requirements] == ["at-risk"]
        assert {block.state for block in found.blocks} == {"fresh"}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("run: queue", "run: queu", "did you mean queue?"),
        ("{run: queue}", "{run: queue, with: {rats: 3}}", "did you mean rate?"),
        ("{run: queue}", "{run: queue, with: {rate: wirtes}}", "with.rate"),
    ],
)
def test_what_is_wrong_with_it_is_a_fault_of_the_design(old, new, words):
    with pytest.raises(FaultsFound) as caught:
        book_of(POOL.replace(old, new))
    assert words in caught.value.render()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("workers: 10", "workers: 8", "the queue grows without end"),
        (", workers: 10", "", "queue needs servers (parameter workers of web)"),
        ("rate: peak", "rate: 5k request/s", "it takes at least 51, and more"),
    ],
)
def test_what_cannot_be_worked_out_is_shown_and_fails(tmp_path, old, new, words):
    design = tmp_path / "design.yaml"
    design.write_text(START + POOL.replace(old, new))
    text = build(design).document.read_text()
    block = blocks_of(pieces(text, "d"))["evidence/web/queue"].text
    assert "**Not worked out**" in block
    assert words in block
    for fast in (False, True):
        states = {one.id: one for one in check(design, fast=fast).blocks}
        assert states["evidence/web/queue"].state == "failed"
        assert words in states["evidence/web/queue"].reason


def test_the_command_works_the_same_thing_out(capsys):
    import shlex

    from sdcli.cli import estimate

    book, plan = only(POOL)
    words = shlex.split(plan.command)
    assert words[:3] == ["sdcli", "estimate", "queue"]
    estimate.main(words[2:])
    printed = capsys.readouterr().out
    result = book.result(plan)
    assert result is not None
    assert shown(result.metrics["p99"]) in printed


def test_a_requirement_is_not_met_by_evidence_for_less_load(tmp_path):
    design = tmp_path / "design.yaml"
    quality = (
        'requirements: {quality: [{id: Q1, metric: queue.p99, of: web, op: "<=", '
        "target: 100 ms, load: LOAD}]}\n"
    )
    words = {}
    for load in ("700 request/s", "800 request/s", "900 request/s"):
        design.write_text(START + quality.replace("LOAD", load) + POOL)
        (verdict,) = build(design, fresh=True).verdicts
        words[load] = (verdict.word, verdict.reason)
    assert words["700 request/s"][0] == words["800 request/s"][0] == "met"
    assert words["900 request/s"] == (
        "unmeasured",
        "it was worked out for 800 request/s, the requirement is for 900 request/s",
    )


def test_every_calculator_of_a_kind_exists_and_takes_what_the_table_says():
    for kind in KINDS.values():
        for name, taken in kind.calculators.items():
            params = {param.name for param in registry.get(name).parameters}
            assert set(taken) <= params, (kind.name, name)
            assert set(taken.values()) <= set(kind.params), (kind.name, name)
        assert kind.copies in ("", *kind.params)
