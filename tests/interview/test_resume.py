"""Whatever is typed: nothing raises, and what was stored brings the same prompt back."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sdcli.interview import Finished, Machine, RunExperiment
from sdcli.interview.events import Answered, Hinted, from_json, to_json
from sdcli.interview.fold import fold
from tests.interview.scenario_text import scenario
from tests.interview.walking import ANSWERS, at_of, finish, give, run, skip_to, start, walk

SCENARIO = scenario()

LINES = (
    *(text for _, text in ANSWERS if text),
    "How many lockers?",
    "parcels = 1M to 3M parcel/day",
    "parcels = 5 GB",
    "rate = parcels to parcel/s",
    "rate = stored / 2",
    "twice = rate * 2",
    "ring: hash-ring",
    "ring: service",
    "store: kv-store size=twice",
    "open: client -> ring",
    "open: client -> web",
    "keys over locks because locks wait",
    "12 %",
    "0.5",
    "An idempotency key is kept for a day, so the second scan is dropped.",
    "/back",
    "/back",
    "/accept",
    "/accept all",
    "/accept parcels",
    "/edit parcels = 4M parcel/day",
    "/edit parcels = 4 GB",
    "/edit rate = 2 * parcels",
    "/edit rate = twice",
    "/edit stored = rate * kept * record",
    "/edit ring: service",
    "/edit ring: hash-ring nodes=3",
    "/edit open: client -> store",
    "/edit scope.functional something else",
    "/edit deep_dive.duplicates a key",
    "/hint",
    "/model",
    "/nonsense",
    "/quit",
)
typed = st.lists(
    st.one_of(st.just(""), st.just(""), st.sampled_from(LINES), st.text(max_size=40)),
    max_size=40,
)
depths = st.integers(0, len(ANSWERS) + 8)


def again(machine: Machine, **terms: str) -> Machine:
    """The machine that resumes on what was stored of this one."""
    stored = [from_json(to_json(event)) for event in machine.events]
    return Machine(SCENARIO, events=stored, **terms)  # type: ignore[arg-type]


def begun(depth: int, mode: str = "interview") -> Machine:
    """A machine some way into the usual walk."""
    machine = Machine(SCENARIO, mode=mode)  # type: ignore[arg-type]
    for _, text in ANSWERS[:depth]:
        give(machine, text)
    for _ in range(depth - len(ANSWERS)):
        do(machine, "")
    return machine


def do(machine: Machine, text: str) -> None:
    if isinstance(machine.current, RunExperiment) and not text.startswith("/"):
        run(machine)
    elif not isinstance(machine.current, Finished) or text.startswith("/"):
        before = machine.state
        reply = machine.answer(text, 1.0)
        if reply.error:
            assert reply.events == ()
            assert machine.state == before


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(["interview", "study"]), depths, typed)
def test_after_every_answer_a_resumed_machine_is_at_the_same_prompt(
    mode: str, depth: int, texts: list[str]
) -> None:
    machine = begun(depth, mode)
    for text in texts:
        do(machine, text)
        resumed = again(machine, mode=mode)
        assert resumed.state == machine.state
        assert resumed.current == machine.current
    assert machine.design() == again(machine, mode=mode).design()
    assert machine.report() == again(machine, mode=mode).report()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(depths, typed, st.sampled_from(LINES))
def test_going_back_and_answering_the_same_comes_to_the_same(
    depth: int, texts: list[str], last: str
) -> None:
    machine = begun(depth)
    for text in texts:
        do(machine, text)
    if isinstance(machine.current, RunExperiment):
        run(machine)
    reply = machine.answer(last)
    if reply.events and isinstance(reply.events[0], Answered):
        after = machine.state
        give(machine, "/back")
        assert machine.state != after
        give(machine, last)
        assert machine.state == after


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(depths, typed)
def test_what_stands_can_always_be_computed(depth: int, texts: list[str]) -> None:
    machine = begun(depth)
    for text in texts:
        do(machine, text)
        assert machine.design().worksheet().errors == {}


def test_a_walk_resumed_before_every_single_answer_ends_in_the_same_design() -> None:
    whole = finish(walk(start()))
    machine = start()
    for event in whole.events:
        machine = again(machine)
        if isinstance(machine.current, RunExperiment):
            run(machine)
        else:
            given_text = next(
                (
                    f"/accept {line.split(' = ')[0].split(':')[0]}"
                    for line in getattr(event, "lines", ())
                ),
                getattr(event, "text", ""),
            )
            if len(getattr(event, "lines", ())) > 1:
                given_text = "/accept all"
            give(machine, given_text)
    assert machine.events == whole.events
    assert machine.design() == whole.design()


def test_doubling_one_assumption_changes_exactly_the_estimates_that_depend_on_it() -> None:
    machine = walk(start())
    give(machine, "/edit kept = 20 day")  # 10 before; only `stored` is kept for days
    before = walk(start()).design().worksheet().values
    after = machine.design().worksheet().values
    assert {name for name in after if after[name] != before[name]} == {"kept", "stored"}
    # 2M parcel/day * 20 day * 400 B = 16 GB
    assert after["stored"].in_unit("GB") == pytest.approx(16)


class TestForeignEvents:
    """Events of a version with other rules: filed where they say, never a crash."""

    @pytest.mark.parametrize(
        "events",
        [
            [Answered("scope.colour", "red")],
            [Answered("deep_dive.vanished", "old topic")],
            [Answered("deep_dive.peaks", "asked before its time"), Answered("scope.quality", "")],
            [Answered("deep_dive.duplicates.follow_up", "without its topic")],
            [Answered("finished", "late")],
            [Hinted("nowhere", 2)],
            [Answered("deep_dive.curveball", "before there was one")],
        ],
    )
    def test_they_are_taken_as_far_as_they_go(self, events: list[Answered]) -> None:
        machine = Machine(SCENARIO, events=events)
        assert machine.current is not None
        assert finish(machine).design() is not None

    def test_a_topic_that_was_not_chosen_counts_as_one_that_was(self) -> None:
        machine = Machine(SCENARIO, events=[Answered("deep_dive.peaks", "A queue takes the peak.")])
        assert machine.state.topics[0] == "peaks"
        assert len(set(machine.state.topics)) == 3
        assert machine.design().discussion[0].text == "A queue takes the peak."

    def test_an_answer_to_another_prompt_than_the_rules_have_stays_the_persons(self) -> None:
        machine = Machine(SCENARIO, events=[Answered("wrap_up.failure", "the store is replicated")])
        assert machine.state.text("wrap_up.failure") == "the store is replicated"
        assert at_of(machine) == "wrap_up.ten_times"
        assert skip_to(machine, "finished")
        assert fold(machine.terms, machine.events) == machine.state
