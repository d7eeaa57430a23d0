"""Scaling: how large a placement a design asks for, and how large a one a run builds.

The experiments on placements ask for the same things in the same words: nodes, virtual nodes, keys
and a hash. They also say in the same words that a run was smaller than the design, which part of
it was, and what that does to the numbers.

Nodes are named after the seed and the number of the ring, so that each seed throws other points.
"""

from __future__ import annotations

from typing import Any

from sdcli.experiments.contract import FULL_SCALE, integer, word
from sdcli.reference.hashing import HASHES

NODES_MAX = VNODES_MAX = 10_000
KEYS_MAX = 10**15


def nodes_param(help: str, default: int = 8, low: int = 1) -> Any:  # noqa: A002 - Param's name
    """A field of a Params: how many nodes."""
    return integer(default, low=low, high=NODES_MAX, unit="node", help=help)


def vnodes_param() -> Any:
    """A field of a Params: how many points each node has."""
    return integer(160, low=1, high=VNODES_MAX, help="points of each server on the ring")


def keys_param(help: str, default: int = 100_000, low: int = 1) -> Any:  # noqa: A002
    """A field of a Params: how many keys are looked up."""
    return integer(default, low=low, high=KEYS_MAX, unit="key", help=help)


def hash_param() -> Any:
    """A field of a Params: which hash."""
    return word("blake2b", choices=HASHES, help="hash that places nodes and keys")


def named(salt: str, nodes: int) -> list[str]:
    """Names for the nodes of one ring: `7/0/n3` is node 3 of the first ring of seed 7."""
    return [f"{salt}/n{i}" for i in range(nodes)]


def label(node: str) -> str:
    """A node's name without seed and ring, as a picture shows it.

    >>> label("7/0/n3")
    'n3'
    """
    return node.rsplit("/", 1)[-1]


def many(count: int, noun: str) -> str:
    """A count with its noun.

    >>> many(1, "ring"), many(2000, "ring")
    ('1 ring', '2,000 rings')
    """
    return f"1 {noun}" if count == 1 else f"{count:,} {noun}s"


def cut(built: int, asked: int, what: str, means: str) -> str:
    """How much smaller one part of a run was, and what that means; empty where it was not.

    Args:
        built: how many the run has.
        asked: how many the design has.
        what: the plural of what is counted.
        means: what carries over and what does not.

    >>> cut(100, 1000, "nodes", "shares carry over")
    '1:10 (100 of 1,000 nodes): shares carry over'
    >>> cut(7, 20_000, "keys", "shares carry over")
    '1:2,860 (7 of 20,000 keys): shares carry over'
    """
    if built >= asked:
        return ""
    return f"1:{float(f'{asked / built:.3g}'):,.15g} ({built:,} of {asked:,} {what}): {means}"


def scale_of(*cuts: str) -> str:
    """The scale of a run from those of its parts; 1:1 where none was cut.

    >>> scale_of("", "")
    '1:1'
    """
    return "; ".join(one for one in cuts if one) or FULL_SCALE
