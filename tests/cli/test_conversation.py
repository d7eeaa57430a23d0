"""The conversation with a person who is a list, on a clock that stands still."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from sdcli.cli.conversation import Conversation, Left
from sdcli.cli.terminal import Answer
from sdcli.core.clock import ManualClock
from sdcli.interview import Machine, Step
from tests.interview.scenario_text import scenario
from tests.interview.walking import skip_to, walk


class Listed:
    """Gives answers from a list; each takes its seconds on the clock."""

    echoes = False

    def __init__(self, clock, answers):
        self.clock, self.answers, self.questions = clock, list(answers), []

    def ask(self, question):
        self.questions.append(question)
        if not self.answers:
            raise EOFError
        text, seconds = self.answers.pop(0)
        self.clock.advance(seconds)
        return Answer(text)

    def refused(self, error):
        self.errors = [*getattr(self, "errors", []), error]


class Kept:
    """Remembers what it is told to keep."""

    def __init__(self):
        self.events, self.beats = [], []

    def keep(self, events):
        self.events += events

    def beat(self, at, seconds, draft):
        self.beats.append((at, seconds, draft))


def converse(*answers, ends=EOFError, **terms):
    """Hold a conversation to the end of the list."""
    clock, memory = ManualClock(), Kept()
    asker = Listed(clock, answers)
    screen = Console(file=io.StringIO(), width=80, markup=False)
    carried, draft = terms.pop("carried", 0.0), terms.pop("draft", "")
    machine = Machine(scenario(), **terms)
    talk = Conversation(machine, asker, memory, screen, clock, carried=carried, draft=draft)
    with pytest.raises(ends):
        talk.run()
    return machine, asker, memory, screen.file.getvalue()


def test_a_pause_is_left_out_of_the_time():
    """20 s, then 600 s of pause, then 15 s: 35."""
    machine, *_ = converse(("/pause", 20), ("", 600), ("What size?", 15))
    assert machine.spent(Step.SCOPE) == 35


def test_what_was_waited_before_a_kill_counts_once():
    machine, *_ = converse(("What size?", 10), ("", 5), carried=30)
    assert machine.spent(Step.SCOPE) == 45


def test_a_refused_line_costs_its_time_and_stands_there_again():
    machine, asker, *_ = converse(
        ("x = 3 zorkmid", 10), ("x = 3 parcel", 5), only_step="high_level"
    )
    assert machine.spent(Step.HIGH_LEVEL) == 15
    assert asker.questions[1].prefill == "x = 3 zorkmid"
    assert asker.questions[1].is_refused
    assert not asker.questions[2].prefill


def test_several_lines_at_a_list_are_taken_one_by_one_up_to_the_one_that_is_wrong():
    machine, asker, *_ = converse(
        ("x = 3 parcel\ny = 4 zorkmid\nz = 5 parcel", 9), only_step="high_level"
    )
    assert [entry.name for entry in machine.state.estimates] == ["x"]
    assert asker.questions[1].prefill == "y = 4 zorkmid\nz = 5 parcel"


def test_a_draft_stands_in_the_prompt_and_is_gone_once_it_is_sent():
    _, asker, *_ = converse(("", 1), ("open doors", 1), draft="half a que")
    assert asker.questions[0].prefill == "half a que"
    assert [question.prefill for question in asker.questions[1:]] == ["", ""]


def test_leaving_keeps_the_text_above_the_command():
    _, _, memory, _ = converse(("", 1), ("open doors\n/quit", 4), ends=Left)
    assert memory.beats == [("scope.functional", 4, "open doors")]


def test_going_back_keeps_the_text_that_was_begun():
    _, asker, *_ = converse(("", 1), ("open", 1), ("in a second\n/back", 1), ("open doors", 1))
    assert [question.prefill for question in asker.questions] == ["", "", "", "open", "in a second"]


def test_editing_opens_what_stands_there_and_hands_the_change_over():
    machine, asker, _, shown = converse(
        ("x = 3 parcel", 2), ("/edit x", 3), ("x = 4 parcel", 4), only_step="high_level"
    )
    assert asker.questions[2].prefill == "x = 3 parcel"
    assert machine.state.estimates[0].text == "4 parcel"
    assert machine.spent(Step.HIGH_LEVEL) == 9
    assert "x" in shown


def test_a_question_is_put_once_however_many_lines_it_takes():
    *_, shown = converse(("What size?", 1), ("How many parcels?", 1), ("/help", 1))
    assert shown.count("Design the service behind a chain of parcel lockers.") == 1


def test_text_that_would_steer_the_terminal_is_shown_as_text():
    *_, shown = converse(("x = 3 \x1b[31mzorkmid\x1b]0;title\x07", 1), only_step="high_level")
    assert "\x1b" not in shown
    assert "\x07" not in shown


def test_a_prediction_of_another_kind_is_refused_before_it_runs():
    asked = Machine(scenario())
    skip_to(walk(asked), "deep_dive.spreading.predict")
    clock, memory = ManualClock(), Kept()
    asker = Listed(clock, [("45 min", 5)])
    screen = Console(file=io.StringIO(), width=80, markup=False)
    with pytest.raises(EOFError):
        Conversation(asked, asker, memory, screen, clock).run()
    text = screen.file.getvalue()
    assert "for example  50 % or 0.5" in text
    assert "error: what is measured is a number" in text
    assert memory.events == []
    assert (asker.questions[1].prefill, asker.questions[1].is_refused) == ("45 min", True)
    assert asked.state.at == "deep_dive.spreading.predict"
