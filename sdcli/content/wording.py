"""Pydantic's errors in our words: what is wrong at which key, and what to write instead.

Pydantic finds every fault of a file at once and knows the path of each; its sentences are
for programmers. Here each kind of error that the models can raise gets one sentence for a
person who edits YAML and never reads Python.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel

from sdcli.core.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import ValidationError

    from sdcli.core.errors import Fault
    from sdcli.core.yaml import Key, Tree

_WANTED = {
    "tuple_type": ("a list", "write it like [one, two]"),
    "int_type": ("a whole number", ""),
    "float_type": ("a number", ""),
    "bool_type": ("true or false", ""),
}


def faults_of(error: ValidationError, tree: Tree, model: type[BaseModel]) -> list[Fault]:
    """One fault for each error, at its place in the file, in the order of the file."""
    faults = []
    for entry in error.errors(include_url=False):
        if entry["type"] == "too_short" and len(entry["input"]) >= entry["ctx"]["min_length"]:
            continue  # it counts only the entries that are right; the wrong ones have faults
        key: Key = tuple(entry["loc"])
        message, remedy = _sentence(entry["type"], entry, _model_at(model, key))
        faults.append(tree.fault(key, message, remedy))
    return sorted(faults)


def _sentence(kind: str, entry: Mapping[str, Any], parent: type[BaseModel]) -> tuple[str, str]:
    """Message and remedy."""
    context: Mapping[str, Any] = entry.get("ctx", {})
    given = entry["input"]
    if kind == "sdcli":
        return context["message"], context["remedy"]
    if kind == "missing":
        return "this key is missing", f'add it: "{entry["loc"][-1]}: ..."'
    if kind == "extra_forbidden":
        keys = keys_of(parent)
        near = did_you_mean(str(entry["loc"][-1]), keys)
        if near:
            return f"this key is not known; {near}", ""
        return "this key is not known", f"the keys here are {', '.join(keys)}"
    if given is None:
        return "nothing stands here", "write the value, or delete the key if it may be left out"
    if kind == "string_type":
        remedy = f'write it in quotes: "{shown(given)}"' if _is_plain(given) else ""
        return f"this must be text, not {_kind(given)}", remedy
    if kind in {"model_type", "dict_type", "mapping_type"}:
        return f"this must have keys below it, not be {_kind(given)}", ""
    if kind in _WANTED:
        wanted, remedy = _WANTED[kind]
        return f"this must be {wanted}, not {_kind(given)}", remedy
    if kind == "literal_error":
        known = [word.strip("'") for word in context["expected"].replace(" or ", ", ").split(", ")]
        near = did_you_mean(str(given), known)
        message = f"{shown(given)} is none of {', '.join(known)}"
        return (f"{message}; {near}" if near else message), ""
    if kind in {"greater_than_equal", "less_than_equal"}:
        bound = context.get("ge", context.get("le"))
        side = "at least" if "ge" in context else "at most"
        return f"{shown(given)} is out of range", f"write {side} {bound}"
    if kind in {"too_short", "too_long"}:
        return _length(kind, context)
    return str(entry["msg"]), ""


def _length(kind: str, context: Mapping[str, Any]) -> tuple[str, str]:
    """Hints are the only lists with an upper bound, so a list that is too long is one of them."""
    count, least = context["actual_length"], context.get("min_length", 0)
    if kind == "too_long" or least > 1:
        return f"hints have three levels, this has {count}", "write a nudge, a point and a reveal"
    return "this is empty", "write at least one entry"


def keys_of(model: type[BaseModel]) -> list[str]:
    """The keys of a model as they are spelled in the file."""
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_at(model: type[BaseModel], key: Key) -> type[BaseModel]:
    """The model whose key the last part of `key` is."""
    for part in key[:-1]:
        for name, field in model.model_fields.items():
            if part in (name, field.alias):
                model = _inner(field.annotation) or model
                break
    return model


def _inner(annotation: Any) -> type[BaseModel] | None:
    """The model inside `tuple[Question, ...]`, `Trial | None` or itself."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in get_args(annotation):
        if found := _inner(argument):
            return found
    return None


def shown(value: Any) -> str:
    """A value as it stands in the file: `true`, not `True`.

    >>> shown(True), shown(3), shown("x")
    ('true', '3', 'x')
    """
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def _is_plain(value: Any) -> bool:
    return isinstance(value, (bool, int, float))


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return f"{shown(value)} (a yes or no)"
    if isinstance(value, (int, float)):
        return f"the number {value}"
    if isinstance(value, str):
        return "text"
    if isinstance(value, dict):
        return "a group of keys"
    if isinstance(value, list):
        return "a list"
    return "nothing"
