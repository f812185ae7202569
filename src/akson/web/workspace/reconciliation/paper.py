"""The list on one page: for the nurse's folder, and in big letters for the kitchen door."""

from datetime import datetime

from akson.care.medication.current import current_list
from akson.care.medication.lines import Said
from akson.record.session import RecordSession
from akson.web.shell import words
from akson.web.shell.chart import Chart
from akson.web.shell.reading import every_page, of_patient, resource, with_medications
from akson.web.workspace.reconciliation.view import PrintView, print_line

GROUPS = (("Faste legemidler", "fixed"), ("Kurer", "courses"), ("Ved behov", "as_needed"))
_SILENT = {
    Said.NONE: "Pasienten bruker ingen legemidler.",
    Said.NOT_ASKED: "Det er ikke spurt om legemidler ennå.",
    Said.UNKNOWN: "Legemiddellista kunne ikke leses.",
    Said.LINES: "Ingen legemidler i bruk nå.",
}


async def load(session: RecordSession, chart: Chart, now: datetime, *, big: bool) -> PrintView:
    rows = []
    for type in ("List", "MedicationStatement"):
        read = await every_page(session, with_medications(of_patient(type, chart.person.id)))
        rows += [resource(one) for one in (*read.matches, *read.included)]
    found = current_list(rows, now)
    groups = tuple(
        (title, tuple(print_line(line, big=big) for line in lines))
        for title, name in GROUPS
        if (lines := getattr(found, name))
    )
    allergies = "; ".join(
        a.text.removeprefix("Allergi: ") for a in chart.alerts if a.text.startswith("Allergi: ")
    )
    return PrintView(
        chart=chart,
        groups=groups,
        empty="" if groups else _SILENT[found.said],
        when=words.day(found.source.at) if found.source.at else "",
        by=found.source.told_by,
        allergies=allergies,
        no_allergies=chart.allergy_words,
        big=big,
    )
