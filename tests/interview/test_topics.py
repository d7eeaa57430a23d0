"""Which topics, follow-ups, experiments and offers the answers bring."""

from __future__ import annotations

import pytest

from sdcli.interview import Machine, Prompt
from sdcli.interview.topics import experiment
from tests.interview.scenario_text import TEXT, scenario
from tests.interview.walking import at_of, give, skip_to, start, walk, walk_to


def opened(machine: Machine) -> Machine:
    """The machine at its first topic."""
    while not machine.state.topics:
        give(machine, "")
    return machine


def with_assumption(line: str) -> Machine:
    machine = skip_to(start(), "scope.assumptions")
    give(machine, line)
    skip_to(machine, "high_level.estimates")
    give(machine, "parcel_rate = parcels to parcel/s")
    return machine


def test_a_topic_that_the_numbers_force_goes_first() -> None:
    # 2M a day is 23 a second: over 10, which forces duplicates, under 100 for spreading
    machine = opened(with_assumption("parcels = 2M parcel/day"))
    assert machine.state.topics == ("duplicates", "offline-doors", "spreading")
    # 20M a day is 231 a second: both, in the order of the scenario
    machine = opened(with_assumption("parcels = 20M parcel/day"))
    assert machine.state.topics == ("spreading", "duplicates", "offline-doors")


def test_without_numbers_the_order_is_the_scenarios() -> None:
    assert opened(start()).state.topics == ("offline-doors", "spreading", "duplicates")


def test_what_the_answers_left_out_goes_before_what_they_covered() -> None:
    machine = skip_to(start(), "high_level.walkthrough")
    give(machine, "Codes are pushed to the locker ahead of time, so that a door opens by itself.")
    assert opened(machine).state.topics == ("spreading", "duplicates", "peaks")


def test_a_short_interview_has_two_topics() -> None:
    assert len(opened(start(minutes=45)).state.topics) == 3
    assert len(opened(start(minutes=30)).state.topics) == 2


def test_one_of_the_topics_can_run_an_experiment_if_the_design_has_the_part() -> None:
    machine = skip_to(start(minutes=30), "high_level.components")
    give(machine, "ring: hash-ring")
    skip_to(machine, "high_level.walkthrough")
    give(machine, "A hash ring moves only the share of the new server.")  # spreading goes last
    assert opened(machine).state.topics == ("offline-doors", "spreading")


def test_the_experiment_runs_on_the_first_component_of_its_kind() -> None:
    machine = walk_to(start(), "high_level.components")
    give(machine, "web: service")
    give(machine, "first: hash-ring nodes=3")
    give(machine, "second: hash-ring nodes=30")
    run = experiment(machine.terms, machine.state, "spreading")
    assert run is not None
    assert (run.component, run.params) == ("first", {"nodes": 3, "vnodes": 160, "hash": "blake2b"})


def test_a_formula_in_a_parameter_is_computed_from_the_persons_numbers() -> None:
    machine = skip_to(start(), "scope.assumptions")
    give(machine, "servers = 12")
    skip_to(machine, "high_level.components")
    give(machine, "ring: hash-ring nodes=servers")
    run = experiment(machine.terms, machine.state, "spreading")
    assert run is not None
    assert run.params["nodes"] == 12


def test_the_topics_stay_when_a_number_changes_later() -> None:
    machine = opened(with_assumption("parcels = 2M parcel/day"))
    chosen = machine.state.topics
    give(machine, "/edit parcels = 20M parcel/day")
    assert machine.state.topics == chosen


def test_the_opening_names_the_persons_own_number_and_only_if_there_is_one() -> None:
    machine = opened(with_assumption("parcels = 2M parcel/day"))
    assert isinstance(machine.current, Prompt)
    # 2,000,000 / 86,400 = 23.148
    assert machine.current.say == (
        "At 23.15 parcel/s some scans come twice; so?",
        "What if a scan comes twice?",
    )
    bare = opened(start())
    assert isinstance(bare.current, Prompt)
    assert bare.current.say == ("How does a door open while its locker is offline?",)


def test_a_text_quotes_the_persons_own_number_and_else_the_scenarios() -> None:
    text = (
        TEXT.replace("How do you notice?", "How do you notice, at {parcel_rate}?")
        .replace("The courier will not scan twice.", "At {kept} of memory nobody scans twice.")
        .replace("What if a scan comes twice?", "What if one of {parcels} comes twice?")
        .replace("A holiday comes up.", "A holiday: {record} no more.")
        .replace("What now?", "What of {stored} now?")
        .replace("What gives first?", "What gives first at {parcel_rate}?")
        .replace("Twice is normal.", "Twice is normal at {parcel_rate}.")
    )
    machine = skip_to(Machine(scenario(text), mode="study"), "scope.assumptions")
    give(machine, "parcels = 4M to 8M parcel/day")
    skip_to(machine, "high_level.estimates")
    give(machine, "parcel_rate = parcels to parcel/s")
    skip_to(machine, "deep_dive.duplicates")
    assert said_by(machine)[-1] == "What if one of 4M to 8M parcel/day comes twice?"
    # 4M and 8M over 86,400 s
    assert give(machine, "/hint").say == ("Twice is normal at 46.3 to 92.59 parcel/s.",)
    give(machine, IDLE)
    assert said_by(machine) == ("How do you notice, at 46.3 to 92.59 parcel/s?",)
    give(machine, IDLE)
    assert said_by(machine) == ("At 30 day of memory nobody scans twice. Why not?",)
    skip_to(machine, "deep_dive.curveball")
    assert said_by(machine)[0] == "A holiday: 500 B/parcel no more."
    assert said_by(machine)[-1] == "What of 60 to 120 GB now?"
    skip_to(machine, "wrap_up.bottlenecks")
    assert said_by(machine) == ("What gives first at 46.3 to 92.59 parcel/s?",)


def test_handing_a_quoted_number_back_is_an_echo() -> None:
    text = TEXT.replace(
        "How do you notice?", "The key is dropped once at {parcel_rate} of {stored}: how?"
    )
    machine = skip_to(Machine(scenario(text)), "scope.assumptions")
    give(machine, "parcels = 4M to 8M parcel/day")
    skip_to(machine, "high_level.estimates")
    give(machine, "parcel_rate = parcels to parcel/s")
    skip_to(machine, "deep_dive.duplicates")
    give(machine, "The key is dropped once at 46.3 to 92.59 parcel/s of 30 GB.")
    assert [follow_up.rung for follow_up in machine.state.follow_ups] == ["missing"]
    assert {item.id: item.state for item in machine.score().items}["idempotent"] == "absent"


def test_a_part_and_a_flow_say_in_study_mode_what_they_are_there_for() -> None:
    for mode, shown in (
        ("study", "web: service  answers the doors"),
        ("interview", "web: service"),
    ):
        machine = skip_to(start(mode=mode), "high_level.components")
        assert isinstance(machine.current, Prompt)
        (offer, *_) = machine.current.offers
        assert (offer.line, offer.shown) == ("web: service", shown)


def said_by(machine: Machine) -> tuple[str, ...]:
    assert isinstance(machine.current, Prompt)
    return machine.current.say


IDLE = "We will see to that when it comes up."
NAMED = "Idempotency key from the courier's device."
EXPLAINED = "With an idempotency key the second scan is dropped."
JUSTIFIED = (
    "With an idempotency key the second scan is dropped, because 1 in 1000 scans comes twice."
)


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        (["", ""], ["How do you notice?"]),
        (["", EXPLAINED, ""], ["How do you notice?", "How long do you remember keys?"]),
        ([IDLE, IDLE, IDLE], ["How do you notice?", "The courier will not scan twice. Why not?"]),
        ([IDLE, ""], ["How do you notice?"]),
        ([NAMED, EXPLAINED, ""], ["What is the key?", "How long do you remember keys?"]),
        (
            [EXPLAINED, JUSTIFIED, ""],
            ["How long do you remember keys?", "What does remembering cost?"],
        ),
        ([JUSTIFIED, JUSTIFIED], ["What does remembering cost?"]),
        ([IDLE, NAMED, EXPLAINED], ["How do you notice?", "What is the key?"]),
    ],
    ids=["nothing", "late", "idle", "gives up", "climbs", "climbs high", "all there", "enough"],
)
def test_the_follow_up_goes_to_the_weakest_spot_and_two_at_most(
    answers: list[str], asked: list[str]
) -> None:
    machine = opened(with_assumption("parcels = 2M parcel/day"))
    assert at_of(machine) == "deep_dive.duplicates"
    said = []
    for answer in answers:
        give(machine, answer)
        if at_of(machine).endswith("follow_up"):
            assert isinstance(machine.current, Prompt)
            assert not machine.current.is_continued
            said.append(machine.current.say[0])
    assert said == asked
    assert at_of(machine) == "deep_dive.duplicates.decision"


def test_repeating_the_question_does_not_climb_the_ladder() -> None:
    machine = opened(with_assumption("parcels = 2M parcel/day"))
    give(machine, "An idempotency key per scan.")  # the third hint, word for word
    assert isinstance(machine.current, Prompt)
    assert machine.current.say == ("How do you notice?",)


def test_items_above_the_level_are_not_asked() -> None:
    """A senior has to say that codes expire as well; nobody at mid level is asked for it."""
    whole = "Codes are pushed to the locker ahead of time, because 40 % of the day it is offline."
    mid, senior = opened(start()), opened(start(level="senior"))
    for machine in (mid, senior):
        give(machine, whole)
        assert isinstance(machine.current, Prompt)
        assert machine.current.say == ("How long may a locker stay dark?",)
        give(machine, "Then its parcels are gone.")
    assert at_of(mid) == "deep_dive.offline-doors.decision"
    assert isinstance(senior.current, Prompt)
    assert senior.current.say == (senior.terms.scenario.topic("offline-doors").pitfall,)


def test_what_is_missing_is_asked_for_where_it_is_most_of_the_topic() -> None:
    senior = opened(start(level="senior"))
    give(senior, "They expire by the clock of the locker.")  # weight 1 of 4
    assert isinstance(senior.current, Prompt)
    assert senior.current.say == (senior.terms.scenario.topic("offline-doors").ladder.missing,)


def names(machine: Machine) -> list[str]:
    assert isinstance(machine.current, Prompt)
    return [offer.name for offer in machine.current.offers]


def test_an_assumption_is_offered_only_to_those_who_asked() -> None:
    silent = skip_to(start(), "scope.assumptions")
    assert names(silent) == []
    assert silent.answer("/accept all").error is not None
    curious = start()
    give(curious, "How large is a record?")
    skip_to(curious, "scope.assumptions")
    assert names(curious) == ["record"]


def test_in_study_mode_a_hint_puts_all_assumptions_on_the_table() -> None:
    machine = skip_to(start(mode="study"), "scope.assumptions")
    assert names(machine) == []
    give(machine, "/hint")
    assert names(machine) == ["parcels", "record", "kept"]


def test_an_estimate_is_offered_with_its_value_when_all_it_needs_is_there() -> None:
    machine = skip_to(start(), "scope.assumptions")
    give(machine, "parcels = 864k parcel/day")  # 10 a second
    skip_to(machine, "high_level.estimates")
    assert names(machine) == ["parcel_rate"]
    assert isinstance(machine.current, Prompt)
    assert "10 parcel/s" in machine.current.offers[0].shown
    give(machine, "/accept parcel_rate")
    assert names(machine) == []


def test_an_estimate_that_does_not_fit_the_persons_units_is_not_offered() -> None:
    machine = skip_to(start(), "scope.assumptions")
    give(machine, "parcels = 5 GB")
    skip_to(machine, "high_level.estimates")
    assert names(machine) == []


def test_a_component_waits_for_its_numbers_and_a_flow_for_its_parts() -> None:
    machine = skip_to(start(), "high_level.components")
    assert names(machine) == ["web", "ring"]  # the store's size is an estimate that is not there
    give(machine, "/accept all")
    skip_to(machine, "high_level.flows")
    assert names(machine) == []
    machine = walk_to(start(), "high_level.flows")
    assert names(machine) == ["open"]


@pytest.mark.parametrize("command", ["/accept parsels", "/accept", "/accept all parcels"])
def test_accepting_is_by_name_or_all_or_the_first(command: str) -> None:
    machine = start()
    give(machine, "How many parcels?")
    skip_to(machine, "scope.assumptions")
    reply = machine.answer(command)
    if command == "/accept":
        assert [entry.name for entry in machine.state.assumptions] == ["parcels"]
    else:
        assert reply.error is not None


def test_a_line_typed_by_hand_is_typed_even_if_it_was_offered() -> None:
    machine = start()
    give(machine, "How many parcels?")
    skip_to(machine, "scope.assumptions")
    give(machine, "parcels = 2M parcel/day")
    assert machine.state.assumptions[0].origin == "typed"


def test_a_scenario_whose_curveballs_all_need_numbers_leaves_the_curveball_out() -> None:
    text = TEXT.replace(
        'strike, say: "The couriers go on strike.",',
        'strike, say: "The couriers go on strike.", change: {kept: 2},',
    )
    machine = Machine(scenario(text))
    skip_to(machine, "wrap_up.bottlenecks")
    assert machine.state.curveball == ""
    assert not machine.state.was_asked("deep_dive.curveball")


def test_completions_are_whole_lines_first() -> None:
    machine = start()
    give(machine, "How many parcels?")
    skip_to(machine, "scope.assumptions")
    assert isinstance(machine.current, Prompt)
    assert machine.current.completions[0] == "parcels = 2M parcel/day"
    flows = walk_to(start(), "high_level.flows")
    assert isinstance(flows.current, Prompt)
    assert {"client", "web", "ring", "store"} <= set(flows.current.completions)


def test_a_new_name_may_not_change_the_meaning_of_another_line() -> None:
    machine = skip_to(start(), "scope.assumptions")
    give(machine, "load = 2 * locker")
    reply = machine.answer("locker = 3")  # the line above would then be 6 of nothing
    assert reply.error is not None
    assert "would then mean something else" in reply.error.what


def test_the_walk_is_the_same_every_time() -> None:
    assert walk(start()).state == walk(start()).state
