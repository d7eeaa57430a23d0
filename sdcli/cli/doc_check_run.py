"""What `sdcli doc check` does, and the short way to it.

A hook runs it at each commit, and typer alone would take a third of its time. So entry.py asks
`plain_call` first: a line that is written as the help has it runs at once. Whatever it does not
understand goes to typer, which has the one help and the one set of errors.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sdcli.core.errors import ExitCode, InputError, SdcliError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sdcli.documents import Check

_FLAGS = {"--fast": "fast", "--json": "as_json", "--skip-others": "skip_others"}
_WORST = ("fresh", "stale", "failed")
_GITHUB = "github"


@dataclass(frozen=True)
class CheckCall:
    """One call of the command."""

    files: tuple[Path, ...]
    fast: bool = False
    as_json: bool = False
    annotate: str = ""
    skip_others: bool = False


def plain_call(arguments: Sequence[str]) -> CheckCall | None:
    """The call that the arguments spell out, or None where typer has to look at them.

    >>> call = plain_call(["--fast", "designs"])
    >>> call.fast, call.as_json, [str(path) for path in call.files]
    (True, False, ['designs'])
    >>> plain_call(["--help"])
    """
    flags: dict[str, bool] = {}
    files: list[Path] = []
    annotate = ""
    left = iter(arguments)
    for argument in left:
        name, equals, value = argument.partition("=")
        if argument in _FLAGS:
            flags[_FLAGS[argument]] = True
        elif name == "--annotate":
            annotate = value if equals else next(left, "")
            if not annotate:
                return None
        elif argument.startswith("-") or not argument:
            return None
        else:
            files.append(Path(argument))
    return CheckCall(tuple(files), annotate=annotate, **flags)


def run(call: CheckCall) -> int:
    """Check each file and show what came of it; returns the exit code, the highest of all.

    One file that cannot be used does not hide the others: what is wrong with it stands on stderr.

    Raises:
        SdcliError: the only file cannot be used.
    """
    from sdcli.cli.doc_paths import expanded

    if call.annotate not in ("", _GITHUB):
        raise InputError(
            "no annotations are known by this name",
            where="--annotate",
            given=call.annotate,
            expected=_GITHUB,
        )
    if call.annotate and call.as_json:
        raise InputError("--annotate and --json cannot stand together", where="--annotate")
    paths, several = expanded(list(call.files), skip_others=call.skip_others)
    several = several or call.skip_others
    answers: list[tuple[Path, Check | SdcliError]] = []
    for path in paths:
        answer = _answer(path, fast=call.fast)
        if isinstance(answer, SdcliError):
            if not several and not call.annotate:
                raise answer
            print_error(answer)
        elif not call.as_json:
            _tell(path, answer, call, brief=len(paths) > 1)
        if isinstance(answer, SdcliError) and call.annotate:
            _annotate_error(path, answer)
        answers.append((path, answer))
    if call.as_json:
        _print_json(answers, several=several)
    elif len(answers) > 1 and not call.annotate:
        _sum_up(answers)
    return max((_code(answer) for _, answer in answers), default=int(ExitCode.OK))


def _answer(path: Path, *, fast: bool) -> Check | SdcliError:
    from sdcli.cli.doc_progress import watching
    from sdcli.documents import check

    try:
        if fast:
            return check(path, fast=True)
        with watching() as watch:
            return check(path, watch=watch)
    except SdcliError as error:
        return error


def _code(answer: Check | SdcliError) -> int:
    if isinstance(answer, SdcliError):
        return int(answer.exit_code)
    return int(ExitCode.OK if answer.holds else ExitCode.NO)


def print_error(error: SdcliError) -> None:
    """What is wrong with one file among several, on stderr and in its place."""
    from sdcli.cli.screen import plain

    sys.stdout.flush()
    print(plain(error.render()), file=sys.stderr)


def _tell(path: Path, answer: Check, call: CheckCall, *, brief: bool) -> None:
    if call.annotate:
        from sdcli.cli.doc_annotate import of_check

        for line in of_check(path, answer):
            print(line)
        return
    from sdcli.cli.doc_check_text import lines
    from sdcli.cli.screen import say

    for parts in lines(path, answer, brief=brief):
        say(*parts)


def _sum_up(answers: list[tuple[Path, Check | SdcliError]]) -> None:
    """How many documents are in which state, where there are several."""
    from sdcli.cli.screen import say

    words = ["unusable" if isinstance(one, SdcliError) else one.state for _, one in answers]
    told = [f"{words.count(word)} {word}" for word in (*_WORST, "unusable") if word in words]
    say((f"{len(words)} documents: {', '.join(told)}", ""))


def _annotate_error(path: Path, error: SdcliError) -> None:
    from sdcli.cli.doc_annotate import of_error

    for line in of_error(path, error):
        print(line)


def _print_json(answers: list[tuple[Path, Check | SdcliError]], *, several: bool) -> None:
    from sdcli.cli.screen import print_json

    documents = [
        {"file": str(path), "state": "failed", "error": answer.render()}
        | {"blocks": [], "requirements": [], "findings": []}
        if isinstance(answer, SdcliError)
        else {"file": str(path), **answer.to_json()}
        for path, answer in answers
    ]
    if not several:
        print_json({key: value for key, value in documents[0].items() if key != "file"})
        return
    worst = max((str(one["state"]) for one in documents), key=_WORST.index, default=_WORST[0])
    print_json({"state": worst, "documents": documents})
