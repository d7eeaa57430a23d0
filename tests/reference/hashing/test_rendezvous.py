"""Rendezvous against the published score, and against what a race must do."""

from __future__ import annotations

import math
import pickle
from array import array
from collections import Counter
from fractions import Fraction
from functools import cache
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdcli.core.errors import InputError
from sdcli.reference.hashing import hashes as hashes_module
from sdcli.reference.hashing.hashes import SPACE, blake2b, mix
from sdcli.reference.hashing.placement import Work
from sdcli.reference.hashing.rendezvous import Rendezvous, arrival, draw_of

NAMES = st.text("abcdef", min_size=1, max_size=3)
WEIGHTS = st.sampled_from([0.25, 0.5, 1.0, 1.0, 1.0, 2.5, 7.0])
NODES = st.dictionaries(NAMES, WEIGHTS, min_size=1, max_size=7)
POSITIONS = st.integers(0, SPACE - 1)
KEYS = 10_000


def model_score(name: str, weight: float, position: int) -> float:
    """The draft's score, -w / ln(u), with u = 1 - draw; the highest wins."""
    number = mix(position ^ blake2b(name.encode()))
    draw = Fraction(2 * (number >> 12) + 1, 2**53)
    return -weight / math.log1p(-float(draw))


def model_order(nodes: dict[str, float], position: int) -> list[str]:
    able = [name for name, weight in nodes.items() if weight > 0]
    return sorted(able, key=lambda name: -model_score(name, nodes[name], position))


def four_sigma(share: float) -> float:
    return 4 * math.sqrt(share * (1 - share) / KEYS)  # of a binomial's share


# The race


@given(NODES, POSITIONS)
def test_the_owner_has_the_highest_published_score(nodes, position) -> None:
    place = Rendezvous(nodes)
    place.check()
    assert place.owner_at(position) == model_order(nodes, position)[0]


@given(NODES, POSITIONS)
def test_the_owners_come_by_score(nodes, position) -> None:
    assert list(Rendezvous(nodes).owners_at(position)) == model_order(nodes, position)


@given(st.lists(NAMES, min_size=1, unique=True), POSITIONS)
def test_with_equal_weights_the_smallest_draw_wins(names, position) -> None:
    smallest = min(names, key=lambda name: mix(position ^ blake2b(name.encode())))
    for weight in (1.0, 0.3):
        assert Rendezvous(dict.fromkeys(names, weight)).owner_at(position) == smallest


@given(POSITIONS)
def test_a_draw_is_exact_and_never_0_or_1(number) -> None:
    assert Fraction(draw_of(number)) == Fraction(2 * (number >> 12) + 1, 2**53)
    for edge in (0, SPACE - 1):
        assert 0 < draw_of(edge) < 1


@given(POSITIONS | st.integers(0, 1 << 20) | st.integers(SPACE - (1 << 20), SPACE - 1))
def test_the_time_of_arrival_is_the_logarithm(number) -> None:
    draw = draw_of(number)
    assert arrival(draw) == pytest.approx(-math.log1p(-draw), rel=1e-15, abs=0)
    assert arrival(draw) >= draw  # what the shortcut stands on


def test_the_race_of_the_picture() -> None:
    # by hand, natural logarithms: -ln 0.47 = 0.7550, -ln 0.69 = 0.3711, -ln 0.51 = 0.6733
    assert arrival(0.53) == pytest.approx(0.7550, abs=5e-5)
    assert arrival(0.31) == pytest.approx(0.3711, abs=5e-5)
    assert arrival(0.49) == pytest.approx(0.6733, abs=5e-5)


@pytest.fixture
def crowded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hash that is the same for everything, so that all draws are equal."""
    monkeypatch.setitem(hashes_module._LOADERS, "blake2b", lambda: lambda _: 7)


@pytest.mark.usefixtures("crowded")
def test_equal_times_go_to_the_first_name() -> None:
    for order in permutations("bca"):
        place = Rendezvous(order)
        assert place.lookup("k") == "a"
        assert place.lookup_n("k", 3) == ["a", "b", "c"]


# Who gets how much


@pytest.mark.parametrize("nodes", [dict.fromkeys("abcde", 1), {"a": 1, "b": 2.5, "c": 0.3, "d": 0}])
def test_counted_keys_agree_with_the_arcs(nodes) -> None:
    place = Rendezvous(nodes)
    counted = Counter(place.lookup(f"key-{i}") for i in range(KEYS))
    for node, share in place.arcs().items():
        assert share == nodes[node] / sum(nodes.values())
        assert abs(counted[node] / KEYS - share) <= four_sigma(share)


def test_a_node_of_weight_0_owns_nothing() -> None:
    place = Rendezvous({"none": 0, "one": 1, "tiny": 1e-9})
    place.check()
    assert place.arcs()["none"] == 0
    assert {place.lookup(str(i)) for i in range(100)} == {"one"}
    assert place.lookup_n("k", 2) == ["one", "tiny"]
    with pytest.raises(InputError, match="not that many nodes"):
        place.lookup_n("k", 3)
    assert place.add("idle", 0).lookup("k") == "one"


# What moves


@settings(max_examples=50)
@given(NODES, WEIGHTS)
def test_add_moves_keys_to_the_new_node_only(nodes, weight) -> None:
    before = Rendezvous(nodes)
    after = before.add("new", weight)
    after.check()
    for key in map(str, range(40)):
        assert after.lookup(key) in (before.lookup(key), "new")


@settings(max_examples=50)
@given(NODES, WEIGHTS)
def test_remove_moves_the_victims_keys_only(nodes, weight) -> None:
    before = Rendezvous({**nodes, "victim": weight})
    after = before.remove("victim")
    after.check()
    for key in map(str, range(40)):
        rest = [node for node in before.lookup_n(key, len(nodes) + 1) if node != "victim"]
        assert after.lookup_n(key, len(nodes)) == rest  # those behind the lost one move up
        assert after.lookup(key) == rest[0]


@settings(max_examples=50)
@given(NODES, st.sampled_from([1.5, 3.0]))
def test_more_weight_moves_keys_to_that_node_only(nodes, factor) -> None:
    grown = next(iter(nodes))
    before, after = Rendezvous(nodes), Rendezvous({**nodes, grown: nodes[grown] * factor})
    for key in map(str, range(40)):
        assert after.lookup(key) in (before.lookup(key), grown)


CHANGES = {
    "one comes": ({"a": 1, "b": 2}, {"a": 1, "b": 2, "x": 1.5}),
    "one goes": ({"a": 1, "b": 2, "r": 1}, {"a": 1, "b": 2}),
    "some come, some go": (
        {"a": 1, "b": 2, "r": 1.5, "s": 0.5},
        {"a": 1, "b": 2, "x": 1, "y": 0.5},
    ),
    "all are exchanged": ({"r": 1, "s": 2}, {"x": 2, "y": 1}),
    "a weight grows": ({"a": 1, "b": 2, "c": 1}, {"a": 1, "b": 2, "c": 3}),
    "a weight shrinks": ({"a": 1, "b": 2, "c": 1}, {"a": 1, "b": 0.5, "c": 1}),
    "from and to weight 0": ({"a": 1, "b": 0, "c": 1}, {"a": 1, "b": 1, "c": 0}),
}


@cache
def positions() -> array[int]:
    """Hashed once for all changes."""
    return array("Q", [blake2b(b"%d" % i) for i in range(KEYS)])


@pytest.mark.parametrize("change", CHANGES)
def test_counted_moves_agree_with_the_ranges(change) -> None:
    old, new = (Rendezvous(nodes) for nodes in CHANGES[change])
    owners = ([place.nodes[i] for i in place.lookup_batch(positions())] for place in (old, new))
    moved = Counter(zip(*owners, strict=True))
    ranges = {(one.source, one.target): one.share for one in old.ranges(new)}
    assert {(source, target) for source, target in moved if source != target} == ranges.keys()
    for pair, share in ranges.items():
        assert abs(moved[pair] / KEYS - share) < four_sigma(share)


def test_moves_by_hand() -> None:
    # old weights a 1, r 1; new a 1, x 2: of all four, T = 4, x comes first with 2/4 and takes half
    # of that from each; r comes first with 1/4, then of the new ones a with 1/3 and x with 2/3
    ranges = {
        (one.source, one.target): one.share
        for one in Rendezvous({"a": 1, "r": 1}).ranges(Rendezvous({"a": 1, "x": 2}))
    }
    assert ranges == {
        ("a", "x"): pytest.approx(1 / 4),
        ("r", "x"): pytest.approx(1 / 4 + 1 / 6),
        ("r", "a"): pytest.approx(1 / 12),
    }


@settings(max_examples=50)
@given(NODES, NODES)
def test_moves_are_the_differences_of_the_shares(first, second) -> None:
    old = Rendezvous(first)
    new = Rendezvous({node: first.get(node, weight) for node, weight in second.items()})
    plan = old.plan(new)
    plan.check()
    for node in {*first, *second}:
        gained = plan.received.get(node, 0) - plan.sent.get(node, 0)
        assert gained == pytest.approx(new.arcs().get(node, 0) - old.arcs().get(node, 0), abs=1e-12)


def test_a_plan_for_two_things_at_once_is_refused() -> None:
    old = Rendezvous({"a": 1, "b": 2, "c": 1})
    for new in ({"a": 2, "b": 1, "c": 1}, {"a": 2, "b": 2, "c": 1, "d": 1}, {"a": 2, "b": 2}):
        with pytest.raises(InputError, match="one weight changes and nothing else") as caught:
            old.plan(Rendezvous(new))
        assert "new weights for a" in caught.value.given
    assert old.plan(old).share == 0
    with pytest.raises(InputError, match="one copy only"):
        list(old.ranges(old.add("d"), replicas=2))


# What makes no difference


@settings(max_examples=50)
@given(NODES, st.randoms(use_true_random=False))
def test_the_order_in_which_nodes_come_makes_no_difference(nodes, random) -> None:
    shuffled = list(nodes.items())
    random.shuffle(shuffled)
    built, other, grown = Rendezvous(nodes), Rendezvous(dict(shuffled)), Rendezvous([])
    for node, weight in shuffled:
        grown = grown.add(node, weight)
    assert built == other == grown
    assert hash(built) == hash(other)
    for key in map(str, range(10)):
        assert built.lookup(key) == other.lookup(key) == grown.lookup(key)


@given(NODES, WEIGHTS)
def test_add_then_remove_is_the_placement_that_was(nodes, weight) -> None:
    place = Rendezvous(nodes)
    again = place.add("new", weight).remove("new")
    assert again == place
    assert again._runners == place._runners


def test_a_placement_never_changes_and_can_be_pickled() -> None:
    place = Rendezvous({"a": 1, "b": 2}, zones={"a": "east", "b": "west"})
    place.add("c", 5, zone="east")
    place.remove("a")
    assert place.weights == {"a": 1, "b": 2}
    with pytest.raises(AttributeError):
        place.other = 1  # type: ignore[attr-defined]
    other = pickle.loads(pickle.dumps(place))
    assert other == place
    assert other.lookup_n("k", 2, distinct="zone") == place.lookup_n("k", 2)


# Cost


def test_work_counts_mixes_and_arrivals() -> None:
    # one node: the hash, its mix, its arrival; against the best so far once as a draw, once in time
    assert Rendezvous(["a"]).work(5) == Work(hashes=3, comparisons=2)
    place = Rendezvous([str(i) for i in range(100)])
    arrivals = [place.work(blake2b(str(i).encode())).hashes - 101 for i in range(200)]
    assert min(arrivals) >= 1
    # a draw better than all before, 1 + 1/2 + ... + 1/100 = 5.2 of them, and those near misses that
    # the first few, slow times let through
    assert 5 < sum(arrivals) / 200 < 8
    assert place.table_bytes == 1600


# Bad input


@pytest.mark.parametrize("weight", [-1, math.nan, math.inf, "2", None, True, 1e-101, 1e101, 5e-324])
def test_a_weight_that_cannot_be_is_refused(weight) -> None:
    with pytest.raises(InputError, match="weight"):
        Rendezvous({"a": 1, "b": weight})
    place = Rendezvous(["a"])
    with pytest.raises(InputError, match="weight"):
        place.add("b", weight)
    assert place.nodes == ("a",)


def test_extreme_weights_keep_their_order() -> None:
    place = Rendezvous({"light": 1e-100, "heavy": 1e100, "middle": 1})
    place.check()
    assert place.lookup_n("k", 3) == ["heavy", "middle", "light"]
    # from light to new goes 1e-200 of 1e-200, which no float can hold: no move at all
    plan = place.plan(place.add("new", 1e-100))
    plan.check()
    assert [(move.source, move.target) for move in plan.moves] == [
        ("heavy", "new"),
        ("middle", "new"),
    ]


def test_an_empty_placement_says_what_it_needs() -> None:
    for place in (Rendezvous([]), Rendezvous({"a": 0}), Rendezvous(["a"]).remove("a")):
        place.check()
        assert sum(place.arcs().values()) == 0
        assert "empty" in place.describe()
        for ask in (lambda: place.lookup("k"), lambda: place.work(1)):  # noqa: B023
            with pytest.raises(InputError, match="empty"):
                ask()
        with pytest.raises(InputError):
            place.lookup_n("k", 1)


def test_names_are_checked() -> None:
    place = Rendezvous(["cache-1", "cache-2"])
    with pytest.raises(InputError, match="already"):
        place.add("cache-1")
    with pytest.raises(InputError, match="no node has this name") as caught:
        place.remove("cash-1")
    assert "did you mean cache-1" in caught.value.fix
    with pytest.raises(InputError, match="key"):
        place.lookup(1.5)  # type: ignore[arg-type]


@settings(max_examples=20)
@given(st.lists(st.tuples(st.booleans(), st.sampled_from("abcdefgh"), WEIGHTS), max_size=20))
def test_invariants_hold_through_any_life(changes) -> None:
    place = Rendezvous([])
    for add, name, weight in changes:
        if add and name not in place:
            place = place.add(name, weight)
        elif not add and name in place:
            place = place.remove(name)
        place.check()


@pytest.mark.parametrize("breakage", ["swap", "drop", "reweigh"])
def test_check_finds_a_broken_placement(breakage) -> None:
    place = Rendezvous({"a": 1, "b": 2, "c": 3})
    runners = place._runners
    if breakage == "swap":
        runners[0], runners[1] = runners[1], runners[0]
    elif breakage == "drop":
        del runners[1]
    else:
        runners[0] = runners[0]._replace(weight=9.0)
    with pytest.raises(AssertionError, match="1:"):
        place.check()
