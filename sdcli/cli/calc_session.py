"""A session of `sdcli calc`: lines one after the other, from arguments, stdin or the prompt.

Later lines know the names that earlier ones gave, and `ans`, the last value. A line that
cannot be used changes nothing and ends nothing. What each line changed is noted, so that
`undo` takes it back and `save` writes a file that plays again to the same answers; both and
the other line commands are in calc_commands.py.
"""

from __future__ import annotations

import os
import sys

from sdcli.cli.calc_answers import Setting
from sdcli.cli.calc_working import Working
from sdcli.core.errors import ExitCode, SdcliError
from sdcli.core.text import printable
from sdcli.units import UnitError, statement
from sdcli.units.record import TYPE_CHECKING, Record
from sdcli.units.sampling import SAMPLES, using
from sdcli.units.vocabulary import OPERATOR_WORDS, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any, TypeVar

    from sdcli.cli.calc_answers import Answer
    from sdcli.cli.calc_options import Options
    from sdcli.units import Expression, Quantity

    Value = TypeVar("Value")

ANS = "ans"
COMMANDS = {  # what may stand behind each line command, and what it does
    "list": ("", "the names with their values, and the nouns declared"),
    "info": ("WORD", "what a unit, function, name or command is"),
    "unit": ("WORD ...", "the words are things that are counted, like retweet"),
    "set": ("[NAME VALUE ...]", "day, month, year, samples; rough, usual; alone: show"),
    "undo": ("", "take back the last name, noun or setting"),
    "save": ("FILE", "write the lines to a file that `sdcli calc -` reads"),
    "help": ("[WORD]", "this text, or the same as info"),
    "quit": ("", "leave, as do exit and Ctrl-D"),
    "exit": ("", "leave"),
}
_UNDO_LEAST, _UNDO_MOST, _UNDO_DRAWS = 5, 100, 10_000_000
LINE_MAX = 100_000  # characters: far more than an expression may have; of stdin twice that is read
LONG = 20_000  # draws with which a sum of many ranges takes seconds
_SIGNS = frozenset("=+-*/^<>(),)×÷")  # what stands behind a name in an expression


class Change(Record):
    """What was there before a line changed a name, a noun or a setting: enough to take it back.

    Args:
        line: as typed.
        setting: conventions, draws and count nouns before it.
        ans: the last value before it.
        ans_rests_on: the conventions that it rests on.
        kept: how many lines `save` would have written.
        drawn: how many values had been worked out.
        name: the name that it gave, or empty; then the rest says nothing.
        value: what that name was before.
        made: the line that made that.
        rests_on: the conventions that it rests on.
    """

    line: str
    setting: Setting
    ans: Quantity | None
    ans_rests_on: dict[str, str] | None
    kept: int
    drawn: int
    name: str = ""
    value: Quantity | None = None
    made: str = ""
    rests_on: dict[str, str] | None = None


class Session:
    """The lines of one call: the names that they give, and the worst that happened.

    Args:
        options: what the command line asks for.

    Raises:
        SdcliError: `config.toml`, a noun or the number of draws cannot be used.
    """

    def __init__(self, options: Options) -> None:
        self.setting = Setting(
            options.conventions(),
            options.samples,
            tuple(options.nouns),
            "--steps" in options.flags,
            "--mental" in options.flags,
        )
        Vocabulary.of(self.setting.nouns)
        using(self.setting.samples or SAMPLES)
        self.begun_as = self.setting
        self.words = options.words
        self.takes_lines = options.from_stdin or not (options.words or options.expressions)
        self.as_json = "--json" in options.flags
        self.values: dict[str, Quantity] = {}  # also `ans`
        self.made: dict[str, str] = {}  # the line that gave a name
        self.rests_on: dict[str, dict[str, str]] = {}  # conventions of a name, and of `ans`
        self.lines: list[str] = []  # for `save`
        self.changes: list[Change] = []
        self.written: dict[str, str] = {}  # what `save` wrote, by path
        self.exit_code = int(ExitCode.OK)
        self.count = 0
        self.is_over = False
        self._times: dict[str, int] = {}  # how often a name was given, or a sum without one
        self._drawn: list[str] = []  # under which names, one after the other
        self._labels: dict[str, str] = {}  # what ranges are called, by source

    def run_all(self, lines: Iterable[str]) -> None:
        """Run lines until they end or one of them says so."""
        for line in lines:
            if self.is_over:
                return
            self.run(line)

    def run(self, line: str) -> int:
        """Carry out a line and print its answer, or its error; returns its exit code.

        Nothing is kept of a line that fails or is interrupted.
        """
        line = line.strip()
        if not line or line.startswith("#"):
            return int(ExitCode.OK)
        self.count += 1
        try:
            code = self._carried_out(line)
        except SdcliError as error:
            code = complain(self._explained(error, line))
        self.exit_code = max(self.exit_code, code)
        return code

    def change(self, line: str, name: str = "") -> None:
        """Note that a line is about to change something, so that it can be taken back."""
        self.changes.append(
            Change(
                line,
                self.setting,
                self.values.get(ANS),
                self.rests_on.get(ANS),
                len(self.lines),
                len(self._drawn),
                name,
                self.values.get(name),
                self.made.get(name, ""),
                self.rests_on.get(name),
            )
        )
        del self.changes[: -self._undo_most()]

    def take_back(self) -> tuple[str, int] | None:
        """Undo the last change and all that came after it; None when there is none.

        Returns:
            The line that made it, and how many lines that changed nothing came after.
        """
        if not self.changes:
            return None
        change = self.changes.pop()
        after = len(self.lines) - change.kept - 1
        self.setting = change.setting
        del self.lines[change.kept :]
        _put(self.values, ANS, change.ans)
        _put(self.rests_on, ANS, change.ans_rests_on)
        if change.name:
            _put(self.values, change.name, change.value)
            _put(self.made, change.name, change.made or None)
            _put(self.rests_on, change.name, change.rests_on)
        for drawn_as in self._drawn[change.drawn :]:
            self._times[drawn_as] -= 1
        del self._drawn[change.drawn :]
        return change.line, after

    def _undo_most(self) -> int:
        """How many changes are kept: the values before them may hold millions of draws each."""
        draws = self.setting.samples or SAMPLES
        return max(_UNDO_LEAST, min(_UNDO_MOST, _UNDO_DRAWS // draws))

    def _carried_out(self, line: str) -> int:
        if is_command(line, self.values):
            from sdcli.cli.calc_commands import carry_out

            said = carry_out(self, line)
            self._print(said, {"command": line.split(maxsplit=1)[0], "text": said})
            return int(ExitCode.OK)
        name, expression = self._read(line)
        drawn_as = name or expression.text
        answer = self._answer(line, name, expression, self._source(drawn_as))
        said, data = "", {}
        if self.as_json:
            data = answer.to_json()
        else:
            from sdcli.cli.calc_text import text

            said = text(answer)
        self._keep(answer, drawn_as)
        self._print(said, data)
        return answer.exit_code

    def _read(self, line: str) -> tuple[str, Expression]:
        """The name that a line gives, or an empty one, and its expression."""
        name, expression = statement(line, nouns=self.setting.nouns, names=self.values)
        if name == ANS:
            raise UnitError(
                "ans is the last value and cannot be given", expected="another name, like rate"
            )
        if ANS in expression.names and ANS not in self.values:
            raise UnitError("there is no ans yet: it is the value of the line before")
        return name or "", expression

    def _source(self, drawn_as: str) -> str:
        """The name under which the ranges of a line draw: that of its value, or its text.

        Whoever types `5 to 20` again means another range, as with a name that is given again: so
        the second time has a number behind it. Where a text ends as the names of second ranges do
        (`(5 to 20) * (1 to 2)/2`), the first time has one too.
        """
        times = self._times.get(drawn_as, 0) + 1
        is_like_a_second = drawn_as.rpartition("/")[2].isdecimal()
        return f"{drawn_as} {times}" if times > 1 or is_like_a_second else drawn_as

    def _answer(self, line: str, name: str, expression: Expression, source: str) -> Answer:
        working = Working(
            line,
            name,
            expression,
            self.values,
            self.setting,
            source=source,
            rests_on=self.rests_on,
            labels=self._labels,
        )
        samples = self.setting.samples
        if not samples or samples < LONG or not sys.stderr.isatty():
            return working.answer()
        from sdcli.cli.calc_progress import Progress

        with Progress(expression, self.values, samples):
            return working.answer()

    def _keep(self, answer: Answer, drawn_as: str) -> None:
        """Remember the value, its name and the line; a question or claim is a line only."""
        if answer.kept is not None:
            if answer.name:
                self.change(answer.line, answer.name)
            self._times[drawn_as] = self._times.get(drawn_as, 0) + 1
            self._drawn.append(drawn_as)
            self.values[ANS] = answer.kept
            self.rests_on[ANS] = answer.rests_on
            if answer.name:
                self.rests_on[answer.name] = answer.rests_on
                self.values[answer.name] = answer.kept
                self.made[answer.name] = answer.line
        self.lines.append(answer.line)

    def _print(self, said: str, data: dict[str, Any]) -> None:
        if self.as_json:
            from sdcli.cli.screen import print_json

            print_json(data)
        elif said:
            print(said)

    def _explained(self, error: SdcliError, line: str) -> SdcliError:
        """The error, with the reason where it is known better here.

        The shell may have put file names in the place of `*`; a command may be misspelled.
        """
        if len(line) > LINE_MAX and error.given.endswith(" characters"):
            error.given = f"more than {LINE_MAX:,} characters"  # the rest may not have been read
        if is_command(line, self.values):
            return error
        if any(os.path.exists(word) for word in self.words if word.isprintable()):  # noqa: PTH110 - pathlib costs more than the sum
            error.fix = (
                "the shell replaced * by the names of files: quote the expression, or write x for *"
            )
        elif isinstance(error, UnitError) and error.undeclared:
            declares = "unit" if self.takes_lines else "--noun"
            error.fix = f"declare the count noun: {declares} {error.undeclared}"
        elif not error.fix:
            error.fix = _command_meant(line.split(maxsplit=1)[0])
        return error


def is_command(line: str, values: Mapping[str, object]) -> bool:
    """Whether a line is one of the line commands.

    `list = 5 item` gives a value that name; it is then read in `list * 2`, `list to GB` and
    `(list)`, while `list` by itself stays the command.

    >>> is_command("list", {}), is_command("info MB", {}), is_command("unit / 2", {})
    (True, True, False)
    """
    word, *behind = line.split(None, 1)
    if word not in COMMANDS or not behind:
        return word in COMMANDS
    sign, after = behind[0][:1], behind[0][1:2]
    is_path = word == "save" and sign != "=" and after.strip()  # save /tmp/lines, not save / 2
    if not COMMANDS[word][0] or (sign in _SIGNS and not is_path):
        return False
    return not (word in values and behind[0].split()[0] in OPERATOR_WORDS)


def _command_meant(word: str) -> str:
    """A hint where a line that cannot be read begins like a command."""
    if word in COMMANDS:
        return f"the command stands alone: {word}"
    from sdcli.core.suggest import did_you_mean

    return did_you_mean(word, COMMANDS)


def complain(error: SdcliError) -> int:
    """Print the error on stderr, behind what stands on stdout; returns its exit code."""
    sys.stdout.flush()
    print(printable(error.render(), "?", keep="\n"), file=sys.stderr)
    return int(error.exit_code)


def _put(values: dict[str, Value], name: str, value: Value | None) -> None:
    if value is None:
        values.pop(name, None)
    else:
        values[name] = value
