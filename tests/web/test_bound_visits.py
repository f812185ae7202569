"""What the screens let through of a session that is bound to a browser: nothing without its key, nothing while it rests."""

from dataclasses import dataclass

import httpx
import pytest

from akson.app.cast import CAST
from akson.identity.sessions import Vouched
from akson.identity.sessions.proofs import Asked
from akson.web.shell import forms
from akson.world import SystemClock
from tests.identity.browser_key import BrowserKey
from tests.web.conftest import Rooms

PIN, SECRET = "7294", "s" * 43


@dataclass
class Bound:
    rooms: Rooms
    client: httpx.AsyncClient
    key: BrowserKey
    id: str
    token: str

    def proof(self, path: str) -> dict[str, str]:
        return {"akson-proof": self.key.proof("POST", path, self.id)}

    @property
    def cookie(self) -> str:
        return self.client.cookies["akson"]

    def lock(self) -> None:
        self.rooms.sessions.lock(self.cookie)


@pytest.fixture
def bound(rooms: Rooms) -> Bound:
    """Ida at a browser with a key and a PIN."""
    key = BrowserKey(SystemClock())
    cookie = rooms.sessions.start_vouched(CAST["ida"], Vouched("helseid"), needs_device=True)
    id = cookie.split(".")[1]
    cookie = rooms.sessions.bind(
        cookie, key.proof("POST", "/okt/bind", id, first=True), Asked("POST", "/okt/bind", id)
    )
    session = rooms.sessions.look(cookie)
    assert session
    rooms.sessions.pins.choose(session.actor, session.device, SECRET, PIN)
    client = rooms.visitor()
    client.cookies.set("akson", cookie, domain="node.test")
    client.cookies.set("akson-device", SECRET, domain="node.test")
    return Bound(rooms, client, key, id, forms.token(session.form_key))


async def test_a_form_needs_the_key_as_well(bound: Bound) -> None:
    form = {"token": bound.token, "q": "Astrid"}
    assert (await bound.client.get("/innboks")).status_code == 200
    without = await bound.client.post("/sok", data=form)
    assert (
        without.status_code == 401
        and "AKS-SESSION-001" in without.text
        and "Astrid Bakken" not in without.text
    )
    proof = bound.proof("/sok")
    assert (await bound.client.post("/sok", data=form, headers=proof)).status_code in (200, 303)
    assert (await bound.client.post("/sok", data=form, headers=proof)).status_code == 401, "used once"
    assert (await bound.client.post("/sok", data=form, headers=bound.proof("/logg-ut"))).status_code == 401
    field = form | {"proof": bound.proof("/sok")["akson-proof"]}
    assert (await bound.client.post("/sok", data=field)).status_code in (200, 303), (
        "a plain form has it in a field"
    )


async def test_a_locked_session_says_who_and_nothing_else(bound: Bound) -> None:
    bound.lock()
    page = await bound.client.get("/pasient/astrid")
    assert (
        page.status_code == 401
        and "Låst" in page.text
        and "Ida Nilsen" in page.text
        and "Bakken" not in page.text
    )
    part = await bound.client.get("/innboks", headers={"hx-request": "true"})
    assert (part.status_code, part.headers["akson-standing"], part.content) == (204, "locked", b"")
    form = {"token": bound.token, "q": "Astrid"}
    answer = await bound.client.post("/sok", data=form, headers=bound.proof("/sok"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/las")
    assert (await bound.client.get("/las")).status_code == 401
    assert (await bound.client.get("/")).headers["location"] == "/innboks"


async def test_the_pin_opens_it_with_the_key_alone(bound: Bound) -> None:
    bound.lock()
    without = await bound.client.post("/las/apne", data={"pin": PIN})
    assert (without.status_code, without.json()["id"]) == (401, "AKS-SESSION-001")
    wrong = await bound.client.post("/las/apne", data={"pin": "1111"}, headers=bound.proof("/las/apne"))
    assert wrong.status_code == 403 and wrong.json()["said"] == "Feil PIN-kode. Du har 4 forsøk igjen."
    right = await bound.client.post("/las/apne", data={"pin": PIN}, headers=bound.proof("/las/apne"))
    assert right.status_code == 200 and "samesite=strict" in right.headers["set-cookie"].lower()
    assert (await bound.client.get("/innboks")).status_code == 200


async def test_without_this_browsers_half_no_try_is_spent(bound: Bound) -> None:
    bound.lock()
    bound.client.cookies.delete("akson-device")
    answer = await bound.client.post("/las/apne", data={"pin": PIN}, headers=bound.proof("/las/apne"))
    assert answer.status_code == 403 and answer.json()["id"] == "AKS-SESSION-007"


async def test_renewal_gives_a_cookie_to_the_key_alone(bound: Bound) -> None:
    assert (await bound.client.post("/okt/forny", data={"aktiv": "1"})).status_code == 401
    answer = await bound.client.post("/okt/forny", data={"aktiv": "0"}, headers=bound.proof("/okt/forny"))
    assert (
        answer.status_code == 200
        and answer.json()["now"] > 0
        and "httponly" in answer.headers["set-cookie"].lower()
    )


async def test_a_machine_whose_clock_is_wrong_is_told_the_time(bound: Bound) -> None:
    late = {"akson-proof": bound.key.proof("POST", "/okt/forny", bound.id, iat=1)}
    answer = await bound.client.post("/okt/forny", data={"aktiv": "0"}, headers=late)
    assert (answer.status_code, answer.json()["id"]) == (401, "AKS-SESSION-002") and answer.json()["now"] > 1


@pytest.mark.parametrize("path", ["/okt/bind", "/okt/forny", "/las", "/las/apne", "/logg-inn/rolle"])
async def test_another_site_can_neither_lock_nor_renew(bound: Bound, path: str) -> None:
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        answer = await bound.client.post(path, data={}, headers=headers)
        assert answer.status_code == 403 and "set-cookie" not in answer.headers
    assert (await bound.client.get("/innboks")).status_code == 200


async def test_nobody_is_told_anything_without_a_session(rooms: Rooms) -> None:
    for path in ("/okt/bind", "/okt/forny", "/las/apne"):
        answer = await rooms.visitor().post(path, data={"pin": "1"})
        assert (answer.status_code, answer.json()["id"]) == (401, "AKS-SESSION-000")


async def test_leaving_is_open_to_one_who_is_locked_out(bound: Bound) -> None:
    bound.lock()
    answer = await bound.client.post("/logg-ut", data={"token": bound.token})
    assert answer.headers["location"] == "/logg-inn?ut"
    assert bound.rooms.sessions.look(bound.cookie if "akson" in bound.client.cookies else "") is None


async def test_a_login_as_another_in_the_same_browser_ends_the_first(bound: Bound) -> None:
    hers = bound.cookie
    await bound.client.post("/logg-inn", data={"hvem": "siri"})
    assert bound.rooms.sessions.look(hers) is None


async def test_hidden_and_missing_are_the_same_page_here_too(bound: Bound) -> None:
    hidden = await bound.client.get("/pasient/probe-x")
    missing = await bound.client.get("/pasient/finnes-ikke")
    assert hidden.status_code == missing.status_code == 404 and hidden.content == missing.content


async def test_a_pin_is_chosen_soon_after_the_login_alone(bound: Bound) -> None:
    page = await bound.client.get("/pin?til=//evil.example")
    assert page.status_code == 200 and 'name="til" value="/innboks"' in page.text
    form = {"token": bound.token, "til": "/innboks", "pin": "1234", "igjen": "1234"}
    poor = await bound.client.post("/pin", data=form, headers=bound.proof("/pin"))
    assert poor.status_code == 422 and "ikke være en rekke" in poor.text
    good = await bound.client.post(
        "/pin", data=form | {"pin": "9183", "igjen": "9183"}, headers=bound.proof("/pin")
    )
    assert good.headers["location"] == "/innboks"
    assert "akson-device" in good.headers["set-cookie"] and "httponly" in good.headers["set-cookie"].lower()
