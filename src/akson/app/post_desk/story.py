"""One message: where it has been, both sides' receipts, who owns it. Of the document only its receipts are read here.

An AppRec names no patient and holds nothing clinical (HIS 80415), so the officer sees all of it.
"""

import re
from datetime import datetime

from akson.app.post_desk.lists import IN_WORDS, acts_of, codes_of, line_of
from akson.app.post_desk.parts import Parts, item_of, owner_of, owner_words, partners, tasks, type_words
from akson.exchange.building.correcting import correctable
from akson.exchange.envelope.apprec import ERROR_WORDS, read_apprec
from akson.exchange.inbox import receipts as ours
from akson.exchange.outbox import states
from akson.exchange.outbox.causes import cause_of
from akson.exchange.outbox.deadlines import in_force
from akson.exchange.outbox.outbox import REPLACED_BY
from akson.exchange.times import NORWAY
from akson.fhir.problem import Problem, ProblemKind
from akson.record.session import RecordSession
from akson.store.outbox_rows import KeptReceipt, OutboxRow
from akson.store.post import InboxItem, PostEvent
from akson.web.shell.post_desk import IN, OUT, Acts, Happening, Line, Message, Partner, Receipt, ReceiptError

GRAVE = frozenset({states.NEGATIVE, states.FAILED, states.OVERDUE, "refused", "parked"})
OUT_EVENTS = {
    states.DRAFT: "Skrevet, venter på at endringen i journalen lagres",
    states.DROPPED: "Forkastet: endringen i journalen ble ikke lagret",
    states.QUEUED: "Lagt i kø",
    states.SENT: "Levert til transporten",
    states.TRANSPORT_OK: "Framme i mottakers postkasse",
    states.DONE: "Bekreftet av mottaker",
    states.NEGATIVE: "Avvist av mottaker",
    states.FAILED: "Ikke levert, og prøves ikke mer",
    states.OVERDUE: "Fristen gikk ut uten bekreftelse",
}
IN_EVENTS = {
    "received": "Kom inn og ble lagret",
    "claimed": "Lest: avsender og meldings-id er kjent",
    "committed": "Ført i journalen",
    "answered": "Kvittering skrevet",
    "accepted": "Tatt imot",
    "refused": "Avvist, og avsender har fått beskjed",
    "duplicate": "Var kommet før: samme kvittering sendt igjen",
    "parked": "Satt til side: noen må se på den",
    "retry": "Prøves på nytt",
    "received again": "Kom inn en gang til",
    "matched by a person": "Knyttet til en pasient av meldingsansvarlig",
    "taken back by a person": "Løst fra pasienten igjen",
}
STATUS_WORDS = {"1": "OK", "2": "Avvist", "3": "Tatt imot, men med feil i en del av meldingen"}
_BY = re.compile(r"(resent|closed) by (?P<who>[^.]*)(?:\. (?P<rest>.*))?", re.DOTALL)
TRANSPORTS = {
    "folder": "mappe",
    "loopback": "prøvesløyfe",
    "edi20": "Meldingstjener (EDI 2.0)",
    "ebxml": "ebXML over e-post",
    "amqp": "meldingskø (AMQP)",
}


async def message(parts: Parts, session: RecordSession, way: str, id: int) -> Message:
    if way == OUT:
        row = await parts.row(id)
        if row is not None and row.type != states.RECEIPT:
            return await _sent(parts, session, row)
    item = await parts.item(id) if way == IN else None
    if item is None:
        raise no_such()
    return await _came(parts, session, item)


def no_such() -> Problem:
    return Problem(
        ProblemKind.NOT_FOUND,
        "AKS-WEB-062",
        "Meldingen finnes ikke.",
        why="Nummeret i adressen er ikke noen melding her.",
        now="Søk etter den.",
    )


async def _sent(parts: Parts, session: RecordSession, row: OutboxRow) -> Message:
    now = row.sending
    named = await partners(session, {row.receiver, row.sender})
    owner = owner_of(row, await tasks(session, (now.item,)))
    rule = in_force().rule(row.type, row.purpose)
    open_now = now.state in states.NOT_DONE
    cause = cause_of(now, await codes_of(parts, row)) if open_now else None
    kept = await parts.sent.receipts(row.id)
    return Message(
        line=line_of(row, named[row.receiver], owner),
        sender=named[row.sender],
        facts=tuple((k, v) for k, v in _facts(row).items() if v),
        story=tuple(_happened(event) for event in await parts.sent.events(row.id)),
        receipts=tuple([await _receipt(parts, r, named[row.receiver]) for r in kept]),
        owner=(owner or "Meldingsansvarlig") if open_now and not now.closed else "",
        deadline=now.deadline,
        deadline_words=rule.words,
        deadline_source=rule.source,
        cause=cause.title if cause else "",
        remedy=cause.remedy if cause else "",
        acts=acts_of(row, cause),
        correctors=(named[row.sender].name or row.sender) if correctable([row]) else "",
        related=await _related(parts, row),
    )


def _facts(row: OutboxRow) -> dict[str, str]:
    now = row.sending
    return {
        "Meldings-id": row.msg_id,
        "Samtale": row.conversation,
        "Laget": _at(row.generated_at),
        "Kopi": "ja, mottakeren er kopimottaker" if row.copy else "",
        "Transport": TRANSPORTS.get(now.transport, now.transport),
        "Transportens id": now.parcel,
        "Forsøk": str(now.attempts),
        "Neste forsøk": _at(now.next_try) if now.next_try else "",
        "Sendt for andre gang eller mer": f"runde {now.round}" if now.round > 1 else "",
        "Siste feil": now.problem,
        "Nummer": f"{row.id} i utgående post",
    }


async def _related(parts: Parts, row: OutboxRow) -> tuple[tuple[str, str, int], ...]:
    return (("Erstatter en melding som ble avvist", OUT, row.replaces),) if row.replaces else ()


async def _receipt(parts: Parts, kept: KeptReceipt, by: Partner) -> Receipt:
    marks = {"alarm": "Kom etter den første og sier noe annet: den første gjelder"}
    try:
        told = read_apprec(await parts.sent.receipt_original(kept.id))
    except Problem:
        errors = tuple(ReceiptError(code, ERROR_WORDS.get(code, ""), "") for code in kept.codes)
    else:
        errors = tuple(ReceiptError(e.v, e.dn or ERROR_WORDS.get(e.v, ""), e.ot) for e in told.errors)
    return Receipt(
        by,
        kept.at,
        kept.status == "1",
        STATUS_WORDS.get(kept.status, kept.status),
        errors,
        marks.get(kept.verdict, ""),
    )


def _happened(event: PostEvent) -> Happening:
    """`resent by Mats Eide` and the like are the outbox's own notes; what is no note of a person is a code."""
    words, detail = OUT_EVENTS.get(event.state, event.state), event.note
    person = _BY.fullmatch(event.note)
    if person is not None and person[1] == "resent":
        words, detail = "Lagt i kø på nytt", f"av {person['who']}"
    elif person is not None:
        rest = person["rest"] or ""
        words, detail = "Avsluttet", f"av {person['who']}. {rest}".strip()
        if rest.startswith(REPLACED_BY):
            words, detail = "Rettet, og sendt som ny melding", f"av {person['who']}"
    elif event.note == "lost at the receiver":
        words, detail = "Lagt i kø på nytt", "mottakeren hadde mistet den"
    elif event.note == "acknowledged":
        detail = "mottakers transport har svart"
    elif event.note == "alarm":
        words, detail = "Enda en kvittering kom", "den sier noe annet enn den første"
    elif event.state in (states.SENT, states.TRANSPORT_OK):
        transport, _, attempt = event.note.partition(" ")
        detail = f"{TRANSPORTS.get(transport, transport)}, forsøk {attempt}" if attempt else event.note
    elif event.state == states.QUEUED and event.note:
        words = "Nådde ikke fram, prøves igjen"
    return Happening(event.at, words, detail, event.state in GRAVE and person is None)


async def _came(parts: Parts, session: RecordSession, item: InboxItem) -> Message:
    told = ours.unpack(item.receipt) if item.receipt is not None else ours.Answered("", ())
    named = await partners(session, {item.sender_her or "", *(r.to for r in told.receipts)})
    task = await item_of(session, item.id)
    open_task = task if task and task.get("status") in ("requested", "accepted", "in-progress") else None
    line = Line(
        IN,
        item.id,
        item.received_at,
        named[item.sender_her or ""],
        item.type or "",
        type_words(item.type or ""),
        item.msg_id or "",
        item.state,
        IN_WORDS[item.state],
    )
    return Message(
        line=line,
        sender=named[item.sender_her or ""],
        facts=tuple((k, v) for k, v in _facts_in(item).items() if v),
        story=tuple(_came_so_far(event) for event in await parts.came.events(item.id)),
        receipts=tuple(_own(r, named[r.to]) for r in told.receipts),
        owner=(owner_words(open_task) or "Meldingsansvarlig") if open_task else "",
        deadline=None,
        deadline_words="",
        deadline_source="",
        cause=str(open_task.get("description", "")) if open_task else "",
        remedy="Ring avsender og be om at meldingen sendes på nytt." if open_task else "",
        acts=Acts(),
    )


def _facts_in(item: InboxItem) -> dict[str, str]:
    return {
        "Meldings-id": item.msg_id or "",
        "Samtale": item.conversation or "",
        "Mottatt": _at(item.received_at),
        "Transport": TRANSPORTS.get(item.transport, item.transport),
        "Forsøk": str(item.attempts),
        "Siste feil": item.problem or "",
        "Nummer": f"{item.id} i meldingsmottaket",
    }


def _came_so_far(event: PostEvent) -> Happening:
    words = IN_EVENTS.get(event.note) or IN_EVENTS.get(event.state, event.state)
    detail = "" if event.note in IN_EVENTS else event.note
    if event.note.startswith("item "):
        detail = f"den første er nummer {event.note.split()[1]}"
    return Happening(event.at, words, detail, event.state in GRAVE)


def _own(receipt: ours.Receipt, by: Partner) -> Receipt:
    errors = []
    for number, code in enumerate(receipt.codes):
        told = receipt.texts[number] if number < len(receipt.texts) else ""
        text, _, more = told.partition(": ")
        errors.append(ReceiptError(code, text or ERROR_WORDS.get(code, ""), more))
    return Receipt(by, None, receipt.status == "1", STATUS_WORDS.get(receipt.status, ""), tuple(errors))


def _at(at: datetime) -> str:
    return f"{at.astimezone(NORWAY):%d.%m.%Y %H:%M:%S}"
