"""Whether the parts of a scenario find each other: every reference resolves, no id twice.

Runs whenever a scenario is loaded, so the interview and the scorer may look up any id that
a scenario names without a check of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.content.outline import EACH, KEYS, sorts
from sdcli.content.placeholders import SPOKEN, has_stray_brace, names_in
from sdcli.core.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from sdcli.content.outline import Outline
    from sdcli.core.errors import Fault
    from sdcli.core.yaml import Key

_NUMBERS = ("estimate", "assumption")

# Where a name stands, and the sorts one of which must declare it.
_REFERENCES: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("questions", EACH, "offers", EACH), ("assumption",)),
    (("deep_dives", EACH, "estimates", EACH), ("estimate",)),
    (("deep_dives", EACH, "items", EACH), ("rubric item",)),
    (("rubric", EACH, "numbers", EACH), _NUMBERS),
    (("curveballs", EACH, "items", EACH), ("rubric item",)),
    (("curveballs", EACH, "change", KEYS), ("assumption",)),
    (("wrap_up", "ten_times", "change", KEYS), ("assumption",)),
)


def reference_faults(outline: Outline) -> list[Fault]:
    """Every name that stands twice and every name that leads nowhere."""
    return [*_twice(outline), *_dangling(outline), *_templates(outline)]


def unknown(outline: Outline, key: Key, name: str, known: Collection[str], what: str) -> Fault:
    """The fault of a name that nothing declares."""
    near = did_you_mean(name, known)
    message = f'no {what} is called "{name}"'
    if near:
        return outline.tree.fault(key, f"{message}; {near}")
    remedy = f"the names here are {', '.join(known)}" if known else ""
    return outline.tree.fault(key, message, remedy)


def _twice(outline: Outline) -> Iterator[Fault]:
    """Assumptions and estimates share one namespace: a formula reads both."""
    lists = [outline.declared(sort) for sort in sorts() if sort not in _NUMBERS]
    lists.append(outline.declared("assumption") + outline.declared("estimate"))
    for entries in lists:
        seen: dict[str, Key] = {}
        for key, name in entries:
            if name in seen:
                first = outline.tree.line(seen[name])
                message = f'the name "{name}" stands twice, first on line {first}'
                yield outline.tree.fault(key, message, "give one of them another name")
            else:
                seen[name] = key


def _dangling(outline: Outline) -> Iterator[Fault]:
    for path, wanted in _REFERENCES:
        if outline.is_complete(*wanted):
            known = outline.names(*wanted)
            for key, name in outline.texts(*path):
                if name not in known:
                    yield unknown(outline, key, name, known, " or ".join(wanted))


def _templates(outline: Outline) -> Iterator[Fault]:
    known = outline.names(*_NUMBERS)
    is_complete = outline.is_complete(*_NUMBERS)
    for path in SPOKEN:
        for key, text in outline.texts(*path):
            for name in names_in(text) if is_complete else ():
                if name not in known:
                    yield unknown(outline, key, name, known, " or ".join(_NUMBERS))
            if has_stray_brace(text):
                message = "a brace stands without its partner"
                yield outline.tree.fault(key, message, "write a name in braces, like {write_rate}")
