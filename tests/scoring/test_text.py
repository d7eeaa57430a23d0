from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.scoring.text import read, sentences, stem, tokenize

ANSWERS = st.text(alphabet="ab cd.!?\n-*#:|,;=1234567890'’ ()éλ`\t", max_size=300)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One thing. Another thing.", ["One thing.", "Another thing."]),
        ("we shard. then we copy", ["we shard.", "then we copy"]),
        ("It takes 3.5 s. Fine!", ["It takes 3.5 s.", "Fine!"]),
        ("Stores, e.g. Redis, are fast.", ["Stores, e.g. Redis, are fast."]),
        (
            "A key is at hash mod N. Virtual nodes help.",
            ["A key is at hash mod N.", "Virtual nodes help."],
        ),
        ("We need W and R. Then N.", ["We need W and R.", "Then N."]),
        ("It is quiet at 3 a.m. and busy at noon.", ["It is quiet at 3 a.m. and busy at noon."]),
        ("It is quiet at 3 a.m. We copy then.", ["It is quiet at 3 a.m.", "We copy then."]),
        ("A ring, i.e. Hashes on a circle.", ["A ring, i.e. Hashes on a circle."]),
        ("a) first\nb. second", ["first", "second"]),
        ("N. Virtual nodes help.", ["N.", "Virtual nodes help."]),
        ("- first\n- second\n  still second", ["first", "second", "still second"]),
        ("1. first\n2) second", ["first", "second"]),
        ("## Cache\nWe keep it.", ["Cache", "We keep it."]),
        ("| a | b |\n|---|---|\n| c | d |", ["| a | b |", "| c | d |"]),
        ("One thought\nanother thought", ["One thought", "another thought"]),
        ("Why? Because.", ["Why?", "Because."]),
        ("(It ends here.) Then more.", ["(It ends here.)", "Then more."]),
        ("  \n\n---\n", []),
    ],
)
def test_sentences_end_where_people_end_them(text, parts):
    assert [sentence.text for sentence in read(text)] == parts


def test_a_wrapped_line_goes_on_in_the_next():
    wrapped = (
        "The counter hands out blocks of a thousand numbers to every server that\n"
        "asks for one, so that no two of them ever make the same code.\n"
    )
    assert len(read(wrapped)) == 1


def test_a_sentence_that_never_ends_is_cut():
    parts = read("we keep on talking " * 100)
    assert [len(sentence.tokens) for sentence in parts] == [100, 100, 100, 100]


def test_lines_count_from_one_and_follow_the_text():
    text = "First.\n\n\nFourth line here. And more.\n- the fifth, not the sixth\n"
    assert [sentence.line for sentence in read(text)] == [1, 4, 4, 5]


def test_neighbours_share_a_block_and_a_blank_line_ends_it():
    blocks = [sentence.block for sentence in read("One. Two.\n\nThree.")]
    assert blocks[0] == blocks[1] != blocks[2]


@pytest.mark.parametrize(
    ("text", "asks"),
    [("Is it down?", True), ('He asked "why?"', True), ("It is down.", False)],
)
def test_a_question_ends_in_its_mark(text, asks):
    assert read(text)[0].question is asks


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("read-heavy", ["read", "heavy"]),
        ("pub/sub", ["pub", "sub"]),
        ("base62 and 4xx", ["base62", "and", "4xx"]),
        ("10,000 of 3.5T", ["10000", "of", "3.5t"]),
        ("don’t", ["don't"]),
        ("write_rate", ["write", "rate"]),
    ],
)
def test_tokens_are_what_people_mean_by_a_word(text, words):
    assert [token.text for token in tokenize(text)] == words


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("caching", "cached"),
        ("hashing", "hash"),
        ("expiry", "expires"),
        ("wrote", "writing"),
        ("replica", "replication"),
        ("queueing", "queues"),
        ("failure", "fails"),
        ("indices", "indexed"),
        ("server's", "servers"),
    ],
)
def test_forms_of_a_word_have_one_stem(one, two):
    assert stem(one) == stem(two)


@pytest.mark.parametrize(
    ("one", "two"), [("cache", "cash"), ("server", "service"), ("index", "indicate")]
)
def test_different_words_keep_different_stems(one, two):
    assert stem(one) != stem(two)


@given(ANSWERS)
def test_every_sentence_is_a_stretch_of_the_text_and_none_overlap(text):
    last = 0
    for sentence in sentences(text):
        assert sentence.text == text[sentence.start : sentence.end]
        assert sentence.start >= last
        assert sentence.line == text.count("\n", 0, sentence.start) + 1
        last = sentence.end


@given(ANSWERS)
def test_no_word_is_lost_between_sentences(text):
    """Bullets' numbers, "a." as a list letter and fence lines are marks, not words."""
    plain = "".join(letter if letter.isalpha() or letter in " \n" else " " for letter in text)
    said = [token.text for sentence in sentences(plain) for token in sentence.tokens]
    assert said == [token.text for token in tokenize(plain)]
