"""One search parameter with its modifier, chain and values to a Term.

Spec: https://hl7.org/fhir/R4/search.html#modifiers, #chaining, #has
"""

from akson.fhir.definitions import SearchParameter, load
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.escapes import split
from akson.fhir.search.query import (
    ChainValue,
    CompositeValue,
    MissingValue,
    Query,
    ReferenceValue,
    Term,
    TokenValue,
    Value,
)
from akson.fhir.search.values import PARAMETER_TYPES
from akson.fhir.search.values.protocol import bad_value
from akson.fhir.search.values.reference import IDENTIFIER

VALUES_MAX = 500
"""Values of one parameter, joined by commas."""
CHAIN_DEPTH_MAX = 4
"""References followed by one parameter."""

_MODIFIERS = {
    "token": ("missing", "not"),
    "string": ("missing", "exact", "contains"),
    "reference": ("missing", "identifier"),
    "uri": ("missing",),
    "date": ("missing",),
    "number": ("missing",),
    "quantity": ("missing",),
    "composite": ("missing",),
}


def offered(type: str) -> dict[str, SearchParameter]:
    """The parameters of the type that can be asked for; `_text`, `_content`, `_query`, `near` cannot yet."""
    return {
        code: p
        for code, p in load().search_parameters(type).items()
        if p.type in _MODIFIERS and (p.expression or p.components)
    }


def _unknown(type: str, name: str) -> Problem:
    return Problem(
        ProblemKind.UNSUPPORTED,
        "AKS-FHIR-301",
        f"{type} has no search parameter {name[:64]!r}.",
        now="It has: " + ", ".join(offered(type)) + ".",
    )


def _no_modifier(name: str, modifier: str, kind: str) -> Problem:
    offered = ", ".join(":" + m for m in _MODIFIERS.get(kind, ())) or "none"
    return Problem(
        ProblemKind.UNSUPPORTED,
        "AKS-FHIR-302",
        f"The search parameter {name[:64]!r} has no modifier {modifier[:64]!r} here.",
        now=f"A {kind} parameter offers: {offered}.",
    )


def _bad_chain(name: str, why: str) -> Problem:
    return Problem(
        ProblemKind.MALFORMED,
        "AKS-FHIR-304",
        f"The chained parameter {name[:64]!r} cannot be followed.",
        why=why,
        code="value",
    )


class TermReader:
    def __init__(self, base: str = "") -> None:
        self.base = base.rstrip("/") + "/" if base else ""

    def read(self, type: str, name: str, text: str, *, depth: int) -> Term:
        """`depth`: how many references may still be followed."""
        if name.startswith("_has:"):
            return self._has(type, name, text, depth)
        link, dot, rest = name.partition(".")
        if dot:
            return self._chain(type, link, rest, text, depth)
        code, _, modifier = name.partition(":")
        if code in ("_id", "_lastUpdated"):
            return self._own(code, modifier, text)
        parameter = load().search_parameters(type).get(code)
        if parameter is None:
            raise _unknown(type, code)
        if parameter.type not in _MODIFIERS or not parameter.expression:
            raise Problem(
                ProblemKind.UNSUPPORTED, "AKS-FHIR-302", f"The search parameter {code!r} is not offered here."
            )
        return self._plain(parameter, modifier, text)

    def _own(self, code: str, modifier: str, text: str) -> Term:
        """What every resource has outside its body: id and time of change."""
        if modifier:
            raise _no_modifier(code, modifier, "own")
        parts = split(text, ",")
        self._limit(code, parts)
        if code == "_lastUpdated":
            read = PARAMETER_TYPES["date"].parse
            return Term(code, "lastUpdated", None, tuple(read(code, part) for part in parts))
        if not all(parts):
            raise bad_value(code, "ids, joined by commas")
        return Term(code, "id", None, tuple(TokenValue(None, part) for part in parts))

    def _plain(self, parameter: SearchParameter, modifier: str, text: str) -> Term:
        code, kind = parameter.code, parameter.type
        if modifier == "missing":
            if text not in ("true", "false"):
                raise bad_value(code + ":missing", "true or false")
            return Term(code, kind, "missing", (MissingValue(text == "true"),))
        parts = split(text, ",")
        self._limit(code, parts)
        if kind == "reference" and modifier == "identifier":
            tokens = tuple(PARAMETER_TYPES["token"].parse(code, part) for part in parts)
            return Term(code + IDENTIFIER, "token", None, tokens)
        if kind == "reference" and (not modifier or modifier in load().resource_types):
            values = [value for part in parts for value in self._reference(parameter, modifier, part)]
            return Term(code, kind, None, tuple(values))
        if modifier and modifier not in _MODIFIERS[kind]:
            raise _no_modifier(code, modifier, kind)
        if kind == "composite":
            return Term(code, kind, None, tuple(self._composite(parameter, part) for part in parts))
        read = PARAMETER_TYPES[kind].parse
        return Term(code, kind, modifier or None, tuple(read(code, part) for part in parts))

    def _limit(self, code: str, parts: list[str]) -> None:
        if len(parts) > VALUES_MAX:
            raise Problem(
                ProblemKind.TOO_LARGE, "AKS-FHIR-303", f"{code} takes at most {VALUES_MAX} values at once."
            )

    def _reference(self, parameter: SearchParameter, type: str, text: str) -> list[Value]:
        """A bare id is any of the types the parameter may point to, so one value for each."""
        if self.base and text.startswith(self.base):
            text = text.removeprefix(self.base)
        value = PARAMETER_TYPES["reference"].parse(parameter.code, text)
        assert isinstance(value, ReferenceValue)
        if type and value.type not in (None, type):
            raise bad_value(parameter.code, f"a reference to {type}")
        if value.id is None or value.type is not None:
            return [value]
        types = (type,) if type else parameter.targets
        return [ReferenceValue(t, value.id) for t in types] or [value]

    def _composite(self, parameter: SearchParameter, text: str) -> CompositeValue:
        parts = split(text, "$")
        if len(parts) != len(parameter.components):
            raise bad_value(parameter.code, f"{len(parameter.components)} values joined by $")
        found = []
        for component, part in zip(parameter.components, parts, strict=True):
            typed_by = load().search_parameter_by_url(component.definition)
            assert typed_by is not None, component.definition
            found.append(PARAMETER_TYPES[typed_by.type].parse(parameter.code, part))
        return CompositeValue(tuple(found))

    def _chain(self, type: str, link: str, rest: str, text: str, depth: int) -> Term:
        code, _, wanted = link.partition(":")
        parameter = load().search_parameters(type).get(code)
        if parameter is None:
            raise _unknown(type, code)
        if parameter.type != "reference":
            raise _bad_chain(link, f"{code} is a {parameter.type}; only references can be followed.")
        if depth == 0:
            raise _bad_chain(link, f"At most {CHAIN_DEPTH_MAX} references are followed.")
        if wanted and wanted not in load().resource_types:
            raise _bad_chain(link, f"{wanted[:64]!r} is no resource type of R4.")
        targets = (wanted,) if wanted else parameter.targets
        queries = []
        for target in targets:
            try:
                term = self.read(target, rest, text, depth=depth - 1)
            except Problem as problem:
                # Of several targets, those without the parameter are passed over; one is enough.
                if problem.id != "AKS-FHIR-301" or len(targets) == 1:
                    raise
                continue
            queries.append(ChainValue(Query(target, (term,))))
        if not queries:
            raise _bad_chain(link, f"None of {', '.join(targets)} has the parameter {rest[:64]!r}.")
        return Term(code, "reference", None, tuple(queries))

    def _has(self, type: str, name: str, text: str, depth: int) -> Term:
        """`_has:Observation:patient:code=x`: some Observation whose patient this is has code x."""
        parts = name.split(":", 3)
        if len(parts) != 4 or not all(parts):
            raise _bad_chain(name, "Write _has:Type:reference:parameter.")
        _, source, reference, rest = parts
        if source not in load().resource_types:
            raise _bad_chain(name, f"{source[:64]!r} is no resource type of R4.")
        parameter = load().search_parameters(source).get(reference)
        if parameter is None or parameter.type != "reference":
            raise _bad_chain(name, f"{source} has no reference {reference[:64]!r}.")
        if parameter.targets and type not in parameter.targets:
            raise _bad_chain(name, f"{source}.{reference} never points to {type}.")
        if depth == 0:
            raise _bad_chain(name, f"At most {CHAIN_DEPTH_MAX} references are followed.")
        term = self.read(source, rest, text, depth=depth - 1)
        return Term("_has", "has", None, (ChainValue(Query(source, (term,))),), reverse=reference)
