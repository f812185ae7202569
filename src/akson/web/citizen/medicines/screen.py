"""«Mine legemidler»: the list in use, as the citizen can read it. The page for the kitchen door is the same list printed."""

import re
from datetime import datetime

from starlette.responses import Response

from akson.care.medication.current import current_list
from akson.care.medication.lines import Said, SourceKind, SourceLine, Use
from akson.record.session import RecordSession
from akson.web.citizen.medicines.view import MedicineRow, MyMedicines, StoppedRow
from akson.web.shell import gate, words
from akson.web.shell.chart import person
from akson.web.shell.citizens import represented, whose
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.reading import every_page, of_patient, resource

PATH = "/min/legemidler"
STOPPED_SHOWN_DAYS = 365
_SLOTS = re.compile(
    r"^\s*([\d,½¼¾/-]+)\s*\+\s*([\d,½¼¾/-]+)\s*\+\s*([\d,½¼¾/-]+)(?:\s*\+\s*([\d,½¼¾/-]+))?\s*$"
)
_TIMES = ("om morgenen", "midt på dagen", "om kvelden", "til natten")
_GROUPS = (("Fast", "fixed"), ("En periode", "courses"), ("Ved behov", "as_needed"))
_EMPTY = {
    Said.NONE: "Du bruker ingen legemidler, etter det kommunen vet.",
    Said.NOT_ASKED: "Kommunen har ikke spurt om legemidlene dine ennå.",
    Said.UNKNOWN: "Lista kan ikke vises nå. Spør kommunen hvis du er i tvil.",
    Said.LINES: "Du bruker ingen legemidler nå, etter det kommunen vet.",
}
_SAID_BY = {
    SourceKind.HOSPITAL: "sykehuset",
    SourceKind.GP: "fastlegen",
    SourceKind.PATIENT: "du eller pårørende",
    SourceKind.PLL: "reseptregisteret",
    SourceKind.PHARMACY: "apoteket",
}


def plain_dose(text: str) -> str:
    """`1 + 0 + 1 + 0` as «1 om morgenen, 1 om kvelden»; any other text as it is written."""
    found = _SLOTS.match(text)
    if not found:
        return text
    told = [
        f"{amount} {time}"
        for amount, time in zip(found.groups(), _TIMES, strict=True)
        if amount and amount != "0"
    ]
    return ", ".join(told) or text


def row(line: SourceLine) -> MedicineRow:
    dose = plain_dose(line.dose.text)
    if line.use is Use.PAUSED:
        dose = "Ta pause nå"
    return MedicineRow(
        name=line.name,
        product=line.product,
        strength=" ".join(part for part in (line.strength, line.form) if part),
        dose=dose or "Spør om hvordan den tas",
        why=line.indication,
        until=words.day(line.stop) if line.stop else "",
        provenance=_provenance(line),
        multidose=line.multidose,
    )


def _provenance(line: SourceLine) -> str:
    who = line.provenance.by or _SAID_BY.get(line.provenance.kind, "")
    day = words.day(line.provenance.confirmed) if line.provenance.confirmed else ""
    if not who:
        return f"Sist bekreftet {day}." if day else "Kommunen vet ikke hvem som sa dette."
    return f"{words.sentence(who)} sa dette{f'. Sist bekreftet {day}' if day else ''}."


async def load(session: RecordSession, patient: str, now: datetime, reader: str, path: str) -> MyMedicines:
    who = person(resource(await session.read("Patient", patient)), words.local(now).date())
    rows = []
    for type in ("List", "MedicationStatement"):
        rows += [resource(one) for one in (await every_page(session, of_patient(type, patient))).matches]
    found = current_list(rows, now)
    groups = tuple(
        (title, tuple(row(line) for line in lines))
        for title, name in _GROUPS
        if (lines := getattr(found, name))
    )
    today = words.local(now).date()
    recent = [x for x in found.stopped if x.stop and (today - x.stop).days <= STOPPED_SHOWN_DAYS]
    at, by = found.source.at, found.source.told_by
    return MyMedicines(
        person=who,
        proxy=who.spoken_name != reader,
        groups=groups,
        stopped=tuple(StoppedRow(x.name, words.day(x.stop) if x.stop else "", x.stop_reason) for x in recent),
        empty="" if groups else _EMPTY[found.said],
        updated=f"{by + ' gikk' if by else 'Kommunen gikk'} gjennom lista {words.spoken_moment(at, now)}."
        if at
        else "",
        path=path,
    )


async def show(visit: Visit) -> Response:
    patient = whose(visit)
    path = PATH + (f"?for={patient}" if represented(visit)[0] != patient else "")
    view = await load(visit.open(), patient, visit.house.clock.now(), visit.actor.name, path)
    frame = gate.frame_of(visit.request, visit.house, visit)
    return visit.house.pages.page("citizen/medicines/template.html", frame, view)


SCREEN = Screen("citizen.medicines", Audience.CITIZEN, (Way(PATH, show),))
