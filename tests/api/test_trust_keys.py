"""Keys of trusted issuers come, go and are found while the node runs (K-05); and browsers of other origins may ask."""

import asyncio
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from akson.fhir.problem import Problem
from akson.identity.jwks import KEYS_AGE_MAX_S, Discovery, Keys, fetched
from akson.identity.jws import NotAccepted
from tests.api import trust
from tests.api.trust import (
    NOW,
    OTHER_RSA_KEY,
    RSA_KEY,
    claims,
    fresh,
    jwk,
    later,
    node,
    outcome,
    own_claims,
    publish,
)
from tests.record.conftest import House, house

__all__ = ["house"]


async def test_keys_are_changed_while_running_and_no_valid_call_is_refused(
    house: House, tmp_path: Path
) -> None:
    one = await node(house, tmp_path)
    new = ec.generate_private_key(ec.SECP256R1())
    place = tmp_path / "jwks.json"
    for second in range(200):
        if second == 60:
            publish(place, anchor_1=jwk(RSA_KEY), anchor_2=jwk(new))
        if second == 130:
            publish(place, anchor_2=jwk(new))
        said = claims(
            jti=f"token-{second}", iat=int(one.clock.now().timestamp()), nbf=None, exp=int(one.clock.now().timestamp()) + 60,
            authorization_details=[trust.attestation(toa=int(one.clock.now().timestamp()))],
        )  # fmt: skip
        fresh(one, second)
        token = one.token(said) if second < 61 else one.token(said, key=new, alg="ES256", kid="anchor-2")
        assert outcome(await one.ask("Patient/astrid", token)) == "200", second
        one.clock.advance(later(1))


async def test_a_key_that_is_taken_out_is_refused_within_a_minute(house: House, tmp_path: Path) -> None:
    one = await node(house, tmp_path)
    token = one.token()
    assert outcome(await one.ask("Patient/astrid", token)) == "200"
    publish(tmp_path / "jwks.json", anchor_2=jwk(OTHER_RSA_KEY))
    one.clock.advance(later(KEYS_AGE_MAX_S + 1))
    assert KEYS_AGE_MAX_S < 60
    fresh(one, 5)
    assert outcome(await one.ask("Patient/astrid", token)) == "AKS-TOKEN-001"


async def test_nonsense_key_ids_do_not_make_us_hammer_the_issuer(house: House, tmp_path: Path) -> None:
    one = await node(house, tmp_path)
    asked = []

    async def counting(location: str) -> bytes:
        asked.append(location)
        return await fetched(location)

    keys = Keys(one.trusted.jwks, clock=one.clock, fetch=counting, sleep=trust.no_wait)
    await keys.find("anchor-1")

    async def nonsense(number: int) -> str:
        try:
            await keys.find(f"nonsense-{number}")
        except (NotAccepted, Problem) as refused:
            return type(refused).__name__
        return "found"

    found = await asyncio.gather(*(nonsense(number) for number in range(300)))
    assert "found" not in found and len(asked) == 1
    one.clock.advance(later(10))
    await asyncio.gather(*(nonsense(number) for number in range(300)))
    assert len(asked) == 2


async def test_the_last_keys_stay_in_use_when_the_issuer_does_not_answer(
    house: House, tmp_path: Path
) -> None:
    one = await node(house, tmp_path)
    assert outcome(await one.ask("Patient/astrid")) == "200"
    (tmp_path / "jwks.json").unlink()
    one.clock.advance(later(100))
    fresh(one, 5)
    assert outcome(await one.ask("Patient/astrid")) == "200"
    one.clock.advance(later(3_600))
    fresh(one, 6)
    assert (await one.ask("Patient/astrid")).status_code == 503


async def test_one_whose_authorisation_ends_is_out_within_a_minute(house: House, tmp_path: Path) -> None:
    one = await node(house, tmp_path)
    token = one.token(own_claims())
    assert outcome(await one.ask("Patient/bo", token)) == "200"
    numbers = [{"system": trust.HPR, "value": "9900001"}]
    await house.put({"resourceType": "Practitioner", "id": "ida", "active": False, "identifier": numbers})
    one.clock.advance(later(60))
    fresh(one, 5)
    assert outcome(await one.ask("Patient/bo", token)) == "AKS-TOKEN-005"


async def test_keys_are_found_by_the_issuers_metadata(house: House, tmp_path: Path) -> None:
    """A real HTTP server; the metadata is asked for once a day, the keys again and again."""
    from aiohttp import web as http

    asked: list[str] = []
    told: dict[str, Any] = {}

    async def answer(request: http.Request) -> http.Response:
        asked.append(request.path)
        if request.path == "/keys":
            return http.Response(body=trust.write_keys({"anchor-1": jwk(RSA_KEY)}))
        if request.path == "/away":
            raise http.HTTPFound("/keys")
        return http.json_response(told)

    app = http.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = http.AppRunner(app)
    await runner.setup()
    site = http.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    issuer = f"http://127.0.0.1:{runner.addresses[0][1]}"
    told |= {"issuer": issuer, "jwks_uri": f"{issuer}/keys"}
    clock = house.stand_still(NOW)
    try:
        keys = Keys(issuer, clock=clock, fetch=Discovery(clock=clock))
        await keys.find("anchor-1")
        clock.advance(later(KEYS_AGE_MAX_S + 1))
        await keys.find("anchor-1")
        assert asked == ["/.well-known/openid-configuration", "/keys", "/keys"]
        for wrong in ({"issuer": "https://other.test"}, {"jwks_uri": "http://other.test/keys"}, {"jwks_uri": "/etc/passwd"},
                      {"jwks_uri": f"{issuer}/away"}, {"jwks_uri": 7}):  # fmt: skip
            told |= {"issuer": issuer, "jwks_uri": f"{issuer}/keys"} | wrong
            try:
                await Keys(issuer, clock=clock, fetch=Discovery(clock=clock)).find("anchor-1")
            except (NotAccepted, Problem) as refused:
                assert getattr(refused, "id", "AKS-TOKEN-006") == "AKS-TOKEN-006"
            else:
                raise AssertionError(wrong)
    finally:
        await runner.cleanup()


async def test_apps_in_browsers_may_ask_from_their_own_origin(house: House, tmp_path: Path) -> None:
    one = await node(house, tmp_path)
    asking = {
        "origin": "https://app.test",
        "access-control-request-method": "GET",
        "access-control-request-headers": "authorization",
    }
    answer = await one.http.options("/fhir/Patient/astrid", headers=asking)
    assert answer.status_code == 204 and answer.headers["access-control-allow-origin"] == "*"
    assert "authorization" in answer.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in answer.headers
    refused = await one.http.get("/fhir/Patient/astrid", headers={"origin": "https://app.test"})
    assert refused.status_code == 401 and refused.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in (await one.http.get("/fhir/metadata")).headers
    assert (await one.http.options("/fhir/Patient/astrid")).status_code == 401
