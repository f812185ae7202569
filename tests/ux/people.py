"""Whom the tasks are about: people of their own on the shared node, so that no other journey meets them or is met."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.care.medication.told import drug, line, twelve, working
from tests.web.stage import helped
from tests.web.test_gp_dialogue import asked
from tests.web.test_round import planned

NAMES = {"oppgave-a": "Kvistholm", "oppgave-b": "Behovsen", "oppgave-c": "Samstad", "oppgave-d": "Rundmo",
    "oppgave-e": "Forordsen", "oppgave-f": "Startby",
}  # fmt: skip
DAILY = (
    ("amlodipin", "5 mg", "C08CA01"), ("atorvastatin", "20 mg", "C10AA05"), ("bumetanid", "1 mg", "C03CA02"),
    ("folsyre", "1 mg", "B03BB01"), ("losartan", "50 mg", "C09CA01"), ("pantoprazol", "20 mg", "A02BC02"),
)  # fmt: skip
_LONG_AGO = timedelta(minutes=170)
"""First on the round, and not yet so long ago that the package leaves it out."""


def told() -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Resources to load, and the names that steps have for what only now has an id."""
    message, item = asked("99")
    return [*_people(), message, item], {"message": message["id"], "item": item["id"]}


def _people() -> Iterator[dict[str, Any]]:
    for id, family in NAMES.items():
        yield {
            "resourceType": "Patient",
            "id": id,
            "name": [{"family": family, "given": ["Prøve"]}],
            "birthDate": "1942-05-12",
            "generalPractitioner": [{"reference": "Practitioner/grete", "display": "Grete Lund"}],
        }
        yield helped(id)
    as_needed = line(
        "oppgave-b-s1", drug("paracetamol", "500 mg", atc="N02BE01"), patient="oppgave-b",
        dosage=[{"text": "1 tablett ved behov", "asNeededBoolean": True}],
    )  # fmt: skip
    yield from working("oppgave-b-liste", "2026-11-20T10:00:00+01:00", as_needed, patient="oppgave-b")
    yield from twelve("oppgave-c", "oppgave-c-")
    used = [
        line(f"oppgave-e-s{n}", drug(name, strength, atc=atc), "1+0+0+0", patient="oppgave-e")
        for n, (name, strength, atc) in enumerate(DAILY)
    ]
    yield from working("oppgave-e-liste", "2026-11-20T10:00:00+01:00", *used, patient="oppgave-e")
    one = line("oppgave-f-s1", drug("levotyroksin", "100 µg", atc="H03AA01"), "1+0+0+0", patient="oppgave-f")
    yield from working("oppgave-f-liste", "2026-11-20T10:00:00+01:00", one, patient="oppgave-f")
    start = datetime.now(UTC) - _LONG_AGO
    yield planned(1, "oppgave-d") | {
        "id": "oppgave-d-besok",
        "start": start.isoformat(),
        "end": (start + timedelta(minutes=30)).isoformat(),
    }
