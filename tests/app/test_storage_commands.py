"""`akson storage`: a policy is signed by two, written down, shown, and its switches begun and turned back."""

import json
from pathlib import Path

from tests.app.nodes import akson
from tests.sharing.test_storage_policy import POLICY


def test_a_policy_is_signed_written_down_shown_and_begun(
    tmp_path: Path, database: str, log_database: str
) -> None:
    where = {"AKSON_DATABASE_URL": database, "AKSON_LOG_DATABASE_URL": log_database}
    file = tmp_path / "policy.json"
    file.write_bytes(POLICY.replace(b"2026-12-01T", b"2026-01-01T"))
    for id, name in (("per", "Per Aas"), ("arne", "Arne Vik")):
        key = tmp_path / f"{id}.key"
        made = akson("policy", "officer", id, name, "--key", key, "--data", tmp_path, **where)
        assert made.returncode == 0, made.stderr
        assert akson("storage", "sign", file, "--as", id, "--key", key).returncode == 0
    alone = akson("storage", "set", file, f"{file}.per.sig", "--data", tmp_path, **where)
    assert alone.returncode == 1 and "AKS-SHARE-081" in alone.stderr
    done = akson("storage", "set", file, f"{file}.per.sig", f"{file}.arne.sig", "--data", tmp_path, **where)
    assert done.returncode == 0, done.stderr
    begun = akson("storage", "switch", "medication", "--data", tmp_path, **where)
    assert begun.stdout == "medication: federated -> central-copy, prepare.\n", begun.stderr
    shown = json.loads(akson("storage", "show", "--json", "--data", tmp_path, **where).stdout)
    [medication] = [one for one in shown["kinds"] if one["kind"] == "medication"]
    assert (medication["decided"]["nation"], medication["stands"], medication["step"]) == (
        "central-copy",
        "federated",
        "prepare",
    )
    told = akson("storage", "show", "--data", tmp_path, **where).stdout
    assert "Kommunestyret i Storvik" in told and "federated -> central-copy (prepare)" in told
    back = akson("storage", "switch", "medication", "--back", "--data", tmp_path, **where)
    assert back.stdout == "medication: federated -> federated, drain.\n", back.stderr
    assert akson("storage", "switch", "weather", "--data", tmp_path, **where).returncode == 2
