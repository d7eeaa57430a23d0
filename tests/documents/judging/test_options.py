"""What the options of a decision come to: the design as it stands, and as it would stand."""

from __future__ import annotations

import pytest

from sdcli.core.errors import FaultsFound
from sdcli.documents.evidence.exact import Exact
from sdcli.documents.judging import options
from sdcli.documents.text.markers import blocks_of, pieces

# A token bucket admits burst + rate * window at worst: 20 + 10 * 1 = 30. A fixed window admits
# 2 * rate * window = 20. With burst 10 and rate 5: 10 + 5 = 15. 86.4M/day are 1000/s.
GATE = """\
schema: sdcli/1
id: shop
title: Gate
profile: rfc
assumptions:
  calls: {value: 86.4M request/day}
  share: {value: 0.5}
estimates:
  load: {formula: calls * share, unit: request/s}
components:
  gate:
    kind: rate-limiter
    algorithm: token-bucket
    params: {rate: 10 request/s, burst: 20 request, window: 1 s}
    evidence: [{run: limiter.burst}]
  web: {kind: service, params: {instances: ceil(load / (100 request/s))}}
decisions:
  - id: D1
    options:
      - {name: fixed window, with: {gate.algorithm: fixed-window}}
      - {name: token bucket, text: as it is}
      - {name: half of it, with: {gate.burst: 10 request, gate.rate: 5 request/s}}
      - {name: fewer calls, with: {calls: 8.64M request/day}}
      - {name: from a book, values: {worst: 12 request}}
      - {name: leaky, with: {gate.algorithm: fixed-window}, values: {worst: gate.bound * 2}}
    compare: {worst: gate.admitted_worst_window, calls: load, servers: web.instances}
    choice: token bucket
"""


@pytest.fixture
def gate(desk):
    desk.design.write_text(GATE)
    return desk


def rows(desk) -> dict[str, list[str]]:
    """The cells of the first comparison, by option; the chosen option has stars."""
    text = blocks_of(pieces(desk.text, "d"))["decisions"].text
    table = [line for line in text.splitlines() if line.startswith("|")]
    return {
        cells[0]: cells[1:]
        for line in table[2:]
        for cells in ([cell.strip() for cell in line.strip("|").split("|")],)
    }


def test_each_option_is_worked_out_as_the_design_would_stand(gate):
    gate.build()
    # 500 request/s need 5 servers of 100; a tenth of the calls are 50 request/s, for one server
    assert list(rows(gate).items()) == [
        ("**token bucket** (chosen)", ["30 request", "500 request/s", "5"]),
        ("fixed window", ["20 request", "500 request/s", "5"]),
        ("half of it", ["15 request", "500 request/s", "5"]),
        ("fewer calls", ["30 request", "50 request/s", "1"]),
        ("from a book", ["12 request", "not given", "not given"]),
        ("leaky", ["40 request", "500 request/s", "5"]),
    ]
    assert "worked out with `gate.algorithm` = `fixed-window`" in gate.text
    assert "worst here is `12 request`" in gate.text
    assert gate.check().state == "fresh"


def test_an_algorithm_among_the_parameters_is_changed_there(gate):
    gate.change("    algorithm: token-bucket\n", "")
    gate.change("params: {rate", "params: {algorithm: token-bucket, rate")
    gate.build()
    assert rows(gate)["fixed window"][0] == "20 request"


def test_a_choice_that_changes_the_design_is_worked_out_with_its_change(gate):
    gate.change("choice: token bucket", "choice: half of it")
    gate.build()
    assert next(iter(rows(gate).items())) == (
        "**half of it** (chosen)",
        ["15 request", "500 request/s", "5"],
    )
    assert rows(gate)["token bucket"] == ["not given"] * 3


def test_a_change_that_does_not_hold_together_says_so_in_its_cells_alone(gate):
    gate.change("calls: 8.64M request/day", "calls: 0 request/day")  # ceil(0) = 0 servers
    gate.build()
    reason = rows(gate)["fewer calls"]
    assert len(set(reason)) == 1
    assert "components.web.params.instances: this is out of bounds" in reason[0]
    assert rows(gate)["half of it"][0] == "15 request"


def test_a_number_that_cannot_be_had_says_why_in_its_cell(gate):
    gate.change("worst: 12 request", "worst: gate.bound + load")
    gate.build()
    assert rows(gate)["from a book"][0] == "this adds request and request / time"


def test_what_two_options_need_runs_once(gate, monkeypatch):
    ran: list[str] = []
    run = Exact.run

    def counted(plan):
        ran.append(plan.fingerprint)
        return run(plan)

    monkeypatch.setattr(Exact, "run", counted)
    gate.build()
    assert len(ran) == len(set(ran)) == 3  # as it is, fixed window (for two options), half of it


def test_a_fast_check_runs_no_option(gate, monkeypatch):
    gate.build()

    def run(plan):
        raise AssertionError(f"{plan.name} ran")

    monkeypatch.setattr(Exact, "run", run)
    assert {block.state for block in gate.check(fast=True).blocks} == {"fresh"}


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("burst: 20 request,", "burst: 30 request,", "components.gate.params.burst"),
        ("gate.burst: 10", "gate.burst: 11", "decisions.D1.options[2].with.gate.burst"),
        ("share: {value: 0.5}", "share: {value: 0.4}", "assumptions.share.value"),
        ("worst: 12", "worst: 13", "decisions.D1.options[4].values.worst"),
        ("calls: load,", "calls: load * 2,", "decisions.D1.compare.calls"),
        ("choice: token bucket", "choice: half of it", "decisions.D1.choice"),
    ],
)
def test_a_change_of_what_a_comparison_rests_on_is_named(gate, old, new, key):
    gate.build()
    gate.change(old, new)
    state = {block.id: block for block in gate.check(fast=True).blocks}["decisions"]
    assert (state.state, state.key) == ("input-stale", key)


def test_a_formula_in_an_option_is_read_with_what_it_names(gate):
    gate.change("gate.burst: 10 request", "gate.burst: share * 20 request")
    gate.change("calls: load, servers: web.instances", "window: gate.nominal")
    gate.build()
    assert rows(gate)["half of it"][0] == "15 request"  # 0.5 * 20 = 10, as before
    gate.change("share: {value: 0.5}", "share: {value: 0.25}")
    state = {block.id: block for block in gate.check(fast=True).blocks}["decisions"]
    assert (state.state, state.key) == ("input-stale", "assumptions.share.value")


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("{name: x, with: {gat.burst: 1 request}}", "did you mean gate?"),
        ("{name: x, with: {gate.bursts: 1 request}}", "did you mean burst?"),
        ("{name: x, with: {call: 1 request/s}}", "did you mean calls?"),
        ("{name: x, with: {gate.burst: 1 s}}", "expected request, like 5 request"),
        ("{name: x, values: {worse: 1}}", "did you mean worst?"),
        ("{name: x, values: {worst: gate.bounds}}", "did you mean bound?"),
    ],
)
def test_an_option_that_changes_what_there_is_not_is_a_fault_with_its_line(gate, option, message):
    gate.change("{name: from a book, values: {worst: 12 request}}", option)
    with pytest.raises(FaultsFound) as caught:
        gate.build()
    fault = caught.value.faults[0]
    line = next(
        i for i, text in enumerate(gate.design.read_text().splitlines(), 1) if "{name: x" in text
    )
    assert fault.line == line
    assert message in f"{fault.message} {fault.remedy}"
    assert not gate.document.exists()


def test_more_options_than_could_be_compared_are_a_fault(gate):
    many = "".join(f"      - o{i}\n" for i in range(7))  # with the six there are, thirteen
    gate.change("    compare:", many + "    compare:")
    with pytest.raises(FaultsFound) as caught:
        gate.build()
    assert "these are 13; a decision compares at most 12" in caught.value.faults[0].message


def test_more_changed_designs_than_could_be_worked_out_are_a_fault(gate):
    one = "  - id: D{}\n    options: [a, {}]\n    compare: {{x: load}}\n    choice: a\n"
    change = ", ".join(f"{{name: o{i}, with: {{share: 0.{i}}}}}" for i in range(1, 11))
    # four options of D1 change the design; twice ten more are 24, and three times are 34
    text = GATE + one.format(2, change) + one.format(3, change)
    gate.design.write_text(text)
    gate.build()
    gate.design.write_text(text + one.format(4, change))
    with pytest.raises(FaultsFound) as caught:
        gate.build()
    assert [fault.key for fault in caught.value.faults] == ["decisions[3].options"]
    assert "at most 24 options" in caught.value.faults[0].message


def test_a_large_design_may_be_changed_less_often(gate, monkeypatch):
    monkeypatch.setattr(options, "NAMES_MAX", 10)  # calls, share, load: thrice are nine names
    with pytest.raises(FaultsFound) as caught:
        gate.build()
    assert "at most 3 options of a design of this size" in caught.value.faults[0].message
