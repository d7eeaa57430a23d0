"""Sums as long and as deep as the language allows: aloud and by head cost a few passes, no more.

Nothing here looks at a clock: the work is counted in parts of the sum that are worked out.
"""

from __future__ import annotations

import pytest

from sdcli.estimate.aloud import steps
from sdcli.estimate.by_head import by_head
from sdcli.units import parse
from sdcli.units.evaluate import Evaluator
from sdcli.units.literals import DEPTH_MAX, INTERVALS_MAX
from sdcli.units.parser import OPERATORS_MAX

DEEP = DEPTH_MAX - 2
WORK_MAX = 12 * (OPERATORS_MAX + DEPTH_MAX)  # nodes; 2^DEPTH would be 10^17


def nested(before: str, inside: str, behind: str, times: int = DEEP) -> str:
    return before * times + inside + behind * times


@pytest.fixture
def work(monkeypatch):
    """How many nodes have been worked out since the test began."""
    done = [0]
    value = Evaluator.value

    def counted(self, node):
        done[0] += 1
        return value(self, node)

    monkeypatch.setattr(Evaluator, "value", counted)
    return done


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (nested("(", "1", ")"), 1),
        ("1" + "+1" * OPERATORS_MAX, OPERATORS_MAX + 1),
        ("1" + "*1" * OPERATORS_MAX, 1),
        ("1" + "-1" * OPERATORS_MAX, 1 - OPERATORS_MAX),
        (nested("-", "1", ""), 1),
        (nested("1^", "1", ""), 1),
        (nested("max(", "3", ")"), 3),
        (nested("max(2, ", "3", ")"), 3),
        (nested("max(", "3", ", 2)"), 3),
        (nested("max(2 + 1, ", "3", ")"), 3),
        (nested("ceil(1 * ", "3", ")", DEEP // 2), 3),
        (nested("(1 + ", "0", ") * 1", DEEP // 2), DEEP // 2),
        (nested("(", "3", ")^1"), 3),
        ("max(1 user, " + ", ".join(["2 user"] * (OPERATORS_MAX - 2)) + ")", 2),
    ],
)
def test_the_work_grows_with_the_sum_and_no_faster(work, text, value):
    expression = parse(text)
    steps(expression, {})
    head = by_head(expression, {})
    assert head.exact.value == value
    assert work[0] < WORK_MAX


@pytest.mark.parametrize(
    "text",
    [
        nested("max(1 to 4, ", "2", ")", INTERVALS_MAX),
        "+".join(["(1 to 2)"] * INTERVALS_MAX),
    ],
)
def test_ranges_are_drawn_once_for_each_operator(work, text):
    """Each operator of sampled values is a pass over all draws."""
    expression = parse(text)
    steps(expression, {})
    by_head(expression, {})
    assert work[0] < WORK_MAX
