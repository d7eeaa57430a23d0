"""What every check of a design needs: the design, its lines, the values of its names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sdcli.core.errors import InputError
from sdcli.core.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from sdcli.core.errors import Fault
    from sdcli.core.yaml import Key, Tree
    from sdcli.design.model import Design
    from sdcli.estimate import Worksheet
    from sdcli.estimate.kinds import Kind
    from sdcli.units import Quantity

BUILT_IN = ("estimate", "cost", "latency")  # what a dotted name may begin with beside components
SHOWN = 64  # letters of a wrong name that an error repeats
LISTED_MAX = 24  # names that an error lists


@dataclass(frozen=True)
class Desk:
    """A design that is looked at.

    Args:
        design: the design.
        tree: its file, for lines.
        sheet: its worksheet.
    """

    design: Design
    tree: Tree
    sheet: Worksheet

    @property
    def values(self) -> Mapping[str, Quantity]:
        """The assumptions and estimates that could be computed."""
        return self.sheet.values

    def fault(self, key: Key, message: str, remedy: str = "") -> Fault:
        """A fault of the file at a key."""
        return self.tree.fault(key, message, remedy)

    def error(self, key: Key, error: InputError) -> Fault:
        """The fault that says what an error says, with what it expected."""
        message = error.what
        if error.expected:
            message += f"; expected {error.expected}"
        return self.tree.fault(key, message.replace("\n", " "), error.fix.replace("\n", " "))

    def unknown(self, key: Key, what: str, name: str, known: Collection[str]) -> Iterator[Fault]:
        """That a name stands for nothing, with the one that was probably meant."""
        if name in known:
            return
        remedy = did_you_mean(name[:SHOWN], known) or (
            f"one of {', '.join(known)}" if known else ""
        )
        yield self.fault(key, f"no {what} is named {name[:SHOWN]}", remedy)

    def fails_elsewhere(self, text: str) -> bool:
        """Whether a formula names an estimate whose own fault is reported already."""
        return any(re.search(rf"\b{re.escape(name)}\b", text) for name in self.sheet.errors)

    def quantity(self, key: Key, text: str, *kinds: Kind) -> Iterator[Fault]:
        """That a formula over assumptions and estimates is of one of these kinds; empty is fine."""
        from sdcli.units import quantity

        if not text or self.fails_elsewhere(text):
            return
        try:
            value = quantity(text, nouns=self.design.nouns, env=self.values)
        except InputError as error:
            yield self.error(key, error)
            return
        if not any(kind.takes(value.dimension) for kind in kinds):
            names = " or ".join(f"{kind.name}, like {kind.example}" for kind in kinds)
            yield self.fault(key, f"this is {value.kind}; expected {names}")
        elif value.low < 0:
            yield self.fault(key, f"this is below zero: {value}")

    def comparison(self, key: Key, text: str) -> Iterator[Fault]:
        """That a text asks something of names that there are."""
        yield from self._formula(key, text, is_question=True)

    def amount(self, key: Key, text: str) -> Iterator[Fault]:
        """That a text is a formula over names that there are, parameters and metrics among them."""
        yield from self._formula(key, text, is_question=False)

    def _formula(self, key: Key, text: str, *, is_question: bool) -> Iterator[Fault]:
        from sdcli.units import parse

        if self.fails_elsewhere(text):
            return
        try:
            expression = parse(text, nouns=self.design.nouns, names=self.values)
        except InputError as error:
            yield self.error(key, error)
            return
        if is_question and not expression.is_question:
            yield self.fault(key, "this is not a comparison, like ring.spread <= 0.1")
        elif not is_question and expression.is_question:
            yield self.fault(key, "this is a comparison; expected an amount, like web.instances")
        for name in sorted(expression.names):
            head, dot, _ = name.partition(".")
            known = (
                {*self.design.components, *BUILT_IN}
                if dot
                else {*self.design.assumptions, *self.design.estimates}
            )
            if head not in known:
                yield self.fault(
                    key,
                    f"nothing is named {head[:SHOWN]}",
                    did_you_mean(head[:SHOWN], sorted(known)),
                )
