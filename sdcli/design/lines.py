"""The one-line forms: what a person types in an interview where a document needs data.

    ring: hash-ring nodes=8 vnodes=160                     a component
    redirect: client -> lb -> web -> cache | store         a flow
    ring.balance.peak_to_mean of ring <= 1.25              a quality requirement
    base62 over UUID, hash of the URL because it is short  a decision

Each is read strictly: a word that fits nowhere is an error that shows a line that works.
"""

from __future__ import annotations

import re
from itertools import pairwise, zip_longest
from typing import TYPE_CHECKING

from sdcli.core.errors import InputError
from sdcli.core.suggest import did_you_mean
from sdcli.core.text import printable
from sdcli.design.kinds import KINDS, Kind
from sdcli.design.model import (
    CLIENT,
    FLOW,
    LABEL,
    NAME,
    Component,
    Decision,
    Flow,
    Option,
    Quality,
)
from sdcli.design.settings import check_counts, setting_value, settings

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from sdcli.units import Quantity

COMPONENT_LIKE = "ring: hash-ring nodes=8 vnodes=160"
FLOW_LIKE = "redirect: client -> lb -> web -> cache | store"
QUALITY_LIKE = "ring.balance.peak_to_mean of ring <= 1.25"
DECISION_LIKE = "base62 over UUID, hash of the URL because it is short"

MESSAGES_MAX = 200  # what one sequence diagram may show and still be read

_SETTING = re.compile(r"(?:^|\s)([A-Za-z][A-Za-z0-9_-]*)\s*=(?![=])")
_QUALITY = re.compile(
    r"(?P<metric>[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+)"
    r"(?:\s+of\s+(?P<of>\S+))?\s*(?P<op><=|>=|<|>)\s*(?P<target>[^<>=\s].*)"
)


def parse_component(
    line: str,
    *,
    env: Mapping[str, Quantity] | None = None,
    nouns: Iterable[str] = (),
) -> tuple[str, Component]:
    """The name and the component of `NAME: KIND PARAM=VALUE ...`; a value may be a formula.

    Args:
        line: the line; a value runs up to the next `PARAM=`, so it may hold spaces.
        env: the quantities that formulas may name; None leaves formulas unchecked.
        nouns: count nouns of the design, beside the built-in ones.

    Raises:
        InputError: no such kind or parameter, or a value outside its type or bounds.

    >>> name, ring = parse_component("ring: hash-ring nodes=8 vnodes=160")
    >>> name, ring.kind, ring.params
    ('ring', 'hash-ring', {'nodes': '8', 'vnodes': '160'})
    """
    name, rest = _named(line, "component", COMPONENT_LIKE)
    if name == CLIENT:
        raise InputError(
            f"{CLIENT} is built in; a component needs another name",
            where="component",
            given=_shown(line),
            expected=f"a line like {COMPONENT_LIKE}",
        )
    kind_word, _, tail = rest.partition(" ")
    kind = KINDS.get(kind_word)
    if kind is None:
        raise unknown_kind(kind_word, where=name)
    given = _settings(tail.strip(), name, kind)
    for key, text in given.items():
        if key not in kind.params:
            raise unknown_param(key, kind, where=name)
        setting_value(kind.params[key], text, env=env, nouns=nouns, where=f"{name}.{key}")
    algorithm = given.pop("algorithm", None)
    component = Component(kind=kind_word, params=given, algorithm=algorithm)
    if kind.within and env is not None:
        check_counts(kind_word, settings(component, env, nouns), of=name)
    return name, component


def _settings(text: str, name: str, kind: Kind) -> dict[str, str]:
    found = list(_SETTING.finditer(text))
    lead = text[: found[0].start()] if found else text
    if lead.strip():
        example = next(iter(kind.params), "size")
        raise InputError(
            f"{_shown(lead.strip())} is not PARAM=VALUE",
            where=name,
            expected=f"{kind.name} with {', '.join(kind.params)}, like {example}=8",
        )
    given: dict[str, str] = {}
    for match, after in zip_longest(found, found[1:]):
        key = match[1]
        value = text[match.end() : after.start() if after else len(text)].strip()
        if key in given:
            raise InputError(f"{key} stands twice", where=name, fix="keep one of them")
        if not value:
            raise InputError(f"{key} has no value", where=name, expected=f"{key}=VALUE")
        given[key] = value
    return given


def unknown_kind(word: str, *, where: str) -> InputError:
    """The error for a kind that is not in the table."""
    return InputError(
        f"{_shown(word)} is not a kind of component",
        where=where,
        expected=f"one of {', '.join(KINDS)}",
        fix=did_you_mean(word[:64], KINDS),
    )


def unknown_param(key: str, kind: Kind, *, where: str) -> InputError:
    """The error for a parameter that the kind does not have."""
    return InputError(
        f"{kind.name} has no parameter {_shown(key)}",
        where=where,
        expected=f"one of {', '.join(kind.params)}",
        fix=did_you_mean(key[:64], kind.params),
    )


def parse_flow(line: str, *, components: Collection[str] | None = None) -> tuple[str, Flow]:
    """The name and the flow of `NAME: HOP -> HOP -> HOP | HOP`.

    Args:
        line: the line.
        components: the names that a hop may be, beside `client`; None leaves them unchecked.

    Raises:
        InputError: fewer than two hops, an empty hop, a hop that is no component.

    >>> parse_flow("redirect: client -> web -> cache | store")[1].hops
    (('client',), ('web',), ('cache', 'store'))
    """
    name, path = _named(line, "flow", FLOW_LIKE, form=FLOW)
    flow = Flow(path=" -> ".join(" | ".join(hop) for hop in Flow(path=path).hops))
    check_flow(flow, components, where=name)
    return name, flow


def check_flow(flow: Flow, components: Collection[str] | None, *, where: str) -> None:
    """That a flow can be drawn: two hops or more, each a component or `client`.

    Raises:
        InputError: it cannot; the message names the hop.
    """
    hops = flow.hops
    if len(hops) < 2:  # noqa: PLR2004 - a path has two ends
        raise InputError(
            "a flow has at least two hops",
            where=where,
            given=_shown(flow.path),
            expected=f"a line like {FLOW_LIKE}",
        )
    for hop in hops:
        for name in hop:
            if not NAME.fullmatch(name):
                raise InputError(
                    f"{_shown(name)} is not a component's name" if name else "a hop is empty",
                    where=where,
                    given=_shown(flow.path),
                    expected=f"a line like {FLOW_LIKE}",
                )
            if components is not None and name != CLIENT and name not in components:
                raise InputError(
                    f"no component is named {name}",
                    where=where,
                    given=_shown(flow.path),
                    expected=f"one of {', '.join([CLIENT, *components])}",
                    fix=did_you_mean(name, [CLIENT, *components]),
                )
        if len(set(hop)) < len(hop):
            raise InputError("a hop names one component twice", where=where, given=" | ".join(hop))
    for one, two in pairwise(hops):
        both = sorted(set(one) & set(two))
        if both:
            raise InputError(f"{both[0]} calls itself", where=where, given=_shown(flow.path))
    if messages(hops) > MESSAGES_MAX:
        raise InputError(
            "this flow makes too many calls to be drawn",
            where=where,
            given=_shown(flow.path),
            fix="make two flows of it",
        )


def messages(hops: tuple[tuple[str, ...], ...]) -> int:
    """How many calls a sequence diagram of these hops shows: each alternative goes on to the end.

    >>> messages((("client",), ("web",), ("cache", "store")))
    3
    """
    calls = 0
    for hop in reversed(hops[1:]):
        calls = len(hop) * (1 + calls)
        if calls > MESSAGES_MAX:
            break
    return calls


def parse_quality(line: str, *, name: str = "Q1") -> Quality:
    """The quality requirement of `METRIC [of COMPONENT] OP TARGET`.

    Raises:
        InputError: the line has another form.

    >>> q = parse_quality("ring.balance.peak_to_mean of ring <= 1.25")
    >>> q.metric, q.of, q.op, q.target
    ('ring.balance.peak_to_mean', 'ring', '<=', '1.25')
    """
    match = _QUALITY.fullmatch(line.strip())
    if match is None:
        raise InputError(
            "this is not METRIC of COMPONENT <= TARGET",
            where="quality requirement",
            given=_shown(line),
            expected=f"a line like {QUALITY_LIKE} or estimate.latency <= 100 ms",
        )
    op = match["op"]
    return Quality.model_validate(
        {
            "id": name,
            "metric": match["metric"],
            "of": match["of"] or "",
            "op": op,
            "target": match["target"].strip(),
        }
    )


def parse_decision(line: str, *, name: str = "D1") -> Decision:
    """The decision of `CHOICE over OPTION, OPTION because REASON`.

    Raises:
        InputError: there is no `over`, or one of the parts is empty.

    >>> d = parse_decision("base62 over UUID, hash of the URL because it is short")
    >>> d.choice, d.names, d.because
    ('base62', ('base62', 'UUID', 'hash of the URL'), 'it is short')
    """
    head, _, because = re.sub(r"\s+", " ", line).strip().partition(" because ")
    choice, over, others = head.partition(" over ")
    options = [option.strip() for option in others.split(",")]
    if not LABEL.fullmatch(name) or not choice.strip() or not over or not all(options):
        raise InputError(
            "this is not CHOICE over OPTION because REASON",
            where="decision",
            given=_shown(line),
            expected=f"a line like {DECISION_LIKE}",
        )
    chosen = choice.strip()
    return Decision(
        id=name,
        options=tuple(Option(name=name) for name in dict.fromkeys([chosen, *options])),
        choice=chosen,
        because=because.strip(),
    )


def _named(line: str, what: str, like: str, form: re.Pattern[str] = NAME) -> tuple[str, str]:
    name, colon, rest = line.partition(":")
    if not colon or not rest.strip():
        raise InputError(
            f"this is not NAME: {what}",
            where=what,
            given=_shown(line),
            expected=f"a line like {like}",
        )
    if not form.fullmatch(name.strip()):
        raise InputError(
            f"{_shown(name.strip())} is not a name",
            where=what,
            given=_shown(line),
            expected=f"lower-case letters and digits before the colon, like {like}",
        )
    return name.strip(), rest.strip()


def _shown(text: str, limit: int = 100) -> str:
    """Text of the user's for an error: one line, printable, not too long."""
    shown = printable(text)
    return shown if len(shown) <= limit else shown[: limit - 3] + "..."
