"""The worksheet: assumptions and estimates, computed in the order in which they hang together.

Written like a spreadsheet that knows units: every name has one formula, formulas use names,
and a change of one assumption changes exactly what depends on it. A formula that cannot be
computed is reported under its name and does not stop the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.estimate.working import Line, worked_line
from sdcli.units import Expression, Quantity, UnitError, checked_name, parse
from sdcli.units.conventions import DEFAULT, Conventions
from sdcli.units.errors import suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Worksheet:
    """Named quantities, each an assumption or an estimate.

    Args:
        assumptions: the text of each: a quantity, a range, or a formula.
        estimates: formula and unit of each; without a unit, the most readable one is shown.
        nouns: count nouns beside the built-in ones.
        conventions: day, month and year.

    Attributes:
        values: the quantities that could be computed, assumptions first, each in its order.
        lines: the computed estimates, each after those that it uses.
        errors: what is wrong, by name.

    A range that is written as an assumption is one source wherever it is used, so that
    `reads / writes` knows that both hang on `writes`.

    >>> sheet = Worksheet({"writes": "100M link/month"}, {"rate": ("writes", "link/s")}, ["link"])
    >>> print(sheet.lines[0].worked)
    rate = writes = 100M link/month ÷ 2.592M s/month = 38.58 link/s
    """

    def __init__(
        self,
        assumptions: Mapping[str, str],
        estimates: Mapping[str, tuple[str, str | None]],
        nouns: Iterable[str] = (),
        conventions: Conventions = DEFAULT,
    ) -> None:
        self._nouns = tuple(nouns)
        self._conventions = conventions
        self._units = {name: unit for name, (_, unit) in estimates.items()}
        formulas = {name: formula for name, (formula, _) in estimates.items()}
        self._names = (*assumptions, *(name for name in formulas if name not in assumptions))
        self._place = {name: place for place, name in enumerate(self._names)}
        self.errors: dict[str, UnitError] = {}
        self._expressions: dict[str, Expression] = {}
        known = frozenset(self._names)
        for name in self._names:
            if name in assumptions and name in formulas:
                self._fail(name, UnitError("this is an assumption and an estimate, too"))
                continue
            self._read(name, assumptions.get(name, formulas.get(name, "")), known)
        computed: dict[str, Quantity] = {}
        lines: list[Line] = []
        for name in self._in_order():
            self._compute(name, computed, lines)
        self.values = {name: computed[name] for name in self._names if name in computed}
        self.lines = tuple(lines)
        self.errors = {name: self.errors[name] for name in self._names if name in self.errors}

    def depends_on(self, name: str) -> frozenset[str]:
        """Every assumption and estimate that `name` uses, directly or through others.

        Raises:
            UnitError: no formula has that name.
        """
        if name not in self._place:
            raise UnitError(f'"{name}" is not in this sheet', fix=suggestion(name, self._names))
        found: set[str] = set()
        waiting = [name]
        while waiting:
            for used in self._uses(waiting.pop()):
                if used not in found:
                    found.add(used)
                    waiting.append(used)
        return frozenset(found)

    def describe(self) -> str:
        """Every name with its value or its error, one line each."""
        return "\n".join(
            f"{name} = {self.values[name].summary()}"
            if name in self.values
            else f"{name}: {self.errors[name].what}"
            for name in self._names
        )

    def _fail(self, name: str, error: UnitError) -> None:
        self.errors.setdefault(name, error.within(name))

    def _read(self, name: str, text: str, known: frozenset[str]) -> None:
        try:
            checked_name(name)
            self._expressions[name] = parse(text, nouns=self._nouns, names=known)
        except UnitError as error:
            self._fail(name, error)

    def _uses(self, name: str) -> list[str]:
        """The names of this sheet in the formula of `name`, in the order of the sheet."""
        expression = self._expressions.get(name)
        used = (expression.names if expression else frozenset()) & self._place.keys()
        return sorted(used, key=self._place.__getitem__)

    def _in_order(self) -> list[str]:
        """The names so that each comes after those that it uses; cycles are reported, not listed.

        Cost: O(names + uses), without recursion, however long the chain.
        """
        order: list[str] = []
        state: dict[str, str] = {}
        for start in self._names:
            path = [start]
            while path:
                name = path[-1]
                if state.get(name) == "done":
                    path.pop()
                    continue
                state[name] = "open"
                ahead = [used for used in self._uses(name) if state.get(used) != "done"]
                if not ahead:
                    state[name] = "done"
                    order.append(name)
                    path.pop()
                elif state.get(ahead[0]) == "open":
                    cycle = path[path.index(ahead[0]) :]
                    self._fail_cycle(cycle)
                    for member in cycle:
                        state[member] = "done"
                    path = path[: path.index(ahead[0])]
                else:
                    path.append(ahead[0])
        return order

    def _fail_cycle(self, cycle: list[str]) -> None:
        for place, name in enumerate(cycle):
            around = [*cycle[place:], *cycle[:place], name]
            self._fail(
                name,
                UnitError(
                    "this needs its own result",
                    given=" -> ".join(around),
                    expected="formulas over names that do not lead back",
                ),
            )

    def _compute(self, name: str, computed: dict[str, Quantity], lines: list[Line]) -> None:
        expression = self._expressions.get(name)
        if expression is None or name in self.errors:
            return
        uses = self._uses(name)
        failed = [used for used in uses if used not in computed]
        try:
            if failed:
                raise UnitError(f"this needs {failed[0]}, which could not be computed")  # noqa: TRY301
            value = expression.evaluate(computed, self._conventions, source=name)
            if name not in self._units:
                computed[name] = value
                return
            lines.append(self._line(name, expression, value, computed))
        except UnitError as error:
            self._fail(name, error)
            return
        computed[name] = lines[-1].value

    def _line(
        self, name: str, expression: Expression, value: Quantity, computed: Mapping[str, Quantity]
    ) -> Line:
        """An estimate in its unit, with its working."""
        unit = self._units[name]
        result = value.to(unit, nouns=self._nouns) if unit else value
        plain = expression.without_conversion()
        before = (
            plain.evaluate(computed, self._conventions, source=name)
            if plain is not expression
            else value
        )
        worked = worked_line(name, plain, computed, before, result)
        uses = tuple(self._uses(name))
        return Line(name, expression.text, unit, result, worked, uses)
