"""What a store is: where the records of callers are kept, and decisions are made in one step.

A limiter hands its rules over once and then asks; it does not care whether the records lie in
this process (memory.py), in Redis (adapters/redis.py) or behind a switch for when Redis is gone
(guarded.py). Every call is one step: nobody else reads or writes the caller's record between.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from sdcli.core.errors import MissingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sdcli.reference.limiters.decision import Decision
    from sdcli.reference.limiters.rules import Keep, Rules


class StoreAway(MissingError):  # noqa: N818 - being away is a state, and expected
    """The store did not answer, or not in time; whether it counted the request is not known."""


class Store(Protocol):
    """Where records are kept. Keys are texts; times and costs are whole numbers."""

    @property
    def unit_ns(self) -> int:
        """What policies' times are counted in for this store; decisions are always nanoseconds."""

    def bind(self, rules: Rules, clock: Callable[[], int]) -> None:
        """Take the rules and the clock of the limiter that this store belongs to."""

    def take(self, key: str, cost: int = 1, max_wait_ns: int | None = None) -> Decision:
        """Decide on one request; rules.decide says what `max_wait_ns` means."""

    def take_many(self, requests: Iterable[tuple[str, int]]) -> list[Decision]:
        """Decide on several requests, one after the other."""

    def reserve(self, key: str, cost: int, max_wait_ns: int) -> tuple[Decision, Any]:
        """As `take`, with what `cancel` needs to undo it."""

    def cancel(self, key: str, cost: int, ticket: Any) -> bool:
        """Undo a reservation whose moment has not come; whether there was anything to undo."""

    def peek(self, key: str, cost: int = 1) -> Decision:
        """What `take` would say; nothing is spent."""

    def give(self, key: str, amount: int) -> None:
        """Give back what was taken for nothing."""

    def reset(self, key: str) -> None:
        """Forget a caller: it is a stranger again."""

    def change(self, rules: Rules, keep: Keep) -> None:
        """Go on under other rules."""
