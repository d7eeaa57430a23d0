"""Carries out what the interview machine asks for: prompts, experiments, the clock.

The machine says what to ask; this module shows it, takes the answer, has the events stored
before anything else appears, and runs experiments. Commands that are about the room and not
about the interview are answered here: /help, /pause, /quit, /diagram.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from sdcli.cli.screen import clock, draw_mermaid, styled, write
from sdcli.cli.terminal import Question
from sdcli.interview import COMMANDS, Finished, Prompt, RunExperiment, standing_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.console import Console

    from sdcli.cli.terminal import Answer, Asker
    from sdcli.core.clock import Clock
    from sdcli.interview import Event, Machine, Step

BEAT_SECONDS = 5.0  # what a kill may lose of the time spent at one prompt


class Left(Exception):  # noqa: N818 - leaving is no error
    """The person left on purpose."""


class Memory(Protocol):
    """Where a conversation keeps what happens, at once."""

    def keep(self, events: Sequence[Event]) -> None:
        """Store events; they are safe when this returns."""

    def beat(self, at: str, seconds: float) -> None:
        """Note how long the open prompt has taken so far."""


@dataclass
class Conversation:
    """One interview with one person.

    Args:
        machine: decides what to ask.
        asker: puts the question and brings the answer.
        memory: stores the events.
        screen: where all of it is shown.
        clock: measures how long answers take.
        carried: seconds that the open prompt had already taken when it was interrupted.
    """

    machine: Machine
    asker: Asker
    memory: Memory
    screen: Console
    clock: Clock
    carried: float = 0.0
    _step: Step | None = field(default=None, init=False)
    _prefill: str | None = field(default=None, init=False)

    def run(self) -> None:
        """Ask until nothing is left to ask.

        Raises:
            Left: `/quit`.
            EOFError, KeyboardInterrupt: the input ended, or Ctrl-C.
        """
        asked = ""
        while True:
            current = self.machine.current
            if isinstance(current, Finished):
                return
            if isinstance(current, RunExperiment):
                self._experiment(current)
            else:
                # The same question is not put twice in a row, unless something came in between.
                if current.at != asked or not (current.is_continued or self._prefill is not None):
                    self._put(current)
                asked = current.at
                self._take(current)

    def _put(self, prompt: Prompt) -> None:
        """Show what the interviewer says, and what may be taken over."""
        if prompt.step is not self._step:
            self._step = prompt.step
            self._heading(prompt.step)
        self.screen.print()
        self.screen.print(styled(prompt.title, style="bold"))
        if prompt.at == "high_level.walkthrough":
            self._diagram(quiet=True)
        for paragraph in prompt.say:
            self.say(paragraph)
        if prompt.experiment is not None:
            self.say(_prediction(prompt.experiment))
        for offer in prompt.offers:
            write(self.screen, offer.shown, label="  offered  ")
        if prompt.offers:
            self.screen.print(
                styled("  /accept NAME takes one, /accept all takes all", style="cyan")
            )
        elif prompt.example and not prompt.is_continued:
            write(self.screen, f"for example  {prompt.example}", indent=2, style="cyan")

    def _take(self, prompt: Prompt) -> None:
        """Ask once; give the answer to the machine; store; show what came of it."""
        started = self.clock.elapsed() - self.carried
        prefill = prompt.prefill if self._prefill is None else self._prefill
        self._prefill = None
        answer = self.asker.ask(
            Question(
                at=prompt.at,
                several_lines=prompt.kind == "text",
                prefill=prefill,
                completions=prompt.completions,
                status=self._status(prompt, started),
            )
        )
        seconds = self.clock.elapsed() - started if answer.seconds is None else answer.seconds
        self.carried = 0.0
        if self.asker.echoes:
            self._echo(answer.text)
        if answer.text.startswith("/") and self._is_mine(prompt, answer, seconds):
            return
        lines = _lines(prompt, answer.text)
        for number, line in enumerate(lines):
            reply = self.machine.answer(line, seconds if number == 0 else 0.0)
            self.memory.keep(reply.events)
            for paragraph in reply.say:
                self.say(paragraph)
            if reply.error is not None:
                self.screen.print(styled(reply.error.render(), style="red"))
                self.asker.refused(reply.error)
                self.carried = seconds if number == 0 else 0.0
                self._prefill = "" if line.startswith("/") else "\n".join(lines[number:])
                return

    def _is_mine(self, prompt: Prompt, answer: Answer, seconds: float) -> bool:
        """Answer a command that is about the room; True when it was one."""
        command, _, rest = answer.text.partition(" ")
        if command == "/quit":
            self.memory.beat(prompt.at, seconds)
            raise Left
        if command == "/help":
            self._help()
        elif command == "/diagram":
            self._diagram(quiet=False)
        elif command == "/pause":
            self.memory.beat(prompt.at, seconds)
            self.say("The clock stands. ENTER starts it again.")
            self.asker.ask(Question(at="pause", status=lambda: ("paused", "")))
        elif command == "/edit" and (old := standing_text(self.machine.state, rest.strip())):
            self._edit(rest.strip(), old, seconds)
            return True
        else:
            return False
        self.carried = seconds
        self._prefill = ""
        return True

    def _edit(self, name: str, old: str, seconds: float) -> None:
        """Open an earlier line or text for change, as it stands, and hand the change over."""
        started = self.clock.elapsed()
        several = "\n" in old or "." in name
        answer = self.asker.ask(Question(at=f"edit {name}", several_lines=several, prefill=old))
        spent = seconds + self.clock.elapsed() - started
        self._prefill, self.carried = "", spent
        if answer.text in ("", old):
            return
        change = f"/edit {name} {answer.text}" if several else f"/edit {answer.text}"
        reply = self.machine.answer(change, spent)
        self.memory.keep(reply.events)
        for paragraph in reply.say:
            self.say(paragraph)
        if reply.error is None:
            self.carried = 0.0
        else:
            self.screen.print(styled(reply.error.render(), style="red"))

    def _experiment(self, wanted: RunExperiment) -> None:
        from sdcli.cli.trial import run_for_design

        self.memory.keep(run_for_design(self.machine, wanted, self.screen, self.say))

    def say(self, paragraph: str) -> None:
        """A paragraph of the interviewer, wrapped, set in from the person's own lines."""
        write(self.screen, paragraph, indent=2)

    def _echo(self, text: str) -> None:
        """What was answered, where nobody typed it on this screen."""
        for line in (text or "(moves on)").splitlines():
            self.screen.print(styled(f"> {line}", "green"))

    def _heading(self, step: Step) -> None:
        budget = self.machine.budget(step)
        minutes = "" if self.machine.terms.is_study else f"{budget / 60:g} minutes"
        self.screen.print()
        self.screen.rule(styled(f"{step.heading}  {minutes}".rstrip(), style="bold"), align="left")

    def _status(self, prompt: Prompt, started: float) -> Callable[[], tuple[str, str]]:
        """What the bottom line says; each look also notes how long the prompt has taken."""
        last = [self.clock.elapsed()]

        def status() -> tuple[str, str]:
            here = self.clock.elapsed() - started
            if self.clock.elapsed() - last[0] >= BEAT_SECONDS:
                last[0] = self.clock.elapsed()
                self.memory.beat(prompt.at, here)
            if self.machine.terms.is_study:
                return f"{prompt.step.heading} · {prompt.at}", ""
            spent = self.machine.spent(prompt.step) + here
            pace = self.machine.pace(prompt.step, here)
            budget = self.machine.budget(prompt.step)
            late = {"amber": " · time to move on", "red": " · over time"}.get(pace, "")
            text = f"{prompt.step.heading} {clock(spent)} of {clock(budget)}{late} · {prompt.at}"
            return text, "" if pace == "on time" else pace

        return status

    def _help(self) -> None:
        for text in COMMANDS.values():
            usage, _, meaning = text.partition(": ")
            write(self.screen, meaning, label=f"  {usage:<24}")

    def _diagram(self, *, quiet: bool) -> None:
        """Draw the design so far; `quiet` says nothing when there is nothing to draw."""
        from sdcli.documents.diagrams import topology

        design = self.machine.design()
        if design.components:
            self.screen.print(
                styled(draw_mermaid(topology(design, described=False), self.screen.width))
            )
        elif not quiet:
            self.say("There is no component yet.")


def _prediction(wanted: RunExperiment) -> str:
    from sdcli.cli.trial import question_of

    return question_of(wanted)


def _lines(prompt: Prompt, text: str) -> list[str]:
    """One entry for each thing to tell the machine: a pasted list of lines is several."""
    if prompt.kind == "line" and "\n" in text:
        return [line.strip() for line in text.splitlines() if line.strip()]
    return [text]
