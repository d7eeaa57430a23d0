"""What the text of a parameter is worth: a whole number, a quantity, a word.

A parameter may be a formula over the design's assumptions and estimates (`size:
cache_bytes`, `nodes: ceil(storage / 1 TB)`), so its value exists only beside them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sdcli.core.errors import InputError
from sdcli.core.suggest import did_you_mean
from sdcli.design.kinds import COUNT_MAX, KINDS, ParamSpec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sdcli.design.model import Component
    from sdcli.units import Quantity

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}")
_WHOLE = re.compile(r"[0-9]{1,15}")
_NEAR_WHOLE = 1e-9  # how far a computed count may lie from a whole number


@dataclass(frozen=True)
class Setting:
    """One parameter of one component.

    Args:
        name: the parameter.
        spec: what the kind says about it.
        text: as the design says it, else the default; None when neither does.
        given: whether the design says it.
        value: the text's worth; None when there is no text.
        uses: the assumptions and estimates that a formula names.
    """

    name: str
    spec: ParamSpec
    text: str | None
    given: bool
    value: int | str | Quantity | None
    uses: frozenset[str]


def settings(
    component: Component, env: Mapping[str, Quantity], nouns: Iterable[str] = ()
) -> dict[str, Setting]:
    """Every parameter of a component, given or not, in the order of its kind.

    Raises:
        InputError: a value outside its type or bounds; `where` is the parameter's name.
    """
    given = component.given
    kept = tuple(nouns)
    found: dict[str, Setting] = {}
    for name, spec in KINDS[component.kind].params.items():
        text = given.get(name, spec.default)
        value = None if text is None else setting_value(spec, text, env=env, nouns=kept, where=name)
        found[name] = Setting(name, spec, text, name in given, value, _uses(spec, text, env, kept))
    return found


def check_counts(kind: str, found: Mapping[str, Setting], *, of: str = "") -> None:
    """Refuse a count that is larger than the count of what it is on.

    Args:
        kind: of the component.
        found: its parameters.
        of: the component, where the error should name it.

    Raises:
        InputError: there are more, like 30 copies on 12 servers; `where` is the parameter's name.
    """
    for name, bound in KINDS[kind].within.items():
        count, most = found[name].value, found[bound].value
        if isinstance(count, int) and isinstance(most, int) and count > most:
            raise InputError(
                f"there are not that many {bound}: {count} of {most}",
                where=f"{of}.{name}" if of else name,
                given=str(found[name].text),
                expected=f"{found[name].spec.help}: 1 to {most}",
            )


def setting_value(
    spec: ParamSpec,
    text: str,
    *,
    env: Mapping[str, Quantity] | None,
    nouns: Iterable[str] = (),
    where: str,
) -> int | str | Quantity | None:
    """What `text` is worth as a parameter of this kind.

    Args:
        spec: type, unit and bounds of the parameter.
        text: the value or the formula.
        env: the quantities that a formula may name; None: then a formula's worth is None.
        nouns: count nouns of the design.
        where: what errors call it.

    Returns:
        An int for an integer (a range counts by its median, rounded up), a word for a name,
        a Quantity that displays in the parameter's unit or its own.

    Raises:
        InputError: another type, another dimension, or outside the bounds.
    """
    if spec.type == "name":
        return _word(spec, text, where)
    if spec.type == "integer" and _WHOLE.fullmatch(text):
        return _bounded_count(spec, int(text), text, where)
    from sdcli.units import UnitError, parse

    counted = (spec.unit,) if spec.type == "integer" and spec.unit else ()
    try:
        expression = parse(text, nouns=(*nouns, *counted), names=env or ())
        if expression.names and env is None:
            return None
        quantity = expression.evaluate(env or {})
        plain = _plain(spec, quantity)
    except UnitError as error:
        raise InputError(
            error.what,
            where=where,
            given=error.given or text,
            expected=error.expected or _like(spec),
            fix=error.fix,
        ) from error
    if plain is None:
        raise InputError(
            f"this is {quantity.kind}, not a plain number",
            where=where,
            given=text,
            expected=_like(spec),
        )
    if spec.type == "quantity":
        _bounded(spec, plain, text, where)
        return quantity
    whole = round(plain)
    if abs(plain - whole) > _NEAR_WHOLE * max(1.0, abs(plain)):
        if not quantity.is_range:
            raise InputError(
                f"this is not a whole number: {plain:.6g}",
                where=where,
                given=text,
                expected=_like(spec),
                fix=f"ceil({text})",
            )
        whole = int(plain) + 1
    return _bounded_count(spec, whole, text, where)


def _plain(spec: ParamSpec, quantity: Quantity) -> float | None:
    """The value in the parameter's unit; None for what should be a plain number and is none.

    A count may be said with its noun or without: `8`, `8 node`.
    """
    if spec.type == "quantity" and spec.unit:
        return quantity.in_unit(spec.unit)
    return quantity.value if quantity.kind in ("number", spec.unit) else None


def _word(spec: ParamSpec, text: str, where: str) -> str:
    if spec.choices and text not in spec.choices:
        raise InputError(
            "this is not one of its words",
            where=where,
            given=text,
            expected=f"one of {', '.join(spec.choices)}",
            fix=did_you_mean(text[:64], spec.choices),
        )
    if not _WORD.fullmatch(text):
        raise InputError(
            "this is not a word", where=where, given=text, expected="a word like token-bucket"
        )
    return text


def _bounded_count(spec: ParamSpec, count: int, text: str, where: str) -> int:
    _bounded(spec, count, text, where)
    return count


def _bounded(spec: ParamSpec, number: float, text: str, where: str) -> None:
    low, high = spec.bounds
    if (low is None or number >= low) and (high is None or number <= high):
        return
    unit = f" {spec.unit}" if spec.unit and spec.type == "quantity" else ""
    if high == COUNT_MAX and number < high:
        high = None  # which nobody came near
    if low is not None and high is not None:
        allowed = f"{low:g}{unit} to {high:g}{unit}"
    else:
        allowed = f"{low:g}{unit} or more" if low is not None else f"{high:g}{unit} or less"
    raise InputError("this is out of bounds", where=where, given=text, expected=allowed)


def _like(spec: ParamSpec) -> str:
    if spec.type == "integer":
        return "a whole number, like 8, or a formula, like ceil(storage / 1 TB)"
    return f"a quantity like 1 {spec.unit}" if spec.unit else "a number like 0.8, or 80 %"


def _uses(
    spec: ParamSpec, text: str | None, env: Mapping[str, Quantity], nouns: tuple[str, ...]
) -> frozenset[str]:
    if text is None or spec.type == "name" or _WHOLE.fullmatch(text):
        return frozenset()
    from sdcli.units import parse

    return frozenset(parse(text, nouns=nouns, names=env).names)
