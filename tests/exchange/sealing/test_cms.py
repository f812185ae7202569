"""CMS: ours opens and is opened by OpenSSL; what is broken, old or for others is refused with the right code."""

import random
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from akson.exchange.sealing import cms, keyring, making
from akson.exchange.sealing.certificates import Use
from akson.exchange.sealing.keyring import Pair
from akson.exchange.sealing.trust import STRICT, Compatibility
from tests.exchange.samples import admission
from tests.exchange.sealing.stage import HOSPITAL, MUNICIPALITY, NOW, authority, ring, stranger, trusted
from tests.exchange.sealing.test_certificates import refused

OLD = Compatibility(sha1=True, triple_des=True)


def opener(number: str = MUNICIPALITY) -> Pair:
    return ring(number).openers()[0]


def signer(number: str = HOSPITAL) -> Pair:
    return ring(number).signer(NOW)


@pytest.fixture
def openssl(tmp_path: Path) -> object:
    if not shutil.which("openssl"):
        pytest.skip("openssl, the referee, is not on this machine")
    keyring.save(tmp_path, "signature", signer())
    keyring.save(tmp_path, "encryption", opener())
    (tmp_path / "root.pem").write_bytes(authority().certificate.public_bytes(Encoding.PEM))

    def run(*arguments: str, content: bytes) -> bytes:
        found = subprocess.run(
            ["openssl", "cms", *arguments], input=content, capture_output=True, cwd=tmp_path
        )
        assert found.returncode == 0, found.stderr.decode()
        return found.stdout

    return run


def test_what_is_sealed_opens_again_and_only_for_its_receiver() -> None:
    content = admission()
    sealed = cms.encrypt(content, [opener().certificate])
    assert content[:40] not in sealed
    assert cms.decrypt(sealed, ring(MUNICIPALITY).openers(), STRICT) == content
    assert refused(lambda: cms.decrypt(sealed, ring(HOSPITAL).openers(), STRICT)) == ("AKS-SEAL-401", "T01")
    assert refused(lambda: cms.encrypt(content, [signer().certificate]))[0] == "AKS-SEAL-210"


@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 100_000])
def test_every_length_comes_back(size: int) -> None:
    content = random.Random(size).randbytes(size)
    assert cms.decrypt(cms.encrypt(content, [opener().certificate]), [opener()], STRICT) == content


def test_openssl_opens_ours(openssl) -> None:
    sealed = cms.encrypt(admission(), [opener().certificate])
    out = openssl("-decrypt", "-inform", "DER", "-binary", "-inkey", "encryption.key.pem", content=sealed)
    assert out == admission()


@pytest.mark.parametrize("further", [[], ["-stream"], ["-keyopt", "rsa_padding_mode:oaep"], ["-keyid"]])
def test_we_open_those_of_openssl(openssl, further: list[str]) -> None:
    arguments = [
        "-encrypt",
        "-aes-256-cbc",
        "-binary",
        "-outform",
        "DER",
        "-recip",
        "encryption.pem",
        *further,
    ]
    assert cms.decrypt(openssl(*arguments, content=admission()), [opener()], STRICT) == admission()


def test_3des_is_opened_in_explicit_compatibility_alone(openssl) -> None:
    sealed = openssl("-encrypt", "-des3", "-binary", "-outform", "DER", "encryption.pem", content=admission())
    assert refused(lambda: cms.decrypt(sealed, [opener()], STRICT)) == ("AKS-SEAL-402", "T01")
    assert cms.decrypt(sealed, [opener()], OLD) == admission()


def test_a_signature_says_who_and_holds() -> None:
    found = cms.verify(cms.sign(admission(), signer()), trusted(), NOW)
    assert (found.content, found.signer.organisation_number) == (admission(), HOSPITAL)


def test_openssl_believes_ours(openssl) -> None:
    signed = cms.sign(admission(), signer())
    arguments = [
        "-verify",
        "-inform",
        "DER",
        "-binary",
        "-CAfile",
        "root.pem",
        "-purpose",
        "any",
        "-no_check_time",
    ]
    assert openssl(*arguments, content=signed) == admission()


@pytest.mark.parametrize("further", [[], ["-stream"], ["-noattr"], ["-keyid"], ["-md", "sha512"]])
def test_we_believe_those_of_openssl(openssl, further: list[str]) -> None:
    arguments = ["-sign", "-nodetach", "-binary", "-outform", "DER", "-signer", "signature.pem"]
    signed = openssl(*arguments, "-inkey", "signature.key.pem", *further, content=admission())
    assert cms.verify(signed, trusted(), NOW).content == admission()


def test_sha1_is_believed_in_explicit_compatibility_alone(openssl) -> None:
    arguments = [
        "-sign",
        "-nodetach",
        "-binary",
        "-outform",
        "DER",
        "-md",
        "sha1",
        "-signer",
        "signature.pem",
    ]
    signed = openssl(*arguments, "-inkey", "signature.key.pem", content=admission())
    assert refused(lambda: cms.verify(signed, trusted(), NOW)) == ("AKS-SEAL-104", "S01")
    assert cms.verify(signed, trusted(compatibility=OLD), NOW).content == admission()


def test_what_only_a_stranger_signed_is_refused() -> None:
    forged = making.enterprise(stranger(), HOSPITAL, "Storfjord sykehus", Use.SIGN, NOW)
    assert refused(lambda: cms.verify(cms.sign(b"x", forged), trusted(), NOW)) == ("AKS-SEAL-213", "S02")


def test_signed_then_encrypted_as_amqp_wants_it() -> None:
    sealed = cms.encrypt(cms.sign(admission(), signer()), [opener().certificate])
    assert cms.verify(cms.decrypt(sealed, [opener()], STRICT), trusted(), NOW).content == admission()


@pytest.mark.parametrize("seed", range(5))
def test_no_byte_of_a_signed_part_may_change(seed: int) -> None:
    """100 places for each seed; what comes through must be what was signed, to the byte."""
    chance, signed = random.Random(seed), cms.sign(admission(), signer())
    for _ in range(100):
        broken = bytearray(signed)
        broken[chance.randrange(len(signed))] ^= 1 << chance.randrange(8)
        try:
            found = cms.verify(bytes(broken), trusted(), NOW)
        except Exception as error:
            assert getattr(error, "id", "").startswith("AKS-SEAL-"), repr(error)
        else:
            assert found.content == admission() and found.signer.organisation_number == HOSPITAL


@pytest.mark.parametrize("seed", range(5))
def test_what_is_not_whole_is_refused_by_one_answer(seed: int) -> None:
    chance = random.Random(seed)
    sealed = cms.encrypt(cms.sign(admission(), signer()), [opener().certificate])
    for _ in range(60):
        broken = bytearray(sealed)
        broken[chance.randrange(len(sealed))] ^= 1 << chance.randrange(8)
        try:
            cms.verify(cms.decrypt(bytes(broken), [opener()], STRICT), trusted(), NOW)
        except Exception as error:
            assert getattr(error, "id", "").startswith("AKS-SEAL-"), repr(error)
    for cut in range(0, len(sealed), 97):
        assert refused(lambda cut=cut: cms.decrypt(sealed[:cut], [opener()], STRICT))[0] == "AKS-SEAL-401"
