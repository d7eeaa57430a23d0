"""Limits as people write them, and what is said to those who write something else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.core.errors import InputError
from sdcli.reference.limiters import ALGORITHMS, BUCKETS, SECOND, Limit, Limiter, parse
from sdcli.reference.limiters.limit import limits_of, span_ns, span_text


@pytest.mark.parametrize(
    ("text", "rate", "per", "burst"),
    [
        ("100/s", 100, SECOND, None),
        ("100 / 1s", 100, SECOND, None),
        ("5/10s burst 7", 5, 10 * SECOND, 7),
        ("1/MIN  burst  2", 1, 60 * SECOND, 2),
        ("3/hour", 3, 3600 * SECOND, None),
        ("1000/2 days", 1000, 172_800 * SECOND, None),
        ("1/250ms", 1, SECOND // 4, None),
    ],
)
def test_a_limit_in_one_line(text, rate, per, burst) -> None:
    limit = parse(text, "x")
    assert (limit.rate, limit.per_ns, limit.burst, limit.name) == (rate, per, burst, "x")
    assert parse(str(limit), "x") == limit


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.one_of(st.none(), st.integers(1, 10**6)))
def test_what_is_written_is_read(rate, seconds, burst) -> None:
    limit = Limit(rate, seconds * SECOND, burst)
    assert parse(str(limit)) == limit
    assert span_ns(span_text(limit.per_ns)) == limit.per_ns


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "limit"),
        ("100", "limit"),
        ("100/", "limit"),
        ("/s", "limit"),
        ("-1/s", "limit"),
        ("1e3/s", "limit"),
        ("100/s burst", "limit"),
        ("100/s burst x", "limit"),
        ("100/s, 5/m", "limit"),
        ("\u0661\u0660/s", "limit"),  # ten, in Arabic digits
        ("9" * 5000 + "/s", "limit"),  # more digits than Python reads
        ("1/" + "9" * 5000 + "s", "limit"),
        ("100/x", "per"),
        ("100/0s", "per"),
        ("100/00m", "per"),
        ("100/999999999999999999d", "per"),
        ("0/s", "rate"),
        ("0.5/s", "rate"),
        ("100/s burst 0", "burst"),
    ],
    ids=lambda text: text[:12],
)
def test_a_line_that_is_no_limit(text: str, where: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(text)
    assert caught.value.where == where
    assert caught.value.expected
    assert len(caught.value.render()) < 1000


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"rate": 0}, "rate"),
        ({"rate": -1}, "rate"),
        ({"rate": True}, "rate"),
        ({"rate": "100"}, "rate"),
        ({"rate": float("nan")}, "rate"),
        ({"rate": float("inf")}, "rate"),
        ({"rate": -(10**50)}, "rate"),
        ({"per": 0}, "per"),
        ({"per": True}, "per"),
        ({"per": 1.5}, "per"),
        ({"per": None}, "per"),
        ({"per": "1 fortnight"}, "per"),
        ({"per": 10**50}, "per"),
        ({"burst": 0}, "burst"),
        ({"burst": 2.0}, "burst"),
        ({"burst": False}, "burst"),
        ({"burst": 10**50}, "burst"),
        ({"name": 5}, "name"),
        ({"algorithm": "leaky"}, "algorithm"),
    ],
    ids=str,
)
def test_a_limit_of_something_else(given: dict[str, Any], where: str) -> None:
    with pytest.raises(InputError) as caught:
        Limit(**{"rate": 1, "per": "1s", **given})
    assert caught.value.where == where


@pytest.mark.parametrize("name", ["rate", "per", "burst"])
def test_a_number_that_python_does_not_write(name: str) -> None:
    for huge in (10**5000, -(10**5000)):
        with pytest.raises(InputError, match="counted"):
            Limit(**{"rate": 1, "per": "1s", name: huge})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("0.5/s", "1/2s"),
        ("2.5/s burst 9", "5/2s burst 9"),
        ("0.1/m", "1/10m"),
        ("1.0/s", "1/1s"),
        ("0.0/s", ""),  # no limit is meant by this, or none that we know
    ],
)
def test_half_a_request_is_one_in_twice_the_time(text: str, fix: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(text)
    assert caught.value.fix == fix
    if fix:
        assert parse(fix)


def test_the_same_for_a_limit_that_is_not_written_in_one_line() -> None:
    with pytest.raises(InputError) as caught:
        Limit(0.5, "1s")  # type: ignore[arg-type]
    assert caught.value.fix == "Limit(1, '2s')"


def test_go_47221_a_rate_of_zero_is_neither_nothing_nor_everything() -> None:
    """x/time/rate with a rate of 0 granted reservations without end."""
    for rate in (0, 0.0):
        with pytest.raises(InputError):
            Limiter(Limit(rate, "1s", burst=1))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", sorted(ALGORITHMS))
def test_a_limit_becomes_a_rule_of_every_algorithm(name: str) -> None:
    rule = Limit(10, "1s", name="x").rule(name)
    assert (rule.name, rule.algorithm, rule.violated) == ("x", name, ("x",))
    in_microseconds = Limit(10, "1s", name="x").rule(name, 1000).policy
    assert in_microseconds == ALGORITHMS[name].Policy(
        *((10, 10**6, 10) if name in BUCKETS else (10, 10**6))
    )
    with pytest.raises(InputError, match="ticks"):
        Limit(10, 1500).rule(name, 1000)


def test_a_limits_own_algorithm_wins() -> None:
    assert Limit(10, "1s", algorithm="fixed-window").rule("gcra").algorithm == "fixed-window"


@pytest.mark.parametrize("name", sorted(set(ALGORITHMS) - set(BUCKETS)))
def test_a_window_has_no_burst(name: str) -> None:
    with pytest.raises(InputError, match="no burst"):
        Limit(10, "1s", burst=20).rule(name)
    assert Limit(10, "1s", burst=10).rule(name)  # just what it is


@pytest.mark.parametrize("name", sorted(set(ALGORITHMS) - {"token-bucket"}))
@pytest.mark.parametrize("more", [{"refill": "interval"}, {"start": 0}], ids=str)
def test_refill_and_start_are_the_token_buckets(name: str, more: dict[str, Any]) -> None:
    limit = Limit(10, "1s", **more)
    with pytest.raises(InputError, match="no refill"):
        limit.rule(name)
    assert limit.rule("token-bucket")


def test_limits_get_names() -> None:
    limits = limits_of(["100/s burst 200", Limit(5, "1d", name="daily")])
    assert [one.name for one in limits] == ["100/1s-burst-200", "daily"]
    assert limits_of(iter(["1/s"])) == limits_of("1/s") == limits_of(parse("1/s"))


@pytest.mark.parametrize(
    "given",
    [[], (), ["1/s", "1 / sec"], [parse("1/s", "x"), parse("2/s", "x")], 5, None, [5], b"1/s"],
    ids=["empty", "no", "alike", "one name", "5", "None", "[5]", "bytes"],
)
def test_limits_that_are_none(given: Any) -> None:
    with pytest.raises(InputError) as caught:
        limits_of(given)
    assert caught.value.where == "limits"
