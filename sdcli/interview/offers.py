"""Which lines of the scenario are on offer at a prompt, and what they come to.

Nothing is offered that would give the answer away unasked: an assumption only when the
person asked for it, an estimate only when all that it needs is there, a flow only when its
parts are. In study mode a hint on the scope puts all assumptions on the table, and a part or
a flow says why it is there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.core.errors import InputError
from sdcli.design import parse_component, parse_flow
from sdcli.interview.bank import offered
from sdcli.interview.effects import Offer
from sdcli.interview.state import find
from sdcli.interview.steps import Step
from sdcli.interview.sums import sheet
from sdcli.interview.transitions import Phase
from sdcli.units import assignment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.content import ComponentLine, FlowLine
    from sdcli.interview.state import State
    from sdcli.interview.terms import Terms


def offers(terms: Terms, state: State) -> tuple[Offer, ...]:
    """The offers at the open prompt, in the order of the scenario."""
    find_offers = {
        Phase.ASSUMPTIONS: _assumptions,
        Phase.ESTIMATES: _estimates,
        Phase.COMPONENTS: _components,
        Phase.FLOWS: _flows,
    }.get(state.phase)
    return tuple(find_offers(terms, state)) if find_offers else ()


def _assumptions(terms: Terms, state: State) -> Iterator[Offer]:
    names = offered(terms.scenario, frozenset(one.question for one in state.exchanges))
    is_open = terms.is_study and state.hint(Step.SCOPE) > 0
    for line in terms.scenario.assumptions:
        taken = find((*state.assumptions, *state.estimates), line.name)
        if (is_open or line.name in names) and not taken:
            yield Offer(line.name, line.line, line.line)


def _estimates(terms: Terms, state: State) -> Iterator[Offer]:
    scenario = terms.scenario
    values = sheet(scenario, state).values
    names = [line.name for line in (*scenario.assumptions, *scenario.estimates)]
    for line in scenario.estimates:
        if line.name in values:
            continue
        try:
            name, expression = assignment(line.line, nouns=scenario.nouns, names=[*names, *values])
            if expression.names <= values.keys():
                value = expression.evaluate(values)
                yield Offer(name, line.line, f"{line.line}   ({value})")
        except InputError:
            continue  # it does not fit the person's own numbers: nothing to offer


def _components(terms: Terms, state: State) -> Iterator[Offer]:
    values = sheet(terms.scenario, state).values
    for line in terms.scenario.components:
        if find(state.components, line.name):
            continue
        try:
            parse_component(line.line, env=values, nouns=terms.scenario.nouns)
        except InputError:
            continue  # a formula in it needs an estimate that is not there
        yield _with_why(terms, line)


def _flows(terms: Terms, state: State) -> Iterator[Offer]:
    names = [entry.name for entry in state.components]
    for line in terms.scenario.flows:
        if find(state.flows, line.name):
            continue
        try:
            parse_flow(line.line, components=names)
        except InputError:
            continue  # a part on its way is not there
        yield _with_why(terms, line)


def _with_why(terms: Terms, line: ComponentLine | FlowLine) -> Offer:
    """A part or a flow; whoever studies reads beside it what it is there for."""
    return Offer(line.name, line.line, f"{line.line}  {line.why}" if terms.is_study else line.line)
