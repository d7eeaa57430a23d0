"""Recorded answers: an interview as a file that people write and programs play.

    schema: sdcli-answers/1
    scenario: my-question
    answers:
      - {at: scope.questions, text: "How many links a month?", seconds: 40}
      - {at: scope.functional, text: ""}            # an empty text skips

`at` is the id of the prompt; it may stand several times, in order. At a prompt that takes
lines, a text of several lines is given line by line, and when the next answer is for another
prompt, the prompt is left as if by an empty line. Commands are answers too: `/accept writes`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sdcli.core import yaml
from sdcli.core.errors import Fault, FaultsFound, SdcliError
from sdcli.core.suggest import did_you_mean
from sdcli.interview.events import Accepted, Answered, Edited
from sdcli.interview.fold import apply, begin, standing, typed_again
from sdcli.interview.transitions import Phase, phase_at

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from sdcli.core.yaml import Tree
    from sdcli.interview.effects import Prompt
    from sdcli.interview.events import Event
    from sdcli.interview.terms import Terms

SCHEMA = "sdcli-answers/1"
_KEYS = ("schema", "scenario", "answers")
_ANSWER_KEYS = ("at", "text", "seconds")


@dataclass(frozen=True)
class Recorded:
    """One answer of a file, and its place there."""

    at: str
    text: str
    seconds: float
    index: int
    line: int


@dataclass(frozen=True)
class Recording:
    """A file of recorded answers; `name` is what errors call it."""

    name: str
    scenario: str
    answers: tuple[Recorded, ...]


def read_answers(path: Path) -> Recording:
    """The recorded answers of a file.

    Raises:
        InputError: the file cannot be read.
        FaultsFound: its form is wrong; every fault at once.
    """
    return answers_of(yaml.read(path))


def answers_of(tree: Tree) -> Recording:
    """The recorded answers of a tree.

    Raises:
        FaultsFound: the form is wrong; every fault at once.
    """
    data = tree.data
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise FaultsFound([_schema_fault(tree)])
    faults = [
        tree.fault((key,), f'unknown key "{key}"', did_you_mean(str(key), _KEYS))
        for key in data
        if key not in _KEYS
    ]
    scenario = data.get("scenario")
    if not isinstance(scenario, str) or not scenario:
        faults.append(
            tree.fault(("scenario",), "this names no scenario", "scenario: the id of one")
        )
    answers = data.get("answers")
    found = []
    if not isinstance(answers, list):
        faults.append(tree.fault(("answers",), "this is no list of answers", "answers: []"))
    else:
        for index, given in enumerate(answers):
            answer = _answer(tree, index, given, faults)
            found += [answer] if answer else []
    if faults:
        raise FaultsFound(sorted(faults))
    return Recording(tree.name, str(scenario), tuple(found))


def _schema_fault(tree: Tree) -> Fault:
    given = str(tree.data.get("schema", "")) if isinstance(tree.data, dict) else ""
    name, _, version = given.partition("/")
    own_name, _, own_version = SCHEMA.partition("/")
    if name == own_name and version.isdecimal() and int(version) > int(own_version):
        message = f"a newer sdcli wrote these answers ({given}); this one reads {SCHEMA}"
        return tree.fault(("schema",), message, "upgrade sdcli")
    what = f'"{given}" is no such format' if given else "these are no recorded answers"
    return tree.fault(("schema",), what, f"schema: {SCHEMA}")


def _answer(tree: Tree, index: int, given: Any, faults: list[Fault]) -> Recorded | None:
    key = ("answers", index)
    if not isinstance(given, dict):
        faults.append(tree.fault(key, "this is no answer", '{at: scope.quality, text: "..."}'))
        return None
    count = len(faults)
    faults += [
        tree.fault((*key, name), f'unknown key "{name}"', did_you_mean(str(name), _ANSWER_KEYS))
        for name in given
        if name not in _ANSWER_KEYS
    ]
    at, text, seconds = given.get("at"), given.get("text"), given.get("seconds", 0)
    if not isinstance(at, str) or phase_at(at) is None:
        faults.append(tree.fault((*key, "at"), f'"{at}" is no prompt', "at: scope.questions"))
    if isinstance(text, (int, float)) and not isinstance(text, bool):
        text = str(text)  # a predicted number needs no quotes
    if not isinstance(text, str):
        faults.append(tree.fault((*key, "text"), "this is no text", 'text: "" to skip'))
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or seconds < 0:
        faults.append(tree.fault((*key, "seconds"), "this is no length of time", "seconds: 40"))
    if len(faults) > count:
        return None
    return Recorded(str(at), str(text), float(seconds), index, tree.line(key))


@dataclass
class Player:
    """Gives recorded answers to the prompts that ask for them.

    Ask it with each prompt that is open, tell it when an answer was refused, and call `finish`
    at the end: what was wrong is said all at once. A prompt without an answer is skipped, so
    that the play goes on to the next fault.
    """

    recording: Recording
    _used: set[int] = field(default_factory=set)
    _last: int = -1
    _open: str = ""
    _queue: list[str] = field(default_factory=list)
    _queued: Recorded | None = None
    _was_refused: bool = False
    _faults: list[Fault] = field(default_factory=list)

    def ask(self, prompt: Prompt) -> tuple[str, float]:
        """The text for a prompt, and the seconds it took."""
        if self._queue and self._queued and self._queued.at == prompt.at:
            return self._queue.pop(0), 0.0
        self._drop_queue()
        stays = self._open == prompt.at and (prompt.kind == "line" or self._was_refused)
        may_leave = stays or prompt.is_continued
        self._open, self._was_refused = prompt.at, False
        answer = self._next(prompt.at, anywhere=not may_leave)
        if answer is None:
            if not may_leave and prompt.at != Phase.LEAD.at():  # older recordings have none
                self._faults.append(self._fault(None, f"the prompt {prompt.at} has no answer"))
            return "", 0.0
        self._used.add(answer.index)
        self._last, self._queued = answer.index, answer
        if prompt.kind == "text":
            return answer.text, answer.seconds
        if answer.text.startswith("/edit "):  # a change of an earlier text may have several lines
            return answer.text, answer.seconds
        first, *rest = [line for line in answer.text.split("\n") if line.strip()] or [""]
        self._queue = rest
        return first, answer.seconds

    def refused(self, error: SdcliError) -> None:
        """Note that the answer given last could not be used; the play goes on after it."""
        said = [error.what, *(text for text in (error.given, error.expected) if text)]
        self._faults.append(self._fault(self._queued, "; ".join(said), error.fix))
        self._was_refused = True

    def _drop_queue(self) -> None:
        """Lines for which the prompt did not stay open were never asked for."""
        if self._queue:
            self._faults.append(
                self._fault(self._queued, f"the line {self._queue[0]!r} was never asked for")
            )
            self._queue = []

    def finish(self) -> None:
        """Say what went wrong.

        Raises:
            FaultsFound: prompts without an answer, answers that were refused or never asked for.
        """
        self._drop_queue()
        unasked = [answer for answer in self.recording.answers if answer.index not in self._used]
        faults = self._faults + [
            self._fault(answer, f"{answer.at} was never asked for") for answer in unasked
        ]
        if faults:
            raise FaultsFound(faults)

    def _next(self, at: str, *, anywhere: bool) -> Recorded | None:
        """The answer after the last one if it is for `at`; else the first unused one that is."""
        answers = self.recording.answers
        following = self._last + 1
        is_free = following < len(answers) and following not in self._used
        if is_free and answers[following].at == at:
            return answers[following]
        if not anywhere:
            return None
        return next((one for one in answers if one.at == at and one.index not in self._used), None)

    def _fault(self, answer: Recorded | None, message: str, remedy: str = "") -> Fault:
        line = answer.line if answer else 1
        key = f"answers[{answer.index}]" if answer else "answers"
        return Fault(self.recording.name, line, key, message.replace("\n", " "), remedy)


def dump_answers(terms: Terms, events: Iterable[Event]) -> str:
    """The text of a file that plays to the same design.

    Answers that were taken back are left out; a change made with `/edit` stands as one, at the
    prompt where it plays.
    """
    entries: list[dict[str, Any]] = []
    state = begin(terms)
    for event in standing(events)[0]:
        before, state = state, apply(terms, state, event)
        if isinstance(event, Edited) and state != before:
            text = f"/edit {event.text if '.' not in event.name else f'{event.name} {event.text}'}"
            entries.append(_entry(before.at, text, event.seconds))
        elif isinstance(event, (Answered, Accepted)):
            is_leave = typed_again(event) == "" and before.given > 0 and not event.seconds
            if not is_leave:
                entries.append(_entry(event.at, typed_again(event), event.seconds))
    return yaml.dump({"schema": SCHEMA, "scenario": terms.scenario.id, "answers": entries})


def _entry(at: str, text: str, seconds: float) -> dict[str, Any]:
    entry: dict[str, Any] = {"at": at, "text": text}
    if seconds:
        entry["seconds"] = int(seconds) if seconds == int(seconds) else seconds
    return entry
