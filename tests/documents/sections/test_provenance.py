"""Where the number of every run comes from, and how to get it again."""

from __future__ import annotations

import json
import re
import shlex

import pytest

from sdcli.documents.text.markers import blocks_of, pieces

GATE = """\
schema: sdcli/1
id: shop
title: Gate
components:
  gate:
    kind: rate-limiter
    algorithm: token-bucket
    params: {rate: 10 request/s, burst: 20 request, window: 1 s}
    evidence: [{run: limiter.burst, seed: 3}]
  web:
    kind: service
    params: {availability: 99 %}
    evidence: [{run: availability}, {run: servers}]
decisions:
  - id: D1
    options: [token bucket, {name: fixed window, with: {gate.algorithm: fixed-window}}]
    compare: {worst: gate.admitted_worst_window}
    choice: token bucket
"""


@pytest.fixture
def gate(desk):
    desk.design.write_text(GATE)
    desk.build()
    return desk


def section(desk) -> str:
    return blocks_of(pieces(desk.text, "d"))["provenance"].text


def test_every_run_has_a_row_the_ones_of_options_too(gate):
    rows = [line for line in section(gate).splitlines() if line.startswith("| `")]
    why = "servers needs peak (parameter rate of web)"
    assert [re.sub("`[0-9a-f]{12}`", "HEX", row) for row in rows] == [
        "| `limiter.burst` | gate | exact | 2 | 3 | HEX | 1:1 |",
        "| `availability` | web | analytic | 1 | none | HEX | 1:1 |",
        f"| `servers` | web | analytic | did not run: {why} | | | |",
        "| `limiter.burst` | gate, for D1: fixed window | exact | 2 | 3 | HEX | 1:1 |",
    ]


def test_the_fingerprint_is_the_one_of_the_ledger(gate):
    ledger = json.loads(gate.ledger.read_text())
    text = json.dumps(ledger["blocks"]["evidence/gate/limiter.burst"])
    shown = re.search("`([0-9a-f]{12})`", section(gate))
    assert shown is not None
    assert shown[1] in text


def test_every_run_that_ran_can_be_had_again(gate):
    commands = re.findall("- `(sdcli .*)`", section(gate))
    assert [shlex.split(command)[:4] for command in commands] == [
        ["sdcli", "lab", "run", "limiter.burst"],
        ["sdcli", "estimate", "availability", "--availability"],
        ["sdcli", "lab", "run", "limiter.burst"],
    ]
    assert "--algorithm fixed-window" in commands[2]
    assert all("--seed 3" in command for command in (commands[0], commands[2]))
    assert "`sdcli doc check shop.md`" in section(gate)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("seed: 3", "seed: 4", "components.gate.evidence.limiter.burst.seed"),
        ("99 %", "98 %", "components.web.params.availability"),
        (
            "gate.algorithm: fixed-window",
            "gate.algorithm: gcra",
            "decisions.D1.options[1].with.gate.algorithm",
        ),
        (", {run: servers}]", "]", "components.web.evidence"),
    ],
)
def test_what_a_run_rests_on_makes_the_table_stale(gate, old, new, key):
    gate.change(old, new)
    state = {found.id: found for found in gate.check(fast=True).blocks}["provenance"]
    assert (state.state, state.key) == ("input-stale", key)


def test_no_date_host_or_path_stands_in_it(gate, tmp_path):
    text = section(gate)
    assert not re.search(r"20\d\d-\d\d", text)
    assert str(tmp_path) not in text
    assert ".py" not in text


def test_only_full_documents_with_runs_have_it(gate):
    gate.change("title: Gate", "title: Gate\nprofile: rfc")
    gate.build()
    assert "provenance" not in blocks_of(pieces(gate.text, "d"))
