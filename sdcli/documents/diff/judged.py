"""What the numbers say on either side: verdicts, failures that are survived, decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.documents.diff.difference import Difference, factor, pairs, same
from sdcli.documents.judging.formulas import answer
from sdcli.documents.judging.verdicts import verdicts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.design import Decision
    from sdcli.documents.diff.side import Side
    from sdcli.documents.judging.verdicts import Verdict

_WORST = ("met", "at-risk", "unmeasured", "unmet")
_SAID = {
    "confirm": {True: "holds", False: "does not hold", None: "not measured"},
    "revisit_when": {True: "revisit now", False: "not yet", None: "not measured"},
    "survives_if": {True: "survives", False: "does not survive", None: "not measured"},
}


def requirements(old: Side, new: Side) -> list[Difference]:
    """The verdicts: what got worse first, then what got better, then what only moved."""
    before = {verdict.quality.id: verdict for verdict in verdicts(old.facts, old.book)}
    after = {verdict.quality.id: verdict for verdict in verdicts(new.facts, new.book)}
    found = [
        (rank, difference)
        for name, one, two in pairs(before, after)
        for rank, difference in _requirement(name, one, two)
    ]
    return [difference for _, difference in sorted(found, key=lambda entry: entry[0])]


def _requirement(
    name: str, old: Verdict | None, new: Verdict | None
) -> Iterator[tuple[int, Difference]]:
    """The difference of one requirement, with its rank."""
    line = "" if old is None or new is None or _asked(old) == _asked(new) else _asked(new)
    note = f"it asks now for {line}" if line else ""
    told = (_verdict(old), _verdict(new))
    if old is None or new is None:
        yield 2, Difference("verdict", name, *told, note="new" if old is None else "gone")
    elif old.word != new.word:
        worse = _WORST.index(new.word) > _WORST.index(old.word)
        by = factor(old.measured, new.measured)
        yield (0 if worse else 1), Difference("verdict", name, *told, by, note or new.reason)
    elif not same(old.measured, new.measured) or line:
        yield 3, Difference("verdict", name, *told, factor(old.measured, new.measured), note)


def _asked(verdict: Verdict) -> str:
    """What is asked, where that is not only words."""
    quality = verdict.quality
    if not quality.metric:
        return ""
    load = f" at {quality.load}" if quality.load else ""
    return quality.line + load + (f" over {quality.window}" if quality.window else "")


def _verdict(verdict: Verdict | None) -> str | None:
    if verdict is None:
        return None
    return f"{verdict.word}: {verdict.shown}" if verdict.shown else verdict.word


def failures(old: Side, new: Side) -> Iterator[Difference]:
    """Failures that are survived on one side only."""
    before = {part.id: part.survives_if for part in old.facts.design.failures}
    after = {part.id: part.survives_if for part in new.facts.design.failures}
    for name, one, two in pairs(before, after):
        if one is not None and two is not None:
            yield from _comparison("failure", name, "survives_if", (old, one), (new, two))


def decisions(old: Side, new: Side) -> Iterator[Difference]:
    """Decisions that are new, gone, or decided otherwise; answers that turned."""
    before = {part.id: part for part in old.facts.design.decisions}
    after = {part.id: part for part in new.facts.design.decisions}
    for name, one, two in pairs(before, after):
        if one is None or two is None:
            told = (one.choice if one else None, two.choice if two else None)
            yield Difference("decision", name, *told, note="new" if one is None else "gone")
        else:
            yield from _decision(old, new, one, two)


def _decision(old: Side, new: Side, one: Decision, two: Decision) -> Iterator[Difference]:
    if one.choice != two.choice:
        yield Difference("decision", one.id, one.choice, two.choice, note="decided otherwise")
    for field in ("confirm", "revisit_when"):
        texts = getattr(one, field), getattr(two, field)
        yield from _comparison("decision", one.id, field, (old, texts[0]), (new, texts[1]))


def _comparison(
    part: str, name: str, field: str, old: tuple[Side, str], new: tuple[Side, str]
) -> Iterator[Difference]:
    """A comparison that comes to another answer, or says another thing."""
    said = _SAID[field]
    found = [answer(one.facts, one.book, text) if text else None for one, text in (old, new)]
    told = [None if one is None else said[one.holds] for one in found]
    if told[0] != told[1]:
        shown = found[1].shown if found[1] else ""
        note = f"{new[1]} ({shown})" if shown else new[1]
        yield Difference(part, f"{name}.{field}", told[0], told[1], note=note)
    elif old[1] != new[1]:
        yield Difference(part, f"{name}.{field}", old[1], new[1], note=f"still: {told[1]}")
