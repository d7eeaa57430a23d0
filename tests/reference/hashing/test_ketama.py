"""Ketama against libketama's own checksum, and what other clients of memcached publish."""

from __future__ import annotations

import copy
import ctypes
import math
import pickle
from hashlib import md5
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdcli.core.errors import InputError
from sdcli.reference.hashing import SPACE
from sdcli.reference.hashing.ketama import Ketama, position_of

# RJ/ketama, ketama.servers
LIST = {
    "10.0.1.1:11211": 600,
    "10.0.1.2:11211": 300,
    "10.0.1.3:11211": 200,
    "10.0.1.4:11211": 350,
    "10.0.1.5:11211": 1000,
    "10.0.1.6:11211": 800,
    "10.0.1.7:11211": 950,
    "10.0.1.8:11211": 100,
}
NAMES = st.lists(st.text("abcdef-0", min_size=1, max_size=4), min_size=1, max_size=6, unique=True)
WEIGHTS = st.lists(st.integers(300, 1000), min_size=1, max_size=6)


def places(ring: Ketama) -> list[tuple[int, str]]:
    """The points as ketama numbers them, with their servers."""
    numbers = [position >> 32 for position in ring._positions[: ring.points]]
    return list(zip(numbers, ring._owners, strict=False))


def float_count(weight: int, total: int, servers: int) -> int:
    """libketama's count with C's own floats."""
    share = ctypes.c_float(ctypes.c_float(weight).value / ctypes.c_float(total).value).value
    return math.floor(ctypes.c_float(share * 40.0 * ctypes.c_float(servers).value).value)


# Published vectors


def test_libketamas_own_checksum() -> None:
    """RJ/ketama, libketama/ketama_test.c and test.sh: a million keys on its list of servers.

    The program prints an empty line (no error), then for each number from 0 the key's hash, the
    point and the server; this is the MD5 of all that.
    """
    ring = Ketama(LIST)
    told = [b" %d %s\n" % (point, server.encode()) for point, server in places(ring)]
    told.append(told[0])  # behind the last point
    checksum, first = md5(b"\n"), ring._first
    update = checksum.update
    for i in range(1_000_000):
        position = position_of(b"%d" % i)
        update(b"%d%b" % (position >> 32, told[first(position)]))
    assert checksum.hexdigest() == "5672b131391f5aa2b280936aec1eea74"


def test_lookups_find_the_points_that_the_checksum_covers() -> None:
    ring = Ketama(LIST)
    ring.check()
    points = places(ring)
    for i in range(2000):
        place = position_of(b"%d" % i) >> 32
        server = next((name for point, name in points if point >= place), points[0][1])
        assert ring.lookup(str(i)) == server


def test_libketamas_python_tests() -> None:
    # RJ/ketama, python_ketama/tests.py
    ring = Ketama({"127.0.0.1:11211": 600, "127.0.0.1:11212": 400})
    assert ring.points == 160 * 2
    assert ring.position("test") >> 32 == 3446378249
    assert places(ring)[ring._first(ring.position("test"))] == (3454255383, "127.0.0.1:11211")
    assert ring.lookup("test") == "127.0.0.1:11211"


def test_couchbases_points() -> None:
    # Couchbase SDK RFC 26 (2016), ketama-hashes.json: the first 40 of 640 and the last 18, each
    # with the last digit of its server's address.
    first = (
        "19069626 4, 28439255 1, 36078660 4, 46162273 4, 54096687 4, 73548791 2, 78634244 2, "
        "80168850 4, 89070946 1, 106146674 1, 107634595 3, 109207346 4, 114418334 1, 116192786 2, "
        "116819884 4, 117887929 2, 122969554 4, 124989096 1, 125944238 1, 134898327 3, "
        "138971009 1, 141424941 4, 174283728 1, 177156971 1, 189013923 4, 195580098 4, "
        "197376764 1, 204881655 4, 221328852 3, 221825036 3, 226881827 3, 229775500 4, "
        "230916412 3, 233103339 1, 236483250 4, 237247010 1, 240982556 4, 250488495 1, "
        "251475825 1, 252096145 3"
    )
    last = (
        "4092596632 3, 4099199622 1, 4106037692 3, 4120322167 1, 4152176114 1, 4165291207 4, "
        "4166546806 2, 4195612479 2, 4196018177 4, 4240258066 2, 4248973251 4, 4261792465 1, "
        "4264824551 1, 4275762582 1, 4280142414 1, 4280309254 2, 4281097143 2, 4294628205 2"
    )
    ring = Ketama([f"192.168.1.10{i}:11210" for i in (1, 2, 3, 4)])
    found = [f"{point} {server[-7]}" for point, server in places(ring)]
    assert len(found) == 640
    assert ", ".join(found[:40]) == first
    assert ", ".join(found[-18:]) == last


@pytest.mark.parametrize(
    ("servers", "key", "expected"),
    [
        # spymemcached, KetamaNodeLocatorTest.java: testLookups, testContinuumWrapping,
        # testClusterResizing, testLibKetamaCompat; servers 127.0.0.1:10000, 10001, ...
        (4, "dustin", 0),
        (4, "noelani", 2),
        (4, "some other key", 0),
        (4, "V5XS8C8N", 3),  # these three are behind the last point
        (4, "8KR2DKR2", 3),
        (4, "L9KH6X4X", 3),
        (5, "dustin", 0),
        (5, "noelani", 2),
        (5, "some other key", 4),
        (5, "36", 2),
        (5, "10037", 3),
        (5, "22051", 1),
        (5, "49044", 4),
    ],
)
def test_spymemcacheds_lookups(servers, key, expected) -> None:
    ring = Ketama([f"127.0.0.1:1000{i}" for i in range(servers)])
    assert ring.lookup(key) == f"127.0.0.1:1000{expected}"
    if servers == 4:
        assert places(ring)[-1][0] == 4294887009


def test_spymemcacheds_table() -> None:
    # the same, testLibKetamaCompatTwo: equal weights, the last digit of each server's address
    expected = {
        "0": 1, "233": 7, "466": 3, "699": 1, "932": 6, "1165": 2, "1398": 1, "1631": 6,
        "1864": 5, "2097": 3, "2330": 7, "2563": 3, "2796": 6, "3029": 1, "3262": 2, "3495": 3,
        "3728": 8, "3961": 4, "4194": 4, "4427": 3, "4660": 4, "4893": 7, "5126": 4, "5359": 2,
    }  # fmt: skip
    ring = Ketama(list(LIST))
    assert {key: int(ring.lookup(key)[7]) for key in expected} == expected


# Points


def test_the_counts_of_libketamas_list() -> None:
    # By hand, weight / 4300 * 40 * 8, rounded down: 44.7 22.3 14.9 26.0 74.4 59.5 70.7 7.4
    ring = Ketama(LIST)
    assert list(ring._digests.values()) == [44, 22, 14, 26, 74, 59, 70, 7]
    assert ring.points == 4 * 316


@pytest.mark.parametrize(
    ("servers", "digests"),
    # 1/61 as a float, times 40 * 61, is 39.99999621..., and the float next to that is no 40
    [(1, 40), (3, 40), (60, 40), (61, 39), (62, 40), (122, 39), (237, 39)],
)
def test_forty_digests_may_be_thirty_nine(servers, digests) -> None:
    ring = Ketama([f"s{i}" for i in range(servers)])
    assert ring.points == servers * digests * 4
    assert float_count(1, servers, servers) == digests


@given(st.lists(st.integers(10**5, 10**6) | st.integers(1, 9).map(float), min_size=1, max_size=70))
def test_counts_follow_the_rules_of_c(weights) -> None:
    names = {f"s{i}": weight for i, weight in enumerate(weights)}
    total = int(sum(weights))
    expected = [float_count(int(weight), total, len(weights)) for weight in weights]
    if 0 in expected:
        with pytest.raises(InputError, match="no point"):
            Ketama(names)
    else:
        assert list(Ketama(names)._digests.values()) == expected


@settings(max_examples=30)
@given(NAMES)
def test_a_digest_gives_four_points(names) -> None:
    ring = Ketama(names)
    ring.check()
    expected = []
    for name in names:
        for i in range(40):
            digest = md5(f"{name}-{i}".encode()).digest()
            expected += [(int.from_bytes(digest[j : j + 4], "little"), name) for j in (0, 4, 8, 12)]
    assert places(ring) == sorted(expected)
    assert sum(ring.widths().values()) == SPACE


# Changes


@settings(max_examples=30)
@given(NAMES)
def test_with_equal_weights_only_the_servers_own_keys_move(names) -> None:
    before = Ketama(names)
    after = before.add("new")
    assert after.points == before.points + 160
    for i in range(100):
        assert after.lookup(f"{i}") in {before.lookup(f"{i}"), "new"}
    plan = before.plan(after)
    plan.check()
    assert {move.target for move in plan.moves} == {"new"}
    assert plan.share == pytest.approx(after.arcs()["new"])
    back = after.remove("new")
    assert back == before
    assert places(back) == places(before)


@settings(max_examples=30)
@given(NAMES, WEIGHTS)
def test_a_ring_that_grew_is_the_ring_built_at_once(names, weights) -> None:
    weighed = dict(zip(names, weights, strict=False))
    grown = Ketama([])
    for name, weight in weighed.items():
        grown = grown.add(name, weight)
        grown.check()
    built = Ketama(weighed)
    assert grown == built
    assert places(grown) == places(built)
    for name in weighed:
        rest = {other: weight for other, weight in weighed.items() if other != name}
        assert places(built.remove(name)) == places(Ketama(rest))


def test_when_a_count_changes_all_points_are_counted_anew() -> None:
    sixty = Ketama([f"s{i}" for i in range(60)])
    more = sixty.add("s60")
    assert more.points == 61 * 39 * 4
    assert places(more) == places(Ketama([f"s{i}" for i in range(61)]))
    assert places(more.remove("s60")) == places(sixty)
    plan = sixty.plan(more)
    assert plan.received["s60"] == pytest.approx(1 / 61, rel=0.5)
    # A 40th of the points went, and with each the keys of its arc.
    assert 0 < plan.share - plan.received["s60"] < 2 / 40


def test_the_order_in_which_servers_come_makes_no_difference() -> None:
    rings = [
        Ketama({name: 500 + 100 * ord(name) for name in order}) for order in permutations("abcd")
    ]
    assert len(set(rings)) == 1
    assert len({tuple(places(ring)) for ring in rings}) == 1


def test_a_ring_never_changes_and_can_be_copied() -> None:
    ring = Ketama({"a": 1, "b": 2})
    kept = places(ring)
    ring.add("c")
    ring.remove("a")
    assert places(ring) == kept
    for other in (copy.deepcopy(ring), pickle.loads(pickle.dumps(ring))):
        assert other == ring
        assert other.lookup("k") == ring.lookup("k")
    zoned = Ketama(["a"], zones={"a": "east"})
    assert repr(zoned) == "Ketama({'a': 1.0}, zones={'a': 'east'})"
    assert eval(repr(ring), {"Ketama": Ketama}) == ring


def test_it_answers_to_the_calls_of_a_circle() -> None:
    zones = {"a": "east", "b": "east", "c": "west"}
    ring = Ketama(list(zones), zones=zones)
    for i in range(20):
        owners = ring.lookup_n(f"{i}", 3)
        assert owners[0] == ring.lookup(f"{i}")
        assert sorted(owners) == ["a", "b", "c"]
        assert ring.remove(owners[0]).lookup_n(f"{i}", 2) == owners[1:]
        assert {zones[node] for node in ring.lookup_n(f"{i}", 2, distinct="zone")} == {
            "east",
            "west",
        }
    batch = ring.lookup_batch([f"{i}" for i in range(20)])
    assert [ring.nodes[i] for i in batch] == [ring.lookup(f"{i}") for i in range(20)]
    assert ring.hash == "md5"
    assert ring.settings == {}
    assert ring.describe().startswith("ketama: 3 nodes, 480 points, 40 MD5 digests")


# Bad input


def test_a_server_that_would_have_no_point_is_refused() -> None:
    with pytest.raises(InputError, match="no point") as caught:
        Ketama({"a": 1000, "b": 12})  # 12/1012 * 40 * 2 = 0.95
    assert "12.65" in caught.value.expected  # 1012 / 2 / 40
    ring = Ketama({"a": 1000, "b": 13})  # 13/1013 * 40 * 2 = 1.03
    assert ring._digests["b"] == 1
    with pytest.raises(InputError, match="no point"):
        ring.add("c", 2000)  # 13/3013 * 40 * 3 = 0.52
    assert ring.nodes == ("a", "b")


def test_a_server_of_weight_0_is_left_out() -> None:
    ring = Ketama({"a": 1, "b": 2, "idle": 0})
    ring.check()
    assert places(ring) == places(Ketama({"a": 1, "b": 2}))
    assert ring.arcs()["idle"] == 0
    assert sorted(ring.lookup_n("k", 2)) == ["a", "b"]


@pytest.mark.parametrize("weights", [[1e300], [3e38, 3e38], [1e300, 1e300], [1e-300], [1e-40]])
def test_weights_that_no_float_can_hold_are_refused(weights) -> None:
    with pytest.raises(InputError, match="C float"):
        Ketama({f"s{i}": weight for i, weight in enumerate(weights)})


def test_bad_input_is_refused() -> None:
    for ring in (Ketama([]), Ketama({"a": 0}), Ketama(["a"]).remove("a")):
        ring.check()
        assert "empty" in ring.describe()
        with pytest.raises(InputError, match="empty"):
            ring.lookup("k")
    with pytest.raises(InputError, match="already"):
        Ketama(["a"]).add("a")
    with pytest.raises(InputError, match="no node has this name"):
        Ketama(["a"]).remove("b")
    with pytest.raises(InputError, match="weight"):
        Ketama({"a": -1})
    with pytest.raises(InputError, match="key"):
        Ketama(["a"]).lookup(5)  # type: ignore[arg-type]


@pytest.mark.parametrize("breakage", ["digests", "positions", "owners"])
def test_check_finds_a_broken_ring(breakage: str) -> None:
    ring = Ketama(["a", "b"])
    if breakage == "digests":
        ring._digests["a"] = 39
    elif breakage == "positions":
        ring._positions[7] += 1
    else:
        ring._owners[0] = "a" if ring._owners[0] == "b" else "b"
    with pytest.raises(AssertionError):
        ring.check()


@settings(max_examples=15)
@given(st.lists(st.tuples(st.booleans(), st.sampled_from("abcdefgh")), max_size=12))
def test_invariants_hold_through_any_life(changes) -> None:
    ring = Ketama([])
    for add, name in changes:
        if add and name not in ring:
            ring = ring.add(name, weight=1 + len(ring) / 2)
        elif not add and name in ring:
            ring = ring.remove(name)
    ring.check()
