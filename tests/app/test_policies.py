"""Policies on a node: shown, compared, signed by two, activated, followed, replayed; trust models side by side."""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import msgspec
import pytest

from akson.access import policies
from akson.access.actor import Actor, PurposeOfUse
from akson.access.decision import Question
from akson.access.facts import NO_FACTS
from akson.access.policies import signing
from akson.access.recording import record
from akson.app.cast import CAST
from akson.app.policies.in_force import PolicyInForce
from akson.app.policies.replaying import replayed
from akson.store.activations import Activation, ActivationStore
from tests.app.nodes import RunningNode, akson, node, wait_until

CLOSED_TO_DOCTORS = ("AKS-RULE-EMERGENCY", "AKS-RULE-IDENTIFY")


def narrower(path: Path, version: str = "2027-01-01.1") -> Path:
    """Doctors open nothing in an emergency."""
    current = policies.current()
    grants = tuple(
        msgspec.structs.replace(g, roles=("nurse", "gp")) if g.rule in CLOSED_TO_DOCTORS else g
        for g in current.grants
    )
    new = msgspec.structs.replace(current, version=version, grants=grants)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(new)))
    return path


def test_two_persons_put_a_policy_in_force(tmp_path: Path) -> None:
    data, new = tmp_path / "data", narrower(tmp_path / "new.json")
    assert policies.current().version in akson("policy", "show", "--data", data).stdout
    for id in ("per", "arne", "kari"):
        done = akson("policy", "officer", id, id.title(), "--key", tmp_path / f"{id}.key", "--data", data)
        assert done.returncode == 0, done.stderr
        assert (tmp_path / f"{id}.key").stat().st_mode & 0o777 == 0o600
    for id in ("per", "arne"):
        assert akson("policy", "sign", new, "--as", id, "--key", tmp_path / f"{id}.key").returncode == 0
    per, arne = Path(f"{new}.per.sig"), Path(f"{new}.arne.sig")
    # One key under two names is one person; one signature twice is one signature; another policy is another.
    forged = tmp_path / "forged.sig"
    forged.write_text(f"kari {per.read_text().split()[1]}\n")
    other = narrower(tmp_path / "other.json", "2027-01-01.2")
    for file, signatures in ((new, (per,)), (new, (per, per)), (new, (per, forged)), (other, (per, arne))):
        refused = akson("policy", "activate", file, *signatures, "--data", data)
        assert refused.returncode == 1 and "AKS-APP-075" in refused.stderr, refused.stdout
    done = akson("policy", "activate", new, per, arne, "--data", data)
    assert done.returncode == 0, done.stderr
    assert "2027-01-01.1" in akson("policy", "show", "--data", data).stdout
    assert "AKS-APP-077" in akson("policy", "activate", new, per, arne, "--data", data).stderr
    shown = akson("policy", "show", "--version", policies.current().version, "--json", "--data", data).stdout
    assert json.loads(shown)["version"] == policies.current().version
    why = akson("why", "ida", "Patient/astrid", "--json", "--data", data).stdout
    assert json.loads(why)["policyVersion"] == "2027-01-01.1"
    assert "no recorded decisions" in akson("policy", "replay", "--data", data).stdout


FOLLOWED_WITHIN_S = 60


def test_policies_are_tried_on_the_questions_of_a_node(site: RunningNode, tmp_path: Path) -> None:
    demo = site.data
    said = akson("why", "nadia", "Patient/astrid", "--purpose", "emergency", "--english", "--data", demo)
    assert "may not read Patient/astrid (purpose: emergency)" in said.stdout
    said = akson("why", "ida", "Patient/astrid", "--english", "--data", demo).stdout
    assert "gives you care" in said and "helsepersonelloven" in said
    assert akson("why", "ida", "Patient/astrid", "--purpose", "fun", "--data", demo).returncode == 2
    new = narrower(tmp_path / "new.json")
    found = json.loads(akson("policy", "diff", new, "--json", "--data", demo).stdout)
    assert found["questions"] in ("made", "recorded") and found["asked"] > 0 and not found["gains"]
    compared = json.loads(akson("trust", "compare", "--json", "--data", demo).stdout)
    by_model = {model["model"]: model for model in compared["models"]}
    assert set(by_model) == {"source-decides", "consumer-attests", "mutual-trust"}
    permitted = [by_model[m]["permitted"] for m in ("source-decides", "consumer-attests", "mutual-trust")]
    assert permitted == sorted(permitted) and permitted[0] < permitted[1]
    assert "a stolen key reaches" in akson("trust", "compare", "--data", demo).stdout


def test_a_running_worker_follows(site: RunningNode, tmp_path: Path) -> None:
    new, none = narrower(tmp_path / "new.json"), "Rollen din har ikke nødtilgang"
    with httpx.Client(base_url=site.address, headers={"origin": site.address}) as nadia:
        nadia.post("/logg-inn", data={"hvem": "nadia"})
        assert none not in nadia.get("/nodtilgang").text
        nadia.get("/pasient/astrid")
        for id in ("per", "arne"):
            key = tmp_path / f"{id}.key"
            assert akson("policy", "officer", id, id, "--key", key, "--data", site.data).returncode == 0
            assert akson("policy", "sign", new, "--as", id, "--key", key).returncode == 0
        done = akson("policy", "activate", new, f"{new}.per.sig", f"{new}.arne.sig", "--data", site.data)
        assert done.returncode == 0, done.stderr
        wait_until(lambda: none in nadia.get("/nodtilgang").text, FOLLOWED_WITHIN_S)
        nadia.get("/pasient/astrid")
    # What was decided before and after comes out the same, each under the policy of its day.
    found = json.loads(akson("policy", "replay", "--json", "--data", site.data).stdout)
    assert found["same"] > 0 and not found["other"] and not found["unknown"], found


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNode]:
    with node(tmp_path_factory.mktemp("policies") / "data", "--workers", "1", command="up") as running:
        yield running


async def test_an_activation_that_does_not_hold_is_passed_over(database: str) -> None:
    rows = await ActivationStore.open(database)
    try:
        new = msgspec.structs.replace(policies.current(), version="2027-02-01.1")
        body = signing.canonical(new)
        await rows.add(
            Activation(new.version, body, {"per": bytes(64), "arne": bytes(64)}, datetime.now(UTC))
        )
        in_force = PolicyInForce(rows)
        assert await in_force.refresh() is policies.current()
        assert set(in_force.known) == {policy.version for policy in policies.released()}
    finally:
        await rows.close()


@dataclass
class Event:
    id: bytes
    outcome: str
    rules: tuple[str, ...]
    action: str = "read"


async def test_past_decisions_are_made_again_under_the_policy_of_their_day() -> None:
    policy = policies.current()
    at = datetime(2026, 11, 26, 12, tzinfo=UTC)

    def kept(actor: Actor, version: str) -> bytes:
        then = msgspec.structs.replace(policy, version=version)
        return record(NO_FACTS, actor, PurposeOfUse.TREATMENT, Question("read", "Observation", at), then)

    async def events() -> AsyncIterator[tuple[Event, bytes]]:
        yield Event(b"1", "deny", ("AKS-RULE-NO-RELATION",)), kept(CAST["ida"], policy.version)
        yield Event(b"2", "permit", ("AKS-RULE-CARE-RELATION",)), kept(CAST["ida"], policy.version)
        yield Event(b"3", "deny", ("AKS-RULE-NO-RELATION",)), kept(CAST["ida"], "1999-01-01.1")
        yield Event(b"4", "deny", ("AKS-RULE-NO-RELATION",)), b"something else"

    result = await replayed(events(), {policy.version: policy})
    assert result.same == 1 and result.other == [b"2".hex()]
    assert result.unknown == [f"{b'3'.hex()}: AKS-ACCESS-012", f"{b'4'.hex()}: AKS-ACCESS-011"]
