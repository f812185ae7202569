"""A message, its files and the results in Chromium: readable by everyone at every width, and on paper."""

import json
import re
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page

from tests.app.nodes import RunningNode, wait_until
from tests.web.browser.conftest import MESSAGE_TIMEOUT_S, Readers
from tests.web.browser.test_looks import faults_of

pytestmark = pytest.mark.browser
LETTERS = 6
"""What the demo's hospital writes about Bjarne."""


@pytest.fixture(scope="module")
def post(site: RunningNode) -> RunningNode:
    def came() -> bool:
        query = "/fhir/Communication?patient=Patient/bjarne&_summary=count"
        status, body = site.get(query, site.token())
        return status == 200 and json.loads(body)["total"] >= LETTERS

    wait_until(came, MESSAGE_TIMEOUT_S)
    return site


async def addresses(page: Page) -> list[str]:
    await page.goto("/pasient/bjarne/meldinger")
    return await page.eval_on_selector_all(".message h3 a", "all => all.map(a => a.getAttribute('href'))")


async def changed(page: Page) -> None:
    await page.goto("/pasient/bjarne/meldinger")
    await page.locator(".message:not(.ended) h3 a", has_text="Helseopplysninger").first.click()
    await page.locator(".letter").wait_for()


async def test_every_letter_can_be_read_by_everyone_at_every_width(
    readers: Readers, post: RunningNode
) -> None:
    page = await readers.page("ida")
    found = await addresses(page)
    assert len(found) >= LETTERS
    for address in ["/pasient/bjarne/meldinger", *found]:
        await page.set_viewport_size({"width": 1440, "height": 900})
        await page.emulate_media(color_scheme="light")
        await page.goto(address)
        faults = await faults_of(page)
        assert not faults, "\n".join([await page.title(), *faults])


async def test_results_and_their_curve_can_be_read_by_everyone(readers: Readers, post: RunningNode) -> None:
    page = await readers.page("ida")
    await page.goto("/pasient/bjarne/provesvar")
    await page.locator(".results a").first.click()
    await page.locator("svg.curve").wait_for()
    faults = await faults_of(page)
    assert not faults, "\n".join(faults)


async def test_on_paper_patient_and_sender_stand_on_each_page(readers: Readers, post: RunningNode) -> None:
    page = await readers.page("ida")
    await changed(page)
    await page.emulate_media(media="print")
    for hidden in (".top", ".menu", ".banner", ".basis", ".back", ".thread"):
        assert not await page.locator(hidden).first.is_visible(), hidden
    head = page.locator(".running")
    assert await head.is_visible()
    told = await head.inner_text()
    assert "Bjarne" in told and "Havnes sykehus HF" in told and re.search(r"\d{6} \d{5}", told)
    style = await head.evaluate("e => [getComputedStyle(e).display, getComputedStyle(e).breakInside]")
    # What Chromium repeats on each page is a table's head that may not be broken.
    assert style == ["table-header-group", "avoid"]
    assert "Skrevet ut" in await page.locator(".paper-only").inner_text()
    paper = await page.pdf(format="A4", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", paper)) >= 1


async def test_files_open_in_a_sandbox(readers: Readers, post: RunningNode) -> None:
    page = await readers.page("ida")
    await changed(page)
    async with page.context.expect_page() as opened:
        await page.locator(".letter-files a").first.click()
    picture = await opened.value
    await picture.wait_for_load_state()
    assert urlsplit(picture.url).path.endswith("/vedlegg/1")
    assert await picture.evaluate("document.images[0].naturalWidth") == 240
