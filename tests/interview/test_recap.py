"""Between two steps the interviewer repeats what was heard, and nothing else."""

from __future__ import annotations

import pytest

from tests.interview.walking import at_of, give, start, walk, walk_to


def said_on_leaving(machine) -> str:
    """The recap that comes with the answer that ends the open step."""
    return next(text for text in give(machine, "").say if text.startswith("What I have from"))


def test_the_scope_is_repeated_with_the_numbers_worked_out():
    machine = walk_to(start(), "scope.out_of_scope")
    reply = give(machine, "- drones.\n- returns")
    assert reply.say[-1].splitlines() == [
        "What I have from scope:",
        "- it must: open the right door; tell the courier",
        "- how well: a door opens within 1 s; ring.balance.peak_to_mean of ring <= 1.25",
        "- you count on: parcels 2M parcel/day; record 400 B/parcel; kept 10 day",
        "- left out: drones; returns",
    ]


def test_what_is_missing_is_said_in_a_word():
    machine = start()
    for _ in range(4):
        give(machine, "")
    assert at_of(machine) == "scope.out_of_scope"
    assert said_on_leaving(machine).splitlines() == [
        "What I have from scope:",
        "- no feature yet",
        "- no word on how well it must do it",
        "- no number yet",
    ]


def test_each_step_but_the_last_ends_with_one():
    machine = walk_to(start(), "high_level.buy_in")
    lines = said_on_leaving(machine).splitlines()
    assert lines[0] == "What I have from high-level design:"
    assert "- parts: web; ring; store" in lines
    assert "- ways through it: open" in lines
    machine = walk_to(start(), "deep_dive.curveball")
    assert "- no decision" in said_on_leaving(machine)
    machine = walk_to(start(), "wrap_up.recap")
    assert give(machine, "Doors open.").say == ()


def test_a_long_list_is_cut():
    machine = walk_to(start(), "scope.functional")
    give(machine, "\n".join(f"- open door {number}" for number in range(9)))
    for _ in range(2):
        give(machine, "")
    line = said_on_leaving(machine).splitlines()[1]
    assert line.endswith("open door 5; 3 more")
    assert "open door 6" not in line


def test_a_practice_of_one_step_ends_without():
    machine = start(only_step="scope")
    for _ in range(4):
        give(machine, "")
    assert give(machine, "drones").say == ()


@pytest.mark.parametrize("level", ["senior", "staff"])
def test_from_senior_on_the_person_leads(level):
    machine = walk(start(level=level))
    assert at_of(machine) == "deep_dive.lead"
    titles = {topic.title: topic.id for topic in machine.terms.scenario.deep_dives}
    title, identity = list(titles.items())[-1]
    reply = give(machine, f"I would begin with {title.lower()}, since it decides the cost.")
    assert f"Then we begin here: {title}." in reply.say
    assert at_of(machine) == f"deep_dive.{identity}"
    assert "since it decides the cost" in machine.answers_text()["deep_dive"]


def test_who_names_nothing_known_gets_the_interviewers_choice():
    mid = walk(start())
    led = walk(start(level="senior"))
    assert at_of(led) == "deep_dive.lead"
    reply = give(led, "Zzz qqq.")
    title = led.terms.scenario.topic(led.state.topic).title
    assert reply.say[-1] == f"Let us rather begin here: {title}."
    assert at_of(led) == at_of(mid)
