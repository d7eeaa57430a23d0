from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from sdcli.core.clock import ManualClock
from sdcli.core.errors import DamagedError, InputError, MissingError
from sdcli.interview import Machine, store
from sdcli.interview.events import Answered, WentBack
from sdcli.interview.store import SessionStore
from tests.interview.scenario_text import TEXT, scenario
from tests.interview.walking import at_of, finish, give, start, walk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FIRST = Answered("scope.questions", "How many parcels?", 3.0)
SECOND = Answered("scope.questions", "", 1.0)


@pytest.fixture
def sessions(tmp_path: Path) -> Iterator[SessionStore]:
    with SessionStore(tmp_path / "data", ManualClock()) as opened:
        yield opened


def begin(sessions: SessionStore, **terms: object) -> str:
    values = {"scenario": "parcel-lockers", "title": "Parcel lockers", "text": TEXT, **terms}
    return sessions.create(**values)  # type: ignore[arg-type]


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    """What another connection sees at this moment."""
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def test_events_are_committed_before_append_returns(sessions: SessionStore) -> None:
    session = begin(sessions)
    assert rows(sessions.path, "SELECT id, scenario FROM sessions") == [(1, "parcel-lockers")]
    sessions.append(session, FIRST)
    assert rows(sessions.path, "SELECT session, seq FROM events") == [(1, 1)]
    sessions.append(session, SECOND, WentBack("scope.functional"))
    assert rows(sessions.path, "SELECT session, seq FROM events") == [(1, 1), (1, 2), (1, 3)]


def test_every_commit_reaches_the_disk(sessions: SessionStore) -> None:
    settings = {
        name: sessions._connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "foreign_keys")
    }
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}  # 2 is FULL


def test_events_read_back_in_order(sessions: SessionStore) -> None:
    session = begin(sessions)
    machine = finish(walk(start()))
    for event in machine.events:
        sessions.append(session, event)
    assert sessions.events(session) == machine.events


def test_a_session_resumes_on_the_scenario_as_it_was(sessions: SessionStore) -> None:
    session = begin(sessions)
    machine = start()
    sessions.append(session, *give(machine, "How many parcels?").events)
    resumed = Machine(scenario(sessions.scenario_text(session)), events=sessions.events(session))
    assert resumed.state == machine.state
    assert at_of(resumed) == "scope.questions"


def test_append_is_all_or_nothing(sessions: SessionStore) -> None:
    session = begin(sessions)

    class Broken:
        pass

    with pytest.raises(KeyError):
        sessions.append(session, FIRST, Broken())  # type: ignore[arg-type]
    assert sessions.events(session) == ()
    sessions.append(session, FIRST)
    assert sessions.events(session) == (FIRST,)


def test_sessions_are_listed_with_what_is_known_of_them(tmp_path: Path) -> None:
    clock = ManualClock()
    with SessionStore(tmp_path, clock) as sessions:
        first = begin(sessions)
        clock.advance(60)
        second = begin(sessions, mode="study", minutes=30.0, only_step="scope", level="staff")
        assert [one.id for one in sessions.list()] == [first, second] == ["1", "2"]
        one = sessions.session(second)
        assert (one.mode, one.level, one.minutes, one.only_step) == (
            "study",
            "staff",
            30.0,
            "scope",
        )
        assert (one.started - sessions.session(first).started).total_seconds() == 60
        assert one.finished is None
        assert sessions.latest_unfinished() == one
        clock.advance(60)
        sessions.finish(second, 61.5)
        done = sessions.session(second)
        assert done.finished is not None
        assert (done.finished - done.started).total_seconds() == 60
        assert done.score == 61.5
        unfinished = sessions.latest_unfinished()
        assert unfinished is not None
        assert unfinished.id == first


def test_a_session_is_found_by_its_row_and_others_are_listed_for_an_error_only(
    sessions: SessionStore,
) -> None:
    """An append in a store of thousands of sessions reads one of them."""
    begin(sessions)
    session = begin(sessions)
    asked: list[str] = []
    sessions._connection.set_trace_callback(asked.append)
    sessions.append(session, FIRST)
    sessions.heartbeat(session, "scope.questions", 5)
    assert not [one for one in asked if one.startswith("SELECT id FROM sessions")]
    for unknown in ("3", "02", "-1", "9" * 30, "two", "²", ""):
        with pytest.raises(InputError, match="no such session") as caught:
            sessions.append(unknown, FIRST)
        assert caught.value.expected == "one of 1, 2"


def test_without_sessions_there_is_nothing_to_resume(sessions: SessionStore) -> None:
    assert sessions.list() == ()
    assert sessions.latest_unfinished() is None


def test_a_deleted_session_takes_its_events_along_and_its_id_is_not_used_again(
    sessions: SessionStore,
) -> None:
    session = begin(sessions)
    sessions.append(session, FIRST)
    sessions.heartbeat(session, "scope.questions", 5)
    sessions.delete(session)
    assert rows(sessions.path, "SELECT * FROM events") == []
    assert rows(sessions.path, "SELECT * FROM heartbeats") == []
    assert begin(sessions) == "2"


@pytest.mark.parametrize("identity", ["7", "", "one", "1 OR 1=1", "01"])
def test_an_unknown_session_is_refused(sessions: SessionStore, identity: str) -> None:
    begin(sessions)
    for ask in (
        sessions.events,
        sessions.session,
        sessions.delete,
        sessions.scenario_text,
        lambda one: sessions.append(one, FIRST),
        lambda one: sessions.heartbeat(one, "scope.quality", 1),
    ):
        with pytest.raises(InputError, match="no such session"):
            ask(identity)


def test_a_heartbeat_bounds_what_a_kill_loses(tmp_path: Path) -> None:
    with SessionStore(tmp_path, ManualClock()) as sessions:
        session = begin(sessions)
        sessions.append(session, FIRST)
        sessions.heartbeat(session, "scope.questions", 5)
        sessions.heartbeat(session, "scope.questions", 9.5, "half a sent")
        assert rows(sessions.path, "SELECT seconds FROM heartbeats") == [(9.5,)]
    with SessionStore(tmp_path, ManualClock()) as again:
        assert again.waited(session, "scope.questions") == (9.5, "half a sent")
        assert again.waited(session, "scope.functional") == (0, "")
        again.append(session, SECOND)  # answered: the next prompt starts at nothing
        assert again.waited(session, "scope.questions") == (0, "")


def test_two_programs_may_have_the_file_open(tmp_path: Path) -> None:
    with SessionStore(tmp_path, ManualClock()) as one, SessionStore(tmp_path, ManualClock()) as two:
        first, second = begin(one), begin(two)
        one.append(first, FIRST)
        two.append(second, SECOND)
        one.append(second, FIRST)
        assert two.events(second) == (SECOND, FIRST)


def test_a_newer_file_is_refused_in_a_sentence_and_left_alone(tmp_path: Path) -> None:
    SessionStore(tmp_path, ManualClock()).close()
    connection = sqlite3.connect(tmp_path / store.FILE_NAME)
    connection.execute(f"PRAGMA user_version = {store.VERSION + 1}")
    connection.close()
    with pytest.raises(InputError, match="a newer sdcli wrote these sessions") as caught:
        SessionStore(tmp_path, ManualClock())
    assert caught.value.exit_code == 2
    assert rows(tmp_path / store.FILE_NAME, "PRAGMA user_version") == [(store.VERSION + 1,)]


def test_an_older_file_is_brought_up_to_date_and_keeps_its_sessions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SessionStore(tmp_path, ManualClock()) as old:
        begin(old)
        old.append("1", FIRST)

    def add_column(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE sessions ADD COLUMN note TEXT")

    monkeypatch.setattr(store, "MIGRATIONS", (*store.MIGRATIONS, add_column))
    monkeypatch.setattr(store, "VERSION", store.VERSION + 1)
    with SessionStore(tmp_path, ManualClock()) as new:
        assert new.events("1") == (FIRST,)
    assert rows(tmp_path / store.FILE_NAME, "SELECT note FROM sessions") == [(None,)]
    assert rows(tmp_path / store.FILE_NAME, "PRAGMA user_version") == [(store.VERSION,)]


def test_a_migration_that_fails_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    SessionStore(tmp_path, ManualClock()).close()
    version = store.VERSION

    def half(connection: sqlite3.Connection) -> None:
        connection.execute("CREATE TABLE notes (text TEXT)")
        connection.execute("no SQL at all")

    monkeypatch.setattr(store, "MIGRATIONS", (*store.MIGRATIONS, half))
    monkeypatch.setattr(store, "VERSION", version + 1)
    with pytest.raises(DamagedError):
        SessionStore(tmp_path, ManualClock())
    assert rows(tmp_path / store.FILE_NAME, "PRAGMA user_version") == [(version,)]
    assert (
        rows(tmp_path / store.FILE_NAME, "SELECT name FROM sqlite_schema WHERE name = 'notes'")
        == []
    )


def filled(folder: Path) -> Path:
    """A file of several pages."""
    with SessionStore(folder, ManualClock()) as sessions:
        for _ in range(5):
            session = begin(sessions)
            sessions.append(session, *[FIRST] * 200)
    return folder / store.FILE_NAME


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: b"these are my notes, not a database\n" * 50,
        lambda whole: whole[: len(whole) // 2],
        lambda whole: whole[:4096] + b"\xff" * 8192 + whole[4096 + 8192 :],
        lambda whole: b"\x00" * 200 + whole[200:],
    ],
    ids=["another file", "cut", "overwritten", "no header"],
)
def test_a_damaged_file_is_named_and_not_written_to(tmp_path: Path, damage) -> None:
    path = filled(tmp_path)
    path.write_bytes(damage(path.read_bytes()))
    before = path.read_bytes()
    with pytest.raises(DamagedError) as caught:
        SessionStore(tmp_path, ManualClock())
    assert str(path) in caught.value.where
    assert caught.value.exit_code == 3
    assert path.read_bytes() == before


def test_a_damaged_event_is_named_with_its_place(sessions: SessionStore) -> None:
    session = begin(sessions)
    sessions.append(session, FIRST, SECOND)
    sessions._connection.execute("UPDATE events SET json = '{}' WHERE seq = 2")
    with pytest.raises(DamagedError) as caught:
        sessions.events(session)
    assert caught.value.where == f"{sessions.path}: session 1, event 2"
    sessions._connection.execute("DELETE FROM events WHERE seq = 1")
    with pytest.raises(DamagedError, match="missing"):
        sessions.events(session)


def test_a_folder_that_cannot_be_used_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(InputError):
        SessionStore(tmp_path / "file" / "data", ManualClock())
    (tmp_path / "data" / store.FILE_NAME).mkdir(parents=True)
    with pytest.raises(InputError, match="cannot write it"):
        SessionStore(tmp_path / "data", ManualClock())


def test_a_full_disk_is_exit_4_and_loses_nothing_that_was_saved(sessions: SessionStore) -> None:
    session = begin(sessions)
    sessions.append(session, FIRST)
    (pages,) = sessions._connection.execute("PRAGMA page_count").fetchone()
    sessions._connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(MissingError, match="disk is full") as caught:
        sessions.append(session, Answered("scope.quality", "x" * 40_000))
    assert caught.value.exit_code == 4
    assert sessions.events(session) == (FIRST,)


def test_events_of_somebody_else_in_between_are_not_written_over(sessions):
    """Two terminals on one session: the second to answer is refused, and nothing is stored."""
    session = begin(sessions)
    ours, theirs = Answered("scope.questions", "ours"), Answered("scope.questions", "theirs")
    sessions.append(session, theirs, after=0)
    with pytest.raises(InputError, match="another sdcli has gone on"):
        sessions.append(session, ours, after=0)
    assert sessions.events(session) == (theirs,)
