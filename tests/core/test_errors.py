"""The form of an error, and the exit code of each."""

from __future__ import annotations

import traceback

import pytest

from sdcli.core import errors
from sdcli.core.errors import ExitCode, Fault, FaultsFound, InputError


def test_labels_line_up_and_long_texts_are_indented():
    error = InputError(
        "this is not request / time",
        where="rate",
        given="40 MB/s\ninformation / time",
        expected="request / time, like 40 kqps",
        fix="multiply it by a quantity of request / information",
    )
    assert error.render() == (
        "error: rate: this is not request / time\n"
        "   given: 40 MB/s\n"
        "          information / time\n"
        "expected: request / time, like 40 kqps\n"
        "     fix: multiply it by a quantity of request / information"
    )


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (errors.AnswerIsNo, 1),
        (errors.InputError, 2),
        (errors.DamagedError, 3),
        (errors.MissingError, 4),
        (errors.SdcliError, 70),
        (errors.Interrupted, 130),
    ],
)
def test_each_kind_has_its_exit_code(kind, code):
    assert kind("x").exit_code == code


def test_all_faults_stand_in_one_error():
    found = FaultsFound(
        [Fault("a.yaml", 3, "k[1]", "bad", "do this"), Fault("b.yaml", 1, "", "worse")]
    )
    assert found.render() == (
        "error: a.yaml:3: k[1]: bad; fix: do this\nerror: b.yaml:1: worse\n2 faults found"
    )
    assert found.exit_code == ExitCode.INPUT


FAULT = Fault("a.yaml", 3, "k", "bad", "do this")


def test_faults_sort_by_file_then_line_then_key():
    faults = [
        Fault("b.yaml", 1, "", "x"),
        Fault("a.yaml", 10, "a", "x"),
        Fault("a.yaml", 2, "b", "x"),
        Fault("a.yaml", 2, "a", "x"),
    ]
    assert sorted(faults) == faults[::-1]


def test_a_fault_is_a_value():
    assert {FAULT, Fault("a.yaml", 3, "k", "bad", "do this")} == {FAULT}
    assert Fault("a.yaml", 3, "k", "bad").remedy == ""
    with pytest.raises(AttributeError):
        FAULT.line = 4


def test_a_fault_in_other_words_keeps_its_place():
    assert FAULT.reworded(key="", message="worse", remedy="") == Fault("a.yaml", 3, "", "worse")


def test_a_fault_for_programs():
    assert FAULT.as_dict() == {
        "file": "a.yaml",
        "line": 3,
        "key": "k",
        "message": "bad",
        "remedy": "do this",
    }


def test_a_traceback_shows_the_whole_message() -> None:
    error = InputError("this is not a rate", where="rate", given="40 MB", expected="like 40 MB/s")
    told = "".join(traceback.format_exception_only(error))
    assert told.endswith(
        "InputError: rate: this is not a rate\ngiven: 40 MB\nexpected: like 40 MB/s\n"
    )


def test_what_came_is_quoted_in_part_when_it_is_long() -> None:
    error = InputError("this is not a rate", given=f"{'x' * 5000}\nshort")
    assert error.given == f"{'x' * 400}... (5,000 characters)\nshort"
