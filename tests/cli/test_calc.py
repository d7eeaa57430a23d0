"""`sdcli calc`: answers, claims, lines, JSON and exit codes."""

from __future__ import annotations

import io
import json
import subprocess
import sys

import pytest

from sdcli.cli import calc

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
        (["12 requests/s to 1/day"], "1.037M request/day  (day 86,400 s)"),
        (["3 kB * 5000/s to Mbps"], "120 Mbps  (KB 1000 B)"),
        (["1 KB to B"], "1000 B  (KB 1000 B)"),
        (["(100e6 to 200e6)*3"], "424.3M (300M to 600M)"),
        (["99.9999999%"], "99.9999999%"),
        (["5", "-", "3"], "2"),
        (["-5", "+", "3"], "-2"),
        (["--", "-5"], "-5"),
        (["5", "x", "3"], "15"),
        (["62^7 code", "--noun", "code"], "3.522T code"),
        (["--noun=code", "62^7 code"], "3.522T code"),
        (["5 GB > 3 GB"], "true: 5 GB > 3 GB  (KB 1000 B)"),
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
        ("0 MB = 0 MB", 0, "ok: "),
        ("0 MB = 1 MB", 1, "off: "),
        ("1 MB = -1 MB", 1, "off"),
        ("1 GB = 1024 MB", 0, "ok: "),
        ("5 GB < 3 GB", 1, "false: 5 GB < 3 GB"),
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
        "conventions": {"day": "86,400 s", "year": "365 day", "KB": "1000 B"},
        "steps": ["1 MB × 30M/day × 5 year = 54.75 PB"],
    }


def test_json_of_a_range_is_in_the_shown_unit(run):
    said = json.loads(run("--json", "100M to 400M link/month")[1])
    assert (said["low"], said["value"], said["high"]) == (1e8, 2e8, 4e8)
    assert (said["unit"], said["method"], said["seed"]) == ("link/month", "closed-form", None)


def test_json_of_draws_names_seed_and_samples(run):
    said = json.loads(run("--json", "(5 to 20 request) + 3 request")[1])
    assert (said["method"], said["seed"], said["samples"]) == ("monte-carlo", 7, 10_000)


def test_json_of_a_claim_adds_the_verdict(run):
    code, out, _ = run("--json", "150M user * 2 tweet/user/day = 35k/s")
    said = json.loads(out)
    assert code == 1
    assert (said["verdict"], said["unit"], said["claimed"]) == ("off", "tweet/s", 35_000)
    assert said["ratio"] == pytest.approx(35_000 / 3472.22, rel=1e-4)
    assert said["computed"] == said["value"] == pytest.approx(3472.22, rel=1e-5)


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
        "writes = 100M link/month",
        "38.58 link/s",
        "rate = 10G read/month",
        "3.858k read/s",
    ]
    assert err.startswith("error: ")


def test_stdin_is_read_without_a_dash_when_it_is_no_terminal(run):
    assert run(lines="2 + 2\n") == (0, "4\n", "")


def test_a_line_that_never_ends_is_one_error(run):
    code, out, err = run("-", lines="9" * 10**6 + "\n2 + 2\n")
    assert (code, out) == (2, "4\n")
    assert err.count("error:") == 1


def test_a_name_that_is_given_again_is_a_new_source(run):
    out = run("-e", "x = 5 to 20", "-e", "y = x", "-e", "x = 5 to 20", "-e", "x / y")[1]
    assert out.splitlines()[-1].startswith("1 (0.")


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


@pytest.mark.parametrize("arguments", [["--jsn", "5"], ["-e"], ["--noun"], ["--noun", "mb", "5"]])
def test_wrong_usage_exits_2(run, arguments):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("error: ")


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
