"""An engine with a defect in it: a private copy of its modules, one compiled from another text.

`import` finds a module by asking one finder after the other. For a moment there is one more in
front, which knows one module and gives the changed text for it; the copy is imported, and taken out
of `sys.modules` again before anybody else can meet it. Its classes are others than those of the
engine that all others use, its errors too.

>>> engine("filter-misses").Store is engine().Store
False
"""

from __future__ import annotations

import sys
from functools import cache
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import SourceFileLoader
from importlib.util import spec_from_file_location
from typing import TYPE_CHECKING, Any, NamedTuple

from sdcli.experiments.kv_defects import BY_NAME, ENGINE, NONE, Defect

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import CodeType, ModuleType


class Engine(NamedTuple):
    """What a check needs of an engine, with or without a defect."""

    Store: Any
    Batch: Any
    Options: Any
    Damaged: Any
    DiskRefused: Any
    Poisoned: Any


def engine(name: str = NONE) -> Engine:
    """The engine as it is, or with the defect of that name.

    The errors of an engine with a defect are classes of its own: catch those of the Engine.
    """
    return _of(import_module(ENGINE)) if name == NONE else _with(BY_NAME[name])


def _of(package: ModuleType) -> Engine:
    return Engine(*(getattr(package, name) for name in Engine._fields))


class _Changed(SourceFileLoader):
    """Compiles another text than stands in the file, and keeps nothing of it."""

    def __init__(self, fullname: str, path: str, text: str) -> None:
        super().__init__(fullname, path)
        self._text = text

    def get_code(self, fullname: str) -> CodeType:
        del fullname
        return self.source_to_code(self._text, self.path)


class _Finder(MetaPathFinder):
    """Finds one module, the changed one; all others are found as always."""

    def __init__(self, fullname: str, path: str, text: str) -> None:
        self._fullname = fullname
        self._path = path
        self._text = text

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        del path, target
        if fullname != self._fullname:
            return None
        loader = _Changed(fullname, self._path, self._text)
        return spec_from_file_location(fullname, self._path, loader=loader)


@cache
def _with(defect: Defect) -> Engine:
    """Import a private copy of the engine; for a moment, `sys.modules` shows it to everybody."""
    text, path = defect.source_text, str(defect.path)
    finder = _Finder(f"{ENGINE}.{defect.module}", path, text)
    parent = import_module(ENGINE.rpartition(".")[0])
    whole = import_module(ENGINE)
    shared = _taken_out()
    sys.meta_path.insert(0, finder)
    try:
        return _of(import_module(ENGINE))
    finally:
        sys.meta_path.remove(finder)
        _taken_out()
        sys.modules.update(shared)
        vars(parent).update(engine=whole)


def _taken_out() -> dict[str, ModuleType]:
    """Take the modules of the engine out of those that are imported."""
    names = [name for name in sys.modules if name == ENGINE or name.startswith(f"{ENGINE}.")]
    return {name: sys.modules.pop(name) for name in names}
