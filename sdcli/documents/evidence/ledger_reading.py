"""Reading a ledger: somebody may have written into it, so everything is looked at.

Whatever is not as it was written is named with its file and its key; nothing of it is believed.
"""

from __future__ import annotations

import json
import math
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from sdcli.core.errors import DamagedError, InputError, SdcliError
from sdcli.core.files import conflict_line, read_text
from sdcli.documents.evidence.ledger import SCHEMA, Entry, Ledger, Ran, Run
from sdcli.documents.evidence.result import Evidence, Measure, Sort

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

T = TypeVar("T")

_UNIT_MAX = 200  # characters
_WORD = re.compile(r"[^\W\d]\w*")


def read_ledger(path: Path) -> Ledger | None:
    """The ledger, or None when there is no file.

    Raises:
        InputError: it cannot be read, holds a merge conflict, or a newer sdcli wrote it.
        DamagedError: it is not what was written; with the offset or the key.
    """
    if not path.exists():
        return None
    text = read_text(path)
    conflict = conflict_line(text)
    if conflict:
        raise InputError(
            "a merge conflict is left in the file",
            where=f"{path}:{conflict}",
            fix="keep one side, then sdcli doc build",
        )
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise _damaged(path, f"this is not JSON: {error.msg} (offset {error.pos})") from error
    except (RecursionError, ValueError) as error:
        raise _damaged(path, "this is not JSON that sdcli wrote (offset 0)") from error
    try:
        _check_schema(path, data)
        return Ledger(
            design=_got(data, "design", str),
            document=_got(data, "document", str),
            blocks=_mapped(data, "blocks", _entry),
            sdcli=_got(data, "sdcli", str) if "sdcli" in data else "",
            answer=_got(data, "answer", dict) if "answer" in data else None,
        )
    except _Unlike as error:
        raise _damaged(path, f"{error.at}: this is not what was written") from error


class _Unlike(Exception):  # noqa: N818 - never leaves this module
    def __init__(self, at: str) -> None:
        super().__init__(at)
        self.at = at


def _damaged(path: Path, what: str) -> DamagedError:
    return DamagedError(
        what, where=str(path), fix="delete the file, then sdcli doc build writes it anew"
    )


def _check_schema(path: Path, data: Any) -> None:
    told = _got(data, "schema", str)
    name, _, version = told.partition("/")
    if name == "sdcli-ledger" and version.isdecimal() and int(version[:9]) > 1:
        raise InputError(
            f"a newer sdcli wrote this ledger ({told[:40]}); this one reads {SCHEMA}",
            where=str(path),
            fix="upgrade sdcli",
        )
    if told != SCHEMA:
        raise _Unlike("schema")


def _got(data: Any, key: str, kind: type[T]) -> T:
    """The value of a key, which must be of this type; an int serves as a float."""
    value = data.get(key) if isinstance(data, dict) else None
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        try:
            value = float(value)
        except OverflowError as error:  # it has more than 308 digits
            raise _Unlike(key) from error
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise _Unlike(key)
    if isinstance(value, float) and not math.isfinite(value):
        raise _Unlike(key)
    return value


def _mapped(data: Any, key: str, read: Callable[[Any], T]) -> dict[str, T]:
    """A mapping whose values `read` understands."""
    found: dict[str, T] = {}
    for name, value in _got(data, key, dict).items():
        try:
            found[str(name)] = read(value)
        except _Unlike as error:
            raise _Unlike(f"{key}.{name}.{error.at}" if error.at else f"{key}.{name}") from error
    return found


def _inside(data: Any, key: str, read: Callable[[Any], T]) -> T:
    """A part that `read` understands."""
    try:
        return read(data[key])
    except _Unlike as error:
        raise _Unlike(f"{key}.{error.at}") from error


def _names(data: Any, key: str) -> tuple[str, ...]:
    """A list of texts."""
    found = _got(data, key, list)
    if not all(isinstance(one, str) for one in found):
        raise _Unlike(key)
    return tuple(found)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _Unlike("")
    return value


def _scalar(value: Any) -> str | int | float | bool | None:
    if value is not None and not isinstance(value, (str, int, float)):
        raise _Unlike("")
    if isinstance(value, float) and not math.isfinite(value):
        raise _Unlike("")
    return value


def _entry(data: Any) -> Entry:
    return Entry(
        text=_got(data, "text", str),
        code=_got(data, "code", str),
        inputs=_mapped(data, "inputs", _scalar),
        run=_inside(data, "evidence", _run) if "evidence" in data else None,
        verdicts=_mapped(data, "verdicts", _text) if "verdicts" in data else {},
    )


def _run(data: Any) -> Run:
    evidence = Evidence(
        sort=_sort(data),
        experiment=_got(data, "experiment", str),
        revision=_got(data, "revision", int),
        params=_mapped(data, "params", _scalar),
        seed=_got(data, "seed", int),
        metrics=_mapped(data, "metrics", _measure),
        verdict=_got(data, "verdict", str),
        note=_got(data, "note", str),
        scale=_got(data, "scale", str),
        not_carried=_names(data, "not_carried") if "not_carried" in data else (),
        open_end=_got(data, "open_end", str) if "open_end" in data else "",
    )
    return Run(
        evidence=evidence,
        sources=_mapped(data, "sources", _text),
        ran=_ran(data["ran"]) if "ran" in data else None,
    )


def _ran(data: Any) -> Ran:
    words = {name: _got(data, name, str) for name in ("machine", "python", "sdcli", "time")}
    return Ran(**words, seconds=_got(data, "seconds", float))


def _sort(data: Any) -> Sort:
    if "sort" not in data:
        return "exact"  # written before there was another
    told = _got(data, "sort", str)
    if told == "exact":
        return "exact"
    if told == "analytic":
        return "analytic"
    raise _Unlike("sort")


def _measure(data: Any) -> Measure:
    return Measure(
        value=_got(data, "value", float),
        unit=_unit(_got(data, "unit", str)),
        low=_got(data, "low", float) if "low" in data else None,
        high=_got(data, "high", float) if "high" in data else None,
    )


def _unit(text: str) -> str:
    """A unit, when it can be read; each word that is none of the shipped ones may be a noun."""
    if not _is_unit(text):
        raise _Unlike("unit")
    return text


@lru_cache(maxsize=1_000)
def _is_unit(text: str) -> bool:
    from sdcli.documents.evidence.measures import in_quantities

    if len(text) > _UNIT_MAX:
        return False
    try:
        in_quantities(1.0, text, _WORD.findall(text))
    except (SdcliError, ArithmeticError, ValueError):
        return False
    return True
