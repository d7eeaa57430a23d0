"""Maglev's table against the paper's and Envoy's, against a naive one, and what a change moves."""

from __future__ import annotations

import math
import pickle
from collections import Counter
from fractions import Fraction
from hashlib import blake2b
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdcli.core.errors import InputError
from sdcli.reference.hashing import SPACE
from sdcli.reference.hashing.hashes import mix, shown
from sdcli.reference.hashing.maglev import Maglev, fill, is_prime

PRIMES = [11, 13, 17, 31, 61, 101]
NAMES = st.lists(st.text("abcdef#0", min_size=1, max_size=4), min_size=1, max_size=6, unique=True)
ROWS = st.sampled_from(PRIMES)
WEIGHTS = st.lists(
    st.integers(1, 9) | st.floats(0.01, 50) | st.just(1e-300), min_size=1, max_size=6
)


def naive_fill(rows: int, orders: list[tuple[int, int]], weights: list[float]) -> list[int]:
    """Round after round, every node asked whether its turn is due, as Envoy does it."""
    preferences = [[(offset + j * skip) % rows for j in range(rows)] for offset, skip in orders]
    shares = [Fraction(weight) / Fraction(max(weights)) for weight in weights]
    table: dict[int, int] = {}
    counts = [0] * len(orders)
    rounds = 0
    while len(table) < rows:
        rounds += 1
        for node, order in enumerate(preferences):
            if len(table) < rows and rounds * shares[node] >= counts[node]:
                table[next(row for row in order if row not in table)] = node
                counts[node] += 1
    return [table[row] for row in range(rows)]


# The table


def test_the_papers_example() -> None:
    # Eisenbud and others, NSDI 2016, table 1; the same in dgryski/go-maglev, maglev_test.go.
    # By hand: b0 wants 3 0 4 1 5 2 6, b1 0 2 4 6 1 3 5, b2 3 4 5 6 0 1 2.
    b0, b1, b2 = (3, 4), (0, 2), (3, 1)
    assert fill(7, [b0, b1, b2]) == [1, 0, 1, 0, 2, 2, 0]
    assert [(0, 2)[node] for node in fill(7, [b0, b2])] == [0, 0, 0, 0, 2, 2, 2]


@pytest.mark.parametrize(
    ("orders", "weights", "expected"),
    [
        # Envoy, test/extensions/load_balancing_policies/maglev/maglev_lb_test.cc. A host's offset
        # is XXH64 of its name, seed 0, mod M; its skip XXH64, seed 1, mod M - 1, plus 1.
        # "Basic": 127.0.0.1:90 to 127.0.0.1:95
        (
            [(2, 4), (3, 6), (0, 2), (3, 3), (1, 3), (1, 5)],
            None,
            [2, 4, 0, 1, 5, 0, 3],
        ),
        # "BasicWithHostName": 90 to 95
        (
            [(6, 6), (5, 5), (0, 2), (3, 2), (4, 1), (4, 1)],
            None,
            [2, 5, 0, 3, 4, 1, 0],
        ),
        # "Weighted": 127.0.0.1:90 of weight 1, 127.0.0.1:91 of weight 2
        (
            [(1, 6), (9, 14)],
            [1, 2],
            [1, 0, 0, 1, 0, 1, 1, 0, 1, 1, 1, 1, 1, 0, 1, 0, 1],
        ),
        # "LocalityWeightedSameLocalityWeights"
        (
            [(1, 6), (9, 14)],
            [1, 1],
            [1, 0, 0, 1, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0, 1, 0, 1],
        ),
        # "LocalityWeightedDifferentLocalityWeights": 8 and 2
        (
            [(1, 6), (9, 14)],
            [8, 2],
            [1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0],
        ),
    ],
)
def test_envoys_tables(orders, weights, expected) -> None:
    assert fill(len(expected), orders, weights) == expected


def test_envoys_documentation_on_weights() -> None:
    # load_balancers/maglev: hosts A and B of weight 1 and 2 have 21,846 and 43,691 of 65,537 rows
    place = Maglev({"A": 1, "B": 2})
    assert place.rows_of() == {"A": 21_846, "B": 43_691}
    place.check()


@settings(max_examples=60)
@given(ROWS, st.data())
def test_the_table_is_the_naive_one(rows, data) -> None:
    weights = data.draw(WEIGHTS)
    order = st.tuples(st.integers(0, rows - 1), st.integers(1, rows - 1))
    orders = data.draw(st.lists(order, min_size=len(weights), max_size=len(weights)))
    assert fill(rows, orders, weights) == naive_fill(rows, orders, weights)
    equal = [1.0] * len(orders)
    assert fill(rows, orders) == fill(rows, orders, equal) == naive_fill(rows, orders, equal)


@given(NAMES, ROWS)
def test_a_nodes_offset_and_skip_come_from_its_name(names, rows) -> None:
    # Offset: the hash mod M. Skip: 1 to M - 1, from the hash mixed once more.
    hashes = [
        int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big")
        for name in sorted(names)
    ]
    orders = [(number % rows, mix(number) % (rows - 1) + 1) for number in hashes]
    table = naive_fill(rows, orders, [1.0] * len(names))
    place = Maglev(names, rows)
    assert [place.owner_at(row) for row in range(rows)] == [sorted(names)[node] for node in table]


def test_is_prime() -> None:
    # OEIS A000040; 561 is a Carmichael number, 65,537 Fermat's, 5,000,011 Envoy's limit
    assert [number for number in range(-2, 30) if is_prime(number)] == [
        2, 3, 5, 7, 11, 13, 17, 19, 23, 29,
    ]  # fmt: skip
    assert [number for number in (561, 65_537, 4_294_967_297, 5_000_011) if is_prime(number)] == [
        65_537,
        5_000_011,
    ]


# Lookups


@given(NAMES, ROWS, st.lists(st.text(max_size=8), max_size=20))
def test_a_lookup_reads_the_row_that_the_hash_leaves(names, rows, keys) -> None:
    place = Maglev(names, rows)
    place.check()
    owners = [place.owner_at(row) for row in range(rows)]
    for key in (key for key in keys if key.isascii()):
        position = int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big")
        assert place.lookup(key) == place.owner_at(position) == owners[position % rows]
    numbers = place.lookup_batch([key for key in keys if key.isascii()])
    assert [names[number] for number in numbers] == [
        place.lookup(key) for key in keys if key.isascii()
    ]


def test_replicas_are_different_nodes_and_zones() -> None:
    zones = {"a": "east", "b": "east", "c": "west", "d": "west"}
    place = Maglev(list(zones), rows=101, zones=zones)
    for i in range(50):
        owners = place.lookup_n(f"key-{i}", 4)
        assert owners[0] == place.lookup(f"key-{i}")
        assert sorted(owners) == ["a", "b", "c", "d"]
        apart = place.lookup_n(f"key-{i}", 2, distinct="zone")
        assert {zones[node] for node in apart} == {"east", "west"}


# Shares


@given(NAMES, ROWS)
def test_equal_nodes_differ_by_at_most_one_row(names, rows) -> None:
    counts = Maglev(names, rows).rows_of().values()
    assert sum(counts) == rows
    assert max(counts) - min(counts) <= 1


def test_shares_differ_by_a_hundredth_with_a_hundred_rows_a_node() -> None:
    # the paper, section 3.4: M > 100 n
    shares = Maglev([f"n{i}" for i in range(100)], rows=10_007).arcs().values()
    assert max(shares) - min(shares) <= 0.01 * sum(shares) / 100


@pytest.mark.parametrize(
    ("rows", "each", "more"),
    [
        (11, 1_676_976_733_973_595_601, 5),  # 2^64 = 11 * 1676976733973595601 + 5
        (10_007, 1_843_384_038_543_974, 3798),
    ],
)
def test_shares_are_exact(rows, each, more) -> None:
    # The first rows, as many as the division leaves, have one position more than the others.
    assert rows * each + more == SPACE
    place = Maglev(["a", "b", "c"], rows)
    after = place.add("d")
    widths, moved = Counter[str](), Counter[tuple[str, str]]()
    for row in range(rows):
        width = each + (row < more)
        widths[place.owner_at(row)] += width
        if place.owner_at(row) != after.owner_at(row):
            moved[place.owner_at(row), after.owner_at(row)] += width
    assert place.widths() == widths
    assert place.arcs() == {node: widths[node] / SPACE for node in "abc"}
    shares = {(one.source, one.target): one.share for one in place.ranges(after)}
    assert shares == {pair: width / SPACE for pair, width in moved.items()}


def test_shares_follow_the_weights() -> None:
    weights = {"none": 0, "tiny": 1e-300, "half": 0.5, "one": 1, "more": 2.5}
    place = Maglev(weights, rows=10_007)
    place.check()
    rows = place.rows_of()
    assert rows["none"] == 0
    assert rows["tiny"] == 1
    # Each may have one row more than its part, its first, and one less in the last round.
    for node, weight in weights.items():
        if weight > 1e-3:
            assert abs(rows[node] - 10_006 * weight / 4) <= 2
    assert "none" not in place.lookup_n("k", 4)


# Changes


@given(NAMES, ROWS, st.randoms(use_true_random=False))
def test_the_order_in_which_nodes_come_makes_no_difference(names, rows, random) -> None:
    built = Maglev({name: 1 + len(name) for name in names}, rows)
    shuffled = names[:]
    random.shuffle(shuffled)
    grown = Maglev([], rows)
    for name in shuffled:
        grown = grown.add(name, 1 + len(name))
    grown.check()
    assert grown == built
    assert hash(grown) == hash(built)
    owners = [grown.owner_at(row) for row in range(rows)]
    assert owners == [built.owner_at(row) for row in range(rows)]
    back = grown.add("new").remove("new")
    assert [back.owner_at(row) for row in range(rows)] == owners


def test_all_orders_of_four_nodes_are_one_placement() -> None:
    assert len({Maglev(order, rows=101) for order in permutations("abcd")}) == 1


@given(NAMES, ROWS)
def test_a_plan_is_the_rows_that_differ(names, rows) -> None:
    before = Maglev(names, rows)
    after = before.add("new", 2.0)
    plan = before.plan(after)
    plan.check()
    differ = [row for row in range(rows) if before.owner_at(row) != after.owner_at(row)]
    assert plan.share == pytest.approx(len(differ) / rows)
    for node, share in after.arcs().items():
        gained = plan.received.get(node, 0.0) - plan.sent.get(node, 0.0)
        assert gained == pytest.approx(share - before.arcs().get(node, 0.0), abs=1e-15)
    assert before.plan(before).moves == ()
    with pytest.raises(InputError, match="one copy"):
        Maglev(["a", "b"], rows).plan(Maglev(["a", "c"], rows), replicas=2)


def test_more_than_the_new_nodes_keys_move_but_not_many_more() -> None:
    # No bound is published. Envoy's documentation: "approximately double the keys will move".
    # Of 101 nodes 1/101 must move; twice that, and half as much again for chance.
    before = Maglev([f"n{i}" for i in range(100)])
    after = before.add("new")
    plan = before.plan(after)
    assert plan.received["new"] == pytest.approx(1 / 101, rel=0.01)
    assert 1 / 101 < plan.share < 3 / 101
    keys = 20_000
    moved = sum(before.lookup(f"{i}") != after.lookup(f"{i}") for i in range(keys)) / keys
    assert abs(moved - plan.share) < 4 * math.sqrt(plan.share / keys)  # binomial, 4 sigma


def test_more_rows_move_fewer_keys_beside_those_that_must() -> None:
    def beside(rows: int) -> float:
        place = Maglev([f"n{i}" for i in range(20)], rows)
        plan = place.plan(place.add("new"))
        return plan.share - plan.received["new"]

    # 20 rows for each node, and 2500; measured 4.7 % of all keys and 0.4 %
    assert beside(50_021) < beside(401) / 2


def test_a_placement_never_changes_and_can_be_pickled() -> None:
    place = Maglev({"a": 1, "b": 2.5}, rows=31)
    rows = place.rows_of()
    place.add("c")
    place.remove("a")
    assert place.rows_of() == rows
    other = pickle.loads(pickle.dumps(place))
    assert other == place
    assert other.lookup("k") == place.lookup("k")
    assert repr(place) == "Maglev({'a': 1.0, 'b': 2.5}, rows=31, hash='blake2b')"
    assert place != Maglev({"a": 1, "b": 2.5}, rows=37)


# Bad input


@pytest.mark.parametrize(
    ("rows", "fix"),
    [
        (8, "rows=11"),
        (65_536, "rows=65537"),
        (5_000_000, "rows=5000011"),  # the next prime, and Envoy's limit
        (3, "rows=307"),  # not above 3 nodes; the first prime from 100 for each
        (0, "rows=307"),
        (-7, "rows=307"),
        (5_000_023, "rows=307"),  # a prime, and too large
        (True, "rows=307"),
        (7.0, "rows=307"),
        ("7", "rows=307"),
        (None, "rows=307"),
        (10**5000, "rows=307"),
    ],
    ids=lambda given: shown(given)[:12],
)
def test_rows_that_cannot_be_are_refused_with_a_prime_that_can(rows, fix) -> None:
    with pytest.raises(InputError, match="that many rows") as caught:
        Maglev(["a", "b", "c"], rows)
    assert caught.value.fix == fix


def test_a_node_too_many_is_refused() -> None:
    place = Maglev(["a", "b"], rows=3)
    with pytest.raises(InputError, match="that many rows"):
        place.add("c")
    assert place.nodes == ("a", "b")
    with pytest.raises(InputError, match="already"):
        place.add("a")
    with pytest.raises(InputError, match="no node has this name"):
        place.remove("c")


def test_an_empty_placement_says_what_it_needs() -> None:
    for place in (Maglev([]), Maglev({"a": 0}), Maglev(["a"], rows=7).remove("a")):
        place.check()
        assert sum(place.arcs().values()) == 0
        assert "empty" in place.describe()
        assert place.table_bytes == 0
        for ask in (place.lookup, lambda key, p=place: p.lookup_batch([key])):
            with pytest.raises(InputError, match="empty"):
                ask("k")
        with pytest.raises(InputError, match="empty"):
            place.owner_at(0)


@pytest.mark.parametrize("key", [1, None, 1.5, "\ud800"])
def test_a_key_of_another_kind_is_refused(key) -> None:
    with pytest.raises(InputError, match=r"key|UTF-8"):
        Maglev(["a"], rows=7).lookup(key)


def test_what_it_says_of_itself() -> None:
    place = Maglev(["a", "b", "c"], rows=7)
    assert place.describe().startswith("maglev: 3 nodes, 7 rows, hash blake2b\n")
    drawn = place.describe().splitlines()[1]
    assert [drawn.count(letter) for letter in "abc"] == list(place.rows_of().values())
    assert place.work(0) == (1, 0)
    assert place.table_bytes == 7 * 4
    assert place.settings == {"rows": 7}
    assert "..." in Maglev(["a"], rows=67).describe()


@pytest.mark.parametrize("breakage", ["swap rows", "steal a row", "rows"])
def test_check_finds_a_broken_table(breakage: str) -> None:
    place = Maglev(["a", "b", "c"], rows=31)
    table = place._table
    if breakage == "swap rows":
        i = next(i for i in range(30) if table[i] != table[i + 1])
        table[i], table[i + 1] = table[i + 1], table[i]
    elif breakage == "steal a row":
        table[0] = "a" if table[0] != "a" else "b"
    else:
        place._rows = 30
    with pytest.raises(AssertionError):
        place.check()


@settings(max_examples=25)
@given(st.lists(st.tuples(st.booleans(), st.sampled_from("abcdefgh")), max_size=25))
def test_invariants_hold_through_any_life(changes) -> None:
    place = Maglev([], rows=31)
    for add, name in changes:
        if add and name not in place:
            place = place.add(name, weight=len(place) / 2)
        elif not add and name in place:
            place = place.remove(name)
        place.check()
