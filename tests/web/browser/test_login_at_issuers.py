"""Login, lock, PIN and logout in a real browser against real providers; and a copied cookie in another browser (K-06)."""

import json
import re
import time
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect

from akson.identity.sessions.sessions import COOKIE_LIFETIME
from tests.identity.providers import log_in
from tests.web.browser.conftest import OF_THE_STATUS, PATIENCE_MS, chromium
from tests.web.browser.issuing import Issuing, issuing
from tests.web.browser.test_looks import faults_of

pytestmark = pytest.mark.browser
PIN = "7294"
LOGIN = re.compile("/logg-inn")
UNTOLD = (OF_THE_STATUS, "Failed to load resource: the server responded with a status of 422")
RESUMED_WITHIN_S = 1.0


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issuing]:
    chromium()
    with issuing(tmp_path_factory.mktemp("issuing") / "data") as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def context(browser: Browser, place: Issuing) -> AsyncIterator[BrowserContext]:
    made = await new_context(browser, place)
    yield made
    await made.close()
    assert not made.complaints, made.complaints  # type: ignore[attr-defined]


async def new_context(browser: Browser, place: Issuing) -> BrowserContext:
    made = await browser.new_context(base_url=place.node.address, locale="nb-NO")
    made.set_default_timeout(PATIENCE_MS)
    complaints: list[str] = []
    made.complaints = complaints  # type: ignore[attr-defined]

    def said(message: ConsoleMessage) -> None:
        ours = message.page is not None and message.page.url.startswith(place.node.address)
        if message.type == "error" and ours and not message.text.startswith(UNTOLD):
            complaints.append(message.text)

    def heard(page: Page) -> None:
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", said)

    made.on("page", heard)
    return made


async def come_in(context: BrowserContext, person: str = "ida", *, pin: str = PIN) -> Page:
    """As a person does: the button, the issuer's page, a PIN the first time."""
    page = await context.new_page()
    await page.goto("/logg-inn?til=/innboks")
    await page.get_by_role("link", name="Logg inn med HelseID").click()
    await page.get_by_role("button", name=person, exact=True).click()
    if pin:
        await expect(page).to_have_title("PIN-kode – Akson")
        await page.fill("#pin", pin)
        await page.fill("#again", pin)
        await page.get_by_role("button", name="Lagre PIN-koden").click()
    else:
        await page.get_by_role("link", name="Ikke nå").click()
    await expect(page).to_have_title("Innboks – Akson")
    return page


async def test_ida_logs_in_with_helseid_and_works(context: BrowserContext) -> None:
    page = await come_in(context)
    await expect(page.locator(".who-name")).to_have_text("Ida Nilsen, sykepleier")
    cookie = next(c for c in await context.cookies() if c["name"] == "akson")
    assert cookie["httpOnly"] and cookie["sameSite"] == "Strict" and cookie["value"].startswith("s1.")
    await page.locator("[data-row]").first.get_by_role("button", name="Ta ansvar").click()
    await expect(page.locator(".said")).to_contain_text("Du har tatt ansvar.")
    await page.keyboard.press("/")
    await page.keyboard.type("Bakken")
    await page.keyboard.press("Enter")
    await page.locator(".hits").get_by_role("link", name="Bakken, Astrid").click()
    await expect(page.locator("h1")).to_contain_text("Bakken, Astrid")


async def test_the_cover_keeps_what_was_written_and_the_pin_lifts_it(context: BrowserContext) -> None:
    page = await come_in(context)
    await page.goto("/sok")
    await page.fill("#q", "Bakken, As")
    await page.locator(".who summary").click()
    await page.get_by_role("button", name="Lås skjermen").click()
    await expect(page.locator("#cover")).to_be_visible()
    await expect(page.locator("#q")).to_be_hidden()
    await expect(page.locator("#cover")).to_contain_text("Ida Nilsen")
    await page.keyboard.press("Escape")
    await expect(page.locator("#cover")).to_be_visible()
    await page.fill("#lock-pin", "1111")
    await page.keyboard.press("Enter")
    await expect(page.locator("#lock-said")).to_have_text("Feil PIN-kode. Du har 4 forsøk igjen.")
    await page.fill("#lock-pin", PIN)
    began = time.perf_counter()
    await page.keyboard.press("Enter")
    await expect(page.locator("#q")).to_be_visible()
    print(
        f"resumed by PIN in {(time.perf_counter() - began) * 1000:.0f} ms (at most {RESUMED_WITHIN_S:.0f} s)"
    )
    await expect(page.locator("#q")).to_have_value("Bakken, As")
    await page.locator("#q").press("Enter")
    await expect(page.get_by_role("link", name="Bakken, Astrid")).to_be_visible()


async def test_idle_the_page_covers_itself_and_a_reload_does_not_help(context: BrowserContext) -> None:
    page = await come_in(context)
    await page.clock.install()
    await page.goto("/sok")
    await page.fill("#q", "utkast")
    await page.clock.fast_forward("10:30")
    await expect(page.locator("#cover")).to_be_visible()
    await page.reload()
    await expect(page.locator("h1")).to_have_text("Låst")
    await expect(page.locator("main")).to_contain_text("Ida Nilsen")
    await page.fill("#lock-pin", PIN)
    await page.keyboard.press("Enter")
    await expect(page).to_have_title("Pasientsøk – Akson")


async def test_work_in_one_tab_keeps_the_others_open(context: BrowserContext) -> None:
    page = await come_in(context)
    await page.clock.install()
    await page.goto("/innboks")
    later = int(await page.evaluate("Date.now()")) + 630_000
    await page.evaluate("at => localStorage.setItem('akson-touched', at)", later - 60_000)
    await page.clock.fast_forward("10:30")
    await page.wait_for_timeout(300)
    await expect(page.locator("#cover")).to_be_hidden()


async def test_a_locked_session_shows_nothing_in_any_tab(context: BrowserContext) -> None:
    page = await come_in(context)
    other = await context.new_page()
    await other.goto("/pasient/astrid")
    await expect(other.locator("h1")).to_contain_text("Bakken")
    await page.locator(".who summary").click()
    await page.get_by_role("button", name="Lås skjermen").click()
    await expect(other.locator("#cover")).to_be_visible()
    third = await context.new_page()
    await third.goto("/pasient/astrid")
    await expect(third.locator("h1")).to_have_text("Låst")
    assert "Bakken" not in await third.content()
    await page.fill("#lock-pin", PIN)
    await page.keyboard.press("Enter")
    await expect(other.locator("#cover")).to_be_hidden()
    await expect(third.locator("h1")).to_contain_text("Bakken")


async def test_five_wrong_pins_end_the_session(context: BrowserContext) -> None:
    page = await come_in(context)
    await page.locator(".who summary").click()
    await page.get_by_role("button", name="Lås skjermen").click()
    for left in ("4 forsøk", "3 forsøk", "2 forsøk", "ett forsøk", "Logg inn på nytt"):
        await page.fill("#lock-pin", "1111")
        await page.locator("#cover").get_by_role("button", name="Lås opp").click()
        await expect(page.locator("#lock-said")).to_contain_text(left)
    await page.goto("/innboks")
    await expect(page).to_have_url(LOGIN)


async def test_a_copied_cookie_is_worth_nothing_in_another_browser(
    browser: Browser, place: Issuing, context: BrowserContext
) -> None:
    """K-06: it changes nothing, renews nothing, resumes nothing, and dies of itself within half a minute."""
    page = await come_in(context)
    thief = await new_context(browser, place)
    await thief.add_cookies(await context.cookies())
    form = await page.locator("[data-row] form").first.get_attribute("action")
    token = await page.locator("[data-row] form input[name=token]").first.get_attribute("value")
    own = {"origin": place.node.address}
    for path, fields in (
        (form, {"token": token}),
        ("/sok", {"token": token, "q": "Bakken"}),
        ("/okt/forny", {"aktiv": "1"}),
        ("/okt/bind", {}),
        ("/las/apne", {"pin": PIN}),
        ("/pin", {"token": token, "pin": "9183", "igjen": "9183"}),
    ):
        for more in ({}, {"hx-request": "true"}, {"akson-proof": "x.y.z"}):
            answer = await thief.request.post(f"{place.node.address}{path}", form=fields, headers=own | more)
            assert answer.status in (401, 403), (path, more, answer.status)
            assert "Bakken" not in await answer.text()
    stolen = await thief.new_page()
    await page.goto("about:blank")
    await page.wait_for_timeout(COOKIE_LIFETIME.total_seconds() * 1000 + 1000)
    await stolen.goto("/pasient/astrid")
    await expect(stolen.locator("[data-said]")).to_have_text(
        "Denne nettleseren er ikke den som logget inn. Logg inn på nytt."
    )
    assert "Bakken" not in await stolen.content()
    await thief.close()
    began = time.perf_counter()
    await page.goto("/pasient/astrid")
    await expect(page.locator("h1")).to_contain_text("Bakken, Astrid")  # She who logged in goes on.
    print(f"renewed on the way in {(time.perf_counter() - began) * 1000:.0f} ms")


async def test_the_key_cannot_be_read_out(context: BrowserContext) -> None:
    page = await come_in(context)
    told = await page.evaluate(
        """async () => {
          const open = indexedDB.open("akson");
          await new Promise((done) => { open.onsuccess = done; });
          const get = open.result.transaction("keys").objectStore("keys").get("session");
          await new Promise((done) => { get.onsuccess = done; });
          const { privateKey } = get.result;
          try { await crypto.subtle.exportKey("jwk", privateKey); return "exported"; }
          catch (error) { return `${privateKey.extractable} ${error.name}`; }
        }"""
    )
    assert told == "false InvalidAccessError"
    kept = json.dumps(await page.evaluate("({...localStorage})"))
    assert set(json.loads(kept)) <= {"akson-ahead", "akson-renewed", "akson-touched", "akson-keys-off"}


@pytest.mark.parametrize(
    ("person", "said"),
    [
        ("ida-level-3", "Innloggingen er ikke sterk nok."),
        # Her national id is in no staff register of the demo, and her HPR number was not told.
        ("ida-without-hpr", "Du er ikke registrert her."),
        ("stranger", "Du er ikke registrert her."),
        ("Avbryt", "Innloggingen ble avbrutt."),
    ],
)
async def test_who_is_not_let_in_is_told_why(context: BrowserContext, person: str, said: str) -> None:
    page = await context.new_page()
    await page.goto("/logg-inn/helseid")
    await page.get_by_role("button", name=person, exact=True).click()
    await expect(page.locator("h1")).to_have_text(said)
    assert not [c for c in await context.cookies(page.url) if c["name"] == "akson"]
    await page.goto("/innboks")
    await expect(page).to_have_url(LOGIN)


async def test_the_way_back_is_walked_once(context: BrowserContext) -> None:
    page = await context.new_page()
    back: list[str] = []
    page.on("request", lambda request: back.append(request.url) if "/tilbake/" in request.url else None)
    await page.goto("/logg-inn/helseid")
    await page.get_by_role("button", name="ida", exact=True).click()
    await expect(page).to_have_title("PIN-kode – Akson")
    await page.goto(back[0])
    await expect(page.locator("h1")).to_have_text("Innloggingen kunne ikke fullføres.")


async def test_an_answer_in_another_browser_is_refused(context: BrowserContext, place: Issuing) -> None:
    """Login CSRF: the code of one, in a link to another."""
    async with httpx.AsyncClient() as one:
        begun = await one.get(f"{place.node.address}/logg-inn/helseid")
    back = f"{place.node.address}/logg-inn/tilbake/helseid"
    query = await log_in(begun.headers["location"], "ida", back=back)
    page = await context.new_page()
    await page.goto("/logg-inn/helseid")
    await page.goto(str(httpx.URL(back, params=query)))
    await expect(page.locator("h1")).to_have_text("Innloggingen kunne ikke fullføres.")
    await page.goto("/innboks")
    await expect(page).to_have_url(LOGIN)


async def test_astrid_sees_her_own_record_and_no_other(context: BrowserContext, place: Issuing) -> None:
    status, body = place.node.get("/fhir/Patient/astrid", place.node.token())
    assert status == 200
    number = json.loads(body)["identifier"][0]["value"]
    page = await context.new_page()
    await page.goto("/logg-inn")
    await page.get_by_role("link", name="Logg inn med ID-porten").click()
    await page.fill("input[name=person]", number)
    await page.get_by_role("button", name="Fortsett").click()
    await expect(page).to_have_url(f"{place.node.address}/min")
    await expect(page.locator(".who-name")).to_contain_text("Astrid Bakken")
    for path in ("/min?for=marit", "/pasient/astrid", "/innboks"):
        answer = await page.goto(path)
        assert answer is not None and answer.status in (403, 404), path
    await page.goto("/min/tilgangslogg")
    await expect(page.locator("main")).to_contain_text("Innlogging")


async def test_the_round_is_loaded_and_sent_by_a_bound_session(context: BrowserContext) -> None:
    """Every post of the round carries a proof by the browser's key; a cookie that has died is renewed by it."""
    page = await come_in(context)
    await page.goto("/runde")
    await page.fill("input[name=pin]", "482913")
    await page.fill("input[name=again]", "482913")
    await page.get_by_label("Ta med hele enheten").check()
    sent: list[Request] = []
    page.on(
        "request", lambda request: sent.append(request) if request.url.endswith(("/pakke", "/send")) else None
    )
    await page.get_by_role("button", name="Hent dagens liste").click()
    await expect(page.locator(".round-row").first).to_be_visible(timeout=PATIENCE_MS)
    await expect(page.locator("#round-net")).to_contain_text("På nett.", timeout=PATIENCE_MS)
    row = page.locator(".round-row").first
    if await row.get_attribute("aria-expanded") != "true":
        await row.click()
    await page.get_by_role("button", name="Notat").click()
    await page.fill("textarea[name=text]", "Ført med bundet økt")
    await page.get_by_role("button", name="Lagre notat").click()
    await expect(page.locator(".round-own")).to_contain_text("Sendt", timeout=PATIENCE_MS)
    assert {request.url.rpartition("/")[2] for request in sent} == {"pakke", "send"}
    assert all("akson-proof" in request.headers for request in sent)


async def test_logout_ends_it_here_and_there(context: BrowserContext, place: Issuing) -> None:
    page = await come_in(context)
    await page.locator(".who summary").click()
    await page.get_by_role("button", name="Logg ut").click()
    await page.wait_for_url(f"{place.helseid.issuer}/session/end**")
    await page.locator("button[type=submit]").first.click()
    await page.wait_for_url(f"{place.node.address}/logg-inn?ut**")
    await page.goto("/innboks")
    await expect(page).to_have_url(LOGIN)


async def test_every_page_of_the_way_in_can_be_read_by_everyone(context: BrowserContext) -> None:
    """Axe, widths, cuts and targets, as for every other screen."""
    faults: dict[str, list[str]] = {}
    page = await context.new_page()
    await page.goto("/logg-inn")
    faults["login"] = await faults_of(page)
    await page.goto("/logg-inn/tilbake/helseid")
    faults["refusal"] = await faults_of(page)
    await page.close()
    page = await come_in(context)
    await page.goto("/pin")
    faults["pin"] = await faults_of(page)
    await page.locator(".who summary").click()
    await page.get_by_role("button", name="Lås skjermen").click()
    faults["cover"] = await faults_of(page)
    await page.reload()
    faults["locked"] = await faults_of(page)
    assert not any(faults.values()), faults


async def test_the_demo_may_choose_a_pin_too(context: BrowserContext) -> None:
    page = await context.new_page()
    await page.goto("/logg-inn")
    await page.click('button[value="siri"]')
    await page.locator(".who summary").click()
    await page.get_by_role("link", name="Velg PIN-kode").click()
    await page.fill("#pin", PIN)
    await page.fill("#again", "7295")
    await page.get_by_role("button", name="Lagre PIN-koden").click()
    await expect(page.locator("#wrong")).to_contain_text("ikke like")
    await page.fill("#pin", PIN)
    await page.fill("#again", PIN)
    await page.get_by_role("button", name="Lagre PIN-koden").click()
    await expect(page).to_have_title("Innboks – Akson")
    await page.locator(".who summary").click()
    await page.get_by_role("button", name="Lås skjermen").click()
    await page.fill("#lock-pin", PIN)
    await page.keyboard.press("Enter")
    await expect(page.locator("#cover")).to_be_hidden()
    await expect(page.locator("h1, .head")).not_to_have_count(0)
