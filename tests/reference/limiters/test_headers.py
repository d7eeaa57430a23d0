"""What a client is told, field by field, against the draft and RFC 9651."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.core.chance import Chance
from sdcli.core.errors import InputError
from sdcli.reference.limiters import SECOND, Decision, Limit, Limiter
from sdcli.reference.limiters.headers import (
    headers,
    policy_name,
    problem,
    retry_after,
    spread,
    status,
    window,
)

# RFC 9651, section 3.3.3: printable ASCII in quotes, where only \ and " are escaped.
STRING = r'"(?:[ !#-\[\]-~]|\\["\\])*"'
BURST = Limit(100, "1m", burst=100, name="burst")
DAILY = Limit(1000, "1d", name="daily")


def decision(**changes) -> Decision:
    usual = Decision(
        allowed=True, limit=100, remaining=50, retry_after_ns=0, reset_after_ns=30 * SECOND
    )
    return usual._replace(**changes)


def of(limits, answer, *more, **options) -> dict[str, str]:
    return dict(headers(limits, answer, *more, **options))


def test_the_example_of_the_draft() -> None:
    """Sections 3 and 4: RateLimit-Policy and RateLimit of two policies, letter by letter."""
    parts = (decision(), decision(remaining=999, reset_after_ns=86_400 * SECOND))
    told = of((BURST, DAILY), decision(parts=parts))
    assert told == {
        "RateLimit-Policy": '"burst";q=100;w=60, "daily";q=1000;w=86400',
        "RateLimit": '"burst";r=50;t=30, "daily";r=999;t=86400',
    }


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (Limit(100, "1m", burst=20), (100, 60)),  # the rate, whatever the burst
        (Limit(100, "1s", burst=500), (100, 1)),
        (Limit(5, "100ms"), (50, 1)),  # ten times in a second
        (Limit(1, "1500ms"), (1, 2)),  # 4/3 in two seconds: 1
        (Limit(7, "2500ms"), (8, 3)),  # 7 * 3 / 2.5 = 8.4
        (Limit(1, 10**9 - 1), (1, 1)),  # a nanosecond less than a second
        (Limit(10**18, "1s"), (10**15 - 1, 1)),  # 15 digits are the most there can be
        (Limit(3, "7d"), (3, 604_800)),
    ],
    ids=str,
)
def test_quota_and_window(limit, expected) -> None:
    assert window(limit) == expected


@given(st.integers(1, 10**6), st.integers(1, 10**13))
def test_no_client_is_promised_more_than_the_rate(rate, per_ns) -> None:
    quota, seconds = window(Limit(rate, per_ns))
    assert quota >= 1
    assert seconds >= 1
    assert quota * per_ns <= rate * seconds * SECOND


@pytest.mark.parametrize(
    ("wait_ns", "expected"),
    [(1, 1), (SECOND - 1, 1), (SECOND, 1), (SECOND + 1, 2), (59 * SECOND + 1, 60), (None, None)],
)
def test_seconds_are_rounded_up(wait_ns, expected) -> None:
    refused = decision(allowed=False, remaining=0, retry_after_ns=wait_ns)
    assert retry_after(refused) == expected
    told = of([BURST], refused)
    assert told.get("Retry-After") == (None if expected is None else str(expected))
    t = 30 if expected is None else expected  # never: when it is as at first
    assert told["RateLimit"] == f'"burst";r=0;t={t}'


def test_an_answer_yes_has_no_retry_after_and_says_when_all_is_back() -> None:
    told = of([BURST], decision(remaining=0, reset_after_ns=1))
    assert told == {
        "RateLimit-Policy": '"burst";q=100;w=60',
        "RateLimit": '"burst";r=0;t=1',
    }
    assert of([BURST], decision(remaining=100, reset_after_ns=0))["RateLimit"].endswith("r=100;t=0")


def test_several_limits_of_which_one_refuses() -> None:
    """The daily one is spent; what the other would admit stays as it is."""
    limiter = Limiter([Limit(5, "1s", name="burst"), Limit(3, "1d", name="daily")], clock=int)
    assert all(limiter.acquire("ann") for _ in range(3))
    refused = limiter.acquire("ann")
    # burst: 3 of 5 used, full again in 3 * 0.2 s; daily: one in 28,800 s
    assert headers(limiter.limits, refused) == [
        ("RateLimit-Policy", '"burst";q=5;w=1, "daily";q=3;w=86400'),
        ("RateLimit", '"burst";r=2;t=1, "daily";r=0;t=28800'),
        ("Retry-After", "28800"),
    ]
    assert of(limiter.limits, refused, "legacy") == {
        "X-RateLimit-Limit": "3",  # the one of which least is left
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": "86400",
        "Retry-After": "28800",
    }
    assert problem(refused) == {
        "type": "https://iana.org/assignments/http-problem-types#quota-exceeded",
        "title": "Quota Exceeded",
        "status": 429,
        "detail": "The quota is spent; come back in 28800 s.",
        "violated-policies": ["daily"],
    }


def test_the_switch() -> None:
    new, old = {"RateLimit-Policy", "RateLimit"}, {f"X-RateLimit-{part}" for part in PARTS}
    refused = decision(allowed=False, retry_after_ns=1)
    assert set(of([BURST], refused, "ietf")) == new | {"Retry-After"}
    assert set(of([BURST], refused, "legacy")) == old | {"Retry-After"}
    assert set(of([BURST], refused, "both")) == new | old | {"Retry-After"}
    assert set(of([BURST], refused, "none")) == {"Retry-After"}
    assert of([BURST], decision(), "none") == {}
    with pytest.raises(InputError, match="no such fields"):
        headers([BURST], decision(), "new")


PARTS = ("Limit", "Remaining", "Reset")


@given(st.text(), st.text())
def test_no_name_ends_its_field(one, other) -> None:
    limits = [Limit(1, "1s", name=one), Limit(1, "1s", name=other)]
    told = of(limits, decision(parts=(decision(), decision())))
    assert re.fullmatch(f"{STRING};q=1;w=1, {STRING};q=1;w=1", told["RateLimit-Policy"])
    assert re.fullmatch(f"{STRING};r=50;t=30, {STRING};r=50;t=30", told["RateLimit"])
    assert (policy_name(one) == policy_name(other)) == (one == other)


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ('the "small" one', r'"the \"small\" one"'),
        ("back\\slash", r'"back\\slash"'),
        ("a;q=9, b", '"a;q=9, b"'),
        ("x\r\nSet-Cookie: a=b", '"x%0D%0ASet-Cookie: a=b"'),
        ("10%", '"10%25"'),
        ("täglich", '"t%C3%A4glich"'),
        ("\ud800", '"\\\\ud800"'),  # half a character of UTF-16, which UTF-8 cannot say
        ("", '""'),
    ],
    ids=["quotes", "backslash", "syntax", "new lines", "percent", "umlaut", "surrogate", "empty"],
)
def test_names_are_quoted_and_escaped(name, sent) -> None:
    limit = Limit(1, "1s", name=name)
    told = of([limit], decision(allowed=False, retry_after_ns=1, violated=(name,)))
    assert told["RateLimit-Policy"] == f"{sent};q=1;w=1"
    assert problem(decision(allowed=False, violated=(name,)))["violated-policies"] == [
        policy_name(name)
    ]


def test_ten_thousand_who_are_told_sixty_return_over_half_a_minute() -> None:
    jitter = spread(Chance(7))
    refused = decision(allowed=False, remaining=0, retry_after_ns=60 * SECOND)
    told = [of([BURST], refused, jitter=jitter) for _ in range(10_000)]
    seconds = [int(one["Retry-After"]) for one in told]
    assert (min(seconds), max(seconds)) == (60, 90)
    # 31 seconds with 322.6 each, on average; a share of one in 31 has a deviation of 17.7
    assert max(seconds.count(second) for second in range(60, 91)) < 322.6 + 5 * 17.7
    # Whoever reads only the new field is not sent back earlier.
    assert all(one["RateLimit"] == f'"burst";r=0;t={one["Retry-After"]}' for one in told)


@given(st.integers(0, 10**6), st.integers(0, 2**32))
def test_jitter_only_adds(seconds, seed) -> None:
    assert 0 <= spread(Chance(seed))(seconds) <= (seconds + 1) // 2


@pytest.mark.parametrize("extra", [-1, 0.5])
def test_a_jitter_that_sends_people_back_too_early_is_refused(extra) -> None:
    with pytest.raises(InputError, match="earlier"):
        headers([BURST], decision(allowed=False, retry_after_ns=1), jitter=lambda _: extra)


def test_jitter_is_for_refusals_with_a_time() -> None:
    def never(seconds):
        raise AssertionError(seconds)

    headers([BURST], decision(), jitter=never)
    headers([BURST], decision(allowed=False, retry_after_ns=None), jitter=never)


def test_what_was_not_judged_says_nothing_of_what_is_left() -> None:
    unjudged = decision(allowed=False, judged=False, remaining=0, retry_after_ns=SECOND)
    assert of([BURST], unjudged, "both") == {
        "RateLimit-Policy": '"burst";q=100;w=60',
        "Retry-After": "1",
    }
    assert status(unjudged) == 503
    assert problem(unjudged)["type"].endswith("#temporary-reduced-capacity")
    assert problem(unjudged)["status"] == 503
    assert status(decision(allowed=False)) == 429


def test_limits_that_changed_between_the_decision_and_the_answer() -> None:
    assert "RateLimit" not in of([BURST, DAILY], decision())


def test_more_than_is_ever_admitted() -> None:
    limiter = Limiter(Limit(5, "1s", name="few"), clock=int)
    refused = limiter.acquire("ann", cost=6)
    assert "Retry-After" not in of(limiter.limits, refused)
    assert problem(refused)["detail"].endswith("more than the 5 that are ever admitted at once.")
    assert problem(refused)["violated-policies"] == ["few"]


@given(
    st.lists(st.tuples(st.integers(0, 3 * SECOND), st.integers(1, 9)), max_size=20),
    st.sampled_from(["token-bucket", "gcra", "fixed-window", "leaking-bucket"]),
)
def test_whoever_comes_at_retry_after_is_admitted(traffic, algorithm) -> None:
    now = [0]
    limiter = Limiter(
        [Limit(7, "3s", name="a"), Limit(20, "1m", name="b")],
        algorithm=algorithm,
        clock=lambda: now[0],
    )
    for wait, cost in traffic:
        now[0] += wait
        answer = limiter.acquire("ann", cost)
        told = of(limiter.limits, answer)
        if "Retry-After" in told:
            ends = [int(t) for t in re.findall(r"r=\d+;t=(\d+)", told["RateLimit"])]
            refused = [t for t, part in zip(ends, answer.parts, strict=True) if not part]
            assert int(told["Retry-After"]) >= max(refused)
            now[0] += int(told["Retry-After"]) * SECOND
            assert limiter.acquire("ann", cost)
        else:
            assert answer or cost > 7
