"""`sdcli interview SCENARIO --partner`: Markdown that reads well as it stands, and JSON."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from sdcli.cli import entry
from sdcli.cli.partner import markdown
from sdcli.interview.partner import compose
from sdcli.interview.terms import Terms
from tests.interview.scenario_text import TEXT, scenario

COATS = str(Path(__file__).resolve().parents[1] / "content" / "coat-check.yaml")


@pytest.fixture
def run(capsys):
    """The exit code, stdout and stderr of one command line."""

    def call(*words):
        code = entry.run(["interview", COATS, "--partner", *words])
        told = capsys.readouterr()
        return code, told.out, told.err

    return call


def test_it_has_every_part_in_the_order_of_the_interview(run):
    code, out, err = run()
    assert (code, err) == (0, "")
    assert re.findall(r"^## (.*)$", out, flags=re.MULTILINE) == [
        "Time",
        "Read aloud",
        "Scope, minute 0 to 8",
        "High-level design, minute 8 to 20",
        "Deep dive, minute 20 to 40",
        "Wrap-up, minute 40 to 45",
        "What to tick, level mid",
        "Tally",
    ]
    assert "\n> Design the cloakroom of an opera house.\n" in out
    assert "\n- How many coats?\n  → 2000 a night.\n  → `coats = 2000 coat/day`\n" in out
    # 2000 / 1,200 s = 1.667; of 5 on a hook 2000 fill 400
    assert "= 1.667 coat/s` Two people at the counter." in " ".join(out.split())
    assert "\n- only its name: Why there?\n" in out
    assert "\nWith the number: You need 400 hooks. Where are they?\n" in out
    assert "\n- [ ] [ ] [ ] 3 c\n" in out
    assert "\n| Deep dive: Rows | 3 | |\n" in out


def test_level_and_minutes_are_honoured(run):
    _, out, _ = run("--level", "senior", "--minutes", "90")
    assert "## Deep dive, minute 40 to 80" in out
    assert "## What to tick, level senior" in out
    assert "### Deep dive: The rush, 2 points" in out
    assert "At this level the other one leads." in out
    at_mid = run()[1]
    assert "The rush, 2 points" not in at_mid
    assert "leads." not in at_mid


def test_every_line_fits_eighty_columns(run):
    assert max(map(len, run()[1].splitlines())) <= 80
    # A word of 74 letters fills a line, so what comes next begins one.
    long = TEXT.replace("for minutes.", " - ".join(["w" * 74] * 3) + " # 1. " + "v" * 74)
    text = markdown(compose(Terms(scenario(long), level="staff")))
    assert max(map(len, text.splitlines())) <= 80
    answer = text[text.index("→ Every day") :].split("\n\n")[0].splitlines()
    assert [line.strip()[:4] for line in answer] == [
        "→ Ev", "wwww", "\\-", "wwww", "\\-", "wwww", "\\# 1", "vvvv",
    ]  # fmt: skip


def test_json_is_one_object(run):
    code, out, err = run("--json")
    data = json.loads(out)
    assert (code, err, data["title"], data["level"]) == (0, "", "Coat check", "mid")
    assert data["questions"][0]["numbers"] == ["coats = 2000 coat/day"]


def test_it_keeps_no_session(run, own_home):
    run()
    assert not (own_home / "data").exists()


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--mode", "study"], "--mode"),
        (["--step", "scope"], "--step"),
        (["--answers", "a.yaml"], "--answers"),
        (["--sheet", "a.md"], "--sheet"),
        (["--out", "folder"], "--out"),
        (["--resume"], "--resume"),
        (["--session", "1"], "--session"),
    ],
)
def test_what_has_no_meaning_beside_it_is_refused_in_a_sentence(run, words, named):
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert f"{named} has no meaning beside --partner" in err


def test_a_level_that_does_not_exist_is_refused(run):
    code, _, err = run("--level", "mud")
    assert code == 2
    assert "one of mid, senior, staff" in err


def test_without_a_question_and_a_terminal_it_asks_which(capsys):
    assert entry.run(["interview", "--partner"]) == 2
    assert "which question?" in capsys.readouterr().err


def test_a_question_of_two_lines_is_one_question_and_no_change_of_numbers():
    text = TEXT.replace(
        'bottlenecks: "What gives first?"', "bottlenecks: |\n    What gives first?\n    And then?"
    )
    shown = markdown(compose(Terms(scenario(text))))
    assert "\n- What gives first? And then?\n" in shown
    assert "\n- With parcels times 10:\n  - parcel_rate: 23.15 parcel/s -> 231.5" in shown
    assert "\n  And at ten times the parcels?\n" in shown
