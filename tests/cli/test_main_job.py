"""The main job, end to end: recorded interviews in, documents out, and what must hold of them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import mermaidx
import merman
import pytest

from sdcli.cli.entry import run
from sdcli.core import yaml
from sdcli.core.errors import MissingError
from sdcli.units import quantity

ROOT = Path(__file__).resolve().parents[2]
LARGE = ROOT / "examples" / "interviews" / "url-shortener.yaml"
OFFICE = ROOT / "examples" / "interviews" / "url-shortener-office.yaml"
SCOPE = ("questions", "functional", "quality", "assumptions", "out_of_scope")
HIGH_LEVEL = ("estimates", "components", "flows", "walkthrough", "buy_in")
WRAP_UP = ("bottlenecks", "failure", "ten_times", "recap")
COATS = Path(__file__).with_name("coat-check.answers.yaml")


def document_of(folder: Path) -> str:
    [path] = folder.glob("*.md")
    return path.read_text(encoding="utf-8")


def play(answers: Path, folder: Path, scenario: str = "url-shortener") -> str:
    """The document of a recorded interview."""
    assert run(["interview", scenario, "--answers", str(answers), "--out", str(folder)]) == 0
    return document_of(folder)


def block(document: str, name: str) -> str:
    """What stands between the markers of a block."""
    found = re.search(
        rf"<!-- sdcli:begin {re.escape(name)} sha256:\w+ -->(.*?)<!-- sdcli:end",
        document,
        re.DOTALL,
    )
    assert found, f"no block {name}"
    return found.group(1)


def rows(text: str) -> dict[str, list[str]]:
    """The rows of the tables in a block by their first cell, without the code marks."""
    cells = [
        [cell.strip().strip("`") for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("|") and not line.startswith("|---")
    ]
    return {row[0]: row[1:] for row in cells}


def estimates(document: str) -> dict[str, str]:
    """The estimates' values by name."""
    found = rows(block(document, "estimates"))
    return {name: cells[1] for name, cells in found.items() if name != "Name"}


def metric(document: str, evidence: str, name: str) -> float:
    """A metric of an evidence block."""
    for line in block(document, f"evidence/{evidence}").splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if f"`{name}`" in cells:
            return float(cells[3].split()[0])
    raise AssertionError(name)


@pytest.fixture
def coats(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An invented question that exists only as a file of the tests."""
    folder = tmp_path / "content" / "scenarios"
    folder.mkdir(parents=True)
    source = ROOT / "tests" / "content" / "coat-check.yaml"
    (folder / "coat-check.yaml").write_bytes(source.read_bytes())
    monkeypatch.setenv("SDCLI_PATH", str(folder.parent))
    return COATS


def changed(answers: Path, tmp_path: Path, old: str, new: str) -> Path:
    """A copy of recorded answers with one text changed."""
    text = answers.read_text(encoding="utf-8")
    assert text.count(old) == 1
    copy = tmp_path / f"changed-{answers.name}"
    copy.write_text(text.replace(old, new), encoding="utf-8")
    return copy


def test_the_demo_ends_with_the_report_and_three_files(tmp_path, capsys):
    play(LARGE, tmp_path / "out")
    shown = capsys.readouterr().out
    assert re.search(r"Score \d+ of 100", shown)
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "design.yaml",
        "url-shortener.md",
        "url-shortener.evidence.json",
    }


def test_two_interviews_of_one_question_differ_in_every_number_diagram_and_evidence(tmp_path):
    large, office = play(LARGE, tmp_path / "large"), play(OFFICE, tmp_path / "office")
    ours, theirs = estimates(large), estimates(office)
    shared = ours.keys() & theirs.keys()
    assert {"write_rate", "redirect_rate", "links_kept", "storage"} <= shared
    assert [name for name in shared if ours[name] == theirs[name]] == []
    diagrams = [re.findall(r"```mermaid\n(.*?)```", text, re.DOTALL) for text in (large, office)]
    assert min(map(len, diagrams)) >= 3
    assert set(diagrams[0]).isdisjoint(diagrams[1])
    tables = [
        re.findall(r"begin evidence/.*?-->(.*?)<!--", text, re.DOTALL) for text in (large, office)
    ]
    assert min(map(len, tables)) >= 3
    assert set(tables[0]).isdisjoint(tables[1])


def test_every_diagram_parses_in_two_independent_parsers(tmp_path):
    document = play(LARGE, tmp_path / "out")
    diagrams = re.findall(r"```mermaid\n(.*?)```", document, re.DOTALL)
    assert len(diagrams) >= 3
    parser = merman.Merman()
    for diagram in diagrams:
        verdict = parser.validate(diagram, None)
        assert verdict.valid, verdict.error
        assert "<svg" in mermaidx.render(diagram).svg()


def test_an_interview_of_empty_lines_gives_a_document_of_nothing(tmp_path, capsys):
    """No number, no component, a full list of what is not covered, and no score."""
    answers = {"schema": "sdcli-answers/1", "scenario": "url-shortener", "answers": []}
    before = [f"scope.{at}" for at in SCOPE] + [f"high_level.{at}" for at in HIGH_LEVEL]
    after = [f"wrap_up.{at}" for at in WRAP_UP]
    topics = ("code-generation", "redirect-answer", "caching")
    dives = [
        f"deep_dive.{topic}{part}" for topic in topics for part in ("", ".follow_up", ".decision")
    ]
    for at in [*before, *dives, *after]:
        answers["answers"].append({"at": at, "text": ""})
    path = tmp_path / "empty.yaml"
    path.write_text(yaml.dump(answers), encoding="utf-8")
    document = play(path, tmp_path / "out")
    assert "No score" in capsys.readouterr().out
    visible = re.sub(r"<!--.*?-->", "", document, flags=re.DOTALL)
    assert re.findall(r"\d", visible) == []
    design = yaml.read(tmp_path / "out" / "design.yaml").data
    assert not design.get("components")
    assert not design.get("assumptions")
    missing = block(document, "not-covered").lower()
    for section in ("requirements", "assumptions", "estimates", "components", "decisions", "risks"):
        assert section in missing


@pytest.mark.parametrize(
    ("old", "new", "doubled"),
    [
        ("row = 300 B/link", "row = 600 B/link", {"storage"}),
        ("keep = 2 year", "keep = 4 year", {"links_kept", "storage"}),
        ("read_ratio = 12 r", "read_ratio = 24 r", {"clicks_day", "redirect_rate"}),
    ],
)
def test_doubling_an_assumption_changes_exactly_what_depends_on_it(tmp_path, old, new, doubled):
    """Which estimates name it, by way of others or not, is read off the recorded answers."""
    before = play(OFFICE, tmp_path / "before")
    after = play(changed(OFFICE, tmp_path, old, new), tmp_path / "after")
    ours, theirs = estimates(before), estimates(after)
    assert {name for name in ours if ours[name] != theirs[name]} == doubled
    for name in doubled:
        assert quantity(theirs[name], nouns=["redirect"]).value == pytest.approx(
            2 * quantity(ours[name], nouns=["redirect"]).value, rel=1e-3
        )


def test_four_times_the_virtual_nodes_halve_the_spread(tmp_path):
    """The spread goes with 1/sqrt(vnodes): 40 to 160 points make half of it, within a tenth."""
    few = play(OFFICE, tmp_path / "few")
    many = play(
        changed(OFFICE, tmp_path, "nodes=3 vnodes=40", "nodes=3 vnodes=160"), tmp_path / "many"
    )
    ratio = metric(few, "spread/ring.balance", "spread") / metric(
        many, "spread/ring.balance", "spread"
    )
    assert ratio == pytest.approx(2, rel=0.1)


def test_a_question_that_exists_only_as_a_file_is_played(coats, tmp_path):
    document = play(coats, tmp_path / "out", "coat-check")
    assert estimates(document) == {"rate": "2.5 coat/s", "hooks": "750"}  # 3000 / 1200 s; 3000 / 4
    assert "evidence/ring/ring.balance" in document
    assert "`client -> counter -> ring -> rows`" in document


def test_nothing_flows_from_the_question_into_the_design_unasked(coats, tmp_path):
    """Of the offered lines only those taken over stand in the design, marked as such.

    A flow that was typed stands as its line alone.
    """
    play(coats, tmp_path / "out", "coat-check")
    design = yaml.read(tmp_path / "out" / "design.yaml").data
    origins = {
        name: "typed" if isinstance(part, str) else part["origin"]
        for section in ("assumptions", "estimates", "components", "flows")
        for name, part in design[section].items()
    }
    accepted = {name for name, origin in origins.items() if origin == "accepted"}
    assert accepted == {"rush", "hooks"}
    assert set(origins) - accepted == {"coats", "hook", "rate", "counter", "ring", "rows", "fetch"}


def test_the_answers_of_a_session_play_to_the_same_design(coats, tmp_path, capsys):
    play(coats, tmp_path / "first", "coat-check")
    capsys.readouterr()
    exported = tmp_path / "exported.yaml"
    assert run(["sessions", "export", "1", "--out", str(exported)]) == 0
    play(exported, tmp_path / "second", "coat-check")
    first, second = (tmp_path / name / "design.yaml" for name in ("first", "second"))
    assert first.read_bytes() == second.read_bytes()


def test_the_time_in_the_report_is_what_the_answers_say(coats, tmp_path, capsys):
    play(coats, tmp_path / "out", "coat-check")
    capsys.readouterr()
    assert run(["sessions", "show", "1", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    seconds = {step["step"]: step["seconds"] for step in report["steps"]}
    answers = yaml.read(coats).data["answers"]
    for step, spent in seconds.items():
        assert spent == sum(one["seconds"] for one in answers if one["at"].startswith(f"{step}."))


def test_the_next_interview_gets_a_folder_of_its_own(coats, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for _ in range(3):
        assert run(["interview", "coat-check", "--answers", str(coats)]) == 0
    assert sorted(path.name for path in tmp_path.glob("coat-check*")) == [
        "coat-check",
        "coat-check-2",
        "coat-check-3",
    ]


def test_a_session_resumes_on_the_question_as_it_was_at_the_start(coats, tmp_path, monkeypatch):
    """The file of the question may change or go; the session keeps its text."""
    play(coats, tmp_path / "out", "coat-check")
    monkeypatch.delenv("SDCLI_PATH")
    assert run(["sessions", "show", "1"]) == 0


def test_a_recording_that_does_not_play_leaves_no_session(coats, tmp_path, capsys):
    short = changed(
        coats,
        tmp_path,
        '  - {at: wrap_up.recap, text: "To sum up',
        '  - {at: wrap_up.failure, text: "To sum up',
    )
    assert (
        run(["interview", "coat-check", "--answers", str(short), "--out", str(tmp_path / "o")]) == 2
    )
    assert "wrap_up.recap has no answer" in capsys.readouterr().err
    assert run(["sessions", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"sessions": []}
    assert not (tmp_path / "o").exists()


def test_a_finished_session_is_reported_again_and_written_only_where_asked(
    coats, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    play(coats, tmp_path / "first", "coat-check")
    capsys.readouterr()
    assert run(["interview", "--session", "1"]) == 0
    assert "Score" in capsys.readouterr().out
    assert not (tmp_path / "coat-check").exists()
    assert run(["interview", "--session", "1", "--out", "again"]) == 0
    ours, theirs = (tmp_path / name / "design.yaml" for name in ("first", "again"))
    assert ours.read_bytes() == theirs.read_bytes()
    assert run(["interview", "--session", "1", "--level", "staff"]) == 2


def test_a_document_that_cannot_be_written_leaves_the_session_open(
    coats, tmp_path, monkeypatch, capsys
):
    """The disk fills up at the very end: the answers are there, and how to go on is said."""
    import sdcli.documents

    def full(path, **_):
        raise MissingError("cannot write it: no space left on device", where=str(path))

    monkeypatch.setattr(sdcli.documents, "build", full)
    answers = ["interview", "coat-check", "--answers", str(coats), "--out", str(tmp_path / "o")]
    assert run(answers) == 4
    assert "sdcli interview --session 1 --out FOLDER" in capsys.readouterr().err
    monkeypatch.undo()
    monkeypatch.setenv("SDCLI_DATA", str(tmp_path / "home" / "data"))
    assert run(["interview", "--resume", "--out", str(tmp_path / "elsewhere")]) == 0
    assert (tmp_path / "elsewhere" / "coat-check.md").exists()
