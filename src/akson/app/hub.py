"""The prescription hub, as this node's `post.toml` names it, and which list of a patient's stands there as far as we know.

    prescription_hub = "990602"        # post.toml; without it nothing is shared with the hub, and screens say so

A list there is replaced by whoever names the message that the standing one came by: the newest of our own that the hub has
not refused, and what it last answered (M9.12's RefMsgId). docs/adr/0216.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from akson.app.posting import declared
from akson.care.fhir_json import Resource, instant
from akson.care.pathway import said
from akson.care.pathway.said import Receipt
from akson.exchange import mirror
from akson.exchange.building.facts import Address
from akson.exchange.building.prescriptions import LIST, QUESTION
from akson.exchange.prescription.sources import ANSWER
from akson.fhir.codec import json
from akson.fhir.problem import Problem
from akson.fhir.search.query import Query, ReferenceValue, Sort, Term, TokenValue
from akson.record.session import RecordSession

NAME = "Reseptformidleren"
PAGE = 50
"""Messages to and from the hub about one patient that are looked through, newest first."""
_NOT_THERE = (said.REFUSED, said.UNDELIVERED, said.SETTLED)

Receipts = Callable[[Iterable[Resource]], Awaitable[Mapping[str, Receipt]]]


@dataclass(frozen=True, slots=True)
class Standing:
    version: str = ""
    """MsgId that the list at the hub came by; "" when there is none, or nobody has asked."""
    asked: datetime | None = None
    told: datetime | None = None
    """When it last answered."""


def hub_of(data: Path) -> Address | None:
    """None without one, and for a faulty file: that the post worker tells."""
    try:
        told = declared.load(data)
    except Problem:
        return None
    if not told.prescription_hub:
        return None
    partner = told.partners.get(told.prescription_hub)
    return Address(partner.name if partner and partner.name else NAME, told.prescription_hub)


async def standing(session: RecordSession, patient: str, receipts: Receipts) -> Standing:
    """Of what stands in the record; the hub itself is asked by M9.11."""
    query = Query(
        "Communication",
        terms=(
            Term("patient", "reference", None, (ReferenceValue("Patient", patient),)),
            Term("category", "token", None, tuple(TokenValue(None, t) for t in (LIST, QUESTION, ANSWER))),
        ),
        sort=(Sort("sent", "date", descending=True),),
        count=PAGE,
    )
    page = await session.search(query)
    found = [json.parse(v.body) for v in page.matches if v.body is not None]
    lists = [c for c in found if _type(c) in (LIST, ANSWER)]
    told = await receipts(lists)
    refused = {
        c["id"] for c in lists if (r := told.get(f"Communication/{c['id']}")) and r.state in _NOT_THERE
    }
    newest = next((c for c in lists if c["id"] not in refused), None)
    return Standing(
        version=_version(newest) if newest else "",
        asked=next((instant(c.get("sent")) for c in found if _type(c) == QUESTION), None),
        told=next((instant(c.get("sent")) for c in found if _type(c) == ANSWER), None),
    )


def _type(communication: Resource) -> str:
    codings = [c for one in communication.get("category") or () for c in one.get("coding") or ()]
    return next((str(c.get("code", "")) for c in codings), "")


def _version(communication: Resource) -> str:
    message = mirror.from_fhir(communication)
    if _type(communication) == LIST:
        return message.envelope.msg_id
    answered = next(iter(message.content.values()), {})
    return str(answered.get("RefMsgId", ""))
