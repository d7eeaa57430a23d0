"""`sdcli interview --sheet FILE`: the answer stands in the person's own editor, this watches it.

The file is looked at twice a second. Editors save in many ways: they write over it, rename a
new file to its name, delete it and make it again, or empty it and then fill it. So a change
is read when it has stood for one look, by the name of the file and not by an open handle, and
what cannot be read (it is gone, it is half a letter) is waited for. After the file was made
nothing is ever written to it: it is the record, and nothing else is kept.
"""

from __future__ import annotations

import os
import select
import stat
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from sdcli.cli.screen import clock as shown_clock
from sdcli.cli.screen import console, print_json, styled, write
from sdcli.core.clock import SystemClock
from sdcli.core.errors import InputError, Interrupted
from sdcli.core.files import file_error, read_text, resolved, staged_prefix
from sdcli.interview.sheet import SheetInterviewer
from sdcli.interview.sheet_text import starter
from sdcli.scoring.answer import BYTES_EXPECTED, BYTES_MAX

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from sdcli.core.clock import Clock
    from sdcli.interview.sheet import Remark
    from sdcli.interview.terms import Terms

LOOK_SECONDS = 0.5
LEAVE = ("q", "/quit")
_ABOUT = {"working": "your numbers", "follow-up": "follow-up", "note": "note"}


class Room(Protocol):
    """Where the person sits: time passes there, and a line may be typed."""

    def wait(self, seconds: float) -> str | None:
        """Let time pass; the line that was typed meanwhile, or None.

        Raises:
            KeyboardInterrupt: Ctrl-C.
        """


def can_watch() -> bool:
    """Whether a terminal can be waited for a while; on Windows `select` knows only sockets."""
    return os.name == "posix"


class TerminalRoom:
    """The terminal, where `can_watch`; the end of its input counts as leaving."""

    def wait(self, seconds: float) -> str | None:
        """Wait for a line, `seconds` at most."""
        handle = sys.stdin.fileno()
        if not select.select([handle], [], [], seconds)[0]:
            return None
        typed = os.read(handle, 4096)  # past sys.stdin, whose buffer select does not see
        return typed.decode("utf-8", "replace") if typed else LEAVE[0]


Mark = tuple[int, int, int, int, int]


@dataclass
class WatchedFile:
    """A file that somebody else writes.

    Attributes:
        trouble: why there is no text just now; empty when there is.
    """

    path: Path
    trouble: str = ""
    _seen: Mark | None = field(default=None, init=False)
    _pending: Mark | None = field(default=None, init=False)
    _fault: str = field(default="", init=False)

    def look(self, *, at_once: bool = False) -> str | None:
        """The text, when it is another than the last time and has stood for one look.

        Args:
            at_once: take it as it stands, without waiting for the next look.
        """
        mark = self._mark()
        if mark is None:
            self.trouble, self._pending = f"waiting for {self.path.name}", None
            return None
        if mark == self._seen:
            self.trouble = self._fault
            return None
        if mark != self._pending and not at_once:
            self._pending = mark
            return None
        self._seen, self._fault, text = mark, "", None
        try:
            text = read_text(self.path, bytes_max=BYTES_MAX)
        except InputError as error:
            self._fault = f"waiting for {self.path.name}: {error.what}"
        self.trouble = self._fault
        return text

    def _mark(self) -> Mark | None:
        """What changes with every save; None where no file stands."""
        try:
            found = self.path.stat()
        except OSError:
            return None
        if not stat.S_ISREG(found.st_mode):
            return None
        return (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino, found.st_dev)


def create(path: Path, text: str) -> bool:
    """Make a file whole or not at all, and never over one that is there; False when one is.

    Raises:
        InputError: it cannot be made there, or what stands there is no file.
        MissingError: the disk is full.
    """
    target = resolved(path, doing="make it")  # a symbolic link stays one
    try:
        if target.exists():
            if target.is_file():
                return False
            raise InputError(
                "this is no file", where="--sheet", given=str(path), expected="--sheet answer.md"
            )
        staged = target.with_name(f"{staged_prefix(target)}{os.getpid()}")
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with staged.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            return _named(staged, target, text)
        finally:
            staged.unlink(missing_ok=True)
    except OSError as error:
        raise file_error(error, path, doing="make it") from error


def _named(staged: Path, target: Path, text: str) -> bool:
    """Give a file its name, if the name is free; without hard links, write it there."""
    try:
        os.link(staged, target)
    except OSError:  # the name is taken, or the file system has no hard links
        try:
            with target.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
        except FileExistsError:
            return False
    return True


@dataclass
class StatusLine:
    """One line at the bottom that is written over; where there is no terminal there is none."""

    screen: Console
    _shown: str = field(default="", init=False)

    def show(self, parts: list[str], style: str) -> None:
        """Draw as many parts as fit, if they are others than those that stand there."""
        text = ""
        for part in parts:
            longer = f"{text} · {part}" if text else part
            if text and styled(longer).cell_len >= self.screen.width:
                break
            text = longer
        if text != self._shown and self._can_be_drawn:
            self.clear()
            drawn = styled(text, style, no_wrap=True)
            drawn.truncate(self.screen.width - 1)
            self.screen.print(drawn, end="")
            self._shown = text

    def clear(self) -> None:
        """Take it away, so that something can be said."""
        if self._shown:
            from rich.control import Control
            from rich.segment import ControlType

            self._shown = ""
            self.screen.control(
                Control(ControlType.CARRIAGE_RETURN, (ControlType.ERASE_IN_LINE, 2))
            )

    @property
    def _can_be_drawn(self) -> bool:
        return self.screen.is_terminal and not self.screen.is_dumb_terminal


@dataclass
class SheetWatch:
    """One interview with a file.

    Args:
        interviewer: decides what to say.
        file: where the answer stands.
        screen: where it is said.
        room: where time passes.
        clock: measures it.
    """

    interviewer: SheetInterviewer
    file: WatchedFile
    screen: Console
    room: Room
    clock: Clock
    _is_over: bool = field(default=False, init=False)

    def run(self) -> None:
        """Watch until the person leaves, with `q` or Ctrl-C.

        Raises:
            Interrupted: Ctrl-C before anything was written.
        """
        status = StatusLine(self.screen)
        is_cut, last = False, self.clock.elapsed()
        try:
            self._hear(status, at_once=True)
            while True:
                self._show_status(status)
                typed = self.room.wait(LOOK_SECONDS)
                now = self.clock.elapsed()
                self.interviewer.pass_time(now - last)
                last = now
                if typed is not None and typed.strip().lower() in LEAVE:
                    break
                self._hear(status)
                self._say_when_over(status)
        except KeyboardInterrupt:
            is_cut = True
        finally:
            status.clear()
        text = self.file.look(at_once=True)
        if text is not None:
            self.interviewer.take(text)
        if is_cut:
            self.screen.print()
            if self.interviewer.sheet.is_empty:
                raise Interrupted(f"left before anything was written in {self.file.path}")

    def _hear(self, status: StatusLine, *, at_once: bool = False) -> None:
        """Read what was saved, and say what there is to say."""
        text = self.file.look(at_once=at_once)
        remarks = () if text is None else self.interviewer.read(text)
        if remarks:
            status.clear()
            show_remarks(self.screen, self.interviewer, remarks)

    def _say_when_over(self, status: StatusLine) -> None:
        terms = self.interviewer.terms
        budget = length_of(terms)
        if not self._is_over and not terms.is_study and sum_of(self.interviewer) >= budget:
            self._is_over = True
            status.clear()
            self.screen.print()
            write(
                self.screen,
                f"The {budget / 60:g} minutes are over. Nothing is cut off: write on if you like;"
                " q ENTER ends it.",
                style="bold",
            )

    def _show_status(self, status: StatusLine) -> None:
        """The step with its time against its budget, and the whole."""
        terms, step = self.interviewer.terms, self.interviewer.sheet.step
        parts = [self.file.trouble] if self.file.trouble else []
        if terms.is_study:
            status.show([*parts, step.heading, "no clock", "q ENTER: end"], "")
            return
        spent = self.interviewer.spent[step]
        pace = terms.pace(step, spent)
        late = {"amber": ["time to move on"], "red": ["over time"]}.get(pace, [])
        whole = shown_clock(length_of(terms))
        here = f"{step.heading} {shown_clock(spent)} of {shown_clock(terms.budget(step))}"
        total = f"all {shown_clock(sum_of(self.interviewer))} of {whole}"
        style = {"amber": "yellow", "red": "bold red"}.get(pace, "")
        status.show([*parts, here, *late, total, "q ENTER: end"], style)


def length_of(terms: Terms) -> float:
    """The seconds that all steps should take, to the millisecond."""
    return round(sum(terms.budget(step) for step in terms.steps), 3)


def sum_of(interviewer: SheetInterviewer) -> float:
    """The seconds of all steps."""
    return sum(interviewer.spent.values())


def hold_sheet(terms: Terms, path: Path, *, as_json: bool) -> None:
    """Watch a file to the end of the interview, or read it once where there is no terminal."""
    screen = console(stderr=as_json)
    is_watched = not as_json and sys.stdin.isatty() and sys.stdout.isatty()
    if is_watched and not can_watch():
        raise InputError(
            "this system cannot wait for the file and for your keys at once",
            where="--sheet",
            given=str(path),
            expected=f"a look at what stands there now: sdcli score {terms.scenario.id} {path}",
        )
    is_new = create(path, starter(terms))
    interviewer = SheetInterviewer(terms)
    _greet(screen, terms, path, is_new=is_new, is_watched=is_watched)
    if is_watched:
        watch = SheetWatch(interviewer, WatchedFile(path), screen, TerminalRoom(), SystemClock())
        watch.run()
    else:
        remarks = interviewer.read(read_text(path, bytes_max=BYTES_MAX, expected=BYTES_EXPECTED))
        show_remarks(screen, interviewer, remarks)
    if as_json:
        print_json(interviewer.score().to_json())
    else:
        show_score(screen, interviewer, path)


def _greet(screen: Console, terms: Terms, path: Path, *, is_new: bool, is_watched: bool) -> None:
    timed = "no clock" if terms.is_study else f"{length_of(terms) / 60:g} minutes"
    screen.print(styled(terms.scenario.title, style="bold"), end="")
    screen.print(styled(f"   {terms.mode}, {terms.level}, {timed}"))
    write(screen, terms.scenario.prompt, indent=2)
    screen.print()
    if is_new:
        write(screen, f"wrote {path}; from now on only you write to it")
    else:
        write(screen, f"{path} was there and is taken as it is; only you write to it")
    if is_watched:
        write(
            screen,
            "Write under its headings in your own editor and save. A line that begins with ? asks"
            " me; a line like reads = 50M request/day is a number that my questions can quote."
            + (" ?hint gives a hint." if terms.is_study else "")
            + " Ctrl-C, or q and ENTER, ends it with your score.",
        )


def show_remarks(
    screen: Console, interviewer: SheetInterviewer, remarks: tuple[Remark, ...]
) -> None:
    """What the interviewer says after a save, each with what it is about."""
    for remark in remarks:
        screen.print()
        if remark.step is not None:  # a recap
            step, terms = remark.step, interviewer.terms
            spent = interviewer.spent[step]
            timed = f", {shown_clock(spent)} of {shown_clock(terms.budget(step))}"
            text = f"{step.heading}: {remark.text}" + (
                timed if spent and not terms.is_study else ""
            )
            write(screen, f"{text}. Now: {interviewer.sheet.step.heading}.", style="bold")
            continue
        if remark.quote:
            sign = "" if remark.kind == "slip" else "? "
            write(screen, f"line {remark.line}: {sign}{remark.quote}", style="green", hang=2)
        else:
            write(screen, _ABOUT[remark.kind], style="green")
        write(screen, remark.text, indent=2)
        for line in remark.lines:
            write(screen, line, label="  as a line  ")


def show_score(screen: Console, interviewer: SheetInterviewer, path: Path) -> None:
    """The score card, the time of each step, and where all of it stands."""
    from sdcli.cli.scorecard import show

    screen.print()
    if interviewer.sheet.is_empty:
        write(screen, f"Nothing is written in {path} yet, so there is no score.")
        return
    show(screen, interviewer.score(), interviewer.terms.scenario.title)
    terms = interviewer.terms
    if sum_of(interviewer) and not terms.is_study:
        times = [
            f"{step.heading} {shown_clock(spent)} of {shown_clock(terms.budget(step))}"
            for step, spent in interviewer.spent.items()
        ]
        screen.print()
        write(screen, f"Time: {', '.join(times)}.", hang=6)
    screen.print()
    write(screen, f"{path} is the record of this interview; nothing else was kept.")
    write(screen, f"Score it again: sdcli score {terms.scenario.id} {path}", hang=2)
