"""Ida's round in Chromium: the list is loaded, the server is killed, she works, it comes back, everything arrives once.

Then the phone is seized: no file of the browser's profile holds a name, an address, a national id or a word she wrote.
"""

import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page, async_playwright, expect

from tests.app.nodes import RunningNode, akson, start
from tests.web.browser.conftest import CHROMIUM_ARGUMENTS, chromium, shot
from tests.web.browser.test_looks import faults_of
from tests.web.stage import helped, task
from tests.web.test_round import planned

PIN, WAIT_MS = "482913", 60_000
PEOPLE = {
    "merke-1": ("Ugletveit", "Tordivelia 17", "12854200281"),
    "merke-2": ("Bekkasinsen", "Rugdeveien 4", "01813400190"),
}
WRITTEN = "Klaget over svimmelhet ved oppreisning"
REMARK = "Datteren kjøper batterier til trygghetsalarmen"
MEANWHILE = "Ville ha rullatoren ved sengen"
CONTROL = "KONTROLLMERKE-7731-LESBART"


@pytest.fixture
def free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


def people() -> Iterator[dict[str, Any]]:
    for number, (id, (family, street, number_id)) in enumerate(PEOPLE.items()):
        yield {
            "resourceType": "Patient",
            "id": id,
            "identifier": [{"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": number_id}],
            "name": [{"family": family, "given": ["Prøve"]}],
            "birthDate": "1942-05-12",
            "address": [{"use": "home", "line": [street]}],
        }
        yield helped(id)
        if id == "merke-2":
            yield task("runde-oppgave", id, code="follow-up", at=datetime.now(UTC))
        visit = planned(number + 1, id)
        at = datetime.now(UTC) - timedelta(minutes=150 - number * 10)
        yield visit | {
            "id": f"{id}-besok",
            "start": at.isoformat(),
            "end": (at + timedelta(minutes=30)).isoformat(),
        }


def fill(running: RunningNode, folder: Path) -> None:
    entries = [
        {"resource": r, "request": {"method": "PUT", "url": f"{r['resourceType']}/{r['id']}"}}
        for r in people()
    ]
    bundle = folder / "runde.json"
    bundle.write_text(json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries}))
    done = akson("load", bundle, "--data", running.data)
    assert done.returncode == 0, done.stderr


def found(running: RunningNode, query: str) -> list[dict[str, Any]]:
    status, body = running.get(f"/fhir/{query}", running.token())
    assert status == 200, body
    return [entry["resource"] for entry in json.loads(body).get("entry", [])]


async def unlocked(page: Page) -> None:
    await page.fill("input[name=pin]", PIN)
    await page.get_by_role("button", name="Lås opp").click()
    await expect(page.locator(".round-list")).to_be_visible(timeout=WAIT_MS)


async def loaded(context: BrowserContext, address: str) -> Page:
    page = context.pages[0]
    await page.goto(f"{address}/logg-inn?til=/runde")
    await page.click('button[value="ida"]')
    await page.goto(f"{address}/runde")
    await page.fill("input[name=pin]", PIN)
    await shot(page, "runde-start")
    await page.fill("input[name=again]", PIN)
    await page.get_by_role("button", name="Hent dagens liste").click()
    await expect(page.locator(".round-list")).to_be_visible(timeout=WAIT_MS)
    await page.wait_for_selector("body[data-kept]", timeout=WAIT_MS)
    return page


async def worked(page: Page) -> None:
    """As planned in two touches; a measurement, a note; and one who was not at home."""
    await opened(page, "merke-1-besok")
    await page.get_by_label("Alt etter plan").check()
    await page.get_by_role("button", name="Registrer besøk").click()
    await expect(visit(page, "merke-1-besok")).to_contain_text("venter på nett", timeout=WAIT_MS)
    await opened(page, "merke-2-besok")
    await page.get_by_role("button", name="Måling").click()
    await page.select_option("select[name=measure]", "pulse")
    await page.fill("input[name=value]", "930")
    await page.get_by_role("button", name="Lagre måling").click()
    await expect(page.locator("dialog .round-wrong")).to_contain_text("Sjekk verdien")
    await page.fill("input[name=value]", "93")
    await page.get_by_role("button", name="Lagre måling").click()
    await page.get_by_role("button", name="Merknad: Følge opp").click()
    await page.fill("textarea[name=remark]", REMARK)
    await page.get_by_role("button", name="Lagre merknad").click()
    await page.get_by_role("button", name="Utsett: Følge opp").click()
    await page.get_by_label("Om en uke").check()
    await page.get_by_role("button", name="Utsett", exact=True).click()
    await expect(page.locator("[data-task]")).to_contain_text("Utsatt. Lagret", timeout=WAIT_MS)
    await page.get_by_role("button", name="Utført: Følge opp").click()
    await expect(page.locator("[data-task]")).to_contain_text("Utført. Lagret", timeout=WAIT_MS)
    await page.get_by_role("button", name="Notat").click()
    await page.fill("textarea[name=text]", WRITTEN)
    await page.get_by_role("button", name="Lagre notat").click()
    await expect(page.locator(".round-own")).to_contain_text(WRITTEN)
    await shot(page, "runde-besok")
    faults = await faults_of(page)
    assert not faults, "\n".join(faults)
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size({"width": 360, "height": 780})
    await page.get_by_role("button", name="Kunne ikke").click()
    await page.get_by_label("Ikke hjemme").check()
    await shot(page, "runde-kunne-ikke")
    await page.get_by_role("button", name="Lagre", exact=True).click()
    await expect(visit(page, "merke-2-besok")).to_contain_text("Ikke hjemme", timeout=WAIT_MS)


async def midnight(page: Page) -> None:
    """00:15 in place of 23:30 is the night that comes, not the one that was; what is over is no time."""
    asked = """async (asked) => {
      const module = performance.getEntriesByType("resource").find((e) => e.name.includes("/round/drawing"));
      const { nearest } = await import(module.name);
      return asked.map(([time, start, now, ends]) => nearest(time, start, new Date(now), ends)?.toLocaleString("sv") ?? "");
    }"""
    late, now, ends = "2026-11-27T23:30:00", "2026-11-27T23:00:00", "2026-11-28T06:55:00"
    times = [
        ["00:15", late, now, ends],
        ["21:30", late, now, ends],
        ["23:30", "2026-11-28T00:15:00", now, ends],
    ]
    assert await page.evaluate(asked, times) == ["2026-11-28 00:15:00", "", "2026-11-27 23:30:00"]


async def another_logs_in(page: Page, running: RunningNode) -> None:
    """In the same browser: nothing leaves the phone until she is back, and then it is hers."""
    other = await page.context.new_page()
    await other.goto(f"{running.address}/logg-inn?til=/innboks")
    await other.click('button[value="omar"]')
    await other.wait_for_url("**/innboks", timeout=WAIT_MS)
    await opened(page, "merke-1-besok")
    await page.get_by_role("button", name="Notat").click()
    await page.fill("textarea[name=text]", MEANWHILE)
    await page.get_by_role("button", name="Lagre notat").click()
    await expect(page.locator("#round-net")).to_contain_text("En annen er logget inn.", timeout=WAIT_MS)
    await expect(page.locator("#round-net a")).to_contain_text("Logg inn som Ida")
    await expect(page.locator(".round-own")).to_contain_text("venter på nett")
    await shot(page, "runde-en-annen")
    await other.goto(f"{running.address}/logg-inn?til=/innboks")
    await other.click('button[value="ida"]')
    await other.wait_for_url("**/innboks", timeout=WAIT_MS)
    await other.close()
    await expect(page.locator("#round-net")).to_contain_text("Alt er sendt", timeout=WAIT_MS)


async def given_up(page: Page, running: RunningNode) -> None:
    """The phone is lost: at its next contact there is nothing left to open."""
    listed = akson("phone", "list", "--data", running.data).stdout
    (number,) = [line.split()[0] for line in listed.splitlines() if "Ida Nilsen" in line]
    await page.goto(f"{running.address}/runde")
    await expect(page.get_by_role("button", name="Lås opp")).to_be_visible(timeout=WAIT_MS)
    assert akson("phone", "remove", number, "--data", running.data).returncode == 0
    await expect(page.get_by_text("Telefonen er fjernet. Listen er slettet.")).to_be_visible(timeout=WAIT_MS)
    left = """async () => { const base = await new Promise((done) => { const asked = indexedDB.open("akson-round", 1);
      asked.onsuccess = () => done(asked.result); });
      const counts = ["keys", "box", "lock"].map((name) => new Promise((done) => {
        const asked = base.transaction(name).objectStore(name).count(); asked.onsuccess = () => done(asked.result); }));
      return Promise.all(counts); }"""
    assert await page.evaluate(left) == [0, 0, 0]


def visit(page: Page, id: str) -> Any:
    return page.locator(f'[data-visit="{id}"]')


async def opened(page: Page, id: str) -> None:
    head = visit(page, id).locator(".round-row")
    if await head.get_attribute("aria-expanded") != "true":
        await head.click()
    await expect(visit(page, id).locator(".round-more")).to_be_visible(timeout=WAIT_MS)


def readable(profile: Path) -> list[str]:
    """Markers that stand in a file of the profile, in UTF-8 or UTF-16."""
    markers = [
        WRITTEN,
        REMARK,
        MEANWHILE,
        PIN,
        CONTROL,
        *(part for person in PEOPLE.values() for part in person),
    ]
    told = []
    for path in (p for p in profile.rglob("*") if p.is_file()):
        data = path.read_bytes()
        told += [m for m in markers if m.encode() in data or m.encode("utf-16-le") in data]
    return sorted(set(told))


async def test_a_round_with_the_server_killed(tmp_path: Path, free_port: int) -> None:
    browser = chromium()
    port = ("--port", free_port, "--workers", "1")
    running = start(tmp_path / "data", *port, command="up")
    profile = tmp_path / "profile"
    complaints: list[str] = []
    try:
        fill(running, tmp_path)
        async with async_playwright() as playwright:
            context = await playwright.chromium.launch_persistent_context(
                profile,
                executable_path=browser,
                args=list(CHROMIUM_ARGUMENTS),
                viewport={"width": 360, "height": 780},
                locale="nb-NO",
            )
            context.set_default_timeout(WAIT_MS)
            context.pages[0].on("pageerror", lambda error: complaints.append(str(error)))
            page = await loaded(context, running.address)
            await midnight(page)
            running.kill_tree()
            await page.reload()
            await unlocked(page)
            await worked(page)
            await expect(page.locator("#round-net")).to_contain_text("Uten nett.", timeout=WAIT_MS)
            await expect(page.locator("#round-net")).to_contain_text(
                "7 registreringer sendes når nettet er tilbake"
            )
            await shot(page, "runde-uten-nett")
            await page.reload()
            await page.fill("input[name=pin]", "999111")
            await page.get_by_role("button", name="Lås opp").click()
            await expect(page.locator(".round-wrong")).to_contain_text("4 forsøk igjen", timeout=WAIT_MS)
            await shot(page, "runde-last")
            await unlocked(page)
            running = start(tmp_path / "data", *port, command="up")
            await expect(page.locator("#round-net")).to_contain_text("Alt er sendt", timeout=WAIT_MS)
            await expect(visit(page, "merke-1-besok")).to_contain_text("Sendt")
            await shot(page, "runde-sendt")
            await another_logs_in(page, running)
            await page.evaluate("text => localStorage.setItem('kontroll', text)", CONTROL)
            await page.goto(f"{running.address}/runde/overlapp")
            await expect(page.locator("main")).to_contain_text(WRITTEN)
            await shot(page, "runde-overlapp")
            await given_up(page, running)
            await page.goto("about:blank")
            await context.close()
        assert not complaints, complaints
        await arrived_once(running)
        assert readable(profile) == [CONTROL], (
            "the search finds what is readable, and that is the control alone"
        )
    finally:
        if running.process.poll() is None:
            running.interrupt()


async def arrived_once(running: RunningNode) -> None:
    (first,) = found(running, "Appointment?patient=merke-1")
    (second,) = found(running, "Appointment?patient=merke-2")
    assert first["status"] == "fulfilled" and "Gjort: Morgenstell, Legemidler." in first["comment"]
    (done,) = found(running, "Task?patient=merke-2&code=follow-up")
    assert done["status"] == "completed" and [n["text"] for n in done["note"]] == [REMARK]
    assert datetime.fromisoformat(done["restriction"]["period"]["end"]) > datetime.now(UTC) + timedelta(
        days=6
    )
    assert second["status"] == "cancelled" and second["cancelationReason"]["text"] == "Ikke hjemme"
    (pulse,) = found(running, "Observation?patient=merke-2")
    assert pulse["valueQuantity"]["value"] == 93
    assert [n["summary"] for n in found(running, "ClinicalImpression?patient=merke-2")] == [WRITTEN]
    (hers,) = [n for n in found(running, "ClinicalImpression?patient=merke-1") if n["summary"] == MEANWHILE]
    assert hers["assessor"]["reference"] == pulse["performer"][0]["reference"], (
        "Ida's, not of who was logged in"
    )
    assert not found(running, "Task?code=round-conflict")
