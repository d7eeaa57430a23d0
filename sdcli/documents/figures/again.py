"""The worksheet worked out again with some of its values changed.

Only what hangs on a change is computed anew, and all of it is counted: a design from a stranger
may have thousands of estimates that hang on each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.units import Quantity, UnitError, parse
from sdcli.units.spread import Point

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sdcli.documents.facts import Facts
    from sdcli.units import Expression

STEPS_MAX = 200_000  # formulas of certain values that one block may work out, about three seconds
_DRAWN = 400  # what 10,000 draws cost beside one number
_LOOKED_AT = 20  # names that are passed by for the price of a formula


class TooMuch(Exception):  # noqa: N818 - it ends a computation, and is told as a limit, no error
    """More steps would be needed than are allowed."""


class Budget:
    """How many formulas may still be worked out; a count and no clock, so that all stop alike."""

    def __init__(self, steps: int = STEPS_MAX) -> None:
        self.left = steps

    def spend(self, steps: int) -> None:
        """Count so many.

        Raises:
            TooMuch: there is nothing left.
        """
        self.left -= steps
        if self.left < 0:
            raise TooMuch


def certain(value: Quantity, magnitude: float | None = None) -> Quantity:
    """A quantity without its spread: its median, or another magnitude in base units.

    >>> from sdcli.units import quantity
    >>> print(certain(quantity("2 to 8 GB")))
    4 GB
    """
    kept = value.value if magnitude is None else magnitude
    return Quantity(Point(kept), value.dimension, value.preferred, value.asked, value.conventions)


class Again:
    """The part of a worksheet that some names need.

    Args:
        facts: the design with its values.
        wanted: assumptions and estimates.
        budget: what is counted; shared by all that works for one block.

    Attributes:
        names: everything that they need, each after what it uses.
        problems: why a name had no value, where that has happened.

    Cost: each formula is parsed once.
    """

    def __init__(self, facts: Facts, wanted: Iterable[str], budget: Budget) -> None:
        design = facts.design
        self._facts = facts
        self._budget = budget
        self._units = {name: part.unit for name, part in design.estimates.items()}
        texts = {name: part.value for name, part in design.assumptions.items()}
        texts |= {name: part.formula for name, part in design.estimates.items()}
        names = frozenset(texts)
        self._expressions: dict[str, Expression] = {}
        self._uses: dict[str, list[str]] = {}
        waiting = [name for name in wanted if name in names]
        while waiting:
            name = waiting.pop()
            if name in self._uses:
                continue
            expression = parse(texts[name], nouns=design.nouns, names=names)
            self._expressions[name] = expression
            self._uses[name] = sorted(expression.names & names)
            waiting += self._uses[name]
        self.names = self._in_order()
        self.problems: dict[str, str] = {}

    def _in_order(self) -> list[str]:
        """The names, each after those that it uses; without recursion, the chain may be long."""
        order: dict[str, None] = {}
        for start in sorted(self._uses):
            path = [start]
            while path:
                name = path[-1]
                ahead = [used for used in self._uses[name] if used not in order]
                if name not in order and ahead:
                    path.append(ahead[0])
                else:
                    order[name] = None
                    path.pop()
        return list(order)

    def hang_on(self, names: Iterable[str]) -> set[str]:
        """Everything here that one of these names changes, the names themselves left out."""
        moved = set(names)
        found: set[str] = set()
        for name in self.names:
            if name not in moved and not moved.isdisjoint(self._uses[name]):
                found.add(name)
                moved.add(name)
        return found

    def values(
        self,
        given: Mapping[str, Quantity],
        before: Mapping[str, Quantity] | None = None,
        each: Callable[[str, Quantity], Quantity] | None = None,
    ) -> dict[str, Quantity]:
        """The values that these names have then.

        Args:
            given: the values that are changed.
            before: the values of everything that does not hang on them; without it everything
                is worked out.
            each: what becomes of a value before others use it.

        Returns:
            The values; a name that has none then is not among them, and `problems` says why.

        Raises:
            TooMuch: the budget is spent.
        """
        self._budget.spend(len(self.names) // _LOOKED_AT)
        found = dict(before or {})
        found.update(given)
        due = self.hang_on(given) if before is not None else set(self.names) - set(given)
        for name in self.names:
            if name not in due:
                continue
            found.pop(name, None)
            try:
                value = self.work_out(name, found)
            except UnitError as error:
                self.problems.setdefault(name, error.what)
            else:
                found[name] = value if each is None else each(name, value)
        return found

    def problem(self, name: str) -> str:
        """Why a name had no value: what was wrong with the first formula below it."""
        below = {name, *self._facts.sheet.depends_on(name)}
        return next(
            (self.problems[one] for one in self.names if one in below & self.problems.keys()), ""
        )

    def work_out(self, name: str, env: Mapping[str, Quantity]) -> Quantity:
        """The value of one formula over these values, in its unit.

        Raises:
            UnitError: it has none.
            TooMuch: the budget is spent.
        """
        try:
            value = self._expressions[name].evaluate(env, source=name)
        except OverflowError as error:
            raise UnitError("this leaves the numbers that can be computed with") from error
        self._budget.spend(_DRAWN if value.method == "monte-carlo" else 1)
        unit = self._units.get(name)
        return value.to(unit, nouns=self._facts.design.nouns) if unit else value
