"""A calculator worked from what is typed, as the command line does it."""

from __future__ import annotations

import pytest

from sdcli.estimate import registry
from sdcli.estimate.kinds import each


@pytest.fixture
def same_as_shown():
    """A check that each output of an outcome is what the formula that is shown for it gives."""

    def check(outcome):
        calculator = outcome.calculator
        conventions = each(next(iter(outcome.inputs.values())))[0].conventions
        every = {part.name for part in (*calculator.parameters, *calculator.outputs)}
        known = dict(outcome.inputs)
        for part in calculator.outputs:
            computed = outcome.outputs.get(part.name)
            expression = part.worked_from(every, known)
            if computed is not None:
                if expression is not None:
                    shown = expression.evaluate(known, conventions)
                    assert shown.dimension == computed.dimension, part.name
                    assert shown.value == pytest.approx(computed.value, rel=1e-9), part.name
                known[part.name] = computed

    return check


@pytest.fixture
def work(same_as_shown):
    """The outputs as text, by name: `work("traffic", users="150M", actions="2")`."""

    def worked(calculator, **given):
        found = registry.get(calculator)
        outcome = found.run(found.bind(given))
        same_as_shown(outcome)
        return {name: str(value) for name, value in outcome.outputs.items()}

    return worked
