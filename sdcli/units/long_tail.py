"""The frozen list of physical units that pint knows and our own table does not.

pint reads almost any word: `dau` is a deciastronomical unit to it, `kb` a kilobarn, `rps` a
revolution per second. So it is asked for the words listed here and for no others. They are
full names, metric prefixes included, and symbols without a prefix, none of them a word of ours
or of the trade. The lists are made from pint (`pytest --rewrite tests/units/test_long_tail.py`);
what stays out, and why, stands there.

This module loads with the first word that is neither a unit of the table nor a count noun;
pint itself only with the first word on the list (physical.py).
"""

from __future__ import annotations

NAMES: tuple[str, ...] = tuple(
    """
    acre acre_feet acre_foot ampere ampere_hour ampere_turn angstrom astronomical_unit
    atmosphere_liter bar barn barrel barye beer_barrel board_feet board_foot boiler_horsepower
    british_thermal_unit buckingham bushel cables_length calorie candela carat centigram
    centiliter centilitre centimeter centimetre clausius coulomb cubic_centimeter cubic_feet
    cubic_foot cubic_inch cubic_yard cup dalton darcy debye dram dry_barrel dry_gallon dry_pint
    dry_quart dyne electrical_horsepower electron_volt electronvolt entropy_unit enzyme_unit
    enzymeunit erg farad faraday fathom feet fermi fluid_dram fluid_ounce fluidram foot
    foot_per_second foot_pound footpound force_gram force_kilogram force_ounce force_pound
    furlong galileo gallon gigaampere gigaampere_hour gigabar gigacalorie gigacandela
    gigacoulomb gigaelectron_volt gigafarad gigagram gigagray gigahenry gigahertz gigajoule
    gigakatal gigakelvin gigaliter gigalitre gigameter gigametre gigamole giganewton gigaohm
    gigapascal gigasiemens gigasievert gigatesla gigavolt gigawatt gigawatt_hour gigaweber gill
    gram gram_force gray hectare henry hertz hogshead horsepower hundredweight
    hydraulic_horsepower imperial_barrel imperial_bushel imperial_cup imperial_fluid_ounce
    imperial_gallon imperial_gill imperial_minim imperial_peck imperial_pint imperial_quart inch
    inches joule katal kayser kelvin kiloampere kiloampere_hour kilobar kilocalorie kilocandela
    kilocoulomb kiloelectron_volt kilofarad kilogram kilogram_force kilogray kilohenry kilohertz
    kilojoule kilokatal kilokelvin kiloliter kilolitre kilometer kilometer_per_hour
    kilometer_per_second kilometre kilomole kilonewton kiloohm kilopascal kilosiemens
    kilosievert kilotesla kilovolt kilowatt kilowatt_hour kiloweber kip_per_square_inch knot
    knot_international lambert langley light_year lightyear liquid_cup liquid_gallon liquid_gill
    liquid_pint liquid_quart liter litre long_hundredweight long_ton megaampere megaampere_hour
    megabar megacalorie megacandela megacoulomb megaelectron_volt megafarad megagram megagray
    megahenry megahertz megajoule megakatal megakelvin megaliter megalitre megameter megametre
    megamole meganewton megaohm megapascal megasiemens megasievert megatesla megavolt megawatt
    megawatt_hour megaweber meter meter_per_second meter_per_second_squared metre
    metric_horsepower metric_ton microampere microampere_hour microbar microcalorie microcandela
    microcoulomb microelectron_volt microfarad microgram microgray microhenry microhertz
    microjoule microkatal microkelvin microliter microlitre micrometer micrometre micromole
    micron micronewton microohm micropascal microsiemens microsievert microtesla microvolt
    microwatt microwatt_hour microweber mile mile_per_hour milliampere milliampere_hour millibar
    millicalorie millicandela millicoulomb millielectron_volt millifarad milligram milligray
    millihenry millihertz millijoule millikatal millikelvin milliliter millilitre millimeter
    millimetre millimole millinewton milliohm millipascal millisiemens millisievert millitesla
    millivolt milliwatt milliwatt_hour milliweber minim molar mole nanoampere nanoampere_hour
    nanobar nanocalorie nanocandela nanocoulomb nanoelectron_volt nanofarad nanogram nanogray
    nanohenry nanohertz nanojoule nanokatal nanokelvin nanoliter nanolitre nanometer nanometre
    nanomole nanonewton nanoohm nanopascal nanosiemens nanosievert nanotesla nanovolt nanowatt
    nanowatt_hour nanoweber nautical_mile newton nit ohm oil_barrel ounce ounce_force parsec
    pascal peak_sun_hour peck pennyweight picoampere picoampere_hour picobar picocalorie
    picocandela picocoulomb picoelectron_volt picofarad picogram picogray picohenry picohertz
    picojoule picokatal picokelvin picoliter picolitre picometer picometre picomole piconewton
    picoohm picopascal picosiemens picosievert picotesla picovolt picowatt picowatt_hour
    picoweber pint poise pound pound_force pound_force_per_square_inch poundal quart rads
    reciprocal_centimeter refrigeration_ton reyn rhe roentgen rydberg scruple
    short_hundredweight siemens sievert speed_of_light square_feet square_foot square_inch
    square_inches square_league square_mile square_rod square_survey_mile square_yard
    standard_liter_per_minute stere stilb stokes survey_foot survey_mile sverdrup tablespoon
    teaspoon technical_atmosphere teraampere teraampere_hour terabar teracalorie teracandela
    teracoulomb teraelectron_volt terafarad teragram teragray terahenry terahertz terajoule
    terakatal terakelvin teraliter teralitre terameter terametre teramole teranewton teraohm
    terapascal terasiemens terasievert teratesla teravolt terawatt terawatt_hour teraweber tesla
    therm ton_of_refrigeration tonne tonne_of_oil_equivalent torr townsend troy_ounce troy_pound
    unified_atomic_mass_unit volt volt_ampere watt watt_hour watthour weber yard
    """.split()  # noqa: SIM905 - words in rows are read and compared more easily
)

SYMBOLS: tuple[str, ...] = tuple(
    """
    Ah BTU Gal Gy Hz Pa Ry St Td VA Wb Wh amp amu bbl cwt dgal dqt dwt dyn eV fldr floz fm ft
    gal kat kgf kn kph ksi lb lbf lbt mho mi mol mph nmi oz ozf ozt pdl psi slpm tbsp thm toz
    tsp yd
    """.split()  # noqa: SIM905
)

_SHORT = 5  # letters of a word that is near to too many names
_LONGEST = max(map(len, NAMES)) + 5
_PREFIXES = {
    "k": "kilo",
    "M": "mega",
    "G": "giga",
    "T": "tera",
    "c": "centi",
    "m": "milli",
    "u": "micro",
    "µ": "micro",
    "n": "nano",
    "p": "pico",
}
_WRITTEN_OUT = {
    "m": "meter",
    "g": "gram",
    "l": "liter",
    "L": "liter",
    "W": "watt",
    "J": "joule",
    "V": "volt",
    "A": "ampere",
    "N": "newton",
    "K": "kelvin",
    "Wh": "watt_hour",
    "Hz": "hertz",
    "Pa": "pascal",
    "Ah": "ampere_hour",
    "eV": "electron_volt",
}


def listed(word: str) -> str:
    """The word as it stands on the list; a plural as its singular; empty for any other word.

    Cost: O(len(NAMES)), some 10 µs.

    >>> listed("miles"), listed("ft"), listed("kilowatt_hours"), listed("dau")
    ('mile', 'ft', 'kilowatt_hour', '')
    """
    if word in NAMES or word in SYMBOLS:
        return word
    from sdcli.units.vocabulary import plural

    for ending, instead in (("s", ""), ("es", ""), ("ies", "y")):
        singular = word.removesuffix(ending) + instead
        if word.endswith(ending) and singular in NAMES and plural(singular) == word:
            return singular
    return ""


def written_out(symbol: str) -> str:
    """The listed name of a symbol that is too short to be listed; empty for any other word.

    Such letters mean too much else: `m` may be a minute or a million, `K` a thousand.

    >>> written_out("km"), written_out("kWh"), written_out("W"), written_out("MB")
    ('kilometer', 'kilowatt_hour', 'watt', '')
    """
    whole = _WRITTEN_OUT.get(symbol, "")
    part = _WRITTEN_OUT.get(symbol[1:], "")
    name = whole or (_PREFIXES.get(symbol[:1], "") + part if part else "")
    return listed(name)


def suggestion(word: str) -> str:
    """`did you mean kilometer?`, or an empty string; asked when no word of ours is near.

    Of a symbol only the case may be wrong, and of a name with few letters: `cpu` is near to
    cup, and `point` to pint. A longer one may be off by a fifth of its letters.

    >>> suggestion("killometer"), suggestion("hz"), suggestion("redirect"), suggestion("point")
    ('did you mean kilometer?', 'did you mean Hz?', '', '')
    """
    from sdcli.core.suggest import edits
    from sdcli.units import errors

    small = word.casefold()
    known = [name for name in (*NAMES, *SYMBOLS) if name.casefold() == small]
    if not known and _SHORT < len(word) <= _LONGEST:
        allowed = len(word) // 5
        known = [
            name
            for name in NAMES
            if abs(len(name) - len(word)) <= allowed and edits(small, name) <= allowed
        ]
    return errors.suggestion(word, known)
