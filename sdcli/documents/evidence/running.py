"""Running evidence for a build: each run told before it begins, and timed for the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sdcli
from sdcli.documents.evidence.ledger import Ran

if TYPE_CHECKING:
    from collections.abc import Callable

    from sdcli.core.clock import Clock
    from sdcli.documents.evidence.plan import Plan
    from sdcli.documents.evidence.result import Evidence


class Runner:
    """Runs plans, and notes when and where.

    Args:
        clock: the time; None: nothing is noted.
        watch: is told the plan before it runs, its number and how many there are.
    """

    def __init__(
        self, clock: Clock | None, watch: Callable[[Plan, int, int], None] | None = None
    ) -> None:
        self._clock = clock
        self._watch = watch
        self._noted: dict[str, Ran] = {}
        self._begun = 0
        self.total = 0  # set by whoever knows how many runs the design asks for

    def __call__(self, plan: Plan) -> Evidence:
        """Run one plan."""
        self._begun += 1
        if self._watch is not None:
            self._watch(plan, self._begun, max(self._begun, self.total))
        if self._clock is None:
            return plan.run()
        start = self._clock.elapsed()
        result = plan.run()
        self._noted[plan.fingerprint] = Ran(
            machine=machine(),
            python=_python(),
            sdcli=sdcli.__version__,
            time=self._clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
            seconds=round(self._clock.elapsed() - start, 3),
        )
        return result

    def ran(self, plan: Plan) -> Ran | None:
        """When and where a plan ran; one note serves all that have its fingerprint."""
        return self._noted.get(plan.fingerprint)


def machine() -> str:
    """The machine without its name: system, architecture, cores."""
    import os
    import platform

    cores = os.cpu_count() or 1
    told = f"{cores} core" + ("" if cores == 1 else "s")
    return f"{platform.system()} {platform.machine()}, {told}"


def _python() -> str:
    import platform

    return platform.python_version()
