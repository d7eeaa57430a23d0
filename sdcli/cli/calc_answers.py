"""The answers of `sdcli calc`: one for each line, as text or JSON.

A line is an expression, an assignment, a comparison, or a claim `A = B`, which is judged as
one judges a sum in an interview: right, honestly rounded, or off.
"""

from __future__ import annotations

import os
import sys

from sdcli.core.errors import ExitCode
from sdcli.units import Expression, Quantity, UnitError, statement
from sdcli.units.record import TYPE_CHECKING, Record
from sdcli.units.spread import SAMPLES, SEED

if TYPE_CHECKING:
    from typing import Any

    from sdcli.core.errors import SdcliError

OK_FACTOR = 1.05  # a claim this near is right
ROUNDED_FACTOR = 1.26  # a claim this near is honest rounding: a tenth of a power of ten
_JSON_DIGITS = 12  # beyond them stands the noise of floating point


class Session:
    """The lines of one call: the names that they give, and the worst that happened."""

    def __init__(self, nouns: list[str], words: list[str], *, as_json: bool) -> None:
        self.nouns = nouns
        self.words = words
        self.as_json = as_json
        self.values: dict[str, Quantity] = {}
        self.exit_code = int(ExitCode.OK)
        self.count = 0

    def run(self, line: str) -> None:
        """Evaluate a line and print its answer, or its error; a bad line ends nothing."""
        if not line.strip() or line.lstrip().startswith("#"):
            return
        self.count += 1
        try:
            answer = self._answer(line)
        except UnitError as error:
            self.exit_code = max(self.exit_code, complain(self._explained(error)))
            return
        self.exit_code = max(self.exit_code, answer.exit_code)
        if self.as_json:
            from sdcli.cli.screen import print_json

            print_json(answer.to_json())
        else:
            print(answer.text())

    def _answer(self, line: str) -> Answer:
        name, expression = statement(line, nouns=self.nouns, names=self.values)
        if expression.is_comparison:
            return judged(line.strip(), expression, self.values)
        steps: list[str] = []
        source = f"{name} {self.count}" if name in self.values else name or ""
        value = expression.evaluate(self.values, source=source, steps=steps)
        if name is not None:
            self.values[name] = value
        return Answer(line.strip(), value, expression.conventions(), tuple(steps), name or "")

    def _explained(self, error: UnitError) -> UnitError:
        """The error, with the reason when the shell has put file names in the place of `*`."""
        if not any(os.path.exists(word) for word in self.words if word.isprintable()):  # noqa: PTH110 - pathlib costs more than the sum
            return error
        error.fix = (
            "the shell replaced * by the names of files: quote the expression, or write x for *"
        )
        return error


class Answer(Record):
    """The answer to one line.

    Args:
        line: as typed.
        value: the result; of a claim, what was computed.
        conventions: what it rests on.
        steps: the working.
        name: the name that the line gave it.
        claim: for a check: verdict, ratio, and the claimed quantity.
        holds: for a comparison by < or >: whether it is true.
    """

    line: str
    value: Quantity
    conventions: dict[str, str]
    steps: tuple[str, ...]
    name: str = ""
    claim: tuple[str, float | None, Quantity] | None = None
    holds: bool | None = None

    @property
    def exit_code(self) -> int:
        """1 when the answer is no."""
        is_no = self.holds is False or (self.claim is not None and self.claim[0] == "off")
        return int(ExitCode.NO if is_no else ExitCode.OK)

    def text(self) -> str:
        """One line for people."""
        if self.holds is not None:
            return f"{'true' if self.holds else 'false'}: {self.steps[-1]}{self._said()}"
        if self.claim is not None:
            return self._claim_text(*self.claim)
        start = f"{self.name} = " if self.name else ""
        return start + self.value.summary() + self._said()

    def _claim_text(self, verdict: str, ratio: float | None, claimed: Quantity) -> str:
        factor = ""
        if verdict == "off" and ratio:
            apart = ratio if ratio > 1 else 1 / ratio
            factor = f" by a factor of {Quantity.of(apart)}, too {'high' if ratio > 1 else 'low'}"
        sides = f"computed {self.value.summary()}, claimed {claimed.summary()}"
        return f"{verdict}{factor}: {sides}{self._said()}"

    def _said(self) -> str:
        """The conventions that the answer rests on, in brackets."""
        said = ", ".join(f"{name} {meaning}" for name, meaning in self.conventions.items())
        return f"  ({said})" if said else ""

    def to_json(self) -> dict[str, Any]:
        """The object that other programs read; numbers are in `unit`."""
        value = self.value
        sampled = value.method == "monte-carlo"
        said: dict[str, Any] = {
            "expression": self.line,
            "value": _number(value.value, value),
            "unit": value.unit,
            "kind": value.kind,
            "display": value.display(),
            "low": _number(value.low, value),
            "high": _number(value.high, value),
            "method": value.method,
            "seed": SEED if sampled else None,
            "samples": SAMPLES if sampled else None,
            "conventions": self.conventions,
            "steps": list(self.steps),
        }
        if self.name:
            said["name"] = self.name
        if self.holds is not None:
            said["holds"] = self.holds
        if self.claim is not None:
            verdict, ratio, claimed = self.claim
            said |= {
                "verdict": verdict,
                "ratio": _clean(ratio) if ratio is not None else None,
                "computed": _number(value.value, value),
                "claimed": _number(claimed.value, value),
            }
        return said


def judged(line: str, expression: Expression, values: dict[str, Quantity]) -> Answer:
    """The answer to `A = B` and to a comparison.

    A claim is ok within 5 %, rounded within a factor of 1.26, else off. The ratio is claimed
    over computed: 10 says that the claim is ten times too high.
    """
    working: list[str] = []
    left, operator, right = expression.sides(values, steps=working)
    said = expression.conventions()
    if operator not in ("=", "=="):
        steps = (*working, f"{left.summary()} {operator} {right.summary()}")
        return Answer(line, left, said, steps, holds=expression.holds(values))
    shown = right.shown
    left, right = left.shown_in(shown), right.shown_in(shown)
    steps = tuple(working)
    if left.value == right.value:
        return Answer(line, left, said, steps, claim=("ok", 1.0, right))
    ratio = right.value / left.value if left.value else None
    verdict = "off"
    if ratio is not None and ratio > 0:
        apart = max(ratio, 1 / ratio)
        verdict = "ok" if apart <= OK_FACTOR else "rounded" if apart <= ROUNDED_FACTOR else "off"
    return Answer(line, left, said, steps, claim=(verdict, ratio, right))


def _number(value: float, shown_as: Quantity) -> float:
    """A value in base units counted in the unit that `shown_as` is shown in."""
    return _clean(value / shown_as.shown.size(shown_as.conventions))


def _clean(number: float) -> float:
    return float(f"{number:.{_JSON_DIGITS}g}")


def complain(error: SdcliError) -> int:
    """Print the error on stderr, behind what stands on stdout; returns its exit code."""
    sys.stdout.flush()
    print(error.render(), file=sys.stderr)
    return int(error.exit_code)
