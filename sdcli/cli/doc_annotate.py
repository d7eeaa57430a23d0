"""Annotations: what a check found, at the lines of a review on GitHub.

The form is GitHub's own, "Workflow commands for GitHub Actions": `::error file=...,line=...::text`,
with %, the line ends, and in the parts before the text : and , written as %25, %0A and so on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.cli.doc_check_text import grouped, whose
from sdcli.core.errors import FaultsFound
from sdcli.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sdcli.core.errors import SdcliError
    from sdcli.documents import Check
    from sdcli.documents.checking.answer import BlockState, Finding

_LEVELS = {"fresh": "notice", "code-changed": "notice"}  # every other state is an error


def of_check(path: Path, answer: Check) -> Iterator[str]:
    """One command for each thing that is not as it should be.

    Args:
        path: as it was named.
        answer: its check.
    """
    from sdcli.documents.checking.places import line_of

    design = answer.design.as_posix()
    for (state, reason), blocks in grouped(answer).items():
        line = next((block.line for block in blocks if block.line), 0)
        file = answer.document.as_posix() if line else design
        level = _LEVELS.get(state, "error")
        yield command(level, file, line or 1, f"{path}: {state}", _told(blocks, reason))
    for requirement in answer.requirements:
        if requirement.word in ("unmet", "at-risk"):
            line = line_of(answer.tree, f"requirements.quality.{requirement.id}")
            level = "error" if requirement.word == "unmet" else "warning"
            title = f"{requirement.id} {requirement.word}"
            told = requirement.shown or requirement.reason
            yield command(level, design, line, title, f"{told} ({requirement.asked})")
    for finding in answer.findings:
        yield _of_finding(answer, finding)


def _told(blocks: list[BlockState], reason: str) -> str:
    remedy = next((block.remedy for block in blocks if block.remedy), "")
    return f"{whose(blocks)}: {reason}" + (f"\nfix: {remedy}" if remedy else "")


def _of_finding(answer: Check, finding: Finding) -> str:
    from sdcli.documents.checking.places import line_of

    level = "error" if finding.fails else "warning"
    if finding.line:
        file, line = answer.document.as_posix(), finding.line
    else:
        file, line = answer.design.as_posix(), line_of(answer.tree, finding.where)
    return command(level, file, line, finding.kind, f"{finding.where}: {finding.message}")


def of_error(path: Path, error: SdcliError) -> Iterator[str]:
    """The commands for a file that cannot be used: each fault at its line."""
    if isinstance(error, FaultsFound):
        for fault in error.faults:
            told = f"{fault.key}: {fault.message}" if fault.key else fault.message
            told += f"\nfix: {fault.remedy}" if fault.remedy else ""
            yield command("error", fault.file, fault.line, "unusable", told)
        return
    file, _, line = error.where.rpartition(":")
    if not line.isdecimal() or not file:
        file, line = error.where or path.as_posix(), "1"
    yield command("error", file, int(line[:9]), "unusable", error.what)


def command(level: str, file: str, line: int, title: str, text: str) -> str:
    r"""One workflow command.

    >>> command("error", "a,b.md", 3, "stale", "50 %\nfix: build")
    '::error file=a%2Cb.md,line=3,title=stale::50 %25%0Afix: build'
    """
    named = f"file={_property(file)},line={line},title={_property(title)}"
    return f"::{level} {named}::{_escaped(text)}"


def _escaped(text: str) -> str:
    shown = printable(text, " ", keep="\n\r")
    return shown.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
