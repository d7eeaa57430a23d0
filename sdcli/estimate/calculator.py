"""A calculator: one function with its formula and source, from which everything else follows.

    @calculator(title="Requests in flight", formula="L = λ × W", source="Little 1961")
    def in_flight(rate: Annotated[Quantity, RATE], ...) -> InFlight: ...

The decorated function checks the kinds of its arguments. Its `Calculator` binds typed text to
the parameters, runs the function and works the sums out for people; command line, help and JSON
are read off the signature and the docstring, so that they cannot say anything else.
"""

from __future__ import annotations

import inspect
import typing
from dataclasses import dataclass, fields
from functools import cached_property, wraps
from typing import TYPE_CHECKING, Any

from sdcli.core.errors import InputError
from sdcli.core.suggest import did_you_mean
from sdcli.estimate.counted import agreed
from sdcli.estimate.kinds import displayed, each
from sdcli.estimate.signature import Default, Output, Parameter, described, looked_up
from sdcli.units import Quantity, UnitError
from sdcli.units.conventions import DEFAULT, NAMES, Conventions, of_units

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sdcli.estimate.kinds import Kind, Value
    from sdcli.estimate.signature import Text
    from sdcli.units import Expression


@dataclass(frozen=True)
class Outcome:
    """One run of a calculator.

    Args:
        calculator: which.
        inputs: every parameter with its value, defaults included; without those left out.
        assumed: the parameters that nobody gave, or that were plain numbers without their unit,
            each with how it came about.
        outputs: every output with its value, in order; an output that does not apply is left out.
        working: one line for each output whose formula the language can say.
        conventions: what day, month and year were taken for, where that played a part.
    """

    calculator: Calculator
    inputs: dict[str, Value]
    assumed: dict[str, str]
    outputs: dict[str, Quantity]
    working: tuple[str, ...]
    conventions: dict[str, str]


class Calculator:
    """A function with what is known about it.

    Args:
        function: the formula itself.
        title: what it works out.
        formula: in symbols, for people.
        source: where the formula comes from.
        shown: the parameters that its example gives beside those that it requires.
        revision: counts up when the results of the same values change.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        *,
        title: str,
        formula: str,
        source: Text,
        shown: tuple[str, ...] = (),
        revision: int = 1,
    ) -> None:
        self.function = function
        self.name = function.__name__.replace("_", "-")
        self.title = title
        self.formula = formula
        self.shown = shown
        self.revision = revision
        self._source = source

    @cached_property
    def source(self) -> str:
        """Where the formula comes from, and the data in it."""
        return looked_up(self._source)

    @property
    def example(self) -> dict[str, str]:
        """A call that works, as the text of each parameter that it gives."""
        return {
            one.name: one.kind.example
            for one in self.parameters
            if one.required or one.name in self.shown
        }

    @cached_property
    def summary(self) -> str:
        """The first line of the docstring."""
        return (inspect.getdoc(self.function) or "").partition("\n")[0]

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """What it asks for, in the order of the signature."""
        hints = typing.get_type_hints(self.function, include_extras=True)
        told = described(inspect.getdoc(self.function) or "", "Args")
        found = []
        for name, one in inspect.signature(self.function).parameters.items():
            required = one.default is inspect.Parameter.empty
            text = one.default.text if isinstance(one.default, Default) else ""
            kind = hints[name].__metadata__[0]
            found.append(Parameter(name, kind, told.get(name, ""), text, required))
        return tuple(found)

    @cached_property
    def outputs(self) -> tuple[Output, ...]:
        """What it gives, in the order of the result's fields."""
        result = typing.get_type_hints(self.function)["return"]
        told = described(inspect.getdoc(result) or "", "Attributes")
        return tuple(
            Output(
                part.name,
                told.get(part.name, ""),
                looked_up(part.metadata["formula"]),
                part.metadata["anchor"],
                part.metadata["otherwise"],
            )
            for part in fields(result)
        )

    def bind(
        self,
        given: Mapping[str, str],
        *,
        nouns: Iterable[str] = (),
        conventions: Conventions = DEFAULT,
    ) -> dict[str, Value]:
        """The parameters that were typed, read in the quantity language.

        Args:
            given: text by parameter name.
            nouns: count nouns beside the built-in ones.
            conventions: day, month and year.

        Raises:
            InputError: an unknown parameter, or a required one that is missing.
            UnitError: a text that cannot be read, or one that gives another parameter again.
        """
        kinds = {parameter.name: parameter.kind for parameter in self.parameters}
        for name in given:
            if name not in kinds:
                raise InputError(
                    "this calculator has no such parameter",
                    where=f"estimate {self.name}",
                    given=name,
                    expected="one of " + " ".join(one.option for one in self.parameters),
                    fix=did_you_mean(name, kinds),
                )
        for one in self.parameters:
            if one.required and one.name not in given:
                raise InputError(
                    f"{one.option} is missing",
                    where=f"estimate {self.name}",
                    expected=f"{one.kind.name}: {one.option} '{one.kind.example}'",
                )
        values = {}
        for name, text in _parted(given, kinds, nouns).items():
            try:
                kind = kinds[name]
                values[name] = kind.read(text, name, nouns=nouns, conventions=conventions)
            except UnitError as error:
                raise error.within(name) from None
        return values

    def run(self, values: Mapping[str, Value]) -> Outcome:
        """Work it out.

        Args:
            values: by parameter name; the rest take their defaults, under the conventions of
                the values.

        Raises:
            UnitError: a value of another kind or out of bounds.
        """
        inputs, assumed = self._accepted(values)
        result = self.function(**inputs)
        outputs = {
            part.name: getattr(result, part.name)
            for part in self.outputs
            if getattr(result, part.name) is not None
        }
        working = tuple(self._working(inputs, outputs))
        return Outcome(self, inputs, assumed, outputs, working, self._conventions(inputs, outputs))

    def _accepted(
        self, values: Mapping[str, Value | None]
    ) -> tuple[dict[str, Value], dict[str, str]]:
        """The arguments of the function, and how those of them came about that were assumed.

        They are of their kinds, complete, and of one count noun.
        """
        given = {name: value for name, value in values.items() if value is not None}
        conventions = _conventions(given.values())
        accepted: dict[str, Value] = {}
        plain, absent = set(), []
        for one in self.parameters:
            value = given.get(one.name)
            if value is None:
                if one.required:
                    raise InputError(f"{one.name} is missing", where=self.name)
                if not one.default:
                    continue
                value = one.kind.read(one.default, one.name, conventions=conventions)
                absent.append(one.name)
            accepted[one.name], was_plain = one.kind.accept(value, one.name)
            if was_plain:
                plain.add(one.name)
        kinds = {one.name: one.kind for one in self.parameters}
        single = {name: value for name, value in accepted.items() if isinstance(value, Quantity)}
        one_noun = agreed(kinds, single, {*plain, *absent})
        assumed = {}
        for name in given:
            if name in plain:
                assumed[name] = "plain number"
            elif name in single and (noun := _added(single[name], one_noun[name])):
                assumed[name] = f"for each {noun}"
        return accepted | one_noun, assumed | dict.fromkeys(absent, "default")

    def _working(
        self, inputs: Mapping[str, Value], outputs: Mapping[str, Quantity]
    ) -> Iterable[str]:
        shown = {name: displayed(value) for name, value in {**inputs, **outputs}.items()}
        for name, expression in self._formulas(inputs, outputs):
            formula, worked = expression.with_values({}), expression.with_values(shown)
            result = outputs[name].summary()
            yield " = ".join(dict.fromkeys([name, formula, worked, result]))

    def _formulas(
        self, inputs: Mapping[str, Value], outputs: Mapping[str, Quantity]
    ) -> Iterable[tuple[str, Expression]]:
        """The outputs whose formula the language can say, each with the formula that was used."""
        names = {one.name for one in self.parameters} | {one.name for one in self.outputs}
        for part in self.outputs:
            expression = part.worked_from(names, (*inputs, *outputs))
            if expression is not None and part.name in outputs:
                yield part.name, expression

    def _conventions(
        self, inputs: Mapping[str, Value], outputs: Mapping[str, Quantity]
    ) -> dict[str, str]:
        """What the shown units and the formulas take a day, a month and a year for."""
        values = [one for value in (*inputs.values(), *outputs.values()) for one in each(value)]
        conventions = _conventions(values)
        used = of_units((unit for one in values for unit, _ in one.shown.factors), conventions)
        for _, expression in self._formulas(inputs, outputs):
            used |= expression.conventions(conventions)
        return {name: used[name] for name in NAMES if name in used}


def calculator(
    *, title: str, formula: str, source: Text, shown: tuple[str, ...] = (), revision: int = 1
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a function a calculator, found as its `calculator`; it checks its arguments.

    Args:
        title: what it works out.
        formula: in symbols, for people.
        source: where the formula comes from, or what looks that up.
        shown: the parameters that its example gives beside those that it requires.
        revision: counts up when the results of the same values change.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        made = Calculator(
            function, title=title, formula=formula, source=source, shown=shown, revision=revision
        )

        @wraps(function)
        def checked(**values: Quantity) -> Any:
            inputs, _ = made._accepted(values)  # noqa: SLF001 - made here
            return function(**inputs)

        checked.calculator = made  # type: ignore[attr-defined]
        return checked

    return decorate


def _added(before: Quantity, after: Quantity) -> str:
    """The count noun below the line that was not typed: 2 tweet/day is 2 tweet/user/day.

    That 1 MB is for each photo follows from a rate of photos; but 2 tweet/day counts something
    itself, and so may have been meant for all.
    """
    if not before.dimension.nouns:
        return ""
    lost = before.dimension / after.dimension
    return next((noun for noun in lost.nouns if lost.exponent(noun) > 0), "")


def _parted(
    given: Mapping[str, str], kinds: Mapping[str, Kind], nouns: Iterable[str]
) -> dict[str, str]:
    """The text of each parameter, where one text may give two: 52 min/year."""
    texts: dict[str, str] = {}
    for name, text in given.items():
        try:
            parts = kinds[name].parted(text, name, nouns=nouns)
        except UnitError as error:
            raise error.within(name) from None
        for other, part in parts.items():
            if other != name and other in given:
                raise UnitError(
                    f"{name} says it already",
                    where=other,
                    given=given[other],
                    expected=f"without it, or {name} alone, like {parts[name]}",
                )
            texts[other] = part
    return texts


def _conventions(values: Iterable[Value]) -> Conventions:
    """Those of the values, which all have the same; the usual ones where there is no value."""
    return next((one.conventions for value in values for one in each(value)), DEFAULT)
