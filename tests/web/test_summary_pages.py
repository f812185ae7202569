"""«Sammendrag»: ours and one from abroad on the page, taken in by a form, given out as a file; the citizen's own."""

import json
from pathlib import Path
from typing import Any

from tests.web.conftest import Rooms
from tests.web.stage import helped

EXAMPLES = Path(__file__).parents[1] / "sharing" / "ips_examples"
FULL = (EXAMPLES / "Bundle-IPS-examples-Bundle-01.json").read_bytes()
MARTHA: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "martha",
    "name": [{"family": "DeLarosa", "given": ["Martha"]}],
    "birthDate": "1972-05-01",
}


async def token(client: Any, path: str) -> str:
    page = (await client.get(path)).text
    return page.split('name="token" value="')[1].split('"')[0]


async def send(client: Any, patient: str, data: bytes) -> Any:
    path = f"/pasient/{patient}/sammendrag"
    fields = {"token": await token(client, path)}
    return await client.post(path, data=fields, files={"fil": ("ips.json", data, "application/json")})


async def test_our_summary_is_read_and_taken_along(rooms: Rooms) -> None:
    ida = rooms.visitor("ida")
    page = await ida.get("/pasient/astrid/sammendrag")
    assert page.status_code == 200
    for words in ("Allergier", "Legemidler i bruk", "Helseproblemer", "Ingen har gått gjennom det"):
        assert words in page.text
    file = await ida.get("/pasient/astrid/sammendrag/fil")
    assert file.headers["content-disposition"].startswith("attachment")
    bundle = file.json()
    assert (bundle["type"], bundle["entry"][0]["resource"]["title"]) == (
        "document",
        "Pasientsammendrag fra Storvik kommune",
    )
    refused = await rooms.visitor("omar").get("/pasient/astrid/sammendrag")
    assert (refused.status_code, "Legemidler i bruk" in refused.text) == (404, False)
    clerk = (await rooms.visitor("kari").get("/pasient/astrid/sammendrag")).text
    assert "Vises ikke" in clerk and "Ta imot sammendrag" not in clerk


async def test_one_from_abroad_stands_beside_and_is_given_back_as_it_came(rooms: Rooms) -> None:
    await rooms.put(MARTHA, helped("martha"))
    ida = rooms.visitor("ida")
    taken = await send(ida, "martha", FULL)
    assert taken.status_code == 303 and taken.headers["location"].endswith("sagt=mottatt")
    page = (await ida.get(taken.headers["location"])).text
    again = await send(ida, "martha", FULL)
    assert again.headers["location"].endswith("sagt=fra-for")
    path = page.split('<ul class="summary-received">')[1].split('href="')[1].split('"')[0]
    one = (await ida.get(path)).text
    for words in (
        "Ikke vurdert her",
        "Anastrozole",
        "engelsk (en-GB)",
        "SNOMED CT",
        "Avsenderens egen tekst",
    ):
        assert words in one, words
    assert (await ida.get(f"{path}/fil")).content == FULL
    # The front page knows of no allergy of ours, and reconciliation has one more source.
    front = (await ida.get("/pasient/martha")).text
    assert "Allergier: ikke registrert" in front and "penicillin" not in front.lower()
    assert "Pasientsammendrag fra" in (await ida.get("/pasient/martha/legemidler/samstemming")).text
    listed = await ida.get("/pasient/martha/dokumenter")
    assert listed.status_code == 200 and "Anorg Aniza Tion BV" in listed.text
    other = await ida.get(path.replace("martha", "astrid"))
    assert other.status_code == 404


async def test_what_is_not_hers_or_no_summary_is_told_on_the_page_and_not_stored(rooms: Rooms) -> None:
    ida = rooms.visitor("ida")
    wrong = await send(ida, "astrid", FULL)
    assert (
        wrong.status_code == 422
        and "gjelder ikke denne pasienten" in wrong.text
        and "DeLarosa" not in wrong.text
    )
    assert (
        "Velg en fil" in (await send(ida, "astrid", b"")).text
        or (await send(ida, "astrid", b"")).status_code == 422
    )
    none = await send(ida, "astrid", b"%PDF-1.4")
    assert none.status_code == 422 and "ikke et pasientsammendrag" in none.text
    assert "Ingen sammendrag er tatt imot." in (await ida.get("/pasient/astrid/sammendrag")).text


async def test_the_citizen_reads_hers_and_takes_it_along(rooms: Rooms) -> None:
    astrid = rooms.visitor("astrid")
    page = await astrid.get("/min/sammendrag")
    assert page.status_code == 200 and "Mitt sammendrag" in page.text and "Ingenting" not in page.text
    bundle = json.loads((await astrid.get("/min/sammendrag/fil")).content)
    assert bundle["resourceType"] == "Bundle" and bundle["type"] == "document"
    proxy = (await rooms.visitor("marit").get("/min/sammendrag?for=astrid")).text
    assert "Sammendraget til Astrid" in proxy
    assert (await rooms.visitor("marit").get("/min/sammendrag?for=martha")).status_code == 404
