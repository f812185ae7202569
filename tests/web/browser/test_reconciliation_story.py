"""Twelve medicines, five of which differ, reconciled by keys in a browser: counted, closed and opened, signed."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from akson.fhir.codec import json
from tests.app.nodes import RunningNode, akson
from tests.care.medication.told import twelve
from tests.web.browser.conftest import Readers, shot
from tests.web.browser.test_looks import faults_of
from tests.web.stage import helped

pytestmark = pytest.mark.browser

PATIENT = "samstemmes"
SCREEN = f"/pasient/{PATIENT}/legemidler/samstemming"
# One interaction each: a key, or a click on what is named. In the order of the rows: furosemid, ibuprofen, metoprolol,
# ramipril, spironolakton.
STEPS = ("key 2", "key 2", "key 1", "key 2", "key 1", "key Enter")
INTERACTIONS_MAX = 10
"""ux.md U7."""


@pytest.fixture(scope="module")
def solveig(site: RunningNode, tmp_path_factory: pytest.TempPathFactory) -> RunningNode:
    name = [{"family": "Prøve", "given": ["Solveig"]}]
    patient = {"resourceType": "Patient", "id": PATIENT, "name": name, "birthDate": "1942-05-12"}
    resources = [patient, helped(PATIENT), *twelve(PATIENT, f"{PATIENT}-")]
    entries = [
        {"resource": r, "request": {"method": "PUT", "url": f"{r['resourceType']}/{r['id']}"}}
        for r in resources
    ]
    bundle = tmp_path_factory.mktemp("solveig") / "solveig.json"
    Path(bundle).write_bytes(json.encode({"resourceType": "Bundle", "type": "transaction", "entry": entries}))
    done = akson("load", bundle, "--data", site.data)
    assert done.returncode == 0, done.stderr
    return site


async def sheets(page: Page) -> int:
    """How many sheets of A4 it is on paper."""
    return len(re.findall(rb"/Type\s*/Page\b", await page.pdf(prefer_css_page_size=True)))


async def do(page: Page, step: str) -> None:
    kind, _, what = step.partition(" ")
    await (page.keyboard.press(what) if kind == "key" else page.click(what))


async def drafted(page: Page, left: str) -> None:
    """The server has the choices: the sum at the foot is its answer."""
    await expect(page.locator("#recon-sum")).to_contain_text(left, timeout=60_000)


async def test_twelve_medicines_by_keys_alone(readers: Readers, solveig: RunningNode) -> None:
    page = await readers.page("ida")
    await page.goto(SCREEN)
    count = page.locator("[data-recon-count]")
    await expect(count).to_have_text("0 av 5 vurdert")
    assert await page.locator(".pick :checked").count() == 0, "nothing clinical is chosen beforehand"
    for step in STEPS[:2]:
        await do(page, step)
    await expect(count).to_have_text("2 av 5 vurdert")
    await page.keyboard.press("u")
    await expect(count).to_have_text("1 av 5 vurdert")
    await do(page, STEPS[1])
    await drafted(page, "3 avvik gjenstår")
    await page.context.close()

    page = await readers.page("ida")  # the browser was closed; the choices were not
    await page.goto(SCREEN)
    count = page.locator("[data-recon-count]")
    await expect(count).to_have_text("2 av 5 vurdert")
    faults = await faults_of(page)
    assert not faults, "\n".join(faults)
    await shot(page, "samstemming")

    # What a choice would lead to stands beside it, and goes with it.
    begun = page.locator("[data-recon-row]").filter(has_text="ibuprofen")
    await begun.locator(".pick label").first.click()
    await expect(begun.locator(".beside li")).to_contain_text("sammen med Apiksaban", timeout=60_000)
    assert not (faults := await faults_of(page)), "\n".join(faults)
    await shot(page, "samstemming-raad")
    await begun.locator(".pick label").nth(1).click()
    await expect(begun.locator(".beside li")).to_have_count(0, timeout=60_000)

    await page.keyboard.press("j")
    await page.keyboard.press("ArrowUp")
    for step in STEPS[2:-1]:
        await do(page, step)
    await expect(count).to_have_text("5 av 5 vurdert")
    await drafted(page, "1 endret")
    await expect(page.locator("[data-recon-sign]")).to_be_focused()
    await do(page, STEPS[-1])
    await expect(page.locator("main")).to_contain_text("Lista er signert", timeout=60_000)
    assert len(STEPS) <= INTERACTIONS_MAX
    assert not (faults := await faults_of(page)), "\n".join(faults)
    await shot(page, "delt")

    await page.goto(f"/pasient/{PATIENT}/legemidler/utskrift?stor")
    await expect(page.locator(".big-name").filter(has_text="furosemid")).to_contain_text("80 mg")
    assert not (faults := await faults_of(page)), "\n".join(faults)
    await shot(page, "stor-liste")
    assert await sheets(page) == 1
    await page.goto(f"/pasient/{PATIENT}/legemidler/utskrift")
    assert await sheets(page) == 1


async def test_without_script_it_is_a_plain_form(readers: Readers, solveig: RunningNode) -> None:
    page = await readers.page("ida", script=False)
    await page.goto("/pasient/astrid/legemidler/samstemming")
    groups = page.locator("[data-recon-row] .pick")
    for number in range(await groups.count()):
        await groups.nth(number).locator("label").last.click()
    await page.click("text=Lagre utkast")
    await expect(page.get_by_role("status").first).to_contain_text("Utkastet er lagret")
    assert await page.locator(".pick :checked").count() == await groups.count() > 0
