"""Reading many resources of one patient through a RecordSession: small queries, numbers kept exact.

The queries are values (`akson.fhir.search.query`), so nothing is spelled into a URL and parsed again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import msgspec

from akson.care.fhir_json import Resource
from akson.fhir.search.query import Include, Query, ReferenceValue, Sort, Term, TokenValue
from akson.record.session import RecordSession
from akson.record.values import SearchResult
from akson.store.values import StoredVersion

PAGE_MAX = 200
WIDE_PAGE = 1_000
"""One statement and one line in each patient's log where there would be several."""
PAGES_MAX = 10
NOTHING_FOUND = SearchResult((), (), 0, None)
_decoder = msgspec.json.Decoder(dict, float_hook=Decimal)
END_OF_TIME = datetime.max.replace(tzinfo=UTC)


def resource(version: StoredVersion) -> Resource:
    """The parsed body; decimals keep their digits."""
    return _decoder.decode(version.body or b"{}")


def resources(versions: Iterable[StoredVersion]) -> list[Resource]:
    return [resource(v) for v in versions]


def of_patient(type: str, patient: str, *terms: Term, sort: str = "", count: int = PAGE_MAX) -> Query:
    """`type` about one patient. `sort` is a date parameter, newest first."""
    return Query(
        type,
        terms=(Term("patient", "reference", None, (ReferenceValue("Patient", patient),)), *terms),
        sort=(Sort(sort, "date", descending=True),) if sort else (),
        count=count,
    )


def with_medications(query: Query) -> Query:
    """A statement may name its drug by reference alone: without the Medication it has neither name nor ATC."""
    if query.type != "MedicationStatement":
        return query
    return replace(query, includes=(Include("MedicationStatement", "medication"),))


def token(param: str, *codes: str, system: str | None = None) -> Term:
    """The parameter has one of `codes`."""
    return Term(param, "token", None, tuple(TokenValue(system, code) for code in codes))


def may_see(session: RecordSession, type: str) -> bool:
    """Whether the reader's role ever sees resources of this type; which of them, the restriction says."""
    return session.may("search", type)


async def search_all(session: RecordSession, queries: Sequence[Query]) -> list[SearchResult]:
    """Several searches at once, answered in the order asked.

    A kind of data the role never sees is not asked for: it would stand in the patient's log as a refused attempt.
    """
    seen = [may_see(session, query.type) for query in queries]
    found = iter(await session.searches([query for query, may in zip(queries, seen, strict=True) if may]))
    return [next(found) if may else NOTHING_FOUND for may in seen]


async def every_page(session: RecordSession, query: Query) -> SearchResult:
    """All pages of a search as one, where leaving out what does not fit would hide what somebody must do.

    `next_cursor` is set when even `PAGES_MAX` pages were not enough.
    """
    return (await every_pages(session, (query,)))[0]


async def every_pages(session: RecordSession, queries: Sequence[Query]) -> list[SearchResult]:
    """Several of these at once, in the order asked."""
    first = await search_all(session, queries)
    return [await whole(session, query, page) for query, page in zip(queries, first, strict=True)]


async def whole(session: RecordSession, query: Query, page: SearchResult) -> SearchResult:
    """The first page with all that follow it."""
    matches, included = [*page.matches], {(v.type, v.id): v for v in page.included}
    for _ in range(PAGES_MAX - 1):
        if not page.next_cursor:
            break
        page = await session.search(replace(query, cursor=page.next_cursor))
        matches += page.matches
        included |= {(v.type, v.id): v for v in page.included}
    return SearchResult(tuple(matches), tuple(included.values()), None, page.next_cursor)
