"""The oracle of the crash checks: what it must call right, lost, wrong and half."""

from __future__ import annotations

import pytest

from sdcli.core.chance import Chance
from sdcli.experiments.kv_workload import Expected, Step, Story, steps

A, B = b"a", b"b"


def put(key: bytes, value: bytes) -> Step:
    return Step("put", ((key, value),))


def story(*written: tuple[tuple[bytes, bytes | None], ...]) -> Expected:
    expected = Expected()
    for changes in written:
        expected.add(changes)
    return expected


@pytest.mark.parametrize(
    ("found", "kept", "lost", "wrong", "is_torn"),
    [
        # a=1 | b=1 | batch a=2 b=- | a=3; the first two were promised, three were begun.
        ({A: b"1", B: b"1"}, 2, (), (), False),
        ({A: b"2"}, 3, (), (), False),
        ({A: b"1"}, None, (), (), True),  # b is gone as in the batch, a is not there yet
        ({A: b"2", B: b"1"}, None, (), (), True),
        ({B: b"1"}, None, (A,), (), False),
        ({}, None, (A,), (), False),
        ({A: b"0", B: b"1"}, None, (), (A,), False),  # nobody wrote that
        ({A: b"3", B: b"1"}, None, (), (A,), False),  # nor that, as yet
        ({A: b"1", B: b"1", b"c": b"1"}, None, (), (b"c",), False),
    ],
)
def test_a_store_is_judged(
    found: dict[bytes, bytes],
    kept: int | None,
    lost: tuple[bytes, ...],
    wrong: tuple[bytes, ...],
    is_torn: bool,
) -> None:
    expected = story(((A, b"1"),), ((B, b"1"),), ((A, b"2"), (B, None)), ((A, b"3"),))
    judged = expected.judge(found, promised=2, begun=3)
    assert (judged.kept, judged.lost, judged.wrong, judged.is_torn) == (kept, lost, wrong, is_torn)


def test_a_value_that_comes_back_is_wrong() -> None:
    expected = story(((A, b"1"),), ((A, None),))
    assert expected.judge({A: b"1"}, 2, 2).wrong == (A,)
    assert expected.judge({A: b"1"}, 1, 2).kept == 1  # the deletion was not promised


def told(sync: str) -> Story:
    """Three writes, each of two operations of the disk, then a sync of one."""
    one = Story(sync, group=2)
    moment = 0
    for step in (put(A, b"1"), put(B, b"1"), put(A, b"2"), Step("sync")):
        one.begin(step, moment)
        moment += 1 if step.kind == "sync" else 2
        one.done(step, moment)
    return one


@pytest.mark.parametrize(
    ("sync", "by_power", "by_kill"),
    [
        # After 0 to 7 operations of the disk, writes that must have survived.
        ("always", [0, 0, 1, 1, 2, 2, 3, 3], [0, 0, 1, 1, 2, 2, 3, 3]),
        # Two keys close a group when the third write comes. The open one has fewer: it began with
        # the second write or later, so the first is safe at least. The sync closes all.
        ("group", [0, 0, 0, 0, 0, 0, 1, 3], [0, 0, 0, 0, 0, 0, 1, 3]),
        ("os", [0, 0, 0, 0, 0, 0, 0, 3], [0, 0, 1, 1, 2, 2, 3, 3]),
    ],
)
def test_what_each_mode_has_promised(sync: str, by_power: list[int], by_kill: list[int]) -> None:
    one = told(sync)
    assert [one.promised(moment) for moment in range(8)] == by_power
    assert [one.promised(moment, is_killed=True) for moment in range(8)] == by_kill
    # Of a write that begins after k operations nothing can be there when k are done.
    assert [one.may_have(moment) for moment in range(8)] == [0, 1, 1, 2, 2, 3, 3, 3]


def test_who_takes_over_promises_all_that_it_found_or_nothing() -> None:
    """In mode os, three writes returned after 2, 4 and 6 operations, and none was synced."""
    first = Story("os", group=2)
    for moment, step in enumerate((put(A, b"1"), put(B, b"1"), put(A, b"2"))):
        first.begin(step, 2 * moment)
        first.done(step, 2 * moment + 2)
    after = first.continued(moment=6, kept=3)
    lost: dict[bytes, bytes] = {}
    assert after.judge(lost, 0).kept == 0  # a power cut, before anything: that was never promised
    assert after.judge(lost, 0, is_killed=True).lost == (A, B)  # but the kernel still has it
    after.done(Step("sync"), 5)
    assert after.judge(lost, 4).kept == 0
    assert after.judge(lost, 5).lost == (A, B)
    after.begin(put(B, b"2"), 5)
    assert after.judge({A: b"2", B: b"2"}, 6).kept == 4
    assert after.judge({A: b"2", B: b"1"}, 5).kept == 3
    assert len(first.begun) == 3
    assert len(first.expected.writes) == 3  # the first story is as it was


def test_what_the_first_had_promised_stays_promised() -> None:
    first = told("always")  # promised after 2, 4 and 6 operations
    after = first.continued(moment=5, kept=3)  # in the middle of the third, which was found
    assert after.judge({A: b"1"}, 0).lost == (B,)
    assert after.judge({A: b"1", B: b"1"}, 0).kept == 0
    assert after.judge({A: b"2", B: b"1"}, 0).kept == 1


def test_a_refused_write_is_taken_out_of_the_story() -> None:
    one = told("always")
    one.begin(put(A, b"9"), 7)
    one.undo()
    one.undo()  # nothing else is under way
    assert (len(one.begun), one.expected.states[-1]) == (3, {A: b"2", B: b"1"})


def test_a_workload_has_all_kinds_and_follows_from_its_seed() -> None:
    first, again, other = (list(steps(Chance(seed), 400, 24)) for seed in (1, 1, 2))
    assert first == again
    assert first != other
    kinds = {step.kind for step in first}
    assert kinds == {"put", "delete", "batch", "sync", "reopen"}
    assert sum(bool(step.changes) for step in first) == 400
    sizes = {len(step.changes) for step in first if step.kind == "batch"}
    assert sizes == {2, 3, 4, 5}
    for step in first:
        keys = [key for key, _ in step.changes]
        assert len(set(keys)) == len(keys)
    values = [value for step in first for _, value in step.changes if value is not None]
    assert len(set(values)) == len(values)  # none is right by accident


@pytest.mark.parametrize("keys", [1, 2, 3])
def test_few_keys_are_no_trouble(keys: int) -> None:
    assert len(list(steps(Chance(1), 50, keys, interrupted=False))) == 50
