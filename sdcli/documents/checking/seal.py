"""The seal of a ledger: one hash that proves that nothing changed since the build.

It is taken over the design as data, over every file of code and every template that a document is
made with, and over the ledger itself. Where it agrees, and every block of the document has the
text that the ledger knows, the answer of a check is the one that the build noted in the ledger:
neither the models nor an experiment nor a formula is needed. Where it does not agree, for whatever
reason, the check looks at everything; a wrong seal costs time and never a wrong answer.
"""

from __future__ import annotations

import json
import os
import re
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import sdcli
from sdcli.core import yaml
from sdcli.core.errors import SdcliError
from sdcli.core.files import read_text
from sdcli.core.folders import shipped
from sdcli.documents.checking.answer import BlockState, Check, Finding, RequirementState
from sdcli.documents.checking.prose import notes_on_document
from sdcli.documents.evidence.ledger import without_seal
from sdcli.documents.files import read_document
from sdcli.documents.text.markers import blocks_of, digest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sdcli.documents.files import Files
    from sdcli.units import Quantity

# Everything that decides what a document says and what a check of it answers.
_PARTS = ("core", "design", "documents", "estimate", "experiments", "reference", "units")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")  # of a design; its model would say it, and is not here
_FILE_MAX = 20_000_000  # bytes; nobody's template has so many


def seal(data: Any, beside: Path, ledger: str) -> str:
    """The seal of a ledger's text.

    Args:
        data: the design as its file says it.
        beside: the folder of the design, which may have templates of its own.
        ledger: the text, without the seal.
    """
    whole = sha256(code(beside).encode())
    whole.update(json.dumps(data, separators=(",", ":"), allow_nan=False).encode())
    whole.update(ledger.encode())
    return whole.hexdigest()


def code(beside: Path) -> str:
    """One hash over the code and the templates that a document is made with."""
    whole = sha256(sdcli.__version__.encode())
    root = os.path.dirname(sdcli.__file__)  # noqa: PTH120 - a hundred files, faster without Path
    for part in _PARTS:
        _add(whole, os.path.join(root, part), ".py")  # noqa: PTH118
    _add(whole, str(shipped("knowledge")), ".yaml", deep=False)
    for folder in (shipped("templates"), beside / "templates"):
        _add(whole, str(folder / "document"), ".j2", deep=False)
    return whole.hexdigest()


def _add(whole: Any, folder: str, suffix: str, *, deep: bool = True) -> None:
    """Add the files of a folder to a hash, by name, line ends as LF."""
    for at, folders, names in os.walk(folder):
        folders.sort()
        if not deep:
            folders.clear()
        for name in sorted(names):
            path = os.path.join(at, name)  # noqa: PTH118
            if name.endswith(suffix) and os.path.isfile(path):  # noqa: PTH113 - no pipe
                with open(path, "rb") as file:  # noqa: PTH123
                    text = file.read(_FILE_MAX).replace(b"\r\n", b"\n")
                inside = path[len(folder) :].replace(os.sep, "/")
                whole.update(f"{inside} {len(text)}\n".encode())
                whole.update(text)


def noted(requirements: list[RequirementState], findings: list[Finding]) -> dict[str, Any]:
    """What a build notes for the checks that find its seal unbroken."""
    return {
        "requirements": [vars(one) for one in requirements],
        "findings": [vars(one) for one in findings],
    }


def sealed(files: Files) -> Check | None:
    """The answer of a check where nothing changed since the build; None where it must look."""
    try:
        return _sealed(files)
    except (SdcliError, OSError, ValueError, RecursionError):
        return None  # the check that looks tells what is wrong
    except (LookupError, TypeError, AttributeError):
        return None  # somebody wrote a ledger by hand, seal and all


def _sealed(files: Files) -> Check | None:
    tree = yaml.read(files.design)
    design_id = tree.data.get("id") if isinstance(tree.data, dict) else None
    if not isinstance(design_id, str) or not _ID.fullmatch(design_id):
        return None
    text, told = without_seal(read_text(files.ledger(design_id)))
    if not _SHA256.fullmatch(told) or told != seal(tree.data, files.design.parent, text):
        return None
    ledger = json.loads(text)
    document = files.document(design_id)
    found = read_document(document)
    blocks = blocks_of(found or [])
    if blocks.keys() != ledger["blocks"].keys():
        return None
    for name, block in blocks.items():
        if block.edited or digest(block.text) != ledger["blocks"][name]["text"]:
            return None
    answer = ledger["answer"]
    nouns = [str(noun) for noun in tree.data.get("nouns", ())]
    return Check(
        [BlockState(name, "fresh", line=blocks[name].line) for name in ledger["blocks"]],
        [RequirementState(**one) for one in answer["requirements"]],
        [
            *(Finding(**one) for one in answer["findings"]),
            *notes_on_document(document, found or [], tree.data, nouns, lambda: _values(tree.data)),
        ],
        files.design,
        document,
        tree,
    )


def _values(data: Any) -> Mapping[str, Quantity]:
    """The assumptions and estimates of a design that is known to be valid, without its models."""
    from sdcli.estimate import Worksheet

    assumptions: dict[str, Any] = data.get("assumptions") or {}
    estimates: dict[str, Any] = data.get("estimates") or {}
    return Worksheet(
        {name: str(part["value"]) for name, part in assumptions.items()},
        {name: (str(part["formula"]), part.get("unit")) for name, part in estimates.items()},
        nouns=data.get("nouns") or (),
    ).values
