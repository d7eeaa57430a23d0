"""Which code stands behind a result: the hashes of the source files that it comes from.

They live in the ledger only, never in the document, and never make a block stale by
themselves: a check that runs again decides by the result.
"""

from __future__ import annotations

import ast
from functools import cache
from hashlib import sha256
from pathlib import Path

import sdcli
from sdcli.documents.evidence.codebase import add_code

_ROOT = Path(sdcli.__file__).resolve().parent.parent
_FOLLOWED = ("sdcli.experiments", "sdcli.reference", "sdcli.estimate", "sdcli.core.chance")


def sources_of(module: str) -> dict[str, str]:
    """The files that a module is made of, with their hashes, sorted by name.

    Imports are followed by reading them, not by running them, inside experiments, calculators and
    the reference implementations.

    Cost: each file is read once per process.
    """
    found: dict[str, str] = {}
    waiting, seen = [module], {module}
    while waiting:
        path = _file_of(waiting.pop())
        if path is None:
            continue
        found[_name(path)] = file_hash(path)
        for name in _imports(path):
            if name not in seen and name.startswith(_FOLLOWED):
                seen.add(name)
                waiting.append(name)
    return dict(sorted(found.items()))


def changed(sources: dict[str, str]) -> list[str]:
    """The files among these whose hash is another now, or that are gone."""
    found = []
    for name, told in sources.items():
        path = (_ROOT / name).resolve()
        inside = path.is_relative_to(_ROOT / "sdcli")
        if not inside or not path.is_file() or file_hash(path) != told:
            found.append(name)
    return found


@cache
def renderer() -> str:
    """One hash over the code and the shipped numbers that turn a design into text."""
    whole = sha256()
    add_code(whole)
    return whole.hexdigest()


@cache
def file_hash(path: Path) -> str:
    """The sha256 of a file, line ends as LF."""
    return sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def _name(path: Path) -> str:
    return path.relative_to(_ROOT).as_posix()


def _file_of(module: str) -> Path | None:
    base = _ROOT.joinpath(*module.split("."))
    for path in (base.with_suffix(".py"), base / "__init__.py"):
        if path.is_file():
            return path
    return None


@cache
def _imports(path: Path) -> tuple[str, ...]:
    """Every module that a file imports, and every name that could be one."""
    found: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.extend(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.append(node.module)
            found.extend(f"{node.module}.{alias.name}" for alias in node.names)
    return tuple(found)
