"""Questions: comparisons, and what `and`, `or` and `not` make of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.units import UnitError, holds, parse, quantity

YES, NO = "1 < 2", "2 < 1"
ENV = {
    "ring.balance.peak_to_mean": quantity("1.2"),
    "write_rate": quantity("38.58 link/s"),
    "writes": quantity("100M to 200M link/month"),
}


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Y and Y", True),
        ("Y and N", False),
        ("N and Y", False),
        ("N and N", False),
        ("Y or Y", True),
        ("Y or N", True),
        ("N or Y", True),
        ("N or N", False),
        ("not N", True),
        ("not Y", False),
        ("not not Y", True),
        # not before and, and before or
        ("Y or Y and N", True),  # Y or (Y and N); the other way it would be N
        ("(Y or Y) and N", False),
        ("N and N or Y", True),
        ("N and (N or Y)", False),
        ("not N and N", False),  # (not N) and N
        ("not (N and N)", True),
        ("not Y or Y", True),
        ("not (Y or Y)", False),
        ("Y and not N", True),
        ("N or N or Y", True),
        ("(Y)", True),
    ],
)
def test_truth_and_precedence(text, answer):
    spelled = text.replace("Y", YES).replace("N", NO)
    assert holds(spelled, {}) is answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("ring.balance.peak_to_mean <= 1.25 and write_rate < 1k link/s", True),
        ("ring.balance.peak_to_mean <= 1.25 and write_rate > 1k link/s", False),
        ("ring.balance.peak_to_mean > 1.25 or write_rate < 1k link/s", True),
        ("not write_rate > 1k link/s", True),
        ("not write_rate == 38.58 link/s or writes > 100M link/month", True),  # median 141M
        ("2 * write_rate to link/day > 5M link/day and write_rate > 0 link/s", True),  # 6.67M
    ],
)
def test_what_designs_ask(text, answer):
    expression = parse(text, names=ENV)
    assert expression.is_question
    assert not expression.is_claim
    assert expression.holds(ENV) is answer
    assert holds(text, ENV) is answer


def test_the_names_of_all_parts_are_known():
    text = "ring.spread < 1 and not (drops > 2 or lag == 3)"
    assert parse(text).names == {"ring.spread", "drops", "lag"}


@pytest.mark.parametrize("text", [f"{NO} and nothing > 3", f"{YES} or nothing > 3"])
def test_a_wrong_name_is_found_where_the_other_side_decides(text):
    with pytest.raises(UnitError, match='"nothing" is no name') as caught:
        holds(text, {})
    assert caught.value.span == (text.index("nothing"), text.index("nothing") + len("nothing"))


def test_kinds_are_checked_on_both_sides():
    with pytest.raises(UnitError, match="this compares information with time"):
        holds(f"{YES} or 3 GB < 2 s", {})


@pytest.mark.parametrize(
    ("text", "what", "at"),
    [
        ("3 GB and 1 < 2", "and needs a comparison on both sides", "3 GB"),
        ("1 < 2 and peak", "and needs a comparison on both sides", "peak"),
        ("1 < 2 or 3 + 4", "or needs a comparison on both sides", "3 + 4"),
        ("not 3", "not needs a comparison behind it", "3"),
        ("not peak and 1 < 2", "not needs a comparison behind it", "peak"),
        ("(1 < 2) + 3", "a comparison is no value", "1 < 2"),
        ("3 * (1 < 2)", "a comparison is no value", "1 < 2"),
        ("-(1 < 2)", "a comparison is no value", "1 < 2"),
        ("2^(1 < 2)", "a comparison is no value", "1 < 2"),
        ("max(1 < 2, 3)", "a comparison is no value", "1 < 2"),
        ("(1 < 2) to MB", "a comparison is no value", "1 < 2"),
        ("(1 < 2 or 3 < 4) < 5", "a comparison is no value", "1 < 2 or 3 < 4"),
        ("3 < not 1 < 2", "a comparison is no value", "not 1 < 2"),
        ("1 < 2 < 3", "one comparison is enough", "<"),
        ("1 < 2 and", "something is missing here", ""),
        ("and 1 < 2", '"and" cannot stand here', "and"),
        ("1 < 2 not 2 < 3", "an operator is missing before this", "not"),
    ],
)
def test_a_mistake_is_pointed_at(text, what, at):
    with pytest.raises(UnitError) as caught:
        parse(text)
    first, last = caught.value.span
    assert (caught.value.what, text[first:last]) == (what, at)


def test_a_question_has_no_value_and_a_value_asks_nothing():
    with pytest.raises(UnitError, match="a comparison is no value"):
        quantity(f"{YES} and {YES}")
    with pytest.raises(UnitError, match="this is no comparison"):
        holds("3 GB", {})


def test_the_sides_of_a_single_comparison():
    left, operator, right = parse("write_rate > 10 link/s").sides(ENV)
    assert (str(left), operator, str(right)) == ("38.58 link/s", ">", "10 link/s")
    with pytest.raises(UnitError, match="this is no comparison"):
        parse(f"{YES} and {YES}").sides({})


def test_the_working_says_both_values_of_each_comparison():
    steps: list[str] = []
    text = "write_rate * 2 > 1k link/s or not ring.balance.peak_to_mean > 1.25"
    assert parse(text).holds(ENV, steps=steps)
    assert steps == [
        "38.58 link/s × 2 = 77.16 link/s",
        "77.16 link/s > 1k link/s",
        "1.2 > 1.25",
    ]


def test_for_people_the_values_stand_in_the_question():
    expression = parse("not write_rate > 1k link/s and (a < 2 or a > 3)")
    assert (
        expression.with_values({"write_rate": "38.58 link/s", "a": "4"})
        == "not 38.58 link/s > 1k link/s and (4 < 2 or 4 > 3)"
    )


@given(
    st.recursive(
        st.sampled_from([YES, NO]),
        lambda inner: st.one_of(
            inner.map(lambda one: f"not ({one})"),
            st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(
                lambda p: f"({p[0]}) {p[1]} ({p[2]})"
            ),
            st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(" ".join),
        ),
        max_leaves=12,
    )
)
def test_truth_is_pythons(text):
    """The words, their precedence and their truth are those of Python."""
    assert holds(text, {}) is eval(text)
