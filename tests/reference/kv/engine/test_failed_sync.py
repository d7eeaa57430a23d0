"""E8: the n-th sync fails: trying again acknowledges nothing, and reopening tells the truth."""

from __future__ import annotations

import pytest

from sdcli.experiments.kv_faults import failed_sync
from sdcli.experiments.kv_planted import engine
from sdcli.reference.kv.engine import Poisoned, Store
from sdcli.reference.kv.engine.sim_disk import SimDisk


def test_every_sync_may_fail() -> None:
    found = failed_sync(engine(), 3, every=1)
    assert found.bad == 0, found.first
    assert found.tried > 60  # sixty writes have a sync each at least


@pytest.mark.parametrize("sync", ["always", "group", "os"])
def test_a_store_is_poisoned_until_it_is_opened_again(sync: str) -> None:
    disk = SimDisk(1)
    db = Store(disk, sync=sync)  # type: ignore[arg-type]
    db.put(b"ada", b"1815")
    db.sync()
    disk.fail_sync(1)

    def write() -> None:
        db.put(b"alan", b"1912")
        db.sync()

    with pytest.raises(Poisoned) as caught:
        write()
    assert "close the store and open it again" in caught.value.render()
    for call in (
        lambda: db.put(b"bob", b"1"),
        lambda: db.delete(b"ada"),
        db.sync,
        db.flush,
        db.compact,
        db.step,
    ):
        with pytest.raises(Poisoned):  # the disk is well again, and nobody knows what it lost
            call()
    assert db.get(b"ada") == b"1815"
    db.close()
    # Whichever file it was whose sync failed, none of the store's is gone.
    survived = disk.after_power_cut(worst="nothing").names()
    assert survived == ["000001.log", "000001.manifest", "CURRENT", "LOCK"]
    with Store(disk, sync=sync) as again:  # type: ignore[arg-type]
        assert again.get(b"ada") == b"1815"
        again.put(b"bob", b"1")
        seen = dict(again.scan())
    # What is seen after reopening stays, though the kernel lost it once without saying so.
    with Store(disk.after_power_cut(worst="nothing")) as later:
        assert dict(later.scan()) == seen
