"""A check for people: what is not as it should be, each with its reason and its remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sdcli.documents.checking.answer import BlockState, Check

Parts = tuple[tuple[str, str], ...]  # a line: texts with their styles

_NAMED_MAX = 6  # blocks named one by one; more are counted
_DIFF_MAX = 20  # lines of a diff that are shown
_STYLES = {"fresh": "bold green", "stale": "bold yellow", "failed": "bold red"}
_SIGNS = {"+": "green", "-": "red"}


def lines(path: Path, answer: Check, *, brief: bool = False) -> Iterator[Parts]:
    """What is said of one document, line by line.

    Args:
        path: as it was named.
        answer: the check.
        brief: one of many: what is met of a document that holds is not listed.
    """
    if answer.state == "fresh" and not answer.holds:
        yield (f"{path}: ", ""), ("fresh, but a confirm does not hold", _STYLES["failed"])
    else:
        yield (f"{path}: ", ""), (answer.state, _STYLES[answer.state])
    for (state, reason), blocks in grouped(answer).items():
        yield ((f"  {whose(blocks)}", ""),)
        yield ((f"    {state}: {reason}", ""),)
        for block in blocks:
            yield from _diff(block)
    for requirement in answer.requirements:
        if brief and answer.holds and requirement.word == "met":
            continue
        told = said(requirement.shown, requirement.reason)
        yield ((f"  {requirement.id} {requirement.word}: {told} ({requirement.asked})", ""),)
    for finding in answer.findings:
        yield ((f"  {finding.where}  {finding.kind}: {finding.message}", ""),)
    for remedy in remedies(answer, path):
        yield ((f"  {remedy}", ""),)


def said(shown: str, reason: str) -> str:
    """What was measured, and why that is not enough; a range that is shown says so itself."""
    return "; ".join(part for part in (shown, "" if "(" in shown else reason) if part)


def grouped(answer: Check) -> dict[tuple[str, str], list[BlockState]]:
    """The blocks that there is something to say of, by what there is to say."""
    found: dict[tuple[str, str], list[BlockState]] = {}
    for block in answer.blocks:
        if block.state != "fresh" or block.reason:
            found.setdefault((block.state, block.reason), []).append(block)
    return found


def whose(blocks: list[BlockState]) -> str:
    """Some blocks by name, many by their number."""
    if len(blocks) > _NAMED_MAX:
        return f"{len(blocks)} blocks"
    return ", ".join(block.id for block in blocks)


def _diff(block: BlockState) -> Iterator[Parts]:
    """The diff of a block; behind a bar, where a line of it is no command to GitHub's runner."""
    told = block.diff.splitlines()
    for line in told[:_DIFF_MAX]:
        is_head = line.startswith(("+++", "---"))
        yield ((f"      | {line}", "" if is_head else _SIGNS.get(line[:1], "")),)
    if len(told) > _DIFF_MAX:
        yield ((f"      | ... and {len(told) - _DIFF_MAX} more lines", ""),)


def remedies(answer: Check, path: Path) -> list[str]:
    """Each different remedy once; one whole build where several blocks need one."""
    import shlex

    found = list(dict.fromkeys(block.remedy for block in answer.blocks if block.remedy))
    single = [remedy for remedy in found if remedy.startswith("sdcli doc build --only ")]
    if len(single) < 2:  # noqa: PLR2004 - one stays as it is
        return found
    whole = f"sdcli doc build {shlex.quote(str(path))}"
    return list(dict.fromkeys(whole if remedy in single else remedy for remedy in found))
