from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.core.errors import DamagedError
from sdcli.interview.events import (
    VERDICTS,
    Accepted,
    Answered,
    Edited,
    Event,
    Hinted,
    Judged,
    Ran,
    WentBack,
    from_json,
    to_json,
)

seconds = st.floats(min_value=0, max_value=1e6, allow_nan=False)
texts = st.text()
events: st.SearchStrategy[Event] = st.one_of(
    st.builds(Answered, texts, texts, seconds),
    st.builds(Accepted, texts, st.lists(texts).map(tuple), seconds),
    st.builds(Edited, texts, texts, texts, seconds),
    st.builds(WentBack, texts, seconds),
    st.builds(Hinted, texts, st.integers(1, 3), seconds),
    st.builds(Judged, texts, texts, st.sampled_from(("", *VERDICTS)), texts),
    st.builds(
        Ran,
        texts,
        texts,
        texts,
        st.dictionaries(texts, st.one_of(texts, st.integers(), st.booleans())),
        st.dictionaries(texts, st.floats(allow_nan=False)),
        texts,
        is_close=st.none() | st.booleans(),
    ),
)


@given(events)
def test_an_event_reads_back_as_itself(event: Event) -> None:
    line = to_json(event)
    assert "\n" not in line
    assert from_json(line) == event


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "not JSON"),
        ('{"event": "answ', "not JSON"),
        ("[]", "no event"),
        ('{"event": "vanished"}', "no event"),
        ('{"event": "answered", "at": "scope.quality"}', "lacks a field"),
        ('{"event": "answered", "at": "a", "text": 5}', "field text .* wrong type"),
        ('{"event": "answered", "at": "a", "text": "b", "colour": "red"}', "unknown field colour"),
    ],
)
def test_what_is_no_event_is_damage_and_says_where(text: str, what: str) -> None:
    with pytest.raises(DamagedError, match=what) as caught:
        from_json(text, "sessions.db: session 1, event 2")
    assert caught.value.where == "sessions.db: session 1, event 2"


def test_the_stored_form_is_plain() -> None:
    stored = json.loads(to_json(Answered("scope.quality", "fast", 4.0)))
    assert stored == {"event": "answered", "at": "scope.quality", "text": "fast", "seconds": 4.0}
