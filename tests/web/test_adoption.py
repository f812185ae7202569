"""The numbers of the adoption on screen, in the file and on paper: the same, for those who may see them."""

import io
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette

from akson import web
from akson.analytics.reports.adoption import council, loading
from akson.analytics.reports.adoption.figures import Choice
from akson.analytics.reports.adoption.reports import AdoptionReports
from akson.store.adoption import AdoptionStore
from akson.web.shell.house import NodeName
from akson.world import SystemClock
from tests.conftest import _fresh_database
from tests.web.conftest import Rooms

PATH = "/tall/innforing"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def reports(postgres_dsn: str) -> AsyncIterator[AdoptionReports]:
    database = _fresh_database(postgres_dsn)
    store = await AdoptionStore.open(await anext(database))
    await loading.generate(store, seed=2012, times=0.1)
    yield AdoptionReports(store)
    await store.close()
    await anext(database, None)


def app(rooms: Rooms, reports: AdoptionReports | None, *, open: bool = False) -> Starlette:
    return web.build(
        rooms.record, sessions=rooms.sessions, clock=SystemClock(), node=NodeName("Storvik kommune"),
        adoption=reports, adoption_open=open,
    )  # fmt: skip


def plain(answer: httpx.Response) -> str:
    return answer.text.replace("\u00a0", " ")


async def test_the_page_says_422_of_428_and_the_growth_both_ways(
    rooms: Rooms, reports: AdoptionReports
) -> None:
    text = plain(await rooms.visitor("mats", app(rooms, reports)).get(PATH))
    assert "422 av 428" in text and "24 000 er 1 714 % av 1 400, en vekst på 1 614 %" in text
    assert text.count("<svg") > 19 and "skjult" in text and "Har stoppet" in text


@pytest.mark.parametrize("ending", ["", ".csv", ".pdf"])
async def test_only_the_message_officer_sees_it_unless_it_is_open(
    rooms: Rooms, reports: AdoptionReports, ending: str
) -> None:
    closed, opened = app(rooms, reports), app(rooms, reports, open=True)
    assert (await rooms.visitor(app=closed).get(PATH + ending)).headers["location"].startswith("/logg-inn")
    for who in ("ida", "astrid", "per"):
        assert (await rooms.visitor(who, closed).get(PATH + ending)).status_code == 403
    if ending != ".pdf":
        assert (await rooms.visitor(app=opened).get(PATH + ending)).status_code == 200


async def test_filters_narrow_and_wrong_ones_find_nothing(rooms: Rooms, reports: AdoptionReports) -> None:
    mats = rooms.visitor("mats", app(rooms, reports))
    text = plain(await mats.get(PATH, params={"fylke": "Finnmark", "ar": "2013", "type": "DIALOG_SVAR"}))
    assert "Finnmark 01" in text and "Nordland 01" not in text
    for query in ({"ar": "²³¼½"}, {"fylke": "<script>"}, {"type": "'; drop"}, {"ar": "9999"}):
        assert (await mats.get(PATH, params=query)).status_code == 200


async def test_csv_has_the_mark_and_the_same_rows(rooms: Rooms, reports: AdoptionReports) -> None:
    answer = await rooms.visitor("mats", app(rooms, reports)).get(PATH + ".csv?fylke=Oslo")
    lines = answer.content.decode("utf-8-sig").split("\r\n")
    assert answer.content.startswith(b"\xef\xbb\xbf") and lines[0].startswith("fylke;kommune;motpart")
    assert len(lines) > 5 and all(line.startswith("Oslo;") for line in lines[1:-1])


async def test_the_paper_has_the_numbers_of_the_screen_on_one_page(
    rooms: Rooms, reports: AdoptionReports
) -> None:
    pytest.importorskip("reportlab", reason="reportlab is not installed: requirements/run.lock")
    pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed: requirements/test.lock")
    mats = rooms.visitor("mats", app(rooms, reports))
    read = pypdf.PdfReader(io.BytesIO((await mats.get(PATH + ".pdf")).content))
    text = " ".join(read.pages[0].extract_text().replace("\u00a0", " ").split())
    assert len(read.pages) == 1 and read.trailer["/Root"]["/Lang"] == "nb-NO"
    report = await reports.report(Choice())
    assert report
    for said in (*council.summary(report), *council.quality(report)):
        assert said.replace("\u00a0", " ") in text
    for row in council.county_rows(report):
        assert " ".join(row).replace("\u00a0", " ") in text


async def test_a_house_that_counts_nothing_says_so(rooms: Rooms, database: str) -> None:
    assert (await rooms.visitor("mats", app(rooms, None)).get(PATH)).status_code == 404
    store = await AdoptionStore.open(database)
    text = (await rooms.visitor("mats", app(rooms, AdoptionReports(store))).get(PATH)).text
    await store.close()
    assert "Ingen meldinger er talt ennå" in text
