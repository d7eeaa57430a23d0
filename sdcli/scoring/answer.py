"""A written answer: its text, and which part of it belongs to which step.

    === scope ===                 or       ## High-level design
    text of the step                       text of the step

Steps stand under `=== name ===` or under a Markdown heading that begins with the name of a
step (any level, any case, hyphen or space, a number in front is fine). Text before the
first heading belongs to no step and still counts; a step that comes twice is one step. An
answer without such headings is one text for all steps.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from sdcli.content.scenario import STEPS
from sdcli.scoring.text import Sentence, sentences

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_NAME = r"(?P<step>scope|high[-_ ]?level|deep[-_ ]?dives?|wrap[-_ ]?up)"
_BARRED = re.compile(rf"\s*={{3,}}\s*{_NAME}\s*={{3,}}\s*", re.IGNORECASE)
_HEADED = re.compile(
    rf"\s{{0,3}}#{{1,6}}\s+(?:[*_]{{1,2}})?(?:step\s+)?(?:\d+\s*[.):–-]?\s+)?{_NAME}\b.*",
    re.IGNORECASE,
)
_FENCE = re.compile(r"\s{0,3}(?:```|~~~)")


@dataclass(frozen=True)
class Part:
    """A stretch of the answer under one heading: offsets, and the step or None."""

    step: str | None
    start: int
    end: int


@dataclass(frozen=True)
class WrittenAnswer:
    """An answer as a person wrote it.

    Invariant: parts are in order, do not overlap, and hold all of the text but the headings.
    """

    text: str
    parts: tuple[Part, ...]

    @staticmethod
    def of(steps: Mapping[str, str]) -> WrittenAnswer:
        """The answer of a session: the text of each step by its id, in the steps' order.

        Its `text` is the written form with barred headings, the one that `sessions export`
        writes, so quotes and line numbers mean the same in both.

        >>> WrittenAnswer.of({"scope": "Users shorten links."}).steps
        {'scope': 'Users shorten links.'}
        """
        text, parts = "", []
        for step in STEPS:
            said = steps.get(step, "").strip("\n")
            if said.strip():
                text += f"=== {step} ===\n"
                parts.append(Part(step, len(text), len(text) + len(said)))
                text += f"{said}\n\n"
        return WrittenAnswer(text, tuple(parts))

    @property
    def steps(self) -> dict[str, str]:
        """The text of each step that has some; without headings, the whole for every step."""
        if self.is_plain:
            return dict.fromkeys(STEPS, self.text) if self.text.strip() else {}
        found: dict[str, str] = {}
        for part in self.parts:
            said = self.text[part.start : part.end].strip("\n")
            if part.step and said.strip():
                before = found.get(part.step)
                found[part.step] = f"{before}\n\n{said}" if before else said
        return {step: found[step] for step in STEPS if step in found}

    @property
    def is_plain(self) -> bool:
        """Whether no heading names a step."""
        return all(part.step is None for part in self.parts)

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """Every sentence, in order, each marked with its step; blocks never span two parts."""
        found: list[Sentence] = []
        for part in self.parts:
            block = found[-1].block + 1 if found else 0
            found += sentences(
                self.text, start=part.start, end=part.end, step=part.step, block=block
            )
        return tuple(found)


def parse_answer(text: str) -> WrittenAnswer:
    r"""The answer in a text; never fails, since every text is an answer.

    Cost: O(length).

    >>> parse_answer("# Scope\nUsers shorten.\n# Deep dives\nBase62.").steps
    {'scope': 'Users shorten.', 'deep_dive': 'Base62.'}
    """
    text = text.removeprefix("\ufeff")
    parts = []
    step, start = None, 0
    for heading_start, heading_end, name in _headings(text):
        parts.append(Part(step, start, heading_start))
        step, start = name, heading_end
    parts.append(Part(step, start, len(text)))
    kept = [part for part in parts if text[part.start : part.end].strip() or part.step]
    return WrittenAnswer(text, tuple(kept))


def step_named(words: str) -> str | None:
    """The id of the step whose name stands in a heading: "Deep dives" is deep_dive.

    >>> step_named("High-Level"), step_named("scaling")
    ('high_level', None)
    """
    name = re.sub(r"[-_ ]", "", words.lower()).removesuffix("s")
    return next((step for step in STEPS if step.replace("_", "") == name), None)


def _headings(text: str) -> Iterator[tuple[int, int, str]]:
    """Begin, end and step of every line that is the heading of a step; code is left alone."""
    start, fenced = 0, False
    for line in text.splitlines(keepends=True):
        fenced ^= _FENCE.match(line) is not None
        bare = line.rstrip("\r\n")
        match = _BARRED.fullmatch(bare) or (None if fenced else _HEADED.fullmatch(bare))
        step = step_named(match["step"]) if match else None
        if step:
            yield start, start + len(line), step
        start += len(line)
