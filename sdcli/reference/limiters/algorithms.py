"""The table of algorithms: the names that designs, labs and callers use.

Each algorithm is a module with a `Policy`, a `State` and the same functions. Whoever does not care
which one it is (an adversary, a store, a simulation) takes the module by its name.

>>> algorithm = algorithm_named("fixed-window")
>>> algorithm.__name__.rsplit(".", 1)[1]
'fixed_window'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from sdcli.core.errors import InputError
from sdcli.core.suggest import did_you_mean
from sdcli.reference.limiters import (
    fixed_window,
    gcra,
    leaking_bucket,
    sliding_counter,
    sliding_log,
    token_bucket,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from sdcli.reference.limiters.decision import Decision


class Algorithm(Protocol):
    """What an algorithm's module offers; `policy` and `state` are its own Policy and State."""

    __name__: str

    @property
    def Policy(self) -> Callable[..., Any]:  # noqa: N802 - the modules' own name
        """What makes a policy."""

    def initial(self, policy: Any, now: int = 0) -> Any:
        """The state of a caller whom nobody has seen."""

    def step(self, policy: Any, state: Any, now: int, cost: int = 1) -> tuple[Any, Decision]:
        """The next state, and the decision on one request."""

    def refund(self, policy: Any, state: Any, now: int, amount: int) -> Any:
        """The state after something was given back."""

    def idle_at(self, policy: Any, state: Any) -> int:
        """The moment from which the state may be forgotten: it says no more than a stranger's."""

    def bound(self, policy: Any, window_ns: int) -> int:
        """The most that any window of this length admits, both ends counted."""

    def describe(self, policy: Any, state: Any, now: int) -> str:
        """The state as text."""

    def check(self, policy: Any, state: Any) -> None:
        """Assert the invariants of the state."""


ALGORITHMS: dict[str, Algorithm] = {
    "token-bucket": token_bucket,
    "leaking-bucket": leaking_bucket,
    "fixed-window": fixed_window,
    "sliding-log": sliding_log,
    "sliding-counter": sliding_counter,
    "gcra": gcra,
}
# Those whose policy is a rate and a burst; the others have a limit and a window.
BUCKETS = ("token-bucket", "leaking-bucket", "gcra")


def algorithm_named(name: str) -> Algorithm:
    """The algorithm's module.

    Raises:
        InputError: no algorithm has this name.
    """
    if not isinstance(name, str) or name not in ALGORITHMS:
        raise InputError(
            "no algorithm has this name",
            where="algorithm",
            given=str(name),
            expected=" or ".join(ALGORITHMS),
            fix=did_you_mean(str(name), ALGORITHMS),
        )
    return ALGORITHMS[name]
