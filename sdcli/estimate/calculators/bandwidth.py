"""Bandwidth: what goes in and what goes out, in the bits that networks are sold in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sdcli.core.errors import InputError
from sdcli.estimate.calculator import calculator
from sdcli.estimate.kinds import BANDWIDTH, RATE, SIZE
from sdcli.estimate.signature import output
from sdcli.units import Quantity


@dataclass(frozen=True)
class Bandwidth:
    """What goes through the network.

    Attributes:
        ingress: what comes in.
        egress: what goes out.
    """

    ingress: Annotated[Quantity, BANDWIDTH] = output("rate * size", anchor="network")
    egress: Annotated[Quantity | None, BANDWIDTH] = output("reads * response", anchor="network")


@calculator(
    title="Bandwidth, in and out",
    formula="in = rate × size; out = reads × response",
    source="A. Xu, System Design Interview, vol. 1, 2020, ch. 2",
)
def bandwidth(
    *,
    rate: Annotated[Quantity, RATE.meaning("request/s")],
    size: Annotated[Quantity, SIZE.meaning("B").each("rate")],
    reads: Annotated[Quantity | None, RATE.meaning("read/s").like("50k read/s")] = None,
    response: Annotated[Quantity | None, SIZE.meaning("B").each("reads").like("10 KB/read")] = None,
) -> Bandwidth:
    """Bits each second that come in, and that go out.

    Args:
        rate: what comes in; give the peak, since links are sized for it.
        size: of each of them.
        reads: what is answered.
        response: the size of each answer.

    Returns:
        Both directions in bits; 8 of them are a byte.

    Raises:
        UnitError: an argument is of another kind, or counts another thing.
        InputError: only one of `reads` and `response` is given.

    Payload only: headers of TCP and IP add about 3 % at full packets, TLS and HTTP some more, and
    small messages far more. Links are full duplex, so the larger direction sizes the card.

    >>> from sdcli.units import quantity
    >>> print(bandwidth(rate=quantity("40 kqps"), size=quantity("1 KB")).ingress)
    320 Mbit/s
    """
    if (reads is None) != (response is None):
        raise InputError(
            "--reads and --response go together",
            where="estimate bandwidth",
            expected="both, like --reads '50k read/s' --response '10 KB'",
        )
    outwards = None if reads is None or response is None else _in_bits(reads * response)
    return Bandwidth(ingress=_in_bits(rate * size), egress=outwards)


def _in_bits(rate: Quantity) -> Quantity:
    """The rate in the bit unit that fits; arithmetic keeps bits and forgets which bit unit."""
    return rate.to("bit/s") * 1
