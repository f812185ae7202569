"""Key files: made once, whole, for the node's user alone."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from akson.fhir.problem import Problem
from akson.identity.keys import log_key, token_key


def test_a_key_is_made_once_and_found_again(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    first = token_key(folder).private_numbers()
    assert token_key(folder).private_numbers() == first
    assert log_key(folder).private_bytes_raw() == log_key(folder).private_bytes_raw()
    assert sorted(path.name for path in folder.iterdir()) == ["log.pem", "token.pem"], "no draft is left"


def test_others_read_neither_folder_nor_file_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        token_key(tmp_path / "keys")
    finally:
        os.umask(before)
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "keys" / "token.pem").stat().st_mode & 0o777 == 0o600


def test_many_who_start_at_once_have_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as starters:
        keys = list(starters.map(lambda _: log_key(tmp_path / "keys").private_bytes_raw(), range(16)))
    assert len(set(keys)) == 1


def test_a_key_that_others_can_read_stops_the_node(tmp_path: Path) -> None:
    token_key(tmp_path)
    (tmp_path / "token.pem").chmod(0o640)
    with pytest.raises(Problem) as refused:
        token_key(tmp_path)
    assert refused.value.id == "AKS-IDENTITY-001"


@pytest.mark.parametrize(
    "content", [b"", b"not a key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_a_broken_key_file_is_named_and_never_replaced(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "log.pem"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(Problem) as refused:
        log_key(tmp_path)
    assert refused.value.id == "AKS-IDENTITY-002"
    assert path.read_bytes() == content


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    other = rsa.generate_private_key(65_537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for name, load in (("token.pem", token_key), ("log.pem", log_key)):
        (tmp_path / name).write_bytes(other)
        (tmp_path / name).chmod(0o600)
        with pytest.raises(Problem) as refused:
            load(tmp_path)
        assert refused.value.id == "AKS-IDENTITY-002"
