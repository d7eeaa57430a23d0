from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sdcli.content import parse_scenario
from sdcli.design import dump, parse, validate
from sdcli.interview import Machine, Step
from tests.interview.scenario_text import TEXT, scenario
from tests.interview.walking import ANSWERS, finish, give, run, skip_to, start, walk, walk_to


def test_an_interview_of_empty_answers_makes_an_empty_design_and_no_score() -> None:
    machine = finish(start())
    design = machine.design()
    assert (design.assumptions, design.estimates, design.components, design.flows) == (
        {},
        {},
        {},
        {},
    )
    assert (design.decisions, design.risks, design.discussion) == ((), (), ())
    assert design.requirements.functional == design.requirements.quality == ()
    assert (design.summary, design.out_of_scope) == ("", ())
    report = machine.report()
    assert report.is_finished
    assert not report.score
    assert (report.asked, report.covered, report.typed, report.accepted) == (0, 0, 0, 0)


def test_only_what_was_typed_or_accepted_is_in_the_design() -> None:
    machine = finish(walk(start()))
    written = dump(machine.design())
    question = scenario()
    foreign = [
        question.prompt,
        question.summary,
        *(part.answer for part in question.questions),
        *(part.says for part in question.estimates),
        *(part.why for part in (*question.components, *question.flows)),
        *question.out_of_scope,
        *question.requirements.functional[1:],
        *(part.title for part in question.deep_dives),
        *(part.model for part in question.deep_dives),
        *(part.model for part in question.rubric),
    ]
    assert [text for text in foreign if text in written] == []


def test_the_design_says_where_each_line_came_from() -> None:
    design = walk(start()).design()
    assert (design.id, design.title, design.profile) == (
        "parcel-lockers",
        "Parcel lockers",
        "interview",
    )
    assert {name: part.origin for name, part in design.assumptions.items()} == {
        "parcels": "accepted",
        "record": "typed",
        "kept": "typed",
    }
    assert design.assumptions["parcels"].source == "interviewer"
    assert design.assumptions["record"].source == "assumed in the interview"
    assert {name: part.origin for name, part in design.estimates.items()} == {
        "parcel_rate": "accepted",
        "stored": "accepted",
        "day_volume": "typed",
    }
    assert design.components["web"].origin == "accepted"
    assert design.components["ring"].params == {"nodes": "6", "vnodes": "200"}
    assert design.flows["open"].hops == (("client",), ("web",), ("ring",), ("store",))


def test_a_component_is_backed_by_the_experiments_of_its_kind() -> None:
    design = walk(start()).design()
    assert [part.run for part in design.components["ring"].evidence] == [
        "ring.balance",
        "ring.rebalance",
    ]
    assert design.components["web"].evidence == ()


def test_a_target_brings_the_experiment_that_measures_it() -> None:
    machine = walk(start())
    give(machine, "/edit scope.quality ring.plan.minutes of ring <= 60 min")
    design = machine.design()
    assert design.requirements.quality[0].metric == "ring.plan.minutes"
    assert [part.run for part in design.components["ring"].evidence] == [
        "ring.balance",
        "ring.rebalance",
        "ring.plan",
    ]


@pytest.mark.parametrize(
    ("verdict", "more"), [("holds", ["ring.hotkey"]), ("fails", ["ring.hotkey"]), ("skipped", [])]
)
def test_what_ran_on_a_component_backs_it(verdict: str, more: list[str]) -> None:
    question = parse_scenario(TEXT.replace("run: ring.rebalance", "run: ring.hotkey"), "a test")
    end = ANSWERS.index(("high_level.components", ""))
    other = ("high_level.components", "spare: hash-ring nodes=3")
    machine = walk(Machine(question), (*ANSWERS[:end], other, *ANSWERS[end:]))
    skip_to(machine, "deep_dive.spreading.run")
    machine.ran({}, verdict)
    components = machine.design().components
    assert [part.run for part in components["ring"].evidence] == [
        "ring.balance",
        "ring.rebalance",
        *more,
    ]
    assert [part.run for part in components["spare"].evidence] == ["ring.balance", "ring.rebalance"]


def test_lists_lose_their_bullets_and_a_metric_line_becomes_a_target() -> None:
    design = walk(start()).design()
    assert [(part.id, part.text) for part in design.requirements.functional] == [
        ("F1", "open the right door"),
        ("F2", "tell the courier"),
    ]
    first, second = design.requirements.quality
    assert (first.id, first.text, first.metric) == ("Q1", "a door opens within 1 s", "")
    assert (second.metric, second.of, second.op, second.target) == (
        "ring.balance.peak_to_mean",
        "ring",
        "<=",
        "1.25",
    )


@pytest.mark.parametrize(
    "line",
    [
        "ring.balance.peak_to_mean of web <= 1.25",  # no experiment runs on a service
        "ring.balance.peak_to_mean of lb <= 1.25",  # no such component
        "estimate.latency <= 100 ms",  # no such estimate
        "estimate.parcel_rate <= 100 ms",  # a rate is no time
        "ring.balance.peak_to_mean of ring <= many",
    ],
)
def test_a_target_that_this_design_cannot_measure_stays_a_sentence(line: str) -> None:
    machine = walk(start())
    give(machine, f"/edit scope.quality {line}")
    (quality,) = machine.design().requirements.quality
    assert (quality.text, quality.metric) == (line, "")


def test_decisions_risks_discussion_and_summary_come_from_the_prose() -> None:
    machine = skip_to(walk(start()), "deep_dive.duplicates")
    give(machine, "An idempotency key is kept for a day.")
    skip_to(machine, "deep_dive.duplicates.decision")
    give(machine, "idempotency keys over locks, luck because a lock waits")
    skip_to(machine, "wrap_up.bottlenecks")
    give(machine, "1. the store\n2. the network")
    give(machine, "a replica takes over")
    give(machine, "shard the store")
    give(machine, "Doors open without a network.")
    design = machine.design()
    (decision,) = design.decisions
    assert (decision.id, decision.choice, decision.because) == (
        "D1",
        "idempotency keys",
        "a lock waits",
    )
    assert decision.names == ("idempotency keys", "locks", "luck")
    assert [part.text for part in design.risks] == [
        "the store",
        "the network",
        "a replica takes over",
    ]
    assert [(part.topic, part.text) for part in design.discussion] == [
        ("Walk-through", "The web tier is stateless, so another server takes over when one fails."),
        ("Duplicates", "An idempotency key is kept for a day."),
        ("Ten times the load", "shard the store"),
    ]
    assert design.summary == "Doors open without a network."


def test_the_design_of_a_walk_is_valid_and_reads_back() -> None:
    machine = finish(walk(start()))
    text = dump(machine.design())
    loaded = parse(text, "design.yaml")
    assert loaded.design == machine.design()
    assert [fault.render() for fault in validate(loaded)] == []


def test_an_estimate_stands_after_those_that_it_uses() -> None:
    machine = walk(start())
    give(machine, "/edit parcel_rate = day_volume / record to parcel/s")
    names = list(machine.design().estimates)
    assert names.index("day_volume") < names.index("parcel_rate")


def test_the_text_by_step_has_the_persons_own_words_only() -> None:
    texts = walk(start()).answers_text()
    assert texts[Step.SCOPE].splitlines() == [
        "How many parcels arrive on a day?",
        "How large is one record?",
        "What colour are the doors?",
        "",
        "- open the right door",
        "- tell the courier",
        "",
        "a door opens within 1 s",
        "ring.balance.peak_to_mean of ring <= 1.25",
        "",
        "record = 400 B/parcel",
        "kept = 10 day",
        "",
        "Out of scope:",
        "drones",
    ]
    assert "parcel_rate" not in texts[Step.HIGH_LEVEL]
    assert "day_volume = parcels * record to GB/day" in texts[Step.HIGH_LEVEL]


def test_a_prediction_does_not_enter_the_design() -> None:
    machine = skip_to(walk(start()), "deep_dive.spreading.predict")
    give(machine, "14 %")
    run(machine)
    assert "14 %" not in dump(machine.design())


# Names around the bound of 64 characters, and lines around every form that a prompt takes.
NAMES = st.one_of(
    st.from_regex(r"[a-z][a-z0-9_-]{0,5}", fullmatch=True),
    st.integers(62, 70).map(lambda length: "a" * length),
)
LINES = st.one_of(
    st.builds("{} = {}".format, NAMES, st.sampled_from(["3", "2M parcel/day", "parcels / 2"])),
    st.builds("{}: {}".format, NAMES, st.sampled_from(["service", "hash-ring nodes=3"])),
    st.builds("{}: client -> {}".format, NAMES, st.sampled_from(["web", "ring"])),
    st.text(max_size=20),
)


@pytest.mark.parametrize(
    "at",
    ["scope.assumptions", "high_level.estimates", "high_level.components", "high_level.flows"],
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(lines=st.lists(LINES, max_size=6))
def test_after_every_line_that_was_taken_the_design_builds(at: str, lines: list[str]) -> None:
    machine = walk_to(start(), at)
    for line in lines:
        if line.strip() and not line.lstrip().startswith("/"):
            machine.answer(line)
            machine.design()


@pytest.mark.parametrize(
    ("at", "line"),
    [
        ("scope.assumptions", "{} = 3"),
        ("high_level.estimates", "{} = 3"),
        ("high_level.components", "{}: service"),
        ("high_level.flows", "{}: client -> web"),
    ],
)
def test_a_name_of_65_characters_is_refused_at_its_line(at: str, line: str) -> None:
    machine = walk_to(start(), at)
    reply = machine.answer(line.format("n" * 65))
    assert reply.error is not None
    assert reply.events == ()
    give(machine, line.format("n" * 64))
    machine.design()
