"""Scoring of written answers: what is covered, in whose words, and by which rule.

Deterministic, without a model and without a network. Read it in this order: text (sentences
and stems), patterns (what a rubric looks for), grammar, negation, support (what is asked of
a sentence), verdict, windows, echo and grading (one item), allot and total (the whole answer),
numbers (its sums), intent (the answer bank), proof (the rubric against itself); words has the
tables of English.
What it can and cannot do: it knows which words stand where, not whether they are true.
"""

from __future__ import annotations

from sdcli.scoring.answer import WrittenAnswer, parse_answer
from sdcli.scoring.grading import grade
from sdcli.scoring.intent import match_question
from sdcli.scoring.proof import prove
from sdcli.scoring.total import Score, score, topic_echoes
from sdcli.scoring.verdict import Graded, NumberCheck, State

__all__ = [
    "Graded",
    "NumberCheck",
    "Score",
    "State",
    "WrittenAnswer",
    "grade",
    "match_question",
    "parse_answer",
    "prove",
    "score",
    "topic_echoes",
]
