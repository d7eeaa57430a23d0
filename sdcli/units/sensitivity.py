"""Sensitivity: which assumption drives the spread of a result, and so what to ask first.

In closed form the answer is exact: the sources are independent, so their variances add, those
of the logarithm where magnitudes are multiplied. For what was sampled it is estimated by
correlation with the ranks of the result, as in A. Saltelli et al., Global Sensitivity Analysis:
The Primer, 2008, chapter 1.
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
_APART = 2.0  # standard errors of a difference; shares nearer than that are told as equal
_SIZES_MAX = 10_000
_sizes: dict[tuple[str, Sampling], float] = {}


def drivers(quantity: Quantity) -> tuple[tuple[str, float], ...]:
    """The sources of a quantity's spread and the share of each, the largest first.

    Args:
        quantity: of any kind; a certain one has no sources.

    Returns:
        Source and share; the shares sum to 1. For products of lognormal ranges a share is that of
        the variance of the logarithm, σᵢ² / Σ σⱼ², and for sums of normal ones that of the
        variance. For samples it is the squared correlation of the result's ranks with the source,
        through the sum of these; those below 0.01, which is their error, are left out, and those
        that so many draws cannot tell apart are given as equal.

    What the shares of samples do not see: what two sources do only together, and an effect that
    goes up on one side and down on the other, as of x in abs(x). Where they see next to nothing,
    () is returned: shares of what is left would be shares of noise.

    Cost: nothing in closed form; of 10,000 samples 5 ms, and 1 ms for each source.

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
    shares.sort(key=_largest_first)
    if isinstance(spread, Samples):
        shares = _told_apart(shares, whole, min(spread.sampling.samples, RANKED))
    return tuple(shares)


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


def _largest_first(share: tuple[str, float]) -> tuple[float, str]:
    return -share[1], share[0]


def _above_noise(parts: list[tuple[str, float]]) -> list[tuple[str, float]]:
    whole = math.fsum(part for _, part in parts)
    return [(source, part) for source, part in parts if part >= _NOISE * whole]


def _told_apart(
    shares: list[tuple[str, float]], whole: float, count: int
) -> list[tuple[str, float]]:
    """The shares, with those that cannot be told apart at their mean.

    Of a correlation r over n draws the standard error is (1 - r²) / √n (K. Pearson, 1898), so that
    of r² is 2 r (1 - r²) / √n, and of the difference of two such ones √2 times that.

    Args:
        shares: the largest first.
        whole: the sum of the squared correlations.
        count: n.
    """
    found: list[tuple[str, float]] = []
    while shares:
        square = min(1.0, shares[0][1] * whole)
        error = math.sqrt(8 * square / count) * (1 - square) / whole
        alike = [one for one in shares if shares[0][1] - one[1] <= _APART * error]
        mean = math.fsum(share for _, share in alike) / len(alike)
        found += sorted((source, mean) for source, _ in alike)
        shares = shares[len(alike) :]
    return found


def _correlations(samples: Samples) -> list[tuple[str, float]]:
    """The squared correlation of the values' ranks with each source; of a single one, 1.

    With the normal variates z themselves, not their ranks: the ranks of a lognormal product
    correlate with z as its logarithm does, but for one factor √(3 / π), so that shares come out
    as those of the formula, and no source has to be sorted.
    """
    if len(samples.sources) == 1:
        return [(samples.sources[0], 1.0)]
    count = min(samples.sampling.samples, RANKED)
    engine = engine_of(Sampling(count, samples.sampling.engine))  # fewer are the first of more
    ranks = _ranks(engine_of(samples.sampling).first(samples.values, count))
    size = sum(map(mul, ranks, ranks))
    found = []
    for source in samples.sources:
        normals = engine.first(engine.normals(source), count)
        norms = size * _size(source, engine.sampling, normals)
        found.append((source, sum(map(mul, ranks, normals)) ** 2 / norms if norms else 0.0))
    return found


def _size(source: str, sampling: Sampling, normals: Sequence[float]) -> float:
    """Σ (z - mean)² of the variates of a source, worked out once: a sheet asks for it often."""
    key = (source, sampling)
    if key not in _sizes:
        if len(_sizes) >= _SIZES_MAX:
            _sizes.clear()
        _sizes[key] = sum(map(mul, normals, normals)) - sum(normals) ** 2 / len(normals)
    return _sizes[key]


def _ranks(values: Sequence[float]) -> list[float]:
    """Of each value, how many are below less how many are above it; equal ones rank alike.

    >>> _ranks([5.0, 1.0, 5.0, 9.0])
    [0.0, -3.0, 0.0, 3.0]
    """
    ordered = sorted(values)
    last = {one: float(place) for place, one in enumerate(ordered)}  # of equal ones the last
    ordered.reverse()
    above = {one: float(place) for place, one in enumerate(ordered)}  # the same from the top
    return [last[one] - above[one] for one in values]
