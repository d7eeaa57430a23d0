"""Sheets: assumptions and estimates in a YAML file, as a design has them, and nothing else.

    title: Photos                    # may be left out, as summary and nouns may
    nouns: [album]                   # count nouns beside the built-in ones
    assumptions:
      users: 10M to 20M user         # the quantity, or who says so as well:
      uploads: {value: 2 photo/user/day, source: product brief}
      size: 500 KB/photo
    estimates:
      rate: {formula: users * uploads, unit: photo/s}
      storage: rate * size * 5 year

A design file is a sheet too: where `schema: sdcli/1` says that it is one, its other parts are
left alone. Sheets of one's own stand in `sheets/` of a folder of `$SDCLI_PATH`, before those
that come with the program (`templates/sheets/`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sdcli.core import yaml
from sdcli.core.errors import FaultsFound, InputError
from sdcli.core.faults import in_order
from sdcli.core.files import read_text
from sdcli.core.folders import content_folders, shipped
from sdcli.core.suggest import did_you_mean
from sdcli.estimate.uncertain import UNCERTAIN_MAX, uncertain
from sdcli.estimate.worksheet import Worksheet
from sdcli.units import UnitError, parse
from sdcli.units.conventions import DEFAULT, of_units, ordered
from sdcli.units.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sdcli.core.errors import Fault
    from sdcli.core.yaml import Key, Tree
    from sdcli.units.conventions import Conventions

FOLDER = "sheets"
SUFFIX = ".yaml"
VERSION = 1  # of design files that this program reads

_KEYS = ("title", "summary", "nouns", "assumptions", "estimates")
_ASSUMPTION = ("value", "source")
_ESTIMATE = ("formula", "unit")
_IN_A_DESIGN = ("origin", "confidence")  # beside them in a design
_SCHEMA = re.compile(r"sdcli/([0-9]{1,9})")
_WORD_MAX = 64  # characters of a key or value that a fault quotes
_EXAMPLE = "estimates: {rate: {formula: users * uploads, unit: photo/s}}"


@dataclass(frozen=True)
class Assumption:
    """What is taken as given, and who says so."""

    text: str
    source: str = ""


@dataclass(frozen=True)
class Estimate:
    """A formula, and the unit that its result is shown in."""

    formula: str
    unit: str | None = None


@dataclass(frozen=True)
class Sheet:
    """A sheet whose every formula has a value.

    Args:
        name: the file.
        title: what it is about; may be empty.
        summary: in a sentence or two; may be empty.
        nouns: count nouns beside the built-in ones.
        assumptions: by name, in the order of the file.
        estimates: by name, in the order of the file.
        taken: what a day, a month and a year are taken for.
    """

    name: str
    title: str
    summary: str
    nouns: tuple[str, ...]
    assumptions: dict[str, Assumption]
    estimates: dict[str, Estimate]
    taken: Conventions = DEFAULT

    @cached_property
    def worksheet(self) -> Worksheet:
        """The estimates, computed; all of one worksheet, so that they share their sources."""
        return Worksheet(
            {name: one.text for name, one in self.assumptions.items()},
            {name: (one.formula, one.unit) for name, one in self.estimates.items()},
            self.nouns,
            self.taken,
        )

    @cached_property
    def conventions(self) -> dict[str, str]:
        """What its sums take a day, a month, a year and KB for, as far as they use them."""
        names = (*self.assumptions, *self.estimates)
        used: dict[str, str] = {}
        for text in (
            *(one.text for one in self.assumptions.values()),
            *(one.formula for one in self.estimates.values()),
        ):
            used |= parse(text, nouns=self.nouns, names=names).conventions(self.taken)
        shown = (line.value.shown for line in self.worksheet.lines)
        used |= of_units((unit for each in shown for unit, _ in each.factors), self.taken)
        return ordered(used)


def files() -> dict[str, Path]:
    """The file of each sheet by its name; a person's own replaces a shipped one."""
    *own, _ = content_folders(FOLDER)
    found: dict[str, Path] = {}
    for folder in (*own, shipped("templates") / FOLDER):
        for path in sorted(folder.glob(f"*{SUFFIX}")) if folder.is_dir() else []:
            if path.is_file() and not path.name.startswith("."):
                found.setdefault(path.stem, path)
    return dict(sorted(found.items()))


def load(path: Path, conventions: Conventions = DEFAULT) -> Sheet:
    """Read a sheet and compute it; `conventions` say what a day, a month and a year are.

    Raises:
        InputError: the file cannot be read, or a newer sdcli wrote it.
        FaultsFound: every fault of its form and of its formulas, with its line.
    """
    return read(read_text(path), str(path), conventions)


def read(text: str, name: str, conventions: Conventions = DEFAULT) -> Sheet:
    """Read a sheet from text; `name` is what errors call it.

    Raises:
        InputError: a newer sdcli wrote it.
        FaultsFound: every fault of its form and of its formulas, with its line.
    """
    tree = yaml.parse(text, name)
    reader = _Reader(tree)
    sheet, faults = replace(reader.sheet(), taken=conventions), reader.faults
    if not reader.is_torn:
        faults += _too_uncertain(tree, sheet) or list(_sums(tree, sheet, reader.unusable))
    if faults:
        raise FaultsFound(in_order(faults))
    return sheet


class _Reader:
    """The form of one file.

    Attributes:
        faults: those found so far.
        unusable: names whose text cannot be used; their formula is empty.
        is_torn: whether names or nouns are missing, so that most formulas would fail as well.
        is_design: whether the file may hold more than a sheet.
    """

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.faults: list[Fault] = []
        self.unusable: set[str] = set()
        self.is_torn = False
        self.is_design = False

    def sheet(self) -> Sheet:
        """What the file says, as far as it can be used."""
        data = self.tree.data
        if not isinstance(data, dict):
            self._fault((), "this is not a sheet", f"begin with estimates, like {_EXAMPLE}")
            data = {}
        else:
            self._check_keys(data)
        nouns = self._nouns(data.get("nouns"))
        self.is_torn = bool(self.faults)
        sheet = Sheet(
            self.tree.name,
            self._text(("title",), data.get("title"), "") or "",
            self._text(("summary",), data.get("summary"), "") or "",
            nouns,
            dict(self._assumptions(data.get("assumptions"))),
            dict(self._estimates(data.get("estimates"))),
        )
        if not (self.faults or sheet.assumptions or sheet.estimates):
            self._fault((), "there is nothing to compute here", f"write {_EXAMPLE}")
        return sheet

    def _check_keys(self, data: dict[str, Any]) -> None:
        """The keys at the top; a design may have more of them than a sheet."""
        if "schema" not in data:
            for key in data:
                if key not in _KEYS:
                    near = did_you_mean(key[:_WORD_MAX], _KEYS)
                    other = f"one of {', '.join(_KEYS)}; a design has schema: sdcli/{VERSION}"
                    self._fault((key,), f'unknown key "{key[:_WORD_MAX]}"', near or other)
            return
        match = _SCHEMA.fullmatch(str(data["schema"]))
        if match and int(match[1]) > VERSION:
            raise InputError(
                f"a newer sdcli wrote this ({data['schema']}); this one reads sdcli/{VERSION}",
                where=f"{self.tree.name}:{self.tree.line(('schema',))}",
                fix="upgrade sdcli",
            )
        self.is_design = match is not None
        if not match:
            remedy = f"schema: sdcli/{VERSION} for a design; none for a sheet"
            self._fault(("schema",), "this is not the schema of a design", remedy)

    def _nouns(self, given: Any) -> tuple[str, ...]:
        if given is None:
            return ()
        if not isinstance(given, list):
            self._fault(("nouns",), "this must be a list", "[link, redirect]")
            return ()
        nouns = []
        for place, noun in enumerate(given):
            try:
                Vocabulary.of((str(noun),))
            except UnitError as error:
                self.faults.append(_told(self.tree, ("nouns", place), error))
            else:
                nouns.append(str(noun))
        return tuple(nouns)

    def _assumptions(self, given: Any) -> Iterator[tuple[str, Assumption]]:
        for name, value in self._mapping("assumptions", given).items():
            key: Key = ("assumptions", name)
            if isinstance(value, dict):
                self._known(key, value, _ASSUMPTION)
                text = self._text((*key, "value"), value.get("value"))
                source = self._text((*key, "source"), value.get("source"), "")
            else:
                text, source = self._text(key, value), ""
            yield name, Assumption(self._usable(name, text), source or "")

    def _estimates(self, given: Any) -> Iterator[tuple[str, Estimate]]:
        for name, value in self._mapping("estimates", given).items():
            key: Key = ("estimates", name)
            if isinstance(value, dict):
                self._known(key, value, _ESTIMATE)
                formula = self._text((*key, "formula"), value.get("formula"))
                unit = self._text((*key, "unit"), value.get("unit"), "")
            else:
                formula, unit = self._text(key, value), ""
            yield name, Estimate(self._usable(name, formula), unit or None)

    def _usable(self, name: str, text: str | None) -> str:
        if text is None:
            self.unusable.add(name)
        return text or ""

    def _mapping(self, part: str, given: Any) -> dict[str, Any]:
        if given is not None and not isinstance(given, dict):
            like = {"assumptions": "{users: 10M user}", "estimates": "{rate: users * uploads}"}
            self._fault((part,), "this must be a mapping of names to values", like[part])
            self.is_torn = True
        return given if isinstance(given, dict) else {}

    def _known(self, key: Key, value: dict[str, Any], known: tuple[str, ...]) -> None:
        allowed = (*known, *_IN_A_DESIGN) if self.is_design else known
        for word in value:
            if word not in allowed:
                near = did_you_mean(word[:_WORD_MAX], known) or f"one of {', '.join(known)}"
                self._fault((*key, word), f'unknown key "{word[:_WORD_MAX]}"', near)

    def _text(self, key: Key, value: Any, absent: str | None = None) -> str | None:
        """The characters of a text or a number; `absent` for nothing at all."""
        if isinstance(value, str):
            return value
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            plain = repr(value)
            return plain if "e" not in plain else f"{value:.20f}".rstrip("0").rstrip(".")
        if value is None and absent is not None:
            return absent
        if value is None:
            self._fault(key, "this is missing", "")
        else:
            self._fault(key, "this must be a text or a number", "")
        return None

    def _fault(self, key: Key, message: str, remedy: str) -> None:
        self.faults.append(self.tree.fault(key, message, remedy))


def _too_uncertain(tree: Tree, sheet: Sheet) -> list[Fault]:
    """The fault of a sheet that would draw for minutes."""
    texts = {name: one.text for name, one in sheet.assumptions.items()}
    texts |= {name: one.formula for name, one in sheet.estimates.items()}
    count = uncertain(texts, sheet.nouns)
    if count <= UNCERTAIN_MAX:
        return []
    message = f"{count} ranges, and operations with them, are too many"
    return [tree.fault((), message, f"at most {UNCERTAIN_MAX}; part the sheet")]


def _sums(tree: Tree, sheet: Sheet, unusable: set[str]) -> Iterator[Fault]:
    """The faults of the formulas; what only fails because another one does is left out."""
    worksheet = sheet.worksheet
    for name, error in worksheet.errors.items():
        needs = worksheet.depends_on(name)
        if name in unusable or (name not in needs and not needs.isdisjoint(worksheet.errors)):
            continue
        if name in sheet.estimates:
            yield _told(tree, ("estimates", name, "formula"), error)
        else:
            yield _told(tree, ("assumptions", name, "value"), error)


def _told(tree: Tree, key: Key, error: UnitError) -> Fault:
    """The fault that says in one line what an error of the quantity language says."""
    message = error.what
    if error.span is not None and (word := error.text[slice(*error.span)].strip()):
        message += f' at "{word[:_WORD_MAX]}" (character {error.span[0] + 1})'
    for label, said in (("given", error.given), ("expected", error.expected)):
        if said:
            message += f"; {label} " + ", ".join(" ".join(row.split()) for row in said.splitlines())
    if key[-1] in ("formula", "value") and key not in tree.lines:
        key = key[:-1]  # written without a mapping
    return tree.fault(key, message, error.fix)
