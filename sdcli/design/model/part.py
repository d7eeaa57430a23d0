"""What all parts of a design share: forms of names and values, and a strict base.

A value that the quantity language reads stays text (`100M link/month`, `1.25`): the file's number
and the person's number are the same characters.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, WithJsonSchema

SCHEMA = "sdcli/1"
CLIENT = "client"  # the hop that every flow may name without declaring it
NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")  # a name that formulas can use
ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")  # a name that files and blocks can use
FLOW = re.compile(r"[a-z][a-z0-9_-]{0,63}")
LABEL = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,31}")  # F1, Q2, D-3

Origin = Literal["typed", "accepted"]
Confidence = Literal["", "low", "medium", "high"]


def number_as_text(value: Any) -> Any:
    """`8` for the YAML number 8: what the quantity language reads; other values unchanged.

    >>> number_as_text(8), number_as_text(0.00001), number_as_text("8")
    ('8', '0.00001', '8')
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        text = repr(value)
        return text if "e" not in text else f"{value:.20f}".rstrip("0").rstrip(".")
    return str(value) if isinstance(value, int) else value


def _one_of(pattern: re.Pattern[str], like: str) -> AfterValidator:
    def check(text: str) -> str:
        if not pattern.fullmatch(text):
            raise ValueError(f"this is not a name like {like}")
        return text

    return AfterValidator(check)


Text = Annotated[
    str, BeforeValidator(number_as_text), WithJsonSchema({"type": ["string", "number", "boolean"]})
]
Name = Annotated[str, _one_of(NAME, "write_rate")]
Id = Annotated[str, _one_of(ID, "short-links")]
FlowName = Annotated[str, _one_of(FLOW, "redirect")]
Label = Annotated[Text, _one_of(LABEL, "Q1")]


class Part(BaseModel):
    """What all parts share: frozen, no unknown keys, built by field name or by file key."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, defer_build=True)

    @property
    def short(self) -> str | None:
        """The text that stands for the whole part in a file; None when it needs its keys."""
        return None

    def _says_only(self, field: str) -> str | None:
        """The text of a field when every other field has its default."""
        for name, known in type(self).model_fields.items():
            if name != field and getattr(self, name) != known.get_default(
                call_default_factory=True
            ):
                return None
        return str(getattr(self, field))
