"""A discharge as the case worker and the nurse see it, on a node of its own: real messages, the house's own follower."""

import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Response, expect

from akson.app.demo import astrid_admission_arguments
from akson.exchange.transport.folder import write_whole
from akson.web.shell import typed
from akson_lab import hospital
from akson_lab.facts import Shipment
from tests.app.nodes import RunningNode, node, wait_until
from tests.web.browser.conftest import MESSAGE_TIMEOUT_S, Readers, admission_came, chromium
from tests.web.browser.test_looks import faults_of

pytestmark = pytest.mark.browser

ASTRID = "/pasient/astrid"
UNTIL_S = 60


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNode]:
    """A node where Astrid has just been admitted."""
    chromium()
    with node(tmp_path_factory.mktemp("ward") / "data", "--workers", "1", command="up") as running:
        wait_until(lambda: admission_came(running), MESSAGE_TIMEOUT_S)
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def staff(browser: Browser, ward: RunningNode) -> Readers:
    return Readers(browser, ward.address)


class Hospital:
    """Havnes sykehus, as far as Storvik can tell: files in the folder where everything comes in."""

    def __init__(self, ward: RunningNode) -> None:
        self._in = ward.data / "post" / "in"

    def says(self, write: Callable[..., bytes], **at: datetime) -> None:
        now = datetime.now(UTC)
        facts = replace(astrid_admission_arguments(now), sent_at=now)
        write_whole(self._in, f"{uuid.uuid4()}.xml", write(facts, Shipment(str(uuid.uuid4())), **at))


class Counter:
    """Adds up what the answers to her forms say was typed."""

    def __init__(self) -> None:
        self.tally = typed.Tally()

    def hears(self, page: Page) -> Page:
        page.on("response", self._response)
        return page

    def _response(self, answer: Response) -> None:
        self.tally += typed.tally([answer.headers])


async def until(page: Page, path: str, text: str) -> None:
    """Asks for the page until it says so: the post and the follower work beside us."""
    deadline = time.monotonic() + UNTIL_S
    while True:
        await page.goto(path)
        said = await page.locator("main").inner_text()
        if text in said:
            return
        assert time.monotonic() < deadline, f"{path} never said: {text}\n{said}"
        await page.wait_for_timeout(200)


async def test_a_discharge_from_admission_to_home(staff: Readers, ward: RunningNode) -> None:
    havnes, counter = Hospital(ward), Counter()
    ida, kari = counter.hears(await staff.page("ida")), counter.hears(await staff.page("kari"))

    # Admitted: visits stop by themselves, and the nurse reports with what the hospital said already in place.
    await until(ida, "/i-dag", "Besøk stoppet: innlagt")
    await until(ida, ASTRID, "Besøk stoppet: innlagt")
    await ida.goto("/forlop")
    await ida.get_by_role("link", name="Skriv innleggelsesrapport").click()
    await expect(ida.get_by_label("Årsak til innleggelse")).to_have_value("Innlagt etter fall i hjemmet.")
    await ida.get_by_label("Sykepleiesammenfatning").fill(
        "Trenger rullator og hjelp til stell etter hjemkomst."
    )
    asks = ida.get_by_label("Jeg har sett dette, og vil sende likevel.")
    if await asks.count():
        await asks.check()
    await ida.get_by_role("button", name="Send", exact=True).click()
    await until(ida, f"{ASTRID}/forlop", "Innleggelsesrapport")

    # Early notice, then ready: one click promises a bed and answers.
    havnes.says(hospital.early_notice, expected=datetime.now(UTC) + timedelta(days=2))
    await until(kari, f"{ASTRID}/forlop", "Helseopplysninger fra sykehus")
    havnes.says(hospital.ready_message, ready_at=datetime.now(UTC))
    await until(kari, "/forlop?vis=klar", "Bakken, Astrid")
    assert not await faults_of(kari)
    words = await kari.locator(".offer-words q").first.inner_text()
    await kari.get_by_role("button", name="Svar: kan ta imot fra").click()
    await expect(kari.locator("main")).to_contain_text("Svaret er sendt")
    await expect(kari.locator(".talk .out").last).to_contain_text(words)
    await expect(kari.locator("main")).to_contain_text("Plass lovet: Korttidsavdelingen")

    # Withdrawn, and ready again: the bed that is held is what the new answer says.
    havnes.says(hospital.withdrawn_message, at=datetime.now(UTC))
    await until(kari, f"{ASTRID}/forlop", "Innlagt · Havnes sykehus HF")
    havnes.says(hospital.ready_message, ready_at=datetime.now(UTC))
    await until(kari, f"{ASTRID}/forlop", "Utskrivningsklar · Havnes sykehus HF")
    assert not await faults_of(kari)
    await expect(kari.locator(".offer-words").first).to_contain_text("er holdt fra")
    await kari.locator(".step").first.get_by_role("button", name="Svar: kan ta imot fra").click()
    # The same sentence went out today already: she is asked whether it shall go again.
    await kari.get_by_label("Jeg har sett dette, og vil sende likevel.").check()
    await kari.get_by_role("button", name="Hold plassen og send svaret").click()
    await expect(kari.locator(".talk .out")).to_have_count(3)

    # Discharged to the bed that is promised: her visits at home wait until its period is over.
    havnes.says(hospital.discharge_message, discharged_at=datetime.now(UTC))
    await until(ida, f"{ASTRID}/forlop", "Utskrevet · Havnes sykehus HF")
    assert "Besøk i gang igjen" not in await ida.locator("main").inner_text()
    assert not await faults_of(ida)

    omar = await staff.page("omar")
    answer = await omar.goto(f"{ASTRID}/forlop")
    assert answer is not None and answer.status == 404
    await omar.goto("/forlop")
    await expect(omar.locator("main")).not_to_contain_text("Bakken")

    print(f"\nFortellingen: {counter.tally.words()}")
    assert counter.tally.retyped == 0
    assert counter.tally.typed == 1, "the nurse's own summary, and nothing else"
    assert not staff.complaints
