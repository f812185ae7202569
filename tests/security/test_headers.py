"""Headers, cookies and methods as browsers and proxies meet them, at every door of a running node behind TLS and without."""

import http.client
from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

import pytest

from akson.app.safe_answers import FLOOR, HSTS, floor_of
from tests.app.nodes import RunningNode, node

DOORS = ("/fhir/metadata", "/fhir/Patient", "/fhir/nonsense", "/helse", "/logg-inn", "/innboks", "/finnes-ikke",
         "/log/checkpoint", "/log/policy", "/log/nonsense", "/witness/nonsense", "/verifiser/", "/static/nonsense",
         "/")  # fmt: skip
pytestmark = pytest.mark.security


@pytest.fixture(scope="module")
def behind_tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNode]:
    """A demo that is told it stands behind a proxy with TLS."""
    address = "https://akson.example"
    with node(tmp_path_factory.mktemp("tls"), "--workers", 1, command="up", AKSON_BASE_URL=address) as found:
        yield found


def ask(
    running: RunningNode, method: str, path: str, body: str = "", **headers: str
) -> http.client.HTTPResponse:
    place = urlsplit(running.address)
    line = http.client.HTTPConnection(place.hostname or "", place.port or 0, timeout=20)
    line.request(
        method, path, body or None, {name.replace("_", "-"): value for name, value in headers.items()}
    )
    answer = line.getresponse()
    answer.read()
    line.close()
    return answer


@pytest.mark.parametrize("path", DOORS)
@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
def test_every_answer_of_every_door_is_safe_in_a_browser(
    behind_tls: RunningNode, method: str, path: str
) -> None:
    answer = ask(behind_tls, method, path)
    for name, _ in (*FLOOR, HSTS):
        assert len(answer.headers.get_all(name.decode(), [])) == 1, (name, answer.headers.items())
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy and "base-uri 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] in ("no-referrer", "same-origin")
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    public = path in ("/log/checkpoint", "/log/policy") or path.startswith("/static/")
    assert public or answer.headers["cache-control"] == "no-store"
    assert "max-age=31536000" in answer.headers["strict-transport-security"]
    assert not {"server", "x-powered-by"} & {name.lower() for name in answer.headers}


def test_without_tls_nothing_is_promised_of_it() -> None:
    assert HSTS not in floor_of("") and HSTS not in floor_of("http://akson.example")
    assert HSTS in floor_of("https://akson.example")


def test_cookies_belong_to_this_host_and_to_no_script(behind_tls: RunningNode) -> None:
    login = {
        "Content_Type": "application/x-www-form-urlencoded",
        "Origin": "https://akson.example",
        "Host": "akson.example",
    }
    answer = ask(
        behind_tls, "POST", "/logg-inn", urlencode({"hvem": "ida"}), X_Forwarded_Proto="https", **login
    )
    assert answer.status == 303, answer.status
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-akson=")
    parts = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"secure", "httponly", "samesite=strict", "path=/"} <= parts and not any(
        p.startswith("domain") for p in parts
    )


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "OPTIONS", "PROPFIND", "FOO"])
def test_other_methods_are_refused_and_nothing_is_repeated(behind_tls: RunningNode, method: str) -> None:
    for path in ("/helse", "/logg-inn", "/fhir/Patient", "/log/checkpoint"):
        answer = ask(behind_tls, method, path, X_Marker="Gunhild")
        assert answer.status >= 400 or path == "/helse", (method, path, answer.status)
        assert "gunhild" not in str(answer.headers).lower()


def test_no_answer_lets_another_site_read_it(behind_tls: RunningNode) -> None:
    for path in DOORS:
        answer = ask(behind_tls, "GET", path, Origin="https://evil.example")
        allowed = {name.lower(): value for name, value in answer.headers.items()}
        # The FHIR door knows tokens alone and no cookie, so that another site's app with a token may ask (ADR 0086).
        if not path.startswith("/fhir"):
            assert "access-control-allow-origin" not in allowed, path
        assert "access-control-allow-credentials" not in allowed, path


def test_no_folder_no_source_and_no_debugger_is_served(behind_tls: RunningNode) -> None:
    for path in ("/static/", "/static/../shell/gate.py", "/static/%2e%2e/gate.py", "/.git/config", "/docs", "/openapi.json",
                 "/metrics", "/debug", "/server-status", "/keys/token.pem", "/akson.toml", "/log/tile/"):  # fmt: skip
        assert ask(behind_tls, "GET", path).status in (400, 404), path
