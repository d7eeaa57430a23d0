"""How much of a text is worked out: more than any answer needs, and never more than that.

An hour of interview holds a few hundred numbers. A text of a hundred thousand is no answer,
and the checker stops where it has done its share. The limits count work, not time, so that
the same text gives the same checks on every machine.
"""

from __future__ import annotations

SIGNS_MAX = 1_200
AMOUNTS_MAX = 4_000
SETS_MAX = 6_000


class Work:
    """What has been done: signs looked at, amounts read, sets of amounts put together."""

    def __init__(self, *, signs: int = 0, amounts: int = 0, sets: int = 0) -> None:
        self.signs = signs
        self.amounts = amounts
        self.sets = sets

    @property
    def is_spent(self) -> bool:
        """Whether it is enough."""
        return self.signs > SIGNS_MAX or self.amounts > AMOUNTS_MAX or self.sets > SETS_MAX
