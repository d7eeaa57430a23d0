"""Which assumption moves an estimate the most."""

from __future__ import annotations

import pytest

from sdcli.documents.figures import again, swings
from sdcli.documents.figures.swings import ask_first, told, tornados

# storage is a product of lognormal ranges: its medians are 10 and 20 and 300.
SHOP = """\
assumptions:
  writes: {value: 5 to 20 link/s}
  size: {value: 200 to 450 B/link}
  copies: {value: 3}
  peak: {value: 16 to 25}
estimates:
  flow: {formula: writes * size, unit: B/s}
  stored: {formula: flow * copies, unit: B/s}
  busiest: {formula: writes * peak, unit: link/s}
  fixed: {formula: copies * 2}
"""


def rows(facts, name):
    found = next(one for one in tornados(facts) if one.name == name)
    return {
        swing.name: (swing.at_low.value, swing.at_high.value, swing.factor, swing.share)
        for swing in found.swings
    }


def test_only_what_nothing_else_uses_and_what_is_watched_is_told(facts):
    assert told(facts(SHOP)) == ["stored", "busiest"]  # flow is used; fixed is no range
    watched = SHOP + "growth: {rates: {writes: 1 %/month}, watch: [{estimate: flow}]}\n"
    assert told(facts(watched)) == ["flow", "stored", "busiest"]


def test_each_assumption_alone_goes_from_end_to_end(facts):
    # others at their medians: writes sqrt(5 * 20) = 10, size sqrt(200 * 450) = 300, peak 20
    found = rows(facts(SHOP), "stored")
    assert list(found) == ["writes", "size"]  # the widest first: 13500 against 7500
    low, high, factor, _ = found["writes"]
    # 5 * 300 * 3 = 4500 B/s and 20 * 300 * 3 = 18000 B/s; a byte is 8 base units
    assert (low / 8, high / 8, factor) == pytest.approx((4500, 18000, 4))
    low, high, factor, _ = found["size"]
    # 10 * 200 * 3 = 6000 B/s and 10 * 450 * 3 = 13500 B/s
    assert (low / 8, high / 8, factor) == pytest.approx((6000, 13500, 2.25))


def test_the_shares_are_those_of_the_variance_of_the_logarithm(facts):
    # ln(20/5) = 1.3863 and ln(450/200) = 0.8109: 1.9218 and 0.6576 of 2.5794
    found = rows(facts(SHOP), "stored")
    assert found["writes"][3] == pytest.approx(0.745, abs=0.0005)
    assert found["size"][3] == pytest.approx(0.255, abs=0.0005)


def test_the_assumption_that_leads_most_tables_is_asked_about_where_it_moves_most(facts):
    # writes leads both: by 4 in each; in the first of equals
    tornado, swing = ask_first(tornados(facts(SHOP)))
    assert (tornado.name, swing.name, swing.factor) == ("stored", "writes", pytest.approx(4))
    other = SHOP.replace("16 to 25", "1 to 400").replace("200 to 450", "1 to 400")
    # size now moves stored by 400, peak moves busiest by 400: one table each, the first is taken
    assert ask_first(tornados(facts(other)))[1].name == "size"


def test_a_range_that_rests_on_another_counts_for_its_own_part_only(facts):
    design = facts(
        "assumptions:\n"
        "  base: {value: 1 to 4 GB}\n"  # median 2
        "  index: {value: base * (4 to 9)}\n"  # with base in the middle 8 to 18 GB
        "estimates:\n"
        "  all: {formula: base + index, unit: GB}\n"
    )
    found = rows(design, "all")
    # base at its ends moves index, too (times 6): 1 + 6 = 7 and 4 + 24 = 28
    assert [value / 8e9 for value in found["base"][:2]] == pytest.approx([7, 28])
    # index at its own ends, base at 2: 2 + 8 = 10 and 2 + 18 = 20
    assert [value / 8e9 for value in found["index"][:2]] == pytest.approx([10, 20])


def test_around_zero_there_is_no_factor(facts):
    design = facts(
        "assumptions: {a: {value: 1 to 4 GB}}\nestimates: {left: {formula: 2 GB - a, unit: GB}}\n"
    )
    low, high, factor, _ = rows(design, "left")["a"]
    assert [low / 8e9, high / 8e9, factor] == [pytest.approx(1), pytest.approx(-2), None]


def test_ranges_inside_formulas_are_told_as_a_share(facts):
    design = facts(
        "assumptions: {one: {value: 1 to 4 GB}}\n"
        "estimates: {all: {formula: one * (1 to 4), unit: GB}}\n"
    )
    (found,) = tornados(design)
    assert found.inside == pytest.approx(0.5)  # two ranges of one width
    assert [swing.name for swing in found.swings] == ["one"]


def test_two_ranges_in_one_assumption_count_as_that_assumption(facts):
    design = facts(
        "assumptions: {one: {value: 2 * (1 to 4)}, two: {value: 3 / (1 to 4) * (1 to 4)}}\n"
        "estimates: {all: {formula: two * 5}, other: {formula: one * two}}\n"
    )
    # three ranges of one width: a third of the variance is of one, two thirds are of two
    found = rows(design, "other")
    assert {name: row[3] for name, row in found.items()} == pytest.approx(
        {"one": 1 / 3, "two": 2 / 3}
    )


def test_at_most_five_rows_and_the_others_are_counted(facts):
    names = [f"x{i}" for i in range(7)]
    design = facts(
        "assumptions: {"
        + ", ".join(f"{name}: {{value: 1 to {4 + i}}}" for i, name in enumerate(names))
        + "}\nestimates: {all: {formula: x0 * x1 * x2 * x3 * x4 * x5 * x6}}\n"
    )
    (found,) = tornados(design)
    assert [swing.name for swing in found.swings] == ["x6", "x5", "x4", "x3", "x2"]
    assert found.others == 2


def test_what_is_too_much_says_so_and_the_rest_is_worked_out(facts, monkeypatch):
    monkeypatch.setattr(swings, "Budget", lambda: again.Budget(15))
    first, second = tornados(facts(SHOP))
    assert len(first.swings) == 2
    assert second.problem == "there are too many formulas below it"


def test_a_formula_that_fails_in_the_middle_is_told(facts):
    design = facts(
        "assumptions: {one: {value: 1 to 16}}\n"
        "estimates: {all: {formula: 1 / (one - 4)}}\n"  # its median
    )
    (found,) = tornados(design)
    assert "zero" in found.problem
