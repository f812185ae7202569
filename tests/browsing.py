"""A running node, started as a newcomer starts it, and Chromium before it. Without Chromium these tests skip and say so.

A plugin of `tests/conftest.py`, so that all who ask get the same node and the same browser: `sharing_out.UNITS`.
"""

import json
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page, Request, async_playwright, expect

from tests.app.nodes import RunningNode, akson, node, wait_until
from tests.web.stage import hard_to_show

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
)
MESSAGE_TIMEOUT_S = 60
PATIENCE_MS = 60_000
"""For each step of a page; the machine may have too much to do. A step that is done goes on at once."""
# What the browser itself says of a page that is answered with 404, as the refusal is, or 422, as a form with a fault.
OF_THE_STATUS = "Failed to load resource: the server responded with a status of 4"


expect.set_options(timeout=PATIENCE_MS)


def chromium() -> str:
    found = next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)
    if not found:
        pytest.skip(
            "No Chromium on this machine (apt install chromium): the screens were not seen in a browser."
        )
    return found


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNode]:
    """`akson up` on a free port in a folder of its own, when the hospital's message about Astrid has been taken in."""
    chromium()
    folder = tmp_path_factory.mktemp("site")
    with node(folder / "data", "--workers", "1", command="up") as running:
        fill(running, folder)
        wait_until(lambda: admission_came(running), MESSAGE_TIMEOUT_S)
        yield running


def fill(running: RunningNode, folder: Path) -> None:
    """Records that are hard to show, beside the demo's."""
    entries = [
        {"resource": r, "request": {"method": "PUT", "url": f"{r['resourceType']}/{r['id']}"}}
        for r in hard_to_show()
    ]
    bundle = folder / "hard-to-show.json"
    bundle.write_text(json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries}))
    done = akson("load", bundle, "--data", running.data)
    assert done.returncode == 0, done.stderr


def admission_came(running: RunningNode) -> bool:
    """Whether the item stands in the record; asked as anybody's system would ask."""
    query = "/fhir/Task?patient=Patient/astrid&code=admission-notice&_summary=count"
    status, body = running.get(query, running.token())
    return status == 200 and json.loads(body)["total"] > 0


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=chromium(), args=list(CHROMIUM_ARGUMENTS))
        yield started
        await started.close()


@dataclass
class Readers:
    """Opens pages as one of the cast, and remembers everything the browser complained about."""

    browser: Browser
    address: str
    complaints: list[str] = field(default_factory=list)
    cookies: dict[str, list] = field(default_factory=dict)

    async def page(self, who: str = "", *, width: int = 1440, height: int = 900, script: bool = True) -> Page:
        context = await self.browser.new_context(
            base_url=self.address,
            viewport={"width": width, "height": height},
            java_script_enabled=script,
            locale="nb-NO",
        )
        context.set_default_timeout(PATIENCE_MS)
        page = await context.new_page()
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("requestfailed", self._failed)
        if who:
            if who not in self.cookies:
                await page.goto("/logg-inn")
                await page.click(f'button[value="{who}"]')
                await page.locator(".who").wait_for()
                self.cookies[who] = await context.cookies()
            await context.add_cookies(self.cookies[who])
        return page

    def _failed(self, request: Request) -> None:
        """What a reader leaves before it has come is given up by the browser: that is no fault of the page."""
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"{request.failure}: {request.url}")

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(OF_THE_STATUS):
            self.complaints.append(f"{message.type}: {message.text}")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def _all_readers(browser: Browser, site: RunningNode) -> Readers:
    return Readers(browser, site.address)


@pytest_asyncio.fixture(loop_scope="session")
async def readers(_all_readers: Readers) -> AsyncIterator[Readers]:
    """Fails the test when the browser complained: script faults, requests that failed, breaches of the policy."""
    _all_readers.complaints.clear()
    yield _all_readers
    for context in _all_readers.browser.contexts:
        await context.close()
    assert not _all_readers.complaints, _all_readers.complaints


async def shot(page: Page, name: str) -> None:
    """At three widths, light and dark, when AKSON_SCREENSHOTS names a folder: for people to look at."""
    folder = os.environ.get("AKSON_SCREENSHOTS")
    if not folder:
        return
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for width in (1440, 720, 360):
            await page.set_viewport_size({"width": width, "height": 900})
            await page.screenshot(path=Path(folder) / f"{name}-{width}-{scheme}.png", full_page=True)
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size({"width": 1440, "height": 900})
