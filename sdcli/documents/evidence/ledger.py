"""The ledger beside a document: what each block read, what each run gave, from which code.

`<id>.evidence.json`. When and on what machine something ran stands here and nowhere else, and is
compared with nothing; a result that agrees with the stored one keeps what was noted then, so that
a build which changes nothing leaves the bytes alone, and a fresh clone checks fresh.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from sdcli.documents.evidence.plan import Pair
    from sdcli.documents.evidence.result import Evidence
    from sdcli.documents.inputs import Inputs

SCHEMA = "sdcli-ledger/1"
SEAL, _SEALED = ',\n "seal": "', '"\n}\n'


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


def stored(ledger: Ledger | None, pair: Pair) -> Evidence | None:
    """What the ledger has of a run of a component; None where it has nothing."""
    entry = ledger.blocks.get("evidence/" + "/".join(pair)) if ledger else None
    return entry.run.evidence if entry and entry.run else None


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
        if not entry.run.evidence.open_end:
            del told["open_end"]
        told["fingerprint"] = entry.run.evidence.fingerprint
        told["sources"] = entry.run.sources
        if entry.run.ran is not None:
            told["ran"] = asdict(entry.run.ran)
        data["evidence"] = told
    if entry.verdicts:
        data["verdicts"] = entry.verdicts
    return data
