"""What makes a scenario worth playing: enough of everything, and nothing that hangs loose.

A file that breaks these rules can still be played, so loading does not ask for them; the
bank does. The counts are those of a 45-minute interview: a bank of questions that answers
most of what people ask, and more topics than one evening needs, so that a second try
differs from the first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.content.levels import STEPS
from sdcli.content.outline import EACH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.content.outline import Outline
    from sdcli.core.errors import Fault

PATTERN_WORDS_MAX = 3
# What a pattern may ask for instead of a word; scoring/classes.py finds them.
PATTERN_CLASSES = (
    "<number>",
    "<rate>",
    "<percent>",
    "<duration>",
    "<bytes>",
    "<money>",
    "<question>",
)
UNWRITTEN = "(write)"  # the scaffold of `content new` marks with it what is still to be said

# list -> least, most (None: no bound), what its entries are called
_COUNTS: dict[str, tuple[int, int | None, str]] = {
    "questions": (6, None, "questions"),
    "assumptions": (1, None, "assumptions"),
    "estimates": (1, None, "estimates"),
    "components": (1, None, "components"),
    "flows": (1, None, "flows"),
    "deep_dives": (3, 7, "deep dives"),
    "rubric": (12, None, "rubric items"),
    "curveballs": (1, None, "curveballs"),
}


def rule_faults(outline: Outline) -> Iterator[Fault]:
    """Every rule that the file breaks."""
    yield from _counts(outline)
    yield from _unused_estimates(outline)
    yield from _loose_items(outline)
    yield from _long_patterns(outline)
    yield from _untried_kinds(outline)
    yield from unwritten(outline)


def _counts(outline: Outline) -> Iterator[Fault]:
    for part, (least, most, what) in _COUNTS.items():
        for key, entries in outline.at(part):
            count = len(entries) if isinstance(entries, list) else least
            if count < least:
                message = f"there are too few {what}: {count}"
                yield outline.tree.fault(key, message, f"write at least {least}")
            elif most is not None and count > most:
                message = f"there are too many {what}: {count}"
                yield outline.tree.fault(key, message, f"keep at most {most}")
    steps = [step for _, step in outline.texts("rubric", EACH, "step")]
    for step in STEPS:
        if steps and step not in steps:
            message = f"no rubric item is of the step {step}"
            remedy = "write one, or the step cannot be scored"
            yield outline.tree.fault(("rubric",), message, remedy)


def _unused_estimates(outline: Outline) -> Iterator[Fault]:
    """A number that forces nothing is a sum for its own sake."""
    used = {name for _, name in outline.texts("deep_dives", EACH, "estimates", EACH)}
    for key, name in outline.declared("estimate"):
        if name not in used:
            message = f"no deep dive uses {name}"
            remedy = "name it under estimates of the topic that it decides, or delete it"
            yield outline.tree.fault(key, message, remedy)


def _loose_items(outline: Outline) -> Iterator[Fault]:
    """Items of the deep dive belong to topics, and topics hold no other items."""
    steps: dict[str, str] = {}
    for key, entry in outline.at("rubric", EACH):
        if isinstance(entry, dict) and isinstance(entry.get("id"), str):
            steps[entry["id"]] = str(entry.get("step"))
            claimed = {name for _, name in outline.texts("deep_dives", EACH, "items", EACH)}
            if entry.get("step") == "deep_dive" and entry["id"] not in claimed:
                message = f"{entry['id']} is of the step deep_dive and belongs to no topic"
                remedy = "name it under items of a deep dive"
                yield outline.tree.fault((*key, "id"), message, remedy)
    for key, name in outline.texts("deep_dives", EACH, "items", EACH):
        step = steps.get(name, "deep_dive")
        if step in STEPS and step != "deep_dive":
            message = f"{name} is of the step {step}, not of the deep dive"
            yield outline.tree.fault(key, message, "take it out of the topic or change its step")


def _long_patterns(outline: Outline) -> Iterator[Fault]:
    """Long patterns match the writer's own sentence and nobody else's."""
    for part in ("any_of", "with"):
        for key, pattern in outline.texts("rubric", EACH, part, EACH):
            if "<" in pattern and pattern[-1:] == ">" and pattern not in PATTERN_CLASSES:
                message = f'"{pattern}" is no class of words'
                remedy = f"use one of {', '.join(PATTERN_CLASSES)}, alone"
                yield outline.tree.fault(key, message, remedy)
            elif pattern.startswith("000"):
                message = f'the pattern "{pattern}" is half of a number with a comma'
                yield outline.tree.fault(key, message, "put the whole pattern in quotes")
            count = len(pattern.split())
            if count > PATTERN_WORDS_MAX:
                message = f'the pattern "{pattern}" has {count} words'
                yield outline.tree.fault(key, message, f"use at most {PATTERN_WORDS_MAX}")


def _untried_kinds(outline: Outline) -> Iterator[Fault]:
    """The experiment of a topic is asked when the design has a component of its kind."""
    lines = [
        line.partition(":")[2].split() for _, line in outline.texts("components", EACH, "line")
    ]
    kinds = [words[0] for words in lines if words]
    if not outline.is_complete("component"):
        return
    for key, kind in outline.texts("deep_dives", EACH, "experiment", "kind"):
        if kind not in kinds:
            message = f"no component line offers a {kind}, so this experiment is hardly ever run"
            yield outline.tree.fault(key, message, "add such a component or take its kind here")


def unwritten(outline: Outline) -> Iterator[Fault]:
    """Every text of the scaffold that is still there."""
    for key, text in outline.every_text():
        if text.startswith(UNWRITTEN):
            message = "this is still the text of the scaffold"
            yield outline.tree.fault(key, message, "write your own")
