"""Months along a horizon: where one looks, and how a time is told."""

from __future__ import annotations

import math

POINTS_MAX = 13
_STEPS = (1, 2, 3, 4, 6, 12)


def points(horizon: float) -> list[float]:
    """Where one looks: today, whole months at even steps, the horizon; at most POINTS_MAX.

    >>> points(36)[:3], points(36)[-1], points(7.5), points(1)
    ([0.0, 3.0, 6.0], 36.0, [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 7.5], [0.0, 1.0])
    """
    most = POINTS_MAX - 1
    years = 12 * math.ceil(horizon / (12 * most))
    step = next((one for one in _STEPS if horizon / one <= most), years)
    found = [float(step * place) for place in range(int(horizon // step) + 1)]
    if found[-1] < horizon:
        found.append(float(horizon))
    return found


def told(months: float) -> str:
    """So many months for people: `14.2 month`.

    >>> told(14.0), told(14.23), told(0.036)
    ('14 month', '14.2 month', '0.04 month')
    """
    if months < 1:
        return f"{months:.1g} month"
    text = f"{months:.1f}" if months < 1000 else f"{months:.4g}"  # noqa: PLR2004 - 4 digits
    return f"{text.removesuffix('.0')} month"
