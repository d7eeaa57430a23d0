"""A design with everything that can be computed from it before anything runs."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from sdcli.core.errors import FaultsFound
from sdcli.design import plain, settings, validate
from sdcli.units import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from sdcli.design import Design, Loaded, Setting
    from sdcli.documents.inputs import Inputs
    from sdcli.estimate import Line
    from sdcli.units import Expression, Quantity


_KEPT = 16  # sets of names whose inputs are kept at a time; each may be as long as a design


class Facts:
    """A valid design, its worksheet, and the settings of its components.

    Raises:
        FaultsFound: the design is not valid; every fault with its line.
    """

    def __init__(self, loaded: Loaded, path: Path) -> None:
        self.sheet = loaded.design.worksheet()
        faults = validate(loaded, self.sheet)
        if faults:
            raise FaultsFound(faults)
        self.design: Design = loaded.design
        self.tree = loaded.tree
        self.path = path
        self._read: dict[str, Expression] = {}
        self._behind: dict[tuple[str, ...], Inputs] = {}

    @property
    def values(self) -> Mapping[str, Quantity]:
        """Every assumption and estimate by name."""
        return self.sheet.values

    @cached_property
    def lines(self) -> dict[str, Line]:
        """The worked line of each estimate."""
        return {line.name: line for line in self.sheet.lines}

    @cached_property
    def settings(self) -> dict[str, dict[str, Setting]]:
        """The parameters of each component, given or not."""
        return {
            name: settings(component, self.values, self.design.nouns)
            for name, component in self.design.components.items()
        }

    def behind(self, names: Iterable[str]) -> Inputs:
        """What the values of these assumptions and estimates rest on, key by key.

        The assumptions first: where one changed, it is the cause.
        """
        asked = tuple(dict.fromkeys(name for name in names if name in self.values))
        if asked not in self._behind:
            if len(self._behind) == _KEPT:
                self._behind.pop(next(iter(self._behind)))
            self._behind[asked] = self._read_behind(asked)
        return dict(self._behind[asked])

    def _read_behind(self, names: tuple[str, ...]) -> Inputs:
        needed: set[str] = set()
        for name in sorted(names, key=self._place.__getitem__, reverse=True):
            if name not in needed:  # what is written later mostly rests on what came before
                needed |= {name, *self.sheet.depends_on(name)}
        found: Inputs = {}
        for name in sorted(needed, key=self._place.__getitem__):
            if name in self.design.assumptions:
                found[f"assumptions.{name}.value"] = plain(self.design.assumptions[name].value)
                continue
            estimate = self.design.estimates[name]
            found[f"estimates.{name}.formula"] = plain(estimate.formula)
            if estimate.unit:
                found[f"estimates.{name}.unit"] = estimate.unit
        return found

    @cached_property
    def _place(self) -> dict[str, int]:
        """Where each assumption and estimate stands, the assumptions first."""
        names = (*self.design.assumptions, *self.design.estimates)
        return {name: place for place, name in enumerate(names)}

    def expression(self, text: str) -> Expression:
        """A formula that may name metrics and parameters too, read once for all who ask.

        Raises:
            UnitError: it cannot be read.
        """
        if text not in self._read:
            self._read[text] = parse(text, nouns=self.design.nouns, names=self.values)
        return self._read[text]

    def names_in(self, text: str) -> list[str]:
        """The assumptions and estimates that a formula may name: the words they have in common."""
        words = re.findall(r"[A-Za-z_][A-Za-z0-9_]*", text)
        return sorted({word for word in words if word in self.values})

    def setting_key(self, component: str, param: str) -> str:
        """The dotted key under which a component's parameter stands or would stand."""
        part = self.design.components[component]
        if param == "algorithm" and "algorithm" not in part.params:
            return f"components.{component}.algorithm"
        return f"components.{component}.params.{param}"
