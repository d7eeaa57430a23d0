"""A scenario: one interview question as data, and nothing that runs.

The models below are the file format `sdcli-scenario/1`, key by key in the order of the
file; `knowledge/README.md` tells a writer what to put where. Everything is frozen and an
unknown key is an error, so a misspelt key can never pass for an omitted one. What the
person computes comes in one-line forms, the same that she types in the interview:
`writes = 100M link/month`, `ring: hash-ring nodes=8`, `redirect: client -> lb -> web`.

Only the form is checked here. Whether references resolve is in references.py, whether the
sums are right in arithmetic.py, whether the rubric grades its own sentences in scoring.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    StrictBool,
    StrictInt,
)
from pydantic_core import PydanticCustomError

from sdcli.content.levels import LEVELS, Axis, Difficulty, Level, Step

SCHEMA = "sdcli-scenario/1"

# An interview ends in a design file, so ids, nouns and names are at most what `design` accepts.
ID = re.compile(r"(?=.{1,64}\Z)[a-z][a-z0-9]*(-[a-z0-9]+)*")
NOUN = re.compile(r"[a-z]{2,32}")
_ASSIGNMENT = re.compile(r"([a-z][a-z0-9_]{0,63})\s*=\s*(\S.*)", re.DOTALL)
_COMPONENT = re.compile(r"([a-z][a-z0-9_]{0,63})\s*:\s*(\S.*)", re.DOTALL)
_FLOW = re.compile(r"([a-z][a-z0-9_-]{0,63})\s*:\s*(\S.*)", re.DOTALL)


def _refuse(message: str, remedy: str = "") -> PydanticCustomError:
    """An error in our own words; wording.py passes both parts on as they are."""
    return PydanticCustomError("sdcli", "{message}", {"message": message, "remedy": remedy})


def _filled(text: str) -> str:
    if not text.strip():
        raise _refuse("this text is empty", "write it, or delete the key if it may be left out")
    return text.strip()


def _identifier(text: str) -> str:
    if not ID.fullmatch(text):
        raise _refuse(
            f'"{text}" is no id',
            "use lower-case letters, digits and hyphens, like code-space; at most 64",
        )
    return text


def _topic(text: str) -> str:
    if text in ("curveball", "lead"):
        raise _refuse(f'"{text}" is the id of a prompt of every interview', "call it otherwise")
    return text


def _noun(text: str) -> str:
    if not NOUN.fullmatch(text):
        raise _refuse(
            f'"{text}" is no count noun', "use one lower-case word in the singular, of letters only"
        )
    return text


def _assignment(line: str) -> str:
    if not _ASSIGNMENT.fullmatch(line):
        raise _refuse(
            f'"{line}" is not of the form name = formula',
            'write it like "writes = 100M link/month"',
        )
    return line


def _labelled(form: re.Pattern[str], example: str) -> AfterValidator:
    def check(line: str) -> str:
        if not form.fullmatch(line):
            raise _refuse(f'"{line}" is not of the form name: rest', f'write it like "{example}"')
        return line

    return AfterValidator(check)


def _number_as_word(value: Any) -> Any:
    """A pattern like 301 is a word to look for, though YAML reads it as a number."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _positive(factor: float) -> float:
    if isinstance(factor, bool) or factor <= 0:
        raise _refuse(f"{factor:g} is no factor", "write a number above 0; 10 means ten times")
    return factor


Text = Annotated[str, AfterValidator(_filled)]
Id = Annotated[str, AfterValidator(_identifier)]
TopicId = Annotated[Id, AfterValidator(_topic)]
Noun = Annotated[str, AfterValidator(_noun)]
Word = Annotated[str, BeforeValidator(_number_as_word), AfterValidator(_filled)]
Factor = Annotated[float, Field(strict=True), AfterValidator(_positive)]
Hints = Annotated[tuple[Text, ...], Field(min_length=3, max_length=3)]
Change = Mapping[str, Factor]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Question(_Part):
    """One entry of the answer bank: what a person may ask, and what the interviewer says.

    `match` holds groups of words; a group hits when all its words occur. `offers` names the
    assumptions that the answer makes available as lines.
    """

    id: Id
    ask: Text
    match: Annotated[
        tuple[Annotated[tuple[Word, ...], Field(min_length=1)], ...], Field(min_length=1)
    ]
    answer: Text
    offers: tuple[str, ...] = ()


class _Assignment(_Part):
    line: Annotated[Text, AfterValidator(_assignment)]

    @property
    def name(self) -> str:
        """The text before `=`."""
        return self.line.partition("=")[0].strip()

    @property
    def formula(self) -> str:
        """The text after the first `=`."""
        return self.line.partition("=")[2].strip()


class Assumption(_Assignment):
    """A number that the scenario may offer, and who says so.

    >>> Assumption(line="writes = 100M link/month", source="interviewer").name
    'writes'
    """

    source: Text


class EstimateLine(_Assignment):
    """A number computed from the assumptions; `expect` was worked out by hand.

    >>> EstimateLine(line="rate = writes to link/s", expect="38.6 link/s", says="Few.").formula
    'writes to link/s'
    """

    expect: Text
    says: Text


class ComponentLine(_Part):
    """A component that the scenario may offer: `ring: hash-ring nodes=8`."""

    line: Annotated[Text, _labelled(_COMPONENT, "ring: hash-ring nodes=8 vnodes=160")]
    why: Text

    @property
    def name(self) -> str:
        """The text before the colon."""
        return self.line.partition(":")[0].strip()

    @property
    def kind(self) -> str:
        """The first word after the colon."""
        return self.line.partition(":")[2].split()[0]


class FlowLine(_Part):
    """A path through the components that the scenario may offer."""

    line: Annotated[Text, _labelled(_FLOW, "redirect: client -> lb -> web -> cache | store")]
    why: Text

    @property
    def name(self) -> str:
        """The text before the colon."""
        return self.line.partition(":")[0].strip()


class Requirements(_Part):
    """The model's requirements; the report sets them beside the person's own."""

    functional: Annotated[tuple[Text, ...], Field(min_length=1)]
    quality: Annotated[tuple[Text, ...], Field(min_length=1)]


class Ladder(_Part):
    """The follow-up of a topic, by what the answer reached: ask one rung above it."""

    missing: Text
    named: Text
    explained: Text
    justified: Text


class Trial(_Part):
    """The experiment of a topic; it is asked when the design has a component of `kind`."""

    run: Text
    kind: Text


class DeepDive(_Part):
    """A topic of step three. `when` is true on numbers that make it urgent: then it goes first.

    `{name}` in what is said stands for the person's own estimate or assumption of that name;
    `forces` is said only when there is one, elsewhere the scenario's own number steps in.
    """

    id: TopicId
    title: Text
    ask: Text
    estimates: Annotated[tuple[str, ...], Field(min_length=1)]
    forces: Text
    when: Text | None = None
    items: Annotated[tuple[str, ...], Field(min_length=1)]
    ladder: Ladder
    pitfall: Text
    hints: Hints
    model: Text
    experiment: Trial | None = None


class Item(_Part):
    """One thing that a sound answer says, with what the scorer looks for.

    `any_of` are the patterns that name the concept; `with_` (key `with`) those that explain
    it from the same sentence or a neighbour; `numbers` the estimates whose use justifies it.
    """

    id: Id
    step: Step
    axis: Axis
    weight: Annotated[StrictInt, Field(ge=1, le=3)]
    level: Level
    claim: Text
    any_of: Annotated[tuple[Word, ...], Field(min_length=1)]
    with_: Annotated[tuple[Word, ...], Field(alias="with", min_length=1)]
    numbers: tuple[str, ...] = ()
    reject_ok: StrictBool = False
    model: Text
    why: Text


class Curveball(_Part):
    """A turn of events; `change` multiplies assumptions, so the estimates follow."""

    id: Id
    say: Text
    change: Change = Field(default_factory=dict)
    ask: Text
    items: tuple[str, ...] = ()


class TenTimes(_Part):
    """The growth prompt of the wrap-up: factors per assumption, and the question."""

    change: Annotated[Change, Field(min_length=1)]
    ask: Text


class WrapUp(_Part):
    """The four prompts of the last step in this question's words."""

    bottlenecks: Text
    failure: Text
    ten_times: TenTimes
    recap: Text


class StepHints(_Part):
    """Hints of the steps that have no topics, each in three levels: nudge, point, reveal."""

    scope: Hints
    high_level: Hints
    wrap_up: Hints


class StepModels(_Part):
    """Model answers of the steps; the deep dive's stand with its topics."""

    scope: Text
    high_level: Text
    wrap_up: Text


class Scenario(_Part):
    """One interview question, whole.

    Invariants (kept by `parse_scenario`): every reference between its parts resolves, and
    ids are unique within their list.
    """

    schema_: Annotated[Text, Field(alias="schema")]
    id: Id
    title: Text
    difficulty: Difficulty
    summary: Text
    prompt: Text
    nouns: tuple[Noun, ...]
    questions: Annotated[tuple[Question, ...], Field(min_length=1)]
    assumptions: tuple[Assumption, ...]
    estimates: tuple[EstimateLine, ...]
    components: tuple[ComponentLine, ...]
    flows: tuple[FlowLine, ...]
    requirements: Requirements
    out_of_scope: tuple[Text, ...]
    deep_dives: Annotated[tuple[DeepDive, ...], Field(min_length=1)]
    rubric: Annotated[tuple[Item, ...], Field(min_length=1)]
    curveballs: tuple[Curveball, ...]
    wrap_up: WrapUp
    hints: StepHints
    model: StepModels

    _text: str = PrivateAttr(default="")

    @property
    def text(self) -> str:
        """The file's text, as it was read; a session keeps it and resumes on it."""
        return self._text

    def with_text(self, text: str) -> Scenario:
        """The same scenario that remembers the text it was read from."""
        copy = self.model_copy()
        copy._text = text  # noqa: SLF001 - its own class
        return copy

    @property
    def numbers(self) -> dict[str, str]:
        """What the scenario itself says of each assumption and estimate, as text, by name."""
        return {
            **{part.name: part.formula for part in self.assumptions},
            **{part.name: part.expect for part in self.estimates},
        }

    def topic(self, identity: str) -> DeepDive:
        """The deep dive of that id; KeyError when there is none."""
        return {part.id: part for part in self.deep_dives}[identity]

    def asked_at(self, level: Level) -> tuple[Item, ...]:
        """The rubric items of a level: its own and those of the levels below."""
        reach = LEVELS.index(level)
        return tuple(item for item in self.rubric if LEVELS.index(item.level) <= reach)
