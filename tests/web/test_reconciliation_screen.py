"""Reconciliation over HTTP on a real record: judged, drafted, signed, shared; and what happens when somebody was first."""

import json as plain
import re
from typing import Any

import httpx

from akson.fhir.codec import json
from tests.care.medication.told import twelve
from tests.web.conftest import Rooms
from tests.web.stage import helped
from tests.web.test_pathway import kept, words


async def stand(rooms: Rooms, patient: str) -> str:
    """A patient of Ida's unit with twelve medicines of which five differ; gives the address of the screen."""
    name = [{"family": "Prøve", "given": ["Solveig"]}]
    body = {"resourceType": "Patient", "id": patient, "name": name, "birthDate": "1942-05-12"}
    rows = twelve(patient, f"{patient}-")
    await rooms.put(body, helped(patient))
    await put(rooms, *rows)
    return f"/pasient/{patient}/legemidler/samstemming"


async def put(rooms: Rooms, *resources: dict[str, Any]) -> None:
    await rooms.put(*(plain.loads(json.encode(one)) for one in resources))


def fields(page: str) -> dict[str, str]:
    """Hidden fields, reasons and what is chosen: the form as a browser without script would send it."""
    form = page.split("data-recon autocomplete", 1)[1].split("</form>", 1)[0]
    found = hidden(form)
    found |= dict(re.findall(r'name="(grunn-[^"]+)" value="([^"]*)"', form))
    return found | dict(re.findall(r'name="(valg-[^"]+)" value="([^"]*)" checked', form))


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))


def answers(page: str, pick: int = 0) -> dict[str, str]:
    """The first answer (or the one at `pick`) of every disagreement."""
    told: dict[str, list[str]] = {}
    for name, value in re.findall(r'name="(valg-[^"]+)" value="([^"]*)"', page):
        told.setdefault(name, []).append(value)
    return {name: values[min(pick, len(values) - 1)] for name, values in told.items()}


async def send(ida: httpx.AsyncClient, path: str, sent: dict[str, str], act: str) -> httpx.Response:
    return await ida.post(path, data={**sent, "gjor": act})


async def test_disagreements_are_judged_drafted_and_signed(rooms: Rooms) -> None:
    path, ida = await stand(rooms, "sam-en"), rooms.visitor("ida")
    page = (await ida.get(path)).text
    said = words(page)
    assert "0 av 5 vurdert" in said and "Likt i alle kilder 7" in said
    assert "5 avvik gjenstår før signering" in said and "checked" not in fields(page)
    assert "Begrunnelse for «Endre til 80 mg»: Økt fra 40 mg: forverret hjertesvikt (fra sykehuset)" in said

    chosen = answers(page)
    some = dict(list(chosen.items())[:3])
    drafted = await send(ida, path, {**fields(page), **some}, "utkast")
    assert drafted.status_code == 303
    ida = rooms.visitor("ida")  # another browser, another day
    page = (await ida.get(path)).text
    assert "3 av 5 vurdert" in words(page) and some.items() <= fields(page).items()

    refused = await send(ida, path, fields(page), "signer")
    assert refused.status_code == 422 and "2 avvik er ikke vurdert" in words(refused.text)
    assert not await kept(rooms, "Provenance", "sam-en")

    sent = {**fields(page), **chosen}
    signed = await send(ida, path, sent, "signer")
    assert signed.status_code == 303 and signed.headers["location"].endswith("/legemidler/delt")
    again = await send(ida, path, sent, "signer")
    assert again.status_code == 303, "pressed twice is signed once"
    lists = [one for one in await kept(rooms, "List", "sam-en") if one["mode"] == "working"]
    assert [one["meta"]["versionId"] for one in lists] == ["2"]
    decided = [p for p in await kept(rooms, "Provenance", "sam-en") if "Valgt: " in p["activity"]["text"]]
    assert len(decided) == 5 and {p["agent"][0]["who"]["reference"] for p in decided} == {"Practitioner/ida"}

    shared = words((await ida.get(signed.headers["location"])).text)
    assert "Lista er signert" in shared and "Fastlegen" in shared and "Mine legemidler" in shared
    assert "Ingen nye lister fra andre" in words((await ida.get(path)).text)
    assert "0 av 5" in words((await ida.get(path + "?alle")).text) or "vurdert" in words(
        (await ida.get(path + "?alle")).text
    )


async def test_a_list_that_changed_meanwhile_is_no_loss(rooms: Rooms) -> None:
    path, ida = await stand(rooms, "sam-to"), rooms.visitor("ida")
    page = (await ida.get(path)).text
    sent = {**fields(page), **answers(page)}
    typed = next(name for name in sent if name.startswith("grunn-"))
    sent[typed] = "Avtalt med lege på telefon"
    rows = twelve("sam-to", "sam-to-")
    furosemide = next(r for r in rows if r["id"] == "sam-to-s7")
    own = next(r for r in rows if r.get("mode") == "working")
    await put(rooms, {**furosemide, "dosage": [{"text": "1+1+0+0"}]}, own)

    changed = await send(ida, path, sent, "signer")
    told = words(changed.text)
    assert changed.status_code == 409 and "mens du samstemte. Ingenting er signert" in told
    assert "4 av 5 vurdert" in told and "1 avvik gjenstår" in told
    assert "Avtalt med lege på telefon" in changed.text
    assert not await kept(rooms, "Provenance", "sam-to")
    done = await send(ida, path, {**fields(changed.text), **answers(changed.text)}, "signer")
    assert done.status_code == 303


async def test_the_gp_gets_the_list_and_nothing_was_typed(rooms: Rooms) -> None:
    path, ida = "/pasient/astrid/legemidler/samstemming", rooms.visitor("ida")
    page = (await ida.get(path)).text
    # Other tests of these rooms give her medicines too: how many differences there are is theirs as well.
    assert re.search(
        r"0 av \d+ vurdert", words(page)
    ) and "Samme legemiddel, skrevet på en annen måte" in words(page)
    signed = await send(ida, path, {**fields(page), **answers(page, 1)}, "signer")
    assert signed.status_code == 303, words(signed.text)
    sent = [c for c in await kept(rooms, "Communication", "astrid") if "samstemt" in json.encode(c).decode()]
    told = words((await ida.get(signed.headers["location"])).text)
    assert len(sent) == 1, told
    assert "Se meldingen" in told and "Ikke sendt" not in told
    mine = words((await rooms.visitor("astrid").get("/min/legemidler")).text)
    assert "Furosemid 80 mg" in mine and "Bestemt av Havnes sykehus HF" in mine


async def test_the_list_on_paper_and_in_big_letters(rooms: Rooms) -> None:
    await stand(rooms, "sam-tre")
    ida = rooms.visitor("ida")
    told = words((await ida.get("/pasient/sam-tre/legemidler/utskrift")).text)
    assert "Furosemid 40 mg tablett 1+0+0+0" in told and "født 12.05.1942" in told
    big = (await ida.get("/pasient/sam-tre/legemidler/utskrift?stor")).text
    assert "1 om morgenen" in big and "big-name" in big and "<table" not in big


async def test_who_may_not_open_the_record_may_not_reconcile(rooms: Rooms) -> None:
    path = await stand(rooms, "sam-fire")
    refused = await rooms.visitor("omar").get(path)
    missing = await rooms.visitor("omar").get("/pasient/finnes-ikke/legemidler/samstemming")
    assert refused.status_code == missing.status_code == 404
    seen = await rooms.visitor("kari").get("/pasient/astrid/legemidler/samstemming")
    assert seen.status_code == 403 and "Ingen legemidler" not in seen.text, "not shown is not none"


async def test_the_citizen_reads_her_own_list_in_plain_words(rooms: Rooms) -> None:
    told = words((await rooms.visitor("astrid").get("/min/legemidler")).text)
    assert "Mine legemidler" in told and "om morgenen" in told and "1 + 0" not in told
    assert "Lagt inn av" in told and "Sist bekreftet" in told and "Dette er sluttet med" in told
    kin = words((await rooms.visitor("marit").get("/min/legemidler")).text)
    assert "Legemidlene til Astrid Bakken" in kin
    assert (await rooms.visitor("ida").get("/min/legemidler")).status_code in (403, 404)
