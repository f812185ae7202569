"""Delt plan in a browser: two nurses have it open, disagree, and one chooses by a key; Astrid says how her day is."""

import pytest
from playwright.async_api import expect

from tests.web.browser.conftest import Readers, shot
from tests.web.browser.test_looks import faults_of

pytestmark = pytest.mark.browser
PATH = "/pasient/astrid/delt-plan"


async def test_two_have_the_plan_open_and_see_the_same(readers: Readers) -> None:
    ida, siri, astrid = [await readers.page(who) for who in ("ida", "siri", "astrid")]
    await ida.goto(PATH)
    await ida.get_by_label("Samlet hos", exact=False).check()
    await ida.get_by_role("button", name="Start en delt plan").click()
    await siri.goto(PATH)
    await ida.get_by_text("Ny sone").click()
    await ida.select_option("#z-farge", "yellow")
    await ida.fill("#new-zone-s", "Mer tungpusten enn vanlig")
    await ida.fill("#new-zone-d", "Ring hjemmetjenesten")
    await ida.get_by_role("button", name="Legg til").first.click()
    # Siri's page shows it by itself.
    await expect(siri.locator(".zone")).to_contain_text("Ring hjemmetjenesten")
    await expect(siri.locator(".zone .by")).to_contain_text("Ida Nilsen")
    # Siri writes while Ida saves: what she types is not taken from her, and she is told.
    await siri.locator(".zone summary").click()
    await siri.fill("#zone-yellow-d", "Ring fastlegen")
    await ida.locator(".zone summary").click()
    await ida.fill("#zone-yellow-d", "Ta en ekstra tablett")
    await ida.get_by_role("button", name="Lagre endringen").click()
    await expect(siri.locator("[data-shared-changed]")).to_be_visible()
    await expect(siri.locator("#zone-yellow-d")).to_have_value("Ring fastlegen")
    await siri.get_by_role("button", name="Lagre endringen").click()
    await expect(siri.locator(".disagree")).to_contain_text("Ta en ekstra tablett")
    await expect(ida.locator(".disagree")).to_contain_text("Ring fastlegen")
    assert not (faults := await faults_of(siri)), "\n".join(faults)
    await shot(siri, "delt-plan-uenighet")
    await astrid.goto("/min/plan")
    await expect(astrid.locator(".disagree")).to_contain_text("De er ikke enige ennå")
    await astrid.get_by_label("Litt verre", exact=False).check()
    await astrid.fill("#day-text", "Hoven i beina")
    await astrid.get_by_role("button", name="Lagre").click()
    assert not (faults := await faults_of(astrid)), "\n".join(faults)
    await shot(astrid, "planen-min")
    await expect(ida.locator(".days-list")).to_contain_text("Hoven i beina")
    await ida.locator("h1").click()
    await ida.keyboard.press("2")
    await expect(ida.locator(".disagree")).to_have_count(0)
    await expect(siri.locator(".disagree")).to_have_count(0)
    await expect(astrid.locator(".my-plan")).to_contain_text("Gjør dette:")
    await ida.get_by_text("Skriv en kommentar").click()
    await ida.fill("#new-comment-t", "Vi kommer i morgen")
    await ida.get_by_role("button", name="Legg til").last.click()
    await expect(astrid.locator(".my-plan")).to_contain_text("Vi kommer i morgen")
    for beside in ("", "/meldinger", "/tidslinje", "/plan"):
        answer = await ida.goto(f"/pasient/astrid{beside}")
        assert answer is not None and answer.status == 200, beside
