"""Advice beside the choice: what the list to be would raise stands where it is chosen, and is seen before it is signed."""

import re

from akson.world import SystemClock
from tests.web.conftest import Rooms
from tests.web.test_pathway import kept, words
from tests.web.test_reconciliation_screen import answers, fields, send, stand


def beside(page: str) -> list[str]:
    return [
        words(one) for one in re.findall(r'<div class="beside"[^>]*>(.*?)</div>', page, re.S) if one.strip()
    ]


def options(page: str, name: str) -> dict[str, str]:
    """Label → the field that chooses it, in the row of that name."""
    row = next(r for r in page.split("data-recon-row")[1:] if f'class="drug">{name}<' in r).split("</tr>")[0]
    found = re.findall(r'name="(valg-[^"]+)" value="([^"]*)".*?<span>([^<]+)</span>', row)
    return {label: f"{field}={value}" for field, value, label in found}


def pick(page: str, name: str, label: str) -> dict[str, str]:
    field, _, value = next(v for k, v in options(page, name).items() if k.startswith(label)).partition("=")
    return {field: value}


async def test_advice_stands_beside_the_choice_and_is_seen_before_the_signature(rooms: Rooms) -> None:
    path, ida = await stand(rooms, "sam-raad"), rooms.visitor("ida")
    page = (await ida.get(path)).text
    assert beside(page) == [], "nothing is advised of what nobody has chosen"

    begun = {**answers(page), **pick(page, "Ibuprofen", "Legg til")}
    unseen = await send(ida, path, {**fields(page), **begun}, "signer")
    assert unseen.status_code == 422
    assert "ett alvorlig råd som ikke sto på siden" in words(unseen.text)
    assert not await kept(rooms, "Provenance", "sam-raad")
    (said,) = beside(unseen.text)
    assert said.startswith("Alvorlig: Ibuprofen sammen med Apiksaban") and "STOPP versjon 2, C10" in said

    left = {**begun, **pick(page, "Ibuprofen", "Ikke legg til")}
    draft = await ida.post(
        path, data={**fields(page), **left, "gjor": "utkast"}, headers={"hx-request": "true"}
    )
    assert beside(draft.text) == [] and 'name="sett" value=""' in draft.text

    # What stood on the page is signed: the advice is hers to weigh, it stops nothing.
    done = await send(ida, path, {**fields(unseen.text), **begun}, "signer")
    assert done.status_code == 303, words(done.text)
    assert await kept(rooms, "Provenance", "sam-raad")


async def test_what_the_list_raises_whatever_is_chosen_is_folded_apart(rooms: Rooms) -> None:
    path, ida = await stand(rooms, "sam-uansett"), rooms.visitor("ida")
    egfr = {
        "resourceType": "Observation",
        "status": "final",
        "id": "sam-uansett-egfr",
        "subject": {"reference": "Patient/sam-uansett"},
        "code": {"coding": [{"system": "http://loinc.org", "code": "62238-1"}]},
        "effectiveDateTime": SystemClock().now().isoformat(),
        "valueQuantity": {"value": 22, "unit": "mL/min/1.73m2"},
    }
    await rooms.put(egfr)
    page = (await ida.get(path)).text
    assert "Råd som gjelder uansett hva du velger 1" in words(page)
    assert "Metformin ved eGFR 22" in words(page) and beside(page) == []
    reading = (await ida.get("/pasient/sam-uansett/raad")).text
    form = next(f for f in re.findall(r'<form method="post" action="[^"]+raad">.*?</form>', reading, re.S))
    sent = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))
    assert (await ida.post("/pasient/sam-uansett/raad", data={**sent, "grunn": "known"})).status_code == 303
    page = words((await ida.get(path)).text)
    assert "Ingen flere råd om lista" in page and "1 råd er satt til side med begrunnelse" in page
