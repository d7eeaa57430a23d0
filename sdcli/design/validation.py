"""What is wrong with a design that no single field can know: names, formulas, references.

Every fault at once, each with its line, so that a file is put right in one go.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sdcli.core.errors import Fault, InputError
from sdcli.core.faults import in_order
from sdcli.core.suggest import did_you_mean
from sdcli.design.kinds import KINDS
from sdcli.design.lines import QUALITY_LIKE, check_flow, unknown_kind, unknown_param
from sdcli.design.model import CLIENT
from sdcli.design.settings import setting_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sdcli.core.yaml import Key
    from sdcli.design.file import Loaded
    from sdcli.design.model import Component, Decision, Quality
    from sdcli.estimate import Worksheet
    from sdcli.units import Quantity

_METRIC = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
_RUN = re.compile(r"[a-z][a-z0-9_-]*(\.[a-z][a-z0-9_-]*)+")
_NOUN = re.compile(r"[a-z]{2,32}")


def validate(loaded: Loaded, sheet: Worksheet | None = None) -> list[Fault]:
    """Every fault of a design, in the order of the file; an empty list when there is none.

    Args:
        loaded: the design with its lines.
        sheet: its worksheet, where the caller has it already.

    Cost: one evaluation of every formula.
    """
    found = _Validation(loaded, sheet or loaded.design.worksheet()).faults()
    return in_order(found)


class _Validation:
    def __init__(self, loaded: Loaded, sheet: Worksheet) -> None:
        self.design = loaded.design
        self.tree = loaded.tree
        self.sheet = sheet
        self.env: Mapping[str, Quantity] = self.sheet.values

    def faults(self) -> Iterator[Fault]:
        yield from self._ids()
        nouns = list(self._nouns())
        if nouns:  # every formula would fail on them again
            yield from nouns
            return
        yield from self._formulas()
        for name, component in self.design.components.items():
            yield from self._component(name, component)
        yield from self._flows()
        for i, quality in enumerate(self.design.requirements.quality):
            yield from self._quality(("requirements", "quality", i), quality)
        for i, decision in enumerate(self.design.decisions):
            yield from self._decision(("decisions", i), decision)

    def _error(self, key: Key, error: InputError, prefix: str = "") -> Fault:
        """The fault that says what an error says, with what it gave and expected."""
        message = prefix + error.what
        if error.expected:
            message += f"; expected {error.expected}"
        return self.tree.fault(key, message.replace("\n", " "), error.fix.replace("\n", " "))

    def _ids(self) -> Iterator[Fault]:
        design = self.design
        lists: list[tuple[Key, Iterable[str]]] = [
            (("requirements", "functional"), [part.id for part in design.requirements.functional]),
            (("requirements", "quality"), [part.id for part in design.requirements.quality]),
            (("decisions",), [part.id for part in design.decisions]),
            (("risks",), [part.id for part in design.risks]),
        ]
        for key, ids in lists:
            seen: set[str] = set()
            for i, word in enumerate(ids):
                if word in seen:
                    yield self.tree.fault((*key, i, "id"), f"the id {word} stands twice")
                seen.add(word)
        for name in design.estimates:
            if name in design.assumptions:
                yield self.tree.fault(
                    ("estimates", name), f"{name} is an assumption already", "give one a new name"
                )

    def _nouns(self) -> Iterator[Fault]:
        for i, noun in enumerate(self.design.nouns):
            if not _NOUN.fullmatch(noun):
                yield self.tree.fault(
                    ("nouns", i), "a noun is one lower-case word in the singular, like link"
                )

    def _formulas(self) -> Iterator[Fault]:
        for name, error in self.sheet.errors.items():
            if name in self.design.assumptions and name in self.design.estimates:
                continue  # reported with the names
            key: Key
            if name in self.design.estimates:
                key = ("estimates", name, "formula")
            else:
                key = ("assumptions", name, "value")
            yield self._error(key, error)

    def _component(self, name: str, component: Component) -> Iterator[Fault]:
        key: Key = ("components", name)
        if name == CLIENT:
            yield self.tree.fault(key, f"{CLIENT} is built in", "give it another name")
        kind = KINDS.get(component.kind)
        if kind is None:
            yield self._error((*key, "kind"), unknown_kind(component.kind, where=name))
            return
        if component.algorithm is not None and "algorithm" in component.params:
            yield self.tree.fault((*key, "algorithm"), "it stands in params too", "keep one")
        for param, text in component.given.items():
            at = (*key, "params", param) if param in component.params else (*key, "algorithm")
            if param not in kind.params:
                yield self._error(at, unknown_param(param, kind, where=name))
                continue
            if self._fails_elsewhere(text):
                continue
            try:
                setting_value(
                    kind.params[param], text, env=self.env, nouns=self.design.nouns, where=param
                )
            except InputError as error:
                yield self._error(at, error)
        seen: set[str] = set()
        for i, evidence in enumerate(component.evidence):
            at = (*key, "evidence", i, "run")
            if not _RUN.fullmatch(evidence.run):
                yield self.tree.fault(at, "this is not an experiment's name, like ring.balance")
            elif evidence.run in seen:
                yield self.tree.fault(at, f"{evidence.run} stands twice for {name}", "keep one")
            seen.add(evidence.run)

    def _fails_elsewhere(self, text: str) -> bool:
        """Whether a formula names an estimate whose own fault is reported already."""
        return any(re.search(rf"\b{name}\b", text) for name in self.sheet.errors)

    def _flows(self) -> Iterator[Fault]:
        for name, flow in self.design.flows.items():
            try:
                check_flow(flow, self.design.components, where=name)
            except InputError as error:
                yield self._error(("flows", name), error)

    def _quality(self, key: Key, quality: Quality) -> Iterator[Fault]:
        if not quality.metric:
            if not quality.text:
                yield self.tree.fault(key, f"it has neither text nor a metric, like {QUALITY_LIKE}")
            for field in ("of", "op", "target"):
                if getattr(quality, field):
                    yield self.tree.fault((*key, field), f"{field} without a metric says nothing")
            return
        if not _METRIC.fullmatch(quality.metric):
            yield self.tree.fault(
                (*key, "metric"), "this is not a metric, like ring.balance.peak_to_mean"
            )
        if not quality.op or not quality.target:
            yield self.tree.fault(key, 'a metric needs op and target, like op: "<=", target: 1.25')
        if quality.of and quality.of not in self.design.components:
            yield self.tree.fault(
                (*key, "of"),
                f"no component is named {quality.of[:64]}",
                did_you_mean(quality.of[:64], self.design.components),
            )
        if quality.target:
            yield from self._target(key, quality)

    def _target(self, key: Key, quality: Quality) -> Iterator[Fault]:
        from sdcli.units import quantity

        try:
            target = quantity(quality.target, nouns=self.design.nouns, env=self.env)
        except InputError as error:
            yield self._error((*key, "target"), error)
            return
        source, _, name = quality.metric.partition(".")
        if source != "estimate":
            return
        if name not in self.design.estimates:
            yield self.tree.fault(
                (*key, "metric"),
                f"no estimate is named {name[:64]}",
                did_you_mean(name[:64], self.design.estimates),
            )
        elif name in self.env and self.env[name].dimension != target.dimension:
            yield self.tree.fault(
                (*key, "target"),
                f"{name} is {self.env[name].kind}, the target is {target.kind}",
            )

    def _decision(self, key: Key, decision: Decision) -> Iterator[Fault]:
        if decision.options and decision.choice not in decision.names:
            yield self.tree.fault(
                (*key, "choice"), "the choice is not among the options", "add it to them"
            )
        for field in ("confirm", "revisit_when"):
            text = getattr(decision, field)
            if text:
                yield from self._comparison((*key, field), text)

    def _comparison(self, key: Key, text: str) -> Iterator[Fault]:
        from sdcli.units import parse

        try:
            expression = parse(text, nouns=self.design.nouns, names=self.env)
        except InputError as error:
            yield self._error(key, error)
            return
        if not expression.is_question:
            yield self.tree.fault(key, "this is not a comparison, like ring.spread <= 0.1")
        for name in sorted(expression.names):
            head, dot, _ = name.partition(".")
            known = (
                {*self.design.components, "estimate"}
                if dot
                else {*self.design.assumptions, *self.design.estimates}
            )
            if head not in known:
                yield self.tree.fault(
                    key, f"nothing is named {head[:64]}", did_you_mean(head[:64], sorted(known))
                )
