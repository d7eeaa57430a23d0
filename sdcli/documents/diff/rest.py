"""Every key of a design that no other comparison looks at, so that nothing is passed over.

Wording is counted and not compared: what was said better is for a reader to see.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sdcli.design import leaves
from sdcli.documents.diff.difference import Difference, pairs
from sdcli.documents.inputs import Change

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from sdcli.design import Design
    from sdcli.documents.inputs import Inputs

_LOOKED_AT = re.compile(  # by the other modules, and with more understanding
    r"(assumptions|estimates)\.[^.]+\.(value|formula|unit)"
    r"|components\.[^.]+\.(kind|algorithm|params\..+|evidence.*)"
    r"|flows\.[^.]+(\.(path|rate|budget))?"
    r"|decisions\.[^.]+\.(choice|confirm|revisit_when)"
    r"|failures\.[^.]+\.survives_if"
    r"|requirements\.quality\.[^.]+\.(metric|of|op|target|load|window)"
)
_PROSE = re.compile(
    r"(date|context|goals|out_of_scope|reviewers|discussion|cross_cutting|glossary)\b.*"
    r"|flows\.[^.]+\.fails|.+\.origin"
)
_SAID = {"status", "title"}  # wording that is a difference all the same
_TITLES = {
    "requirements.functional": "requirement",
    "failures": "failure",
    "risks": "risk",
    "questions": "question",
}
_BY_NAME = (  # told in one line when they are new or gone
    *("assumptions", "estimates", "components", "flows", "data", "decisions"),
    *("requirements.quality", *_TITLES),
)


def rest(old: Design, new: Design) -> tuple[list[Difference], int]:
    """The other differences in the order of a design, and in how many places wording differs."""
    found: list[Difference] = []
    told = _whole(old, new)
    one_sided = {head: _one_sided(old, new, head) for head in _BY_NAME}
    words = 0
    for key, one, two in pairs(_flat(old), _flat(new)):
        if one == two or _LOOKED_AT.fullmatch(key) or _is_told(key, one_sided):
            continue
        is_wording = _PROSE.fullmatch(key) or Change(key, "", " ").is_wording
        if is_wording and key not in _SAID:
            words += 1
            continue
        found.append(
            Difference(key.partition(".")[0].partition("[")[0], key, _text(one), _text(two))
        )
    return [*told, *found], words


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _flat(design: Design) -> Inputs:
    """Every leaf of a design; parts of lists by their id, where they have one."""
    found: Inputs = {}
    for name in type(design).model_fields:
        value = getattr(design, name)
        if name == "requirements":
            for kind in ("functional", "quality"):
                found |= _listed(f"requirements.{kind}", getattr(value, kind))
        elif name not in ("id", "schema_"):
            found |= _listed(name, value)
    return found


def _listed(key: str, value: Any) -> Inputs:
    if not isinstance(value, tuple) or not all(hasattr(part, "id") for part in value):
        return leaves(key, value, order=False)
    found: Inputs = {}
    for part in value:
        found |= leaves(f"{key}.{part.id}", part, order=False)
    return found


def _ids(design: Design, key: str) -> dict[str, Any]:
    """The parts that have an id or a name, under a dotted key."""
    here: Any = design
    for name in key.split("."):
        here = getattr(here, name)
    return dict(here) if isinstance(here, dict) else {part.id: part for part in here}


def _whole(old: Design, new: Design) -> list[Difference]:
    """Parts that are new or gone, each in one line."""
    found: list[Difference] = []
    for key, title in _TITLES.items():
        for name, one, two in pairs(_ids(old, key), _ids(new, key)):
            if one is None or two is None:
                told = (_said(one), _said(two))
                note = "new" if one is None else "gone"
                found.append(Difference(title, f"{key}.{name}", *told, note=note))
    return found


def _said(part: Any) -> str | None:
    return None if part is None else str(getattr(part, "text", "") or getattr(part, "mode", ""))


def _one_sided(old: Design, new: Design, head: str) -> frozenset[str]:
    """The parts under a key that only one of the two designs has."""
    return frozenset(_ids(old, head)) ^ frozenset(_ids(new, head))


def _is_told(key: str, one_sided: dict[str, frozenset[str]]) -> bool:
    """Whether a key lies in a part that is new or gone, which is told as a whole."""
    for head, names in one_sided.items():
        if key.startswith(f"{head}."):
            return key.removeprefix(f"{head}.").partition(".")[0] in names
    return False


def entities(old: Design, new: Design) -> Iterator[Difference]:
    """Kinds of records that are new or gone."""
    for name, one, two in pairs(old.data, new.data):
        if one is None or two is None:
            told = [None if part is None else ", ".join(part.fields) for part in (one, two)]
            note = "new" if one is None else "gone"
            yield Difference("data", name, told[0], told[1], note=note)
