"""Runs that compare: one table with a column for each thing compared, a row for each measure.

An experiment that measures the same of several things says so by its metrics: `maglev_moved`,
"maglev: keys moved to add a node". Where each of them has the same measures, in the same order,
a list of sixty metrics is a table of nine rows. Nothing but the declaration decides that, so no
requirement that names another metric changes what a block shows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sdcli.documents.evidence.plan import MetricOf

_LEAST = 2  # things compared, and measures of each, below which a list reads better


@dataclass(frozen=True)
class Comparison:
    """What is compared, and by what.

    Args:
        subjects: the things, as the names of their metrics begin.
        measures: of each of them, named as the names of their metrics end.
    """

    subjects: tuple[str, ...]
    measures: tuple[MetricOf, ...]

    @property
    def names(self) -> frozenset[str]:
        """The metrics that stand in it."""
        return frozenset(
            metric_name(one, measure.name) for one in self.subjects for measure in self.measures
        )


def metric_name(subject: str, measure: str) -> str:
    """The name of the metric in a column and a row.

    >>> metric_name("maglev", "moved")
    'maglev_moved'
    """
    return f"{subject}_{measure}"


def comparison(metrics: Iterable[MetricOf]) -> Comparison | None:
    """The table that metrics make; None where they compare nothing.

    >>> from sdcli.documents.evidence.plan import MetricOf
    >>> found = comparison(
    ...     MetricOf(f"{name}_{what}", f"{name}: its {what}")
    ...     for name in ("ring", "jump")
    ...     for what in ("size", "speed")
    ... )
    >>> found.subjects, [(measure.name, measure.title) for measure in found.measures]
    (('ring', 'jump'), [('size', 'its size'), ('speed', 'its speed')])
    """
    found: dict[str, list[MetricOf]] = {}
    for metric in metrics:
        subject, colon, title = metric.title.partition(": ")
        start = metric_name(subject.replace("-", "_").replace(" ", "_"), "")
        if colon and metric.name.startswith(start):
            measure = replace(metric, name=metric.name.removeprefix(start), title=title)
            found.setdefault(start.removesuffix("_"), []).append(measure)
    measured = list(found.values())
    if len(measured) < _LEAST or len(measured[0]) < _LEAST:
        return None
    if any(measures != measured[0] for measures in measured):
        return None
    return Comparison(tuple(found), tuple(measured[0]))
