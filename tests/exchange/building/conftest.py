"""Facts for building: out of the demo cast's own records, and out of records that hypothesis makes up."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from akson.app.cast import CAST
from akson.app.demo import Scene, charts, stage
from akson.app.demo.chart import Chart
from akson.care.medication.lines import MULTIDOSE, SUPPLY
from akson.exchange.building.facts import Facts
from akson.exchange.building.fields import CODE, DAY, TIME, Field
from akson.exchange.building.gathering import address_of
from akson.exchange.building.recipes import RECIPES
from akson.exchange.message_type import CareMessage
from akson.exchange.opening import open_message
from tests.exchange.samples import admission, bent

AT = datetime(2026, 11, 24, 8, tzinfo=UTC)
DAY_OF = date(2026, 11, 24)
MSG_ID = "0b5a5f4e-6a1f-4f54-9d0a-0c9f4c8f2b11"
TYPED = {DAY: "2026-12-01", TIME: "2026-11-23T21:40"}
STAGE: dict[str, dict[str, Any]] = {f"{r['resourceType']}/{r['id']}": r for r in stage()}


@cache
def people(count: int = 30) -> dict[str, Chart]:
    return {chart.person.id: chart for chart in charts(Scene.on(DAY_OF), citizens=count)}


def house(id: str) -> tuple[dict[str, Any], ...]:
    chain = [STAGE[f"Organization/{id}"]]
    while "partOf" in chain[-1]:
        chain.append(STAGE[chain[-1]["partOf"]["reference"]])
    return tuple(chain)


def facts(
    resources: list[dict[str, Any]], *, who: str = "ida", to: str = "havnes-medisin", **more: Any
) -> Facts:
    by_type: dict[str, tuple[dict[str, Any], ...]] = {}
    for resource in resources:
        by_type[resource["resourceType"]] = (*by_type.get(resource["resourceType"], ()), resource)
    unit = house(CAST[who].organisations[0].removeprefix("Organization/"))
    told: dict[str, Any] = {
        "patient": by_type["Patient"][0],
        "sender": address_of(unit),
        "receiver": address_of(house(to)),
        "copies": (),
        "at": AT,
        "author": STAGE[f"Practitioner/{who}"],
        "house": unit,
        "resources": by_type,
        "staff": STAGE,
    }
    return Facts(**{**told, **more})


def of(id: str, *, roll: bool = False, **more: Any) -> Facts:
    """One of the demo's people; with `roll` all her medicines come packed as multidose."""
    found = people()[id].resources
    if roll:
        packed = {"coding": [{"system": SUPPLY, "code": MULTIDOSE}]}
        found = [
            {**r, "category": packed} if r["resourceType"] == "MedicationStatement" else r for r in found
        ]
    return facts(found, **more)


def words(type: str, say: Callable[[Field], str] | None = None) -> dict[str, str]:
    """Everything typed that can be."""

    def usual(field: Field) -> str:
        return field.choices[0] if field.kind == CODE else TYPED.get(field.kind, f"Om {field.label}")

    return {field.name: (say or usual)(field) for field in RECIPES[type].fields}


def received(document: bytes | None = None) -> CareMessage:
    return open_message(document or admission()).message()


def ready() -> CareMessage:
    """The same hospital's notice that she is ready, by the type alone: its answer is what is tried."""
    told = bent(
        admission(),
        ('V="LOG_INNLAGT"', 'V="LOG_UTSKRIVNINGSKLAR"'),
        ("MeldingInnlagtPasient", "MeldingUtskrivningsklarPasient"),
        ("/MeldingInnlagtPasient", "/MeldingUtskrivningsklarPasient")
        if b"/MeldingInnlagtPasient" in admission()
        else ("MeldingInnlagtPasient", "MeldingUtskrivningsklarPasient"),
    )
    return open_message(told).message()
