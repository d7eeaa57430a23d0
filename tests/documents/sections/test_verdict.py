"""The box on top: how many are well, and what is not, the worst first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sdcli.documents.evidence.exact import Exact
from sdcli.documents.text.markers import blocks_of, pieces

# A token bucket admits burst + rate * window at worst: 20 + 10 * 1 = 30 request.
GATE = """\
schema: sdcli/1
id: shop
title: Gate
profile: interview
requirements:
  quality:
    - id: Q1
      text: no flood
      metric: limiter.burst.admitted_worst_window
      of: gate
      op: "<="
      target: 50 request
    - {id: Q2, metric: estimate.load, op: "<=", target: 400 request/s}
    - {id: Q3, text: feels fast}
    - {id: Q4, metric: estimate.load, op: ">=", target: 2k request/s}
    - {id: Q5, metric: estimate.peak, op: "<=", target: 5k request/s}
assumptions:
  calls: {value: 86.4M request/day}
  factor: {value: 2 to 8}
estimates:
  load: {formula: calls / 2, unit: request/s}
  peak: {formula: calls * factor, unit: request/s}
components:
  gate:
    kind: rate-limiter
    algorithm: token-bucket
    params: {rate: 10 request/s, burst: 20 request, window: 1 s}
    evidence: [{run: limiter.burst}]
  web:
    kind: service
    params: {availability: 99 %}
    evidence: [{run: availability}, {run: servers}]
decisions:
  - id: D1
    choice: token bucket
    confirm: gate.over_nominal <= 2
    revisit_when: load > 100 request/s
  - id: D2
    choice: one region
    confirm: gate.over_nominal <= 3
    revisit_when: load > 1k request/s
failures:
  - {id: X1, of: web, mode: it stops, survives_if: load <= 1 request/s}
  - {id: X2, of: gate, mode: it lets all in, survives_if: load <= 1k request/s}
  - {id: X3, of: gate, mode: nobody knows}
"""


@pytest.fixture
def gate(desk):
    desk.design.write_text(GATE)
    return desk


def box(desk) -> str:
    return blocks_of(pieces(desk.text, "d"))["verdict"].text


def test_everything_is_counted(gate):
    gate.build()
    assert [line for line in box(gate).splitlines() if line.startswith("| ")][1:] == [
        # calls are 1000/s, so load is 500 and the peak 2k to 8k, at the median 4k
        "| Requirements | 1 met, 1 at risk, 2 unmet, 1 unmeasured |",
        "| Evidence | 1 run and held, 1 worked out, 1 did not run |",
        "| Decisions | 1 confirmed, 1 not confirmed |",  # over_nominal is 30 / 10 = 3
        "| Revisits of decisions | 1 due now, 1 not due yet |",
        "| Failures | 1 survived, 1 not survived |",
    ]


def test_what_is_open_stands_below_the_worst_first(gate):
    gate.build()
    lines = [line for line in box(gate).splitlines() if line.startswith(("- ", "**"))]
    assert [line.partition(": ")[0] for line in lines[1:]] == [
        "- Q2 (load) **is unmet**",  # 500 / 400 = 1.25 times; Q4 is 2k / 500 = 4 times off
        "- decision D1 (token bucket) **is not confirmed**",
        "- failure X1 (it stops) **is not survived**",
        "- the evidence servers of web **did not run**",
        "- Q5 (peak) **is at risk**",
        "- decision D1 (token bucket) **is due for a new look**",
        "- Q3 (feels fast) **is unmeasured**",
    ]
    assert lines[0] == (
        "**Read first:** Q4 (load) **is unmet**: asked `>= 2k request/s`, 500 request/s measured."
    )
    assert "asked `gate.over_nominal <= 2`, gate.over_nominal is 3" in box(gate)
    assert "servers needs peak (parameter rate of web)" in box(gate)


def test_a_claim_that_does_not_hold_comes_before_a_decision(gate, monkeypatch):
    run = Exact.run
    monkeypatch.setattr(Exact, "run", lambda plan: replace(run(plan), verdict="fails", note="No."))
    gate.build()
    lines = [line for line in box(gate).splitlines() if line.startswith("- ")]
    assert lines[1] == "- the evidence limiter.burst of gate **does not hold**: No"
    assert "1 did not hold" in box(gate)


def test_a_design_that_is_well_says_that_nothing_is_open(desk):
    desk.design.write_text(
        GATE[: GATE.index("    - {id: Q2")]
        + GATE[GATE.index("assumptions:") : GATE.index("  web:")]
    )
    desk.build()
    assert "No verdict is open." in box(desk)
    assert "Read first" not in box(desk)
    assert "| Requirements | 1 met |" in box(desk)
    assert "Decisions" not in box(desk)


def test_a_design_that_no_number_speaks_for_has_no_box(desk):
    desk.design.write_text("schema: sdcli/1\nid: shop\ntitle: T\nrisks: [{id: R1, text: x}]\n")
    desk.build()
    assert "verdict" not in blocks_of(pieces(desk.text, "d"))


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("target: 400", "target: 450", "requirements.quality.Q2.target"),
        ("86.4M request/day", "90M request/day", "assumptions.calls.value"),
        ("burst: 20", "burst: 21", "components.gate.params.burst"),
        ("availability: 99 %", "availability: 98 %", "components.web.params.availability"),
        ("gate.over_nominal <= 2", "gate.over_nominal <= 4", "decisions.D1.confirm"),
        ("load > 1k", "load > 2k", "decisions.D2.revisit_when"),
        ("load <= 1 request/s", "load <= 2 request/s", "failures.X1.survives_if"),
        (", {run: servers}]", "]", "components.web.evidence"),
    ],
)
def test_the_box_is_stale_with_everything_that_it_rests_on(gate, old, new, key):
    gate.build()
    gate.change(old, new)
    state = {block.id: block for block in gate.check(fast=True).blocks}["verdict"]
    assert (state.state, state.key) == ("input-stale", key)


@pytest.mark.parametrize(
    ("old", "new"),
    [("text: feels fast", "text: feels quick"), ("mode: it stops", "mode: it halts")],
)
def test_other_words_make_the_box_no_older(gate, old, new):
    gate.build()
    gate.change(old, new)
    assert {b.id: b.state for b in gate.check().blocks}["verdict"] == "fresh"


def test_the_box_stands_right_under_the_header_in_every_profile(gate):
    for profile in ("interview", "rfc", "full"):
        gate.design.write_text(GATE.replace("profile: interview", f"profile: {profile}"))
        gate.build(fresh=True)
        assert list(blocks_of(pieces(gate.text, "d")))[:2] == ["header", "verdict"]


def test_the_header_names_who_answers_who_reads_and_when(desk):
    desk.design.write_text(
        "schema: sdcli/1\nid: shop\ntitle: T\nstatus: review\nowners: [Ada, Bob]\n"
        "reviewers: [Grace]\ndate: 2026-11-20\n"
    )
    desk.build()
    line = "Status: **review**. Owners: Ada, Bob. Reviewers: Grace. Date: 2026-11-20."
    assert line in desk.text
    desk.change("date: 2026-11-20", "date: 2026-12-01")
    desk.change("reviewers: [Grace]\n", "")
    assert desk.check().state == "fresh"


LOADED = """\
schema: sdcli/1
id: shop
title: Loaded
components:
  web: {kind: service, params: {instances: 4, capacity: 500 request/s, latency: 10 ms}}
  db: {kind: database, params: {shards: 1, capacity: 500 request/s, latency: 45 ms}}
flows:
  read: {path: client -> web -> db, rate: 1k request/s, budget: 50 ms}
  ping: {path: client -> web, budget: 10 ms}
"""


def test_a_part_that_is_asked_for_more_than_it_can_do_is_open(desk):
    desk.design.write_text(LOADED)
    desk.build()
    assert "| Components | 1 within capacity, 1 overloaded |" in box(desk)  # 1k of 2k, 1k of 500
    assert "| Flows | 1 within the budget, 1 over the budget |" in box(desk)  # 10 + 45 = 55 ms
    assert (
        "**Read first:** component db **is overloaded**:"
        " 1k request/s arrive, 500 request/s is what it serves." in box(desk)
    )
    assert "- flow read **is over its budget**: 55 ms of 50 ms\n" in box(desk)


@pytest.mark.parametrize(
    ("old", "new", "row", "told"),
    [
        # 250 to 640 request/s, 400 at the median, where db serves 500
        (
            "rate: 1k request/s",
            "rate: 250 to 640 request/s",
            "| Components | 1 within capacity, 1 at risk |",
            "component db **is at risk**: 250 to 640 request/s arrive, 500 request/s is what it",
        ),
        (
            "rate: 1k request/s",
            "rate: 250 to 500 request/s",  # it reaches what db serves, and does not pass it
            "| Components | 2 within capacity |",
            "",
        ),
        # 10 + 15 to 64 ms, drawn: 41 at the median, some 74 at the high end, of 50 ms
        (
            "latency: 45 ms}}",
            "latency: 15 to 64 ms}}",
            "| Flows | 1 within the budget, 1 at risk |",
            "flow read **is at risk**: 24.91 to 74.02 ms of 50 ms",
        ),
        # 10 ms where the cache answers, 10 + 45 = 55 ms where it does not
        (
            "client -> web -> db, rate: 1k request/s",
            "client -> hot | db",
            "| Flows | 1 within the budget, 1 at risk |",
            "flow read **is at risk**: 55 ms of 50 ms on its longest way",
        ),
    ],
)
def test_the_box_is_no_rosier_than_the_sections(desk, old, new, row, told):
    desk.design.write_text(
        LOADED.replace("flows:", "  hot: {kind: cache, params: {latency: 10 ms}}\nflows:", 1)
        if "hot" in new
        else LOADED
    )
    desk.change(old, new)
    desk.build()
    assert row in box(desk)
    assert told in box(desk)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("rate: 1k", "rate: 2k", "flows.read.rate"),
        ("shards: 1", "shards: 2", "components.db.params.shards"),
        ("latency: 45 ms", "latency: 35 ms", "components.db.params.latency"),
        ("budget: 50 ms", "budget: 60 ms", "flows.read.budget"),
    ],
)
def test_the_box_is_stale_with_loads_and_times(desk, old, new, key):
    desk.design.write_text(LOADED)
    desk.build()
    desk.change(old, new)
    state = {block.id: block for block in desk.check(fast=True).blocks}["verdict"]
    assert (state.state, state.key) == ("input-stale", key)
