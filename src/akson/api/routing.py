"""From method and path to the interaction, by the table of shapes alone. Spec: https://hl7.org/fhir/R4/http.html

route(table, "GET", ("Patient", "astrid"))   ->   (read, {"type": "Patient", "id": "astrid"})
"""

from collections.abc import Mapping, Sequence

from akson.api.interaction import Interaction
from akson.api.statuses import unsupported
from akson.fhir.definitions import load
from akson.fhir.problem import Problem

_VALUES = ("type", "id", "version", "member")
Shapes = Sequence[tuple[tuple[str, ...], Mapping[str, Interaction]]]
Table = Mapping[tuple[int, str], Shapes]
"""(Number of segments, last segment of the shape or "" where it is a value) -> (segments, method -> interaction); literal
segments before values. Half of all shapes end in a word of their own, `_history` or `$everything`, and need not be tried."""


def table(interactions: Sequence[Interaction]) -> Table:
    grouped: dict[tuple[str, ...], dict[str, Interaction]] = {}
    for interaction in interactions:
        shape = tuple(part for part in interaction.shape.split("/") if part)
        methods = grouped.setdefault(shape, {})
        assert interaction.method not in methods, f"{interaction.method} {interaction.shape} stands twice"
        methods[interaction.method] = interaction
    found: dict[tuple[int, str], list[tuple[tuple[str, ...], Mapping[str, Interaction]]]] = {}
    for shape in sorted(grouped, key=lambda s: [part in _VALUES for part in s]):
        last = "" if not shape or shape[-1] in _VALUES else shape[-1]
        found.setdefault((len(shape), last), []).append((shape, grouped[shape]))
    return found


def route(known: Table, method: str, path: Sequence[str]) -> tuple[Interaction, dict[str, str]]:
    """Raises UNSUPPORTED AKS-FHIR-101 (no such type), AKS-API-404 or -405."""
    last = path[-1] if path else ""
    for shape, methods in (*known.get((len(path), last), ()), *known.get((len(path), ""), ())):
        values = _values(shape, path)
        if values is None:
            continue
        if "type" in values:
            _check_type(values["type"], path)
        interaction = methods.get("GET" if method == "HEAD" else method)
        if interaction is None:
            allowed = ", ".join(sorted(methods))
            raise unsupported(405, f"{method[:16]} is not offered at this address.", f"It takes {allowed}.")
        return interaction, values
    raise _nothing(path)


def _values(shape: Sequence[str], path: Sequence[str]) -> dict[str, str] | None:
    values: dict[str, str] = {}
    for part, given in zip(shape, path, strict=True):
        if part in _VALUES:
            if given[:1] in "_$" or not _may_be(part, given):
                return None
            values[part] = given
        elif part != given:
            return None
    return values


def _may_be(part: str, given: str) -> bool:
    """Types begin with a capital letter; `*` is every type of a compartment."""
    if part == "member" and given == "*":
        return True
    return given[:1].isupper() if part in ("type", "member") else True


def _check_type(type: str, path: Sequence[str]) -> None:
    definitions = load()
    if type not in definitions.resource_types:
        if not type.isalnum():
            raise _nothing(path)
        definitions.type(type)
        raise _nothing(path)


def _nothing(path: Sequence[str]) -> Problem:
    if any(part.startswith("$") for part in path):
        return unsupported(404, "This operation is not offered.", "GET /fhir/metadata tells what there is.")
    return unsupported(404, "There is nothing at this address.", "GET /fhir/metadata tells what there is.")
