"""What `content.check` finds; the single faults stand as a table in faults.txt."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from sdcli.content.check import check
from sdcli.core.errors import InputError

HERE = Path(__file__).parent
SMALL = (HERE / "coat-check.yaml").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Case:
    """One block of faults.txt."""

    title: str
    changes: tuple[tuple[str, str], ...]
    faults: tuple[str, ...]


def read_cases(text: str) -> list[Case]:
    cases = []
    for block in text.split("\n\n"):
        head, rule, tail = block.partition("----\n")
        if not rule:
            continue
        lines = head.splitlines()
        old, new = (
            [line[2:].replace("\\n", "\n") for line in lines if line[:2] == sign]
            for sign in ("- ", "+ ")
        )
        title = " ".join(line[2:] for line in lines if line.startswith("# "))
        cases.append(Case(title, tuple(zip(old, new, strict=True)), tuple(tail.splitlines())))
    return cases


CASES = read_cases((HERE / "faults.txt").read_text(encoding="utf-8"))


def changed(changes: tuple[tuple[str, str], ...]) -> str:
    text = SMALL
    for old, new in changes:
        assert old in text, f"the small scenario has no {old!r}"
        text = text.replace(old, new, 1)
    return text


def faults_of(text: str) -> tuple[str, ...]:
    """The rendered faults of a text in place of the small scenario, without the file's name."""
    Path("coat-check.yaml").write_text(text, encoding="utf-8")
    return tuple(
        fault.render().removeprefix("coat-check.yaml:") for fault in check(["coat-check.yaml"])
    )


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """An empty folder to stand in."""
    own = tmp_path / "content"
    own.mkdir()
    monkeypatch.chdir(own)
    return own


def test_the_small_scenario_has_no_fault():
    assert faults_of(SMALL) == ()


def test_the_table_has_all_its_blocks():
    assert len(CASES) == (HERE / "faults.txt").read_text(encoding="utf-8").count("\n----\n")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_a_single_fault_names_line_key_and_remedy(case):
    assert faults_of(changed(case.changes)) == case.faults


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("Which row takes", "Which {row} takes", "deep_dives[0].ask"),
        ('missing: "Say where."', 'missing: "Say {row}."', "deep_dives[0].ladder.missing"),
        ('named: "Why there?"', 'named: "Why {row}?"', "deep_dives[0].ladder.named"),
        ('"When does it break?"', '"When does {row} break?"', "deep_dives[0].ladder.explained"),
        ('"And at night?"', '"And in {row}?"', "deep_dives[0].ladder.justified"),
        ("into the first row", "into {row}", "deep_dives[0].pitfall"),
        ("Hash the tag", "Hash {row}", "deep_dives[0].hints[2]"),
        ("It rains.", "It rains on {row}.", "curveballs[0].say"),
        ("What now?", "What of {row}?", "curveballs[0].ask"),
        ("What gives way?", "What gives {row}?", "wrap_up.bottlenecks"),
        ("The lights go out.", "{row} goes out.", "wrap_up.failure"),
        ("Ten operas?", "Ten {row}?", "wrap_up.ten_times.ask"),
        ('"Sum up."', '"Sum up {row}."', "wrap_up.recap"),
        ("Ask how many", "Ask {row}", "hints.scope[1]"),
    ],
)
def test_every_text_that_is_said_may_quote_known_numbers_only(old, new, key):
    """`{name}` in it is the person's own number; a brace without a partner is a slip."""
    (fault,) = faults_of(changed(((old, new),)))
    assert f'{key}: no estimate or assumption is called "row"' in fault
    assert faults_of(changed(((old, new.replace("{row}", "{hooks}")),))) == ()
    (fault,) = faults_of(changed(((old, new.replace("{row}", "{hooks")),)))
    assert f"{key}: a brace stands without its partner" in fault


@pytest.mark.parametrize("close", ["393", "407", "0.4k"])  # within 2 % of 400
def test_two_per_cent_are_rounding(close):
    assert faults_of(changed((('expect: "400"', f'expect: "{close}"'),))) == ()


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("coats * 1 day / rush to", "coats * 1 day / rsh to", "23: estimates[0].line: "),
        ("coats * 1 day / hook", "coats + hook", "24: estimates[1].line: "),
        ("coats * 1 day / hook", "coats * * hook", "24: estimates[1].line: "),
        ("coats * 1 day / hook", "coats * hooks", "24: estimates[1].line: "),
        ("hook = 5 coat", "hook = 5 cot", "20: assumptions[2].line: "),
        ('expect: "400"', 'expect: "about 400"', "24: estimates[1].expect: "),
        ('when: "rate > 1 coat/s"', 'when: "rate > 1 coat"', "55: deep_dives[1].when: "),
        ('when: "rate > 1 coat/s"', 'when: "rate >"', "55: deep_dives[1].when: "),
    ],
)
def test_a_formula_that_cannot_be_computed_is_one_fault_at_its_line(old, new, place):
    """The words are those of the quantity language; place and number are ours."""
    found = faults_of(changed(((old, new),)))
    assert len(found) == 1
    assert found[0].startswith(place)
    assert "\n" not in found[0]


def test_all_faults_of_a_file_come_at_once():
    """Form, references, rules and sums: none hides another."""
    found = faults_of(
        changed(
            (
                ("difficulty: easy", "difficulty: eazy"),
                ("offers: [coats]", "offers: [coat]"),
                ('expect: "400"', 'expect: "500"'),
                ("any_of: [hash the tag]", "any_of: [we hash the tag]"),
                ("weight: 3", "weight: 4"),
                (', justified: "And at night?"}', "}"),
            )
        )
    )
    assert [line.split(": ")[:2] for line in found] == [
        ["4", "difficulty"],
        ["10", "questions[0].offers[0]"],
        ["24", "estimates[1].expect"],
        ["45", "deep_dives[0].ladder.justified"],
        ["79", "rubric[6].any_of[0]"],
        ["79", "rubric[6].weight"],
    ]


def test_all_files_are_checked_and_broken_yaml_hides_nothing(folder):
    (folder / "a-broken.yaml").write_text("schema: [\n")
    (folder / "b-binary.yaml").write_bytes(b"\xff\xfe")
    (folder / "coat-check.yaml").write_text(SMALL.replace("weight: 3", "weight: 4"))
    (folder / "coats.yml").write_text(SMALL)
    (folder / "notes.txt").write_text("later")
    (folder / "old").mkdir()
    (folder / ".DS_Store").write_text("")
    only = (
        "only scenarios belong in this folder; fix: move it away, or name it ID.yaml if it is one"
    )
    assert [fault.render() for fault in check(["."])] == [
        "a-broken.yaml:2: this is not YAML: did not find expected node content",
        "b-binary.yaml:1: this is not UTF-8 text (byte 0)",
        "coat-check.yaml:79: rubric[6].weight: 4 is out of range; fix: write at most 3",
        f"coats.yml:1: {only}",
        f"notes.txt:1: {only}",
        f"old:1: {only}",
    ]


def test_a_folder_of_content_stands_for_its_scenarios(folder):
    (folder / "scenarios").mkdir()
    (folder / "README.md").write_text("mine")
    (folder / "scenarios/coat-check.yaml").write_text(SMALL.replace("weight: 3", "weight: 4"))
    assert [fault.file for fault in check([folder])] == ["scenarios/coat-check.yaml"]


def test_an_id_belongs_to_one_file(folder):
    (folder / "coat-check.yaml").write_text(SMALL)
    (folder / "wardrobe.yaml").write_text(SMALL)
    assert [fault.message for fault in check(["coat-check.yaml", "wardrobe.yaml"])] == [
        'the id "coat-check" is also that of coat-check.yaml',
        'the id "coat-check" is not the file\'s name "wardrobe"',
    ]


def test_a_file_that_is_named_twice_is_checked_once(folder):
    (folder / "coat-check.yaml").write_text(SMALL.replace("weight: 3", "weight: 4"))
    assert len(check(["coat-check.yaml", ".", "./coat-check.yaml"])) == 1


def test_a_persons_own_scenario_may_replace_one_of_ours(folder, monkeypatch):
    (folder / "scenarios").mkdir()
    (folder / "scenarios/url-shortener.yaml").write_text(
        SMALL.replace("id: coat-check", "id: url-shortener")
    )
    monkeypatch.setenv("SDCLI_PATH", str(folder))
    assert [fault for fault in check() if "url-shortener" in fault.file] == []


def test_a_path_that_is_not_there_is_an_error_of_the_call():
    with pytest.raises(InputError, match=r"nowhere\.yaml: there is no such file or folder"):
        check(["nowhere.yaml"])


def test_a_file_that_holds_something_else_is_refused(folder):
    (folder / "list.yaml").write_text("- one\n- two\n")
    (folder / "empty.yaml").write_text("")
    for name in ("list.yaml", "empty.yaml"):
        assert [fault.render() for fault in check([name])] == [
            f"{name}:1: this file holds no scenario; fix: start from `sdcli content new scenario`"
        ]


def test_the_bank_has_no_fault():
    assert [fault.render() for fault in check()] == []
