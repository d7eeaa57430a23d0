"""Traffic: from the people who come each day to what arrives each second."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sdcli.estimate.calculator import calculator
from sdcli.estimate.kinds import ACTIVITY, COUNT, NUMBER, RATE, RATIO
from sdcli.estimate.signature import default, output
from sdcli.units import Quantity


@dataclass(frozen=True)
class Traffic:
    """What arrives.

    Attributes:
        average: actions each second over a whole day; the writes, where read_ratio is given.
        peak: the same in the busiest hours.
        reads: reads each second on average, beside the actions.
        reads_peak: the same in the busiest hours.
    """

    average: Annotated[Quantity, RATE] = output("users * actions")
    peak: Annotated[Quantity, RATE] = output("average * peak_factor", anchor="server")
    reads: Annotated[Quantity | None, RATE] = output("average * read_ratio")
    reads_peak: Annotated[Quantity | None, RATE] = output("reads * peak_factor", anchor="server")


@calculator(
    title="Traffic, average and peak",
    formula="average = users × actions; peak = average × factor",
    source="A. Xu, System Design Interview, vol. 1, 2020, ch. 2 (peak twice the average)",
)
def traffic(
    *,
    users: Annotated[Quantity, COUNT.meaning("user")],
    actions: Annotated[Quantity, ACTIVITY.meaning("request/day").each("users")],
    peak_factor: Annotated[Quantity, NUMBER.within(1)] = default("2"),
    read_ratio: Annotated[Quantity | None, RATIO.like("100 read/tweet").each("actions")] = None,
) -> Traffic:
    """Actions each second, on average and at the peak, from the users of a day.

    Args:
        users: those who come on one day, not everybody who has registered.
        actions: what each of them does, a day where no time is said; the result counts the same
            thing, so 2 tweet/user/day gives tweet/s.
        peak_factor: how many times the average the busiest hours bring; 2 is usual, 5 is careful.
        read_ratio: reads for each action, when the actions are the writes: 100, or 100 view/tweet.

    Returns:
        The rates of the actions, and of the reads that come beside them.

    Raises:
        UnitError: an argument is of another kind, or counts another thing.

    The factor is an assumption: Xu takes 2 in volume 1 and 5 for the maps of volume 2, ch. 3; a
    measured day is better than both. It covers the hours of the day; a burst of seconds, such as
    everybody after a goal, lies above it.

    >>> from sdcli.units import quantity
    >>> found = traffic(users=quantity("150M user"), actions=quantity("2 tweet/user/day"))
    >>> print(found.average, found.peak)  # Xu says ~3,500 and ~7,000
    3.472k tweet/s 6.944k tweet/s
    """
    average = (users * actions).to("1/s")
    reads = None if read_ratio is None else (average * read_ratio).to("1/s")
    return Traffic(
        average=average,
        peak=(average * peak_factor).to("1/s"),
        reads=reads,
        reads_peak=None if reads is None else (reads * peak_factor).to("1/s"),
    )
