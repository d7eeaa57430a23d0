"""Counted things: one noun goes through the parameters of a calculator."""

from __future__ import annotations

import pytest

from sdcli.estimate.counted import agreed
from sdcli.estimate.kinds import COUNT, RATE, RATIO, SIZE
from sdcli.units import UnitError, quantity

KINDS = {
    "rate": RATE.meaning("request/s"),
    "size": SIZE.each("rate"),
    "limit": RATE.meaning("request/s").same("rate"),
    "ratio": RATIO.each("rate"),
}


def settled(unsaid=(), **given):
    values = {name: quantity(text) for name, text in given.items()}
    return {name: str(value) for name, value in agreed(KINDS, values, unsaid).items()}


@pytest.mark.parametrize(
    ("given", "unsaid", "expected"),
    [
        # nothing typed below the line: it is for each of what the rate counts
        ({"rate": "5 photo/s", "size": "1 MB"}, (), {"size": "1 MB/photo"}),
        ({"rate": "5 photo/s", "size": "1 MB/photo"}, (), {"size": "1 MB/photo"}),
        ({"rate": "5/s", "size": "1 MB"}, (), {"rate": "5/s", "size": "1 MB"}),
        # what was typed settles what was filled in, or left open
        ({"rate": "5 request/s", "size": "1 MB/photo"}, ("rate",), {"rate": "5 photo/s"}),
        ({"rate": "5/s", "size": "1 MB/photo"}, (), {"rate": "5 photo/s"}),
        ({"rate": "5 photo/s", "limit": "9 request/s"}, ("limit",), {"limit": "9 photo/s"}),
        ({"rate": "5/s", "limit": "9 request/s"}, ("limit",), {"limit": "9/s"}),
        ({"rate": "5 request/s", "limit": "9 photo/s"}, ("rate",), {"rate": "5 photo/s"}),
        # also for the others, wherever they stand
        (
            {"rate": "5 request/s", "size": "1 MB", "limit": "9 photo/s"},
            ("rate",),
            {"rate": "5 photo/s", "size": "1 MB/photo", "limit": "9 photo/s"},
        ),
        # a plain ratio holds for every noun; one that counts something is for each
        ({"rate": "5 photo/s", "ratio": "100"}, (), {"ratio": "100"}),
        ({"rate": "5 photo/s", "ratio": "100 view"}, (), {"ratio": "100 view/photo"}),
        # what is not given is not asked
        ({"size": "1 MB/photo"}, (), {"size": "1 MB/photo"}),
    ],
)
def test_a_typed_noun_settles_the_others(given, unsaid, expected):
    found = settled(unsaid, **given)
    assert {name: found[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("given", "unsaid", "what", "expected"),
    [
        (
            {"rate": "5 tweet/s", "size": "1 MB/photo"},
            (),
            "this is for each photo, but rate counts tweet",
            "one noun in both, like 1 MB/tweet",
        ),
        (
            {"rate": "5 tweet/s", "limit": "9 photo/s"},
            (),
            "this counts photo, but rate counts tweet",
            "one noun in both, like 9 tweet/s",
        ),
        (  # settled by the first, so that the second one differs
            {"rate": "5 request/s", "size": "1 MB/photo", "limit": "9 tweet/s"},
            ("rate",),
            "this counts tweet, but rate counts photo",
            "one noun in both, like 9 photo/s",
        ),
    ],
)
def test_two_typed_nouns_that_differ_are_refused(given, unsaid, what, expected):
    with pytest.raises(UnitError) as caught:
        settled(unsaid, **given)
    assert (caught.value.what, caught.value.expected) == (what, expected)


def test_the_first_parameter_that_was_given_decides():
    kinds = {"objects": COUNT, "reads": RATE, "size": SIZE.each("objects", "reads")}
    both = {"objects": quantity("5 video"), "reads": quantity("9 view/s")}
    size = {"size": quantity("1 MB")}
    assert str(agreed(kinds, both | size, ())["size"]) == "1 MB/video"
    del both["objects"]
    assert str(agreed(kinds, both | size, ())["size"]) == "1 MB/view"


def test_what_was_given_is_left_as_it_was():
    values = {"rate": quantity("5 photo/s"), "size": quantity("1 MB")}
    agreed(KINDS, values, ())
    assert str(values["size"]) == "1 MB"
