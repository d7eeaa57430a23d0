"""The section that says how the design grows."""

from __future__ import annotations

import mermaidx
import merman
import pytest

from sdcli.documents.pictures.chart import growth_chart
from sdcli.documents.text.markers import blocks_of, pieces
from sdcli.units import quantity

GROWTH = "growth: {rates: {writes: 5 %/month}}\n"
WATCHED = """\
growth:
  horizon: 1 year
  rates: {writes: 5 %/month}
  watch:
    - {estimate: data, limit: 4 TB, then: buy disks.}
    - {estimate: data, limit: 1 PB, then: move}
    - {estimate: write_rate, limit: 50 link/s, then: add a server}
"""


@pytest.fixture
def shop(desk):
    desk.change(GROWTH, WATCHED)
    desk.build()
    return desk


def text(desk):
    return blocks_of(pieces(desk.text, "d"))["growth"].text


def charts(found):
    return [part.partition("```")[0] for part in found.split("```mermaid\n")[1:]]


def test_it_says_which_limit_is_reached_first_and_what_then(shop):
    # data 100M * 60.8333 months * 500 B = 3.0417 TB; ln(4 / 3.0417) / ln 1.05 = 5.614 months,
    # day 170.76, so on day 171: 5.622. write_rate 38.58: ln(50 / 38.58) / ln 1.05 = 5.313, day 162
    found = text(shop)
    assert "`write_rate` is the first to reach a limit: `50 link/s` after 5.3 month." in found
    assert "Then: add a server." in found
    assert "- `4 TB` is reached after 5.6 month; then: buy disks\n" in found
    assert "- `1 PB` is not reached within 1 year; then: move\n" in found
    assert "| today | 3.042 TB |" in found
    assert "| 12 month | 5.462 TB |" in found  # 3.0417 * 1.05^12 = 5.4624
    assert "| `writes` | 100M link/month | `5 %/month` |" in found


def test_the_charts_are_read_by_mermaid_and_hold_the_limits_that_fit(shop):
    data, rate = charts(text(shop))
    assert merman.Merman().validate(data, None).valid
    assert merman.Merman().validate(rate, None).valid
    assert mermaidx.render(data).svg()
    lines = [line.strip() for line in data.splitlines() if line.strip().startswith("line")]
    assert len(lines) == 2  # itself and 4 TB; 1 PB would flatten it
    assert lines[0].startswith("line [3.042, 3.194, ")
    assert lines[1] == f"line [{', '.join(['4'] * 13)}]"
    assert 'x-axis "months from now" [0, 1, 2, ' in data
    assert 'y-axis "TB" 0 --> 6.009' in data  # a tenth above 5.4624


def test_without_a_watch_all_that_grows_is_followed(desk):
    desk.build()
    found = text(desk)
    assert "No limit is given, so nothing here says when something must be done." in found
    headings = [line for line in found.splitlines() if line.startswith("### ")]
    assert headings == [
        f"### Growth of {name}" for name in ("write_rate", "read_rate", "data", "pages")
    ]


def test_the_component_that_overflows_is_told(shop):
    shop.change("  search:", "  web: {kind: service, params: {capacity: 50 request/s}}\n  search:")
    shop.change("flows:\n", "flows:\n  make: {path: client -> web, rate: write_rate}\n")
    shop.build()
    assert "`web` is the first component whose load passes its capacity: after 5.3 month" in text(
        shop
    )


def test_why_no_component_is_followed_is_told(shop):
    shop.change("  search:", "  web: {kind: service, params: {capacity: 50 request/s}}\n  search:")
    flows = "".join(f"  f{i}: {{path: client -> web, rate: 1 request/day}}\n" for i in range(200))
    shop.change("flows:\n", "flows:\n" + flows)
    shop.build()
    told = "When a component overflows is not worked out: there are more than 200 flows."
    assert f"\n\n{told}\n\n| Grows | Today | By |\n" in text(shop)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("horizon: 1 year", "horizon: 2 year", "growth.horizon"),
        ("writes: 5 %", "writes: 6 %", "growth.rates.writes"),
        ("limit: 4 TB", "limit: 5 TB", "growth.watch.data.limit"),
        ("limit: 1 PB", "limit: 2 PB", "growth.watch.data.2.limit"),
        ("500 B/link", "600 B/link", "assumptions.item.value"),
        ("capacity: 200", "capacity: 300", "components.search.params.capacity"),
    ],
)
def test_what_it_rests_on_makes_it_stale(shop, old, new, key):
    shop.change(old, new)
    found = {one.id: one for one in shop.check(fast=True).blocks}["growth"]
    assert (found.state, found.key) == ("input-stale", key)


def test_what_is_to_be_done_then_is_wording(shop):
    shop.change("then: add a server", "then: add two servers")
    assert shop.states(fast=True)["growth"] == "fresh"
    shop.build()
    assert "add two servers" in text(shop)


def test_a_limit_that_is_reached_today_is_said_so(shop):
    shop.change("limit: 50 link/s", "limit: 30 link/s")
    shop.build()
    assert "`write_rate` has reached its limit of `30 link/s` today. Then: add a server." in text(
        shop
    )
    assert "- `30 link/s` is reached today; then: add a server" in text(shop)


@pytest.mark.parametrize(
    ("values", "axis", "line"),
    [
        (["1 GB", "2 GB"], '"GB" 0 --> 2.2', "[1, 2]"),
        (["20k link/s", "30k link/s"], '"k link/s" 0 --> 33', "[20, 30]"),
        (["-2", "1"], '"number" -2 --> 1.1', "[-2, 1]"),
        (["0 link", "0 link"], '"link" 0 --> 1', "[0, 0]"),
        (["10 %", "50 %"], '"percent" 0 --> 55', "[10, 50]"),
        (["$3/month", "$40k/month"], '"k USD/month" 0 --> 44', "[0.003, 40]"),
    ],
)
def test_an_axis_has_a_unit_and_plain_numbers(values, axis, line):
    made = growth_chart(
        "end", ["today", "1 month"], [quantity(text, nouns=["link"]) for text in values], []
    )
    assert f"y-axis {axis}\n" in made
    assert f"line {line}" in made
    assert merman.Merman().validate(made, None).valid
