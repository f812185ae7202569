"""The parameters that say how results come, not which: `_sort`, `_count`, `_include`, `_summary`, …

Spec: https://hl7.org/fhir/R4/search.html#Summary
"""

from typing import Any

from akson.fhir.definitions import SearchParameter, load
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.query import Include, Sort
from akson.fhir.search.values.protocol import bad_value

COUNT_DEFAULT = 50
COUNT_MAX = 1000
"""Resources on one page; more is asked for page by page."""
INCLUDES_MAX = 20
SORTS_MAX = 8

RESULT_PARAMETERS = {"_sort", "_count", "_include", "_revinclude", "_summary", "_elements", "_total"}
_SUMMARIES = ("true", "text", "data", "count", "false")
_TOTALS = ("none", "estimate", "accurate")
_SORTABLE = {"token", "string", "date", "number", "quantity", "uri", "reference"}
_OWN_KINDS = {"_id": "id", "_lastUpdated": "lastUpdated"}


class ResultParts:
    """Gathers the result parameters of one search."""

    def __init__(self, type: str) -> None:
        self.type = type
        self.found: dict[str, Any] = {"includes": [], "revincludes": [], "count": COUNT_DEFAULT}
        self.seen: set[str] = set()

    def parts(self) -> dict[str, Any]:
        """Keyword arguments of Query."""
        lists = {name: tuple(self.found[name]) for name in ("includes", "revincludes")}
        if any(len(found) > INCLUDES_MAX for found in lists.values()):
            raise Problem(
                ProblemKind.TOO_LARGE, "AKS-FHIR-303", f"A search has at most {INCLUDES_MAX} includes."
            )
        if self.found.get("summary") == "text" and any(lists.values()):
            raise bad_value(
                "_summary",
                "another form than text beside _include: the specification forbids the two together",
            )
        return {**self.found, **lists}

    def take(self, name: str, value: str) -> None:
        head, _, modifier = name.partition(":")
        if head in ("_include", "_revinclude"):
            self._include(head, modifier, value)
            return
        if modifier:
            raise Problem(ProblemKind.UNSUPPORTED, "AKS-FHIR-302", f"{head} takes no modifier.")
        if head in self.seen:
            raise Problem(ProblemKind.MALFORMED, "AKS-FHIR-310", f"{head} stands twice.", code="value")
        self.seen.add(head)
        match head:
            case "_sort":
                self.found["sort"] = _sorts(self.type, value)
            case "_count":
                self.found["count"] = _count(value)
            case "_summary":
                self.found["summary"] = _one_of(head, value, _SUMMARIES)
            case "_total":
                self.found["total"] = _one_of(head, value, _TOTALS)
            case "_elements":
                self.found["elements"] = tuple(e.strip() for e in value.split(",") if e.strip())

    def _include(self, head: str, modifier: str, value: str) -> None:
        if modifier not in ("", "iterate", "recurse"):
            raise Problem(
                ProblemKind.UNSUPPORTED, "AKS-FHIR-302", f"{head} knows the modifier :iterate, no other."
            )
        reverse = head == "_revinclude"
        include = _read_include(head, value, self.type, reverse, iterate=bool(modifier))
        self.found["revincludes" if reverse else "includes"].append(include)


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise bad_value(name, "one of " + ", ".join(allowed))
    return value


def _count(value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise bad_value("_count", "a whole number")
    return min(int(value), COUNT_MAX)


def _sorts(type: str, value: str) -> tuple[Sort, ...]:
    found = []
    for part in value.split(","):
        name = part.strip()
        descending = name.startswith("-")
        name = name.removeprefix("-")
        found.append(Sort(name, _sort_kind(type, name), descending))
    if len(found) > SORTS_MAX:
        raise Problem(
            ProblemKind.TOO_LARGE, "AKS-FHIR-303", f"A search sorts by at most {SORTS_MAX} parameters."
        )
    return tuple(found)


def _sort_kind(type: str, name: str) -> str:
    if name in _OWN_KINDS:
        return _OWN_KINDS[name]
    parameters = load().search_parameters(type)
    parameter = parameters.get(name)
    if parameter is None or parameter.type not in _SORTABLE:
        sortable = sorted(code for code, p in parameters.items() if p.type in _SORTABLE)
        raise Problem(
            ProblemKind.UNSUPPORTED,
            "AKS-FHIR-306",
            f"{type} cannot be sorted by {name[:64]!r}.",
            now="It can by: " + ", ".join(sortable) + ".",
        )
    return parameter.type


def _bad_include(head: str, why: str) -> Problem:
    return Problem(
        ProblemKind.MALFORMED,
        "AKS-FHIR-305",
        f"The value of {head} cannot be used.",
        why=why,
        now="Write Source:parameter or Source:parameter:Target, for instance Observation:subject:Patient.",
        code="value",
    )


def _read_include(head: str, value: str, type: str, reverse: bool, *, iterate: bool) -> Include:
    parts = value.split(":")
    if parts == ["*"]:
        return Include("*" if reverse or iterate else type, "*", None, iterate)
    if len(parts) not in (2, 3):
        raise _bad_include(head, "It has two or three parts.")
    source, param = parts[0], parts[1]
    target = (parts[2] or None) if len(parts) == 3 else None
    for name in filter(None, (source, target)):
        if name not in load().resource_types:
            raise _bad_include(head, f"{name[:64]!r} is no resource type of R4.")
    if not reverse and not iterate and source != type:
        raise _bad_include(head, f"The source of an _include without :iterate is {type}.")
    if param != "*":
        _check_reference(head, source, param, load().search_parameters(source).get(param))
    return Include(source, param, target, iterate)


def _check_reference(head: str, source: str, param: str, found: SearchParameter | None) -> None:
    if found is None or found.type != "reference":
        references = [c for c, p in load().search_parameters(source).items() if p.type == "reference"]
        raise _bad_include(
            head, f"{source} has no reference {param[:64]!r}; it has: {', '.join(references)}."
        )
