"""`design.yaml`, read strictly and written plainly.

The form is pydantic's to judge; what it says is turned into faults of the house, each with
the line of the file, and a misspelt key gets the name that was probably meant.
"""

from __future__ import annotations

import re
import types
import typing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from sdcli.core import yaml
from sdcli.core.errors import Fault, FaultsFound, InputError
from sdcli.core.faults import in_order
from sdcli.core.files import conflict_line, read_text
from sdcli.core.suggest import did_you_mean, nearest
from sdcli.design.model import SCHEMA, Assumption, Design, Estimate, Part

if TYPE_CHECKING:
    from pathlib import Path

_SCHEMA = re.compile(r"sdcli/([0-9]+)")
_BESIDE_MAX = 20  # unknown keys beside a missing one that are looked at
_ERRORS_MAX = 1000  # errors of one file that are put into words
_NUMERIC = {"params", "with", "value", "target"}  # keys whose text is written as a number


@dataclass(frozen=True)
class Loaded:
    """A design with the file that it came from, so that faults can name lines."""

    design: Design
    tree: yaml.Tree
    path: Path | None = None


def load(path: Path) -> Loaded:
    """Read a design file.

    Raises:
        InputError: the file cannot be read, or a newer sdcli wrote it.
        FaultsFound: its form is wrong; every fault with its line.
    """
    loaded = parse(read_text(path), str(path))
    return Loaded(loaded.design, loaded.tree, path)


def parse(text: str, name: str) -> Loaded:
    """Read a design from text; `name` is what errors call it.

    Raises:
        InputError: a newer sdcli wrote it.
        FaultsFound: its form is wrong; every fault with its line.
    """
    conflict = conflict_line(text)
    if conflict:
        raise FaultsFound(
            [Fault(name, conflict, "", "a merge conflict is left in the file", "keep one side")]
        )
    tree = yaml.parse(text, name)
    if not isinstance(tree.data, dict):
        raise FaultsFound(
            [Fault(name, 1, "", "this is not a design", f"begin with schema: {SCHEMA}")]
        )
    _check_schema(tree)
    try:
        design = Design.model_validate(tree.data)
    except ValidationError as error:
        errors: list[dict[str, Any]] = [dict(one) for one in error.errors(include_url=False)]
        unknown: dict[tuple[str | int, ...], list[str]] = {}
        for one in errors:
            if one["type"] == "extra_forbidden":
                unknown.setdefault(one["loc"][:-1], []).append(str(one["loc"][-1]))
        shown = [one for one in errors[:_ERRORS_MAX] if not _is_misspelt(one, unknown)]
        raise FaultsFound(in_order([_fault(tree, one) for one in shown])) from None
    return Loaded(design, tree)


def _check_schema(tree: yaml.Tree) -> None:
    told = tree.data.get("schema")
    if told == SCHEMA:
        return
    if "schema" not in tree.data:
        raise FaultsFound([tree.fault((), "the key schema is missing", f"schema: {SCHEMA}")])
    match = _SCHEMA.fullmatch(str(told))
    if match and int(match[1]) > int(SCHEMA.partition("/")[2]):
        raise InputError(
            f"a newer sdcli wrote this design ({told}); this one reads {SCHEMA}",
            where=f"{tree.name}:{tree.line(('schema',))}",
            fix="upgrade sdcli",
        )
    raise FaultsFound(
        [tree.fault(("schema",), "this is not a design's schema", f"schema: {SCHEMA}")]
    )


def _is_misspelt(error: dict[str, Any], unknown: dict[tuple[str | int, ...], list[str]]) -> bool:
    """Whether a key is missing because it stands beside its place, misspelt: one fault, not two."""
    if error["type"] != "missing":
        return False
    name = str(error["loc"][-1])
    beside = unknown.get(error["loc"][:-1], [])[:_BESIDE_MAX]
    return any(name in nearest(word[:64], [name]) for word in beside)


def _fault(tree: yaml.Tree, error: dict[str, Any]) -> Fault:
    """One of pydantic's errors in the words of the house."""
    key = tuple(part for part in error["loc"] if part != "[key]")
    kind = error["type"]
    if kind == "extra_forbidden":
        known = _keys_of(_model_at(key[:-1]))
        word = str(key[-1])
        return tree.fault(
            key,
            f"unknown key {word[:64]!r}",
            did_you_mean(word[:64], known) or f"one of {', '.join(known)}",
        )
    if kind == "missing":
        return tree.fault(key, "this key is missing", "")
    if kind == "literal_error":
        words = [word for word in re.findall(r"'([^']*)'", str(error["ctx"]["expected"])) if word]
        given = str(error["input"])[:64]
        return tree.fault(
            key, f"{given!r} is not one of {', '.join(words)}", did_you_mean(given, words)
        )
    if kind == "value_error":
        return tree.fault(key, str(error["ctx"]["error"]), "")
    if kind in ("model_type", "model_attributes_type", "dict_type", "is_instance_of"):
        return tree.fault(key, "this must be a mapping of keys to values", _mapping_like(key))
    if kind in ("string_type", "string_sub_type"):
        return tree.fault(key, "this must be text", "")
    if kind in ("tuple_type", "list_type"):
        given = error["input"]
        return tree.fault(
            key, "this must be a list", f"[{given[:64]}]" if isinstance(given, str) else ""
        )
    if kind.startswith("bool_"):
        return tree.fault(key, "this must be true or false", "")
    if kind.startswith("int_") or kind == "greater_than_equal":
        return tree.fault(key, "this must be a whole number from 0", "seed: 7")
    return tree.fault(key, str(error["msg"]), "")


def _mapping_like(key: tuple[str | int, ...]) -> str:
    model = _model_at(key)
    if model is Assumption:
        return "{value: 100M link/month, source: product brief}"
    if model is Estimate:
        return "{formula: writes, unit: link/s}"
    return f"keys are {', '.join(_keys_of(model))}" if model else ""


def _model_at(key: tuple[str | int, ...]) -> type[BaseModel] | None:
    """The model of the part of the design that stands at `key`, if it is one."""
    here: Any = Design
    for part in key:
        if isinstance(here, type) and issubclass(here, BaseModel):
            fields = {field.alias or name: field for name, field in here.model_fields.items()}
            if part not in fields:
                return None
            here = _inner(fields[str(part)].annotation)
        else:
            here = _inner(typing.get_args(here)[-1] if typing.get_args(here) else None)
        if typing.get_origin(here) is tuple:
            here = types.GenericAlias(dict, (int, typing.get_args(here)[0]))
    return here if isinstance(here, type) and issubclass(here, BaseModel) else None


def _inner(annotation: Any) -> Any:
    """The annotation without `Annotated` and without `| None`."""
    while typing.get_origin(annotation) in (typing.Annotated, typing.Union, types.UnionType):
        annotation = typing.get_args(annotation)[0]
    return annotation


def _keys_of(model: type[BaseModel] | None) -> list[str]:
    if model is None:
        return []
    return [field.alias or name for name, field in model.model_fields.items()]


def dump(design: Design) -> str:
    """The YAML text of a design; `parse` reads an equal design back.

    Empty parts are left out; `origin` is always written.
    """
    return yaml.dump(_plain(design, ""))


def _plain(value: Any, key: str) -> Any:
    if isinstance(value, Part):
        if value.short is not None:
            return value.short
        found: dict[str, Any] = {}
        for name, field in type(value).model_fields.items():
            part = _plain(getattr(value, name), field.alias or name)
            if field.is_required() or part not in (None, "", [], {}):
                found[field.alias or name] = part
        return found
    if isinstance(value, dict):
        return {name: _plain(part, key if key in _NUMERIC else "") for name, part in value.items()}
    if isinstance(value, tuple):
        return [_plain(part, "") for part in value]
    return as_number(value) if key in _NUMERIC and isinstance(value, str) else value


def as_number(text: str) -> str | int | float:
    """The number that YAML writes with the same characters, else the text.

    >>> as_number("160"), as_number("1.50"), as_number("1M")
    (160, '1.50', '1M')
    """
    for convert in (int, float):
        try:
            number = convert(text)
        except ValueError:
            continue
        if str(number) == text and text.lstrip("-").replace(".", "", 1).isdigit():
            return number
    return text
