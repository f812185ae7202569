"""What `akson reindex` reads out of a stored body anew: its index values, and the care relations it gives."""

from collections.abc import Sequence
from datetime import datetime

from akson.fhir.codec.json import parse
from akson.fhir.extraction import extract
from akson.fhir.index_values import IndexValues
from akson.record.care_relations import care_relations
from akson.store.values import CareRelationRow


def read_again(_type: str, body: bytes, updated: datetime) -> tuple[IndexValues, Sequence[CareRelationRow]]:
    """The same as a commit derives; `updated` is the instant of the version, where a relation begins that states none."""
    resource = parse(body)
    return extract(resource), care_relations(resource, since=updated)
