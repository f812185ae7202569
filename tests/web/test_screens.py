"""What every screen owes, walked over the one list of screens."""

import re
from pathlib import Path

import pytest

from akson import web
from akson.web.screens import SCREENS
from akson.web.shell.house import Audience, Screen, Way
from tests.web.conftest import Rooms

FOLDER = Path(web.__file__).parent
WAYS = [(screen, way) for screen in SCREENS for way in screen.ways]
WRONG_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|javascript:", re.IGNORECASE)
# hx-on, hx-vars and the like would need an eval that the policy forbids.
WRONG_HTMX = re.compile(r"\shx-(on|vars|vals=.js)", re.IGNORECASE)


def _path(way: Way) -> str:
    return re.sub(r"\{(\w+)\}", "astrid", way.path)


def _id(given: tuple[Screen, Way]) -> str:
    return f"{given[1].method} {given[1].path}"


def test_every_screen_folder_is_listed_in_order() -> None:
    folders = [
        f"{room.name}.{folder.name}"
        for room in sorted(FOLDER.iterdir())
        if (room / "__init__.py").exists() and room.name != "shell"
        for folder in sorted(room.iterdir())
        if (folder / "screen.py").exists()
    ]
    assert [screen.name for screen in SCREENS] == folders


@pytest.mark.parametrize("template", sorted(FOLDER.rglob("*.html")), ids=lambda p: str(p.relative_to(FOLDER)))
def test_no_template_has_script_or_style_of_its_own(template: Path) -> None:
    text = template.read_text("utf-8")
    assert not WRONG_SCRIPT.findall(text)
    assert not WRONG_HTMX.findall(text)
    assert "|safe" not in text and "| safe" not in text


@pytest.mark.parametrize("given", WAYS, ids=map(_id, WAYS))
async def test_who_is_not_logged_in_gets_nowhere(rooms: Rooms, given: tuple[Screen, Way]) -> None:
    screen, way = given
    answer = await rooms.visitor().request(way.method, _path(way))
    if screen.audience is Audience.ANYONE:
        return
    assert answer.status_code == 303 and answer.headers["location"].startswith("/logg-inn")
    assert answer.content == b""


@pytest.mark.parametrize("given", WAYS, ids=map(_id, WAYS))
async def test_every_answer_forbids_storing_framing_and_foreign_code(
    rooms: Rooms, given: tuple[Screen, Way]
) -> None:
    _, way = given
    answer = await rooms.visitor("ida").request(way.method, _path(way))
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy and "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize(
    "given", [w for w in WAYS if w[1].method == "POST" and w[0].audience is not Audience.ANYONE], ids=_id
)
@pytest.mark.parametrize("token", ["", "f" * 64], ids=["no token", "wrong token"])
async def test_no_form_is_taken_without_its_token(
    rooms: Rooms, given: tuple[Screen, Way], token: str
) -> None:
    who = "per" if given[1].path == "/tilgangslogg" else "ida"
    who = "astrid" if given[0].audience is Audience.CITIZEN else who
    answer = await rooms.visitor(who).post(_path(given[1]), data={"token": token, "q": "Astrid"})
    assert answer.status_code == 403 and "AKS-WEB-002" in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
    ids=str,
)
async def test_no_form_is_taken_from_another_site(rooms: Rooms, headers: dict[str, str]) -> None:
    for path, data in (("/logg-inn", {"hvem": "ida"}), ("/sok", {"q": "Astrid"})):
        answer = await rooms.visitor("ida", **headers).post(path, data=data)
        assert answer.status_code == 403 and "AKS-WEB-001" in answer.text
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/finnes/ikke", 404),
        ("GET", "/static/finnes-ikke.css", 404),
        ("GET", "/static/../build.py", 404),
        ("GET", "/static/%2e%2e/%2e%2e/build.py", 404),
        ("DELETE", "/innboks", 405),
        ("PUT", "/pasient/astrid", 405),
        ("GET", "/logg-ut", 405),
        ("GET", "/pasient/" + "a" * 3000, 404),
        ("GET", "/pasient/%00", 404),
        ("GET", "/pasient/..%2f..%2fetc", 404),
        ("GET", "/innboks/x/ta-ansvar", 405),
    ],
)
async def test_a_wrong_address_or_method_is_a_page_with_a_way_on(
    rooms: Rooms, method: str, path: str, status: int
) -> None:
    answer = await rooms.visitor("ida").request(method, path)
    assert answer.status_code == status
    if not path.startswith("/static"):
        assert 'href="/' in answer.text and "Traceback" not in answer.text
    if status == 405:
        assert answer.headers["allow"]


async def test_the_last_resort_is_a_page_that_tells_nothing(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> object:
        raise RuntimeError("Bakken, Astrid 128542")

    ida = rooms.visitor("ida")
    monkeypatch.setattr(rooms.record, "open", broken)
    answer = await ida.get("/innboks")
    assert answer.status_code == 500 and "AKS-WEB-500" in answer.text
    assert "Bakken" not in answer.text and "RuntimeError" not in answer.text
    assert "RuntimeError in broken:" in caplog.text and "Bakken" not in caplog.text


async def test_static_files_are_immutable_and_named_by_content(rooms: Rooms) -> None:
    page = (await rooms.visitor().get("/logg-inn")).text
    found = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert len(found) >= 6
    for path in found:
        answer = await rooms.visitor().get(path, headers={"accept-encoding": "gzip"})
        assert answer.status_code == 200 and "immutable" in answer.headers["cache-control"]
