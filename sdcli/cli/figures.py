"""A quantity for programs: the keys that every JSON of `sdcli calc` and `sdcli estimate` has.

They are a contract: keys may be added, none renamed.
"""

from __future__ import annotations

from sdcli.units.record import TYPE_CHECKING
from sdcli.units.sampling import SEED

if TYPE_CHECKING:
    from typing import Any

    from sdcli.units import Quantity

KEYS = (
    *("value", "unit", "kind", "display", "low", "high", "method"),
    *("seed", "samples", "engine", "sampling_error"),
)
_DIGITS = 12  # beyond them stands the noise of floating point


def figures(value: Quantity) -> dict[str, Any]:
    """A quantity; value, low, high and their standard errors are in `unit`.

    >>> from sdcli.units import quantity
    >>> said = figures(quantity("5 to 20 MB"))
    >>> (said["low"], said["value"], said["high"], said["unit"], said["seed"])
    (5.0, 10.0, 20.0, 'MB', None)
    """
    sampling, errors = value.sampling, value.sampling_error()
    named = zip(("low", "value", "high"), errors or (), strict=False)
    return {
        "value": number(value.value, value),
        "unit": value.unit,
        "kind": value.kind,
        "display": value.display(),
        "low": number(value.low, value),
        "high": number(value.high, value),
        "method": value.method,
        "seed": SEED if sampling else None,
        "samples": sampling.samples if sampling else None,
        "engine": sampling.engine if sampling else None,
        "sampling_error": {key: number(error, value) for key, error in named} if errors else None,
    }


def number(magnitude: float, shown_as: Quantity) -> float:
    """A magnitude in base units, counted in the unit that `shown_as` is shown in."""
    return clean(magnitude / shown_as.shown.size(shown_as.conventions))


def clean(plain: float) -> float:
    """A number without the noise of floating point: 0.3 for 0.1 + 0.2."""
    return float(f"{plain:.{_DIGITS}g}")
