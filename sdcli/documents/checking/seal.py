"""The seal of a ledger: one hash by which a check knows that nothing changed since the build.

It is taken over the design as data, over every file of code and every template that a document is
made with, and over the ledger itself. Where it agrees, and every block of the document has the
text that the ledger knows, the answer of a check is the one that the build noted in the ledger:
neither the models nor an experiment nor a formula is needed. Where it does not agree, for whatever
reason, the check looks at everything; a broken seal costs time and never a wrong answer.

It guards against accidents, not against a writer: whoever can change the ledger can seal it anew,
with an answer of their own. A check without `--fast` never asks it.
"""

from __future__ import annotations

import json
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
from sdcli.documents.evidence.codebase import add_code, add_files
from sdcli.documents.evidence.ledger import without_seal
from sdcli.documents.files import read_document
from sdcli.documents.text.markers import blocks_of, digest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sdcli.documents.files import Files
    from sdcli.units import Quantity

_SHA256 = re.compile(r"[0-9a-f]{64}")
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")  # of a design; its model would say it, and is not here
_WORDS = ("met", "at-risk", "unmet", "unmeasured")


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
    add_code(whole)
    for folder in (shipped("templates"), beside / "templates"):
        add_files(whole, str(folder / "document"), ".j2", deep=False)
    return whole.hexdigest()


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
        [_requirement(one) for one in answer["requirements"]],
        [
            *(_finding(one) for one in answer["findings"]),
            *notes_on_document(document, found or [], tree.data, nouns, lambda: _values(tree.data)),
        ],
        files.design,
        document,
        tree,
    )


def _requirement(told: dict[str, Any]) -> RequirementState:
    """A verdict as it was noted.

    Raises:
        TypeError: it is none.
    """
    one = RequirementState(**told)
    texts = (one.id, one.word, one.reason, one.shown, one.asked)
    is_sound = all(isinstance(text, str) for text in texts) and one.word in _WORDS
    if not is_sound or not isinstance(one.row, dict):
        raise TypeError("this is no verdict that a build noted")
    return one


def _finding(told: dict[str, Any]) -> Finding:
    """A finding as it was noted.

    Raises:
        TypeError: it is none.
    """
    one = Finding(**told)
    is_sound = all(isinstance(text, str) for text in (one.kind, one.where, one.message))
    if not is_sound or type(one.fails) is not bool or type(one.line) is not int:
        raise TypeError("this is no finding that a build noted")
    return one


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
