"""A received message on its own page: all of it, what is new, what it lacks, how it stands, and its files."""

import random
from dataclasses import replace
from typing import Any

import pytest
from lxml import html as markup_html

from akson.exchange import mirror
from akson.exchange.message_type import MessageType, Version
from akson.exchange.opening import open_message
from akson.fhir import markup
from akson.fhir.codec import json
from tests.exchange.samples import admission, id
from tests.exchange.test_attachments import JPEG, PDF, enclosed
from tests.exchange.test_message_types import each_version, leaves, sample, whole_message
from tests.exchange.test_updates import told
from tests.web.conftest import Rooms

AROUND = mirror.Around(
    {"display": "Havnes sykehus HF"},
    ({"display": "Sykepleietjeneste"},),
    "2026-11-24T09:00:00+01:00",
)


def kept(content: bytes, name: str, patient: str = "astrid") -> dict[str, Any]:
    """The message as the post leaves it in the record."""
    message = open_message(content).message()
    around = replace(AROUND, subject={"reference": f"Patient/{patient}"})
    return {**json.parse(json.encode(mirror.to_fhir(message, around))), "id": name}


def shown(page: str) -> str:
    """What a reader sees, on one line."""
    main = markup_html.fromstring(page).find(".//main")
    assert main is not None
    return " ".join(" ".join(main.itertext()).split())


async def put(rooms: Rooms, *messages: dict[str, Any]) -> None:
    session = [json.parse(json.encode(m)) for m in messages]
    await rooms.put(*session)


def fresh(number: int, status: str = "N", *, begin: int = 50, **more: Any) -> bytes:
    """A message of a conversation of its own."""
    content = told(number, status, **more)
    for n in (1, 2, 3):
        content = content.replace(id(n).encode(), id(begin + n).encode())
    return content


@each_version
async def test_every_word_of_a_message_stands_on_its_page(
    rooms: Rooms, type: MessageType, version: Version
) -> None:
    ida = rooms.visitor("ida")
    for seed in range(2):
        values = sample(version.structure, random.Random(seed))
        name = f"tegnet-{type.code.lower().replace('_', '-')}-{version.number.replace('.', '-')}-{seed}"
        communication = kept(markup.write(whole_message(type, version, values)), name, "tom")
        await put(rooms, communication)
        answer = await ida.get(f"/pasient/tom/meldinger/{name}")
        assert answer.status_code == 200, answer.text[:400]
        read = shown(answer.text)
        content = mirror.from_fhir(communication).content
        lost = [w for w in leaves(version.structure, content) if " ".join(w.split()) not in read]
        assert not lost, lost
        assert "alert(1)" not in answer.text or "<script>alert" not in answer.text


async def test_what_is_new_stands_at_the_top_and_is_marked_in_place(rooms: Rooms) -> None:
    await put(rooms, kept(fresh(1), "tidlig-1"), kept(fresh(2, "M", parent=1, day="2026-12-02"), "tidlig-2"))
    page = (await rooms.visitor("ida").get("/pasient/astrid/meldinger/tidlig-2")).text
    read = shown(page)
    first = read.index("før: 30.11.2026")
    assert read.index("Nytt siden forrige melding") < first < read.index("før: 30.11.2026", first + 1)
    assert 'class="fresh"' in page and "Endret" in read
    assert '/pasient/astrid/meldinger/tidlig-1"' in page
    assert "Samtalen" in read and "2 meldinger, eldste først" in read
    assert "Mangler i meldingen" in read and "Pasientens status" in read


async def test_what_was_replaced_or_cancelled_says_so_and_leads_on(rooms: Rooms) -> None:
    first, second, third = (
        fresh(n, status, begin=60, parent=min(n - 1, 1)) for n, status in ((1, "N"), (2, "M"), (3, "C"))
    )
    await put(rooms, kept(first, "skjebne-1"), kept(second, "skjebne-2"))
    ida = rooms.visitor("ida")
    page = (await ida.get("/pasient/astrid/meldinger/skjebne-1")).text
    assert "Erstattet av en nyere melding." in shown(page) and 'meldinger/skjebne-2"' in page
    await put(rooms, kept(third, "skjebne-3"))
    page = (await ida.get("/pasient/astrid/meldinger/skjebne-2")).text
    assert "Kansellert av avsender." in shown(page) and 'meldinger/skjebne-3"' in page
    listed = (await ida.get("/pasient/astrid/meldinger")).text
    assert "Kansellert av avsender" in listed and 'href="/pasient/astrid/meldinger/skjebne-1"' in listed


async def test_sender_and_telephone_stand_in_one_line(rooms: Rooms) -> None:
    await put(rooms, kept(admission(21), "ring-meg"))
    read = shown((await rooms.visitor("ida").get("/pasient/astrid/meldinger/ring-meg")).text)
    assert "Spørsmål til Eva Lunde, Medisinsk avdeling, sengepost 2, telefon 05 50 02 02" in read


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
FILES = [
    (PDF, "application/pdf", "application/pdf", "attachment"),
    (JPEG, "image/jpeg", "image/jpeg", "inline"),
    (
        "blåbær <script>alert(1)</script>".encode("latin-1"),
        "text/plain",
        "text/plain; charset=utf-8",
        "inline",
    ),
    (SVG, "image/png", "application/octet-stream", "attachment"),
    (PDF, "image/svg+xml", "application/octet-stream", "attachment"),
]


async def test_files_are_listed_and_opened_without_anything_in_them_running(rooms: Rooms) -> None:
    documents = "".join(
        enclosed(data, type=type if "svg" not in type else "image/png", name="Sår &amp; hæl/../x")
        for data, type, _, _ in FILES
    )
    content = admission(31).replace(b"</MsgHead>", documents.encode() + b"</MsgHead>")
    communication = kept(content, "med-filer")
    # No longer taken by the post, but it may stand in a record that was loaded from elsewhere.
    communication["payload"][-1]["contentAttachment"]["contentType"] = "image/svg+xml"
    await put(rooms, communication)
    ida = rooms.visitor("ida")
    page = (await ida.get("/pasient/astrid/meldinger/med-filer")).text
    assert (
        "Sår & hæl/../x" in shown(page) and "PDF, 4 kB" in shown(page) and "JPEG-bilde, 70 kB" in shown(page)
    )
    for number, (data, _, type, kept_how) in enumerate(FILES, 1):
        answer = await ida.get(f"/pasient/astrid/meldinger/med-filer/vedlegg/{number}")
        assert answer.status_code == 200 and answer.headers["content-type"] == type
        assert answer.headers["content-disposition"].startswith(f"{kept_how}; filename*=UTF-8''S")
        assert "/" not in answer.headers["content-disposition"].partition("''")[2]
        assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
        assert (
            answer.headers["x-content-type-options"] == "nosniff"
            and "no-store" in answer.headers["cache-control"]
        )
        assert answer.content == (data if "text" not in type else data.decode("latin-1").encode())


@pytest.mark.parametrize("path", ["", "/vedlegg/1"])
async def test_opening_is_decided_and_logged(rooms: Rooms, path: str) -> None:
    content = admission(41).replace(b"</MsgHead>", enclosed(JPEG, type="image/jpeg").encode() + b"</MsgHead>")
    await put(rooms, kept(content, "logget"))
    address = f"/pasient/astrid/meldinger/logget{path}"
    assert (await rooms.visitor("omar").get(address)).status_code == 404
    assert (await rooms.visitor("ida").get(address.replace("astrid", "tom"))).status_code == 404
    assert (await rooms.visitor("ida").get(address + "9")).status_code == 404
    ida = rooms.visitor("ida")
    before = (await ida.get("/pasient/astrid/tilgangslogg")).text
    assert (await ida.get(address)).status_code == 200
    assert (await ida.get("/pasient/astrid/tilgangslogg")).text != before


async def test_what_is_no_message_of_the_post_is_shown_in_its_words(rooms: Rooms) -> None:
    page = (await rooms.visitor("ida").get("/pasient/astrid/meldinger/innlagt-melding")).text
    assert "Innlagt etter fall i hjemmet." in shown(page)
