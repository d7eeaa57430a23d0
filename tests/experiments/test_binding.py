"""What people and designs write becomes parameters, or an error that says what works."""

from __future__ import annotations

from typing import Any

import pytest

from sdcli.core.errors import InputError
from sdcli.experiments import get, names
from sdcli.experiments.binding import example, expected
from sdcli.units import quantity

RING = get("ring.balance")
LIMITER = get("limiter.burst")


@pytest.mark.parametrize(
    ("name", "given", "bound"),
    [
        ("vnodes", 160, 160),
        ("vnodes", 160.0, 160),
        ("vnodes", "160", 160),
        ("vnodes", " 160 ", 160),
        ("vnodes", "1k", 1000),
        ("keys", "1M", 1_000_000),
        ("keys", "1M key", 1_000_000),
        ("keys", quantity("1M"), 1_000_000),
        ("keys", quantity("200M key", nouns=["key"]), 200_000_000),
        ("keys", quantity("1000000.4"), 1_000_000),  # a computed count: rounded by a thousandth
        ("hash", "xxh3", "xxh3"),
    ],
)
def test_whole_numbers_and_words(name: str, given: Any, bound: Any) -> None:
    value = getattr(RING.bind({name: given}), name)
    assert value == bound
    assert type(value) is type(bound)


@pytest.mark.parametrize(
    ("name", "given", "bound"),
    [
        ("rate", 250, 250.0),
        ("rate", "250", 250.0),
        ("rate", "250 request/s", 250.0),
        ("rate", "6000 request/min", 100.0),
        ("rate", quantity("3600 request/hour"), 1.0),
        ("window", "2 min", 120.0),
        ("window", quantity("500 ms"), 0.5),
        ("burst", "20 request", 20),
        ("burst", quantity("20 request"), 20),
        ("burst", quantity("2 request/s * 10 s"), 20),
    ],
)
def test_quantities_come_in_the_declared_unit(name: str, given: Any, bound: Any) -> None:
    value = getattr(LIMITER.bind({name: given}), name)
    assert value == pytest.approx(bound, rel=1e-12)
    assert type(value) is type(bound)


def test_a_range_stands_for_its_median() -> None:
    # 90 % between 50 and 200: lognormal, the median is the geometric mean, 100
    assert LIMITER.bind({"rate": quantity("50 to 200 request/s")}).rate == pytest.approx(100)


@pytest.mark.parametrize(
    ("name", "given", "what"),
    [
        ("vnodes", 0, "out of bounds"),
        ("vnodes", -1, "out of bounds"),
        ("vnodes", 10**400, "out of bounds"),
        ("vnodes", 1.5, "not a whole number"),
        ("vnodes", "1.5", "not a whole number"),
        ("vnodes", "nan", "not a finite number"),
        ("vnodes", "many", ""),
        ("vnodes", "", ""),
        ("vnodes", "5 GB", "not a plain number"),
        ("vnodes", quantity("5 GB"), "not a plain number"),
        ("vnodes", True, "not a number"),
        ("vnodes", None, "not a number"),
        ("vnodes", [160], "not a number"),
        ("nodes", "8 request", "this is no number of nodes"),
        ("hash", "md5", "not one of the choices"),
        ("hash", 5, "not one of the choices"),
        ("vnode", 160, "no such parameter"),
    ],
)
def test_what_cannot_be_is_refused_with_an_example(name: str, given: Any, what: str) -> None:
    with pytest.raises(InputError) as caught:
        RING.bind({name: given})
    assert what in caught.value.what
    assert caught.value.where == name
    assert caught.value.expected


@pytest.mark.parametrize(
    ("name", "given"), [("rate", "40 MB/s"), ("window", "3 request"), ("burst", "5 s")]
)
def test_another_kind_is_refused_by_name(name: str, given: str) -> None:
    with pytest.raises(InputError) as caught:
        LIMITER.bind({name: given})
    assert caught.value.where == name


def test_the_error_reads_like_every_error_of_the_house() -> None:
    with pytest.raises(InputError) as caught:
        LIMITER.bind({"rate": "40 MB/s"})
    rendered = caught.value.render()
    assert rendered.startswith("error: rate: this is no rate of requests\n")
    assert (
        "expected: a quantity from 1e-06 to 1,000,000,000 request/s, like 100 request/s" in rendered
    )


def test_what_has_two_readings_is_told_with_both() -> None:
    with pytest.raises(InputError) as caught:
        get("kv.path").bind({"value_size": "1B"})
    assert caught.value.render().splitlines() == [
        'error: value_size: "1B" has two readings',
        "   given: 1B",
        "expected: 1 B for bytes, or 1 billion",
        "          a quantity from 1 to 67,108,864 B, like 100 B",
    ]
    assert get("kv.path").bind({"value_size": "1 B"}).value_size == 1


def test_a_bound_of_many_noughts_is_written_out() -> None:
    with pytest.raises(InputError) as caught:
        get("kv.bloom").bind({"keys": 1})
    assert caught.value.expected == "a whole number from 100 to 1,000,000,000,000,000, like 50,000"


@pytest.mark.parametrize(
    ("run", "name", "given", "what", "expected"),
    [
        ("ring.plan", "nodes", "3 GB", "no number of nodes", "a whole number from 1 to 10,000"),
        ("ring.plan", "data", "1 min", "no amount of data", "a quantity from 1 to 1e+21 B, like "),
        ("ring.plan", "bandwidth", "1 TB", "no bandwidth", "B/s, like "),
        ("limiter.burst", "window", "3 GB", "no length of time", "s, like 1 s"),
        ("ring.hotkey", "bound", "2 GB", "not a plain number", "a number from 1 to 100, like 1.25"),
        ("ring.hotkey", "skew", "9", "out of bounds", "a number from 0 to 4, like 1.1"),
    ],
)
def test_an_error_is_in_the_words_of_what_the_parameter_counts(run, name, given, what, expected):
    with pytest.raises(InputError) as caught:
        get(run).bind({name: given})
    assert what in caught.value.what
    assert expected in caught.value.expected
    assert " ," not in caught.value.expected


def test_an_unknown_parameter_gets_a_suggestion() -> None:
    with pytest.raises(InputError) as caught:
        RING.bind({"vnode": 5})
    assert "did you mean vnodes?" in caught.value.fix
    assert caught.value.expected == "nodes, vnodes, keys, hash"


def test_every_example_works() -> None:
    for experiment in map(get, names()):
        for param in experiment.parameters:
            assert experiment.bind({param.name: example(param)}) == experiment.bind({})
            assert expected(param)
