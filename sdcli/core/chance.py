"""Chance: the one source of randomness, the same on every machine and every Python.

Python promises only that `random.Random(seed).random()` stays the same between versions
(docs.python.org, module random, "Notes on Reproducibility"); `shuffle`, `sample` and
`gauss` may change. So everything here is derived from that one method. A part that needs
its own stream takes a `child`, named: then a new draw in one part moves nothing elsewhere.
"""

from __future__ import annotations

import random
from hashlib import blake2b
from statistics import NormalDist
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import MutableSequence

T = TypeVar("T")
SEED = 7  # what every run uses unless something says otherwise
_STANDARD_NORMAL = NormalDist()
_HALF_STEP = 2.0**-54  # half of the grid that random() draws from: keeps 0 out of reach
_BELOW_ONE = 1.0 - 2.0**-53  # the last number before 1, which the half step rounds up to


class Chance:
    """A seeded stream.

    >>> Chance(7).below(100) == Chance(7).below(100)
    True
    >>> Chance(7).child("keys").uniform() == Chance(7).child("nodes").uniform()
    False
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._random = random.Random(seed)  # noqa: S311 - reproducible by design, not for secrets

    def child(self, name: str) -> Chance:
        """An independent stream that depends on this seed and the name only."""
        digest = blake2b(f"{self.seed}/{name}".encode(), digest_size=8).digest()
        return Chance(int.from_bytes(digest, "big"))

    def uniform(self) -> float:
        """A float in [0, 1)."""
        return self._random.random()

    def below(self, limit: int) -> int:
        """An integer in [0, limit); fine for limits far below 2^53.

        Raises:
            ValueError: `limit` is not positive.
        """
        if limit <= 0:
            msg = f"below() needs a positive limit, not {limit}"
            raise ValueError(msg)
        return int(self._random.random() * limit)

    def normal(self) -> float:
        """A standard normal variate, by the inverse of its distribution function."""
        share = min(self._random.random() + _HALF_STEP, _BELOW_ONE)
        return _STANDARD_NORMAL.inv_cdf(share)

    def shuffle(self, items: MutableSequence[T]) -> None:
        """Shuffle in place (Fisher and Yates; Knuth vol. 2, algorithm 3.4.2P)."""
        for last in range(len(items) - 1, 0, -1):
            other = self.below(last + 1)
            items[last], items[other] = items[other], items[last]
