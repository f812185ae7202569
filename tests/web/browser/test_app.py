"""An app of another site, in a real browser: the strict cookie, the page of approval, and the way back with a code."""

import base64
import hashlib
import json
import re
import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.app.nodes import RunningNode, akson
from tests.web.browser.conftest import Readers

pytestmark = pytest.mark.browser
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


class AppPages(BaseHTTPRequestHandler):
    """A page without anything; what came stands in its address."""

    def do_GET(self) -> None:
        page = b'<!doctype html><link rel="icon" href="data:,"><title>app</title>'
        self.send_response(200)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.send_header("content-length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def app() -> Iterator[str]:
    """Its address. `localhost` is another site than the node's 127.0.0.1."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), AppPages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()


def registered(site: RunningNode, app: str) -> None:
    given = ("--name", "Pustekurve", "--scopes", "launch launch/patient openid fhirUser patient/*.rs")
    ways = ("--redirect", f"{app}/ferdig", "--launch", f"{app}/start")
    done = akson("client", "add", "pustekurve", *given, *ways, "--data", site.data)
    assert done.returncode == 0, done.stderr


def request(readers: Readers, app: str, **more: str) -> str:
    given = {
        "response_type": "code", "client_id": "pustekurve", "redirect_uri": f"{app}/ferdig", "state": "s",
        "scope": "launch/patient patient/*.rs", "aud": f"{readers.address}/fhir",
        "code_challenge": CHALLENGE, "code_challenge_method": "S256",
    }  # fmt: skip
    return f"{readers.address}/godkjenn-app?{urllib.parse.urlencode(given | more)}"


def tokens(readers: Readers, app: str, address: str) -> dict[str, str]:
    code = urllib.parse.parse_qs(urllib.parse.urlsplit(address).query)["code"][0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": f"{app}/ferdig"}
    form |= {"client_id": "pustekurve", "code_verifier": VERIFIER}
    body = urllib.parse.urlencode(form).encode()
    with urllib.request.urlopen(f"{readers.address}/fhir/auth/token", data=body, timeout=20) as answer:
        return json.loads(answer.read())


async def test_an_app_of_another_site_is_approved_by_one_who_is_logged_in(
    readers: Readers, site: RunningNode, app: str
) -> None:
    registered(site, app)
    page = await readers.page("ida")
    await page.goto(f"{app}/begin")
    # As the app does it: from its own page, so that the browser keeps the strict cookie back.
    await page.evaluate("address => { location.href = address }", request(readers, app))
    await page.get_by_role("heading", name="Vil du gi Pustekurve tilgang?").wait_for()
    await page.fill("#q", "Astrid Bakken")
    await page.click("main button[value=sok]")
    await page.get_by_role("radio").first.check()
    await page.get_by_role("button", name="Gi tilgang").click()
    await page.wait_for_url(re.compile(re.escape(app) + "/ferdig"))
    told = tokens(readers, app, page.url)
    assert told["patient"] == "astrid"


async def test_an_app_is_opened_from_the_record(readers: Readers, site: RunningNode, app: str) -> None:
    registered(site, app)
    page = await readers.page("ida")
    await page.goto("/pasient/astrid")
    await page.get_by_role("link", name="Apper").click()
    await page.get_by_role("button", name="Pustekurve").click()
    await page.wait_for_url(re.compile(re.escape(app) + "/start"))
    launch = urllib.parse.parse_qs(urllib.parse.urlsplit(page.url).query)["launch"][0]
    asked = request(readers, app, scope="launch patient/*.rs", launch=launch)
    await page.evaluate("address => { location.href = address }", asked)
    await page.get_by_role("button", name="Gi tilgang").click()
    await page.wait_for_url(re.compile(re.escape(app) + "/ferdig"))
    assert tokens(readers, app, page.url)["patient"] == "astrid"
