"""All that a search finds, page by page, as resources."""

from dataclasses import replace

from akson.care.fhir_json import Resource
from akson.fhir.codec import json
from akson.fhir.search.query import Query
from akson.record.session import RecordSession

PAGES_MAX = 50


async def found(session: RecordSession, query: Query) -> list[Resource]:
    resources: list[Resource] = []
    for _ in range(PAGES_MAX):
        page = await session.search(query)
        resources += [json.parse(v.body) for v in page.matches if v.body is not None]
        if page.next_cursor is None:
            break
        query = replace(query, cursor=page.next_cursor)
    return resources
