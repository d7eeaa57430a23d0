"""What the calls of an API bring in and send out."""

from __future__ import annotations

import pytest

from sdcli.documents.figures.traffic import shared_rates, traffic

HEAD = """\
assumptions: {writes: {value: 100M link/month}}
components: {web: {kind: service}}
flows:
  write: {path: client -> web, rate: writes, budget: 150 ms}
  ping: client -> web
api:
"""


def of(facts, *rows: str):
    return traffic(facts(HEAD + "".join(f"  - {row}\n" for row in rows)))


def test_in_and_out_are_rate_times_size_in_bytes_per_second(facts):
    """100M link/month ÷ 2.592M s/month = 38.58 link/s; × 500 B = 19.29 KB/s; × 1 KB twice that."""
    (row,) = of(facts, "{call: POST /x, flow: write, request: 500 B, response: 1 KB/link}")
    assert (str(row.incoming), str(row.outgoing)) == ("19.29 KB/s", "38.58 KB/s")
    assert row.worked == (
        "POST /x, in = rate × request = 100M link/month × 500 B/link ÷ 2.592M s/month = 19.29 KB/s",
        (
            "POST /x, out = rate × response"
            " = 100M link/month × 1 KB/link ÷ 2.592M s/month = 38.58 KB/s"
        ),
    )


def test_a_rate_of_its_own_goes_before_the_flow_s(facts):
    (row,) = of(facts, "{call: A, flow: write, rate: 10 link/s, request: 1 KB}")
    assert (str(row.rate), row.from_flow, str(row.incoming)) == ("10 link/s", False, "10 KB/s")


def test_a_rate_without_a_noun_takes_the_size_s(facts):
    (row,) = of(facts, "{call: A, rate: 10/s, request: 1 KB/link}")
    assert str(row.incoming) == "10 KB/s"


@pytest.mark.parametrize(
    ("call", "missing"),
    [
        ("{call: A, flow: ping, request: 1 KB}", ("in: no rate is given",)),
        ("{call: A, response: 1 KB}", ("out: no rate is given",)),
        (
            "{call: A, rate: 5 click/s, response: 1 KB/link}",
            ("out: it counts click, the size is for each link",),
        ),
        ("{call: A}", ()),
    ],
)
def test_what_cannot_be_had_says_why_and_is_none(facts, call, missing):
    (row,) = of(facts, call)
    assert (row.incoming, row.outgoing, row.missing) == (None, None, missing)


@pytest.mark.parametrize(
    ("latency", "late"), [("100 ms", True), ("0.15 s", False), ("1 s", False), ('""', False)]
)
def test_a_promise_that_the_flow_s_budget_breaks_is_late(facts, latency, late):
    (row,) = of(facts, f"{{call: A, flow: write, latency: {latency}}}")
    assert row.is_late is late


def test_two_calls_that_both_take_a_flow_s_whole_rate_are_named(facts):
    design = facts(
        HEAD
        + "  - {call: A, flow: write}\n  - {call: B, flow: write}\n"
        + "  - {call: C, flow: write, rate: 1 link/s}\n  - {call: D, flow: ping}\n"
    )
    assert shared_rates(design, traffic(design)) == {"write": ["A", "B"]}
