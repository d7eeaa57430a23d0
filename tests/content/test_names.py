"""An interview ends in a design file, so content may not have a name that designs refuse."""

from __future__ import annotations

import pytest

from sdcli.content import parse_scenario
from sdcli.content.scenario import ID, NOUN
from sdcli.core.errors import FaultsFound
from sdcli.design import parse, validate
from sdcli.design.model import ID as DESIGN_ID
from tests.content.test_check import SMALL

WORDS = (
    "link",
    "api_call",
    "call-2",
    "x",
    "x" * 32,
    "x" * 33,
    "x" * 64,
    "x" * 65,
    "a-b",
    "Link",
    "",
)


@pytest.mark.parametrize("word", WORDS)
def test_a_noun_is_one_in_content_if_it_is_one_in_a_design(word: str) -> None:
    text = f"schema: sdcli/1\nid: one\ntitle: One\nnouns: ['{word}']\n"
    is_refused = any("noun" in fault.key for fault in validate(parse(text, "one.yaml")))
    assert (NOUN.fullmatch(word) is None) == is_refused


@pytest.mark.parametrize("word", WORDS)
def test_an_id_of_content_is_one_of_a_design(word: str) -> None:
    if ID.fullmatch(word):
        assert DESIGN_ID.fullmatch(word)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("id: coat-check", f"id: {'c' * 65}"),
        ("coats = 2000", f"{'c' * 65} = 2000"),
        ("counter: service", f"{'c' * 65}: service"),
        ("counter: service", "the-counter: service"),
        ("fetch: client", f"{'f' * 65}: client"),
    ],
)
def test_a_name_that_no_design_takes_is_a_fault(old: str, new: str) -> None:
    with pytest.raises(FaultsFound) as caught:
        parse_scenario(SMALL.replace(old, new, 1), "coat-check.yaml")
    told = [fault.message for fault in caught.value.faults]
    assert any("is no id" in one or "is not of the form" in one for one in told)
