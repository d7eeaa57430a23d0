"""The answer bank: what the interviewer says to a clarifying question.

A question that the bank does not know is no mistake of the person's: real interviewers say
"your call" too, and what is wanted then is a stated assumption.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.scoring import match_question

if TYPE_CHECKING:
    from sdcli.content import Scenario

YOUR_CALL = "Your call: state an assumption and go on."


def meet(scenario: Scenario, asked: str) -> str:
    """The id of the bank's entry that a question means, or "" for none."""
    found = match_question(asked, scenario.questions)
    return found.id if found else ""


def reply(scenario: Scenario, identity: str) -> str:
    """What the interviewer answers by the entry of that id; `YOUR_CALL` for ""."""
    for question in scenario.questions:
        if question.id == identity:
            return question.answer
    return YOUR_CALL


def offered(scenario: Scenario, identities: frozenset[str]) -> frozenset[str]:
    """The names of the assumptions that the answers to these entries put on the table."""
    return frozenset(
        name
        for question in scenario.questions
        if question.id in identities
        for name in question.offers
    )
