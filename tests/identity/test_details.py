"""What is asked for in `authorization_details`, against the published examples."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from akson.identity.openid.details import TrustParameters, organisation, trust_framework
from akson.identity.openid.issuer import Issuer, Profile

ISSUER = Issuer(
    "helseid", "HelseID", Profile.HELSEID, "https://x.example", "akson", 1, "999977774", "999977775"
)


def published(shared: Path) -> list[list[dict]]:
    folder = shared / "trust-framework" / "examples" / "rar"
    return [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))]


def test_the_organisation_is_asked_for_as_published(shared: Path) -> None:
    asked = organisation(replace(ISSUER, multi_tenant=True))
    assert asked in published(shared)
    single = organisation(replace(ISSUER, child="999977774"))
    assert single in published(shared)
    assert organisation(replace(ISSUER, parent="", child="")) == []


def test_the_trust_frameworks_parameters_are_the_published_ones(shared: Path) -> None:
    made = trust_framework(
        TrustParameters(
            authorisation="SP",
            legal_entity="999977774",
            point_of_care="999977775",
            department=("hjemmetjeneste-ost", "urn:uuid:0d9c6a51-0a9b-4f0e-9c1e-2f6f6d3f1a11"),
            service="KP02",
            purpose="TREAT",
            purpose_details="15",
            decision="b3d1a1c2-0001",
            user_selected=False,
            patients_at=("999977775",),
        )
    )
    told = [detail for example in published(shared) for detail in example]
    if not told:
        pytest.skip("no examples in the shared folder")
    assert made in told
