"""One small app of somebody else's, unchanged, on Akson and before two old products: it writes here, and reads there."""

import re
import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from urllib.parse import urlsplit, urlunsplit

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from akson.app import apps
from akson.app import settings as all_settings
from akson.app.opening import prepare_demo
from akson.app.playing.neighbourhood import Neighbour, _listening
from akson.app.supervisor.orders import Stage
from akson.app.wiring import open_node
from akson.app.wrapping.wrapping import wrap
from akson.identity.smart.clients import Client, Kind
from akson.store.inspection import claim_stage
from akson.store.server import databases
from akson_lab.old_products import gerda, letters_only
from akson_lab.people import residents
from akson_lab.wound_app.serving import CLIENT_ID, NAME, SCOPES, served
from tests.app.nodes import RunningNode, akson
from tests.web.browser.conftest import Readers, shot

pytestmark = pytest.mark.browser
UNIT = "hjemmetjenesten-ost"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def wraps(
    postgres_dsn: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Mapping[str, Neighbour]]:
    """Both products, each behind a node of its own with the demo's logins."""
    folder = tmp_path_factory.mktemp("wraps")
    (folder / "gerda.sql").write_bytes(gerda.dump())
    letters_only.write(folder / "letters")
    sources = {
        "gerda": (folder / "gerda.sql", {"HSO": UNIT}),
        "brev": (folder / "letters", {letters_only.UNIT: UNIT}),
    }
    tail = secrets.token_hex(4)
    names = {product: f"wrap_{product}_{tail}" for product in sources}
    made = [name + end for name in names.values() for end in ("", "_log")]
    await databases.make(postgres_dsn, made)
    nodes: dict[str, Neighbour] = {}
    try:
        for product, (source, units) in sources.items():
            bound = _listening("127.0.0.1", 0)
            address = f"http://127.0.0.1:{bound.getsockname()[1]}"
            dsn = urlunsplit(urlsplit(postgres_dsn)._replace(path=f"/{names[product]}"))
            told = {"data": str(folder / product), "database_url": dsn, "base_url": address}
            settings = all_settings.load(environ={}, options=told)
            await wrap(settings, product, source, units, "2026-11-20")
            async with open_node(settings, pool_size=4, filling=True) as node:
                await claim_stage(node.server.dsn("record"), Stage.DEMO)
                await prepare_demo(node, lambda _: None)
            nodes[product] = Neighbour(product, product, "", settings, Stage.DEMO, bound, told)
            await nodes[product].come()
        yield nodes
    finally:
        for one in nodes.values():
            await one.leave()
        await databases.drop(postgres_dsn, made)


async def approved(page: Page, who: str, search: str = "") -> None:
    """The system's own pages: who she is, if nobody is logged in, and yes."""
    login = page.locator(f'button[value="{who}"]')
    give = page.get_by_role("button", name="Gi tilgang")
    field = page.locator("#q")
    await login.or_(give).or_(field).first.wait_for()
    if await login.count():
        await login.click()
    if search:
        await field.fill(search)
        await page.click("main button[value=sok]")
        await page.get_by_role("radio").first.check()
    await give.click()


async def test_it_runs_unchanged_on_akson_and_before_two_old_products(
    readers: Readers, site: RunningNode, wraps: Mapping[str, Neighbour]
) -> None:
    systems = [("Storvik", f"{site.address}/fhir"), *((n, node.base) for n, node in wraps.items())]
    async with served(*systems) as app:
        ways = ("--redirect", f"{app}/", "--launch", f"{app}/")
        done = akson(
            "client", "add", CLIENT_ID, "--name", NAME, "--scopes", SCOPES, *ways, "--data", site.data
        )
        assert done.returncode == 0, done.stderr
        client = Client(CLIENT_ID, NAME, Kind.PUBLIC, SCOPES, (f"{app}/",), f"{app}/")
        for node in wraps.values():
            apps.clients(node.settings).add(replace(client))

        # Akson, opened from the record: it writes two measures and a picture.
        page = await readers.page("ida")
        picture = await page.screenshot()
        await page.goto("/pasient/astrid/apper")
        await page.get_by_role("button", name=NAME).click()
        await approved(page, "ida")
        await expect(page.get_by_role("heading", name="Astrid Bakken")).to_be_visible()
        await page.get_by_label("Lengde (cm)").fill("3,4")
        await page.get_by_label("Bredde (cm)").fill("2")
        await page.get_by_label("Bilde").set_input_files(
            {"name": "saar.png", "mimeType": "image/png", "buffer": picture}
        )
        await page.get_by_role("button", name="Lagre").click()
        await expect(page.get_by_text("Lagret.")).to_be_visible()
        await expect(page.locator("#measures")).to_contain_text("3,4 cm")
        await expect(page.locator("#photos img")).to_have_count(1)
        await shot(page, "app-akson")

        # The two old products, by itself: the same pages of the same app.
        for product, patient, has, lacks in (
            ("gerda", residents(gerda.SEED, 1)[0], "3,5 cm", "notater, allergier"),
            (
                "brev",
                residents(letters_only.SEED, 1, city="Nesvik")[0],
                "Kronisk leggsår",
                "planer, målinger",
            ),
        ):
            page = await readers.page()
            await page.goto(app)
            await page.get_by_role("button", name=product).click()
            await approved(page, "ida", patient.national_id)
            name = f"{patient.given} {patient.family}"
            await expect(page.get_by_role("heading", name=name)).to_be_visible()
            await expect(page.locator("main")).to_contain_text(has)
            await expect(page.locator("#read-only")).to_contain_text(re.compile("kan bare leses.*" + lacks))
            await expect(page.get_by_role("button", name="Lagre")).to_have_count(0)
            await shot(page, f"app-{product}")
