"""Where sessions are kept: one SQLite file, every event on the disk before the call returns.

    sessions(id, scenario, title, text, mode, level, minutes, only_step, started, finished, score)
    events(session, seq, json, recorded_at)      append only; the session is their fold
    heartbeats(session, at, seconds, draft)      how long the open prompt has been waiting, and
                                                 what was typed there and not sent

The journal is a write-ahead log with `synchronous = FULL`, so a commit has reached the disk
(sqlite.org/pragma.html#pragma_synchronous). A heartbeat bounds what a kill can lose of the
time. `user_version` counts the versions of the tables: an older file is brought up to date,
a newer one is refused, a damaged one is named and never written to.
"""

from __future__ import annotations

import contextlib
import re
import sqlite3
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from sdcli.core.errors import DamagedError, InputError, MissingError, SdcliError
from sdcli.core.files import file_error
from sdcli.core.suggest import did_you_mean
from sdcli.interview.events import Judged, from_json, to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import TracebackType

    from sdcli.core.clock import Clock
    from sdcli.interview.events import Event

FILE_NAME = "sessions.db"
_VERDICT = '{"event": "judged"%'  # how the JSON of a verdict begins
_ID = re.compile(r"[1-9][0-9]{0,17}")  # as SQLite numbers rows, and within its integers
CHECKED_BYTES_MAX = 20_000_000  # up to here a check of the whole file takes under 0.1 s

_TABLES = """
    CREATE TABLE sessions (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        scenario TEXT NOT NULL,
        title TEXT NOT NULL,
        text TEXT NOT NULL,
        mode TEXT NOT NULL,
        level TEXT NOT NULL,
        minutes REAL NOT NULL,
        only_step TEXT,
        started TEXT NOT NULL,
        finished TEXT,
        score REAL
    );
    CREATE TABLE events (
        session INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        seq INTEGER NOT NULL,
        json TEXT NOT NULL,
        recorded_at TEXT NOT NULL,
        PRIMARY KEY (session, seq)
    ) WITHOUT ROWID;
    CREATE TABLE heartbeats (
        session INTEGER PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
        at TEXT NOT NULL,
        seconds REAL NOT NULL,
        draft TEXT NOT NULL
    );
"""


def _make_tables(connection: sqlite3.Connection) -> None:
    for statement in _TABLES.split(";"):
        connection.execute(statement)


def _new_kind_of_event(_connection: sqlite3.Connection) -> None:
    """Events of the kind "judged", which an older sdcli would take for damage."""


# MIGRATIONS[n] brings a file of version n to version n + 1; version 0 is an empty file.
MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (_make_tables, _new_kind_of_event)
VERSION = len(MIGRATIONS)


@dataclass(frozen=True)
class StoredSession:
    """What is known of a session besides its events.

    Args:
        id: what `--session` takes.
        started, finished: UTC; `finished` is None while prompts are open.
    """

    id: str
    scenario: str
    title: str
    mode: str
    level: str
    minutes: float
    only_step: str | None
    started: datetime
    finished: datetime | None
    score: float | None


_COLUMNS = tuple(one.name for one in fields(StoredSession))


class SessionStore:
    """The sessions of one person.

    Args:
        folder: where the file is, or is made.
        clock: what the dates come from.

    Raises:
        InputError: the folder cannot be used, or a newer sdcli wrote the file.
        DamagedError: the file is no database, or not whole.
        MissingError: the disk is full.

    Invariants:
        1. What a method wrote is on the disk when it returns.
        2. The events of a session are numbered 1, 2, 3 without a gap.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.path = folder / FILE_NAME
        self._clock = clock
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise file_error(error, folder, doing="make the folder for sessions") from error
        with self._errors_named():
            self._connection = sqlite3.connect(self.path, isolation_level=None, timeout=10)
        try:
            with self._errors_named():
                self._open()
        except BaseException:
            self._connection.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; the store cannot be used any more."""
        self._connection.close()

    def create(
        self,
        *,
        scenario: str,
        title: str,
        text: str,
        mode: str = "interview",
        level: str = "mid",
        minutes: float = 45.0,
        only_step: str | None = None,
    ) -> str:
        """Begin a session; its id."""
        with self._writing() as connection:
            cursor = connection.execute(
                "INSERT INTO sessions (scenario, title, text, mode, level, minutes, only_step,"
                " started) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (scenario, title, text, mode, level, minutes, only_step, self._now()),
            )
            return str(cursor.lastrowid)

    def append(self, identity: str, *events: Event, after: int | None = None) -> None:
        """Add events to a session, all or none; the wait at the open prompt begins anew.

        Args:
            identity: of the session.
            events: what happened, in order.
            after: how many events, verdicts left out, the session is believed to have; None does
                not ask. A verdict may be set while the interview goes on elsewhere.

        Raises:
            InputError: there is no such session, or somebody else has gone on with it.
        """
        row = self._row(identity)
        if not events:
            return
        with self._writing() as connection:
            last, verdicts = connection.execute(
                "SELECT coalesce(max(seq), 0), coalesce(sum(json LIKE ?), 0) FROM events"
                " WHERE session = ?",
                (_VERDICT, row),
            ).fetchone()
            if after is not None and last - verdicts != after:
                raise InputError(
                    "another sdcli has gone on with this session; nothing of this answer is kept",
                    where=f"session {identity}",
                    fix=f"sdcli interview --session {identity} takes it up where it stands now",
                )
            now = self._now()
            connection.executemany(
                "INSERT INTO events VALUES (?, ?, ?, ?)",
                [(row, last + i, to_json(event), now) for i, event in enumerate(events, 1)],
            )
            if not all(isinstance(event, Judged) for event in events):
                connection.execute("DELETE FROM heartbeats WHERE session = ?", (row,))

    def heartbeat(self, identity: str, at: str, seconds: float, draft: str = "") -> None:
        """Note how long the prompt `at` has been open, pauses left out, and what stands in it."""
        row = self._row(identity)
        with self._writing() as connection:
            connection.execute(
                "INSERT INTO heartbeats VALUES (?, ?, ?, ?) ON CONFLICT (session) DO UPDATE"
                " SET at = excluded.at, seconds = excluded.seconds, draft = excluded.draft",
                (row, at, seconds, draft),
            )

    def waited(self, identity: str, at: str) -> tuple[float, str]:
        """The seconds and the draft of the last heartbeat at the prompt `at`; (0, "") for none."""
        row = self._row(identity)
        with self._errors_named():
            found = self._connection.execute(
                "SELECT seconds, draft FROM heartbeats WHERE session = ? AND at = ?", (row, at)
            ).fetchone()
        return (float(found[0]), str(found[1])) if found else (0.0, "")

    def scenario_text(self, identity: str) -> str:
        """The scenario's file as it was at the start; the session resumes on it."""
        row = self._row(identity)
        with self._errors_named():
            (text,) = self._connection.execute(
                "SELECT text FROM sessions WHERE id = ?", (row,)
            ).fetchone()
        return str(text)

    def events(self, identity: str) -> tuple[Event, ...]:
        """The events of a session, in order.

        Raises:
            InputError: there is no such session.
            DamagedError: one of them is no event, or is missing.
        """
        row = self._row(identity)
        with self._errors_named():
            rows = self._connection.execute(
                "SELECT seq, json FROM events WHERE session = ? ORDER BY seq", (row,)
            ).fetchall()
        found = []
        for place, (seq, text) in enumerate(rows, 1):
            where = f"{self.path}: session {identity}, event {place}"
            if seq != place:
                raise DamagedError("an event is missing", where=where)
            found.append(from_json(text, where))
        return tuple(found)

    def session(self, identity: str) -> StoredSession:
        """A session by its id.

        Raises:
            InputError: there is no such session.
        """
        return self._select("WHERE id = ?", self._row(identity))[0]

    def list(self) -> tuple[StoredSession, ...]:
        """All sessions, the oldest first."""
        return self._select("ORDER BY id")

    def latest_unfinished(self) -> StoredSession | None:
        """The session begun last that is not finished, or None."""
        found = self._select("WHERE finished IS NULL ORDER BY id DESC LIMIT 1")
        return found[0] if found else None

    def finish(self, identity: str, score: float | None) -> None:
        """Note that nothing is left to ask, and the score; None when there is none."""
        row = self._row(identity)
        with self._writing() as connection:
            connection.execute(
                "UPDATE sessions SET finished = ?, score = ? WHERE id = ?",
                (self._now(), score, row),
            )

    def delete(self, identity: str) -> None:
        """Delete a session with all that belongs to it.

        Raises:
            InputError: there is no such session.
        """
        row = self._row(identity)
        with self._writing() as connection:
            connection.execute("DELETE FROM sessions WHERE id = ?", (row,))

    def _open(self) -> None:
        connection = self._connection
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise InputError(
                f"a newer sdcli wrote these sessions (version {version}); this one reads {VERSION}",
                where=str(self.path),
                fix="upgrade sdcli",
            )
        if self.path.stat().st_size <= CHECKED_BYTES_MAX:
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                raise self._damaged(str(verdict).splitlines()[-1])
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        if version < VERSION:
            with self._writing():
                (version,) = connection.execute("PRAGMA user_version").fetchone()
                for migrate in MIGRATIONS[version:]:
                    migrate(connection)
                connection.execute(f"PRAGMA user_version = {VERSION}")

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: committed at the end, undone when anything fails."""
        with self._errors_named():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")
                raise

    @contextlib.contextmanager
    def _errors_named(self) -> Iterator[None]:
        """Turn what SQLite says into errors of ours."""
        try:
            yield
        except sqlite3.ProgrammingError:
            raise  # a mistake of ours, not of the file
        except sqlite3.Error as error:
            raise self._named(error) from error

    def _named(self, error: sqlite3.Error) -> SdcliError:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        where = str(self.path)
        if code == sqlite3.SQLITE_FULL:
            return MissingError("cannot save: the disk is full", where=where, fix="free some space")
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return MissingError("cannot save: another sdcli holds the file", where=where)
        if code in (
            sqlite3.SQLITE_CANTOPEN,
            sqlite3.SQLITE_READONLY,
            sqlite3.SQLITE_PERM,
            sqlite3.SQLITE_AUTH,
        ):
            return InputError(
                f"cannot write it: {error}",
                where=where,
                expected="a folder that can be written; SDCLI_DATA names another",
            )
        if code == sqlite3.SQLITE_IOERR:
            return MissingError(f"the disk does not answer: {error}", where=where)
        return self._damaged(str(error))

    def _damaged(self, reason: str) -> DamagedError:
        where = str(self.path)
        page = re.search(r"page (\d+)", reason, re.IGNORECASE)
        if page:
            with contextlib.suppress(sqlite3.Error):
                (size,) = self._connection.execute("PRAGMA page_size").fetchone()
                where += f": byte {(int(page[1]) - 1) * size}"
        return DamagedError(
            f"the sessions are damaged: {reason}",
            where=where,
            expected="the file as sdcli wrote it",
            fix="move it away, and sdcli starts a new one",
        )

    def _row(self, identity: str) -> int:
        """The row of a session's id.

        Raises:
            InputError: there is none.
        """
        with self._errors_named():
            if (
                _ID.fullmatch(identity)
                and self._connection.execute(
                    "SELECT 1 FROM sessions WHERE id = ?", (int(identity),)
                ).fetchone()
            ):
                return int(identity)
            rows = self._connection.execute("SELECT id FROM sessions ORDER BY id").fetchall()
        known = [str(row) for (row,) in rows]
        raise InputError(
            "there is no such session",
            where="session",
            given=identity,
            expected=f"one of {', '.join(known[-8:])}" if known else "an interview first",
            fix=did_you_mean(identity, known),
        )

    def _select(self, which: str, *values: int) -> tuple[StoredSession, ...]:
        query = f"SELECT {', '.join(_COLUMNS)} FROM sessions {which}"  # noqa: S608 - our own words
        with self._errors_named():
            rows = self._connection.execute(query, values).fetchall()
        return tuple(self._read(dict(zip(_COLUMNS, row, strict=True))) for row in rows)

    def _read(self, row: dict[str, Any]) -> StoredSession:
        row["id"] = str(row["id"])
        try:
            for name in ("started", "finished"):
                row[name] = datetime.fromisoformat(row[name]) if row[name] else None
        except (TypeError, ValueError) as error:
            raise self._damaged(f"session {row['id']} has no readable date") from error
        return StoredSession(**row)

    def _now(self) -> str:
        return self._clock.now().isoformat()
