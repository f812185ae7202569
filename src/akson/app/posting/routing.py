"""Which way a letter goes, decided when it goes: by agreement, and by what the partner takes. Receipts go back as they came.

| the letter                                            | goes by                                                     |
| ----------------------------------------------------- | ----------------------------------------------------------- |
| AppRec about a message that came                      | the transport it came by, named by that one's own id        |
| AppRec of a service that the transport does not carry for | the same, from the address that the message was brought to |
| to a partner of `post.toml`, agreement in force       | the partner's transport                                     |
| to a partner whose agreement has run out              | nowhere: AKS-POST-202                                        |
| to anybody else                                       | `otherwise`; nowhere when it is empty: AKS-POST-201          |
| to one that the register says is not there            | nowhere: AKS-POST-204                                        |
| of a type that the partner does not take              | nowhere: AKS-POST-203; the sender was told before as well    |
| by a transport that is not open in this process       | nowhere: AKS-POST-205                                        |

What to do then stands in `exchange.outbox.words.UNDELIVERABLE`.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import date

from akson.app.posting.declared import Declared
from akson.exchange.envelope.apprec import read_apprec
from akson.exchange.outbox.states import RECEIPT
from akson.exchange.partners.instead import FIND
from akson.exchange.partners.partners import Answer, Verdict
from akson.exchange.transport.contract import Arrival, Handed, Parcel, Transport, Undeliverable
from akson.fhir.problem import Problem
from akson.store.outbox_rows import OutboxRow

CameBy = Callable[[str, str], Awaitable[tuple[str, str, str] | None]]
"""(sender's HER-id, MsgId) -> (transport, its own id of it, the address of ours it came to): `PostStore.came_by`."""
MaySend = Callable[[str, str], Awaitable[Answer]]
"""(type, HER-id): `Partners.may_send`."""


def kind_for(declared: Declared, receiver: str, today: date) -> str:
    """The transport by agreement. Raises Undeliverable."""
    partner = declared.partners.get(receiver)
    if partner is None:
        if not declared.otherwise:
            raise Undeliverable(f"HER-id {receiver} is no partner of ours.", "AKS-POST-201")
        return declared.otherwise
    if not partner.in_force(today):
        raise Undeliverable(f"The agreement with HER-id {receiver} is not in force.", "AKS-POST-202")
    return partner.transport


class Router:
    """`route(row)` gives the way of one letter, as a transport. `may_send` None: there is no register to ask."""

    def __init__(
        self,
        declared: Declared,
        transports: Mapping[str, Transport],
        *,
        came_by: CameBy,
        may_send: MaySend | None,
        today: Callable[[], date],
    ) -> None:
        self._declared = declared
        self._transports = transports
        self._came_by = came_by
        self._may_send = may_send
        self._today = today

    def route(self, row: OutboxRow) -> "Way":
        return Way(self)

    async def find(self, parcel: Parcel) -> tuple[Transport, Parcel]:
        """Raises Undeliverable."""
        if (
            parcel.type == RECEIPT
            and len(self._transports) > 1
            and (back := await self._back(parcel)) is not None
        ):
            return back
        kind = kind_for(self._declared, parcel.receiver, self._today())
        if parcel.type != RECEIPT and kind != "folder" and self._may_send is not None:
            await self._ask(self._may_send, parcel)
        return self._open(kind, parcel.receiver), parcel

    async def _back(self, parcel: Parcel) -> tuple[Transport, Parcel] | None:
        """The way that the message it answers came; None when nobody knows it any more."""
        try:
            told = read_apprec(parcel.document)
        except Problem:
            return None
        came = await self._came_by(parcel.receiver, told.original_id.strip().lower())
        if came is None or came[0] not in self._transports:
            return None
        kind, reference, brought_to = came
        return self._transports[kind], replace(
            parcel, refers_to=reference, sender=self._speaker(kind, parcel.sender, brought_to)
        )

    def _speaker(self, kind: str, sender: str, brought_to: str) -> str:
        """Who hands the receipt over: not a service that is not there (E21), but whoever got the message for it."""
        own = getattr(getattr(self._declared, kind, None), "her_ids", ())
        if not own or sender in own:
            return sender
        return brought_to if brought_to in own else own[0]

    async def _ask(self, may_send: MaySend, parcel: Parcel) -> None:
        answer = await may_send(parcel.type, parcel.receiver)
        if answer.verdict is Verdict.NO:
            # To find another service is proposed when this one is not there, or is none that may be written to.
            raise Undeliverable(answer.because, "AKS-POST-204" if FIND in answer.instead else "AKS-POST-203")

    def _open(self, kind: str, receiver: str) -> Transport:
        if kind not in self._transports:
            raise Undeliverable(f"{kind} to HER-id {receiver} is not open here.", "AKS-POST-205")
        return self._transports[kind]


class Way:
    """The way of one letter. Its `name` is that of the transport which took it."""

    name = ""

    def __init__(self, router: Router) -> None:
        self._router = router

    async def send(self, parcel: Parcel) -> Handed:
        transport, addressed = await self._router.find(parcel)
        self.name = transport.name
        return await transport.send(addressed)

    async def fetch(self, limit: int) -> tuple[Arrival, ...]:
        return ()

    async def taken(self, arrival: Arrival) -> None:
        return

    async def close(self) -> None:
        return
