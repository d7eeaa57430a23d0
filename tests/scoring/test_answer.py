from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.content.scenario import STEPS
from sdcli.scoring import WrittenAnswer, parse_answer
from sdcli.scoring.answer import step_named


@pytest.mark.parametrize(
    ("heading", "step"),
    [
        ("=== scope ===", "scope"),
        ("=== high_level ===", "high_level"),
        ("=== High-Level ===", "high_level"),
        ("==== deep dive ====", "deep_dive"),
        ("# Scope", "scope"),
        ("## High-level design", "high_level"),
        ("### HIGH LEVEL", "high_level"),
        ("###### Deep dives: codes and cache", "deep_dive"),
        ("## 4. Wrap-up", "wrap_up"),
        ("## Step 1: Scope and numbers", "scope"),
        ("# **Wrap up**", "wrap_up"),
    ],
)
def test_a_heading_that_begins_with_the_name_of_a_step_opens_it(heading, step):
    assert parse_answer(f"{heading}\nSome words.\n").steps == {step: "Some words."}


@pytest.mark.parametrize(
    "heading",
    [
        "# Scopes of variables",
        "Scope",
        "#Scope",
        "## Design",
        "== scope ==",
        "- scope",
        "## The scope",
    ],
)
def test_other_lines_open_no_step(heading):
    answer = parse_answer(f"{heading}\nSome words.\n")
    assert answer.is_plain


def test_text_without_headings_is_one_text_for_all_steps():
    answer = parse_answer("We shorten links.\nThat is all.")
    assert answer.steps == dict.fromkeys(STEPS, "We shorten links.\nThat is all.")
    assert [sentence.line for sentence in answer.sentences] == [1, 2]


def test_a_step_that_comes_twice_is_one_step():
    answer = parse_answer("# Scope\nOne.\n# Deep dive\nTwo.\n# Scope\nThree.")
    assert answer.steps == {"scope": "One.\n\nThree.", "deep_dive": "Two."}


def test_headings_inside_code_are_code():
    answer = parse_answer("# Scope\n```\n# Deep dive\n```\nAfter.")
    assert list(answer.steps) == ["scope"]


def test_a_step_without_words_is_not_there():
    assert parse_answer("# Scope\n\n# Deep dive\nTwo.").steps == {"deep_dive": "Two."}
    assert parse_answer("").steps == {}
    assert parse_answer(" \n ").steps == {}


def test_lines_count_through_headings():
    answer = parse_answer("Before.\n# Scope\n\nOne.\n# Wrap up\nTwo.")
    assert [(s.text, s.line, s.step) for s in answer.sentences] == [
        ("Before.", 1, None),
        ("One.", 4, "scope"),
        ("Two.", 6, "wrap_up"),
    ]


def test_neighbours_never_span_two_steps():
    answer = parse_answer("# Scope\nOne.\n# Deep dive\nTwo.")
    one, two = answer.sentences
    assert one.block != two.block


def test_the_written_form_of_a_session_reads_back():
    steps = {"deep_dive": "Two.\nAnd more.", "scope": "One.", "wrap_up": "  "}
    answer = WrittenAnswer.of(steps)
    assert answer.steps == {"scope": "One.", "deep_dive": "Two.\nAnd more."}
    assert parse_answer(answer.text).steps == answer.steps
    lines = [sentence.line for sentence in answer.sentences]
    assert lines == [sentence.line for sentence in parse_answer(answer.text).sentences]


@pytest.mark.parametrize(
    ("words", "step"), [("high-level", "high_level"), ("Deep Dives", "deep_dive"), ("high", None)]
)
def test_step_names_take_hyphens_spaces_and_any_case(words, step):
    assert step_named(words) == step


@given(st.text(max_size=200))
def test_every_text_is_an_answer(text):
    answer = parse_answer(text)
    for part in answer.parts:
        assert 0 <= part.start <= part.end <= len(answer.text)
    for sentence in answer.sentences:
        assert answer.text[sentence.start : sentence.end] == sentence.text


def test_windows_line_ends_are_line_ends():
    answer = parse_answer("# Scope\r\nOne.\r\n\r\nTwo.\r\n")
    assert [(s.text, s.line) for s in answer.sentences] == [("One.", 2), ("Two.", 4)]
