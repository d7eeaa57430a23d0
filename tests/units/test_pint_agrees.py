"""pint as the oracle: every unit of our table that pint knows by the same word has its size.

Where pint means something else by the word, or counts the calendar otherwise, the word stands
in OTHERWISE with the reason; an exception that is not needed fails. Words that pint does not
know (KB, qps, $) have no oracle here; test_vocabulary.py has their sizes.
"""

from __future__ import annotations

import pytest

from sdcli.units.conventions import DEFAULT
from sdcli.units.dimension import INFORMATION, TIME, Dimension
from sdcli.units.table import UNITS

JULIAN = "pint's year is the Julian one of 365.25 days, ours has 365; its month is a twelfth"
BARN = "pint reads b as barn, an area of 10^-28 m^2"
TURNS = "pint reads rps as revolutions per second, an angle per time"

OTHERWISE = {
    **dict.fromkeys(("month", "months", "year", "years", "yr", "yrs"), JULIAN),
    **dict.fromkeys(("b", "Mb", "Tb", "Pb", "Eb"), BARN),
    **dict.fromkeys(("Kib", "Mib", "Gib", "Tib", "Pib", "Eib"), BARN),
    "Gb": "pint reads Gb as gilbert, a magnetomotive force",
    **dict.fromkeys(("rps", "krps", "Mrps"), TURNS),
}
KINDS = {"bit": INFORMATION, "second": TIME}  # pint's base units that ours can be compared with


@pytest.fixture(scope="module")
def pint_units():
    import pint

    return pint.UnitRegistry()


def said_by_pint(registry, word: str) -> tuple[float, Dimension | None] | None:
    """Size in bits and seconds, and the dimension; None when pint does not know the word.

    The dimension is None when it is of a kind that our table has not.
    """
    import pint

    try:
        one = registry.Quantity(1, word).to_root_units()
    except (pint.UndefinedUnitError, AssertionError):  # pint asserts that a word has no sign in it
        return None
    powers = dict(one.unit_items())
    if not powers.keys() <= KINDS.keys():
        return one.magnitude, None
    dimension = Dimension.collect((KINDS[base], round(power)) for base, power in powers.items())
    return one.magnitude, dimension


def agrees(word: str, said: tuple[float, Dimension | None]) -> bool:
    unit = UNITS[word]
    return said == (pytest.approx(unit.size(DEFAULT), rel=1e-12), unit.dimension)


@pytest.mark.parametrize("word", sorted(UNITS.keys() - OTHERWISE.keys()))
def test_pint_gives_the_unit_the_same_size_and_kind(word, pint_units):
    said = said_by_pint(pint_units, word)
    assert said is None or agrees(word, said)


@pytest.mark.parametrize("word", sorted(OTHERWISE))
def test_an_exception_is_needed(word, pint_units):
    assert word in UNITS
    said = said_by_pint(pint_units, word)
    assert said is not None, f"pint does not know {word}: take the exception out"
    assert not agrees(word, said), f"pint agrees about {word}: take the exception out"


def test_the_calendar_agrees_once_the_year_is_the_julian_one(pint_units):
    """month and year are exceptions of convention, not of size."""
    julian = DEFAULT.day_s * 365.25
    assert said_by_pint(pint_units, "year") == (julian, Dimension.of(TIME))
    assert said_by_pint(pint_units, "month") == (julian / 12, Dimension.of(TIME))


def test_most_of_the_table_has_an_oracle(pint_units):
    """All of bits, bytes and times below a month, so that a green run means something."""
    known = {word for word in UNITS if said_by_pint(pint_units, word) is not None}
    assert {UNITS[word].symbol for word in known - OTHERWISE.keys()} >= {
        *("B", "KB", "MB", "GB", "TB", "PB", "EB", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"),
        *("bit", "Kbit", "Mbit", "Gbit", "Tbit", "Pbit", "Ebit"),
        *("Kibit", "Mibit", "Gibit", "Tibit", "Pibit", "Eibit"),
        *("ns", "us", "ms", "s", "min", "hour", "day", "week"),
        *("bps", "Kbps", "Mbps", "Gbps", "Tbps", "%"),
    }
