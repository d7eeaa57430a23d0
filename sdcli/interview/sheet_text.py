"""The file of an answer that is written in the person's own editor: its form, and how it is read.

A Markdown file with the steps as headings, as `sdcli score` reads them. Two kinds of lines are more
than prose: one that begins with `?` asks the interviewer and is no part of the answer, and
one like `writes = 100M link/month` is a number that the interviewer's questions quote.
"""

from __future__ import annotations

import contextlib
import re
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sdcli.core.errors import SdcliError
from sdcli.interview.lines import read_entry
from sdcli.interview.state import State
from sdcli.interview.steps import Step
from sdcli.interview.transitions import Phase
from sdcli.scoring import WrittenAnswer, parse_answer
from sdcli.scoring.answer import lines

if TYPE_CHECKING:
    from sdcli.interview.terms import Terms

WIDTH = 80  # columns of a new file
NUMBERS_MAX = 60  # lines that are tried; each is checked against all that stand above it
NUMBER_LETTERS_MAX = 200  # of such a line
_HOW = "Write and save. A line that begins with ? asks the interviewer."
_HOW_TO_STUDY = "Write and save. A line like `? How many?` asks; ?hint gives a hint."
_NUMBER_LINE = re.compile(r"(?:[-*+]\s+)?`?([a-z][a-z0-9_]*\s*=[^=`]+)`?")
_NO_NUMBERS = State(phase=Phase.TOPIC)


@dataclass(frozen=True)
class Asked:
    """A line of the file that begins with `?`, without the sign."""

    text: str
    line: int
    step: Step


@dataclass(frozen=True)
class Tried:
    """A line that looked like a number, and the numbers that stood when it had been tried."""

    line: str
    numbers: State


@dataclass(frozen=True)
class Sheet:
    """The file as it was read.

    Args:
        answer: the answer, as `sdcli score` reads the file.
        prose: the person's own part of it, without the lines that are numbers; lines that were
            taken out are blank, so the others keep their numbers.
        tried: the lines that look like numbers, as many as are tried.
        asked: the questions, in order.
        step: the last step whose heading has text under it.
        has_headings: whether a heading names a step.
    """

    answer: WrittenAnswer
    prose: WrittenAnswer
    tried: tuple[Tried, ...]
    asked: tuple[Asked, ...]
    step: Step
    has_headings: bool

    @property
    def numbers(self) -> State:
        """The person's own numbers, as an interview keeps them."""
        return self.tried[-1].numbers if self.tried else _NO_NUMBERS

    @property
    def is_empty(self) -> bool:
        """Whether the person has written nothing yet."""
        own = (self.prose.sentences, self.asked, tuple(self.numbers.entries))
        return not any(own)

    @property
    def said(self) -> str:
        """The prose of the whole answer, without the headings of the steps."""
        return self.prose.text if self.prose.is_plain else "\n\n".join(self.prose.steps.values())

    @property
    def deep_dive(self) -> str:
        """The prose of the deep dive; without headings, all."""
        return self.prose.steps.get(Step.DEEP_DIVE.value, "")


def starter(terms: Terms) -> str:
    """The text of a new file: title, prompt, how to use it, one heading for each step."""
    prompt = textwrap.fill(
        terms.scenario.prompt, WIDTH, initial_indent="> ", subsequent_indent="> "
    )
    how = f"<!-- {_HOW_TO_STUDY if terms.is_study else _HOW} -->"
    headings = [f"## {step.heading}\n" for step in terms.steps]
    return "\n\n".join([f"# {terms.scenario.title}", prompt, how, "\n".join(headings)])


def read_sheet(terms: Terms, text: str, before: Sheet | None = None) -> Sheet:
    """Read a file; never fails, since every text is an answer.

    Args:
        terms: the question that it answers.
        text: what stands in the file.
        before: the file as it was read last; numbers that stand there unchanged, and those above
            them too, are not computed again.
    """
    text = text.removeprefix("\ufeff")
    given = _given(terms)
    answer = parse_answer(text)
    every = list(lines(text))
    shown = "\n".join(line.text for line in every)
    asked = tuple(
        Asked(question, number, _step_at(terms, answer, shown, line.start))
        for number, line in enumerate(every, 1)
        if line.is_question and (question := line.text.strip().lstrip("? \t"))
    )
    tried: list[Tried] = []
    prose: list[str] = []
    for line in every:
        own = "" if line.is_question or line.text in given else line.text
        written = None if line.is_code or len(tried) >= NUMBERS_MAX else _number_line(own)
        if written is not None:
            stands = tried[-1].numbers if tried else _NO_NUMBERS
            tried.append(_tried(terms, tried, before, written))
            own = own if tried[-1].numbers is stands else ""
        prose.append(own)
    return Sheet(
        answer=answer,
        prose=parse_answer("\n".join(prose)),
        tried=tuple(tried),
        asked=asked,
        step=_step_at(terms, answer, shown, len(text)),
        has_headings=not answer.is_plain,
    )


def _given(terms: Terms) -> frozenset[str]:
    """The lines of a new file that are not the person's."""
    lines = starter(terms).split("\n")
    return frozenset(line for line in lines if line and not line.startswith("## "))


def _step_at(terms: Terms, answer: WrittenAnswer, shown: str, offset: int) -> Step:
    """The last step that has text under its heading before an offset; else the first."""
    if terms.only_step:
        return terms.only_step
    for part in reversed(answer.parts):
        if part.step and part.start <= offset and shown[part.start : part.end].strip():
            return Step(part.step)
    return terms.steps[0]


def _number_line(line: str) -> str | None:
    """The number in a line that may be one, like "- `writes = 3 MB`"."""
    line = line.strip()
    match = _NUMBER_LINE.fullmatch(line) if len(line) <= NUMBER_LETTERS_MAX else None
    return match[1].strip() if match else None


def _tried(terms: Terms, tried: list[Tried], before: Sheet | None, line: str) -> Tried:
    """A line tried below those that were; what stood there last time is not computed again."""
    at = len(tried)
    if before and at < len(before.tried) and before.tried[at].line == line:
        is_above_the_same = not at or tried[-1] is before.tried[at - 1]
        if is_above_the_same:
            return before.tried[at]
    stands = tried[-1].numbers if tried else _NO_NUMBERS
    for shelf in ("assumptions", "estimates"):
        with contextlib.suppress(SdcliError):
            return Tried(line, stands.shelved(shelf, read_entry(terms, stands, shelf, line)))
    return Tried(line, stands)
