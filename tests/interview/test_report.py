from __future__ import annotations

import json

import pytest

from sdcli.interview import Step
from tests.interview.walking import finish, give, run, skip_to, start, walk


@pytest.fixture
def played():
    machine = skip_to(walk(start()), "deep_dive.duplicates")
    give(machine, "With an idempotency key the second scan is dropped.", 300)
    skip_to(machine, "deep_dive.spreading.predict")
    give(machine, "50 %")
    run(machine)
    return finish(machine)


def test_a_tick_quotes_the_answer_and_a_miss_says_why_it_matters(played) -> None:
    report = played.report()
    step = {step.step: step for step in report.steps}
    (tick,) = step[Step.DEEP_DIVE].covered
    assert tick.id == "idempotent"
    assert tick.quote in played.answers_text()[Step.DEEP_DIVE]
    assert all(item.why and item.claim for item in report.gaps)


def test_what_was_not_answered_is_not_assessed(played) -> None:
    report = played.report()
    assert {item.id for step in report.steps for item in (*step.covered, *step.missed)} == {
        "ask-scale",
        "parts",
        "idempotent",
    }
    wrap_up = report.steps[-1]
    assert (wrap_up.covered, wrap_up.missed) == ((), ())
    assert wrap_up.score is None


def test_the_own_text_stands_beside_the_model_answer(played) -> None:
    report = played.report()
    scope = report.steps[0]
    assert scope.own.startswith("How many parcels")
    assert scope.model == "Two million parcels a day."
    topics = {topic.topic: topic for topic in report.topics}
    assert topics["duplicates"].own == "With an idempotency key the second scan is dropped."
    assert topics["duplicates"].model.startswith("Each scan carries")
    assert topics["spreading"].own == ""


def test_lines_are_counted_by_where_they_came_from(played) -> None:
    report = played.report()
    # accepted: parcels, parcel_rate, stored, web
    # typed: record, kept, day_volume, ring, store, open
    assert (report.accepted, report.typed) == (4, 6)


def test_time_stands_beside_its_budget(played) -> None:
    deep_dive = played.report().steps[2]
    assert (deep_dive.seconds, deep_dive.budget, deep_dive.pace) == (300, 1200, "on time")


def test_a_prediction_stands_beside_what_the_run_gave(played) -> None:
    (prediction,) = played.report().predictions
    assert (prediction.predicted, prediction.measured) == (0.5, 0.14)
    assert prediction.is_close is False
    assert (prediction.component, prediction.experiment) == ("ring", "ring.rebalance")


def test_study_mode_has_no_budget_and_counts_its_hints() -> None:
    machine = start(mode="study")
    give(machine, "/hint")
    give(machine, "/hint")
    report = machine.report()
    assert report.hints == {"scope": 2}
    assert [step.budget for step in report.steps] == [None] * 4
    assert not report.is_finished


def test_the_report_of_one_step_has_one_step() -> None:
    machine = start(only_step="wrap-up")
    give(machine, "The store fails first, so it has a replica.")
    report = finish(machine).report()
    assert [step.step for step in report.steps] == [Step.WRAP_UP]
    assert report.topics == ()


def test_the_report_is_plain_data_for_json(played) -> None:
    data = json.loads(json.dumps(played.report().to_json()))
    assert data["scenario"] == "parcel-lockers"
    assert data["steps"][0]["step"] == "scope"
    assert isinstance(data["gaps"], list)


def test_what_would_raise_it_most_is_the_scores_own_list_of_what_was_asked() -> None:
    machine = skip_to(start(), "high_level.walkthrough")
    give(machine, "The web tier keeps no state.")  # parts, weight 2: explained, so it loses 0.6
    skip_to(machine, "wrap_up.bottlenecks")
    give(machine, "I do not know yet, sorry.")  # spof, weight 2: absent, so it loses 2
    report = finish(machine).report()
    assert [item.id for item in report.gaps] == ["spof", "parts"]
    assert report.gaps == machine.score().gaps
    assert report.to_json()["gaps"] == ["spof", "parts"]


def test_the_models_requirements_and_limits_stand_in_the_report(played) -> None:
    report = played.report()
    assert report.requirements["functional"] == ("open the right door",)
    assert report.out_of_scope == ("couriers",)
    assert report.to_json()["out_of_scope"] == ("couriers",)
