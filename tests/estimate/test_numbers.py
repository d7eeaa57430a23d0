"""The numbers file: every number dated and sourced, and every fault found at its line."""

from __future__ import annotations

import pytest

from sdcli.core import yaml
from sdcli.core.errors import FaultsFound, InputError
from sdcli.estimate import numbers
from sdcli.estimate.numbers_form import faults, is_numbers

SMALL = """\
schema: sdcli-numbers/1
sources:
  book: {title: A book, date: 2020}
latencies:
  - id: tick
    name: one tick
    then: {value: 1 ms, year: 2012, source: book}
    now: {value: 10 us to 20 us, year: 2026, source: book, note: two clocks}
  - id: tock
    name: one tock
    now: {value: 3 s, year: 2026, source: book}
capacities:
  - id: shelf
    name: shelf of 2 TB
    plural: shelves of 2 TB
    resource: disk
    value: 2 TB
    year: 2026
    source: book
prices:
  - id: shelf
    name: a shelf
    value: $3/month
    year: 2026
    source: book
"""


def found(text):
    return [fault.render().removeprefix("n.yaml:") for fault in faults(yaml.parse(text, "n.yaml"))]


def test_the_shipped_numbers_have_no_fault():
    assert faults(yaml.read(numbers.path())) == []


def test_a_file_is_read_as_it_stands(tmp_path):
    file = tmp_path / "n.yaml"
    file.write_text(SMALL)
    read = numbers.read(file)
    tick, tock = read.latencies
    assert tick.then.value.in_unit("ms") == 1
    assert (tick.now.value.low, tick.now.value.high) == pytest.approx((10e-6, 20e-6))
    assert tick.now.note == "two clocks"
    assert (tock.then, tock.now.year) == (None, 2026)
    assert read.capacities["shelf"].plural == "shelves of 2 TB"
    assert read.prices["shelf"].text == "$3/month"
    assert str(read.prices["shelf"].source) == "A book (2020)"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("year: 2012, ", "", '7: latencies[0].then.year: the key "year" is missing; fix: add year'),
        (
            "    year: 2026\n    source: book\nprices",
            "    source: book\nprices",
            '13: capacities[0].year: the key "year" is missing; fix: add year',
        ),
        (
            "value: 3 s, ",
            "",
            '11: latencies[1].now.value: the key "value" is missing; fix: add value',
        ),
        (
            "2026, source: book}\ncap",
            "2026}\ncap",
            '11: latencies[1].now.source: the key "source" is missing; fix: add source',
        ),
        ("plural", "plurel", '15: capacities[0].plurel: "plurel" is no key here; fix: did you'),
        ("prices:", "price:", '1: prices: the key "prices" is missing; fix: add prices'),
        ("note: two", "nota: two", '8: latencies[0].now.nota: "nota" is no key here; fix: did'),
        ("value: 2 TB", "value: 2 TBB", '17: capacities[0].value: "2 TBB": "TBB" is no unit; fix'),
        ("value: 2 TB", "value: 0 TB", '17: capacities[0].value: "0 TB" is not above zero'),
        ("value: 1 ms", "value: 1 MB", '7: latencies[0].then.value: "1 MB" is no time; fix: write'),
        ("$3/month", "3 month", '23: prices[0].value: "3 month" is no price; fix: write a price'),
        ("year: 2012", "year: 12", '7: latencies[0].then.year: "12" is no year; fix: write four'),
        (
            "year: 2012",
            "year: long ago",
            '7: latencies[0].then.year: "long ago" is no year; fix: write four',
        ),
        (
            "2012, source: book",
            "2012, source: bok",
            '7: latencies[0].then.source: there is no source "bok"; fix: did you mean book?',
        ),
        ("id: tock", "id: tick", '9: latencies[1].id: the id "tick" stands twice'),
        ("id: tock", "id: 5", "9: latencies[1].id: a text stands here; fix: put it in quotes"),
        ("resource: disk", "resource: dusk", '16: capacities[0].resource: "dusk" is no resource'),
        (
            "    plural: shelves of 2 TB\n",
            "",
            '13: capacities[0].plural: the key "plural" is missing; fix: add plural',
        ),
        (
            "resource: disk",
            "resource:",
            '16: capacities[0].resource: the key "resource" is missing',
        ),
        (
            "    now: {value: 3 s, year: 2026, source: book}\n",
            "",
            "9: latencies[1]: this has no number; fix: write one under then or now",
        ),
        ("{value: 3 s, year: 2026, source: book}", "3 s", "11: latencies[1].now: keys stand here"),
        ("value: 3 s", "value: [3 s]", "11: latencies[1].now.value: one value stands here"),
        ("source: book}\ncap", "source: [book]}\ncap", "11: latencies[1].now.source: a text st"),
        (", date: 2020", "", '3: sources.book.date: the key "date" is missing; fix: add date'),
        ("/1", "/2", '1: schema: "sdcli-numbers/2" is no format of numbers; fix: write "schema'),
        ("schema: sdcli-numbers/1\n", "", "1: schema: this file holds no numbers; fix: write"),
    ],
)
def test_a_fault_names_line_key_and_remedy(old, new, fault):
    assert old in SMALL
    assert any(line.startswith(fault) for line in found(SMALL.replace(old, new, 1)))


@pytest.mark.parametrize("part", ["sources", "latencies", "capacities", "prices"])
def test_a_part_of_another_shape_is_a_fault(part):
    lines = SMALL.splitlines(keepends=True)
    start = lines.index(f"{part}:\n")
    end = next((i for i in range(start + 1, len(lines)) if lines[i][0] != " "), len(lines))
    text = "".join([*lines[:start], f"{part}: 5\n", *lines[end:]])
    assert any(line.startswith(f"{start + 1}: {part}: ") for line in found(text))


def test_all_faults_come_at_once_and_stop_the_reading(tmp_path):
    text = SMALL.replace("year: 2012, ", "").replace("$3/month", "3 month")
    file = tmp_path / "n.yaml"
    file.write_text(text)
    with pytest.raises(FaultsFound) as caught:
        numbers.read(file)
    assert [fault.key for fault in caught.value.faults] == [
        "latencies[0].then.year",
        "prices[0].value",
    ]
    assert caught.value.faults[0].file == str(file)


def test_what_a_fault_quotes_moves_no_cursor_and_very_many_faults_are_cut():
    hidden = "year: 20\u202e12"
    [fault] = faults(yaml.parse(SMALL.replace("year: 2012", f'year: "{hidden}"'), "n.yaml"))
    assert "\u202e" not in fault.render()
    entry = "  - {id: x, name: y}\n"
    many = faults(yaml.parse(SMALL.replace("prices:\n", "prices:\n" + 300 * entry), "n.yaml"))
    assert len(many) == 201
    assert many[-1].message.endswith("from here on")


def test_no_number_of_today_is_worked_out_from_another():
    """8 ms would be the line rate; 10 ms is what erickguan.me publishes for 2024."""
    now = {one.id: one.now for one in numbers.latencies()}
    assert (now["read-1mb-network"].text, now["read-1mb-network"].year) == ("10 ms", 2024)
    assert "gives" not in " ".join(one.note for one in numbers.shipped().capacities.values())


def test_a_range_says_which_publication_each_end_is():
    """20 us and 100 us stand in two of the columns that the source names."""
    for one in numbers.latencies():
        if one.now is not None and one.now.value.is_range:
            assert one.now.source.id in ("columns-2026", "rounding-2026")
            assert "20" in one.now.note, f"{one.id} names no publication with its year"


def test_a_file_says_itself_that_it_holds_numbers():
    assert is_numbers(yaml.parse(SMALL, "n"))
    assert is_numbers(yaml.parse("schema: sdcli-numbers/9\n", "n"))
    for text in ("schema: sdcli-scenario/1\n", "- 1\n", "", "schema: 5\n"):
        assert not is_numbers(yaml.parse(text, "n"))


def test_the_ladder_of_2012_is_the_one_that_interviewers_know():
    """Dean's list as the primer and the gist have it."""
    said = {one.id: one.then.text for one in numbers.latencies() if one.then}
    assert said == {
        "l1-cache": "0.5 ns",
        "branch-mispredict": "5 ns",
        "l2-cache": "7 ns",
        "mutex": "25 ns",
        "memory": "100 ns",
        "compress-1kb": "10 us",
        "send-1kb": "10 us",
        "read-1mb-memory": "250 us",
        "ssd-random-read": "150 us",
        "read-1mb-ssd": "1 ms",
        "round-trip-zone": "500 us",
        "hdd-seek": "10 ms",
        "read-1mb-network": "10 ms",
        "read-1mb-hdd": "30 ms",
        "california-netherlands": "150 ms",
    }
    assert all(one.then.year == 2012 for one in numbers.latencies() if one.then)


def test_prices_are_those_of_napkin_math():
    # sirupsen/napkin-math, table "Cost Numbers", as of March 2026
    assert {name: price.text for name, price in numbers.shipped().prices.items()} == {
        "core": "$15/month",
        "memory": "$2/GB/month",
        "ssd": "$0.2/GB/month",
        "blob": "$0.02/GB/month",
        "blob-reads": "$0.4 / (1M read)",
        "blob-writes": "$5 / (1M write)",
        "inter-zone": "$0.01/GB",
        "egress": "$0.1/GB",
        "cdn": "$0.05/GB",
    }


def test_an_unknown_name_names_the_nearest():
    assert numbers.price("egress").year == 2026
    with pytest.raises(InputError) as caught:
        numbers.price("egres")
    assert caught.value.fix == "did you mean egress?"
