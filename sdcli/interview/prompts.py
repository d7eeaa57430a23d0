"""What the interviewer asks: one function from a state to the prompt that is open in it.

The wording of the four steps stands here; what belongs to one question (its topics,
curveballs, wrap-up) comes from the scenario.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sdcli.design import CLIENT, KINDS
from sdcli.interview.effects import Prompt
from sdcli.interview.follow_ups import words
from sdcli.interview.offers import offers
from sdcli.interview.sums import changes, filled, own_filled, scaled_sheet, sheet
from sdcli.interview.topics import experiment
from sdcli.interview.transitions import Phase, first

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sdcli.interview.effects import Offer
    from sdcli.interview.state import State
    from sdcli.interview.terms import Terms


@dataclass(frozen=True)
class _Wording:
    title: str
    say: str
    example: str = ""


_WORDINGS = {
    Phase.QUESTIONS: _Wording(
        "Clarifying questions",
        "Ask what you need to know before you design anything, one question a line.",
        "How many requests a day?",
    ),
    Phase.FUNCTIONAL: _Wording(
        "Functional requirements",
        "What must it do? The two or three things that matter most, one a line.",
    ),
    Phase.QUALITY: _Wording(
        "Quality requirements",
        "How well must it do it? Latency, availability, consistency, durability: with numbers,"
        " one a line.",
    ),
    Phase.ASSUMPTIONS: _Wording(
        "Assumptions",
        "State the quantities that you count on, one a line; a range is fine.",
        "reads = 50M to 80M request/day",
    ),
    Phase.OUT_OF_SCOPE: _Wording(
        "Out of scope", "What do you leave out, so that we agree on it? One a line."
    ),
    Phase.ESTIMATES: _Wording(
        "Estimates",
        "Compute the numbers that will decide something, from what you assumed, one a line.",
        "read_rate = reads to request/s",
    ),
    Phase.COMPONENTS: _Wording(
        "Components",
        "Name the parts of the system, one a line.",
        "ring: hash-ring nodes=8 vnodes=160",
    ),
    Phase.FLOWS: _Wording(
        "Flows",
        "Which way does each kind of request go, one a line? `a | b`: b when a misses or fails.",
        "read: client -> web -> cache | store",
    ),
    Phase.WALKTHROUGH: _Wording(
        "Walk-through",
        "Take one request and walk it through: what happens at each part, and why is the part"
        " there?",
    ),
    Phase.BUY_IN: _Wording(
        "Buy-in",
        "Before we go deeper: sum the design up, and say what you want me to agree to and what"
        " you are least sure of.",
    ),
    Phase.LEAD: _Wording(
        "Where to go deep",
        "You lead from here. Which part do you take apart first, and which of your numbers makes"
        " it the one?",
    ),
    Phase.FOLLOW_UP: _Wording("Follow-up", ""),
    Phase.PREDICT: _Wording(
        "Predict, then run",
        "Say what you expect before it runs: one number.",
    ),
    Phase.DECISION: _Wording(
        "Decision",
        "What do you decide? One line for each decision.",
        "CHOICE over OPTION, OPTION because REASON",
    ),
    Phase.CURVEBALL: _Wording("Curveball", ""),
    Phase.BOTTLENECKS: _Wording("Bottlenecks", ""),
    Phase.FAILURE: _Wording("Failure", ""),
    Phase.TEN_TIMES: _Wording("Ten times the load", ""),
    Phase.RECAP: _Wording("Recap", ""),
}


def prompt(terms: Terms, state: State) -> Prompt:
    """The prompt that is open; the state is neither at a run nor finished."""
    phase = state.phase
    is_topic = phase is Phase.TOPIC
    wording = _WORDINGS[Phase.DECISION if is_topic else phase]
    on_offer = offers(terms, state)
    return Prompt(
        at=state.at,
        step=state.step,
        kind="line" if phase.takes_line else "text",
        title=terms.scenario.topic(state.topic).title if is_topic else wording.title,
        say=tuple(_say(terms, state)),
        offers=on_offer,
        completions=_completions(terms, state, on_offer),
        example="" if is_topic else wording.example,
        prefill=state.prefill,
        is_continued=state.given > 0,
        experiment=experiment(terms, state, state.topic) if phase is Phase.PREDICT else None,
        draws=phase is Phase.WALKTHROUGH,
    )


def _say(terms: Terms, state: State) -> list[str]:
    """What is asked, with the person's numbers where it quotes one."""
    scenario, phase = terms.scenario, state.phase
    wrap_up = {
        Phase.BOTTLENECKS: scenario.wrap_up.bottlenecks,
        Phase.FAILURE: scenario.wrap_up.failure,
        Phase.RECAP: scenario.wrap_up.recap,
    }
    if phase is Phase.TOPIC:
        topic = scenario.topic(state.topic)
        forced = own_filled(scenario, state, topic.forces)
        said = [forced, topic.ask] if forced else [topic.ask]
    elif phase is Phase.FOLLOW_UP:
        said = [words(terms, state.follow_ups[-1])]
    elif phase is Phase.CURVEBALL:
        turn = next(one for one in scenario.curveballs if one.id == state.curveball)
        said = [turn.say, *changed_by(terms, state, turn.change), turn.ask]
    elif phase is Phase.TEN_TIMES:
        ten_times = scenario.wrap_up.ten_times
        said = [*changed_by(terms, state, ten_times.change), ten_times.ask]
    elif phase is Phase.PREDICT and experiment(terms, state, state.topic) is None:
        said = ["The design no longer has the part that this would run on; move on."]
    else:
        said = [wrap_up.get(phase) or _WORDINGS[phase].say]
    said = [filled(scenario, state, text) for text in said]
    opens_practice = phase is first(terms.only_step, leads=terms.leads) and not state.said
    return [scenario.prompt, *said] if opens_practice else said


def changed_by(terms: Terms, state: State, change: Mapping[str, float]) -> list[str]:
    """What factors on assumptions do to the person's own estimates, in one paragraph or none."""
    own = {entry.name for entry in state.assumptions}
    factors = {name: factor for name, factor in change.items() if name in own}
    if not factors:
        return []
    causes = ", ".join(f"{name} times {factor:.3g}" for name, factor in factors.items())
    lines = changes(sheet(terms.scenario, state), scaled_sheet(terms.scenario, state, factors))
    return ["\n".join([f"With {causes}:", *lines] if lines else [f"That is {causes}."])]


def _completions(terms: Terms, state: State, on_offer: tuple[Offer, ...]) -> tuple[str, ...]:
    """Whole lines first, then the words that they are made of."""
    lines = [offer.line for offer in on_offer]
    numbers = [entry.name for entry in (*state.assumptions, *state.estimates)]
    parts = [entry.name for entry in state.components]
    if state.phase is Phase.ASSUMPTIONS:
        lines += terms.scenario.nouns
    elif state.phase is Phase.ESTIMATES:
        lines += [*numbers, *terms.scenario.nouns]
    elif state.phase is Phase.COMPONENTS:
        for kind in KINDS.values():
            lines.append(kind.name)
            lines += [f"{name}=" for name in kind.params]
        lines += numbers
    elif state.phase is Phase.FLOWS:
        lines += [CLIENT, *parts]
    commands = ["/accept all", *(f"/accept {offer.name}" for offer in on_offer)] if on_offer else []
    return tuple(dict.fromkeys([*lines, *commands]))
