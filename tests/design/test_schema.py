"""The JSON Schema for editors says what the model accepts."""

from __future__ import annotations

import jsonschema
import pytest

from sdcli.core import yaml
from sdcli.core.folders import shipped
from sdcli.design import KINDS, json_schema

ROOT = shipped("templates").parent
DESIGNS = sorted([*ROOT.glob("examples/designs/*/design.yaml"), *ROOT.glob("templates/patterns/*")])


def test_unknown_keys_are_refused_everywhere():
    schema = json_schema()
    assert schema["additionalProperties"] is False
    assert all(part["additionalProperties"] is False for part in schema["$defs"].values())


def test_the_kinds_and_the_keys_of_the_file_are_spelled_out():
    schema = json_schema()
    assert schema["required"] == ["schema", "id", "title"]
    assert schema["$defs"]["Component"]["properties"]["kind"]["enum"] == list(KINDS)
    assert "with" in schema["$defs"]["EvidenceRun"]["properties"]


def test_a_flow_may_be_a_line_and_a_value_may_be_a_number():
    schema = json_schema()
    assert {"type": "string"} in schema["properties"]["flows"]["additionalProperties"]["anyOf"]
    value = schema["$defs"]["Assumption"]["properties"]["value"]
    assert "number" in value["type"]


def judge(text: str) -> list[str]:
    """What an editor that knows the schema would underline."""
    data = yaml.parse(text, "design.yaml").data
    validator = jsonschema.Draft202012Validator(json_schema())
    return [error.message for error in validator.iter_errors(data)]


def test_it_is_a_schema_of_its_dialect():
    jsonschema.Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize("path", DESIGNS, ids=lambda path: path.parent.name + "/" + path.stem)
def test_what_the_program_takes_an_editor_takes_too(path):
    assert judge(path.read_text()) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("components: {a: {kind: cahce}}", "'cahce' is not one of"),
        ("components: {a: {kind: cache, params: {sise: 1 GB}}}", "'sise' was unexpected"),
        ("components: {a: {kind: queue, params: {delivery: twice}}}", "'twice' is not one of"),
        ("components: {client: {kind: cache}}", "should not be valid"),
        ("decisions: [{id: D1, choice: a, options: [{nmae: a}]}]", "is not valid under any"),
        ("data: {link: {fields: {id: {type: text, siez: 7 B}}}}", "'siez' was unexpected"),
        ("growth: {rate: {writes: 5 %/month}}", "'rate' was unexpected"),
    ],
)
def test_what_an_editor_underlines(text, words):
    found = judge(f"schema: sdcli/1\nid: x\ntitle: X\n{text}\n")
    assert any(words in message for message in found), found
