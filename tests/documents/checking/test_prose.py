"""Numbers in prose: contradictions are found, and nothing else is."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from sdcli.documents.checking.amounts import amounts
from sdcli.documents.checking.naming import Names
from sdcli.documents.checking.prose import NOTES_MAX, notes_on_design, notes_on_document
from sdcli.documents.checking.sentences import sentences
from sdcli.estimate import Worksheet

NOUNS = ("link", "redirect", "store")
ASSUMPTIONS = {
    "writes": "100M link/month",
    "links": "6G link",
    "peak_factor": "3",
    "hit_share": "90 %",
    "latency": "80 to 120 ms",
}
ESTIMATES = {
    "write_rate": ("writes", "link/s"),  # 100M / 30 day / 86,400 s = 38.58 link/s
    "read_rate": ("writes * 100 redirect/link", "redirect/s"),  # 3858 redirect/s
    "storage": ("links * 500 B/link", "TB"),  # 6G * 500 B = 3 TB
    "cache_size": ("storage / 10", "GB"),  # 300 GB
}
DATA = {"assumptions": ASSUMPTIONS, "estimates": ESTIMATES}
SHEET = Worksheet(ASSUMPTIONS, ESTIMATES, NOUNS)


def said(text: str) -> list[str]:
    found = notes_on_document(Path("d.md"), [text], DATA, NOUNS, lambda: SHEET.values)
    assert {finding.kind for finding in found} <= {"prose-number"}
    assert not any(finding.fails for finding in found)
    return [finding.message for finding in found]


@pytest.mark.parametrize(
    ("text", "number", "name"),
    [
        ("The write rate is 90 link/s.", "90 link/s", "write_rate"),
        ("Write-rate: **90 link/s**.", "90 link/s", "write_rate"),
        ("The write rate is 40.7 link/s.", "40.7 link/s", "write_rate"),  # 5.5 % too many
        ("The write rate is 36.5 link/s.", "36.5 link/s", "write_rate"),  # 5.4 % too few
        ("`write_rate` (90 links per second) is low", "90 links per second", "write_rate"),
        ("We write 90 links a second, the\nwrite rate.", "90 links a second", "write_rate"),
        ("# A write rate of 90 link/s\n", "90 link/s", "write_rate"),
        ("- read rate: 4.2k redirect/s\n", "4.2k redirect/s", "read_rate"),
        ("> The storage is 2.5 TB in 2026", "2.5 TB", "storage"),
        ("The storage is 3,500 GB, e.g. on disk.", "3,500 GB", "storage"),
        ("The hit share is 80 %.", "80 %", "hit_share"),
        ("The latency is 130 to 200 ms.", "130 to 200 ms", "latency"),
        ("The latency is 130-200 ms.", "130-200 ms", "latency"),
        ("`links` come to 5 billion links.", "5 billion links", "links"),
        ("See [the write rate](x.md), 90 link/s!", "90 link/s", "write_rate"),
        ("v1.2: the write rate of 90 link/s", "90 link/s", "write_rate"),
    ],
)
def test_a_number_that_the_design_does_not_give_is_a_note(text, number, name):
    notes = said(text)
    assert len(notes) == 1
    assert notes[0].startswith(f"it says {number}, the design gives {name} ")


@pytest.mark.parametrize(
    "text",
    [
        # what agrees: 38.58 link/s within 5 %, a range that holds it, one of several
        "The write rate is 40 link/s.",
        "The write rate is 37 link/s.",
        "The write rate is 30 to 50 link/s.",
        "The latency is 100 ms.",
        "The latency is 82 ms.",
        "Storage is 3 TB and the cache size 300 GB.",
        "Of 3 TB storage the rest is 2.7 TB.",
        # no unit, no name, another sentence, another kind
        "The write rate is 90.",
        "We write 90 link/s.",
        "It is the write rate. It takes 90 link/s.",
        "It is the write rate\n\nof 90 link/s",
        "- the write rate\n- 90 link/s\n",
        "The write rate grew 5 %/month.",
        "The write rate needs 12 GB of memory.",
        "The write rate needs 7 stores.",
        # names of other things
        "The overwrite rate is 90 link/s.",
        "The write rated 90 link/s.",
        "The peak write rate is 90 link/s.",
        "The write rate limit is 90 link/s.",
        "A batch has 5 links, and the links are short.",
        "my_write_rate is 90 link/s",
        # bounds, shares, other cases and times
        "The write rate stays under 90 link/s.",
        "The write rate must not exceed 90 link/s.",
        "The write rate is at most 90 link/s.",
        "Revisit when the write rate reaches 90 link/s.",
        "If the write rate were 90 link/s, one would not do.",
        "The write rate was 20 link/s last year.",
        "The write rate doubles to 77 link/s.",
        "Four stores share the write rate, 10 link/s each.",
        "The write rate of 10 link/s per store.",
        "At 10x, the write rate is > 90 link/s.",
        # dates, versions, ids, addresses, code, tables, comments
        "On 2026-11-29 at 12:30 the write rate of v1.2.3 was read; see Q3, R2 and D1.",
        "The write rate: https://example.org/90 link.",
        "The write rate [is](http://x.org/?a=90 link/s) this.",
        "The write rate is `90 link/s`.",
        "```\nwrite rate 90 link/s\n```\n",
        "~~~~\n~~~\nwrite rate 90 link/s\n~~~~\n",
        "    write rate 90 link/s\n",
        "| write rate | 90 link/s |\n|---|---|\n",
        "<!-- write rate 90 link/s -->",
        "<!-- write rate 90 link/s",
        "The write rate in chapter 3 s",
        "The write rate of 90 furlong/s.",
        "The write rate costs $90.",
        "The write rate is -90 link/s lower.",
        "",
        "write rate",
    ],
)
def test_nothing_else_is_a_note(text):
    assert said(text) == []


def test_two_numbers_of_two_names_are_each_compared_with_theirs():
    notes = said("The write rate is 90 link/s and the read rate 3,900 redirect/s.")
    assert [note.split(",")[0] for note in notes] == ["it says 90 link/s"]


def test_the_line_is_the_one_of_the_number(built):
    built.document.write_text(
        "Mine.\n\nThe write rate\nis 90 link/s.\n" + built.text + "\nThe read rate: 1 redirect/s.\n"
    )
    last = built.text.count("\n")
    for fast in (False, True):
        answer = built.check(fast=fast)
        assert (answer.state, answer.holds) == ("fresh", True)
        found = [(finding.kind, finding.where) for finding in answer.findings]
        assert found == [
            ("prose-number", f"{built.document}:4"),
            ("prose-number", f"{built.document}:{last}"),
        ]
    assert "write_rate 38.58 link/s" in answer.findings[0].message


def test_prose_of_the_design_is_named_by_its_key(built):
    built.change("A shop for links.", "A shop with a write rate of 90 link/s.")
    built.change("text: hot keys", "text: the read rate of 9 redirect/s hits one key")
    built.build()
    found = [(f.kind, f.where) for f in built.check(fast=True).findings]
    assert found == [("prose-number", "summary"), ("prose-number", "risks.R1.text")]


def test_what_is_asked_assumed_or_not_chosen_is_no_prose_on_the_design():
    number = "the write rate of 90 link/s"
    data = DATA | {
        "requirements": {"quality": [{"id": "Q1", "text": number}]},
        "out_of_scope": [number],
        "decisions": [{"id": "D1", "options": [{"name": "x", "text": number}], "choice": number}],
        "glossary": {"x": number},
        "because": 3,
    }
    found = notes_on_design(data, NOUNS, lambda: SHEET.values)
    assert [finding.where for finding in found] == ["glossary.x"]


def test_sentences_put_together_are_the_text_without_its_ends():
    text = "One. Two 1.5 TB! `x = 1` <b>\r\n\n```\nx\n```\n- a\n- b? c\n# d\n"
    whole = list(sentences(text))
    for start, sentence in whole:
        for offset, letter in enumerate(sentence):
            assert letter in (" ", text[start + offset])
    assert [one.strip() for _, one in whole] == [
        "One",
        "Two 1.5 TB",
        "<b>",
        "- a",
        "- b",
        "c",
        "# d",
    ]


def test_of_names_the_longest_counts():
    names = Names(["rate", "write_rate", "peak_write_rate"])
    assert names.within("the peak write rate") == ["peak_write_rate"]
    assert names.within("a write rate, a rate") == ["write_rate", "rate"]
    assert names.within("rate", [(0, 4)]) == []


def test_an_amount_ends_where_its_unit_ends():
    found = list(amounts("$5 and 1.5 TB a day, 3 of 4, 2 GB/s", NOUNS))
    assert [one.text for one in found] == ["$5", "1.5 TB a day", "2 GB/s"]


@pytest.mark.parametrize(
    "text",
    [
        "write rate 9 link/s " * 50_000,
        "`" * 1_000_000,
        "](" * 500_000,
        "<!-- " * 200_000,
        "9" * 1_000_000,
        "9 " * 500_000,
        "write_" * 200_000 + "9",
        "a/" * 500_000 + "9 link/s write_rate",
        "http://" * 200_000,
        "write rate 9 link/s.\n" * 50_000,
        ("write rate " + "9 link/s " * 200 + ".\n") * 1000,
        "\n" * 1_000_000,
        ".!?" * 300_000,
    ],
    ids=lambda text: text[:12],
)
def test_a_hostile_text_is_read_in_bounded_time(text):
    start = time.process_time()
    assert len(said(text)) <= NOTES_MAX
    assert time.process_time() - start < 5
