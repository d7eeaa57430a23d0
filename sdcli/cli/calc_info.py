"""`info WORD`: what a word means to the calculator, every reading of it.

The facts come from the tables of the language (units, count nouns, functions) and from the
session, so that they cannot say another thing than the arithmetic does.
"""

from __future__ import annotations

from sdcli.cli.calc_session import ANS, COMMANDS, Session
from sdcli.core.text import printable
from sdcli.units import Quantity, UnitError
from sdcli.units.conventions import BOUNDS, DECIMAL_BYTES
from sdcli.units.dimension import INFORMATION, PHYSICAL_KINDS, TIME, Dimension
from sdcli.units.display import plain
from sdcli.units.errors import quoted, suggestion
from sdcli.units.functions import FUNCTIONS
from sdcli.units.product import product
from sdcli.units.record import TYPE_CHECKING
from sdcli.units.table import AMBIGUOUS, BYTE_BITS, UNITS, Unit
from sdcli.units.vocabulary import MAGNITUDES, OPERATOR_WORDS, Vocabulary, plural

if TYPE_CHECKING:
    from sdcli.units.conventions import Conventions

_LABEL = 11  # columns of what stands before each fact
_OPERATORS = {
    "to": "a range between two numbers, a conversion before a unit: 5 to 20 GB to MB",
    "in": "before a unit a conversion: 5 GB in MB",
    "per": "divides by a unit: 5 request per user",
    "and": "joins two questions: 5 GB > 3 GB and 1 s < 1 min",
    "or": "joins two questions: 5 GB > 3 GB or 1 s < 1 min",
    "not": "turns a question over: not 5 GB > 3 GB",
}


def about(session: Session, word: str) -> str:
    """Every reading of a word: a name, a unit, a count noun, a function, a command.

    Raises:
        UnitError: it has none.
    """
    word = word.strip().removesuffix("()")
    vocabulary = Vocabulary.of(session.setting.nouns)
    said = [
        *_name(session, word),
        *_unit(session, word, vocabulary),
        *_function(word),
        *_plain_word(word),
    ]
    if not said:
        known = [*session.values, *vocabulary.words(), *FUNCTIONS, *COMMANDS]
        raise UnitError(
            f"nobody has said what {quoted(word)} is",
            expected="a unit, a function, a name, a count noun or a command",
            fix=suggestion(word, known),
        )
    return printable("\n".join(said), "?", keep="\n")


def _name(session: Session, word: str) -> list[str]:
    """A value that the session knows."""
    if word == ANS:
        last = session.values.get(ANS)
        return [f"{ANS}: the value of the last line, {last.summary() if last else 'none yet'}"]
    if word not in session.values:
        return []
    value = session.values[word]
    return [
        f"{word}: a value",
        _fact("value", value.summary()),
        _fact("kind", value.kind),
        _fact("made by", session.made[word]),
    ]


def _unit(session: Session, word: str, vocabulary: Vocabulary) -> list[str]:
    """A unit, a count noun, or what two people read differently."""
    if word in AMBIGUOUS:
        return [f"{word}: two readings, so it is refused: {' or '.join(AMBIGUOUS[word])}"]
    unit = vocabulary.unit(word)
    if unit is None:
        return []
    symbol = unit.symbol
    if unit.dimension.nouns and not unit.parts:
        other = "" if word in (symbol, plural(symbol)) else f"; {word} is a spelling of it"
        return [
            f"{symbol}: a thing that is counted, a kind of its own{other}",
            _fact("plural", plural(symbol)),
        ]
    others = [spelling for spelling, other in UNITS.items() if other is unit and spelling != symbol]
    lines = [f"{symbol}: a unit of {unit.dimension.kind}"]
    lines.append(_fact("size", size(unit, session.setting.conventions)))
    if others:
        lines.append(_fact("spellings", ", ".join([symbol, *others])))
    return lines + [_fact("note", note) for note in _notes(unit)]


def size(unit: Unit, conventions: Conventions) -> str:
    """How large one is, in the units that people know it by.

    >>> from sdcli.units.conventions import DEFAULT
    >>> size(UNITS["KiB"], DEFAULT), size(UNITS["qps"], DEFAULT), size(UNITS["month"], DEFAULT)
    ('1,024 B (8,192 bit)', '1 request/s', '2,592,000 s (30 day)')
    """
    number = float(unit.size(conventions))
    if unit.dimension == Dimension.of(INFORMATION):
        in_bytes = f"{_exact(number / BYTE_BITS)} B"
        in_bits = f"{_exact(number)} bit"
        return f"{in_bits}" if "bit" in unit.symbol else f"{in_bytes} ({in_bits})"
    if unit.dimension == Dimension.of(TIME):
        days = number / conventions.seconds("day")
        return f"{_exact(number)} s" + (f" ({_exact(days)} day)" if days > 1 else "")
    if unit.parts:
        parts = product(unit.parts)
        return parts.after(_exact(number / parts.size(conventions)))
    if unit.base in PHYSICAL_KINDS:
        from sdcli.units.physical import base_unit

        return f"{_exact(number)} {base_unit(unit.base)}"
    return Quantity.counted(1.0, product([(unit, 1)]), conventions).display()


def _notes(unit: Unit) -> list[str]:
    """What people trip over."""
    if unit.convention in BOUNDS:
        name = unit.convention
        return [f"a convention: `set {name}`, --{name} and config.toml change it"]
    symbol = unit.symbol
    if unit.convention == DECIMAL_BYTES and not unit.parts:
        binary = f"{symbol[0]}i{symbol[1:]}"
        share = unit_ratio(binary, symbol)
        return [f"prefixes count in thousands; {binary} in 1024s, {share:.1f} % more"]
    if unit.ladder.endswith("binary"):
        decimal = symbol[0] + symbol[2:]
        share = unit_ratio(symbol, decimal)
        return [f"in steps of 1024 (IEC 80000-13); {share:.1f} % more than {decimal}"]
    if "bps" in symbol:
        return [f"bits, not bytes: 1 {symbol.replace('bps', 'Bps')} is {BYTE_BITS} {symbol}"]
    return []


def unit_ratio(more: str, less: str) -> float:
    """By how many percent one unit is larger than another.

    >>> round(unit_ratio("GiB", "GB"), 1)
    7.4
    """
    return 100 * (UNITS[more].scale / UNITS[less].scale - 1)


def _function(word: str) -> list[str]:
    function = FUNCTIONS.get(word)
    if function is None:
        return []
    return [
        f"{word}: a function",
        _fact("form", function.signature),
        _fact("gives", function.help),
        _fact("example", function.example),
    ]


def _plain_word(word: str) -> list[str]:
    """A magnitude, an operator, a command."""
    lines = []
    if word in MAGNITUDES:
        lines.append(f"{word}: behind a number, times {_exact(MAGNITUDES[word])}")
    if word == "B":
        lines.append("B: glued to a number before a count noun, billion: 2B tweet")
    if word in ("nines", "nine"):
        lines.append(f"{word}: behind a number, an availability: 4 nines is 99.99%")
    if word in OPERATOR_WORDS:
        lines.append(f"{word}: {_OPERATORS[word]}")
    if word in COMMANDS:
        form, what = COMMANDS[word]
        lines.append(f"{f'{word} {form}'.strip()}: a command, {what}")
    return lines


def _exact(number: float) -> str:
    """Every digit of a number that has not too many of them."""
    if 1 <= abs(number) < 1e15:  # noqa: PLR2004 - what a float counts
        return f"{number:,.15g}"
    return plain(number)


def _fact(label: str, fact: str) -> str:
    return f"  {label:{_LABEL}}{fact}"
