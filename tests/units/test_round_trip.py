"""What is written reads back: trees as the same tree, results as the same quantity."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdcli.units import UnitError, parse, quantity
from sdcli.units.functions import FUNCTIONS
from sdcli.units.product import UnitProduct
from sdcli.units.syntax import (
    Binary,
    Call,
    Comparison,
    Conversion,
    Interval,
    Literal,
    Logic,
    Name,
    Negative,
    Node,
    Not,
    UnitWord,
    write,
)
from sdcli.units.vocabulary import Vocabulary

WORDS = Vocabulary.of()
PLACE = (0, 0)
NAMES = ("writes", "ring.spread", "x", "row_size")

ONE_ARGUMENT = st.sampled_from(
    [name for name, function in FUNCTIONS.items() if function.most == function.least == 1]
)

units = st.sampled_from(
    ["MB", "s", "day", "request", "user", "min", "kqps", "Mbps", "KiB", "$", "%"]
).map(WORDS.unit)
words = st.sampled_from(["MB", "s", "day", "request", "user", "min", "kqps"]).map(WORDS.unit)
numbers = st.one_of(
    st.integers(0, 10**7).map(float),
    st.floats(0, 1e18, allow_nan=False, allow_subnormal=False),
    st.sampled_from([1e6, 2.5e3, 150e6, 1e9, 3e12, 1e15, 86_400.0, 0.1, 1e-9, 1.5e300]),
)
literals = st.builds(Literal, st.just(PLACE), numbers, st.one_of(st.none(), units))
signed = st.one_of(
    literals, literals.filter(lambda node: node.number > 0).map(lambda node: Negative(PLACE, node))
)
products = st.lists(st.tuples(words, st.sampled_from([1, -1, -2])), min_size=1, max_size=3).map(
    # as the writer puts them: what is above the line first
    lambda factors: UnitProduct(tuple(sorted(factors, key=lambda factor: factor[1] < 0)))
)


def interval(ends: tuple[Node, Node], unit) -> Interval:
    def with_unit(node: Node) -> Node:
        if isinstance(node, Negative):
            return Negative(PLACE, with_unit(node.operand))
        return Literal(PLACE, node.number, unit)

    return Interval(PLACE, *(with_unit(end) for end in ends), 1)


intervals = st.builds(interval, st.tuples(signed, signed), st.one_of(st.none(), units))
leaves = st.one_of(
    literals,
    intervals,
    words.map(lambda unit: UnitWord(PLACE, unit)),
    st.sampled_from(NAMES).map(lambda name: Name(PLACE, name)),
)


def grown(inner):
    return st.one_of(
        st.builds(Negative, st.just(PLACE), inner),
        st.builds(Binary, st.just(PLACE), st.sampled_from("+-*/^"), inner, inner),
        st.builds(
            Call,
            st.just(PLACE),
            st.sampled_from(["min", "max"]),
            st.lists(inner, min_size=1, max_size=3).map(tuple),
        ),
        st.builds(Call, st.just(PLACE), ONE_ARGUMENT, st.tuples(inner)),
        st.builds(Call, st.just(PLACE), st.just("downtime"), st.tuples(inner, inner)),
        st.builds(Conversion, st.just(PLACE), inner, products),
    )


trees = st.recursive(leaves, grown, max_leaves=12)
comparisons = st.builds(
    Comparison, st.just(PLACE), st.sampled_from(["<", "<=", ">", ">=", "=="]), trees, trees
)
questions = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.builds(Not, st.just(PLACE), inner),
        st.builds(Logic, st.just(PLACE), st.sampled_from(["and", "or"]), inner, inner),
    ),
    max_leaves=6,
)


def numbered(node: Node) -> Node:
    """The tree with its ranges counted in the order of the text, and powers with units folded."""
    count = 0

    def walk(node: Node) -> Node:
        nonlocal count
        if isinstance(node, Interval):
            count += 1
            return Interval(PLACE, node.low, node.high, count)
        if isinstance(node, Negative):
            return Negative(PLACE, walk(node.operand))
        if isinstance(node, Binary):
            return Binary(PLACE, node.operator, walk(node.left), walk(node.right))
        if isinstance(node, Comparison):
            return Comparison(PLACE, node.operator, walk(node.left), walk(node.right))
        if isinstance(node, Not):
            return Not(PLACE, walk(node.operand))
        if isinstance(node, Logic):
            return Logic(PLACE, node.operator, walk(node.left), walk(node.right))
        if isinstance(node, Call):
            return Call(PLACE, node.function, tuple(walk(argument) for argument in node.arguments))
        if isinstance(node, Conversion):
            return Conversion(PLACE, walk(node.operand), node.target)
        return node

    return walk(node)


@settings(max_examples=400, deadline=None)
@given(st.one_of(trees, questions))
def test_a_tree_reads_back_as_itself(tree):
    tree = numbered(tree)
    text = write(tree)
    try:
        node = parse(text, names=NAMES).node
    except UnitError as error:
        if "nested" in error.what or "more than" in error.what:
            return
        raise
    assert node == tree, text


@pytest.mark.parametrize(
    "text",
    [
        "(1 TB / 100 MB)/s",  # without brackets, two readings
        "(100M / 10k)/s",
        "100M / (10k/s)",
        "1 / 2/s",
        "1 TB / (100 MB/s)",
        "(6 MB / -2 s)/user",
        "1 / (2 s)",
        "x < 1 or y < 2 and not z < 3",
        "(x < 1 or y < 2) and not (z < 3 and x < 4)",
        "x < 1 and (y < 2 and z < 3)",
        "downtime(99.99%, 1 year)",
    ],
)
def test_brackets_stand_where_they_are_needed_and_nowhere_else(text):
    assert str(parse(text)) == text


@settings(max_examples=200, deadline=None)
@given(st.floats(0, 15))
def test_nines_read_back_as_the_same_availability(count):
    one = parse(f"{count!r} nines")
    assert parse(str(one)).node == one.node
    assert quantity(str(one)) == quantity(f"{count!r} nines")


@settings(max_examples=300, deadline=None)
@given(
    st.floats(1e-9, 1e14),
    st.sampled_from(
        [
            "",
            "MB",
            "KiB",
            "Mbit",
            "s",
            "day",
            "request",
            "MB/s",
            "request/day",
            "tweet/user/day",
            "$",
            *("$/GB", "%", "1/s", "s/request", "MB*user/day", "kqps", "Mbps", "s*s"),
        ]
    ),
    st.booleans(),
)
def test_a_result_reads_back_within_its_rounding(number, unit, asked):
    q = (
        quantity(f"{number!r} * 1 {unit}")
        if unit not in ("", "$", "1/s", "$/GB")
        else quantity(
            {
                "": f"{number!r}",
                "$": f"{number!r} USD",
                "1/s": f"{number!r}/s",
                "$/GB": f"{number!r} USD/GB",
            }[unit]
        )
    )
    if asked and unit:
        q = q.to(unit)
    back = quantity(q.display())
    assert back.dimension == q.dimension
    assert math.isclose(back.value, q.value, rel_tol=6e-4)  # half of the fourth digit


@settings(max_examples=150, deadline=None)
@given(
    st.floats(1e-6, 1e9),
    st.floats(1.001, 1e4),
    st.sampled_from(
        ["", "MB", "s", "request", "MB/s", "request/day", "USD", "%", "USD/month", "user/s"]
    ),
)
def test_a_range_reads_back_within_its_rounding(low, ratio, unit):
    number, _, per = unit.partition("/")
    q = quantity(f"({low!r} {number} to {low * ratio!r} {number})" + (f"/{per}" if per else ""))
    back = quantity(q.display())
    assert back.dimension == q.dimension
    for one, other in ((back.low, q.low), (back.high, q.high)):
        assert math.isclose(one, other, rel_tol=6e-4)
