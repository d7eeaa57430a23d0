"""Plans against brute force over positions, and their bytes and minutes against sums by hand."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdcli.core.errors import InputError
from sdcli.reference.hashing import SPACE, Modulo, Move, Placement, Plan, Ring, plan, planning
from sdcli.reference.hashing import hashes as hashes_module
from sdcli.reference.hashing.circle import Circle
from sdcli.reference.hashing.hashes import shown

ZONED = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("xyz"), min_size=1)
NAMES = st.lists(st.sampled_from("abcdefg"), min_size=1, max_size=5, unique=True)


def first_owners(place: Placement, position: int, count: int) -> list[str]:
    return list(dict.fromkeys(place.owners_at(position)))[:count]


def moves_at(made: Plan, position: int) -> list[tuple[str, str]]:
    """Who hands this position to whom, by the stretches (after, upto] of the plan."""
    return [
        (move.source, move.target)
        for move in made.moves
        for after, upto in move.ranges
        if (position - after - 1) % SPACE < ((upto - after) % SPACE or SPACE)
    ]


def must_move(old: Placement, new: Placement, position: int, made: Plan, replicas: int) -> None:
    """One copy for each new owner, from an owner that leaves: there are as many of these."""
    olds = first_owners(old, position, replicas)
    news = first_owners(new, position, replicas)
    moved = moves_at(made, position)
    assert sorted(target for _, target in moved) == sorted(set(news) - set(olds))
    assert sorted(source for source, _ in moved) == sorted(set(olds) - set(news))


@given(NAMES, NAMES, st.integers(1, 4), st.integers(1, 3))
def test_every_position_of_a_crowded_circle_moves_as_it_must(olds, news, vnodes, copies) -> None:
    """16 places, so that all can be asked, and points of different nodes meet on them."""
    narrow = hashes_module.blake2b
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(hashes_module._LOADERS, "blake2b", lambda: lambda data: narrow(data) % 16)
        old, new = Ring(olds, vnodes), Ring(news, vnodes)
        replicas = min(copies, len(olds), len(news))
        made = plan(old, new, replicas=replicas)
        made.check()
        moved = Fraction(0)
        for place in range(17):  # the 17th stands for all behind the last point
            must_move(old, new, place, made, replicas)
            width = SPACE - 16 if place == 16 else 1
            moved += width * len(moves_at(made, place))
        assert made.share == pytest.approx(float(moved / SPACE), abs=1e-15)


@settings(max_examples=40)
@given(NAMES, NAMES, st.integers(1, 4), st.integers(1, 3))
def test_both_sides_of_every_cut_move_as_they_must(olds, news, vnodes, copies) -> None:
    old, new = Ring(olds, vnodes), Ring(news, vnodes)
    replicas = min(copies, len(olds), len(news))
    made = plan(old, new, replicas=replicas)
    made.check()
    for cut in {*old._positions, *new._positions}:
        for position in (cut - 1, cut, (cut + 1) % SPACE):
            must_move(old, new, position, made, replicas)


@settings(max_examples=40)
@given(
    st.dictionaries(st.sampled_from("abcdef"), st.sampled_from([0.5, 1, 2]), min_size=1),
    st.dictionaries(st.sampled_from("abcdef"), st.sampled_from([0.5, 1, 2]), min_size=1),
)
def test_what_a_node_gains_is_the_difference_of_its_shares(olds, news) -> None:
    """Whole fleets may be exchanged, and weights changed, in one plan."""
    old, new = Ring(olds, vnodes=6), Ring(news, vnodes=6)
    made = plan(old, new)
    before, after = old.arcs(), new.arcs()
    for node in {**before, **after}:
        gained = made.received.get(node, 0.0) - made.sent.get(node, 0.0)
        assert gained == pytest.approx(after.get(node, 0.0) - before.get(node, 0.0), abs=1e-12)


def asked(place: Placement, position: int, count: int) -> list[str]:
    """`lookup_n` in different zones, of a key whose hash is this position."""
    place._hash = lambda data: int.from_bytes(data, "big")
    return place.lookup_n(position.to_bytes(8, "big"), count, distinct="zone")


@settings(max_examples=60)
@given(ZONED, ZONED, st.integers(1, 4), st.integers(1, 3))
def test_copies_in_different_zones_move_as_lookups_say(olds, news, vnodes, copies) -> None:
    """Nodes come, go and change their zones, all in one plan."""
    old, new = (Ring(list(zones), vnodes, zones=zones) for zones in (olds, news))
    replicas = min(copies, len(set(olds.values())), len(set(news.values())))
    made = plan(old, new, replicas=replicas, distinct="zone")
    made.check()
    cuts, share = sorted({*old._positions[:-1], *new._positions[:-1]}), Fraction(0)
    for before, cut in zip([cuts[-1] - SPACE, *cuts], cuts, strict=False):
        for position in ((before + 1) % SPACE, cut):
            gone, came = asked(old, position, replicas), asked(new, position, replicas)
            moved = moves_at(made, position)
            assert sorted(target for _, target in moved) == sorted(set(came) - set(gone))
            assert sorted(source for source, _ in moved) == sorted(set(gone) - set(came))
        share += Fraction((cut - before) * len(moved), SPACE)
    assert made.share == pytest.approx(float(share), abs=1e-12)


def test_nodes_that_change_zones_only_move_second_copies() -> None:
    """a and b shared a zone, now a and c do; no node comes or goes, so first owners stay.

    By hand, for a first: of the orders of b, c, d behind it bcd takes c before and b after, bdc d
    and b, cbd c and b, cdb c and d; dbc and dcb take d both times. So 4 of 6 second copies move,
    if orders are equally likely; 160 points of each of 4 nodes are 8 % of a share.
    """
    old = Ring(["a", "b", "c", "d"], zones={"a": "x", "b": "x", "c": "y", "d": "y"})
    new = Ring(["a", "b", "c", "d"], zones={"a": "x", "b": "y", "c": "x", "d": "y"})
    assert old.plan(new).moves == old.plan(new, replicas=2).moves == ()
    assert old.plan(new, distinct="zone").moves == ()
    made = old.plan(new, replicas=2, distinct="zone")
    assert made.share == pytest.approx(4 / 6, abs=4 * 0.08 * 4 / 6)
    count = 2000
    moved = sum(
        old.lookup_n(f"key-{i}", 2, "zone") != new.lookup_n(f"key-{i}", 2, "zone")
        for i in range(count)
    )
    deviation = math.sqrt(made.share * (1 - made.share) / count)
    assert abs(moved / count - made.share) < 4 * deviation


class Placed(Circle):
    """A circle whose points are given by hand."""

    __slots__ = ("_at_hand",)

    NAME = "placed"

    def __init__(self, points: dict[str, list[int]]) -> None:
        super().__init__(list(points))
        self._at_hand = points
        self._fill()

    def _points(self, node: str) -> list[int]:
        return self._at_hand[node]

    def add(self, node: str, weight: float = 1.0, zone: str = "") -> Placed:
        raise NotImplementedError

    remove = add


@pytest.mark.parametrize(
    ("points", "ranges"),
    [
        # b's points at 10, 20, 30 own (100, 10], (10, 20] and (20, 30]; a's the rest
        ({"c": [10, 20, 30]}, {"c": [(100, 30)]}),  # all three: one stretch, through 0
        ({"c": [10, 20], "b": [30]}, {"c": [(100, 20)]}),
        ({"c": [20, 30], "b": [10]}, {"c": [(10, 30)]}),
        ({"c": [10, 30], "d": [20]}, {"c": [(100, 10), (20, 30)], "d": [(10, 20)]}),
        ({"c": [5, 10, 15, 20, 25, 30]}, {"c": [(100, 30)]}),  # its points inside change nothing
        ({"c": [15], "b": [10, 20, 30]}, {"c": [(10, 15)]}),
    ],
)
def test_neighbouring_stretches_of_one_move_are_one(points, ranges) -> None:
    old = Placed({"a": [60, 100], "b": [10, 20, 30]})
    made = plan(old, Placed({"a": [60, 100], **points}))
    made.check()
    assert {move.target: list(move.ranges) for move in made.moves} == ranges
    width = sum((upto - after) % SPACE for all_ in ranges.values() for after, upto in all_)
    assert made.share == pytest.approx(width / SPACE)


def test_stretches_through_0_are_joined_at_both_ends_and_all_around() -> None:
    old = Placed({"a": [10, 50, 90], "b": [40]})
    # a's: (90, 10], (40, 50] and (50, 90], so with its neighbours (40, 10]; b's (10, 40]
    made = plan(old, Placed({"b": [40], "c": [10, 50, 90]}))
    assert [move.ranges for move in made.moves] == [((40, 10),)]
    whole = plan(Placed({"a": [10, 50, 90]}), Placed({"b": [20, 70]}))
    # one stretch, all around: it begins where it ends, at the last cut
    assert [move.ranges for move in whole.moves] == [((90, 90),)]
    assert whole.share == 1


@given(NAMES, st.integers(1, 4))
def test_nothing_moves_between_equal_placements(names, vnodes) -> None:
    made = plan(Ring(names, vnodes), Ring(names[::-1], vnodes), data=1e12, bandwidth=1.0)
    made.check()
    assert made.moves == ()
    assert (made.share, made.bytes, made.seconds, made.bottleneck) == (0, 0, 0, "")
    assert (made.sent, made.received) == ({}, {})
    assert made.describe().split() == ["in", "all", "0.00", "%", "0", "B", "0", "s"]


def test_nodes_that_come_only_receive_and_nodes_that_go_only_send() -> None:
    old = Ring(["a", "b", "c"])
    grown = old.add("d").add("e")
    growth, loss = old.plan(grown), grown.plan(old)
    assert set(growth.received) == {"d", "e"}
    assert set(growth.sent) == {"a", "b", "c"}
    assert growth.share == pytest.approx(grown.arcs()["d"] + grown.arcs()["e"])
    assert (loss.sent, loss.received) == (growth.received, growth.sent)


def test_with_replicas_too_only_the_newcomer_receives() -> None:
    """It becomes one of the owners of a stretch, and the last of them falls out."""
    old = Ring(["a", "b", "c", "d"], vnodes=30)
    new = old.add("e")
    made = old.plan(new, replicas=3)
    assert set(made.received) == {"e"}
    # Each stretch that e holds a copy of: counted on keys, 4 sigma of a binomial share
    count = 3000
    held = sum("e" in new.lookup_n(f"key-{i}", 3) for i in range(count)) / count
    assert abs(made.share - held) < 4 * math.sqrt(held * (1 - held) / count)


def test_a_weight_that_grows_takes_from_the_others_only() -> None:
    old, new = Ring({"a": 1, "b": 1, "c": 1}), Ring({"a": 1, "b": 2, "c": 1})
    made = old.plan(new)
    assert {(move.source, move.target) for move in made.moves} == {("a", "b"), ("c", "b")}
    assert made.share == pytest.approx(new.arcs()["b"] - old.arcs()["b"])


# Bytes and seconds


def test_bytes_and_seconds_by_hand() -> None:
    """From hash mod 2 to hash mod 3, over the six remainders of 6.

    mod 2    a b a b a b        2: a to c    3: b to a    4: a to b    5: b to c
    mod 3    a b c a b c        so four moves of a sixth
    """
    made = plan(Modulo(["a", "b"]), Modulo(["a", "b", "c"]), data=6e9, bandwidth=1e8)
    made.check()
    expected = [("a", "b"), ("a", "c"), ("b", "a"), ("b", "c")]
    assert [(move.source, move.target) for move in made.moves] == expected
    for move in made.moves:
        assert move.share == pytest.approx(1 / 6)
        assert move.bytes == pytest.approx(1e9)
        assert move.seconds == pytest.approx(10)  # 1e9 bytes at 1e8 a second
        assert move.ranges == ()
    assert made.share == pytest.approx(4 / 6)
    assert made.bytes == pytest.approx(4e9)
    assert made.sent == pytest.approx({"a": 2 / 6, "b": 2 / 6})
    assert made.received == pytest.approx({"c": 2 / 6, "a": 1 / 6, "b": 1 / 6})
    # all at the same time, in both directions: a and b send 2e9 each, c receives 2e9
    assert made.seconds == pytest.approx(20)


def test_the_bottleneck_is_who_sends_or_receives_the_most() -> None:
    def between(*moves: tuple[str, str, float]) -> Plan:
        return Plan(tuple(Move(a, b, share, 0.0, 0.0, ()) for a, b, share in moves), 1e6, 1e3)

    # b receives 0.1 + 0.2, c and a send less
    made = between(("a", "b", 0.2), ("c", "b", 0.1), ("c", "d", 0.15))
    assert made.bottleneck == "b"
    assert made.seconds == pytest.approx(300)  # 0.3 of 1e6 bytes at 1e3 a second
    # c sends 0.1 + 0.25, more than anybody receives
    made = between(("a", "b", 0.2), ("c", "b", 0.1), ("c", "d", 0.25))
    assert made.bottleneck == "c"
    assert made.seconds == pytest.approx(350)


def test_one_node_that_joins_is_its_own_bottleneck() -> None:
    old = Ring([f"n{i}" for i in range(9)])
    new = old.add("new")
    made = old.plan(new, data=2e12, bandwidth=125e6)
    assert made.bottleneck == "new"
    assert made.seconds == pytest.approx(new.arcs()["new"] * 2e12 / 125e6)
    assert made.bytes == pytest.approx(new.arcs()["new"] * 2e12)


def test_without_bandwidth_or_data_only_shares_are_told() -> None:
    made = Ring(["a"]).plan(Ring(["a", "b"]))
    assert made.share > 0
    assert (made.bytes, made.seconds) == (0, 0)


def test_the_largest_comes_first() -> None:
    made = Ring([f"n{i}" for i in range(9)], vnodes=3).plan(Ring(["n0", "n4", "n8"], vnodes=3))
    shares = [move.share for move in made.moves]
    assert len(set(shares)) > 5
    assert shares == sorted(shares, reverse=True)
    for totals in (made.sent, made.received):
        assert list(totals.values()) == sorted(totals.values(), reverse=True)


# Text


def test_describe_shows_the_largest_moves_and_the_sum() -> None:
    made = plan(Modulo(["a", "b"]), Modulo(["a", "b", "c"]), data=6e12, bandwidth=1e8)
    # by hand: 1e12 bytes at 1e8 a second are 1e4 s, 2.78 h; 2e12 are 5.56 h
    assert made.describe().splitlines() == [
        "a -> b   16.67 %       1 TB     2.78 h",
        "a -> c   16.67 %       1 TB     2.78 h",
        "b -> a   16.67 %       1 TB     2.78 h",
        "b -> c   16.67 %       1 TB     2.78 h",
        "in all   66.67 %       4 TB     5.56 h, as long as c takes",
    ]


def test_describe_of_many_moves_counts_the_rest() -> None:
    made = plan(Modulo(["a" * 50, "b", "c", "d"]), Modulo(["a" * 50, "b", "c", "d", "e"]))
    lines = made.describe().splitlines()
    # 4 -> 5: of 20 remainders, 4 stay; 16 pairs that differ
    assert len(made.moves) == 16
    assert lines[12] == "... 4 smaller moves"
    assert max(map(len, lines[:12])) <= 80


# What check() is for


@pytest.mark.parametrize(
    "moves",
    [
        [("a", "a", 0.5)],
        [("a", "b", 0.0)],
        [("a", "b", -0.5)],
        [("a", "b", 0.25), ("a", "b", 0.25)],
        [("a", "b", 0.25, ((1, 2), (5, 6), (2, 3)))],
        [("a", "b", 0.25, ((1, 2), (5, 1)))],
    ],
)
def test_check_finds_a_broken_plan(moves) -> None:
    made = Plan(
        tuple(Move(a, b, share, 0.0, 0.0, *(ranges or [()])) for a, b, share, *ranges in moves),
        0.0,
        0.0,
    )
    with pytest.raises(AssertionError):
        made.check()


# Bad input


@pytest.mark.parametrize(
    "new",
    [
        Modulo(["a"]),
        Ring(["a"], vnodes=161),
        None,
        ["a", "b"],
        Ring,
    ],
    ids=str,
)
def test_placements_of_different_kinds_are_not_compared(new) -> None:
    for call in (lambda: plan(Ring(["a", "b"]), new), lambda: plan(new, Ring(["a", "b"]))):
        with pytest.raises(InputError, match="cannot be compared") as caught:
            call()
        assert "ring, hash blake2b, vnodes 160" in caught.value.given
        assert caught.value.expected


def test_placements_of_different_hashes_are_not_compared() -> None:
    pytest.importorskip("xxhash", reason="xxhash is the extra `fast`")
    with pytest.raises(InputError, match="cannot be compared"):
        plan(Ring(["a"]), Ring(["a", "b"], hash="xxh3"))


@pytest.mark.parametrize("name", ["data", "bandwidth"])
@pytest.mark.parametrize(
    "value",
    [-1, math.nan, math.inf, True, "1 TB", None, 10**400, 10**5000],
    ids=lambda value: shown(value)[:12],
)
def test_what_is_no_number_of_bytes_is_refused(name, value) -> None:
    with pytest.raises(InputError, match="number of bytes") as caught:
        plan(Ring(["a"]), Ring(["b"]), **{name: value})
    assert caught.value.where == name
    assert "1e12" in caught.value.expected


@pytest.mark.parametrize("replicas", [True, 1.0, "2", None])
def test_what_is_no_whole_number_of_replicas_is_refused(replicas) -> None:
    with pytest.raises(InputError, match="not a whole number") as caught:
        plan(Ring(["a", "b"]), Ring(["a", "c"]), replicas=replicas)
    assert caught.value.where == "replicas"


@pytest.mark.parametrize("replicas", [0, -1, 3, 10**5000], ids=shown)
def test_more_replicas_than_nodes_on_either_side_are_refused(replicas) -> None:
    small, large = Ring({"a": 1, "b": 1, "idle": 0}), Ring(["a", "b", "c"])
    for old, new in ((small, large), (large, small)):
        with pytest.raises(InputError, match="that many replicas") as caught:
            plan(old, new, replicas=replicas)
        assert "from 1 to 2, the nodes" in caught.value.expected
        with pytest.raises(InputError, match="not that many nodes") as caught:
            list(old.ranges(new, replicas))
        assert caught.value.where == "replicas"


def test_more_replicas_than_zones_on_either_side_are_refused() -> None:
    """The third zone of `small` owns nothing."""
    small = Ring({"a": 1, "b": 1, "c": 0}, zones={"a": "x", "b": "y", "c": "z"})
    large = Ring(["a", "b", "c"], zones={"a": "x", "b": "y", "c": "z"})
    for old, new in ((small, large), (large, small)):
        assert plan(old, new, replicas=2, distinct="zone").share > 0
        with pytest.raises(InputError, match="that many replicas") as caught:
            plan(old, new, replicas=3, distinct="zone")
        assert "from 1 to 2, the zones" in caught.value.expected


@pytest.mark.parametrize("make", [Ring, Modulo])
def test_without_zones_on_both_sides_none_can_be_told_apart(make) -> None:
    zoned, plain = make(["a", "b"], zones={"a": "x", "b": "y"}), make(["a", "b", "c"])
    for old, new, word in ((zoned, plain, "zone"), (plain, zoned, "zone"), (zoned, zoned, "rack")):
        with pytest.raises(InputError, match="told apart") as caught:
            plan(old, new, distinct=word)
        assert caught.value.where == "distinct"


def test_more_moves_than_anybody_could_wait_for_are_refused(monkeypatch) -> None:
    """From 9 nodes to 10: each of the 9 meets each of the 10 in one of 90 remainders, 9 itself."""
    old, new = Modulo([f"n{i}" for i in range(9)]), Modulo([f"n{i}" for i in range(10)])
    monkeypatch.setattr(planning, "MOVES_MAX", 81)
    assert len(plan(old, new).moves) == 81
    monkeypatch.setattr(planning, "MOVES_MAX", 80)
    with pytest.raises(InputError, match="too many moves") as caught:
        plan(old, new)
    assert "ring" in caught.value.expected


def test_only_a_circle_plans_replicas() -> None:
    zones = {"a": "x", "b": "y"}
    with pytest.raises(InputError, match="one copy only") as caught:
        Modulo(["a", "b"]).plan(Modulo(["a", "b", "c"]), replicas=2)
    assert "ring" in caught.value.expected
    with pytest.raises(InputError, match="one copy only"):
        plan(*[Modulo(["a", "b"], zones=zones)] * 2, replicas=2, distinct="zone")


@pytest.mark.parametrize("empty", [Ring([]), Ring({"a": 0})])
def test_nothing_can_be_planned_from_or_to_nobody(empty) -> None:
    for old, new in ((empty, Ring(["a"])), (Ring(["a"]), empty)):
        with pytest.raises(InputError) as caught:
            plan(old, new)
        assert "owns something" in caught.value.expected
