"""NHN's EDI 2.0: their message server signs, seals and carries; we submit and poll over REST.

API version 3 (https://utviklerportal.nhn.no, 2026), and version 2's path where 3 is not described (`read`). The server makes
AppRecs itself from status and errors, so a receipt that we can read goes to its own endpoint; all else goes as it is.

    POST /messages, POST /messages/{id}/apprec      send       -> Handed(reference = the server's id)
    GET /notifications?Offset=…                     fetch      each NewMessage with its document; states of what was sent
    PUT /messages/{id}/read/{her}                   taken      asked again at the next fetch when it got no answer

The API knows no idempotency key: a parcel whose answer was lost is submitted twice, and its receiver knows it by MsgId.
"""

import asyncio
import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from akson.exchange.envelope import apprec
from akson.exchange.nhn.api import NhnApi, NoAnswer, Reply
from akson.exchange.transport.contract import Arrival, Handed, Kind, Parcel, Undeliverable, Unreachable
from akson.exchange.transport.edi20_memory import Edi20Memory
from akson.fhir.problem import Problem

API_VERSION = "3"
DOCUMENT_BYTES_MAX = 35 * 1000 * 1000
"""35 MB: the e-mail behind it takes 51.2 MB, and base64 is a third more."""
PAGE_MAX = 100
OPENED_EACH_FETCH_MAX = 1_000
"""Notifications looked at in one fetch: those that say nothing new must not keep it forever."""
LOCKED = 423
_ACKNOWLEDGED, _REJECTED = "acknowledged", "rejected"


@dataclass(frozen=True, slots=True)
class Application:
    """Which program asks; the server demands to know."""

    name: str
    version: str

    @property
    def headers(self) -> dict[str, str]:
        return {"api-version": API_VERSION, "nhn-source-system": f"{self.name}, v{self.version}"}


@dataclass(frozen=True, slots=True)
class _Notice:
    offset: int
    type: str
    message: str
    receiver: str
    by: str


class Edi20:
    """For the communication parties `her_ids`, which NHN has registered as this client's."""

    name = "edi20"

    def __init__(
        self, api: NhnApi, her_ids: Sequence[str], memory: Edi20Memory, application: Application
    ) -> None:
        self._api = api
        self._her_ids = tuple(her_ids)
        self._memory = memory
        self._application = application
        self._configured = False
        self._learnt: dict[str, Arrival] = {}
        """States that came as an answer to a question; they are given out by `fetch` like all others."""

    async def send(self, parcel: Parcel) -> Handed:
        if len(parcel.document) > DOCUMENT_BYTES_MAX:
            megabytes = DOCUMENT_BYTES_MAX // 1_000_000
            raise Undeliverable(f"The document is larger than the {megabytes} MB that EDI 2.0 takes.")
        if not (parcel.sender.isdecimal() and parcel.receiver.isdecimal()):
            raise Undeliverable("Sender and receiver must be HER-ids in digits.")
        try:
            await self._configure()
            known = self._memory.reference(parcel.id)
            reference = known or await self._submit(parcel)
            return Handed(reference, confirmed=bool(known) and await self._asked(reference, parcel))
        except NoAnswer as failed:
            raise Unreachable(str(failed)) from failed

    async def fetch(self, limit: int) -> Sequence[Arrival]:
        try:
            await self._configure()
            await self._mark_what_is_left()
            return await self._gather(limit)
        except NoAnswer as failed:
            raise Unreachable(str(failed)) from failed

    async def taken(self, arrival: Arrival) -> None:
        self._learnt.pop(arrival.reference, None)
        marks = (arrival.reference, arrival.receiver) if arrival.kind is Kind.MESSAGE else None
        self._memory.take(_key(arrival.reference, arrival.receiver), marks)
        if marks is not None:
            try:
                await self._mark(*marks)
            except NoAnswer:
                return  # It is remembered, and told at the next fetch.

    async def close(self) -> None:
        await self._api.close()

    # Out

    async def _submit(self, parcel: Parcel) -> str:
        receipt = _receipt(parcel)
        if receipt is not None:
            reference = await self._submit_receipt(parcel, receipt)
        else:
            reference = await self._submit_document(parcel)
        self._memory.handed(parcel.id, reference)
        return reference

    async def _submit_document(self, parcel: Parcel) -> str:
        body = await asyncio.to_thread(self._message, parcel)
        reply = await self._api.ask("POST", "/messages", body=body)
        if reply.status not in (200, 201, 202):
            raise _refusal(reply, parcel)
        return _assigned(reply)

    def _message(self, parcel: Parcel) -> bytes:
        return _json(
            {
                "senderHerId": int(parcel.sender),
                "receiverHerIds": [int(parcel.receiver)],
                "businessDocument": base64.b64encode(parcel.document).decode(),
                "contentType": "application/xml",
                "contentTransferEncoding": "base64",
                "messageTypeIdentificator": parcel.type,
                **self._program,
            }
        )

    async def _submit_receipt(self, parcel: Parcel, receipt: apprec.AppRec) -> str:
        body = _json(
            {
                "appRecSenderHerId": int(parcel.sender),
                "appRecStatus": receipt.status,
                "appRecErrorList": [
                    {"errorCode": e.v, "details": e.ot, "description": e.dn, "oid": e.s}
                    for e in receipt.errors
                ],
                **self._program,
            }
        )
        path = f"/messages/{parcel.refers_to}/apprec"
        reply = await self._api.ask("POST", path, body=body)
        if reply.status in (200, 201, 202):
            return _assigned(reply)
        standing = await self._receipts(parcel.refers_to)
        if any(_her(told) == parcel.sender and _status(told) == receipt.status for told in standing):
            return (
                parcel.id
            )  # An earlier try came through, and its answer was lost: there is one receipt, and it is this.
        said_otherwise = any(_her(told) == parcel.sender and _status(told) for told in standing)
        if reply.status == 400 and not said_otherwise:
            # It answers what the server cannot read itself (a letter without MsgHead): then our own document goes.
            return await self._submit_document(parcel)
        raise _refusal(reply, parcel)

    @property
    def _program(self) -> dict[str, str]:
        return {
            "applicationName": self._application.name,
            "applicationVersion": self._application.version,
        }

    async def _asked(self, reference: str, parcel: Parcel) -> bool:
        """Whether the receiver's transport has it: asked when the same parcel is handed over once more."""
        notice = _Notice(0, "asked", reference, parcel.sender, parcel.receiver)
        arrival = await self._state(notice)
        if arrival is None:
            return False
        self._learnt[arrival.reference] = arrival
        return arrival.kind is Kind.ACKNOWLEDGED

    # In

    async def _gather(self, limit: int) -> list[Arrival]:
        found = list(self._learnt.values())[:limit]
        offset, all_taken, looked_at = self._memory.offset, True, 0
        while len(found) < limit and looked_at < OPENED_EACH_FETCH_MAX:
            page = await self._notices(offset)
            looked_at += len(page)
            for notice in page:
                if len(found) >= limit:
                    break
                try:
                    arrival = await self._arrival(notice)
                except NoAnswer:
                    if found:
                        # What came before the server fell silent is not kept waiting for what comes after.
                        return found
                    raise
                offset = max(offset, notice.offset)
                if arrival is not None:
                    found.append(arrival)
                    all_taken = False
                if all_taken:
                    self._memory.move_to(offset)
            if len(page) < PAGE_MAX:
                break
        return found

    async def _notices(self, offset: int) -> list[_Notice]:
        query = [("HerIds", her) for her in self._her_ids]
        query += [("NotificationsToFetch", str(PAGE_MAX)), ("Offset", str(offset))]
        reply = await self._api.ask("GET", "/notifications", query=query)
        if reply.status != 200:
            raise self._not_ours(reply)
        told = reply.json()
        listed = told.get("notifications") if isinstance(told, dict) else told
        if not isinstance(listed, list):
            raise NoAnswer("The message server's list of notifications cannot be read.")
        return [_notice(each) for each in listed]

    async def _arrival(self, notice: _Notice) -> Arrival | None:
        """None for what is taken already, or tells nothing that anybody waits for."""
        if self._memory.is_taken(_key(_reference(notice), notice.receiver)):
            return None
        if notice.type == "NewMessage":
            return await self._document(notice)
        if notice.type == "MessageSentStateUpdated":
            return await self._state(notice)
        if notice.type == "MessageApprecInfoUpdated":
            return await self._receipt_told(notice)
        if notice.type == "RefusedMessage":
            note = "Meldingstjeneren avviste en melding til oss før den kom fram."
            return _told(notice, Kind.REFUSED, b"", note)
        return None

    async def _document(self, notice: _Notice) -> Arrival:
        reply = await self._api.ask("GET", f"/messages/{notice.message}/business-document")
        document = _decoded(reply) if reply.status == 200 else None
        broken = document is None
        return Arrival(
            reference=notice.message,
            kind=Kind.MESSAGE,
            original=reply.body if document is None else document,
            document=document or b"",
            name=f"EDI 2.0 {notice.message}",
            sender=notice.by,
            receiver=notice.receiver,
            problem="T01" if broken else "",
            note=f"Meldingstjeneren ga ikke ut dokumentet ({reply.error})." if broken else "",
        )

    async def _state(self, notice: _Notice) -> Arrival | None:
        reply = await self._api.ask("GET", f"/messages/{notice.message}/status")
        for told in _list(reply):
            if _her(told) != notice.by:
                continue
            state = str(told.get("transportDeliveryState", "")).lower()
            if state == _ACKNOWLEDGED:
                return _told(notice, Kind.ACKNOWLEDGED, reply.body, "")
            if state == _REJECTED:
                return _told(notice, Kind.REFUSED, reply.body, "Mottakers meldingstjener avviste meldingen.")
        return None

    async def _receipt_told(self, notice: _Notice) -> Arrival | None:
        """The receipt itself comes as a document; that there is one already proves that the message came through."""
        for told in await self._receipts(notice.message):
            if _her(told) == notice.by and _status(told) in ("1", "2", "3"):
                return _told(notice, Kind.ACKNOWLEDGED, _json(told), f"AppRec med status {_status(told)}.")
        return None

    async def _receipts(self, message: str) -> list[Mapping[str, Any]]:
        """What the server knows of receipts of one message, one for each receiver."""
        return _list(await self._api.ask("GET", f"/messages/{message}/apprec"))

    async def _mark_what_is_left(self) -> None:
        for message, her in self._memory.unmarked:
            await self._mark(message, her)

    async def _mark(self, message: str, her: str) -> None:
        """Read by `her`. A server that does not know the message any more has forgotten it by itself."""
        await self._api.ask("PUT", f"/messages/{message}/read/{her}")
        self._memory.marked((message, her))

    async def _configure(self) -> None:
        """Told anew by each process, as NHN asks: this client and no other fetches for these HER-ids, by polling."""
        if self._configured:
            return
        wanted = [
            {
                "herId": int(her),
                "clientLocked": True,
                "receiveNotificationChannel": "ApiPolling",
                "receiveRefusedMessageNotices": True,
            }
            for her in self._her_ids
        ]
        reply = await self._api.ask("PUT", "/mshconfigurations", body=_json(wanted))
        if reply.status not in (200, 201, 204):
            raise self._not_ours(reply)
        self._configured = True

    def _not_ours(self, reply: Reply) -> NoAnswer:
        """Not the fault of any parcel: it waits until NHN or we have mended the registration, and is then told anew."""
        self._configured = False
        if reply.status == LOCKED:
            return NoAnswer(f"Another client has locked one of our HER-ids at EDI 2.0 ({reply.error}).")
        return NoAnswer(f"EDI 2.0 does not let us act for our HER-ids ({reply.error}).")


def _refusal(reply: Reply, parcel: Parcel) -> Exception:
    if reply.status == LOCKED:
        return Unreachable(f"Another client has locked HER-id {parcel.sender} at EDI 2.0 ({reply.error}).")
    if reply.status == 403:
        return Undeliverable(
            f"EDI 2.0 does not let this client send for HER-id {parcel.sender} ({reply.error})."
        )
    return Undeliverable(
        f"EDI 2.0 refuses the message from HER-id {parcel.sender} to HER-id {parcel.receiver} ({reply.error})."
    )


def _receipt(parcel: Parcel) -> apprec.AppRec | None:
    """Status and errors of a receipt whose question the server knows; None for everything else."""
    if parcel.type != "APPREC" or not parcel.refers_to:
        return None
    try:
        return apprec.read_apprec(parcel.document)
    except Problem:
        return None


def _assigned(reply: Reply) -> str:
    """Version 3 gives an object with `id`, the ones before it the id alone."""
    told = reply.json()
    found = told.get("id") if isinstance(told, dict) else told
    if not isinstance(found, str) or not 0 < len(found) <= 64 or not _plain(found):
        raise NoAnswer("The message server gave the message no id.")
    return found.lower()


def _plain(id: str) -> bool:
    """Ids become part of addresses."""
    return id.isascii() and id.replace("-", "").isalnum()


def _notice(told: Any) -> _Notice:
    message = str(told.get("relatedMessageId", "")).lower() if isinstance(told, dict) else ""
    if not isinstance(told, dict) or not isinstance(told.get("offset"), int) or not _plain(message):
        raise NoAnswer("A notification of the message server cannot be read.")
    return _Notice(
        told["offset"],
        str(told.get("type", "")),
        message,
        str(told.get("notificationReceiverHerId") or ""),
        str(told.get("notificationTriggeredByHerId") or ""),
    )


def _reference(notice: _Notice) -> str:
    return (
        notice.message if notice.type == "NewMessage" else f"{notice.type}:{notice.message}:{notice.offset}"
    )


def _key(reference: str, receiver: str) -> str:
    return f"{reference}:{receiver}"


def _told(notice: _Notice, kind: Kind, original: bytes, note: str) -> Arrival:
    return Arrival(
        reference=_reference(notice),
        kind=kind,
        original=original or _reference(notice).encode(),
        name=f"EDI 2.0 {notice.type}",
        sender=notice.by,
        receiver=notice.receiver,
        refers_to=notice.message if notice.type != "RefusedMessage" else "",
        note=note,
    )


def _decoded(reply: Reply) -> bytes | None:
    told = reply.json()
    if not isinstance(told, dict) or str(told.get("contentTransferEncoding", "base64")).lower() != "base64":
        return None
    try:
        return base64.b64decode(str(told.get("businessDocument", "")), validate=True) or None
    except binascii.Error:
        return None


def _list(reply: Reply) -> list[Mapping[str, Any]]:
    if reply.status != 200:
        return []
    told = reply.json()
    return [each for each in told if isinstance(each, dict)] if isinstance(told, list) else []


def _her(told: Mapping[str, Any]) -> str:
    return str(told.get("receiverHerId") or "")


_STATUSES = {"ok": "1", "rejected": "2", "okerrorinmessagepart": "3"}


def _status(told: Mapping[str, Any]) -> str:
    """Code in 8258: it is written as a number and, by some, as a name."""
    given = str(told.get("appRecStatus") or "")
    return _STATUSES.get(given.lower(), given)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
