"""Round numbers: those that one works with by head, and how they are said.

One significant digit, and the halves and fifths that are as easy: 1.2, 1.5, 2.5. The lengths
of day, month and year in seconds are the ones that everybody uses: 10^5, 2.5M, 30M.
"""

from __future__ import annotations

import math

from sdcli.units.display import scaled
from sdcli.units.record import TYPE_CHECKING

if TYPE_CHECKING:
    from sdcli.estimate.unit_steps import UnitStep

_ROUND = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9, 10)
_STEPS = {"s/day": 1e5, "s/month": 2.5e6, "s/year": 3e7}
_NEAR_ONE = 0.9  # from here on a share is thought of as what is missing
_POWER_MIN = 1e4  # a pure power of ten from here on is said as one: 10^5
_WRITTEN_MAX = 1e15  # beyond the prefixes
_TEXT_DIGITS = 2


def round_number(number: float) -> float:
    """The nearest round number; the larger one halfway.

    >>> [round_number(number) for number in (86_400, 3472, 1.3, -0.18)]
    [90000.0, 3000.0, 1.2, -0.2]
    """
    if number == 0:
        return 0.0
    mantissa, exponent = f"{abs(number):.15e}".split("e")
    nearest = min(_ROUND, key=lambda each: (round(abs(float(mantissa) - each), 9), -each))
    return math.copysign(float(f"{nearest}e{exponent}"), number)


def round_share(share: float) -> float:
    """A share near 1 is made round at its complement.

    >>> round_share(0.9996), round_share(0.18)
    (0.9996, 0.2)
    """
    return 1 - round_number(1 - share) if _NEAR_ONE <= share < 1 else round_number(share)


def round_step(step: UnitStep) -> float:
    """The number of a step from unit to unit, made round."""
    return _STEPS.get(step.unit) or round_number(step.ratio)


def text_of(number: float, *, below: bool = False) -> str:
    """How a number is written; `below`: under the line, where a power of ten is said as one.

    >>> text_of(150e6), text_of(1e5), text_of(1e5, below=True)
    ('150M', '100k', '10^5')
    """
    size = abs(number)
    if is_power_of_ten(size) and (size >= _WRITTEN_MAX or (below and size >= _POWER_MIN)):
        return f"{'-' if number < 0 else ''}10^{round(math.log10(size))}"
    return scaled(number, _TEXT_DIGITS)


def is_power_of_ten(number: float) -> bool:
    """Whether it is 1, 10, 0.01 and the like, but for floating point."""
    return f"{number:.14e}".startswith("1.00000000000000e")
