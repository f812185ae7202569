"""Reading many resources of one patient through a RecordSession: small queries, numbers kept exact.

The queries are values (`akson.fhir.search.query`), so nothing is spelled into a URL and parsed again.
"""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal

import msgspec

from akson.care.fhir_json import Resource
from akson.fhir.search.query import Query, ReferenceValue, Sort, Term, TokenValue
from akson.record.session import RecordSession
from akson.record.values import SearchResult
from akson.store.values import StoredVersion

PAGE_MAX = 200
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


def token(param: str, *codes: str, system: str | None = None) -> Term:
    """The parameter has one of `codes`."""
    return Term(param, "token", None, tuple(TokenValue(system, code) for code in codes))


async def search_all(session: RecordSession, queries: Sequence[Query]) -> list[SearchResult]:
    """Several searches at once, answered in the order asked."""
    return list(await asyncio.gather(*(session.search(query) for query in queries)))
