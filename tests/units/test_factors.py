"""Factors and terms as people say them: a number keeps its units."""

from __future__ import annotations

import pytest

from sdcli.units import parse
from sdcli.units.factors import factors, terms
from sdcli.units.syntax import write


def told(parts):
    return [("/" if part.inverse else "") + write(part.node) for part in parts]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("150M user * 2 tweet/user/day / 3", ["150M user", "2 tweet/user/day", "/3"]),
        ("5 MB", ["5 MB"]),
        ("2 to 3 MB/s * 4", ["2 MB to 3 MB/s", "4"]),
        ("x_ * day / y", ["x_", "day", "/y"]),  # a name takes no units
        ("(1 + 2) / day", ["1 + 2", "/day"]),
        ("8 GB / (2 GB/s)", ["8 GB", "/2 GB/s"]),
        ("4 * 5^2", ["4", "5^2"]),
        ("1 + 2 * 3", ["1 + 2 * 3"]),
    ],
)
def test_factors(text, parts):
    assert told(factors(parse(text, names=["x_", "y"]).node)) == parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("1 GB + 2 GB - 3 MB", ["1 GB", "2 GB", "/3 MB"]),
        ("3 hour + min - day", ["3 hour", "min", "/day"]),  # no factors: min is a term of its own
        ("2 * 3", ["2 * 3"]),
    ],
)
def test_terms(text, parts):
    assert told(terms(parse(text).node)) == parts


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("100M user * 3 photo/user/day", "100M user × 3 photo/user/day = 300M photo/day"),
        ("8 GB / (2 GB/s) * 3", "8 GB ÷ (2 GB/s) × 3 = 12 s"),
        ("8 GB / (2 to 2.1 GB)", "8 GB ÷ (2 to 2.1 GB) = 3.81 to 4"),
    ],
)
def test_a_product_is_one_step_of_its_factors(text, step):
    steps: list[str] = []
    parse(text).evaluate({}, steps=steps)
    assert steps == [step]
