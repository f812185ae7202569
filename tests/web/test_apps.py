"""Apps from the first page to the last token: launched from a record or by themselves, approved, renewed, revoked."""

import html
import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest

from akson.access.actor import PurposeOfUse
from akson.app.cast import CAST
from akson.identity.issuers.local import REMEMBERED_S
from akson.identity.smart.clients import Kind, wrong
from tests.web.apps import (
    BACK,
    CHALLENGE,
    CLIENTS,
    FHIR,
    KEYS,
    PRIVATE,
    THIEF,
    VERIFIER,
    Town,
    asks,
    by_code,
    hidden,
    town,
    way_back,
)
from tests.web.conftest import ADDRESS

__all__ = ["town"]


async def test_what_is_declared_is_what_is_there(town: Town) -> None:
    told = (await town.http.get("/fhir/.well-known/smart-configuration")).json()
    for name in (
        "authorization_endpoint",
        "token_endpoint",
        "introspection_endpoint",
        "revocation_endpoint",
        "jwks_uri",
    ):
        assert told[name].startswith(ADDRESS)
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert {"launch-ehr", "launch-standalone", "permission-v2", "client-confidential-asymmetric"} <= set(
        told["capabilities"]
    )
    assert (await town.http.get(told["jwks_uri"])).json()["keys"][0]["kty"] == "EC"
    openid = (await town.http.get("/fhir/.well-known/openid-configuration")).json()
    assert openid["issuer"] == told["issuer"] == FHIR
    security = (await town.http.get("/fhir/metadata")).json()["rest"][0]["security"]
    assert security["service"][0]["coding"][0]["code"] == "SMART-on-FHIR"
    answer = await town.http.options("/fhir/auth/token")
    assert answer.status_code == 204 and answer.headers["access-control-allow-origin"] == "*"


async def test_standalone_with_a_patient_picked_through_the_records_search(town: Town) -> None:
    browser = town.browser("ida")
    page = await browser.get(
        f"/godkjenn-app?{asks(scope='openid fhirUser launch/patient patient/Observation.rs')}"
    )
    assert (
        "Vil du gi Pustekurve tilgang?" in page.text
        and "se målinger og prøvesvar for denne pasienten" in page.text
    )
    assert "Gi tilgang" not in page.text, "nobody is chosen yet"
    page = await browser.post("/godkjenn-app", data=hidden(page.text) | {"svar": "sok", "q": "Astrid Bakken"})
    assert 'value="astrid"' in page.text
    code = way_back(
        await browser.post("/godkjenn-app", data=hidden(page.text) | {"svar": "ja", "pasient": "astrid"})
    )
    assert (code["state"], code["iss"]) == ("s-1", FHIR)
    answer = await town.form("token", client_id="app", **by_code(code["code"]))
    told = answer.json()
    assert (told["patient"], told["token_type"]) == ("astrid", "Bearer") and told["expires_in"] <= 600
    assert "patient/Observation.rs" in told["scope"] and "refresh_token" not in told
    jwks = (await town.http.get("/fhir/.well-known/jwks.json")).json()
    key = jwt.PyJWK(jwks["keys"][0]).key
    said = jwt.decode(
        told["id_token"],
        key,
        ["ES256"],
        audience="app",
        issuer=FHIR,
        options={"verify_exp": False, "verify_iat": False},
    )
    assert said["fhirUser"] == f"{FHIR}/Practitioner/ida"
    assert (await town.ask("Observation?patient=astrid", told["access_token"])).json()["entry"]
    assert (await town.ask("Patient/astrid", told["access_token"])).status_code == 404
    found = await town.ask("Observation", told["access_token"])
    assert {e["resource"]["subject"]["reference"] for e in found.json()["entry"]} == {"Patient/astrid"}


async def test_opened_from_the_record(town: Town) -> None:
    browser = town.browser("ida")
    assert 'href="/pasient/astrid/apper"' in (await browser.get("/pasient/astrid")).text
    page = await browser.get("/pasient/astrid/apper")
    assert "Pustekurve" in page.text and "Trygg app" not in page.text
    page = await browser.post("/pasient/astrid/apper", data=hidden(page.text) | {"app": "app"})
    address = html.unescape(re.search(r'content="0;url=([^"]*)"', page.text)[1])  # type: ignore[index]
    given = parse_qs(urlsplit(address).query)
    assert (
        address.startswith("https://app.example.no/start?")
        and given["iss"] == [FHIR]
        and "astrid" not in address
    )
    query = asks(scope="launch patient/*.rs", launch=given["launch"][0])
    for other in ("siri", "astrid"):
        refused = await town.browser(other).get(f"/godkjenn-app?{query}")
        assert refused.status_code == 400 and "AKS-SMART-008" in refused.text, "somebody else's launch"
    page = await browser.get(f"/godkjenn-app?{query}")
    assert "Astrid" in page.text and "Gi tilgang" in page.text
    answer = await browser.post("/godkjenn-app", data=hidden(page.text) | {"svar": "ja", "pasient": "omar"})
    code = way_back(answer)["code"]
    told = (await town.form("token", client_id="app", **by_code(code))).json()
    assert told["patient"] == "astrid", "the launch decides, not the form"
    again = await browser.get(f"/godkjenn-app?{query}")
    assert "AKS-SMART-008" in again.text, "a launch is good once"


async def test_a_citizens_app_is_for_her_own_record(town: Town) -> None:
    told = await town.tokens("astrid", "astrid", scope="launch/patient patient/*.rs")
    assert told["patient"] == "astrid"
    assert (await town.ask("Patient/astrid", told["access_token"])).status_code == 200
    told = await town.tokens("marit", "astrid")
    assert told["patient"] == "astrid"


async def test_no_app_opens_what_its_user_may_not(town: Town) -> None:
    browser = town.browser("omar")
    page = await browser.get(f"/godkjenn-app?{asks()}")
    refused = await browser.post(
        "/godkjenn-app", data=hidden(page.text) | {"svar": "ja", "pasient": "astrid"}
    )
    missing = await browser.post(
        "/godkjenn-app", data=hidden(page.text) | {"svar": "ja", "pasient": "nobody"}
    )
    assert refused.status_code == missing.status_code == 404
    assert "code=" not in refused.text
    told = await town.tokens("omar", scope="user/*.rs")
    assert (await town.ask("Patient/astrid", told["access_token"])).status_code == 404
    told = await town.tokens("ida", scope="user/*.rs")
    assert (await town.ask("Patient/astrid", told["access_token"])).status_code == 200


async def test_search_arguments_of_a_scope_hold_at_the_door(town: Town) -> None:
    told = await town.tokens("ida", "astrid", client_id="narrow", scope="patient/Observation.rs")
    assert told["scope"] == "patient/Observation.rs?code=http://loinc.org|8867-4"
    found = (await town.ask("Observation", told["access_token"])).json()["entry"]
    assert found and {c["code"] for e in found for c in e["resource"]["code"]["coding"]} >= {"8867-4"}
    assert all(any(c["code"] == "8867-4" for c in e["resource"]["code"]["coding"]) for e in found)


async def test_a_browser_sent_by_another_site_comes_again_from_ours(town: Town) -> None:
    """The cookie is SameSite=Strict: the first request comes without it, as if nobody were logged in."""
    stranger = town.browser()
    page = await stranger.get(f"/godkjenn-app?{asks()}")
    address = html.unescape(re.search(r'content="0;url=([^"]*)"', page.text)[1])  # type: ignore[index]
    assert address.startswith("/godkjenn-app?") and address.endswith("&igjen")
    to_login = await stranger.get(address)
    assert to_login.status_code == 303 and to_login.headers["location"].startswith(
        "/logg-inn?til=/godkjenn-app"
    )
    for who in ("ida", "astrid"):
        fields = {"hvem": who, "til": address}
        answer = await town.browser().post("/logg-inn", data=fields)
        assert answer.headers["location"] == address
    assert "Vil du gi Pustekurve tilgang?" in (await town.browser("ida").get(address)).text


async def test_no_is_told_to_the_app(town: Town) -> None:
    browser = town.browser("ida")
    page = await browser.get(f"/godkjenn-app?{asks()}")
    answer = way_back(await browser.post("/godkjenn-app", data=hidden(page.text) | {"svar": "nei"}))
    assert answer == {"error": "access_denied", "state": "s-1", "iss": FHIR}


# what the app asks -> error that it is told of; "" for a page without a way back
WRONG_ASKS: list[tuple[dict[str, str], str]] = [
    ({"client_id": "nobody"}, ""),
    ({"client_id": "../clients/app"}, ""),
    ({"client_id": "count"}, ""),
    ({"redirect_uri": "https://evil.example/ferdig"}, ""),
    ({"redirect_uri": BACK + "/"}, ""),
    ({"redirect_uri": BACK + "?x=1"}, ""),
    ({"redirect_uri": ""}, ""),
    ({"response_type": "token"}, "unsupported_response_type"),
    ({"state": ""}, "invalid_request"),
    ({"aud": "https://other.example/fhir"}, "invalid_request"),
    ({"aud": ""}, "invalid_request"),
    ({"code_challenge": ""}, "invalid_request"),
    ({"code_challenge_method": "plain"}, "invalid_request"),
    ({"code_challenge": "short"}, "invalid_request"),
    ({"scope": ""}, "invalid_scope"),
    ({"scope": "system/*.rs"}, "invalid_scope"),
    ({"scope": "patient/*.cud"}, "invalid_scope"),
    ({"scope": "patient/Nonsense.rs"}, "invalid_scope"),
    ({"scope": "patient/Observation.rs?date=gt2020"}, "invalid_scope"),
    ({"launch": "made-up"}, "invalid_request"),
    ({"scope": "launch patient/*.rs"}, "invalid_request"),
]


@pytest.mark.parametrize(("more", "error"), WRONG_ASKS, ids=lambda v: str(v)[:60])
async def test_wrong_requests_lead_nowhere(town: Town, more: dict[str, str], error: str) -> None:
    answer = await town.browser("ida").get(f"/godkjenn-app?{asks(**more)}")
    if not error:
        assert answer.status_code == 400 and "evil.example" not in answer.text and "url=" not in answer.text
        return
    told = way_back(answer)
    assert told["error"] == error and "code" not in told


async def test_a_form_from_elsewhere_approves_nothing(town: Town) -> None:
    browser = town.browser("ida")
    given = {"foresporsel": asks(), "svar": "ja", "pasient": "astrid"}
    assert (await browser.post("/godkjenn-app", data=given)).status_code == 403
    page = await browser.get(f"/godkjenn-app?{asks()}")
    foreign = await browser.post(
        "/godkjenn-app", data=hidden(page.text) | given, headers={"origin": "https://evil.example"}
    )
    assert foreign.status_code == 403


async def test_codes_are_good_once_for_a_minute_for_one_app_and_verifier(town: Town) -> None:
    async def exchanged(code: str, **more: str) -> tuple[int, str]:
        given = {
            "grant_type": "authorization_code",
            "redirect_uri": BACK,
            "client_id": "app",
            "code_verifier": VERIFIER,
        }
        answer = await town.form("token", code=code, **(given | more))
        return answer.status_code, answer.json().get("error", "")

    wrong = (400, "invalid_grant")
    assert await exchanged(await town.code("ida", "astrid"), code_verifier="w" * 64) == wrong
    assert await exchanged(await town.code("ida", "astrid"), code_verifier=CHALLENGE) == wrong
    assert await exchanged(await town.code("ida", "astrid"), redirect_uri=BACK + "/") == wrong
    assert await exchanged(await town.code("ida", "astrid"), client_id="narrow") == wrong
    assert await exchanged("made-up") == wrong
    code = await town.code("ida", "astrid")
    town.clock.advance(timedelta(seconds=61))
    assert await exchanged(code) == wrong
    code = await town.code("ida", "astrid")
    good = await town.form("token", client_id="app", **by_code(code))
    token = good.json()["access_token"]
    assert (await town.ask("Patient/astrid", token)).status_code == 200
    assert await exchanged(code) == wrong
    town.clock.advance(timedelta(seconds=REMEMBERED_S))
    refused = await town.ask("Patient/astrid", token)
    assert refused.status_code == 401 and "AKS-IDENTITY-012" in refused.text, (
        "what the first got has ended too"
    )


async def test_refresh_tokens_turn_and_a_stolen_one_ends_all(town: Town) -> None:
    told = await town.tokens("ida", "astrid", scope="offline_access launch/patient patient/*.rs")

    async def renewed(token: str, **more: str) -> httpx.Response:
        return await town.form(
            "token", **({"grant_type": "refresh_token", "refresh_token": token, "client_id": "app"} | more)
        )

    second = (await renewed(told["refresh_token"])).json()
    assert second["patient"] == "astrid" and second["refresh_token"] != told["refresh_token"]
    assert (await renewed(second["refresh_token"], client_id="narrow")).json()["error"] == "invalid_grant"
    less = (await renewed(second["refresh_token"], scope="patient/Patient.rs")).json()
    assert "patient/Patient.rs" in less["scope"] and "patient/*.rs" not in less["scope"]
    assert (await town.ask("Observation?patient=astrid", less["access_token"])).json()["total"] == 0
    stolen = await renewed(told["refresh_token"])
    assert stolen.json()["error"] == "invalid_grant"
    assert (await renewed(less["refresh_token"])).json()["error"] == "invalid_grant", (
        "the thief and the owner both stop"
    )


async def test_online_access_ends_with_the_login_and_both_with_the_job(town: Town) -> None:
    browser = town.browser("ida")
    page = await browser.get(f"/godkjenn-app?{asks(scope='online_access user/*.rs')}")
    code = way_back(await browser.post("/godkjenn-app", data=hidden(page.text) | {"svar": "ja"}))["code"]
    told = (await town.form("token", client_id="app", **by_code(code))).json()
    town.sessions.end(browser.cookies["akson"])
    answer = await town.form(
        "token", grant_type="refresh_token", refresh_token=told["refresh_token"], client_id="app"
    )
    assert answer.json()["error"] == "invalid_grant"
    told = await town.tokens("siri", scope="offline_access user/*.rs")
    read = await town.rooms.record.open(CAST["system"], PurposeOfUse.OPERATIONS).read("Practitioner", "siri")
    siri = json.loads(read.body or b"{}")
    await town.rooms.put(siri | {"active": False})
    answer = await town.form(
        "token", grant_type="refresh_token", refresh_token=told["refresh_token"], client_id="app"
    )
    await town.rooms.put(siri)
    assert answer.json()["error"] == "invalid_grant"


WRONG_PROOFS: dict[str, dict[str, Any]] = {
    "another audience": {"aud": "https://other.example/token"},
    "two audiences": {"aud": [f"{FHIR}/auth/token", "https://other.example"]},
    "another issuer": {"iss": "other"},
    "expired": {"exp": 1},
    "lasts an hour": {"exp": 2**33},
    "no expiry": {"exp": None},
    "no id": {"jti": None},
    "another key": {"key": THIEF},
    "unknown key id": {"header": {"kid": "app-2"}},
    "key from the header": {"key": THIEF, "header": {"jku": "https://evil.example", "kid": "x"}},
    "of another type": {"header": {"typ": "at+jwt"}},
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(WRONG_PROOFS))
async def test_a_client_that_does_not_prove_itself_gets_nothing(town: Town, name: str) -> None:
    proof = town.assertion("count", **dict(WRONG_PROOFS[name]))
    answer = await town.form("token", grant_type="client_credentials", scope="system/Patient.rs", **proof)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_backend_services(town: Town) -> None:
    proof = town.assertion("count")
    given = {"grant_type": "client_credentials", "scope": "system/Patient.rs system/Task.rs"}
    answer = await town.form("token", **given, **proof)
    told = answer.json()
    assert told["scope"] == "system/Patient.rs" and told["expires_in"] <= 300 and "refresh_token" not in told
    assert (await town.ask("Patient/astrid", told["access_token"])).status_code == 200
    assert (await town.ask("Task", told["access_token"])).json()["total"] == 0
    assert (await town.ask("Condition?patient=astrid", told["access_token"])).json()["total"] == 0
    again = await town.form("token", **given, **proof)
    assert again.json()["error"] == "invalid_client", "an assertion is good once"
    for scope in ("patient/*.rs", "user/*.rs", "openid", "", "system/Patient.cud"):
        answer = await town.form(
            "token", grant_type="client_credentials", scope=scope, **town.assertion("count")
        )
        assert answer.status_code == 400 and answer.json()["error"] == "invalid_scope", scope
    for client, proof in (("app", {"client_id": "app"}), ("safe", town.assertion("safe"))):
        answer = await town.form("token", grant_type="client_credentials", scope="system/*.rs", **proof)
        assert answer.json()["error"] == "unauthorized_client", client
    answer = await town.form("token", grant_type="password", client_id="app")
    assert answer.json()["error"] == "unsupported_grant_type"


async def test_introspection_and_revocation(town: Town) -> None:
    told = await town.tokens(
        "ida", "astrid", client_id="safe", scope="openid fhirUser offline_access patient/*.rs launch/patient"
    )
    token = told["access_token"]

    async def active(token: str, **proof: str) -> dict[str, Any]:
        return (await town.form("introspect", token=token, **(proof or town.assertion("count")))).json()

    found = await active(token)
    assert found["active"] and found["patient"] == "astrid" and found["client_id"] == "safe"
    assert found["fhirUser"] == f"{FHIR}/Practitioner/ida" and "patient/*.rs" in found["scope"]
    assert (await active(token, client_id="app"))["error"] == "invalid_client"
    assert await active("nonsense") == {"active": False}
    assert await active(town.sessions.start(CAST["ida"])) == {"active": False}
    assert (await town.form("revoke", token=token, client_id="app")).status_code == 200
    assert (await active(token))["active"], "another app's token is left alone"
    assert (
        await town.form("revoke", token=told["refresh_token"], **town.assertion("safe"))
    ).status_code == 200
    assert await active(token) == {"active": False}
    town.clock.advance(timedelta(seconds=REMEMBERED_S))
    assert (await town.ask("Patient/astrid", token)).status_code == 401
    renewed = await town.form(
        "token", grant_type="refresh_token", refresh_token=told["refresh_token"], **town.assertion("safe")
    )
    assert renewed.json()["error"] == "invalid_grant"


async def test_a_confidential_app_must_prove_itself(town: Town) -> None:
    code = await town.code("ida", client_id="safe", scope="user/*.rs")
    answer = await town.form("token", client_id="safe", **by_code(code))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize(
    "change",
    [
        {"id": "../x"}, {"id": ""}, {"name": " "}, {"name": "x" * 81}, {"scopes": "system/*.rs"}, {"scopes": "nonsense"},
        {"scopes": "patient/Nonsense.rs"}, {"redirect_uris": ()}, {"redirect_uris": ("http://app.example.no/x",)},
        {"redirect_uris": ("javascript:alert(1)",)}, {"redirect_uris": ("data:text/html,x",)}, {"jwks": KEYS},
        {"redirect_uris": ("https://app.example.no/x#y",)}, {"redirect_uris": ("https://a@app.example.no/x",)},
        {"launch_url": "http://app.example.no"}, {"kind": Kind.CONFIDENTIAL}, {"kind": Kind.CONFIDENTIAL, "jwks": "{}"},
        {"kind": Kind.SERVICE, "jwks": KEYS}, {"kind": Kind.CONFIDENTIAL, "jwks": json.dumps({"keys": [PRIVATE]})},
    ],
    ids=lambda change: str(change).replace(KEYS, "keys"),
)  # fmt: skip
def test_what_is_not_registered(change: dict[str, Any]) -> None:
    assert wrong(replace(CLIENTS[0], **change))
    assert not wrong(CLIENTS[0])


async def test_forms_are_read_strictly(town: Town) -> None:
    for content, kind in (
        (b'{"grant_type": "x"}', "application/json"),
        (b"grant_type=a&grant_type=b", "application/x-www-form-urlencoded"),
        (b"x" * 70_000, "application/x-www-form-urlencoded"),
    ):
        answer = await town.http.post("/fhir/auth/token", content=content, headers={"content-type": kind})
        assert answer.status_code == 400 and answer.json()["error"] == "invalid_request"
        assert answer.headers["cache-control"] == "no-store"
    assert (await town.http.get("/fhir/auth/token")).status_code == 404
