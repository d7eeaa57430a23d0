"""What is agreed before an interview begins and never changes while it lasts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sdcli.content.levels import LEVELS, Level
from sdcli.interview.steps import (
    MINUTES_DEFAULT,
    MODES,
    Mode,
    Step,
    budget,
    checked_choice,
    checked_minutes,
    pace,
)

if TYPE_CHECKING:
    from sdcli.content import Item, Scenario
    from sdcli.interview.steps import Pace


@dataclass(frozen=True)
class Terms:
    """The question, how it is practised, at which level and for how long.

    Args:
        scenario: the question.
        mode: study has hints, model answers and no timer.
        level: which rubric items are asked.
        minutes: of the whole interview; a practice of one step gets its share.
        only_step: practise this step alone; None for all four.

    Raises:
        InputError: a mode, level or length that does not exist.
    """

    scenario: Scenario
    mode: Mode = "interview"
    level: Level = "mid"
    minutes: float = MINUTES_DEFAULT
    only_step: Step | None = None

    def __post_init__(self) -> None:
        checked_choice("mode", self.mode, MODES)
        checked_choice("level", self.level, LEVELS)
        checked_minutes(self.minutes)

    @property
    def is_study(self) -> bool:
        """Whether hints and model answers are open and no clock runs."""
        return self.mode == "study"

    @property
    def leads(self) -> bool:
        """Whether the person says where to go deep; at mid level the interviewer does."""
        return self.level != "mid"

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps that are practised."""
        return (self.only_step,) if self.only_step else tuple(Step)

    @property
    def items(self) -> dict[str, Item]:
        """The rubric items that this level asks for, by id."""
        return {item.id: item for item in self.scenario.asked_at(self.level)}

    def budget(self, step: Step) -> float:
        """The seconds that a step should take."""
        return budget(step, self.minutes)

    def pace(self, step: Step, seconds: float) -> Pace:
        """How a step stands after `seconds`; where no clock runs, always on time."""
        return "on time" if self.is_study else pace(step, seconds, self.minutes)
