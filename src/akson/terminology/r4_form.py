"""An expansion as R4 alone can say it: R5's `property` as the extensions HL7 gives for it. XML knows no other way.

Spec: https://hl7.org/fhir/versions.html#extensions. Why JSON has `property`: docs/adr/0061-r5-parts-in-expansions.md.
"""

from typing import Any

from akson.terminology.concepts import Json

_BASE = "http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.expansion"


def of(resource: Json) -> Json:
    """The resource itself when it is no expansion."""
    expansion = resource.get("expansion")
    if resource.get("resourceType") != "ValueSet" or not isinstance(expansion, dict):
        return resource
    told = _extended(expansion, f"{_BASE}.property")
    told["contains"] = [_line(item) for item in expansion.get("contains", ())]
    return resource | {"expansion": {name: value for name, value in told.items() if value != []}}


def _line(item: Json) -> Json:
    told = _extended(item, f"{_BASE}.contains.property")
    if "contains" in item:
        told["contains"] = [_line(below) for below in item["contains"]]
    return told


def _extended(item: Json, url: str) -> Json:
    """Each property as an extension, before all else as FHIR's order has it."""
    told = [{"url": url, "extension": _parts(p)} for p in item.get("property", ())]
    rest = {name: value for name, value in item.items() if name not in ("property", "extension")}
    extensions = [*item.get("extension", ()), *told]
    return {"extension": extensions, **rest} if extensions else rest


def _parts(property: dict[str, Any]) -> list[Json]:
    parts: list[Json] = [{"url": "code", "valueCode": property["code"]}]
    if "uri" in property:
        parts.append({"url": "uri", "valueUri": property["uri"]})
    parts += [{"url": "value", name: value} for name, value in property.items() if name.startswith("value")]
    return parts
