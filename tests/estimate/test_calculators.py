"""Every calculator of the registry: described, sourced, and shown as it is computed.

The inputs are those of its own documented example, so that a calculator that is added is tested
without a line here.
"""

from __future__ import annotations

import doctest
import inspect
import json
import sys
from functools import cache

import pytest

from sdcli.core.errors import InputError
from sdcli.estimate import registry
from sdcli.estimate.anchors import anchor
from sdcli.estimate.calculator import Calculator
from sdcli.estimate.kinds import displayed, each
from sdcli.estimate.numbers import shipped
from sdcli.estimate.signature import described
from sdcli.units import Quantity, UnitError, quantity
from sdcli.units.conventions import DEFAULT, Conventions
from sdcli.units.spread import between

NAMES = registry.names()
ROUND = Conventions(100_000.0, 25.0, 300.0)  # none of them the usual one
NEVER = quantity("$1") * quantity("1 s")  # no calculator asks for money times time


@cache
def documented(name):
    """The arguments of the first call in the docstring of a calculator."""
    calculator = registry.get(name)
    calls = []

    def recorded(**values):
        calls.append(values)
        return getattr(module, calculator.function.__name__)(**values)

    module = sys.modules[calculator.function.__module__]
    names = {**vars(module), calculator.function.__name__: recorded}
    for example in doctest.DocTestParser().get_examples(inspect.getdoc(calculator.function)):
        exec(compile(example.source, name, "single"), names)
    return calls[0]


@pytest.fixture(params=NAMES)
def calculator(request):
    return registry.get(request.param)


def kind_of_one(parameter):
    """What a parameter takes, or each of its values where it takes several."""
    return getattr(parameter.kind, "item", parameter.kind)


def test_the_registry_names_its_modules_and_functions():
    for name in NAMES:
        assert registry.get(name).name == name


def test_an_unknown_calculator_names_the_nearest():
    with pytest.raises(InputError) as caught:
        registry.get("trafic")
    assert caught.value.fix == "did you mean traffic?"
    assert "in-flight" in caught.value.expected
    assert registry.get("in_flight") is registry.get("in-flight")


def test_it_says_what_it_is_and_where_it_comes_from(calculator):
    assert calculator.title
    assert calculator.formula
    assert calculator.source
    assert calculator.summary.endswith((".", ")."))
    assert documented(calculator.name), "its docstring has an example that can be run"
    sections = inspect.getdoc(calculator.function)
    assert all(f"\n{part}:\n" in sections for part in ("Args", "Returns", "Raises"))


def test_it_describes_what_it_asks_for_and_gives_and_nothing_else(calculator):
    told = described(inspect.getdoc(calculator.function), "Args")
    assert list(told) == [one.name for one in calculator.parameters]
    assert all(one.help.endswith(".") for one in (*calculator.parameters, *calculator.outputs))
    assert all(one.formula or not one.otherwise for one in calculator.outputs)


def test_the_example_of_each_parameter_works(calculator):
    """The example that an error shows is taken, as it stands, by the parameter that shows it."""
    required = {one.name: one.kind.example for one in calculator.parameters if one.required}
    for one in calculator.parameters:
        values = calculator.bind({**required, one.name: one.kind.example})
        assert one.kind.accept(values[one.name], one.name).value is not None


def test_the_example_of_a_calculator_works(calculator):
    """It has all that is required, and gives an answer as it stands."""
    required = {one.name for one in calculator.parameters if one.required}
    assert required <= set(calculator.example)
    outcome = calculator.run(calculator.bind(calculator.example))
    assert outcome.outputs
    assert set(outcome.inputs) >= set(calculator.example)


def test_every_anchor_that_is_declared_names_a_resource(calculator):
    """With every parameter given as in its example, so that no output is left out."""
    anchored = [one for one in calculator.outputs if one.anchor]
    if not anchored:
        return
    every = {one.name: one.kind.example for one in calculator.parameters}
    outputs = calculator.run(calculator.bind(every)).outputs
    for one in anchored:
        found = anchor(outputs[one.name], one.anchor)
        assert found is not None, one.name
        assert found.text


def test_every_capacity_stands_beside_some_result():
    told = {one.anchor for name in NAMES for one in registry.get(name).outputs}
    assert {one.resource for one in shipped().capacities.values()} == told - {""}


def test_a_default_is_of_its_kind_and_reads_back(calculator):
    """It is read again where a day or a year is another one."""
    for one in calculator.parameters:
        if one.default:
            assert not one.required
            value = one.kind.accept(one.kind.read(one.default, one.name), one.name).value
            assert (
                one.kind.accept(one.kind.read(displayed(value), one.name), one.name).value == value
            )


def test_a_wrong_kind_is_refused_with_where_given_expected(calculator):
    for one in calculator.parameters:
        with pytest.raises(UnitError) as caught:
            calculator.run({**documented(calculator.name), one.name: NEVER})
        assert caught.value.where == one.name
        assert caught.value.given == f"{NEVER}\nmoney × time"
        kind = kind_of_one(one)
        assert caught.value.expected == f"{kind.name}, like {kind.example}"


def test_an_amount_below_zero_is_refused(calculator):
    values = documented(calculator.name)
    inputs = calculator.run(values).inputs
    for one in calculator.parameters:
        value = each(inputs[one.name])[0] if one.name in inputs else None
        if value is None or value.value == 0:
            value = quantity(kind_of_one(one).example)
        with pytest.raises(UnitError) as caught:
            calculator.run({**values, one.name: -value})
        assert caught.value.where == one.name


def test_what_is_missing_is_named(calculator):
    required = [one for one in calculator.parameters if one.required]
    for one in required:
        given = {other.name: other.kind.example for other in required if other is not one}
        with pytest.raises(InputError, match=f"{one.option} is missing") as caught:
            calculator.bind(given)
        assert one.kind.example in caught.value.expected


def test_a_parameter_that_it_has_not_is_refused(calculator):
    with pytest.raises(InputError) as caught:
        calculator.bind({"colour": "3"})
    assert caught.value.given == "colour"


@pytest.mark.parametrize("conventions", [DEFAULT, ROUND], ids=["usual", "round"])
def test_the_formula_that_is_shown_is_what_is_computed(calculator, conventions, same_as_shown):
    """Nothing is shown by it for the outputs whose function evaluates that formula itself.

    These are the items and `per_year` of cost, and `bits` of id-space: their tables by hand, in
    calculators/test_cost.py and test_id_space.py, are what holds them.
    """
    typed = {name: displayed(value) for name, value in documented(calculator.name).items()}
    values = calculator.bind(typed, conventions=conventions)
    same_as_shown(calculator.run(values))


def test_every_line_of_the_working_ends_in_its_result(calculator):
    outcome = calculator.run(documented(calculator.name))
    for line in outcome.working:
        steps = line.split(" = ")
        assert steps[-1] == outcome.outputs[steps[0]].summary()
        assert len(set(steps)) == len(steps), "no step repeats another"


def spread_out(value, name):
    """The value from a tenth below to a tenth above."""
    near = between(abs(value.value) * 0.9, abs(value.value) * 1.1, name)
    return value.apply(lambda _: near)


def test_ranges_flow_through(calculator):
    """Or are refused in so many words: where one number is needed, or past a bound."""
    values = documented(calculator.name)
    certain = calculator.run(values)
    for one in calculator.parameters:
        value = each(certain.inputs[one.name])[0] if one.name in certain.inputs else None
        if value is None or value.value == 0:
            continue
        wide = spread_out(value, one.name)
        uncertain = {**values, one.name: wide}
        kind = kind_of_one(one)
        if kind.certain or wide.high > kind.most or wide.low < kind.least:
            with pytest.raises(UnitError, match=r"one number, not a range|this must be"):
                calculator.run(uncertain)
            continue
        outputs = calculator.run(uncertain).outputs
        assert list(outputs) == list(certain.outputs)
        assert any(part.is_range for part in outputs.values()), f"{one.name} moves nothing"
        assert all(part.low <= part.value <= part.high for part in outputs.values())


def test_an_outcome_is_plain_data(calculator):
    outcome = calculator.run(documented(calculator.name))
    given = {name: one for name, value in outcome.inputs.items() for one in each(value)}
    amounts = {**given, **outcome.outputs}
    assert all(isinstance(value, Quantity) for value in amounts.values())
    text = json.dumps(
        {
            "amounts": {name: [one.value, one.unit, str(one)] for name, one in amounts.items()},
            "assumed": outcome.assumed,
            "working": outcome.working,
            "conventions": outcome.conventions,
        },
        allow_nan=False,
    )
    assert json.loads(text)["working"] == list(outcome.working)


def test_defaults_are_said_to_be_assumed(calculator):
    values = documented(calculator.name)
    defaults = {one.name for one in calculator.parameters if one.default}
    assert set(calculator.run(values).assumed) >= defaults - set(values)


def test_without_docstrings_there_is_no_help_and_every_answer(monkeypatch):
    """As under PYTHONOPTIMIZE=2."""
    little = registry.get("in-flight")
    bare = Calculator(
        little.function, title=little.title, formula=little.formula, source=little.source
    )
    monkeypatch.setattr(inspect, "getdoc", lambda _: None)
    assert [one.help for one in (*bare.parameters, *bare.outputs)] == ["", "", ""]
    assert bare.summary == ""
    assert str(bare.run(bare.bind(bare.example)).outputs["inside"]) == "10k request"
