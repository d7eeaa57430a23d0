"""A written answer: its text, and which part of it belongs to which step.

    === scope ===                 or       ## High-level design
    text of the step                       text of the step

Steps stand under `=== name ===` or under a Markdown heading that begins with the name of a
step (any level, any case, hyphen or space, a number in front is fine). Text before the
first heading belongs to no step and still counts; a step that comes twice is one step. An
answer without such headings is one text for all steps.

Three things stand in the text and are no answer: comments (<!-- ... -->), lines that begin with
`?`, which ask the interviewer, and above the steps a title, a first line like `# URL shortener`.
In code, between ``` and ```, they are code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from sdcli.content.levels import STEPS
from sdcli.scoring.text import Sentence, sentences

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

BYTES_MAX = 200_000  # what is read of a file or a pipe; 45 minutes of writing have some 6,000
BYTES_EXPECTED = "a written answer; one of 45 minutes has some 6,000 letters"
_NAME = r"(?P<step>scope|high[-_ ]?level|deep[-_ ]?dives?|wrap[-_ ]?up)"
_BARRED = re.compile(rf"\s*={{3,}}\s*{_NAME}\s*={{3,}}\s*", re.IGNORECASE)
_HEADED = re.compile(
    rf"\s{{0,3}}#{{1,6}}\s+(?:[*_]{{1,2}})?(?:step\s+)?(?:\d+\s*[.):–-]?\s+)?{_NAME}\b.*",
    re.IGNORECASE,
)
_FENCE = re.compile(r"\s{0,3}(?:```|~~~)")
_TITLE = re.compile(r"\s{0,3}#\s")
_BLANK_AROUND = re.compile(r"\A(?:[^\S\n]*\n)+|\s+\Z")


@dataclass(frozen=True)
class Line:
    """A line of a text.

    Args:
        start: where it begins in the text.
        text: the line without its end, as long as it is; the letters of comments are spaces.
        is_code: whether it stands between ``` and ```.
    """

    start: int
    text: str
    is_code: bool

    @property
    def is_question(self) -> bool:
        """Whether it asks the interviewer, with `?` in front."""
        return not self.is_code and self.text.lstrip().startswith("?")


@dataclass(frozen=True)
class Part:
    """A stretch of the answer under one heading: offsets, and the step or None."""

    step: str | None
    start: int
    end: int


@dataclass(frozen=True)
class WrittenAnswer:
    """An answer as a person wrote it.

    Invariants: parts are in order, do not overlap, and hold all of the text but the headings;
    `counted` is as long as `text`, so offsets and lines mean the same in both.
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

    @cached_property
    def counted(self) -> str:
        r"""The text with spaces in place of comments, questions to the interviewer and a title.

        >>> parse_answer("? How many?\nMany. <!-- why -->").counted.split("\n")
        ['           ', 'Many.             ']
        """
        kept = list(lines(self.text))
        first = next((line for line in kept if line.text.strip()), None)
        return "\n".join(
            " " * len(line.text)
            if line.is_question or (line is first and self._is_title(line))
            else line.text
            for line in kept
        )

    def _is_title(self, first: Line) -> bool:
        """Whether the first line is the title: a heading above the steps."""
        above = self.parts[0]
        return (
            not self.is_plain
            and above.step is None
            and first.start < above.end
            and _TITLE.match(first.text) is not None
        )

    @property
    def steps(self) -> dict[str, str]:
        """What counts of each step that has some; without headings, the whole for every step."""
        if self.is_plain:
            return dict.fromkeys(STEPS, self.counted) if self.counted.strip() else {}
        found: dict[str, str] = {}
        for part in self.parts:
            said = _BLANK_AROUND.sub("", self.counted[part.start : part.end])
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
        """Every sentence that counts, in order, with its step; blocks never span two parts."""
        found: list[Sentence] = []
        for part in self.parts:
            block = found[-1].block + 1 if found else 0
            found += sentences(
                self.counted, start=part.start, end=part.end, step=part.step, block=block
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


def lines(text: str) -> Iterator[Line]:
    r"""The lines of a text, in order. A comment that nothing ends is none.

    Cost: O(length).

    >>> [(line.start, line.text) for line in lines("a <!-- b\nc --> d")]
    [(0, 'a       '), (9, '      d')]
    """
    start, hidden_to = 0, 0
    is_code, may_hide = False, True
    for line in text.split("\n"):
        stop = start + len(line)
        at = min(max(start, hidden_to), stop)
        shown = [" " * (at - start)]
        if _FENCE.match(shown[0] + text[at : min(at + 6, stop)]):
            is_code = not is_code
        while at < stop:
            begin = text.find("<!--", at, stop) if may_hide and not is_code else -1
            end = text.find("-->", begin + 4) if begin >= 0 else -1
            if end < 0:
                may_hide = may_hide and begin < 0  # from here on nothing ends a comment
                shown.append(text[at:stop])
                break
            hidden_to = end + 3
            until = min(hidden_to, stop)
            shown += [text[at:begin], " " * (until - begin)]
            at = until
        yield Line(start, "".join(shown), is_code)
        start = stop + 1


def _headings(text: str) -> Iterator[tuple[int, int, str]]:
    """Begin, end and step of every line that is the heading of a step; code is left alone."""
    for line in lines(text):
        bare = line.text.rstrip("\r")
        match = _BARRED.fullmatch(bare) or (None if line.is_code else _HEADED.fullmatch(bare))
        step = step_named(match["step"]) if match else None
        if step:
            yield line.start, min(line.start + len(line.text) + 1, len(text)), step
