"""Bounded loads against a model that walks a list, and against the bound of the paper."""

from __future__ import annotations

import copy
import math
import pickle
import sys
from fractions import Fraction
from hashlib import blake2b
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdcli.core.errors import InputError
from sdcli.reference.hashing import Modulo, Ring
from sdcli.reference.hashing.bounded import BoundedLoads
from sdcli.reference.hashing.hashes import shown
from tests.reference.hashing.test_placements import EVERY, NODES, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=6, unique=True)
BOUNDS = st.sampled_from([1, 1.0, 1.05, 1.1, 1.25, Fraction(4, 3), 2, 3.5, math.inf])
# An even number: a request for a key comes. An odd one: one that is in flight ends.
STEPS = st.lists(st.integers(0, 60), max_size=60)


def model_order(names: list[str], vnodes: int, key: str) -> list[str]:
    """The nodes of a ring, clockwise from a key, by sorting all points."""

    def position(text: str) -> int:
        return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")

    points = sorted((position(f"{name}#{i}"), name) for name in names for i in range(vnodes))
    behind = [point for point in points if point[0] >= position(key)]
    return list(dict.fromkeys(name for _, name in behind + points))


def model_cap(bound: float | Fraction, nodes: int, total: int) -> float:
    exact = bound if bound == math.inf else Fraction(str(bound))
    return math.inf if exact == math.inf else math.ceil(exact * total / nodes)


@given(NAMES, st.integers(1, 5), BOUNDS, STEPS)
def test_a_key_goes_to_the_first_of_its_owners_that_has_room(names, vnodes, bound, steps) -> None:
    bounded = BoundedLoads(Ring(names, vnodes), bound)
    held: list[str] = []
    spilled = acquired = 0
    for step in steps:
        if step % 2 and held:
            node = held.pop(step % len(held))
            bounded.release(node)
        else:
            key = f"key-{step % 7}"  # few keys, so that some are hot
            order = model_order(names, vnodes, key)
            cap = model_cap(bound, len(names), len(held) + 1)
            expected = next(name for name in order if held.count(name) < cap)
            assert bounded.lookup(key) == expected
            assert bounded.acquire(key) == expected
            held.append(expected)
            acquired += 1
            spilled += expected != order[0]
        assert bounded.loads == {name: held.count(name) for name in names}
        assert (bounded.total, bounded.acquired, bounded.spilled) == (len(held), acquired, spilled)
        bounded.check()


@given(NAMES, BOUNDS, st.lists(st.integers(0, 3), max_size=60))
def test_while_nobody_leaves_no_node_bears_more_than_the_bound(names, bound, keys) -> None:
    """Property 13 of the survey: at every step max <= ceil(c m / n), m after the step."""
    bounded = BoundedLoads(Ring(names, vnodes=3), bound)
    for total, key in enumerate(keys, 1):
        bounded.acquire(str(key))
        assert max(bounded.loads.values()) <= model_cap(bound, len(names), total)


@settings(max_examples=50)
@given(
    st.dictionaries(
        st.sampled_from("abcd"), st.sampled_from([0, 0.1, 0.2, 0.3, 1, 2.5]), min_size=1
    ),
    STEPS,
)
def test_who_comes_never_lifts_a_node_above_its_weighted_cap(weights, steps) -> None:
    """Also after releases, which may leave nodes above the cap of the moment: they get nothing."""
    bounded = BoundedLoads(Ring(weights, vnodes=10), bound=1.1)
    if not any(weights.values()):
        with pytest.raises(InputError, match="empty"):
            bounded.acquire("k")
        return
    total = sum(Fraction(str(weight)) for weight in weights.values())
    held: list[str] = []
    for step in steps:
        if step % 2 and held:
            bounded.release(held.pop(step % len(held)))
            continue
        caps = {
            node: math.ceil(Fraction("1.1") * (len(held) + 1) * Fraction(str(weight)) / total)
            for node, weight in weights.items()
        }
        assert {node: bounded.capacity(node) for node in weights} == caps
        node = bounded.acquire(f"key-{step % 3}")
        held.append(node)
        assert bounded.loads[node] <= caps[node]
        bounded.check()


@pytest.mark.parametrize(
    ("bound", "nodes", "held", "capacity"),
    [
        (1.1, 10, 99, 11),  # 1.1 * 100 / 10 = 11; in floats 110.00000000000001 / 10 > 11
        (1.1, 1, 9, 11),  # 1.1 * 10 = 11; in floats 11.000000000000002
        (1.25, 3, 5, 3),  # 1.25 * 6 / 3 = 2.5
        (1, 4, 4, 2),  # 5 / 4
        (1, 4, 3, 1),  # 4 / 4, exactly one each
        (Fraction(4, 3), 4, 5, 2),  # 4/3 * 6 / 4 = 2, exactly
        (2, 5, 0, 1),  # 2 / 5
        (math.inf, 5, 6, 7),  # everything
    ],
)
def test_the_cap_is_exact(bound, nodes, held, capacity) -> None:
    bounded = BoundedLoads(Ring([f"n{i}" for i in range(nodes)], vnodes=2), bound)
    for i in range(held):
        bounded.acquire(str(i))
    assert bounded.capacity("n0") == capacity


def test_a_weight_counts_as_the_decimal_number_it_prints_as() -> None:
    """Of 6, parts of 1, 2 and 3; of the binary fractions, the first is a little above a sixth."""
    bounded = BoundedLoads(Ring({"a": 0.1, "b": 0.2, "c": 0.3}), bound=1)
    for i in range(5):
        bounded.acquire(str(i))
    assert [bounded.capacity(node) for node in "abc"] == [1, 2, 3]


def test_a_hot_key_takes_its_owners_in_turn() -> None:
    """The table of the module's docstring, by hand: ceil(1.25 * 1..6 / 3) = 1 1 2 2 3 3."""
    place = Ring(["a", "b", "c"])
    first, second, third = place.lookup_n("hot", 3)
    bounded = BoundedLoads(place, 1.25)
    assert [bounded.acquire("hot") for _ in range(6)] == [first, second] * 3
    assert bounded.loads == {**dict.fromkeys("abc", 0), first: 3, second: 3}
    # the seventh: ceil(1.25 * 7 / 3) = 3, and both are full
    assert bounded.acquire("hot") == third


def test_a_bound_of_1_is_as_even_as_whole_numbers_can_be() -> None:
    bounded = BoundedLoads(Ring([f"n{i}" for i in range(7)]), bound=1)
    for total in range(1, 50):
        bounded.acquire("the only key")
        loads = bounded.loads.values()
        assert max(loads) == -(-total // 7)
        assert max(loads) - min(loads) <= 1


@EVERY
def test_without_a_bound_it_is_the_placement(kind: Kind) -> None:
    place = kind.make(NODES)
    bounded = BoundedLoads(place, math.inf)
    for i in range(200):
        assert bounded.acquire(f"key-{i}") == place.lookup(f"key-{i}")
    assert bounded.spilled == 0
    assert bounded.probes == bounded.acquired == 200


@EVERY
def test_every_placement_can_be_bounded(kind: Kind) -> None:
    """A hot key and a bound of 1: the walk must reach all nodes, whatever the order of owners."""
    bounded = BoundedLoads(kind.make(NODES), bound=1)
    for total in range(1, 41):
        bounded.acquire("hot" if total % 4 else f"key-{total}")
        assert max(bounded.loads.values()) == -(-total // len(NODES))
    bounded.check()


@pytest.mark.parametrize(
    ("bound", "busiest"),
    # the table of the module's docstring; 100 keys a node, so the cap is reached exactly
    [(1, 100), (1.05, 105), (1.1, 110), (1.25, 125)],
)
def test_a_higher_bound_spills_less(bound: float, busiest: int) -> None:
    place = Ring([f"n{i}" for i in range(20)])
    tight, loose = BoundedLoads(place, bound), BoundedLoads(place, bound + 0.1)
    for i in range(2000):
        tight.acquire(f"key-{i}")
        loose.acquire(f"key-{i}")
    assert max(tight.loads.values()) <= busiest  # ceil(bound * 2000 / 20)
    assert tight.spilled > loose.spilled
    assert tight.probes - tight.acquired >= tight.spilled


@EVERY
def test_probes_count_every_node_that_was_looked_at_once(kind: Kind) -> None:
    """A hot key and a bound of 1 on n nodes: request k finds k - 1 of them full, and one more."""
    bounded = BoundedLoads(kind.make(NODES), bound=1)
    for total in range(1, len(NODES) + 1):
        bounded.acquire("hot")
        assert bounded.probes == total * (total + 1) / 2


def test_a_full_node_is_looked_at_once_however_many_points_it_has() -> None:
    class Watched(dict[str, int]):
        looks = 0

        def __getitem__(self, node: str) -> int:
            self.looks += 1
            return super().__getitem__(node)

    place = Ring([f"n{i}" for i in range(50)])
    bounded = BoundedLoads(place, bound=1)
    for _ in range(49):
        bounded.acquire("hot")
    bounded._loads = loads = Watched(bounded._loads)
    last = place.lookup_n("hot", 50)[-1]
    assert bounded.lookup("hot") == last
    assert loads.looks == 50  # of some 200 points on the way


def test_requests_in_flight_are_not_moved_when_others_end() -> None:
    place = Ring(["a", "b"])
    bounded = BoundedLoads(place, bound=1)
    first, second = place.lookup_n("k", 2)
    given_ = [bounded.acquire("k") for _ in range(6)]
    assert given_ == [first, second] * 3
    for _ in range(3):
        bounded.release(second)
    # 3 in flight, all on the first; with the next its cap is 4 / 2 = 2: above it, and left there
    assert bounded.loads == {first: 3, second: 0}
    bounded.check()
    assert [bounded.acquire("k") for _ in range(2)] == [second, second]


# Nodes come and go


def test_who_stays_keeps_its_loads() -> None:
    place = Ring(["a", "b", "c"])
    bounded = BoundedLoads(place, bound=1.25)
    for i in range(30):
        bounded.acquire(str(i))
    before = bounded.loads
    bounded.move_to(place.add("d"))
    assert bounded.loads == {**before, "d": 0}
    assert (bounded.total, bounded.acquired) == (30, 30)
    bounded.check()
    # 31 / 4 * 1.25 = 9.7: a, b and c bear some 10 each, so d must take what is new
    assert bounded.capacity("d") == 10
    assert bounded.acquire("x") in {name for name, load in bounded.loads.items() if load <= 10}


def test_who_is_gone_gets_nothing_more_and_can_still_be_released() -> None:
    place = Ring(["a", "b"])
    bounded = BoundedLoads(place, bound=1)
    for _ in range(4):
        bounded.acquire("k")
    bounded.move_to(place.remove("b"))
    assert (bounded.loads, bounded.total) == ({"a": 2}, 2)
    assert bounded.acquire("k") == "a"
    bounded.release("b")
    assert (bounded.loads, bounded.total) == ({"a": 3}, 3)
    bounded.move_to(place)  # it comes back, and still bears the other one
    assert (bounded.loads, bounded.total) == ({"a": 3, "b": 1}, 4)
    bounded.move_to(place.remove("b"))
    bounded.release("b")
    bounded.check()
    with pytest.raises(InputError, match="no node has this name"):
        bounded.release("b")


@settings(max_examples=50)
@given(st.lists(st.integers(0, 40), max_size=60))
def test_the_counts_hold_through_any_life(steps) -> None:
    place = Ring(["a"], vnodes=3)
    bounded = BoundedLoads(place, bound=1.25)
    held: list[str] = []
    for step in steps:
        name = "abcd"[step % 4]
        if step < 6:
            if len(place) == 1 and name in place:
                continue
            place = place.remove(name) if name in place else place.add(name)
            bounded.move_to(place)
        elif step % 3 and held:
            bounded.release(held.pop(step % len(held)))
        else:
            held.append(bounded.acquire(str(step)))
            assert bounded.loads[held[-1]] <= model_cap(1.25, len(place), bounded.total)
        assert bounded.loads == {node: held.count(node) for node in place.nodes}
        bounded.check()


# Threads


def test_looking_for_room_and_taking_it_is_one_step() -> None:
    """Whoever walks holds the lock; the race itself is met by luck only, in the test below."""

    class Watched(Ring):
        __slots__ = ()

        def owners_at(self, position: int) -> Iterator[str]:
            locked.append(bounded._lock.locked())
            return super().owners_at(position)

    locked: list[bool] = []
    bounded = BoundedLoads(Watched(["a", "b"]))
    bounded.acquire("k")
    bounded.lookup("k")
    assert locked == [True, True]
    assert not bounded._lock.locked()


def test_threads_count_right() -> None:
    """Nothing in flight is lost or counted twice, and nobody finds room that is taken."""
    bounded = BoundedLoads(Ring(["a", "b", "c", "d"]), bound=1)
    given_: list[list[str]] = [[] for _ in range(4)]

    def requests(number: int) -> None:
        for i in range(1000):
            given_[number].append(bounded.acquire(f"{number}-{i}"))
            if i % 2:
                bounded.release(given_[number].pop())

    usual = sys.getswitchinterval()
    sys.setswitchinterval(5e-6)  # a thousand times the turns, so that a race is met
    try:
        threads = [Thread(target=requests, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(usual)
    held = [node for nodes in given_ for node in nodes]
    assert bounded.total == len(held) == 4 * 500
    assert bounded.acquired == 4 * 1000
    assert bounded.loads == {node: held.count(node) for node in "abcd"}
    bounded.check()


# Bad input


@pytest.mark.parametrize("bound", [0.99, 0, -1, Fraction(99, 100), -math.inf])
def test_a_bound_that_could_not_be_kept_is_refused(bound) -> None:
    """Two nodes with 0.5: ceil(0.5 * 4 / 2) = 1 each, so three in flight leave no room."""
    with pytest.raises(InputError, match="cannot be kept") as caught:
        BoundedLoads(Ring(["a"]), bound)
    assert "1.25" in caught.value.expected


@pytest.mark.parametrize(
    "bound",
    [math.nan, "1.25", None, True, [2], 1j, 10**400, 10**5000, Fraction(10**400)],
    ids=lambda bound: shown(bound)[:24],
)
def test_what_is_no_number_is_no_bound(bound) -> None:
    with pytest.raises(InputError, match="this cannot be a bound") as caught:
        BoundedLoads(Ring(["a"]), bound)
    assert "math.inf" in caught.value.expected


def test_it_shows_what_it_bears_and_cannot_be_copied() -> None:
    bounded = BoundedLoads(Modulo(["a"]), 1.25)
    bounded.acquire("k")
    assert repr(bounded) == "<BoundedLoads: bound 1.25, 1 on Modulo(['a'], hash='blake2b')>"
    for make in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(InputError, match="cannot be copied") as caught:
            make(bounded)
        assert "bounded." in caught.value.expected


@pytest.mark.parametrize("place", [["a", "b"], None, Ring])
def test_only_a_placement_can_be_bounded(place) -> None:
    bounded = BoundedLoads(Ring(["a"]))
    with pytest.raises(InputError, match="not a placement") as caught:
        BoundedLoads(place)
    assert "Ring" in caught.value.expected
    with pytest.raises(InputError, match="not a placement"):
        bounded.move_to(place)
    assert bounded.loads == {"a": 0}


def test_a_refused_call_counts_nothing() -> None:
    bounded = BoundedLoads(Ring(["cache-1", "cache-2"]))
    bounded.acquire("k")
    kept = (bounded.loads, bounded.total, bounded.acquired, bounded.probes)
    idle = next(node for node, load in bounded.loads.items() if not load)
    for refused, words in [
        (lambda: bounded.acquire(5), "cannot be a key"),
        (lambda: bounded.acquire("\ud800"), "no UTF-8"),
        (lambda: bounded.release("cash-1"), "no node has this name"),
        (lambda: bounded.release(["cache-1"]), "no node has this name"),
        (lambda: bounded.release(idle), "bears nothing"),
        (lambda: bounded.capacity("cache-3"), "no node has this name"),
    ]:
        with pytest.raises(InputError, match=words) as caught:
            refused()
        assert caught.value.expected
        assert (bounded.loads, bounded.total, bounded.acquired, bounded.probes) == kept


def test_another_hash_would_send_keys_elsewhere() -> None:
    pytest.importorskip("xxhash", reason="xxhash is the extra `fast`")
    bounded = BoundedLoads(Ring(["a"]))
    with pytest.raises(InputError, match="hashes keys in another way"):
        bounded.move_to(Ring(["a", "b"], hash="xxh3"))
    assert bounded.place == Ring(["a"])


def test_an_empty_placement_is_an_error_and_no_loop() -> None:
    for place in (Ring([]), Ring({"a": 0}), Modulo([])):
        for bound in (1.25, math.inf):
            bounded = BoundedLoads(place, bound)
            bounded.check()
            assert "0 in flight" in bounded.describe()
            with pytest.raises(InputError, match="empty"):
                bounded.acquire("k")
            assert (bounded.total, bounded.acquired) == (0, 0)


def test_a_tiny_weight_is_bounded_in_whole_numbers() -> None:
    bounded = BoundedLoads(Ring({"tiny": 1e-300, "big": 10}, vnodes=1), bound=1.5)
    for i in range(20):
        bounded.acquire(str(i))
    assert bounded.capacity("tiny") == 1  # more than nothing, rounded up
    bounded.check()


# The text, and what check() is for


def test_describe_shows_load_cap_and_fill() -> None:
    bounded = BoundedLoads(Ring(["a", "b", "c"]), 1.25)
    for _ in range(6):
        bounded.acquire("video:29")  # a, and b behind it: 1 or 2 looked at, three times each
    assert bounded.describe().splitlines() == [
        "bounded loads: bound 1.25, ring of 3 nodes, 6 in flight",
        "6 acquired, 3 of them spilled, 1.50 nodes looked at each",
        "a      3 of 3      ████████████████████████████████",
        "b      3 of 3      ████████████████████████████████",
        "c      0 of 3",
    ]


def test_describe_of_many_nodes_shows_the_fullest() -> None:
    bounded = BoundedLoads(Ring([f"n{i:02}" for i in range(40)], vnodes=2), 4)
    for _ in range(30):
        bounded.acquire("hot")
    lines = bounded.describe().splitlines()
    assert len(lines) == 2 + 16 + 1
    # ceil(4 * 30 / 40) = 3 each on ten nodes; the next may come to ceil(4 * 31 / 40) = 4
    assert [line[3:].split()[:3] for line in lines[2:-1]] == (
        [["3", "of", "4"]] * 10 + [["0", "of", "4"]] * 6
    )
    assert lines[-1] == "... 24 less full"


@pytest.mark.parametrize("breakage", ["lost", "doubled", "negative", "total", "over", "stranger"])
def test_check_finds_broken_counts(breakage) -> None:
    bounded = BoundedLoads(Ring(["a", "b", "c"]), 1.25)
    for i in range(9):
        bounded.acquire(str(i))
    loads = bounded._loads
    node = max(loads, key=loads.__getitem__)
    if breakage == "lost":
        loads[node] -= 1
    elif breakage == "doubled":
        loads[node] += 1
    elif breakage == "negative":
        loads.update({node: -1, "a" if node != "a" else "b": 10})
    elif breakage == "total":
        bounded._total += 1
    elif breakage == "over":
        loads.update(dict.fromkeys(loads, 0), a=9)
    else:
        loads["x"] = 0
    with pytest.raises(AssertionError):
        bounded.check()
