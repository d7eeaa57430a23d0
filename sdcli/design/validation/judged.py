"""Requirements, decisions, failures, rollout: targets of the right kind, comparisons, choices."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sdcli.core.errors import InputError
from sdcli.design.kinds import KINDS
from sdcli.design.lines import QUALITY_LIKE
from sdcli.design.settings import setting_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.core.errors import Fault
    from sdcli.core.yaml import Key
    from sdcli.design.model import Decision, Option, Quality
    from sdcli.design.validation.desk import Desk

_METRIC = re.compile(r"[a-z][a-z0-9_-]*(\.[a-z][a-z0-9_-]*)+")


def requirements(desk: Desk) -> Iterator[Fault]:
    """Quality requirements that nothing could decide."""
    for i, quality in enumerate(desk.design.requirements.quality):
        yield from _quality(desk, ("requirements", "quality", i), quality)


def _quality(desk: Desk, key: Key, quality: Quality) -> Iterator[Fault]:
    from sdcli.estimate.kinds import COUNT, DURATION, NUMBER, RATE

    yield from desk.quantity((*key, "load"), quality.load, RATE, COUNT, NUMBER)
    yield from desk.quantity((*key, "window"), quality.window, DURATION)
    if not quality.metric:
        if not quality.text:
            yield desk.fault(key, f"it has neither text nor a metric, like {QUALITY_LIKE}")
        for field in ("of", "op", "target"):
            if getattr(quality, field):
                yield desk.fault((*key, field), f"{field} without a metric says nothing")
        return
    if not _METRIC.fullmatch(quality.metric):
        yield desk.fault(
            (*key, "metric"), "this is not a metric, like ring.balance.peak_to_mean or queue.p99"
        )
    if not quality.op or not quality.target:
        yield desk.fault(key, 'a metric needs op and target, like op: "<=", target: 1.25')
    if quality.of:
        yield from desk.unknown((*key, "of"), "component", quality.of, desk.design.components)
    if quality.target:
        yield from _target(desk, key, quality)


def _target(desk: Desk, key: Key, quality: Quality) -> Iterator[Fault]:
    from sdcli.units import quantity

    if desk.fails_elsewhere(quality.target):
        return
    try:
        target = quantity(quality.target, nouns=desk.design.nouns, env=desk.values)
    except InputError as error:
        yield desk.error((*key, "target"), error)
        return
    source, _, name = quality.metric.partition(".")
    if source != "estimate":
        return
    yield from desk.unknown((*key, "metric"), "estimate", name, desk.design.estimates)
    if name in desk.values and desk.values[name].dimension != target.dimension:
        yield desk.fault(
            (*key, "target"),
            f"{name} is {desk.values[name].kind}, the target is {target.kind}",
        )


def decisions(desk: Desk) -> Iterator[Fault]:
    """Choices that are no option, options that change what there is not, broken comparisons."""
    for i, decision in enumerate(desk.design.decisions):
        key: Key = ("decisions", i)
        if decision.options and decision.choice not in decision.names:
            yield desk.fault(
                (*key, "choice"), "the choice is not among the options", "add it to them"
            )
        for field in ("confirm", "revisit_when"):
            if text := getattr(decision, field):
                yield from desk.comparison((*key, field), text)
        for title, text in decision.compare.items():
            yield from desk.amount((*key, "compare", title), text)
        seen: set[str] = set()
        for k, option in enumerate(decision.options):
            if option.name in seen:
                yield desk.fault((*key, "options", k), "this option stands twice", "keep one")
            seen.add(option.name)
            yield from _option(desk, (*key, "options", k), decision, option)


def _option(desk: Desk, key: Key, decision: Decision, option: Option) -> Iterator[Fault]:
    for title, text in option.values.items():
        at: Key = (*key, "values", title)
        if title not in decision.compare:
            yield from desk.unknown(at, "comparison of this decision", title, decision.compare)
        yield from desk.amount(at, text)
    for name, text in option.with_.items():
        yield from _override(desk, (*key, "with", name), name, text)


def _override(desk: Desk, key: Key, name: str, text: str) -> Iterator[Fault]:
    """An assumption by its name, or a parameter as `limiter.algorithm`."""
    from sdcli.units import quantity

    component, dot, param = name.partition(".")
    try:
        if not dot:
            yield from desk.unknown(key, "assumption", name, desk.design.assumptions)
            value = quantity(text, nouns=desk.design.nouns)
            had = desk.values.get(name)
            if had is not None and had.dimension != value.dimension:
                yield desk.fault(key, f"{name} is {had.kind}, this is {value.kind}")
            return
        part = desk.design.components.get(component)
        if part is None:
            yield from desk.unknown(key, "component", component, desk.design.components)
            return
        kind = KINDS.get(part.kind)
        if kind is None:
            return
        if param not in kind.params:
            yield from desk.unknown(key, f"parameter of {kind.name}", param, kind.params)
        elif not desk.fails_elsewhere(text):
            spec = kind.params[param]
            setting_value(spec, text, env=desk.values, nouns=desk.design.nouns, where=param)
    except InputError as error:
        yield desk.error(key, error)


def failures(desk: Desk) -> Iterator[Fault]:
    """Failures of what there is not, broken comparisons."""
    for i, failure in enumerate(desk.design.failures):
        key: Key = ("failures", i)
        if failure.of:
            components = desk.design.components
            yield from desk.unknown((*key, "of"), "component", failure.of, components)
        if failure.survives_if:
            yield from desk.comparison((*key, "survives_if"), failure.survives_if)


def rollout(desk: Desk) -> Iterator[Fault]:
    """Shares that are none, broken comparisons."""
    from sdcli.estimate.kinds import SHARE

    for i, stage in enumerate(desk.design.rollout.stages):
        key: Key = ("rollout", "stages", i)
        yield from desk.quantity((*key, "share"), stage.share, SHARE)
        if stage.go_if:
            yield from desk.comparison((*key, "go_if"), stage.go_if)
