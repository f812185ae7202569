"""History at three levels: one answer, written once. Spec: https://hl7.org/fhir/R4/http.html#history"""

from akson.api.bundles import bundle, history_entry, link
from akson.api.interaction import Answer, Call
from akson.api.reading import count, moment, period
from akson.fhir.problem import Problem, ProblemKind

COUNT_DEFAULT = 50
COUNT_MAX = 1000


async def answer(call: Call, path: str) -> Answer:
    """Versions of `call.type`/`call.id`, of a type, or of everything; newest first."""
    only_count = ("_summary", "count") in call.query
    kept = [
        (name, value)
        for name, value in call.query
        if name in ("_count", "_since", "_at", "_summary", "_sort")
    ]
    belongs = f"{call.session.actor.id} {path} {kept}"
    sealed = next((value for name, value in call.query if name == "_cursor"), None)
    page = await call.session.history(
        call.type or None,
        call.id or None,
        count=0 if only_count else count(call.query, default=COUNT_DEFAULT, most=COUNT_MAX),
        oldest_first=_oldest_first(call),
        since=moment(call.query, "_since"),
        during=period(call.query, "_at"),
        cursor=call.unseal(belongs, sealed) if sealed else None,
    )
    links = [("self", link(call.base, path, kept))]
    if page.next_cursor:
        links.append(
            ("next", link(call.base, path, [*kept, ("_cursor", call.seal(belongs, page.next_cursor))]))
        )
    entries = [history_entry(call.base, version) for version in page.versions]
    return Answer(200, bundle("history", entries, links=links, total=page.total))


def _oldest_first(call: Call) -> bool:
    """R4 leaves the order to the server; `_sort` by the time of change is understood both ways."""
    asked = next((value for name, value in call.query if name == "_sort"), "-_lastUpdated")
    if asked not in ("_lastUpdated", "-_lastUpdated"):
        raise Problem(
            ProblemKind.MALFORMED,
            "AKS-API-023",
            "A history is sorted by _lastUpdated or -_lastUpdated.",
            code="value",
        )
    return asked == "_lastUpdated"
