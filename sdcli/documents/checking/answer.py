"""The answer of a check: the state of each block, each requirement, and what else to know."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from pathlib import Path

    from sdcli.core.yaml import Tree
    from sdcli.documents.inputs import Scalar
    from sdcli.documents.judging.verdicts import Verdict

State = Literal[
    "fresh",
    "input-stale",
    "code-changed",
    "drifted",
    "edited",
    "missing",
    "orphan",
    "failed",
]
Whole = Literal["fresh", "stale", "failed"]
_CALM = ("fresh", "code-changed")


@dataclass(frozen=True)
class BlockState:
    """What became of one block since it was built.

    Args:
        id: the block.
        state: one of the words above.
        reason: the state in a clause; empty when there is nothing to say.
        key, old, new: what changed in the design; None where nothing did.
        remedy: the cheapest command that puts it right; empty when nothing is wrong.
        line: where it stands in the document, from 1; 0 when it does not.
        diff: of a block that was edited by hand, what a build would undo; a full check alone
            knows it.
    """

    id: str
    state: State
    reason: str = ""
    key: str | None = None
    old: Scalar = None
    new: Scalar = None
    remedy: str = ""
    line: int = 0
    diff: str = ""

    def to_json(self) -> dict[str, Any]:
        """Its entry in `doc check --json`; `diff` only where there is one."""
        keys = ("id", "state", "reason", "key", "old", "new", "remedy")
        found = {name: getattr(self, name) for name in keys}
        return found | {"diff": self.diff} if self.diff else found


@dataclass(frozen=True)
class RequirementState:
    """The verdict on one quality requirement, as plain values.

    Args:
        id, word, reason: as judging.verdicts has them.
        shown: the number for people; empty when there is none.
        asked: the requirement on one line.
        row: its entry in `doc check --json`.
    """

    id: str
    word: str
    reason: str
    shown: str
    asked: str
    row: dict[str, Any]

    @classmethod
    def of(cls, verdict: Verdict) -> RequirementState:
        """The plain values of a verdict."""
        quality = verdict.quality
        row = verdict.to_json()
        return cls(quality.id, verdict.word, verdict.reason, verdict.shown, quality.line, row)


@dataclass(frozen=True)
class Finding:
    """Something to know beside the states of the blocks.

    Args:
        kind: verdict-changed, confirm, revisit, failure, prose-number or new-sdcli.
        where: the dotted key of the design, or `document.md:12`.
        message: in a sentence.
        fails: whether it makes the check come out false.
        line: in the document, from 1, where `where` names the document; else 0.
    """

    kind: str
    where: str
    message: str
    fails: bool = False
    line: int = 0

    def to_json(self) -> dict[str, str]:
        """Its entry in `doc check --json`."""
        return {"kind": self.kind, "where": self.where, "message": self.message}


@dataclass(frozen=True)
class Check:
    """The answer of a check.

    Args:
        blocks: every block, in the order of the document's template, orphans last.
        requirements: the verdicts on the quality requirements.
        findings: see Finding.
        design, document: the two files.
        tree: the design as its file says it, with its lines.
    """

    blocks: list[BlockState]
    requirements: list[RequirementState]
    findings: list[Finding]
    design: Path
    document: Path
    tree: Tree = field(repr=False, compare=False)

    @property
    def state(self) -> Whole:
        """Of the whole document.

        Failed if a block failed or a requirement is unmet; stale if a block is neither fresh nor
        code-changed; else fresh.
        """
        if any(block.state == "failed" for block in self.blocks):
            return "failed"
        if any(requirement.word == "unmet" for requirement in self.requirements):
            return "failed"
        return "fresh" if all(block.state in _CALM for block in self.blocks) else "stale"

    @property
    def holds(self) -> bool:
        """Whether everything is as it should be: exit code 0, else 1."""
        return self.state == "fresh" and not any(finding.fails for finding in self.findings)

    def to_json(self) -> dict[str, Any]:
        """The object of `doc check --json`."""
        return {
            "state": self.state,
            "blocks": [block.to_json() for block in self.blocks],
            "requirements": [requirement.row for requirement in self.requirements],
            "findings": [finding.to_json() for finding in self.findings],
        }
