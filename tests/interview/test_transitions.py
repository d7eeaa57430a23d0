from __future__ import annotations

from itertools import product

import pytest

from sdcli.interview.steps import Step
from sdcli.interview.transitions import (
    FIRST,
    TABLE,
    Guard,
    On,
    Phase,
    diagram,
    first,
    follows,
    phase_at,
)

PROMPTS = [phase for phase in Phase if phase not in (Phase.RUN, Phase.FINISHED)]


def never(guard: Guard) -> bool:
    return False


@pytest.mark.parametrize(("phase", "on"), list(product(PROMPTS, (On.GIVEN, On.EMPTY))))
def test_every_prompt_has_an_unguarded_last_row_for_every_answer(phase: Phase, on: On) -> None:
    rows = [row for row in TABLE if row.phase is phase and row.on is on]
    assert rows[-1].guard is Guard.ALWAYS
    assert all(row.guard is not Guard.ALWAYS for row in rows[:-1])


def test_an_experiment_leads_back_and_the_end_leads_nowhere() -> None:
    assert [row.to for row in TABLE if row.phase is Phase.RUN] == [Phase.DECISION]
    assert [row for row in TABLE if row.phase is Phase.FINISHED] == []


def test_only_a_given_line_stays_where_it_is_and_only_a_follow_up_repeats() -> None:
    loops = {(row.phase, row.on, row.guard) for row in TABLE if row.to is row.phase}
    lines = {phase for phase in Phase if phase.takes_line} - {Phase.PREDICT}
    listed = {(phase, On.GIVEN, Guard.ALWAYS) for phase in lines}
    follow_ups = {(Phase.FOLLOW_UP, on, Guard.FOLLOW_UP) for on in (On.GIVEN, On.EMPTY)}
    assert loops == listed | follow_ups


def test_every_phase_is_reached_and_every_phase_reaches_the_end() -> None:
    for start, links in (
        (Phase.QUESTIONS, [(row.phase, row.to) for row in TABLE]),
        (Phase.FINISHED, [(row.to, row.phase) for row in TABLE]),
    ):
        reached = {start}
        while more := {to for one, to in links if one in reached} - reached:
            reached |= more
        assert reached == set(Phase)


@pytest.mark.parametrize("step", list(Step))
def test_a_practice_of_one_step_stays_in_it(step: Step) -> None:
    phase = first(step)
    seen = [phase]
    while phase is not Phase.FINISHED:
        phase = follows(phase, On.EMPTY, lambda guard: guard is Guard.ONE_STEP)
        seen.append(phase)
    assert {phase.step for phase in seen[:-1]} == {step}


def test_without_any_guard_the_steps_follow_each_other() -> None:
    phase, seen = first(None), []
    while phase is not Phase.FINISHED:
        seen.append(phase.value)
        phase = follows(phase, On.EMPTY, never)
    assert seen == [
        "scope.questions",
        "scope.functional",
        "scope.quality",
        "scope.assumptions",
        "scope.out_of_scope",
        "high_level.estimates",
        "high_level.components",
        "high_level.flows",
        "high_level.walkthrough",
        "high_level.buy_in",
        "deep_dive.*",
        "deep_dive.*.decision",
        "wrap_up.bottlenecks",
        "wrap_up.failure",
        "wrap_up.ten_times",
        "wrap_up.recap",
    ]


@pytest.mark.parametrize(
    ("phase", "on", "guard", "to"),
    [
        (Phase.TOPIC, On.GIVEN, Guard.FOLLOW_UP, Phase.FOLLOW_UP),
        (Phase.TOPIC, On.EMPTY, Guard.FOLLOW_UP, Phase.FOLLOW_UP),
        (Phase.TOPIC, On.GIVEN, Guard.RUNNABLE, Phase.PREDICT),
        (Phase.FOLLOW_UP, On.EMPTY, Guard.RUNNABLE, Phase.PREDICT),
        (Phase.PREDICT, On.GIVEN, Guard.RUNNABLE, Phase.RUN),
        (Phase.PREDICT, On.EMPTY, Guard.RUNNABLE, Phase.RUN),
        (Phase.DECISION, On.EMPTY, Guard.TOPIC_LEFT, Phase.TOPIC),
        (Phase.DECISION, On.EMPTY, Guard.TURN, Phase.CURVEBALL),
        (Phase.DECISION, On.GIVEN, Guard.TOPIC_LEFT, Phase.DECISION),
    ],
)
def test_one_guard_that_holds_decides(phase: Phase, on: On, guard: Guard, to: Phase) -> None:
    assert follows(phase, on, lambda asked: asked is guard) is to


def test_what_cannot_happen_in_a_phase_moves_nothing() -> None:
    assert follows(Phase.QUESTIONS, On.RAN, never) is Phase.QUESTIONS


@pytest.mark.parametrize("phase", list(Phase))
def test_the_id_of_a_prompt_names_its_phase(phase: Phase) -> None:
    topic = "hot-keys" if "*" in phase.value else ""
    assert phase_at(phase.at(topic)) == (phase, topic)


@pytest.mark.parametrize("at", ["", "scope", "deep_dive", "deep_dive.", "deep_dive.x.y", "x.y"])
def test_what_is_no_prompt_names_none(at: str) -> None:
    assert phase_at(at) is None


def test_each_step_begins_in_itself() -> None:
    assert all(phase.step is step for step, phase in FIRST.items())


def test_the_diagram_has_an_arrow_for_every_pair_of_phases() -> None:
    lines = diagram().splitlines()
    assert lines[0] == "stateDiagram-v2"
    ways = {(row.phase, row.to, row.guard) for row in TABLE}
    assert sum(" --> " in line for line in lines) == len(ways) + 4  # and into the four steps
    assert "    recap --> [*] : answer or empty answer" in lines


def test_the_diagram_is_mermaid() -> None:
    import merman

    result = merman.Merman().validate(diagram(), "{}")
    assert result.valid, result
