"""The message officer's day in a browser: what failed is sent again, one message is opened with a ground and the patient
sees it, and a message without a patient is given to her and taken back."""

import re
import time

import pytest
from playwright.async_api import Page, expect

from tests.app.nodes import RunningNode, wait_until
from tests.web.browser.conftest import Readers
from tests.web.browser.test_looks import faults_of

pytestmark = pytest.mark.browser
RECEIPTS_TIMEOUT_S = 60
SENT_TIMEOUT_S = 60


@pytest.fixture(scope="module")
def answered(site: RunningNode) -> RunningNode:
    """When the neighbours' receipts have been read, and what is late has got its owners."""

    def settled() -> bool:
        # Three that were refused, one that could not be delivered, two that are late; and two strangers.
        status, body = site.get(
            "/fhir/Task?identifier=https://akson.no/fhir/NamingSystem/post-outbox|&status=requested&_summary=count",
            site.token(),
        )
        strangers, waits = site.get("/fhir/Task?code=match-patient&_summary=count", site.token())
        return status == strangers == 200 and b'"total":6' in body and b'"total":2' in waits

    wait_until(settled, RECEIPTS_TIMEOUT_S)
    return site


async def test_the_status_tells_what_must_be_seen_to(readers: Readers, answered: RunningNode) -> None:
    page = await readers.page("mats")
    await page.goto("/innboks")
    await page.get_by_role("link", name="Meldinger").click()
    await expect(page.locator(".account")).to_contain_text("0 uredegjort")
    tiles = page.locator(".tile")
    await expect(tiles.nth(0)).to_contain_text("4")
    await expect(tiles.nth(1)).to_contain_text("2")
    await expect(tiles.nth(2)).to_contain_text("2")
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await expect(page).to_have_title("Søk i meldinger – Akson")


async def test_a_search_is_kept_in_its_address(readers: Readers, answered: RunningNode) -> None:
    page = await readers.page("mats")
    await page.goto("/meldinger/sok")
    await page.get_by_label("Tilstand").select_option(label="Bekreftet av mottaker")
    await page.get_by_role("button", name="Søk").click()
    await expect(page.locator("tbody tr")).to_have_count(4)
    await expect(page.locator("tbody tr").first).to_contain_text(
        re.compile(r"bekreftet av mottaker \d\d:\d\d")
    )
    assert "tilstand=bekreftet" in page.url
    id = await page.locator("tbody code").first.inner_text()
    await page.goto(f"/meldinger/sok?id={id}")
    await expect(page.locator("tbody tr")).to_have_count(1)


async def _opened(page: Page) -> str:
    """Opens the first message of the hospital to Astrid with a ground; gives what is said then."""
    await page.goto("/meldinger/sok?tilstand=tatt-imot")
    await page.locator("tbody tr").last.locator("a").click()
    await expect(page.locator("#closed")).to_have_text("Innholdet er lukket")
    await expect(page.locator("main")).not_to_contain_text("Innlagt etter fall")
    await page.get_by_role("button", name="Avsender eller mottaker har spørsmål om meldingen").click()
    await expect(page.locator("#content")).to_be_visible()
    return await page.locator(".paper").inner_text()


async def test_what_it_says_is_opened_with_a_ground_and_she_sees_it(
    readers: Readers, answered: RunningNode
) -> None:
    page = await readers.page("mats")
    said = await _opened(page)
    assert "Innlagt etter fall i hjemmet" in said and "Astrid Bakken ser det i tilgangsloggen" in said
    await page.reload()
    citizen = await readers.page("astrid")
    await citizen.goto("/min/tilgangslogg")
    await expect(citizen.locator("main")).to_contain_text("Mats Eide")
    await expect(citizen.locator("main")).to_contain_text("åpnet en melding om deg")
    await expect(citizen.locator("main")).to_contain_text("Avsender eller mottaker har spørsmål om meldingen")
    officer = await readers.page("per")
    await officer.goto("/innboks")
    await expect(officer.locator("main")).to_contain_text("Vurdere: åpnet melding")
    # And nothing more of the record opens by it.
    answer = await page.goto("/pasient/astrid")
    assert answer is not None and answer.status == 404


async def states_of(page: Page, asked: str = "") -> list[str]:
    """How each message stands that the search lists, in the words on screen. Never whom it is about."""
    await page.goto(f"/meldinger/sok?tilstand={asked}")
    return await page.locator("tbody tr td:nth-of-type(3)").all_inner_texts()


async def until_sent(page: Page, count: int) -> None:
    deadline = time.monotonic() + SENT_TIMEOUT_S
    while len(await states_of(page, "sendt")) < count:
        said = f"{count} were to be handed over; they stand as {await states_of(page)}"
        assert time.monotonic() < deadline, said


async def test_all_of_a_cause_is_sent_again_with_progress(readers: Readers, answered: RunningNode) -> None:
    page = await readers.page("mats")
    before = len(await states_of(page, "sendt"))
    await page.goto("/meldinger/feilet")
    group = page.locator(".cause").first
    await expect(group).to_contain_text("Pasienten finnes ikke i mottakersystemet")
    await expect(group.locator("[data-row]")).to_have_count(2)
    await group.get_by_role("button", name="Send alle 2 som nye meldinger").click()
    await expect(page.locator(".said")).to_contain_text("sendt på nytt")
    await expect(page.locator("main")).not_to_contain_text("Pasienten finnes ikke i mottakersystemet")
    # What other journeys through the same house have sent is counted too: two more than before, whatever was there.
    await until_sent(page, before + 2)


async def test_one_is_given_to_another_and_closed_with_a_reason(
    readers: Readers, answered: RunningNode
) -> None:
    page = await readers.page("mats")
    await page.goto("/meldinger/frist")
    row = page.locator("[data-row]").first
    await row.get_by_text("Overlat eller avslutt").click()
    await row.get_by_label("Ny eier").select_option(label="Hjemmetjenesten Øst")
    await row.get_by_role("button", name="Overlat").click()
    await expect(page.locator("[data-row]").first).to_contain_text("Hjemmetjenesten Øst")
    await page.locator("[data-row] a").first.click()
    await page.get_by_text("Overlat eller avslutt").click()
    await page.get_by_label("Grunn til å avslutte").select_option(
        label="Mottaker er ringt og har fått beskjed"
    )
    await page.get_by_role("button", name="Avslutt").click()
    await expect(page.locator(".standing")).to_contain_text("avsluttet av en person")
    await expect(page.locator(".timeline li").last).to_contain_text("av Mats Eide")
    await page.goto("/meldinger/frist")
    await expect(page.locator("[data-row]")).to_have_count(1)


async def test_a_message_is_given_to_its_patient_and_taken_back(
    readers: Readers, answered: RunningNode
) -> None:
    page = await readers.page("mats")
    await page.goto("/meldinger/uten-pasient")
    await page.get_by_role("link", name="Finn pasienten").first.click()
    proposed = page.locator(".candidate")
    await expect(proposed).to_have_count(1)
    await expect(proposed).to_contain_text("navnet er et annet")
    await expect(proposed).to_contain_text("fødselsdatoen er lik")
    await proposed.get_by_role("button", name="Sammenlign").click()
    faults = await faults_of(page)
    assert not faults, "\n".join(faults)
    await page.get_by_label("Jeg har kontrollert navn og fødselsdato").check()
    await page.get_by_role("button", name="Knytt meldingen til").click()
    await expect(page.locator(".said")).to_contain_text("Meldingen er knyttet til pasienten")
    await page.goto("/meldinger/uten-pasient")
    await expect(page.locator("[data-row]")).to_have_count(1)
    await page.get_by_role("button", name="Angre").click()
    await page.goto("/meldinger/uten-pasient")
    await expect(page.locator("[data-row]")).to_have_count(2)


async def test_nobody_else_sees_any_of_it(readers: Readers, answered: RunningNode) -> None:
    page = await readers.page("ida")
    for path in ("/meldinger", "/meldinger/sok", "/meldinger/ut/1", "/meldinger/regnskap.csv"):
        answer = await page.goto(path)
        assert answer is not None and answer.status == 403, path
