"""Jump: the buckets that others publish, moves to the new bucket only, and what it cannot do."""

from __future__ import annotations

import math
from collections import Counter
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.core.errors import InputError
from sdcli.reference.hashing.hashes import SPACE, blake2b
from sdcli.reference.hashing.jump import Jump, _landings, jump
from sdcli.reference.hashing.placement import Work

POSITIONS = st.integers(0, SPACE - 1)
KEYS = 20_000


def four_sigma(share: float, keys: int) -> float:
    return 4 * math.sqrt(share * (1 - share) / keys)  # of a binomial's share


# github.com/dgryski/go-jump, jump_test.go: made with the paper's C++; for 1, 2, 3, ... buckets
@pytest.mark.parametrize(
    ("position", "buckets"),
    [
        (0, [0] * 20),
        (1, [0] * 6 + [6] * 11 + [17] * 2),
        (0xDEADBEEF, [0, 1, 2, 3, 3] + [5] * 11 + [16] * 3),
        (0x0DDC0FFEEBADF00D, [0, 1] + [2] * 13 + [15] * 4),
    ],
)
def test_buckets_are_those_of_go_jump(position: int, buckets: list[int]) -> None:
    assert [jump(position, size) for size in range(1, len(buckets) + 1)] == buckets


@pytest.mark.parametrize(
    ("position", "buckets", "bucket"),
    [
        # github.com/lithammer/python-jump-consistent-hash, tests/test_jump.py, and the same in
        # ClickHouse, tests/queries/0_stateless/00580_consistent_hashing_functions
        (1, 1, 0),
        (42, 57, 43),
        (256, 1024, 520),
        (0xDEAD10CC, 1, 0),
        (0xDEAD10CC, 666, 361),
        (16045690984833335023, 255, 237),  # ClickHouse only
        # github.com/google/guava, HashingTest.java, "golden" values
        (10863919174838991, 11, 6),
        (2016238256797177309, 11, 3),
        (1673758223894951030, 11, 5),
        (2, 100_001, 80_343),
        (2201, 100_001, 22_152),
        (2202, 100_001, 15_018),
    ],
)
def test_buckets_are_those_that_others_publish(position: int, buckets: int, bucket: int) -> None:
    assert jump(position, buckets) == bucket


def test_buckets_are_those_of_guava() -> None:
    """github.com/google/guava, HashingTest.java, "golden100"."""
    golden = [0, 55, 62, 8, 45, 59, 86, 97, 82, 59, 73, 37, 17, 56, 86, 21, 90, 37, 38, 83]
    assert [jump(position, 100) for position in range(20)] == golden


def test_the_jump_is_rounded_as_the_paper_rounds_it() -> None:
    """This key comes to bucket 48 and then draws r = 49/128, exactly.

    49 / r is 128, but the paper takes 49 * (1 / r), where 1 / r = 128/49 is rounded down, and so
    jumps to 127. (The package jump-consistent-hash 3.6.0, in C, does as well.)
    """
    assert list(islice(_landings(6823911592524460611), 3)) == [0, 48, 127]
    assert [jump(6823911592524460611, size) for size in (49, 127, 128)] == [48, 48, 127]


@given(POSITIONS)
def test_a_list_that_grows_moves_keys_to_the_new_bucket_only(position: int) -> None:
    bucket = 0
    for size in range(1, 200):
        moved = jump(position, size)
        assert moved in (bucket, size - 1)
        bucket = moved


@given(POSITIONS, st.integers(1, 1 << 20))
def test_the_owner_is_the_last_landing_within_the_list(position: int, buckets: int) -> None:
    landings = list(islice(_landings(position), 64))
    assert landings == sorted(set(landings))
    assert jump(position, buckets) == max(bucket for bucket in landings if bucket < buckets)


def test_the_key_of_the_picture_lands_as_drawn() -> None:
    assert list(islice(_landings(blake2b(b"142")), 4)) == [0, 2, 7, 16]
    assert Jump([str(i) for i in range(10)]).lookup("142") == "7"


def test_counted_keys_agree_with_equal_shares() -> None:
    place = Jump([f"n{i}" for i in range(7)])
    counted = Counter(place.lookup(f"key-{i}") for i in range(KEYS))
    assert place.arcs() == dict.fromkeys(place.nodes, 1 / 7)
    for node in place.nodes:
        assert abs(counted[node] / KEYS - 1 / 7) < four_sigma(1 / 7, KEYS)


@pytest.mark.parametrize(("small", "large"), [(3, 5), (1, 4)])
def test_counted_moves_agree_with_the_ranges(small: int, large: int) -> None:
    less, more = (Jump([f"n{i}" for i in range(size)]) for size in (small, large))
    moved = Counter(
        pair
        for key in map(str, range(KEYS))
        if (pair := (less.lookup(key), more.lookup(key)))[0] != pair[1]
    )
    ranges = {(one.source, one.target): one.share for one in less.ranges(more)}
    # each new bucket has 1/large of the keys, from each of the old ones as much
    assert ranges == {
        (f"n{i}", f"n{j}"): pytest.approx(1 / (small * large))
        for i in range(small)
        for j in range(small, large)
    }
    assert moved.keys() == ranges.keys()
    for pair, share in ranges.items():
        assert abs(moved[pair] / KEYS - share) < four_sigma(share, KEYS)
    back = {(one.target, one.source): one.share for one in more.ranges(less)}
    assert back == ranges
    plan = less.plan(more)
    plan.check()
    assert plan.share == pytest.approx((large - small) / large)


def test_a_plan_between_lists_that_differ_elsewhere_is_refused() -> None:
    place = Jump(["a", "b", "c"])
    for other in (Jump(["a", "c"]), Jump(["b", "a", "c"]), Jump(["x", "a", "b", "c"])):
        with pytest.raises(InputError, match="at the end of the list"):
            list(place.ranges(other))
    assert list(place.ranges(Jump(["a", "b", "c"]))) == []
    with pytest.raises(InputError, match="one copy only"):
        list(place.ranges(place.add("d"), replicas=2))


def test_the_order_of_the_nodes_is_part_of_the_placement() -> None:
    assert Jump(["a", "b"]) != Jump(["b", "a"])
    assert Jump(["a", "b"]) == Jump(["a"]).add("b")
    assert Jump(["b", "a"]).lookup("k") != Jump(["a", "b"]).lookup("k")
    assert Jump({"c", "b", "a"}).nodes == ("a", "b", "c")  # a set has no order of its own


def test_only_the_last_node_can_be_removed() -> None:
    place = Jump(["a", "b", "c"])
    assert place.remove("c") == Jump(["a", "b"])
    assert place.add("d").remove("d") == place
    with pytest.raises(InputError, match="last node only") as caught:
        place.remove("b")
    assert "rendezvous" in caught.value.expected
    assert place.nodes == ("a", "b", "c")
    with pytest.raises(InputError, match="no node has this name"):
        place.remove("x")


def test_work_counts_the_jumps() -> None:
    # go-jump's key 1 lands in 0, 6 and 17 of 19 buckets: three steps of the generator, the last of
    # them past the end, and a hash; a comparison before each step and one that ends it
    assert Jump([str(i) for i in range(19)]).work(1) == Work(hashes=1 + 3, comparisons=3 + 1)
    place = Jump([str(i) for i in range(100)])
    jumps = sum(place.work(blake2b(str(i).encode())).hashes - 1 for i in range(2000)) / 2000
    # bucket i is landed in with probability 1/i, independently: 1 + 1/2 + ... + 1/100 = 5.187,
    # variance 5.187 - (1 + 1/4 + ... + 1/10000) = 3.552; 4 * sqrt(3.552 / 2000) = 0.169
    assert abs(jumps - 5.187) < 0.169
    assert place.table_bytes == 0


def test_replicas_are_different_nodes() -> None:
    place = Jump(["a", "b", "c"], zones={"a": "east", "b": "east", "c": "west"})
    place.check()
    for key in map(str, range(30)):
        owners = place.lookup_n(key, 3)
        assert owners[0] == place.lookup(key)
        assert sorted(owners) == ["a", "b", "c"]
        zoned = place.lookup_n(key, 2, distinct="zone")
        assert "c" in zoned
    assert place.add("d", zone="west").zones["d"] == "west"


def test_a_batch_is_the_lookups() -> None:
    place = Jump([f"n{i}" for i in range(9)])
    keys = [f"key-{i}" for i in range(50)]
    assert [place.nodes[i] for i in place.lookup_batch(keys)] == [place.lookup(k) for k in keys]


def test_bad_input_is_refused() -> None:
    empty = Jump([])
    empty.check()
    assert empty.arcs() == {}
    assert "empty" in empty.describe()
    for ask in (lambda: empty.lookup("k"), lambda: empty.work(1)):
        with pytest.raises(InputError, match="empty"):
            ask()
    with pytest.raises(InputError, match="no weights"):
        Jump({"a": 1, "b": 2})
    with pytest.raises(InputError, match="no weights"):
        Jump(["a"]).add("b", weight=2)
    with pytest.raises(InputError, match="already"):
        Jump(["a"]).add("a")
    with pytest.raises(InputError, match="key"):
        Jump(["a"]).lookup(5)  # type: ignore[arg-type]
    assert "no table" in Jump(["a", "b"]).describe()


def test_check_finds_a_broken_list() -> None:
    place = Jump(["a", "b", "c"])
    place._names.reverse()
    with pytest.raises(AssertionError, match="1:"):
        place.check()
