"""Nodes: the names that keys are given to, and how much each of them can bear.

A node is known by its name and by nothing else, so a name must outlive what it names: a server
that is called by its address moves all its keys when it comes back under another one. A weight
says how many fair shares a node takes: 2.0 for twice the memory, 0 for none of the keys (a node
that is being emptied). A zone is what fails as one: a rack, a hall, a data centre.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sdcli.core.errors import InputError
from sdcli.core.suggest import did_you_mean
from sdcli.reference.hashing.hashes import shown, to_bytes

WEIGHT_MAX = 1e300  # the sum of all weights is a number too


def weights_of(nodes: Iterable[str] | Mapping[str, float]) -> dict[str, float]:
    """Names with their weights, checked, in the order given (a set has none: in order of name).

    Args:
        nodes: names, each of weight 1, or a mapping of names to weights.

    Raises:
        InputError: an empty name, one that stands twice, a weight that is negative, infinite or
            no number.

    >>> weights_of(["a", "b"]), weights_of({"a": 1, "b": 2.5})
    ({'a': 1.0, 'b': 1.0}, {'a': 1.0, 'b': 2.5})
    """
    if isinstance(nodes, (str, bytes)) or not isinstance(nodes, Iterable):
        raise InputError(
            "this is not a list of nodes",
            where="nodes",
            given=shown(nodes),
            expected='names or names with weights, like ["a", "b"] or {"a": 1.0, "b": 2.5}',
        )
    if isinstance(nodes, Mapping):
        return {checked_name(name): checked_weight(name, weight) for name, weight in nodes.items()}
    names = [checked_name(name) for name in nodes]
    weights: dict[str, float] = {}
    for name in sorted(names) if isinstance(nodes, (set, frozenset)) else names:
        if name in weights:
            raise InputError(
                "this node stands twice",
                where="nodes",
                given=shown(name),
                expected='each name once; for more of the keys, a weight, like {"a": 2.0}',
            )
        weights[name] = 1.0
    return weights


def checked_name(name: str) -> str:
    """The name, if it can be one.

    Raises:
        InputError: it is empty or no text.
    """
    if not isinstance(name, str) or not name:
        raise InputError(
            "this cannot be the name of a node",
            where="nodes",
            given=shown(name),
            expected='text that is not empty, like "cache-1"',
        )
    to_bytes(name)
    return name


def checked_weight(name: str, weight: float) -> float:
    """The weight, if it can be one.

    Raises:
        InputError: it is negative, above WEIGHT_MAX or no number.
    """
    is_number = isinstance(weight, (int, float)) and not isinstance(weight, bool)
    if not is_number or not 0 <= weight <= WEIGHT_MAX:
        raise InputError(
            "this cannot be a weight",
            where=f"nodes: {name}",
            given=shown(weight),
            expected=f"a number from 0 to {WEIGHT_MAX:g}, like 2.5; 0 gives the node no keys",
        )
    return float(weight)


def checked_zones(zones: Mapping[str, str], nodes: Iterable[str]) -> dict[str, str]:
    """The zone of each node, in the order of the nodes; empty where there are no zones.

    Raises:
        InputError: no mapping, a node without a zone, a zone without a node, or an empty name.
    """
    if not isinstance(zones, Mapping):
        raise InputError(
            "these are not zones",
            where="zones",
            given=shown(zones),
            expected='the zone of each node, like {"a": "east", "b": "west"}',
        )
    if not zones:
        return {}
    known = dict.fromkeys(nodes)
    for name in zones:
        if name not in known:
            raise no_such_node(name, known)
    for name in known:
        zone = zones.get(name)
        if not isinstance(zone, str) or not zone:
            raise InputError(
                "this node needs the name of a zone",
                where=f"zones: {name}",
                given=shown(zone),
                expected='text that is not empty, like "east"; where one node has a zone, all have',
            )
    return {name: zones[name] for name in known}


def no_such_node(name: str, known: Iterable[str]) -> InputError:
    """The error for a name that no node has."""
    names = list(known)
    few = ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")  # noqa: PLR2004 - one line
    return InputError(
        "no node has this name",
        where="nodes",
        given=shown(name),
        expected=f"one of {few}" if names else "a node; there is none yet",
        fix=did_you_mean(name, names) if isinstance(name, str) else "",
    )


def nobody_to_ask(placement: str) -> InputError:
    """The error for a lookup where no node can own anything."""
    return InputError(
        f"the {placement} is empty: no node can own a key",
        where="nodes",
        expected="at least one node whose weight is above 0",
    )
