"""Zipf: keys of which a few are asked for often, the same ones on every machine.

The key of rank i is asked for i^-s times as often as the first. Requests for words, pages, videos
and sellers come near that, with s around 1.

Two things would make a sample differ between machines: the last bit of `pow`, which each C library
rounds as it likes, and a float that falls on the edge of two keys. So the weights come from
`decimal`, which is exact about its rounding everywhere, and are whole numbers from then on.

Of many keys the first `HEAD` are told apart. Those behind them are drawn alike: together they have
the weight of all of them, each has the mean of it. The rarest of the head has a share so small
that no node notices.

Sources: G. K. Zipf, "Human Behavior and the Principle of Least Effort", 1949; for the web L.
Breslau and others, "Web caching and Zipf-like distributions", INFOCOM 1999 (s from 0.64 to 0.83 at
the proxies that they looked at). The weight of the rest is the integral between the half ranks.
"""

from __future__ import annotations

from bisect import bisect_right
from decimal import Context, Decimal
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sdcli.core.chance import Chance

HEAD = 2000

_WEIGHT_BITS = 48  # of the first key's weight
_CHANCE_BITS = 53  # of a uniform number


class Zipf:
    """Ranks from 1 to `keys`, the first the most asked for.

    Args:
        keys: how many there are.
        skew: the exponent s; 0 for keys that are all alike.

    Cost: O(HEAD) to make, O(log HEAD) for each rank drawn.

    >>> round(Zipf(10, 1.0).share(1), 4)  # 1 / (1 + 1/2 + ... + 1/10) = 1 / 2.9290
    0.3414
    """

    def __init__(self, keys: int, skew: float) -> None:
        self._keys, self._head = keys, min(keys, HEAD)
        self._ends = _ends(keys, skew)

    def share(self, rank: int) -> float:
        """The part of all requests that asks for a key of the head."""
        before = self._ends[rank - 2] if rank > 1 else 0
        return (self._ends[rank - 1] - before) / self._ends[-1]

    def draw(self, chance: Chance) -> int:
        """The rank of the key of one request."""
        at = int(chance.uniform() * (1 << _CHANCE_BITS)) * self._ends[-1] >> _CHANCE_BITS
        found = bisect_right(self._ends, at)
        if found < self._head:
            return found + 1
        return self._head + 1 + chance.below(self._keys - self._head)


@lru_cache(maxsize=8)  # a question, its run and its explanation ask for the same
def _ends(keys: int, skew: float) -> tuple[int, ...]:
    """The weights summed up, one by one for the head and in one for the rest."""
    context = Context(prec=20)
    power = Decimal(repr(skew)).copy_negate()
    head = min(keys, HEAD)
    weights = [context.power(Decimal(rank), power) for rank in range(1, head + 1)]
    if keys > head:
        weights.append(_between(context, head, keys, power))
    return tuple(accumulate(int(weight * (1 << _WEIGHT_BITS)) for weight in weights))


def _between(context: Context, head: int, keys: int, power: Decimal) -> Decimal:
    """The weight of the ranks from head + 1 to keys: the integral of x^power over them."""
    low, high = (Decimal(rank) + Decimal("0.5") for rank in (head, keys))
    up = power + 1
    if not up:
        return context.ln(context.divide(high, low))
    return context.divide(context.power(high, up) - context.power(low, up), up)
