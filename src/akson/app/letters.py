"""What the screens ask of the post (`web.shell.letters.Letters`), done by `exchange.building` and the outbox."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from akson.app import hub
from akson.app.calling import gp_address, leave_call
from akson.app.pathways.receipts import posted, receipts_of
from akson.app.post import folder, post_office
from akson.app.posting.opening import may_send_of
from akson.app.wiring import Node
from akson.care.fhir_json import Resource
from akson.care.pathway import rules
from akson.care.pathway.gp import forms
from akson.care.pathway.said import Receipt
from akson.care.worklist.conservation import Posted
from akson.exchange import mirror
from akson.exchange.building import correcting
from akson.exchange.building.checks import may_go
from akson.exchange.building.facts import Address
from akson.exchange.building.fields import CODE, Field
from akson.exchange.building.files import enclosed, fault_of
from akson.exchange.building.prescriptions import LIST
from akson.exchange.building.recipes import RECIPES, may_answer
from akson.exchange.building.writing import Draft, MaySend, Wish, Writing
from akson.exchange.code_texts import text_of
from akson.exchange.envelope.apprec import ERROR_WORDS, read_apprec
from akson.exchange.message_type import CANCELLED, CHANGED, NEW, CareMessage
from akson.exchange.messages import BY_CODE
from akson.exchange.outbox import states, words
from akson.exchange.outbox.causes import cause_of
from akson.exchange.outbox.naming import communication_id
from akson.exchange.outbox.outbox import Outbox
from akson.exchange.partners.instead import TYPE
from akson.exchange.partners.sending import Verdict
from akson.exchange.schema import Coded
from akson.exchange.times import NORWAY
from akson.fhir.codec import json
from akson.fhir.problem import Problem, ProblemKind
from akson.record.session import RecordSession
from akson.record.values import Change
from akson.store.ledger import LedgerStore
from akson.store.outbox import OutboxStore
from akson.store.outbox_rows import Asked, OutboxRow
from akson.web.shell.letters import (
    CANCEL,
    CHANGE,
    CORRECT,
    NEW_LETTER,
    Box,
    Choice,
    Enclosure,
    HubKnown,
    Line,
    Order,
    Refused,
    Remark,
    Sheet,
)
from akson.web.shell.uploads import Upload
from akson.world import Clock, Random

_STATUS = {NEW_LETTER: NEW, CHANGE: CHANGED, CANCEL: CANCELLED, CORRECT: NEW}


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
        books: LedgerStore | None = None,
        hub: Address | None = None,
    ) -> None:
        """`may_send`: what each partner takes; None on a node without an address book. `books`: what counts messages.
        `hub`: where lists of medicines are shared; None on a node without."""
        self._hub = hub
        self._books = books
        self._outbox = outbox
        self._rows = rows
        self._clock = clock
        self._random = random
        self._may_send = may_send

    @classmethod
    def of(cls, node: Node) -> "HouseLetters":
        outbox = post_office(node, folder(node.settings)).outbox
        return cls(
            outbox,
            node.outbox,
            clock=node.clock,
            random=node.random,
            may_send=may_send_of(node),
            books=node.ledger,
            hub=hub.hub_of(node.settings.data),
        )

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

    async def hub(self, session: RecordSession, patient: str) -> HubKnown | None:
        if self._hub is None:
            return None
        known = await hub.standing(session, patient, self.receipts)
        return HubKnown(Choice(self._hub.party, self._hub.words), known.asked, known.told)

    async def call(self, session: RecordSession, order: Order) -> str:
        draft = await self._writing(session).draft(_wish(order))
        return await leave_call(session, draft, order.msg_id, self._clock.now())

    async def type_of(self, session: RecordSession, patient: str, about: str) -> str:
        return (await self._writing(session).message(patient, about)).type.code

    async def receivers(self, session: RecordSession) -> Sequence[Choice]:
        return [Choice(a.party, a.words) for a in await self._writing(session).receivers()]

    async def sheet(self, session: RecordSession, order: Order) -> Sheet:
        wish, rows = await self._wanted(session, order)
        return await self._sheet(await self._writing(session).draft(wish), rows)

    async def send(
        self, session: RecordSession, order: Order, beside: Sequence[Change] = ()
    ) -> tuple[Sheet, str]:
        writing = self._writing(session)
        wish, rows = await self._wanted(session, order)
        draft = await writing.draft(wish)
        sheet = await self._sheet(draft, rows)
        if not may_go(draft.findings, confirmed=order.confirmed):
            return sheet, ""
        sent = await writing.send(
            draft,
            self._outbox,
            confirmed=order.confirmed,
            instead=correcting.instead_of(rows),
            beside=beside,
        )
        return sheet, sent.communication.removeprefix("Communication/")

    async def _wanted(self, session: RecordSession, order: Order) -> tuple[Wish, Sequence[OutboxRow]]:
        """The wish, and the rows that it corrects: none of anything but a correction."""
        wish = _wish(order)
        if self._hub is not None and order.to == self._hub.party:
            wish = replace(wish, receiver=self._hub)
        if order.type == LIST:
            known = await hub.standing(session, order.patient, self.receipts)
            wish = replace(wish, replaces=known.version)
        if order.act != CORRECT:
            return wish, ()
        communication = json.parse((await session.read("Communication", order.about)).body or b"{}")
        if communication.get("subject", {}).get("reference") != f"Patient/{order.patient}":
            raise no_such()
        rows = correcting.correctable(await self._rows_of(communication, session.actor.tenant))
        if not rows:
            raise _seen_to()
        return await correcting.corrected(self._writing(session), communication, rows, wish), rows

    async def _sheet(self, draft: Draft, rows: Sequence[OutboxRow]) -> Sheet:
        sheet = _sheet(draft)
        return replace(sheet, refused=(await self._why(rows)).why) if rows else sheet

    async def accounted(self, communications: Iterable[Resource]) -> Posted | None:
        return await posted(self._books, communications) if self._books is not None else None

    async def refused(
        self, session: RecordSession, sent: Sequence[Mapping[str, Any]]
    ) -> Mapping[str, Refused]:
        told: dict[str, Refused] = {}
        for communication in sent:
            rows = correcting.correctable(await self._rows_of(communication, session.actor.tenant))
            if rows:
                told[str(communication["id"])] = await self._why(rows)
        return told

    async def place(self, session: RecordSession, row: int) -> tuple[str, str]:
        found = await self._rows.get(row)
        if found is None or found.tenant != session.actor.tenant:
            raise no_such()
        id = communication_id(found.tenant, found.sender, found.msg_id)
        try:
            read = await session.read("Communication", id)
        except Problem as problem:
            # A message that is hidden from her is as one that was never sent.
            raise (
                no_such() if problem.kind in (ProblemKind.NOT_FOUND, ProblemKind.GONE) else problem
            ) from None
        communication = json.parse(read.body or b"{}")
        return str(communication.get("subject", {}).get("reference", "")).removeprefix("Patient/"), id

    async def _why(self, rows: Sequence[OutboxRow]) -> Refused:
        """An AppRec names no patient (HIS 80415): its own words are shown whole."""
        told, now = dict[str, None](), dict[str, None]()
        for row in rows:
            receipts = [r for r in await self._rows.receipts(row.id) if r.digest == row.sending.receipt]
            codes = receipts[-1].codes if receipts else ()
            now[words.remedy(row.sending, codes)] = None
            for receipt in receipts[-1:]:
                told |= dict.fromkeys(_errors(await self._rows.receipt_original(receipt.id), codes))
            if not receipts:
                told[cause_of(row.sending, codes).title] = None
        state = "Avvist av mottaker" if rows[0].sending.state == states.NEGATIVE else "Ikke sendt"
        return Refused(state, ". ".join(told), " ".join(now))

    async def _rows_of(self, communication: Mapping[str, Any], tenant: int) -> list[OutboxRow]:
        return [row for row in await self._sendings(communication) if row.tenant == tenant]

    async def _sendings(self, communication: Mapping[str, Any]) -> list[OutboxRow]:
        """To each of its receivers, newest first."""
        identifiers = communication.get("identifier", ())
        named = next((str(i["value"]) for i in identifiers if i.get("system") == mirror.MESSAGE_ID), "")
        # A MsgId is one among those of its sender: another house may have written the same.
        sender, _, msg_id = named.rpartition("|")
        rows = await self._rows.listed(Asked(msg_id=msg_id)) if named else []
        return [row for row in rows if row.sender == sender]

    async def standing(self, session: RecordSession, patient: str, msg_id: str) -> str:
        try:
            return await self._writing(session).find(patient, msg_id)
        except Problem as problem:
            if problem.kind is not ProblemKind.NOT_FOUND:
                raise
            return ""

    async def states(self, sent: Sequence[Mapping[str, Any]]) -> Mapping[str, str]:
        """One line for each receiver; what did not go out from here has none."""
        told: dict[str, str] = {}
        for communication in sent:
            rows = await self._sendings(communication)
            if rows:
                told[str(communication["id"])] = "; ".join(
                    words.status(row.sending) for row in rows
                ).capitalize()
        return told

    async def receipts(self, communications: Iterable[Resource]) -> Mapping[str, Receipt]:
        return await receipts_of(self._rows, communications)

    def _writing(self, session: RecordSession) -> Writing:
        return Writing(session, at=self._clock.now(), may_send=self._may_send)


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


def no_such() -> Problem:
    return Problem(
        ProblemKind.NOT_FOUND,
        "AKS-WEB-067",
        "Meldingen finnes ikke.",
        now="Åpne den fra pasientens meldinger.",
    )


def _seen_to() -> Problem:
    return Problem(
        ProblemKind.PRECONDITION,
        "AKS-WEB-068",
        "Meldingen er tatt hånd om.",
        why="Den er rettet og sendt på nytt, avsluttet, eller tatt imot av mottakeren etterpå.",
        now="Gå tilbake til meldingene, og se hvordan den står.",
    )


def _errors(original: bytes, codes: Sequence[str]) -> list[str]:
    """`Fødselsnummer er feil (E31): Ring oss`."""
    try:
        errors = read_apprec(original).errors
    except Problem:
        return [f"{ERROR_WORDS.get(code, 'Ukjent feil')} ({code})" for code in codes]
    return [
        f"{error.dn or ERROR_WORDS.get(error.v, 'Ukjent feil')} ({error.v})"
        + (f": {error.ot.rstrip('.')}" if error.ot else "")
        for error in errors
    ]


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
