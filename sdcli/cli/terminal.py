"""How a person is asked: in a real terminal with a line editor, or line by line from a pipe.

Both faces promise the same: an answer, or `EOFError` when the input ends, or
`KeyboardInterrupt`; whoever asks has saved everything before. The rule of the house for
moving on is the same at every prompt: ENTER twice on an empty line.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from prompt_toolkit.key_binding.key_processor import KeyPressEvent

    from sdcli.core.errors import SdcliError

FINISH_KEYS = "ENTER twice on an empty line: done · Ctrl-X Ctrl-E: $EDITOR · /help"
NEXT_KEYS = "Tab: complete · ENTER twice on an empty line: move on · /help"
MEND_KEYS = "mend it, then ENTER · ENTER as it stands drops it · /help"
ENTER_KEY = "ENTER goes on"
ONCE_MORE = "ENTER once more moves on"
COMMAND = re.compile(r"/[a-z]+( \S+)?")  # a line that is sent by ENTER, wherever it stands


@dataclass(frozen=True)
class Question:
    """One thing to ask.

    Args:
        at: the id of what is asked; recorded answers are found by it.
        several_lines: a text of several lines, else one line.
        prefill: text that already stands in the answer, from `/back`, `/edit` or a refused line.
        is_refused: the prefill is a line that could not be used; ENTER on it drops it.
        is_pause: whatever is typed, the first ENTER ends it.
        completions: whole lines and words that Tab offers.
        status: what the bottom line says, asked for once a second with the text typed so far: a
            text and its colour class.
        left: told the text typed so far when the person leaves in the middle of it.
    """

    at: str = ""
    several_lines: bool = False
    prefill: str = ""
    is_refused: bool = False
    is_pause: bool = False
    completions: tuple[str, ...] = ()
    status: Callable[[str], tuple[str, str]] = field(default=lambda _: ("", ""))
    left: Callable[[str], None] = field(default=lambda _: None)


@dataclass(frozen=True)
class Answer:
    """What came; `seconds` is None where the clock of the conversation counts."""

    text: str
    seconds: float | None = None


class Asker(Protocol):
    """Someone who can be asked; `echoes` says that what is typed does not show by itself."""

    echoes: bool

    def ask(self, question: Question) -> Answer:
        """The answer; an empty text means "move on"."""

    def refused(self, error: SdcliError) -> None:
        """Hear that the last answer could not be used, and why."""


def asker() -> Asker:
    """The line editor where there is a terminal, else the plain reader."""
    return TerminalAsker() if sys.stdin.isatty() and sys.stdout.isatty() else PipeAsker()


class PipeAsker:
    """Reads answers from standard input, one line each, several lines up to two empty ones."""

    echoes = True

    def ask(self, question: Question) -> Answer:
        """The next answer; a last text without its two empty lines still counts.

        Raises:
            EOFError: the input has ended.
        """
        lines: list[str] = []
        empty = 0
        while True:
            line = sys.stdin.readline()
            if not line:
                if any(text.strip() for text in lines):
                    break
                raise EOFError
            text = line.rstrip("\n")
            if not question.several_lines and text.strip():
                return Answer(text)
            empty = 0 if text.strip() else empty + 1
            lines.append(text)
            if empty == 2:  # noqa: PLR2004 - ENTER twice on an empty line
                break
        return Answer("\n".join(lines).strip())

    def refused(self, error: SdcliError) -> None:
        """The screen has said it; the next line is the next try."""


class TerminalAsker:
    """The line editor: completion, $EDITOR, a clock in the bottom line."""

    echoes = False

    def ask(self, question: Question) -> Answer:
        """The answer as typed.

        Raises:
            EOFError: Ctrl-D on an empty answer, or the terminal was closed.
            KeyboardInterrupt: Ctrl-C.
        """
        import questionary
        from prompt_toolkit.application import get_app
        from prompt_toolkit.styles import Style

        line = _EmptyLine()

        def toolbar() -> list[tuple[str, str]]:
            typed = get_app().current_buffer.text
            text, colour = question.status(typed)
            return [
                (f"class:{colour or 'clock'}", f" {text} "),
                ("class:keys", f"\n {_keys_shown(question, typed, line)}"),
            ]

        answer = questionary.text(
            "",
            default=question.prefill,
            qmark=">",
            instruction="",
            multiline=question.several_lines,
            key_bindings=_keys(line, question),
            completer=_completer(question.completions),
            complete_while_typing=False,
            bottom_toolbar=toolbar,
            refresh_interval=1.0,
            tempfile_suffix=".md",
            style=Style(
                [
                    ("question", "nobold"),
                    ("answer", ""),
                    ("bottom-toolbar", "noreverse"),
                    ("clock", ""),
                    ("amber", "fg:ansiyellow"),
                    ("red", "fg:ansired bold"),
                    ("keys", "fg:ansibrightblack"),
                ]
            ),
        ).unsafe_ask()
        return Answer(str(answer).strip())

    def refused(self, error: SdcliError) -> None:
        """The screen has said it; the text comes back to be mended."""


@dataclass
class _EmptyLine:
    """Whether ENTER came once already while nothing was typed."""

    entered_once: bool = False


def _keys_shown(question: Question, typed: str, line: _EmptyLine) -> str:
    """Which keys help at this moment."""
    if question.is_pause:
        return ENTER_KEY
    if line.entered_once and not typed:
        return ONCE_MORE
    if question.is_refused and typed == question.prefill:
        return MEND_KEYS
    return FINISH_KEYS if question.several_lines else NEXT_KEYS


def _keys(line: _EmptyLine, question: Question) -> Any:
    """What ends an answer: ENTER twice on an empty line, Ctrl-D, Esc ENTER, ENTER on a command."""
    from prompt_toolkit.key_binding import KeyBindings

    keys = KeyBindings()

    @keys.add("enter")
    def enter(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        above = buffer.document.text_before_cursor
        twice = line.entered_once if not above else above.endswith("\n\n")
        is_end = not buffer.document.text_after_cursor
        if question.is_pause or (is_end and COMMAND.fullmatch(buffer.document.current_line)):
            buffer.validate_and_handle()
        elif question.is_refused and buffer.text == question.prefill:
            buffer.reset()
        elif twice and is_end:
            buffer.validate_and_handle()
        elif not buffer.text:
            line.entered_once = True
        elif question.several_lines:
            buffer.newline(copy_margin=False)
        else:
            buffer.validate_and_handle()

    @keys.add("c-c")
    def interrupt(event: KeyPressEvent) -> None:
        question.left(event.current_buffer.text)
        event.app.exit(exception=KeyboardInterrupt)

    @keys.add("c-d")
    def end(event: KeyPressEvent) -> None:
        if event.current_buffer.text.strip():
            event.current_buffer.validate_and_handle()
        else:
            event.app.exit(exception=EOFError)

    @keys.add("c-x", "c-e")
    def edit(event: KeyPressEvent) -> None:
        # What the editor leaves comes back to the prompt, to be read once more before it is sent.
        event.current_buffer.open_in_editor(validate_and_handle=False)

    return keys


def _completer(lines: Iterable[str]) -> Any:
    """Whole lines that begin as what is typed, then single words of all lines."""
    from prompt_toolkit.completion import Completer, Completion

    known = tuple(lines)
    words = sorted(
        {word for line in known for word in line.replace("=", "= ").split() if len(word) > 1}
    )

    class Lines(Completer):
        def get_completions(self, document: Any, complete_event: Any) -> Iterable[Any]:  # noqa: ARG002
            typed = document.text_before_cursor.lstrip()
            for line in known:
                if line.startswith(typed):
                    yield Completion(line, start_position=-len(typed))
            word = document.get_word_before_cursor(WORD=True)
            if word and word != typed:
                for other in words:
                    if other.startswith(word):
                        yield Completion(other, start_position=-len(word))

    return Lines()
