"""Placement: the one question that every file of this folder answers, and the calls to ask it by.

A placement says which of n nodes holds a key. It sees no key, only a position: the key's hash, a
whole number of 64 bits. So an algorithm is two methods, `owner_at(position)` and, if it knows
better than to ask again, `owners_at(position)`; all the rest is written here, once.

    lookup(key)                  the node that holds the key
    lookup_n(key, count)         that node and count - 1 others: nodes, or nodes in other zones
    lookup_batch(keys)           many at once, as numbers into `nodes`
    add(node), remove(node)      another placement; this one stays as it is
    arcs(), stats()              exact shares, and how uneven they are
    plan(new)                    which keys move from whom to whom (planning.py)
    work(position), table_bytes  what a lookup costs, in steps; what the tables cost, in bytes
    describe(), check()          the placement as text; its invariants, asserted

A placement never changes. A reader that holds one can go on reading while somebody else makes the
next, without a lock: there is no moment at which half of a change can be seen (live.py).

Which nodes stand behind the first? Three algorithms have an order of their own, in which a lost
node leaves the others in place: the ring goes on clockwise, rendezvous takes the next score,
multi-probe the next distance. The others can only be asked again, with the position hashed once
more: `again`.
"""

from __future__ import annotations

# ruff: noqa: S101 - check() asserts, that is its promise
from abc import ABC, abstractmethod
from array import array
from contextlib import suppress
from operator import index
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Literal, NamedTuple

from sdcli.core.errors import InputError
from sdcli.reference.hashing.drawing import bars
from sdcli.reference.hashing.hashes import (
    GAMMA,
    SPACE,
    hash_named,
    mix,
    positions_of,
    shown,
    to_bytes,
)
from sdcli.reference.hashing.nodes import (
    checked_name,
    checked_weight,
    checked_zones,
    no_such_node,
    nobody_to_ask,
    weights_of,
)
from sdcli.reference.hashing.shares import Stats

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Self

    from sdcli.reference.hashing.hashes import Hash, Keys
    from sdcli.reference.hashing.planning import Plan
    from sdcli.reference.hashing.shares import Range

Distinct = Literal["node", "zone"]

ASKED_AGAIN_MAX = 64  # times per node, before the owners that are still missing are taken in turn


class Work(NamedTuple):
    """What one lookup did, in steps that are the same on every machine.

    Args:
        hashes: evaluations of the key's hash, of `mix`, or of a step as dear as those.
        comparisons: of two positions, scores or table entries.
    """

    hashes: int
    comparisons: int


class Placement(ABC):
    """What every placement answers to. Immutable.

    Args:
        nodes: names, or a mapping of names to weights where the algorithm knows weights.
        hash: the name of the hash, `blake2b` or `xxh3`.
        zones: the zone (rack, data centre) of each node, by name; all of them or none.

    Raises:
        InputError: nodes, weights or zones that cannot be.
        MissingError: the hash needs a package that is not installed.
    """

    __slots__ = ("_hash", "_hash_name", "_owning", "_weights", "_zones")

    NAME: ClassVar[str]  # as people call it: "ring", "jump"
    WEIGHTED: ClassVar[bool] = False  # whether nodes may differ in weight

    def __init__(
        self,
        nodes: Iterable[str] | Mapping[str, float],
        hash: str = "blake2b",  # noqa: A002 - the name that every placement and design uses
        zones: Mapping[str, str] | None = None,
    ) -> None:
        self._hash_name = hash
        self._hash: Hash = self._hash_called(hash)
        self._settle(weights_of(nodes), {} if zones is None else zones)

    # ---- what an algorithm must say

    @abstractmethod
    def owner_at(self, position: int) -> str:
        """The node that owns a position: a whole number from 0 to SPACE - 1, which is not checked.

        Raises:
            InputError: no node can own anything.
        """

    @abstractmethod
    def add(self, node: str, weight: float = 1.0, zone: str = "") -> Self:
        """A placement with one node more; this one stays as it is.

        Args:
            node: a new name.
            weight: how many fair shares it takes; 1 where the algorithm knows no weights.
            zone: where it stands, in a placement that has zones.

        Raises:
            InputError: the node is there already, or its name, weight or zone cannot be.
        """

    @abstractmethod
    def remove(self, node: str) -> Self:
        """A placement without this node; this one stays as it is.

        Raises:
            InputError: no node has this name.
        """

    @abstractmethod
    def arcs(self) -> dict[str, float]:
        """The exact share of all keys that each node owns; no key is sampled for it."""

    @abstractmethod
    def work(self, position: int) -> Work:
        """What `owner_at(position)` does, counted. Cost: that of the lookup.

        Raises:
            InputError: no node can own anything, so there is no lookup to count.
        """

    @property
    @abstractmethod
    def table_bytes(self) -> int:
        """What the tables take, packed as in C: computed, the same on every machine."""

    @abstractmethod
    def ranges(self, new: Self, replicas: int = 1, distinct: Distinct = "node") -> Iterable[Range]:
        """What moves if `new` takes over, for planning.py.

        Args:
            new: a placement of the same kind, hash and settings.
            replicas: copies of each key; more than 1 only where owners stand in an order of
                their own on a circle.
            distinct: what differs between the copies' owners, the node or its zone, as in
                `lookup_n`.

        Raises:
            InputError: this kind cannot tell, for this change or for replicas.
        """

    def owners_at(self, position: int) -> Iterator[str]:
        """The nodes for a position, the first owner first; names may come more than once.

        Every node that owns anything comes at least once. This is the way of an algorithm that
        has no order of its own: ask again, with another position. When a node is lost only those
        answers change that named it.
        """
        for _ in range(ASKED_AGAIN_MAX * self._owning):
            yield self.owner_at(position)
            position = again(position)
        yield from (name for name, weight in self._weights.items() if weight > 0)

    # ---- what follows from it

    @property
    def nodes(self) -> tuple[str, ...]:
        """The names, in the order in which they came."""
        return tuple(self._weights)

    @property
    def weights(self) -> Mapping[str, float]:
        """The weight of each node; a view that cannot be changed."""
        return MappingProxyType(self._weights)

    @property
    def zones(self) -> Mapping[str, str]:
        """The zone of each node, empty where there are none; a view that cannot be changed."""
        return MappingProxyType(self._zones)

    @property
    def hash(self) -> str:
        """The name of the hash."""
        return self._hash_name

    @property
    def settings(self) -> dict[str, int]:
        """The algorithm's own arguments by name, like {"vnodes": 160}; empty where it has none."""
        return {}

    def position(self, key: str | bytes) -> int:
        """The key's position: its hash.

        Raises:
            InputError: the key is neither text nor bytes.
        """
        return self._hash(to_bytes(key))

    def lookup(self, key: str | bytes) -> str:
        """The node that holds `key`.

        Raises:
            InputError: no node can own anything, or the key is neither text nor bytes.
        """
        return self.owner_at(self._hash(to_bytes(key)))

    def lookup_n(
        self, key: str | bytes, count: int, distinct: Distinct = "node", *, strict: bool = True
    ) -> list[str]:
        """The first `count` different nodes for `key`: where its replicas live.

        The first is `lookup(key)`. With `distinct="zone"` no two of them share a zone.

        Args:
            key: text or bytes.
            count: how many, from 1 up.
            distinct: what must differ, the node or its zone.
            strict: False takes as many as there are instead of an error.

        Raises:
            InputError: fewer than `count` nodes, or zones, own anything; or the count is no
                whole number.
        """
        wanted = self._wanted(count, distinct, strict=strict)
        return self.first_owners(self._hash(to_bytes(key)), wanted, distinct)

    def first_owners(self, position: int, count: int, distinct: Distinct = "node") -> list[str]:
        """The first `count` owners of a position that differ, without `lookup_n`'s questions.

        Requires: so many nodes, or zones, own anything.
        """
        if distinct == "node":
            found: dict[str, None] = {}  # a set that keeps its order
            owners = self.owners_at(position)
            while len(found) < count:
                found[next(owners)] = None
            return list(found)
        first_of: dict[str, str] = {}
        for node in self.owners_at(position):
            first_of.setdefault(self._zones[node], node)
            if len(first_of) == count:
                break
        return list(first_of.values())

    def lookup_batch(self, keys: Keys) -> array[int]:
        """The owners of many keys, as numbers into `nodes`: `nodes[batch[i]]` holds key i.

        The numbers are those of this placement's own `nodes`. An equal placement whose nodes came
        in another order gives the same owners other numbers.

        Args:
            keys: texts and bytes; or positions, prehashed: `array("Q")`, a numpy array of
                uint64, or any other buffer of unsigned 64-bit numbers.

        Returns:
            An array of 32-bit integers. adapters/numpy.py gives the same numbers, sooner.

        Raises:
            InputError: no node can own anything, or a key is neither text nor bytes.
        """
        if not self._owning:
            raise self._empty()
        number = {name: i for i, name in enumerate(self._weights)}
        owner_at = self.owner_at
        return array("i", [number[owner_at(at)] for at in positions_of(keys, self._hash)])

    def stats(self) -> Stats:
        """How even the shares are."""
        return Stats.of(self.arcs(), self._weights)

    def plan(
        self,
        new: Placement,
        data: float = 0.0,
        bandwidth: float = 0.0,
        replicas: int = 1,
        *,
        distinct: Distinct = "node",
    ) -> Plan:
        """What moves if `new` takes over from this placement; `planning.plan` has the details.

        The copies of a key are those that `lookup_n(key, replicas, distinct)` names.
        """
        from sdcli.reference.hashing.planning import plan

        return plan(self, new, data, bandwidth, replicas, distinct=distinct)

    def describe(self) -> str:
        """The placement as text: what it is, a picture, each node's share, how even they are."""
        nodes = "1 node" if len(self._weights) == 1 else f"{len(self._weights)} nodes"
        head = f"{self.NAME}: {nodes}, {self._details()}"
        if not self._owning:
            return f"{head}\nempty: no node can own a key"
        stats = self.stats()
        foot = (
            f"spread {stats.spread:.4f}   busiest {stats.peak_to_mean:.3f} of the mean   "
            f"idlest {stats.min_to_mean:.3f}"
        )
        return "\n".join([head, *self._picture(), *bars(self.arcs()), foot])

    @abstractmethod
    def check(self) -> None:
        """Assert the invariants that the module names.

        Raises:
            AssertionError: one does not hold; the placement is broken.
        """

    def __len__(self) -> int:
        return len(self._weights)

    def __contains__(self, node: object) -> bool:
        return node in self._weights

    def __eq__(self, other: object) -> bool:
        """Whether both give every key to the same nodes, in the same order of replicas.

        They may number their nodes differently: see `lookup_batch`.
        """
        return type(other) is type(self) and self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash(self._identity())

    def __repr__(self) -> str:
        nodes = repr(self._weights if self.WEIGHTED else list(self._weights))
        told = "".join(f", {name}={value!r}" for name, value in self.settings.items())
        zones = f", zones={self._zones!r}" if self._zones else ""
        return f"{type(self).__name__}({nodes}{told}, hash={self._hash_name!r}{zones})"

    # ---- what an algorithm may say of itself

    @staticmethod
    def _hash_called(name: str) -> Hash:
        """The hash of that name; a placement that must agree with others brings its own."""
        return hash_named(name)

    def _details(self) -> str:
        """The rest of the first line of `describe`."""
        return f"hash {self._hash_name}"

    def _picture(self) -> list[str]:
        """The lines of `describe` between the first and the shares."""
        return []

    def _identity(self) -> tuple[object, ...]:
        """What decides which nodes every answer names.

        The order in which the nodes came does not, unless an algorithm adds it; it only decides
        how they are listed, and so numbered.
        """
        nodes, zones = frozenset(self._weights.items()), frozenset(self._zones.items())
        return (nodes, zones, self._hash_name, *self.settings.values())

    # ---- for algorithms to use

    def _settle(self, weights: dict[str, float], zones: Mapping[str, str]) -> None:
        """Take the nodes in, once they are checked."""
        if not self.WEIGHTED and any(weight != 1 for weight in weights.values()):
            raise InputError(
                f"{self.NAME} knows no weights",
                where="nodes",
                given=", ".join(f"{name}: {weight:g}" for name, weight in weights.items()),
                expected="a list of names, like ['a', 'b']; ring, rendezvous, maglev know weights",
            )
        self._weights = weights
        self._zones = checked_zones(zones, weights)
        self._owning = sum(weight > 0 for weight in weights.values())

    def _with(self, node: str, weight: float, zone: str) -> tuple[dict[str, float], dict[str, str]]:
        """Weights and zones with one node more.

        Raises:
            InputError: as `add` says.
        """
        if checked_name(node) in self._weights:
            raise InputError(
                "this node is there already",
                where="nodes",
                given=shown(node),
                expected="a new name; to change a weight, remove the node and add it again",
            )
        if zone and self._weights and not self._zones:
            raise InputError(
                "this placement has no zones",
                where="zone",
                given=shown(zone),
                expected="a placement made with zones, which has the zone of every node",
            )
        zones = {**self._zones, node: zone} if zone else self._zones
        return {**self._weights, node: checked_weight(node, weight)}, zones

    def _without(self, node: str) -> tuple[dict[str, float], dict[str, str]]:
        """Weights and zones without this node.

        Raises:
            InputError: no node has this name.
        """
        if not isinstance(node, str) or node not in self._weights:
            raise no_such_node(node, self._weights)
        weights = {name: weight for name, weight in self._weights.items() if name != node}
        return weights, {name: zone for name, zone in self._zones.items() if name != node}

    def _like(self, weights: dict[str, float], zones: Mapping[str, str]) -> Self:
        """A placement of the same kind and hash, with other nodes; the rest is the caller's."""
        place = object.__new__(type(self))
        place._hash_name, place._hash = self._hash_name, self._hash
        place._settle(weights, zones)
        return place

    def _only_one_copy(self, replicas: int, distinct: Distinct) -> None:
        """Refuse to plan replicas, for the kinds whose owners stand on no circle.

        A single copy differs from no other, in node or zone, as long as `distinct` can be asked.
        """
        self._able(distinct)
        if replicas != 1:
            raise InputError(
                f"{self.NAME} plans the move of one copy only",
                where="replicas",
                given=shown(replicas),
                expected="1; a ring plans the moves of all replicas",
            )

    def _empty(self) -> InputError:
        return nobody_to_ask(self.NAME)

    def _able(self, distinct: Distinct) -> int:
        """How many nodes, or zones, own anything.

        Raises:
            InputError: neither "node" nor "zone", or there are no zones.
        """
        if distinct == "node":
            return self._owning
        if distinct == "zone" and self._zones:
            return len({self._zones[name] for name, weight in self._weights.items() if weight > 0})
        raise InputError(
            "owners cannot be told apart by this",
            where="distinct",
            given=shown(distinct),
            expected='"node", or "zone" in a placement made with zones={"a": "east", ...}',
        )

    def _wanted(
        self, count: int, distinct: Distinct, *, strict: bool = True, where: str = "count"
    ) -> int:
        """How many owners to collect.

        Raises:
            InputError: as `lookup_n` says.
        """
        able, count = self._able(distinct), whole_number(count, where)
        if count < 1 or not able or (strict and count > able):
            raise InputError(
                f"there are not that many {distinct}s to choose from",
                where=where,
                given=shown(count),
                expected=f"a whole number from 1 to {able}, the {distinct}s that own anything; "
                "strict=False takes fewer when there are no more"
                if able
                else "a placement with a node whose weight is above 0",
            )
        return min(count, able)

    def _check_owners(self, positions: Iterable[int]) -> None:
        """Assert that an order of owners begins with the owner and leaves nobody out."""
        able = {name for name, weight in self._weights.items() if weight > 0}
        for position in positions:
            assert next(self.owners_at(position)) == self.owner_at(position), "the first is another"
            missing = set(able)
            for owner in self.owners_at(position):
                assert owner in able, "a node of weight 0 owns something"
                missing.discard(owner)
                if not missing:
                    break
            assert not missing, "a node is never asked"


def whole_number(value: int, where: str) -> int:
    """A number that counts something, also one of numpy's.

    Raises:
        InputError: it is no whole number; True and 1.0 are none either.
    """
    if type(value) is int:  # nearly always, and a lookup waits for it
        return value
    if not isinstance(value, bool):
        with suppress(TypeError):
            return index(value)
    raise InputError(
        "this is not a whole number",
        where=where,
        given=f"{shown(value)} ({type(value).__name__})",
        expected="a count, like 3",
    )


def checked_placement(place: object) -> None:
    """Refuse what is no placement.

    Raises:
        InputError: it is none.
    """
    if not isinstance(place, Placement):
        raise InputError(
            "this is not a placement",
            where="place",
            given=shown(place),
            expected='a placement, like Ring(["a", "b", "c"])',
        )


def again(position: int) -> int:
    """Another position for the same key: where to ask for its next replica."""
    return mix((position + GAMMA) % SPACE)
