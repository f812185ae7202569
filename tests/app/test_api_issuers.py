"""issuers.toml: what is believed of whom, read whole or not at all."""

from dataclasses import replace
from pathlib import Path

import pytest

from akson.app import settings
from akson.app.api_issuers import check, load
from akson.fhir.problem import Problem

GOOD = """
[[api]]
issuer = "https://helseid-sts.test.nhn.no"
audience = "storvik:akson"
jwks = "https://helseid-sts.test.nhn.no/jwks"
own = ["999977774"]
[api.scopes]
"storvik:akson/read" = "user/*.rs"
"""


def read(folder: Path, text: str, base_url: str = "https://akson.test"):
    (folder / "issuers.toml").write_text(text)
    return load(replace(settings.load(environ={}, options={"data": str(folder)}), base_url=base_url))


def test_an_issuer_is_read(tmp_path: Path) -> None:
    (found,) = read(tmp_path, GOOD)
    assert found.issuer == "https://helseid-sts.test.nhn.no" and found.own == ("999977774",)
    assert found.scopes == {"storvik:akson/read": "user/*.rs"} and found.attestation_age_max_s == 3_600
    assert load(settings.load(environ={}, options={"data": str(tmp_path / "none")})) == ()


def test_tables_for_the_login_of_people_are_left_to_it(tmp_path: Path) -> None:
    assert read(tmp_path, '[[issuer]]\nid = "helseid"\n') == ()


@pytest.mark.parametrize(
    "wrong",
    [
        GOOD.replace('audience = "storvik:akson"\n', ""),
        GOOD.replace("https://helseid-sts.test.nhn.no/jwks", "http://helseid-sts.test.nhn.no/jwks"),
        GOOD.replace('jwks = "https://helseid-sts.test.nhn.no/jwks"\n', "").replace("https://h", "http://h"),
        GOOD.replace("https://helseid-sts.test.nhn.no/jwks", "").replace('jwks = ""', "jwks = 7"),
        GOOD.replace('own = ["999977774"]', 'own = ["99997777"]'),
        GOOD.replace('own = ["999977774"]', "own = 999977774"),
        GOOD.replace('own = ["999977774"]', 'unknown = "x"'),
        GOOD.replace('own = ["999977774"]', "tenant = 0"),
        GOOD.replace('own = ["999977774"]', "attestation_age_max_s = 3601"),
        GOOD.replace('own = ["999977774"]', 'algorithms = ["HS256"]'),
        GOOD.replace('own = ["999977774"]', 'token_types = ["anything"]'),
        GOOD.replace('own = ["999977774"]', 'profile = "enterprise"'),
        GOOD.replace('own = ["999977774"]', 'profile = "nonsense"'),
        GOOD.replace("user/*.rs", "patient/*.rs"),
        GOOD.replace("user/*.rs", "system/*.cruds"),
        GOOD.replace("user/*.rs", "user/*.sr"),
        GOOD.partition("[api.scopes]")[0],
        GOOD + GOOD,
        "[api]\nissuer = 'x'",
        "[[api",
    ],
)
def test_what_is_wrong_starts_nothing(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(Problem) as refused:
        read(tmp_path, wrong)
    assert refused.value.id == "AKS-APP-025"


def test_without_an_address_of_its_own_a_node_cannot_tell_a_proof_for_another(tmp_path: Path) -> None:
    with pytest.raises(Problem):
        read(tmp_path, GOOD, base_url="")


def test_a_demo_trusts_nobody_of_the_real_world(tmp_path: Path) -> None:
    trusted = read(tmp_path, GOOD)
    check(trusted, demo=False)
    with pytest.raises(Problem) as refused:
        check(trusted, demo=True)
    assert refused.value.id == "AKS-APP-026"
    check(read(tmp_path, GOOD.replace("https://helseid-sts.test.nhn.no/jwks", "jwks.json")), demo=True)
