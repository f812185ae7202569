"""Certificates: whose, for what, until when, and whether they are believed."""

import base64
import re
from datetime import timedelta
from pathlib import Path

import pytest

from akson.exchange.sealing import certificates, expiry, keyring, making, refusals, trust
from akson.exchange.sealing.certificates import Use
from akson.exchange.sealing.expiry import Severity
from akson.fhir.problem import Problem
from tests.exchange.sealing.stage import HOSPITAL, MUNICIPALITY, NOW, authority, ring, stranger, trusted


def refused(call: object) -> tuple[str, str]:
    with pytest.raises(Problem) as told:
        call()  # type: ignore[operator]
    return told.value.id, refusals.code_of(told.value)


@pytest.mark.parametrize("old_form", [False, True])
def test_the_organisation_number_is_read_in_both_forms(old_form: bool) -> None:
    pair = making.enterprise(authority(), MUNICIPALITY, "Å kommune", Use.SIGN, NOW, old_form=old_form)
    assert (pair.certificate.organisation_number, pair.certificate.name) == (MUNICIPALITY, "Å kommune")
    assert pair.certificate.uses == {Use.SIGN}


def test_a_real_certificate_of_buypass_is_read(shared: Path) -> None:
    example = shared / "norwegian-messages/examples/ebxml/ebxml-header-Description-overvakning-SVAR_CYT.xml"
    found = re.search(r"<X509Certificate>([^<]+)<", example.read_text())
    assert found
    read = certificates.read(base64.b64decode(found.group(1)))
    assert (read.organisation_number, read.uses) == ("994598759", {Use.SIGN})
    assert refused(lambda: trusted().check(read, Use.SIGN, read.valid_from)) == ("AKS-SEAL-213", "S02")


def test_what_is_believed() -> None:
    for pair in ring(HOSPITAL).pairs:
        (use,) = pair.certificate.uses
        trusted().check(pair.certificate, use, NOW)


def test_what_is_not_believed() -> None:
    signing = ring(HOSPITAL).signer(NOW).certificate
    forged = making.enterprise(stranger(), HOSPITAL, "Storfjord sykehus", Use.SIGN, NOW).certificate
    below = making.Authority(signing.x509, ring(HOSPITAL).signer(NOW).key)
    issued_by_a_leaf = making.enterprise(below, MUNICIPALITY, "X", Use.SIGN, NOW).certificate
    late = signing.valid_until + timedelta(seconds=1)
    assert refused(lambda: trusted().check(signing, Use.ENCRYPT, NOW)) == ("AKS-SEAL-210", "S02")
    assert refused(lambda: trusted().check(signing, Use.SIGN, late)) == ("AKS-SEAL-211", "S02")
    assert refused(lambda: trusted().check(signing, Use.SIGN, NOW - timedelta(days=30)))[1] == "S02"
    assert refused(lambda: trusted().check(forged, Use.SIGN, NOW)) == ("AKS-SEAL-213", "S02")
    assert refused(lambda: trusted().check(issued_by_a_leaf, Use.SIGN, NOW)) == ("AKS-SEAL-213", "S02")
    assert refused(lambda: trust.of([]).check(signing, Use.SIGN, NOW)) == ("AKS-SEAL-212", "S02")


def test_a_revoked_one_is_refused_from_then_on_when_its_issuer_says_so() -> None:
    signing = ring(HOSPITAL).signer(NOW).certificate
    listed = trusted(revocations=[making.revocation_list(authority(), [signing.x509], NOW)])
    false = trusted(revocations=[making.revocation_list(stranger(), [signing.x509], NOW)])
    assert refused(lambda: listed.check(signing, Use.SIGN, NOW)) == ("AKS-SEAL-301", "S03")
    listed.check(signing, Use.SIGN, NOW - timedelta(hours=1))
    false.check(signing, Use.SIGN, NOW)
    assert listed.stale_lists(NOW) == () and listed.stale_lists(NOW + timedelta(days=8))


@pytest.mark.parametrize("content", [b"", b"\x30\x82", b"-----BEGIN CERTIFICATE-----\n", b"x" * 99_999])
def test_what_is_no_certificate(content: bytes) -> None:
    assert refused(lambda: certificates.read(content))[1] == "S02"


@pytest.mark.parametrize(
    ("days", "severity"),
    [(46, None), (45, Severity.NOTICE), (15, Severity.NOTICE), (14, Severity.SOON), (4, Severity.SOON),
     (3, Severity.URGENT), (0, Severity.URGENT), (-1, Severity.FATAL)],
)  # fmt: skip
def test_alarms_come_45_14_and_3_days_before(days: int, severity: Severity | None) -> None:
    certificate = ring(MUNICIPALITY).signer(NOW).certificate
    found = expiry.alarms([certificate], certificate.valid_until - timedelta(days=days))
    assert [(a.severity, a.days) for a in found] == ([(severity, days)] if severity else [])


def test_keys_are_kept_for_their_owner_alone_and_never_overwritten(tmp_path: Path) -> None:
    pair, folder = ring(MUNICIPALITY).signer(NOW), tmp_path / "post" / MUNICIPALITY
    keyring.save(folder, "signature", pair)
    assert (folder / "signature.key.pem").stat().st_mode & 0o777 == 0o600
    assert keyring.load(folder).signer(NOW).certificate.fingerprint == pair.certificate.fingerprint
    assert refused(lambda: keyring.save(folder, "signature", pair))[0] == "AKS-SEAL-506"
    (folder / "signature.key.pem").chmod(0o640)
    assert refused(lambda: keyring.load(folder))[0] == "AKS-SEAL-503"
    assert refused(lambda: keyring.load(tmp_path))[0] == "AKS-SEAL-502"


def test_a_key_of_another_certificate_is_refused(tmp_path: Path) -> None:
    keyring.save(tmp_path, "a", ring(MUNICIPALITY).signer(NOW))
    keyring.save(tmp_path, "b", ring(HOSPITAL).signer(NOW))
    (tmp_path / "a.pem").write_bytes((tmp_path / "b.pem").read_bytes())
    assert refused(lambda: keyring.load(tmp_path))[0] == "AKS-SEAL-505"


def test_renewal_takes_over_by_itself_and_old_keys_still_open() -> None:
    old, new = (making.enterprise(authority(), MUNICIPALITY, "X", Use.SIGN, NOW, days=d) for d in (10, 400))
    sealed = making.enterprise(authority(), MUNICIPALITY, "X", Use.ENCRYPT, NOW, days=-5)
    ours = keyring.Keyring((old, new, sealed))
    assert ours.signer(NOW) is new and ours.openers() == (sealed,)
    assert refused(lambda: ours.signer(NOW + timedelta(days=500)))[0] == "AKS-SEAL-501"


def test_nothing_of_a_key_is_in_a_repr() -> None:
    shown = repr(ring(MUNICIPALITY)) + repr(authority())
    assert MUNICIPALITY in shown and "BEGIN" not in shown and "RSAPrivateKey" not in shown


def test_roots_are_read_from_a_folder(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding

    (tmp_path / "root.pem").write_bytes(authority().certificate.public_bytes(Encoding.PEM))
    revoked = making.revocation_list(authority(), [ring(HOSPITAL).signer(NOW).certificate.x509], NOW)
    (tmp_path / "list.crl").write_bytes(revoked.public_bytes(Encoding.DER))
    found = trust.load(tmp_path)
    assert len(found.roots) == 1 and len(found.revocations) == 1 and not found.intermediates
    (tmp_path / "broken.crt").write_bytes(b"no")
    assert refused(lambda: trust.load(tmp_path))[0] == "AKS-SEAL-520"
