"""The JSON Schema of a design file, so that editors complete and check it while one types."""

from __future__ import annotations

from typing import Any

from sdcli.design.kinds import KINDS, ParamSpec
from sdcli.design.model import CLIENT, FLOW, NAME, Design

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """The schema: what the model accepts, with the kinds and the forms of names spelled out."""
    schema = Design.model_json_schema(by_alias=True)
    properties, parts = schema["properties"], schema["$defs"]
    for key in ("assumptions", "estimates", "components"):
        properties[key]["propertyNames"] = {"pattern": f"^{NAME.pattern}$"}
    properties["components"]["propertyNames"]["not"] = {"const": CLIENT}
    flow = properties["flows"]["additionalProperties"]
    properties["flows"]["additionalProperties"] = {"anyOf": [{"type": "string"}, flow]}
    properties["flows"]["propertyNames"] = {"pattern": f"^{FLOW.pattern}$"}
    _spell_kinds(parts["Component"])
    option = parts["Decision"]["properties"]["options"]
    option["items"] = {"anyOf": [{"type": ["string", "number", "boolean"]}, option["items"]]}
    return {
        "$schema": _DIALECT,
        **schema,
        "title": "A design file of sdcli",
        "required": ["schema", *schema["required"]],
    }


def _spell_kinds(component: dict[str, Any]) -> None:
    """The kinds, and of each kind its parameters, so that an editor offers what it has."""
    component["properties"]["kind"] = {"enum": list(KINDS)}
    component["allOf"] = [
        {
            "if": {"properties": {"kind": {"const": kind.name}}},
            "then": {
                "properties": {
                    "params": {
                        "properties": {name: _param(spec) for name, spec in kind.params.items()},
                        "additionalProperties": False,
                    }
                }
            },
        }
        for kind in KINDS.values()
    ]


def _param(spec: ParamSpec) -> dict[str, Any]:
    """One parameter: what it is, and its words; any of them but a word may be a formula."""
    told = f"{spec.help} ({spec.unit})" if spec.unit else spec.help
    if spec.choices:
        return {"description": told, "enum": list(spec.choices)}
    return {"description": told, "type": ["string", "number", "boolean"]}
