"""Search: text -> Query (frozen values). The store turns a Query into SQL; nothing here knows SQL."""

from akson.fhir.search.parsing import parse
from akson.fhir.search.query import Query

__all__ = ["Query", "parse"]
