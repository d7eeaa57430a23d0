"""The seal: it is believed only where nothing changed, and then says what looking would say."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

import sdcli
from sdcli.documents.checking import looking, seal
from sdcli.documents.evidence import codebase
from sdcli.documents.evidence.ledger import SEAL, without_seal
from sdcli.documents.evidence.provenance import renderer
from sdcli.documents.files import files_of
from sdcli.documents.text.markers import blocks_of, digest, pieces


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """One entry for each time that a check had to look."""
    found: list[bool] = []
    look = looking.look

    def noted(*args, **options):
        found.append(True)
        return look(*args, **options)

    monkeypatch.setattr(looking, "look", noted)
    return found


def _fresh_without_looking(desk, looks) -> bool:
    looks.clear()
    return desk.check(fast=True).state == "fresh" and not looks


def test_what_was_just_built_is_known_to_be_fresh_without_looking(built, looks):
    assert _fresh_without_looking(built, looks)


def test_a_full_check_always_looks(built, looks):
    built.check()
    assert looks


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        ("target: 1.25", "target: 1.01"),  # unmet: the state is failed
        ("> 1k link/s", "> 1 link/s"),  # due for a new look
        ("spread <= 0.1", "spread <= 0.01"),  # a confirm that is false
        ("A shop for links.", "A shop with a write rate of 400 link/s."),  # a number in prose
    ],
)
def test_the_answer_is_the_one_that_looking_gives(desk, looks, old, new):
    desk.change(old, new)
    desk.build()
    answer = desk.check(fast=True)
    assert not looks
    looked = looking.look(files_of(desk.design), fast=True, watch=None)
    assert answer == looked
    assert answer.to_json() == looked.to_json()
    assert answer.holds == looked.holds


def test_a_comment_and_another_line_break_change_nothing(built, looks):
    built.change("schema: sdcli/1", "# why\nschema: sdcli/1")
    for path in (built.design, built.document, built.ledger):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert _fresh_without_looking(built, looks)


def _own_template(desk) -> None:
    own = desk.folder / "templates" / "document" / "risks.md.j2"
    own.parent.mkdir(parents=True)
    own.write_text("## Risks\n")


@pytest.mark.parametrize(
    "change",
    [
        lambda desk: desk.change("vnodes: 160", "vnodes: 161"),
        lambda desk: desk.change("title: Shop", "title: The shop"),
        lambda desk: desk.change("links", "linkz", desk.document),
        lambda desk: desk.change('"verdict": "holds"', '"verdict": "fails"', desk.ledger),
        lambda desk: desk.change('"word": "met"', '"word": "unmet"', desk.ledger),
        lambda desk: desk.change(SEAL, ',\n "zeal": "', desk.ledger),
        lambda desk: desk.document.unlink(),
        lambda desk: desk.ledger.unlink(),
        _own_template,
    ],
)
def test_any_change_is_looked_at(built, looks, change):
    change(built)
    assert not _fresh_without_looking(built, looks)
    assert looks


def test_a_marker_that_tells_another_hash_is_looked_at(built, looks):
    text = built.text
    told = text[text.index("sha256:") + 7 :][:64]
    built.document.write_text(text.replace(told, "0" * 64))
    assert built.not_fresh(fast=True) == {"header": "edited"}
    assert looks


def test_another_sdcli_looks(built, looks, monkeypatch):
    monkeypatch.setattr(sdcli, "__version__", "99.0")
    built.check(fast=True)
    assert looks


def test_code_that_changed_is_looked_at(tmp_path):
    """Each part that decides what a document says is in the hash, by name and by content."""
    (tmp_path / "a").mkdir()

    def hashed() -> str:
        whole = sha256()
        codebase.add_files(whole, str(tmp_path), ".py")
        return whole.hexdigest()

    found = [hashed()]
    for name, text in (("a/b.py", "1"), ("a/b.py", "2"), ("c.py", "2"), ("c.txt", "no code")):
        (tmp_path / name).write_text(text)
        found.append(hashed())
    assert len(set(found)) == 4
    assert found[3] == found[4]


def test_a_block_that_fails_is_never_sealed(desk, looks):
    desk.change("vnodes: 160", "vnodes: 1M")  # out of the bounds of the experiment
    desk.build()
    assert without_seal(desk.ledger.read_text()) == ("", "")
    assert desk.check(fast=True).state == "failed"


def test_building_block_by_block_ends_with_a_seal(built, looks):
    whole = built.ledger.read_bytes()
    built.change("text: hot keys", "text: cold keys")
    built.change("[accounts]", "[accounts, billing]")
    built.build(only="risks")
    assert without_seal(built.ledger.read_text()) == ("", "")  # the scope is still the old one
    for block in built.check(fast=True).blocks:
        if block.state != "fresh":
            built.build(only=block.id)
    assert _fresh_without_looking(built, looks)
    assert built.ledger.read_bytes() != whole
    built.build()
    assert _fresh_without_looking(built, looks)


def test_one_block_alone_seals_nothing_that_a_whole_build_would_not_write(built, looks):
    """The inputs and the code are those of now, and the text of another block is not."""
    built.change("hot keys", "cold keys", built.document)
    block = blocks_of(pieces(built.text, "d"))["risks"]
    built.document.write_text(built.text.replace(block.told, digest(block.text)))
    built.change(block.told, digest(block.text), built.ledger)
    built.build(only="scope")
    assert without_seal(built.ledger.read_text()) == ("", "")
    assert built.not_fresh() == {"risks": "drifted"}


def test_one_block_alone_seals_no_result_that_a_run_no_longer_gives(built, looks):
    metrics = json.loads(built.ledger.read_text())["blocks"]["evidence/ring/ring.balance"]
    spread = metrics["evidence"]["metrics"]["spread"]["value"]
    built.change(str(spread), str(spread * (1 + 1e-6)), built.ledger)
    built.build(only="scope")
    assert without_seal(built.ledger.read_text()) == ("", "")


def test_one_block_built_again_leaves_the_ledger_as_it_is(built):
    whole = built.ledger.read_bytes()
    built.build(only="risks")
    assert built.ledger.read_bytes() == whole


def test_the_seal_and_the_blocks_know_the_same_code():
    root = Path(sdcli.__file__).parent
    assert all((root / part).is_dir() for part in codebase.PARTS)
    whole = sha256()
    codebase.add_code(whole)
    assert renderer() == whole.hexdigest()
    assert {"core", "experiments", "documents"} <= set(codebase.PARTS)


ROW = {"id": "Q1", "word": "met", "reason": "", "shown": "", "asked": "", "row": {}}
NOTE = {"kind": "confirm", "where": "a", "message": "b", "fails": False, "line": 0}


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"requirements": [{}]},
        {"requirements": 3},
        [],
        "x",
        *(
            {"requirements": [ROW | change], "findings": []}
            for change in ({"word": 3}, {"word": "splendid"}, {"row": []}, {"id": None})
        ),
        *(
            {"requirements": [], "findings": [NOTE | change]}
            for change in ({"line": "1"}, {"fails": 0}, {"kind": []}, {"line": True})
        ),
    ],
)
def test_a_ledger_that_somebody_sealed_by_hand_is_looked_at(built, looks, answer):
    text, _ = without_seal(built.ledger.read_text())
    data = json.loads(text)
    data["answer"] = answer
    text = json.dumps(data, indent=1) + "\n"
    tree = looking.open_study(files_of(built.design)).facts.tree
    told = seal.seal(tree.data, built.folder, text)
    built.ledger.write_text(text.removesuffix("\n}\n") + SEAL + told + '"\n}\n')
    if isinstance(answer, dict):
        assert built.check(fast=True).state == "fresh"
        assert looks
    else:
        with pytest.raises(Exception, match="answer"):
            built.check(fast=True)
