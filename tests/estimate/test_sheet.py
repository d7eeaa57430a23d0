"""Sheets: what a file may say, what is wrong with it and where, and the sheets that ship.

The published figures are those of A. Xu, System Design Interview, vol. 1, 2020, by chapter, and of
the system-design-primer (github.com/donnemartin/system-design-primer), exercise Pastebin.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.core.errors import FaultsFound, InputError
from sdcli.core.folders import shipped
from sdcli.design.model import SCHEMA
from sdcli.estimate import sheet

ROOT = Path(__file__).resolve().parents[2]

PUBLISHED = [
    ("twitter", "daily_users", 150e6, "user"),
    ("twitter", "write_rate", 3500, "tweet/s"),
    ("twitter", "write_peak", 7000, "tweet/s"),
    ("twitter", "media_rate", 30, "TB/day"),
    ("twitter", "media_kept", 55, "PB"),
    ("pastebin", "paste_size", 1.27, "KB/paste"),
    ("pastebin", "growth", 12.7, "GB/month"),
    ("pastebin", "storage", 450, "GB"),
    ("pastebin", "pastes", 360e6, "paste"),
    ("pastebin", "write_rate", 4, "paste/s"),
    ("pastebin", "read_rate", 40, "read/s"),
    ("web-crawler", "page_rate", 400, "page/s"),
    ("web-crawler", "page_peak", 800, "page/s"),
    ("web-crawler", "growth", 500, "TB/month"),
    ("web-crawler", "storage", 30, "PB"),
    ("youtube", "growth", 150, "TB/day"),
    ("youtube", "cdn_cost", 150_000, "$/day"),
    ("drive", "space_allocated", 500, "PB"),
    ("drive", "upload_rate", 240, "file/s"),
    ("drive", "upload_peak", 480, "file/s"),
    ("url-shortener", "write_rate", 1160, "link/s"),
    ("url-shortener", "read_rate", 11_600, "redirect/s"),
    ("url-shortener", "links", 365e9, "link"),
    ("url-shortener", "storage", 36.5, "TB"),
    ("url-shortener", "codes", 3.5e12, ""),
]
ROUNDED = 0.05  # the coarsest of them is 4 for 3.858: one figure, 3.7 % up


@pytest.mark.parametrize(("name", "estimate", "figure", "unit"), PUBLISHED)
def test_a_shipped_sheet_comes_out_as_published(name, estimate, figure, unit):
    values = sheet.load(sheet.files()[name]).worksheet.values
    assert values[estimate].in_unit(unit) == pytest.approx(figure, rel=ROUNDED)


def test_every_published_estimate_of_a_shipped_sheet_is_compared():
    """An estimate without a published figure says so in its line."""
    for name, path in sheet.files().items():
        text = path.read_text(encoding="utf-8")
        compared = {estimate for one, estimate, *_ in PUBLISHED if one == name}
        for estimate in sheet.load(path).estimates:
            [line] = [row for row in text.splitlines() if row.startswith(f"  {estimate}: ")]
            assert "#" in line, f"{name}: {estimate} names no figure"
            own = ("not in the book", "the step to", "more than 1")
            assert (estimate in compared) != any(
                f"# {word}" in line or word in line for word in own
            )


def test_every_assumption_of_a_shipped_sheet_has_a_source():
    assert list(sheet.files()) == [
        "drive",
        "pastebin",
        "twitter",
        "url-shortener",
        "web-crawler",
        "youtube",
    ]
    for path in sheet.files().values():
        found = sheet.load(path)
        assert found.title, path
        assert found.summary, path
        assert [name for name, one in found.assumptions.items() if not one.source] == [], path


def test_a_design_file_is_a_sheet():
    path = ROOT / "examples" / "designs" / "url-shortener" / "design.yaml"
    found = sheet.load(path)
    assert found.title == "URL shortener"
    assert found.assumptions["fleet"] == sheet.Assumption("8 node", "the machines that we have")
    # 80M to 125M a month over 30 days of 86,400 s: sqrt(80 * 125) = 100M, 38.58 a second
    assert found.worksheet.values["write_rate"].in_unit("link/s") == pytest.approx(38.58, rel=0.001)


def test_a_sheet_reads_the_version_of_designs_that_the_program_writes():
    assert f"sdcli/{sheet.VERSION}" == SCHEMA


def test_short_and_long_forms_say_the_same():
    short = sheet.read("assumptions: {users: 5 user}\nestimates: {pairs: users * 2}\n", "s")
    long = sheet.read(
        "assumptions: {users: {value: 5 user}}\nestimates: {pairs: {formula: users * 2}}\n", "s"
    )
    assert short.assumptions == long.assumptions
    assert short.worksheet.values == long.worksheet.values


@pytest.mark.parametrize(
    ("typed", "text"), [("3", "3"), ("0.00001", "0.00001"), ("1.5", "1.5"), ("'3'", "3")]
)
def test_a_number_of_the_file_is_the_same_number(typed, text):
    assert sheet.read(f"assumptions: {{n: {typed}}}", "s").assumptions["n"].text == text


def test_estimates_share_the_ranges_that_they_use():
    """Both hang on one range, so their ratio is certain."""
    found = sheet.read(
        "assumptions: {all: 1 to 4 write/s}\n"
        "estimates: {ten: all * 10, one: all, ratio: ten / one, doubled: one + one}\n",
        "s",
    ).worksheet.values
    assert not found["ratio"].is_range
    assert found["ratio"].value == pytest.approx(10)
    assert found["doubled"].high == pytest.approx(8)


def test_a_sheet_says_what_it_took_for_day_and_month():
    found = sheet.read(
        "assumptions: {made: 30M link/month, size: 2 KB/link}\n"
        "estimates: {rate: {formula: made, unit: link/day}, kept: made * size * 2 month}\n",
        "s",
    )
    assert found.conventions == {"day": "86,400 s", "month": "30 day", "KB": "1000 B"}
    assert sheet.read("estimates: {a: 1 + 1}", "s").conventions == {}


FAULTS = [
    ("- a\n", ["1: this is not a sheet"]),
    ("{}\n", ["1: there is nothing to compute here"]),
    ("nouns: [link]\n", ["1: there is nothing to compute here"]),
    ("estimate: {a: 1}\n", ['1: estimate: unknown key "estimate"; fix: did you mean estimates?']),
    (
        "estimates: {a: 1}\ncomponents: {}\n",
        ['2: components: unknown key "components"; fix: one of title, summary, nouns,'],
    ),
    ("schema: sheet\nestimates: {a: 1}\n", ["1: schema: this is not the schema of a design"]),
    ("nouns: link\nestimates: {a: 1}\n", ["1: nouns: this must be a list; fix: [link, redirect]"]),
    (
        "nouns: [link, to]\nestimates: {a: 1}\n",
        ["1: nouns[1]: this word means something else in an expression"],
    ),
    ("estimates: [a]\n", ["1: estimates: this must be a mapping of names to values"]),
    ("assumptions: {a: }\n", ["1: assumptions.a: this is missing"]),
    ("assumptions: {a: true}\n", ["1: assumptions.a: this must be a text or a number"]),
    ("assumptions:\n  a:\n    source: x\n", ["2: assumptions.a.value: this is missing"]),
    (
        "assumptions:\n  a:\n    vale: 3\n    value: 3\n",
        ['3: assumptions.a.vale: unknown key "vale"; fix: did you mean value?'],
    ),
    (
        "estimates:\n  a: {formula: 1, origin: typed}\n",
        ['2: estimates.a.origin: unknown key "origin"; fix: one of formula, unit'],
    ),
    (
        "assumptions:\n  kb: 3\nestimates:\n  a:\n    formula: 3 GB +\n      2 s\n",
        ['5: estimates.a.formula: this adds information and time at "+" (character 6)'],
    ),
    (
        "estimates:\n  a: 5 gigabyyte\n",
        ['2: estimates.a: "gigabyyte" is no unit at "gigabyyte" (character 3)'],
    ),
    (
        "assumptions:\n  w: 3 write\nestimates:\n  a: {formula: w, unit: GB}\n",
        ["4: estimates.a.formula: this is not information; given 3 write, write;"],
    ),
    (
        "assumptions:\n  a: 3\nestimates:\n  a: 4\n",
        ["4: estimates.a: this is an assumption and an estimate, too"],
    ),
    (
        "estimates:\n  one: two\n  two: one\n",
        [
            "2: estimates.one: this needs its own result; given one -> two -> one",
            "3: estimates.two: this needs its own result; given two -> one -> two",
        ],
    ),
    # what only fails because another formula does is no fault of its own
    (
        "assumptions:\n  all: 3 wriet\nestimates:\n  two: all * 2\n  one: two + 1\n  x: 1 B + 1\n",
        [
            '2: assumptions.all: "wriet" is no unit',
            "6: estimates.x: this adds information and number",
        ],
    ),
    ("estimates:\n  a: wirtes * 2\nassumptions:\n  writes: 3\n", ["fix: did you mean writes?"]),
]


@pytest.mark.parametrize(("text", "expected"), FAULTS, ids=range(len(FAULTS)))
def test_every_fault_has_its_line_and_its_remedy(text, expected):
    with pytest.raises(FaultsFound) as caught:
        sheet.read(text, "s.yaml")
    said = [fault.render() for fault in caught.value.faults]
    assert len(said) == len(expected), said
    for line, part in zip(said, expected, strict=True):
        assert part in line.removeprefix("s.yaml:")
        assert "\n" not in line


def test_the_form_of_one_line_hides_no_sum_of_another():
    """`a` and what uses it cannot be judged; `c` can."""
    with pytest.raises(FaultsFound) as caught:
        sheet.read("assumptions:\n  a: []\nestimates:\n  x: a * 2\n  c: 1 B + 1\n", "s")
    assert [(fault.line, fault.key) for fault in caught.value.faults] == [
        (2, "assumptions.a"),
        (5, "estimates.c"),
    ]


def test_form_and_line_are_told_all_at_once():
    with pytest.raises(FaultsFound) as caught:
        sheet.read("titel: x\nnouns: [Link]\nassumptions:\n  a: []\nestimates: 3\n", "s")
    assert [fault.line for fault in caught.value.faults] == [1, 2, 4, 5]


def test_of_very_many_faults_the_first_are_told_and_the_rest_counted():
    text = "estimates:\n" + "".join(f"  e{i}: 1 B + 1\n" for i in range(1000))
    with pytest.raises(FaultsFound) as caught:
        sheet.read(text, "s")
    assert len(caught.value.faults) == 201
    assert caught.value.faults[-1].message == "and 800 faults or more from here on"


def test_a_newer_design_is_refused_in_a_sentence():
    with pytest.raises(InputError) as caught:
        sheet.read("title: x\nschema: sdcli/2\nestimates: {a: 1}\n", "s.yaml")
    assert (
        str(caught.value) == "s.yaml:2: a newer sdcli wrote this (sdcli/2); this one reads sdcli/1"
    )


def test_a_fault_moves_no_cursor():
    with pytest.raises(FaultsFound) as caught:
        sheet.read('"\\e[31mred": 1\nestimates:\n  a: "1 + \\e[2J"\n', "s")
    assert "\x1b" not in caught.value.render()


def test_a_long_sheet_is_worked_out():
    """Each line uses the one above it."""
    count = 1200  # deeper than Python's own stack
    lines = ["assumptions: {e0: 1 GB}", "estimates:"]
    lines += [f"  e{i}: e{i - 1} + 1 GB" for i in range(1, count + 1)]
    found = sheet.read("\n".join(lines), "s").worksheet
    assert found.values[f"e{count}"].in_unit("GB") == count + 1


def test_a_sheet_of_ones_own_stands_in_front(tmp_path, monkeypatch):
    folder = tmp_path / "content" / "sheets"
    folder.mkdir(parents=True)
    for name in ("twitter", "ours"):
        (folder / f"{name}.yaml").write_text("estimates: {a: 1}\n")
    (folder / ".hidden.yaml").write_text("estimates: {a: 1}\n")
    monkeypatch.setenv("SDCLI_PATH", str(tmp_path / "content"))
    files = sheet.files()
    assert files["twitter"] == folder / "twitter.yaml"
    assert files["ours"] == folder / "ours.yaml"
    assert files["drive"] == shipped("templates") / "sheets" / "drive.yaml"
    assert ".hidden" not in files


@given(st.text(max_size=200))
def test_whatever_a_file_holds_it_is_a_sheet_or_an_error_of_ours(text):
    with contextlib.suppress(InputError):
        sheet.read(text, "s")


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from(["1", "a", "1 to 2 GB", "b + 1", "1/0", "", "9^9^9^9", "\x1b", "$5", "to"]),
)


@given(
    st.dictionaries(
        st.sampled_from(["nouns", "assumptions", "estimates", "schema", "title", "x"]),
        st.one_of(
            VALUES,
            st.lists(VALUES, max_size=3),
            st.dictionaries(
                st.sampled_from(["a", "b", "GB", "user", "A"]),
                st.one_of(
                    VALUES,
                    st.dictionaries(
                        st.sampled_from(["value", "formula", "unit", "source", "y"]), VALUES
                    ),
                ),
            ),
        ),
    )
)
def test_whatever_its_parts_are_it_is_a_sheet_or_an_error_of_ours(data):
    import json

    try:
        found = sheet.read(json.dumps(data), "s")
    except InputError:
        return
    assert found.conventions is not None
    assert found.worksheet.errors == {}
