"""The long tail: which words reach pint, and that the list is what pint says.

`pytest --rewrite` writes the list anew from pint; read the diff before you commit it.
"""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

from sdcli.units import long_tail, physical
from sdcli.units.dimension import PHYSICAL_KINDS, Dimension
from sdcli.units.habits import MEANT
from sdcli.units.table import AMBIGUOUS, UNITS
from sdcli.units.vocabulary import (
    FUNCTION_NAMES,
    MAGNITUDES,
    NINES,
    OPERATOR_WORDS,
    Vocabulary,
    plural,
)

# --- the list, made from pint

PREFIXES = ("kilo", "mega", "giga", "tera", "milli", "micro", "nano", "pico")
PREFIXED = (
    *("meter", "metre", "gram", "liter", "litre", "ampere", "kelvin", "mole", "candela", "hertz"),
    *("newton", "pascal", "bar", "joule", "calorie", "watt", "watt_hour", "electron_volt"),
    *("coulomb", "ampere_hour", "volt", "ohm", "siemens", "farad", "henry", "weber", "tesla"),
    *("gray", "sievert", "katal"),
)
CENTI = ("meter", "metre", "gram", "liter", "litre")  # nobody says centiwatt

# Words of the trade: each stands for something else in a design, so none may be a unit of pint's.
TRADE = frozenset(
    """
    dau mau wau qps rps tps ops iops cps fps mps kps rpm rpc bps pps p50 p90 p95 p99 p999 ttl rtt
    sla slo sli mtu kb mb gb tb pb eb kib mib gib mbps gbps kbps ad ads api cdn dns db cpu gpu ram
    ssd hdd nic vm pod pods shard shards replica replicas node nodes vnode core cores rack az
    region ha dr pk fk eu us ml ai lm pc tf ip id ids uid url uri css html px dpi ppi bpp rem pt
    pp bp point dot pixel pixels tweet tweets follower followers like likes feed post posts user
    users item items slug slugs blob blobs chain chains link links hit hits miss cache caches
    queue queues topic topics partition partitions batch batches token tokens bucket buckets
    window quorum leader leaders peak peaks average total rate rates count counts size sizes load
    cycle cycles turn turns grade section sections quarter quarters decade decades fifth bag bags
    shot shots hand hands stone stones rod rods pole poles particle molecule lambda gamma alpha
    beta theta sigma tau pi phi chi are at in hp cc cp th quad thou step steps tick ticks epoch
    tlb slm sft cd bf bi da ba cl ly ct kt gi gf sv au bu smi qt ms league leagues grain grains
    pond ponds round rounds trade trades seat seats room rooms car cars trip trips ride rides
    driver drivers file files chunk chunks block blocks segment segments frame frames bit bits
    byte bytes octet baud worker workers server servers thread threads job jobs task tasks call
    calls sms gas fee fees coin coins host hosts zone zones tenant tenants org orgs team teams day
    days toe ten den fur cal kip jute tex ton tons line lines page pages word words char chars row
    rows
    """.split()  # noqa: SIM905 - words in rows
)

OURS = {"x", *Vocabulary.of()._nouns, *UNITS, *AMBIGUOUS, *MAGNITUDES, *NINES, *MEANT}
OURS |= {*FUNCTION_NAMES, *OPERATOR_WORDS}

# Names that no estimate needs, or that say what another name on the list says better.
LEFT_OUT = {
    r"(atomic_unit|planck|conventional|mean_international|international)_.*": "metrology's own",
    r"(ab|stat)(ampere|coulomb|farad|henry|mho|ohm|siemens|volt)|biot.*|gilbert|unit_pole": "CGS",
    r"(tex|scaled|css|printers|big)_.*|pica|didot|cicero": "the printer's; an image has pixels",
    r"denier|aberdeen|dtex|number_.*": "yarn",
    r"force_.*ton|.*ton_force|.*_tower_ton": "a ton that is a force or a power",
    r"avdp_.*|avoirdupois_.*|apothecary_.*|drachm|imperial_fluid_[ds].*": "the chemist's",
    r"thermochemical_.*|cal_.*|fifteen_degree_.*|.*_steam_table_.*": "calories that differ little",
    r"barie|barad|barrie|baryd|slinch|slugette|super_.*|superficial_.*|sq_.*": "other spellings",
    r"bohr.*|hartree.*|nuclear_.*|gamma_mass|mil_length|circular_mil|us_statute_.*": "other sizes",
    r"particle|molec|candle|degK|degreeK|BDFT|FBM|KPH|MPH|PSH|Btu": "other spellings",
    r"sound_pressure_level": "a level is a logarithm",
}
CONSTANTS = {"speed_of_light"}  # the one that an estimate of latency needs

SI = {"meter", "kilogram", "second", "kelvin", "ampere", "mole", "candela"}


@pytest.fixture(scope="module")
def pint_units():
    """pint itself, as a person would use it."""
    import pint

    return pint.UnitRegistry()


def generated(registry) -> tuple[list[str], list[str]]:
    """Full names and symbols: what pint measures in SI units and no word of ours means.

    Out stay times (they are ours, with a day, month and year of our choice), plain numbers and
    what pint takes for one (bit, radian, count, and so becquerel), what has an offset or is a
    logarithm, and fractional powers (Gauss).
    """
    import pint

    folder = Path(pint.__file__).parent
    defined, constants = (
        set(re.findall(r"^ *(\w+) *=", (folder / file).read_text(encoding="utf-8"), re.MULTILINE))
        for file in ("default_en.txt", "constants_en.txt")
    )
    ours = OURS | TRADE

    def free(word: str) -> bool:
        return not (
            {word, plural(word)} & ours
            or word.casefold() in TRADE
            or any(re.fullmatch(pattern, word) for pattern in LEFT_OUT)
        )

    names: set[str] = set()
    symbols: set[str] = set()
    for name in defined | (constants & CONSTANTS):
        unit = registry._units.get(name)
        if unit is None or not full(name) or not free(name) or not measured(registry, unit):
            continue
        names.add(name)
        for alias in (unit.defined_symbol, *unit.aliases):
            if not alias or len(alias) < 2 or not free(alias):
                continue
            if full(alias) and len(alias) > 3 and alias != unit.defined_symbol:
                names.add(alias)
            elif alias.isascii() and alias.isalpha() and alias != name:
                symbols.add(alias)
    names |= {prefix + name for prefix in PREFIXES for name in PREFIXED}
    names |= {"centi" + name for name in CENTI}
    return sorted(names), sorted(symbols - names)


def full(name: str) -> bool:
    return name.isascii() and name.islower() and name.replace("_", "").isalpha() and len(name) > 2


def measured(registry, unit) -> bool:
    """Whether pint reduces it to whole powers of SI units, and not to a time alone."""
    if not unit.is_multiplicative:
        return False
    _, units = registry.get_base_units(unit.name)
    powers = dict(units._units)
    return (
        powers.keys() <= SI
        and all(float(power).is_integer() for power in powers.values())
        and powers not in ({}, {"second": 1})
    )


SOURCE = Path(long_tail.__file__)


def source_with(names: list[str], symbols: list[str]) -> str:
    """The module with these lists in it."""
    text = SOURCE.read_text(encoding="utf-8")
    for variable, words in (("NAMES", names), ("SYMBOLS", symbols)):
        rows = textwrap.fill(" ".join(words), 96, initial_indent="    ", subsequent_indent="    ")
        body = re.compile(rf'({variable}: .*\n    """\n)[^"]*(    """)')
        text = body.sub(lambda found, rows=rows: f"{found[1]}{rows}\n{found[2]}", text)
    return text


def test_the_list_is_what_pint_says(pint_units, request):
    names, symbols = generated(pint_units)
    if request.config.getoption("--rewrite"):
        SOURCE.write_text(source_with(names, symbols), encoding="utf-8")
    assert SOURCE.read_text(encoding="utf-8") == source_with(names, symbols)
    if not request.config.getoption("--rewrite"):  # the module was imported before
        assert [*long_tail.NAMES] == names
        assert [*long_tail.SYMBOLS] == symbols


WORDS = (*long_tail.NAMES, *long_tail.SYMBOLS)


def test_the_list_is_sorted_and_frozen():
    for words in (long_tail.NAMES, long_tail.SYMBOLS):
        assert isinstance(words, tuple)
        assert list(words) == sorted(set(words))
    assert not set(long_tail.NAMES) & set(long_tail.SYMBOLS)


@pytest.mark.parametrize("word", sorted(TRADE))
def test_no_word_of_the_trade_is_on_the_list(word):
    assert long_tail.listed(word) == ""
    for spelling in {word.upper(), word.capitalize()} - UNITS.keys():
        assert long_tail.listed(spelling) == "", spelling


def test_no_word_of_the_language_is_on_the_list():
    assert not OURS & {*WORDS, *map(plural, long_tail.NAMES)}
    assert not [word for word in WORDS if len(word) < 2]


@pytest.mark.parametrize(
    "word",
    # what pint reads when it is asked: a deciastronomical unit, kilobarn, revolution per second,
    # an attoday, a gilbert, an exabarn, a millipascal; a molar; offsets, levels, calendars, angles
    [
        *("dau", "kb", "rps", "ad", "Gb", "Eb", "mPa", "M", "degC", "celsius", "degF", "kelvin_"),
        *("dB", "decibel", "dBm", "century", "fortnight", "decade", "leap_year", "radian"),
        *("degree", "revolution", "rpm", "bit", "baud", "octet", "count", "becquerel", "curie"),
        *("gauss", "maxwell", "planck_constant", "electron_mass", "pixel", "dpi", "", "s", "es"),
        *("feetss", "milees", "henrys", "ies"),
        *("mile.kilometer", "meter ", "Mile", "KILOMETER", "mètre"),
    ],
)
def test_a_word_off_the_list_does_not_reach_pint(word, monkeypatch):
    def asked(name):
        pytest.fail(f"pint was asked for {name}")

    monkeypatch.setattr(physical, "physical", asked)
    assert long_tail.listed(word) == ""
    Vocabulary.of().unit(word)  # not through pint


@pytest.mark.parametrize("word", WORDS)
def test_each_word_is_a_unit_that_reads_back_from_its_symbol(word):
    unit = Vocabulary.of().unit(word)
    assert unit is not None
    assert unit.scale > 0
    assert unit.symbol in long_tail.NAMES
    assert Vocabulary.of().unit(unit.symbol) is unit
    parts = Dimension()
    for part, exponent in unit.parts:
        parts *= part.dimension**exponent
    assert unit.parts == () or parts == unit.dimension
    bases = {base for base, _ in unit.dimension.exponents}
    assert PHYSICAL_KINDS & bases or unit.symbol.endswith("hertz")


def foundations(registry, word: str) -> set[str]:
    """Every unit that pint's definition of the word rests on, itself included."""
    name = registry.parse_unit_name(word)[0][1]
    found = {name}
    for part in (
        (registry._units[name].reference or {}) if not registry._units[name].is_base else ()
    ):
        found |= foundations(registry, part)
    return found


def test_no_size_rests_on_a_day_month_or_year_of_pints(pint_units):
    """A day is a choice here; only the light year has its own, the Julian one of the IAU."""
    calendar = {"day", "week", "month", "year"}
    assert "day" in foundations(pint_units, "fortnight")
    assert {word for word in WORDS if calendar & foundations(pint_units, word)} == {
        "light_year",
        "lightyear",
    }
