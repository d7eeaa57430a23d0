"""From a line of `sdcli calc` that has been read to its answer.

A line is an expression, an assignment, a question (`5 GB > 3 GB and ...`), or a claim `A = B`,
which is judged as one judges a sum in an interview: right, honestly rounded, or off.
"""

from __future__ import annotations

from sdcli.cli.calc_answers import Answer
from sdcli.units.conventions import of_units, ordered
from sdcli.units.evaluate import is_true
from sdcli.units.record import TYPE_CHECKING
from sdcli.units.sampling import SAMPLES, using
from sdcli.units.syntax import Comparison, Conversion, Logic, Not

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from sdcli.cli.calc_answers import Drivers, Setting
    from sdcli.units import Expression, Quantity
    from sdcli.units.syntax import Node


class Working:
    """One line, to be worked out.

    Args:
        line: as typed.
        name: the name that it gives, or empty.
        expression: what stands in it.
        values: the values of names.
        setting: conventions, draws and what is asked for.
        source: the name under which its ranges draw; empty for its own text.
        rests_on: the conventions that the values of names rest on.
        labels: what the ranges so far are called, by source; those of this line are added.
    """

    def __init__(
        self,
        line: str,
        name: str,
        expression: Expression,
        values: Mapping[str, Quantity],
        setting: Setting,
        *,
        source: str,
        rests_on: Mapping[str, dict[str, str]],
        labels: dict[str, str],
    ) -> None:
        self.line = line
        self.name = name
        self.expression = expression
        self.values = values
        self.setting = setting
        self.source = source
        self.rests_on = self._basis(rests_on)
        self.labels = labels

    def answer(self) -> Answer:
        """The answer.

        Raises:
            UnitError: it cannot be worked out.
        """
        with using(self.setting.samples or SAMPLES):
            if self.expression.is_claim:
                return self._claim()
            return self._question() if self.expression.is_question else self._value()

    def _value(self) -> Answer:
        from sdcli.units.companions import companions

        steps: list[str] = []
        kept = self.expression.evaluate(
            self.values, self.setting.conventions, source=self.source, steps=steps
        )
        value = self._drawn(kept)
        beside = companions(value)
        return Answer(
            self.line,
            value,
            self._conventions([value], beside),
            tuple(steps),
            rests_on=self.rests_on,
            kept=kept,
            name=self.name,
            companions=beside,
            drivers=self._drivers(kept),
            notes=self._notes(kept),
            **self._shown_work(self.expression),
        )

    def _claim(self) -> Answer:
        """What becomes of `A = B`; the result is shown in the unit of the claim."""
        from sdcli.estimate.claim import judge

        steps: list[str] = []
        node = self.expression.node
        assert isinstance(node, Comparison)  # noqa: S101 - a claim is one
        computed, _, claimed = self._sides(node, steps)
        shown = claimed.shown
        computed, claimed = self._drawn(computed.shown_in(shown)), claimed.shown_in(shown)
        left = Conversion(node.span, node.left, shown, node.sign) if shown.text else node.left
        return Answer(
            self.line,
            computed,
            self._conventions([computed]),
            tuple(steps),
            judgement=judge(computed, claimed),
            claimed=claimed,
            drivers=self._drivers(computed),
            notes=self._notes(None),
            **self._shown_work(self.expression.part(left)),
        )

    def _question(self) -> Answer:
        """True or false; of a single comparison the left side is the value."""
        steps: list[str] = []
        holds, sides, value = self._asked(self.expression.node, steps)
        said = self._conventions([], (sides,))
        return Answer(
            self.line,
            value,
            said,
            (*steps, sides),
            holds=holds,
            sides=sides,
            notes=self._notes(None),
        )

    def _asked(self, node: Node, steps: list[str]) -> tuple[bool, str, Quantity | None]:
        """Whether a question is true, and how it reads with the values of both sides in it.

        Each side is worked out once, also where the first of two questions decides, so that a
        wrong name in the second is found. Third, of a comparison, its left side.
        """
        if isinstance(node, Not):
            holds, inside, _ = self._asked(node.operand, steps)
            inside = f"({inside})" if isinstance(node.operand, Logic) else inside
            return not holds, f"not {inside}", None
        if isinstance(node, Logic):
            parts = [self._asked(side, steps)[:2] for side in (node.left, node.right)]
            said = [
                f"({text})" if isinstance(side, Logic) and side.operator != node.operator else text
                for side, (_, text) in zip((node.left, node.right), parts, strict=True)
            ]
            decides = all if node.operator == "and" else any
            return decides(holds for holds, _ in parts), f" {node.operator} ".join(said), None
        left, sign, right = self._sides(node, steps)
        holds = is_true(sign, left.compare(right))
        return holds, f"{left.summary()} {sign} {right.summary()}", left

    def _sides(self, comparison: Node, steps: list[str]) -> tuple[Quantity, str, Quantity]:
        return self.expression.part(comparison).sides(
            self.values, self.setting.conventions, source=self.source, steps=steps
        )

    def _shown_work(self, expression: Expression) -> dict[str, Any]:
        """The steps as said aloud, and the sum by head, where they were asked for."""
        said: dict[str, Any] = {}
        if self.setting.is_aloud:
            from sdcli.estimate.aloud import steps

            said["aloud"] = steps(
                expression, self.values, self.setting.conventions, source=self.source
            )
        if self.setting.is_mental:
            from sdcli.estimate.by_head import by_head

            said["by_head"] = by_head(
                expression, self.values, self.setting.conventions, source=self.source
            )
        return said

    def _drawn(self, value: Quantity) -> Quantity:
        """The value by Monte Carlo, where draws were asked for."""
        return value.sampled() if self.setting.samples and value.is_range else value

    def _drivers(self, value: Quantity) -> Drivers:
        """What makes the range wide, by the ranges as they were typed; notes those of this line."""
        if not value.is_range:
            return ()
        from sdcli.units import sensitivity

        for key, typed in sensitivity.labels(self.expression, self.source).items():
            self.labels[key] = f"{self.name} ({typed})" if self.name else typed
        shares = sensitivity.drivers(value)
        called = _called([key for key, _ in shares], self.labels)
        return tuple((called[key], share) for key, share in shares)

    def _basis(self, rests_on: Mapping[str, dict[str, str]]) -> dict[str, str]:
        """What the answer rests on: its own units, and the values of names."""
        said = self.expression.conventions(self.setting.conventions)
        for name in sorted(self.expression.names & rests_on.keys()):
            for convention, text in rests_on[name].items():
                known = said.setdefault(convention, text)
                if text not in known:  # made under another one
                    said[convention] = f"{known} and {text}"
        return ordered(said)

    def _conventions(
        self, values: Iterable[Quantity], texts: tuple[str, ...] = ()
    ) -> dict[str, str]:
        """The same with what is shown: GB rests on KB, and TB/day beside it on the day, too."""
        from sdcli.units.companions import units_in

        units = [*units_in(texts), *(unit for value in values for unit in value.units_shown)]
        return ordered({**of_units(units, self.setting.conventions), **self.rests_on})

    def _notes(self, value: Quantity | None) -> tuple[str, ...]:
        """What is most likely a slip in the sum."""
        divides = any(sign in self.line for sign in ("/", "÷", "per"))
        if not divides and (value is None or len(value.dimension.nouns) <= 1):
            return ()
        from sdcli.units.slips import notes

        return notes(self.expression, value, self.values)


def _called(keys: Sequence[str], labels: Mapping[str, str]) -> dict[str, str]:
    """What sources are called; of two lines whose ranges read alike, the older one's is `before`.

    >>> _called(["x", "x 2"], {"x": "x (5 to 10)", "x 2": "x (5 to 10)"})
    {'x': 'x before (5 to 10)', 'x 2': 'x (5 to 10)'}
    """
    called = {key: labels.get(key, key) for key in keys}
    newest = {text: _line_of(key) for key, text in labels.items() if key in called}
    for key, text in called.items():
        if newest.get(text, _line_of(key)) != _line_of(key):
            name, bracket, typed = text.partition(" (")
            is_named = bracket and name.isidentifier()
            called[key] = f"{name} before{bracket}{typed}" if is_named else f"earlier {text}"
    return called


def _line_of(source: str) -> str:
    """The name under which a line draws: `rate` for `rate/2`, its second range."""
    line, slash, ordinal = source.rpartition("/")
    return line if slash and ordinal.isdecimal() else source
