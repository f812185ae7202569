"""What the screens ask of the post (`web.shell.letters.Letters`), done by `exchange.building` and the outbox."""

from collections.abc import Mapping, Sequence
from typing import Any

from akson.app.calling import gp_address, leave_call
from akson.app.post import folder, post_office
from akson.app.posting.opening import may_send_of
from akson.app.wiring import Node
from akson.care.pathway import rules, said
from akson.care.pathway.gp import forms
from akson.care.pathway.said import Receipt
from akson.exchange import mirror
from akson.exchange.building.checks import may_go
from akson.exchange.building.fields import CODE, Field
from akson.exchange.building.files import enclosed, fault_of
from akson.exchange.building.recipes import RECIPES, may_answer
from akson.exchange.building.writing import Draft, MaySend, Wish, Writing
from akson.exchange.code_texts import text_of
from akson.exchange.message_type import CANCELLED, CHANGED, NEW, CareMessage
from akson.exchange.messages import BY_CODE
from akson.exchange.outbox import states, words
from akson.exchange.outbox.outbox import Outbox
from akson.exchange.partners.instead import TYPE
from akson.exchange.partners.sending import Verdict
from akson.exchange.schema import Coded
from akson.exchange.times import NORWAY
from akson.record.session import RecordSession
from akson.store.outbox import OutboxStore
from akson.store.outbox_rows import Asked, Sending
from akson.web.shell.letters import (
    CANCEL,
    CHANGE,
    NEW_LETTER,
    Box,
    Choice,
    Enclosure,
    Line,
    Order,
    Remark,
    Sheet,
)
from akson.web.shell.uploads import Upload
from akson.world import Clock, Random

_STATUS = {NEW_LETTER: NEW, CHANGE: CHANGED, CANCEL: CANCELLED}


class HouseLetters:
    """Built once per web worker."""

    def __init__(
        self,
        outbox: Outbox,
        rows: OutboxStore,
        *,
        clock: Clock,
        random: Random,
        may_send: MaySend | None = None,
    ) -> None:
        """`may_send`: what each partner takes; None on a node without an address book."""
        self._outbox = outbox
        self._rows = rows
        self._clock = clock
        self._random = random
        self._may_send = may_send

    @classmethod
    def of(cls, node: Node) -> "HouseLetters":
        outbox = post_office(node, folder(node.settings)).outbox
        return cls(outbox, node.outbox, clock=node.clock, random=node.random, may_send=may_send_of(node))

    def new_id(self) -> str:
        return str(self._random.uuid())

    async def types(self, session: RecordSession, patient: str, about: str) -> Sequence[Choice]:
        message = await self._writing(session).message(patient, about) if about else None
        form = await self._form(message) if message else ""
        codes = may_answer(message.type.code if message else "")
        return [Choice(code, BY_CODE[code].words) for code in sorted(codes, key=lambda code: code != form)]

    async def answer_form(self, session: RecordSession, patient: str, about: str) -> str:
        return await self._form(await self._writing(session).message(patient, about))

    async def _form(self, message: CareMessage) -> str:
        found = next(iter(message.content.get("Foresporsel", ())), {}).get("TypeForesp")
        if message.type.code != "DIALOG_FORESPORSEL" or not isinstance(found, Coded):
            return ""
        edition = rules.load().at(self._clock.now().astimezone(NORWAY).date())
        likely = [type for type in forms(found.s, found.v, edition) if type in RECIPES]
        if self._may_send is not None:
            for type in likely:
                if (await self._may_send(type, message.envelope.sender.her)).verdict is Verdict.YES:
                    return type
        return next(iter(likely), "")

    async def gp(self, session: RecordSession, patient: str) -> Choice | None:
        found = await gp_address(session, self._writing(session), patient)
        return Choice(found.party, found.words) if found else None

    async def call(self, session: RecordSession, order: Order) -> str:
        draft = await self._writing(session).draft(_wish(order))
        return await leave_call(session, draft, order.msg_id, self._clock.now())

    async def type_of(self, session: RecordSession, patient: str, about: str) -> str:
        return (await self._writing(session).message(patient, about)).type.code

    async def receivers(self, session: RecordSession) -> Sequence[Choice]:
        return [Choice(a.party, a.words) for a in await self._writing(session).receivers()]

    async def sheet(self, session: RecordSession, order: Order) -> Sheet:
        return _sheet(await self._writing(session).draft(_wish(order)))

    async def send(self, session: RecordSession, order: Order) -> tuple[Sheet, str]:
        writing = self._writing(session)
        draft = await writing.draft(_wish(order))
        sheet = _sheet(draft)
        if not may_go(draft.findings, confirmed=order.confirmed):
            return sheet, ""
        sent = await writing.send(draft, self._outbox, confirmed=order.confirmed)
        return sheet, sent.communication.removeprefix("Communication/")

    async def states(self, sent: Sequence[Mapping[str, Any]]) -> Mapping[str, str]:
        """One line for each receiver; what did not go out from here has none."""
        told: dict[str, str] = {}
        for communication in sent:
            identifiers = communication.get("identifier", ())
            named = next((i["value"] for i in identifiers if i.get("system") == mirror.MESSAGE_ID), "")
            rows = await self._rows.listed(Asked(msg_id=named.rpartition("|")[2])) if named else []
            if rows:
                told[str(communication["id"])] = "; ".join(
                    words.status(row.sending) for row in rows
                ).capitalize()
        return told

    async def receipts(self, sent: Sequence[Mapping[str, Any]]) -> Mapping[str, Receipt]:
        """One question to the outbox for all of them. A message that went out twice is as its newest sending is."""
        named = {number: f"Communication/{c['id']}" for c in sent for number in _numbers(c)}
        rows = await self._rows.by_messages(list(named)) if named else []
        return {named[row.msg_id]: _receipt(row.sending) for row in rows if not row.copy}

    def _writing(self, session: RecordSession) -> Writing:
        return Writing(session, at=self._clock.now(), may_send=self._may_send)


def _numbers(communication: Mapping[str, Any]) -> list[str]:
    """Its MsgId, as the outbox knows it."""
    identifiers = communication.get("identifier", ())
    named = (str(i["value"]) for i in identifiers if i.get("system") == mirror.MESSAGE_ID)
    return [value.rpartition("|")[2].lower() for value in named]


def _receipt(sending: Sending) -> Receipt:
    if sending.state == states.DONE:
        return Receipt(said.CONFIRMED, sending.answered_at)
    if sending.state in (states.NEGATIVE, states.FAILED):
        return Receipt(said.REFUSED, sending.answered_at)
    return Receipt(said.WAITING)


def _wish(order: Order) -> Wish:
    return Wish(
        order.type,
        order.patient,
        order.to,
        about=order.about,
        status=_STATUS[order.act],
        words=order.words,
        msg_id=order.msg_id,
        copies=order.copies,
        files=None
        if order.files is None
        else tuple(enclosed(one.name, one.media_type, one.data) for one in order.files),
    )


def _sheet(draft: Draft) -> Sheet:
    return Sheet(
        title=draft.built.type.words,
        changes=draft.built.changes,
        sender=draft.facts.sender.words,
        receiver=draft.facts.receiver.words,
        lines=tuple(Line(t.label, t.said, t.record) for t in draft.built.told if not t.typed),
        boxes=tuple(_box(field, draft.words.get(field.name, "")) for field in draft.asked),
        remarks=tuple(Remark(f.grave, f.what, f.now, f.typed) for f in draft.findings),
        copies=tuple(Choice(copy.party, copy.words) for copy in draft.facts.copies),
        instead=_instead(draft),
        by_phone=draft.partner is not None and draft.partner.verdict is not Verdict.YES,
        files=tuple(
            Enclosure(file.words, fault_of(file), Upload(file.name, file.media_type, file.data))
            for file in draft.facts.files
        ),
    )


def _instead(draft: Draft) -> tuple[Choice, ...]:
    if draft.partner is None:
        return ()
    return tuple(
        Choice(i.type, i.words) for i in draft.partner.instead if i.kind == TYPE and i.type in RECIPES
    )


def _box(field: Field, typed: str) -> Box:
    choices = (
        Choice(code, text_of(field.codes, code) or code) for code in field.choices if field.kind == CODE
    )
    return Box(field.name, field.label, field.kind, typed or field.usual, tuple(choices))
