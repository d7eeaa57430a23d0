"""The evidence of one design at hand: run when asked for, or as the ledger has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.core.errors import FaultsFound, InputError
from sdcli.design import in_order
from sdcli.documents.evidence.plan import problem_of
from sdcli.documents.evidence.plans import plans
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

    Raises:
        FaultsFound: the design asks for a run that cannot be.
    """

    def __init__(
        self, facts: Facts, stored: Callable[[Pair], Evidence | None] | None = None
    ) -> None:
        self.plans, faults = plans(facts)
        if faults:
            raise FaultsFound(in_order(faults))
        self._stored = stored
        self._results: dict[str, Evidence | str] = {}

    @property
    def is_stored(self) -> bool:
        """Whether results are looked up and nothing runs."""
        return self._stored is not None

    def of(self, component: str) -> list[Plan]:
        """The runs that back one component."""
        return [plan for plan in self.plans.values() if plan.component == component]

    def result(self, plan: Plan) -> Evidence | None:
        """What a run gave; one run serves all that have its fingerprint.

        Returns:
            None when there is no result: `problem` says why.
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
                return "the ledger has no result"
            asked = (plan.params, plan.item.seed)
            return found if (found.params, found.seed) == asked else "it has not run like this yet"
        mark = plan.fingerprint
        if mark not in self._results:
            try:
                self._results[mark] = plan.run()
            except InputError as error:
                self._results[mark] = problem_of(error)
        return self._results[mark]
