"""«Mine legemidler»: the list in use, as the citizen can read it. The page for the kitchen door is the same list printed."""

from datetime import datetime

from starlette.responses import Response

from akson.care.medication.current import current_list
from akson.care.medication.lines import Said, SourceKind, SourceLine, Use
from akson.record.acts.representing import representing
from akson.record.session import RecordSession
from akson.web.citizen.medicines.view import MedicineRow, MyMedicines, StoppedRow
from akson.web.shell import gate, words
from akson.web.shell.chart import person
from akson.web.shell.citizens import represented, whose
from akson.web.shell.dose_words import plain_dose
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.reading import every_page, of_patient, resource

PATH = "/min/legemidler"
STOPPED_SHOWN_DAYS = 365
_GROUPS = (("Fast", "fixed"), ("En periode", "courses"), ("Ved behov", "as_needed"))
_EMPTY = {
    Said.NONE: "Du bruker ingen legemidler, etter det kommunen vet.",
    Said.NOT_ASKED: "Kommunen har ikke spurt om legemidlene dine ennå.",
    Said.UNKNOWN: "Lista kan ikke vises nå. Spør kommunen hvis du er i tvil.",
    Said.LINES: "Du bruker ingen legemidler nå, etter det kommunen vet.",
}
_HIDDEN = "Du ser ikke helseopplysninger om denne personen. Derfor vises ikke legemidlene her."
_SAID_BY = {
    SourceKind.HOSPITAL: "sykehuset",
    SourceKind.GP: "fastlegen",
    SourceKind.PATIENT: "du eller pårørende",
    SourceKind.PLL: "reseptregisteret",
    SourceKind.PHARMACY: "apoteket",
    SourceKind.ABROAD: "helsetjenesten i utlandet",
}


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
    """Who decided or told it, and when somebody last said that it is so."""
    told = line.provenance
    who = told.by or _SAID_BY.get(told.kind, "")
    by = told.by_reference.partition("/")[0]
    what = {"RelatedPerson": "Fortalt av", "Patient": "Fortalt av", "Organization": "Bestemt av"}.get(
        by, "Lagt inn av"
    )
    day = words.day(told.confirmed) if told.confirmed else ""
    parts = (
        f"{what} {who}" if who else "Vi vet ikke hvem som sa dette",
        f"Sist bekreftet {day}" if day else "",
    )
    return ". ".join(part for part in parts if part) + "."


async def _shown(session: RecordSession, patient: str, own: str) -> bool:
    """A parent of a youth, and some by power of attorney, see no health data: what is not shown must not read as none."""
    if patient == own:
        return True
    return any(one.patient == patient and "clinical" in one.sees for one in await representing(session))


async def load(
    session: RecordSession, patient: str, now: datetime, reader: str, own: str, path: str
) -> MyMedicines:
    who = person(resource(await session.read("Patient", patient)), words.local(now).date())
    if not await _shown(session, patient, own):
        return MyMedicines(who, True, (), (), _HIDDEN, "", path)
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
    own = visit.actor.reference.removeprefix("Patient/")
    path = PATH + (f"?for={patient}" if represented(visit)[0] != patient else "")
    view = await load(visit.open(), patient, visit.house.clock.now(), visit.actor.name, own, path)
    frame = gate.frame_of(visit.request, visit.house, visit)
    return visit.house.pages.page("citizen/medicines/template.html", frame, view)


SCREEN = Screen("citizen.medicines", Audience.CITIZEN, (Way(PATH, show),))
