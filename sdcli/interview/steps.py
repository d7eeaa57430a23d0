"""The four steps and what each may cost in time.

The steps and their bounds are those of A. Xu, System Design Interview (2020), chapter 3: 3-10,
10-15, 10-25 and 3-5 minutes of a 45-minute slot. The budgets, 8, 12, 20 and 5 minutes, are our
choice inside those bounds; together they fill the slot, and other lengths scale them.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Literal, get_args

from sdcli.core.errors import InputError
from sdcli.core.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

Mode = Literal["interview", "study"]
Pace = Literal["on time", "amber", "red"]

MODES: tuple[Mode, ...] = get_args(Mode)
MINUTES_DEFAULT = 45.0
MINUTES_MAX = 24 * 60.0


class Step(StrEnum):
    """One of the four; the value is its id in files, events and JSON."""

    SCOPE = "scope"
    HIGH_LEVEL = "high_level"
    DEEP_DIVE = "deep_dive"
    WRAP_UP = "wrap_up"

    @property
    def heading(self) -> str:
        """The step's name for people."""
        return _HEADINGS[self]

    @classmethod
    def of(cls, text: str) -> Step:
        """The step that a person means; a hyphen or a space serves as the underscore.

        Raises:
            InputError: there is no such step.

        >>> Step.of("High-level")
        <Step.HIGH_LEVEL: 'high_level'>
        """
        word = text.strip().casefold().replace("-", "_").replace(" ", "_")
        if word in list(cls):
            return cls(word)
        names = [step.value.replace("_", "-") for step in cls]
        raise InputError(
            "there is no such step",
            where="step",
            given=text,
            expected=f"one of {', '.join(names)}",
            fix=did_you_mean(word.replace("_", "-"), names),
        )


_HEADINGS = {
    Step.SCOPE: "Scope",
    Step.HIGH_LEVEL: "High-level design",
    Step.DEEP_DIVE: "Deep dive",
    Step.WRAP_UP: "Wrap-up",
}
_BUDGET_MINUTES = {Step.SCOPE: 8, Step.HIGH_LEVEL: 12, Step.DEEP_DIVE: 20, Step.WRAP_UP: 5}
_LIMIT_SHARE = 1.25  # of the budget: Xu's upper bounds in the first three steps, 6:15 in the last


def budget(step: Step, minutes: float = MINUTES_DEFAULT) -> float:
    """The seconds that a step should take in an interview of `minutes`.

    >>> budget(Step.SCOPE), budget(Step.DEEP_DIVE, minutes=90)
    (480.0, 2400.0)
    """
    return _BUDGET_MINUTES[step] * 60 * minutes / MINUTES_DEFAULT


def limit(step: Step, minutes: float = MINUTES_DEFAULT) -> float:
    """The seconds past which a step takes from the others.

    Of the last step Xu's bound is the budget itself; a quarter more keeps amber and red apart.
    """
    return _LIMIT_SHARE * budget(step, minutes)


def pace(step: Step, seconds: float, minutes: float = MINUTES_DEFAULT) -> Pace:
    """How a step stands after `seconds`: amber from its budget on, red past its limit.

    Nothing is ever cut off; the colour is all that happens.

    >>> [pace(Step.SCOPE, seconds) for seconds in (479, 480, 600, 601)]
    ['on time', 'amber', 'amber', 'red']
    """
    if seconds > limit(step, minutes):
        return "red"
    return "amber" if seconds >= budget(step, minutes) else "on time"


def checked_choice(name: str, given: str, known: Sequence[str]) -> None:
    """Refuse a value that is not one of `known`.

    Raises:
        InputError: it is not, with the nearest that is.
    """
    if given not in known:
        raise InputError(
            f"there is no such {name}",
            where=name,
            given=str(given),
            expected=f"one of {', '.join(known)}",
            fix=did_you_mean(str(given), known),
        )


def checked_minutes(minutes: float) -> None:
    """Refuse a length that no interview has.

    Raises:
        InputError: it is not above zero, or longer than a day.
    """
    if not 0 < minutes <= MINUTES_MAX:
        raise InputError(
            "this is no length of an interview",
            where="minutes",
            given=f"{minutes:g}",
            expected=f"a number above 0 and up to {MINUTES_MAX:g}, like 45",
        )
