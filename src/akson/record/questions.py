"""Whom a search asks about by id: what is told of them goes into their logs also when nothing, or only a count, is shown.

Whom it asks about by name or identifier stands in the log when she is shown. Pure.
"""

from collections.abc import Iterator

from akson.fhir.search.query import Query, ReferenceValue, TokenValue, every_term

_OF_A_PATIENT = frozenset({"patient", "subject"})
_NAMED_MAX = 100


def patients_named(query: Query) -> list[str]:
    """Patient ids in the order asked, each once: `patient=astrid`, `subject=Patient/astrid`, `Patient?_id=astrid`."""
    return list(dict.fromkeys(_named(query)))[:_NAMED_MAX]


def _named(query: Query) -> Iterator[str]:
    for asked, term in every_term(query):
        for value in term.values:
            match value:
                case ReferenceValue(type, str(id)) if type == "Patient":
                    yield id
                case ReferenceValue(None, str(id)) if term.param in _OF_A_PATIENT:
                    yield id
                case TokenValue(_, str(id)) if term.kind == "id" and asked == "Patient":
                    yield id
