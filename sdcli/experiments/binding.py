"""Binding: from what people and designs write to an experiment's parameters.

A value may be a text ("160", "1M", "6000 request/min"), a number in the declared unit, or a
Quantity that a design has computed from its assumptions. Each parameter knows its kind and its
bounds, so that an experiment's own code never sees a value that it cannot use.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeVar

from sdcli.core.errors import InputError
from sdcli.core.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sdcli.experiments.contract import Experiment, Param

P = TypeVar("P")

_LISTED_MAX, _LISTED = 12, 3  # words: as many are listed, of more some
_READABLE = 1e16  # from here on nobody counts the digits
_ROUNDING = 1e-3  # a computed count may be rounded if that changes it by a thousandth at most
# What people call a quantity of some kind; the others are called by their unit.
_KINDS = {
    "information": "amount of data",
    "information / time": "bandwidth",
    "request / time": "rate of requests",
    "time": "length of time",
}


def bind(experiment: Experiment[P], values: Mapping[str, object]) -> P:
    """The experiment's Params with these values; what is not given has its default.

    Raises:
        InputError: an unknown name, or a value of another kind or out of bounds.
    """
    known = {param.name: param for param in experiment.parameters}
    for name, value in values.items():
        if name not in known:
            raise InputError(
                f"{experiment.name} has no such parameter",
                where=name,
                given=str(value),
                expected=", ".join(known),
                fix=did_you_mean(name, known),
            )
    return experiment.Params(**{name: _bound(known[name], given) for name, given in values.items()})


def expected(param: Param) -> str:
    """What a parameter may be, with an example that works."""
    if param.type == "name":
        if len(param.choices) <= _LISTED_MAX:
            return " or ".join(param.choices)
        some = ", ".join(param.choices[:_LISTED])
        others = len(param.choices) - _LISTED
        return f"{some} or one of {others} others, which --help behind the experiment lists"
    what = "a whole number" if param.type == "integer" else "a quantity"
    if param.type == "quantity" and not param.unit:
        what = "a number"
    unit = f" {param.unit}" if param.type == "quantity" and param.unit else ""
    bounds = f"from {_figure(param.low)} to {_figure(param.high)}"
    return f"{what} {bounds}{unit}, like {example(param)}"


def example(param: Param) -> str:
    """The default as a person would write it."""
    if param.type == "name":
        return str(param.default)
    if param.type == "integer" or not param.unit:
        return _figure(float(param.default))
    from sdcli.units import quantity

    return str(quantity(f"1 {param.unit}") * float(param.default))


def _bound(param: Param, given: object) -> int | float | str:
    if param.type == "name":
        if given not in param.choices:
            raise _unusable(
                param,
                "this is not one of the choices",
                given,
                did_you_mean(str(given), param.choices),
            )
        return str(given)
    number = _number(param, given)
    if param.type == "integer":
        whole = round(number)
        if isinstance(number, float) and abs(number - whole) > _ROUNDING * abs(number):
            raise _unusable(param, "this is not a whole number", given)
        number = whole
    low = -math.inf if param.low is None else param.low
    high = math.inf if param.high is None else param.high
    if not low <= number <= high:
        raise _unusable(param, "this is out of bounds", given)
    return number if param.type == "integer" else float(number)


def _number(param: Param, given: object) -> int | float:
    """The value in the parameter's unit; a range stands for its median."""
    number: int | float
    if isinstance(given, (int, float)) and not isinstance(given, bool):
        number = given
    elif isinstance(given, str):
        number = _from_text(param, given)
    elif hasattr(given, "in_unit"):
        number = _from_quantity(param, given)
    else:
        raise _unusable(param, "this is not a number", given)
    if isinstance(number, float) and not math.isfinite(number):
        raise _unusable(param, "this is not a finite number", given)
    return number


def _from_text(param: Param, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        pass
    from sdcli.units import UnitError, quantity

    counted = (param.unit,) if param.type == "integer" and param.unit else ()
    try:
        value = quantity(text, nouns=counted)
    except UnitError as error:
        readings = "" if error.undeclared else error.expected  # an unknown unit has none
        raise InputError(
            error.what,
            where=param.name,
            given=text,
            expected="\n".join(filter(None, (readings, expected(param)))),
        ) from error
    return _from_quantity(param, value)


def _from_quantity(param: Param, quantity: Any) -> float:
    from sdcli.units import UnitError

    counts = ("number", param.unit) if param.type == "integer" else ("number",)
    if quantity.kind in counts:
        return float(quantity.value)  # a plain number is taken in the declared unit
    try:
        return float(quantity.in_unit(param.unit))
    except UnitError as error:
        raise InputError(
            f"this is {_what(param)}",
            where=param.name,
            given=f"{quantity}\n{quantity.kind}",
            expected=expected(param),
        ) from error


def _what(param: Param) -> str:
    """What a value of another kind is not: "no number of nodes", "no amount of data"."""
    if not param.unit:
        return "not a plain number"
    if param.type == "integer":
        return f"no number of {param.unit}s"
    from sdcli.units import quantity

    return f"no {_KINDS.get(quantity(f'1 {param.unit}').kind, f'quantity in {param.unit}')}"


def _unusable(param: Param, what: str, given: object, fix: str = "") -> InputError:
    return InputError(what, where=param.name, given=str(given), expected=expected(param), fix=fix)


def _figure(number: float | None) -> str:
    """A bound as a person reads it: 10,000 or 0.001."""
    if number is None:
        return "any"
    return f"{number:,.{16 if abs(number) < _READABLE else 15}g}"
