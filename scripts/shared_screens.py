"""The pictures of docs/screens that take more than one node: what others hold, and a plan of several parties.

Called by `make screens`; with `others` it draws these alone. The nodes and what they hold are those of the stories.
"""

import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import story_emergency as emergency
from plan_stage import Screen, Town, Vendor, furnish
from playwright.async_api import Browser, Page
from story_plan import GREEN, LIST, MINE, PLAN, RED, begun

from akson.app.playing.neighbourhood import Neighbourhood, connections_for
from akson.store.server import EmbeddedPostgres

EMERGENCY = (emergency.HERE, emergency.HOME, emergency.HOSPITAL)
TOWN = ("storvik", "torget")
YELLOW = {"colour": "yellow", "signs": "Mer tungpusten enn vanlig", "do": "Ring hjemmetjenesten samme dag"}
LogIn = Callable[[str, str], Awaitable[Page]]
"""At this address, as this one of the cast."""


async def from_others(
    server: str, folder: Path, look: Callable[[str], Awaitable[None]], log_in: LogIn
) -> None:
    """Nadia in emergency access, as in `make story-emergency`; `look` takes the pictures at an address."""
    async with Neighbourhood(folder, server, EMERGENCY, prefix="bilde", demo=EMERGENCY[:1]) as town:
        town.know(emergency.NADIA)
        resources = (emergency.here(), emergency.at_home(), emergency.at_hospital())
        for name, held in zip(EMERGENCY, resources, strict=True):
            await emergency.put(town[name], held)
        address = town[emergency.HERE].address
        page = await log_in(address, "nadia")
        await page.goto("/nodtilgang")
        await page.get_by_role("searchbox").fill("Inger Lund 13.01.1960")
        await page.keyboard.press("Enter")
        await page.get_by_role("button", name="bevisstløs").click()
        await page.locator("#allergies, main").first.wait_for()
        await page.context.close()
        await look(address)


async def shared_plan(server: str, folder: Path, look: Callable[[str], Awaitable[None]]) -> None:
    """The plan of `make story-plan` once each has written, and before anything goes wrong."""
    town = Town(folder, server, TOWN, prefix="plan", demo=TOWN)
    async with town:
        await furnish(town)
        ida = Screen("", "ida", town["storvik"], PLAN)
        astrid = Screen("", "astrid", town["storvik"], MINE)
        grete = Screen("", "grete", town["torget"], LIST)
        lin = Vendor("", town.hospital, town)
        for one in (ida, astrid, grete):
            await one.log_in()
        await begun(ida, "federated")
        await lin.look()
        for content in (GREEN, YELLOW, RED):
            lin.system.write("zone", f"zone-{content['colour']}", content)
        await lin.look()
        await grete.send("", "new-medicine", {"tekst": "Furosemid 40 mg", "dose": "1 tablett morgen"})
        measure = {"tekst": "Veie", "klokka": "08:00 og 20:00", "minutter": "15"}
        await ida.send("", "new-measure", measure)
        await ida.send("", "new-goal", {"tekst": "Gå til butikken to ganger i uka"})
        await astrid.send("/dag", "farge", {"farge": "yellow", "tekst": "Hoven i beina"})
        await look(town["storvik"].address)
        for one in (ida, astrid, grete):
            await one.close()


async def draw(browser: Browser, take: Callable, log_in: LogIn, others: tuple, plan: tuple) -> None:
    """`take(browser, address, picture)` for each of `others` and of `plan`."""

    def looking(pictures: tuple) -> Callable[[str], Awaitable[None]]:
        async def look(address: str) -> None:
            for picture in pictures:
                await take(browser, address, picture)

        return look

    with tempfile.TemporaryDirectory(prefix="akson-screens-") as text:
        folder = Path(text)
        count = connections_for(len(EMERGENCY) + len(TOWN))
        async with EmbeddedPostgres(folder / "pg", connections=count) as server:
            dsn = server.dsn("postgres")
            await from_others(dsn, folder / "others", looking(others), log_in)
            await shared_plan(dsn, folder / "plan", looking(plan))
