"""The errors of sdcli and the exit codes that they end with.

    SdcliError                      a defect unless a child says otherwise   70
    ├── AnswerIsNo                  a check came out false                    1
    ├── InputError                  what was typed or read cannot be used     2
    │   └── FaultsFound             the same, many at once, each with a place 2
    ├── DamagedError                stored data is not what was written       3
    ├── MissingError                a server, a disk, an extra is not there   4
    └── Interrupted                 the person left; nothing answered is lost 130

An error says where, what came, what was expected with an example that works, and the
fix when it is certain. The wording lives with whoever raises it; the layout lives here,
so that every error of the program reads the same.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing is imported by type checkers only
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self


class ExitCode:
    """One meaning each; scripts and CI rely on them.

    No enum and, below, no named tuple: importing either takes longer than a whole sum.
    """

    OK = 0
    NO = 1
    INPUT = 2
    DAMAGED = 3
    MISSING = 4
    DEFECT = 70
    INTERRUPTED = 130


GIVEN_MAX = 400  # characters of a line that is quoted back; what came may be a whole file


def _cut(line: str) -> str:
    return line if len(line) <= GIVEN_MAX else f"{line[:GIVEN_MAX]}... ({len(line):,} characters)"


class SdcliError(Exception):
    """An error that a person can act on.

    Args:
        what: one clause, lower case, no full stop: "this is not request / time".
        where: the file with line, the option or the name that it is about; may be empty.
        given: what came; further lines are aligned under it.
        expected: what was expected, with an example that works.
        fix: only when the fix is certain.

    A program that catches one has the whole message in `render()`; a traceback shows it too.
    """

    exit_code = ExitCode.DEFECT

    def __init__(
        self, what: str, *, where: str = "", given: str = "", expected: str = "", fix: str = ""
    ) -> None:
        super().__init__(what)
        self.what = what
        self.where = _cut(where)
        self.given = "\n".join(map(_cut, given.split("\n"))) if len(given) > GIVEN_MAX else given
        self.expected = expected
        self.fix = fix
        for label, text in (("given", self.given), ("expected", expected), ("fix", fix)):
            if text:
                self.add_note(f"{label}: {text}")

    def __str__(self) -> str:
        """The first line of the message, without "error:"."""
        return f"{self.where}: {self.what}" if self.where else self.what

    def render(self) -> str:
        """The whole message, as it stands on stderr, labels aligned on their colons.

        >>> print(InputError("this is not a rate", where="rate", given="40 MB").render())
        error: rate: this is not a rate
           given: 40 MB
        """
        lines = [f"error: {self}"]
        for label, text in (
            ("given", self.given),
            ("expected", self.expected),
            ("fix", self.fix),
        ):
            if text:
                first, *rest = text.splitlines()
                lines.append(f"{label:>8}: {first}")
                lines.extend(" " * 10 + line for line in rest)
        return "\n".join(lines)


class AnswerIsNo(SdcliError):  # noqa: N818 - a check that fails is an answer, not a mishap
    """A check came out false: stale document, unmet requirement, wrong claim."""

    exit_code = ExitCode.NO


class InputError(SdcliError):
    """What was typed or read cannot be used: usage, syntax, unknown name, invalid file."""

    exit_code = ExitCode.INPUT


class DamagedError(SdcliError):
    """Stored data is damaged; `where` names the file, and the offset where there is one."""

    exit_code = ExitCode.DAMAGED


class MissingError(SdcliError):
    """Something needed is not there: a server, disk space, an extra."""

    exit_code = ExitCode.MISSING


class Interrupted(SdcliError):  # noqa: N818 - leaving is no error of anybody's
    """The person left; everything answered so far is saved."""

    exit_code = ExitCode.INTERRUPTED


class Fault(tuple[str, int, str, str, str]):
    """One thing wrong in one file, with its place and its remedy; sorts by file, then line.

    `key` is a dotted path with list positions: `estimates[1].size`. `line` counts from 1.
    """

    __slots__ = ()

    def __new__(cls, file: str, line: int, key: str, message: str, remedy: str = "") -> Self:
        """A fault, which cannot be changed."""
        return super().__new__(cls, (file, line, key, message, remedy))

    @property
    def file(self) -> str:
        """The name of the file."""
        return self[0]

    @property
    def line(self) -> int:
        """The line in it, from 1."""
        return self[1]

    @property
    def key(self) -> str:
        """What in the file it is about; may be empty."""
        return self[2]

    @property
    def message(self) -> str:
        """What is wrong."""
        return self[3]

    @property
    def remedy(self) -> str:
        """What to do about it; may be empty."""
        return self[4]

    def reworded(self, *, key: str, message: str, remedy: str) -> Fault:
        """The same place, told in other words."""
        return Fault(self.file, self.line, key, message, remedy)

    def as_dict(self) -> dict[str, str | int]:
        """Its parts by name, for programs."""
        return dict(zip(("file", "line", "key", "message", "remedy"), self, strict=True))

    def render(self) -> str:
        """One line: `file:line: key: message; fix: remedy`."""
        place = (
            f"{self.file}:{self.line}: {self.key}: " if self.key else f"{self.file}:{self.line}: "
        )
        return place + self.message + (f"; fix: {self.remedy}" if self.remedy else "")


class FaultsFound(InputError):  # noqa: N818 - it carries faults, it is not one
    """Every fault of one or several files at once, in the order of the files."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        if not faults:
            msg = "FaultsFound needs at least one fault"
            raise ValueError(msg)
        self.faults = tuple(faults)
        count = len(self.faults)
        super().__init__("1 fault found" if count == 1 else f"{count} faults found")

    def render(self) -> str:
        """One line for each fault, then the count."""
        return "\n".join([*(f"error: {fault.render()}" for fault in self.faults), str(self)])
