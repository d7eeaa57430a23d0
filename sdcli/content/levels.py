"""The closed lists of a scenario: its steps, axes, levels and difficulties.

They stand apart from the models, so that who only needs the words does not wait for pydantic.
"""

from __future__ import annotations

from typing import Literal

Step = Literal["scope", "high_level", "deep_dive", "wrap_up"]
Axis = Literal["navigation", "design", "depth", "communication"]
Level = Literal["mid", "senior", "staff"]
Difficulty = Literal["easy", "medium", "hard"]

STEPS: tuple[Step, ...] = ("scope", "high_level", "deep_dive", "wrap_up")
AXES: tuple[Axis, ...] = ("navigation", "design", "depth", "communication")
LEVELS: tuple[Level, ...] = ("mid", "senior", "staff")
DIFFICULTIES: tuple[Difficulty, ...] = ("easy", "medium", "hard")
