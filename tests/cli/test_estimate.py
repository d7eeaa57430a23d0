"""`sdcli estimate`: calculators with their help and JSON, and the tables.

What a calculator computes is tested beside it (tests/estimate); here it is what the command makes
of the words, and that every registered calculator can be called as its help says.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shlex
import subprocess
import sys
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.cli import estimate
from sdcli.cli.estimate_help import command, example
from sdcli.cli.estimate_words import FLAGS, NOUN
from sdcli.core.errors import InputError
from sdcli.estimate import registry
from sdcli.estimate.kinds import DURATION

NAMES = registry.names()
KEYS = ["value", "unit", "kind", "display", "low", "high", "method"]


@pytest.fixture
def run(capsys):
    """What a call prints on stdout; nothing may stand on stderr."""

    def call(*words: str) -> str:
        capsys.readouterr()
        assert estimate.main(list(words)) == 0
        told = capsys.readouterr()
        assert told.err == ""
        return told.out

    return call


def refused(*words: str) -> InputError:
    with pytest.raises(InputError) as caught:
        estimate.main(list(words))
    return caught.value


def fits(text: str) -> bool:
    return max(map(len, text.splitlines())) <= 80 and "\x1b" not in text


# every calculator


@pytest.mark.parametrize("name", NAMES)
def test_the_help_of_a_calculator_says_all_that_it_knows(name, run):
    found = registry.get(name)
    text = run(name, "--help")
    assert fits(text)
    said = " ".join(text.split())
    for one in found.parameters:
        assert one.option in said
        assert one.kind.example in said
        assert " ".join(one.help.split()[:3]) in said
    for one in found.outputs:
        assert one.name in said
    for word in (found.title, found.summary[:40], found.source[:30], "example"):
        assert word in said
    assert run(name, "-h") == text


@pytest.mark.parametrize("name", NAMES)
def test_the_example_in_the_help_works_as_it_stands(name, run):
    text = run(name, "--help")
    lines = text[text.index("\nexample\n") + 9 : text.index("\n\nsource: ")]
    words = shlex.split(lines.replace("\\\n", " "))
    assert words[:3] == ["sdcli", "estimate", name]
    assert words == shlex.split(command(registry.get(name)))
    answer = run(*words[2:])
    assert fits(answer)
    assert registry.get(name).title in answer


def test_an_example_is_read_off_the_doctest_and_completed_where_that_says_no_text():
    def two_times() -> None: ...

    two_times.__doc__ = """What times come to.

    >>> long = quantity("5 s")
    >>> print(two_times(second=long, first=Quantity.of(3, "ms"), third=long * 2))
    """
    asked = [
        SimpleNamespace(name=name, kind=DURATION, required=True)
        for name in ("first", "second", "third")
    ]
    told = example(SimpleNamespace(function=two_times, parameters=asked))
    assert told == {"first": "3 ms", "second": "5 s", "third": "250 ms"}


@pytest.mark.parametrize("name", NAMES)
def test_the_answer_for_programs_has_every_input_and_output(name, run):
    found = registry.get(name)
    words = [word for one in example(found).items() for word in (f"--{one[0]}", one[1])]
    answer = json.loads(run(name, *words, "--json"))
    assert list(answer) == [
        "calculator",
        "title",
        "formula",
        "source",
        "inputs",
        "outputs",
        "working",
        "conventions",
    ]
    assert answer["calculator"] == name
    for key, one in answer["inputs"].items():
        assert list(one)[:8] == [*KEYS, "given"]
        assert one["given"] == (key in example(found))
    assert answer["outputs"]
    for one in answer["outputs"].values():
        assert list(one) == [*KEYS, "companions", "anchor", "sensitivity"]
        assert one["low"] <= one["value"] <= one["high"]


@pytest.mark.parametrize("name", NAMES)
def test_values_go_by_place_as_well(name, run):
    found = registry.get(name)
    given = example(found)
    places = [one.name for one in found.parameters]
    named = [word for one in given.items() for word in (f"--{one[0]}", one[1])]
    if list(given) == places[: len(given)]:
        assert run(name, *given.values()) == run(name, *named)


@pytest.mark.parametrize("name", NAMES)
def test_no_parameter_has_the_name_of_an_option(name):
    assert {one.name for one in registry.get(name).parameters}.isdisjoint({*FLAGS, NOUN})


# the words


def test_names_and_places_mix(run):
    """Little: 40,000 a second, each for a quarter of a second, are 10,000 inside."""
    expected = run("in-flight", "40kqps", "250 ms")
    assert "10k request" in expected
    for words in (
        ["--latency", "250 ms", "--rate", "40kqps"],
        ["--latency=250 ms", "40kqps"],
        ["--rate", "40kqps", "250 ms"],
        ["40kqps", "--", "250 ms"],
    ):
        assert run("in-flight", *words) == expected
    assert run("in_flight", "40kqps", "250 ms") == expected
    assert run("--latency", "250 ms", "in-flight", "40kqps") == expected


ERRORS = [
    (["in-flihgt"], 'there is no calculator "in-flihgt"', "did you mean in-flight?"),
    (["twiter"], 'there is no calculator "twiter"', "did you mean twitter?"),
    (["in-flight"], "--rate is missing", ""),
    (["in-flight", "40kqps"], "--latency is missing", ""),
    (["in-flight", "--rte", "4", "--rate", "1/s"], "this calculator has no", "did you mean rate?"),
    (["in-flight", "--rate"], "this has no value", ""),
    (["in-flight", "--rate", "--latency", "2 s"], "this has no value", ""),
    (["in-flight", "--rate", "1/s", "--rate", "2/s"], "this is given twice", ""),
    (["in-flight", "1/s", "2 s", "3"], "this value belongs to no parameter", ""),
    (
        ["in-flight", "1/s", "250", "ms"],
        "this value belongs to no",
        "quote a value that has spaces",
    ),
    (
        ["in-flight", "40 MB/s", "1 s"],
        "this is not events per time",
        "multiply it by a quantity of",
    ),
    (["in-flight", "40 q", "1 s"], '"q" is no unit', ""),
    (["in-flight", "1/s", "-5 ms"], "this must be 0 or more", ""),
    (["in-flight", "1/s", "1 s", "--measure"], "--measure is no option here", ""),
    (["in-flight", "1/s", "1 s", "--json=yes"], "this takes no value", ""),
    (["latency", "--rough"], "--rough is no option here", ""),
    (["latency", "5 ms"], "this takes no value", ""),
    (["latency", "--rate", "5 ms"], "--rate is no option here", ""),
    (["--rate", "5/s"], "--rate is no option here", ""),
    (["--noun", "link"], "--noun is no option here", ""),
    (["latency", "--noun", "link"], "--noun is no option here", ""),
    (["powers", "--rough"], "--rough is no option here", ""),
    (["powers", "--noun", "bit"], "--noun is no option here", ""),
    (["--measure"], "--measure is no option here", ""),
    (["sheet", "--measure"], "--measure is no option here", ""),
    (["sheet", "--noun", "link"], "a sheet names its own count nouns", ""),
    (["sheet", "a", "b"], "one sheet at a time", ""),
    (["sheet", "--rate", "1"], "--rate is no option here", ""),
    (["sheet", "twiter"], 'there is no file and no sheet "twiter"', "did you mean twitter?"),
    (["sheet", "./none.yaml"], "cannot read it", ""),
]


@pytest.mark.parametrize(("words", "what", "fix"), ERRORS, ids=[" ".join(one[0]) for one in ERRORS])
def test_words_that_cannot_be_used_are_refused(words, what, fix, capsys):
    error = refused(*words)
    assert what in error.what
    assert fix in error.fix
    assert error.exit_code == 2
    assert capsys.readouterr().out == ""


def test_a_noun_of_ones_own_is_declared(run):
    assert '"album" is no unit' in str(refused("in-flight", "5 album/s", "2 s"))
    assert "10 album" in run("in-flight", "5 album/s", "2 s", "--noun", "album")


# the answer


def test_what_was_assumed_is_said(run):
    """A plain number is taken in the parameter's unit; what was not typed has its default."""
    text = " ".join(run("traffic", "150M", "2 tweet/user/day").split())
    assert "users 150M user (plain number)" in text
    assert "peak_factor 2 (default)" in text
    answer = json.loads(run("traffic", "150M", "2 tweet/user/day", "--json"))
    assert answer["inputs"]["users"]["given"] is True
    assert answer["inputs"]["peak_factor"]["given"] is False


def test_the_working_and_the_companions_stand_beside_the_result(run):
    """Xu, vol. 1, ch. 2: 150M users, 2 tweets a day each, ~3,500 a second; peak ~7,000."""
    text = run("traffic", "150M user", "2 tweet/user/day")
    assert "average  3.472k tweet/s  300M/day" in text
    assert "peak = average × peak_factor = 3.472k tweet/s × 2 = 6.944k tweet/s" in text
    assert "taken: day 86,400 s" in text


def test_a_companion_in_days_rests_on_the_day(run):
    """320 Mbit/s says nothing of days; 3.456 TB/day beside it does."""
    answer = json.loads(run("bandwidth", "40 kqps", "1 KB", "--json"))
    assert answer["outputs"]["ingress"]["companions"] == ["40 MB/s", "3.456 TB/day"]
    assert answer["conventions"]["day"] == "86,400 s"


def test_no_companion_repeats_the_result(run):
    answer = json.loads(run("powers", "30", "--json"))
    assert answer["outputs"]["exact"]["display"] == "1,073,741,824"
    assert answer["outputs"]["exact"]["companions"] == []


def test_the_resource_that_a_result_fills_is_named(run):
    """40k/s of 1 KB are 320 Mbit/s or 40 MB/s: 3.2 % of a card of 1.25 GB/s."""
    text = " ".join(run("bandwidth", "40 kqps", "1 KB").split())
    assert "3.2% of one 10 Gbit/s network card" in text
    answer = json.loads(run("bandwidth", "40 kqps", "1 KB", "--json"))
    assert answer["outputs"]["ingress"]["anchor"].startswith("3.2% of one 10 Gbit/s")


def test_a_range_says_how_it_came_about_and_what_drives_it(run):
    """In logarithms 100M to 200M is ln 2 wide and 1 to 4 is ln 4: shares 1 and 4 out of 5."""
    words = ("traffic", "100M to 200M user", "1 to 4 tweet/user/day")
    text = " ".join(run(*words).split())
    assert (
        "average, peak: 90 % interval, closed form; actions drives 80 % of the spread: ask about it"
        " first; then users 20 %" in text
    )
    average = json.loads(run(*words, "--json"))["outputs"]["average"]
    assert average["method"] == "closed-form"
    assert average["sensitivity"] == [
        {"source": "actions", "share": 0.8},
        {"source": "users", "share": 0.2},
    ]


def test_a_sampled_range_says_so(run):
    text = " ".join(run("servers", "3k to 9k request/s", "500 request/s").split())
    assert "90 % interval, Monte Carlo, 10,000 draws, seed 7, sampling error" in text


def test_rough_days_are_those_of_sums_by_head(run):
    """100M a day are 1,157 in each of 86,400 s, and 1,000 in each of 10^5 s."""
    assert "1.157k request" in run("in-flight", "100M request/day", "1 s")
    rough = run("in-flight", "100M request/day", "1 s", "--rough")
    assert "1k request" in rough
    assert "taken: day 100,000 s" in rough


def test_the_settings_say_what_a_day_is(run, own_home, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(own_home / "config"))
    folder = own_home / "config" / "sdcli"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text("day = 50000\n")
    # 100M in 50,000 s are 2,000 a second
    assert "2k request" in run("in-flight", "100M request/day", "1 s")


# what there is


def test_alone_it_lists_everything(run):
    text = run()
    assert fits(text)
    assert text == run("--help")
    for name in NAMES:
        assert f"  {name} " in text
        assert registry.get(name).title in text
    for word in ("sheet FILE", "twitter", "latency", "--rough", "sdcli estimate traffic"):
        assert word in text


def test_the_list_for_programs(run):
    answer = json.loads(run("--json"))
    assert [one["name"] for one in answer["calculators"]] == list(NAMES)
    [little] = [one for one in answer["calculators"] if one["name"] == "in-flight"]
    assert little["parameters"][0] == {
        "name": "rate",
        "kind": "events per time",
        "help": "λ, what arrives; zero is fine.",
        "example": "40k request/s",
        "required": True,
        "default": None,
    }
    assert little["outputs"][0]["name"] == "inside"
    assert json.loads(run("in-flight", "--help", "--json")) == little
    assert little["example"] == "sdcli estimate in-flight --rate '40 kqps' --latency '250 ms'"
    assert "twitter" in answer["sheets"]


def test_the_shell_completes_names():
    assert estimate.complete("tr") == ["traffic", "transfer"]
    assert "twitter" in estimate.complete("")


# the tables


def test_the_powers_of_two_are_a_table_without_a_value(run):
    text = run("powers")
    assert fits(text)
    assert "2^30" in text
    assert "1,073,741,824" in text
    rows = json.loads(run("powers", "--json"))["powers"]
    assert [row["exponent"] for row in rows] == [10, 20, 30, 40, 50, 60]
    assert rows[1]["exact"] == 1_048_576
    # 1.024 squared is 1.048576
    assert rows[1]["over"] == pytest.approx(0.048576)
    assert rows[0]["binary_bytes"] == "1 KiB"
    assert rows[0]["decimal_bytes"] == "1.024 KB"
    assert "65,536" in run("powers", "16")


def test_the_latencies_of_2012_and_today_stand_side_by_side(run):
    text = run("latency")
    assert fits(text)
    [row] = [line for line in text.splitlines() if line.startswith("read 1 MB from SSD")]
    # 1 ms then and 100 us now: seven and six powers of ten above 0.1 ns
    assert row.split() == [
        *("read", "1", "MB", "from", "SSD"),
        *("1", "ms", "a", "███████···"),
        *("100", "us", "d", "██████····", "10x"),
    ]


def test_a_latency_that_is_a_range_is_faster_by_a_range(run):
    """150 us then, 20 to 100 us today: 1.5 to 7.5 times."""
    [row] = [line for line in run("latency").splitlines() if line.startswith("random read from")]
    assert row.endswith("1.5-7.5x")


def test_every_latency_has_its_year_and_source(run):
    from sdcli.estimate.numbers import latencies

    answer = json.loads(run("latency", "--json"))
    assert list(answer) == ["latencies"]
    assert [one["id"] for one in answer["latencies"]] == [one.id for one in latencies()]
    for one in answer["latencies"]:
        for part in (one["then"], one["now"]):
            if part is not None:
                assert part["year"] >= 2012
                assert part["source"]
    [read] = [one for one in answer["latencies"] if one["id"] == "read-1mb-ssd"]
    assert read["ratio"] == 10
    assert (read["now"]["value"], read["now"]["unit"]) == (100, "us")


def test_each_mark_of_the_table_is_explained(run):
    text = run("latency")
    table, _, legend = text.partition("Sources:")
    marks = set(re.findall(r"(?m)^  ([a-z]) [0-9]{4}, ", legend))
    used = {
        word
        for line in table.splitlines()
        for word, after in zip(line.split(), line.split()[1:], strict=False)
        if len(word) == 1 and word.isalpha() and after[0] in "█·"
    }
    assert used == marks


# through the program


def start(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sdcli.cli.entry", "estimate", *words],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | more,
        stdin=subprocess.DEVNULL,
    )


def test_colour_says_nothing_that_words_do_not():
    words = ("traffic", "150M", "2 tweet/user/day")
    plain, coloured = start(*words), start(*words, FORCE_COLOR="1", TERM="xterm")
    assert "\x1b[1m" in coloured.stdout
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured.stdout) == plain.stdout
    assert "\x1b" not in start(*words, FORCE_COLOR="1", NO_COLOR="1").stdout


def test_the_program_takes_options_in_any_place():
    answer = start("--json", "in-flight", "--rate=40kqps", "--latency", "250 ms")
    assert answer.returncode == 0, answer.stderr
    assert json.loads(answer.stdout)["outputs"]["inside"]["value"] == 10_000
    assert start("in-flight", "-h").stdout == start("in-flight", "--help").stdout


def test_an_error_leaves_stdout_empty_and_ends_with_2():
    failed = start("in-flight", "40 MB/s", "1 s", "--json")
    assert failed.returncode == 2
    assert failed.stdout == ""
    assert failed.stderr.startswith("error: rate: this is not events per time\n")


WORDS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["--rate", "--json", "--", "-", "--noun", "=", "--=", "5 to 2", "9^9^9^9", "1/0"]
    ),
)


@given(st.sampled_from(["in-flight", "traffic", "serial", "latency"]), st.lists(WORDS, max_size=5))
def test_whatever_is_typed_is_answered_or_refused(name, words):
    words = [word for word in words if word != "--measure"]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(InputError):
        assert estimate.main([name, *words]) == 0
