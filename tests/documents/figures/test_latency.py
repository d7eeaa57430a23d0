"""The time of a flow against its budget."""

from __future__ import annotations

import pytest

from sdcli.documents.figures.latency import timing

PARTS = """\
components:
  lb: {kind: load-balancer}
  web: {kind: service, params: {latency: 5 ms}}
  ring: {kind: hash-ring}
  cache: {kind: cache, params: {latency: 1 ms}}
  store: {kind: database, params: {latency: 8 ms}}
  spare: {kind: database, params: {latency: 9 ms}}
  jobs: {kind: queue, params: {latency: 3 ms}}
  worker: {kind: service, params: {latency: 40 ms}}
  slow: {kind: service, params: {latency: 4 to 9 ms}}
"""


def timed(facts, path, budget="20 ms"):
    return timing(facts(f'{PARTS}flows: {{f: {{path: "{path}", budget: {budget}}}}}\n'), "f")


@pytest.mark.parametrize(
    ("path", "first", "longest", "words"),
    [
        # 5 + 1 = 6; after a miss 5 + 1 + 8 = 14
        ("client -> web -> cache | store", "6 ms", "14 ms", ["within the budget"] * 2),
        # the stand-in is asked after the first has failed: 5 + 1 + 8 + 9 = 23
        (
            "client -> web -> cache | store | spare",
            "6 ms",
            "23 ms",
            ["within the budget", "over the budget"],
        ),
        # a message handed over ends the wait: 5; what is behind comes later
        ("client -> web -> jobs -> worker", "5 ms", "5 ms", ["within the budget"] * 2),
        # a flow that starts at the queue is timed from the worker on: 40 + 8
        ("jobs -> worker -> store", "48 ms", "48 ms", ["over the budget"] * 2),
        ("worker -> store", "48 ms", "48 ms", ["over the budget"] * 2),
        # a hash ring is no hop of its own
        ("client -> web -> ring -> store", "13 ms", "13 ms", ["within the budget"] * 2),
        # the load balancer says nothing: at least 5
        ("client -> lb -> web", "5 ms", "5 ms", ["not known"] * 2),
        # over is over, however long the rest takes
        ("client -> lb -> worker", "40 ms", "40 ms", ["over the budget"] * 2),
        # what comes back by the same part takes its time again: 5 + 8 + 5
        ("client -> web -> store -> web", "18 ms", "18 ms", ["within the budget"] * 2),
    ],
)
def test_the_first_way_and_the_longest_one(facts, path, first, longest, words):
    found = timed(facts, path)
    assert (str(found.first.sum), str(found.longest.sum)) == (first, longest)
    assert [found.judged(way) for way in (found.first, found.longest)] == words


def test_a_range_may_be_within_at_the_median_only(facts):
    found = timed(facts, "client -> slow", "8 ms")  # 4 to 9, median 6
    assert found.judged(found.first) == "within at the median, over at the high end"


def test_parts_without_a_latency_are_named_and_the_queue_too(facts):
    found = timed(facts, "client -> lb -> web -> jobs -> worker")
    assert found.first.silent == ("lb",)
    assert found.first.missing == "no latency of lb"
    assert found.first.later == "jobs"


def test_without_a_budget_nothing_is_judged(facts):
    found = timing(facts(PARTS + "flows: {f: client -> web}\n"), "f")
    assert (found.budget, found.judged(found.first)) == (None, "")
