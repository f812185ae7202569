"""Items for what is not done: one Task per row, owned by the unit that sent it, until a receipt comes or a person is done.

No patient data: a message is named by its number in the outbox, type and receiver. The id follows from row and spell, so
that a second try finds the work of the first; one that ends before it was made is made ended, so that a slower hand cannot
open it.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from akson.exchange.inbox.delivery import TASK_OPEN
from akson.exchange.inbox.directory import Directory, Place, Resource
from akson.exchange.outbox import states
from akson.exchange.outbox.naming import communication_id
from akson.exchange.outbox.words import remedy
from akson.exchange.times import NORWAY
from akson.fhir.search.parsing import parse
from akson.record.values import Change
from akson.store.outbox_rows import KeptReceipt, OutboxRow
from akson.terminology.systems import HER_ID, OUTBOX_ITEM
from akson.world import Clock

TASKS = "https://akson.no/fhir/CodeSystem/task"
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://akson.no/exchange/outbox")
_OPEN, _ENDED = "requested", "completed"
_TITLES = {
    states.NEGATIVE: "Melding avvist av mottaker",
    states.FAILED: "Melding ikke sendt",
    states.OVERDUE: "Melding ikke bekreftet",
}


class RecordDesk:
    """Gives items through the record, as the municipality's own post."""

    def __init__(self, directory: Directory, clock: Clock) -> None:
        self._directory = directory
        self._clock = clock

    async def give(self, row: OutboxRow, receipts: Sequence[KeptReceipt]) -> str:
        directory = self._directory.afresh()
        await self._end(directory, row, row.sending.spell - 1)
        codes = next((r.codes for r in reversed(receipts) if r.verdict == "first"), ())
        told = f"Mottakeren oppga {', '.join(codes)}." if codes and row.sending.receipt else ""
        words = f"{_name(row)} {remedy(row.sending, codes)} {told}".strip()
        owner = await self._owner(directory, row)
        id = item_id(row, row.sending.spell)
        await self._make(
            directory, row.tenant, id, _task(row, _TITLES[row.sending.state], words, owner, self._now())
        )
        return id

    async def release(self, row: OutboxRow) -> None:
        await self._end(self._directory.afresh(), row, row.sending.spell)

    async def give_receipt(self, receipt: KeptReceipt, row: OutboxRow | None) -> str:
        directory = self._directory.afresh()
        tenant = row.tenant if row else directory.tenants[0]
        id = str(uuid.uuid5(_NAMESPACE, f"receipt|{receipt.id}|{receipt.digest.hex()}"))
        owner = await directory.officer(tenant, None)
        if row is None:
            title = "Kvittering uten melding"
            words = f"En kvittering fra {receipt.sender} gjelder en melding som ikke er sendt herfra."
        else:
            title = "To ulike kvitteringer"
            words = (
                f"{_name(row)} Mottakeren har svart to ganger, og ikke det samme. Den første gjelder. "
                "Ring mottakeren og spør hva som er riktig."
            )
        words = f"{words} Nummer {receipt.id} blant kvitteringene."
        await self._make(directory, tenant, id, _base(title, words, owner, self._now()))
        return id

    async def _owner(self, directory: Directory, row: OutboxRow) -> Resource:
        """The one unit of the sending service that cares for the patient, so that her nurses have it in their worklist; else
        the service; the message officer when the record does not know it."""
        place = await directory.place(row.tenant, row.sender)
        if place is None:
            return await directory.officer(row.tenant, None)
        units = await self._caring(directory, row, place)
        return units[0].reference if len(units) == 1 else place.reference

    async def _caring(self, directory: Directory, row: OutboxRow, service: Place) -> list[Place]:
        """Those within the service that have the patient of the message. The item itself names her to nobody."""
        id = communication_id(row.tenant, row.sender, row.msg_id)
        sent = await directory.read(row.tenant, f"Communication/{id}") or {}
        patient = str((sent.get("subject") or {}).get("reference", ""))
        if not patient.startswith("Patient/"):
            return []
        asked = parse("EpisodeOfCare", [("patient", patient), ("status", "active")])
        units = {
            str((care.get("managingOrganization") or {}).get("reference", ""))
            for care in await directory.find(row.tenant, asked)
        }
        places = [await directory.place_of(row.tenant, unit) for unit in sorted(units - {""})]
        return [place for place in places if place is not None and place.within(service.id)]

    async def _end(self, directory: Directory, row: OutboxRow, last: int) -> None:
        """Every item up to that spell: the one before may have begun and ended between two rounds of work."""
        for spell in range(1, last + 1):
            await self._end_one(directory, row, item_id(row, spell))

    async def _end_one(self, directory: Directory, row: OutboxRow, id: str) -> None:
        standing = await directory.read(row.tenant, f"Task/{id}")
        reason = {"text": "Meldingen er tatt hånd om."}
        if standing is None:
            ended = _task(
                row, "Melding fulgt opp", _name(row), await self._owner(directory, row), self._now()
            )
            ended |= {"status": _ENDED, "statusReason": reason}
            await self._make(directory, row.tenant, id, ended)
        elif standing.get("status") in TASK_OPEN:
            ended = {**standing, "status": _ENDED, "statusReason": reason}
            version = int(standing["meta"]["versionId"])
            change = Change("PUT", "Task", id=id, resource=ended, if_match=version)
            await directory.session(row.tenant).commit([change])

    async def _make(self, directory: Directory, tenant: int, id: str, resource: Resource) -> None:
        """Nothing when it stands, in whatever state: somebody was first, or a person has been at it."""
        if await directory.read(tenant, f"Task/{id}") is None:
            session = directory.session(tenant)
            await session.commit([Change("POST", "Task", resource=resource, given_id=id)])

    def _now(self) -> datetime:
        return self._clock.now().astimezone(NORWAY)


def item_id(row: OutboxRow, spell: int) -> str:
    return str(uuid.uuid5(_NAMESPACE, f"{row.tenant}|{row.id}|{row.digest.hex()}|{spell}"))


def _name(row: OutboxRow) -> str:
    at = row.generated_at.astimezone(NORWAY)
    return f"Melding {row.type} til {row.receiver}, laget {at:%d.%m.%Y kl. %H.%M}, nummer {row.id} i utgående post."


def _task(row: OutboxRow, title: str, description: str, owner: Resource, at: datetime) -> Resource:
    identifier = {"system": OUTBOX_ITEM, "value": str(row.id)}
    return {
        **_base(title, description, owner, at),
        "identifier": [identifier],
        "requester": {"type": "Organization", "identifier": {"system": HER_ID, "value": row.receiver}},
    }


def _base(title: str, description: str, owner: Resource, at: datetime) -> dict[str, Any]:
    return {
        "resourceType": "Task",
        "status": _OPEN,
        "intent": "order",
        "priority": "routine",
        "code": {"coding": [{"system": TASKS, "code": "follow-up"}], "text": title},
        "description": description,
        "authoredOn": at.isoformat(timespec="seconds"),
        "owner": owner,
    }
