"""What arrives at each component."""

from __future__ import annotations

import pytest

from sdcli.documents.figures.capacity import first_to_fail, uses
from sdcli.documents.figures.given import by_medians, total
from sdcli.documents.figures.loads import loads
from sdcli.units import quantity

PARTS = """\
components:
  lb: {kind: load-balancer}
  web: {kind: service, params: {instances: 4, capacity: 100 request/s}}
  cache: {kind: cache, params: {hit_share: 80 %}}
  edge: {kind: cdn}
  store: {kind: database, params: {shards: 2, capacity: 50 request/s}}
  spare: {kind: database}
  jobs: {kind: queue}
  worker: {kind: service, params: {rate: 7 request/s, capacity: 10 request/s}}
  limit: {kind: rate-limiter, params: {rate: 5 request/s}}
"""


def load(facts, flows):
    design = facts(PARTS + "flows:\n" + "".join(f"  {line}\n" for line in flows))
    return {name: str(one.value) for name, one in loads(design).items() if one.value is not None}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("client -> web", {"web": "100 request/s"}),
        # a hit is all: the store gets 100 * (1 - 0.8) = 20
        (
            "client -> web -> cache | store",
            {"web": "100 request/s", "cache": "100 request/s", "store": "20 request/s"},
        ),
        # the edge says no hit share: cold, so everything goes on; then the cache, 20
        (
            "client -> edge | web -> cache | store",
            {
                "edge": "100 request/s",
                "web": "100 request/s",
                "cache": "100 request/s",
                "store": "20 request/s",
            },
        ),
        # a database only fails: the spare one gets nothing
        ("client -> web -> store | spare", {"web": "100 request/s", "store": "100 request/s"}),
        # after a miss the store may still fail: spare stays at rest
        (
            "client -> cache | store | spare",
            {"cache": "100 request/s", "store": "20 request/s"},
        ),
        # what is passed twice is asked twice
        (
            "client -> web -> store -> web",
            {"web": "200 request/s", "store": "100 request/s"},
        ),
        # what starts a flow works, too
        ("web -> store", {"web": "100 request/s", "store": "100 request/s"}),
        ("client -> limit -> web", {"limit": "100 request/s", "web": "100 request/s"}),
    ],
)
def test_a_rate_goes_along_its_path(facts, path, expected):
    found = load(facts, [f'f: {{path: "{path}", rate: 100 request/s}}'])
    assert found.pop("worker") == "7 request/s"  # its own rate
    assert found == expected


def test_flows_add_up_and_a_component_s_own_rate_wins(facts):
    found = load(
        facts,
        [
            "read: {path: client -> web -> cache | store, rate: 100 click/s}",
            "write: {path: client -> web -> store -> jobs -> worker, rate: 600 link/min}",
            "rare: client -> web",
        ],
    )
    # web 100 + 10; store 20 + 10; jobs 10; worker says 7 itself
    assert found == {
        "web": "110 request/s",
        "cache": "100 request/s",
        "store": "30 request/s",
        "jobs": "10 request/s",
        "worker": "7 request/s",
    }


def test_what_is_cold_spare_or_without_a_rate_is_told(facts):
    design = facts(
        PARTS
        + "flows:\n"
        + "  a: {path: client -> edge | web -> store | spare, rate: 10 request/s}\n"
        + "  b: client -> lb -> web\n"
    )
    found = loads(design)
    assert found["web"].cold == ["edge"]
    assert found["spare"].spare == ["a"]
    assert (found["lb"].value, found["lb"].unrated) == (None, ["b"])


def test_how_full_each_component_is_and_what_fails_first(facts):
    design = facts(
        PARTS + "flows: {f: {path: client -> web -> cache | store, rate: 350 request/s}}\n"
    )
    found = uses(design)
    # web 350 of 4 * 100; store 350 * 0.2 = 70 of 2 * 50; worker 7 of 10, one of it
    told = {
        name: (round(use.utilisation.value, 3), round(use.headroom.value, 3), use.word)
        for name, use in found.items()
        if use.utilisation is not None
    }
    assert told == {
        "web": (0.875, 1.143, "full"),
        "store": (0.7, 1.429, "busy"),
        "worker": (0.7, 1.429, "busy"),
    }
    assert first_to_fail(found).component == "web"
    assert found["cache"].missing == "cache says no capacity"
    assert found["lb"].missing == "lb has no rate, and no flow with a rate passes it"


def test_a_range_is_judged_at_its_median_and_at_its_high_end(facts):
    # 200 to 450: median 300 of 400 is 75 %, the high end 112.5 %
    design = facts(PARTS + "flows: {f: {path: client -> web, rate: 200 to 450 request/s}}\n")
    assert uses(design)["web"].word == "busy, overloaded at the high end"


def test_more_load_than_capacity_is_overloaded(facts):
    design = facts(PARTS + "flows: {f: {path: client -> web, rate: 401 request/s}}\n")
    assert uses(design)["web"].word == "overloaded"
    assert first_to_fail(uses(design)).headroom.value == pytest.approx(400 / 401)


def test_no_load_and_no_capacity_are_no_numbers(facts):
    design = facts(
        "components: {web: {kind: service, params: {rate: 0 request/s, capacity: 5 request/s}},\n"
        "  off: {kind: service, params: {rate: 1 request/s, capacity: 0 request/s}}}\n"
    )
    found = uses(design)
    assert found["web"].utilisation.value == 0
    assert found["web"].headroom is None
    assert found["off"].utilisation is None
    assert found["off"].missing == "off has a capacity of nothing"
    first = first_to_fail(found)  # nothing of today's load fits
    assert (first.component, first.headroom.value) == ("off", 0)


def test_very_many_ranges_are_added_by_their_medians(facts):
    flows = "".join(f"  f{i}: {{path: client -> web, rate: 1 to 4 request/s}}\n" for i in range(31))
    value = loads(facts(PARTS + "flows:\n" + flows))["web"].value
    assert (str(value), value.is_range) == ("62 request/s", False)  # 31 times sqrt(1 * 4)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([], "None"),
        ([None], "None"),
        (["600 GB", None, "600 GB"], "1.2 TB"),
        (["300 us", "5 ms"], "5.3 ms"),  # in the units of the largest
        (["5 ms", "300 us"], "5.3 ms"),
        (["1 request/min", "60 request/s"], "60.02 request/s"),
        (["1 to 4"] * 31, "62"),  # more than thirty ranges: 31 times sqrt(1 * 4)
        (["1"] * 31, "31"),
    ],
)
def test_a_total_is_of_what_there_is(parts, expected):
    assert str(total(None if part is None else quantity(part) for part in parts)) == expected


def test_only_ranges_make_a_total_one_of_medians():
    certain, uncertain = [quantity("1")] * 40, [quantity("1 to 4")] * 30
    assert not by_medians([*certain, *uncertain, None])
    assert by_medians([*uncertain, uncertain[0]])
