"""The ledger beside a document: what each block read, what each run gave, from which code.

`<id>.evidence.json`. When and on what machine something ran stands here and nowhere else, and is
compared with nothing; a result that agrees with the stored one keeps what was noted then, so that
a build which changes nothing leaves the bytes alone, and a fresh clone checks fresh.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from sdcli.core.errors import DamagedError, InputError
from sdcli.core.files import conflict_line, read_text
from sdcli.documents.evidence.result import Evidence, Measure, Sort

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sdcli.documents.inputs import Inputs

SCHEMA = "sdcli-ledger/1"
SEAL, _SEALED = ',\n "seal": "', '"\n}\n'

T = TypeVar("T")


@dataclass(frozen=True)
class Ran:
    """When and where something ran; nothing is ever compared with it.

    Args:
        machine: system, architecture and cores; neither a name nor a path.
        python, sdcli: their versions.
        time: the day and the time in UTC, when it had run.
        seconds: how long it took.
    """

    machine: str
    python: str
    sdcli: str
    time: str
    seconds: float


@dataclass(frozen=True)
class Run:
    """One stored result: the evidence, the code that it came from, when and where it ran."""

    evidence: Evidence
    sources: dict[str, str]
    ran: Ran | None = None

    def kept(self, old: Run | None) -> Run:
        """The stored run where it says the same and came from the same code, else this one."""
        if old is None or self.sources != old.sources:
            return self
        before, now = old.evidence, self.evidence
        same = before.fingerprint == now.fingerprint and now.agrees(before)
        same = same and replace(before, metrics=now.metrics) == now
        return old if same and (old.ran or not self.ran) else self


@dataclass(frozen=True)
class Entry:
    """What is kept of one block.

    Args:
        text: the sha256 of the text that was built.
        code: the sha256 of the template and of the code that renders.
        inputs: dotted key -> value, everything of the design that the block read.
        run: the result, for a block of evidence.
        verdicts: requirement -> verdict, for the block of the requirements.
    """

    text: str
    code: str
    inputs: Inputs
    run: Run | None = None
    verdicts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Ledger:
    """All blocks of one document.

    Args:
        design, document: the two files, as seen from the ledger's folder.
        blocks: by id, in the order of the document.
        sdcli: the version that built it; empty in a ledger of before this was noted.
        answer: what a check found on the design when it was built (checking/seal.py), or None.
    """

    design: str
    document: str
    blocks: dict[str, Entry]
    sdcli: str = ""
    answer: dict[str, Any] | None = None


def ledger_text(ledger: Ledger, seal: Callable[[str], str] | None = None) -> str:
    """The bytes of a ledger: one form for one content.

    Args:
        ledger: what it says.
        seal: makes the seal of all that stands above it; None for a ledger without one.
    """
    data: dict[str, Any] = {"schema": SCHEMA}
    if ledger.sdcli:
        data["sdcli"] = ledger.sdcli
    data |= {
        "design": ledger.design,
        "document": ledger.document,
        "blocks": {name: _entry_json(entry) for name, entry in ledger.blocks.items()},
    }
    if ledger.answer is None or seal is None:
        return _json(data)
    text = _json(data | {"answer": ledger.answer})
    return text.removesuffix("\n}\n") + SEAL + seal(text) + _SEALED


def without_seal(text: str) -> tuple[str, str]:
    """The text of a ledger as it was sealed, and its seal; two empty texts where it has none."""
    if not text.endswith(_SEALED):
        return "", ""
    above, mark, seal = text.removesuffix(_SEALED).rpartition(SEAL)
    return (above + "\n}\n", seal) if mark else ("", "")


def _json(data: dict[str, Any]) -> str:
    return json.dumps(data, indent=1, ensure_ascii=True, allow_nan=False) + "\n"


def _entry_json(entry: Entry) -> dict[str, Any]:
    data: dict[str, Any] = {"text": entry.text, "code": entry.code, "inputs": entry.inputs}
    if entry.run is not None:
        told = asdict(entry.run.evidence)
        told["metrics"] = {
            name: {key: part for key, part in asdict(measure).items() if part is not None}
            for name, measure in entry.run.evidence.metrics.items()
        }
        if not entry.run.evidence.not_carried:  # at full scale there is nothing to keep
            del told["not_carried"]
        told["fingerprint"] = entry.run.evidence.fingerprint
        told["sources"] = entry.run.sources
        if entry.run.ran is not None:
            told["ran"] = asdict(entry.run.ran)
        data["evidence"] = told
    if entry.verdicts:
        data["verdicts"] = entry.verdicts
    return data


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
        value = float(value)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
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
    return value


def _entry(data: Any) -> Entry:
    return Entry(
        text=_got(data, "text", str),
        code=_got(data, "code", str),
        inputs=_mapped(data, "inputs", _scalar),
        run=_run(data["evidence"]) if "evidence" in data else None,
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
        unit=_got(data, "unit", str),
        low=_got(data, "low", float) if "low" in data else None,
        high=_got(data, "high", float) if "high" in data else None,
    )
