"""The ledger: one form for one content, and what happens when it is not that."""

from __future__ import annotations

import json
import platform
import re
from hashlib import sha256
from pathlib import Path

import pytest

from sdcli.core.errors import DamagedError, InputError
from sdcli.documents.evidence.ledger import ledger_text, read_ledger

ROOT = Path(__file__).resolve().parents[3]
HEAD = '{"schema": "sdcli-ledger/1", "design": "d", "document": "m", '


def test_what_is_written_reads_back_and_writes_the_same(built):
    ledger = read_ledger(built.ledger)
    assert ledger is not None
    assert ledger_text(ledger) == built.ledger.read_text()


def test_a_ledger_has_no_date_host_or_path_of_the_machine(built):
    text = built.ledger.read_text()
    assert str(built.folder) not in text
    assert str(ROOT) not in text
    assert platform.node() not in text
    assert not re.search(r"\b\d{4}-\d{2}-\d{2}\b|\b\d{2}:\d{2}:\d{2}\b", text)
    assert json.loads(text)["design"] == "design.yaml"


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


def test_a_newer_ledger_is_refused_in_a_sentence(built):
    built.change("sdcli-ledger/1", "sdcli-ledger/12", built.ledger)
    with pytest.raises(InputError, match="newer sdcli"):
        built.check()


def test_a_conflict_left_in_the_ledger_is_named_with_its_line(built):
    text = built.ledger.read_text()
    built.ledger.write_text(f"<<<<<<< ours\n{text}=======\n{text}>>>>>>> theirs\n")
    with pytest.raises(InputError, match=r"evidence\.json:1: a merge conflict"):
        built.check()
