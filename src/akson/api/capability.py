"""The capability statement, derived from the tables that routes, search and validation read: it cannot claim too much.

Spec: https://hl7.org/fhir/R4/capabilitystatement.html. Made once; it holds nothing of a caller.
"""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from akson.api.interaction import Answer, Call, Interaction
from akson.api.negotiation import Format
from akson.api.openapi import describe
from akson.api.operation import Operation
from akson.fhir.codec import json
from akson.fhir.definitions import load
from akson.fhir.definitions.model import SearchParameter
from akson.fhir.search.terms import EVERYWHERE, offered
from akson.identity.smart.server import Endpoints
from akson.sharing.legacy.values import Wrap

DATE = "2026-11-27"
"""Of the last change in what is offered."""
_SECURITY_SERVICE = "http://terminology.hl7.org/CodeSystem/restful-security-service"
_CONDITIONAL = {
    "versioning": "versioned-update",
    "readHistory": True,
    "updateCreate": True,
    "conditionalCreate": True,
    "conditionalRead": "full-support",
    "conditionalUpdate": True,
    "conditionalDelete": "single",
    "referencePolicy": ["literal", "logical", "local"],
}

_READS = frozenset(
    {"read", "vread", "history-instance", "history-type", "history-system", "search-type", "search-system"}
)
_WRITES = ("-add", "-delete")
NO_PROFILES: Mapping[str, Sequence[str]] = {}


class Capability:
    """What a server of these interactions offers: the statement, and the same as OpenAPI, written once for each address."""

    def __init__(
        self,
        listed: Sequence[Interaction],
        operations: Sequence[Operation] = (),
        *,
        smart: bool = False,
        wrap: Wrap | None = None,
    ) -> None:
        # The record of a wrap refuses what writes, whichever way it comes; it is not offered either.
        self._listed = [i for i in listed if i.code in _READS] if wrap else listed
        self._operations = [o for o in operations if not o.name.endswith(_WRITES)] if wrap else operations
        self._smart = smart
        self._wrap = wrap
        self._written: dict[str, tuple[str, bytes]] = {}

    def answer(self, shape: str, base: str, profiles: Mapping[str, Sequence[str]] = NO_PROFILES) -> Answer:
        """`metadata` or `openapi.json`. `profiles`: resource type -> `url|version` of those a claim is held to here."""
        known, body = self._written.get(shape, ("", b""))
        if known != base:
            body = json.encode(self._told(shape, base, profiles))
            self._written[shape] = (base, body)
        return Answer(200, body)

    def interactions(self) -> tuple[Interaction, ...]:
        """GET metadata and GET openapi.json, which anyone may ask."""
        return tuple(self._interaction(shape) for shape in ("metadata", "openapi.json"))

    def _interaction(self, shape: str) -> Interaction:
        async def run(call: Call) -> Answer:
            return self.answer(shape, call.base)

        return Interaction("capabilities", "GET", shape, run, level="")

    def _told(self, shape: str, base: str, profiles: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        if shape == "metadata":
            told = statement(self._listed, self._operations, base, security(base, smart=self._smart))
            for one in told["rest"][0]["resource"]:
                if declared := profiles.get(one["type"]):
                    one["supportedProfile"] = list(declared)
            return _of_wrap(told, self._wrap) if self._wrap else told
        operations = [route for operation in self._operations for route in operation.interactions()]
        return describe([*self._listed, *operations, *self.interactions()], base)


def security(base: str, *, smart: bool) -> dict[str, Any]:
    """How to come in. Apps find the addresses again below .well-known/smart-configuration."""
    told: dict[str, Any] = {
        "description": "Access tokens of this node, and tokens of trusted issuers with proof of possession (DPoP). "
        "Every answer is decided by care relation, and every access stands in the patient's log; "
        "hidden and missing look alike."
    }
    if not smart:
        return told
    endpoints = Endpoints(base)
    addresses = {"token": endpoints.token, "authorize": endpoints.authorize, "revoke": f"{base}/auth/revoke"}
    return told | {
        "cors": True,
        "service": [{"coding": [{"system": _SECURITY_SERVICE, "code": "SMART-on-FHIR"}]}],
        "extension": [
            {
                "url": "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris",
                "extension": [{"url": name, "valueUri": address} for name, address in addresses.items()],
            }
        ],
    }


def _of_wrap(told: dict[str, Any], wrap: Wrap) -> dict[str, Any]:
    """Of the product that stands behind: the types it fills, what it does not have, and nothing that writes."""
    (rest,) = told["rest"]
    writing = [
        name for name in _CONDITIONAL if name not in ("readHistory", "conditionalRead", "referencePolicy")
    ]
    resources = [
        {name: value for name, value in one.items() if name not in writing}
        for one in rest["resource"]
        if one["type"] in wrap.types
    ]
    description = f"{wrap.product} {wrap.version}, bare til lesing. Fil fra {wrap.day}."
    told = {name: value for name, value in told.items() if name != "patchFormat"}
    return told | {
        "implementation": told["implementation"] | {"description": description},
        "rest": [rest | {"documentation": wrap.absent, "resource": resources}],
    }


def statement(
    listed: Sequence[Interaction], operations: Sequence[Operation], base: str, security: dict[str, Any]
) -> dict[str, Any]:
    by_level = {level: _codes(listed, level) for level in ("type", "system")}
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": DATE,
        "kind": "instance",
        "software": {"name": "Akson", "version": version("akson")},
        "implementation": {"description": "Akson", "url": base},
        "fhirVersion": load().version,
        "format": [Format.JSON, Format.XML, "json", "xml"],
        "patchFormat": [Format.JSON_PATCH, Format.JSON, Format.XML],
        "rest": [
            {
                "mode": "server",
                "security": security,
                "resource": [
                    _own(type, listed) or _resource(type, by_level["type"], operations)
                    for type in sorted(load().resource_types)
                ],
                "interaction": [{"code": code} for code in by_level["system"]],
                "searchParam": [{"name": name, "type": kind} for name, kind in EVERYWHERE.items()],
            }
            | _operations([o for o in operations if any(not place.shape for place in o.places)])
        ],
    }


def _codes(listed: Sequence[Interaction], level: str) -> list[str]:
    codes = [i.code for i in listed if i.level == level]
    return list(dict.fromkeys(codes)) + (["batch"] if "transaction" in codes else [])


def _operations(offered: Sequence[Operation]) -> dict[str, Any]:
    listed = [{"name": o.name, "definition": o.definition} for o in offered]
    return {"operation": listed} if listed else {}


def _own(type: str, listed: Sequence[Interaction]) -> dict[str, Any]:
    """Of a type that is not stored and has interactions of its own; empty for the others."""
    codes = _codes(listed, type)
    if not codes:
        return {}
    named = {name for i in listed if i.level == type for name in i.parameters}
    return {
        "type": type,
        "profile": f"http://hl7.org/fhir/StructureDefinition/{type}",
        "interaction": [{"code": code} for code in codes],
        "versioning": "no-version",
        "searchParam": _parameters({code: p for code, p in offered(type).items() if code in named}),
    }


def _resource(type: str, codes: Sequence[str], operations: Sequence[Operation]) -> dict[str, Any]:
    here = [o for o in operations if (types := o.types()) is None or type in types]
    parameters = offered(type)
    references = [f"{type}:{code}" for code, p in parameters.items() if p.type == "reference"]
    return {
        "type": type,
        "profile": f"http://hl7.org/fhir/StructureDefinition/{type}",
        "interaction": [{"code": code} for code in codes],
        **_CONDITIONAL,
        "searchInclude": ["*", *references],
        "searchRevInclude": ["*"],
        "searchParam": _parameters(parameters),
        **_operations(here),
    }


def _parameters(found: Mapping[str, SearchParameter]) -> list[dict[str, str]]:
    return [
        {"name": code, "type": p.type} | ({"definition": p.url} if p.url else {})
        for code, p in sorted(found.items())
    ]
