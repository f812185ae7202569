"""«Åpne med begrunnelse» in a browser: Astrid restricts, Siri is refused, says why, sees, and Astrid is told.

Siri's unit helps Astrid. With AKSON_SCREENSHOTS each step is drawn for people to look at.
"""

import pytest
from playwright.async_api import Page, expect

from tests.web.browser.conftest import Readers, shot
from tests.web.browser.test_looks import faults_of

pytestmark = pytest.mark.browser
WHY = "Skal gi henne medisin i kveld, og må vite hva hun ikke tåler."


async def restrict(astrid: Page) -> None:
    await astrid.goto("/min/sperringer")
    await astrid.fill("#navn", "Siri Dahl")
    await astrid.get_by_role("button", name="Finn").click()
    await astrid.select_option("#hva", "alt")
    await astrid.get_by_label("Sperre", exact=False).first.check()
    await astrid.get_by_role("button", name="Sett i gang sperringen").click()
    await expect(astrid.locator(".closings")).to_contain_text("Sperret: Siri Dahl")


async def test_what_is_restricted_is_opened_with_a_reason(readers: Readers) -> None:
    astrid, siri = await readers.page("astrid"), await readers.page("siri")
    await restrict(astrid)
    await siri.goto("/pasient/astrid")
    await expect(siri.locator("h1")).to_contain_text("Vi finner ikke pasienten")
    await siri.get_by_role("link", name="Åpne med begrunnelse").click()
    await expect(siri).to_have_url(f"{readers.address}/pasient/astrid/sperre")
    assert not (faults := await faults_of(siri)), "\n".join(faults)
    await shot(siri, "sperre")
    # "Another reason" needs words of her own, and what she chose before is not lost by it.
    await siri.get_by_role("button", name="annen grunn").click()
    await expect(siri.locator("#text")).to_be_focused()
    await expect(siri.get_by_role("alert")).to_contain_text("egne ord")
    assert not (faults := await faults_of(siri)), "\n".join(faults)
    await shot(siri, "sperre-uten-grunn")
    await siri.fill("#text", WHY)
    await siri.get_by_role("button", name="annen grunn").click()
    await expect(siri.locator("h1")).to_contain_text("Bakken")
    await expect(siri.locator(".banner")).to_contain_text("penicillin")
    await astrid.goto("/min")
    await expect(astrid.locator(".notices")).to_contain_text("Siri Dahl")
    await expect(astrid.locator(".notices")).to_contain_text(WHY.rstrip("."))
    await astrid.goto("/min/tilgangslogg")
    await expect(astrid.locator(".log li.let-in", has_text="opphevet en sperre").first).to_contain_text(
        "Siri"
    )
    await shot(astrid, "hvem-har-sett")
    await astrid.goto("/min/sperringer")
    await astrid.get_by_role("button", name="Opphev").click()
    await expect(astrid.locator("#standing + p")).to_have_text("Du har ingen sperringer.")


async def test_a_stranger_is_told_the_same_as_of_nobody(readers: Readers) -> None:
    """Omar has no relation to Astrid: a reason opens nothing, and tells him nothing."""
    page, told = await readers.page("omar"), []
    for patient in ("astrid", "finnes-ikke"):
        await page.goto(f"/pasient/{patient}/sperre")
        await page.fill("#text", WHY)
        await page.get_by_role("button", name="annen grunn").click()
        await expect(page.locator("h1")).to_contain_text("Vi finner ikke pasienten")
        told.append(await page.locator("main").inner_text())
    assert told[0] == told[1]


async def test_the_way_there_from_a_record_that_is_open(readers: Readers) -> None:
    """What is restricted does not show: the way stands where access is explained, for every patient."""
    page = await readers.page("ida")
    await page.goto("/pasient/astrid/hvorfor")
    await page.get_by_role("link", name="Åpne med begrunnelse").click()
    await expect(page.locator("h1")).to_have_text("Åpne med begrunnelse")
