"""`sdcli doc check`: what of a document is stale, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sdcli.cli.doc_files import Files, Json, expanded, verdict_line
from sdcli.core.errors import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from sdcli.documents import Check

_NAMED_MAX = 6  # blocks named one by one; more are counted
_WORST = ("fresh", "stale", "failed")


def check(
    files: Files = None,
    fast: Annotated[
        bool, typer.Option(help="Run nothing: compare inputs and hashes with the ledger.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Say what is stale, why, and the cheapest command that puts it right."""
    from sdcli.cli.screen import console, print_json
    from sdcli.documents import check as check_one

    paths, several = expanded(files)
    answers = [(path, check_one(path, fast=fast)) for path in paths]
    if as_json and several:
        worst = max((answer.state for _, answer in answers), key=_WORST.index)
        documents = [{"file": str(path), **answer.to_json()} for path, answer in answers]
        print_json({"state": worst, "documents": documents})
    elif as_json:
        print_json(answers[0][1].to_json())
    else:
        for path, answer in answers:
            _show(console(), path, answer)
    if not all(answer.holds for _, answer in answers):
        raise typer.Exit(ExitCode.NO)


def _show(console: Console, path: Path, answer: Check) -> None:
    """A check for people: what is not as it should be, each with its reason and its remedy."""
    from sdcli.cli.screen import assemble, styled

    styles = {"fresh": "green", "stale": "yellow", "failed": "red"}
    said = assemble((f"{path}: ", ""), (answer.state, f"bold {styles[answer.state]}"))
    console.print(said, soft_wrap=True)
    for (state, reason), names in _grouped(answer).items():
        whose = ", ".join(names) if len(names) <= _NAMED_MAX else f"{len(names)} blocks"
        console.print(styled(f"  {whose}\n    {state}: {reason}"), soft_wrap=True)
    for verdict in answer.requirements:
        console.print(styled(verdict_line(verdict)), soft_wrap=True)
    for finding in answer.findings:
        console.print(
            styled(f"  {finding.where}  {finding.kind}: {finding.message}"), soft_wrap=True
        )
    for remedy in _remedies(answer, path):
        console.print(styled(f"  {remedy}"), soft_wrap=True)


def _grouped(answer: Check) -> dict[tuple[str, str], list[str]]:
    """The blocks that there is something to say of, by what there is to say."""
    found: dict[tuple[str, str], list[str]] = {}
    for block in answer.blocks:
        if block.state != "fresh" or block.reason:
            found.setdefault((block.state, block.reason), []).append(block.id)
    return found


def _remedies(answer: Check, path: Path) -> list[str]:
    """Each different remedy once; one whole build where several blocks need one."""
    import shlex

    found = list(dict.fromkeys(block.remedy for block in answer.blocks if block.remedy))
    single = [remedy for remedy in found if remedy.startswith("sdcli doc build --only ")]
    if len(single) < 2:  # noqa: PLR2004 - one stays as it is
        return found
    whole = f"sdcli doc build {shlex.quote(str(path))}"
    return list(dict.fromkeys(whole if remedy in single else remedy for remedy in found))
