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
from sdcli.interview.effects import Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.console import Console

    from sdcli.cli.terminal import Asker
    from sdcli.core.clock import Clock
    from sdcli.interview import Event, Machine, Step

BEAT_SECONDS = 2.0  # what a kill may lose of the time and the text at one prompt
ROOM_COMMANDS = ("/help", "/pause", "/diagram", "/quit")  # about the room, not the interview


class Left(Exception):  # noqa: N818 - leaving is no error
    """The person left on purpose."""


class Memory(Protocol):
    """Where a conversation keeps what happens, at once."""

    def keep(self, events: Sequence[Event]) -> None:
        """Store events; they are safe when this returns."""

    def beat(self, at: str, seconds: float, draft: str) -> None:
        """Note how long the open prompt has taken so far, and what was typed there."""


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
        draft: what had been typed there and not sent.
    """

    machine: Machine
    asker: Asker
    memory: Memory
    screen: Console
    clock: Clock
    carried: float = 0.0
    draft: str = ""
    _step: Step | None = field(default=None, init=False)
    _prefill: str | None = field(default=None, init=False)
    _is_refused: bool = field(default=False, init=False)
    _put_last: tuple[str, tuple[str, ...]] = field(default=("", ()), init=False)
    _offered: set[str] = field(default_factory=set, init=False)
    _kept: dict[str, str] = field(default_factory=dict, init=False)  # begun texts, by prompt

    def run(self) -> None:
        """Ask until nothing is left to ask.

        Raises:
            Left: `/quit`.
            EOFError, KeyboardInterrupt: the input ended, or Ctrl-C.
        """
        self._prefill = self.draft or None
        while True:
            current = self.machine.current
            if isinstance(current, Finished):
                return
            if isinstance(current, RunExperiment):
                self._experiment(current)
                continue
            # The same question is put once; what it newly offers is said as it comes up.
            if (current.at, current.say) != self._put_last:
                self._put(current)
            else:
                self._offer(current)
            self._take(current)

    def _put(self, prompt: Prompt) -> None:
        """Show what the interviewer says, and what may be taken over."""
        if prompt.step is not self._step:
            self._step = prompt.step
            self._heading(prompt.step)
        self.screen.print()
        self.screen.print(styled(prompt.title, style="bold"))
        if prompt.draws:
            self._diagram(quiet=True)
        for paragraph in prompt.say:
            self.say(paragraph)
        example = prompt.example
        if prompt.experiment is not None:
            question, example = _question(prompt.experiment)
            self.say(question)
        self._put_last, self._offered = (prompt.at, prompt.say), set()
        self._offer(prompt)
        if prompt.offers:
            write(
                self.screen,
                "/accept NAME takes one, /accept all takes all",
                indent=2,
                style="cyan",
            )
        elif example and not prompt.is_continued:
            write(self.screen, f"for example  {example}", indent=2, style="cyan")

    def _offer(self, prompt: Prompt) -> None:
        """Show the lines that may be taken over and were not shown yet."""
        for offer in prompt.offers:
            if offer.line not in self._offered:
                self._offered.add(offer.line)
                write(self.screen, offer.shown, label="  offered  ")

    def _take(self, prompt: Prompt) -> None:
        """Ask once; give the answer to the machine; store; show what came of it."""
        started = self.clock.elapsed() - self.carried
        prefill = prompt.prefill if self._prefill is None else self._prefill
        if not prefill:
            prefill = self._kept.pop(prompt.at, "")
        is_refused, self._prefill, self._is_refused = self._is_refused, None, False
        answer = self.asker.ask(
            Question(
                at=prompt.at,
                several_lines=prompt.kind == "text",
                prefill=prefill,
                is_refused=is_refused,
                completions=prompt.completions,
                status=self._status(prompt, started),
                left=lambda typed: self.memory.beat(
                    prompt.at, self.clock.elapsed() - started, typed
                ),
            )
        )
        seconds = self.clock.elapsed() - started if answer.seconds is None else answer.seconds
        self.carried = 0.0
        if self.asker.echoes:
            self._echo(answer.text)
        begun, text = _command_last(answer.text)
        if text.startswith("/") and self._is_mine(prompt, text, begun, seconds):
            return
        if begun:
            self._kept[prompt.at] = begun
        lines = _lines(prompt, text)
        for number, line in enumerate(lines):
            reply = self._misread(prompt, line) or self.machine.answer(
                line, seconds if number == 0 else 0.0
            )
            self.memory.keep(reply.events)
            for paragraph in reply.say:
                self.say(paragraph)
            if reply.error is not None:
                self.screen.print(styled(reply.error.render(), style="red"))
                self.asker.refused(reply.error)
                self.carried = seconds if number == 0 else 0.0
                is_command = line.startswith("/")
                self._prefill = begun if is_command else "\n".join(lines[number:])
                self._is_refused = not is_command
                return

    def _misread(self, prompt: Prompt, line: str) -> Reply | None:
        """The refusal of a prediction that is of another kind than what will be measured."""
        if prompt.experiment is None or not line or line.startswith("/"):
            return None
        from sdcli.cli.trial import misread

        error = misread(self.machine.terms, prompt.experiment, line)
        return None if error is None else Reply(error=error)

    def _is_mine(self, prompt: Prompt, text: str, begun: str, seconds: float) -> bool:
        """Answer a command that is about the room; True when it was one.

        `begun` is the answer above the command; it stands in the prompt again afterwards.
        """
        command, _, rest = text.partition(" ")
        self._prefill = begun
        if command == "/quit":
            self.memory.beat(prompt.at, seconds, begun)
            raise Left
        if command == "/help":
            self._help()
        elif command == "/diagram":
            self._diagram(quiet=False)
        elif command == "/pause":
            self.memory.beat(prompt.at, seconds, begun)
            self.say("The clock stands. ENTER starts it again.")
            typed = self.asker.ask(Question(at="pause", is_pause=True, status=_paused)).text
            self._prefill = "\n".join(part for part in (begun, typed) if part)
        elif command == "/edit" and (old := standing_text(self.machine.state, rest.strip())):
            seconds = self._edit(rest.strip(), old, seconds)
        else:
            self._prefill = None
            return False
        self.carried = seconds
        return True

    def _edit(self, name: str, old: str, seconds: float) -> float:
        """Open an earlier line or text for change, as it stands, and hand the change over.

        Returns:
            The seconds that the open prompt has taken by now.
        """
        started = self.clock.elapsed()
        several = "\n" in old or "." in name
        answer = self.asker.ask(Question(at=f"edit {name}", several_lines=several, prefill=old))
        spent = seconds + self.clock.elapsed() - started
        if answer.text in ("", old):
            return spent
        change = f"/edit {name} {answer.text}" if several else f"/edit {answer.text}"
        reply = self.machine.answer(change, spent)
        self.memory.keep(reply.events)
        for paragraph in reply.say:
            self.say(paragraph)
        if reply.error is None:
            return 0.0
        self.screen.print(styled(reply.error.render(), style="red"))
        return spent

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
        minutes = "" if self.machine.terms.is_study else f"{clock(budget)} minutes"
        self.screen.print()
        self.screen.rule(styled(f"{step.heading}  {minutes}".rstrip(), style="bold"), align="left")

    def _status(self, prompt: Prompt, started: float) -> Callable[[str], tuple[str, str]]:
        """What the bottom line says; every look or two also saves the time and the text so far."""
        last = [self.clock.elapsed()]

        def status(typed: str) -> tuple[str, str]:
            here = self.clock.elapsed() - started
            if self.clock.elapsed() - last[0] >= BEAT_SECONDS:
                last[0] = self.clock.elapsed()
                self.memory.beat(prompt.at, here, typed)
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
        from sdcli.documents.pictures.flowchart import topology

        design = self.machine.design()
        if design.components:
            drawing = draw_mermaid(topology(design, described=False), self.screen.width)
            if drawing:
                self.screen.print(styled(drawing, no_wrap=True))
            else:
                self.say("The diagram is wider than this terminal; the flows are:")
                for name, flow in design.flows.items():
                    write(self.screen, flow.path, label=f"  {name}  ")
        elif not quiet:
            self.say("There is no component yet.")


def _question(wanted: RunExperiment) -> tuple[str, str]:
    from sdcli.cli.trial import question_of

    return question_of(wanted)


def _paused(_: str) -> tuple[str, str]:
    return "paused", ""


def _command_last(text: str) -> tuple[str, str]:
    """What was typed above a command in the last line, and the command; else "" and the text."""
    begun, _, last = text.rpartition("\n")
    is_command = last in ROOM_COMMANDS or last.removeprefix("/") in COMMANDS
    if begun and last.startswith("/") and is_command:
        return begun.strip(), last
    return "", text


def _lines(prompt: Prompt, text: str) -> list[str]:
    """One entry for each thing to tell the machine: a pasted list of lines is several."""
    if prompt.kind == "line" and "\n" in text and not text.startswith("/"):
        return [line.strip() for line in text.splitlines() if line.strip()]
    return [text]
