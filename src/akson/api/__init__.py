"""The FHIR door: HTTP routes, interactions, capability statement. Entry point: `build`."""

from pathlib import Path

from akson.api.door import Door, Identifies
from akson.record.door import Record
from akson.terminology import Terminology

__all__ = ["build"]


def build(
    record: Record,
    *,
    callers: Identifies,
    base_url: str = "",
    terminology: Terminology | None = None,
    profiles: Path | None = None,
) -> Door:
    """The ASGI application for everything below /fhir.

    `callers` tell who a request comes from, or raise Problem UNAUTHENTICATED, and how to come again. `base_url` is the
    address others know this node by, without /fhir; when empty, links say what the client called us. `terminology`: the
    words of the node, for its operations and for searches; what comes with Akson when none is given.
    `profiles`: a folder of profiles for $validate.
    """
    return Door(record, callers, base_url, terminology or Terminology.of_this_installation(), profiles)
