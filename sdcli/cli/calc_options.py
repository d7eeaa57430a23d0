"""The options of `sdcli calc`, read by hand, so that a sum starts without typer."""

from __future__ import annotations

import os

from sdcli.core.errors import InputError
from sdcli.units.conventions import BOUNDS, DEFAULT, ROUGH, Conventions, check

TYPE_CHECKING = False  # typing is imported by type checkers only
if TYPE_CHECKING:
    from collections.abc import Sequence

FLAGS = ("--steps", "--mental", "--rough", "--json", "-h", "--help")
_EXAMPLES = {
    "-e": "-e '2 KB/request * 5k request/s'",
    "--noun": "--noun link",
    "--samples": "--samples 100000",
    "--day": "--day 86400",
    "--month": "--month 30",
    "--year": "--year 365.25",
}


class Options:
    """What the command line asks for."""

    def __init__(self) -> None:
        self.expressions: list[str] = []
        self.words: list[str] = []
        self.nouns: list[str] = []
        self.flags: set[str] = set()
        self.lengths: dict[str, float] = {}  # of a day, month, year
        self.samples: int | None = None

    @property
    def wants_help(self) -> bool:
        """Whether only the help is wanted."""
        return not self.flags.isdisjoint(("-h", "--help"))

    @property
    def from_stdin(self) -> bool:
        """Whether a single `-` asks for lines; beside others it is a minus."""
        return self.words == ["-"]

    def conventions(self) -> Conventions:
        """Day, month and year: as the options say, else `config.toml`, else the usual ones.

        Raises:
            InputError: `config.toml` cannot be used, or `--rough` stands beside another length.
        """
        refuse_mix("--rough" in self.flags, [f"--{name}" for name in self.lengths])
        lengths = ROUGH if "--rough" in self.flags else _own_conventions()
        for name, value in self.lengths.items():
            lengths = lengths.changed(name, value)
        return lengths

    def take(self, option: str, value: str) -> None:
        """Note the value of an option.

        Raises:
            InputError: it is none that the option takes.
        """
        if option == "-e":
            self.expressions.append(value)
        elif option == "--noun":
            self.nouns.append(value)
        elif option == "--samples":
            self.samples = draws(value, where=option)
        else:
            name = option.removeprefix("--")
            self.lengths[name] = length(name, value, where=option, example=_EXAMPLES[option])


def read_options(argv: list[str]) -> Options:
    """Part options and words; a minus sign before a number or a name starts no option.

    Raises:
        InputError: an option is not known, lacks its value or cannot take it.
    """
    options = Options()
    rest = list(argv)
    while rest:
        word = rest.pop(0)
        name, glued, value = word.partition("=")
        if word == "--":
            options.words += rest
            break
        if word in FLAGS:
            options.flags.add(word)
        elif word == "-e" or (name in _EXAMPLES and name != "-e"):
            if not glued:
                if not rest:
                    raise InputError(f"{word} needs a value", expected=_EXAMPLES[name])
                value = rest.pop(0)
            options.take(name, value)
        elif word.startswith("--") and word[2:3].isalpha():
            raise _unknown(name)
        else:
            options.words.append(word)
    return options


def length(name: str, text: str, *, where: str, example: str) -> float:
    """How long a `day` (in seconds), `month` or `year` (in days) is to be.

    >>> length("year", "365.25", where="--year", example="--year 365.25")
    365.25
    >>> length("day", "86,400", where="--day", example="--day 86400")
    86400.0

    Raises:
        InputError: this is no number, or no day, month or year is that long.
    """
    value = _number(text, where=where, expected=f"a number of {BOUNDS[name][0]}, like {example}")
    check(name, value, where=where, example=example)
    return value


def refuse_mix(
    is_rough: bool, lengths: Sequence[str], *, where: str = "--rough", fix: str = ""
) -> None:
    """Refuse the round day, month or year beside a length that is set by itself.

    They hang together: with `--month 30` a rough year would have ten months.

    Raises:
        InputError: some lengths are set, and not all of them, beside the rough ones.
    """
    if is_rough and 0 < len(lengths) < len(BOUNDS):
        raise InputError(
            "rough day, month and year hang together, and do not mix with others",
            where=where,
            given=f"{where} and {', '.join(lengths)}" if where.startswith("-") else "",
            expected="the rough ones alone, or each length that is to differ from the usual one",
            fix=fix,
        )


def draws(text: str, *, where: str) -> int:
    """How many draws Monte Carlo is to take; `sampling.using` knows how many it offers.

    >>> draws("1M", where="--samples"), draws("200_000", where="--samples")
    (1000000, 200000)

    Raises:
        InputError: this is no whole number.
    """
    expected = "a whole number of draws, 100 to 10,000,000"
    value = _number(text, where=where, expected=expected)
    if value >= 1e15 or value != int(value):  # noqa: PLR2004 - what a float counts exactly
        raise InputError("this is no number of draws", where=where, given=text, expected=expected)
    return int(value)


def _number(text: str, *, where: str, expected: str) -> float:
    """A plain number as it is written in an expression: 86,400 or 1e6 or 1M."""
    from sdcli.units import UnitError, parse
    from sdcli.units.syntax import Literal

    try:
        node = parse(text).node
    except UnitError:
        node = None
    if isinstance(node, Literal) and node.unit is None:
        return node.number
    raise InputError("this is no number", where=where, given=text[:40], expected=expected)


def _own_conventions() -> Conventions:
    """What `config.toml` says; the settings are imported only where there is one."""
    from sdcli.core.config_file import config_file

    if not os.path.exists(config_file()):  # noqa: PTH110 - pathlib costs more than the sum
        return DEFAULT
    from sdcli.cli.settings import settings

    return settings().conventions


def _unknown(name: str) -> InputError:
    if name in FLAGS:
        return InputError(f"{name} takes no value")
    from sdcli.core.suggest import did_you_mean

    known = ["-", *_EXAMPLES, *FLAGS]
    return InputError(
        f"{name} is no option of calc",
        expected=f"one of {' '.join(known)}",
        fix=did_you_mean(name, known),
    )
