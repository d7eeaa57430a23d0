"""Checking: each state with its key, its values and its remedy, and no false alarm."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

import sdcli
from sdcli.core import yaml
from sdcli.core.errors import FaultsFound
from sdcli.documents import build, check
from sdcli.documents.evidence.exact import Exact
from sdcli.documents.evidence.result import Evidence
from sdcli.documents.text.markers import blocks_of, digest, pieces

ROOT = Path(__file__).resolve().parents[2]
BOTH = pytest.mark.parametrize("fast", [False, True], ids=["full", "fast"])


@BOTH
def test_what_was_just_built_is_fresh(built, fast):
    answer = built.check(fast=fast)
    assert answer.state == "fresh"
    assert answer.holds
    assert {block.state for block in answer.blocks} == {"fresh"}
    assert {block.reason for block in answer.blocks} == {""}


@BOTH
def test_a_changed_parameter_is_named_with_old_new_and_the_cheapest_remedy(built, fast):
    built.change("vnodes: 160", "vnodes: 640")
    answer = built.check(fast=fast)
    assert answer.state == "stale"
    assert not answer.holds
    found = {block.id: block for block in answer.blocks if block.state != "fresh"}
    assert set(found) == {
        "verdict",
        "requirements",
        "component/ring",
        "evidence/ring/ring.balance",
        "decisions",
        "rollout",
        "provenance",
    }
    block = found["evidence/ring/ring.balance"]
    assert (block.state, block.key) == ("input-stale", "components.ring.params.vnodes")
    assert (block.old, block.new) == (160, 640)
    assert block.remedy == f"sdcli doc build --only evidence/ring/ring.balance {built.design}"


def test_each_remedy_puts_its_block_right(built):
    built.change("vnodes: 160", "vnodes: 640")
    built.change("hot keys", "edited", built.document)
    for block in built.check(fast=True).blocks:
        if block.remedy:
            words = shlex.split(block.remedy)
            assert words[:3] == ["sdcli", "doc", "build"]
            built.build(only=words[words.index("--only") + 1], force="--force" in words)
    assert built.check().state == "fresh"


# old text of the design, new text, the key that must be named, its old and its new value
MUTATIONS = [
    ("nodes: 8", "nodes: 9", "components.ring.params.nodes", 8, 9),
    ("vnodes: 160", "vnodes: 161", "components.ring.params.vnodes", 160, 161),
    ("keys: 2000", "keys: 3000", "components.ring.evidence.ring.balance.with.keys", 2000, 3000),
    ("{keys: 2000}", "{keys: 2000}, seed: 8", "components.ring.evidence.ring.balance.seed", 7, 8),
    ("100M link", "200M link", "assumptions.writes.value", "100M link/month", "200M link/month"),
    ("100 redirect", "99 redirect", "assumptions.read_ratio.value", None, None),
    ("500 B/link", "600 B/link", "assumptions.item.value", "500 B/link", "600 B/link"),
    ("origin: accepted", "origin: typed", "assumptions.item.origin", "accepted", "typed"),
    ("writes * read_ratio", "writes * 2 redirect/link", "estimates.read_rate.formula", None, None),
    ("unit: TB", "unit: GB", "estimates.data.unit", "TB", "GB"),
    ("size: data / 10", "size: data / 20", "components.cache.params.size", None, None),
    ("kind: kv-store", "kind: database", "components.store.kind", "kv-store", "database"),
    ("cache | store", "store", "flows.redirect.path", None, None),
    ("target: 1.25", "target: 1.3", "requirements.quality.Q1.target", 1.25, 1.3),
    ('op: "<=", target: 1000', 'op: "<", target: 1000', "requirements.quality.Q2.op", "<=", "<"),
    ("choice: ring", "choice: modulo", "decisions.D1.choice", "ring", "modulo"),
    ("[ring, modulo]", "[ring, modulo, jump]", "decisions.D1.options[2]", None, "jump"),
    ("spread <= 0.1", "spread <= 0.2", "decisions.D1.confirm", None, None),
    ("> 1k link/s", "> 2k link/s", "decisions.D1.revisit_when", None, None),
    ("[accounts]", "[accounts, billing]", "out_of_scope[1]", None, "billing"),
    ("{id: F1, text", "{id: F9, text", "requirements.functional", "F1", "F9"),
    (
        "{id: F1, ",
        "{id: F1, priority: could, ",
        "requirements.functional.F1.priority",
        "must",
        "could",
    ),
    ("id: R1", "id: R2", "risks", "R1", "R2"),
    ("nouns: [link", "nouns: [item, link", "nouns[0]", "link", "item"),
]


@BOTH
@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation[2])
def test_every_change_of_the_design_is_found_and_named(built, fast, mutation):
    text, new, key, was, becomes = mutation
    built.change(text, new)
    answer = built.check(fast=fast)
    stale = [block for block in answer.blocks if block.state == "input-stale"]
    assert answer.state in ("stale", "failed")
    named = [block for block in stale if block.key == key]
    assert named, [(block.id, block.key) for block in stale]
    if was is not None:
        assert named[0].old == was
    if becomes is not None:
        assert named[0].new == becomes
    built.build()
    assert not built.not_fresh(fast=True)


@BOTH
@pytest.mark.parametrize(
    ("text", "new", "stale"),
    [
        (
            "100M link/month",
            "200M link/month",
            {
                *("verdict", "assumptions", "estimates", "requirements", "component/cache"),
                *("failures", "decisions"),
            },
        ),
        (
            "100 redirect/link",
            "50 redirect/link",
            {"verdict", "assumptions", "estimates", "failures"},
        ),
        ("500 B/link", "600 B/link", {"assumptions", "estimates", "component/cache"}),
    ],
)
def test_an_assumption_makes_stale_what_rests_on_it_and_nothing_else(built, fast, text, new, stale):
    built.change(text, new)
    states = built.states(fast=fast)
    assert {states[name] for name in stale} == {"input-stale"}
    untouched = {"assumptions", "estimates", "requirements", "component/cache", "decisions"} - stale
    untouched |= {"risks", "discussion", "scope", "topology", "component/ring"}
    assert {states[name] for name in untouched | {"evidence/ring/ring.balance"}} == {"fresh"}
    keys = {block.key for block in built.check(fast=fast).blocks if block.key}
    assert len(keys) == 1  # each block names the assumption, not what follows from it
    assert keys.pop().startswith("assumptions.")


def test_doubling_an_assumption_changes_the_estimates_that_depend_on_it(built):
    def rows() -> dict[str, str]:
        table = blocks_of(pieces(built.text, "d"))["estimates"].text
        return dict(re.findall(r"(?m)^\| `(\w+)` \| `[^`]*` \| ([^|]*) \|", table))

    before = rows()
    built.change("500 B/link", "1000 B/link")
    built.build()
    after = rows()
    assert {"write_rate", "read_rate", "data"} <= set(before)
    assert {name for name in before if before[name] != after[name]} == {"data"}


@BOTH
@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("title: Shop", "title: The new shop"),
        ("title: Shop", "title: Shop\nstatus: review\nowners: [Ada, Grace]"),
        ("A shop for links.", "A shop for short links."),
        ("shorten a URL", "shorten any URL"),
        ("product brief", "the product brief of March"),
        ("spreads the links", "spreads the links evenly"),
        ("Seven letters.", "Seven letters, then."),
        ("text: hot keys", "text: very hot keys"),
        ("", ""),
    ],
)
def test_words_make_nothing_stale_and_the_next_build_takes_them_over(built, fast, text, new):
    built.change(text, new)
    built.document.write_text("Mine: 160 vnodes, no, 161.\n" + built.text)
    answer = built.check(fast=fast)
    assert answer.state == "fresh"
    assert answer.holds
    built.build()
    assert built.text.startswith("Mine")
    assert {block.reason for block in built.check().blocks} == {""}


@BOTH
def test_moving_things_in_the_file_makes_nothing_stale(built, fast):
    """Ids, not positions, are what a block has read."""
    built.change(
        "[{run: ring.balance, with: {keys: 2000}}]",
        "\n      - seed: 7\n        with: {keys: 2000}\n        run: ring.balance",
    )
    built.change("schema: sdcli/1", "# a comment\nschema: sdcli/1")
    assert built.check(fast=fast).state == "fresh"


@BOTH
def test_a_default_written_out_changes_no_evidence(built, fast):
    built.change("vnodes: 160", "vnodes: 160, hash: blake2b")
    states = built.states(fast=fast)
    assert states["evidence/ring/ring.balance"] == "fresh"
    assert states["component/ring"] == "input-stale"  # it prints which values are defaults


@BOTH
def test_every_block_that_is_edited_by_hand_is_found(built, fast):
    clean = built.text
    for name, block in blocks_of(pieces(clean, "d")).items():
        first = next(line for line in block.raw.splitlines() if line.startswith("#"))
        edited = clean.replace(block.raw, block.raw.replace(first, first + " edited"))
        assert edited != clean
        built.document.write_text(edited)
        assert built.not_fresh(fast=fast) == {name: "edited"}


@BOTH
def test_a_number_edited_in_a_table_is_found(built, fast):
    value = re.search(r"\| `spread` \| ([0-9.]+) \|", built.text)
    assert value
    built.change(value[1], "0.01", built.document)
    assert built.not_fresh(fast=fast) == {"evidence/ring/ring.balance": "edited"}


@BOTH
def test_missing_blocks_and_orphans_are_named(built, fast):
    block = blocks_of(pieces(built.text, "d"))["risks"]
    built.document.write_text(built.text.replace(block.raw, ""))
    assert built.not_fresh(fast=fast) == {"risks": "missing"}
    built.build()
    built.change("risks: [{id: R1, text: hot keys}]\n", "")
    states = built.not_fresh(fast=fast)
    assert states["risks"] == "orphan"
    assert list(states)[-1] == "risks"


@BOTH
def test_a_design_without_a_document_is_stale_with_one_remedy(desk, fast):
    answer = desk.check(fast=fast)
    assert answer.state == "stale"
    assert {block.state for block in answer.blocks} == {"missing"}
    assert {block.remedy for block in answer.blocks} == {f"sdcli doc build {desk.design}"}


@BOTH
def test_without_its_ledger_nothing_can_be_vouched_for(built, fast):
    built.ledger.unlink()
    answer = built.check(fast=fast)
    assert answer.state == "stale"
    assert {block.reason for block in answer.blocks} == {"there is no ledger"}
    built.build()
    assert built.check(fast=fast).state == "fresh"


def _ledger(desk) -> dict:
    return json.loads(desk.ledger.read_text())


def test_a_result_that_a_run_no_longer_gives_has_drifted(built):
    data = _ledger(built)
    metrics = data["blocks"]["evidence/ring/ring.balance"]["evidence"]["metrics"]
    metrics["spread"]["value"] *= 1 + 1e-6
    built.ledger.write_text(json.dumps(data, indent=1) + "\n")
    states = built.not_fresh()
    assert states == {"evidence/ring/ring.balance": "drifted"}
    assert "spread was" in next(
        block.reason for block in built.check().blocks if block.state == "drifted"
    )
    assert built.check(fast=True).state == "fresh"  # fast runs nothing


def test_rounding_in_the_last_digits_is_no_drift(built):
    data = _ledger(built)
    metrics = data["blocks"]["evidence/ring/ring.balance"]["evidence"]["metrics"]
    metrics["spread"]["value"] *= 1 + 1e-11
    built.ledger.write_text(json.dumps(data, indent=1) + "\n")
    assert built.not_fresh() == {}


def test_counts_are_compared_exactly(built):
    data = _ledger(built)
    metrics = data["blocks"]["evidence/ring/ring.balance"]["evidence"]["metrics"]
    metrics["rings"]["value"] += 1
    built.ledger.write_text(json.dumps(data, indent=1) + "\n")
    assert built.not_fresh() == {"evidence/ring/ring.balance": "drifted"}


def test_changed_code_is_a_note_when_fast_and_fresh_when_the_result_is_equal(built):
    data = _ledger(built)
    entry = data["blocks"]["evidence/ring/ring.balance"]
    name = next(iter(entry["evidence"]["sources"]))
    entry["evidence"]["sources"][name] = "0" * 64
    data["blocks"]["risks"]["code"] = "0" * 64
    built.ledger.write_text(json.dumps(data, indent=1) + "\n")
    answer = built.check(fast=True)
    assert built.not_fresh(fast=True) == {
        "evidence/ring/ring.balance": "code-changed",
        "risks": "code-changed",
    }
    assert (answer.state, answer.holds) == ("fresh", True)
    assert name in next(b.reason for b in answer.blocks if b.state == "code-changed")
    assert built.not_fresh() == {}


def test_a_new_revision_of_an_experiment_is_code_changed(built):
    data = _ledger(built)
    evidence = data["blocks"]["evidence/ring/ring.balance"]["evidence"]
    evidence["revision"] = 0
    built.ledger.write_text(json.dumps(data, indent=1) + "\n")
    assert built.not_fresh(fast=True) == {"evidence/ring/ring.balance": "code-changed"}


def test_a_template_of_the_design_itself_is_code_changed_not_input_stale(built):
    own = built.folder / "templates" / "document" / "risks.md.j2"
    own.parent.mkdir(parents=True)
    own.write_text("## What may go wrong\n{% for row in rows %}\n- {{ row.text }}\n{% endfor %}\n")
    assert built.not_fresh(fast=True) == {"risks": "code-changed"}
    answer = built.check()
    assert {b.id: b.state for b in answer.blocks if b.state != "fresh"} == {"risks": "code-changed"}
    assert answer.holds
    built.build()
    assert "## What may go wrong" in built.text
    assert built.not_fresh() == {}


def test_a_document_and_a_ledger_of_two_builds_do_not_go_together(built):
    ledger = built.ledger.read_bytes()
    built.change("target: 1.25", "target: 1.3")
    built.build()
    built.change("target: 1.3", "target: 1.25")
    built.ledger.write_bytes(ledger)
    drifted = {"requirements": "drifted", "cross-cutting": "drifted"}  # both print the target
    assert built.not_fresh(fast=True) == drifted
    assert built.not_fresh() == drifted


def test_a_claim_that_fails_is_shown_and_fails_the_check(built, monkeypatch):
    run = Exact.run

    def failing(plan: Exact) -> Evidence:
        found = run(plan)
        return Evidence(**{**vars(found), "verdict": "fails", "note": "It does not."})

    monkeypatch.setattr(Exact, "run", failing)
    built.build()
    assert "**Does not hold** for these parameters: It does not." in built.text
    for fast in (False, True):
        answer = built.check(fast=fast)
        assert answer.state == "failed"
        block = next(block for block in answer.blocks if block.state == "failed")
        assert block.id == "evidence/ring/ring.balance"
        assert block.remedy.startswith("sdcli lab run ring.balance --nodes 8 --vnodes 160")


def test_an_experiment_that_does_not_reach_as_far_as_the_design_says_so(desk):
    """The design is right; there is only no evidence for it."""
    desk.change("vnodes: 160", "vnodes: 1M")
    desk.build()
    assert "**Not run**: vnodes: this is out of bounds" in desk.text
    for fast in (False, True):
        answer = desk.check(fast=fast)
        assert answer.state == "failed"
        assert answer.requirements[0].word == "unmeasured"
        assert "out of bounds" in answer.requirements[0].reason


def test_an_unmet_requirement_fails_the_check_and_a_new_verdict_is_a_finding(built):
    built.change("target: 1.25", "target: 1.01")
    answer = built.check()
    assert answer.state == "failed"
    assert not answer.holds
    assert [(f.kind, f.where, f.message) for f in answer.findings] == [
        ("verdict-changed", "requirements.quality.Q1", "Q1 was met, is unmet")
    ]
    built.build()
    assert built.check().state == "failed"
    assert built.check().findings == []


def test_a_confirm_that_is_false_fails_and_a_revisit_that_has_come_is_a_note(built):
    built.change("spread <= 0.1", "spread <= 0.01")
    built.build()
    answer = built.check()
    assert answer.state == "fresh"
    assert not answer.holds
    assert [(f.kind, f.where) for f in answer.findings] == [("confirm", "decisions.D1.confirm")]
    assert "ring.spread is 0.0" in answer.findings[0].message
    built.change("spread <= 0.01", "spread <= 0.1")
    built.change("> 1k link/s", "> 1 link/s")
    built.build()
    answer = built.check()
    assert [f.kind for f in answer.findings] == ["revisit"]
    assert answer.holds


def test_a_comparison_over_what_no_evidence_gives_is_a_fault_of_the_design(built):
    built.change("ring.spread <= 0.1", "ring.spred <= 0.1")
    with pytest.raises(FaultsFound) as caught:
        built.check(fast=True)
    assert "did you mean spread?" in caught.value.render()
    assert caught.value.faults[0].key == "decisions[0].confirm"


def test_the_document_answers_like_its_design_and_the_header_names_it(built):
    assert check(built.document).to_json()["blocks"] == [
        block | {"remedy": ""} for block in check(built.design).to_json()["blocks"]
    ]


def test_a_document_that_lost_its_header_is_found_through_its_ledger(built):
    block = blocks_of(pieces(built.text, "d"))["header"]
    built.document.write_text(built.text.replace(block.raw, ""))
    assert {b.id for b in check(built.document).blocks if b.state == "missing"} == {"header"}
    build(built.document)
    assert built.text.count("sdcli:begin header") == 1


def test_the_answer_as_json_has_the_keys_of_the_contract(built):
    built.change("vnodes: 160", "vnodes: 640")
    data = json.loads(json.dumps(built.check(fast=True).to_json()))
    assert set(data) == {"state", "blocks", "requirements", "findings"}
    assert set(data["blocks"][0]) == {"id", "state", "reason", "key", "old", "new", "remedy"}
    row = data["requirements"][1]
    assert {"id", "verdict", "measured", "target"} <= set(row)
    assert (row["id"], row["verdict"], row["target"]) == ("Q2", "met", 1000.0)
    assert row["measured"] == pytest.approx(38.58, rel=1e-3)  # 100M / 30 day / 86,400 s
    assert data["requirements"][2] == {
        "id": "Q3",
        "verdict": "unmeasured",
        "measured": None,
        "target": None,
        "op": None,
        "unit": None,
        "reason": "it names no metric",
    }


def test_an_edited_block_is_shown_as_a_diff_by_the_check_that_looks(built):
    built.change("hot keys", "cold keys", built.document)
    [block] = [block for block in built.check().blocks if block.state == "edited"]
    assert block.id == "risks"
    lines = block.diff.splitlines()
    assert lines[:2] == ["--- as a build writes it", "+++ in the document"]
    assert [line[0] for line in lines if "keys" in line] == ["-", "+"]
    assert block.to_json()["diff"] == block.diff
    [block] = [block for block in built.check(fast=True).blocks if block.state == "edited"]
    assert (block.diff, "diff" in block.to_json()) == ("", False)  # fast renders nothing
    assert built.text.splitlines()[block.line - 1].startswith("<!-- sdcli:begin risks ")


def test_changed_code_says_how_many_lines_of_the_text_change(built):
    own = built.folder / "templates" / "document" / "risks.md.j2"
    own.parent.mkdir(parents=True)
    shipped = (ROOT / "templates" / "document" / "risks.md.j2").read_text()
    own.write_text(shipped.replace("## ", "## The ", 1))
    [block] = [block for block in built.check().blocks if block.state == "code-changed"]
    assert block.reason == "its template or the renderer changed: 1 line of the text changes"


def test_after_a_new_sdcli_a_note_says_which_text_changes(built):
    data = _ledger(built)
    data["sdcli"] = "0.0.9"
    built.ledger.write_text(json.dumps(data, indent=1) + "\n")

    def note(*, fast: bool) -> str:
        answer = built.check(fast=fast)
        assert answer.holds
        [finding] = [finding for finding in answer.findings if finding.kind == "new-sdcli"]
        return finding.message

    told = f"built by sdcli 0.0.9, this is {sdcli.__version__}; "
    assert note(fast=True).startswith(told)
    assert note(fast=False) == f"{told}no text changes"
    own = built.folder / "templates" / "document" / "risks.md.j2"
    own.parent.mkdir(parents=True)
    own.write_text("## Risks\n")
    assert note(fast=False).startswith(f"{told}the text of 1 of ")
    assert note(fast=False).endswith(" blocks changes: risks")
    built.build(only="risks")
    assert _ledger(built)["sdcli"] == "0.0.9"  # the other blocks are still those of the old one
    built.build()
    assert _ledger(built)["sdcli"] == sdcli.__version__
    assert [one.kind for one in built.check().findings] == ["own-template"]


def test_a_block_that_rests_on_a_run_that_drifted_says_so(built):
    data = _ledger(built)
    metrics = data["blocks"]["evidence/ring/ring.balance"]["evidence"]["metrics"]
    built.change(f"{metrics['peak_to_mean']['value']:.4g}", "1.111", built.document)
    text = built.text
    for block in blocks_of(pieces(text, "d")).values():
        if block.edited and block.id == "requirements":
            told = digest(block.text)
            text = text.replace(block.raw, block.raw.replace(block.told, told))
            data["blocks"]["requirements"]["text"] = told
    built.document.write_text(text)
    metrics["peak_to_mean"]["value"] = 1.111
    built.ledger.write_text(json.dumps(data, indent=1) + "\n")
    block = next(block for block in built.check().blocks if block.id == "requirements")
    assert block.state == "drifted"
    assert block.reason == "it rests on evidence/ring/ring.balance, which drifted"


def test_each_run_is_told_before_it_begins(built):
    told: list[tuple[str, str, int, int]] = []
    check(built.design, watch=lambda plan, n, of: told.append((plan.name, plan.component, n, of)))
    assert told == [("ring.balance", "ring", 1, 1)]
    check(built.design, fast=True, watch=lambda *_: told.append(("", "", 0, 0)))
    assert len(told) == 1


def test_another_wording_hides_no_other_change(built):
    """The text differs in more than words: a build would write another verdict."""
    built.change("hot keys", "cold keys", built.document)
    data = _ledger(built)
    block = blocks_of(pieces(built.text, "d"))["risks"]
    told = digest(block.text)
    data["blocks"]["risks"]["text"] = told
    built.ledger.write_text(json.dumps(data, indent=1) + "\n")
    built.document.write_text(built.text.replace(block.told, told))
    assert built.not_fresh() == {"risks": "drifted"}  # nothing changed that would explain it
    data["blocks"]["risks"]["inputs"]["risks.R1.text"] = "warm keys"
    built.ledger.write_text(json.dumps(data, indent=1) + "\n")
    assert built.not_fresh() == {"risks": "drifted"}  # nor do these words
    data["blocks"]["risks"]["inputs"]["risks.R1.text"] = "cold keys"
    built.ledger.write_text(json.dumps(data, indent=1) + "\n")
    assert built.not_fresh() == {}  # these do


def test_changed_code_is_told_before_another_wording(built):
    built.change("text: hot keys", "text: cold keys")
    own = built.folder / "templates" / "document" / "risks.md.j2"
    own.parent.mkdir(parents=True)
    shipped = (ROOT / "templates" / "document" / "risks.md.j2").read_text()
    own.write_text(shipped.replace("## ", "## The ", 1))
    assert built.not_fresh() == {"risks": "code-changed"}


@BOTH
@pytest.mark.parametrize(
    ("head", "block"),
    [
        ("assumptions", "assumptions"),
        ("assumptions", "sensitivity"),
        ("estimates", "estimates"),
        ("components", "provenance"),
        ("glossary", "glossary"),
        ("decisions.D1.compare", "decisions"),
    ],
)
def test_another_order_of_what_is_printed_is_named(desk, fast, head, block):
    desk.change("glossary: {link: a short URL}", "glossary: {link: a short URL, code: its end}")
    desk.change(
        "    choice: ring\n", "    compare: {size: data, rate: write_rate}\n    choice: ring\n"
    )
    data = yaml.parse(desk.design.read_text(), "d").data
    desk.build()
    part = data
    for name in head.split("."):
        part = part[0] if name == "D1" else part[name]
    turned = dict(reversed(part.items()))
    part.clear()
    part.update(turned)
    desk.design.write_text(yaml.dump(data))
    states = {state.id: state for state in desk.check(fast=fast).blocks}
    assert {state.state for state in states.values()} <= {"fresh", "input-stale"}
    found = states[block]
    assert (found.state, found.key) == ("input-stale", head)
    told = [str(names).split(", ") for names in (found.old, found.new)]
    assert told[0] == told[1][::-1]
    assert set(told[0]) <= set(part)
