"""Nines and downtime both ways, chains, copies, quorums, repair; tables by hand."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given, strategies

from sdcli.estimate import registry
from sdcli.units import Quantity, UnitError, quantity
from sdcli.units.conventions import Conventions


def near(value, rel):
    """Within that share of the value, however small it is: approx alone allows 1e-12 besides."""
    return pytest.approx(value, rel=rel, abs=0.0)


def run(name, **given):
    found = registry.get(name)
    return found.run(found.bind(given)).outputs


@pytest.mark.parametrize(
    ("typed", "nines", "downtimes"),
    [
        # u times 365 days, 30 days, 7 days, 86,400 s
        ("99%", 2, ["3.65 day", "7.2 hour", "1.68 hour", "14.4 min"]),
        ("99.9%", 3, ["8.76 hour", "43.2 min", "10.08 min", "1.44 min"]),
        ("99.95%", 3.30103, ["4.38 hour", "21.6 min", "5.04 min", "43.2 s"]),
        ("99.99%", 4, ["52.56 min", "4.32 min", "1.008 min", "8.64 s"]),
        ("99.999%", 5, ["5.256 min", "25.92 s", "6.048 s", "864 ms"]),
        ("99.9999%", 6, ["31.54 s", "2.592 s", "604.8 ms", "86.4 ms"]),
        ("99.9999999%", 9, ["31.54 ms", "2.592 ms", "604.8 us", "86.4 us"]),
    ],
)
def test_downtime_of_an_availability(typed, nines, downtimes):
    found = run("availability", availability=typed)
    assert found["nines"].value == pytest.approx(nines, rel=1e-6)
    periods = [str(found[f"per_{name}"]) for name in ("year", "month", "week", "day")]
    assert periods == downtimes


@pytest.mark.parametrize(
    ("typed", "u"),
    [
        ("99.9999999%", 1e-9),
        ("9 nines", 1e-9),
        ("9nines", 1e-9),
        ("1 nine", 0.1),
        ("16 nines", 1e-16),
        ("99.99999999999999999999%", 1e-22),
        ("99.9999999999999999999876543%", 1.23457e-22),
        ("0.99999999999", 1e-11),
        (".9", 0.1),
        ("  99.5 % ", 0.005),
        ("100%", 0.0),
        ("0%", 1.0),
        ("0 nines", 1.0),
        ("1", 0.0),
    ],
)
def test_what_is_typed_is_read_by_its_decimals(typed, u):
    """As a float, 1 - 0.999999999 is 1.00000008e-9; here it is 1e-9 to the last bit."""
    assert run("availability", availability=typed)["unavailable"].value == u


def test_what_is_computed_falls_back_to_one_less_it():
    found = run("availability", availability="1 - 0.05%")
    assert found["unavailable"].value == near(0.0005, 1e-9)
    assert run("availability", availability="3.5 nines")["nines"].value == pytest.approx(3.5)
    by_value = registry.get("availability").run({"availability": quantity("99.9999999%")})
    assert by_value.outputs["unavailable"].value == 1e-9  # not 1.00000008e-9


def test_no_nines_are_said_of_what_never_fails():
    found = run("availability", availability="100%")
    assert "nines" not in found
    assert found["per_year"].value == 0


@pytest.mark.parametrize(
    "typed", ["101%", "-1%", "1.5", "5 MB", "61 nines", "99.9% to 99.99%", "", "nines", "100.1%"]
)
def test_what_is_no_availability_is_refused(typed):
    with pytest.raises(UnitError):
        run("availability", availability=typed)


def test_the_conventions_that_a_downtime_rests_on_are_said_and_followed():
    found = registry.get("availability")
    round_days = Conventions(100_000.0, 25.0, 300.0)
    outcome = found.run(found.bind({"availability": "99.9%"}, conventions=round_days))
    assert outcome.outputs["per_year"].value == pytest.approx(30_000.0)  # 30M s / 1000
    assert set(outcome.conventions) == {"day", "month", "year"}


@pytest.mark.parametrize(
    ("typed", "period", "shown", "nines"),
    [
        ("8.76 hour", None, "99.9%", 3),
        ("52.56 min/year", None, "99.99%", 4),
        ("4.32 min/month", None, "99.99%", 4),
        ("43.2 min", "1 month", "99.9%", 3),
        ("43.2 min", "30", "99.9%", 3),  # a plain number is in days
        ("8.64 s/day", None, "99.99%", 4),
        ("52 min/year", None, "99.990107%", 4.0046),  # 52 / 525,600 = 9.8935e-5
        ("0 s", None, "100%", None),
        ("(4 min + 19.2 s) / (1 month)", None, "99.99%", 4),
        ("2 * 4.32 min/(2 month)", None, "99.99%", 4),
        ("8.64 s per day", None, "99.99%", 4),
    ],
)
def test_availability_of_a_downtime(typed, period, shown, nines):
    found = run("downtime", downtime=typed, **({"period": period} if period else {}))
    assert str(found["availability"]) == shown
    if nines is None:
        assert "nines" not in found
    else:
        assert found["nines"].value == pytest.approx(nines, rel=1e-4)


def test_the_period_that_a_downtime_says_is_the_period():
    found = registry.get("downtime")
    outcome = found.run(found.bind({"downtime": "4.32 min/month"}))
    assert {name: str(value) for name, value in outcome.inputs.items()} == {
        "downtime": "4.32 min",
        "period": "1 month",
    }
    assert outcome.assumed == {}
    assert outcome.working[0].endswith("1 - 4.32 min ÷ 1 month = 99.99%")
    with pytest.raises(UnitError, match="this is not a time"):
        found.run({"downtime": quantity("4.32 min/month")})


def test_a_downtime_may_be_a_range():
    found = run("downtime", downtime="4 to 40 min")
    assert found["nines"].is_range
    low, high = str(found["availability"]).split(" to ")
    # 40 / 525,600 = 7.610e-5, 4 / 525,600 = 7.610e-6
    assert (low, high) == ("99.99239%", "99.999239%")


@pytest.mark.parametrize(
    ("typed", "period", "where"),
    [
        ("2 year", None, "downtime"),
        ("5 MB", None, "downtime"),
        ("52", None, "downtime"),
        ("0.5", None, "downtime"),
        ("10%", None, "downtime"),
        ("4.3 min/month to %", None, "downtime"),
        ("5 min/week/2", None, "downtime"),  # it is divided by a number last
        ("1 day/week + 1 day/week", None, "downtime"),
        ("3 GB/year", None, "downtime"),
        ("2 day/day", None, "downtime"),
        ("4.3 min/month", "1 month", "period"),
        ("4 min", "0 s", "period"),
    ],
)
def test_a_downtime_that_makes_no_sense_is_refused(typed, period, where):
    with pytest.raises(UnitError) as caught:
        run("downtime", downtime=typed, **({"period": period} if period else {}))
    assert caught.value.where == where


@pytest.mark.parametrize(
    ("parts", "copies", "availability"),
    [
        ("99.9%", "5", 0.999**5),  # 99.50 %
        ("99.9%, 99.9%", "1", 0.998001),
        ("99.95%, 99.99%", "1", 0.99940005),  # a gateway before machines in two zones
        ("99.99%, 99.99%, 99.95%", "1", 0.99930014),
        ("99.9%,100%", "1", 0.999),
        ("50%", "2", 0.25),
        ("0%, 99%", "1", 0.0),
    ],
)
def test_a_chain_works_while_every_part_works(parts, copies, availability):
    found = run("serial", parts=parts, copies=copies)
    assert found["availability"].value == pytest.approx(availability, rel=1e-7)


def test_a_chain_keeps_its_nines():
    """Three parts of nine nines: u = 3e-9 - 3e-18, which the product of floats gets to 7 digits."""
    found = run("serial", parts="9 nines", copies="3")
    assert found["availability"].unavailability.value == near(3e-9 - 3e-18, 1e-14)
    assert str(found["availability"]) == "99.9999997%"


@pytest.mark.parametrize(
    ("parts", "copies", "u"),
    [
        ("99%", "2", 1e-4),
        ("99.9%, 99.9%", "1", 1e-6),
        ("99.9999999%", "3", 1e-27),
        ("99%, 90%", "2", 1e-6),
        ("99%, 100%", "1", 0.0),
        ("0%", "100000", 1.0),
    ],
)
def test_parallel_parts_fail_when_all_fail(parts, copies, u):
    found = run("parallel", parts=parts, copies=copies)
    assert found["availability"].unavailability.value == near(u, 1e-12)


@pytest.mark.parametrize(
    ("name", "given", "nines"),
    [
        # 200 times two nines; (99.9% and four nines) 60 times: 60 * 7
        ("parallel", {"parts": "99%", "copies": "200"}, 400),
        ("parallel", {"parts": "99.9%, 4 nines", "copies": "60"}, 420),
        ("parallel", {"parts": "99%", "copies": "100000"}, 200_000),
        # one of 300 is enough: 300 * 2
        ("k-of-n", {"each": "99%", "needed": "1", "parts": "300"}, 600),
        # two of 300: all fail or all but one, 1e-600 + 300 * 0.99 * 1e-598 = 2.97e-596
        ("k-of-n", {"each": "99%", "needed": "2", "parts": "300"}, 596 - math.log10(2.9701)),
        ("parallel", {"parts": "99%", "copies": "155"}, 310),  # 1e-310 has lost digits
    ],
)
def test_no_number_of_nines_is_taken_for_certainty(name, given, nines):
    """A float ends at 10^-308; what lies below is no 100 %, and its downtime is not 0."""
    found = run(name, **given)
    assert found["nines"].value == pytest.approx(nines, rel=1e-9)
    assert str(found["availability"]).endswith(" nines")
    assert "per_year" not in found


def test_a_repair_or_a_downtime_next_to_nothing_is_not_nothing():
    """1e-300 s of 10^9 s: 309 nines, where 10^-309 has lost digits."""
    found = run("repair", mtbf="1e9 s", mttr="1e-300 s")
    assert found["nines"].value == pytest.approx(309)
    assert "per_year" not in found
    assert str(run("downtime", downtime="1e-300 s", period="1e9 s")["availability"]) == "309 nines"


def test_down_to_the_last_float_there_is_a_downtime():
    """145 times two nines: 10^-290 of 31,536,000 s."""
    assert run("parallel", parts="99%", copies="145")["per_year"].value == near(3.1536e-283, 1e-9)


@pytest.mark.parametrize(
    ("needed", "parts", "shown"),
    [
        # with q = 0.01: 1 - q^3; 3 q^2 - 2 q^3 = 0.000298; 0.99^3; 10 q^3 - 15 q^4 + 6 q^5
        ("1", "3", "99.9999%"),
        ("2", "3", "99.9702%"),
        ("3", "3", "97.03%"),
        ("3", "5", "99.9990149%"),
    ],
)
def test_a_quorum_of_nodes_with_two_nines(needed, parts, shown):
    assert str(run("k-of-n", each="99%", needed=needed, parts=parts)["availability"]) == shown


def test_a_quorum_keeps_its_nines():
    found = run("k-of-n", each="9 nines", needed="2", parts="3")
    assert found["availability"].unavailability.value == near(3e-18, 1e-8)
    assert str(found["availability"]) == "17.5 nines"  # -log10 3e-18 = 17.52


@given(
    u=strategies.integers(1, 999).map(lambda part: Fraction(part, 1000)),
    n=strategies.integers(1, 60),
    data=strategies.data(),
)
def test_k_of_n_is_the_exact_sum(u, n, data):
    k = data.draw(strategies.integers(1, n))
    exact = sum(
        math.comb(n, failed) * u**failed * (1 - u) ** (n - failed)
        for failed in range(n - k + 1, n + 1)
    )
    found = registry.get("k-of-n").run(
        {
            "each": Quantity.of(float(1 - u)),
            "needed": Quantity.of(k),
            "parts": Quantity.of(n),
        }
    )
    u_whole = found.outputs["availability"].unavailability.value
    assert u_whole == near(float(exact), 1e-9)


@pytest.mark.parametrize("each", ["100%", "0%"])
def test_the_ends_of_a_quorum(each):
    found = run("k-of-n", each=each, needed="2", parts="3")
    assert str(found["availability"]) == each


def test_a_large_pool_stays_within_a_float():
    """100,000 nodes of 99%, 98,000 needed: 1,000 fail on average, give or take 31."""
    found = run("k-of-n", each="99%", needed="98000", parts="100000")
    assert 0 < found["availability"].unavailability.value < 1e-100
    half = run("k-of-n", each="99%", needed="99000", parts="100000")
    assert half["availability"].value == pytest.approx(0.5, abs=0.02)


def test_more_than_there_are_cannot_be_needed():
    with pytest.raises(UnitError, match="more are needed than there are") as caught:
        run("k-of-n", each="99%", needed="4", parts="3")
    assert caught.value.where == "needed"


@pytest.mark.parametrize("parts", ["99%,,98%", ",", "", "99%, 5 MB", "99%, 101%", "99%; 98%"])
def test_a_list_with_something_else_in_it_is_refused(parts):
    with pytest.raises(UnitError) as caught:
        run("serial", parts=parts)
    assert caught.value.where.startswith("parts")


def test_failure_and_repair():
    """999 hours of work, 1 of repair: 0.1 % down, 8,760 / 1,000 = 8.76 failures in a year."""
    found = run("repair", mtbf="999 hour", mttr="1 hour")
    assert {name: str(value) for name, value in found.items()} == {
        "availability": "99.9%",
        "nines": "3",
        "per_year": "8.76 hour",
        "failures": "8.76",
    }
    assert str(run("repair", mtbf="999", mttr="60")["availability"]) == "99.9%"


def test_a_repair_keeps_its_nines():
    found = run("repair", mtbf="999999999 s", mttr="1 s")
    assert found["availability"].unavailability.value == near(1e-9, 1e-12)


def test_what_never_breaks_or_is_mended_at_once():
    assert str(run("repair", mtbf="30 day", mttr="0 s")["availability"]) == "100%"
    with pytest.raises(UnitError):
        run("repair", mtbf="0 s", mttr="1 min")
