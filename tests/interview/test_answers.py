from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sdcli.core import yaml
from sdcli.core.errors import FaultsFound, InputError
from sdcli.interview import (
    Finished,
    Machine,
    Player,
    Prompt,
    RunExperiment,
    dump_answers,
    read_answers,
)
from sdcli.interview.answers import answers_of
from tests.interview.scenario_text import scenario
from tests.interview.walking import ANSWERS, at_of, finish, give, run, skip_to, start, walk

if TYPE_CHECKING:
    from pathlib import Path

    from sdcli.interview.answers import Recording

SCENARIO = scenario()
NEWER = "a newer sdcli wrote these answers (sdcli-answers/2); this one reads sdcli-answers/1"


def recording(*answers: dict[str, Any]) -> Recording:
    data = {"schema": "sdcli-answers/1", "scenario": SCENARIO.id, "answers": list(answers)}
    return answers_of(yaml.parse(yaml.dump(data), "answers.yaml"))


def play(given_answers: Recording, **terms: Any) -> Machine:
    """A whole interview from recorded answers; raises what the player finds."""
    machine = Machine(SCENARIO, **terms)
    player = Player(given_answers)
    while not isinstance(machine.current, Finished):
        if isinstance(machine.current, RunExperiment):
            run(machine)
            continue
        reply = machine.answer(*player.ask(machine.current))
        if reply.error:
            player.refused(reply.error)
    player.finish()
    return machine


def skips(*ats: str) -> list[dict[str, Any]]:
    return [{"at": at, "text": ""} for at in ats]


SCOPE = ["questions", "functional", "quality", "assumptions", "out_of_scope"]
ALL_SCOPE = skips(*(f"scope.{name}" for name in SCOPE))


def faults(given_answers: Recording, **terms: Any) -> list[str]:
    with pytest.raises(FaultsFound) as caught:
        play(given_answers, only_step="scope", **terms)
    return [fault.render() for fault in caught.value.faults]


def test_a_recorded_interview_plays_to_the_same_design_and_times() -> None:
    machine = skip_to(walk(start()), "deep_dive.duplicates")
    give(machine, "An idempotency key.\n\nIt is kept for a day.", 61.5)
    skip_to(machine, "deep_dive.spreading.predict")
    give(machine, "14 %", 7)
    run(machine)
    give(machine, "rings over modulo because fewer lockers move")
    finish(machine)
    text = dump_answers(machine.terms, machine.events)
    played = play(answers_of(yaml.parse(text, "a.yaml")))
    assert played.design() == machine.design()
    assert played.state == machine.state
    assert [played.spent(step) for step in played.terms.steps] == [
        machine.spent(step) for step in machine.terms.steps
    ]


texts = st.one_of(st.just(""), st.text(max_size=20), st.sampled_from([text for _, text in ANSWERS]))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.integers(0, len(ANSWERS) + 6),
    st.lists(
        st.one_of(
            texts,
            st.sampled_from(
                [
                    "/back",
                    "/accept all",
                    "/edit parcels = 7M parcel/day",
                    "/edit scope.functional /open a door",
                    "/edit ring: hash-ring nodes=2",
                    "//open takes a code",
                    "///open",
                    "// a comment",
                    "ends with a space \n\n  and an indent",
                    "tabs\there: # and 'quotes' and \"more\"",
                    "5",
                    "true",
                ]
            ),
        ),
        max_size=20,
    ),
    st.floats(0, 1000),
)
def test_whatever_was_typed_plays_to_the_same_state(
    depth: int, typed: list[str], seconds: float
) -> None:
    machine = start()
    for _, text in ANSWERS[:depth]:
        give(machine, text, 2)
    for text in typed:
        if isinstance(machine.current, RunExperiment):
            run(machine)
        elif not isinstance(machine.current, Finished):
            machine.answer(text, seconds)
    finish(machine)
    text = dump_answers(machine.terms, machine.events)
    played = play(answers_of(yaml.parse(text, "a.yaml")))
    assert played.state == machine.state
    assert played.design() == machine.design()


def test_several_lines_in_one_text_are_given_one_by_one_and_then_the_prompt_is_left() -> None:
    lines = "parcels = 1M parcel/day\n\nrecord = 1 KB/parcel"
    answers = [*ALL_SCOPE]
    answers[3] = {"at": "scope.assumptions", "text": lines, "seconds": 30}
    machine = play(recording(*answers), only_step="scope")
    assert [entry.name for entry in machine.state.assumptions] == ["parcels", "record"]
    assert machine.spent(machine.terms.steps[0]) == 30


def test_one_prompt_may_stand_several_times_and_commands_are_answers() -> None:
    answers = [
        {"at": "scope.questions", "text": "How many parcels?"},
        {"at": "scope.questions", "text": "How large is a record?"},
        *ALL_SCOPE[1:3],
        {"at": "scope.assumptions", "text": "/accept record"},
        {"at": "scope.assumptions", "text": "parcels = 1M parcel/day"},
        {"at": "scope.out_of_scope", "text": "/edit parcels = 2M parcel/day"},
        {"at": "scope.out_of_scope", "text": "drones"},
    ]
    machine = play(recording(*answers), only_step="scope")
    assert [(one.name, one.text, one.origin) for one in machine.state.assumptions] == [
        ("record", "500 B/parcel", "accepted"),
        ("parcels", "2M parcel/day", "typed"),
    ]


def test_going_back_is_played_too() -> None:
    answers = [
        *ALL_SCOPE[:1],
        {"at": "scope.functional", "text": "open"},
        {"at": "scope.quality", "text": "/back"},
        {"at": "scope.functional", "text": "open a door"},
        {"at": "scope.quality", "text": "in a second"},
        *ALL_SCOPE[3:],
    ]
    machine = play(recording(*answers), only_step="scope")
    assert machine.state.texts("scope.functional") == ("open a door",)


def test_a_number_needs_no_quotes() -> None:
    tree = yaml.parse(
        "schema: sdcli-answers/1\nscenario: x\nanswers:\n  - {at: scope.quality, text: 0.25}\n", "a"
    )
    assert answers_of(tree).answers[0].text == "0.25"


def test_answers_never_asked_for_and_prompts_without_one_are_all_named() -> None:
    answers = [
        ALL_SCOPE[0],
        ALL_SCOPE[1],
        {"at": "wrap_up.recap", "text": "done"},
        ALL_SCOPE[3],
        {"at": "scope.functional", "text": "twice"},
    ]
    assert faults(recording(*answers)) == [
        "answers.yaml:1: answers: the prompt scope.quality has no answer",
        "answers.yaml:1: answers: the prompt scope.out_of_scope has no answer",
        "answers.yaml:8: answers[2]: wrap_up.recap was never asked for",
        "answers.yaml:12: answers[4]: scope.functional was never asked for",
    ]


def test_a_refused_answer_is_named_with_its_line() -> None:
    answers = [*ALL_SCOPE]
    lines = "parcels = 1M parcel/day\nrecord = 1 KBB\nkept = 1 day"
    answers[3] = {"at": "scope.assumptions", "text": lines}
    answers[4] = {"at": "scope.out_of_scope", "text": "/edit kept = 2 day"}  # it was taken
    (fault,) = faults(recording(*answers, *ALL_SCOPE[4:]))
    assert fault.startswith("answers.yaml:10: answers[3]: ")
    assert "KBB" in fault


def test_a_refused_answer_alone_is_one_fault() -> None:
    for at, text in ((1, "/opne"), (3, "no name")):
        answers = [*ALL_SCOPE]
        answers[at] = {**answers[at], "text": text}
        assert len(faults(recording(*answers))) == 1


def test_lines_too_many_are_named() -> None:
    machine = skip_to(walk(start()), "deep_dive.spreading.predict")
    player = Player(recording({"at": "deep_dive.spreading.predict", "text": "12 %\n13 %"}))
    assert isinstance(machine.current, Prompt)
    give(machine, player.ask(machine.current)[0])
    with pytest.raises(FaultsFound) as caught:
        player.finish()
    assert "'13 %' was never asked for" in caught.value.render()


def test_a_command_at_a_list_does_not_make_it_wait_for_a_line() -> None:
    answers = [*ALL_SCOPE]
    answers[1] = {"at": "scope.functional", "text": "open"}
    answers[3] = {"at": "scope.assumptions", "text": "/edit scope.functional open a door"}
    machine = play(recording(*answers), only_step="scope")
    assert machine.state.text("scope.functional") == "open a door"


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("[]", ["a:1: schema: these are no recorded answers; fix: schema: sdcli-answers/1"]),
        (
            "schema: sdcli-answers/0",
            ['a:1: schema: "sdcli-answers/0" is no such format; fix: schema: sdcli-answers/1'],
        ),
        (
            "schema: sdcli-answers/2",
            [f"a:1: schema: {NEWER}; fix: upgrade sdcli"],
        ),
        (
            "schema: sdcli-answers/1\nanswers: 5\nscenaro: x",
            [
                "a:1: scenario: this names no scenario; fix: scenario: the id of one",
                "a:2: answers: this is no list of answers; fix: answers: []",
                'a:3: scenaro: unknown key "scenaro"; fix: did you mean scenario?',
            ],
        ),
        (
            """\
schema: sdcli-answers/1
scenario: x
answers:
- {at: scope.colour, text: red}
- {at: scope.quality, texts: x}
- {at: scope.quality, text: x, seconds: -1}
- well
""",
            [
                'a:4: answers[0].at: "scope.colour" is no prompt; fix: at: scope.questions',
                'a:5: answers[1].text: this is no text; fix: text: "" to skip',
                'a:5: answers[1].texts: unknown key "texts"; fix: did you mean text?',
                "a:6: answers[2].seconds: this is no length of time; fix: seconds: 40",
                'a:7: answers[3]: this is no answer; fix: {at: scope.quality, text: "..."}',
            ],
        ),
    ],
)
def test_a_file_of_another_form_is_refused_with_every_fault(text: str, faults: list[str]) -> None:
    with pytest.raises(FaultsFound) as caught:
        answers_of(yaml.parse(text, "a"))
    assert [fault.render() for fault in caught.value.faults] == faults


def test_answers_are_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "answers.yaml"
    path.write_text(dump_answers(start().terms, finish(start()).events), encoding="utf-8")
    assert play(read_answers(path)).state == finish(start()).state
    with pytest.raises(InputError):
        read_answers(tmp_path / "none.yaml")


def test_what_was_taken_back_is_not_recorded() -> None:
    machine = skip_to(start(), "scope.functional")
    give(machine, "wrong")
    give(machine, "/back")
    give(machine, "right")
    text = dump_answers(machine.terms, machine.events)
    assert "wrong" not in text
    assert "/back" not in text


def test_a_change_of_an_earlier_text_keeps_its_lines_at_a_list() -> None:
    """At a prompt that takes lines, `/edit PROMPT-ID` with paragraphs is one answer."""
    machine = start()
    for at, text in (("scope.questions", ""), ("scope.functional", "open"), ("scope.quality", "")):
        assert at_of(machine) == at
        give(machine, text)
    give(machine, "/edit scope.functional open the door\n\nclose the door")
    finish(machine)
    again = play(answers_of(yaml.parse(dump_answers(machine.terms, machine.events), "x.yaml")))
    assert [part.text for part in again.design().requirements.functional] == [
        "open the door",
        "close the door",
    ]
    assert again.design() == machine.design()
