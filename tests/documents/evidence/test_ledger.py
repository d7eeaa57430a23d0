"""The ledger: one form for one content, and what happens when it is not that."""

from __future__ import annotations

import json
import platform
import re
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import sdcli
from sdcli.core.clock import ManualClock
from sdcli.core.errors import DamagedError, InputError
from sdcli.documents.evidence.exact import Exact
from sdcli.documents.evidence.ledger import ledger_text, without_seal
from sdcli.documents.evidence.ledger_reading import read_ledger

if TYPE_CHECKING:
    from sdcli.documents.evidence.result import Evidence

ROOT = Path(__file__).resolve().parents[3]
HEAD = '{"schema": "sdcli-ledger/1", "design": "d", "document": "m", '


def test_what_is_written_reads_back_and_writes_the_same(built):
    ledger = read_ledger(built.ledger)
    assert ledger is not None
    text = built.ledger.read_text()
    above, seal = without_seal(text)
    assert len(seal) == 64
    assert ledger_text(ledger, lambda _: seal) == text
    assert '"answer"' in above
    assert '"answer"' not in ledger_text(ledger)  # it goes with the seal, or not at all


def test_a_ledger_has_no_host_or_path_of_the_machine(desk):
    desk.build(clock=ManualClock())
    text = desk.ledger.read_text()
    assert str(desk.folder) not in text
    assert str(ROOT) not in text
    assert platform.node() not in text
    assert json.loads(text)["design"] == "design.yaml"


def _ran(desk) -> dict:
    blocks = json.loads(desk.ledger.read_text())["blocks"]
    return blocks["evidence/ring/ring.balance"]["evidence"]["ran"]


def test_a_run_keeps_when_on_what_and_how_long_it_ran(desk, monkeypatch):
    clock = ManualClock(datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC))
    run = Exact.run

    def slow(plan: Exact) -> Evidence:
        clock.advance(2.5)
        return run(plan)

    monkeypatch.setattr(Exact, "run", slow)
    desk.build(clock=clock)
    ran = _ran(desk)
    assert ran["time"] == "2026-03-04T05:06:09Z"  # 2.5 s later
    assert ran["seconds"] == 2.5
    assert ran["sdcli"] == sdcli.__version__
    assert ran["python"] == platform.python_version()
    assert re.fullmatch(r"\w+ \w+, \d+ cores?", ran["machine"])


def test_a_build_that_changes_nothing_keeps_what_was_noted_then(desk):
    clock = ManualClock()
    desk.build(clock=clock)
    ledger, document = desk.ledger.read_bytes(), desk.document.read_bytes()
    clock.advance(1000)
    desk.build(clock=clock)
    assert desk.ledger.read_bytes() == ledger
    desk.build(clock=clock, fresh=True)  # from the template: nothing is kept
    assert desk.ledger.read_bytes() != ledger
    assert desk.document.read_bytes() == document


def test_another_result_or_other_code_is_a_run_of_its_own(desk):
    clock = ManualClock()
    desk.build(clock=clock)
    first = _ran(desk)["time"]
    clock.advance(60)
    desk.change("vnodes: 160", "vnodes: 161")
    desk.build(clock=clock)
    assert _ran(desk)["time"] > first
    second = _ran(desk)["time"]
    data = json.loads(desk.ledger.read_text())
    sources = data["blocks"]["evidence/ring/ring.balance"]["evidence"]["sources"]
    sources[next(iter(sources))] = "0" * 64
    desk.ledger.write_text(json.dumps(data, indent=1) + "\n")
    clock.advance(60)
    desk.build(clock=clock)
    assert _ran(desk)["time"] > second


def test_a_ledger_of_before_these_were_noted_is_read(built):
    data = json.loads(built.ledger.read_text())
    for name in ("sdcli", "answer", "seal"):
        del data[name]
    data["blocks"]["evidence/ring/ring.balance"]["evidence"].pop("ran", None)
    built.ledger.write_text(json.dumps(data, indent=1) + "\n")
    assert read_ledger(built.ledger).sdcli == ""
    for fast in (False, True):
        answer = built.check(fast=fast)
        assert (answer.state, answer.findings) == ("fresh", [])


def test_an_evidence_block_keeps_inputs_result_units_and_sources(built):
    entry = json.loads(built.ledger.read_text())["blocks"]["evidence/ring/ring.balance"]
    assert entry["inputs"]["components.ring.params.vnodes"] == 160
    evidence = entry["evidence"]
    assert evidence["params"] == {"nodes": 8, "vnodes": 160, "keys": 2000, "hash": "blake2b"}
    assert evidence["seed"] == 7
    assert evidence["metrics"]["rings"]["unit"] == "ring"
    canonical = json.dumps(
        {name: evidence[name] for name in ("experiment", "params", "revision", "seed")},
        sort_keys=True,
        separators=(",", ":"),
    )
    assert evidence["fingerprint"] == sha256(canonical.encode()).hexdigest()
    assert "sdcli/reference/hashing/ring.py" in evidence["sources"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "offset 0"),
        ('{"schema": "sdcli-ledger/1", ', "offset 2"),
        ("[" * 100_000, "sdcli wrote"),
        ("[]", "schema"),
        ('{"schema": "sdcli-ledger/1"}', "design"),
        ('{"schema": "sdcli-ledger/1", "design": 1}', "design"),
        (HEAD + '"blocks": {"risks": {"text": 3}}}', "blocks.risks.text"),
        (
            HEAD + '"blocks": {"risks": {"text": "", "code": "", "inputs": {"a": [1]}}}}',
            "blocks.risks.inputs.a",
        ),
    ],
)
def test_a_damaged_ledger_is_named_with_the_place(built, text, words):
    built.ledger.write_text(text)
    with pytest.raises(DamagedError) as caught:
        built.check()
    assert str(built.ledger) in str(caught.value)
    assert words in str(caught.value)
    assert caught.value.exit_code == 3


@pytest.mark.parametrize(
    ("where", "value", "key"),
    [
        (("metrics", "spread", "value"), "9" * 400, "metrics.spread.value"),
        (("metrics", "spread", "value"), "NaN", "metrics.spread.value"),
        (("metrics", "spread", "value"), "1e999", "metrics.spread.value"),
        (("metrics", "spread", "unit"), '"(("', "metrics.spread.unit"),
        (("metrics", "spread", "unit"), '"per 3 of"', "metrics.spread.unit"),
        (("params", "keys"), "-Infinity", "params.keys"),
    ],
)
@pytest.mark.parametrize("fast", [False, True], ids=["full", "fast"])
def test_a_number_or_a_unit_that_cannot_be_read_is_damage_with_its_key(
    built, fast, where, value, key
):
    data = json.loads(built.ledger.read_text())
    part = data["blocks"]["evidence/ring/ring.balance"]["evidence"]
    for name in where[:-1]:
        part = part[name]
    part[where[-1]] = "HERE"
    built.ledger.write_text(json.dumps(data, indent=1).replace('"HERE"', value))
    with pytest.raises(DamagedError) as caught:
        built.check(fast=fast)
    assert str(built.ledger) in str(caught.value)
    assert f"blocks.evidence/ring/ring.balance.evidence.{key}" in str(caught.value)
    assert caught.value.exit_code == 3


@pytest.mark.parametrize("unit", ["", "%", "ring", "MB/s", "short_link/s", "link/s/TB"])
def test_a_unit_that_a_run_may_give_is_read(built, unit):
    data = json.loads(built.ledger.read_text())
    metrics = data["blocks"]["evidence/ring/ring.balance"]["evidence"]["metrics"]
    metrics["spread"]["unit"] = unit
    built.ledger.write_text(json.dumps(data, indent=1))
    entry = read_ledger(built.ledger).blocks["evidence/ring/ring.balance"]
    assert entry.run.evidence.metrics["spread"].unit == unit


def test_a_newer_ledger_is_refused_in_a_sentence(built):
    built.change("sdcli-ledger/1", "sdcli-ledger/12", built.ledger)
    with pytest.raises(InputError, match="newer sdcli"):
        built.check()


def test_a_conflict_left_in_the_ledger_is_named_with_its_line(built):
    text = built.ledger.read_text()
    built.ledger.write_text(f"<<<<<<< ours\n{text}=======\n{text}>>>>>>> theirs\n")
    with pytest.raises(InputError, match=r"evidence\.json:1: a merge conflict"):
        built.check()
