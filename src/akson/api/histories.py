"""History at three levels: one answer, written once. Spec: https://hl7.org/fhir/R4/http.html#history"""

from akson.api.bundles import bundle, history_entry, link
from akson.api.interaction import Answer, Call
from akson.api.reading import count, moment, period

COUNT_DEFAULT = 50
COUNT_MAX = 1000


async def answer(call: Call, path: str) -> Answer:
    """Versions of `call.type`/`call.id`, of a type, or of everything; newest first."""
    kept = [(name, value) for name, value in call.query if name in ("_count", "_since", "_at")]
    belongs = f"{call.session.actor.id} {path} {kept}"
    sealed = next((value for name, value in call.query if name == "_cursor"), None)
    page = await call.session.history(
        call.type or None,
        call.id or None,
        count=count(call.query, default=COUNT_DEFAULT, most=COUNT_MAX),
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
