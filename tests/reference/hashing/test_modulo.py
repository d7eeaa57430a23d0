"""Modulo is even, and moves nearly everything."""

from __future__ import annotations

import pytest

from sdcli.core.errors import InputError
from sdcli.reference.hashing import SPACE, Modulo
from sdcli.reference.hashing.hashes import blake2b


def test_the_owner_is_the_hash_modulo_the_count() -> None:
    place = Modulo(["a", "b", "c"])
    place.check()
    for i in range(50):
        assert place.lookup(str(i)) == "abc"[blake2b(str(i).encode()) % 3]


@pytest.mark.parametrize(("nodes", "moved"), [(4, 0.8), (10, 0.909), (20, 0.952)])
def test_one_node_more_moves_n_of_n_plus_1_keys(nodes: int, moved: float) -> None:
    before = Modulo([f"n{i}" for i in range(nodes)])
    after = before.add("new")
    keys = [f"key-{i}" for i in range(4000)]
    share = sum(before.lookup(key) != after.lookup(key) for key in keys) / len(keys)
    assert abs(share - moved) < 0.03  # binomial: 4 * sqrt(0.8 * 0.2 / 4000) = 0.025


def test_shares_are_even_to_a_position() -> None:
    place = Modulo(["a", "b", "c"])
    # 2^64 = 3 * 6148914691236517205 + 1: the first node has one position more
    assert place.arcs() == {
        "a": 6148914691236517206 / SPACE,
        "b": 6148914691236517205 / SPACE,
        "c": 6148914691236517205 / SPACE,
    }
    assert place.stats().peak_to_mean == pytest.approx(1)


def test_removing_a_node_moves_those_behind_it_up() -> None:
    place = Modulo(["a", "b", "c"]).remove("b")
    assert place.nodes == ("a", "c")
    assert len(place) == 2
    assert "b" not in place


def test_bad_input_is_refused() -> None:
    with pytest.raises(InputError, match="empty"):
        Modulo([]).lookup("k")
    with pytest.raises(InputError, match="already"):
        Modulo(["a"]).add("a")
    with pytest.raises(InputError, match="no node has this name"):
        Modulo(["a"]).remove("b")
    with pytest.raises(InputError, match="no weights"):
        Modulo({"a": 2.0})
    with pytest.raises(InputError):
        Modulo("abc")
    assert Modulo([]).arcs() == {}
    Modulo([]).check()
