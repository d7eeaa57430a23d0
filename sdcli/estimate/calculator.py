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
from dataclasses import dataclass, field, fields
from functools import cached_property, wraps
from typing import TYPE_CHECKING, Any

from sdcli.core.errors import InputError
from sdcli.core.suggest import did_you_mean
from sdcli.estimate.counted import agreed
from sdcli.units import Quantity, UnitError, parse
from sdcli.units.conventions import DEFAULT, Conventions

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from sdcli.estimate.kinds import Kind
    from sdcli.units import Expression


@dataclass(frozen=True)
class Parameter:
    """What a calculator asks for.

    Args:
        name: as in the signature; the option is `--name` with hyphens.
        kind: what it may be.
        help: from the docstring.
        default: the value when none is given, if there is one.
        required: whether it must be given; what may be left out and has no default is not used.
    """

    name: str
    kind: Kind
    help: str
    default: Quantity | None
    required: bool

    @property
    def option(self) -> str:
        """Its name on the command line."""
        return "--" + self.name.replace("_", "-")


@dataclass(frozen=True)
class Output:
    """What a calculator gives.

    Args:
        name: the field of the result.
        help: from the docstring of the result.
        formula: in the quantity language, over parameters and outputs above; may be empty.
        anchor: the sort of resource that it fills: network, disk, memory, server; may be empty.
        otherwise: the formula where something in the first one was not given; may be empty.
    """

    name: str
    help: str
    formula: str
    anchor: str
    otherwise: str

    def worked_from(self, names: Collection[str], present: Collection[str]) -> Expression | None:
        """Its formula, or the other one; None when the language cannot say it.

        Args:
            names: every parameter and output of the calculator.
            present: those that have a value.
        """
        for formula in (self.formula, self.otherwise):
            expression = parse(formula, names=names) if formula else None
            if expression and expression.names <= set(present):
                return expression
        return None


def output(formula: str = "", *, otherwise: str = "", anchor: str = "") -> Any:
    """A field of a result.

    Args:
        formula: how it is worked out, in the quantity language over the parameters and the
            outputs above it, where the language can say it; a test compares it with the function.
        otherwise: the formula where something in the first one was not given.
        anchor: the sort of resource that it fills (estimate/anchors.py).
    """
    return field(metadata={"formula": formula, "otherwise": otherwise, "anchor": anchor})


@dataclass(frozen=True)
class Outcome:
    """One run of a calculator.

    Args:
        calculator: which.
        inputs: every parameter with its value, defaults included; without those left out.
        assumed: the parameters that nobody gave, or that were plain numbers without their unit.
        outputs: every output with its value, in order; an output that does not apply is left out.
        working: one line for each output whose formula the language can say.
        conventions: what day, month and year were taken for, where that played a part.
    """

    calculator: Calculator
    inputs: dict[str, Quantity]
    assumed: tuple[str, ...]
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
    """

    def __init__(
        self, function: Callable[..., Any], *, title: str, formula: str, source: str
    ) -> None:
        self.function = function
        self.name = function.__name__.replace("_", "-")
        self.title = title
        self.formula = formula
        self.source = source

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
            default = None if required else one.default
            kind = hints[name].__metadata__[0]
            found.append(Parameter(name, kind, told[name], default, required))
        return tuple(found)

    @cached_property
    def outputs(self) -> tuple[Output, ...]:
        """What it gives, in the order of the result's fields."""
        result = typing.get_type_hints(self.function)["return"]
        told = described(inspect.getdoc(result) or "", "Attributes")
        return tuple(
            Output(name=part.name, help=told[part.name], **part.metadata) for part in fields(result)
        )

    def bind(
        self,
        given: Mapping[str, str],
        *,
        nouns: Iterable[str] = (),
        conventions: Conventions = DEFAULT,
    ) -> dict[str, Quantity]:
        """The parameters that were typed, read in the quantity language.

        Args:
            given: text by parameter name.
            nouns: count nouns beside the built-in ones.
            conventions: day, month and year.

        Raises:
            InputError: an unknown parameter, or a required one that is missing.
            UnitError: a text that cannot be read.
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
        for name, text in given.items():
            try:
                kind = kinds[name]
                values[name] = kind.read(text, name, nouns=nouns, conventions=conventions)
            except UnitError as error:
                raise error.within(name) from None
        return values

    def run(self, values: Mapping[str, Quantity], conventions: Conventions = DEFAULT) -> Outcome:
        """Work it out.

        Args:
            values: by parameter name; the rest take their defaults.
            conventions: what the outcome says about day, month and year.

        Raises:
            UnitError: a value of another kind or out of bounds.
        """
        inputs = self._accepted(values)
        result = self.function(**inputs)
        outputs = {
            part.name: getattr(result, part.name)
            for part in self.outputs
            if getattr(result, part.name) is not None
        }
        filled = [
            name
            for name, value in values.items()
            if value.dimension.is_number and value.dimension != inputs[name].dimension
        ]
        absent = [name for name in inputs if name not in values]
        return Outcome(
            self,
            inputs,
            (*filled, *absent),
            outputs,
            tuple(self._working(inputs, outputs)),
            self._conventions(inputs, outputs, conventions),
        )

    def _accepted(self, values: Mapping[str, Quantity | None]) -> dict[str, Quantity]:
        """The arguments of the function: of their kinds, complete, and of one count noun."""
        given = {name: value for name, value in values.items() if value is not None}
        conventions = next((value.conventions for value in given.values()), DEFAULT)
        accepted, unsaid = {}, set()
        for one in self.parameters:
            value = given.get(one.name)
            if value is None and one.required:
                raise InputError(f"{one.name} is missing", where=self.name)
            if value is None and one.default is not None:
                value = _under(one.default, conventions)
            if value is not None:
                if one.name not in given or value.dimension.is_number:
                    unsaid.add(one.name)
                accepted[one.name] = one.kind.accept(value, one.name)
        return agreed({one.name: one.kind for one in self.parameters}, accepted, unsaid)

    def _working(
        self, inputs: Mapping[str, Quantity], outputs: Mapping[str, Quantity]
    ) -> Iterable[str]:
        shown = {name: value.display() for name, value in {**inputs, **outputs}.items()}
        for name, expression in self._formulas(inputs, outputs):
            formula, worked = expression.with_values({}), expression.with_values(shown)
            result = outputs[name].summary()
            yield " = ".join(dict.fromkeys([name, formula, worked, result]))

    def _formulas(
        self, inputs: Mapping[str, Quantity], outputs: Mapping[str, Quantity]
    ) -> Iterable[tuple[str, Expression]]:
        """The outputs whose formula the language can say, each with the formula that was used."""
        names = {one.name for one in self.parameters} | {one.name for one in self.outputs}
        for part in self.outputs:
            expression = part.worked_from(names, (*inputs, *outputs))
            if expression is not None and part.name in outputs:
                yield part.name, expression

    def _conventions(
        self,
        inputs: Mapping[str, Quantity],
        outputs: Mapping[str, Quantity],
        conventions: Conventions,
    ) -> dict[str, str]:
        """The conventions that the shown units and the formulas rest on."""
        used = {
            part.convention
            for value in (*inputs.values(), *outputs.values())
            for factor, _ in value.shown.factors
            for part, _ in factor.simple
        }
        for _, expression in self._formulas(inputs, outputs):
            used.update(expression.conventions(conventions))
        return {name: conventions.text(name) for name in ("day", "month", "year") if name in used}


def calculator(
    *, title: str, formula: str, source: str
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a function a calculator: it checks its arguments, and `calculator_of` finds it."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        made = Calculator(function, title=title, formula=formula, source=source)

        @wraps(function)
        def checked(**values: Quantity) -> Any:
            return function(**made._accepted(values))  # noqa: SLF001 - made here

        checked.calculator = made  # type: ignore[attr-defined]
        return checked

    return decorate


def _under(default: Quantity, conventions: Conventions) -> Quantity:
    """A default under other conventions: 5 year is longer or shorter then."""
    if default.conventions == conventions:
        return default
    return parse(str(default)).evaluate({}, conventions)


def described(text: str, section: str) -> dict[str, str]:
    r"""The entries of a docstring's section, each on one line.

    >>> described("What it is.\n\nArgs:\n    rate: what comes\n        in.\n", "Args")
    {'rate': 'what comes in.'}
    """
    found: dict[str, str] = {}
    name = ""
    inside = False
    for line in text.splitlines():
        if line and not line.startswith(" "):
            inside = line == f"{section}:"
        elif inside and line.startswith("    ") and line[4:5] not in ("", " "):
            name, _, words = line.strip().partition(": ")
            found[name] = words
        elif inside and line.strip():
            found[name] = f"{found[name]} {line.strip()}"
    return found
