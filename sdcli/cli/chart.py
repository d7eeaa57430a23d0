"""A Mermaid line chart as bars: one for each point, with a mark where a limit lies."""

from __future__ import annotations

import re
from dataclasses import dataclass

WIDTH = 24
_LINE = re.compile(r"(?m)^\s*line \[([^\]]*)\]")
_KIND = "xychart-beta"


@dataclass(frozen=True)
class Chart:
    """A chart.

    Args:
        values: what it shows, point by point.
        limits: its limits, each with a value for every point.
    """

    values: tuple[float, ...]
    limits: tuple[tuple[float, ...], ...]

    def bars(self, width: int = WIDTH) -> list[str]:
        """One bar for each point, all to one scale; none where nothing is above zero.

        >>> Chart((1.0, 2.0, 4.0), ((3.0, 3.0, 3.0),)).bars(8)
        ['██···│··', '████·│··', '█████│██']
        """
        top = max((*self.values, *(value for limit in self.limits for value in limit)), default=0)
        if top <= 0:
            return []
        return [self._bar(i, top, width) for i in range(len(self.values))]

    def _bar(self, i: int, top: float, width: int) -> str:
        full = _place(self.values[i], top, width)
        cells = ["█" if k < full else "·" for k in range(width)]
        for limit in self.limits:
            if i < len(limit) and limit[i] > 0:
                cells[max(0, _place(limit[i], top, width) - 1)] = "│"
        return "".join(cells)


def _place(value: float, top: float, width: int) -> int:
    return round(min(max(value / top, 0.0), 1.0) * width)


def chart_of(diagram: str) -> Chart | None:
    """The chart that a diagram of ours is; None where it is another picture."""
    if not diagram.startswith(_KIND):
        return None
    lines = [_numbers(match[1]) for match in _LINE.finditer(diagram)]
    return Chart(lines[0], tuple(lines[1:])) if lines else None


def _numbers(text: str) -> tuple[float, ...]:
    return tuple(float(word) for word in text.split(",") if word.strip())
