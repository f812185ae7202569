"""One reader's summary of one patient: read through her RecordSession at once, and so decided and logged as one access."""

from akson.fhir.codec import json
from akson.record.session import RecordSession
from akson.record.values import Part
from akson.sharing.summary.choosing import READ
from akson.sharing.summary.document import Maker, document
from akson.sharing.summary.reading import Resource


async def summary_of(session: RecordSession, patient: str, maker: Maker) -> Resource:
    """The document Bundle. Raises Problem NOT_FOUND for a patient that is missing or hidden, alike."""
    found = await session.everything(patient, Part(types=READ))
    rows = [json.parse(v.body) for v in (*found.matches, *found.included) if v.body is not None]
    whose = next((r for r in rows if r["resourceType"] == "Patient" and r["id"] == patient), None)
    if whose is None:
        # Whatever the reason is, this says it as any other read does.
        whose = json.parse((await session.read("Patient", patient)).body or b"{}")
    return document(rows, whose, maker, session.at, may=lambda type: session.may("search", type))
