"""Little's law: L = λ W."""

from __future__ import annotations

import pytest

from sdcli.units import UnitError


@pytest.mark.parametrize(
    ("rate", "latency", "inside"),
    [
        ("40 kqps", "250 ms", "10k request"),  # 40,000 * 0.25
        ("40k", "250 ms", "10k request"),
        ("86_400 request/day", "1 s", "1 request"),  # a rate is a rate, per day or per second
        ("0 qps", "1 hour", "0 request"),
        ("1.05 photo/s", "2 s", "2.1 photo"),
        ("209.4M request/day", "22.7 ms", "55.02 request"),  # 2,423.6 * 0.0227
        ("100/s", "1 s", "100"),
    ],
)
def test_in_flight_is_rate_times_latency(work, rate, latency, inside):
    assert work("in-flight", rate=rate, latency=latency) == {"inside": inside}


def test_a_plain_number_is_no_latency(work):
    """Some mean seconds by it, some milliseconds."""
    with pytest.raises(UnitError) as caught:
        work("in-flight", rate="40k", latency="250")
    assert caught.value.expected == "a time, like 250 ms"


def test_a_bandwidth_is_no_rate(work):
    with pytest.raises(UnitError) as caught:
        work("in-flight", rate="40 MB/s", latency="250 ms")
    assert caught.value.render() == (
        "error: rate: this is not events per time\n"
        "   given: 40 MB/s\n"
        "          information / time\n"
        "expected: events per time, like 40k request/s\n"
        "     fix: multiply it by a quantity of request / information"
    )
