"""Id spaces: sizes and lives that are published, lengths that are exact, the birthday problem."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, strategies

from sdcli.core.errors import InputError
from sdcli.estimate import registry
from sdcli.estimate.calculators.id_space import _length
from sdcli.units import UnitError


def run(name, **given):
    found = registry.get(name)
    return found.run(found.bind(given)).outputs


@pytest.mark.parametrize(
    ("length", "alphabet", "ids", "bits"),
    [
        ("7", "base62", 62**7, 41.67937),  # 3.5e12; 7 * log2 62 = 7 * 5.954196
        ("7", "62", 62**7, 41.67937),
        ("32", "bits", 2**32, 32),  # 4.29 G rows
        ("8", "HEX", 2**32, 32),
        ("6", "base36", 36**6, 31.0196),  # 6 * 5.16993
        ("1", "2", 2, 1),
    ],
)
def test_the_size_of_an_id_space(length, alphabet, ids, bits):
    found = run("id-space", length=length, alphabet=alphabet)
    assert found["ids"].value == ids
    assert found["bits"].value == pytest.approx(bits, rel=1e-5)
    assert "lasts" not in found


@pytest.mark.parametrize(
    ("length", "rate", "lasts"),
    [
        ("41", "1k/s", "69.73 year"),  # 2^41 ms, the time of a snowflake id
        ("31", "1k/s", "24.86 day"),  # 2^31 / 1000 s
        ("31", "1k row/s", "24.86 day"),
        ("31", "1000", "24.86 day"),  # a plain number is for each second
    ],
)
def test_how_long_ids_last(length, rate, lasts):
    assert str(run("id-space", length=length, alphabet="bits", rate=rate)["lasts"]) == lasts


def test_ids_are_counted_in_the_noun_of_the_rate():
    assert str(run("id-space", length="7", rate="1k link/s")["ids"]) == "3.522T link"


def test_a_rate_may_be_a_range():
    found = run("id-space", length="7", rate="100 to 1000 link/s")
    assert found["lasts"].low == pytest.approx(62**7 / 1000)
    assert found["lasts"].high == pytest.approx(62**7 / 100)


@pytest.mark.parametrize(
    ("ids", "bits", "hexadecimal", "base36", "base62"),
    [
        ("1", 1, 1, 1, 1),
        ("2^30", 30, 8, 6, 6),  # 36^5 = 60M, 36^6 = 2.18G; 62^5 = 916M, 62^6 = 56.8G
        ("2^30 + 1", 31, 8, 6, 6),
        ("62^7", 42, 11, 9, 7),
        ("62^7 + 1", 42, 11, 9, 8),
        ("100G link", 37, 10, 8, 7),  # 2^37 = 137G; 16^9 = 68.7G; 36^7 = 78.4G; 62^6 = 56.8G
        ("2.5", 2, 1, 1, 1),
    ],
)
def test_the_length_of_an_id_is_exact(ids, bits, hexadecimal, base36, base62):
    found = {name: value.value for name, value in run("id-length", ids=ids).items()}
    assert found == {"bits": bits, "hex": hexadecimal, "base36": base36, "base62": base62}


@given(strategies.integers(1, 10**60), strategies.integers(2, 64))
def test_a_length_is_enough_and_one_less_is_not(needed, alphabet):
    length = _length(needed, alphabet)
    assert alphabet**length >= needed
    assert length == 1 or alphabet ** (length - 1) < needed


def test_twenty_three_birthdays():
    """253 pairs of 365: 1 - e^(-253/365) = 1 - e^-0.693151 = 0.500002."""
    found = run("collisions", ids="23", length="1", alphabet="365")
    assert found["pairs"].value == pytest.approx(253 / 365)
    assert found["odds"].value == pytest.approx(0.500002, rel=1e-6)
    assert found["half"].value == pytest.approx(23.0, abs=0.01)


def test_random_uuids():
    """2^122: half a chance at sqrt(2 N ln 2) = 1.17741 * 2^61 = 2.715e18; a billion: 9.4e-20."""
    found = run("collisions", ids="1G", length="122", alphabet="bits")
    assert found["half"].value == pytest.approx(1.1774100 * 2**61, rel=1e-6)
    assert found["odds"].value == pytest.approx(1e18 / 2**123, rel=1e-8, abs=0.0)
    assert found["one_percent"].value == pytest.approx(math.sqrt(2 * 0.0100503358) * 2**61)


def test_so_many_ids_bring_the_chance_that_they_are_said_to_bring():
    for name, chance in (("one_percent", 0.01), ("half", 0.5)):
        ids = run("collisions", ids="1", length="7")[name].value
        again = run("collisions", ids=repr(ids), length="7")
        assert again["odds"].value == pytest.approx(chance, rel=1e-9)


@pytest.mark.parametrize(
    ("ids", "odds"), [("0", 0.0), ("1", 0.0), ("0.5", 0.0), ("3", 1.0), ("1e150", 1.0)]
)
def test_the_ends_of_the_chance(ids, odds):
    """Of three ids in a space of two, a pair is certain."""
    assert run("collisions", ids=ids, length="1", alphabet="2")["odds"].value == odds


@pytest.mark.parametrize(
    ("name", "given", "where"),
    [
        ("id-space", {"length": "0"}, "length"),
        ("id-space", {"length": "7.5"}, "length"),
        ("id-space", {"length": "7", "alphabet": "1"}, "alphabet"),
        ("id-space", {"length": "7", "alphabet": "base63"}, "alphabet"),
        ("id-space", {"length": "7", "alphabet": "5 MB"}, "alphabet"),
        ("id-space", {"length": "7", "rate": "0/s"}, "rate"),
        ("id-length", {"ids": "0"}, "ids"),
        ("id-length", {"ids": "1e200"}, "ids"),
        ("collisions", {"ids": "1e200", "length": "7"}, "ids"),
        ("collisions", {"ids": "1 to 2", "length": "7"}, "ids"),
    ],
)
def test_what_is_no_id_space_is_refused(name, given, where):
    with pytest.raises(UnitError) as caught:
        run(name, **given)
    assert caught.value.where == where


def test_an_unknown_alphabet_names_the_nearest():
    with pytest.raises(UnitError) as caught:
        run("id-space", length="7", alphabet="base6")
    assert "base62" in caught.value.fix


def test_a_space_beyond_a_float_is_an_error():
    with pytest.raises(InputError, match="too large"):
        run("id-space", length="1000")
