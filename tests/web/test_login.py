"""Login as one of the cast, logout, and what the cookie is worth."""

import pytest

from akson import web
from akson.app.cast import CAST
from akson.identity.rates import Rates
from akson.web.shell.gate import goal_of, safe_path
from akson.web.shell.house import CastMember, DemoLogin, NodeName
from akson.world import SystemClock
from tests.web.conftest import Rooms


async def test_login_as_ida_leads_to_her_inbox(rooms: Rooms) -> None:
    visitor = rooms.visitor()
    page = await visitor.get("/logg-inn")
    assert "Hvem vil du være?" in page.text and "Ida Nilsen" in page.text
    answer = await visitor.post("/logg-inn", data={"hvem": "ida"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/innboks")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie and "secure" not in cookie
    assert (await visitor.get("/innboks")).status_code == 200


async def test_the_cookie_is_secure_where_tls_is(rooms: Rooms) -> None:
    for more in ({"x-forwarded-proto": "https"}, {}):
        visitor = rooms.visitor(**more, origin="https://node.test")
        answer = await visitor.post("https://node.test/logg-inn", data={"hvem": "ida"})
        cookie = answer.headers["set-cookie"]
        assert (
            cookie.startswith("__Host-akson=") and "secure" in cookie.lower() and "path=/;" in cookie.lower()
        )
        assert (await visitor.get("https://node.test/innboks")).status_code == 200
        left = await visitor.post("https://node.test/logg-inn", data={"hvem": "omar"})
        assert left.headers["set-cookie"].startswith("__Host-akson=")


async def test_a_page_asked_for_before_login_is_shown_after_it(rooms: Rooms) -> None:
    visitor = rooms.visitor()
    answer = await visitor.get("/pasient/astrid?x=1")
    assert answer.headers["location"] == "/logg-inn?til=/pasient/astrid%3Fx%3D1"
    assert 'value="/pasient/astrid?x=1"' in (await visitor.get(answer.headers["location"])).text
    answer = await visitor.post("/logg-inn", data={"hvem": "ida", "til": "/pasient/astrid?x=1"})
    assert answer.headers["location"] == "/pasient/astrid?x=1"


@pytest.mark.parametrize(
    "path",
    ["//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example", "/\n/evil.example", "\\\\evil",
     "javascript:alert(1)", "evil", "/a\\..\\b", "/ /x", ""],
)  # fmt: skip
def test_a_login_leads_nowhere_else(path: str) -> None:
    assert safe_path(path) == ""
    assert goal_of(CAST["ida"], path) == "/innboks"


def test_a_login_leads_to_a_page_made_for_the_one_who_came() -> None:
    assert goal_of(CAST["astrid"], "/pasient/astrid") == "/min"
    assert goal_of(CAST["astrid"], "/min/tilgangslogg") == "/min/tilgangslogg"
    assert goal_of(CAST["ida"], "/min") == "/innboks"
    assert goal_of(CAST["ida"], "/mine") == "/mine"


@pytest.mark.parametrize("who", ["", "nobody", "<script>"])
async def test_one_who_is_not_of_the_cast_does_not_get_in(rooms: Rooms, who: str) -> None:
    answer = await rooms.visitor().post("/logg-inn", data={"hvem": who})
    assert answer.status_code == 403 and "set-cookie" not in answer.headers
    assert "<script>" not in answer.text.replace("<script src", "")


async def test_without_the_demo_issuer_nobody_gets_in(rooms: Rooms) -> None:
    visitor = rooms.visitor(app=rooms.build(demo=False))
    page = await visitor.get("/logg-inn")
    assert "Ingen kan logge inn ennå" in page.text and "Ida Nilsen" not in page.text
    answer = await visitor.post("/logg-inn", data={"hvem": "ida"})
    assert answer.status_code == 403 and "set-cookie" not in answer.headers


async def test_logout_ends_the_session_everywhere(rooms: Rooms) -> None:
    ida = rooms.visitor("ida")
    token = _token((await ida.get("/innboks")).text)
    cookie = ida.cookies["akson"]
    answer = await ida.post("/logg-ut", data={"token": token})
    assert answer.headers["location"] == "/logg-inn?ut" and "clear-site-data" in answer.headers
    again = rooms.visitor()
    again.cookies.set("akson", cookie)
    assert (await again.get("/innboks")).status_code == 303


async def test_who_logs_in_on_a_shared_machine_puts_the_first_one_out(rooms: Rooms) -> None:
    machine = rooms.visitor("ida")
    hers = machine.cookies["akson"]
    await machine.post("/logg-inn", data={"hvem": "siri"})
    again = rooms.visitor()
    again.cookies.set("akson", hers)
    assert (await again.get("/innboks")).status_code == 303


async def test_nobody_is_logged_out_by_another_site(rooms: Rooms) -> None:
    ida = rooms.visitor("ida")
    assert (await ida.post("/logg-ut", data={"token": ""})).status_code == 403
    assert (await ida.get("/innboks")).status_code == 200


@pytest.mark.parametrize("cookie", ["x", "a.b.c", "ø", "0" * 9000])
async def test_a_cookie_of_nonsense_is_no_login(rooms: Rooms, cookie: str) -> None:
    answer = await rooms.visitor().get("/innboks", headers={"cookie": f"akson={cookie}".encode()})  # type: ignore[dict-item]
    assert answer.status_code == 303


@pytest.mark.parametrize(
    ("body", "type", "status"),
    [
        (b"hvem=ida&x=" + b"a" * 70_000, "application/x-www-form-urlencoded", 413),
        (b"&".join(b"a%d=1" % n for n in range(600)), "application/x-www-form-urlencoded", 400),
        (b"hvem=%ff%fe", "application/x-www-form-urlencoded", 403),
        (b"{}", "application/json", 400),
        (b"--x\r\n", "multipart/form-data; boundary=x", 400),
        (b"", "", 400),
    ],
    ids=["too large", "too many fields", "not utf-8", "json", "multipart", "nothing"],
)
async def test_a_form_that_cannot_be_read_is_refused_with_words(
    rooms: Rooms, body: bytes, type: str, status: int
) -> None:
    async def chunks():
        for start in range(0, len(body), 4096):
            yield body[start : start + 4096]

    answer = await rooms.visitor().post("/logg-inn", content=chunks(), headers={"content-type": type})
    assert answer.status_code == status and "AKS-WEB-" in answer.text


def _token(page: str) -> str:
    return page.split('name="token" value="', 1)[1].split('"', 1)[0]


async def test_one_who_asks_too_much_is_told_calmly_and_logins_are_counted(rooms: Rooms) -> None:
    limits = Rates(user=0.2, partner=0, login_per_minute=3, now_s=lambda: 0.0)
    app = web.build(
        rooms.record,
        sessions=rooms.sessions,
        clock=SystemClock(),
        node=NodeName("Storvik kommune"),
        login=DemoLogin((CastMember(CAST["ida"]),)),
        rates=limits,
    )
    visitor = rooms.visitor("", app)
    answers = [await visitor.post("/logg-inn", data={"hvem": "ida"}) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [303, 303, 303, 429]
    ida = rooms.visitor("ida", app)
    pages = [await ida.get("/innboks") for _ in range(3)]
    assert [page.status_code for page in pages] == [200, 200, 429]
    assert "for mange forespørsler" in pages[2].text and int(pages[2].headers["retry-after"]) >= 1
