"""The cache: within its limit, whatever is asked of it, and no answer that was not put in."""

from __future__ import annotations

import sys
from threading import Barrier, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.reference.kv.engine import block
from sdcli.reference.kv.engine.cache import SHIFT, Cache, Generations
from sdcli.reference.kv.engine.entries import Entry, Expiring, encode


def place(table: int, offset: int) -> int:
    return (table << SHIFT) + offset


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.integers(0, 30), st.integers(0, 60)),
        st.tuples(st.just("get"), st.integers(0, 30), st.just(0)),
        st.tuples(st.just("drop"), st.integers(0, 3), st.integers(0, 3)),
    ),
    max_size=80,
)


@given(limit=st.integers(0, 200), steps=STEPS)
def test_it_keeps_its_limit_and_tells_the_truth(
    limit: int, steps: list[tuple[str, int, int]]
) -> None:
    cache = Cache(limit)
    put: dict[int, str] = {}
    for step, (what, number, charge) in enumerate(steps):
        where = place(number % 4, number)
        if what == "put":
            cache.put(where, f"value {step}", charge)
            if charge <= limit // 2:
                put[where] = f"value {step}"
                assert cache.get(where) == put[where]
        elif what == "get":
            assert cache.get(where) in {put.get(where), None}
        else:
            gone = range(number, number + charge)
            cache.drop(*gone)
            put = {where: value for where, value in put.items() if where >> SHIFT not in gone}
            assert all(
                cache.get(place(number, offset)) is None for number in gone for offset in range(31)
            )
        cache.check()
        assert cache.counts.charge <= limit


def test_what_is_in_use_stays() -> None:
    """A scan through a thousand other values, ten times what fits, does not push it out."""
    cache = Cache(100)
    cache.put(1, "used", 1)
    for other in range(2, 1000):
        cache.put(other, "once", 1)
        if other % 40 == 0:
            assert cache.get(1) == "used"
    assert cache.get(1) == "used"


def test_what_nobody_asks_for_goes() -> None:
    """A generation is 50; from the second that went by after it, the value is gone."""
    cache = Cache(100)
    cache.put(0, "old", 1)
    for other in range(1, 100):
        cache.put(other, "newer", 1)
    assert cache.get(0) == "old"  # 99 others: its generation is the old one
    cache = Cache(100)
    cache.put(0, "old", 1)
    for other in range(1, 101):
        cache.put(other, "newer", 1)
    assert cache.get(0) is None


def test_a_value_replaces_the_one_before_with_its_charge() -> None:
    """As a block does that was bytes and becomes a dict."""
    cache = Cache(100)
    cache.put(1, "bytes", 10)
    cache.put(1, "a dict", 30)
    assert cache.get(1) == "a dict"
    assert cache.counts.charge == 30
    cache.put(1, "bytes", 10)
    assert cache.counts.charge == 10


def test_a_value_that_would_fill_a_generation_is_not_kept() -> None:
    cache = Cache(100)
    cache.put(1, "small", 1)
    cache.put(2, "large", 51)
    assert cache.get(2) is None
    assert cache.get(1) == "small"


def test_nothing_is_kept_in_no_space() -> None:
    cache = Cache(0)
    cache.put(1, "value", 1)
    assert cache.get(1) is None
    assert cache.counts == (0, 1, 0, 0, 0)


def test_files_are_counted_apart() -> None:
    cache = Cache(0, files_max=4)
    for number in range(10):
        cache.files.put(place(number, 0), f"file {number}", 1)
    assert cache.files.counts.values <= 4
    assert cache.files.get(place(9, 0)) == "file 9"
    cache.drop(9)
    assert cache.files.get(place(9, 0)) is None


def test_counts() -> None:
    cache = Cache(100)
    cache.put(1, "one", 20)
    assert [cache.get(1), cache.get(2), cache.get(1)] == ["one", None, "one"]
    assert cache.counts == (2, 1, 1, 20, 100)  # hits, misses, values, charge, limit


@pytest.mark.parametrize(
    ("key_bytes", "value_bytes", "count"),
    [(16, 100, 33), (8, 8, 170), (16, 16, 105), (32, 1000, 4), (16, 4096, 1)],
)
@pytest.mark.parametrize("expiring", [False, True])
def test_a_block_is_charged_what_python_holds(
    key_bytes: int, value_bytes: int, count: int, *, expiring: bool
) -> None:
    """Within a fifth: each object asked for its size, rounded up to the 16 that memory comes in."""
    values: list[Entry] = [bytes([i % 256]) * value_bytes for i in range(count)]
    if expiring:
        values = [Expiring(value, 2**60 + i) for i, value in enumerate(values)]  # type: ignore[arg-type]
    body = encode([i.to_bytes(key_bytes, "big") for i in range(count)], values)
    unfolded = block.unfolded(body)
    held = sys.getsizeof(unfolded)
    for key, entry in unfolded.items():
        held += _memory(key)
        if isinstance(entry, Expiring):
            held += _memory(entry) + _memory(entry.expires_ns) + _memory(entry.value)
        else:
            held += _memory(entry)
    assert 0.8 < block.charge_unfolded(body, count) / held < 1.25


def _memory(value: object) -> int:
    return sys.getsizeof(value) + 15 & ~15


def test_many_threads_find_what_one_of_them_put(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each place has one value for ever, so any other answer is a mix-up."""
    usual = sys.getswitchinterval()
    cache = Generations(64)
    gate = Barrier(4)
    wrong: list[object] = []

    def body(seed: int) -> None:
        gate.wait()
        try:
            for step in range(4000):
                where = (step * seed) % 97
                found = cache.get(where)
                if found is None:
                    cache.put(where, f"value {where}", 1 + where % 3)
                elif found != f"value {where}":
                    wrong.append(found)
                if step % 500 == 0:
                    cache.drop(0)
        except BaseException as error:  # noqa: BLE001 - of whatever kind, it is the finding
            wrong.append(error)

    threads = [Thread(target=body, args=(seed,)) for seed in (3, 5, 7, 11)]
    sys.setswitchinterval(5e-6)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(usual)
    assert wrong == []
    assert cache.counts.values <= 200  # 64 of charge, and what slipped in while two counted
