"""`sdcli calc`: answers, claims, lines, JSON and exit codes."""

from __future__ import annotations

import io
import json
import subprocess
import sys

import pytest

from sdcli.cli import calc
from sdcli.units import evaluate

YEARS = "1 MB * 30e6/day * 5 year to PB"


@pytest.fixture
def run(capsys, monkeypatch):
    """Run calc as a person at a terminal, or with lines on stdin: code, stdout, stderr."""

    class Stdin(io.StringIO):
        terminal = True

        def isatty(self) -> bool:
            return self.terminal

    def run(*arguments: str, lines: str | None = None):
        stdin = Stdin(lines or "")
        stdin.terminal = lines is None
        monkeypatch.setattr(sys, "stdin", stdin)
        code = calc.main(list(arguments))
        return code, *capsys.readouterr()

    return run


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        ([YEARS], "54.75 PB  (day 86,400 s, year 365 day, KB 1000 B)"),
        (YEARS.split(), "54.75 PB  (day 86,400 s, year 365 day, KB 1000 B)"),
        # 12 * 86,400
        (["12 requests/s to 1/day"], "1.037M request/day (1,036,800)  (day 86,400 s)"),
        (  # 3000 * 8 * 5000; 15 MB * 86,400
            ["3 kB * 5000/s to Mbps"],
            "120 Mbps (15 MB/s, 1.296 TB/day)  (day 86,400 s, KB 1000 B)",
        ),
        (["1 KB to B"], "1000 B  (KB 1000 B, KiB 1024 B)"),
        # the root of 1e8 times 2e8, three times
        (["(100e6 to 200e6)*3"], "424.3M (300M to 600M)\n  90 % interval, closed form"),
        # 10^-9 * 31,536,000 s
        (["99.9999999%"], "99.9999999% (9 nines, 31.54 ms/year down)  (year 365 day)"),
        (["5", "-", "3"], "2"),
        (["-5", "+", "3"], "-2"),
        (["--", "-5"], "-5"),
        (["5", "x", "3"], "15"),
        (["62^7 code", "--noun", "code"], "3.522T code (3,521,614,606,208)"),
        (["--noun=code", "62^7 code"], "3.522T code (3,521,614,606,208)"),
        # units that only the answer is in rest on conventions, too
        (["365 billion url * 100 bytes/url"], "36.5 TB  (KB 1000 B)"),
        (["2^30 B"], "1.074 GB  (KB 1000 B)"),
        (["1e6 s to day"], "11.57 day  (day 86,400 s)"),
        (["2^30 B > 5e8 B"], "true: 1.074 GB > 500 MB  (KB 1000 B)"),
        (["1 B to 1e12 B"], "1 MB (1 B to 1 TB)  (KB 1000 B)\n  90 % interval, closed form"),
        (  # the median of 0.0001 to 20,000 is the root of 2
            ["0.0001 B to 20000 B"],
            "1.414 B (1e-4 B to 20 KB)  (KB 1000 B)\n  90 % interval, closed form",
        ),
        # most likely slips
        (
            ["2B users * 50 messages/day"],
            (
                "100G message*user/day  (day 86,400 s)\n"
                "  note: message*user: write 50 message/user/day if it is 50 for each user"
            ),
        ),
        (
            ["3 servers x 5 workers"],
            (
                "15 server*worker\n"
                "  note: server*worker: write 5 worker/server if it is 5 for each server"
            ),
        ),
        (
            ["100M url/day / 86400"],
            (
                "1.157k url/day (0.0134/s)  (day 86,400 s)\n"
                "  note: 86400 is a plain number; to url/s converts"
            ),
        ),
        (["5 GB > 3 GB"], "true: 5 GB > 3 GB  (KB 1000 B)"),
        (["2 min > 1 min and not 2 < 1"], "true: 2 min > 1 min and not 2 < 1"),
        (
            ["not (1 < 2 and 3 < 2 * 2) or (1 > 2 or 2 > 1)"],
            "true: not (1 < 2 and 3 < 4) or 1 > 2 or 2 > 1",
        ),
        (["(1 > 2 or 2 > 1) and 3 > 2"], "true: (1 > 2 or 2 > 1) and 3 > 2"),
        # brackets at the edge of a side are its own
        (["(1 GB + 1 GB) > 1 GB"], "true: 2 GB > 1 GB  (KB 1000 B)"),
        (["not 1 GB > (1 GB + 1 GB)"], "true: not 1 GB > 2 GB  (KB 1000 B)"),
        (
            ["1 s < 2 s and 2 GB >= 1 GB * (1 + 1)"],
            "true: 1 s < 2 s and 2 GB >= 2 GB  (KB 1000 B)",
        ),
    ],
)
def test_an_answer(run, arguments, answer):
    assert run(*arguments) == (0, answer + "\n", "")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("3 GB + 2 s", "this adds information and time"),
        ("5 gigabyyte to MB", '"gigabyyte" is no unit'),
        ("5 mb to B", '"mb" has two readings'),
        ("1 GB + 1", "this adds information and number"),
        ("nonsense", '"nonsense" is no name'),
        ("62^7 code", '"code" is no unit'),
    ],
)
def test_what_cannot_be_used_is_said_on_stderr_and_exits_2(run, text, what):
    code, out, err = run(text)
    assert (code, out) == (2, "")
    assert err.startswith(f"error: {what}")


@pytest.mark.parametrize(
    ("claim", "code", "says"),
    [
        # 150M * 2 / 86,400 = 3,472
        ("150M user * 2 tweet/user/day = 3.5k tweet/s", 0, "ok: computed 3.472k tweet/s"),
        ("150M user * 2 tweet/user/day = 3472/s", 0, "ok: "),
        ("150M user * 2 tweet/user/day == 4k tweet/s", 0, "rounded: "),
        ("150M user * 2 tweet/user/day = 35k/s", 1, "off by a factor of 10.08, too high: "),
        ("150M user * 2 tweet/user/day = 350/s", 1, "off by a factor of 9.921, too low: "),
        ("100 MB = 105 MB", 0, "ok: "),
        ("100 MB = 125 MB", 0, "rounded: "),
        ("100 MB = 127 MB", 1, "off by a factor of 1.27, too high: "),
        # a factor in full, without k
        ("1.008M = 1k", 1, "off by a factor of 1,008, too low: computed 1.008M, claimed 1k\n"),
        ("5 = -5", 1, "off: computed 5, claimed -5\n  the sign differs\n"),
        ("3 MB = 3 TB", 1, "off by a factor of 1M, too high: computed 3 MB, claimed 3 TB  (KB"),
        (
            "1e9 tweet/s = 1 tweet/year",
            1,
            "off by a factor of 3.154e16, too low: computed 1G tweet/s,",
        ),
        (
            "1 joule = 1 kilowatt_hour",
            1,
            "off by a factor of 3.6M, too high:\n  computed 2.778e-7 k",
        ),
        (
            "4 nines = 3 nines",
            1,
            "off: computed 99.99%, claimed 99.9%\n  the downtime differs by a factor of 10\n",
        ),
        ("0 MB = 0 MB", 0, "ok: "),
        ("0 MB = 1 MB", 1, "off: "),
        ("1 MB = -1 MB", 1, "off"),
        ("1 GB = 1024 MB", 0, "ok: "),
        ("5 GB < 3 GB", 1, "false: 5 GB < 3 GB"),
        ("2 GB > 1 GB and 5 s < 3 s", 1, "false: 2 GB > 1 GB and 5 s < 3 s"),
        ("(1 + 2) * 3 = 9", 0, "ok: computed 9, claimed 9"),
        ("9 = 3 * (1 + 2)", 0, "ok: computed 9, claimed 9"),
        ("(1 GB + 2 GB) * 3 = 9 GB", 0, "ok: computed 9 GB, claimed 9 GB"),
        ("not (1 GB + 1 GB) > 1 GB", 1, "false: not 2 GB > 1 GB"),
    ],
)
def test_claims(run, claim, code, says):
    found, out, err = run(claim)
    assert (found, err) == (code, "")
    assert out.startswith(says)


def test_a_claim_in_another_kind_cannot_be_judged(run):
    code, out, err = run("150M user * 2 tweet/user/day = 3 GB")
    assert (code, out) == (2, "")
    assert "this compares tweet / time with information" in err


def test_notes_stand_in_the_json(run):
    _, out, _ = run("--json", "100M url/day / 86400")
    assert json.loads(out)["notes"] == ["86400 is a plain number; to url/s converts"]


def test_a_long_note_goes_on_below_itself(run):
    noun = "photo_of_a_very_long_name_" + "x" * 20
    _, out, _ = run(f"--noun={noun}", f"2B users * 5 {noun}")
    note = out.splitlines()[1:]
    assert len(note) > 1
    assert all(line.startswith("  ") for line in note)
    assert "note: " in note[0]


@pytest.mark.parametrize(
    ("arguments", "lines", "fix"),
    [
        (["20M rides per day"], None, "declare the count noun: --noun ride"),
        (["-e", "5 core"], None, "declare the count noun: --noun core"),
        (["-"], "5 core", "declare the count noun: unit core"),
        ([], "5 core", "declare the count noun: unit core"),
        (["5 requets"], None, "did you mean request?"),
    ],
)
def test_a_count_noun_can_be_declared(run, arguments, lines, fix):
    code, _, err = run(*arguments, lines=lines)
    assert code == 2
    assert err.endswith(f"     fix: {fix}\n")
    if "declare" in fix:
        how, noun = fix.split()[-2:]
        if how == "--noun":
            assert run("--noun", noun, *arguments)[0] == 0
        else:
            assert run(*arguments, lines=f"unit {noun}\n{lines}")[0] == 0


def test_a_declared_plural_reads_the_singular(run):
    assert run("--noun", "rides", "20M ride/day to rides/day")[0] == 0


def test_a_unit_cannot_name_a_value(run):
    code, out, err = run("-", lines="a = 5 MB\nb = a\n")
    assert (code, out) == (2, "a = 5 MB  (KB 1000 B)\n")
    assert err.startswith('error: "b" is a unit (bit) and cannot name a value\n')


def test_json_has_the_keys_that_other_programs_read(run):
    code, out, _ = run("--json", YEARS)
    assert code == 0
    assert json.loads(out) == {
        "expression": YEARS,
        "value": 54.75,
        "unit": "PB",
        "kind": "information",
        "display": "54.75 PB",
        "low": 54.75,
        "high": 54.75,
        "method": "exact",
        "seed": None,
        "samples": None,
        "engine": None,
        "sampling_error": None,
        "conventions": {"day": "86,400 s", "year": "365 day", "KB": "1000 B"},
        "steps": ["1 MB × 30M/day × 5 year = 54.75 PB"],
        "companions": [],
        "sensitivity": [],
        "notes": [],
    }


def test_json_of_a_range_is_in_the_shown_unit(run):
    said = json.loads(run("--json", "100M to 400M link/month")[1])
    assert (said["low"], said["value"], said["high"]) == (1e8, 2e8, 4e8)
    assert (said["unit"], said["method"], said["seed"]) == ("link/month", "closed-form", None)


def test_json_of_draws_names_seed_and_samples(run):
    said = json.loads(run("--json", "(5 to 20 request) + 3 request")[1])
    assert (said["method"], said["seed"], said["samples"]) == ("monte-carlo", 7, 10_000)
    assert said["engine"] == "python"
    errors = said["sampling_error"]
    assert errors.keys() == {"low", "value", "high"}
    assert all(0 < errors[key] < 0.05 * said[key] for key in errors)


@pytest.mark.parametrize(
    ("line", "holds", "code"),
    [("2 GB > 1 GB and 5 s < 6 s", True, 0), ("5 < 6", True, 0), ("5 to 20 GB < 2 GB", False, 1)],
)
def test_json_of_a_question_has_no_value(run, line, holds, code):
    found, out, _ = run("--json", line)
    said = json.loads(out)
    assert (said["holds"], found) == (holds, code)
    assert [said[key] for key in ("value", "unit", "kind", "low", "high", "method")] == [None] * 6
    assert " < " in said["display"] or " > " in said["display"]


def test_the_spread_is_shared_out_over_the_ranges_as_typed(run):
    # 100M to 200M, 5 to 20, 2 to 5: the squares of ln 2, ln 4, ln 2.5 are 0.48, 1.92, 0.84 of 3.24
    line = "(100M to 200M user) * (5 to 20 request/user) * (2 to 5 KB/request)"
    said = json.loads(run("--json", line)[1])
    shares = {part["source"]: part["share"] for part in said["sensitivity"]}
    assert shares == {
        "5 to 20 request/user": pytest.approx(0.59, abs=0.005),
        "2 to 5 KB/request": pytest.approx(0.26, abs=0.005),
        "100M to 200M user": pytest.approx(0.15, abs=0.005),
    }
    out = run(line)[1].splitlines()
    assert out[2] == "  5 to 20 request/user drives 59 % of the spread: ask about it first"
    assert out[3] == "  then 2 to 5 KB/request 26 %, 100M to 200M user 15 %"


def test_a_name_stands_beside_its_range(run):
    lines = "users = 100M to 200M user\nrate = 5 to 20 request/user/day\nusers * rate\n"
    # (ln 4)^2 of (ln 4)^2 + (ln 2)^2
    assert run("-", lines=lines)[1].splitlines()[-2:] == [
        "  rate (5 to 20 request/user/day) drives 80 % of the spread: ask about it first",
        "  then users (100M to 200M user) 20 %",
    ]


def test_json_of_a_claim_adds_the_verdict(run):
    code, out, _ = run("--json", "150M user * 2 tweet/user/day = 35k/s")
    said = json.loads(out)
    assert code == 1
    assert (said["verdict"], said["unit"], said["claimed"]) == ("off", "tweet/s", 35_000)
    assert said["ratio"] == pytest.approx(35_000 / 3472.22, rel=1e-4)
    assert said["computed"] == said["value"] == pytest.approx(3472.22, rel=1e-5)
    assert "zero too many" in said["cause"]


def test_a_claim_that_is_off_says_what_the_slip_looks_like(run):
    code, out, _ = run("15 MB/s = 120 MB/s")  # 8 bits in a byte
    assert code == 1
    assert out.splitlines() == [
        "off by a factor of 8, too high: computed 15 MB/s, claimed 120 MB/s  (KB 1000 B)",
        "  looks like bits read as bytes",
    ]


def test_steps_are_said_aloud_before_the_answer(run):
    # 300M / 86,400 = 3472.2; said 3.5k is 0.8 % more
    assert run("--steps", "150M user * 2 tweet/user/day to tweet/s")[1].splitlines() == [
        "said aloud                                     exact           drift",
        "150M user x 2 tweet/user/day = 300M tweet/day  300M tweet/day",
        "300M tweet/day / 86,400 s/day = 3.5k tweet/s   3.472k tweet/s  +0.8 %",
        "3.472k tweet/s (300M/day)  (day 86,400 s)",
    ]


def test_the_steps_of_a_claim_end_in_its_unit(run):
    said = json.loads(run("--steps", "--json", "150M user * 2 tweet/user/day = 35k/s")[1])
    assert [step["exact"] for step in said["aloud"]] == ["300M tweet/day", "3.472k tweet/s"]
    assert said["aloud"][1]["drift"] == pytest.approx(0.008)
    assert said["steps"] == ["150M user × 2 tweet/user/day = 300M tweet/day"]


def test_the_sum_by_head_and_its_error(run):
    # 150M * 2 / 10^5 = 3000; 3000 / 3472.2 - 1 = -0.136
    line = "150M user * 2 tweet/user/day to tweet/s"
    assert run("--mental", line)[1].splitlines() == [
        "by head: 150M x 2 / 10^5 = 3k tweet/s, 14 % low",
        "3.472k tweet/s (300M/day)  (day 86,400 s)",
    ]
    said = json.loads(run("--mental", "--json", line)[1])["mental"]
    assert said["line"] == "150M x 2 / 10^5 = 3k tweet/s"
    assert (said["value"], said["error"]) == (3000, pytest.approx(-0.136))


@pytest.mark.parametrize(
    ("options", "line", "answer"),
    [
        # 300M / 10^5
        (["--rough"], "300M tweet/day to tweet/s", "3k tweet/s (300M/day)  (day 100,000 s)"),
        (["--rough"], "5 tweet/s * 1 month", "12.5M tweet  (month 2.5M s)"),
        (["--rough"], "1 tweet/s * 1 year", "30M tweet  (year 30M s)"),
        (["--day", "43200"], "1 day to hour", "12 hour  (day 43,200 s)"),
        (["--month=31"], "1 month to day", "31 day  (day 86,400 s, month 31 day)"),
        (  # 365.25 * 86,400
            ["--year", "365.25"],
            "1 tweet/s * 1 year",
            "31.56M tweet (31,557,600)  (year 365.25 day)",
        ),
    ],
)
def test_the_conventions_are_options(run, options, line, answer):
    assert run(*options, line) == (0, answer + "\n", "")


@pytest.mark.parametrize("other", [["--day", "86400"], ["--month=30"], ["--year", "365"]])
def test_rough_lengths_hang_together(run, other):
    """Beside --month 30 a rough year of 30M s would have 10 months."""
    code, out, err = run("--rough", *other, "1 year to month")
    assert (code, out) == (2, "")
    assert "rough day, month and year hang together" in err
    assert f"given: --rough and {other[0].partition('=')[0]}\n" in err


def test_the_conventions_are_in_config_toml_and_an_option_wins(run, own_home, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(own_home))
    (own_home / "sdcli").mkdir()
    (own_home / "sdcli" / "config.toml").write_text("day = 43_200\nyear = 360\n")
    for options, hours in (([], 4320), (["--day", "86400"], 8640), (["--rough"], 30e6 / 3600)):
        said = json.loads(run("--json", *options, "1 year to hour")[1])  # 360 * 12, 360 * 24
        assert said["value"] == pytest.approx(hours)
    (own_home / "sdcli" / "config.toml").write_text("day = 5\n")
    code, out, err = run("1 + 1")
    assert (code, out) == (2, "")
    assert "day is out of bounds" in err
    assert "3,600 to 100,000 seconds" in err


def test_draws_can_be_asked_for_where_a_formula_serves(run):
    line = "(1 to 4) * (1 to 16)"
    exact = json.loads(run("--json", line)[1])
    said = json.loads(run("--json", "--samples", "20000", line)[1])
    assert (exact["method"], said["method"]) == ("closed-form", "monte-carlo")
    assert (said["samples"], said["engine"]) == (20_000, "python")
    for key in ("low", "value", "high"):  # 4 standard errors are wrong once in 16,000
        assert said[key] == pytest.approx(exact[key], abs=4 * said["sampling_error"][key])
    assert "Monte Carlo, 20,000 draws, seed 7, sampling error" in run("--samples=20000", line)[1]
    assert json.loads(run("--json", "--samples", "1000", "2 + 3")[1])["method"] == "exact"


@pytest.mark.parametrize("number", ["20k", "2e4", "20,000", "20_000", "20 thousand"])
def test_the_value_of_an_option_is_read_as_the_language_reads_numbers(run, number):
    said = json.loads(run("--json", "--samples", number, "5 to 20")[1])
    assert said["samples"] == 20_000
    answer = run("--day", "86.4k", "--month", "30", "1 day to hour")[1]
    assert answer == "24 hour  (day 86,400 s)\n"


def test_numpy_is_named_where_it_drew(run):
    pytest.importorskip("numpy")
    said = run("--samples", "1e5", "5 to 20")[1]
    assert "100,000 draws by numpy, seed 7" in said


def test_every_part_of_an_answer_draws_from_the_same_ranges(run, monkeypatch):
    """A range that is drawn under one name in the result and another by head is two variables."""
    drawn = set()
    between = evaluate.between

    def noted(low, high, source):
        drawn.add(source)
        return between(low, high, source)

    monkeypatch.setattr(evaluate, "between", noted)
    for line in ("(5 to 20) * (1 to 2) = 14", "(5 to 20) > (1 to 2)", "x = (5 to 20) + (1 to 2)"):
        drawn.clear()
        assert run("--steps", "--mental", line)[2] == ""
        assert len(drawn) == 2, line


def test_a_question_works_out_each_side_once(run, monkeypatch):
    asked = []
    binary = evaluate.Evaluator.value

    def noted(self, node):
        asked.append(type(node).__name__)
        return binary(self, node)

    monkeypatch.setattr(evaluate.Evaluator, "value", noted)
    assert run("max(1 GB, 2 GB) > 1 GB")[0] == 0
    assert asked.count("Call") == 1
    asked.clear()
    assert run("max(1 GB, 2 GB) > 1 GB or not max(1, 2) < 1")[0] == 0
    assert asked.count("Call") == 2


def test_json_of_the_steps_and_the_sum_by_head_of_a_bracketed_claim(run):
    said = json.loads(run("--json", "--steps", "--mental", "(1 GB + 2 GB) * 3 = 9000 MB")[1])
    assert said["aloud"][-1]["exact"] == "9 GB"
    assert said["mental"]["line"] == "(1G + 2G) x 3 = 9 GB"


def test_json_keeps_stdout_empty_on_an_error(run):
    code, out, err = run("--json", "3 GB + 2 s")
    assert (code, out) == (2, "")
    assert err.startswith("error: ")


def test_several_expressions_answer_one_line_each_and_the_highest_code_wins(run):
    code, out, err = run("--json", "-e", "2+2", "-e", "1 GB = 5 GB", "-e", "3 GB + 2 s", "-e", "3")
    assert code == 2
    assert [json.loads(line)["value"] for line in out.splitlines()] == [4, 1, 3]
    assert err.startswith("error: this adds")


def test_lines_give_names_to_later_ones_and_a_bad_line_ends_nothing(run):
    lines = """
    # a shortener
    writes = 100M link/month
    writes to link/s
    writes * = 3
    rate = writes * 100 read/link
    rate to read/s
    """
    code, out, err = run("-", lines=lines)
    assert code == 2
    assert [line.partition("  (")[0] for line in out.splitlines()] == [
        "writes = 100M link/month (38.58/s, 3.333M/day)",
        "38.58 link/s (3.333M/day)",
        "rate = 10G read/month (3.858k/s, 333.3M/day)",
        "3.858k read/s (333.3M/day)",
    ]
    assert err.startswith("error: ")


def test_stdin_is_read_without_a_dash_when_it_is_no_terminal(run):
    assert run(lines="2 + 2\n") == (0, "4\n", "")


def test_a_closed_stdin_has_no_lines(capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    assert calc.main(["-"]) == 0
    assert calc.main([]) == 2
    assert "usage:" in capsys.readouterr().err


def test_a_line_that_never_ends_is_one_error(run):
    code, out, err = run("-", lines="9" * 10**6 + "\n2 + 2\n")
    assert (code, out) == (2, "4\n")
    assert err.count("error:") == 1
    assert "given: more than 100,000 characters\n" in err
    assert "given: 5000 characters" in run("-", lines="9" * 5000 + "\n")[2]


def test_without_a_terminal_a_long_sum_says_nothing_on_stderr(run):
    code, out, err = run("--samples", "1000000", "(1 to 3) + (1 to 4)")
    assert (code, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 80


def test_a_name_that_is_given_again_is_a_new_source(run):
    out = run("-e", "x = 5 to 20", "-e", "y = x", "-e", "x = 5 to 20", "-e", "x / y")[1]
    assert "\n1 (0." in out


@pytest.mark.parametrize("lines", [None, "", "\n# nothing\n"])
def test_without_an_expression_it_shows_how_and_exits_2(run, lines):
    code, out, err = run(lines=lines)
    assert (code, out) == (2, "")
    assert err.count("\n  sdcli calc ") == 3


def test_help_is_on_stdout_and_its_examples_work(run):
    code, out, _ = run("--help")
    assert code == 0
    examples = [line.split("'")[1] for line in out.splitlines() if line.startswith("  sdcli calc")]
    assert len(examples) == 3
    for example in examples:
        assert run(example)[0] == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--jsn", "5"], "did you mean --json?"),
        (["--steps=1", "5"], "--steps takes no value"),
        (["-e"], "-e needs a value"),
        (["--noun"], "--noun needs a value"),
        (["--noun", "mb", "5"], "two readings"),
        (["--day", "five", "5"], "a number of seconds, like --day 86400"),
        (["--day", "nan", "5"], "a number of seconds, like --day 86400"),
        (["--day", "8,64,00", "5"], "a number of seconds, like --day 86400"),
        (["--day", "86400 s", "5"], "a number of seconds, like --day 86400"),
        (["--day", "", "5"], "a number of seconds, like --day 86400"),
        (["--day", "-86400", "5"], "a number of seconds, like --day 86400"),
        (["--day", "3599", "5"], "3,600 to 100,000 seconds"),
        (["--month", "32", "5"], "20 to 31 days"),
        (["--year", "inf", "5"], "a number of days, like --year 365.25"),
        (["--year", "400", "5"], "200 to 366 days"),
        (["--samples", "many", "5"], "100 to 10,000,000"),
        (["--samples", "1e999", "5"], "100 to 10,000,000"),
        (["--samples", "100.5", "5"], "100 to 10,000,000"),
        (["--samples", "99", "5"], "from 100 to"),
        (["--samples", "10000001", "5"], "from 100 to"),
        (["--samples", "\x1b[31m", "5"], "this is no number"),
    ],
)
def test_wrong_usage_exits_2(run, arguments, says):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert says in err
    assert "\x1b" not in err


def test_an_argument_that_is_a_file_explains_the_star(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.txt").touch()
    _, _, err = run("5", "notes.txt", "3")
    assert "the shell replaced *" in err
    assert run("5", "x", "3")[1] == "15\n"


@pytest.mark.parametrize("text", ["5 \udcff", "\x00", "5 \x1b[31m"])
def test_bytes_that_are_no_text_are_refused_in_print(run, text):
    code, _, err = run(text)
    assert code == 2
    assert err.encode("utf-8")
    assert "\x1b" not in err


def test_the_console_script_sends_calc_past_typer(tmp_path):
    """Nothing heavy, and none of the modules that cost more than the sum, is imported."""
    command = [sys.executable, "-X", "importtime", "-m", "sdcli.cli.entry", "calc", "5 MB"]
    process = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert process.stdout == "5 MB  (KB 1000 B)\n"
    imported = {line.rpartition("|")[2].strip() for line in process.stderr.splitlines()}
    assert "sdcli.units" in imported
    heavy = {"typer", "rich", "pydantic", "numpy", "pint", "statistics", "fractions", "json"}
    heavy |= {"pathlib", "platformdirs", "tomllib", "prompt_toolkit", "sdcli.estimate"}
    heavy |= {"sdcli.cli.settings", "sdcli.cli.calc_commands", "sdcli.units.sensitivity"}
    heavy |= {"sdcli.cli.ranges", "sdcli.cli.figures"}
    assert not imported & heavy


def test_typer_hands_its_arguments_on(capsys):
    import typer

    app = typer.Typer()
    calc.register(app)
    app.command()(lambda: None)
    with pytest.raises(SystemExit) as left:
        app(args=["calc", "--json", "5 MB", "*", "-2"])
    assert left.value.code == 0
    assert json.loads(capsys.readouterr().out)["display"] == "-10 MB"
