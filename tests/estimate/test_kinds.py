"""Kinds: what is refused with which bounds, and what a text says beside its own parameter."""

from __future__ import annotations

import pytest

from sdcli.estimate.kinds import DURATION, NUMBER, RATE, SHARE, WHOLE, displayed, each
from sdcli.units import UnitError, quantity

OVER = DURATION.over_the("period")


@pytest.mark.parametrize(
    ("kind", "typed", "bounds"),
    [
        (DURATION.within(1e-12, 1e12), "1e14 s", "from 0.001 ns to 31.71k year"),
        (DURATION.within(1e-9), "0 s", "1 ns or more"),
        (DURATION.within(60, 3600), "2 hour", "from 1 min to 1 hour"),
        (DURATION, "-5 ms", "0 or more"),
        (DURATION.positive(), "0 s", "more than 0"),
        (RATE.within(10), "5 request/s", "10 request/s or more"),
        (SHARE, "120%", "from 0% to 100%"),
        (SHARE, "1.2", "from 0 to 1"),
        (NUMBER.within(0.01, 10), "11", "from 0.01 to 10"),
        (WHOLE.within(1, 1024), "5000", "from 1 to 1,024"),
        (WHOLE.within(1, 1e150), "0", "from 1 to 1e150"),
        (NUMBER.within(0, 5).positive(), "0", "more than 0, up to 5"),
    ],
)
def test_bounds_are_said_in_the_units_of_what_was_typed(kind, typed, bounds):
    with pytest.raises(UnitError) as caught:
        kind.accept(quantity(typed), "it")
    assert caught.value.what == f"this must be {bounds}"


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        ("52 min/year", {"down": "52 min", "period": "1 year"}),
        ("4.3 min / 1 month", {"down": "4.3 min", "period": "1 month"}),
        ("4 to 40 min/month", {"down": "4 min to 40 min", "period": "1 month"}),
        ("(4 min + 20 s) / (2 month)", {"down": "4 min + 20 s", "period": "2 month"}),
        ("1 hour per day", {"down": "1 hour", "period": "1 day"}),
        # no time under a time: left as it was typed
        ("52 min", {"down": "52 min"}),
        ("52 min / 2", {"down": "52 min / 2"}),
        ("4 min + 2 min", {"down": "4 min + 2 min"}),
        ("2 hour - 1 hour", {"down": "2 hour - 1 hour"}),
        ("0.5", {"down": "0.5"}),
        ("3 GB / 2 s", {"down": "3 GB / 2 s"}),
        ("1 min/hour to %", {"down": "1 min/hour to %"}),
    ],
)
def test_a_time_under_a_time_gives_both(typed, parts):
    assert OVER.parted(typed, "down") == parts
    for part in OVER.parted(typed, "down").values():
        quantity(part)


def test_other_kinds_leave_a_quotient_alone():
    assert DURATION.parted("52 min/year", "down") == {"down": "52 min/year"}


def test_what_was_filled_in_is_told():
    rate = RATE.meaning("request/s")
    assert rate.accept(quantity("5"), "rate") == (quantity("5 request/s"), True)
    assert rate.accept(quantity("5/s"), "rate") == (quantity("5/s"), False)
    assert NUMBER.accept(quantity("5"), "factor") == (quantity("5"), False)
    per_server = rate.per("server")
    assert per_server.accept(quantity("5 request/s"), "limit").was_plain is False


def test_a_list_is_displayed_as_it_is_typed():
    one, two = quantity("99%"), quantity("5 MB")
    assert displayed((one, two)) == "99%, 5 MB"
    assert each(one) == (one,)
    assert each((one, two)) == (one, two)


@pytest.mark.parametrize(
    ("kind", "typed", "fix"),
    [
        (SHARE, "20", "write 20%"),
        (SHARE, "120", ""),
        (SHARE.positive(), "0", ""),  # 0 % is 0 as well
        (SHARE.within(0.01, 1), "0.5 to 20", ""),  # 0.5 is within bounds as it stands
        (NUMBER.within(0, 1), "20", ""),  # no share
    ],
)
def test_a_percentage_is_offered_only_where_it_would_do(kind, typed, fix):
    with pytest.raises(UnitError) as caught:
        kind.accept(quantity(typed), "it")
    assert caught.value.fix == fix
