"""One who exchanges messages with a municipality over EDI 2.0: sends until it is answered, checks, answers, keeps books.

    Sent("8f01…", "LOG_INNLAGT", 990002, tries=2, status="1")
    Received("91cc…", "DIALOG_SVAR", 990002, copies=2, status="1")

A message without its receipt after `patience_s` is asked about, and then sent again with the same MsgId. A duplicate is
answered again. A type that it does not take is refused (T10), one that the official schema does not allow too (T02); what
it is asked to refuse, once, with the code it is told.
"""

import asyncio
import base64
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any

from akson.exchange.opening import Opened, open_message
from akson_lab.clock import LabClock
from akson_lab.edi_client import EdiClient, NoAnswer
from akson_lab.nhn.documents import Unreadable, letter_receipt, look
from akson_lab.referee import Referee

ROUND_S = 0.2
PAGE = 100
OK, REFUSED = "1", "2"
WORDS = {
    "T01": "Uleselig",
    "T02": "XML validerer ikke",
    "T10": "Støtter ikke meldingsformatet",
    "E21": "Mottaker finnes ikke",
    "E30": "Pasientens fødselsnummer mangler",
    "E36": "Pasientopplysninger",
    "X99": "Annen feil",
}
ERRORS = "2.16.578.1.12.4.1.1.8221"


@dataclass(slots=True)
class Sent:
    msg_id: str
    type: str
    to: int
    document: bytes = field(repr=False)
    tries: int = 0
    status: str = ""
    """Of its receipt; "" while there is none."""
    codes: tuple[str, ...] = ()
    servers: list[str] = field(default_factory=list)
    """Ids that the message server gave, one for each try that was answered."""
    tried_at: float = 0.0
    kind: str = ""
    """The sender's own word for it."""
    at: str = ""
    """When it was written, and when its receipt came, by the lab's clock."""
    answered_at: str = ""
    also: tuple[int, ...] = ()
    withheld: bool = False
    """Cancelled before it was sent: it stands in the books, and never left."""


@dataclass(slots=True)
class Received:
    msg_id: str
    type: str
    by: int
    status: str
    codes: tuple[str, ...] = ()
    copies: int = 1
    at: str = ""
    parent: str = ""
    words: str = ""
    """Beside the code, for people."""
    valid: bool | None = None
    """By the official schema; None when that is not on this machine."""


Accepted = Callable[[Opened, int], None]
Judged = Callable[[Opened, int], tuple[str, str]]
"""Code and words that a whole message is refused with; ("", "") takes it."""
Answered = Callable[[Sent], None]


class Counterpart:
    """`takes` are types. `accepted` is told of each message that was taken, the first time."""

    def __init__(
        self,
        name: str,
        her: int,
        takes: frozenset[str],
        client: EdiClient,
        referee: Referee,
        *,
        patience_s: float,
        clock: LabClock | None = None,
        hers: tuple[int, ...] = (),
        accepted: Accepted = lambda opened, by: None,
        answered: Answered = lambda sent: None,
        judged: Judged = lambda opened, by: ("", ""),
        before_round: Callable[[], None] = lambda: None,
    ) -> None:
        self.name, self.her, self.takes, self.client = name, her, takes, client
        self.hers = hers or (her,)
        self.accepted, self.answered, self.before_round = accepted, answered, before_round
        self.judged = judged
        self.clock = clock or LabClock()
        self.lacks: frozenset[str] = frozenset()
        """Types that it says it takes, and refuses."""
        self.asleep = False
        """It answers nothing and sends nothing, as a system that is down."""
        self.sent: dict[str, Sent] = {}
        self.received: dict[tuple[int, str], Received] = {}
        self.strays: list[str] = []
        """MsgIds that receipts named, and that were not ours."""
        self.refusals: dict[str, str] = {}
        """Type -> code that the next one of it is refused with."""
        self._referee, self._patience_s = referee, patience_s
        self._offset = 0
        self._todo: dict[tuple[str, int], int] = {}
        self._answered: set[tuple[str, int]] = set()
        self._configured = False

    def send(
        self, msg_id: str, type: str, to: int, document: bytes, *, kind: str = "", also: tuple[int, ...] = (),
        withheld: bool = False,
    ) -> None:  # fmt: skip
        """In its books at once; out with the next round."""
        at = self.clock.now().isoformat()
        self.sent[msg_id] = Sent(msg_id, type, to, document, kind=kind, at=at, also=also, withheld=withheld)

    async def live(self) -> None:
        """Until cancelled."""
        while True:
            with suppress(NoAnswer):
                self.before_round()
                if not self.asleep:
                    await self.round()
            await asyncio.sleep(ROUND_S)

    async def round(self) -> None:
        if not self._configured:
            wanted = [
                {"herId": her, "clientLocked": True, "receiveNotificationChannel": "ApiPolling"}
                for her in self.hers
            ]
            status, _ = await self.client.ask("PUT", "/mshconfigurations", body=wanted)
            self._configured = status in (200, 201, 204)
        for sent in list(self.sent.values()):
            if not sent.status and not sent.withheld and time.monotonic() - sent.tried_at >= self._patience_s:
                with suppress(NoAnswer):
                    await self._push(sent)
        await self._look()
        for (message, mine), by in list(self._todo.items()):
            with suppress(NoAnswer):
                await self._take(message, mine, by)
                del self._todo[message, mine]

    async def _push(self, sent: Sent) -> None:
        for server in sent.servers:
            if await self._ask_about(sent, server):
                return
        sent.tries, sent.tried_at = sent.tries + 1, time.monotonic()
        body = {
            "senderHerId": self.her,
            "receiverHerIds": [sent.to, *sent.also],
            "businessDocument": base64.b64encode(sent.document).decode(),
            "contentType": "application/xml",
            "contentTransferEncoding": "base64",
            "messageTypeIdentificator": sent.type,
            "applicationName": "Lab",
            "applicationVersion": "1",
        }
        status, told = await self.client.ask("POST", "/messages", body=body)
        if status == 202:
            sent.servers.append(told["id"])

    async def _ask_about(self, sent: Sent, server: str) -> bool:
        """The receipt itself may have been lost on its way."""
        status, told = await self.client.ask("GET", f"/messages/{server}/apprec")
        for each in told or () if status == 200 else ():
            if each["appRecStatus"]:
                self._receipt(
                    sent.msg_id, each["appRecStatus"], [e["errorCode"] for e in each["appRecErrorList"]]
                )
                return True
        return False

    async def _look(self) -> None:
        query = [
            *(("HerIds", str(her)) for her in self.hers),
            ("NotificationsToFetch", str(PAGE)),
            ("Offset", str(self._offset)),
        ]
        status, told = await self.client.ask("GET", "/notifications", query=query)
        for notice in told["notifications"] if status == 200 else ():
            self._offset = max(self._offset, notice["offset"])
            if notice["type"] == "NewMessage":
                place = (notice["relatedMessageId"], notice["notificationReceiverHerId"])
                self._todo[place] = notice["notificationTriggeredByHerId"]

    async def _take(self, message: str, mine: int, by: int) -> None:
        status, told = await self.client.ask("GET", f"/messages/{message}/business-document")
        if status != 200:
            return
        document = base64.b64decode(told["businessDocument"])
        try:
            seen = look(document)
        except Unreadable:
            await self._answer(message, mine, REFUSED, ("T01",))
            return
        if seen.kind == "apprec":
            self._receipt(seen.answers, seen.status, _codes(document))
        else:
            received = self._received(document, by)
            if seen.kind == "letter":
                await self._answer_letter(message, mine, by, document, received)
            else:
                await self._answer(message, mine, received.status, received.codes, received.words)
        await self.client.ask("PUT", f"/messages/{message}/read/{mine}")

    def _received(self, document: bytes, by: int) -> Received:
        opened = open_message(document)
        envelope = opened.envelope
        msg_id, type = (envelope.msg_id.lower(), envelope.type.v) if envelope else ("", "")
        if (known := self.received.get((by, msg_id))) is not None:
            known.copies += 1
            return known
        faults = self._referee.faults(document)
        code = self.refusals.pop(type, "") or (
            "T02"
            if faults or opened.faults
            else "T10"
            if type not in self.takes - self.lacks
            else self._address_fault(opened) or self._patient_fault(opened)
        )
        words = ""
        if not code and envelope is not None:
            code, words = self.judged(opened, by)
        made = Received(msg_id, type, by, REFUSED if code else OK, (code,) if code else ())
        made.at = self.clock.now().isoformat()
        made.words = words
        made.parent = envelope.parent.lower() if envelope else ""
        made.valid = None if faults is None else not faults
        self.received[by, msg_id] = made
        if not code and envelope is not None:
            self.accepted(opened, by)
        return made

    def _address_fault(self, opened: Opened) -> str:
        """E21 for a message that is to none of our services."""
        named = {one.party.key for one in opened.envelope.receivers} if opened.envelope else set()
        return "" if not named or named & {str(her) for her in self.hers} else "E21"

    @staticmethod
    def _patient_fault(opened: Opened) -> str:
        """E36 for a message that is about nobody who can be found."""
        patient = opened.envelope.patient if opened.envelope else None
        return "E36" if patient is None or not patient.idents else ""

    async def _answer(
        self, message: str, mine: int, status: str, codes: tuple[str, ...], words: str = ""
    ) -> None:
        """Once for each handing-over; a second one with the same MsgId is another handing-over."""
        if (message, mine) in self._answered:
            return
        errors = [
            {"errorCode": c, "description": WORDS.get(c, "Feil"), "details": words, "oid": ERRORS}
            for c in codes
        ]
        body = {
            "appRecSenderHerId": mine,
            "appRecStatus": status,
            "appRecErrorList": errors,
            "applicationName": "Lab",
            "applicationVersion": "1",
        }
        await self.client.ask("POST", f"/messages/{message}/apprec", body=body)
        self._answered.add((message, mine))

    async def _answer_letter(
        self, message: str, mine: int, by: int, document: bytes, received: Received
    ) -> None:
        """By a document of our own: the server can make none."""
        if (message, mine) in self._answered:
            return
        told = letter_receipt(
            document, mine, by, received.status, received.codes, id=str(uuid.uuid4()), at=self.clock.now()
        )
        body = {
            "senderHerId": mine,
            "receiverHerIds": [by],
            "businessDocument": base64.b64encode(told).decode(),
            "contentType": "application/xml",
            "contentTransferEncoding": "base64",
            "messageTypeIdentificator": "APPREC",
            "applicationName": "Lab",
            "applicationVersion": "1",
        }
        await self.client.ask("POST", "/messages", body=body)
        self._answered.add((message, mine))

    def _receipt(self, msg_id: str, status: str, codes: list[str]) -> None:
        sent = self.sent.get(msg_id.lower())
        if sent is None:
            self.strays.append(msg_id)
        elif not sent.status:
            sent.status, sent.codes = status, tuple(codes)
            sent.answered_at = self.clock.now().isoformat()
            self.answered(sent)

    def told(self) -> dict[str, Any]:
        """Its books, without content."""
        sent = [
            {k: v for k, v in asdict(s).items() if k not in ("document", "tried_at", "also")}
            for s in self.sent.values()
        ]
        return {
            "name": self.name,
            "her": self.her,
            "takes": sorted(self.takes),
            "checks": "official schemas"
            if self._referee.sees
            else "well-formed XML alone: AKSON_SHARED is not set",
            "sent": sent,
            "received": [asdict(r) for r in self.received.values()],
            "strays": self.strays,
        }


def _codes(document: bytes) -> list[str]:
    from akson.fhir import markup

    return [str(e.get("V")) for e in markup.read(document).iter("{*}Error")]
