"""The ring against a model that is too simple to be wrong, and against what the paper promises."""

from __future__ import annotations

import copy
import math
import pickle
from bisect import bisect_left
from hashlib import blake2b
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdcli.core.errors import InputError
from sdcli.reference.hashing import SPACE, Ring
from sdcli.reference.hashing import hashes as hashes_module
from sdcli.reference.hashing.hashes import shown

NAMES = st.lists(st.text("abcdef#0", min_size=1, max_size=4), min_size=1, max_size=6, unique=True)
VNODES = st.integers(1, 12)


def model_hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


def model_points(names: list[str], vnodes: int) -> list[tuple[int, str]]:
    return sorted((model_hash(f"{name}#{i}"), name) for name in names for i in range(vnodes))


def model_owner(points: list[tuple[int, str]], position: int) -> str:
    """Walk all points in order: the first at or behind the position, else the first of all."""
    for point, name in points:
        if point >= position:
            return name
    return points[0][1]


@given(NAMES, VNODES, st.lists(st.text(max_size=8), max_size=30))
def test_lookup_is_the_first_point_clockwise(names, vnodes, keys) -> None:
    ring = Ring(names, vnodes)
    points = model_points(names, vnodes)
    ring.check()
    for key in keys:
        if key.isascii():
            assert ring.lookup(key) == model_owner(points, model_hash(key))


@given(NAMES, VNODES)
def test_a_point_owns_its_own_position_and_the_arc_before_it(names, vnodes) -> None:
    ring = Ring(names, vnodes)
    points = model_points(names, vnodes)
    for i, (position, name) in enumerate(points):
        assert ring.owner_at(position) == name
        behind = points[(i + 1) % len(points)][1]
        assert ring.owner_at((position + 1) % SPACE) == behind


def test_behind_the_last_point_the_circle_begins_anew() -> None:
    ring = Ring(["a", "b", "c"], vnodes=3)
    points = model_points(["a", "b", "c"], 3)
    assert points[-1][0] < SPACE - 1
    assert ring.owner_at(SPACE - 1) == points[0][1] == ring.owner_at(0)


@given(NAMES, VNODES)
def test_arcs_are_the_exact_widths(names, vnodes) -> None:
    points = model_points(names, vnodes)
    widths = dict.fromkeys(names, 0)
    before = points[-1][0] - SPACE  # the last point, one turn earlier
    for position, name in points:
        widths[name] += position - before
        before = position
    ring = Ring(names, vnodes)
    assert ring.widths() == widths
    assert sum(ring.widths().values()) == SPACE
    assert ring.arcs() == {name: width / SPACE for name, width in widths.items()}


def test_counted_keys_agree_with_the_arcs() -> None:
    ring = Ring(["a", "b", "c", "d"], vnodes=20)
    keys = 20_000
    for node, share in ring.arcs().items():
        counted = sum(ring.lookup(f"key-{i}") == node for i in range(keys)) / keys
        assert abs(counted - share) < 4 * math.sqrt(share * (1 - share) / keys)  # binomial, 4 sigma


@given(NAMES, VNODES)
def test_add_moves_keys_to_the_new_node_only(names, vnodes) -> None:
    before = Ring(names, vnodes)
    after = before.add("new")
    after.check()
    moved = 0
    for i in range(200):
        key = f"key-{i}"
        if after.lookup(key) != before.lookup(key):
            moved += 1
            assert after.lookup(key) == "new"
    # Exactly: what the others lost is what the new node owns.
    lost = {node: width - after.widths()[node] for node, width in before.widths().items()}
    assert min(lost.values()) >= 0
    assert sum(lost.values()) == after.widths()["new"]


@given(NAMES, VNODES)
def test_remove_moves_the_victims_keys_only(names, vnodes) -> None:
    before = Ring([*names, "victim"], vnodes)
    after = before.remove("victim")
    after.check()
    for i in range(200):
        key = f"key-{i}"
        if before.lookup(key) != "victim":
            assert after.lookup(key) == before.lookup(key)


@given(NAMES, VNODES)
def test_add_then_remove_is_the_ring_that_was(names, vnodes) -> None:
    ring = Ring(names, vnodes)
    again = ring.add("new").remove("new")
    assert again == ring
    assert again.widths() == ring.widths()
    assert [again.lookup(str(i)) for i in range(50)] == [ring.lookup(str(i)) for i in range(50)]


@given(NAMES, VNODES)
def test_a_ring_that_grew_is_the_ring_built_at_once(names, vnodes) -> None:
    grown = Ring([], vnodes)
    for name in names:
        grown = grown.add(name)
    built = Ring(names, vnodes)
    assert grown == built
    assert grown.widths() == built.widths()
    assert grown.points == len(names) * vnodes


def test_the_order_in_which_nodes_come_makes_no_difference() -> None:
    rings = [Ring(order, vnodes=8) for order in permutations(["a", "b", "c", "d"])]
    keys = [f"key-{i}" for i in range(100)]
    assert len({tuple(ring.lookup(key) for key in keys) for ring in rings}) == 1
    assert len(set(rings)) == 1  # and they are equal, and hash alike


@pytest.fixture
def crowded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A circle of 16 places, so that points of different nodes fall on one position."""
    narrow = hashes_module.blake2b
    monkeypatch.setitem(hashes_module._LOADERS, "blake2b", lambda: lambda data: narrow(data) % 16)


@pytest.mark.usefixtures("crowded")
def test_points_that_meet_stand_in_order_of_name() -> None:
    names = ["d", "a", "c", "b"]
    built = Ring(names, vnodes=10)  # 40 points on 16 places
    built.check()
    assert sum(built.widths().values()) == SPACE
    for order in permutations(names):
        grown = Ring([], vnodes=10)
        for name in order:
            grown = grown.add(name)
        grown.check()
        assert grown.widths() == built.widths()
        assert [grown.owner_at(at) for at in range(20)] == [built.owner_at(at) for at in range(20)]
    assert built.remove("a").add("a").widths() == built.widths()


def test_points_at_both_ends_of_the_circle(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last position has a point of its own and the sentinel too; position 0 begins anew."""
    ends = [0, 1, 2, SPACE // 2, SPACE - 3, SPACE - 2, SPACE - 1]
    narrow = hashes_module.blake2b
    monkeypatch.setitem(
        hashes_module._LOADERS, "blake2b", lambda: lambda data: ends[narrow(data) % len(ends)]
    )
    names = ["b", "c", "a"]
    points = sorted((ends[narrow(f"{n}#{i}".encode()) % 7], n) for n in names for i in range(9))
    assert points[0][0] == 0
    assert points[-1][0] == SPACE - 1
    built = Ring(names, vnodes=9)
    for ring in (built, built.add("x").remove("x"), Ring(["a"], 9).add("c").add("b")):
        ring.check()
        for position in [*ends, 3, SPACE // 2 - 1, SPACE // 2 + 1, SPACE - 4]:
            assert ring.owner_at(position) == model_owner(points, position)


@pytest.mark.parametrize("vnodes", [1, 7, 160])
def test_the_guide_leads_to_the_same_point_as_a_search(vnodes: int) -> None:
    """Asked where it could be wrong: on both sides of each point and each border of a cell."""
    ring = Ring([f"n{i}" for i in range(5)], vnodes)
    ring.lookup("makes the guide")
    borders = [cell << ring._way[2] for cell in range(len(ring._way[1]))]
    points = list(zip(ring._positions[: ring.points], ring._owners, strict=False))
    for at in [*borders, *ring._positions[: ring.points]]:
        for position in (at - 1, at, at + 1):
            if 0 <= position < SPACE:
                expected = bisect_left(points, (position, "")) % ring.points
                assert ring.owner_at(position) == points[expected][1]


def test_a_lookup_looks_at_about_one_point() -> None:
    """16,000 points in 32,768 cells, 0.488 in each: half of those in one's own cell are before.

    Mean 1 + 0.244; variance 0.244 + 0.488^2 / 12 = 0.264, so 4 sigma of 4000 keys are 0.033.
    """
    ring = Ring([f"n{i}" for i in range(100)])
    ring.lookup("makes the guide")
    assert len(ring._way[1]) == 32_768
    looks = [ring.work(ring.position(f"key-{i}")).comparisons for i in range(4000)]
    assert abs(sum(looks) / len(looks) - 1.244) < 0.033
    assert {ring.work(ring.position(f"key-{i}")).hashes for i in range(50)} == {1}


@pytest.mark.parametrize(("vnodes", "spread"), [(10, 0.316), (100, 0.100), (160, 0.079)])
def test_the_spread_falls_with_the_root_of_the_points(vnodes: int, spread: float) -> None:
    """1 / sqrt(V). With 200 nodes the deviation itself varies by 1 / sqrt(2 * 200), 5 %."""
    measured = Ring([f"n{i}" for i in range(200)], vnodes).stats().spread
    assert abs(measured / spread - 1) < 4 * 0.05 + 0.02


def test_the_tables_are_counted() -> None:
    ring = Ring(["a", "b", "c"], vnodes=10)
    # 30 points of 8 + 4 bytes; 64 cells of 4, the power of two that is at least 60
    assert ring.table_bytes == 30 * 12 + 64 * 4
    ring.lookup("k")
    assert len(ring._way[1]) == 64
    assert Ring([]).table_bytes == 0


def test_a_weight_of_next_to_nothing_can_be_described() -> None:
    """It has a point all the same, and then more than it is entitled to, beyond all measure."""
    ring = Ring({"tiny": 1e-300, "one": 1})
    assert ring.stats().busiest == "tiny"
    assert "spread inf" in ring.describe()


def test_a_ring_never_changes() -> None:
    ring = Ring(["a", "b"])
    kept = ring.widths()
    ring.add("c")
    ring.remove("a")
    assert ring.widths() == kept
    assert ring.nodes == ("a", "b")
    with pytest.raises(AttributeError):
        ring.nodes = ("x",)  # type: ignore[misc]
    with pytest.raises(TypeError):
        ring.weights["a"] = 5.0  # type: ignore[index]
    with pytest.raises(AttributeError):
        ring.other = 1  # type: ignore[attr-defined]


def test_a_ring_can_be_copied_and_pickled() -> None:
    ring = Ring({"a": 1, "b": 2.5}, vnodes=7)
    for other in (copy.deepcopy(ring), pickle.loads(pickle.dumps(ring))):
        assert other == ring
        assert other.lookup("k") == ring.lookup("k")


# Replicas


@given(NAMES, VNODES, st.integers(0, 1000))
def test_replicas_are_different_nodes_in_clockwise_order(names, vnodes, number) -> None:
    ring = Ring(names, vnodes)
    key = f"key-{number}"
    owners = ring.lookup_n(key, len(names))
    assert owners[0] == ring.lookup(key)
    assert sorted(owners) == sorted(names)
    for count in range(1, len(names) + 1):
        assert ring.lookup_n(key, count) == owners[:count]


@given(NAMES.filter(lambda names: len(names) >= 2), VNODES, st.integers(0, 1000), st.data())
def test_when_an_owner_leaves_those_behind_it_move_up(names, vnodes, number, data) -> None:
    ring = Ring(names, vnodes)
    key = f"key-{number}"
    owners = ring.lookup_n(key, len(names))
    gone = data.draw(st.sampled_from(owners))
    rest = [owner for owner in owners if owner != gone]
    assert ring.remove(gone).lookup_n(key, len(rest)) == rest


@pytest.mark.parametrize("count", [0, -1, 4, 10**5000], ids=shown)
def test_an_impossible_number_of_replicas_is_refused(count) -> None:
    with pytest.raises(InputError, match="not that many nodes"):
        Ring({"a": 1, "b": 1, "c": 1, "idle": 0}).lookup_n("k", count)


# Weights


def test_points_follow_the_weights() -> None:
    ring = Ring({"none": 0, "tiny": 0.001, "half": 0.5, "one": 1, "more": 2.55}, vnodes=10)
    ring.check()
    # by hand: none; at least one; 5; 10; 25.5 rounds to 26
    assert ring.points == 0 + 1 + 5 + 10 + 26
    assert ring.arcs()["none"] == 0
    assert ring.arcs()["tiny"] > 0
    assert "none" not in ring.lookup_n("k", 4)


def test_shares_follow_the_weights() -> None:
    ring = Ring({"small": 1, "big": 3}, vnodes=2000)
    # A beta variate of 6000 and 2000 points: 4 * sqrt(0.75 * 0.25 / 8001) = 0.0194
    assert abs(ring.arcs()["big"] - 0.75) < 0.0194
    assert ring.stats().peak_to_mean < 1.1  # against what the weights entitle to


@pytest.mark.parametrize("weight", [-1, -0.001, math.nan, math.inf, "2", None, True])
def test_a_weight_that_cannot_be_is_refused(weight) -> None:
    with pytest.raises(InputError, match="weight"):
        Ring({"a": 1, "b": weight})
    ring = Ring(["a"])
    with pytest.raises(InputError, match="weight"):
        ring.add("b", weight)
    assert ring.nodes == ("a",)


# Bad input


def test_an_empty_ring_says_what_it_needs() -> None:
    for ring in (Ring([]), Ring({"a": 0}), Ring(["a"]).remove("a")):
        ring.check()
        assert ring.stats().spread == 0
        assert "empty" in ring.describe()
        with pytest.raises(InputError, match="empty"):
            ring.lookup("k")
        with pytest.raises(InputError):
            ring.lookup_n("k", 1)


@pytest.mark.parametrize("nodes", ["abc", b"abc", 5, None, ["a", "a"], ["a", ""], [1], {"": 1}])
def test_nodes_that_cannot_be_are_refused(nodes) -> None:
    with pytest.raises(InputError):
        Ring(nodes)


@pytest.mark.parametrize(
    "vnodes",
    [0, -1, 1.5, "160", None, True, 8_388_609, 10**400, 10**5000],
    ids=lambda vnodes: shown(vnodes)[:12],
)
def test_virtual_nodes_that_cannot_be_are_refused(vnodes) -> None:
    for nodes in (["a"], {"a": 1e300}, {"a": 1e-300}):
        with pytest.raises(InputError, match="virtual nodes") as caught:
            Ring(nodes, vnodes)
        assert "from 1 to 8388608, like 160" in caught.value.expected


def test_a_ring_too_large_to_build_is_refused_before_it_is_built() -> None:
    for vnodes in (160, 8_388_608):
        with pytest.raises(InputError, match="too many points"):
            Ring({"a": 1e300, "b": 1e300}, vnodes)
    with pytest.raises(InputError, match="too many points"):
        Ring(["a"]).add("b", 1e300)


def test_a_node_cannot_be_added_twice_or_removed_when_it_is_not_there() -> None:
    ring = Ring(["cache-1", "cache-2"])
    with pytest.raises(InputError, match="already"):
        ring.add("cache-1")
    with pytest.raises(InputError, match="no node has this name") as caught:
        ring.remove("cash-1")
    assert "did you mean cache-1" in caught.value.fix
    assert len(ring) == 2
    assert "cache-1" in ring


# What check() is for


@pytest.mark.parametrize("breakage", ["swap positions", "drop a point", "steal a point"])
def test_check_finds_a_broken_ring(breakage: str) -> None:
    ring = Ring(["a", "b", "c"], vnodes=4)
    positions, owners = ring._positions, ring._owners
    if breakage == "swap positions":
        positions[0], positions[1] = positions[1], positions[0]
    elif breakage == "drop a point":
        del positions[3], owners[3]
    else:
        owners[0] = "a" if owners[0] != "a" else "b"
    with pytest.raises(AssertionError):
        ring.check()


@settings(max_examples=25)
@given(st.lists(st.tuples(st.booleans(), st.sampled_from("abcdefgh")), max_size=25))
def test_invariants_hold_through_any_life(changes) -> None:
    ring = Ring([], vnodes=5)
    for add, name in changes:
        if add and name not in ring:
            ring = ring.add(name, weight=1 + len(ring) / 2)
        elif not add and name in ring:
            ring = ring.remove(name)
        ring.check()
