"""`sdcli interview SCENARIO --partner`: the sheet for a person who asks another one.

What is printed is Markdown that also reads well as it stands, 80 columns wide: keep it with
`> FILE`, print it, or read it in the terminal.
"""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING

from sdcli.cli.screen import plain, print_json
from sdcli.interview.partner import compose, points_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sdcli.interview.partner import BoxGroup, PartnerSheet, TopicSheet
    from sdcli.interview.steps import Step
    from sdcli.interview.terms import Terms

WIDTH = 80
_SAID = {
    "missing": "nothing on it",
    "named": "only its name",
    "explained": "how it works",
    "justified": "how and why",
}
# What would begin a list, a quote or a heading: a backslash goes behind a 1, else in front.
_MARKER = re.compile(r"\A(1(?=[.)](?:\s|$))|(?=(?:[-+*>]|#{1,6})(?:\s|$)))")
_BOX = "[ ]"


def show_partner(terms: Terms, *, as_json: bool) -> None:
    """Print the sheet, as Markdown or as one JSON object."""
    sheet = compose(terms)
    if as_json:
        print_json(sheet.to_json())
    else:
        print(plain(markdown(sheet)), end="")


def markdown(sheet: PartnerSheet) -> str:
    """The whole sheet; every line at most 80 columns."""
    blocks = [
        *_head(sheet),
        *_scope(sheet),
        *_high_level(sheet),
        *_deep_dive(sheet),
        *_wrap_up(sheet),
        *_rubric(sheet),
        *_tally(sheet),
    ]
    return "\n\n".join(blocks) + "\n"


def _head(sheet: PartnerSheet) -> Iterator[str]:
    yield f"# {sheet.title}: the interviewer's sheet"
    yield _wrapped(
        f"Level {sheet.level}, {sheet.minutes:g} minutes. For the one who asks: whoever answers"
        " must not see it. Read the prompt aloud and start the clock. Let the other one lead; come"
        " in when a step runs over, when nothing comes for a minute, or with a question from below."
    )
    yield "## Time"
    rows = [f"| {one.title} | {one.start:g} to {one.end:g} |" for one in sheet.plan]
    yield "\n".join(["| step | minutes |", "|---|---|", *rows])
    yield "## Read aloud"
    yield _wrapped(sheet.prompt, "> ", "> ")


def _scope(sheet: PartnerSheet) -> Iterator[str]:
    yield f"## {_slot(sheet, 'scope')}"
    yield _wrapped(
        "Answer what is asked and volunteer nothing. The numbers stand beneath their answers. When"
        f' nothing here fits, say: "{sheet.your_call}"'
    )
    for row in sheet.questions:
        numbers = [_wrapped(f"`{line}`", "  → ", "    ") for line in row.numbers]
        yield "\n".join([_item(row.ask), _wrapped(row.answer, "  → ", "    "), *numbers])
    if sheet.unasked:
        yield "Numbers that no question hands out; give them when they are missed:"
        yield "\n".join(_item(f"`{line}`") for line in sheet.unasked)
    yield from _listed("A sound answer must do:", sheet.functional)
    yield from _listed("And this well:", sheet.quality)
    yield from _listed("It leaves out:", sheet.out_of_scope)


def _high_level(sheet: PartnerSheet) -> Iterator[str]:
    yield f"## {_slot(sheet, 'high_level')}"
    if sheet.estimates:
        yield _wrapped(
            "The estimates, worked with the numbers above. Other assumptions give other results;"
            " what counts is that a result decides something."
        )
    for one in sheet.estimates:
        yield "\n".join([_item(f"`{one.worked}`"), _wrapped(one.says, "  ", "  ")])
    for title, lines in (("A sketch that holds:", sheet.components), ("Its flows:", sheet.flows)):
        if lines:
            yield title
            yield "\n".join(
                "\n".join([_item(f"`{one.line}`"), _wrapped(one.why, "  ", "  ")]) for one in lines
            )
    yield _wrapped(
        "Before you go on, ask: what do you want me to agree to, and what are you least sure of?"
    )


def _deep_dive(sheet: PartnerSheet) -> Iterator[str]:
    yield f"## {_slot(sheet, 'deep_dive')}"
    yield _wrapped(
        f"Take {sheet.topics_asked} of these {len(sheet.topics)} topics: first those that the"
        " other one's numbers make urgent, then those that the answer has left out so far. After"
        " each answer ask at most two questions more, from the line that fits what was said."
    )
    if sheet.leads:
        yield _wrapped(
            "At this level the other one leads. Ask first: which part do you take apart, and which"
            " of your numbers makes it the one?"
        )
    for topic in sheet.topics:
        yield from _topic(topic)
    if sheet.curveballs:
        yield "### Curveballs"
        yield "One of them, towards the end of this step."
    for turn in sheet.curveballs:
        cause, *changes = turn.changes.splitlines() or [""]
        said = [_item(turn.say), *([_more(cause)] if cause else []), *_changes(changes)]
        yield "\n".join([*said, _more(f"Ask: {turn.ask}")])


def _topic(topic: TopicSheet) -> Iterator[str]:
    yield f"### {topic.title}"
    yield _wrapped(f"Ask: {topic.ask}")
    yield _wrapped(f"With the number: {topic.forces}")
    if topic.when:
        holds = "so it is" if topic.is_forced else "it is not so"
        yield _wrapped(f"Urgent when `{topic.when}`; {holds} with the numbers above.")
    asked = [_item(f"{_SAID[said]}: {text}") for said, text in topic.ladder.items()]
    yield "Then, by what was said:"
    yield "\n".join([*asked, _item(f"to challenge: {topic.pitfall}")])
    yield _wrapped(f"A model answer: {topic.model}")


def _wrap_up(sheet: PartnerSheet) -> Iterator[str]:
    yield f"## {_slot(sheet, 'wrap_up')}"
    for question in sheet.wrap_up:
        cause, *changes = question.changes.splitlines() or [""]
        if cause:
            yield "\n".join([_item(cause), *_changes(changes), _more(question.ask)])
        else:
            yield _item(question.ask)


def _rubric(sheet: PartnerSheet) -> Iterator[str]:
    yield f"## What to tick, level {sheet.level}"
    shares = ", ".join(f"{grade} {share:g}" for grade, share in sheet.credit.items())
    yield _wrapped(
        "Three boxes for each item: named, explained (how it works), justified (with a number, the"
        " alternative or what fails, and why). Tick the furthest one. It earns its share of the"
        f" points behind the boxes: {shares}. The quoted sentence would earn at least the second."
    )
    for group in sheet.rubric:
        yield f"### {_title(sheet, group)}, {group.weight} points"
        yield "\n".join(
            "\n".join(
                [
                    _wrapped(f"{box.weight} {box.claim}", f"- {_BOX} {_BOX} {_BOX} ", "  "),
                    _wrapped(f'like: "{box.model}"', "  ", "  "),
                ]
            )
            for box in group.items
        )


def _tally(sheet: PartnerSheet) -> Iterator[str]:
    yield "## Tally"
    weights = sorted({box.weight for group in sheet.rubric for box in group.items})
    grades = list(sheet.credit)
    rows = [
        f"| {weight} | {' | '.join(f'{points_of(sheet, weight)[one]:g}' for one in grades)} |"
        for weight in weights
    ]
    yield "\n".join([f"| points | {' | '.join(grades)} |", "|---" * (len(grades) + 1) + "|", *rows])
    groups = [f"| {_title(sheet, one)} | {one.weight} | |" for one in sheet.rubric]
    yield "\n".join(
        ["| part | of | got |", "|---|---|---|", *groups, "| sum of what you asked | | |"]
    )
    bands = sorted(sheet.bands.items(), key=lambda band: -band[1])
    shown = ", ".join(f"{name} from {least:g}" for name, least in bands[:-1])
    yield _wrapped(
        "Add up only the topics that you asked about, in both columns. Score = 100 × got / of."
        f" Practice bands: {shown}, else {bands[-1][0]}. They say how much of this rubric was"
        " said aloud; they predict no interview."
    )


def _slot(sheet: PartnerSheet, step: Step | str) -> str:
    """The title of a step with its place in the plan."""
    found = next(one for one in sheet.plan if one.step == step)
    return f"{found.title}, minute {found.start:g} to {found.end:g}"


def _title(sheet: PartnerSheet, group: BoxGroup) -> str:
    step = next(one.title for one in sheet.plan if one.step == group.step)
    return step if group.title == step else f"{step}: {group.title}"


def _changes(lines: Iterable[str]) -> list[str]:
    """What a factor does to the estimates, one line each."""
    return [_item(line, "  ") for line in lines]


def _listed(title: str, lines: Iterable[str]) -> Iterator[str]:
    found = [_item(line) for line in lines]
    if found:
        yield title
        yield "\n".join(found)


def _item(text: str, indent: str = "") -> str:
    return _wrapped(text, f"{indent}- ", f"{indent}  ")


def _more(text: str) -> str:
    return _wrapped(text, "  ", "  ")


def _wrapped(text: str, first: str = "", further: str = "") -> str:
    """A paragraph in 80 columns; no later line of it begins as a list or a heading would."""
    lines = textwrap.wrap(
        " ".join(text.split()),
        WIDTH - 1,  # room for a backslash
        initial_indent=first,
        subsequent_indent=further,
        break_on_hyphens=False,
    )
    return "\n".join(
        further + _MARKER.sub(r"\1\\", line.removeprefix(further), count=1) if number else line
        for number, line in enumerate(lines)
    )
