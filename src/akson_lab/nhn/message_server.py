"""The EDI 2.0 message server over HTTP: version 3 as https://utviklerportal.nhn.no describes it (2026), `read` as in 2.

What the description leaves open is decided here, and said: configurations are a list, each with its `herId`; `Acknowledged`
comes when the receiver has marked the message as read, or at once with `acknowledges_at="delivery"`; a second AppRec from
the same receiver is refused with 1001.
"""

import base64
import binascii
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from akson_lab.clock import LabClock
from akson_lab.nhn.documents import STATUSES, Seen, Unreadable, look, receipt
from akson_lab.nhn.helseid import Client
from akson_lab.nhn.messages import ACKNOWLEDGED, Message, Messages
from akson_lab.nhn.parties import Parties

AUDIENCE = "nhn:msh"
DOCUMENT_BYTES_MAX = 35_000_000
REQUEST_BYTES_MAX = 64 * 1024 * 1024
PAGE, PAGE_MAX = 100, 1000
INVALID, NOT_FOUND, ON_APPREC, NOT_RECEIVER, NOT_ADDRESSED, NOT_AUTHORISED, LOCKED = (
    1001,
    1010,
    1100,
    1102,
    1201,
    1202,
    1210,
)
"""NHN's error numbers of version 3."""


CLIENT = web.RequestKey("client", Client)
"""Who asks, once the door has let it in."""


class Refusal(Exception):
    def __init__(self, status: int, number: int, words: str) -> None:
        super().__init__(words)
        self.status, self.number, self.words = status, number, words


@dataclass(slots=True)
class MessageServer:
    messages: Messages
    parties: Parties
    clock: LabClock
    acknowledges_at: str = "read"
    """`read` or `delivery`."""
    holders: dict[int, tuple[str, bool]] = field(default_factory=dict)
    """HER-id -> the client that configured it, and whether it is locked to that one."""

    def routes(self) -> list[web.RouteDef]:
        return [
            web.put("/mshconfigurations", self._configure),
            web.post("/messages", self._send),
            web.get("/messages/{id}", self._about),
            web.get("/messages/{id}/business-document", self._document),
            web.get("/messages/{id}/status", self._status),
            web.get("/messages/{id}/apprec", self._receipts),
            web.post("/messages/{id}/apprec", self._answer),
            web.put("/messages/{id}/read/{her}", self._read),
            web.get("/notifications", self._notifications),
        ]

    async def _configure(self, request: web.Request) -> web.Response:
        wanted = await _body(request, list)
        client = _client(request)
        for each in wanted:
            her = _number(each, "herId")
            self._may_act(client, her, configured=False)
        for each in wanted:
            self.holders[int(each["herId"])] = (client.id, bool(each.get("clientLocked")))
        return web.Response(status=204)

    async def _send(self, request: web.Request) -> web.Response:
        told = await _body(request, dict)
        sender, receivers = _number(told, "senderHerId"), told.get("receiverHerIds")
        self._may_act(_client(request), sender)
        document = _document_of(told)
        needed = ("messageTypeIdentificator", "applicationName", "applicationVersion")
        if any(not isinstance(told.get(name), str) or not told[name] for name in needed):
            raise Refusal(400, INVALID, "The request lacks metadata.")
        if not isinstance(receivers, list) or not receivers or not all(isinstance(r, int) for r in receivers):
            raise Refusal(400, INVALID, "The request names no receivers.")
        for receiver in receivers:
            party = self.parties.known.get(receiver)
            if party is None or not party.may_talk(self.clock.now()):
                raise Refusal(400, INVALID, "A receiver is no communication party in force.")
        seen = _seen(document)
        if seen.kind == "message" and sender not in seen.senders:
            raise Refusal(400, INVALID, "The document's sender is another.")
        accepted = self._accept(sender, receivers, document, told["messageTypeIdentificator"], seen, request)
        if seen.kind == "apprec" and (answered := self.messages.answered_by(seen, sender)):
            self.messages.note_receipt(answered, sender, seen.status, ())
        return web.json_response({"id": accepted.id}, status=202)

    def _accept(
        self, sender: int, receivers: list[int], document: bytes, type: str, seen: Seen, request: web.Request
    ) -> Message:
        source = request.headers.get("nhn-source-system", "")
        made = self.messages.accept(sender, receivers, document, type, seen, source)
        if self.acknowledges_at == "delivery":
            for receiver in receivers:
                if not made.deliveries[receiver].lost:
                    self.messages.settle(made, receiver, ACKNOWLEDGED)
        return made

    async def _about(self, request: web.Request) -> web.Response:
        message, her = self._addressed(request)
        return web.json_response(
            {
                "id": message.id,
                "contentType": "application/xml",
                "senderHerId": message.sender,
                "receiverHerId": her,
                "businessDocumentId": message.seen.id,
                "businessDocumentGenDate": message.seen.made,
                "isAppRec": message.seen.kind == "apprec",
                "sourceSystem": message.source,
            }
        )

    async def _document(self, request: web.Request) -> web.Response:
        message, her = self._addressed(request)
        delivery = message.deliveries.get(her)
        content = delivery.document if delivery else message.document
        return web.json_response(
            {
                "businessDocument": base64.b64encode(content).decode(),
                "contentType": "application/xml",
                "contentTransferEncoding": "base64",
            }
        )

    async def _status(self, request: web.Request) -> web.Response:
        message, _ = self._addressed(request)
        return web.json_response(
            [
                {
                    "receiverHerId": each.receiver,
                    "transportDeliveryState": each.state,
                    "sent": not each.lost,
                    "appRecStatus": each.status or None,
                }
                for each in message.deliveries.values()
            ]
        )

    async def _receipts(self, request: web.Request) -> web.Response:
        message, _ = self._addressed(request)
        return web.json_response(
            [
                {
                    "receiverHerId": each.receiver,
                    "appRecStatus": each.status or None,
                    "appRecErrorList": list(each.errors),
                }
                for each in message.deliveries.values()
            ]
        )

    async def _answer(self, request: web.Request) -> web.Response:
        told = await _body(request, dict)
        by = _number(told, "appRecSenderHerId")
        self._may_act(_client(request), by)
        message = self._found(request)
        if message.seen.kind == "apprec":
            raise Refusal(400, ON_APPREC, "An AppRec is not answered.")
        delivery = message.deliveries.get(by)
        if delivery is None:
            raise Refusal(400, NOT_RECEIVER, "Not a receiver of that message.")
        status, errors = str(told.get("appRecStatus", "")), told.get("appRecErrorList") or []
        if status not in STATUSES or delivery.status:
            raise Refusal(400, INVALID, "The status is none, or the message has its AppRec.")
        try:
            document = receipt(
                message.document, by, status, errors, id=str(uuid.uuid4()), at=self.clock.now()
            )
        except Unreadable:
            raise Refusal(400, INVALID, "An AppRec cannot be made of this document.") from None
        made = self._accept(by, [message.sender], document, "APPREC", look(document), request)
        self.messages.note_receipt(message, by, status, errors)
        return web.json_response({"id": made.id}, status=202)

    async def _read(self, request: web.Request) -> web.Response:
        her = int(request.match_info["her"])
        self._may_act(_client(request), her)
        message = self._found(request)
        if her not in message.deliveries:
            raise Refusal(403, NOT_ADDRESSED, "Not a receiver of that message.")
        self.messages.mark_read(message, her)
        if self.acknowledges_at == "read":
            self.messages.settle(message, her, ACKNOWLEDGED)
        return web.Response(status=204)

    async def _notifications(self, request: web.Request) -> web.Response:
        her_ids = [_plain(her) for her in request.query.getall("HerIds", [])]
        count, offset = (
            _plain(request.query.get("NotificationsToFetch", str(PAGE))),
            request.query.get("Offset", "0"),
        )
        if not her_ids or not 1 <= count <= PAGE_MAX:
            raise Refusal(400, INVALID, "HerIds or NotificationsToFetch is wrong.")
        for her in her_ids:
            self._may_act(_client(request), her)
        listed = [
            {
                "relatedMessageId": n.message,
                "type": n.type,
                "notificationReceiverHerId": n.receiver,
                "notificationTriggeredByHerId": n.by,
                "description": n.words,
                "createdAt": n.at.isoformat(),
                "offset": n.offset,
            }
            for n in self.messages.told(her_ids, _plain(offset), count)
        ]
        return web.json_response({"notifications": listed})

    def _may_act(self, client: Client, her: int, *, configured: bool = True) -> None:
        if her not in client.her_ids:
            raise Refusal(403, NOT_AUTHORISED, "Not authorised for that HER-id.")
        holder = self.holders.get(her)
        if holder is not None and holder[1] and holder[0] != client.id:
            raise Refusal(423, LOCKED, "Locked by another client.")
        if configured and holder is None:
            raise Refusal(400, INVALID, "That HER-id has no configuration.")

    def _found(self, request: web.Request) -> Message:
        message = self.messages.kept.get(request.match_info["id"].lower())
        if message is None:
            raise Refusal(404, NOT_FOUND, "No such message.")
        return message

    def _addressed(self, request: web.Request) -> tuple[Message, int]:
        """The message, and as which of its parties the client sees it: as a receiver first."""
        message, client = self._found(request), _client(request)
        for her in (*message.deliveries, message.sender):
            if her in client.her_ids:
                self._may_act(client, her)
                return message, her
        raise Refusal(403, NOT_ADDRESSED, "Not addressed to any of the client's parties.")


def _client(request: web.Request) -> Client:
    return request[CLIENT]


async def _body(request: web.Request, kind: type) -> Any:
    try:
        told = await request.json()
    except ValueError:
        told = None
    if not isinstance(told, kind):
        raise Refusal(400, INVALID, "The body is not what it should be.")
    return told


def _number(told: Any, name: str) -> int:
    value = told.get(name) if isinstance(told, Mapping) else None
    if not isinstance(value, int) or isinstance(value, bool):
        raise Refusal(400, INVALID, f"{name} is no number.")
    return value


def _plain(text: str) -> int:
    if not text.isdecimal():
        raise Refusal(400, INVALID, "A number is none.")
    return int(text)


def _document_of(told: Mapping[str, Any]) -> bytes:
    if told.get("contentType") != "application/xml" or told.get("contentTransferEncoding") != "base64":
        raise Refusal(400, INVALID, "Only application/xml in base64 is taken.")
    try:
        content = base64.b64decode(str(told.get("businessDocument", "")), validate=True)
    except binascii.Error:
        raise Refusal(400, INVALID, "The document is not base64.") from None
    if not content:
        raise Refusal(400, INVALID, "There is no document.")
    if len(content) > DOCUMENT_BYTES_MAX:
        raise Refusal(413, INVALID, "The document is larger than 35 MB.")
    return content


def _seen(document: bytes) -> Seen:
    try:
        return look(document)
    except Unreadable:
        raise Refusal(400, INVALID, "The document is no XML.") from None
