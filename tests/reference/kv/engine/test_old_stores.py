"""Stores that were written once, and have to open for ever; stores/make.py says how."""

from __future__ import annotations

import shutil
from ast import literal_eval
from pathlib import Path

import pytest

from sdcli.reference.kv.engine import open_store
from tests.reference.kv.engine.stores.make import NOW_NS

STORES = Path(__file__).parent / "stores"
ALL = ["v1/closed", "v1/group", "v1/torn"]


@pytest.fixture
def copy_of(tmp_path):
    """Makes a copy of a store: opening one leaves a file in it."""

    def copy(name: str) -> Path:
        return shutil.copytree(STORES / name, tmp_path / name)

    return copy


def contents(name: str) -> list[tuple[bytes, bytes]]:
    lines = (STORES / f"{name}.txt").read_text(encoding="ascii").splitlines()
    return [tuple(map(literal_eval, line.split("\t"))) for line in lines]


def test_no_store_is_forgotten() -> None:
    assert [p.relative_to(STORES).as_posix() for p in sorted(STORES.glob("v*/*/"))] == ALL


@pytest.mark.parametrize("name", ALL)
def test_an_old_store_holds_what_is_written_beside_it(name, copy_of) -> None:
    expected = contents(name)
    with open_store(copy_of(name), create=False, clock=lambda: NOW_NS) as db:
        assert list(db.scan()) == expected
        assert list(db.scan(reverse=True)) == expected[::-1]
        assert [(key, db.get(key)) for key, _ in expected] == expected
        for key in (b"user:02", b"user:07", b"session:old", b"user:41"):
            assert db.get(key) == dict(expected).get(key)
        db.check()


@pytest.mark.parametrize("name", ALL)
def test_an_old_store_goes_on_in_todays_engine(name, copy_of) -> None:
    folder = copy_of(name)
    model = dict(contents(name))
    with open_store(folder, create=False, clock=lambda: NOW_NS) as db:
        db.put(b"user:00", b"today")
        db.delete(b"user:05")
    model[b"user:00"] = b"today"
    model.pop(b"user:05", None)
    with open_store(folder, create=False, clock=lambda: NOW_NS) as db:
        assert dict(db.scan()) == model
        db.compact()
        assert dict(db.scan()) == model
        assert [path.name for path in folder.glob("*.table")] == [
            f"{table.info.number:06d}.table" for table in db.view.version.tables
        ], "what an interrupted compaction left was not removed"


def test_each_old_store_is_what_its_name_says(copy_of) -> None:
    with open_store(copy_of("v1/closed"), create=False) as db:
        assert [len(level) for level in db.view.version.levels[:3]] == [1, 1, 1]
        assert (db.recovered.logged, db.recovered.tears) == (2, [])
    with open_store(copy_of("v1/torn"), create=False) as db:
        [(name, offset, cut)] = db.recovered.tears
        # The last record has 24 bytes of its own, a key of 7, a value of 30; 15 were cut off.
        assert (offset + cut, cut) == ((STORES / "v1/torn" / name).stat().st_size, 61 - 15 + 4)
        assert db.recovered.logged == 6
        assert db.recovered.leftovers == ["000099.table"]
    with open_store(copy_of("v1/group"), create=False) as db:
        assert (db.recovered.logged, db.recovered.tears) == (20, [])
