"""The unit table: every unit that is read and printed, as data.

Bits and bytes are the trade's own: `KB` is 1000 bytes and `KiB` 1024 (IEC 80000-13), `Mb`
and `Mbit` are megabits, `Mbps` is a megabit per second, `qps`, `rps` and `tps` are requests
per second. What two people read differently (`mb`, `m`) is no unit but an entry in
`AMBIGUOUS`, which says both readings. Day, month and year take their length from
`conventions`.
"""

from __future__ import annotations

from sdcli.units.conventions import DECIMAL_BYTES, Conventions
from sdcli.units.dimension import INFORMATION, MONEY, NUMBER, TIME, Dimension
from sdcli.units.record import TYPE_CHECKING, Record

if TYPE_CHECKING:
    from sdcli.units.dimension import Exponent

BYTE_BITS = 8
WEEK_DAYS = 7


class Unit(Record):
    """One unit.

    Args:
        symbol: how it is printed; always a spelling that reads back as itself.
        dimension: what it measures.
        scale: its size in bits, seconds, dollars and ones; times a day, month or year where
            `convention` names one.
        convention: `day`, `month`, `year` when its length is a choice, `KB` when it is decimal.
        ladder: the name of the row of units that a result may be shown in instead.
        parts: what a compound such as `Mbps` is made of.
        prefixed: whether it carries a prefix, so that a number before it takes none.
    """

    symbol: str
    dimension: Dimension
    scale: float = 1.0
    convention: str = ""
    ladder: str = ""
    parts: tuple[tuple[Unit, Exponent], ...] = ()
    prefixed: bool = False

    def size(self, conventions: Conventions) -> float:
        """Its size in base units under these conventions."""
        if self.convention in ("", DECIMAL_BYTES):
            return self.scale
        return self.scale * conventions.seconds(self.convention)

    @property
    def base(self) -> str:
        """The one base kind of a simple unit; `number` for `%`."""
        return self.dimension.exponents[0][0] if self.dimension.exponents else "number"

    @property
    def simple(self) -> tuple[tuple[Unit, Exponent], ...]:
        """Its parts, or itself when it has none."""
        return self.parts or ((self, 1),)

    def __str__(self) -> str:
        return self.symbol


def noun_unit(noun: str) -> Unit:
    """One of a counted thing."""
    return Unit(noun, Dimension.of(noun))


UNITS: dict[str, Unit] = {}  # by spelling
LADDERS: dict[str, list[Unit]] = {"byte": [], "binary": [], "bit": [], "bit binary": [], "time": []}


def _add(unit: Unit, *spellings: str) -> Unit:
    for spelling in (unit.symbol, *spellings):
        UNITS[spelling] = unit
    if unit.ladder:
        LADDERS[unit.ladder].append(unit)
    return unit


_INFORMATION = Dimension.of(INFORMATION)
_TIME = Dimension.of(TIME)

# letter, word, binary word: 1000^1, 1000^2, ...
_PREFIXES = (
    ("K", "kilo", "kibi"),
    ("M", "mega", "mebi"),
    ("G", "giga", "gibi"),
    ("T", "tera", "tebi"),
    ("P", "peta", "pebi"),
    ("E", "exa", "exbi"),
)


def _information() -> None:
    for ladder, symbol, word, size, short in (
        ("byte", "B", "byte", BYTE_BITS, "B"),
        ("bit", "bit", "bit", 1, "b"),
    ):
        binary = "binary" if ladder == "byte" else "bit binary"
        base = _add(
            Unit(symbol, _INFORMATION, size, ladder=ladder, prefixed=True), short, word, word + "s"
        )
        LADDERS[binary].append(base)
        for power, (letter, decimal, kibi) in enumerate(_PREFIXES, start=1):
            thousand = Unit(
                letter + symbol,
                _INFORMATION,
                size * 1000.0**power,
                convention=DECIMAL_BYTES if ladder == "byte" else "",
                ladder=ladder,
                prefixed=True,
            )
            _add(thousand, letter + short, decimal + word, decimal + word + "s")
            if letter == "K":
                _add_spelling(thousand, "k" + symbol)
            _add(
                Unit(
                    f"{letter}i{symbol}",
                    _INFORMATION,
                    size * 1024.0**power,
                    ladder=binary,
                    prefixed=True,
                ),
                f"{letter}i{short}",
                kibi + word,
                kibi + word + "s",
            )


def _add_spelling(unit: Unit, *spellings: str) -> None:
    for spelling in spellings:
        UNITS[spelling] = unit


def _time() -> None:
    for scale, symbol, *spellings in (
        (1e-9, "ns", "nanosecond", "nanoseconds"),
        (1e-6, "us", "µs", "μs", "microsecond", "microseconds"),
        (1e-3, "ms", "millisecond", "milliseconds"),
        (1.0, "s", "sec", "secs", "second", "seconds"),
        (60.0, "min", "mins", "minute", "minutes"),
        (3600.0, "hour", "hours", "h", "hr", "hrs"),
    ):
        _add(Unit(symbol, _TIME, scale, ladder="time", prefixed=scale < 1), *spellings)
    _add(Unit("day", _TIME, convention="day", ladder="time"), "days", "d")
    _add(Unit("week", _TIME, WEEK_DAYS, convention="day"), "weeks")
    _add(Unit("month", _TIME, convention="month"), "months")
    _add(Unit("year", _TIME, convention="year", ladder="time"), "years", "yr", "yrs")


def _rates() -> None:
    second = UNITS["s"]
    per_second = ((second, -1),)
    for letter, scale in (("", 1.0), ("k", 1e3), ("M", 1e6), ("G", 1e9), ("T", 1e12)):
        upper = letter.upper()
        for symbol, unit in (("bps", UNITS[upper + "bit"]), ("Bps", UNITS[upper + "B"])):
            rate = Unit(
                upper + symbol,
                unit.dimension / _TIME,
                unit.scale,
                convention=unit.convention,
                parts=((unit, 1), *per_second),
                prefixed=True,
            )
            _add(rate, letter + symbol)
        if scale > 1e6:  # noqa: PLR2004 - nobody says Gqps
            continue
        for word in ("qps", "rps", "tps"):
            _add(
                Unit(
                    letter + word,
                    REQUEST.dimension / _TIME,
                    scale,
                    parts=((REQUEST, 1), *per_second),
                    prefixed=bool(letter),
                ),
                letter + word.upper(),
            )


REQUEST = noun_unit("request")
DOLLAR = Unit("$", Dimension.of(MONEY))
PERCENT = Unit("%", NUMBER, 0.01)

_information()
_time()
_rates()
_add(DOLLAR, "USD", "dollar", "dollars")
_add(Unit("cent", DOLLAR.dimension, 0.01), "cents")
_add(PERCENT, "percent")

SECOND = UNITS["s"]
BYTE = UNITS["B"]

AMBIGUOUS: dict[str, tuple[str, ...]] = {  # what is written -> its readings, each spelled out
    "m": ("min (minute)", "M (million)"),
    "kb": ("KB (kilobyte)", "Kb (kilobit)"),
    "mb": ("MB (megabyte)", "Mb (megabit)"),
    "gb": ("GB (gigabyte)", "Gb (gigabit)"),
    "tb": ("TB (terabyte)", "Tb (terabit)"),
    "pb": ("PB (petabyte)", "Pb (petabit)"),
    "mbps": ("Mbps (megabit per second)", "MB/s (megabyte per second)"),
    "gbps": ("Gbps (gigabit per second)", "GB/s (gigabyte per second)"),
    "mib": ("MiB (mebibyte)", "Mib (mebibit)"),
    "kib": ("KiB (kibibyte)", "Kib (kibibit)"),
    "gib": ("GiB (gibibyte)", "Gib (gibibit)"),
}
