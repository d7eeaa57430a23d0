"""A part of a design as dotted keys and plain values: what a reader of that part has read."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from sdcli.design.file import as_number

Scalar = str | int | float | bool | None


def leaves(key: str, value: Any, *, order: bool = True) -> dict[str, Scalar]:
    """The leaves of a part of the design under `key`; what is empty is left out.

    An `id` is left out as well: whoever reads a list of such parts puts it into the key.

    Args:
        key: what the keys begin with.
        value: the part.
        order: whether parts with names add which they are and in which order, under the key of
            all: what is printed in the order of the file is read in that order.

    >>> leaves("nouns", ("link", "redirect"))
    {'nouns[0]': 'link', 'nouns[1]': 'redirect'}
    >>> leaves("glossary", {"link": "a short URL", "code": "its end"})
    {'glossary': 'link, code', 'glossary.link': 'a short URL', 'glossary.code': 'its end'}
    """
    found: dict[str, Scalar] = {}
    if isinstance(value, BaseModel):
        parts = {
            f"{key}.{field.alias or name}": getattr(value, name)
            for name, field in type(value).model_fields.items()
            if name != "id"
        }
    elif isinstance(value, dict):
        parts = {f"{key}.{name}": part for name, part in value.items()}
        if parts and order:
            found[key] = ", ".join(str(name) for name in value)
    elif isinstance(value, (tuple, list)):
        parts = {f"{key}[{i}]": _in_list(part) for i, part in enumerate(value)}
    else:
        return {} if value is None or value == "" else {key: plain(value)}
    for at, part in parts.items():
        found |= leaves(at, part, order=order)
    return found


def _in_list(part: Any) -> Any:
    """A part of a list: its text alone, where that says it all."""
    return part if getattr(part, "short", None) is None else part.short


def plain(value: Scalar) -> Scalar:
    """A value as the design file says it: a number where it is one."""
    return as_number(value) if isinstance(value, str) else value
