"""US-03 without the federation, in a browser and timed: Nadia opens a stranger's record, the citizen knows, Per reviews.

Figures are printed (pytest -s): interactions, seconds to what is critical, seconds until the citizen and Per see it.
"""

import json
import os
import time

import pytest
from playwright.async_api import expect

from tests.app.nodes import RunningNode
from tests.promises import allowed_s
from tests.web.browser.conftest import Readers, shot

pytestmark = pytest.mark.browser
INTERACTIONS_MAX = 3
SECONDS_MAX = 10.0
TOLD_WITHIN_S = 5.0


async def test_the_emergency_story(readers: Readers, site: RunningNode) -> None:
    status, body = site.get("/fhir/Patient/astrid", site.token())
    assert status == 200
    number = json.loads(body)["identifier"][0]["value"]
    nadia = await readers.page("nadia")
    await nadia.goto("/pasient/astrid")
    await expect(nadia.locator("h1")).to_contain_text("Vi finner ikke pasienten")
    await shot(nadia, "avslag")
    interactions, began = 0, time.monotonic()
    await nadia.get_by_role("link", name="Nødtilgang").click()
    interactions += 1
    await expect(nadia.get_by_role("searchbox")).to_be_focused()
    await nadia.keyboard.type(number)
    await nadia.keyboard.press("Enter")
    interactions += 1
    await expect(nadia.locator("#who-1")).to_have_text("Astrid Bakken")
    identified = time.monotonic()
    await shot(nadia, "nodtilgang")
    waited = time.monotonic() - identified
    await nadia.get_by_role("button", name="bevisstløs").click()
    interactions += 1
    await expect(nadia.locator("#allergies")).to_be_visible()
    critical_s = time.monotonic() - began - waited
    opened = time.monotonic()
    main = nadia.locator("body")
    for part in (
        "Allergi: penicillin",
        "Apiksaban",
        "Hjertesvikt",
        "Grense: +2 kg på 5 dager",
        "Marit Bakken",
        "igjen",
    ):
        await expect(main).to_contain_text(part)
    await shot(nadia, "kritisk")

    opened = time.monotonic() if os.environ.get("AKSON_SCREENSHOTS") else opened
    astrid = await readers.page("astrid")
    await astrid.goto("/min")
    await expect(astrid.locator(".notices")).to_contain_text("Nadia Berg (lege, Storvik legevakt)")
    await astrid.goto("/min/tilgangslogg")
    line = astrid.locator(".log li.let-in", has_text="nødtilgang")
    await expect(line.first).to_contain_text("Nadia Berg")
    told_s = time.monotonic() - opened
    per = await readers.page("per")
    await per.goto("/innboks")
    item = per.locator(".item.review", has_text="nødtilgang").filter(has_text="Astrid Bakken").first
    await expect(item).to_contain_text("nødtilgang")
    review_s = time.monotonic() - opened
    await shot(per, "vurdering")
    await astrid.goto("/min")
    await shot(astrid, "min")
    id = await item.get_attribute("id")
    await item.locator("select").select_option("justified")
    await item.get_by_role("button", name="Lukk").click()
    await expect(per.locator(".said")).to_contain_text("Vurderingen er lukket")
    await expect(per.locator(f"#{id}")).to_have_count(0)
    print(
        f"\nemergency: {interactions} interactions (goal ≤ {INTERACTIONS_MAX}), {critical_s:.2f} s to what is critical"
        f" (goal ≤ {SECONDS_MAX:.0f} s); told {told_s:.2f} s, review {review_s:.2f} s (goal ≤ {TOLD_WITHIN_S:.0f} s)"
    )
    assert interactions <= INTERACTIONS_MAX and critical_s <= allowed_s(SECONDS_MAX)
    assert max(told_s, review_s) <= allowed_s(TOLD_WITHIN_S)


async def test_from_a_search_that_finds_nobody(readers: Readers) -> None:
    page = await readers.page("nadia")
    await page.goto("/sok?q=Astrid+Bakken+12.05.1942")
    await page.get_by_role("button", name="Nødtilgang").click()
    await expect(page.locator("#who-1")).to_have_text("Astrid Bakken")


async def test_whom_a_citizen_has_blocked_is_told_nothing(readers: Readers, site: RunningNode) -> None:
    _, body = site.get("/fhir/Patient/bjarne", site.token())
    page = await readers.page("siri")
    await page.goto("/nodtilgang")
    await page.fill("#q", json.loads(body)["identifier"][0]["value"])
    await page.keyboard.press("Enter")
    await expect(page.locator("main")).to_contain_text("Vi finner ingen du kan åpne")
    await expect(page.locator("main")).not_to_contain_text("Solli")


async def test_a_refusal_explains_and_her_own_word_opens(readers: Readers) -> None:
    page = await readers.page("omar")
    await page.goto("/pasient/astrid")
    await page.get_by_role("link", name="Hvorfor ikke?").click()
    await expect(page.locator("h1")).to_have_text("Hvorfor ikke?")
    await shot(page, "hvorfor-ikke")
    # At somebody nobody else in this file's browser asks for: Omar stays a stranger to Astrid.
    await page.goto("/pasient/solveig")
    await page.get_by_role("link", name="Jeg gir helsehjelp til denne pasienten").click()
    await shot(page, "helsehjelp")
    await page.get_by_role("button", name="Pasienten er hos meg nå").click()
    await expect(page.locator("h1")).to_contain_text("Testnes")
    await page.get_by_role("link", name="Hvorfor ser jeg dette?").click()
    await expect(page.locator(".reasons")).to_contain_text("Egenerklært relasjon")
    await shot(page, "hvorfor")


async def test_a_citizen_blocks_and_lifts(readers: Readers) -> None:
    page = await readers.page("astrid")
    await page.goto("/min/sperringer")
    await expect(page.locator("#standing + p")).to_have_text("Du har ingen sperringer.")
    await page.fill("#navn", "Jon Lie")
    await page.get_by_role("button", name="Finn").click()
    await page.select_option("#hva", "alt")
    await page.get_by_label("Blokkere").check()
    await shot(page, "ny-sperring")
    await page.get_by_role("button", name="Sett i gang sperringen").click()
    await expect(page.locator(".closings")).to_contain_text("Blokkert: Jon Lie")
    await shot(page, "sperringer")
    await page.get_by_role("button", name="Opphev").click()
    await expect(page.locator("#standing + p")).to_have_text("Du har ingen sperringer.")
    marit = await readers.page("marit")
    await marit.goto("/min/fullmakter")
    await expect(marit.locator("main")).to_contain_text("Astrid Bakken, fullmakt")
    await shot(marit, "fullmakter")
