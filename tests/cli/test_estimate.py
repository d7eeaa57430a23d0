"""`sdcli estimate`: calculators with their help and JSON, and the tables.

What a calculator computes is tested beside it (tests/estimate); here it is what the command makes
of the words, and that every registered calculator can be called as its help says.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import json
import os
import re
import shlex
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.cli import estimate
from sdcli.cli.estimate_help import command
from sdcli.cli.estimate_words import FLAGS, LENGTHS, NOUN
from sdcli.core.errors import FaultsFound, InputError
from sdcli.estimate import numbers, registry

NAMES = registry.names()
KEYS = [
    *("value", "unit", "kind", "display", "low", "high"),
    *("method", "seed", "samples", "engine", "sampling_error"),
]


def refused(*words: str) -> InputError:
    with pytest.raises(InputError) as caught:
        estimate.main(list(words))
    return caught.value


# every calculator


@pytest.mark.parametrize("name", NAMES)
def test_the_help_of_a_calculator_says_all_that_it_knows(name, estimated):
    found = registry.get(name)
    text = estimated(name, "--help")
    said = " ".join(text.split())
    for one in found.parameters:
        assert one.option in said
        assert one.kind.example in said
        assert " ".join(one.help.split()[:3]) in said
    for one in found.outputs:
        assert one.name in said
    for word in (found.title, found.summary[:40], found.source[:30], "example"):
        assert word in said
    assert estimated(name, "-h") == text


@pytest.mark.parametrize("name", NAMES)
def test_the_example_in_the_help_works_as_it_stands(name, estimated):
    text = estimated(name, "--help")
    lines = text[text.index("\nexample\n") + 9 : text.index("\n\nsource: ")]
    words = shlex.split(lines.replace("\\\n", " "))
    assert words[:3] == ["sdcli", "estimate", name]
    assert words == shlex.split(command(registry.get(name)))
    answer = estimated(*words[2:])
    assert registry.get(name).title in answer


@pytest.mark.parametrize("name", NAMES)
def test_the_answer_for_programs_has_every_input_and_output(name, estimated):
    found = registry.get(name)
    words = [word for one in found.example.items() for word in (f"--{one[0]}", one[1])]
    answer = json.loads(estimated(name, *words, "--json"))
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
        assert list(one) == [*(["display", "items"] if "items" in one else KEYS), "given"]
        assert one["given"] == (key in found.example)
    assert answer["outputs"]
    for one in answer["outputs"].values():
        assert list(one) == [*KEYS, "companions", "anchor", "sensitivity"]
        assert one["low"] <= one["value"] <= one["high"]


@pytest.mark.parametrize("name", NAMES)
def test_values_go_by_place_as_well(name, estimated):
    found = registry.get(name)
    given = found.example
    places = [one.name for one in found.parameters]
    named = [word for one in given.items() for word in (f"--{one[0]}", one[1])]
    if list(given) == places[: len(given)]:
        assert estimated(name, *given.values()) == estimated(name, *named)


@pytest.mark.parametrize("name", NAMES)
def test_no_parameter_has_the_name_of_an_option(name):
    assert {one.name for one in registry.get(name).parameters}.isdisjoint({*FLAGS, *LENGTHS, NOUN})


# the words


def test_names_and_places_mix(estimated):
    """Little: 40,000 a second, each for a quarter of a second, are 10,000 inside."""
    expected = estimated("in-flight", "40kqps", "250 ms")
    assert "10k request" in expected
    for words in (
        ["--latency", "250 ms", "--rate", "40kqps"],
        ["--latency=250 ms", "40kqps"],
        ["--rate", "40kqps", "250 ms"],
        ["40kqps", "--", "250 ms"],
    ):
        assert estimated("in-flight", *words) == expected
    assert estimated("in_flight", "40kqps", "250 ms") == expected
    assert estimated("--latency", "250 ms", "in-flight", "40kqps") == expected


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
    (["powers", "--day", "86400"], "--day is no option here", ""),
    (["latency", "--year", "365"], "--year is no option here", ""),
    (["in-flight", "1/s", "1 s", "--day", "5"], "day is out of bounds", ""),
    (["in-flight", "1/s", "1 s", "--day", "soon"], "this is no number", ""),
    (["in-flight", "1/s", "1 s", "--day", "86400", "--day=1e5"], "this is given twice", ""),
    (["downtime", "4.3 min/month", "1 month"], "downtime says it already", ""),
    (["downtime", "10%"], "this is not a time", ""),
    (["in-flight", "1/s", "1 s", "--rough", "--day", "50000"], "hang together", ""),
    (["serial", "--parts", "99%", "--copies", "2", "--copies", "3"], "this is given twice", ""),
    (["parallel", "99%", "--copies", "99.9%"], "this must be from 1 to 100,000", ""),
    (
        ["k-of-n", "2", "3", "99%"],
        "this must be from 0 to 1",
        "by place they go each needed parts: sdcli estimate k-of-n 99% 2 3",
    ),
    (
        ["in-flight", "250 ms", "40kqps"],
        "this is not events per time",
        "by place they go rate latency: sdcli estimate in-flight 40kqps '250 ms'",
    ),
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


def test_a_noun_of_ones_own_is_declared(estimated):
    assert '"album" is no unit' in str(refused("in-flight", "5 album/s", "2 s"))
    assert "10 album" in estimated("in-flight", "5 album/s", "2 s", "--noun", "album")


# the answer


def test_what_was_assumed_is_said(estimated):
    """A plain number is taken in the parameter's unit; what was not typed has its default."""
    text = " ".join(estimated("traffic", "150M", "2 tweet/user/day").split())
    assert "users 150M user (plain number)" in text
    assert "peak_factor 2 (default)" in text
    text = " ".join(estimated("traffic", "150M user", "2 tweet/day").split())
    assert "assumed: actions 2 tweet/user/day (for each user), peak_factor 2 (default)" in text
    answer = json.loads(estimated("traffic", "150M", "2 tweet/user/day", "--json"))
    assert answer["inputs"]["users"]["given"] is True
    assert answer["inputs"]["peak_factor"]["given"] is False


def test_the_working_and_the_companions_stand_beside_the_result(estimated):
    """Xu, vol. 1, ch. 2: 150M users, 2 tweets a day each, ~3,500 a second; peak ~7,000."""
    text = estimated("traffic", "150M user", "2 tweet/user/day")
    assert "average  3.472k tweet/s  300M/day" in text
    assert "peak = average × peak_factor = 3.472k tweet/s × 2 = 6.944k tweet/s" in text
    assert "taken: day 86,400 s" in text


def test_a_companion_in_days_rests_on_the_day(estimated):
    """320 Mbit/s says nothing of days; 3.456 TB/day beside it does."""
    answer = json.loads(estimated("bandwidth", "40 kqps", "1 KB", "--json"))
    assert answer["outputs"]["ingress"]["companions"] == ["40 MB/s", "3.456 TB/day"]
    assert answer["conventions"]["day"] == "86,400 s"


def test_no_companion_repeats_the_result(estimated):
    answer = json.loads(estimated("powers", "30", "--json"))
    assert answer["outputs"]["exact"]["display"] == "1,073,741,824"
    assert answer["outputs"]["exact"]["companions"] == []


def test_the_resource_that_a_result_fills_is_named(estimated):
    """40k/s of 1 KB are 320 Mbit/s or 40 MB/s: 3.2 % of a card of 1.25 GB/s."""
    text = " ".join(estimated("bandwidth", "40 kqps", "1 KB").split())
    assert "3.2% of one 10 Gbit/s network card" in text
    answer = json.loads(estimated("bandwidth", "40 kqps", "1 KB", "--json"))
    assert answer["outputs"]["ingress"]["anchor"].startswith("3.2% of one 10 Gbit/s")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        # 2 * 3,472 of 5,000
        (["traffic", "150M", "2"], "1.4 database servers (5k request/s each, 2026)"),
        # 80 % and 20 % of 20k/s, of 100k and of 5k
        (["cache", "500 B", "20k read/s"], "16% of one Redis process, without pipelining"),
        (["cache", "500 B", "20k read/s"], "80% of one database server (5k request/s, 2026)"),
        (["cache", "500 B", "20k read/s"], "4 database servers (5k request/s each, 2026)"),
        # 6.6 TB on 27 shards are 244 GB each; 9k/s on 27 are 333/s each
        (
            ["shards", "6.6 TB", "250 GB", "9k write/s", "5k write/s"],
            "1.2% of one disk of 20 TB (2026)",
        ),
        (
            ["shards", "6.6 TB", "250 GB", "9k write/s", "5k write/s"],
            "6.7% of one database server (5k request/s, 2026)",
        ),
        # 30 TB * 365 * 5 * 3 = 164.25 PB
        (["storage", "30M photo/day", "1 MB"], "8.2k disks of 20 TB (2026)"),
        (["transfer", "10 TB", "1 Gbps"], "10% of one 10 Gbit/s network card (1.25 GB/s, 2026)"),
    ],
)
def test_a_result_names_the_resource_that_it_fills(words, said, estimated):
    assert said in " ".join(estimated(*words).split())


@pytest.mark.parametrize(
    "words",
    [["connections", "1M"], ["in-flight", "40kqps", "250 ms"], ["queue", "80/s", "10 ms", "2"]],
)
def test_what_is_open_or_inside_fills_no_ports(words, estimated):
    """A listening socket takes any number of clients."""
    assert "port" not in estimated(*words)


def test_a_range_says_how_it_came_about_and_what_drives_it(estimated):
    """In logarithms 100M to 200M is ln 2 wide and 1 to 4 is ln 4: shares 1 and 4 out of 5."""
    words = ("traffic", "100M to 200M user", "1 to 4 tweet/user/day")
    text = " ".join(estimated(*words).split())
    assert (
        "average, peak: 90 % interval, closed form; actions drives 80 % of the spread: ask about it"
        " first; then users 20 %" in text
    )
    average = json.loads(estimated(*words, "--json"))["outputs"]["average"]
    assert average["method"] == "closed-form"
    assert average["sensitivity"] == [
        {"source": "actions", "share": 0.8},
        {"source": "users", "share": 0.2},
    ]


def test_a_sampled_range_says_so(estimated):
    text = " ".join(estimated("servers", "3k to 9k request/s", "500 request/s").split())
    assert "90 % interval, Monte Carlo, 10,000 draws, seed 7, sampling error" in text


def test_rough_days_are_those_of_sums_by_head(estimated):
    """100M a day are 1,157 in each of 86,400 s, and 1,000 in each of 10^5 s."""
    assert "1.157k request" in estimated("in-flight", "100M request/day", "1 s")
    rough = estimated("in-flight", "100M request/day", "1 s", "--rough")
    assert "1k request" in rough
    assert "taken: day 100,000 s" in rough


def test_a_day_a_month_and_a_year_may_be_set(estimated):
    """100M in 100,000 s are 1,000 a second, in 50,000 s 2,000; 366 days / 1000 are 8.784 hours."""
    assert "1k request" in estimated("in-flight", "100M request/day", "1 s", "--day=100,000")
    over = estimated("in-flight", "100M request/day", "1 s", "--day", "50000")
    assert "2k request" in over
    assert "taken: day 50,000 s" in over
    assert "8.784 hour" in estimated("availability", "99.9%", "--year", "366")
    assert "month 31 day" in estimated("sheet", "pastebin", "--month", "31")


def test_a_list_says_each_of_its_values(estimated):
    text = estimated("serial", "99.9%, 4 nines")
    assert "with: parts 99.9%, 99.99%\n" in text
    parts = json.loads(estimated("serial", "99.9%, 4 nines", "--json"))["inputs"]["parts"]
    assert parts["display"] == "99.9%, 99.99%"
    assert [one["value"] for one in parts["items"]] == [99.9, 99.99]
    assert parts["given"] is True


@pytest.mark.parametrize("name", ["serial", "parallel"])
def test_a_list_takes_all_values_by_place_and_all_of_its_name(name, estimated):
    expected = estimated(name, "99.9%, 99.95%, 4 nines", "--copies", "2")
    assert estimated(name, "99.9%", "99.95%", "4 nines", "--copies", "2") == expected
    assert estimated(name, "--copies", "2", "99.9%, 99.95%", "4 nines") == expected
    given = ("--parts", "99.9%", "--parts=99.95%", "--parts", "4 nines")
    assert estimated(name, *given, "--copies", "2") == expected


def test_no_line_ends_in_blanks(estimated):
    for words in (["powers"], ["latency"], ["downtime", "1 hour"], [], ["traffic", "--help"]):
        assert not [line for line in estimated(*words).splitlines() if line != line.rstrip()]


def test_a_share_is_offered_in_percent_only_where_that_would_do():
    """0 % and 0.5 % are out of bounds as 0 and 0.5 are; 70 is 70 %."""
    for typed, fix in (("0", ""), ("0.005", ""), ("70", "write 70%"), ("700", "")):
        words = ("servers", "10k request/s", "1k request/s", "--utilisation", typed)
        assert refused(*words).fix == fix
    assert refused("availability", "99.9").fix == "write 99.9%"
    assert refused("availability", "2").fix == ""


def test_the_period_that_was_typed_with_a_downtime_is_given(estimated):
    assert "with: downtime 4.32 min, period 1 month\n" in estimated("downtime", "4.32 min/month")


def test_the_settings_say_what_a_day_is(estimated, own_home, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(own_home / "config"))
    folder = own_home / "config" / "sdcli"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text("day = 50000\n")
    # 100M in 50,000 s are 2,000 a second
    assert "2k request" in estimated("in-flight", "100M request/day", "1 s")


# what there is


def test_alone_it_lists_everything(estimated):
    text = estimated()
    assert text == estimated("--help")
    for name in NAMES:
        assert f"  {name} " in text
        assert registry.get(name).title in text
    for word in ("sheet FILE", "twitter", "latency", "--rough", "sdcli estimate traffic"):
        assert word in text


def test_a_price_that_cannot_be_read_is_no_matter_to_the_overview(estimated, tmp_path, monkeypatch):
    """It is a fault, with its line, for whoever asks for a cost."""
    file = tmp_path / "numbers.yaml"
    file.write_text(numbers.path().read_text().replace("$15/month", "15 MB"))
    monkeypatch.setattr(numbers, "path", lambda: file)
    numbers.shipped.cache_clear()
    try:
        spec = importlib.util.find_spec("sdcli.estimate.calculators.cost")
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, spec.name, module)
        spec.loader.exec_module(module)
        assert "Monthly cost" in estimated()
        with pytest.raises(FaultsFound) as caught:
            estimate.main(["cost", "--ram", "4 GB"])
        assert caught.value.faults[0].key == "prices[0].value"
    finally:
        numbers.shipped.cache_clear()


def test_the_list_for_programs(estimated):
    answer = json.loads(estimated("--json"))
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
    assert json.loads(estimated("in-flight", "--help", "--json")) == little
    assert little["example"] == "sdcli estimate in-flight --rate '40k request/s' --latency '250 ms'"
    assert "twitter" in answer["sheets"]


def test_the_shell_completes_names():
    assert estimate.complete("tr") == ["traffic", "transfer"]
    assert "twitter" in estimate.complete("")


# the tables


def test_the_powers_of_two_are_a_table_without_a_value(estimated):
    text = estimated("powers")
    assert "2^30" in text
    assert "1,073,741,824" in text
    rows = json.loads(estimated("powers", "--json"))["powers"]
    assert [row["exponent"] for row in rows] == [10, 20, 30, 40, 50, 60]
    assert rows[1]["exact"] == 1_048_576
    called = [line.split()[2] for line in text.splitlines() if line.startswith("2^")]
    assert called == ["1k", "1M", "1G", "1T", "1P", "1E"]
    # 1.024 squared is 1.048576
    assert rows[1]["over"] == pytest.approx(0.048576)
    assert rows[0]["binary_bytes"] == "1 KiB"
    assert rows[0]["decimal_bytes"] == "1.024 KB"
    assert "65,536" in estimated("powers", "16")


def row_of(text: str, name: str) -> str:
    [row] = [line for line in text.splitlines() if line.startswith(name)]
    return row


def test_the_latencies_of_2012_and_today_stand_side_by_side(estimated):
    """1 ms then and 100 us now: seven and six powers of ten above 0.1 ns."""
    row = row_of(estimated("latency"), "read 1 MB from SSD")
    assert re.split(" {2,}", row) == [
        "read 1 MB from SSD",
        "1 ms a",
        "100 us d",
        "██████░···",
        "10x",
    ]


def test_each_latency_is_one_line(estimated):
    from sdcli.estimate.numbers import latencies

    lines = estimated("latency").splitlines()
    table = lines[1 : lines.index("")]
    assert [line[: len(one.name)] for line, one in zip(table, latencies(), strict=True)] == [
        one.name for one in latencies()
    ]
    assert all(len(re.findall("[█░·]+", line)) == 1 for line in table)


def test_a_range_is_shown_in_the_unit_of_its_longer_end(estimated):
    assert "0.25 to 2 ms" in row_of(estimated("latency"), "round trip between zones")


def test_a_latency_of_one_time_alone_has_its_own_bar(estimated):
    """300 us today and nothing then; 10 us then and nothing today: 6.5 and 5 powers of ten."""
    text = estimated("latency")
    assert "██████····" in row_of(text, "write 8 KiB to SSD")
    assert "░░░░░·····" in row_of(text, "send 1 KB")


def test_a_latency_that_is_a_range_is_faster_by_a_range(estimated):
    """150 us then, 20 to 100 us today: 1.5 to 7.5 times."""
    assert row_of(estimated("latency"), "random read from SSD").endswith("1.5-7.5x")


def test_every_latency_has_its_year_and_source(estimated):
    from sdcli.estimate.numbers import latencies

    answer = json.loads(estimated("latency", "--json"))
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


def test_each_mark_of_the_table_is_explained(estimated):
    text = estimated("latency")
    table, _, legend = text.partition("Sources:")
    marks = set(re.findall(r"(?m)^  ([a-z]) [0-9]{4}, ", legend))
    used = {
        word
        for line in table.splitlines()
        for word, after in zip(line.split(), line.split()[1:], strict=False)
        if len(word) == 1 and word.isalpha() and (after[0] in "█░" or after[0].isdigit())
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


@pytest.mark.parametrize(
    "words", [["in-flight", "40kqps", "250 ms"], ["in-flight", "--help"], [], ["latency"], ["cost"]]
)
def test_a_python_without_docstrings_has_no_help_and_every_answer(words):
    answer = start(*words, PYTHONOPTIMIZE="2")
    assert answer.returncode == (2 if words == ["cost"] else 0), answer.stderr
    assert "defect" not in answer.stderr
    if "250 ms" in words:
        assert answer.stdout == start(*words).stdout


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
