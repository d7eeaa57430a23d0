"""Anchor against the paper's algorithm written with plain lists, and against counting."""

from __future__ import annotations

import copy
import math
import pickle
from array import array
from collections import Counter
from functools import cache
from hashlib import blake2b

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdcli.core.errors import InputError
from sdcli.reference.hashing.anchor import Anchor
from sdcli.reference.hashing.hashes import GAMMA, SPACE, mix, shown

NAMES = st.lists(st.text("abcdef#0", min_size=1, max_size=4), min_size=1, max_size=6, unique=True)
CHANGES = st.lists(st.tuples(st.booleans(), st.integers(0, 99)), max_size=20)
KEYS = 20_000


@cache
def positions() -> array[int]:
    """The keys of the tests that count, hashed once."""
    place = Anchor(["a"])
    return array("Q", [place.position(f"key-{i}") for i in range(KEYS)])


class Model:
    """The paper's algorithm 1: for each empty bucket, the list of those full after it emptied."""

    def __init__(self, capacity: int, removed: list[int]) -> None:
        self.capacity = capacity
        self.full = list(range(capacity))
        self.left: dict[int, list[int]] = {}
        for bucket in removed:
            self.remove(bucket)

    def remove(self, bucket: int) -> None:
        last = self.full.pop()
        if last != bucket:
            self.full[self.full.index(bucket)] = last
        self.left[bucket] = list(self.full)

    def way(self, position: int) -> list[int]:
        bucket = position % self.capacity
        way = [bucket]
        while self.left.get(bucket):
            among = self.left[bucket]
            drawn = mix((position + (bucket + 1) * GAMMA) % SPACE) % len(among)
            bucket = among[drawn]
            way.append(bucket)
        return way


def model_of(place: Anchor) -> Model:
    return Model(place.capacity, list(place.removed))


def model_hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


def lived(names: list[str], changes: list[tuple[bool, int]]) -> Anchor:
    """A placement that has seen nodes come and go."""
    place = Anchor(names, capacity=12)
    for i, (add, number) in enumerate(changes):
        if add and len(place) < place.capacity:
            place = place.add(f"new{i}")
        elif not add and len(place) > 1:
            place = place.remove(place.nodes[number % len(place)])
    return place


# Lookups


def test_the_tables_of_the_drawing() -> None:
    # By hand. Full 0..6; 6 goes, then 5: each was last of the list, its own successor; then 1,
    # whose place is taken by the last, 4: the list 0 1 2 3 4 becomes 0 4 2 3.
    place = Anchor.restore({"a": 0, "c": 2, "d": 3, "e": 4}, [6, 5, 1])
    place.check()
    assert list(place._a) == [0, 4, 0, 0, 0, 5, 6]
    assert list(place._k) == [0, 4, 2, 3, 4, 5, 6]
    assert list(place._w)[:4] == [0, 4, 2, 3]
    assert [place._l[bucket] for bucket in (0, 4, 2, 3)] == [0, 1, 2, 3]
    model = model_of(place)
    assert model.left == {6: [0, 1, 2, 3, 4, 5], 5: [0, 1, 2, 3, 4], 1: [0, 4, 2, 3]}


@settings(max_examples=50)
@given(NAMES, CHANGES)
def test_lookup_goes_the_way_of_the_model(names, changes) -> None:
    place = lived(names, changes)
    place.check()
    model = model_of(place)
    names_of = {bucket: name for name, bucket in place.buckets.items()}
    for i in range(50):
        position = model_hash(f"key-{i}")
        way = model.way(position)
        assert place.lookup(f"key-{i}") == place.owner_at(position) == names_of[way[-1]]
        assert place.work(position).hashes == len(way)
        assert place.work(position).comparisons >= 2 * len(way) - 1
    batch = place.lookup_batch([f"key-{i}" for i in range(50)])
    assert [place.nodes[i] for i in batch] == [place.lookup(f"key-{i}") for i in range(50)]


def test_work_counts_what_is_read() -> None:
    place = Anchor.restore({"a": 0, "c": 2, "d": 3, "e": 4}, [6, 5, 1])
    assert place.work(7 * 1000 + 3) == (1, 1)  # bucket 3 is full: its A is read, no more
    position = next(p for p in range(5, SPACE, 7) if mix(p + 6 * GAMMA) % 5 == 3)
    assert place.work(position) == (2, 3)  # bucket 5 is empty, draws 3: A[5]; A[3]; A[3] again
    # Bucket 5 draws 1, which emptied later; it draws 1 of four, an old place, and its heir is 4.
    position = next(
        p
        for p in range(5, SPACE, 7)
        if mix((p + 6 * GAMMA) % SPACE) % 5 == 1 and mix((p + 2 * GAMMA) % SPACE) % 4 == 1
    )
    assert place.owner_at(position) == "e"
    assert place.work(position) == (3, 6)  # A[5]; A[1]; A[1]; A[1], A[4]; A[4]


def test_the_way_is_as_long_as_the_theory_says() -> None:
    # The bucket that went when i + 1 were full is on the way with probability 1/(i + 1), so the
    # key's own hash and sum(1/i, i = 17..64) more: 1 + H(64) - H(16) = 2.3632, and about
    # 1 + ln(64/16) = 2.386. The variance of the sum is below 1.36.
    place = Anchor([f"n{i}" for i in range(16)], capacity=64)
    keys = 4000
    mean = sum(place.work(model_hash(f"key-{i}")).hashes for i in range(keys)) / keys
    expected = 1 + sum(1 / i for i in range(17, 65))
    assert abs(mean - expected) < 4 * math.sqrt(1.36 / keys)  # 4 sigma


@settings(max_examples=50)
@given(NAMES, CHANGES, st.integers(0, 1000))
def test_replicas_are_different_nodes(names, changes, number) -> None:
    place = lived(names, changes)
    owners = place.lookup_n(f"key-{number}", len(place))
    assert owners[0] == place.lookup(f"key-{number}")
    assert sorted(owners) == sorted(place.nodes)


def test_replicas_in_different_zones() -> None:
    zones = {"a": "east", "b": "east", "c": "west"}
    place = Anchor(list(zones), zones=zones).remove("a").add("d", zone="west")
    assert place.zones == {"b": "east", "c": "west", "d": "west"}
    for i in range(20):
        apart = place.lookup_n(f"key-{i}", 2, distinct="zone")
        assert {place.zones[node] for node in apart} == {"east", "west"}


# Balance


@pytest.mark.parametrize("gone", [(), ("n2",), ("n2", "n0", "n5", "n6")])
def test_every_node_has_the_same_share(gone) -> None:
    place = Anchor([f"n{i}" for i in range(9)])
    for name in gone:
        place = place.remove(name)
    place.check()
    counts = Counter(place.lookup(f"key-{i}") for i in range(KEYS))
    for node, share in place.arcs().items():
        assert share == 1 / len(place)
        assert abs(counts[node] / KEYS - share) < 4 * math.sqrt(share / KEYS)  # 4 sigma


# Changes


@settings(max_examples=50)
@given(NAMES, CHANGES, st.integers(0, 99))
def test_nothing_moves_that_need_not(names, changes, number) -> None:
    place = lived(names, changes)
    before = [place.lookup(f"key-{i}") for i in range(100)]
    if len(place) < place.capacity:
        after = [place.add("one more").lookup(f"key-{i}") for i in range(100)]
        assert all(new in {old, "one more"} for old, new in zip(before, after, strict=True))
    if len(place) > 1:
        gone = place.nodes[number % len(place)]
        after = [place.remove(gone).lookup(f"key-{i}") for i in range(100)]
        assert all(old in {new, gone} for old, new in zip(before, after, strict=True))


@settings(max_examples=50)
@given(NAMES, CHANGES, st.integers(0, 99))
def test_add_undoes_the_last_remove_and_gives_a_newcomer_its_bucket(names, changes, number) -> None:
    place = lived(names, changes)
    gone = place.nodes[number % len(place)]
    fewer = place.remove(gone)
    assert fewer != place
    assert fewer.add(gone) == place
    assert hash(fewer.add(gone)) == hash(place)
    newcomer = fewer.add("newcomer")
    assert newcomer.buckets["newcomer"] == place.buckets[gone]
    for i in range(50):
        old = place.lookup(f"key-{i}")
        assert newcomer.lookup(f"key-{i}") == ("newcomer" if old == gone else old)


def test_an_anchor_that_grew_is_the_one_built_at_once() -> None:
    grown = Anchor([], capacity=16).add("a").add("b").add("c")
    assert grown == Anchor(["a", "b", "c"])
    assert grown.capacity == 16
    assert grown != Anchor(["b", "a", "c"])  # the order is part of it
    assert grown != Anchor(["a", "b", "c"], capacity=17)


def test_history_is_part_of_the_placement() -> None:
    place = Anchor(["a", "b", "c"])
    one, other = place.remove("a").remove("b"), place.remove("b").remove("a")
    assert one.buckets == other.buckets == {"c": 2}
    assert one != other
    assert one.add("x").buckets["x"] == 1
    assert other.add("x").buckets["x"] == 0


@settings(max_examples=50)
@given(NAMES, CHANGES)
def test_what_it_says_of_itself_makes_it_again(names, changes) -> None:
    place = lived(names, changes)
    evaluated = eval(repr(place), {"Anchor": Anchor})
    restored = Anchor.restore(place.buckets, place.removed)
    for other in (evaluated, restored, copy.deepcopy(place), pickle.loads(pickle.dumps(place))):
        other.check()
        assert other == place
        assert other.nodes == place.nodes
        assert [other.lookup(f"{i}") for i in range(20)] == [
            place.lookup(f"{i}") for i in range(20)
        ]


def test_a_new_anchor_is_told_by_its_nodes() -> None:
    zones = {"a": "east", "b": "west"}
    assert repr(Anchor(["a", "b"])) == "Anchor(['a', 'b'], capacity=16, hash='blake2b')"
    place = Anchor(["a", "b"], 2, zones=zones)
    assert repr(place) == f"Anchor(['a', 'b'], capacity=2, hash='blake2b', zones={zones})"
    assert eval(repr(place.remove("a")), {"Anchor": Anchor}) == place.remove("a")
    assert place.describe().startswith("anchor: 2 nodes, 2 buckets, hash blake2b\nab\n")
    assert place.remove("a").describe().splitlines()[1] == ".a"
    assert place.table_bytes == 2 * 4 * 4
    assert place.remove("a").table_bytes == 2 * 4 * 4 + 4
    assert place.settings == {"capacity": 2}


def test_an_anchor_never_changes() -> None:
    place = Anchor(["a", "b"])
    kept = (place.buckets, place.removed, list(place._a))
    place.add("c")
    place.remove("a")
    assert (place.buckets, place.removed, list(place._a)) == kept


# Plans


def changed(place: Anchor, steps: str) -> Anchor:
    """`-a +x`: remove a, then add x."""
    for step in steps.split():
        place = place.remove(step[1:]) if step[0] == "-" else place.add(step[1:])
    return place


@pytest.mark.parametrize(
    ("old_steps", "new_steps"),
    [
        ("", "-c"),
        ("", "-c -e -a"),
        ("", "+x"),
        ("", "+x +y"),
        ("-c -e", "-c -e +x"),
        ("", "-c +x"),  # x takes c's bucket, and all of its keys
        ("", "-c -d +x"),
        ("", "-c -d +x +y"),
        ("-c", "-d"),  # one comes back, the other goes
        ("-c -a", "-d -e -f"),
        ("", "+x -c"),
        ("-c", "-c +x -x"),
        ("", "-b -c +b +c"),  # they have changed places
        ("-c +x", "-b -c +b"),  # and b stands where c stood
    ],
)
def test_a_plan_is_what_counting_finds(old_steps, new_steps) -> None:
    base = Anchor(["a", "b", "c", "d", "e", "f"], capacity=8)
    old, new = changed(base, old_steps), changed(base, new_steps)
    plan = old.plan(new)
    plan.check()
    owners = ([place.nodes[i] for i in place.lookup_batch(positions())] for place in (old, new))
    counts = Counter(zip(*owners, strict=True))
    expected = {(move.source, move.target): move.share for move in plan.moves}
    for source in old.nodes:
        for target in new.nodes:
            if source != target:
                share = expected.get((source, target), 0.0)
                counted = counts[source, target] / KEYS
                assert abs(counted - share) <= 4 * math.sqrt(share / KEYS), (source, target)
    for node in {*old.nodes, *new.nodes}:  # what a node gains is the difference of its shares
        gained = plan.received.get(node, 0.0) - plan.sent.get(node, 0.0)
        assert gained == pytest.approx(
            new.arcs().get(node, 0.0) - old.arcs().get(node, 0.0), abs=1e-12
        )


def test_a_plan_that_no_formula_gives_is_refused() -> None:
    base = Anchor(["a", "b", "c", "d"], capacity=8)
    with pytest.raises(InputError, match="another order") as caught:
        changed(base, "-a -b").plan(changed(base, "-b -a"))
    assert caught.value.given == "buckets 0, 1"
    with pytest.raises(InputError, match="another order"):
        changed(base, "-a").plan(changed(base, "+e -a"))  # bucket 4 went before a's, or not
    with pytest.raises(InputError, match="one copy"):
        base.plan(base.add("e"), replicas=2)
    with pytest.raises(InputError, match="cannot be compared"):
        base.plan(Anchor(["a", "b"], capacity=9))
    assert base.plan(changed(base, "-a +a")).moves == ()


# Bad input


@pytest.mark.parametrize("capacity", [2, 0, -1, True, 4.0, "4", 8_388_609, 10**5000], ids=shown)
def test_a_capacity_that_cannot_be_is_refused(capacity) -> None:
    with pytest.raises(InputError, match="capacity"):
        Anchor(["a", "b", "c"], capacity)


def test_the_capacity_leaves_room_to_double() -> None:
    assert Anchor([]).capacity == Anchor(["a"]).capacity == 16
    assert Anchor([f"n{i}" for i in range(100)]).capacity == 200


def test_a_full_anchor_takes_no_more() -> None:
    place = Anchor(["a", "b"], capacity=2)
    place.check()
    with pytest.raises(InputError, match="full") as caught:
        place.add("c")
    assert "capacity=4" in caught.value.expected
    assert place.nodes == ("a", "b")


def test_bad_input_is_refused() -> None:
    with pytest.raises(InputError, match="no weights"):
        Anchor({"a": 2.0})
    with pytest.raises(InputError, match="no weights"):
        Anchor(["a"]).add("b", 2.0)
    with pytest.raises(InputError, match="already"):
        Anchor(["a"]).add("a")
    with pytest.raises(InputError, match="no node has this name"):
        Anchor(["a"]).remove("b")
    with pytest.raises(InputError, match="key"):
        Anchor(["a"]).lookup(5)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("buckets", "removed"),
    [
        ({"a": 0}, [0]),
        ({"a": 1}, []),
        ({"a": 0, "b": 0}, [1]),
        ({"a": -1}, [0]),
        ({"a": 0.5}, [0]),
        ({"a": "0"}, [1]),
        ({}, []),
        (["a"], [0]),
        ({"a": 10**5000}, [10**5000]),
        ({"a": 0}, None),
        ({"a": 0}, 1),
    ],
)
def test_buckets_that_cannot_be_are_refused(buckets, removed) -> None:
    with pytest.raises(InputError):
        Anchor.restore(buckets, removed)


def test_an_empty_anchor_says_what_it_needs() -> None:
    for place in (Anchor([]), Anchor(["a"]).remove("a"), Anchor(["a"], 1).remove("a")):
        place.check()
        assert place.arcs() == {}
        assert "empty" in place.describe()
        with pytest.raises(InputError, match="empty"):
            place.lookup("k")
        with pytest.raises(InputError):
            place.lookup_n("k", 1)
        assert place.add("b").lookup("k") == "b"


# What check() is for


@pytest.mark.parametrize("breakage", ["a", "k", "w", "l", "order", "names"])
def test_check_finds_a_broken_anchor(breakage: str) -> None:
    place = changed(Anchor(["a", "b", "c", "d"], capacity=6), "-b -a")
    if breakage == "a":
        place._a[0] += 1
    elif breakage == "k":
        place._k[1] = 2
    elif breakage == "w":
        place._w[0], place._w[1] = place._w[1], place._w[0]
    elif breakage == "l":
        place._l[2] = 1
    elif breakage == "order":
        place._removed[-1], place._removed[-2] = place._removed[-2], place._removed[-1]
    else:
        place._names[0] = "c"
    with pytest.raises(AssertionError):
        place.check()


@settings(max_examples=25)
@given(st.lists(st.tuples(st.booleans(), st.sampled_from("abcdefgh")), max_size=25))
def test_invariants_hold_through_any_life(changes) -> None:
    place = Anchor([], capacity=8)
    for add, name in changes:
        if add and name not in place:
            place = place.add(name)
        elif not add and name in place:
            place = place.remove(name)
        place.check()
