"""Reading and writing design files."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcli.core.errors import FaultsFound, InputError
from sdcli.design import (
    Assumption,
    Attribute,
    Component,
    Cost,
    CostItem,
    Decision,
    Design,
    Endpoint,
    Entity,
    Estimate,
    EvidenceRun,
    Failure,
    Flow,
    Functional,
    Growth,
    Option,
    Price,
    Quality,
    Requirements,
    Risk,
    Rollout,
    Stage,
    Topic,
    Watched,
    dump,
    load,
    parse,
)

WHOLE = """\
schema: sdcli/1
id: url-shortener
title: URL shortener
nouns: [link, redirect]
requirements:
  functional: [{id: F1, text: shorten a URL, priority: must}]
  quality: [{id: Q1, metric: ring.balance.peak_to_mean, of: ring, op: "<=", target: 1.25}]
assumptions:
  writes: {value: 100M to 200M link/month, source: product brief}
  read_ratio: {value: 100}
estimates:
  write_rate: {formula: writes, unit: link/s}
components:
  ring:
    kind: hash-ring
    params: {nodes: 8, vnodes: 160}
    evidence: [{run: ring.balance, with: {keys: 1M}}]
  store: {kind: kv-store}
flows: {redirect: client -> ring | store}
"""


def test_a_design_is_read_with_its_numbers_as_text():
    design = parse(WHOLE, "design.yaml").design
    assert design.components["ring"].params == {"nodes": "8", "vnodes": "160"}
    assert design.assumptions["read_ratio"].value == "100"
    assert design.requirements.quality[0].target == "1.25"
    assert design.components["ring"].evidence[0].with_ == {"keys": "1M"}
    assert design.components["ring"].evidence[0].seed == 7
    assert design.flows["redirect"].hops == (("client",), ("ring", "store"))


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("title: URL", "titel: URL", 3, "did you mean title?"),
        ("priority: must", "prio: must", 6, "unknown key 'prio'"),
        ("params:", "parms:", 16, "did you mean params?"),
        ("run: ring.balance", "rum: ring.balance", 17, "did you mean run?"),
        ("{kind: kv-store}", "kv-store", 18, "must be a mapping"),
        ("{value: 100}", "100", 10, "{value: 100M link/month, source: product brief}"),
        ("{formula: writes, unit: link/s}", "writes", 12, "{formula: writes, unit: link/s}"),
        ("nouns: [link, redirect]", "nouns: link", 4, "must be a list"),
        ("priority: must", "priority: msut", 6, "did you mean must?"),
        ("title: URL shortener", "title: [URL]", 3, "must be text"),
        ("id: url-shortener", "id: URL shortener", 2, "not a name like short-links"),
        ("store: {kind", "my-store: {kind", 18, "not a name like write_rate"),
        ('op: "<="', 'op: "=<"', 7, "not one of"),
        ("{keys: 1M}}", "{keys: 1M}, seed: -1}", 17, "whole number"),
    ],
)
def test_each_fault_of_form_has_its_line_and_its_remedy(old, new, line, words):
    assert old in WHOLE
    with pytest.raises(FaultsFound) as caught:
        parse(WHOLE.replace(old, new), "design.yaml")
    fault = caught.value.faults[0]
    assert fault.line == line
    assert words in fault.render()


def test_all_faults_of_form_are_found_at_once():
    text = WHOLE.replace("title:", "titel:").replace("params:", "parms:")
    with pytest.raises(FaultsFound) as caught:
        parse(text, "design.yaml")
    assert [fault.key for fault in caught.value.faults] == ["titel", "components.ring.parms"]


def test_of_very_many_faults_the_first_are_named_and_the_rest_counted():
    text = WHOLE + "".join(f"unheard_of_{i}: 1\n" for i in range(900))
    with pytest.raises(FaultsFound) as caught:
        parse(text, "design.yaml")
    assert len(caught.value.faults) == 201
    assert caught.value.faults[-1].message == "and 700 faults or more from here on"


def test_a_newer_schema_is_refused_in_a_sentence():
    with pytest.raises(InputError) as caught:
        parse(WHOLE.replace("sdcli/1", "sdcli/2") + "unheard_of: 1\n", "design.yaml")
    assert "a newer sdcli wrote this design (sdcli/2)" in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("text", ["", "[]", "just text", "id: x", "schema: sdcli-answers/1"])
def test_what_is_no_design_is_said_to_be_none(text):
    with pytest.raises(FaultsFound):
        parse(text, "design.yaml")


@pytest.mark.parametrize(
    "text",
    [
        WHOLE.replace(
            "title: URL shortener\n",
            "<<<<<<< HEAD\ntitle: A\n=======\ntitle: B\n>>>>>>> theirs\n",
        ),
        # inside a block of text YAML itself would not notice
        WHOLE + "summary: |\n  a\n<<<<<<< HEAD\n  b\n=======\n  c\n>>>>>>> theirs\n",
    ],
)
def test_a_merge_conflict_is_named_as_such_with_its_line(text):
    with pytest.raises(FaultsFound) as caught:
        parse(text, "design.yaml")
    fault = caught.value.faults[0]
    assert "merge conflict" in fault.message
    assert text.splitlines()[fault.line - 1].startswith("<<<<<<<")


def test_reading_from_a_file_names_the_file(tmp_path):
    path = tmp_path / "design.yaml"
    path.write_text("schema: sdcli/1\nid: x\n")
    with pytest.raises(FaultsFound) as caught:
        load(path)
    assert caught.value.faults[0].file == str(path)


def test_numbers_are_written_as_numbers_and_flows_as_lines():
    text = dump(parse(WHOLE, "design.yaml").design)
    assert "nodes: 8\n" in text
    assert "target: 1.25\n" in text
    assert "redirect: client -> ring | store\n" in text
    assert "origin: typed\n" in text


_text = st.text(
    alphabet=st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=40
) | st.sampled_from(["1", "1.50", "true", "null", "-", "a: b", "#", "'", '"', "1e5", "a\nb\n", "~"])
_name = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
_origin = st.sampled_from(["typed", "accepted"])
_label = st.from_regex(r"[A-Z][0-9]{1,2}", fullmatch=True)
_params = st.dictionaries(_name, _text, max_size=3)
_fields = st.dictionaries(
    _name, st.builds(Attribute, type=_text, size=_text, key=st.booleans()), max_size=2
)
_option = st.builds(Option, name=_text, text=_text, with_=_params, values=_params)


@st.composite
def designs(draw: st.DrawFn) -> Design:
    return Design(
        id="any",
        title=draw(_text),
        owners=tuple(draw(st.lists(_text, max_size=2))),
        summary=draw(_text),
        requirements=Requirements(
            functional=tuple(
                draw(st.lists(st.builds(Functional, id=_label, text=_text), max_size=2))
            ),
            quality=tuple(draw(st.lists(st.builds(Quality, id=_label, target=_text), max_size=2))),
        ),
        out_of_scope=tuple(draw(st.lists(_text, max_size=2))),
        assumptions=draw(
            st.dictionaries(
                _name, st.builds(Assumption, value=_text, source=_text, origin=_origin), max_size=2
            )
        ),
        estimates=draw(
            st.dictionaries(
                _name, st.builds(Estimate, formula=_text, unit=st.none() | _text), max_size=2
            )
        ),
        components=draw(
            st.dictionaries(
                _name,
                st.builds(
                    Component,
                    kind=_name,
                    params=_params,
                    algorithm=st.none() | _text,
                    evidence=st.lists(
                        st.builds(EvidenceRun, run=_name, with_=_params, seed=st.integers(0, 9)),
                        max_size=2,
                    ),
                    origin=_origin,
                ),
                max_size=2,
            )
        ),
        flows=draw(
            st.dictionaries(
                _name, st.builds(Flow, path=_text, rate=_text, origin=_origin), max_size=2
            )
        ),
        api=tuple(draw(st.lists(st.builds(Endpoint, call=_text, request=_text), max_size=2))),
        data=draw(
            st.dictionaries(_name, st.builds(Entity, fields=_fields, rows=_text), max_size=2)
        ),
        growth=Growth(
            horizon=draw(_text),
            rates=draw(_params),
            watch=tuple(draw(st.lists(st.builds(Watched, estimate=_name), max_size=2))),
        ),
        failures=tuple(draw(st.lists(st.builds(Failure, id=_label, mode=_text), max_size=2))),
        decisions=tuple(
            draw(
                st.lists(
                    st.builds(
                        Decision,
                        id=_label,
                        choice=_text,
                        context=_text,
                        options=st.lists(_option, max_size=2),
                        compare=_params,
                    ),
                    max_size=2,
                )
            )
        ),
        rollout=Rollout(
            stages=tuple(draw(st.lists(st.builds(Stage, stage=_text), max_size=2))),
            rollback=draw(_text),
        ),
        cost=Cost(
            items=tuple(
                draw(
                    st.lists(st.builds(CostItem, text=_text, price=_text, amount=_text), max_size=2)
                )
            ),
            prices=draw(
                st.dictionaries(_name, st.builds(Price, value=_text, as_of=_text), max_size=2)
            ),
        ),
        glossary=draw(_params),
        risks=tuple(draw(st.lists(st.builds(Risk, id=_label, text=_text), max_size=2))),
        discussion=tuple(draw(st.lists(st.builds(Topic, topic=_text, text=_text), max_size=2))),
    )


def _settled(design: Design) -> Design:
    """What the model keeps of optional texts that are empty: an empty one reads back as absent."""
    parts = {
        name: part.model_copy(update={"algorithm": part.algorithm or None})
        for name, part in design.components.items()
    }
    estimates = {
        name: part.model_copy(update={"unit": part.unit or None})
        for name, part in design.estimates.items()
    }
    return design.model_copy(update={"components": parts, "estimates": estimates})


@given(designs())
def test_what_is_written_reads_back_as_the_same_design(design: Design) -> None:
    assert _settled(parse(dump(design), "x").design) == _settled(design)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("growth: [1]", "growth: this must be a mapping of keys to values; fix: keys are horizon"),
        ("data: {link: {fields: {code: text}}}", "fix: keys are type, size, key, refers, text"),
        ("data: {a: {fields: {b: {type: c, key: maybe}}}}", "this must be true or false"),
        ("api: {a: b}", "api: this must be a list"),
        ("goals: fast", "goals: this must be a list; fix: [fast]"),
        ("failures: [{id: X1}]", "failures[0].mode: this key is missing"),
        ("decisions: [{id: D1, choice: a, options: [{nmae: a}]}]", "did you mean name?"),
        ("cost: {items: [{text: a, prise: core, amount: 1}]}", "did you mean price?"),
        ("rollout: {stage: one}", "did you mean stages?"),
        ("growth: {watch: [{estimat: a}]}", "did you mean estimate?"),
        (
            "requirements: {quality: [{id: Q1, metric: a.b, op: =<, target: 3}]}",
            "'=<' is not one of <=, >=, <, >",
        ),
        (
            "assumptions: {a: {value: 3, confidence: hihg}}",
            "'hihg' is not one of low, medium, high; fix: did you mean high?",
        ),
    ],
)
def test_a_wrong_form_of_the_newer_parts_is_explained(text, words):
    with pytest.raises(FaultsFound) as caught:
        parse(f"schema: sdcli/1\nid: x\ntitle: X\n{text}\n", "design.yaml")
    assert words in caught.value.render()
    assert "design.yaml:4" in caught.value.render()
