"""The shape that every operation shares. Spec: https://hl7.org/fhir/R4/operations.html

    Operation("everything", f"{HL7}/Patient-everything", (Place("GET", "type/id", ("Patient",)), …), run)

The table of operations yields routes and their lines in the capability statement, as that of interactions does.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from akson.api.interaction import Answer, Call, Interaction
from akson.fhir.codec import json
from akson.fhir.problem import Problem, ProblemKind

HL7 = "http://hl7.org/fhir/OperationDefinition"


@dataclass(frozen=True, slots=True)
class Place:
    """Where an operation may be called: `type/id` + `Patient` is `Patient/[id]/$name`; no types is every type."""

    method: str
    shape: str
    """The path before `$name`: ``, `type` or `type/id`."""
    types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    name: str
    """Without the `$`."""
    definition: str
    """Canonical address of its OperationDefinition."""
    places: tuple[Place, ...]
    run: Callable[[Call], Awaitable[Answer]]

    def types(self) -> frozenset[str] | None:
        """The types it is offered on; None for every type, empty for the system alone."""
        below = [place for place in self.places if place.shape]
        return (
            None if any(not place.types for place in below) else frozenset(t for p in below for t in p.types)
        )

    def interactions(self) -> Sequence[Interaction]:
        """Its routes."""
        return [
            Interaction(
                f"${self.name}",
                place.method,
                f"{place.shape}/${self.name}" if place.shape else f"${self.name}",
                self._only(place),
                level="",
            )
            for place in self.places
        ]

    def _only(self, place: Place) -> Callable[[Call], Awaitable[Answer]]:
        if not place.types:
            return self.run

        async def run(call: Call) -> Answer:
            if call.type not in place.types:
                raise Problem(
                    ProblemKind.UNSUPPORTED,
                    "AKS-API-404",
                    f"${self.name} is not offered on {call.type}.",
                    now=f"It is offered on {', '.join(place.types)}.",
                    code="not-supported",
                )
            return await self.run(call)

        return run


def parameters(call: Call) -> dict[str, list[object]]:
    """What a call gives by name: of the query, and of a Parameters body: values, resources or lists of parts.

    `{"resource": [{…}], "mode": ["create"]}`. Raises MALFORMED AKS-API-040 for a part without a name.
    """
    return read_parameters(call, json.parse(call.body) if call.body else {})


def read_parameters(call: Call, body: dict[str, Any]) -> dict[str, list[object]]:
    """The same of a body that is read already."""
    found: dict[str, list[object]] = {}
    for name, value in call.query:
        found.setdefault(name, []).append(value)
    if body.get("resourceType") == "Parameters":
        listed = body.get("parameter") or []
        for part in listed if isinstance(listed, list) else [listed]:
            _take(part, found)
    return found


def text(given: dict[str, list[object]], name: str) -> str | None:
    """The one value of a parameter as text; None when it is not given."""
    values = given.get(name)
    return str(values[0]) if values else None


def _take(part: object, found: dict[str, list[object]]) -> None:
    if not isinstance(part, dict) or not isinstance(part.get("name"), str):
        raise Problem(ProblemKind.MALFORMED, "AKS-API-040", "A parameter has no name.", code="required")
    value = next((v for k, v in part.items() if k in ("resource", "part") or k.startswith("value")), None)
    if value is not None:
        found.setdefault(part["name"], []).append(value)
