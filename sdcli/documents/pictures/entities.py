"""The data model of a design as a Mermaid entity-relationship diagram.

A field that `refers` to an entity holds its key: many rows to one. Where that field alone is the
key of its own entity, at most one row to one; where it is only a part of the other key, many rows
to many. Mermaid reads types and field names as bare words,
so what is no such word is written as the nearest one; the table beside it has the true spelling.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sdcli.documents.text.escape import label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.design import Attribute, Design, Entity

DRAWN_MAX = 300  # fields in one picture; of more, only keys and references are drawn

_KEY_WORDS = {"pk", "fk", "uk"}  # Mermaid reads them as keys, in either case
_NOT_IN_TYPES = re.compile(r"[^A-Za-z0-9_()\[\]]+")
_TYPE_MAX = 40  # characters


def entities(design: Design) -> str:
    """All entities of a design with their fields and references.

    Args:
        design: one with a data model.
    """
    ids = {name: f"n{i}" for i, name in enumerate(design.data, start=1)}
    whole = sum(len(entity.fields) for entity in design.data.values()) <= DRAWN_MAX
    lines = [
        "erDiagram",
        "    accTitle: The data model",
        f"    accDescr: {label(_described(design))}",
    ]
    for name, entity in design.data.items():
        lines.append(f'    {ids[name]}["{label(name)}"] {{')
        for field, part in entity.fields.items():
            if whole or part.key or part.refers:
                lines.append(f"        {_line(field, part)}")
        lines.append("    }")
    for name, field, refers in _references(design):
        left, right = _ends(design, name, field, refers)
        lines.append(f'    {ids[name]} {left}--{right} {ids[refers]} : "{label(field)}"')
    return "\n".join(lines)


def _line(field: str, part: Attribute) -> str:
    keys = [mark for mark, is_so in (("PK", part.key), ("FK", bool(part.refers))) if is_so]
    name = f"{field}_" if field in _KEY_WORDS else field
    return f"{_word(part.type)} {name} {', '.join(keys)}".rstrip()


def _word(text: str) -> str:
    """A type as one bare word that begins with a letter."""
    word = _NOT_IN_TYPES.sub("_", text).strip("_")[:_TYPE_MAX]
    if not word[:1].isalpha():
        word = f"type_{word}".rstrip("_")
    return f"{word}_" if word.lower() in _KEY_WORDS else word


def _references(design: Design) -> Iterator[tuple[str, str, str]]:
    """Each reference: the entity, its field, the entity that it refers to."""
    for name, entity in design.data.items():
        for field, part in entity.fields.items():
            if part.refers in design.data:
                yield name, field, part.refers


def _ends(design: Design, name: str, field: str, refers: str) -> tuple[str, str]:
    """How many rows stand at either end of a reference, as Mermaid draws it."""
    fields = design.data[name].fields
    whole_key = fields[field].key and _keys(design.data[name]) == 1
    held = sum(part.refers == refers for part in fields.values())
    return "|o" if whole_key else "}o", "||" if held >= _keys(design.data[refers]) else "|{"


def _keys(entity: Entity) -> int:
    return sum(part.key for part in entity.fields.values())


def _described(design: Design) -> str:
    told = [f"{name} refers to {refers} by {field}" for name, field, refers in _references(design)]
    met = {end for name, _, refers in _references(design) for end in (name, refers)}
    told += [f"{name} stands alone" for name in design.data if name not in met]
    return ", ".join(told)
