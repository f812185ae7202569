"""The client against a certified provider in HelseID's and ID-porten's profile: what it demands, we do."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from akson.fhir.problem import Problem
from akson.identity import keys
from akson.identity.openid.assertion import ClientKey
from akson.identity.openid.client import OpenIdClient
from akson.identity.openid.issuer import Issuer, Profile
from akson.identity.openid.person import ID_PORTEN_HIGH
from akson.identity.openid.requests import ClientKeys
from akson.identity.openid.wire import HttpWire
from akson.world import SystemClock, SystemRandom
from tests.identity.providers import CHILD, PARENT, RESOURCE, SCOPES, STAFF, Provider, log_in, provider

BACK = "http://127.0.0.1:9/logg-inn/tilbake"
CITIZENS = {
    "astrid": {"pid": "12857012345", "acr": ID_PORTEN_HIGH},
    "astrid-substantial": {"pid": "12857012345", "acr": "idporten-loa-substantial"},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


def client_keys(folder: Path) -> ClientKeys:
    client, binding = keys.issuer_keys(folder, "test")
    return ClientKeys(ClientKey(client), ClientKey(binding))


def registration(folder: Path) -> dict[str, object]:
    return {
        "client_id": "akson",
        "jwks": {"keys": [client_keys(folder).client.registration()]},
        "redirect_uris": [BACK],
        "backchannel_logout_uri": "http://127.0.0.1:9/logg-ut/bakkanal",
        "post_logout_redirect_uris": ["http://127.0.0.1:9/logg-inn"],
    }


@pytest.fixture(scope="module")
def helseid(folder: Path) -> Iterator[Provider]:
    with provider("helseid", registration(folder), STAFF) as running:
        yield running


@pytest.fixture(scope="module")
def idporten(folder: Path) -> Iterator[Provider]:
    with provider("idporten", registration(folder), CITIZENS) as running:
        yield running


def issuer_of(running: Provider, profile: Profile) -> Issuer:
    staff = profile is Profile.HELSEID
    return Issuer(
        id="test",
        name="HelseID" if staff else "ID-porten",
        profile=profile,
        address=running.issuer,
        client_id="akson",
        tenant=1,
        parent=PARENT if staff else "",
        child=CHILD if staff else "",
        multi_tenant=True,
        resource=RESOURCE if staff else "",
        scopes=(SCOPES,) if staff else (),
    )


@pytest_asyncio.fixture(loop_scope="session")
async def wire() -> AsyncIterator[HttpWire]:
    made = HttpWire()
    yield made
    await made.close()


def client_of(issuer: Issuer, folder: Path, wire: HttpWire) -> OpenIdClient:
    return OpenIdClient(
        issuer,
        client_keys(folder),
        redirect=BACK,
        after_logout="http://127.0.0.1:9/logg-inn",
        wire=wire,
        clock=SystemClock(),
        random=SystemRandom(),
    )


@pytest.fixture
def staff(helseid: Provider, folder: Path, wire: HttpWire) -> OpenIdClient:
    return client_of(issuer_of(helseid, Profile.HELSEID), folder, wire)


@pytest.fixture
def citizens(idporten: Provider, folder: Path, wire: HttpWire) -> OpenIdClient:
    return client_of(issuer_of(idporten, Profile.IDPORTEN), folder, wire)


async def test_ida_comes_back_as_ida(staff: OpenIdClient) -> None:
    address, pending = await staff.begin("/innboks")
    assert set(httpx.URL(address).params) == {"client_id", "request_uri"}, "nothing else passes the browser"
    person = await staff.finish(await log_in(address, "ida", back=BACK), pending)
    assert (person.name, person.hpr, person.national_id) == ("Ida Nilsen", "9900001", "12857012345")
    assert (person.parent, person.child) == (PARENT, CHILD)
    assert person.session and person.id_token and not person.issuer.for_citizens


async def test_an_rsa_key_signs_with_ps256(tmp_path: Path, wire: HttpWire) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "client-test.pem").write_bytes(pem)
    (tmp_path / "client-test.pem").chmod(0o600)
    asked = registration(tmp_path) | {"token_endpoint_auth_signing_alg": "PS256"}
    with provider("helseid", asked, STAFF) as running:
        client = client_of(issuer_of(running, Profile.HELSEID), tmp_path, wire)
        address, pending = await client.begin("")
        person = await client.finish(await log_in(address, "ida", back=BACK), pending)
    assert person.hpr == "9900001"


async def test_a_single_tenant_client_asks_by_the_sub_unit(
    helseid: Provider, folder: Path, wire: HttpWire
) -> None:
    with provider("helseid", registration(folder), STAFF, parent=PARENT) as running:
        issuer = replace(issuer_of(running, Profile.HELSEID), multi_tenant=False)
        client = client_of(issuer, folder, wire)
        address, pending = await client.begin("")
        person = await client.finish(await log_in(address, "ida", back=BACK), pending)
    assert (person.parent, person.child) == (PARENT, CHILD)


async def test_a_login_for_another_organisation_is_refused(
    helseid: Provider, folder: Path, wire: HttpWire
) -> None:
    with provider("helseid", registration(folder), STAFF, parent="111111111") as running:
        client = client_of(issuer_of(running, Profile.HELSEID), folder, wire)
        address, pending = await client.begin("")
        with pytest.raises(Problem) as refused:
            await client.finish(await log_in(address, "ida", back=BACK), pending)
    assert refused.value.id == "AKS-LOGIN-034"


async def test_astrid_comes_back_as_astrid(citizens: OpenIdClient) -> None:
    address, pending = await citizens.begin("")
    person = await citizens.finish(await log_in(address, "astrid", back=BACK), pending)
    assert (person.national_id, person.hpr, person.issuer.for_citizens) == ("12857012345", "", True)


@pytest.mark.parametrize(
    ("who", "id"), [("ida-level-3", "AKS-LOGIN-021"), ("odd", "AKS-LOGIN-022"), ("", "AKS-LOGIN-012")]
)
async def test_who_is_not_let_in(staff: OpenIdClient, who: str, id: str) -> None:
    address, pending = await staff.begin("")
    with pytest.raises(Problem) as refused:
        await staff.finish(await log_in(address, who, back=BACK), pending)
    assert refused.value.id == id


async def test_a_citizen_below_level_high_is_refused(citizens: OpenIdClient) -> None:
    address, pending = await citizens.begin("")
    with pytest.raises(Problem) as refused:
        await citizens.finish(await log_in(address, "astrid-substantial", back=BACK), pending)
    assert refused.value.id == "AKS-LOGIN-021"


async def test_a_code_is_used_once(staff: OpenIdClient) -> None:
    address, pending = await staff.begin("")
    query = await log_in(address, "ida", back=BACK)
    await staff.finish(query, pending)
    with pytest.raises(Problem) as refused:
        await staff.finish(query, pending)
    assert (refused.value.id, refused.value.why) == ("AKS-LOGIN-003", "It says: invalid_grant.")


async def test_a_code_is_worth_nothing_to_one_without_the_verifier(staff: OpenIdClient) -> None:
    address, pending = await staff.begin("")
    query = await log_in(address, "ida", back=BACK)
    with pytest.raises(Problem) as refused:
        await staff.finish(query, replace(pending, verifier="x" * 43))
    assert refused.value.id == "AKS-LOGIN-003"


async def test_a_code_is_worth_nothing_under_another_key(
    helseid: Provider, folder: Path, wire: HttpWire, staff: OpenIdClient, tmp_path: Path
) -> None:
    """The proof's key at the end must be the one the request was pushed with."""
    address, pending = await staff.begin("")
    query = await log_in(address, "ida", back=BACK)
    thief = client_of(issuer_of(helseid, Profile.HELSEID), folder, wire)
    other = client_keys(tmp_path)
    thief._keys = thief._requests._keys = ClientKeys(client_keys(folder).client, other.binding)
    with pytest.raises(Problem) as refused:
        await thief.finish(query, pending)
    assert refused.value.id == "AKS-LOGIN-003"


async def test_another_client_key_is_refused_at_once(
    helseid: Provider, tmp_path: Path, wire: HttpWire
) -> None:
    impostor = client_of(issuer_of(helseid, Profile.HELSEID), tmp_path, wire)
    with pytest.raises(Problem) as refused:
        await impostor.begin("")
    assert (refused.value.id, refused.value.why) == ("AKS-LOGIN-003", "It says: invalid_client.")


async def test_the_answer_of_another_login_is_refused(staff: OpenIdClient) -> None:
    address, pending = await staff.begin("")
    query = await log_in(address, "ida", back=BACK)
    _, other = await staff.begin("")
    for wrong in (
        query,
        {"code": query["code"], "iss": query["iss"]},
        query | {"state": pending.state + "x"},
    ):
        with pytest.raises(Problem) as refused:
            await staff.finish(wrong, other)
        assert refused.value.id == "AKS-LOGIN-011"
    with pytest.raises(Problem) as refused:
        await staff.finish(query, replace(pending, nonce=other.nonce))
    assert refused.value.id == "AKS-LOGIN-020"


async def test_an_answer_that_does_not_name_its_issuer_or_names_another_is_refused(
    staff: OpenIdClient, idporten: Provider
) -> None:
    address, pending = await staff.begin("")
    query = await log_in(address, "ida", back=BACK)
    without = {name: value for name, value in query.items() if name != "iss"}
    for wrong in (without, query | {"iss": idporten.issuer}, query | {"iss": ""}):
        with pytest.raises(Problem) as refused:
            await staff.finish(wrong, pending)
        assert refused.value.id == "AKS-LOGIN-011"


async def test_the_provider_takes_nothing_that_was_not_pushed(helseid: Provider) -> None:
    """That the provider is configured like HelseID, so that the tests above say what they seem to say."""
    async with httpx.AsyncClient() as browser:
        metadata = (await browser.get(f"{helseid.issuer}/.well-known/openid-configuration")).json()
        assert metadata["require_pushed_authorization_requests"] is True
        assert metadata["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]
        asked = {"client_id": "akson", "response_type": "code", "scope": "openid", "redirect_uri": BACK}
        answer = await browser.get(metadata["authorization_endpoint"], params=asked)
        assert "code=" not in answer.headers.get("location", "")
        assert "Pushed+Authorization+Request" in answer.headers["location"]


async def test_a_reference_to_a_pushed_request_is_used_once(staff: OpenIdClient) -> None:
    address, pending = await staff.begin("")
    await staff.finish(await log_in(address, "ida", back=BACK), pending)
    async with httpx.AsyncClient() as browser:
        answer = await browser.get(address)
    assert "code=" not in answer.headers.get("location", "")


async def test_logout_leads_to_the_issuer_and_back(staff: OpenIdClient) -> None:
    address, pending = await staff.begin("")
    person = await staff.finish(await log_in(address, "ida", back=BACK), pending)
    target = await staff.end_session(person.id_token)
    assert target.startswith(f"{staff.issuer.address}/session/end?")
    async with httpx.AsyncClient() as browser:
        assert (await browser.get(target)).status_code == 200


async def test_an_issuer_that_is_not_there_is_said_so(
    staff: OpenIdClient, folder: Path, wire: HttpWire
) -> None:
    gone = client_of(replace(staff.issuer, address="http://127.0.0.1:9"), folder, wire)
    with pytest.raises(Problem) as refused:
        await gone.begin("")
    assert refused.value.id == "AKS-LOGIN-001"
    assert await gone.end_session("x") == ""
