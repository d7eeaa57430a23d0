"""What `sdcli calc` answers: how it was asked, what it came to, and its JSON.

calc_working.py works answers out, calc_text.py writes them for people. The JSON is a contract:
keys may be added, none renamed.
"""

from __future__ import annotations

from sdcli.core.errors import ExitCode
from sdcli.units.conventions import DEFAULT, Conventions
from sdcli.units.record import TYPE_CHECKING, Record

if TYPE_CHECKING:
    from typing import Any

    from sdcli.estimate.aloud import Step
    from sdcli.estimate.by_head import ByHead
    from sdcli.estimate.claim import Judgement
    from sdcli.units import Quantity

    Drivers = tuple[tuple[str, float], ...]


class Setting(Record):
    """How lines are read and answered.

    Args:
        conventions: what a day, a month and a year are.
        samples: draws of Monte Carlo, always; None where the usual ones serve what needs them.
        nouns: count nouns beside the built-in ones.
        is_aloud: whether each step is said as one says it aloud.
        is_mental: whether the sum is done by head as well.
    """

    conventions: Conventions = DEFAULT
    samples: int | None = None
    nouns: tuple[str, ...] = ()
    is_aloud: bool = False
    is_mental: bool = False

    def changed(self, **changes: Any) -> Setting:
        """The same with other values of some fields."""
        return Setting(**{field: getattr(self, field) for field in self.fields} | changes)


class Answer(Record):
    """The answer to one line.

    Args:
        line: as typed.
        value: the result; of a claim, what was computed; None for a question of several
            comparisons.
        conventions: what it and its companions rest on, by name.
        rests_on: what it rests on itself.
        steps: the working.
        kept: the value that the name is given; `value` may be drawn instead of worked out.
        name: the name that the line gave it.
        judgement, claimed: of a claim.
        holds: of a question, whether it is true.
        sides: of a question, both sides of each comparison.
        companions: figures that people want beside the result.
        drivers: what makes the range wide: label, and share of the spread.
        notes: what is most likely a slip in the sum.
        aloud, by_head: for `--steps` and `--mental`.
    """

    line: str
    value: Quantity | None
    conventions: dict[str, str]
    steps: tuple[str, ...] = ()
    rests_on: dict[str, str] = {}  # noqa: RUF012 - a record is never changed
    kept: Quantity | None = None
    name: str = ""
    judgement: Judgement | None = None
    claimed: Quantity | None = None
    holds: bool | None = None
    sides: str = ""
    companions: tuple[str, ...] = ()
    drivers: Drivers = ()
    notes: tuple[str, ...] = ()
    aloud: tuple[Step, ...] | None = None
    by_head: ByHead | None = None

    @property
    def exit_code(self) -> int:
        """1 when the answer is no."""
        is_off = self.judgement is not None and self.judgement.verdict == "off"
        return int(ExitCode.NO if is_off or self.holds is False else ExitCode.OK)

    def to_json(self) -> dict[str, Any]:
        """The object that other programs read; numbers are in `unit`."""
        from sdcli.cli.figures import KEYS, clean, figures, number
        from sdcli.cli.ranges import sensitivity

        said: dict[str, Any] = {"expression": self.line}
        if self.value is not None and self.holds is None:
            said |= figures(self.value)
        else:
            said |= dict.fromkeys(KEYS) | {"display": self.sides}
        said |= {
            "conventions": self.conventions,
            "steps": list(self.steps),
            "companions": list(self.companions),
            "sensitivity": sensitivity(self.drivers),
            "notes": list(self.notes),
        }
        if self.name:
            said["name"] = self.name
        if self.holds is not None:
            said["holds"] = self.holds
        if self.judgement is not None and self.claimed is not None and self.value is not None:
            ratio = self.judgement.ratio
            said |= {
                "verdict": self.judgement.verdict,
                "ratio": clean(ratio) if ratio is not None else None,
                "computed": said["value"],
                "claimed": number(self.claimed.value, self.value),
                "cause": self.judgement.cause or None,
            }
        if self.aloud is not None:
            said["aloud"] = [
                {"said": step.said, "exact": step.exact, "drift": clean(step.drift)}
                for step in self.aloud
            ]
        if self.by_head is not None:
            head = self.by_head
            said["mental"] = {
                "line": head.line,
                "value": number(head.value.value, head.exact),
                "error": clean(head.error),
            }
        return said
