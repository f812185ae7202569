"""issuers.toml: read whole, every fault told, and never a demo beside the real world."""

from pathlib import Path

import pytest

from akson.app import issuers
from akson.app.supervisor.orders import Stage
from akson.fhir.problem import Problem
from akson.identity.openid.issuer import Profile
from tests.app.nodes import akson

WHOLE = """
[[issuer]]
id = "helseid"
name = "HelseID"
profile = "helseid"
address = "https://helseid-sts.test.nhn.no"
client_id = "akson"
parent = "999977774"
child = "999977775"
multi_tenant = true
resource = "akson:storvik"
scopes = ["akson:storvik/login"]

[[issuer]]
id = "idporten"
name = "ID-porten"
profile = "idporten"
address = "https://test.idporten.no"
client_id = "akson"
tenant = 2
"""


def test_no_file_is_no_issuer(tmp_path: Path) -> None:
    assert issuers.load(tmp_path) == ()


def test_a_whole_file(tmp_path: Path) -> None:
    (tmp_path / "issuers.toml").write_text(WHOLE)
    helseid, idporten = issuers.load(tmp_path)
    assert (helseid.profile, helseid.tenant, helseid.child) == (Profile.HELSEID, 1, "999977775")
    assert (idporten.profile, idporten.tenant) == (Profile.IDPORTEN, 2)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (('profile = "helseid"', 'profile = "demo"'), "the demo's issuer cannot be configured"),
        (('id = "helseid"', 'id = "../x"'), "id"),
        (('id = "idporten"', 'id = "helseid"'), "twice"),
        (("https://test.idporten.no", "http://test.idporten.no"), "https"),
        (("https://test.idporten.no", "http://localhost:1"), "https"),
        (("https://test.idporten.no", "https://x@test.idporten.no"), "address"),
        (("tenant = 2", "tenant = 0"), "tenant"),
        (('client_id = "akson"\ntenant', "tenant"), "'client_id' is missing"),
        (("tenant = 2", 'client_secret = "x"'), "'client_secret' is not known"),
        (('parent = "999977774"\n', ""), "`child` needs `parent`"),
        (('resource = "akson:storvik"\n', ""), "`resource`"),
        (("multi_tenant = true", "multi_tenant = 1"), "multi_tenant"),
        (('parent = "999977774"', 'parent = "99"'), "nine digits"),
        (("[[issuer]]", "[[utsteder]]"), "'utsteder' is not known"),
        (("[[issuer]]", "[[issuer"), "cannot be read"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_fault_is_told(tmp_path: Path, change: tuple[str, str], word: str) -> None:
    assert change[0] in WHOLE
    (tmp_path / "issuers.toml").write_text(WHOLE.replace(*change, 1))
    with pytest.raises(Problem) as refused:
        issuers.load(tmp_path)
    assert refused.value.id == "AKS-APP-022" and word in refused.value.why


def test_a_demo_does_not_start_beside_a_real_issuer(tmp_path: Path) -> None:
    (tmp_path / "issuers.toml").write_text(WHOLE)
    done = akson("up", "--data", tmp_path, "--port", "0", AKSON_BASE_URL="https://akson.example.no")
    assert done.returncode == 1 and "AKS-APP-023" in done.stderr
    assert not (tmp_path / "pg").exists(), "refused before anything was made"


def test_a_real_node_with_issuers_needs_its_own_address(tmp_path: Path) -> None:
    (tmp_path / "issuers.toml").write_text(WHOLE)
    known = issuers.load(tmp_path)
    for address in ("", "http://akson.example.no", "http://localhost:8080"):
        with pytest.raises(Problem) as refused:
            issuers.check(known, Stage.SERVE, address)
        assert refused.value.id == "AKS-APP-024"
    issuers.check(known, Stage.SERVE, "https://akson.example.no")


def test_a_demo_may_have_a_provider_on_this_machine(tmp_path: Path) -> None:
    (tmp_path / "issuers.toml").write_text(
        WHOLE.replace("https://test.idporten.no", "http://127.0.0.2:1").replace(
            "https://helseid-sts.test.nhn.no", "http://[::1]:2"
        )
    )
    issuers.check(issuers.load(tmp_path), Stage.DEMO, "http://127.0.0.1:8080")


def test_what_is_registered_at_the_issuer_is_printed(tmp_path: Path) -> None:
    (tmp_path / "issuers.toml").write_text(WHOLE)
    done = akson("issuers", "--data", tmp_path, AKSON_BASE_URL="https://akson.example.no")
    assert done.returncode == 0, done.stderr
    assert "https://akson.example.no/logg-inn/tilbake/helseid" in done.stdout
    assert '"kty": "EC"' in done.stdout and '"d"' not in done.stdout
    assert (tmp_path / "keys" / "client-helseid.pem").stat().st_mode & 0o077 == 0
