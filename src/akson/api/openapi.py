"""The door as OpenAPI 3.1, derived from the tables of interactions and operations; open like the capability statement.

Spec: https://spec.openapis.org/oas/v3.1.0. What FHIR says of content stays FHIR's: a schema of 146 types would say it twice.
"""

import re
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from akson.api.interaction import Interaction
from akson.api.negotiation import Format
from akson.fhir.definitions import load

_PARAMETERS = {
    "type": {"enum": ()},
    "id": {"type": "string", "pattern": r"^[A-Za-z0-9\-.]{1,64}$"},
    "version": {"type": "string", "pattern": r"^[0-9]{1,9}$"},
    "member": {"enum": ()},
}
_STATUSES = {
    "400": "Not readable, or not understood",
    "401": "Nobody has said who asks",
    "404": "Missing or hidden: the two are never told apart",
    "default": "A problem, as an OperationOutcome",
}
_BODY = frozenset({"POST", "PUT", "PATCH"})


def describe(routes: Sequence[Interaction], base: str) -> dict[str, Any]:
    """`routes` are interactions and the routes of operations."""
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(_path(route.shape), {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Akson, FHIR R4", "version": version("akson")},
        "servers": [{"url": base}],
        "security": [{"bearer": []}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
        },
    }


def _path(shape: str) -> str:
    """`type/id/_history/version` -> `/{type}/{id}/_history/{version}`"""
    return "/" + "/".join(f"{{{part}}}" if part in _PARAMETERS else part for part in shape.split("/") if part)


def _operation(route: Interaction) -> dict[str, Any]:
    named = [part for part in route.shape.split("/") if part in _PARAMETERS]
    told: dict[str, Any] = {
        "operationId": re.sub(r"[^A-Za-z]+", "-", f"{route.code} {route.method} {route.shape}").strip("-"),
        "summary": route.code,
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": _schema(name)} for name in named
        ],
        "responses": {"2XX": _answer("Done")} | {status: _answer(what) for status, what in _STATUSES.items()},
    }
    if route.code == "capabilities":
        told["security"] = []
    if route.method in _BODY:
        content = Format.FORM if route.shape.endswith("_search") else Format.JSON
        told["requestBody"] = {"content": {content: {"schema": {"type": "object"}}}}
    return told


def _schema(name: str) -> dict[str, Any]:
    if name in ("type", "member"):
        every = ["*"] if name == "member" else []
        return {"type": "string", "enum": [*every, *sorted(load().resource_types)]}
    return dict(_PARAMETERS[name])


def _answer(what: str) -> dict[str, Any]:
    return {"description": what, "content": {Format.JSON: {"schema": {"type": "object"}}}}
