"""Sensitivity: which assumption drives the spread of a result, and so what to ask first.

In closed form the answer is exact: the sources are independent, so their variances add, those
of the logarithm where magnitudes are multiplied. For what was sampled it is estimated by rank
correlation, as in A. Saltelli et al., Global Sensitivity Analysis: The Primer, 2008, chapter 1.
"""

from __future__ import annotations

import math
from operator import mul

from sdcli.units.readings import opening
from sdcli.units.record import TYPE_CHECKING
from sdcli.units.sampling import Sampling, engine_of
from sdcli.units.spread import Linear, Product, Samples
from sdcli.units.syntax import Binary, Interval, Node, UnitWord

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sdcli.units.expression import Expression
    from sdcli.units.quantity import Quantity

RANKED = 10_000  # draws that are ranked at most: shares to a percent or two need no more
_NOISE = 0.01  # the error of such a share
_SEEN_MIN = 0.1  # squared correlations that come to less in sum say nothing


def drivers(quantity: Quantity) -> tuple[tuple[str, float], ...]:
    """The sources of a quantity's spread and the share of each, the largest first.

    Args:
        quantity: of any kind; a certain one has no sources.

    Returns:
        Source and share; the shares sum to 1. For products of lognormal ranges a share is that of
        the variance of the logarithm, σᵢ² / Σ σⱼ², and for sums of normal ones that of the
        variance. For samples it is the squared rank correlation of the result with the source,
        through the sum of these; those below 0.01, which is their error, are left out.

    What the shares of samples do not see: what two sources do only together, and an effect that
    goes up on one side and down on the other, as of x in abs(x). Where they see next to nothing,
    () is returned: shares of what is left would be shares of noise.

    Cost: nothing in closed form; some 6 ms for each source of samples.

    >>> from sdcli.units import quantity
    >>> [(name, round(share, 2)) for name, share in drivers(quantity("(1 to 4) * (1 to 16)"))]
    [('(1 to 4) * (1 to 16)/2', 0.8), ('(1 to 4) * (1 to 16)', 0.2)]
    """
    spread = quantity.spread
    if isinstance(spread, Product | Linear):
        parts = [(source, weight * weight) for source, weight in spread.weights]
    elif isinstance(spread, Samples):
        parts = _correlations(spread)
        if sum(part for _, part in parts) < _SEEN_MIN:
            return ()
        parts = _above_noise(parts)
    else:
        return ()
    whole = math.fsum(part for _, part in parts)
    shares = [(source, part / whole if whole else 1 / len(parts)) for source, part in parts]
    return tuple(sorted(shares, key=lambda one: (-one[1], one[0])))


def labels(expression: Expression, source: str = "") -> dict[str, str]:
    """The ranges of an expression as they were typed, by the names of their sources.

    Args:
        expression: the one that was evaluated.
        source: the name that it was evaluated under; by default its text.

    >>> from sdcli.units import parse
    >>> labels(parse("(2 to 5 user) * 1 to 3 KB/user/day"), "cache")
    {'cache': '2 to 5 user', 'cache/2': '1 to 3 KB/user/day'}
    """
    name = source or expression.text
    return {
        name if one.ordinal == 1 else f"{name}/{one.ordinal}": _typed(expression.line, one, end)
        for one, end in _intervals(expression.node)
    }


def _typed(line: str, interval: Interval, end: int) -> str:
    """The text of a range with the units behind it, up to the bracket that closes around it."""
    start, stop = interval.span
    start = opening(line, start, stop)
    return line[start:stop] + line[stop:end].partition(")")[0].rstrip()


def _intervals(node: Node, end: int = 0) -> Iterator[tuple[Interval, int]]:
    """The ranges in a tree, whatever nodes it is made of, and where the units behind each end.

    Args:
        node: the tree.
        end: where the units end that stand behind the whole of it; 0 for none.
    """
    if isinstance(node, Interval):
        yield node, max(end, node.span[1])
    for field in node.fields:
        part = getattr(node, field)
        for each in part if isinstance(part, tuple) else (part,):
            if isinstance(each, Node):
                yield from _intervals(each, _units_end(node, field, end))


def _units_end(node: Node, field: str, end: int) -> int:
    """The same for an operand: behind `20 req` in `5 * 20 req/user/day` stand two units."""
    if not isinstance(node, Binary) or node.operator not in "*/":
        return 0
    if field == "left":
        return max(end, node.right.span[1]) if isinstance(node.right, UnitWord) else 0
    return end if node.operator == "*" else 0


def _above_noise(parts: list[tuple[str, float]]) -> list[tuple[str, float]]:
    whole = math.fsum(part for _, part in parts)
    return [(source, part) for source, part in parts if part >= _NOISE * whole]


def _correlations(samples: Samples) -> list[tuple[str, float]]:
    """The squared rank correlation of the values with each source; of a single one, 1."""
    if len(samples.sources) == 1:
        return [(samples.sources[0], 1.0)]
    count = min(samples.sampling.samples, RANKED)
    engine = engine_of(Sampling(count, samples.sampling.engine))  # fewer are the first of more
    ranks = _ranks(engine.first(samples.values, count))
    found = []
    for source in samples.sources:
        others = _ranks(engine.first(engine.normals(source), count))
        norms = sum(map(mul, ranks, ranks)) * sum(map(mul, others, others))
        found.append((source, sum(map(mul, ranks, others)) ** 2 / norms if norms else 0.0))
    return found


def _ranks(values: Sequence[float]) -> list[int]:
    """Of each value, how many are below less how many are above it; equal ones rank alike.

    >>> _ranks([5.0, 1.0, 5.0, 9.0])
    [0, -3, 0, 3]
    """
    ordered = sorted(values)
    last = {one: place for place, one in enumerate(ordered)}  # of equal ones the last
    ordered.reverse()
    above = {one: place for place, one in enumerate(ordered)}  # the same from the top
    return [last[one] - above[one] for one in values]
