"""The person may see a point otherwise: both verdicts stand, and the tool's stays what it was."""

from __future__ import annotations

import sqlite3

import pytest

from sdcli.core.clock import ManualClock
from sdcli.core.errors import InputError
from sdcli.interview import Machine, SessionStore, store
from sdcli.interview.against import against
from sdcli.interview.events import VERDICTS, Answered, Judged
from sdcli.scoring import State
from tests.interview.walking import ANSWERS, finish, give, start, walk


def played(walkthrough: str = "") -> Machine:
    answers = tuple(
        (at, walkthrough if walkthrough and at == "high_level.walkthrough" else text)
        for at, text in ANSWERS
    )
    return finish(walk(start(), answers))


def test_a_verdict_stands_beside_the_tools_and_is_taken_back():
    machine = played()
    tool = machine.score()
    # of weight 1 and explained, of weight 2 and justified: (0.7 + 2) / 3
    assert [item.id for item in tool.items] == ["ask-scale", "parts"]
    assert (tool.score, tool.your_score) == (90.0, None)
    reply = machine.judge("ask-scale", "absent", "said in other words\x07")
    assert (reply.error, reply.events[0].why) == (None, "said in other words")
    after = machine.score()
    assert (after.score, after.items) == (tool.score, tool.items)
    assert after.your_score == 66.7  # 2 / 3
    entry = next(one for one in after.to_json()["items"] if one["id"] == "ask-scale")
    assert (entry["state"], entry["yours"]) == ("explained", "absent")
    assert machine.report().yours == {"ask-scale": "absent"}
    machine.judge("ask-scale", "justified")
    assert machine.score().your_score == 100.0
    machine.judge("ask-scale", "")
    assert machine.score() == tool


def test_the_verdicts_are_the_states_of_the_scorer():
    assert sorted(VERDICTS) == sorted(State)


def test_a_point_or_a_verdict_that_is_none_changes_nothing():
    machine = played()
    for item, verdict in (("nonsense", "named"), (next(iter(machine.terms.items)), "great")):
        reply = machine.judge(item, verdict)
        assert reply.error is not None
        assert reply.events == ()
    assert machine.score().yours == {}


def test_a_verdict_outlives_going_back_and_is_no_answer():
    machine = walk(start())
    item = next(iter(machine.terms.items))
    machine.judge(item, "named")
    before = machine.state
    give(machine, "/back")
    assert dict(machine.state.verdicts) == {item: "named"}
    assert machine.state.at != before.at
    again = Machine(machine.terms.scenario, events=machine.events)
    assert again.state == machine.state


def test_two_attempts_are_compared_point_by_point():
    now, then = played(), played("The web tier is there, and it is good.")
    better = against(now.score(), then.score(), "1", "2026-01-02")
    assert [item.id for item in better.better] == ["parts"]
    assert (better.worse, better.again) == ((), ())
    assert better.score == 40.0  # (0.7 + 2 x 0.25) / 3
    assert better.steps["high_level"] == (25.0, 100.0)
    worse = against(then.score(), now.score(), "2", "2026-01-03")
    assert [item.id for item in worse.worse] == ["parts"]
    twice = against(then.score(), then.score(), "1", "2026-01-02")
    assert [item.id for item in twice.again] == ["parts"]
    assert (twice.better, twice.worse) == ((), ())


def test_an_older_store_is_brought_up_to_date_and_then_refused_by_an_older_program(
    tmp_path, monkeypatch
):
    def version() -> int:
        with sqlite3.connect(tmp_path / "sessions.db") as database:
            return database.execute("PRAGMA user_version").fetchone()[0]

    older = {"MIGRATIONS": store.MIGRATIONS[:1], "VERSION": 1}
    with monkeypatch.context() as patched:
        for name, value in older.items():
            patched.setattr(store, name, value)
        with SessionStore(tmp_path, ManualClock()) as old:
            identity = old.create(scenario="lockers", title="Lockers", text="x")
    assert version() == 1
    machine = played()
    machine.judge("parts", "named", "why not")
    with SessionStore(tmp_path, ManualClock()) as new:
        new.append(identity, *machine.events)
        assert new.events(identity) == machine.events
    assert version() == 2
    with monkeypatch.context() as patched:
        for name, value in older.items():
            patched.setattr(store, name, value)
        with pytest.raises(InputError, match="a newer sdcli wrote"):
            SessionStore(tmp_path, ManualClock())


def test_a_verdict_from_elsewhere_costs_the_running_interview_nothing(tmp_path):
    machine = walk(start())
    with SessionStore(tmp_path, ManualClock()) as sessions:
        identity = sessions.create(scenario="lockers", title="Lockers", text="x")
        sessions.append(identity, *machine.events, after=0)
        at, count = machine.state.at, len(machine.events)
        sessions.heartbeat(identity, at, 300.0, "a long draft")
        sessions.append(identity, Judged(at, "parts", "named"))
        assert sessions.waited(identity, at) == (300.0, "a long draft")
        sessions.append(identity, Answered(at, "Go on."), after=count)
        assert len(sessions.events(identity)) == count + 2
        with pytest.raises(InputError, match="another sdcli has gone on"):
            sessions.append(identity, Answered(at, "Again."), after=count)


def test_a_senior_interview_from_before_the_person_led_keeps_its_topics():
    senior = walk(start(level="senior"))
    answers = [event for event in senior.events if event.at != "deep_dive.lead"]
    old = Machine(
        senior.terms.scenario,
        level="senior",
        events=[*answers, Answered("deep_dive.peaks", "A queue takes the peak.")],
    )
    assert old.state.topics[0] == "peaks"
    assert len(old.state.topics) == 3


def test_a_practice_of_the_deep_dive_leads_too():
    assert start(level="senior", only_step="deep_dive").state.at == "deep_dive.lead"
    assert start(only_step="deep_dive").state.at != "deep_dive.lead"
