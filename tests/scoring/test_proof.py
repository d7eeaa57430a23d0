"""A rubric that proves itself, and the ways in which one fails to."""

from __future__ import annotations

import pytest

from sdcli.content import parse_scenario
from sdcli.scoring import prove
from sdcli.scoring.proof import negated

from .conftest import LOCKERS

TEXT = LOCKERS.read_text(encoding="utf-8")


def faults(*changes):
    text = TEXT
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
        text = text.replace(old, new)
    return prove(parse_scenario(text, "lockers.yaml"), "lockers.yaml")


def line_of(words):
    return next(n for n, line in enumerate(TEXT.splitlines(), start=1) if words in line)


def test_a_sound_rubric_has_no_faults():
    assert faults() == []


def test_an_item_that_misses_its_own_model_is_found():
    fault, whole = faults(("any_of: [stateless, no session]", "any_of: [sessionless]"))
    assert whole.key == "model"  # without that item the model answers score too little, too
    assert (fault.key, fault.line) == ("rubric[2].model", line_of('model: "The web servers'))
    assert "finds its own model sentence absent" in fault.message
    assert fault.remedy


def test_an_item_that_a_denial_does_not_put_off_is_found():
    """With the concept in a second sentence, "We do not need" reaches only the first."""
    (fault,) = faults(
        (
            'model: "We leave out payments, because another team runs them."',
            'model: "Another team runs some parts. We leave out payments."',
        )
    )
    assert fault.key == "rubric[1].model"
    assert 'not put off by "We do not need"' in fault.message


def test_an_item_that_anothers_model_explains_is_found():
    (fault,) = faults(
        ("any_of: [stateless, no session]", "any_of: [stateless, signed code, any server]"),
        ("with: [any server, load balancer]", "with: [take the next, checks]"),
    )
    assert fault.key == "rubric[2].any_of"
    assert "explained by the model of offline-codes" in fault.message


def test_model_answers_that_say_too_little_are_found():
    long = next(line.strip() for line in TEXT.splitlines() if 'high_level: "The web' in line)
    (fault,) = faults(
        (long, 'high_level: "We draw boxes."'),
        (
            'wrap_up: "If the service fails, doors still open for codes that were sent before."\n',
            'wrap_up: "That is all."\n',
        ),
    )
    assert fault.key == "model"
    assert "stateless" in fault.remedy
    assert "failure" in fault.remedy


@pytest.mark.parametrize(
    ("sentence", "denied"),
    [
        ("A cache helps.", "We do not need a cache helps."),
        ("LRU evicts.", "We do not need LRU evicts."),
    ],
)
def test_the_simple_denial_keeps_acronyms(sentence, denied):
    assert negated(sentence) == denied
