"""What the text of a parameter is worth."""

from __future__ import annotations

import pytest

from sdcli.core.errors import InputError
from sdcli.design import KINDS, Component, ParamSpec, setting_value, settings
from sdcli.units import Quantity, quantity

ENV = {"data": quantity("7.3 TB"), "users": quantity("1000 user"), "hosts": quantity("5 to 20")}
COUNT = ParamSpec("integer", "how many", unit="node", bounds=(1, None))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("8", 8),
        ("1M", 1_000_000),
        ("2 * 4", 8),
        ("ceil(data / 1 TB)", 8),  # 7.3 rounded up
        ("hosts", 10),  # the median of 5 to 20 is sqrt(5 * 20) = 10
        ("ceil(users / (300 user/node))", 4),  # 3.33 nodes rounded up; node is its own noun
    ],
)
def test_a_count_is_a_whole_number_or_a_formula_that_gives_one(text, expected):
    assert setting_value(COUNT, text, env=ENV, nouns=["node"], where="nodes") == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("7.5", "ceil(7.5)"),
        ("data", "not a plain number"),
        ("users", "not a plain number"),
        ("0", "1 or more"),
        ("-3", "1 or more"),
        ("dta", "did you mean data?"),
        ("8 +", "expected"),
        ("", "expected"),
    ],
)
def test_what_is_no_count_is_refused(text, words):
    with pytest.raises(InputError) as caught:
        setting_value(COUNT, text, env=ENV, nouns=["node"], where="nodes")
    assert words in caught.value.render()
    assert caught.value.where == "nodes"


def test_a_quantity_must_have_the_dimension_of_its_unit():
    size = KINDS["cache"].params["size"]
    found = setting_value(size, "data / 10", env=ENV, where="size")
    assert isinstance(found, Quantity)
    assert found.in_unit("GB") == pytest.approx(730)  # 7.3 TB / 10
    with pytest.raises(InputError):
        setting_value(size, "5 s", env=ENV, where="size")


def test_a_share_may_be_a_percentage_and_stays_between_none_and_all():
    share = KINDS["cache"].params["hit_share"]
    found = setting_value(share, "80 %", env={}, where="hit_share")
    assert isinstance(found, Quantity)
    assert found.value == pytest.approx(0.8)
    with pytest.raises(InputError, match="out of bounds"):
        setting_value(share, "1.1", env={}, where="hit_share")


def test_without_names_a_formula_waits_and_a_number_does_not():
    assert setting_value(COUNT, "ceil(data / 1 TB)", env=None, where="nodes") is None
    with pytest.raises(InputError):
        setting_value(COUNT, "7.5", env=None, where="nodes")


def test_settings_are_all_parameters_of_the_kind_given_or_not():
    component = Component(kind="hash-ring", params={"vnodes": "2 * 80"})
    found = settings(component, {})
    assert list(found) == ["nodes", "vnodes", "hash", "replicas", "bound"]
    assert [(one.value, one.given) for one in found.values()] == [
        (8, False),
        (160, True),
        ("blake2b", False),
        (None, False),
        (None, False),
    ]


def test_settings_know_which_estimates_a_formula_uses():
    component = Component(kind="cache", params={"size": "data / 10", "ttl": "1 day"})
    found = settings(component, ENV)
    assert found["size"].uses == {"data"}
    assert found["ttl"].uses == frozenset()
    assert found["nodes"].value is None


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_every_default_is_valid_for_its_own_parameter(kind):
    for name, spec in kind.params.items():
        assert spec.help
        if spec.default is not None:
            assert setting_value(spec, spec.default, env={}, where=name) is not None


def test_a_count_that_nobody_has_is_out_of_bounds():
    spec = KINDS["service"].params["instances"]
    with pytest.raises(InputError, match="out of bounds"):
        setting_value(spec, "1e300", env={}, where="instances")
