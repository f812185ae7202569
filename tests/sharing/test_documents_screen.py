"""Dokumenter: ours at once, others' beside them with whose each is; what is blocked leaves what others tell and no more."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest_asyncio

from akson import web
from akson.app.cast import CAST
from akson.app.documents_asking import HouseDocuments
from akson.app.playing.neighbourhood import Neighbourhood
from akson.identity.sessions import Sessions
from akson.web.shell.documents import age
from akson.web.shell.house import NodeName
from akson.world import SystemClock
from akson_lab.documents.region import SCOPES, LabDocument, Region, letter
from akson_lab.documents.saml import SamlIssuer
from tests.sharing import people
from tests.sharing.people import ASTRID

ADDRESS = "http://node.test"
SUBJECT = {"reference": "Patient/astrid"}
BLOCKED = [{"system": "urn:oid:2.16.578.1.12.4.1.1.9603", "code": "NORS"}]


def note(id: str, text: str, **more: Any) -> dict[str, Any]:
    return {"resourceType": "ClinicalImpression", "id": id, "status": "completed", "subject": SUBJECT,
            "date": "2026-11-20T10:00:00+01:00", "summary": text, "assessor": {"display": "Ida Nilsen"}, **more}  # fmt: skip


class Screens:
    def __init__(self, town: Neighbourhood, region: Region, folder: Any) -> None:
        node = town["storvik"].node
        (node.settings.data / "documents.toml").write_text(
            f'[[foreign]]\nid = "sorvest"\nname = "{region.name}"\nhow = "mhd"\nbase = "{region.address}/mhd"\n'
            f'home = "{region.home}"\n',
            "utf-8",
        )
        self.sessions = Sessions(node.issuer, ended=folder / "ended", clock=SystemClock())
        self.app = web.build(
            node.record,
            sessions=self.sessions,
            clock=SystemClock(),
            node=NodeName("Storvik kommune"),
            elsewhere=HouseDocuments.of(node),
        )

    async def get(self, who: str, path: str, status: int = 200) -> httpx.Response:
        cookies = {"akson": self.sessions.start(CAST[who])}
        transport = httpx.ASGITransport(app=self.app)
        async with httpx.AsyncClient(transport=transport, base_url=ADDRESS, cookies=cookies) as client:
            answer = await client.get(path)
        assert answer.status_code == status, answer.text
        return answer


@pytest_asyncio.fixture(loop_scope="session")
async def region(town: Neighbourhood) -> Any:
    async with Region(
        "Sørvest sykehus HF", "2.16.578.1.12.4.5.100.7", town.helseid, SamlIssuer(datetime.now(UTC))
    ) as one:
        one.keep(
            ASTRID,
            letter("Epikrise ortopedi", "Utskrevet etter hoftebrudd."),
            LabDocument("Røntgenbilde", b"%PDF-1.4\n", "application/pdf"),
            letter("Hemmelig notat", "Sperret innhold.", blocked=True),
        )
        client = town.helseid.clients["storvik"]
        town.helseid.register(replace(client, scopes=frozenset({*client.scopes, *SCOPES})))
        await people.put(
            town["storvik"],
            note("dok-1", "Spiser godt. <script>alert(1)</script>"),
            note("dok-2", "Vårt sperrede notat.", meta={"security": BLOCKED}),
        )
        yield one
        town.helseid.register(client)


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def links(html: str, title: str) -> list[str]:
    return re.findall(rf'<a href="([^"]+)"[^>]*>{title}</a>', html)


async def test_ours_and_others_stand_in_one_list_and_each_opens_in_the_page(
    town: Neighbourhood, region: Region, tmp_path: Any
) -> None:
    screens = Screens(town, region, tmp_path)
    first = (await screens.get("ida", "/pasient/astrid/dokumenter")).text
    assert "Spør Sørvest sykehus HF" in words(first) and not region.asked, "the page waits for nobody"
    assert len(links(first, "Journalnotat")) == 1
    # Our own blocked note leaves nothing: not a word, not a number.
    assert "sperre" not in words(first).lower() and "1 dokument," in words(first)
    page = (await screens.get("ida", "/pasient/astrid/dokumenter?andre=1")).text
    said = words(page)
    for text in (
        "Epikrise ortopedi",
        "Sørvest sykehus HF",
        "Eva Lunde",
        "i dag",
        "Ida Nilsen",
        "Sørvest sykehus HF har svart.",
    ):
        assert text in said, text
    assert "Sørvest sykehus HF har 1 sperret dokument." in said and "Hemmelig" not in page
    (theirs,), (ours,) = links(page, "Epikrise ortopedi"), links(page, "Journalnotat")
    opened = (await screens.get("ida", theirs)).text
    assert "Utskrevet etter hoftebrudd." in opened and "Det er ikke lagret her." in words(opened)
    own = (await screens.get("ida", ours)).text
    assert "Spiser godt." in own and "<script>alert(1)" not in own
    (pdf,) = links(page, "Røntgenbilde")
    assert "Åpne PDF" in words((await screens.get("ida", pdf)).text)
    file = await screens.get("ida", f"{pdf}/fil")
    assert (
        file.headers["content-type"] == "application/pdf"
        and "sandbox" in file.headers["content-security-policy"]
    )
    assert ASTRID not in theirs + ours + pdf
    region.damages = True
    broken = words((await screens.get("ida", theirs, 503)).text)
    assert "Dokumentet kom ikke helt fram." in broken and "hoftebrudd" not in broken
    log = [e for _, e in await town["storvik"].node.log.events_of(1, "astrid", count=60)]
    assert any(
        e.action == "read" and e.resources[:1] and e.resources[0].startswith("ClinicalImpression/dok-1")
        for e in log
    )


async def test_a_source_that_is_silent_is_named_and_ours_stand(
    town: Neighbourhood, region: Region, tmp_path: Any
) -> None:
    screens = Screens(town, region, tmp_path)
    await region.__aexit__(None, None, None)
    page = (await screens.get("ida", "/pasient/astrid/dokumenter?andre=1")).text
    said = words(page)
    assert "1 kilde mangler" in said and "Kilden kunne ikke nås. Kan ha flere dokumenter." in said
    assert links(page, "Journalnotat")


async def test_who_may_not_sees_nothing_and_the_citizen_reads_her_own(
    town: Neighbourhood, region: Region, tmp_path: Any
) -> None:
    screens = Screens(town, region, tmp_path)
    for path in ("", "?andre=1", "/0123456789", "/sorvest/0123456789", "/sorvest/0123456789/fil"):
        await screens.get("omar", f"/pasient/astrid/dokumenter{path}", 404)
    await screens.get("ida", "/pasient/astrid/dokumenter/0123456789", 404)
    assert not region.asked
    mine = (await screens.get("astrid", "/min/dokumenter")).text
    (path, *_) = links(mine, "Journalnotat")
    assert (
        "Spiser godt." in words((await screens.get("astrid", path)).text) or links(mine, "Journalnotat")[1:]
    )
    await screens.get("astrid", "/min/dokumenter/0123456789", 404)


def test_age_in_words() -> None:
    now = datetime(2026, 11, 27, 12, tzinfo=UTC)
    told = [
        age(datetime(*at, 12, tzinfo=UTC), now)
        for at in (
            (2026, 11, 27),
            (2026, 11, 26),
            (2026, 11, 24),
            (2026, 11, 10),
            (2026, 8, 1),
            (2025, 11, 1),
            (2023, 1, 1),
        )
    ]
    assert told == [
        "i dag",
        "i går",
        "3 dager siden",
        "2 uker siden",
        "3 måneder siden",
        "1 år siden",
        "3 år siden",
    ]
