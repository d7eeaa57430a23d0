from __future__ import annotations

import copy
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from sdcli.content.arithmetic import sum_faults
from sdcli.content.load import read_scenario
from sdcli.content.outline import EACH, KEYS, Outline
from sdcli.content.rules import rule_faults
from sdcli.core.yaml import Tree, parse

SMALL = parse((Path(__file__).parent / "coat-check.yaml").read_text(encoding="utf-8"), "small").data
ODD = [None, [], {}, 1, -0.5, True, "x", "{", "= =", ": :", "a = b", [[{"a": 1}]], "9" * 400]


def places(value, key=()):
    """Every key path of a tree."""
    yield key
    parts = value.items() if isinstance(value, dict) else ()
    parts = enumerate(value) if isinstance(value, list) else parts
    for name, part in parts:
        yield from places(part, (*key, name))


def with_odd(key, odd):
    """The small scenario with something odd at one place."""
    if not key:
        return odd
    data = copy.deepcopy(SMALL)
    holder = data
    for name in key[:-1]:
        holder = holder[name]
    holder[key[-1]] = odd
    return data


def test_a_path_skips_what_has_another_shape():
    outline = Outline(parse("a: [{b: [x, 1, null]}, 7, {b: y}, {b: {c: 1, d: 2}}]", "t"))
    assert list(outline.texts("a", EACH, "b", EACH)) == [
        (("a", 0, "b", 0), "x"),
        (("a", 0, "b", 1), "1"),
    ]
    assert [name for _, name in outline.at("a", EACH, "b", KEYS)] == ["c", "d"]


def test_a_list_with_an_unreadable_entry_is_not_complete():
    outline = Outline(parse('estimates: [{line: "a = 1"}, {lin: "b = 2"}]', "t"))
    assert outline.names("estimate") == ["a"]
    assert not outline.is_complete("estimate")
    assert outline.is_complete("assumption")  # no list, so no gap in it


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(list(places(SMALL))), st.sampled_from(ODD))
def test_no_shape_of_a_file_breaks_the_checks(key, odd):
    tree = Tree("t", with_odd(key, odd), {})
    outline = Outline(tree)
    scenario, faults = read_scenario(tree)
    faults += [*rule_faults(outline), *sum_faults(outline)]
    assert scenario is not None or faults
    assert all(fault.message for fault in faults)
