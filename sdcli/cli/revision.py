"""A file as it was at a revision of git: read from its objects, nothing checked out.

git is asked with lists of arguments and never through a shell. What is asked of it are objects
alone, so that no filter, hook or driver of a stranger's repository runs.
"""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING

from sdcli.core.errors import InputError, MissingError

if TYPE_CHECKING:
    from pathlib import Path

BYTES_MAX = 20_000_000
_SECONDS = 30
_REVISION = re.compile(r"[A-Za-z0-9@][A-Za-z0-9@{}~^./_+-]{0,199}")
_ALONE = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",  # a partial clone must not go to the network
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}


def commit_of(revision: str, folder: Path) -> str:
    """The full name of the commit that a revision names.

    Args:
        revision: like HEAD~1, main, v1.2 or a hash.
        folder: within the repository.

    Raises:
        InputError: it is no revision, or the folder is in no repository.
        MissingError: git is not installed.
    """
    if not _REVISION.fullmatch(revision) or ".." in revision:
        raise InputError(
            "this is not a revision",
            where="--rev",
            given=revision,
            expected="one like HEAD, main or v1.2",
        )
    if _git(folder, "rev-parse", "--is-inside-work-tree").returncode:
        raise InputError("this folder is in no repository of git", where=str(folder))
    asked = _git(folder, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if asked.returncode:
        raise InputError(
            "the repository has no such revision",
            where="--rev",
            given=revision,
            expected="one like HEAD, main or v1.2",
        )
    return asked.stdout.decode("ascii").strip()


def text_at(commit: str, path: Path, *, bytes_max: int = BYTES_MAX) -> str | None:
    """The text of a file as it was at a commit; None where it was not there.

    Args:
        commit: its full name.
        path: the file as it is called now.
        bytes_max: a larger one is not read.

    Raises:
        InputError: it is too large, no file, or not UTF-8.
        MissingError: git is not installed.
    """
    name = f"{commit}:./{path.name}"
    size = _git(path.parent, "cat-file", "-s", name)
    if size.returncode:
        return None
    if int(size.stdout) > bytes_max:
        raise InputError(f"this is larger than {bytes_max} bytes", where=f"{path} at {commit[:12]}")
    read = _git(path.parent, "cat-file", "blob", name)
    if read.returncode:
        raise InputError("this was not a file", where=f"{path} at {commit[:12]}")
    try:
        text = read.stdout.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(
            f"this is not UTF-8 text (byte {error.start})", where=f"{path} at {commit[:12]}"
        ) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _git(folder: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(  # noqa: S603 - a list of arguments, and no shell
            ["git", "--no-replace-objects", "-C", str(folder), *words],  # noqa: S607 - of PATH
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
            timeout=_SECONDS,
            env={**os.environ, **_ALONE},
        )
    except FileNotFoundError as error:
        raise MissingError(
            "git is not installed", where="--rev", fix="compare two files instead"
        ) from error
    except subprocess.TimeoutExpired as error:
        raise MissingError(f"git did not answer within {_SECONDS} s", where="--rev") from error
