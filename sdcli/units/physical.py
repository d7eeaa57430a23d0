"""Physical units, by way of pint (github.com/hgrecco/pint): the only module that imports it.

pint gives the size and the dimension of a unit on the list of long_tail.py; all the rest
is ours, so that a kilometer behaves as a day does. Its base kinds are six of our own beside
information, time, money and the count nouns, and its second is ours: 1 watt * 1 hour is
3600 joule.

pint takes some 0.4 s to import and to read its definitions. It comes in with the first
physical unit, and its cache on disk stays off (pint issue 1746).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from sdcli.core.errors import MissingError
from sdcli.units.dimension import (
    CURRENT,
    LENGTH,
    LUMINOSITY,
    MASS,
    PHYSICAL_KINDS,
    SUBSTANCE,
    TEMPERATURE,
    TIME,
    Dimension,
)
from sdcli.units.table import SECOND, Unit

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    import pint

    from sdcli.units.dimension import Exponent

_DIGITS = 15  # of a size; beyond them stands the noise of floating point: a liter of 0.001 m^3
_KINDS = {  # pint's base unit -> our base kind
    "meter": LENGTH,
    "kilogram": MASS,
    "second": TIME,
    "kelvin": TEMPERATURE,
    "ampere": CURRENT,
    "mole": SUBSTANCE,
    "candela": LUMINOSITY,
}
# What a product is shown in when no unit that was typed fits: SI's names, the usual ones first.
_COHERENT = (
    *("joule", "watt", "newton", "pascal", "coulomb", "volt", "ohm", "farad", "henry"),
    *("weber", "tesla", "siemens"),
)


class Compound(Unit):
    """A physical unit of several base kinds, or of a power: `joule`, `acre`.

    Its parts are the base units; beside them it is remembered as typed, under its whole kind.
    """

    @property
    def base(self) -> str:
        """The whole kind: `length^2 × mass / time^2`."""
        return self.dimension.kind

    @property
    def simple(self) -> tuple[tuple[Unit, Exponent], ...]:
        """Itself and its parts."""
        return ((self, 1), *self.parts)


@cache
def physical(name: str) -> Unit:
    """The unit of a name or symbol on the list of long_tail.py.

    Raises:
        MissingError: pint is not installed.

    >>> physical("mi").symbol, physical("mile").scale, physical("mile").dimension.kind
    ('mile', 1609.344, 'length')
    """
    registry = _registry(name)
    prefix, root, _ = registry.parse_unit_name(name)[0]
    symbol = prefix + root
    if symbol != name:
        return physical(symbol)
    size = registry.Quantity(1.0, name).to_base_units()
    scale = float(f"{size.magnitude:.{_DIGITS}g}")
    powers: dict[str, Any] = dict(size.unit_items())  # floats, whole for what is listed
    exponents = [(base, round(power)) for base, power in powers.items()]
    dimension = Dimension.collect((_KINDS[base], power) for base, power in exponents)
    if len(exponents) == 1 and exponents[0][1] == 1:
        return Unit(symbol, dimension, scale, prefixed=bool(prefix))
    parts = tuple((_base_unit(base), power) for base, power in exponents)
    return Compound(symbol, dimension, scale, parts=parts, prefixed=bool(prefix))


def base_unit(kind: str) -> Unit:
    """The SI unit of a physical base kind.

    >>> base_unit("mass").symbol
    'kilogram'
    """
    return physical(next(name for name, measured in _KINDS.items() if measured == kind))


def named(dimension: Dimension, typed: Iterable[Unit]) -> Unit | None:
    """The compound that a quantity of this dimension is shown in; None when none fits.

    One that was typed goes before SI's own. One that leaves nothing over goes before one that
    leaves no physical kind over: 5 joule/request stays what it is.

    >>> energy = physical("watt").dimension * Dimension.of("time")
    >>> named(energy, ()).symbol, named(energy, [physical("calorie")]).symbol
    ('joule', 'calorie')
    """
    units = (
        *(unit for unit in typed if isinstance(unit, Compound)),
        *(physical(name) for name in _COHERENT),
    )
    for unit in units:
        if unit.dimension == dimension:
            return unit
    for unit in units:
        left = dimension / unit.dimension
        if PHYSICAL_KINDS.isdisjoint(base for base, _ in left.exponents):
            return unit
    return None


def _base_unit(name: str) -> Unit:
    return SECOND if name == "second" else physical(name)


@cache
def _open() -> pint.UnitRegistry[float]:
    import pint

    return pint.UnitRegistry(cache_folder=None)


def _registry(name: str) -> pint.UnitRegistry[float]:
    try:
        return _open()
    except ImportError as error:
        raise MissingError(
            f"{name} is a physical unit, and pint, which knows it, is not installed",
            fix="pip install 'pint>=0.25,<0.26'",
        ) from error
