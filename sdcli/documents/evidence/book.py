"""The evidence of one design at hand: run when asked for, or as the ledger has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.core.errors import FaultsFound, InputError
from sdcli.design import in_order
from sdcli.documents.evidence.plan import is_typed, problem_of
from sdcli.documents.evidence.plans import fault_of, plans
from sdcli.documents.evidence.result import Evidence

if TYPE_CHECKING:
    from collections.abc import Callable

    from sdcli.documents.evidence.plan import Pair, Plan
    from sdcli.documents.facts import Facts


class Book:
    """Evidence by component and experiment.

    Args:
        facts: whose evidence.
        stored: looks a result up instead of running it (`--fast`); None: run.
        run: what runs a plan; None: the plan itself.

    Attributes:
        variants: the books of the design as options of decisions would have it, by what they
            change; why there is none, where there is none.

    Raises:
        FaultsFound: the design asks for a run that cannot be.
    """

    def __init__(
        self,
        facts: Facts,
        stored: Callable[[Pair], Evidence | None] | None = None,
        run: Callable[[Plan], Evidence] | None = None,
    ) -> None:
        self.plans, faults = plans(facts)
        if faults:
            raise FaultsFound(in_order(faults))
        self.facts = facts
        self.variants: dict[tuple[tuple[str, str], ...], Book | str] = {}
        self._stored = stored
        self._run = run
        self._results: dict[str, Evidence | str] = {}
        self._is_variant = False  # what an option would make of a typed value is no fault of it

    def beside(self, facts: Facts) -> Book:
        """The book of a variant of the design; what ran for one of the two has run for both.

        Raises:
            FaultsFound: the variant asks for a run that cannot be.
        """
        other = Book(facts, self._stored, self._run)
        other._results = self._results
        other._is_variant = True
        return other

    @property
    def is_stored(self) -> bool:
        """Whether results are looked up and nothing runs."""
        return self._stored is not None

    @property
    def count(self) -> int:
        """How many different runs the design asks for."""
        return len({plan.fingerprint for plan in self.plans.values() if not plan.problem})

    def of(self, component: str) -> list[Plan]:
        """The runs that back one component."""
        return [plan for plan in self.plans.values() if plan.component == component]

    def result(self, plan: Plan) -> Evidence | None:
        """What a run gave; one run serves all that have its fingerprint.

        Returns:
            None when there is no result: `problem` says why.

        Raises:
            FaultsFound: it refuses what was typed for it, beside the values that it comes with.
        """
        found = self._found(plan)
        return found if isinstance(found, Evidence) else None

    def problem(self, plan: Plan) -> str:
        """Why there is no result; empty when there is one."""
        found = self._found(plan)
        return found if isinstance(found, str) else ""

    def _found(self, plan: Plan) -> Evidence | str:
        if plan.problem:
            return plan.problem
        if self._stored is not None:
            found = self._stored(plan.pair)
            if found is None:
                return plan.trouble() or "the ledger has no result"
            asked = (plan.params, plan.item.seed)
            return found if (found.params, found.seed) == asked else "it has not run like this yet"
        mark = plan.fingerprint
        if mark not in self._results:
            try:
                self._results[mark] = self._run(plan) if self._run else plan.run()
            except InputError as error:
                if not self._is_variant and is_typed(self.facts, plan.item, error.where):
                    fault = fault_of(self.facts, plan.component, plan.name, error)
                    raise FaultsFound([fault]) from error
                self._results[mark] = problem_of(error)
        return self._results[mark]
