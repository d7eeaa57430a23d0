"""Cutting documents at their markers, and putting blocks into them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.core.errors import FaultsFound
from sdcli.documents.text.markers import Block, blocks_of, digest, has_marker, pieces, wrap
from sdcli.documents.text.placing import fresh, place

TWO = "before\n" + wrap("one", "first\n") + "between\n" + wrap("two", "second\n") + "after\n"


def joined(found) -> str:
    return "".join(piece.raw if isinstance(piece, Block) else piece for piece in found)


def test_a_document_is_cut_into_text_and_blocks():
    found = pieces(TWO, "d.md")
    assert [piece.id if isinstance(piece, Block) else piece for piece in found] == [
        "before\n",
        "one",
        "between\n",
        "two",
        "after\n",
    ]
    block = blocks_of(found)["two"]
    assert (block.text, block.line, block.edited) == ("second\n", 6, False)


def test_an_edit_inside_a_block_shows_and_one_outside_does_not():
    assert blocks_of(pieces(TWO.replace("second", "other"), "d"))["two"].edited
    assert not blocks_of(pieces(TWO.replace("between", "other"), "d"))["two"].edited


def test_the_hash_does_not_depend_on_the_line_ends_that_git_makes():
    found = blocks_of(pieces(TWO.replace("\n", "\r\n"), "d"))
    assert not any(block.edited for block in found.values())


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("<!-- sdcli:begin a -->\nx\n", 1, "never ends"),
        ("x\n<!-- sdcli:end a -->\n", 2, "without having begun"),
        ("<!-- sdcli:begin a -->\n<!-- sdcli:begin b -->\n<!-- sdcli:end b -->\n", 1, "not end"),
        (wrap("a", "x\n") + wrap("a", "y\n"), 4, "stands twice"),
        ("<!-- sdcli:begin a -->\n<!-- sdcli:end b -->\n", 2, "without having begun"),
    ],
)
def test_markers_that_do_not_pair_are_named_with_their_line(text, line, words):
    with pytest.raises(FaultsFound) as caught:
        pieces(text, "d.md")
    assert any(fault.line == line and words in fault.message for fault in caught.value.faults)


def test_a_marker_inside_a_line_is_text():
    text = "see `<!-- sdcli:begin a -->` there\n"
    assert pieces(text, "d") == [text]
    assert has_marker(text)


_free = st.text(alphabet="ab \n#-", max_size=20).map(lambda text: text + "\n")


@given(st.lists(st.tuples(_free, _free), max_size=4), _free)
def test_pieces_put_together_are_the_document(blocks, tail):
    document = "".join(free + wrap(f"b{i}", text) for i, (free, text) in enumerate(blocks)) + tail
    assert joined(pieces(document, "d")) == document


@given(
    st.lists(_free, min_size=5, max_size=5),
    st.sets(st.integers(0, 3), min_size=1),
    st.sets(st.integers(0, 3), min_size=1),
    st.sampled_from(["\n", "\r\n"]),
)
def test_text_between_blocks_survives_whatever_is_written_added_and_removed(
    frees, present, wanted, eol
):
    """The free text is the same characters in the same order before and after."""
    order = ["b0", "b1", "b2", "b3"]
    frees = [free.replace("\n", eol) for free in frees]
    document = (
        "".join(
            frees[i] + (wrap(name, "old\n", eol) if i in present else "")
            for i, name in enumerate(order)
        )
        + frees[4]
    )
    found = pieces(document, "d")
    texts = {name: f"new {i}\n" for i, name in enumerate(order) if i in wanted}
    gone = [name for i, name in enumerate(order) if i in present - wanted]
    whole = place(found, order, texts, removed=gone)
    after = pieces(whole, "d")
    assert {name: block.text for name, block in blocks_of(after).items()} == texts
    assert not any(block.edited for block in blocks_of(after).values())

    def words(cut) -> list[str]:
        free = "".join(piece for piece in cut if not isinstance(piece, Block))
        return [line for line in free.split(eol) if line]

    assert words(after) == words(found)


def test_a_new_block_goes_after_its_predecessor_and_taking_it_out_restores_every_byte():
    order = ["one", "new", "two"]
    found = pieces(TWO, "d")
    more = place(found, order, {"new": "news\n"})
    assert list(blocks_of(pieces(more, "d"))) == ["one", "new", "two"]
    assert more.index("news") < more.index("between")
    assert place(pieces(more, "d"), order, {}, removed=["new"]) == TWO


def test_a_new_block_goes_after_the_nearest_of_its_predecessors():
    more = place(pieces(TWO, "d"), ["one", "two", "new"], {"new": "news\n"})
    assert list(blocks_of(pieces(more, "d"))) == ["one", "two", "new"]


def test_a_first_block_goes_before_its_successor_and_a_lone_one_to_the_end():
    order = ["zero", "one", "two"]
    more = place(pieces(TWO, "d"), order, {"zero": "z\n"})
    assert list(blocks_of(pieces(more, "d"))) == ["zero", "one", "two"]
    assert more.startswith("before\n")
    assert place(["text"], order, {"one": "x\n"}) == "text\n\n" + wrap("one", "x\n")
    assert place([], order, {"one": "x\n"}) == wrap("one", "x\n")


def test_a_block_that_its_owner_moved_stays_where_it_is():
    moved = wrap("two", "second\n") + "mine\n" + wrap("one", "first\n")
    whole = place(pieces(moved, "d"), ["one", "two"], {"one": "1\n", "two": "2\n"})
    assert whole == wrap("two", "2\n") + "mine\n" + wrap("one", "1\n")


def test_a_block_keeps_the_line_ends_of_its_document():
    windows = TWO.replace("\n", "\r\n")
    whole = place(pieces(windows, "d"), ["one", "two"], {"one": "x\ny\n"})
    assert "\n" not in whole.replace("\r\n", "")


def test_a_fresh_document_has_an_empty_line_between_its_blocks():
    assert fresh({"a": "x\n", "b": "y\n"}) == wrap("a", "x\n") + "\n" + wrap("b", "y\n")
    assert digest("x\n") in wrap("a", "x\n")
