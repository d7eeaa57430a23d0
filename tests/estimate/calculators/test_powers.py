"""Powers of two, to the last digit."""

from __future__ import annotations

import pytest

from sdcli.estimate import registry
from sdcli.estimate.calculators.powers import rows
from sdcli.units import UnitError, quantity


def run(exponent):
    found = registry.get("powers")
    outcome = found.run(found.bind({"exponent": exponent}))
    return {name: str(value) for name, value in outcome.outputs.items()}


@pytest.mark.parametrize(
    ("exponent", "shown"),
    [
        ("0", ["1", "1", "0%", "1 B", "1 B"]),
        ("10", ["1,024", "1k", "2.4%", "1 KiB", "1.024 KB"]),
        ("16", ["65,536", "64k", "2.4%", "64 KiB", "65.54 KB"]),
        ("20", ["1,048,576", "1M", "4.858%", "1 MiB", "1.049 MB"]),
        ("30", ["1,073,741,824", "1G", "7.374%", "1 GiB", "1.074 GB"]),
        ("32", ["4,294,967,296", "4G", "7.374%", "4 GiB", "4.295 GB"]),
        ("40", ["1,099,511,627,776", "1T", "9.951%", "1 TiB", "1.1 TB"]),
        ("64", ["18,446,744,073,709,551,616", "1.6e19", "15.29%", "16 EiB", "18.45 EB"]),
        ("69", ["590,295,810,358,705,651,712", "5.12e20", "15.29%", "512 EiB", "590.3 EB"]),
    ],
)
def test_a_power_of_two(exponent, shown):
    found = run(exponent)
    assert list(found) == ["exact", "near", "over", "binary_bytes", "decimal_bytes"]
    assert list(found.values()) == shown


def test_the_largest_has_all_its_digits_and_no_prefix_for_bytes():
    found = run("128")
    assert found["exact"] == "340,282,366,920,938,463,463,374,607,431,768,211,456"
    assert "binary_bytes" not in found
    assert "decimal_bytes" not in run("70")  # 1024 EiB


@pytest.mark.parametrize("exponent", range(129))
def test_what_is_shown_reads_back(exponent):
    shown = run(str(exponent))
    assert quantity(shown["exact"]).value == 2.0**exponent
    near, over = quantity(shown["near"]).value, quantity(shown["over"]).value
    assert near * (1 + over) == pytest.approx(2.0**exponent, rel=1e-3)


@pytest.mark.parametrize("exponent", ["-1", "129", "1.5", "5 MB", "1 to 3"])
def test_other_exponents_are_refused(exponent):
    with pytest.raises(UnitError) as caught:
        run(exponent)
    assert caught.value.where == "exponent"


def test_the_table_goes_up_in_steps_of_a_thousand():
    assert [exponent for exponent, _ in rows()] == [10, 20, 30, 40, 50, 60]
    assert [f"{float(f'{power.over.value:.3g}'):.1%}" for _, power in rows()] == [
        *("2.4%", "4.9%", "7.4%", "10.0%", "12.6%", "15.3%"),
    ]
