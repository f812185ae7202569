"""$lastn: the newest observations of each code. https://hl7.org/fhir/R4/observation-operation-lastn.html

Codes are the same when they share a coding; observations without any are grouped by the text of the code.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from akson.api.bundles import link, searchset
from akson.api.interaction import Answer, Call
from akson.api.operation import HL7, Operation, Place, parameters
from akson.fhir.codec import json
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.parsing import parse
from akson.fhir.search.query import Query
from akson.record.values import StoredVersion

MAX_DEFAULT = 1
MAX_MOST = 100
PAGE = 1_000
LOOKED_AT_MAX = 20_000
"""Observations of one question; more would be a report."""


async def run(call: Call) -> Answer:
    given = [(name, str(value)) for name, values in parameters(call).items() for value in values]
    asked = [(name, value) for name, value in given if name not in ("max", "_sort", "_count")]
    most = _most(given)
    _one_subject(asked)
    query = parse(
        "Observation", [*asked, ("_sort", "-date,-_lastUpdated"), ("_count", str(PAGE))], base=call.base
    )
    newest = _newest(await _all(call, query), most)
    links = [("self", link(call.base, "Observation/$lastn", given))]
    return Answer(200, searchset(call.base, newest, links=links, total=len(newest)))


def _most(given: Sequence[tuple[str, str]]) -> int:
    value = next((value for name, value in given if name == "max"), str(MAX_DEFAULT))
    if not value.isdecimal() or not 1 <= int(value) <= MAX_MOST:
        raise Problem(
            ProblemKind.INVALID, "AKS-API-044", f"max is a number from 1 to {MAX_MOST}.", code="value"
        )
    return int(value)


def _one_subject(asked: Sequence[tuple[str, str]]) -> None:
    heads = {name.partition(":")[0].partition(".")[0] for name, _ in asked}
    if not heads & {"patient", "subject"}:
        raise Problem(
            ProblemKind.INVALID,
            "AKS-API-045",
            "$lastn needs to know whose observations are meant.",
            now="Add patient=… or subject=….",
            code="required",
        )


async def _all(call: Call, query: Query) -> list[StoredVersion]:
    found: list[StoredVersion] = []
    while True:
        page = await call.session.search(query)
        found += page.matches
        if page.next_cursor is None:
            return found
        if len(found) >= LOOKED_AT_MAX:
            raise Problem(
                ProblemKind.TOO_LARGE,
                "AKS-API-046",
                f"More than {LOOKED_AT_MAX} observations would have to be looked at.",
                now="Add a code, a category or a date.",
            )
        query = replace(query, cursor=page.next_cursor)


def _newest(found: Iterable[StoredVersion], most: int) -> list[StoredVersion]:
    """The first `most` of each group, in the order found. A coding seen in two groups makes them one."""
    group_of: dict[tuple[str, str], int] = {}
    counts: dict[int, int] = {}
    chosen: list[StoredVersion] = []
    for version in found:
        names = _names(json.parse(version.body or b"{}"))
        group = next((group_of[name] for name in names if name in group_of), len(counts))
        for name in names:
            group_of.setdefault(name, group)
        counts[group] = counts.get(group, 0) + 1
        if counts[group] <= most:
            chosen.append(version)
    return chosen


def _names(observation: dict[str, Any]) -> list[tuple[str, str]]:
    code = observation.get("code", {})
    codings = [
        (str(c.get("system", "")), str(c["code"]))
        for c in code.get("coding", ())
        if isinstance(c, dict) and "code" in c
    ]
    return codings or [("text", str(code.get("text", "")))]


OPERATION = Operation(
    "lastn",
    f"{HL7}/Observation-lastn",
    (Place("GET", "type", ("Observation",)), Place("POST", "type", ("Observation",))),
    run,
)
