"""What `akson reindex` reads out of a stored body anew: its index values, and the facts it gives."""

from dataclasses import replace
from datetime import datetime

from akson.access.giving import OWN_PEN
from akson.fhir.codec.json import parse
from akson.fhir.extraction import extract
from akson.fhir.index_values import IndexValues
from akson.record import facts
from akson.record.facts.teams import ACTS
from akson.store.values import Derived


def read_again(body: bytes, updated: datetime, kinds: frozenset[str]) -> tuple[IndexValues, Derived]:
    """The same as a commit derives; `updated` is the instant of the version, where a relation begins that states none.

    `kinds` are those of the care relations that the version has given: an act of the record stays what it was, and what an
    ordinary write claims to be one gives nothing now either; `own-pen Practitioner/ida` counts for nothing as before.
    """
    resource = parse(body)
    act = next((kind for kind in sorted(ACTS) if kind in kinds), "")
    derived = facts.of(resource, since=updated, act=act)
    own = {kind.removeprefix(f"{OWN_PEN} ") for kind in kinds if kind.startswith(f"{OWN_PEN} ")}
    if own:
        rows = (replace(row, kind=OWN_PEN) if row.grantee in own else row for row in derived.relations)
        derived = replace(derived, relations=tuple(rows))
    return extract(resource), derived
