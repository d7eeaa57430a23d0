"""Batches by numpy: index for index what the placement answers, only sooner."""

from __future__ import annotations

import importlib.util
import sys
from array import array
from functools import cache
from itertools import count

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.core.errors import ExitCode, InputError, MissingError
from sdcli.reference.hashing import SPACE, Modulo, Placement, Ring
from sdcli.reference.hashing import hashes as hashes_module
from sdcli.reference.hashing.adapters import numpy as adapter
from sdcli.reference.hashing.adapters.numpy import BLOCK, Batch
from sdcli.reference.hashing.anchor import Anchor
from sdcli.reference.hashing.circle import Circle
from sdcli.reference.hashing.hashes import GAMMA, mix
from sdcli.reference.hashing.jump import Jump
from sdcli.reference.hashing.ketama import Ketama
from sdcli.reference.hashing.maglev import Maglev
from sdcli.reference.hashing.multi_probe import MultiProbe
from sdcli.reference.hashing.rendezvous import Rendezvous

NAMES = ["d", "a", "c", "b", "e"]  # not in order of name: numbers are those of the order given
WEIGHTS = {"d": 1.0, "a": 0.0, "c": 2.5, "b": 0.01, "e": 1.0}
PLACES = {
    "modulo": Modulo(NAMES),
    "modulo of one": Modulo(["a"]),
    "ring": Ring(NAMES),
    "ring of one point": Ring(["a"], vnodes=1),
    "ring, basic": Ring(NAMES, vnodes=1),
    "ring, weighted": Ring(WEIGHTS, vnodes=40),
    "ring, grown and shrunk": Ring(NAMES, vnodes=40).add("f").remove("a"),
    "jump": Jump(NAMES),
    "jump of one": Jump(["a"]),
    "jump of many": Jump([f"n{i}" for i in range(1000)]),
    "anchor, full": Anchor(NAMES, capacity=5),
    "anchor": Anchor(NAMES),
    "anchor of one": Anchor(["a"], capacity=40),
    "anchor with a history": Anchor(NAMES).add("g").remove("a").remove("d").add("f"),
    "ketama": Ketama(NAMES),
    "ketama, weighted": Ketama({"d": 600, "a": 0, "c": 400, "b": 50}),
    "rendezvous": Rendezvous(NAMES),
    "rendezvous of one": Rendezvous({"a": 3}),
    "rendezvous, weighted": Rendezvous(WEIGHTS),
    "rendezvous, worlds apart": Rendezvous({"a": 1e-100, "b": 1e100, "c": 9.9e99}),
    "multi-probe": MultiProbe(NAMES),
    "multi-probe of one": MultiProbe(["a"]),
    "multi-probe, one probe": MultiProbe([f"n{i}" for i in range(60)], probes=1),
    "multi-probe, many nodes": MultiProbe([f"n{i}" for i in range(60)], probes=5),
    "maglev": Maglev(NAMES, rows=503),
    "maglev, weighted": Maglev(WEIGHTS, rows=503),
}
EMPTY = {
    "modulo": Modulo([]),
    "ring": Ring([]),
    "ring, all of weight 0": Ring({"a": 0}),
    "maglev": Maglev([]),
    "jump": Jump([]),
    "anchor": Anchor([]),
    "ketama": Ketama([]),
    "rendezvous": Rendezvous({"a": 0, "b": 0}),
    "multi-probe": MultiProbe([]),
}
EDGES = [0, 1, 2, SPACE // 2 - 1, SPACE // 2, SPACE - 2, SPACE - 1]
SCATTERED = [mix(i * GAMMA % SPACE) for i in range(2000)]


def same(place: Placement, positions: list[int]) -> bool:
    """Whether the batch is the list of owners, asked for one by one."""
    number = {name: i for i, name in enumerate(place.nodes)}
    found = Batch(place).lookup_batch(array("Q", positions))
    assert found.dtype == np.int32
    return found.tolist() == [number[place.owner_at(position)] for position in positions]


def where_it_matters(place: Placement) -> list[int]:
    """The ends of the circle; on a circle each point, the position before and the one behind."""
    points = place._positions[: place.points] if isinstance(place, Circle) else []
    points = place._positions if isinstance(place, MultiProbe) else points
    return EDGES + [(point + by) % SPACE for point in points for by in (-1, 0, 1)]


@pytest.mark.parametrize("name", PLACES)
def test_a_batch_is_what_the_placement_answers(name) -> None:
    place = PLACES[name]
    assert type(place) in adapter._KINDS, "asked one by one: it has no function of its own"
    assert same(place, where_it_matters(place) + SCATTERED)


def test_every_kind_is_tried_here() -> None:
    assert {type(place) for place in PLACES.values()} == set(adapter._KINDS)
    assert {type(place) for place in EMPTY.values()} == set(adapter._KINDS)


KINDS = st.sampled_from(list(adapter._KINDS))
SOME = st.lists(st.text("abc", min_size=1, max_size=3), min_size=1, max_size=8, unique=True)
SOME_WEIGHTS = st.lists(st.sampled_from([0.5, 1, 1, 3, 0]), min_size=8, max_size=8)


@given(KINDS, SOME, SOME_WEIGHTS, st.lists(st.integers(0, SPACE - 1), max_size=40))
def test_batches_of_any_nodes_and_positions(kind, names, weights, positions) -> None:
    settings = {Ring: {"vnodes": 3}, Maglev: {"rows": 11}, MultiProbe: {"probes": 3}}.get(kind, {})
    nodes = dict(zip(names, weights, strict=False)) if kind.WEIGHTED else names
    place = kind(nodes, **settings)
    if place._owning:
        assert same(place, positions + where_it_matters(place))


@pytest.fixture
def crowded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes of 16 values at both ends of the circle: points meet, and crowd in two cells."""
    wide = hashes_module.blake2b
    monkeypatch.setitem(
        hashes_module._LOADERS, "blake2b", lambda: lambda data: (wide(data) % 16 - 8) % SPACE
    )


@pytest.mark.usefixtures("crowded")
@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        (Ring, {"vnodes": 1}),
        (Ring, {"vnodes": 3}),
        (Ring, {"vnodes": 20}),
        (MultiProbe, {"probes": 1}),
        (MultiProbe, {"probes": 3}),
        (Rendezvous, {}),
        (Maglev, {"rows": 7}),
    ],
    ids=repr,
)
def test_hashes_that_meet_and_crowd(kind, settings) -> None:
    for names in (NAMES, [f"n{i}" for i in range(40)][: settings.get("rows", 41) - 1]):
        positions = [at % SPACE for at in range(-20, 20)]
        assert same(kind(names, **settings), positions + SCATTERED[:50])


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> dict[bytes, int]:
    """What the hash gives, to be filled in; 99 for everything else."""
    told: dict[bytes, int] = {}
    monkeypatch.setitem(hashes_module._LOADERS, "blake2b", lambda: lambda data: told.get(data, 99))
    return told


def test_multi_probe_of_two_points_that_are_equally_near(hashes) -> None:
    """The key's first probe is its position, the second a step further: the first one's wins."""
    for position in SCATTERED[:20]:
        step = mix((position + GAMMA) % SPACE)
        for first, second in (("a", "b"), ("b", "a")):
            hashes[f"{first}#0".encode()] = (position + 1000) % SPACE
            hashes[f"{second}#0".encode()] = (position + step + 1000) % SPACE
            place = MultiProbe(["a", "b"], probes=2)
            assert place.owner_at(position) == first
            assert same(place, [position])


BACK = pow(2862933555777941757, -1, SPACE)  # undoes the factor of jump's generator


def test_jump_that_lands_on_the_end_of_the_list() -> None:
    """The first leap is 2^31 / s with s = 2^25, from the top 31 bits: to 64, which is not < 64."""
    position = ((((2**25 - 1) << 33) - 1) * BACK) % SPACE
    place = Jump([f"n{i}" for i in range(64)])
    assert place.owner_at(position) == "n0"
    assert same(place, [position])


def test_jump_takes_the_quotient_first() -> None:
    """In floats 49 * (1/49) is below 1: from bucket 48 with s = 49 * 2^25 it leaps to 63.99...

    With the product first it would be 64, beyond the end, and the owner n48.
    """
    place, tried = Jump([f"n{i}" for i in range(64)]), 0
    for low in range(20_000):  # the bits of the second state that decide nothing in that leap
        before = (((49 * 2**25 - 1) << 33) + low - 1) * BACK % SPACE  # the first state
        if 2**31 // ((before >> 33) + 1) == 48:
            position = (before - 1) * BACK % SPACE
            assert place.owner_at(position) == "n63"
            assert same(place, [position])
            tried += 1
    assert tried


@pytest.mark.parametrize(
    ("draws", "weights", "first"),
    [
        # A draw is k + 1/2 of 2^52, its time nearly that over the weight: 0.5/1, 1.5/4.
        ((0, 1), (1, 4), "b"),
        ((0, 1), (1, 2.5), "a"),  # 0.5, 0.6
        ((7, 2), (3, 1), "b"),  # 7.5/3 and 2.5/1 are equal but for the logarithm: 7.5 is longer
        ((2**52 - 1, 2**52 - 2), (1, 1), "b"),
        # -ln(1 - d) = 53 ln 2 for the last draw, 1 - 2^-53, and ln 2 for the middle, nearly.
        ((2**52 - 1, 2**51), (52, 1), "b"),
        ((2**52 - 1, 2**51), (54, 1), "a"),
    ],
)
def test_rendezvous_at_the_ends_of_the_draws(hashes, draws, weights, first) -> None:
    position = 12345
    for name, draw in zip((b"a", b"b"), draws, strict=True):
        hashes[name] = position ^ unmixed(draw << 12)
    place = Rendezvous(dict(zip("ab", weights, strict=True)))
    assert place.owner_at(position) == first
    assert same(place, [position])


def unmixed(number: int) -> int:
    """What `mix` makes this number of: its steps undone, the last first."""

    def unshifted(number: int, by: int) -> int:
        found = number
        for _ in range(64 // by):
            found = number ^ (found >> by)
        return found

    number = unshifted(number, 31) * pow(0x94D049BB133111EB, -1, SPACE) % SPACE
    number = unshifted(number, 27) * pow(0xBF58476D1CE4E5B9, -1, SPACE) % SPACE
    return unshifted(number, 30)


def test_rendezvous_of_two_that_draw_next_to_each_other(hashes) -> None:
    """The last of 52 bits decides, whoever has it."""
    position = 12345
    for draw in range(0, (1 << 52) - 1, (1 << 52) // 100):
        for low, high in ((b"a", b"b"), (b"b", b"a")):
            hashes[low] = position ^ unmixed(draw << 12)
            hashes[high] = position ^ unmixed((draw + 1) << 12)
            place = Rendezvous(["a", "b"])
            assert place.owner_at(position) == low.decode()
            assert same(place, [position])


def test_rendezvous_does_not_depend_on_the_last_bits_of_numpys_logarithm(
    hashes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All draws are equal here, and weights differ in the last bit, as logarithms may."""
    hashes.update(dict.fromkeys((b"a", b"b", b"c", b"d"), 7))
    place = Rendezvous({"b": 1.0, "a": 1.0, "d": 1.0 + 2**-52, "c": 1.0 - 2**-53})
    assert same(place, SCATTERED)
    exact, errors = np.log, count()
    monkeypatch.setattr(
        adapter.np, "log", lambda numbers: exact(numbers) * (1 + (next(errors) % 5 - 2) * 2**-52)
    )
    assert same(place, SCATTERED)


@pytest.mark.parametrize("length", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 7])
def test_blocks_join_without_a_seam(length) -> None:
    place = PLACES["ring, weighted"]
    positions = np.arange(1, length + 1, dtype=np.uint64) * np.uint64(GAMMA)
    found = Batch(place).lookup_batch(positions)
    assert found.tolist() == place.lookup_batch(positions).tolist()


KEYS = [f"user:{i}" for i in range(300)] + ["", "ключ", "鍵"]


@cache
def one_by_one(name: str) -> tuple[Batch, list[int], list[str]]:
    """The batch of a placement, and the positions and owners of the keys, asked for one by one."""
    place = PLACES[name]
    return Batch(place), [place.position(key) for key in KEYS], [place.lookup(key) for key in KEYS]


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize(
    "form",
    [
        lambda _: KEYS,
        lambda _: [key.encode() for key in KEYS],
        lambda _: (key for key in KEYS),
        lambda at: array("Q", at),
        lambda at: memoryview(array("Q", at)),
        lambda at: np.array(at, dtype=np.uint64),
        lambda at: np.repeat(np.array(at, dtype=np.uint64), 3)[1::3],  # not side by side
        lambda at: np.array(at[::-1], dtype=np.uint64)[::-1],
    ],
    ids=["texts", "bytes", "generator", "array", "view", "numpy", "strided", "backwards"],
)
def test_keys_in_any_form(name, form) -> None:
    place, (batch, positions, expected) = PLACES[name], one_by_one(name)
    owners = [place.nodes[number] for number in batch.lookup_batch(form(positions))]
    assert owners == expected


@pytest.mark.parametrize(
    "keys",
    [
        "user:1",
        b"user:1",
        5,
        ["a", 5],
        ["\ud800"],
        np.zeros(3),
        np.zeros((2, 2), np.uint64),
        [[1]],
        np.array(["2020"], "M8[D]"),
    ],
    ids=repr,
)
def test_wrong_keys_are_refused_as_the_placement_refuses_them(keys) -> None:
    place = PLACES["ring"]
    with pytest.raises(InputError) as theirs:
        place.lookup_batch(keys)
    with pytest.raises(InputError) as ours:
        Batch(place).lookup_batch(keys)
    assert str(ours.value) == str(theirs.value)


@pytest.mark.parametrize("name", EMPTY)
def test_an_empty_placement_refuses_as_ever(name) -> None:
    with pytest.raises(InputError) as theirs:
        EMPTY[name].lookup_batch(["user:1"])
    with pytest.raises(InputError) as ours:
        Batch(EMPTY[name]).lookup_batch(["user:1"])
    assert str(ours.value) == str(theirs.value)


def test_a_batch_is_a_snapshot_and_changes_nothing() -> None:
    place = Ring(NAMES)
    batch = Batch(place)
    before = batch.lookup_batch(KEYS).tolist()
    bigger = place.add("f")
    assert batch.lookup_batch(KEYS).tolist() == before == place.lookup_batch(KEYS).tolist()
    assert Batch(bigger).lookup_batch(KEYS).tolist() == bigger.lookup_batch(KEYS).tolist()
    assert batch.place is place
    place.check()


def test_keys_are_not_written_to() -> None:
    positions = np.array(SCATTERED, dtype=np.uint64)
    positions.flags.writeable = False
    for place in PLACES.values():
        Batch(place).lookup_batch(positions)


def test_a_class_of_your_own_is_asked_in_its_own_way() -> None:
    """It may have changed what an owner is, so what is known of its parent does not hold."""

    class Backwards(Ring):
        __slots__ = ()

        def owner_at(self, position: int) -> str:
            return super().owner_at(SPACE - 1 - position)

        lookup_batch = Placement.lookup_batch

    place = Backwards(NAMES)
    assert same(place, SCATTERED)
    owners = Batch(place).lookup_batch(KEYS).tolist()
    assert owners != Batch(Ring(NAMES)).lookup_batch(KEYS).tolist()


def test_without_numpy_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = importlib.util.spec_from_file_location("adapter_alone", adapter.__file__)
    monkeypatch.setitem(sys.modules, "numpy", None)  # as if it were not installed
    with pytest.raises(MissingError, match="numpy") as caught:
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
    assert caught.value.exit_code == ExitCode.MISSING == 4
    assert "sdcli[fast]" in caught.value.fix


@pytest.mark.parametrize("place", [None, "a", Ring, ["a"]], ids=repr)
def test_what_is_no_placement_is_refused(place) -> None:
    with pytest.raises(InputError, match="not a placement"):
        Batch(place)
