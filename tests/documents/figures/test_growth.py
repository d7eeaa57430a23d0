"""How estimates grow, and when they reach their limits."""

from __future__ import annotations

import pytest

from sdcli.documents.figures import again, growth
from sdcli.documents.figures.growth import first_time, forecast, watched

HEAD = """\
assumptions:
  writes: {value: 100 link/s}
  size: {value: 1 KB/link}
estimates:
  stored: {formula: writes * size, unit: KB/s}
  room: {formula: 1 / writes, unit: s/link}
  still: {formula: size * 2}
"""


def grown(facts, text, head=HEAD):
    return forecast(facts(head + "growth: " + text + "\n"))


def values(found, name, unit):
    (one,) = [one for one in found.followed if one.name == name]
    return [round(value.in_unit(unit), 6) for value in one.values]


def test_growth_is_compound_in_the_time_of_its_rate(facts):
    found = grown(
        facts, "{horizon: 3 month, rates: {writes: 10 %/month}, watch: [{estimate: stored}]}"
    )
    assert found.points == (0, 1, 2, 3)
    # 100, 110, 121, 133.1 KB/s
    assert values(found, "stored", "KB/s") == [100, 110, 121, 133.1]


def test_a_year_has_twelve_months(facts):
    found = grown(
        facts, "{horizon: 2 year, rates: {writes: 44 %/year}, watch: [{estimate: stored}]}"
    )
    assert found.points[-1] == 24
    known = dict(zip(found.points, values(found, "stored", "KB/s"), strict=True))
    # sqrt(1.44) = 1.2 after half a year
    assert [known[month] for month in (0, 6, 12, 24)] == [100, 120, 144, 207.36]


def test_without_a_horizon_it_is_three_years_and_all_that_moves_is_followed(facts):
    found = grown(facts, "{rates: {writes: 1 %/month}}")
    assert (found.points[0], found.points[-1], len(found.points)) == (0, 36, 13)
    assert [one.name for one in found.followed] == ["stored", "room"]  # `still` stays


@pytest.mark.parametrize(
    ("limit", "rate", "after"),
    [
        # 1.1^t = 2: t = ln 2 / ln 1.1 = 7.2725 months, day 221.2, so on day 222
        ("200 KB/s", "10 %/month", 222 * 12 / 365),
        ("100 KB/s", "10 %/month", 0),  # reached, not passed
        ("90 KB/s", "10 %/month", 0),
        ("121 KB/s", "10 %/month", 2),  # exactly at a point
        ("1 MB/s", "10 %/month", None),  # 1.1^12 = 3.14, not 10
    ],
)
def test_the_day_on_which_a_limit_is_reached(facts, limit, rate, after):
    watch = f"[{{estimate: stored, limit: {limit}, then: act}}]"
    found = grown(facts, f'{{horizon: 1 year, rates: {{writes: "{rate}"}}, watch: {watch}}}')
    (reached,) = found.followed[0].limits
    assert reached.after == (None if after is None else pytest.approx(after))
    first = found.first_reached()
    assert (first is None) == (after is None)


def test_a_limit_may_grow_as_well(facts):
    watch = "[{estimate: stored, limit: size * 300 link/s}]"
    rates = '{writes: 10 %/month, size: "10 %/month"}'
    found = grown(facts, f"{{horizon: 1 year, rates: {rates}, watch: {watch}}}")
    (limit,) = found.followed[0].limits
    # both grow by size; writes alone must triple: ln 3 / ln 1.1 = 11.5267 months, day 350.6
    assert limit.after == pytest.approx(351 * 12 / 365)
    assert len({str(value) for value in limit.values}) == 13


def test_two_limits_of_one_estimate_and_the_first_of_all(facts):
    watch = (
        "[{estimate: room, limit: 5 ms/link}, {estimate: stored, limit: 300 KB/s},"
        " {estimate: stored, limit: 150 KB/s, then: split}]"
    )
    found = grown(facts, f"{{horizon: 1 year, rates: {{writes: 10 %/month}}, watch: {watch}}}")
    assert [one.name for one in found.followed] == ["room", "stored"]
    one, limit = found.first_reached()
    # 1.5 comes before 2 (room halves from 10 ms) and before 3
    assert (one.name, limit.text, limit.then) == ("stored", "150 KB/s", "split")


def test_an_assumption_with_a_rate_of_its_own_grows_by_that_alone(facts):
    head = (
        "assumptions: {one: {value: 100}, two: {value: one * 2}}\n"
        "estimates: {sum: {formula: one + two}}\n"
    )
    rates = '{one: 10 %/month, two: "0 %/month"}'
    found = grown(facts, f"{{horizon: 1 month, rates: {rates}}}", head)
    assert values(found, "sum", "") == [300, 310]  # 110 + 200


def test_a_rate_may_be_a_range(facts):
    found = grown(
        facts, "{horizon: 1 month, rates: {writes: 5 to 20 %/month}, watch: [{estimate: stored}]}"
    )
    after = found.followed[0].values[1]
    # between 105 and 120, the median at 1 + sqrt(0.05 * 0.2) = 1.1
    assert after.in_unit("KB/s") == pytest.approx(110, rel=0.002)
    assert (after.low / 8000, after.high / 8000) == pytest.approx((105, 120), rel=0.01)


def test_the_component_that_overflows_first(facts):
    parts = """\
components:
  web: {kind: service, params: {instances: 3, capacity: 50 request/s}}
  store: {kind: database, params: {capacity: 1k request/s}}
flows: {f: {path: client -> web -> store, rate: writes}}
"""
    found = grown(facts, "{horizon: 1 year, rates: {writes: 10 %/month}}", HEAD + parts)
    # 100 of 150: ln 1.5 / ln 1.1 = 4.2542 months, day 129.4
    assert found.fills == ("web", pytest.approx(130 * 12 / 365))
    calm = grown(facts, "{horizon: 4 month, rates: {writes: 10 %/month}}", HEAD + parts)
    assert calm.fills is None


@pytest.mark.parametrize(
    ("flows", "hits", "why"),
    [
        (200, "10 request/s", ""),
        (201, "10 request/s", "there are more than 200 flows"),
        # 1.1^8 = 2.14 times as many
        (1, "1 request/s / max(0, 2 - writes / (100 link/s))", "zero"),
    ],
)
def test_why_no_component_is_followed_is_told(facts, flows, hits, why):
    parts = "components: {web: {kind: service, params: {capacity: 1M request/s}}}\nflows:\n"
    parts += "".join(f"  f{i}: {{path: client -> web, rate: hits}}\n" for i in range(flows))
    head = HEAD.replace("estimates:\n", f'estimates:\n  hits: {{formula: "{hits}"}}\n')
    found = grown(facts, "{horizon: 1 year, rates: {writes: 10 %/month}}", head + parts)
    assert found.fills is None
    assert why in found.blind
    assert bool(found.blind) == bool(why)


def test_where_no_component_says_a_capacity_there_is_nothing_to_follow(facts):
    parts = "components: {web: {kind: service}}\nflows:\n"
    parts += "".join(f"  f{i}: {{path: client -> web, rate: writes}}\n" for i in range(201))
    found = grown(facts, "{horizon: 1 year, rates: {writes: 10 %/month}}", HEAD + parts)
    assert (found.fills, found.blind) == (None, "")


def test_what_falls_reaches_its_limit_from_above(facts):
    def after(limit):
        watch = f"[{{estimate: room, limit: {limit}}}]"
        found = grown(facts, f"{{horizon: 1 year, rates: {{writes: 10 %/month}}, watch: {watch}}}")
        return found.followed[0].limits[0].after

    # 10 ms / 1.1^t = 5 ms: t = ln 2 / ln 1.1 = 7.2725 months, day 221.2
    assert after("5 ms/link") == pytest.approx(222 * 12 / 365)
    assert after("10 ms/link") == 0
    assert after("20 ms/link") is None  # below it today, and going away from it
    assert after("1 ms/link") is None


def test_what_cannot_be_computed_then_is_told_and_stops_nothing(facts):
    more = '  left: {formula: "1 / max(0 link/s, 150 link/s - writes)"}\n'
    found = grown(facts, "{horizon: 1 year, rates: {writes: 10 %/month}}", HEAD + more)
    problems = {one.name: bool(one.problem) for one in found.followed}
    assert problems == {"stored": False, "room": False, "left": True}


def test_too_many_formulas_are_told(facts, monkeypatch):
    monkeypatch.setattr(growth, "Budget", lambda: again.Budget(3))
    parts = (
        "components: {web: {kind: service, params: {capacity: 1k request/s}}}\n"
        "flows: {f: {path: client -> web, rate: writes}}\n"
    )
    found = grown(facts, "{rates: {writes: 1 %/month}}", HEAD + parts)
    assert found.followed[0].problem == "there are too many formulas below it"
    assert (found.fills, found.blind) == (None, "there are too many formulas")


def test_at_most_twenty_estimates_are_followed_and_the_rest_is_named(facts):
    more = "".join(f"  e{i}: {{formula: writes * {i + 1}}}\n" for i in range(21))
    design = facts(HEAD + more + "growth: {rates: {writes: 1 %/month}}\n")
    assert len(watched(design)) == 23
    found = forecast(design)
    assert len(found.followed) == 20
    assert found.left_out == ("e18", "e19", "e20")


@pytest.mark.parametrize(
    ("zero", "expected"),
    [(0.0, 0.0), (24.0, 24.0), (25.0, None), (12.01, 366 * 12 / 365)],  # 12.01 months: day 365.3
)
def test_the_first_time_is_found_to_the_day(zero, expected):
    found = first_time(lambda month: month - zero, [0, 12, 24])
    assert found == (None if expected is None else pytest.approx(expected))
