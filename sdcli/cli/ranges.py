"""How a range is explained: by which draws it came about, how exactly, and what drives it.

`sdcli calc` and `sdcli estimate` say it in the same words, and write the same JSON.
"""

from __future__ import annotations

from sdcli.units.errors import printable
from sdcli.units.record import TYPE_CHECKING
from sdcli.units.sampling import SEED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from sdcli.units import Quantity

    Shares = Sequence[tuple[str, float]]

_EVEN = 0.005  # shares nearer than this are the same to a person
_WIDTH = 78  # columns of a line that is indented by two
_LABEL_MAX, _PAIRED_MAX = 32, 20  # columns for a range as typed, and for one of two
_DIGITS_SAID = 2
_SHARE_MAX = 0.2  # a larger error is said in the unit: beside a figure near 0 a share says nothing
_SHARE_DIGITS = 4


def method(value: Quantity) -> str:
    """How low and high of a range came about.

    >>> from sdcli.units import quantity
    >>> method(quantity("5 to 20"))
    '90 % interval, closed form'
    """
    sampling = value.sampling
    if sampling is None:
        return "90 % interval, closed form"
    by = f" by {sampling.engine}" if sampling.engine != "python" else ""
    return (
        f"90 % interval, Monte Carlo, {sampling.samples:,} draws{by}, seed {SEED},"
        f" sampling error {sampling_error(value)}"
    )


def sampling_error(value: Quantity) -> str:
    """The largest of the standard errors of low, median and high, each as a share of its figure.

    Of a figure that is 0 it is a share of the largest. Where that comes to more than a fifth, as
    beside a median that is next to 0, it is the largest itself, in the unit. Empty where nothing
    was drawn.
    """
    errors = value.sampling_error()
    if errors is None:
        return ""
    figures = [abs(figure) for figure in (value.low, value.value, value.high)]
    largest = max(figures)
    shares = [
        error / (figure or largest)
        for error, figure in zip(errors, figures, strict=True)
        if error and largest
    ]
    if not shares:
        return "none"
    return percent(max(shares)) if max(shares) <= _SHARE_MAX else _in_unit(value, max(errors))


def _in_unit(value: Quantity, error: float) -> str:
    from sdcli.units import Quantity
    from sdcli.units.spread import Point

    units = (value.dimension, value.preferred, value.asked, value.conventions)
    return Quantity(Point(error), *units).display(_DIGITS_SAID)


def drivers(shares: Shares) -> list[str]:
    """Which assumption drives the spread, and on a second line the others; nothing for one.

    Args:
        shares: what each is called, and its share of the spread, the largest first.

    >>> drivers([("users", 0.8), ("rate", 0.2)])
    ['users drives 80 % of the spread: ask about it first', 'then rate 20 %']
    """
    if len(shares) < 2:  # noqa: PLR2004
        return []
    (first, share), (second, other), *rest = shares
    if share - other < _EVEN:
        pair = " and ".join(shortened(label, _PAIRED_MAX) for label in (first, second))
        lines = [f"{pair} drive {percent(share)} of the spread each"]
    else:
        lines = [f"{shortened(first)} drives {percent(share)} of the spread: ask about it first"]
        rest = [(second, other), *rest]
    return lines + ([_others(rest)] if rest else [])


def _others(shares: Shares) -> str:
    """The other drivers, as many as fit on a line, and how many there are besides."""
    named = [f"{shortened(label)} {percent(share)}" for label, share in shares]
    for count in range(len(named), 0, -1):
        more = f", and {len(named) - count} more" if count < len(named) else ""
        line = f"then {', '.join(named[:count])}{more}"
        if len(line) <= _WIDTH:
            break
    return line


def sensitivity(shares: Shares) -> list[dict[str, Any]]:
    """The same for programs."""
    return [
        {"source": label, "share": float(f"{share:.{_SHARE_DIGITS}g}")} for label, share in shares
    ]


def folded(line: str) -> list[str]:
    """A line, or two where one is too wide for a window.

    >>> folded("90 % interval, Monte Carlo, 10,000,000 draws by numpy, seed 7, sampling error 2 %")
    ['90 % interval, Monte Carlo, 10,000,000 draws by numpy, seed 7,', 'sampling error 2 %']
    """
    if len(line) <= _WIDTH:
        return [line]
    head, _, _ = line[:_WIDTH].rpartition(", ")
    return [f"{head},", line[len(head) + 2 :]] if head else [line]


def percent(share: float) -> str:
    """A share in percent with the digits that count, at most two.

    >>> percent(0.7912), percent(0.0042), percent(1)
    ('79 %', '0.42 %', '100 %')
    """
    number = 100 * share
    return f"{number:.0f} %" if number >= 10 else f"{number:.{_DIGITS_SAID}g} %"  # noqa: PLR2004


def shortened(label: str, most: int = _LABEL_MAX) -> str:
    """A label that leaves room for the rest of its line."""
    return printable(label if len(label) <= most else label[: most - 3] + "...")
