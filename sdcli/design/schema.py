"""The JSON Schema of a design file, so that editors complete and check it while one types."""

from __future__ import annotations

from typing import Any

from sdcli.design.kinds import KINDS
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
    parts["Component"]["properties"]["kind"] = {"enum": list(KINDS)}
    return {
        "$schema": _DIALECT,
        **schema,
        "title": "A design file of sdcli",
        "required": ["schema", *schema["required"]],
    }
