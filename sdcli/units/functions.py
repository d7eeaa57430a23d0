"""The functions of the language, as data: form, help, example, and what each computes.

`ceil(peak / capacity)` counts servers, `downtime(99.9%, month)` turns an availability into
a time. A name is a function only before a bracket, so that a value may be called `floor`.

`nines` and `downtime` work on 1 - a (availability.py).
"""

from __future__ import annotations

from sdcli.units import arithmetic
from sdcli.units.availability import nines, unavailability
from sdcli.units.dimension import TIME, Dimension
from sdcli.units.errors import UnitError
from sdcli.units.literals import NINES_MAX
from sdcli.units.quantity import COMPARES, Quantity
from sdcli.units.record import TYPE_CHECKING, Record
from sdcli.units.table import SECOND, UNITS, Unit

if TYPE_CHECKING:
    from collections.abc import Callable

    from sdcli.units.spread import Spread

    Computes = Callable[..., Quantity]

_COUNTS = ("no value", "one value", "two values")


class Function(Record):
    """One function.

    Args:
        name: as it is written before the bracket.
        signature: the form, for people: `downtime(availability, period)`.
        help: what it gives, in one line.
        example: a call that works.
        compute: from the arguments to the result.
        least, most: how many arguments it takes; without `most`, any number.
        default: the unit of which one is the last argument, where that is left out.
    """

    name: str
    signature: str
    help: str
    example: str
    compute: Computes
    least: int = 1
    most: int | None = 1
    default: Unit | None = None

    def takes(self, count: int) -> bool:
        """Whether it may be called with so many arguments."""
        return self.least <= count and (self.most is None or count <= self.most)

    @property
    def count(self) -> str:
        """How many arguments it takes, in words."""
        if self.most is None:
            return f"at least {_COUNTS[self.least]}"
        if self.least == self.most:
            return _COUNTS[self.least]
        return f"{_COUNTS[self.least].split()[0]} or {_COUNTS[self.most]}"


def _extreme(choose: Callable[..., Spread]) -> Computes:
    """The least or the greatest of values of one kind."""

    def compute(*values: Quantity) -> Quantity:
        first = values[0]
        for other in values[1:]:
            first.same_kind(other, COMPARES, "and")
        if len(values) == 1:
            return first
        result = first.apply(lambda _: choose(*(value.spread for value in values)))
        return result.in_percent_like(*values)

    return compute


def _rounding(name: str, operation: Callable[[Spread], Spread]) -> Computes:
    """A whole number of what is counted: of bytes or seconds there is no natural one."""

    def compute(value: Quantity) -> Quantity:
        if value.dimension.nouns != tuple(base for base, _ in value.dimension.exponents):
            raise UnitError(
                f"{name} rounds counts and plain numbers",
                given=f"{value}\n{value.kind}",
                expected=f"a count, like {name}(5.2 server); divide by the unit to round in",
            )
        return value.apply(operation)

    return compute


def _of_number(name: str, operation: Callable[[Spread], Spread]) -> Computes:
    """A function that only plain numbers have."""

    def compute(value: Quantity) -> Quantity:
        if not value.dimension.is_number:
            raise UnitError(
                f"{name} needs a plain number",
                given=f"{value}\n{value.kind}",
                expected=f"a number, like {name}(1024), or a quotient of equal kinds",
            )
        return value.apply(operation)

    return compute


def _absolute(value: Quantity) -> Quantity:
    return value.apply(arithmetic.absolute).in_percent_like(value)


def _nines(availability: Quantity) -> Quantity:
    """-log10(1 - a): 3 for 99.9%, 3.3 for 99.95%."""
    found = nines(_missing(availability, "nines"))
    if found is None:
        raise UnitError("100% has no number of nines", expected="what is less, like 99.95%")
    return found


def _downtime(availability: Quantity, period: Quantity) -> Quantity:
    """(1 - a) times the period: 8.76 hour of a year for 99.9%."""
    missing = _missing(availability, "downtime")
    if period.dimension != Dimension.of(TIME):
        raise UnitError(
            "downtime is counted in a period of time",
            given=f"{period}\n{period.kind}",
            expected="a time, like downtime(99.9%, month)",
        )
    time = missing * period
    if time.high > 0:
        return time
    return Quantity(time.spread, time.dimension, (SECOND,), None, time.conventions)  # not 0 year


def _missing(availability: Quantity, name: str) -> Quantity:
    """1 - a.

    Raises:
        UnitError: this is no availability, or one that cannot be told from 100%.
    """
    low, high = availability.low, availability.high
    if not availability.dimension.is_number or low < 0 or high > 1:
        raise UnitError(
            "an availability lies between 0% and 100%",
            given=f"{availability}\n{availability.kind}",
            expected=f"like {name}(99.95%) or {name}(4 nines)",
        )
    missing = unavailability(availability)
    if missing.value == 0 and availability.value < 1:
        raise UnitError(f"more than {NINES_MAX} nines cannot be told from 100%")
    return missing


FUNCTIONS: dict[str, Function] = {
    function.name: function
    for function in (
        Function(
            "min",
            "min(value, value, ...)",
            "the smallest of its values",
            "min(3 GB, 500 MB)",
            _extreme(arithmetic.minimum),
            most=None,
        ),
        Function(
            "max",
            "max(value, value, ...)",
            "the largest of its values",
            "max(3 server, peak / capacity)",
            _extreme(arithmetic.maximum),
            most=None,
        ),
        Function(
            "ceil",
            "ceil(count)",
            "rounded up to a whole number",
            "ceil(12.3 server)",
            _rounding("ceil", arithmetic.ceil),
        ),
        Function(
            "floor",
            "floor(count)",
            "rounded down to a whole number",
            "floor(12.7 server)",
            _rounding("floor", arithmetic.floor),
        ),
        Function(
            "round",
            "round(count)",
            "rounded to the nearest whole number, halves up",
            "round(2.5)",
            _rounding("round", arithmetic.round_half_up),
        ),
        Function("abs", "abs(value)", "the size without its sign", "abs(3 s - 5 s)", _absolute),
        Function(
            "sqrt",
            "sqrt(value)",
            "the square root, of the unit as well",
            "sqrt(16)",
            lambda value: value**0.5,
        ),
        Function(
            "log2",
            "log2(number)",
            "the logarithm to base 2: how many bits so many values take",
            "log2(1024)",
            _of_number("log2", arithmetic.log2),
        ),
        Function(
            "log10",
            "log10(number)",
            "the logarithm to base 10: how many digits",
            "log10(1M)",
            _of_number("log10", arithmetic.log10),
        ),
        Function(
            "ln",
            "ln(number)",
            "the natural logarithm",
            "ln(2)",
            _of_number("ln", arithmetic.ln),
        ),
        Function(
            "exp",
            "exp(number)",
            "e to that power",
            "exp(-1)",
            _of_number("exp", arithmetic.exp),
        ),
        Function(
            "nines",
            "nines(availability)",
            "how many nines an availability has",
            "nines(99.95%)",
            _nines,
        ),
        Function(
            "downtime",
            "downtime(availability, period)",
            "how long it is down in a period; in a year where none is given",
            "downtime(99.9%, month)",
            _downtime,
            most=2,
            default=UNITS["year"],
        ),
    )
}
