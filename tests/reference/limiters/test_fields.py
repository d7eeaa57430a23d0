"""What an answer tells: Retry-After and RateLimit, in all their forms and in none."""

from __future__ import annotations

import email.message
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.reference.limiters import SECOND, Decision, Limit
from sdcli.reference.limiters.fields import FIELD_MAX, Answer, service_limits, told
from sdcli.reference.limiters.headers import headers

DATE = "Mon, 05 Aug 2019 09:27:00 GMT"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, None),
        ({"Retry-After": "120"}, 120.0),
        ({"Retry-After": " 0 "}, 0.0),
        ({"Retry-After": "Mon, 05 Aug 2019 09:27:05 GMT", "Date": DATE}, 5.0),  # draft, B.1.4
        ({"Retry-After": "Monday, 05-Aug-19 09:27:05 GMT", "Date": DATE}, 5.0),  # RFC 850's form
        ({"Retry-After": "Mon Aug  5 09:27:05 2019", "Date": DATE}, 5.0),  # asctime's
        ({"Retry-After": "Mon, 05 Aug 2019 09:26:00 GMT", "Date": DATE}, 0.0),  # in the past
        ({"Retry-After": "Mon, 05 Aug 2019 09:27:05 GMT"}, None),  # compared with what?
        ({"Retry-After": "-1"}, None),
        ({"Retry-After": "1.5"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "٣"}, None),  # a digit, in another script
        ({"Retry-After": "9" * 400}, None),
        ({"RateLimit": '"default";r=0;t=50'}, 50.0),  # draft, B.1.1
        ({"RateLimit": '"default";r=50;t=30'}, None),
        ({"RateLimit": '"a";r=0;t=2, "b";r=0;t=9, "c";r=1;t=99'}, 9.0),
        ({"RateLimit": '"a";r=0'}, None),
        ({"RateLimit": '"a";r=0;t=50', "Age": "0"}, 50.0),
        ({"RateLimit": '"a";r=0;t=50', "Age": "7"}, None),  # out of a cache: draft, 7.3
        ({"RateLimit": '"a";r=0;t=50', "Retry-After": "7"}, 7.0),  # it takes precedence
        ({"RateLimit": '"a";r=0;t=50', "Retry-After": "soon"}, 50.0),
    ],
    ids=count(1),
)
def test_what_an_answer_asks_for(fields, expected) -> None:
    assert told(Answer(429, fields)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"default";r=50;t=30', [(50, 30.0)]),
        ('"default";r=999;pk=:dHJpYWwxMjEzMjM=:', []),  # no window: nothing to wait for
        ('"default";r=300000000;t=60;pk=:QXBwLTk5OQ==:', [(300000000, 60.0)]),
        ('"a";r=1;t=2,"b";r=3;t=4', [(1, 2.0), (3, 4.0)]),
        ('"a";r=1;t=2 \t, "b";r=3;t=4', [(1, 2.0), (3, 4.0)]),
        (r'"a\"; \\r=9;t=9";r=1;t=2', [(1, 2.0)]),
        ('"a";acme-x=Token/1:2;r=1;acme-y="r=8;t=8";t=2;acme-z;w=?1;d=1.5', [(1, 2.0)]),
        ('"a";r=1;r=5;t=2', [(5, 2.0)]),  # the last one counts: RFC 9651, section 4.2.3.2
        # malformed: all of it is ignored
        ("", []),
        ("default;r=0;t=50", []),
        ('"a";r=0;t=50,', []),
        ('"a";r=0;t=50,,"b";r=0;t=1', []),
        ('"a";r=0;t=50 "b";r=0;t=1', []),
        ('"a";r=0;t=50"b";r=0;t=1', []),
        ('"a;r=0;t=50', []),
        ('"a";r=0;t=50;', []),
        ('"a";R=0;t=50', []),
        ('"ä";r=0;t=50', []),
        ('"a";r=-1;t=50', []),
        ('"a";r=0;t=0.5', []),
        ('"a";r=0;t=' + "9" * 16, []),
        ('"a";r=0;t=50' + " " * FIELD_MAX, []),
    ],
    ids=count(1),
)
def test_reading_the_field(text, expected) -> None:
    assert service_limits(text) == expected


@given(
    st.lists(
        st.tuples(st.text(max_size=9), st.integers(0, 10**15 - 1), st.integers(0, 10**6)),
        min_size=1,
        max_size=4,
    )
)
def test_it_reads_what_the_server_writes(parts) -> None:
    limits = [Limit(1, "1s", name=name) for name, _, _ in parts]
    decisions = tuple(Decision(True, 9, r, 0, t * SECOND) for _, r, t in parts)
    written = dict(headers(limits, decisions[0]._replace(parts=decisions)))
    assert service_limits(written["RateLimit"]) == [(r, float(t)) for _, r, t in parts]


@given(st.text(alphabet='"\\;,=: rt0a*?', max_size=60))
def test_no_field_breaks_it(text) -> None:
    assert all(r >= 0 and t >= 0 for r, t in service_limits(text))


def test_the_answers_of_the_standard_library_will_do() -> None:
    """urllib and http.client have an e-mail message for headers: any case finds a field."""
    fields = email.message.Message()
    fields["retry-after"] = "3"
    assert told(Answer(429, fields)) == 3.0
