"""The one YAML reader: what it reads, what it refuses, and that it tells the line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.core import yaml
from sdcli.core.errors import FaultsFound


def fault_of(text: str) -> str:
    with pytest.raises(FaultsFound) as caught:
        yaml.parse(text, "f.yaml")
    return caught.value.faults[0].render()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1:30", "1:30"),  # YAML 1.1 makes 90 of it
        ("yes", "yes"),
        ("No", "No"),
        ("1_000", "1_000"),
        ("0o17", "0o17"),
        ("012", "012"),
        ("1e6", "1e6"),
        ("2026-11-24", "2026-11-24"),
        ("~", "~"),
        ("17", 17),
        ("-2.50", -2.5),
        ("true", True),
        ("null", None),
        ("", None),
        ("'17'", "17"),
        ('"true"', "true"),
    ],
)
def test_scalars_are_words_of_the_design_file_and_nothing_more(text, value):
    assert yaml.parse(f"k: {text}", "f").data == {"k": value}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a: 1\nb: 2\na: 3\n", "f.yaml:3: a: this key stands twice; fix: keep one of them"),
        ("a: &x 1\n", "f.yaml:1: anchors and aliases are not read; write the value out"),
        ("a: 1\nb: *x\n", "f.yaml:2: anchors and aliases are not read; write the value out"),
        (
            "a: !!python/name:os.system x\n",
            "f.yaml:1: tags are not read: tag:yaml.org,2002:python/name:os.system",
        ),
        ("a: 1\n---\nb: 2\n", "f.yaml:2: a second document starts here; one file holds one"),
        ("? [a, b]\n: 1\n", "f.yaml:1: a key must be a plain word"),
        ("a: [\n=======\n", "f.yaml:3: this is not YAML"),  # a rule under a heading, no conflict
        (
            "<<<<<<< mine\na: 1\n=======\na: 2\n>>>>>>> theirs\n",
            "a merge conflict is left in the file",
        ),
    ],
)
def test_what_is_refused_is_named_with_its_line(text, fault):
    assert fault in fault_of(text)


def test_broken_syntax_names_the_line():
    assert fault_of("a: 1\nb: [1, 2\nc: 3\n").startswith("f.yaml:3: this is not YAML")


def test_deep_nesting_is_refused_before_anything_recurses():
    assert "nested more than 32 deep" in fault_of("[" * 33 + "]" * 33)
    assert "nesting depth" in fault_of("[" * 100_000)  # the C scanner's own limit comes first


def test_a_large_file_is_refused_without_reading_it():
    assert "larger than 2000000 bytes" in fault_of("a: " + "x" * 2_000_001)


def test_many_small_parts_are_refused():
    assert "more than 100000 parts" in fault_of("[" + "1," * 200_000 + "]")


def test_lines_are_known_for_every_key_and_position():
    tree = yaml.parse("a: 1\nb:\n  - x\n  - c: 2\n", "f")
    assert tree.line(("b", 1, "c")) == 4
    assert tree.line(("b", 0)) == 3
    assert tree.line(("b", 7, "nothing")) == 2  # the nearest parent that is there
    assert yaml.dotted(("b", 1, "c")) == "b[1].c"


scalars = st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.text(max_size=30)
finite = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e9, max_value=1e9)
trees = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(min_size=1, max_size=8), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(trees)
def test_what_dump_writes_parse_reads(data):
    """Lone surrogates cannot be written to a file in the first place."""
    try:
        str(data).encode()
    except UnicodeEncodeError:
        return
    assert yaml.parse(yaml.dump({"k": data}), "f").data == {"k": data}


@given(finite)
def test_floats_come_back_equal_enough(number):
    back = yaml.parse(yaml.dump({"k": number}), "f").data["k"]
    assert back == pytest.approx(number, rel=1e-15, abs=1e-16)
