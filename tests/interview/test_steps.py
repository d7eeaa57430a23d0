from __future__ import annotations

import pytest

from sdcli.content.levels import STEPS
from sdcli.core.errors import InputError
from sdcli.interview.steps import Pace, Step, budget, limit, pace
from tests.interview.walking import give, start


@pytest.mark.parametrize("text", ["high_level", "high-level", "High level", " HIGH-LEVEL "])
def test_a_step_is_found_however_it_is_spelled(text: str) -> None:
    assert Step.of(text) is Step.HIGH_LEVEL


def test_an_unknown_step_names_the_nearest() -> None:
    with pytest.raises(InputError, match="no such step") as caught:
        Step.of("deepdive")
    assert "did you mean deep-dive?" in caught.value.fix


def test_the_budgets_fill_the_interview() -> None:
    # 8 + 12 + 20 + 5 = 45 minutes
    assert [budget(step) / 60 for step in Step] == [8, 12, 20, 5]
    # two thirds of the time, two thirds of each step
    assert sum(budget(step, 30) for step in Step) == pytest.approx(30 * 60)


def test_the_limits_are_the_upper_bounds_of_the_book_and_never_the_budget() -> None:
    # 5 minutes are the bound of the last step and its budget; there it is 5 x 1.25
    assert [limit(step) / 60 for step in Step] == [10, 15, 25, 6.25]


def test_the_steps_are_those_of_the_scenario_files() -> None:
    assert [step.value for step in Step] == list(STEPS)


@pytest.mark.parametrize(
    ("step", "seconds", "colour"),
    [
        (Step.SCOPE, 479, "on time"),
        (Step.SCOPE, 480, "amber"),
        (Step.SCOPE, 600, "amber"),
        (Step.SCOPE, 601, "red"),
        (Step.WRAP_UP, 300, "amber"),
        (Step.WRAP_UP, 375, "amber"),
        (Step.WRAP_UP, 376, "red"),
    ],
)
def test_amber_begins_at_the_budget_and_red_past_the_limit(
    step: Step, seconds: float, colour: Pace
) -> None:
    assert pace(step, seconds) == colour


def test_the_time_of_a_step_is_the_sum_over_its_prompts_answers_taken_back_included() -> None:
    machine = start()
    give(machine, "How many parcels?", 100)
    give(machine, "/back", 20)
    give(machine, "", 30)
    give(machine, "open doors", 40)
    assert machine.spent(Step.SCOPE) == 190
    assert machine.spent(Step.HIGH_LEVEL) == 0
    assert machine.pace(Step.SCOPE, extra=289) == "on time"  # 479 of 480
    assert machine.pace(Step.SCOPE, extra=290) == "amber"


def test_an_hour_scales_the_budgets() -> None:
    assert start(minutes=90).budget(Step.SCOPE) == 960  # 8 minutes of 45, 16 of 90


def test_study_mode_runs_no_clock() -> None:
    machine = start(mode="study")
    give(machine, "", 5000)
    assert machine.pace(Step.SCOPE, extra=5000) == "on time"


@pytest.mark.parametrize("minutes", [0, -1, float("nan"), float("inf"), 5000])
def test_a_length_that_no_interview_has_is_refused(minutes: float) -> None:
    with pytest.raises(InputError, match="minutes"):
        start(minutes=minutes)


@pytest.mark.parametrize(("term", "given"), [("mode", "exam"), ("level", "principal")])
def test_a_mode_or_level_that_does_not_exist_is_refused(term: str, given: str) -> None:
    with pytest.raises(InputError, match=f"no such {term}"):
        start(**{term: given})


@pytest.mark.parametrize("seconds", [-5.0, float("nan"), float("inf")])
def test_what_is_no_length_of_time_counts_as_none(seconds: float) -> None:
    machine = start()
    give(machine, "", seconds)
    assert machine.spent(Step.SCOPE) == 0
