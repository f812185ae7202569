"""The doctor asks which services she has: in Chromium the nurse presses «Svar», and sends what the record says."""

import json
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.app.nodes import RunningNode, akson
from tests.web.browser.conftest import Readers
from tests.web.browser.test_looks import faults_of
from tests.web.test_gp_dialogue import asked

pytestmark = pytest.mark.browser


async def test_the_right_form_opens_and_is_sent_with_nothing_typed(
    readers: Readers, site: RunningNode, tmp_path: Path
) -> None:
    message, item = asked("3")
    entries = [
        {"resource": r, "request": {"method": "PUT", "url": f"{r['resourceType']}/{r['id']}"}}
        for r in (message, item)
    ]
    bundle = tmp_path / "asked.json"
    bundle.write_text(json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries}))
    done = akson("load", bundle, "--data", site.data)
    assert done.returncode == 0, done.stderr
    page = await readers.page("ida")
    await page.goto(f"/pasient/astrid/meldinger/{message['id']}")
    await page.get_by_role("link", name="Svar", exact=True).click()
    await expect(page.get_by_role("heading", level=2)).to_have_text("Orientering om tjenestetilbud")
    assert not await page.locator("[name^=felt-]").count()
    faults = await faults_of(page)
    assert not faults, "\n".join(faults)
    await page.get_by_role("button", name="Send", exact=True).click()
    await page.goto(f"/pasient/astrid/meldinger/{message['id']}")
    await expect(page.locator(".thread li")).to_have_count(2)
