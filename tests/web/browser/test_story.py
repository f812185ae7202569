"""Story 1 in a browser: Ida opens Astrid's admission, Omar is refused, and Astrid's log shows both."""

import pytest
from playwright.async_api import Page, expect

from tests.web.browser.conftest import Readers

pytestmark = pytest.mark.browser
REFUSED = "Vi finner ikke pasienten, eller du har ikke tilgang."


async def tab_to(page: Page, selector: str, most: int = 60) -> int:
    """Presses Tab until the focus stands on `selector`; gives how many times."""
    for pressed in range(1, most + 1):
        await page.keyboard.press("Tab")
        if await page.evaluate("s => document.activeElement.matches(s)", selector):
            return pressed
    raise AssertionError(f"{selector} was not reached by keyboard")


async def test_ida_opens_the_admission_by_keyboard_alone(readers: Readers) -> None:
    page = await readers.page()
    await page.goto("/")
    await tab_to(page, 'button[value="ida"]')
    await page.keyboard.press("Enter")
    await expect(page).to_have_title("Innboks – Akson")
    hers = page.locator("[data-row]", has_text="Innlagt på sykehus").filter(has_text="Bakken, Astrid").first
    await expect(hers).to_contain_text("Hjemmetjenesten Øst")
    # Items of other journeys through the same house may be graver, and stand above it.
    above = await hers.evaluate("row => [...document.querySelectorAll('[data-row]')].indexOf(row)")
    for _ in range(above + 1):
        await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_contain_text("Bakken, Astrid")
    # Other journeys through the same house may have written about her since.
    await expect(page.locator(".news-list li", has_text="Innlagt på sykehus").first).to_be_visible()
    await expect(page.locator(".marks")).to_contain_text("Innlagt på Havnes sykehus HF")
    await page.keyboard.press("g")
    await page.keyboard.press("i")
    await expect(page).to_have_title("Innboks – Akson")


async def test_omar_is_refused_and_finds_nothing(readers: Readers) -> None:
    page = await readers.page("omar")
    await page.goto("/innboks")
    await expect(page.locator("main")).not_to_contain_text("Bakken, Astrid")
    await page.keyboard.press("/")
    await page.keyboard.type("Astrid")
    await page.keyboard.press("Enter")
    await expect(page.locator("main")).to_contain_text("Ingen treff på «Astrid».")
    await expect(page.locator("#q")).to_have_value("Astrid")
    answer = await page.goto("/pasient/astrid")
    assert answer is not None and answer.status == 404
    await expect(page.locator("h1")).to_have_text(REFUSED)
    await page.get_by_role("link", name="Slik får du tilgang").click()
    await expect(page.locator("h1")).to_have_text("Slik får du tilgang til en pasient")


async def test_astrids_log_shows_both(readers: Readers) -> None:
    for who in ("ida", "omar"):
        await (await readers.page(who)).goto("/pasient/astrid")
    page = await readers.page("astrid")
    await page.goto("/min")
    await page.get_by_role("link", name="Se hele listen").click()
    ida = page.locator(".log li.let-in", has_text="Ida Nilsen")
    await expect(ida).to_contain_text("Så i journalen")
    await expect(ida).to_contain_text("Hjemmetjenesten Øst gir deg helsehjelp")
    omar = page.locator(".log li.refused", has_text="Omar Haddad")
    await expect(omar).to_contain_text("Prøvde å åpne journalen")
    await expect(omar).to_contain_text("Ingenting ble vist.")


async def test_responsibility_is_taken_in_place_and_the_focus_is_not_lost(readers: Readers) -> None:
    page = await readers.page("siri")
    await page.goto("/innboks")
    row = page.locator("[data-row]").nth(1)
    id = await row.get_attribute("id")
    await row.get_by_role("button", name="Ta ansvar").click()
    await expect(page.locator(".said")).to_contain_text("Du har tatt ansvar.")
    await expect(page.locator(f"#{id} .item-state")).to_contain_text("Deg")
    assert await page.evaluate("document.activeElement !== document.body")
    waiting = int((await page.locator("#waiting").inner_text()).split()[0])
    await page.locator(f"#{id}").get_by_role("button", name="Ferdig").click()
    await expect(page.locator(f"#{id}")).to_have_count(0)
    await expect(page.locator("#waiting")).to_contain_text(str(waiting - 1))
    assert await page.evaluate("document.activeElement !== document.body")


async def test_a_form_that_is_refused_in_place_says_so_in_place_of_the_content(readers: Readers) -> None:
    page = await readers.page("ida")
    await page.goto("/innboks")
    row = page.locator("[data-row]").last
    await row.locator("form input[name=token]").evaluate("field => field.value = 'old'")
    await row.locator("form button").click()
    await expect(page.locator("main h1")).to_have_text("Skjemaet ble ikke godtatt.")
    await expect(page.locator("header.top")).to_have_count(1)
    await expect(page.locator("main")).to_have_count(1)


async def test_a_session_that_has_ended_leads_to_the_login(readers: Readers) -> None:
    page = await readers.page("ida")
    await page.goto("/innboks")
    await page.context.clear_cookies()
    await page.locator("[data-row]").last.locator("form button").click()
    await expect(page).to_have_url(f"{readers.address}/logg-inn")
    await expect(page.locator("h1")).to_have_text("Hvem vil du være?")


async def test_everything_works_without_script(readers: Readers) -> None:
    page = await readers.page(script=False)
    await page.goto("/")
    await page.click('button[value="siri"]')
    row = page.locator("[data-row]").first
    await row.get_by_role("button", name="Ta ansvar").click()
    await expect(page.locator(".said")).to_contain_text("Du har tatt ansvar.")
    await page.locator(".find input[name=q]").fill("Bakken")
    await page.locator(".find input[name=q]").press("Enter")
    await page.get_by_role("link", name="Bakken, Astrid").click()
    await expect(page.locator("h1")).to_contain_text("Bakken, Astrid")
    await page.locator(".who summary").click()
    await page.get_by_role("button", name="Logg ut").click()
    await expect(page.locator(".said")).to_contain_text("Du er logget ut.")


async def test_logging_out_shuts_the_door_behind(readers: Readers) -> None:
    page = await readers.page()
    await page.goto("/logg-inn")
    await page.click('button[value="grete"]')
    await page.locator(".who").wait_for()
    await page.goto("/pasient/astrid")
    await page.locator(".who summary").click()
    await page.get_by_role("button", name="Logg ut").click()
    await expect(page).to_have_url(f"{readers.address}/logg-inn?ut")
    await page.go_back()
    await expect(page.locator("h1")).not_to_contain_text("Bakken")
    await page.goto("/pasient/astrid")
    await expect(page.locator("h1")).to_have_text("Hvem vil du være?")


async def test_single_keys_can_be_switched_off(readers: Readers) -> None:
    page = await readers.page("ida")
    await page.goto("/innboks")
    await page.locator("[data-key-switch]").uncheck()
    await page.keyboard.press("j")
    assert await page.locator("[data-here]").count() == 0
    await page.reload()
    await page.keyboard.press("j")
    assert await page.locator("[data-here]").count() == 0
