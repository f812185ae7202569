"""Draws docs/screens/*.png from a running demo: `make screens`; with `story` the five of the discharge alone,
with `others` those that take several nodes.

Starts a node in a temporary folder, logs in as the cast, and takes what a reader sees without scrolling.
"""

import asyncio
import re
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import shared_screens
from palette_png import with_palette
from playwright.async_api import Browser, Page, async_playwright

from akson.app.demo import astrid_admission_arguments
from akson.exchange.transport.folder import write_whole
from akson_lab import hospital
from akson_lab.facts import Shipment

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "screens"
AKSON = [sys.executable, "-c", "from akson.app.cli import main; main()"]
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
]
READY_TIMEOUT_S = 120
MESSAGE_TIMEOUT_S = 30
PICTURE_BYTES_MAX = 200 * 1024


@dataclass(frozen=True)
class Picture:
    name: str
    who: str
    path: str
    width: int = 1280
    height: int = 800
    scheme: str = "light"


PICTURES = (
    Picture("innlogging", "", "/logg-inn"),
    Picture("innboks", "ida", "/innboks"),
    Picture("forside", "ida", "/pasient/astrid", 1440, 1000),
    Picture("forside-mork", "ida", "/pasient/astrid", 1440, 1000, "dark"),
    Picture("forside-360", "ida", "/pasient/astrid", 360, 780),
    Picture("melding", "ida", "/pasient/astrid/meldinger"),
    Picture("ingen-tilgang", "omar", "/pasient/astrid", 1280, 560),
    Picture("tilgangslogg", "astrid", "/min/tilgangslogg", 1280, 900),
    Picture("samstemming", "ida", "/pasient/astrid/legemidler/samstemming", 1440, 1000),
    Picture("samstemming-mork", "ida", "/pasient/astrid/legemidler/samstemming", 1440, 1000, "dark"),
    Picture("maalinger", "ida", "/pasient/astrid/maalinger", 1280, 900),
    Picture("tidslinje", "ida", "/pasient/astrid/tidslinje", 1280, 800),
    Picture("utdeling", "ida", "/pasient/astrid/utdeling", 1280, 800),
    Picture("raad", "ida", "/pasient/astrid/raad", 1280, 640),
    Picture("omplanlegging", "lise", "/omplanlegging", 1280, 640),
    Picture("overlapp", "ida", "/runde/overlapp", 360, 780, "dark"),
)
STORY = (
    Picture("forlop-stoppet", "ida", "/i-dag", 1280, 640),
    Picture("forlop-tavle", "kari", "/forlop", 1280, 480),
    Picture("forlop-svar", "kari", "/pasient/astrid/forlop/svar?melding={ready}", 1280, 800),
    Picture("forlop-samtale", "kari", "/pasient/astrid/forlop", 1280, 1500),
    Picture("forlop-hjem", "ida", "/pasient/astrid/forlop", 1280, 640),
)
"""The discharge by hand: what each of them sees after the message before it."""
OTHERS = (
    Picture("fra-andre", "nadia", "/nodtilgang/inger/andre", 1440, 1000),
    Picture("fra-andre-mork", "nadia", "/nodtilgang/inger/andre", 1440, 1000, "dark"),
)
PLAN = (
    Picture("delt-plan", "ida", "/pasient/astrid/delt-plan", 1440, 1000),
    Picture("delt-plan-mork", "ida", "/pasient/astrid/delt-plan", 1440, 1000, "dark"),
)
"""With several nodes: shared_screens.py."""


def told(data: Path, kind: str) -> None:
    """The hospital says one thing more, as a file where everything comes in."""
    now = datetime.now(UTC)
    facts = replace(astrid_admission_arguments(now), sent_at=now)
    shipment = Shipment(str(uuid.uuid4()))
    content = {
        "early": lambda: hospital.early_notice(facts, shipment, expected=now + timedelta(days=2)),
        "ready": lambda: hospital.ready_message(facts, shipment, ready_at=now),
        "discharged": lambda: hospital.discharge_message(facts, shipment, discharged_at=now),
    }[kind]()
    write_whole(data / "post" / "in", f"{kind}-{uuid.uuid4()}.xml", content)


async def said(browser: Browser, address: str, who: str, path: str, text: str) -> str:
    """The page's source, once it says so."""
    page = await log_in(browser, address, Picture("", who, ""))
    deadline = time.monotonic() + MESSAGE_TIMEOUT_S
    await page.goto(path)
    while text not in await page.locator("main").inner_text() and time.monotonic() < deadline:
        await asyncio.sleep(0.5)
        await page.reload()
    source = await page.content()
    await page.context.close()
    return source


async def draw_story(browser: Browser, address: str, data: Path) -> None:
    stopped, board, answer, talk, home = STORY
    await said(browser, address, "ida", "/i-dag", "Besøk stoppet")
    await take(browser, address, stopped)
    told(data, "early")
    told(data, "ready")
    source = await said(browser, address, "kari", "/forlop", "Utskrivningsklar")
    await take(browser, address, board)
    found = re.search(r'name="melding" value="([^"]+)"', source)
    assert found, "the board offers no answer"
    await take(browser, address, replace(answer, path=answer.path.format(ready=found[1])))
    page = await log_in(browser, address, Picture("", "kari", ""))
    await page.goto("/forlop")
    await page.get_by_role("button", name="Svar: kan ta imot fra").click()
    await page.locator(".talk .out").wait_for()
    await page.context.close()
    await take(browser, address, talk)
    told(data, "discharged")
    await said(browser, address, "ida", "/pasient/astrid/forlop", "Utskrevet")
    await take(browser, address, home)


def start(data: Path) -> tuple[subprocess.Popen[str], str]:
    """A demo node on a free port, and its address."""
    command = [*AKSON, "up", "--data", str(data), "--port", "0", "--workers", "1"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    deadline = time.monotonic() + READY_TIMEOUT_S
    for line in process.stdout:
        if line.strip().startswith("http://"):
            return process, line.strip()
        if time.monotonic() > deadline:
            break
    process.terminate()
    raise SystemExit("The demo did not start. Run `akson up` and read what it says.")


async def log_in(browser: Browser, address: str, picture: Picture) -> Page:
    context = await browser.new_context(
        base_url=address,
        viewport={"width": picture.width, "height": picture.height},
        color_scheme="dark" if picture.scheme == "dark" else "light",
        locale="nb-NO",
    )
    page = await context.new_page()
    await page.goto("/logg-inn")
    if picture.who:
        await page.click(f'button[value="{picture.who}"]')
        await page.locator(".who").wait_for()
    return page


async def wait_for_message(browser: Browser, address: str) -> None:
    """Until the hospital's message has been taken in: it is what the pictures are about."""
    page = await log_in(browser, address, Picture("", "ida", ""))
    deadline = time.monotonic() + MESSAGE_TIMEOUT_S
    while not await page.get_by_role("heading", name="nnlagt på sykehus").count():
        if time.monotonic() > deadline:
            print("The admission message did not arrive; the pictures show the demo without it.")
            break
        await asyncio.sleep(0.5)
        await page.reload()
    await page.context.close()


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    executable = next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)
    if not executable:
        raise SystemExit("No Chromium here: apt install chromium, then run `make screens` again.")
    FOLDER.mkdir(parents=True, exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=CHROMIUM_ARGUMENTS)
        yield browser
        await browser.close()


async def draw_shared() -> None:
    async with chromium() as browser:

        async def enter(address: str, who: str) -> Page:
            return await log_in(browser, address, Picture("", who, ""))

        await shared_screens.draw(browser, take, enter, OTHERS, PLAN)


async def draw(address: str, data: Path, *, only_story: bool) -> None:
    async with chromium() as browser:
        await wait_for_message(browser, address)
        for picture in () if only_story else PICTURES:
            await take(browser, address, picture)
        await draw_story(browser, address, data)


async def take(browser: Browser, address: str, picture: Picture) -> None:
    page = await log_in(browser, address, picture)
    await page.goto(picture.path)
    await page.mouse.move(0, 0)
    target = FOLDER / f"{picture.name}.png"
    target.write_bytes(with_palette(await page.screenshot(animations="disabled")))
    await page.context.close()
    size = target.stat().st_size
    assert size < PICTURE_BYTES_MAX, f"{target.name} has {size} bytes"
    print(f"{target.relative_to(ROOT)}  {size // 1024} KB")


def main() -> None:
    if "story" not in sys.argv:
        asyncio.run(draw_shared())
    if "others" in sys.argv:
        return
    with tempfile.TemporaryDirectory() as folder:
        process, address = start(Path(folder) / "data")
        try:
            asyncio.run(draw(address, Path(folder) / "data", only_story="story" in sys.argv))
        finally:
            process.terminate()
            process.wait(timeout=30)


if __name__ == "__main__":
    main()
