"""The JSON Schema for editors says what the model accepts."""

from __future__ import annotations

from sdcli.design import KINDS, json_schema


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
