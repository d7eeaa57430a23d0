"""What every placement promises, asked of every placement.

One table of kinds, with what each of them does not promise; then the properties, each once.
"""

from __future__ import annotations

import copy
import math
import os
import pickle
import subprocess
import sys
from array import array
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sdcli.core.errors import InputError
from sdcli.reference.hashing import SPACE, Modulo, Placement, Ring
from sdcli.reference.hashing.anchor import Anchor
from sdcli.reference.hashing.hashes import shown
from sdcli.reference.hashing.jump import Jump
from sdcli.reference.hashing.ketama import Ketama
from sdcli.reference.hashing.maglev import Maglev
from sdcli.reference.hashing.multi_probe import MultiProbe
from sdcli.reference.hashing.rendezvous import Rendezvous

if TYPE_CHECKING:
    from collections.abc import Callable

NODES = ["cache-1", "cache-2", "cache-3", "cache-4", "cache-5"]
ZONES = dict(zip(NODES, ["east", "west", "east", "west", "north"], strict=True))
KEYS = [f"key-{i}" for i in range(500)]
LONG = 10**5000  # more digits than Python writes


@dataclass(frozen=True)
class Kind:
    """A kind of placement, and what it does not promise.

    Args:
        name: for the report of the tests.
        make: the class with its settings; called with nodes, and with zones.
        is_ordered: the order of the nodes is part of the placement.
        ranks: owners stand in an order of their own, in which a lost node leaves the rest in place.
        extra: the part of the keys that may move besides those that must, when a node comes or
            goes; 1 where nothing is promised.
        break_: makes an invariant false.
    """

    name: str
    make: Callable[..., Placement]
    break_: Callable[[Any], object]
    is_ordered: bool = False
    ranks: bool = False
    extra: float = 0.0

    @property
    def victim(self) -> str:
        """A node that can be removed: jump can do without its last one only."""
        return NODES[-1] if self.name == "jump" else "cache-2"


def _swap(name: str) -> Callable[[Any], None]:
    """Breaks an order: exchanges the first and the last of a list inside."""

    def swap(place: Any) -> None:
        inside = getattr(place, name)
        inside[0], inside[-1] = inside[-1], inside[0]

    return swap


def _points_apart(place: Any) -> None:
    place._positions[1], place._positions[2] = place._positions[2], place._positions[1]


def _give_a_row_away(place: Any) -> None:
    place._table[0] = next(node for node in NODES if node != place._table[0])


KINDS = [
    Kind("modulo", Modulo, _swap("_names"), is_ordered=True, extra=1.0),
    Kind("ring", lambda nodes, **more: Ring(nodes, vnodes=40, **more), _points_apart, ranks=True),
    Kind("rendezvous", Rendezvous, _swap("_runners"), ranks=True),
    Kind("jump", Jump, _swap("_names"), is_ordered=True),
    # Envoy's documentation: about twice the keys of a ring move, so a sixth besides a sixth
    Kind(
        "maglev", lambda nodes, **more: Maglev(nodes, 1021, **more), _give_a_row_away, extra=1 / 6
    ),
    Kind("multi-probe", MultiProbe, _swap("_positions"), ranks=True),
    Kind("anchor", Anchor, _swap("_w"), is_ordered=True),
    Kind("ketama", Ketama, _points_apart, ranks=True),
]
EVERY = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


# Lookup


@EVERY
def test_lookup_is_the_owner_of_the_keys_position(kind: Kind) -> None:
    place = kind.make(NODES)
    place.check()
    for key in KEYS[:100]:
        assert (
            place.lookup(key) == place.lookup(key.encode()) == place.owner_at(place.position(key))
        )
        assert 0 <= place.position(key) < SPACE
        assert place.lookup(key) in place
    for position in (0, 1, SPACE // 2, SPACE - 1):
        assert place.owner_at(position) in NODES


@EVERY
def test_a_batch_answers_like_single_lookups(kind: Kind) -> None:
    place = kind.make(NODES)
    expected = [NODES.index(place.lookup(key)) for key in KEYS]
    positions = array("Q", [place.position(key) for key in KEYS])
    for keys in (KEYS, tuple(KEYS), (key for key in KEYS), [key.encode() for key in KEYS]):
        batch = place.lookup_batch(keys)
        assert (batch.typecode, list(batch)) == ("i", expected)
    for prehashed in (positions, memoryview(positions)):
        assert list(place.lookup_batch(prehashed)) == expected
    ends = array("Q", [0, 1, SPACE - 1])
    assert [NODES[i] for i in place.lookup_batch(ends)] == [place.owner_at(at) for at in ends]


@EVERY
def test_a_batch_takes_numpys_unsigned_numbers(kind: Kind) -> None:
    numpy = pytest.importorskip("numpy", reason="numpy is the extra `fast`")
    place = kind.make(NODES)
    positions = numpy.array([place.position(key) for key in KEYS], dtype=numpy.uint64)
    expected = [NODES.index(place.lookup(key)) for key in KEYS]
    assert list(place.lookup_batch(positions)) == expected
    assert list(place.lookup_batch(positions[::3])) == expected[::3]
    for other in (positions.astype(numpy.int64), positions.reshape(2, -1), numpy.array(["a"])):
        with pytest.raises(InputError, match="unsigned 64-bit") as caught:
            place.lookup_batch(other)
        assert 'array("Q")' in caught.value.expected


@EVERY
def test_equal_placements_may_number_their_nodes_differently(kind: Kind) -> None:
    """What is equal is who holds a key; a number means a node of the placement that was asked."""
    place, other = kind.make(NODES), kind.make(NODES[::-1])
    if kind.is_ordered:
        return  # the order makes them different placements
    assert place == other
    numbers, others = place.lookup_batch(KEYS[:50]), other.lookup_batch(KEYS[:50])
    assert numbers != others
    assert [place.nodes[i] for i in numbers] == [other.nodes[i] for i in others]


@EVERY
def test_work_and_tables_are_counted(kind: Kind) -> None:
    place = kind.make(NODES)
    for key in KEYS[:50]:
        work = place.work(place.position(key))
        assert work.hashes >= 1
        assert work.comparisons >= 0
        assert work == place.work(place.position(key))
    assert place.table_bytes >= 0


# Replicas


@EVERY
def test_owners_are_different_and_the_first_is_the_lookup(kind: Kind) -> None:
    place = kind.make(NODES)
    for key in KEYS[:100]:
        owners = place.lookup_n(key, len(NODES))
        assert owners[0] == place.lookup(key)
        assert sorted(owners) == NODES
        for count in range(1, len(NODES)):
            assert place.lookup_n(key, count) == owners[:count]
        assert place.lookup_n(key, 99, strict=False) == owners


@EVERY
def test_numpys_whole_numbers_count_too(kind: Kind) -> None:
    numpy = pytest.importorskip("numpy", reason="numpy is the extra `fast`")
    place = kind.make(NODES)
    assert place.lookup_n("k", numpy.int64(3)) == place.lookup_n("k", 3)
    for other in (numpy.float64(3), numpy.bool_(True)):
        with pytest.raises(InputError, match="not a whole number"):
            place.lookup_n("k", other)


@EVERY
def test_owners_in_different_zones(kind: Kind) -> None:
    place = kind.make(NODES, zones=ZONES)
    for key in KEYS[:100]:
        owners = place.lookup_n(key, len(NODES))
        spread = place.lookup_n(key, 3, distinct="zone")
        assert spread[0] == place.lookup(key)
        assert sorted(ZONES[node] for node in spread) == ["east", "north", "west"]
        # the first of each zone, in the order of the owners
        first_of = {ZONES[node]: node for node in reversed(owners)}
        assert sorted(spread) == sorted(first_of.values())
        assert sorted(spread, key=owners.index) == spread
        assert place.lookup_n(key, 9, distinct="zone", strict=False) == spread
    with pytest.raises(InputError, match="not that many zones") as caught:
        place.lookup_n("k", 4, distinct="zone")
    assert "1 to 3" in caught.value.expected


@EVERY
def test_when_an_owner_is_lost_those_behind_it_move_up(kind: Kind) -> None:
    if not kind.ranks:
        return  # it is asked again instead
    place = kind.make(NODES)
    smaller = place.remove(kind.victim)
    for key in KEYS[:100]:
        owners = place.lookup_n(key, len(NODES))
        owners.remove(kind.victim)
        assert smaller.lookup_n(key, len(owners)) == owners


# Shares


@EVERY
def test_arcs_sum_to_one_and_agree_with_counted_keys(kind: Kind) -> None:
    place = kind.make(NODES)
    arcs = place.arcs()
    assert list(arcs) == NODES
    assert math.fsum(arcs.values()) == pytest.approx(1, abs=1e-12)
    count = 4000
    batch = place.lookup_batch([f"counted-{i}" for i in range(count)])
    for i, node in enumerate(NODES):
        share = arcs[node]
        assert abs(batch.count(i) / count - share) < 4 * math.sqrt(share * (1 - share) / count)
    stats = place.stats()
    assert stats.peak_to_mean == pytest.approx(max(arcs.values()) * len(NODES))


@EVERY
def test_weights(kind: Kind) -> None:
    weights = {"none": 0, "half": 0.5, "one": 1, "three": 3}
    if not kind.make(NODES).WEIGHTED:
        with pytest.raises(InputError, match="knows no weights") as caught:
            kind.make(weights)
        assert "ring" in caught.value.expected
        return
    place = kind.make(weights)
    place.check()
    arcs = place.arcs()
    assert arcs["none"] == 0
    assert 0 < arcs["half"] < arcs["one"] < arcs["three"]
    assert "none" not in place.lookup_n("k", 3)
    with pytest.raises(InputError, match="not that many nodes"):
        place.lookup_n("k", 4)
    assert place.lookup_n("k", 4, strict=False) == place.lookup_n("k", 3)
    assert dict(place.weights) == weights


# Changes


def _moved(before: Placement, after: Placement) -> list[tuple[str, str]]:
    pairs = [(before.lookup(key), after.lookup(key)) for key in KEYS]
    return [(old, new) for old, new in pairs if old != new]


@EVERY
def test_a_node_that_comes_takes_keys_and_nobody_else_does(kind: Kind) -> None:
    before = kind.make(NODES)
    after = before.add("cache-6")
    after.check()
    moved = _moved(before, after)
    assert any(new == "cache-6" for _, new in moved)
    assert sum(new != "cache-6" for _, new in moved) <= kind.extra * len(KEYS)


@EVERY
def test_a_node_that_goes_leaves_its_keys_and_no_others_move(kind: Kind) -> None:
    before = kind.make(NODES)
    after = before.remove(kind.victim)
    after.check()
    moved = _moved(before, after)
    assert any(old == kind.victim for old, _ in moved)
    assert sum(old != kind.victim for old, _ in moved) <= kind.extra * len(KEYS)
    assert kind.victim not in after
    assert len(after) == len(NODES) - 1


@EVERY
def test_who_comes_and_goes_leaves_no_trace(kind: Kind) -> None:
    place = kind.make(NODES)
    again = place.add("cache-6").remove("cache-6")
    assert again == place
    assert hash(again) == hash(place)
    assert _moved(place, again) == []
    assert again.arcs() == place.arcs()


@EVERY
def test_the_order_in_which_nodes_come(kind: Kind) -> None:
    place, other = kind.make(NODES), kind.make(NODES[::-1])
    if kind.is_ordered:
        assert place != other
        assert _moved(place, other)
        return
    assert place == other
    assert hash(place) == hash(other)
    assert _moved(place, other) == []
    grown = kind.make([])
    for node in sorted(NODES, key=lambda name: name[::-1]):
        grown = grown.add(node)
    assert grown == place
    assert _moved(place, grown) == []
    for key in KEYS[:50]:
        assert place.lookup_n(key, 3) == other.lookup_n(key, 3) == grown.lookup_n(key, 3)


@EVERY
def test_a_placement_never_changes(kind: Kind) -> None:
    place = kind.make(NODES, zones=ZONES)
    kept = (repr(place), place.arcs(), [place.lookup_n(key, 3) for key in KEYS[:50]])
    place.add("cache-6", zone="south")
    place.remove(kind.victim)
    for refused in (lambda: place.add("cache-1"), lambda: place.remove("cache-9")):
        with pytest.raises(InputError):
            refused()
    assert (repr(place), place.arcs(), [place.lookup_n(key, 3) for key in KEYS[:50]]) == kept
    for name in ("nodes", "weights", "zones", "hash", "other"):
        with pytest.raises(AttributeError):
            setattr(place, name, {})
    for view in (place.weights, place.zones):
        with pytest.raises(TypeError):
            view["cache-1"] = 5  # type: ignore[index]
    place.settings.clear()
    assert repr(place) == kept[0]


@EVERY
def test_what_is_handed_in_can_change_afterwards(kind: Kind) -> None:
    nodes, zones = list(NODES), dict(ZONES)
    place = kind.make(nodes, zones=zones)
    nodes.append("cache-6")
    zones["cache-1"] = "south"
    assert place.nodes == tuple(NODES)
    assert dict(place.zones) == ZONES


@EVERY
def test_copies_and_what_is_read_back_are_equal(kind: Kind) -> None:
    place = kind.make(NODES, zones=ZONES).add("cache-6", zone="south").remove("cache-6")
    place.lookup("k")  # what is made on the first lookup is copied too
    written = eval(repr(place), {type(place).__name__: type(place)})  # its own text
    for other in (
        copy.copy(place),
        copy.deepcopy(place),
        pickle.loads(pickle.dumps(place)),
        written,
    ):
        assert other == place
        assert hash(other) == hash(place)
        assert repr(other) == repr(place)
        assert _moved(place, other) == []
        other.check()
    assert place != place.add("cache-6", zone="south")
    assert place != kind.make(NODES)  # zones decide lookup_n
    assert place != repr(place)


def test_the_salt_of_pythons_own_hash_makes_no_difference() -> None:
    """All kinds, with their nodes from a set, in two processes that order sets differently."""
    code = (
        "from test_placements import KINDS, NODES\n"
        "for kind in KINDS:\n"
        "    place = kind.make(set(NODES))\n"
        "    print(place, place.arcs(), [place.lookup(str(i)) for i in range(99)])\n"
        "    print(place.describe(), [place.lookup_n(str(i), 3) for i in range(20)])\n"
        "    print(place.plan(place.add('x')).describe())\n"
    )
    folder = str(Path(__file__).parent)
    answers = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={
                **os.environ,
                "PYTHONHASHSEED": seed,
                "PYTHONIOENCODING": "utf-8",
                "PYTHONPATH": os.pathsep.join([folder, *sys.path]),
            },
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(answers) == 1


# Plans


@EVERY
def test_a_plan_says_what_the_keys_do(kind: Kind) -> None:
    place = kind.make(NODES)
    count = 4000
    keys = [f"counted-{i}" for i in range(count)]
    for new in (place.add("cache-6"), place.remove(kind.victim)):
        made = place.plan(new)
        made.check()
        owners = zip(map(place.lookup, keys), map(new.lookup, keys), strict=True)
        counted = Counter(pair for pair in owners if pair[0] != pair[1])
        planned = {(move.source, move.target): move.share for move in made.moves}
        assert set(counted) <= set(planned)
        for pair, share in planned.items():  # a binomial, 4 sigma
            assert abs(counted[pair] / count - share) < 4 * math.sqrt(share * (1 - share) / count)
        before, after = place.arcs(), new.arcs()
        for node in {**before, **after}:
            gained = made.received.get(node, 0.0) - made.sent.get(node, 0.0)
            assert gained == pytest.approx(after.get(node, 0.0) - before.get(node, 0.0), abs=1e-9)
    assert place.plan(kind.make(NODES)).moves == ()


# Text


@EVERY
def test_describe_names_the_kind_and_every_node(kind: Kind) -> None:
    place = kind.make(NODES)
    text = place.describe()
    assert text.startswith(f"{place.NAME}: 5 nodes, ")
    assert all(node in text for node in NODES)
    assert max(map(len, text.splitlines())) <= 100
    for name, value in place.settings.items():
        assert f"{name}={value}" in repr(place)


# Bad input


@pytest.mark.parametrize(
    "nodes",
    [
        *("abc", b"abc", 5, None),
        *(["a", "a"], ["a", ""], [1], ["a", None], [["a"]], ["\ud800"], {"a", 1}),
        *({"": 1}, {1: 1}, {"a": -1}, {"a": -0.001}, {"a": math.nan}, {"a": math.inf}),
        *({"a": True}, {"a": "1"}, {"a": None}, {"a": 10**400}),
    ],
    # A set has no order of its own, and a name that changes is none.
    ids=lambda nodes: "a set" if isinstance(nodes, set) else ascii(nodes)[:20],
)
def test_nodes_that_cannot_be_are_refused(nodes: Any) -> None:
    for kind in KINDS:
        with pytest.raises(InputError) as caught:
            kind.make(nodes)
        assert caught.value.where.startswith("nodes") or caught.value.where == "key"
        assert caught.value.expected, kind


@pytest.mark.parametrize(
    "zones",
    [
        ["east"],
        "east",
        {**ZONES, "cache-9": "east"},
        {"cache-1": "east"},
        {**ZONES, "cache-1": ""},
        {**ZONES, "cache-1": ["east"]},
        {**ZONES, 7: "east"},
    ],
    ids=str,
)
def test_zones_that_cannot_be_are_refused(zones: Any) -> None:
    for kind in KINDS:
        with pytest.raises(InputError) as caught:
            kind.make(NODES, zones=zones)
        assert caught.value.expected, kind


@EVERY
def test_weights_at_the_ends_of_what_a_float_holds(kind: Kind) -> None:
    """Whatever is not refused works, to its description."""
    if not kind.make(NODES).WEIGHTED:
        return
    for weights in (
        {"tiny": 5e-324, "one": 1},
        {"tiny": 1e-300, "one": 1},
        {"tiny": 5e-324, "none": 0},
        {"huge": 1e300, "tiny": 5e-324},
        {"huge": 1e300, "other": 1e300},
    ):
        try:
            place = kind.make(weights)
        except InputError as error:
            assert error.expected  # noqa: PT017 - to refuse is right too
            continue
        place.check()
        assert place.lookup("k") in weights
        assert "tiny" in place.describe() or "huge" in weights
        assert math.fsum(place.arcs().values()) == pytest.approx(1)


@EVERY
def test_an_unknown_hash_is_refused(kind: Kind) -> None:
    if kind.name == "ketama":
        return  # its hash is part of it
    for name in ("blake2", "", None, 7, ["blake2b"]):
        with pytest.raises(InputError, match="no hash has this name") as caught:
            kind.make(NODES, hash=name)
        assert "blake2b" in caught.value.expected


BAD_CALLS: dict[str, tuple[str, Callable[[Placement], object]]] = {
    "add: there already": ("already", lambda place: place.add("cache-1", zone="east")),
    "add: no name": ("name of a node", lambda place: place.add("", zone="east")),
    "add: no text": ("name of a node", lambda place: place.add(7, zone="east")),  # type: ignore[arg-type]
    "add: a list": ("name of a node", lambda place: place.add(["a"], zone="east")),  # type: ignore[arg-type]
    "add: no UTF-8": ("UTF-8", lambda place: place.add("\ud800", zone="east")),
    "add: no zone": ("zone", lambda place: place.add("x")),
    "add: zone a number": ("zone", lambda place: place.add("x", zone=7)),  # type: ignore[arg-type]
    "remove: unknown": ("no node has this name", lambda place: place.remove("cash-1")),
    "remove: a number": ("no node has this name", lambda place: place.remove(7)),  # type: ignore[arg-type]
    "remove: a list": ("no node has this name", lambda place: place.remove(["cache-1"])),  # type: ignore[arg-type]
    "lookup: a number": ("cannot be a key", lambda place: place.lookup(7)),  # type: ignore[arg-type]
    "lookup: a long number": ("cannot be a key", lambda place: place.lookup(10**5000)),  # type: ignore[arg-type]
    "remove: a long number": ("no node has this name", lambda place: place.remove(10**5000)),  # type: ignore[arg-type]
    "lookup: nothing": ("cannot be a key", lambda place: place.lookup(None)),  # type: ignore[arg-type]
    "lookup: no UTF-8": ("UTF-8", lambda place: place.lookup("\ud800")),
    "lookup_n: a number": ("cannot be a key", lambda place: place.lookup_n(7, 1)),  # type: ignore[arg-type]
    "lookup_n: none": ("not that many nodes", lambda place: place.lookup_n("k", 0)),
    "lookup_n: less": ("not that many nodes", lambda place: place.lookup_n("k", -1, strict=False)),
    "lookup_n: too many": ("not that many nodes", lambda place: place.lookup_n("k", 6)),
    "lookup_n: far too many": ("not that many nodes", lambda place: place.lookup_n("k", 10**5000)),
    "lookup_n: bool": ("not a whole number", lambda place: place.lookup_n("k", True)),
    "lookup_n: float": ("not a whole number", lambda place: place.lookup_n("k", 1.0)),  # type: ignore[arg-type]
    "lookup_n: text": ("not a whole number", lambda place: place.lookup_n("k", "2")),  # type: ignore[arg-type]
    "lookup_n: nothing": ("not a whole number", lambda place: place.lookup_n("k", None)),  # type: ignore[arg-type]
    "lookup_n: by rack": ("told apart", lambda place: place.lookup_n("k", 1, "rack")),  # type: ignore[arg-type]
    "lookup_n: by a list": ("told apart", lambda place: place.lookup_n("k", 1, ["node"])),  # type: ignore[arg-type]
    "batch: one text": ("not many keys", lambda place: place.lookup_batch("key")),
    "batch: one bytes": ("not many keys", lambda place: place.lookup_batch(b"key")),  # type: ignore[arg-type]
    "batch: a number": ("not many keys", lambda place: place.lookup_batch(5)),  # type: ignore[arg-type]
    "batch: numbers": ("cannot be a key", lambda place: place.lookup_batch([1, 2])),  # type: ignore[list-item]
    "batch: no UTF-8": ("UTF-8", lambda place: place.lookup_batch(["a", "\ud800"])),
    "batch: signed": ("unsigned", lambda place: place.lookup_batch(array("q", [1]))),  # type: ignore[arg-type]
    "batch: a bytearray": ("unsigned", lambda place: place.lookup_batch(bytearray(8))),  # type: ignore[arg-type]
    **{
        f"add: weight {shown(weight)}": (
            "weight",
            lambda place, weight=weight: place.add("x", weight, "east"),
        )
        for weight in (-1, math.nan, math.inf, -math.inf, True, "2", None, 10**400, LONG)
    },
}


@EVERY
def test_a_call_that_cannot_be_is_refused_and_changes_nothing(kind: Kind) -> None:
    place = kind.make(NODES, zones=ZONES)
    for name, (words, call) in BAD_CALLS.items():
        with pytest.raises(InputError, match=words) as caught:
            call(place)
        assert caught.value.expected, name
        assert caught.value.where, name
        assert place == kind.make(NODES, zones=ZONES), name
    place.check()


@EVERY
def test_zones_are_given_to_all_or_to_none(kind: Kind) -> None:
    place = kind.make(NODES)
    with pytest.raises(InputError, match="no zones") as caught:
        place.add("x", zone="east")
    assert caught.value.expected
    with pytest.raises(InputError, match="told apart"):
        place.lookup_n("k", 2, distinct="zone")
    first = kind.make([]).add("x", zone="east")
    assert dict(first.zones) == {"x": "east"}
    assert first.lookup_n("k", 1, distinct="zone") == ["x"]


@EVERY
def test_an_empty_placement_says_what_it_needs(kind: Kind) -> None:
    empty = [kind.make([]), kind.make(NODES[:1]).remove("cache-1")]
    if empty[0].WEIGHTED:
        empty.append(kind.make({"a": 0, "b": 0}))
    for place in empty:
        place.check()
        assert "empty" in place.describe()
        assert math.fsum(place.arcs().values()) == 0
        assert place.stats().spread == 0
        assert eval(repr(place), {type(place).__name__: type(place)}) == place
        for call in (
            lambda place=place: place.lookup("k"),
            lambda place=place: place.owner_at(0),
            lambda place=place: place.lookup_batch(["k"]),
            lambda place=place: place.lookup_batch([]),
            lambda place=place: place.lookup_n("k", 1),
            lambda place=place: place.lookup_n("k", 1, strict=False),
            lambda place=place: place.work(0),
        ):
            with pytest.raises(InputError) as caught:
                call()
            assert "above 0" in caught.value.expected
    one = kind.make([]).add("only")
    one.check()
    assert one.lookup("k") == "only"
    assert one.arcs() == {"only": 1.0}


# What check() is for


@EVERY
def test_check_finds_a_broken_placement(kind: Kind) -> None:
    place = kind.make(NODES)
    place.check()
    kind.break_(place)
    with pytest.raises(AssertionError):
        place.check()
