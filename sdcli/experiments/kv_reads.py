"""Reads beside a model: gets, scans and snapshots, while tables come and go under them.

The model is a dict. Whatever is done to the store is done to it too, and both are asked: one key
after each step, now and then all of them, forwards and backwards and between bounds; and each
snapshot is asked again and again for what it saw when it was taken.

The clock is a number that the story moves, so that values expire at moments of its choice.

Source: K. Claessen and J. Hughes, "QuickCheck: A Lightweight Tool for Random Testing of Haskell
Programs", ICFP 2000 (a model beside the thing).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sdcli.core.chance import Chance
from sdcli.experiments.kv_trial import LOG_BYTES, Tally, small
from sdcli.experiments.kv_workload import State, key_of
from sdcli.reference.kv.engine.sim_disk import SimDisk

if TYPE_CHECKING:
    from collections.abc import Callable

    from sdcli.experiments.kv_planted import Engine

KEYS = 60
SNAPSHOTS_MAX = 3
MANY, LONG = 25, 150  # values, and bytes of each
LIFE_MAX = 40  # steps of the clock until a value expires
PADDING = 40


class Reads:
    """A store, and a dict that knows better.

    Args:
        engine: with or without a defect.
        seed: all chance is drawn from it.
        keys: how many different ones.
        sync: the mode.

    Attributes:
        tally: what differed.
        steps: what was done so far.
    """

    def __init__(self, engine: Engine, seed: int, *, keys: int = KEYS, sync: str = "os") -> None:
        self.tally = Tally()
        self.steps = 0
        self.disk = SimDisk(seed)
        self._engine = engine
        self._chance = Chance(seed).child("reads")
        self._keys = keys
        self._sync = sync
        self._now = 0
        self._model: dict[bytes, tuple[bytes, int | None]] = {}  # value, and when it is gone
        self._snapshots: list[tuple[Any, State]] = []
        self._db = self._opened()
        # Each as often as it stands here.
        self._acts: list[Callable[[], None]] = [
            *[self._put] * 26,
            *[self._put_expiring] * 7,
            self._put_many_expiring,
            *[self._delete] * 7,
            *[self._batch] * 4,
            *[self._wait] * 4,
            *[self._work] * 4,
            *[self._take] * 2,
            self._let_go,
            self._flush,
            self._compare_all,
            self._compare_range,
        ]

    def _opened(self) -> Any:
        return self._engine.Store(
            self.disk, sync=self._sync, options=small(self._engine), clock=lambda: self._now
        )

    def go(self, count: int, *, reopen_every: int = 0) -> Tally:
        """Do so many steps, until something differs.

        Args:
            count: steps.
            reopen_every: close the store and open it again after so many; 0 never does.
        """
        try:
            for _ in range(count):
                self.step()
                if reopen_every and self.steps % reopen_every == 0:
                    self._reopen()
                if self.tally.bad:
                    return self.tally
            self._db.compact()
            self._compare_all()
            self._db.check()
            while self._snapshots:
                self._let_go()
            self._db.close()
        except Exception as error:  # noqa: BLE001 - a defect may raise anything
            self.tally.raised(error, f"step {self.steps}")
        return self.tally

    def step(self) -> None:
        """Do one thing, and look at one key."""
        self.steps += 1
        self.tally.tried += 1
        self._acts[self._chance.below(len(self._acts))]()
        key = key_of(self._chance.below(self._keys))
        self._same(self._db.get(key), self._shown().get(key), f"get {key.decode()}")
        for snapshot, then in self._snapshots:
            self._same(snapshot.get(key), then.get(key), f"get {key.decode()} in a snapshot")
        size = self._db.journal.log.size if self._db.journal.is_open else 0
        if size > 2 * LOG_BYTES:  # it is looked at before a write, not after
            told = f"step {self.steps}: a log of {size:,} bytes, which ends at {LOG_BYTES:,}"
            self.tally.found("wrong", told)

    def _shown(self) -> State:
        """What a reader must see now."""
        return {
            key: value
            for key, (value, until) in self._model.items()
            if until is None or until > self._now
        }

    def _same(self, found: Any, expected: Any, what: str) -> None:
        if found == expected:
            return
        kind = "lost" if found is None else "wrong"
        self.tally.found(
            kind, f"step {self.steps}, {what}: {found!r}, where {expected!r} should be"
        )

    # What is done.

    def _key(self) -> bytes:
        return key_of(self._chance.below(self._keys))

    def _value(self, key: bytes) -> bytes:
        return b"%b at step %d %b" % (key, self.steps, b"." * self._chance.below(PADDING))

    def _put(self) -> None:
        key = self._key()
        value = self._value(key)
        self._db.put(key, value)
        self._model[key] = value, None

    def _put_expiring(self, padding: int = 0) -> None:
        key = self._key()
        value, until = self._value(key), self._now + 1 + self._chance.below(LIFE_MAX)
        value += b"." * padding
        self._db.put(key, value, expires_ns=until)
        self._model[key] = value, until

    def _put_many_expiring(self) -> None:
        for _ in range(MANY):
            self._put_expiring(LONG)

    def _delete(self) -> None:
        key = self._key()
        self._db.delete(key)
        self._model.pop(key, None)

    def _batch(self) -> None:
        batch = self._engine.Batch()
        for _ in range(2 + self._chance.below(4)):
            key = self._key()
            if self._chance.below(3):
                value = self._value(key)
                batch.put(key, value)
                self._model[key] = value, None
            else:
                batch.delete(key)
                self._model.pop(key, None)
        self._db.write(batch)

    def _wait(self) -> None:
        self._now += 1 + self._chance.below(LIFE_MAX // 4)

    def _work(self) -> None:
        for _ in range(self._chance.below(6)):
            self._db.step()

    def _flush(self) -> None:
        self._db.flush()

    def _take(self) -> None:
        if len(self._snapshots) == SNAPSHOTS_MAX:
            self._let_go()
        self._snapshots.append((self._db.snapshot(), self._shown()))

    def _let_go(self) -> None:
        if self._snapshots:
            snapshot, then = self._snapshots.pop(self._chance.below(len(self._snapshots)))
            self._same(dict(snapshot.scan()), then, "scan of a snapshot")
            snapshot.close()

    def _reopen(self) -> None:
        while self._snapshots:
            self._let_go()
        self._db.close()
        self._db = self._opened()

    # What is compared.

    def _compare_all(self) -> None:
        shown = self._shown()
        for key in map(key_of, range(self._keys)):
            self._same(self._db.get(key), shown.get(key), f"get {key.decode()}")
        self._same(list(self._db.scan()), sorted(shown.items()), "scan")
        for snapshot, then in self._snapshots:
            backwards = sorted(then.items(), reverse=True)
            self._same(list(snapshot.scan(reverse=True)), backwards, "scan of a snapshot")

    def _compare_range(self) -> None:
        lo, hi = sorted((self._key(), self._key()))
        within = {key: value for key, value in self._shown().items() if lo <= key < hi}
        for is_reverse in (False, True):
            found = list(self._db.scan(lo, hi, reverse=is_reverse))
            self._same(found, sorted(within.items(), reverse=is_reverse), "scan of a range")
