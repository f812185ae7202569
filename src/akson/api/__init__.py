"""The FHIR door: HTTP routes, interactions, capability statement. Entry point: `build`."""

from akson.api.door import Authenticate, Door
from akson.fhir.search.words import CORE, Words
from akson.record.door import Record

__all__ = ["build"]


def build(record: Record, *, authenticate: Authenticate, base_url: str = "", words: Words = CORE) -> Door:
    """The ASGI application for everything below /fhir.

    `authenticate` gives the Actor of an Authorization header, or raises Problem UNAUTHENTICATED. `base_url` is the
    address others know this node by, without /fhir; when empty, links say what the client called us. `words` expands
    value sets and walks hierarchies of codes for searches.
    """
    return Door(record, authenticate, base_url, words)
