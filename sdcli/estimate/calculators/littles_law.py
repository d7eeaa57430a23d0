"""Little's law: how much is inside a system follows from what arrives and how long it stays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sdcli.estimate.calculator import calculator
from sdcli.estimate.kinds import COUNT, DURATION, RATE
from sdcli.estimate.signature import output
from sdcli.units import Quantity


@dataclass(frozen=True)
class InFlight:
    """What is inside.

    Attributes:
        inside: requests inside at one instant, on average; also the connections or workers that
            are needed when each holds one request.
    """

    inside: Annotated[Quantity, COUNT] = output("rate × latency")


@calculator(
    title="Requests in flight",
    formula="L = λ × W",
    source="J. D. C. Little, Operations Research 9(3), 1961, pp. 383-387",
)
def in_flight(
    *,
    rate: Annotated[Quantity, RATE.meaning("request/s")],
    latency: Annotated[Quantity, DURATION],
) -> InFlight:
    """Requests inside the system at one instant, on average (Little's law).

    Args:
        rate: λ, what arrives; zero is fine.
        latency: W, how long each one stays, queueing included.

    Returns:
        L, the requests inside.

    Raises:
        UnitError: an argument is of another kind, such as a bandwidth for `rate`.

    A plain number for `latency` is refused, since some mean seconds and some milliseconds.
    Holds for any pattern of arrivals as long as what comes in goes out. It is an average and
    says nothing about the tail, so pools are sized above it.

    >>> from sdcli.units import quantity
    >>> print(in_flight(rate=quantity("40 kqps"), latency=quantity("250 ms")).inside)
    10k request
    """
    return InFlight(rate * latency)
