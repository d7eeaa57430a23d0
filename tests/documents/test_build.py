"""Building: whose text is whose, and what is written when."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest

from sdcli.core.errors import AnswerIsNo, FaultsFound, InputError
from sdcli.documents import build
from sdcli.documents.text.markers import blocks_of, pieces, wrap

NOTE = "\nA paragraph of my own, with  two spaces and <b>tags</b>.\n\n* * *\n"


def blocks(desk) -> dict:
    return blocks_of(pieces(desk.text, "shop.md"))


def test_a_build_writes_every_block_in_the_order_of_the_template(desk):
    built = desk.build()
    assert built.document == desk.document
    assert built.ledger == desk.ledger
    assert list(blocks(desk)) == [
        "header",
        "verdict",
        "summary",
        "context",
        "scope",
        "requirements",
        "assumptions",
        "estimates",
        "sensitivity",
        "api",
        "data",
        "entity/links",
        "topology",
        "flow/redirect",
        "components",
        "component/lb",
        "component/ring",
        "evidence/ring/ring.balance",
        "component/cache",
        "component/store",
        "component/search",
        "capacity",
        "growth",
        "failures",
        "decisions",
        "cross-cutting",
        "rollout",
        "readiness",
        "cost",
        "risks",
        "questions",
        "glossary",
        "discussion",
        "provenance",
        "not-covered",
    ]
    assert {done for _, done in built.blocks} == {"written"}


def test_a_second_build_changes_no_byte(built):
    before = (built.document.read_bytes(), built.ledger.read_bytes())
    stamps = (built.document.stat().st_mtime_ns, built.ledger.stat().st_mtime_ns)
    assert {done for _, done in built.build().blocks} == {"unchanged"}
    assert (built.document.read_bytes(), built.ledger.read_bytes()) == before
    assert (built.document.stat().st_mtime_ns, built.ledger.stat().st_mtime_ns) == stamps


def test_the_same_bytes_come_out_under_another_hash_seed_locale_and_time_zone(desk):
    """Processes of their own, since the hash seed is fixed when Python starts."""
    program = "import sys; from pathlib import Path; from sdcli.documents import build;"
    program += "build(Path(sys.argv[1]))"
    other = "{run: ring.rebalance, with: {keys: 100}"
    desk.change("with: {keys: 2000}", f"with: {{keys: 2000}}}}, {other}")
    seen = set()
    for seed, locale, zone in (("0", "C", "UTC"), ("4242", "tr_TR.UTF-8", "Asia/Kathmandu")):
        desk.document.unlink(missing_ok=True)
        desk.ledger.unlink(missing_ok=True)
        more = {"PYTHONHASHSEED": seed, "LC_ALL": locale, "TZ": zone, "PYTHONUTF8": "0"}
        subprocess.run(
            [sys.executable, "-c", program, str(desk.design)],
            check=True,
            env=os.environ | more,
            cwd="/",
        )
        seen.add((desk.document.read_bytes(), desk.ledger.read_bytes()))
    assert len(seen) == 1


def test_text_between_blocks_survives_every_build_byte_for_byte(built):
    text = built.text.replace("<!-- sdcli:begin estimates", NOTE + "<!-- sdcli:begin estimates")
    text = "My preface.\n" + text + "My epilogue, without a line end"
    built.document.write_bytes(text.encode())
    built.build()
    assert built.text == text
    built.change("vnodes: 160", "vnodes: 640")
    built.change(
        "  lb: {kind: load-balancer}", "  lb: {kind: load-balancer}\n  web: {kind: service}"
    )
    built.build()
    assert built.text.startswith("My preface.\n<!-- sdcli:begin header")
    assert NOTE + "<!-- sdcli:begin estimates" in built.text
    assert built.text.endswith("My epilogue, without a line end")
    assert "| 640 |" in built.text


def test_a_new_block_comes_after_its_predecessor_and_before_the_text_that_follows_it(built):
    end = "<!-- sdcli:end component/lb -->\n"
    built.change(end, end + NOTE, built.document)
    built.change(
        "  lb: {kind: load-balancer}", "  lb: {kind: load-balancer}\n  web: {kind: service}"
    )
    built.build()
    order = list(blocks(built))
    assert order[order.index("component/lb") + 1] == "component/web"
    assert built.text.index("sdcli:end component/web") < built.text.index(NOTE)


def test_a_component_that_comes_and_goes_leaves_the_document_as_it_was(built):
    before = built.document.read_bytes()
    built.change(
        "  lb: {kind: load-balancer}", "  lb: {kind: load-balancer}\n  web: {kind: service}"
    )
    built.build()
    assert built.document.read_bytes() != before
    built.change("\n  web: {kind: service}", "")
    removed = [name for name, done in built.build().blocks if done == "removed"]
    assert removed == ["component/web"]
    assert built.document.read_bytes() == before


def test_a_block_edited_by_hand_is_not_overwritten_without_force(built):
    built.change("| 160 |", "| 161 |", built.document)
    before = (built.document.read_bytes(), built.ledger.read_bytes())
    with pytest.raises(AnswerIsNo) as caught:
        built.build()
    assert "component/ring" in caught.value.given
    assert "--force" in caught.value.fix
    assert (built.document.read_bytes(), built.ledger.read_bytes()) == before
    built.build(force=True)
    assert "| 161 |" not in built.text


def test_a_block_edited_into_what_would_be_written_is_no_loss(built):
    built.change("vnodes: 160", "vnodes: 161")
    built.change("| 160 |", "| 161 |", built.document)
    built.build(only="component/ring")
    assert built.check(fast=True).blocks[10].state == "fresh"


def test_an_edited_block_whose_source_is_gone_stops_the_build_and_nothing_is_written(built):
    built.change("hot keys", "hot keys, see below", built.document)
    built.change("risks: [{id: R1, text: hot keys}]\n", "")
    built.change("vnodes: 160", "vnodes: 640")
    before = (built.document.read_bytes(), built.ledger.read_bytes())
    with pytest.raises(AnswerIsNo) as caught:
        built.build()
    assert "risks" in caught.value.given
    assert "gone" in caught.value.given
    assert (built.document.read_bytes(), built.ledger.read_bytes()) == before
    built.build(force=True)
    assert "risks" not in blocks(built)


def test_an_edited_block_does_not_stop_the_build_of_another(built):
    built.change("hot keys", "very hot keys", built.document)
    built.change("vnodes: 160", "vnodes: 640")
    done = built.build(only="component/ring").blocks
    assert done == [("component/ring", "written")]
    assert "very hot keys" in built.text
    assert built.not_fresh(fast=True)["risks"] == "edited"


def test_only_one_block_changes_with_only(built):
    before = blocks(built)
    built.change("vnodes: 160", "vnodes: 640")
    built.build(only="evidence/ring/ring.balance")
    after = blocks(built)
    assert [name for name in after if after[name] != before[name]][:1] == [
        "evidence/ring/ring.balance"
    ]
    assert sum(after[name].text != before[name].text for name in after) == 1


def test_only_names_the_nearest_block_when_there_is_none(built):
    with pytest.raises(InputError) as caught:
        built.build(only="requirement")
    assert caught.value.fix == "did you mean requirements?"


def test_only_needs_a_document(desk):
    with pytest.raises(InputError, match="no document yet"):
        desk.build(only="requirements")


def test_fresh_starts_from_the_template(built):
    before = built.text
    built.document.write_text("mine\n" + before.replace("hot keys", "edited"))
    built.build(fresh=True)
    assert built.text == before


def test_a_file_of_somebody_else_is_never_overwritten(desk):
    for options in ({}, {"force": True}, {"fresh": True}):
        desk.document.write_text("# My notes on the shop\n")
        with pytest.raises(InputError, match="not a document of sdcli"):
            desk.build(**options)
        assert desk.text == "# My notes on the shop\n"
    assert not desk.ledger.exists()


def test_a_document_that_is_a_link_out_of_the_folder_is_refused(desk, tmp_path):
    outside = tmp_path / "outside.md"
    desk.document.symlink_to(outside)
    with pytest.raises(InputError, match="leaves its folder"):
        desk.build()
    assert not outside.exists()


def test_the_document_leads_back_to_its_design_from_another_folder(desk, tmp_path):
    out = tmp_path / "my docs"
    made = desk.build(out=out)
    assert made.document == out / "shop.md"
    assert "Built by sdcli from ../desk/design.yaml." in made.document.read_text()
    again = build(made.document)
    assert again.document == made.document
    assert not desk.document.exists()


def test_a_document_with_windows_line_ends_keeps_them(built):
    built.document.write_bytes(built.text.replace("\n", "\r\n").encode())
    built.change("vnodes: 160", "vnodes: 640")
    built.build()
    assert "\n" not in built.text.replace("\r\n", "")
    assert built.check(fast=True).state == "fresh"


def test_a_conflict_left_in_the_document_is_named(built):
    built.document.write_text(
        built.text + "<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n", encoding="utf-8"
    )
    with pytest.raises(FaultsFound, match="1 fault"):
        built.build()


def test_a_broken_design_writes_nothing(built):
    before = built.document.read_bytes()
    built.change("formula: writes, unit: link/s", "formula: wirtes")
    built.change("kind: kv-store", "kind: kv-stroe")
    with pytest.raises(FaultsFound) as caught:
        built.build()
    assert len(caught.value.faults) > 1
    assert built.document.read_bytes() == before


def test_no_two_numbers_of_a_document_have_more_than_four_significant_digits(built):
    """Measured and computed values; ids, hashes, inputs and commands aside."""
    text = re.sub(r"<!--.*?-->|`[^`]*`|sha256:\w+", "", built.text)
    text = "\n".join(line for line in text.splitlines() if line.startswith("|"))
    digits = [re.sub(r"^0\.0*|\.", "", number) for number in re.findall(r"\d[\d.]*", text)]
    assert digits
    assert max(len(number.rstrip("0")) for number in digits) <= 4


def test_a_block_that_stands_twice_is_refused(built):
    built.document.write_text(built.text + wrap("risks", "again\n"))
    with pytest.raises(FaultsFound):
        built.build()


def test_one_block_and_everything_anew_are_refused_together(built):
    text, ledger = built.text, built.ledger.read_bytes()
    with pytest.raises(InputError, match="--fresh and --only cannot stand together"):
        built.build(fresh=True, only="risks")
    assert (built.text, built.ledger.read_bytes()) == (text, ledger)


def test_a_block_alone_whose_source_is_gone_leaves_the_ledger_too(built):
    built.change("risks: [{id: R1, text: hot keys}]\n", "")
    done = built.build(only="risks").blocks
    assert done == [("risks", "removed")]
    assert "risks" not in json.loads(built.ledger.read_text())["blocks"]
    assert "sdcli:begin risks" not in built.text


def test_a_design_with_a_new_id_does_not_leave_its_document_behind(built):
    text = built.text + "\nMine.\n"
    built.document.write_text(text)
    built.change("id: shop", "id: store")
    with pytest.raises(InputError) as caught:
        built.build()
    assert "mv " in caught.value.fix
    assert not built.document.with_name("store.md").exists()
    for name in ("shop.md", "shop.evidence.json"):
        built.document.with_name(name).rename(built.folder / name.replace("shop", "store"))
    built.build()
    assert "Mine." in built.document.with_name("store.md").read_text()


def test_a_check_says_what_the_design_prints_by_templates_of_its_own(built):
    folder = built.folder / "templates" / "document"
    folder.mkdir(parents=True)
    (folder / "risks.md.j2").write_text("## Risks\n\nNone.\n")
    built.build()
    for fast in (False, True):
        found = [one for one in built.check(fast=fast).findings if one.kind == "own-template"]
        assert [one.message for one in found] == ["printed by this design's own templates: risks"]
