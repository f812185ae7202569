"""Technical goals (ux.md 4.2) counted in the browser: each gives, for each number of the goal, a number or what is wrong."""

import math
import re
from collections.abc import AsyncIterator, Awaitable, Callable

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from tests.browsing import Readers
from tests.web.browser.test_looks import SMALL, found_by_axe, hidden_focus

Counted = list[float | list[str]]
Measure = Callable[[Readers], Awaitable[Counted]]
NURSE = "siri"
FRONT = "/pasient/astrid"
SCREENS = (
    "/innboks", "/sok?q=kvis", "/i-dag", FRONT, "/pasient/oppgave-a/maalinger", "/pasient/oppgave-a/plan",
    "/pasient/oppgave-a/notater/nytt", "/pasient/oppgave-a/tidslinje", "/pasient/oppgave-a/raad",
    "/pasient/oppgave-b/utdeling", "/pasient/oppgave-c/legemidler/samstemming", "/pasient/astrid/meldinger",
)  # fmt: skip
MOCKUPS = (FRONT, "/pasient/oppgave-c/legemidler/samstemming", "/innboks", "/runde")
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
HEADINGS = """() => [...document.querySelectorAll('main h1, main h2')].filter(e => e.checkVisibility())
  .map(e => e.textContent)"""
UNSENDABLE = """() => [...document.forms].filter(f => f.method === 'post')
  .filter(f => !f.querySelector('button, [type=submit], [type=search]')).length"""
SHIFTED = """() => new Promise(done => new PerformanceObserver(list =>
    done(list.getEntries().reduce((sum, e) => sum + (e.hadRecentInput ? 0 : e.value), 0)))
    .observe({type: 'layout-shift', buffered: true}) ?? setTimeout(() => done(0), 300))"""


async def _each(readers: Readers, paths: tuple[str, ...] = SCREENS, **more: int) -> AsyncIterator[Page]:
    page = await readers.page(NURSE, **more)
    for path in paths:
        await page.goto(path)
        yield page


async def below_the_fold(readers: Readers) -> Counted:
    page = await readers.page(NURSE, width=1440, height=900)
    await page.goto(FRONT)
    boxes = [await page.locator(part).bounding_box() for part in (".banner", ".panel.news", "svg.news2")]
    return [sum(box is None or box["y"] + box["height"] > 900 for box in boxes)]


async def bytes_of_a_cold_page(readers: Readers) -> Counted:
    """As they come over the wire, headers too; the font is part of it."""
    page = await readers.page(NURSE)
    wire = await page.context.new_cdp_session(page)
    kinds: dict[str, str] = {}
    sizes: dict[str, float] = {}
    wire.on("Network.responseReceived", lambda e: kinds.update({e["requestId"]: e["type"]}))
    wire.on("Network.loadingFinished", lambda e: sizes.update({e["requestId"]: e["encodedDataLength"]}))
    await wire.send("Network.enable")
    await wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    await page.goto(FRONT, wait_until="networkidle")
    script = sum(size for id, size in sizes.items() if kinds.get(id) == "Script")
    return [math.ceil(sum(sizes.values()) / 1024), math.ceil(script / 1024)]


async def layout_shift(readers: Readers) -> Counted:
    return [round(sum([await page.evaluate(SHIFTED) async for page in _each(readers, MOCKUPS)]), 3)]


async def axe_violations(readers: Readers) -> Counted:
    """A share: `tests/web/browser/test_looks.py` looks at every screen."""
    found: list[str] = []
    async for page in _each(readers, MOCKUPS):
        for scheme, width in (("light", 1440), ("dark", 720), ("light", 360)):
            await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            await page.set_viewport_size({"width": width, "height": 900})
            found += await found_by_axe(page)
    return [found]


async def sideways_scroll(readers: Readers) -> Counted:
    wide: list[str] = []
    async for page in _each(readers):
        for width in (640, 320):
            await page.set_viewport_size({"width": width, "height": 800})
            if await page.evaluate("document.documentElement.scrollWidth") > width:
                wide.append(f"{width}: {page.url}")
    return [wide]


async def small_targets(readers: Readers) -> Counted:
    small: list[str] = []
    async for page in _each(readers):
        for width, least in ((1440, 24), (360, 44)):
            await page.set_viewport_size({"width": width, "height": 800})
            small += await page.evaluate(SMALL, least)
    return [small]


async def unseen_focus(readers: Readers) -> Counted:
    return [[fault async for page in _each(readers) for fault in (await hidden_focus(page))[1]]]


async def printed_pages(readers: Readers) -> Counted:
    page = await readers.page(NURSE)
    await page.goto(FRONT)
    return [len(re.findall(rb"/Type\s*/Page[^s]", await page.pdf(format="A4")))]


async def lost_without_script(readers: Readers) -> Counted:
    """Screens whose headings differ from those with script, or where a form has no button to send it."""
    with_script = [await page.evaluate(HEADINGS) async for page in _each(readers)]
    without, lost = await readers.page(NURSE, script=False), []
    for path, there in zip(SCREENS, with_script, strict=True):
        await without.goto(path)
        if await without.evaluate(HEADINGS) != there or await without.evaluate(UNSENDABLE):
            lost.append(path)
    return [lost]


async def policy_faults(readers: Readers) -> Counted:
    page, unsafe = await readers.page(NURSE), []
    for path in SCREENS:
        answer = await page.request.get(path)
        policy = answer.headers.get("content-security-policy", "none is unsafe-")
        unsafe += [path] if "unsafe-" in policy else []
    for path in MOCKUPS:
        await page.goto(path)
    return [unsafe, [told for told in readers.complaints if "Content Security Policy" in told]]


async def poor_contrast(readers: Readers) -> Counted:
    found: dict[str, list[str]] = {"dark": [], "forced": []}
    async for page in _each(readers, MOCKUPS):
        await page.emulate_media(color_scheme="dark")
        found["dark"] += await _poor(page)
        await page.emulate_media(color_scheme="light", forced_colors="active")
        found["forced"] += await _poor(page)
        await page.emulate_media(forced_colors="none")
    return list(found.values())


async def _poor(page: Page) -> list[str]:
    violations = (await Axe().run(page, options=CONTRAST)).response["violations"]
    return [node["html"][:100] + node["failureSummary"] for v in violations for node in v["nodes"]]


MEASURES: dict[str, Measure] = {
    measure.__name__: measure
    for measure in (
        below_the_fold, bytes_of_a_cold_page, layout_shift, axe_violations, sideways_scroll, small_targets,
        unseen_focus, printed_pages, lost_without_script, policy_faults, poor_contrast,
    )
}  # fmt: skip
