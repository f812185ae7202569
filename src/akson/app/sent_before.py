"""The correspondence of the demo: letters sent before it opens, so that the post has something of every state to show.

All of it goes the way of any letter: the real outbox, by its own steps, at the hours it is told from; the folder carries it,
and the neighbours' receipts come in through the folder and are read by the post worker when the node is up. One goes by the
loopback to an end that is not there, and so fails. Nothing is written by hand into a table.
"""

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from akson.access.actor import PurposeOfUse
from akson.app.cast import CAST, ORGANISATIONS, STORVIK
from akson.app.demo.correspondence import Citizen, Written, document
from akson.app.post import OutFolder, directory_of, folder
from akson.app.wiring import Node
from akson.exchange import mirror
from akson.exchange.envelope import apprec
from akson.exchange.envelope.apprec import AppRecError
from akson.exchange.opening import open_message
from akson.exchange.outbox.desk import RecordDesk
from akson.exchange.outbox.outbox import Letter, Outbox
from akson.exchange.times import NORWAY
from akson.exchange.transport.contract import Transport
from akson.exchange.transport.folder import write_whole
from akson.exchange.transport.loopback import Loopback, Switchboard
from akson.fhir.codec import json
from akson.fhir.search.query import Query, Sort
from akson.record.values import Change
from akson.store.outbox import OutboxStore
from akson.store.outbox_rows import Because
from akson.world import FixedClock

CITIZENS = 12
VISITOR_BORN = date(1900, 2, 9)
"""Of one whom nobody in Storvik can be: the oldest of the demo are born later."""
NOT_TOLD_OF = frozenset({"astrid", "bjarne"})
"""They have stories of their own."""
_IDS = uuid.uuid5(uuid.NAMESPACE_URL, "https://akson.no/app/sent_before")
_NURSES, _CASEWORK, _DOCTORS = "storvik-sykepleietjeneste", "storvik-saksbehandling", "storvik-legetjeneste"
_GP, _HOSPITAL, _PHARMACY = "torget-legesenter", "havnes-medisin", "storvik-apotek"


@dataclass(frozen=True, slots=True)
class Sent:
    """One letter: how long ago, and what came back. `answers` None: nothing did."""

    hours_ago: float
    written: Written
    answers: tuple[AppRecError, ...] | None = ()
    answered_after_minutes: int = 3
    by_loopback: bool = False


def _note(sender: str, receiver: str, topic: str, text: str) -> Written:
    return Written("DIALOG_HELSEFAGLIG", sender, receiver, topic, text)


_UNKNOWN_THERE = AppRecError("E35", "Vi finner ingen journal på pasienten hos oss. Er det riktig fastlege?")
LETTERS: tuple[Sent, ...] = (
    Sent(30, _note(_DOCTORS, _GP, "Tid for kontroll", "Vi har satt opp kontroll i uke 50. Passer det for dere?"), None),
    Sent(27, _note(_NURSES, _HOSPITAL, "Hjemreise", "Kan dere bekrefte at transport er bestilt?"), None),
    Sent(26, _note(_NURSES, _GP, "Ny kontaktperson", "Primærkontakten hos oss er byttet fra mandag.")),
    Sent(5, _note(_CASEWORK, _GP, "Søknad om tjeneste", "Vi trenger legeerklæring til søknaden."), (_UNKNOWN_THERE,)),
    Sent(4, _note(_NURSES, _GP, "Endret besøkstid", "Besøket er flyttet til ettermiddagen."), (_UNKNOWN_THERE,)),
    Sent(
        3,
        _note(_NURSES, _PHARMACY, "Henting av multidose", "Hjemmetjenesten henter på fredag."),
        (AppRecError("E21", "Tjenesten er lagt ned. Bruk ny adresse i registeret."), AppRecError("X99")),
    ),
    Sent(2.5, _note(_NURSES, _HOSPITAL, "Hjelpemidler", "Rullatoren er på plass hjemme.")),
    Sent(2, _note(_CASEWORK, _HOSPITAL, "Vedtak sendt", "Vedtaket om korttidsopphold er sendt.")),
    Sent(1.5, _note(_DOCTORS, _GP, "Resept fornyet", "Resepten ligger klar."), by_loopback=True, answers=None),
    Sent(1, _note(_NURSES, _GP, "Spørsmål om time", "Når er neste time?")),
    Sent(0.3, _note(_NURSES, _HOSPITAL, "Klar for hjemreise", "Vi kan ta imot fra i morgen kl. 12."), None),
    Sent(0.1, _note(_DOCTORS, _GP, "Vaksinasjon", "Influensavaksine er satt."), None),
)  # fmt: skip


async def send_before(node: Node) -> int:
    """Gives how many letters went out; none when the outbox has been used, or nobody is there to write about."""
    citizens = await _citizens(node)
    if await node.outbox.counts() or not citizens:
        return 0
    now = node.clock.now()
    for number, sent in enumerate(LETTERS):
        await _send(
            node, sent, citizens[number % len(citizens)], number, now - timedelta(hours=sent.hours_ago)
        )
    await asyncio.to_thread(_strangers, node, citizens)
    return len(LETTERS)


async def _citizens(node: Node) -> Sequence[Citizen]:
    session = node.record.open(CAST["system"], PurposeOfUse.OPERATIONS)
    page = await session.search(Query("Patient", sort=(Sort("_id", "id"),), count=100))
    found = [_citizen(json.parse(version.body or b"{}")) for version in page.matches]
    return [one for one in found if one is not None and one.id not in NOT_TOLD_OF][:CITIZENS]


def _citizen(patient: dict) -> Citizen | None:
    """None for one without name, number or day of birth, and for one who is dead or somebody else by now."""
    name, ids = next(iter(patient.get("name", ())), {}), patient.get("identifier", ())
    whole = ids and name.get("family") and name.get("given") and len(patient.get("birthDate", "")) == 10
    if not whole or patient.get("link") or any(k.startswith("deceased") for k in patient):
        return None
    return Citizen(
        patient["id"],
        " ".join(name["given"]),
        name["family"],
        patient["birthDate"],
        patient.get("gender") == "female",
        ids[0]["value"],
        ids[0]["system"].endswith(".2"),
    )


async def _send(node: Node, sent: Sent, citizen: Citizen, number: int, at: datetime) -> None:
    """Draft, commit, queue, hand-over: at its own hour."""
    clock, msg_id = FixedClock(at), str(uuid.uuid5(_IDS, f"{number}|{citizen.national_id}|{at.isoformat()}"))
    content = document(sent.written, citizen, msg_id=msg_id, at=at)
    store = await OutboxStore.open(node.server.dsn("record"), clock=clock, pool_size=1)
    try:
        outbox = _outbox(node, store, clock, by_loopback=sent.by_loopback)
        resource = _communication(content, citizen)
        id = node.random.uuid()
        await outbox.prepare([_letter(sent.written, content, msg_id, at)], Because("Communication", str(id)))
        session = node.record.open(CAST["system"], PurposeOfUse.OPERATIONS)
        await session.commit([Change("POST", "Communication", resource=resource, given_id=str(id))])
        await outbox.promote()
        await outbox.send_due()
    finally:
        await store.close()
    if sent.answers is not None:
        await asyncio.to_thread(_answer, node, sent, content, at, number)


def _outbox(node: Node, store: OutboxStore, clock: FixedClock, *, by_loopback: bool) -> Outbox:
    out: Transport = OutFolder(folder(node.settings))
    if by_loopback:
        # An end without anybody at the other: what it is given can never be delivered.
        out = Loopback(Switchboard(), ORGANISATIONS["storvik"][1])
    desk = RecordDesk(directory_of(node), clock)
    return Outbox(store, lambda row: out, desk, clock=clock, random=node.random)


def _letter(written: Written, content: bytes, msg_id: str, at: datetime) -> Letter:
    return Letter(
        tenant=STORVIK,
        msg_id=msg_id,
        sender=ORGANISATIONS[written.sender][1],
        receivers=(ORGANISATIONS[written.receiver][1],),
        type=written.type,
        document=content,
        generated_at=at,
        conversation=msg_id,
    )


def _communication(content: bytes, citizen: Citizen) -> dict:
    message = open_message(content).message()
    sender = {"display": message.envelope.sender.words}
    told = mirror.to_fhir(
        message, mirror.Around(sender, (), "", subject={"reference": f"Patient/{citizen.id}"})
    )
    receivers = [r.party.words for r in message.envelope.receivers]
    return {**told, "recipient": [{"display": name} for name in receivers]}


def _answer(node: Node, sent: Sent, content: bytes, at: datetime, number: int) -> None:
    """The neighbour's own receipt, in the folder where everything comes in."""
    envelope = open_message(content).envelope
    assert envelope is not None and sent.answers is not None
    made = (
        (at + timedelta(minutes=sent.answered_after_minutes)).astimezone(NORWAY).isoformat(timespec="seconds")
    )
    receipt = apprec.build(
        envelope,
        envelope.receivers[0],
        sent.answers,
        id=str(uuid.uuid5(_IDS, f"receipt|{envelope.msg_id}")),
        made=made,
        version="1.0",
        received=made,
    )
    write_whole(folder(node.settings).root / "in", f"kvittering-{number:02}.xml", receipt)


def _strangers(node: Node, citizens: Sequence[Citizen]) -> None:
    """Two messages of the hospital that nobody can be matched to: the number is another's name, and nobody's number."""
    from akson.app.demo import astrid_admission_arguments
    from akson.app.demo.chance import Chance
    from akson.app.demo.national_ids import NationalIds
    from akson_lab.facts import Shipment
    from akson_lab.hospital import admission_message

    told = astrid_admission_arguments(node.clock.now() - timedelta(hours=2))
    known = citizens[0]
    strangers = (
        # Called otherwise by the hospital than in the register: the number alone would give her away.
        replace(
            told,
            given="Bitten" if known.female else "Kalle",
            family="Nygård-Berntsen",
            born=date.fromisoformat(known.birth_date),
            female=known.female,
            national_id=known.national_id,
            description="Innlagt til utredning.",
        ),
        replace(
            told,
            given="Vera",
            family="Tilreisende",
            born=VISITOR_BORN,
            national_id=NationalIds().draw(Chance.of(1, 1), VISITOR_BORN, female=True),
            description="Innlagt.",
        ),
    )
    for number, one in enumerate(strangers):
        message = admission_message(one, Shipment(str(node.random.uuid())))
        write_whole(folder(node.settings).root / "in", f"innlagt-ukjent-{number}.xml", message)
