"""From a wish to a document: open or resume a session, hold the conversation, write the result.

Order matters here. Whatever can be refused (a question that does not exist, a folder that
cannot be written, a damaged database) is refused before the first question, so that nobody
types for 45 minutes into a hole.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sdcli.cli.conversation import Conversation, Left
from sdcli.cli.report import show_report
from sdcli.cli.screen import console, print_json, styled
from sdcli.cli.settings import settings
from sdcli.cli.terminal import Answer, asker
from sdcli.content import Scenario, load_scenario, parse_scenario, scenario_ids
from sdcli.core.clock import SystemClock
from sdcli.core.errors import InputError, Interrupted, SdcliError
from sdcli.core.files import file_error, write_atomic
from sdcli.core.folders import data_folder
from sdcli.interview import Machine, Player, Prompt, SessionStore, Step, read_answers
from sdcli.interview.against import Against, against
from sdcli.interview.events import Judged
from sdcli.interview.terms import Terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from sdcli.cli.terminal import Question
    from sdcli.interview import Event, StoredSession

DESIGN_FILE = "design.yaml"
# What has no meaning beside an option that holds no session: nothing is resumed, no document made.
NOT_BESIDE = {
    "sheet": ("answers", "out", "resume", "session"),
    "partner": ("mode", "step", "answers", "sheet", "out", "resume", "session"),
}


@dataclass(frozen=True)
class Wish:
    """The options of the command, as typed."""

    scenario: str | None
    mode: str | None
    level: str | None
    minutes: float | None
    step: str | None
    answers: Path | None
    out: Path | None
    resume: bool
    session: str | None
    as_json: bool
    sheet: Path | None = None
    partner: bool = False


@dataclass
class StoredMemory:
    """Keeps events in the session store; `count` is how many it has by what we know."""

    store: SessionStore
    session: str
    count: int

    def keep(self, events: Sequence[Event]) -> None:
        """Append; on the disk when this returns."""
        self.store.append(self.session, *events, after=self.count)
        self.count += len(events)

    def beat(self, at: str, seconds: float, draft: str) -> None:
        """Bound what a kill may lose of the time and the text."""
        self.store.heartbeat(self.session, at, seconds, draft)


class RecordedAsker:
    """Answers from a recording."""

    echoes = True

    def __init__(self, player: Player, machine: Machine) -> None:
        self._player = player
        self._machine = machine

    def ask(self, question: Question) -> Answer:  # noqa: ARG002 - the machine knows the prompt better
        """The recorded answer to the open prompt."""
        prompt = self._machine.current
        assert isinstance(prompt, Prompt)  # noqa: S101 - the conversation asks at prompts only
        return Answer(*self._player.ask(prompt))

    def refused(self, error: SdcliError) -> None:
        """A recording with a line that cannot be used is wrong; said at the end with the rest."""
        self._player.refused(error)


def hold(wish: Wish) -> None:
    """Hold the interview that was wished for, to its end or until the person leaves."""
    if wish.partner:
        from sdcli.cli.partner import show_partner

        show_partner(_terms(wish, "partner"), as_json=wish.as_json)
        return
    if wish.sheet is not None:
        from sdcli.cli.sheet_watch import hold_sheet

        hold_sheet(_terms(wish, "sheet"), wish.sheet, as_json=wish.as_json)
        return
    if wish.as_json and wish.answers is None:
        raise InputError(
            "JSON needs an answer that stands there already",
            where="--json",
            expected="--answers FILE, --sheet FILE or --partner beside it",
        )
    with SessionStore(data_folder(), SystemClock()) as store:
        recording = read_answers(wish.answers) if wish.answers else None
        session, machine = _open(wish, store, recording.scenario if recording else None)
        screen = console(stderr=wish.as_json)
        if session.finished is not None and wish.out is None:
            report = machine.report(last_attempt(store, session, machine))
            show_report(screen, report, session.id)
            return
        folder = _free_folder(wish.out, machine.terms.scenario.id)
        _greet(screen, session, machine, is_resumed=bool(machine.events))
        player = Player(recording) if recording else None
        try:
            _converse(store, session, machine, screen, player)
        except Left:
            _leave(store, session, machine, screen)
            return
        except (EOFError, KeyboardInterrupt):
            if player:
                store.delete(session.id)
                raise Interrupted("the recording was not played to its end") from None
            screen.print()
            _leave(store, session, machine, screen)
            raise Interrupted("left before the end; everything answered so far is saved") from None
        except SdcliError:
            if player:  # a recording that does not play is no session of the person's
                store.delete(session.id)
            raise
        report = machine.report(last_attempt(store, session, machine))
        try:
            paths = _write(machine, wish.out, folder)
        except SdcliError as error:
            error.fix = f"sdcli interview --session {session.id} --out FOLDER writes it elsewhere"
            raise
        if session.finished is None:
            store.finish(session.id, report.score)
        show_report(screen, report, session.id)
        for path in paths:
            screen.print(styled(f"wrote {path}"))
        if wish.as_json:
            print_json(
                {"session": session.id, "files": [str(p) for p in paths], **report.to_json()}
            )


def _converse(
    store: SessionStore,
    session: StoredSession,
    machine: Machine,
    screen: Console,
    player: Player | None,
) -> None:
    """Hold the conversation with a person or a recording, to its end."""
    current = machine.current
    seconds, draft = 0.0, ""
    if isinstance(current, Prompt) and player is None:
        seconds, draft = store.waited(session.id, current.at)
    Conversation(
        machine,
        RecordedAsker(player, machine) if player else asker(),
        StoredMemory(store, session.id, _count(machine)),
        screen,
        SystemClock(),
        carried=seconds,
        draft=draft,
    ).run()
    if player:
        player.finish()


def _count(machine: Machine) -> int:
    """How many events there are, verdicts left out."""
    return sum(not isinstance(event, Judged) for event in machine.events)


def _leave(store: SessionStore, session: StoredSession, machine: Machine, screen: Console) -> None:
    """Say how to go on; a session in which nothing was answered leaves nothing behind."""
    if not machine.events and not store.waited(session.id, machine.state.at)[1]:
        store.delete(session.id)
        screen.print(styled("Nothing was answered, so nothing is kept."))
    else:
        line = f"Saved. Go on with: sdcli interview --session {session.id}"
        screen.print(styled(line, style="bold"))


def machine_of(store: SessionStore, session: StoredSession) -> Machine:
    """The machine of a stored session, on the scenario as it was at the start."""
    scenario = parse_scenario(store.scenario_text(session.id), f"session {session.id}")
    mode: Any = session.mode
    level: Any = session.level
    return Machine(
        scenario,
        mode=mode,
        level=level,
        minutes=session.minutes,
        only_step=session.only_step,
        events=store.events(session.id),
    )


def _kind_of(session: StoredSession) -> tuple[str, str, str, str | None]:
    """What two attempts must share to be set against each other."""
    return (session.scenario, session.mode, session.level, session.only_step)


def last_attempt(store: SessionStore, session: StoredSession, machine: Machine) -> Against | None:
    """The finished attempt of the same kind before this one, compared; None without one."""
    earlier = [
        one
        for one in store.list()
        if int(one.id) < int(session.id)
        and one.finished is not None
        and _kind_of(one) == _kind_of(session)
    ]
    if not earlier:
        return None
    last = earlier[-1]
    try:
        before = machine_of(store, last).score()
    except SdcliError:  # its question was of a form that is no longer read
        return None
    return against(machine.score(), before, last.id, f"{last.started:%Y-%m-%d}")


def _open(
    wish: Wish, store: SessionStore, recorded_scenario: str | None
) -> tuple[StoredSession, Machine]:
    """The session that is meant, taken up or begun."""
    if wish.resume or wish.session is not None:
        chosen = [wish.scenario, wish.answers, wish.mode, wish.level, wish.minutes, wish.step]
        given = [str(one) for one in chosen if one is not None]
        if given:
            raise InputError(
                "a session has its question, mode, level and length already",
                where="--resume" if wish.resume else "--session",
                given=" ".join(given),
                fix="leave them out",
            )
        found = store.session(wish.session) if wish.session else store.latest_unfinished()
        if found is None:
            raise InputError(
                "there is no unfinished session",
                where="--resume",
                expected="sdcli interview SCENARIO to begin one",
            )
        return found, machine_of(store, found)
    scenario = _scenario(wish.scenario, recorded_scenario)
    terms = _agreed(wish, scenario)
    mode, level, minutes, step = terms.mode, terms.level, terms.minutes, terms.only_step
    machine = Machine(scenario, mode=mode, level=level, minutes=minutes, only_step=step)
    _free_folder(wish.out, scenario.id)
    identity = store.create(
        scenario=scenario.id,
        title=scenario.title,
        text=scenario.text,
        mode=mode,
        level=level,
        minutes=minutes,
        only_step=step.value if step else None,
    )
    return store.session(identity), machine


def _terms(wish: Wish, option: str) -> Terms:
    """What is agreed for a sheet; no session is opened for it.

    Raises:
        InputError: another option has no meaning beside it, or names what does not exist.
    """
    for other in NOT_BESIDE[option]:
        if getattr(wish, other):
            raise InputError(
                f"--{other} has no meaning beside --{option}",
                where=f"--{option}",
                expected="one of the two",
            )
    return _agreed(wish, _scenario(wish.scenario, None))


def _agreed(wish: Wish, scenario: Scenario) -> Terms:
    """What was wished for, and where nothing was said what the person has set."""
    own = settings()
    mode: Any = wish.mode or "interview"
    level: Any = wish.level or own.level
    minutes = own.minutes if wish.minutes is None else wish.minutes
    step = Step.of(wish.step) if wish.step else None
    return Terms(scenario, mode, level, minutes, step)


def _scenario(named: str | None, recorded: str | None) -> Scenario:
    """The scenario that was named, recorded or chosen from the list."""
    if named is not None and recorded is not None and recorded not in (named, Path(named).stem):
        raise InputError(
            "these answers were recorded for another question",
            where="--answers",
            given=recorded,
            expected=named,
        )
    if named or recorded:
        return load_scenario(named or recorded or "")
    ids = scenario_ids()
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise InputError(
            "which question?",
            where="interview",
            expected=f"one of {', '.join(ids)}, like sdcli interview {ids[0] if ids else 'NAME'}",
        )
    import questionary

    chosen = questionary.select("Which question?", choices=ids).unsafe_ask()
    return load_scenario(str(chosen))


def _free_folder(wished: Path | None, scenario: str) -> Path:
    """Where the document goes; never a folder that already holds a design.

    Raises:
        InputError: the folder cannot be written, or holds a design already.
    """
    if wished is None:
        folder, count = Path(scenario), 1
        while folder.exists():
            count += 1
            folder = Path(f"{scenario}-{count}")
    else:
        folder = wished
        if (folder / DESIGN_FILE).exists():
            raise InputError(
                "there is a design in this folder already, and it is not overwritten",
                where="--out",
                given=str(folder),
                expected="a folder that is new or has no design.yaml",
            )
    standing = folder
    while not standing.exists() and standing != standing.parent:
        standing = standing.parent
    if not standing.is_dir() or not os.access(standing, os.W_OK | os.X_OK):
        reason = "not a folder" if not standing.is_dir() else "permission denied"
        raise InputError(
            f"cannot write there: {reason}",
            where="--out",
            given=str(folder),
            expected="a folder that you may write, like --out ~/designs/first",
        )
    return folder


def _write(machine: Machine, wished: Path | None, folder: Path) -> list[Path]:
    """The design, its document and its evidence.

    The folder is looked at again: in the meantime another interview may have taken it.
    """
    from sdcli.design import dump
    from sdcli.documents import build

    if folder.exists():
        folder = _free_folder(wished, machine.terms.scenario.id)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise file_error(error, folder, doing="make the folder") from error
    design = folder / DESIGN_FILE
    write_atomic(design, dump(machine.design()))
    built = build(design, clock=SystemClock())
    return [design, built.document, built.ledger]


def _greet(screen: Console, session: StoredSession, machine: Machine, *, is_resumed: bool) -> None:
    timed = "no clock" if machine.terms.is_study else f"{session.minutes:g} minutes"
    screen.print(styled(f"{session.title}", style="bold"), end="")
    screen.print(styled(f"   {session.mode}, {session.level}, {timed}, session {session.id}"))
    if is_resumed:
        screen.print(styled("Taken up where you left it; the time away does not count."))
