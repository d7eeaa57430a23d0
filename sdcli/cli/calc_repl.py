"""The prompt of `sdcli calc`: a line editor around a session, with history and completion.

prompt_toolkit comes with questionary, and is imported for this alone. Up and Ctrl-R find
earlier lines, also those of earlier days: they are kept in the data folder, for the person
only. No line ends the session but `quit` and Ctrl-D.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import Completer, Completion, PathCompleter
from prompt_toolkit.document import Document
from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import has_focus
from prompt_toolkit.history import FileHistory
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.keys import Keys

from sdcli.cli.calc_completion import offers, typed_word
from sdcli.core.errors import ExitCode
from sdcli.core.folders import data_folder
from sdcli.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prompt_toolkit.completion import CompleteEvent
    from prompt_toolkit.key_binding.key_processor import KeyPressEvent

    from sdcli.cli.calc_session import Session

HINT = "Type a sum, like 150M user * 2 tweet/user/day to tweet/s, or help; Ctrl-D leaves"
LEAVE = "Ctrl-D or quit leaves"
HISTORY = "calc_history"  # in the data folder
_SAVE = "save "
_OLD_MOUSE = "\x1b[M"


def converse(session: Session) -> int:
    """Ask for lines and answer them until the person leaves; returns the exit code 0."""
    print(HINT, file=sys.stderr if session.as_json else sys.stdout)
    prompt: PromptSession[str] = PromptSession(
        "> ",
        history=PrivateHistory(str(data_folder() / HISTORY)),
        completer=Words(session),
        complete_while_typing=False,
        key_bindings=_keys(),
    )
    # The line editor reads Ctrl-C as a key; between two lines it must not end the program.
    usual = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        while not session.is_over:
            try:
                text = prompt.prompt()
            except KeyboardInterrupt:
                print(LEAVE, file=sys.stderr)
                continue
            except EOFError:
                break
            for line in text.splitlines():  # a pasted text may have several
                if not session.is_over:
                    _answer(session, line)
    finally:
        signal.signal(signal.SIGINT, usual)
    return int(ExitCode.OK)


def _answer(session: Session, line: str) -> None:
    """Answer one line; neither Ctrl-C nor a defect of ours costs the person the session."""
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            session.run(line)
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
    except KeyboardInterrupt:
        print("interrupted; nothing has changed", file=sys.stderr)
    except Exception as error:  # noqa: BLE001 - the names that were given are worth more
        told = f"error: a defect in sdcli: {type(error).__name__}: {error}; please report the line"
        print(printable(told, "?"), file=sys.stderr)


class PrivateHistory(FileHistory):
    """The lines typed so far, in a file that only the person may read.

    It is made with the first line. Where it cannot be read or written, the session goes on
    without.
    """

    def load_history_strings(self) -> Iterable[str]:
        """The lines, the newest first."""
        try:
            return super().load_history_strings()
        except OSError:
            return []

    def store_string(self, string: str) -> None:
        """Add a line."""
        path = os.fspath(self.filename)
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120 - FileHistory takes text
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
            os.chmod(path, 0o600)  # the file may be there already, and open to all
            super().store_string(string)
        except OSError:
            pass


class Words(Completer):
    """What Tab offers: paths behind `save`, else what calc_completion.py knows."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.paths = PathCompleter(expanduser=True)

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        """The completions of the word before the cursor."""
        before = document.text_before_cursor
        if before.startswith(_SAVE):
            path = before.removeprefix(_SAVE).lstrip()
            yield from self.paths.get_completions(Document(path), complete_event)
            return
        start = -len(typed_word(before))
        for offer in offers(before, self.session):
            yield Completion(offer.word, start, display_meta=offer.meaning)


def _keys() -> KeyBindings:
    """Ctrl-C clears the line; on an empty one it says how to leave. Colours are no mouse."""
    keys = KeyBindings()

    @keys.add(Keys.Vt100MouseEvent)
    def ignore(event: KeyPressEvent) -> None:
        """Nothing here listens to a mouse, so this is a colour in a text that was pasted.

        `ESC [ 31 m` is of the form of a mouse event, and the line editor would take it for a
        broken one. The three characters behind `ESC [ M` are the person's.
        """
        event.current_buffer.insert_text(event.data.partition(_OLD_MOUSE)[2])

    @keys.add("c-c", filter=has_focus(DEFAULT_BUFFER))
    def clear(event: KeyPressEvent) -> None:
        if event.current_buffer.text:
            event.current_buffer.reset()
        else:
            event.app.exit(exception=KeyboardInterrupt)

    return keys
