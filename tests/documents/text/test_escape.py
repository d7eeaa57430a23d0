"""Words of other people read as the characters that they are made of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.core.text import one_line
from sdcli.documents.text.escape import code, code_cell, inline, label, prose


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain words, and 100 %", "plain words, and 100 %"),
        ("write_rate", "write_rate"),  # inside a word it starts no emphasis
        ("_x_", r"\_x\_"),
        ("a | b", r"a \| b"),
        ("**bold** `code` [link](x)", r"\*\*bold\*\* \`code\` \[link\](x)"),
        ("<script>", "&lt;script&gt;"),
        ("<!-- sdcli:end x -->", "&lt;!-- sdcli:end x --&gt;"),
        ("AT&T &amp; &#60;", "AT&T &amp;amp; &amp;#60;"),
        ("one\ntwo\r\nthree\u2028four", "one two three four"),
        ("\x1b[31mred\x9b1m\x07", "\ufffd[31mred\ufffd1m\ufffd".replace("[", "\\[")),
        ("\u202eabc\u200b", "\ufffdabc\ufffd"),
        ("a\\b", r"a\\b"),
        ("$x$ ~y~", r"\$x\$ \~y\~"),
        ("日本語 naïve \u200d", "日本語 naïve \u200d"),
    ],
)
def test_inline_text_is_literal(text, expected):
    assert inline(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one\n\n\n\ntwo\n", "one\n\ntwo"),
        ("# title", r"\# title"),
        ("#tag", "#tag"),
        ("title\n===", "title\n\\==="),
        ("title\n---", "title\n\\---"),
        ("- - -", r"\- - -"),
        ("***", r"\*\*\*"),
        ("- a\n* b\n1. c\n2) d", "- a\n- b\n1. c\n2) d"),
        ("- # a", "- \\# a"),
        ("+ a", r"\+ a"),
        ("> quoted", "&gt; quoted"),
        ("    indented", "indented"),
        ("```\ncode\n```", "\\`\\`\\`\ncode\n\\`\\`\\`"),
        ("<details>\n", "&lt;details&gt;"),
        ("", ""),
    ],
)
def test_prose_keeps_paragraphs_and_bullets_and_nothing_else(text, expected):
    assert prose(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("writes * 5 year", "`writes * 5 year`"),
        ("a\nb", "`a b`"),
        ("a `b`", r"a \`b\`"),
        ("<!-- x -->", "&lt;!-- x --&gt;"),
        ("client -> a | b", "`client -> a | b`"),
        ("", ""),
    ],
)
def test_code_holds_what_code_can_hold(text, expected):
    assert code(text) == expected


def test_code_in_a_table_keeps_its_bars_out_of_the_cells():
    assert code_cell("a | b") == r"`a \| b`"
    assert code_cell("a `|` b") == r"a \`\|\` b"


def test_the_word_that_closes_a_block_of_mermaid_is_coded_when_it_stands_alone():
    assert (label("end"), label("End "), label("the end")) == ("#101;nd", "#69;nd", "the end")


@given(st.text(max_size=60))
def test_no_text_opens_a_tag_a_cell_a_line_or_moves_the_cursor(text):
    for made in (inline(text), code_cell(text), label(text)):
        assert "\n" not in made
        assert "\x1b" not in made
        assert "<!--" not in made
        assert "-->" not in made or made.startswith("`")
    assert "|" not in inline(text).replace(r"\|", "")
    assert "<" not in prose(text)
    assert not set(label(text)) & set('"`<>{}[]|%\\&\n')


@given(st.text(max_size=60))
def test_escaping_twice_is_safe_and_one_line_is_settled(text):
    assert one_line(one_line(text)) == one_line(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("# Big", "\\# Big"),
        ("- two", "\\- two"),
        ("---", "\\---"),
        ("+ plus", "\\+ plus"),
        ("1. one", "1\\. one"),
        ("12) twelve", "12\\) twelve"),
        ("* star", "\\* star"),
        ("-5 ms", "-5 ms"),
        ("--debug", "--debug"),
        ("1.5 s", "1.5 s"),
        ("#42", "#42"),
    ],
)
def test_a_line_behind_a_bullet_begins_nothing(text, shown):
    assert inline(text) == shown
