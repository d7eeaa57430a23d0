"""`sdcli doc`: from a design file to a document with evidence, and what of it is stale.

`new` writes a design to start from, `build` its document and ledger, `check` says what no
longer agrees, `schema` prints the JSON Schema for editors.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sdcli.core.errors import ExitCode, InputError

if TYPE_CHECKING:
    from rich.console import Console

    from sdcli.documents import Built, Check
    from sdcli.documents.judging.verdicts import Verdict

DESIGN = "design.yaml"
_NAMED_MAX = 6  # blocks named one by one; more are counted
_WORST = ("fresh", "stale", "failed")

Files = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="FILE|FOLDER",
        help=f"Designs, their documents, or folders with {DESIGN} in them.",
        show_default=f"./{DESIGN}",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Answer with one JSON object.")]


def register(app: typer.Typer) -> None:
    """Add `doc` with its commands."""
    doc = typer.Typer(
        help="Design documents whose numbers are computed and whose claims are run.",
        rich_markup_mode=None,
        no_args_is_help=True,
    )
    doc.command("new")(new)
    doc.command("build")(build)
    doc.command("check", epilog="Exit code 1: stale, failed, or a confirm that is false.")(check)
    doc.command("schema")(schema)
    app.add_typer(doc, name="doc")


def new(
    design_id: Annotated[str, typer.Argument(metavar="ID", help="Like short-links.")],
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where to write it.", show_default="./ID")
    ] = None,
    as_json: Json = False,
) -> None:
    """Write a design file to start from; it builds as it is."""
    from sdcli.cli.screen import print_json
    from sdcli.core.files import write_atomic
    from sdcli.documents import starter

    text = starter(design_id)
    path = (out or Path(design_id)) / DESIGN
    if path.exists() or path.is_symlink():
        raise InputError(
            "there is one already, and it is left alone",
            where=str(path),
            fix="name another folder with --out",
        )
    write_atomic(path, text)
    if as_json:
        print_json({"design": str(path)})
        return
    _say(f"{path} is written. Next: edit it, then sdcli doc build {path}")


def build(
    files: Files = None,
    *,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write there.", show_default="beside the design"),
    ] = None,
    force: Annotated[bool, typer.Option(help="Overwrite blocks that were edited by hand.")] = False,
    fresh: Annotated[
        bool, typer.Option(help="Start from the template; text of your own is lost.")
    ] = False,
    only: Annotated[
        str | None, typer.Option(metavar="BLOCK", help="Build one block, like requirements.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Write the document of a design and its ledger; your own text in it stays."""
    from sdcli.cli.screen import print_json
    from sdcli.documents import build as build_one

    paths, several = _expanded(files)
    if out is not None and len(paths) > 1:
        raise InputError("--out takes one design at a time", where="--out", given=str(out))
    done = [build_one(path, out=out, force=force, fresh=fresh, only=only) for path in paths]
    if as_json:
        answers = [_built_json(one) for one in done]
        print_json({"documents": answers} if several else answers[0])
        return
    for one in done:
        _say(_built_text(one))


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

    paths, several = _expanded(files)
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


def schema(
    as_json: Annotated[bool, typer.Option("--json", help="The same on one line.")] = False,
) -> None:
    """Print the JSON Schema of a design file."""
    import json

    from sdcli.design import json_schema

    print(json.dumps(json_schema(), indent=None if as_json else 2))


def _expanded(files: list[Path] | None) -> tuple[list[Path], bool]:
    """The files that the arguments name, and whether they may be several."""
    given = files or [Path(DESIGN)]
    found: list[Path] = []
    for path in given:
        if not path.is_dir():
            found.append(path)
            continue
        inside = sorted(path.rglob(DESIGN))
        if not inside:
            raise InputError(f"there is no {DESIGN} in this folder", where=str(path))
        found.extend(inside)
    unique = list(dict.fromkeys(found))
    return unique, len(given) > 1 or given[0].is_dir()


def _built_json(built: Built) -> dict[str, Any]:
    return {
        "document": str(built.document),
        "ledger": str(built.ledger),
        "blocks": [{"id": name, "done": done} for name, done in built.blocks],
        "requirements": [verdict.to_json() for verdict in built.verdicts],
    }


def _built_text(built: Built) -> str:
    counts = {
        word: sum(done == word for _, done in built.blocks)
        for word in ("written", "unchanged", "removed")
    }
    told = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    lines = [f"{built.document}: {told}"]
    lines += [_verdict_line(verdict) for verdict in built.verdicts]
    return "\n".join(lines)


def _verdict_line(verdict: Verdict) -> str:
    quality = verdict.quality
    told = verdict.shown or verdict.reason
    return f"  {quality.id} {verdict.word}: {told} ({quality.line})"


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
        console.print(styled(_verdict_line(verdict)), soft_wrap=True)
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


def _say(text: str) -> None:
    from sdcli.cli.screen import console, styled

    console().print(styled(text), soft_wrap=True)
