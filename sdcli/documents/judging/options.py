"""What each option of a decision comes to: the design as it stands, or as it would stand.

An option says under `with` what it changes. The design with that change is worked out like the
design itself: same worksheet, same runs, and a run that both need happens once. A formula under
`values` wins over the one of `compare`, for what no parameter of the design can say. An option
that was not chosen and says neither is not compared: the design's own number would be another
option's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sdcli.core.errors import FaultsFound
from sdcli.design import Loaded, Option
from sdcli.documents.facts import Facts
from sdcli.documents.judging.formulas import Worth, inputs_of, names_in, worth
from sdcli.documents.judging.metrics import of_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.core.errors import Fault
    from sdcli.design import Component, Decision, Design
    from sdcli.documents.evidence.book import Book
    from sdcli.documents.evidence.plan import Plan
    from sdcli.documents.inputs import Inputs

COMPARED_MAX = 12  # options of a decision, and things that they are compared by
VARIANTS_MAX = 24  # options of a design that change it: each is a design to work out
NAMES_MAX = 20_000  # assumptions and estimates of all these together, about ten seconds of ranges

NOT_GIVEN = "not given"


@dataclass(frozen=True)
class Variant:
    """The design as it would stand with an option.

    Args:
        facts, book: the design with its runs; None when it does not hold together.
        reason: why it does not; empty when it does.
    """

    facts: Facts | None
    book: Book | None
    reason: str = ""


@dataclass(frozen=True)
class Compared:
    """One option with what it comes to.

    Args:
        option: the option.
        is_choice: whether it was chosen.
        cells: one for each formula of the decision's `compare`, in its order.
    """

    option: Option
    is_choice: bool
    cells: tuple[Worth, ...]


def compared(facts: Facts, book: Book, decision: Decision) -> list[Compared]:
    """Every option of a decision, the chosen one first.

    Cost: one worksheet for each option that changes the design, and the runs that differ.
    """
    rows = [
        Compared(option, option.name == decision.choice, _cells(facts, book, decision, option))
        for option in decision.options or (Option(name=decision.choice),)
    ]
    return sorted(rows, key=lambda row: not row.is_choice)


def _cells(facts: Facts, book: Book, decision: Decision, option: Option) -> tuple[Worth, ...]:
    if not decision.compare:
        return ()
    there = variant(facts, book, option)
    if there.facts is None or there.book is None:
        return tuple(Worth(None, there.reason) for _ in decision.compare)
    says_all = bool(option.with_) or option.name == decision.choice
    return tuple(
        worth(there.facts, there.book, option.values.get(title, text))
        if says_all or title in option.values
        else Worth(None, NOT_GIVEN)
        for title, text in decision.compare.items()
    )


def variant(facts: Facts, book: Book, option: Option) -> Variant:
    """The design with what an option changes; the design itself where it changes nothing."""
    if not option.with_:
        return Variant(facts, book)
    asked = tuple(option.with_.items())
    if asked not in book.variants:
        book.variants[asked] = _worked_out(facts, book, option)
    made = book.variants[asked]
    return Variant(None, None, made) if isinstance(made, str) else Variant(made.facts, made)


def _worked_out(facts: Facts, book: Book, option: Option) -> Book | str:
    """The book of the changed design; why there is none, in a clause."""
    try:
        changed = Loaded(_changed(facts.design, option), facts.tree)
        return book.beside(Facts(changed, facts.path))
    except FaultsFound as error:
        first = error.faults[0]
        return f"{first.key}: {first.message}"


def _changed(design: Design, option: Option) -> Design:
    assumptions, components = dict(design.assumptions), dict(design.components)
    for name, text in option.with_.items():
        component, dot, param = name.partition(".")
        if dot:
            components[component] = _part(components[component], param, text)
        else:
            assumptions[name] = assumptions[name].model_copy(update={"value": text})
    return design.model_copy(update={"assumptions": assumptions, "components": components})


def _part(part: Component, param: str, text: str) -> Component:
    if param == "algorithm" and param not in part.params:
        return part.model_copy(update={"algorithm": text})
    return part.model_copy(update={"params": {**part.params, param: text}})


def runs(facts: Facts, book: Book, decision: Decision) -> list[tuple[Option, Plan]]:
    """The runs that the comparison needs beside the design's own, with the option of each."""
    own = {plan.fingerprint for plan in book.plans.values() if not plan.problem}
    found: list[tuple[Option, Plan]] = []
    for option in decision.options if decision.compare else ():
        there = variant(facts, book, option)
        if there.facts is None or there.book is None:
            continue
        for title, text in decision.compare.items():
            for name in names_in(there.facts, option.values.get(title, text)):
                plan = of_name(there.facts, there.book, name).plan
                if plan and not plan.problem and plan.fingerprint not in own:
                    own.add(plan.fingerprint)
                    found.append((option, plan))
    return found


def inputs(facts: Facts, book: Book, decision: Decision) -> Inputs:
    """What of the design the comparison rests on, beside the decision itself.

    An option's own values are in the decision; all the rest that a changed design reads, the
    design as it stands reads too.
    """
    if not decision.compare:
        return {}
    found = inputs_of(facts, book, *decision.compare.values())
    for option in decision.options:
        found |= inputs_of(facts, book, *option.values.values())
        for text in option.with_.values():
            found |= facts.behind(facts.names_in(text))
    return found


def faults(facts: Facts) -> Iterator[Fault]:
    """Decisions that compare more than a reader could, or than could be worked out in time."""
    most = min(VARIANTS_MAX, NAMES_MAX // max(1, len(facts.values)))
    changing = 0
    for i, decision in enumerate(facts.design.decisions):
        if not decision.compare:
            continue
        for field, parts in (("options", decision.options), ("compare", decision.compare)):
            if len(parts) > COMPARED_MAX:
                yield facts.tree.fault(
                    ("decisions", i, field),
                    f"these are {len(parts)}; a decision compares at most {COMPARED_MAX} options"
                    f" by at most {COMPARED_MAX} things",
                )
        before = changing
        changing += sum(bool(option.with_) for option in decision.options)
        if before <= most < changing:
            yield facts.tree.fault(
                ("decisions", i, "options"),
                f"at most {most} options of a design of this size may change it with `with`",
                "give the rest their numbers under values",
            )
