from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.content.levels import STEPS
from sdcli.scoring import WrittenAnswer, parse_answer
from sdcli.scoring.answer import lines, step_named


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
    assert len(answer.counted) == len(answer.text)
    for sentence in answer.sentences:
        assert answer.counted[sentence.start : sentence.end] == sentence.text


def test_windows_line_ends_are_line_ends():
    answer = parse_answer("# Scope\r\nOne.\r\n\r\nTwo.\r\n")
    assert [(s.text, s.line) for s in answer.sentences] == [("One.", 2), ("Two.", 4)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<!-- Write and save. -->\nOne.\n", ["One."]),
        ("One. <!-- Two. --> Three.\n", ["One.", "Three."]),
        ("<!-- Two.\n\n## Scope\nThree. -->\nOne.\n", ["One."]),
        ("<!-- a --> One. <!-- b -->\n<!-- c\n--> Two.", ["One.", "Two."]),
        ("One.\n<!-- Two.\n", ["One.", "<!-- Two."]),  # nothing ends it
        ("```\n<!-- One. -->\n```\n", ["<!-- One."]),
        ("<!--\n```\n-->\n? One?\nTwo.\n", ["Two."]),
    ],
)
def test_comments_are_no_answer(text, said):
    assert [sentence.text for sentence in parse_answer(text).sentences] == said


@pytest.mark.parametrize("line", ["? How many?", "?hint", "  ?? And so?", "<!-- --> ? Why?"])
def test_a_line_with_a_question_mark_in_front_is_no_answer(line):
    answer = parse_answer(f"# Scope\n{line}\nOne.\n# Deep dive\n{line}\n")
    assert answer.steps == {"scope": "One."}
    assert [(one.text, one.line) for one in answer.sentences] == [("One.", 3)]


def test_what_is_no_answer_moves_nothing_and_stays_in_the_text():
    text = "# Scope\n? How many?\n<!-- a\nb --> One is <!-- quite --> much.\n"
    answer = parse_answer(text)
    (one,) = answer.sentences
    assert (one.start, one.line, answer.text) == (text.index("One"), 4, text)
    assert text[one.start : one.end] == "One is <!-- quite --> much."


def test_questions_in_code_are_code():
    assert parse_answer("```\n? x : y\n```\n").counted == "```\n? x : y\n```\n"


def test_a_session_is_read_as_its_written_form_is():
    answer = WrittenAnswer.of({"scope": "? How many?\nOne. <!-- Two. -->", "wrap_up": "?"})
    assert answer.steps == parse_answer(answer.text).steps == {"scope": "One."}
    assert "How many" in answer.text


def test_lines_are_read_in_one_go_however_many_comments_begin():
    """50,000 beginnings without an end, and as many comments: each letter is looked at once."""
    for text in ("<!--" * 50_000, "<!---->" * 28_000, "<!--\n" * 40_000 + "-->"):
        shown = [line.text for line in lines(text)]
        assert len("\n".join(shown)) == len(text)
    assert not "".join(shown).strip()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# Parcel lockers\n\nBefore.\n# Scope\nOne.", ["Before.", "One."]),
        ("<!-- a -->\n# Parcel lockers\n# Scope\nOne.", ["One."]),
        ("# Parcel lockers\n\nOne.", ["Parcel lockers", "One."]),  # no steps, so a part of it
        ("## Parcel lockers\n# Scope\nOne.", ["Parcel lockers", "One."]),
        ("Before.\n# Parcel lockers\n# Scope\nOne.", ["Before.", "Parcel lockers", "One."]),
        ("# Scope\n# Parcel lockers\nOne.", ["Parcel lockers", "One."]),
        ("```\n# Parcel lockers\n```\n# Scope\nOne.", ["Parcel lockers", "One."]),
    ],
)
def test_a_title_above_the_steps_is_no_answer(text, said):
    assert [sentence.text for sentence in parse_answer(text).sentences] == said
