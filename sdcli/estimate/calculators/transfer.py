"""Transfer: how long an amount of data takes through a link."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sdcli.core.errors import InputError
from sdcli.estimate.calculator import calculator
from sdcli.estimate.kinds import BANDWIDTH, DURATION, INFORMATION_KIND, SHARE
from sdcli.estimate.signature import default, output
from sdcli.units import Quantity
from sdcli.units.arithmetic import minimum


@dataclass(frozen=True)
class Transfer:
    """How fast and how long.

    Attributes:
        throughput: what gets through: the link's share, or a window for each round trip.
        duration: from the request to the last byte.
    """

    throughput: Annotated[Quantity, BANDWIDTH] = output(
        "min(bandwidth * efficiency, window / round_trip)",
        otherwise="bandwidth * efficiency",
        anchor="network",
    )
    duration: Annotated[Quantity, DURATION] = output(
        "amount / throughput + round_trip", otherwise="amount / throughput"
    )


@calculator(
    title="Transfer time",
    formula="time = amount / min(bandwidth × efficiency, window / round trip) + round trip",
    source="RFC 7323, section 1.1: what TCP carries is bounded by window and round trip",
)
def transfer(
    *,
    amount: Annotated[Quantity, INFORMATION_KIND.meaning("B")],
    bandwidth: Annotated[Quantity, BANDWIDTH.positive()],
    efficiency: Annotated[Quantity, SHARE.within(0.001, 1).like("90%")] = default("100%"),
    round_trip: Annotated[Quantity | None, DURATION.like("80 ms").positive()] = None,
    window: Annotated[Quantity | None, INFORMATION_KIND.like("64 KiB").positive()] = None,
) -> Transfer:
    """The time to move an amount of data through a link.

    Args:
        amount: what is moved.
        bandwidth: of the narrowest link on the way.
        efficiency: the part of it that is ours: less for headers, and for those who share it.
        round_trip: there and back once, for the request and the first byte.
        window: what one connection may send before an answer comes back.

    Returns:
        What gets through, and the time for all of it.

    Raises:
        UnitError: an argument is of another kind.
        InputError: a window without a round trip.

    Steady state of one connection: the start, in which TCP still grows its window, and lost
    packets come on top. With a window of 64 KiB, the most without scaling, 80 ms of round trip
    leave 6.6 Mbit/s of any link.

    >>> from sdcli.units import quantity
    >>> print(transfer(amount=quantity("10 TB"), bandwidth=quantity("1 Gbps")).duration)
    22.22 hour
    """
    throughput = bandwidth * efficiency
    if window is not None:
        if round_trip is None:
            raise InputError(
                "--window needs --round-trip",
                where="estimate transfer",
                expected="both, like --window '64 KiB' --round-trip '80 ms'",
            )
        per_round = window / round_trip
        throughput = throughput.apply(lambda link: minimum(link, per_round.spread))
    duration = amount / throughput
    return Transfer(throughput, duration if round_trip is None else duration + round_trip)
