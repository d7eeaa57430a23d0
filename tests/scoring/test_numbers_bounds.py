"""Hostile and long texts: bounded work, no exception; and what is imported for them."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdcli.scoring import parse_answer
from sdcli.scoring.numbers import check_numbers
from sdcli.scoring.numbers.amounts import amounts
from sdcli.scoring.numbers.check import CHECKS_MAX
from sdcli.scoring.numbers.spoken import Reader
from sdcli.scoring.numbers.work import AMOUNTS_MAX, SETS_MAX, SIGNS_MAX, Work
from sdcli.scoring.words import word_list

SIZE = 200_000
AMOUNTS_OF_A_SENTENCE = 40
SETS_OF_A_CLAIM = 100


def worked(text):
    """The checks of a text, and the work that they took."""
    work = Work()
    return check_numbers(parse_answer(text), work=work), work


def is_bounded(work):
    """Whether the work stayed at its limits; what one sentence has is finished."""
    return (
        work.signs <= SIGNS_MAX + 1
        and work.amounts <= AMOUNTS_MAX + AMOUNTS_OF_A_SENTENCE
        and work.sets <= SETS_MAX + SETS_OF_A_CLAIM
    )


@pytest.mark.parametrize(
    "piece",
    [
        "9",
        "= ",
        "1 = ",
        "12 * 30 = 3600 and (4\n\n",
        "(",
        "3*(",
        " ",
        "so ",
        "5M users so 5 GB a day ",
        "5M users with 3 posts each, so 7 GB a day.\n\n",
        "9^",
        "1,",
        "1,000",
        "1-",
        "5 per day ",
        "each user a day per ",
        "a few ",
        "5 to ",
        "3 and 4 plus ",
    ],
)
def test_a_hostile_text_is_read_up_to_a_limit(piece):
    text = "5" + piece * (SIZE // len(piece)) + " = 7"
    found, work = worked(text)
    assert all(check.quote in text for check in found)
    assert len(found) <= CHECKS_MAX
    assert is_bounded(work)


def test_the_work_is_counted_and_ends():
    lines = (
        f"{i} riders with {i + 1} trips each make {i * 7} a day, so {i}." for i in range(4_000)
    )
    found, work = worked("\n\n".join(lines))
    assert 0 < len(found) <= CHECKS_MAX
    assert work.amounts > 100
    assert work.sets > 100
    assert is_bounded(work)


def test_equations_are_counted_and_end():
    found, work = worked("\n\n".join(f"{i} * 30 = {i * 30}" for i in range(1, 4_000)))
    assert len(found) == CHECKS_MAX
    assert 0 < work.signs <= SIGNS_MAX + 1


def test_a_short_answer_costs_little():
    _, work = worked("3M riders with 2 trips each make 6M a day, so about 70 a second.")
    assert (work.signs, work.amounts) == (0, 4)
    assert 0 < work.sets < 20
    assert not Work(sets=SETS_MAX).is_spent
    assert Work(sets=SETS_MAX + 1).is_spent


def test_what_has_been_enough_work_ends_the_reading():
    work = Work(sets=SETS_MAX + 1)
    assert Reader(work).read("5M users with 3 posts each make 15M posts.", 0, 0, []) == []
    assert len(Reader(Work()).read("5M users with 3 posts each make 15M posts.", 0, 0, [])) == 1


def test_a_sentence_that_never_ends_has_few_amounts():
    assert len(amounts("3 cats " * 10_000)) <= 40


WORDS = word_list(
    "5M 10 users posts a day each per so is = * / 100 GB 2 MB 500 bytes node nodes % of plus and"
    " every one second 3x 62^7 100:1 0 9^299 1000 bits replicas , ; . which makes ~ ≈ → $5 bits"
    " base62 characters"
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=25))
def test_no_sentence_breaks_the_reader(words):
    text = " ".join(words)
    for check in check_numbers(parse_answer(text)):
        assert check.quote in text
        assert check.verdict in {"ok", "rounded", "off"}


def test_the_quantity_language_waits_for_a_number_that_is_worked_out():
    code = (
        "import sys\n"
        "import sdcli.scoring\n"
        "before = set(sys.modules)\n"
        "from sdcli.scoring.numbers import check\n"
        "brought = {name for name in set(sys.modules) - before if 'scoring.numbers' not in name}\n"
        "print([name for name in sorted(brought) if name.startswith('sdcli')])\n"
        "print(check._DIGIT._compiled)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\nNone\n"


def test_neither_pint_nor_numpy_comes_in_for_a_count_of_feet():
    code = (
        "import sys\n"
        "from sdcli.scoring import parse_answer\n"
        "from sdcli.scoring.numbers import check_numbers\n"
        "check_numbers(parse_answer('10 feet * 5 = 50 feet, so 3M miles a day are 40 a second'))\n"
        "print([name for name in ('pint', 'numpy', 'rich', 'typer') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_tick_is_no_length_of_time():
    text = "99 % arrive within 500 ms, and none is lost once the sender has seen a tick, 5 a tick."
    assert check_numbers(parse_answer(text)) == ()


@pytest.mark.parametrize("sign", ["=", ", so"])
def test_one_in_so_many_is_not_read(sign):
    assert check_numbers(parse_answer(f"3e11 / 2^64 {sign} 1 in 61 million.")) == ()
