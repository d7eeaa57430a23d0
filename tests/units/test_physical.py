"""Physical units: their sizes and kinds, what hides them, and that pint comes in late."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sdcli.core.errors import ExitCode, MissingError
from sdcli.units import UnitError, assignment, parse, physical, quantity, statement
from sdcli.units.conventions import DEFAULT, Conventions
from sdcli.units.dimension import PHYSICAL_KINDS, Dimension
from sdcli.units.table import SECOND

# --- sizes and kinds

BASE_SIZES = [
    # length, in meters: 1959 international yard 0.9144 m; a foot is a third, a mile 1760
    ("1 mile", "length", 1609.344),
    ("1 mi", "length", 1609.344),
    ("3 miles", "length", 4828.032),
    ("1 yard", "length", 0.9144),
    ("1 foot", "length", 0.3048),
    ("6 feet", "length", 1.8288),
    ("1 inch", "length", 0.0254),
    ("1 kilometer", "length", 1000),
    ("1 kilometre", "length", 1000),
    ("1 nautical_mile", "length", 1852),
    ("1 centimeter", "length", 0.01),
    # mass, in kilograms: international pound
    ("1 kilogram", "mass", 1),
    ("1 gram", "mass", 0.001),
    ("1 pound", "mass", 0.45359237),
    ("1 metric_ton", "mass", 1000),
    ("1 kelvin", "temperature", 1),
    ("1 milliampere", "current", 0.001),
    ("1 mole", "substance", 1),
    ("1 candela", "luminosity", 1),
    # products: SI brochure
    ("1 hectare", "length^2", 10_000),
    ("1 liter", "length^3", 0.001),
    ("1 joule", "length^2 × mass / time^2", 1),
    ("1 watt", "length^2 × mass / time^3", 1),
    ("1 kilowatt_hour", "length^2 × mass / time^2", 3.6e6),
    ("1 calorie", "length^2 × mass / time^2", 4.184),
    ("1 megahertz", "1 / time", 1e6),
    ("1 volt", "length^2 × mass / current / time^3", 1),
    ("1 ampere_hour", "current × time", 3600),
    ("1 speed_of_light", "length / time", 299_792_458),
    # one part of a product ours, one pint's
    ("60 mile/hour", "length / time", 60 * 1609.344 / 3600),
    ("1 watt * 1 hour", "length^2 × mass / time^2", 3600),
    ("3 joule/request", "length^2 × mass / request / time^2", 3),
]


@pytest.mark.parametrize(("text", "kind", "base"), BASE_SIZES)
def test_a_physical_unit_has_its_size_and_kind(text, kind, base):
    value = quantity(text)
    assert value.kind == kind
    assert value.value == pytest.approx(base, rel=1e-14)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("26.2 miles to kilometer", 42.1648128),  # 26.2 x 1.609344
        ("5 feet to inches", 60),
        ("1 kilowatt_hour to joule", 3.6e6),
        ("500 watt * 24 hour to kilowatt_hour", 12),
        ("100 kilometer/hour to mile/hour", 62.1371192237334),  # 100 / 1.609344
        ("5600 kilometer / (2/3 * speed_of_light) to ms", 28.0194),  # 5600e3 x 1.5 / 299792458 s
        ("0.3 joule/request * 10k request/s to watt", 3000),
        ("1 / (4 gigahertz) to ns", 0.25),
        ("10 watt to joule/s", 10),
        ("$0.12/kilowatt_hour * 300 watt * 30 day to USD", 25.92),  # 0.12 x 0.3 x 720
    ],
)
def test_a_physical_sum(text, number):
    value = quantity(text)
    assert value.in_unit(value.unit) == pytest.approx(number, rel=1e-6)


def test_a_size_has_no_noise_of_floating_point():
    """pint multiplies a decimeter out to a liter of 0.0010000000000000002 cubic meters."""
    assert quantity("1 liter").value == 0.001
    assert quantity("1 foot").value == 0.3048
    assert quantity("1 pound").value == 0.45359237


def test_a_prefix_is_enough():
    assert str(quantity("1500 kilometer")) == "1500 kilometer"
    assert str(quantity("1500 mile")) == "1.5k mile"


def test_what_was_typed_is_remembered_with_its_parts():
    typed = [unit.symbol for unit in quantity("5 kilowatt_hour").preferred]
    assert typed[0] == "kilowatt_hour"
    assert sorted(typed[1:]) == ["kilogram", "meter", "s"]
    assert [unit.symbol for unit in quantity("5 mile").preferred] == ["mile"]


def test_its_second_and_day_are_ours():
    assert dict(physical.physical("watt").parts)[SECOND] == -3
    rough = parse("1 watt * 1 day").evaluate({}, Conventions(day_s=100_000.0))
    assert rough.value == pytest.approx(100_000)


@pytest.mark.parametrize(
    ("left", "sign", "right"),
    [
        ("1 kilometer", "+", "1 s"),
        ("1 kilometer", "+", "1"),
        ("1 joule", "+", "1 watt"),
        ("1 kilogram", "-", "1 pound_force"),
        ("1 mole", "+", "1 user"),
        ("1 hertz", "+", "1 request/s"),
    ],
)
def test_kinds_do_not_mix(left, sign, right):
    with pytest.raises(UnitError, match=r"this (adds|takes)"):
        quantity(f"{left} {sign} {right}")


def test_the_missing_factor_is_said_in_words():
    with pytest.raises(UnitError) as refused:
        quantity("5 acre to kilometer")
    assert refused.value.fix == "divide it by a length"


@pytest.mark.parametrize("kind", sorted(PHYSICAL_KINDS))
def test_a_physical_kind_is_no_count_noun(kind):
    with pytest.raises(UnitError, match="a kind of its own"):
        quantity("5", nouns=[kind])
    assert physical.base_unit(kind).dimension == Dimension.of(kind)
    assert physical.base_unit(kind).scale == 1


# --- what a product is shown in


@pytest.mark.parametrize(
    ("kind", "typed", "shown"),
    [
        ("1 watt * 1 s", (), "joule"),
        ("1 watt * 1 s", ("calorie",), "calorie"),
        ("1 watt * 1 s", ("watt",), "joule"),  # what leaves nothing over goes first
        ("1 watt", ("joule",), "watt"),
        ("1 joule/request", (), "joule"),
        ("1 joule/request", ("kilowatt_hour",), "kilowatt_hour"),
        ("1 ampere * 1 volt", ("volt",), "watt"),
        ("1 acre", ("acre",), "acre"),
        ("1 acre", ("liter",), None),
        ("1 meter", (), None),
        ("1 meter/s", ("speed_of_light",), "speed_of_light"),
    ],
)
def test_the_compound_that_a_product_is_shown_in(kind, typed, shown):
    units = [physical.physical(name) for name in typed]
    found = physical.named(quantity(kind).dimension, units)
    assert (found.symbol if found else None) == shown


@pytest.mark.parametrize("text", ["5 mile", "2 kilowatt_hour to joule", "3 watt/server", "4 acre"])
def test_what_is_shown_reads_back(text):
    value = quantity(text)
    back = quantity(str(value))
    assert back.dimension == value.dimension
    assert back.value == pytest.approx(value.value, rel=6e-4)


# --- names and nouns go first


def test_the_name_of_a_value_hides_a_physical_unit():
    env = {"mile": quantity("7 MB")}
    assert str(parse("mile * 2", names=env).evaluate(env)) == "14 MB"
    assert str(quantity("2 mile")) == "2 mile"  # behind a number stands a unit, as with nouns
    name, expression = assignment("acre = 5 link")
    assert (name, str(expression.evaluate({}))) == ("acre", "5 link")


def test_a_declared_noun_hides_a_physical_unit():
    barrels = quantity("3 barrels", nouns=["barrel"])
    assert barrels.dimension == Dimension.of("barrel")
    assert quantity("3 barrels").kind == "length^3"
    name, _ = statement("barrel = 3 barrel", nouns=["barrel"])
    assert name == "barrel"


def test_a_unit_of_the_table_is_never_hidden():
    with pytest.raises(UnitError, match="is a unit"):
        assignment("day = 5 link")


@pytest.mark.parametrize("line", ["mile = 1.609 kilometer", "mi = 1.609 kilometer"])
def test_in_calc_a_physical_unit_makes_a_claim(line):
    name, expression = statement(line)
    assert name is None
    left, _, right = expression.sides({})
    assert left.value / right.value == pytest.approx(1.0, rel=1e-3)  # 1609.344 m for 1609 m


def test_in_calc_a_name_that_has_a_value_keeps_it():
    name, _ = statement("mile = 5 MB", names=["mile"])
    assert name == "mile"


# --- help for a word that is nearly one


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("5 killometer", "did you mean kilometer?"),
        ("5 hz", "did you mean Hz?"),
        ("5 gigabyyte", "did you mean gigabyte?"),
        ("5 kilobyt", "did you mean kilobit or kilobyte?"),  # ours, though kilobar is as near
        ("5 seconde", "did you mean second?"),
        ("5 filex", "did you mean file?"),
        ("5 km", "write kilometer"),
        ("5 kWh", "write kilowatt_hour"),
        ("500 W", "write watt"),
        ("5 GHz", "write gigahertz"),
        ("5 MW", "write megawatt"),
        ("5 mW", "write milliwatt"),
        ("5 kg", "write kilogram"),
        ("5 redirect", ""),
        ("5 ton", ""),
    ],
)
def test_the_fix_of_a_unit_that_is_nearly_one(text, fix):
    with pytest.raises(UnitError) as refused:
        quantity(text)
    assert refused.value.fix == fix
    if fix.startswith("write"):
        quantity(f"5 {fix.removeprefix('write ')}")


# --- pint comes in late, or is missing


def calc(line: str, folder: Path, *, without_pint: bool = False) -> tuple[int, str, set[str]]:
    """Exit code, stderr and the modules that are loaded after one line of `sdcli calc`."""
    program = (
        "import sys, json\n"
        + ("sys.modules['pint'] = None\n" if without_pint else "")
        + "from sdcli.cli.entry import run\n"
        "code = run(['calc', sys.argv[1]])\n"
        "sys.stdout.flush()\n"
        "loaded = [name for name, module in sys.modules.items() if module]\n"
        "print(json.dumps([code, loaded]))\n"
    )
    process = subprocess.run(
        [sys.executable, "-c", program, line],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])},
    )
    code, modules = json.loads(process.stdout.splitlines()[-1])
    return code, process.stderr, set(modules)


@pytest.mark.parametrize(
    ("line", "comes_in"),
    [
        ("150M user * 2 tweet/user/day to tweet/s", set()),
        ("1 KB/request * 40 kqps to MB/s", set()),
        ("2 GB = 16 Gbit", set()),
        ("links = 100M link/month", set()),
        ("growth = 100M link/month", {"sdcli.units.long_tail"}),  # is it a physical unit?
        ("5 mile", {"sdcli.units.long_tail", "sdcli.units.physical", "pint"}),
    ],
)
def test_a_plain_sum_imports_neither_the_list_nor_pint(line, comes_in, tmp_path):
    code, _, modules = calc(line, tmp_path)
    assert code == ExitCode.OK
    late = {"sdcli.units.long_tail", "sdcli.units.physical", "pint"}
    assert modules & late == comes_in


def test_without_pint_the_error_names_it(tmp_path):
    code, said, _ = calc("5 mile", tmp_path, without_pint=True)
    assert code == ExitCode.MISSING
    assert said.startswith("error: mile is a physical unit, and pint, which knows it, is not")
    assert "pip install" in said
    code, _, _ = calc("5 MB", tmp_path, without_pint=True)
    assert code == ExitCode.OK


def test_nothing_is_cached_on_disk():
    assert physical._open()._diskcache is None


def test_a_word_off_the_list_is_no_matter_of_pint(tmp_path):
    code, said, modules = calc("5 dau", tmp_path, without_pint=True)
    assert (code, "pint" in modules) == (ExitCode.INPUT, False)
    assert '"dau" is no unit' in said


def test_missing_is_raised_as_such(monkeypatch):
    physical.physical.cache_clear()
    physical._open.cache_clear()
    monkeypatch.setitem(sys.modules, "pint", None)
    with pytest.raises(MissingError, match="pint"):
        quantity("5 mile")
    monkeypatch.undo()
    assert quantity("5 mile").value == pytest.approx(8046.72)
    assert physical.physical("mile").size(DEFAULT) == 1609.344
