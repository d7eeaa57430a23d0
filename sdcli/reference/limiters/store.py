"""What a store is: where the records of callers are kept, and decisions are made in one step.

A limiter hands its rules over once and then asks; it does not care whether the records lie in
this process (memory.py), in Redis (adapters/redis.py) or behind a switch for when Redis is gone
(guarded.py). Every call is one step: nobody else reads or writes the caller's record between.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from sdcli.core.errors import InputError, MissingError
from sdcli.reference.limiters.written_once import Steps, written_once

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

    def reserve(self, key: str, cost: int, max_wait_ns: int | None) -> tuple[Decision, Any]:
        """As `take`, with what `cancel` needs to undo it when there is a delay."""

    def cancel(self, key: str, cost: int, ticket: Any) -> bool:
        """Undo a reservation whose moment has not come; whether it was undone.

        At least the last booking of a caller can be undone. A store may say False to one in the
        middle (Redis does), whose place then passes unused.
        """

    def peek(self, key: str, cost: int = 1) -> Decision:
        """What `take` would say; nothing is spent."""

    def refund(self, key: str, amount: int) -> None:
        """Give back what was taken for nothing."""

    def reset(self, key: str) -> None:
        """Forget a caller: it is a stranger again."""

    def change(self, rules: Rules, keep: Keep) -> None:
        """Go on under other rules."""


def check_store(store: object) -> None:
    """Refuse what is no store. Its calls are looked for, not its class: anybody may write one.

    Raises:
        InputError: it is none.
    """
    if isinstance(store, type) or not all(hasattr(store, call) for call in ("bind", "take")):
        raise InputError(
            "this is no store",
            where="store",
            given="a text" if isinstance(store, str) else repr(store),  # a password may be in it
            expected="""one that keeps records, like Memory() or, of adapters/redis.py,
Redis.at("redis://localhost", "api")""",
        )


class Wrapped:
    """A store around another that passes every call on; for those that change one thing.

    Args:
        store: a Store, or one whose calls promise the same (asyncio): what comes back from a call
            here is then a promise, too, unless the answer is known without asking. written_once.py
            says how; AsyncLimiter awaits either.

    Wrappers lie in each other as one likes: Shadow(Counted(Guarded(Redis(client, "api")))).

    Raises:
        InputError: it is no store.
    """

    def __init__(self, store: Any) -> None:
        check_store(store)
        self.store = store

    def answered(self, key: str, cost: int, decision: Decision) -> Decision:  # noqa: ARG002
        """What the caller is told when the store says `decision`; here, just that."""
        return decision

    @property
    def unit_ns(self) -> int:
        """What policies' times are counted in; see Store, as for all that follow."""
        return self.store.unit_ns

    def bind(self, rules: Rules, clock: Callable[[], int]) -> None:
        """Take the rules and the clock."""
        self.store.bind(rules, clock)

    @written_once
    def take(self, key: str, cost: int = 1, max_wait_ns: int | None = None) -> Steps[Decision]:
        """Decide on one request."""
        decision = yield self.store.take(key, cost, max_wait_ns)
        return (yield self.answered(key, cost, decision))

    @written_once
    def take_many(self, requests: Iterable[tuple[str, int]]) -> Steps[list[Decision]]:
        """Decide on several requests."""
        requests = list(requests)
        decisions = yield self.store.take_many(requests)
        told = []
        for (key, cost), decision in zip(requests, decisions, strict=True):
            told.append((yield self.answered(key, cost, decision)))
        return told

    @written_once
    def reserve(self, key: str, cost: int, max_wait_ns: int | None) -> Steps[tuple[Decision, Any]]:
        """Decide, with what `cancel` needs."""
        decision, ticket = yield self.store.reserve(key, cost, max_wait_ns)
        return (yield self.answered(key, cost, decision)), ticket

    def cancel(self, key: str, cost: int, ticket: Any) -> bool:
        """Undo a reservation."""
        return self.store.cancel(key, cost, ticket)

    def peek(self, key: str, cost: int = 1) -> Decision:
        """What `take` would say."""
        return self.store.peek(key, cost)

    def refund(self, key: str, amount: int) -> None:
        """Give back what was taken for nothing."""
        return self.store.refund(key, amount)

    def reset(self, key: str) -> None:
        """Forget a caller."""
        return self.store.reset(key)

    def change(self, rules: Rules, keep: Keep) -> None:
        """Go on under other rules."""
        return self.store.change(rules, keep)

    def check_rules(self, rules: Rules) -> None:
        """Refuse rules that the store cannot have, asking nobody; without such a call it has all.

        Raises:
            InputError: it cannot.
        """
        getattr(self.store, "check_rules", _anything)(rules)


def _anything(_: Rules) -> None:
    """What a store says to rules when it can have all that there are."""
