"""Shares for people: in percent, to three digits.

The quantity language shows a percentage near 100 by its complement, as availabilities want it;
a share of a budget or of a capacity is no availability.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sdcli.units import Quantity


def percent(share: Quantity) -> str:
    """A share, with its ends where it is a range.

    >>> from sdcli.units import quantity
    >>> percent(quantity("0.99803")), percent(quantity("20 % to 45 %"))
    ('99.8%', '30% (20 to 45)')
    """
    if not share.is_range:
        return f"{_digits(share.value)}%"
    return f"{_digits(share.value)}% ({_digits(share.low)} to {_digits(share.high)})"


def whole_percent(share: float) -> str:
    """To a whole percent: what was estimated from samples is no better than that.

    >>> whole_percent(0.2), whole_percent(0.004)
    ('20%', 'less than 1%')
    """
    return f"{share:.0%}" if share >= 0.01 or share == 0 else "less than 1%"  # noqa: PLR2004


def _digits(share: float) -> str:
    text = f"{float(f'{share * 100:.3g}'):.12f}"
    return text.rstrip("0").rstrip(".")
