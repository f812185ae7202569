"""The way in at an issuer, as HTTP sees it: tied to one browser, walked once, with a choice for one of several roles."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest_asyncio
from starlette.applications import Starlette

from akson import web
from akson.app.reception import Reception
from akson.identity.openid.pending import Pending, PendingLogins
from akson.web.shell.house import NodeName, OpenIdLogin
from akson.world import SystemClock, SystemRandom
from tests.identity.browser_key import BrowserKey
from tests.identity.hostile_issuer import HPR, Deceived, lying, signed
from tests.web.conftest import Rooms
from tests.web.test_reception import practitioner, role


@dataclass
class Way:
    rooms: Rooms
    app: Starlette
    issuer: Deceived

    async def there(self, browser: httpx.AsyncClient, til: str = "/innboks") -> str:
        """To the issuer; gives the address it would send the browser back to."""
        answer = await browser.get(f"/logg-inn/test?til={til}")
        assert answer.status_code == 303 and answer.headers["location"].startswith(
            f"{self.issuer.issuer.issuer}/auth?"
        )
        asked = self.issuer.issuer.forms[-1]
        self.issuer.issuer.pending = Pending("test", asked["state"], asked["nonce"], "", "", 0)
        query = {"code": "c", "state": asked["state"], "iss": self.issuer.issuer.issuer}
        return str(httpx.URL("/logg-inn/tilbake/test", params=query))


@pytest_asyncio.fixture(loop_scope="session")
async def way(rooms: Rooms, tmp_path: Path) -> AsyncIterator[Way]:
    async with lying(tmp_path) as issuer:
        app = web.build(
            rooms.record,
            sessions=rooms.sessions,
            clock=SystemClock(),
            node=NodeName("Storvik kommune"),
            issuers=OpenIdLogin(
                {"test": issuer.client},
                PendingLogins(tmp_path / "logins", clock=SystemClock()),
                Reception(rooms.record),  # type: ignore[arg-type]
                SystemRandom(),
            ),
        )
        yield Way(rooms, app, issuer)


async def test_the_page_names_the_issuers_and_keeps_the_goal(way: Way) -> None:
    page = await way.rooms.visitor(app=way.app).get("/logg-inn?til=/pasient/astrid")
    assert 'href="/logg-inn/test?til=/pasient/astrid"' in page.text and "Logg inn med HelseID" in page.text
    assert "Hvem vil du være" not in page.text


async def test_in_and_bound_before_anything_is_shown(way: Way) -> None:
    browser = way.rooms.visitor(app=way.app)
    back = await way.there(browser)
    login = next(c for c in browser.cookies.jar if c.name == "akson-login")
    assert login.path == "/logg-inn" and login.value not in back
    page = await browser.get(back)
    assert page.status_code == 200 and 'data-goal="/innboks"' in page.text and "data-bind" in page.text
    assert "akson-login" not in browser.cookies, "forgotten once it was used"
    assert (await browser.get("/innboks")).status_code == 401
    assert (await browser.get(back)).status_code == 401, "walked once"


async def test_another_browser_gets_nothing_of_it(way: Way) -> None:
    back = await way.there(way.rooms.visitor(app=way.app))
    for other in (way.rooms.visitor(app=way.app), way.rooms.visitor(app=way.app)):
        await way.there(other)
        page = await other.get(back)
        assert page.status_code == 401 and "akson=" not in page.headers.get("set-cookie", "")
        assert "AKS-LOGIN-011" in page.text


async def test_a_refusal_is_in_bokmal_with_its_id(way: Way) -> None:
    browser = way.rooms.visitor(app=way.app)
    back = await way.there(browser)
    way.issuer.issuer.lies.id_token = {HPR: "9999999"}
    page = await browser.get(back)
    assert (
        page.status_code == 403 and "Du er ikke registrert her." in page.text and "AKS-LOGIN-030" in page.text
    )
    assert "9999999" not in page.text


async def test_a_goal_elsewhere_is_forgotten(way: Way) -> None:
    browser = way.rooms.visitor(app=way.app)
    page = await browser.get(await way.there(browser, til="//evil.example"))
    assert 'data-goal="/innboks"' in page.text


async def test_one_with_several_roles_says_which(way: Way) -> None:
    await way.rooms.put(
        practitioner("flere", "9900081"),
        role("flere-1", "flere"),
        role("flere-2", "flere", unit="storvik-legevakt"),
    )
    way.issuer.issuer.lies.id_token = {HPR: "9900081"}
    browser = way.rooms.visitor(app=way.app)
    page = await browser.get(await way.there(browser))
    assert (
        "Hvem er du i dag?" in page.text
        and "Storvik legevakt" in page.text
        and "akson" not in browser.cookies
    )
    thief = await way.rooms.visitor(app=way.app).post("/logg-inn/rolle", data={"rolle": "1"})
    assert thief.status_code == 401
    chosen = await browser.post("/logg-inn/rolle", data={"rolle": "1"})
    assert chosen.status_code == 200
    session = way.rooms.sessions.look(browser.cookies["akson"])
    assert session and session.actor.unit_name == "Storvik legevakt"
    assert (await browser.post("/logg-inn/rolle", data={"rolle": "0"})).status_code == 401, "chosen once"


async def test_a_role_that_was_not_offered_is_none(way: Way) -> None:
    way.issuer.issuer.lies.id_token = {HPR: "9900081"}
    for wrong in ("2", "-1", "", "x"):
        browser = way.rooms.visitor(app=way.app)
        await browser.get(await way.there(browser))
        assert (await browser.post("/logg-inn/rolle", data={"rolle": wrong})).status_code == 401


async def test_the_issuer_may_end_it(way: Way) -> None:
    way.issuer.issuer.lies.id_token = {"sid": "sid-7"}
    browser = way.rooms.visitor(app=way.app)
    await browser.get(await way.there(browser))
    cookie, now = browser.cookies["akson"], int(SystemClock().now().timestamp())
    assert way.rooms.sessions.look(cookie)
    told = {
        "iss": way.issuer.issuer.issuer, "aud": "akson", "iat": now, "exp": now + 60, "jti": "1", "sid": "sid-7",
        "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
    }  # fmt: skip
    server = way.rooms.visitor(app=way.app)
    for wrong in ("", "x", signed(told | {"aud": "other"}, {})):
        assert (await server.post("/logg-ut/bakkanal/test", data={"logout_token": wrong})).status_code == 400
    assert way.rooms.sessions.look(cookie)
    assert (
        await server.post("/logg-ut/bakkanal/test", data={"logout_token": signed(told, {})})
    ).status_code == 200
    assert way.rooms.sessions.look(cookie) is None


async def test_a_role_that_is_taken_away_ends_the_session_at_the_next_renewal(way: Way) -> None:
    """K-05: gone within the minute that a cookie lives."""
    await way.rooms.put(practitioner("slutter", "9900082"), role("slutter-rolle", "slutter"))
    way.issuer.issuer.lies.id_token = {HPR: "9900082"}
    browser, key = way.rooms.visitor(app=way.app), BrowserKey(SystemClock())
    await browser.get(await way.there(browser))
    id = browser.cookies["akson"].split(".")[1]

    async def ask(path: str, **more: bool) -> int:
        headers = {"akson-proof": key.proof("POST", path, id, **more)}
        return (await browser.post(path, data={"aktiv": "1"}, headers=headers)).status_code

    assert await ask("/okt/bind", first=True) == 200
    assert await ask("/okt/forny") == 200
    await way.rooms.put(role("slutter-rolle", "slutter", active=False))
    assert await ask("/okt/forny") == 401
    assert way.rooms.sessions.look(browser.cookies["akson"]) is None


async def test_there_is_no_such_issuer(rooms: Rooms, way: Way) -> None:
    for app in (way.app, rooms.app):
        for path in ("/logg-inn/annen", "/logg-inn/tilbake/annen", "/logg-inn/..%2fx"):
            assert (await rooms.visitor(app=app).get(path)).status_code == 404
