"""How a quantity goes over time, with its limits, as a Mermaid line chart.

Every chart stands beside a table of the same numbers: Mermaid draws no values at the points and
no legend that GitHub shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.documents.text.escape import label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sdcli.units import Quantity

_STEPS = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
_FAR = 4  # a limit this many times above everything else would flatten the line
_WORDS = {"%": "percent", "$": "USD"}  # these would be entities, which axes do not decode


def growth_chart(
    name: str,
    after: Sequence[str],
    values: Sequence[Quantity],
    limits: Sequence[Sequence[Quantity]],
) -> str:
    """One quantity over time as a line, each of its limits as another.

    Args:
        name: what it is.
        after: the points in time, as they are told.
        values: the quantity at each, of one dimension.
        limits: the limits at each; one that lies far above the line is left to the table.
    """
    largest = max(values, key=lambda value: abs(value.value))
    size = largest.shown.size(largest.conventions)
    line = [value.value / size for value in values]
    top = max(map(abs, line))
    others = [[value.value / size for value in limit] for limit in limits]
    others = [limit for limit in others if max(map(abs, limit)) <= _FAR * top]
    scale, prefix = next(((one, k) for one, k in _STEPS if top >= 10 * one), (1.0, ""))
    drawn = [[value / scale for value in one] for one in (line, *others)]
    low = min(0.0, *(min(one) for one in drawn))
    high = max(0.0, *(max(one) for one in drawn))
    unit = _axis(largest.unit or "", prefix)
    ends = f"from {values[0]} {after[0]} to {values[-1]} after {after[-1]}"
    more = f", with {len(others)} limit{'s' if len(others) > 1 else ''}" if others else ""
    return "\n".join(
        [
            "xychart-beta",
            f"    accTitle: Growth of {label(name)}",
            f"    accDescr: {label(name)} goes {label(ends)}{more}",
            f'    title "{label(name)} over time"',
            f'    x-axis "months from now" [{", ".join(_month(one) for one in after)}]',
            f'    y-axis "{label(unit)}" {_plain(low)} --> {_plain(high * 1.1 or 1.0)}',
            *(f"    line [{', '.join(_plain(value) for value in one)}]" for one in drawn),
        ]
    )


def _axis(unit: str, prefix: str) -> str:
    for sign, word in _WORDS.items():
        unit = unit.replace(sign, word)
    return f"{prefix} {unit}".strip() if unit else {"": "number"}.get(prefix, prefix)


def _month(told: str) -> str:
    """The number in `14 month`; 0 for today."""
    number = told.partition(" ")[0]
    return number if number[:1].isdigit() else "0"


def _plain(value: float) -> str:
    """Four digits without an exponent, which Mermaid does not read.

    >>> _plain(123456.0), _plain(0.00001234), _plain(2.0)
    ('123500', '0.00001234', '2')
    """
    text = f"{float(f'{value:.4g}'):.12f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
