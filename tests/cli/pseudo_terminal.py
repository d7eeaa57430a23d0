"""Drives a program in a real pseudo-terminal: type keys, read the screen, kill it.

`pyte` keeps the screen, so a test reads what a person would see. The time limits only bound
a failure; no test waits for time to pass.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from typing import TYPE_CHECKING

import pyte

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PATIENCE_S = 60


class PseudoTerminal:
    """One program in a terminal of 80 columns."""

    def __init__(
        self, command: list[str], *, cwd: Path, env: dict[str, str], rows: int = 50
    ) -> None:
        self.screen = pyte.Screen(80, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.written = bytearray()
        self.process, self.fd = pty.fork()
        if self.process == 0:  # the child becomes the program
            os.chdir(cwd)
            os.execvpe(command[0], command, env | {"TERM": "xterm"})
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, 80, 0, 0))

    def read(self) -> bool:
        """Take in what the program wrote; False when it has ended."""
        ready, _, _ = select.select([self.fd], [], [], 0.02)
        if not ready:
            return True
        try:
            data = os.read(self.fd, 65536)
        except OSError:  # the other end is closed
            return False
        self.written += data
        self.stream.feed(data)
        # A terminal answers the question where its cursor is; the bottom line waits for that.
        for _ in range(data.count(b"\x1b[6n")):
            os.write(self.fd, b"\x1b[%d;%dR" % (self.screen.cursor.y + 1, self.screen.cursor.x + 1))
        return bool(data)

    @property
    def prompts(self) -> int:
        """How often the line editor has opened a prompt so far."""
        return self.written.count(b"\x1b[?2004h")

    def text(self) -> str:
        """The screen as a person sees it."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def wait_for(self, *wanted: str) -> str:
        """Read until one of the texts stands on the screen; says which.

        Raises:
            AssertionError: the program ended, or the patience did.
        """
        limit = time.monotonic() + PATIENCE_S
        while True:
            shown = self.text()
            for text in wanted:
                if text in shown:
                    return text
            alive = self.read()
            assert alive, f"the program ended before {wanted} came:\n{self.text()}"
            assert time.monotonic() < limit, f"{wanted} did not come:\n{self.text()}"

    def read_until(self, holds: Callable[[], bool]) -> None:
        """Read until something holds outside of the terminal.

        Raises:
            AssertionError: the patience ended.
        """
        limit = time.monotonic() + PATIENCE_S
        while not holds():
            self.read()
            assert time.monotonic() < limit, f"it did not come to hold:\n{self.text()}"

    def type(self, keys: str) -> None:
        """Type keys; `\\r` is ENTER."""
        os.write(self.fd, keys.encode())

    def wait(self) -> int:
        """Read to the end; the exit code (negative: the signal)."""
        limit = time.monotonic() + PATIENCE_S
        while self.read():
            assert time.monotonic() < limit, f"the program does not end:\n{self.text()}"
        _, status = os.waitpid(self.process, 0)
        os.close(self.fd)
        return os.waitstatus_to_exitcode(status)

    def kill(self, number: int = signal.SIGKILL) -> int:
        """Send the program a signal and wait for its end."""
        os.kill(self.process, number)
        return self.wait()
