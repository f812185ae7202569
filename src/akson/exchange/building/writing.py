"""One message from wish to outbox, for command and screen alike: `Writing.draft`, shown to a person, then `Writing.send`.

draft = await writing.draft(Wish("INNLEGGELSESRAPPORT", "astrid", to="990202", words={"reason": "…"}))
draft.built.told, draft.findings, draft.asked
await writing.send(draft, outbox, confirmed=True)
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from akson.exchange.building import build as building
from akson.exchange.building.build import Built
from akson.exchange.building.checks import TWINS_WITHIN_H, CopyAnswer, Finding, check, may_go
from akson.exchange.building.earlier_words import earlier_words
from akson.exchange.building.facts import Address, Facts
from akson.exchange.building.fields import Field
from akson.exchange.building.files import Enclosed
from akson.exchange.building.gathering import Gathering
from akson.exchange.building.sending import Sent, send
from akson.exchange.message_type import CANCELLED, CHANGED, NEW, CareMessage
from akson.exchange.outbox.outbox import NOTHING, Outbox
from akson.exchange.partners.sending import Answer, Verdict
from akson.fhir.problem import Problem, ProblemKind
from akson.record.session import RecordSession
from akson.record.values import Change

MaySend = Callable[[str, str], Awaitable[Answer]]
"""`Partners.may_send`: type and HER-id."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants to send. `msg_id` is hers for as long as she writes: sent twice, it is one message."""

    type: str
    patient: str
    to: str = ""
    """HER-id; "" for the sender of the message it is about."""
    copies: tuple[str, ...] | None = None
    """HER-ids; None for those of the message that is changed or cancelled."""
    about: str = ""
    """Id of the Communication that it answers, changes or cancels."""
    status: str = NEW
    words: Mapping[str, str] = field(default_factory=dict)
    msg_id: str = ""
    version: str = ""
    files: tuple[Enclosed, ...] | None = None
    """None as `copies`."""
    corrects: str = ""
    """Id of the Communication that this one stands in place of, because it was refused: never a twin of it."""
    receiver: Address | None = None
    """In place of `to`: one whom the record need not know, the hub."""
    replaces: str = ""
    """MsgId of the list at the hub that this one replaces; "" where there is none."""


@dataclass(frozen=True, slots=True)
class Draft:
    facts: Facts
    built: Built
    findings: tuple[Finding, ...]
    asked: tuple[Field, ...]
    """What is typed; what the record knows is not among it."""
    words: Mapping[str, str] = field(default_factory=dict)
    """What stands in those fields: typed now, or in the message that is changed."""
    partner: Answer | None = None
    """Whether the receiver takes it, and what to do when not; None without an address book."""


def words_of(wish: Wish, facts: Facts) -> dict[str, str]:
    """What she typed; in a change, what was typed before stands until she says otherwise."""
    changed = wish.status == CHANGED and facts.about is not None
    before = (
        earlier_words(building.recipe_of(wish.type).fields, facts.about.content)
        if changed and facts.about
        else {}
    )
    return {**before, **(wish.words or _suggested(wish, facts))}


def _suggested(wish: Wish, facts: Facts) -> dict[str, str]:
    """Before she has written anything: what the answered message says already, so that nobody copies it by hand."""
    if wish.status != NEW or facts.about is None:
        return {}
    fields = building.recipe_of(wish.type).fields
    found = {field.name: field.suggested(facts) for field in fields if field.suggested is not None}
    return {name: said for name, said in found.items() if said}


class Writing:
    def __init__(self, session: RecordSession, *, at: datetime, may_send: MaySend | None = None) -> None:
        self._session = session
        self._gathering = Gathering(session, at=at)
        self._at = at
        self._may_send = may_send

    async def find(self, patient: str, named: str) -> str:
        """Id of the patient's Communication named by id or MsgId. Raises NOT_FOUND AKS-EXCHANGE-048."""
        return await self._gathering.find(patient, named)

    async def receivers(self) -> list[Address]:
        return await self._gathering.receivers()

    async def message(self, patient: str, about: str) -> CareMessage:
        """The message with that id. Raises NOT_FOUND, also when hidden; INVALID AKS-EXCHANGE-045 for another patient's."""
        return await self._gathering.message(patient, about)

    async def draft(self, wish: Wish) -> Draft:
        """Raises what `Gathering.facts` and `build` raise."""
        facts = await self._gathering.facts(
            wish.type,
            wish.patient,
            wish.to,
            copies=wish.copies,
            files=wish.files,
            about=wish.about,
            status=wish.status,
            receiver=wish.receiver,
            replaces=wish.replaces,
        )
        partner = await self._may_send(wish.type, facts.receiver.party) if self._may_send else None
        # The version that both know, when the partner says which he takes.
        version = partner.version if partner is not None and partner.verdict is Verdict.YES else wish.version
        if wish.status == CANCELLED:
            built = building.cancel(facts, msg_id=wish.msg_id)
        else:
            built = building.build(
                wish.type,
                facts,
                words_of(wish, facts),
                msg_id=wish.msg_id,
                status=wish.status,
                version=version,
            )
        since = self._at - timedelta(hours=TWINS_WITHIN_H)
        twins = await self._gathering.twins(built.message, since) if built.message else []
        twins = [twin for twin in twins if twin["id"] != wish.corrects]
        copies = [
            CopyAnswer(copy, await self._may_send(wish.type, copy.party))
            for copy in facts.copies
            if self._may_send
        ]
        findings = check(built, facts, partner=partner, twins=twins, copies=copies)
        asked = building.asked(wish.type, facts) if wish.status != CANCELLED else ()
        return Draft(facts, built, findings, asked, words_of(wish, facts), partner)

    async def send(
        self,
        draft: Draft,
        outbox: Outbox,
        *,
        confirmed: bool,
        instead: Mapping[str, int] = NOTHING,
        beside: Sequence[Change] = (),
    ) -> Sent:
        """`instead` as `Outbox.prepare` has it, `beside` as `sending.send`.

        Raises PRECONDITION AKS-EXCHANGE-049 when something stands in the way, or asks for a person's word."""
        if not may_go(draft.findings, confirmed=confirmed):
            raise Problem(
                ProblemKind.PRECONDITION,
                "AKS-EXCHANGE-049",
                "The message is not sent.",
                why=" ".join(f.what for f in draft.findings if f.grave != "info"),
                now="Fill in what is missing, or confirm what may be confirmed.",
            )
        return await send(self._session, outbox, draft.built, draft.facts, instead, beside)
