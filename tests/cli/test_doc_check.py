"""`sdcli doc check`: which files, several of them, annotations, and the way past typer."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from sdcli.cli import entry
from sdcli.cli.doc_annotate import command
from sdcli.cli.doc_check_run import plain_call
from sdcli.cli.doc_paths import expanded
from sdcli.core.errors import InputError

GATE = """\
schema: sdcli/1
id: {id}
title: Gate
summary: A gate for 5M request/day of calls.
assumptions:
  calls: {{value: 5M request/day, source: the log}}
estimates:
  call_rate: {{formula: calls, unit: request/s}}
requirements:
  quality:
    - {{id: Q1, metric: estimate.call_rate, op: "<=", target: 100 request/s}}
"""  # 5M / 86,400 s = 57.87 request/s


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def design(folder: str, text: str = GATE) -> Path:
    path = Path(folder) / "design.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.format(id=Path(folder).name))
    return path


def sdcli(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = entry.run(["doc", *words])
    out, err = capsys.readouterr()
    return code, out, err


@pytest.fixture
def two(capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    """Two designs with their documents."""
    design("d/one")
    design("d/two")
    assert sdcli(capsys, "build", "d")[0] == 0
    return "d/one", "d/two"


def test_the_three_files_of_a_design_are_checked_once(two, capsys):
    files = ["one.md", "one.evidence.json", "design.yaml"]
    code, out, _ = sdcli(capsys, "check", "--fast", *(f"d/one/{name}" for name in files))
    assert code == 0
    assert re.findall(r"(?m)^(\S+): fresh", out) == ["d/one/one.md"]


def test_a_ledger_alone_leads_to_its_design(two, capsys):
    code, out, _ = sdcli(capsys, "check", "--fast", "d/one/one.evidence.json")
    assert (code, out.splitlines()[0]) == (0, "d/one/one.evidence.json: fresh")
    assert sdcli(capsys, "build", "d/one/one.evidence.json")[0] == 0


def test_a_design_whose_document_is_elsewhere_has_it_there(capsys):
    path = design("d/one")
    assert sdcli(capsys, "build", str(path), "--out", "docs")[0] == 0
    paths, several = expanded([path, Path("docs/one.md"), Path("docs/one.evidence.json")])
    assert (paths, several) == ([Path("docs/one.md")], True)
    assert sdcli(capsys, "check", "--fast", str(path), "docs/one.md")[0] == 0


def test_files_that_are_no_designs_are_an_error_or_passed_over(two, capsys):
    Path("README.md").write_text("# Mine\n")
    Path("other.md").write_bytes(b"\xff\xfe")
    Path("d/notes.txt").write_text("x")
    names = ["README.md", "other.md", "d/notes.txt", "d/one/design.yaml"]
    code, out, err = sdcli(capsys, "check", "--fast", *names)
    assert code == 2
    assert "d/one/design.yaml: fresh" in out
    assert err.count("error:") == 3
    code, out, err = sdcli(capsys, "check", "--fast", "--skip-others", *names)
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "d/one/design.yaml: fresh"
    assert sdcli(capsys, "check", "--fast", "--skip-others", "README.md") == (0, "", "")


def test_one_broken_design_does_not_hide_the_others(two, capsys):
    design("d/broken", "schema: sdcli/1\nid: x\ntitel: y\n")
    design("d/stale", GATE)
    code, out, err = sdcli(capsys, "check", "--fast", "d")
    assert code == 2  # the highest of 0, 1 and 2
    assert re.findall(r"(?m)^(\S+): (\w+)$", out) == [
        ("d/one/design.yaml", "fresh"),
        ("d/stale/design.yaml", "stale"),
        ("d/two/design.yaml", "fresh"),
    ]
    assert "d/broken/design.yaml:3: titel: unknown key 'titel'" in err
    code, out, err = sdcli(capsys, "check", "--fast", "--json", "d")
    documents = {one["file"]: one for one in json.loads(out)["documents"]}
    assert code == 2
    assert json.loads(out)["state"] == "failed"
    assert documents["d/broken/design.yaml"]["state"] == "failed"
    assert "1 fault found" in documents["d/broken/design.yaml"]["error"]
    assert documents["d/one/design.yaml"]["state"] == "fresh"
    code, out, err = sdcli(capsys, "build", "d")
    assert code == 2
    assert re.findall(r"(?m)^(\S+\.md):", out) == [
        "d/one/one.md",
        "d/stale/stale.md",
        "d/two/two.md",
    ]


def test_damage_counts_higher_than_what_cannot_be_read(two, capsys):
    design("d/broken", "schema: sdcli/1\n")
    Path("d/one/one.evidence.json").write_text("{")
    assert sdcli(capsys, "check", "d")[0] == 3


CONFLICT = "<<<<<<< HEAD\n{0}=======\n{0}>>>>>>> branch\n"


@pytest.mark.parametrize(
    ("name", "line"), [("design.yaml", 4), ("one.md", 4), ("one.evidence.json", 4)]
)
@pytest.mark.parametrize("command", ["check", "build"])
def test_a_merge_conflict_is_named_with_its_line(two, capsys, command, name, line):
    path = Path("d/one") / name
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:3]) + CONFLICT.format("".join(lines[3:])))
    code, _, err = sdcli(capsys, command, "d/one/design.yaml")
    assert code == 2
    assert f"d/one/{name}:{line}: a merge conflict is left in the file" in err


def test_annotations_stand_at_the_lines_and_alone_on_stdout(two, capsys):
    path = Path("d/one/design.yaml")
    path.write_text(path.read_text().replace("5M request/day, s", "50M request/day, s"))
    document = Path("d/one/one.md")
    document.write_text("A call rate of 9 request/s.\n\n" + document.read_text())
    code, out, err = sdcli(capsys, "check", "--annotate", "github", "d/one", "d/two")
    assert (code, err) == (1, "")
    found = [
        re.fullmatch(r"::(\w+) file=([^,]*),line=(\d+),title=([^:]*)::(.*)", line)
        for line in out.splitlines()
    ]
    assert all(found)
    told = [match.groups() for match in found if match]
    lines = document.read_text().splitlines()
    stale = next(one for one in told if "input-stale" in one[3])
    assert stale[:2] == ("error", "d/one/one.md")
    assert lines[int(stale[2]) - 1].startswith("<!-- sdcli:begin ")
    assert (
        "assumptions.calls.value was 5M request/day, is 50M request/day%0Afix: sdcli doc"
        in stale[4]
    )
    # 50M / 86,400 s = 578.7 request/s
    assert ("error", "d/one/design.yaml", "11", "Q1 unmet") in [one[:4] for one in told]
    assert ("warning", "d/one/one.md", "1", "prose-number") in [one[:4] for one in told]
    assert ("warning", "d/one/design.yaml", "4", "prose-number") in [one[:4] for one in told]


def test_a_fresh_document_has_no_annotation(two, capsys):
    assert sdcli(capsys, "check", "--annotate=github", "d") == (0, "", "")


def test_what_cannot_be_used_is_annotated_at_its_line_and_told_on_stderr(capsys):
    path = design("d", "schema: sdcli/1\nid: x\ntitel: y\n")
    code, out, err = sdcli(capsys, "check", "--annotate", "github", str(path))
    assert code == 2
    assert out.startswith("::error file=d/design.yaml,line=3,title=unusable::titel: unknown key")
    assert "titel" in err
    code, out, _ = sdcli(capsys, "check", "--annotate", "github", "gone/design.yaml")
    assert (code, out[:40]) == (2, "::error file=gone/design.yaml,line=1,tit")


def test_an_annotation_is_escaped_as_github_demands():
    told = command("error", "a:b,c%.md", 7, "x: y", "100 %, a: b\r\n::error::\x1b[31m")
    assert told == (
        "::error file=a%3Ab%2Cc%25.md,line=7,title=x%3A y::100 %25, a: b%0D%0A::error:: [31m"
    )


@pytest.mark.parametrize(
    "words", [["--annotate", "gitlab"], ["--annotate", "github", "--json"], ["--annotate"]]
)
def test_annotations_that_nobody_knows_are_refused(two, capsys, words):
    code, out, _ = sdcli(capsys, "check", "d", *words)
    assert (code, out) == (2, "")


@pytest.mark.parametrize("words", [["-h"], ["--help"], ["--fats"], ["--annotate"], [""], ["-x"]])
def test_what_is_not_plain_is_left_to_typer(words):
    assert plain_call(words) is None


def test_the_short_way_and_typer_give_the_same_call(monkeypatch, capsys):
    from sdcli.cli import doc_check_run
    from sdcli.cli.app import app

    calls = []
    monkeypatch.setattr(doc_check_run, "run", lambda call: calls.append(call) or 0)
    for words in (
        [],
        ["a", "b", "--fast"],
        ["--json", "a"],
        ["--annotate", "github", "--skip-others"],
        ["--annotate=github", "a"],
    ):
        app(args=["doc", "check", *words], prog_name="sdcli", standalone_mode=False)
        assert calls[-1] == plain_call(words)


def test_a_folder_without_a_design_is_an_error():
    Path("empty").mkdir()
    with pytest.raises(InputError, match=r"there is no design\.yaml in this folder"):
        expanded([Path("empty")])
    assert expanded([Path("empty")], skip_others=True) == ([], True)


def test_a_line_of_a_diff_is_no_command_to_a_runner(capsys, two):
    """GitHub's runner obeys a line that begins with `::`, whatever stands before it but blanks."""
    path = Path("d/one/one.md")
    lines = path.read_text().splitlines(keepends=True)
    at = next(i for i, line in enumerate(lines) if "sdcli:begin summary" in line)
    lines[at + 1 : at + 1] = ["::stop-commands::x\n"]
    path.write_text("".join(lines))
    code, out, _ = sdcli(capsys, "check", "d/one")
    assert code == 1
    assert "      | +::stop-commands::x\n" in out
    assert not [line for line in out.splitlines() if line.strip().startswith("::")]
    told = [line for line in out.splitlines() if line.strip()[:1] in "+-@"]
    assert told == []  # every line of the diff stands behind a bar
