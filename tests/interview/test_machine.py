from __future__ import annotations

from typing import Any

import pytest

from sdcli.interview import Finished, Prompt, RunExperiment, Step, standing_text
from sdcli.interview.bank import YOUR_CALL
from tests.interview.walking import at_of, finish, give, run, skip_to, start, walk, walk_to


def prompt_of(machine: Any) -> Prompt:
    assert isinstance(machine.current, Prompt)
    return machine.current


def test_a_full_walk_passes_every_prompt_in_order() -> None:
    machine = walk(start())
    assert machine.state.topics == ("duplicates", "offline-doors", "spreading")
    seen = []
    while not isinstance(machine.current, Finished):
        seen.append(at_of(machine))
        if isinstance(machine.current, RunExperiment):
            run(machine)
        else:
            give(machine, "")
    assert seen == [
        "deep_dive.duplicates",
        "deep_dive.duplicates.follow_up",
        "deep_dive.duplicates.decision",
        "deep_dive.offline-doors",
        "deep_dive.offline-doors.follow_up",
        "deep_dive.offline-doors.decision",
        "deep_dive.spreading",
        "deep_dive.spreading.follow_up",
        "deep_dive.spreading.predict",
        "deep_dive.spreading.run",
        "deep_dive.spreading.decision",
        "deep_dive.curveball",
        "wrap_up.bottlenecks",
        "wrap_up.failure",
        "wrap_up.ten_times",
        "wrap_up.recap",
    ]


def test_the_first_prompt_opens_with_the_question() -> None:
    said = prompt_of(start()).say
    assert said[0] == "Design the service behind a chain of parcel lockers."


@pytest.mark.parametrize("step", list(Step))
def test_one_step_is_a_whole_short_practice(step: Step) -> None:
    machine = start(only_step=step)
    assert "Design the service behind a chain of parcel lockers." in prompt_of(machine).say
    finish(machine)
    assert {event.at.split(".")[0] for event in machine.events} == {step.value}
    assert list(machine.answers_text()) == [step]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("How many parcels come in?", "About two million parcels a day."),
        ("what about the connection", "Every day, for minutes."),
        ("May I use the bathroom?", YOUR_CALL),
    ],
)
def test_a_clarifying_question_is_met_from_the_bank(asked: str, said: str) -> None:
    assert give(start(), asked).say == (said,)


@pytest.mark.parametrize(
    ("at", "line", "what"),
    [
        ("scope.assumptions", "two million parcels", "NAME = VALUE"),
        ("scope.assumptions", "parcels = 2M parcles/day", "did you mean parcels?"),
        ("scope.assumptions", "a = 1 s <= 2 s", "like writes = 100M"),
        ("scope.assumptions", "a = 1 s\nb = 2 s", "one line at a time"),
        ("high_level.estimates", "rate = parcels to GB", "parcel / time"),
        ("high_level.estimates", "rate = parsels * 2", "parsels"),
        ("high_level.estimates", "rate = rate * 2", "rate"),
        ("high_level.estimates", "parcels = 3M parcel/day", "already an assumption"),
        ("high_level.components", "ring: hashring nodes=8", "did you mean hash-ring?"),
        ("high_level.components", "ring: hash-ring knobs=8", "knobs"),
        ("high_level.components", "ring: hash-ring nodes=none", "none"),
        ("high_level.components", "ring: hash-ring nodes=0", "out of bounds"),
        ("high_level.components", "just a ring", "NAME: component"),
        ("high_level.flows", "open: client -> lb", "lb"),
        ("high_level.flows", "open: client", "two hops"),
        ("deep_dive.duplicates.decision", "we use keys", "CHOICE over OPTION"),
        ("deep_dive.spreading.predict", "a few of them", "a number like 0.12"),
    ],
)
def test_a_line_that_cannot_be_used_is_refused_and_changes_nothing(
    at: str, line: str, what: str
) -> None:
    machine = walk_to(start(), at)
    before, events, current = machine.state, machine.events, machine.current
    reply = machine.answer(line, 5)
    assert reply.error is not None
    assert what in reply.error.render()
    assert reply.events == ()
    assert (machine.state, machine.events, machine.current) == (before, events, current)


def test_an_assumption_that_follows_from_another_is_sent_to_the_estimates() -> None:
    machine = walk_to(start(), "scope.assumptions")
    give(machine, "parcels = 2M parcel/day")
    reply = machine.answer("doubled = parcels * 2")
    assert reply.error is not None
    assert "is an estimate" in reply.error.what


def test_a_line_prompt_goes_on_until_an_empty_answer() -> None:
    machine = skip_to(start(), "scope.assumptions")
    assert not prompt_of(machine).is_continued
    give(machine, "parcels = 1M parcel/day")
    assert at_of(machine) == "scope.assumptions"
    assert prompt_of(machine).is_continued
    give(machine, "record = 1 KB/parcel")
    give(machine, "   ")
    assert at_of(machine) == "scope.out_of_scope"


def test_a_name_typed_again_replaces_the_line_and_says_what_changed() -> None:
    machine = skip_to(start(), "high_level.estimates")
    give(machine, "/back")
    give(machine, "/back")
    give(machine, "parcels = 864k parcel/day")
    skip_to(machine, "high_level.estimates")
    give(machine, "rate = parcels to parcel/s")  # 864,000 / 86,400 = 10
    reply = give(machine, "rate = 2 * parcels to parcel/s")
    assert reply.say[0] == "rate: 10 parcel/s -> 20 parcel/s"
    assert [entry.text for entry in machine.state.estimates] == ["2 * parcels to parcel/s"]


class TestBack:
    def test_it_opens_the_last_prompt_with_the_old_text(self) -> None:
        machine = skip_to(start(), "scope.quality")
        give(machine, "within a second")
        give(machine, "/back")
        assert at_of(machine) == "scope.quality"
        assert prompt_of(machine).prefill == "within a second"
        give(machine, "within two seconds")
        assert prompt_of(machine).prefill == ""
        assert machine.state.text("scope.quality") == "within two seconds"

    def test_it_goes_on_back_to_the_start_and_no_further(self) -> None:
        machine = walk(start())
        answers = len(machine.events)
        for _ in range(answers):
            give(machine, "/back")
        assert machine.state.at == "scope.questions"
        assert machine.answer("/back").error is not None

    def test_it_crosses_an_experiment_and_the_run_comes_again(self) -> None:
        machine = skip_to(walk(start()), "deep_dive.spreading.predict")
        give(machine, "14 %")
        run(machine)
        assert at_of(machine) == "deep_dive.spreading.decision"
        give(machine, "/back")
        assert at_of(machine) == "deep_dive.spreading.predict"
        assert prompt_of(machine).prefill == "14 %"
        assert machine.state.runs == ()
        give(machine, "50 %")
        assert isinstance(machine.current, RunExperiment)
        assert machine.current.predicted.value == 0.5

    def test_it_works_while_an_experiment_is_due(self) -> None:
        machine = skip_to(walk(start()), "deep_dive.spreading.run")
        give(machine, "/back")
        assert at_of(machine) == "deep_dive.spreading.predict"

    def test_it_takes_accepted_lines_back_together(self) -> None:
        machine = skip_to(start(mode="study"), "scope.assumptions")
        give(machine, "/hint")
        give(machine, "/accept all")
        assert len(machine.state.assumptions) == 3
        give(machine, "/back")
        assert machine.state.assumptions == ()
        assert prompt_of(machine).prefill == "/accept parcels\n/accept record\n/accept kept"

    def test_it_reopens_a_finished_interview(self) -> None:
        machine = finish(start())
        give(machine, "/back")
        assert at_of(machine) == "wrap_up.recap"

    def test_a_change_of_a_line_that_was_taken_back_is_void(self) -> None:
        machine = skip_to(start(), "scope.assumptions")
        give(machine, "parcels = 1M parcel/day")
        give(machine, "/edit parcels = 5M parcel/day")
        give(machine, "/back")
        assert machine.state.assumptions == ()
        give(machine, "parcels = 1M parcel/day")
        assert machine.state.assumptions[0].text == "1M parcel/day"


class TestEdit:
    def test_it_changes_an_assumption_at_any_prompt_and_says_what_hangs_on_it(self) -> None:
        machine = skip_to(walk(start()), "wrap_up.recap")
        before = machine.design()
        reply = give(machine, "/edit parcels = 4M parcel/day")
        # 2M / 86,400 s = 23.15 a second, twice that 46.3; 2M * 10 day * 400 B = 8 GB, twice 16;
        # 2M * 400 B = 0.8 GB a day, twice 1.6
        assert sorted(reply.say[0].splitlines()) == [
            "day_volume: 0.8 GB/day -> 1.6 GB/day",
            "parcel_rate: 23.15 parcel/s -> 46.3 parcel/s",
            "stored: 8 GB -> 16 GB",
        ]
        assert at_of(machine) == "wrap_up.recap"
        after = machine.design()
        assert before.assumptions["parcels"].origin == "accepted"
        assert after.assumptions["parcels"].origin == "typed"
        assert after.estimates == before.estimates

    @pytest.mark.parametrize(
        ("edit", "shelf", "text"),
        [
            ("/edit ring: hash-ring nodes=9", "components", "hash-ring nodes=9"),
            ("/edit open: client -> web -> store", "flows", "client -> web -> store"),
            ("/edit day_volume = parcels * record", "estimates", "parcels * record"),
        ],
    )
    def test_it_changes_every_kind_of_line(self, edit: str, shelf: str, text: str) -> None:
        machine = walk(start())
        give(machine, edit)
        assert text in [entry.text for entry in machine.state.shelf(shelf)]

    def test_it_changes_an_earlier_text_by_the_id_of_its_prompt(self) -> None:
        machine = walk(start())
        give(machine, "/edit scope.functional open a door\nclose a door")
        assert machine.state.text("scope.functional") == "open a door\nclose a door"
        assert [part.text for part in machine.design().requirements.functional] == [
            "open a door",
            "close a door",
        ]

    def test_it_changes_the_last_decision_of_a_topic(self) -> None:
        machine = skip_to(walk(start()), "deep_dive.duplicates.decision")
        give(machine, "keys over locks because locks wait")
        give(machine, "")
        give(machine, "/edit deep_dive.duplicates.decision keys over luck because luck runs out")
        assert machine.design().decisions[0].names == ("keys", "luck")

    @pytest.mark.parametrize(
        ("edit", "what"),
        [
            ("/edit", "what to change"),
            ("/edit parcels", "what it should be"),
            ("/edit parcel", "did you mean parcels?"),
            ("/edit parsels = 3M parcel/day", "did you mean parcels?"),
            ("/edit parcels: hash-ring", "another form"),
            ("/edit parcels = 3 GB", "parcel_rate cannot be computed"),
            ("/edit stored = parcel_rate", "store cannot be computed"),
            ("/edit parcel_rate = stored / record", ""),
            ("/edit ring = 5", "another form"),
            ("/edit scope.funktional x", "did you mean scope.functional?"),
            ("/edit wrap_up.recap x", "nothing was answered there"),
            ("/edit scope.questions x", "ask another"),
            ("/edit scope.assumptions x", "one by one"),
        ],
    )
    def test_what_cannot_be_changed_is_refused_and_changes_nothing(
        self, edit: str, what: str
    ) -> None:
        machine = walk(start())
        if "stored / record" in edit:
            give(machine, "/edit stored = parcel_rate * kept * record")
        before = machine.state
        reply = machine.answer(edit)
        assert reply.error is not None
        assert what in reply.error.render()
        assert machine.state == before

    def test_a_part_that_an_experiment_needs_may_be_changed_away(self) -> None:
        machine = skip_to(walk(start()), "deep_dive.spreading.predict")
        give(machine, "/edit ring: service")
        assert prompt_of(machine).experiment is None
        give(machine, "")
        assert at_of(machine) == "deep_dive.spreading.decision"

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("parcels", "parcels = 2M parcel/day"),
            ("ring", "ring: hash-ring nodes=6 vnodes=200"),
            ("open", "open: client -> web -> ring -> store"),
            ("scope.out_of_scope", "drones"),
            ("nothing", ""),
            ("wrap_up.recap", ""),
        ],
    )
    def test_what_stands_under_a_name_is_what_was_typed(self, name: str, text: str) -> None:
        assert standing_text(walk(start()).state, name) == text


class TestCommands:
    @pytest.mark.parametrize("word", ["/bcak", "/Exit", "/x y"])
    def test_an_unknown_command_lists_all(self, word: str) -> None:
        reply = start().answer(word)
        assert reply.error is not None
        said = reply.error.render()
        for command in ("accept", "back", "edit", "hint", "model", "pause", "help", "quit"):
            assert f"/{command}" in said

    def test_an_unknown_command_names_the_nearest(self) -> None:
        reply = start().answer("/bcak")
        assert reply.error is not None
        assert reply.error.fix == "did you mean /back?"

    @pytest.mark.parametrize("word", ["/pause", "/help", "/quit"])
    def test_the_terminals_commands_are_not_the_machines(self, word: str) -> None:
        reply = start().answer(word)
        assert reply.error is not None
        assert "terminal" in reply.error.what

    def test_a_text_that_looks_like_a_command_is_typed_with_two_slashes(self) -> None:
        machine = skip_to(start(), "scope.functional")
        give(machine, "//open takes a code")
        assert machine.state.text("scope.functional") == "/open takes a code"
        give(machine, "/back")
        assert prompt_of(machine).prefill == "//open takes a code"

    def test_a_path_is_no_command(self) -> None:
        machine = skip_to(start(), "scope.functional")
        give(machine, "/doors/7/open takes a code")
        assert machine.state.text("scope.functional") == "/doors/7/open takes a code"


class TestStudy:
    def test_hints_come_in_three_levels_and_stay_at_the_third(self) -> None:
        machine = start(mode="study")
        said = [give(machine, "/hint").say[0] for _ in range(4)]
        assert said == [
            "Ask who opens doors.",
            "Ask how many.",
            "Ask for parcels a day and record size.",
            "Ask for parcels a day and record size.",
        ]

    def test_a_topic_has_its_own_hints(self) -> None:
        machine = skip_to(start(mode="study"), "deep_dive.offline-doors")
        assert give(machine, "/hint").say == ("Think of the tunnel.",)

    def test_interview_mode_has_neither_hints_nor_model_answers(self) -> None:
        for command in ("/hint", "/model"):
            reply = start().answer(command)
            assert reply.error is not None
            assert "study" in reply.error.render()

    @pytest.mark.parametrize(
        ("assumption", "meaning"),
        [("2M parcel/day", ["One server."]), ("200M parcel/day", [])],
        ids=["like the model's", "far from it"],
    )
    def test_what_an_estimate_means_is_said_if_the_number_is_like_the_models(
        self, assumption: str, meaning: list[str]
    ) -> None:
        machine = skip_to(start(mode="study"), "scope.assumptions")
        give(machine, f"parcels = {assumption}")
        skip_to(machine, "high_level.estimates")
        said = give(machine, "/accept parcel_rate").say
        assert list(said[1:]) == meaning
        assert said[0].startswith("parcel_rate = parcels")

    def test_the_model_answer_comes_after_an_attempt(self) -> None:
        machine = start(mode="study")
        give(machine, "How many parcels?")
        skip_to(machine, "scope.functional")
        assert machine.answer("/model").error is not None  # questions are no attempt
        give(machine, "open the door")
        assert machine.answer("/model").say == ("Two million parcels a day.",)

    def test_a_topics_model_answer_comes_after_its_own_attempt(self) -> None:
        machine = skip_to(start(mode="study"), "deep_dive.offline-doors")
        assert machine.answer("/model").error is not None
        give(machine, "The door asks the server.")
        assert machine.answer("/model").say[0].startswith("Codes are pushed to the locker ahead")
        assert machine.answer("/model scope").error is not None
        assert machine.answer("/model scpe").error is not None


def test_a_change_of_load_says_what_it_does_to_the_persons_own_numbers() -> None:
    machine = skip_to(walk(start()), "wrap_up.ten_times")
    told = prompt_of(machine).say
    # ten times 23.15 a second, ten times 8 GB, ten times 0.8 GB a day
    assert sorted(told[0].splitlines()) == [
        "With parcels times 10:",
        "day_volume: 0.8 GB/day -> 8 GB/day",
        "parcel_rate: 23.15 parcel/s -> 231.5 parcel/s",
        "stored: 8 GB -> 80 GB",
    ]
    assert told[1] == "And at ten times the parcels?"


def test_a_factor_applies_to_the_whole_of_an_assumption() -> None:
    machine = skip_to(start(), "scope.assumptions")
    give(machine, "parcels = 432k parcel/day + 432k parcel/day")  # 10 a second
    skip_to(machine, "high_level.estimates")
    give(machine, "parcel_rate = parcels to parcel/s")
    skip_to(machine, "wrap_up.ten_times")
    assert "parcel_rate: 10 parcel/s -> 100 parcel/s" in prompt_of(machine).say[0]


def test_the_question_opens_a_practice_and_does_not_come_again() -> None:
    machine = start(only_step="deep-dive")
    question = "Design the service behind a chain of parcel lockers."
    assert prompt_of(machine).say[0] == question
    skip_to(machine, "deep_dive.spreading")
    assert question not in prompt_of(machine).say


def test_the_curveball_is_the_first_that_the_person_has_the_numbers_for() -> None:
    with_numbers = skip_to(walk(start()), "deep_dive.curveball")
    assert prompt_of(with_numbers).say[0] == "A holiday comes up."
    assert "parcels times 5" in prompt_of(with_numbers).say[1]
    without = skip_to(start(), "deep_dive.curveball")
    assert prompt_of(without).say == ("The couriers go on strike.", "And when they come back?")


def test_a_prediction_is_compared_with_the_run() -> None:
    machine = skip_to(walk(start()), "deep_dive.spreading.predict")
    announced = prompt_of(machine).experiment
    assert announced is not None
    assert (announced.component, announced.experiment) == ("ring", "ring.rebalance")
    assert (announced.params["nodes"], announced.params["vnodes"]) == (6, 200)
    give(machine, "15 %")
    assert isinstance(machine.current, RunExperiment)
    assert machine.current.predicted.value == 0.15
    reply = run(machine)
    assert reply.say == (
        "You said 0.15, the run gives 0.14 for moved_share: near enough (within 20 %).",
        "Few keys moved.",
        "The new node takes its share and nothing else moves.",
    )


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("4x", 4),
        ("4 x", 4),
        ("3.5×", 3.5),
        ("4 times", 4),
        ("4 times the mean", 4),
        ("4-fold", 4),
        ("4 times the average", 4),
        ("12 %", 0.12),
        ("1/8", 0.125),
    ],
)
def test_a_ratio_may_be_said_as_people_say_it(text: str, number: float) -> None:
    machine = skip_to(walk(start()), "deep_dive.spreading.predict")
    give(machine, text)
    assert isinstance(machine.current, RunExperiment)
    assert machine.current.predicted.value == number


@pytest.mark.parametrize("text", ["times", "x", "the mean", "4 times the", "4 xx", "four times"])
def test_what_is_no_ratio_is_no_prediction(text: str) -> None:
    machine = skip_to(walk(start()), "deep_dive.spreading.predict")
    error = machine.answer(text).error
    assert error is not None
    assert "3.5 times" in error.expected


@pytest.mark.parametrize(("text", "said"), [("1.5 h", "90 min"), ("90", "90 min")])
def test_a_prediction_is_told_in_the_unit_of_what_was_measured(text: str, said: str) -> None:
    machine = skip_to(walk(start()), "deep_dive.spreading.predict")
    give(machine, text)
    reply = machine.ran(
        {"minutes": 40.0}, "holds", metric="minutes", is_close=False, within="", unit="min"
    )
    assert reply.say == (f"You said {said}, the run gives 40 min for minutes: not near enough.",)
    (prediction,) = machine.report().predictions
    assert (prediction.predicted, prediction.measured, prediction.unit) == (90.0, 40.0, "min")


def test_a_prediction_of_another_kind_is_not_set_beside_the_run() -> None:
    machine = skip_to(walk(start()), "deep_dive.spreading.predict")
    give(machine, "4 GB")
    reply = machine.ran({"minutes": 40.0}, "holds", metric="minutes", unit="min")
    assert reply.say == ("The run gives 40 min for minutes.",)
    assert machine.report().predictions[0].predicted is None


def test_without_a_prediction_the_experiment_still_runs() -> None:
    machine = skip_to(walk(start()), "deep_dive.spreading.run")
    assert isinstance(machine.current, RunExperiment)
    assert machine.current.predicted is None
    assert run(machine).say[0] == "The run gives 0.14 for moved_share."


def test_an_experiment_that_could_not_run_does_not_stop_the_interview() -> None:
    machine = skip_to(walk(start()), "deep_dive.spreading.run")
    reply = machine.ran({}, "skipped", "vnodes is out of bounds")
    assert reply.say == ("vnodes is out of bounds",)
    assert at_of(machine) == "deep_dive.spreading.decision"


def test_results_and_answers_are_refused_where_none_are_due() -> None:
    machine = start()
    assert machine.ran({}, "holds").error is not None
    skip_to(walk(machine), "deep_dive.spreading.run")
    assert machine.answer("well").error is not None
    run(machine)
    finish(machine)
    assert machine.answer("one more thing").error is not None


def test_an_answer_that_nobody_types_is_refused() -> None:
    machine = skip_to(start(), "scope.functional")
    assert machine.answer("x" * 50_001).error is not None
    assert machine.answer("x" * 50_000).error is None


def test_characters_that_files_cannot_hold_are_left_out() -> None:
    machine = skip_to(start(), "scope.functional")
    give(machine, "open\x00 the \ud800door\r\nthen close it\x1b[31m")
    assert machine.state.text("scope.functional") == "open the door\nthen close it[31m"


def test_a_state_describes_itself_line_by_line() -> None:
    machine = start(mode="study")
    give(machine, "How many parcels?")
    give(machine, "What colour?")
    give(machine, "/hint")
    skip_to(machine, "scope.assumptions")
    give(machine, "/accept parcels")
    assert machine.state.describe().splitlines() == [
        "at scope.assumptions after 1",
        "asked 'How many parcels?' -> scale",
        "asked 'What colour?' -> your call",
        "assumptions parcels: 2M parcel/day (accepted)",
        "hint 1 on scope",
    ]
