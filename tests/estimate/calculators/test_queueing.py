"""The pool of servers with one queue: published values, limits that are known otherwise, errors."""

from __future__ import annotations

import heapq
import math

import pytest

from sdcli.core.chance import Chance
from sdcli.estimate import registry
from sdcli.estimate.calculators.queueing import Pool, erlang_b, erlang_c
from sdcli.units import UnitError, quantity


def queue(**given):
    found = registry.get("queue")
    return found.run(found.bind(given)).outputs


@pytest.mark.parametrize(
    ("load", "servers", "chance"),
    [
        (2, 3, 4 / 9),
        (8, 10, 0.40918),
        (90, 100, 0.21694),
        (0.8, 1, 0.8),  # one server is busy for the share rho of the time
        (0, 5, 0),
    ],
)
def test_erlang_c_has_the_published_values(load, servers, chance):
    assert erlang_c(load, servers) == pytest.approx(chance, rel=2e-5)


def test_erlang_b_has_the_published_value():
    assert erlang_b(5, 10) == pytest.approx(0.018385, rel=3e-5)


@pytest.mark.parametrize(("load", "servers"), [(1.5, 2), (7.0, 9), (30.0, 33), (0.01, 4)])
def test_erlang_b_is_the_quotient_of_its_definition(load, servers):
    """a^c/c! over the sum of a^k/k!, which factorials allow for few servers."""
    terms = [load**k / math.factorial(k) for k in range(servers + 1)]
    assert erlang_b(load, servers) == pytest.approx(terms[-1] / math.fsum(terms), rel=1e-12)


def test_ten_servers_at_eighty_percent():
    """lambda 800/s, mu 100/s: C(10, 8) = 0.40918, Wq = C / (1000 - 800) = 2.0459 ms."""
    found = queue(rate="800/s", service_time="10 ms", servers="10")
    assert found["utilisation"].value == pytest.approx(0.8)
    assert found["waits"].value == pytest.approx(0.40918, rel=2e-5)
    assert found["mean_wait"].in_unit("ms") == pytest.approx(2.0459, rel=1e-4)
    assert found["mean_time"].in_unit("ms") == pytest.approx(12.0459, rel=1e-4)
    assert found["p50"].in_unit("ms") == pytest.approx(9.1214, rel=1e-5)
    assert found["p99"].in_unit("ms") == pytest.approx(49.461, rel=1e-5)
    assert found["waiting"].value == pytest.approx(1.6367, rel=1e-4)  # 800/s * 2.0459 ms
    assert found["inside"].value == pytest.approx(9.6367, rel=1e-4)  # 8 in service beside them


@pytest.mark.parametrize("rho", [0.01, 0.5, 0.8, 0.999, 0.999999])
def test_one_server_has_an_exponential_time_in_the_system(rho):
    """p_q = -ln(1 - q) / (mu - lambda); at rho 0.8 the p99 is 23.03 service times."""
    pool = Pool(rho, 1.0, 1)
    for share in (0.5, 0.9, 0.99, 0.999):
        expected = -math.log(1 - share) / (1 - rho)
        assert pool.percentile(share) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("off", [0.0, 1e-15, -1e-15, 1e-9, -1e-9, 1e-6])
def test_the_rates_of_waiting_and_service_may_be_equal(off):
    """c mu - lambda = mu: a load of 2 on 3 servers. The tail is e^-x (1 + 4/9 x), x in S."""
    pool = Pool(2.0 + off, 1.0, 3)
    x = pool.percentile(0.99)
    # e^-5.89 = 0.0027671, times 1 + 4/9 * 5.89 = 3.61778: 0.010011; at 5.892: 0.009993
    assert 5.89 < x < 5.892
    assert math.exp(-x) * (1 + 4 / 9 * x) == pytest.approx(0.01, rel=1e-5)


@pytest.mark.parametrize(("load", "servers"), [(0.3, 1), (2.0, 3), (9.9, 10), (500.0, 510)])
def test_the_mean_is_the_area_under_the_tail(load, servers):
    """By Simpson's rule over 0 to 60 mean times: E T is the integral of P(T > t)."""
    pool = Pool(load, 1.0, servers)
    mean = pool.mean_wait + 1.0
    steps, top = 60_000, 60.0 * max(mean, 1.0 / pool.spare_rate)
    width = top / steps
    heights = [pool.tail(width * k) for k in range(steps + 1)]
    area = heights[0] + heights[-1] + 4 * sum(heights[1::2]) + 2 * sum(heights[2:-1:2])
    assert area * width / 3 == pytest.approx(mean, rel=1e-6)


def test_percentiles_agree_with_a_simulation():
    """Three servers at two thirds of their rate; each request takes the server that is free first.

    200,000 requests: the p99 of such a run lies within some 2 % of the exact one.
    """
    draw = Chance(7).uniform
    free, now, times = [0.0, 0.0, 0.0], 0.0, []
    for _ in range(200_000):
        now -= math.log(1.0 - draw()) / 2.0
        done = max(now, free[0]) - math.log(1.0 - draw())
        heapq.heapreplace(free, done)
        times.append(done - now)
    times.sort()
    pool = Pool(2.0, 1.0, 3)
    for share in (0.5, 0.9, 0.99):
        simulated = times[int(share * len(times))]
        assert pool.percentile(share) == pytest.approx(simulated, rel=0.03)


def test_a_hundred_thousand_servers_do_not_leave_the_range_of_a_float():
    # rho 0.99; the square-root rule: beta = (1 - rho) sqrt(c) = 3.16, so hardly anybody waits
    found = queue(rate="99k/s", service_time="1 s", servers="100000")
    assert 0 < found["waits"].value < 0.01
    assert found["p99"].in_unit("s") == pytest.approx(math.log(100), rel=1e-3)


@pytest.mark.parametrize(
    ("rate", "servers", "least"),
    [("800/s", "8", "9"), ("800.5/s", "8", "9"), ("799.9/s", "7", "8"), ("1M/s", "9999", "10,001")],
)
def test_too_few_servers_are_told_how_many_are_the_least(rate, servers, least):
    with pytest.raises(UnitError, match="more arrives than the servers can serve") as caught:
        queue(rate=rate, service_time="10 ms", servers=servers)
    assert caught.value.where == "servers"
    assert caught.value.expected.startswith(f"at least {least},")
    enough = least.replace(",", "")
    assert queue(rate=rate, service_time="10 ms", servers=enough)["utilisation"].value < 1


@pytest.mark.parametrize("rate", ["1e300/s", "1e8/s", "1e10/s"])
def test_a_load_beyond_all_servers_is_refused_in_words(rate):
    with pytest.raises(UnitError):
        queue(rate=rate, service_time="1 s", servers="100000")


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"servers": "0"}, "servers"),
        ({"servers": "2.5"}, "servers"),
        ({"servers": "100001"}, "servers"),
        ({"service_time": "0 s"}, "service_time"),
        ({"service_time": "5 MB"}, "service_time"),
        ({"rate": "100 to 200 request/s"}, "rate"),
        ({"rate": "40 MB/s"}, "rate"),
        ({"target": "1 to 2 s"}, "target"),
    ],
)
def test_what_makes_no_queue_is_refused(given, where):
    with pytest.raises(UnitError) as caught:
        queue(**{"rate": "80/s", "service_time": "10 ms", "servers": "2"} | given)
    assert caught.value.where == where


@pytest.mark.parametrize(
    ("rate", "target"), [("800/s", "50 ms"), ("80/s", "1 s"), ("80/s", "47 ms"), ("50k/s", "60 ms")]
)
def test_the_fewest_servers_for_a_target_reach_it_and_one_less_does_not(rate, target):
    enough = int(
        queue(rate=rate, service_time="10 ms", servers="1000", target=target)["enough"].value
    )
    limit, load = quantity(target).value, quantity(rate).value * 0.01
    assert Pool(load, 0.01, enough).percentile(0.99) <= limit
    if enough > 1:
        before = Pool(load, 0.01, enough - 1)
        assert before.is_full or before.percentile(0.99) > limit


def test_a_target_below_service_alone_is_refused():
    """-ln(0.01) = 4.605 service times is the p99 of being served without any wait."""
    for target in ("46 ms", "0 s"):
        with pytest.raises(UnitError, match="no pool of up to 100,000 servers") as caught:
            queue(rate="80/s", service_time="10 ms", servers="2", target=target)
        assert "46.05 ms" in caught.value.expected


def test_a_target_may_take_nearly_all_servers_there_can_be():
    """More than half of the limit are busy, so that doubling would pass it."""
    found = queue(rate="90k/s", service_time="1 s", servers="100000", target="4.61 s")
    assert 90_000 < found["enough"].value < 91_000


def test_a_target_that_needs_more_servers_than_there_can_be_is_refused():
    """At a load of 99,999 hardly any of 100,000 servers is ever free, so nearly all wait."""
    with pytest.raises(UnitError, match="no pool of up to 100,000 servers") as caught:
        queue(rate="99999/s", service_time="1 s", servers="100000", target="4.606 s")
    assert caught.value.where == "target"


def test_without_a_target_nothing_is_said_of_it():
    assert "enough" not in queue(rate="80/s", service_time="10 ms", servers="2")


def test_the_noun_of_the_rate_is_kept_where_things_are_counted():
    found = queue(rate="80 photo/s", service_time="10 ms", servers="2")
    assert found["inside"].dimension.nouns == ("photo",)
    assert found["utilisation"].dimension.is_number
