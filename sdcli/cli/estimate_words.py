"""The words behind `sdcli estimate`: a name, values by parameter or by place, a few flags.

sdcli estimate in-flight 40kqps '250 ms'
sdcli estimate in-flight --latency '250 ms' --rate=40kqps --json
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sdcli.core.errors import InputError
from sdcli.estimate.listed import ListKind
from sdcli.units.conventions import NAMES

if TYPE_CHECKING:
    from sdcli.estimate.calculator import Calculator

FLAGS = ("json", "rough", "measure", "help")
LENGTHS = NAMES  # options with a value: what a day, a month and a year are taken for
NOUN = "noun"


@dataclass
class Words:
    """What was typed.

    Args:
        name: the calculator, table or sheet; empty when none was named.
        positional: the values behind it that no parameter's name stands before.
        named: the values by parameter, with underscores; several where it was given several times.
        nouns: count nouns beside the built-in ones.
        lengths: of a day, a month and a year, as they were typed.
        flags: which of FLAGS were given.
    """

    name: str = ""
    positional: list[str] = field(default_factory=list)
    named: dict[str, list[str]] = field(default_factory=dict)
    nouns: list[str] = field(default_factory=list)
    lengths: dict[str, str] = field(default_factory=dict)
    flags: set[str] = field(default_factory=set)

    @property
    def as_json(self) -> bool:
        """Whether the answer is for a program."""
        return "json" in self.flags

    @property
    def wants_help(self) -> bool:
        """Whether only the help is wanted."""
        return "help" in self.flags

    @property
    def is_bare(self) -> bool:
        """Whether a name came without any value, and not for its help."""
        return not (self.positional or self.named or self.wants_help)

    def bound(self, calculator: Calculator) -> dict[str, str]:
        """The text of each parameter; what has no name fills the rest in the signature's order.

        A parameter that takes a list takes all values that are left, and all that bear its name.

        Raises:
            InputError: more values than parameters are left for, or one is given twice.
        """
        lists = {one.name for one in calculator.parameters if isinstance(one.kind, ListKind)}
        texts = {}
        for name, values in self.named.items():
            if len(values) > 1 and name not in lists:
                option = f"--{name.replace('_', '-')}"
                raise InputError("this is given twice", where=option, given=values[1])
            texts[name] = ", ".join(values)
        left = list(self.positional)
        for one in calculator.parameters:
            if left and one.name in lists and one.name not in texts:
                texts[one.name], left = ", ".join(left), []
            elif left and one.name not in texts:
                texts[one.name] = left.pop(0)
        if left:
            raise InputError(
                "this value belongs to no parameter",
                where=f"estimate {calculator.name}",
                given=left[0],
                expected="at most one value for each of "
                + " ".join(one.option for one in calculator.parameters),
                fix="quote a value that has spaces: '250 ms'" if _looks_split(self) else "",
            )
        return texts

    def refuse_values(self, where: str, *, positional: bool = True) -> None:
        """Refuse values and nouns where none can be meant.

        Raises:
            InputError: there is one.
        """
        if self.named or self.nouns:
            first = next(iter(self.named), NOUN)
            raise InputError(f"--{first.replace('_', '-')} is no option here", where=where)
        if positional and self.positional:
            raise InputError("this takes no value", where=where, given=self.positional[0])

    def refuse_flags(self, where: str, *, but: tuple[str, ...]) -> None:
        """Refuse flags, and lengths of a day, that mean nothing here.

        Raises:
            InputError: there is one.
        """
        for flag in (*FLAGS, *LENGTHS):
            if (flag in self.flags or flag in self.lengths) and flag not in but:
                raise InputError(
                    f"--{flag} is no option here",
                    where=where,
                    expected=" ".join(f"--{one}" for one in but),
                )


def read(argv: list[str]) -> Words:
    """Part the words.

    Raises:
        InputError: an option lacks its value or is given twice.
    """
    words = Words()
    rest = list(argv)
    while rest:
        word = rest.pop(0)
        option, glued, value = word.partition("=")
        if word == "--":
            for one in rest:
                _place(words, one)
            break
        if word == "-h" or (word.startswith("--") and word[2:] in FLAGS):
            words.flags.add("help" if word == "-h" else word[2:])
        elif word.startswith("--"):
            if not glued:
                if not rest or rest[0].startswith("--"):
                    raise InputError("this has no value", where=option, expected=f"{option} VALUE")
                value = rest.pop(0)
            _name(words, option, value)
        else:
            _place(words, word)
    return words


def _name(words: Words, option: str, value: str) -> None:
    key = option.removeprefix("--").replace("-", "_")
    if key == NOUN:
        words.nouns.append(value)
    elif key in FLAGS:
        raise InputError("this takes no value", where=option, given=value)
    else:
        if key not in LENGTHS:
            words.named.setdefault(key, []).append(value)
            return
        if key in words.lengths:
            raise InputError("this is given twice", where=option, given=value)
        words.lengths[key] = value


def _place(words: Words, word: str) -> None:
    if words.name:
        words.positional.append(word)
    else:
        words.name = word


def _looks_split(words: Words) -> bool:
    """Whether a value and its unit came as two words."""
    return any(one.isalpha() for one in words.positional[1:])
