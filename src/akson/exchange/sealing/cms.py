"""Cryptographic Message Syntax (RFC 5652): EnvelopedData for ebXML, SignedData inside EnvelopedData for AMQP.

Written by `cryptography`: AES-256-CBC, RSA key transport, SHA-256. Read by `asn1crypto`, which takes what the builders of
others make (BER of unknown length, OAEP, several receivers), with the mathematics from `cryptography`. Why: ADR 0121.

Every failure to open gives one and the same refusal: who may send us bytes must not learn why they would not open.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import cms as asn1
from asn1crypto import core
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import pkcs7

from akson.exchange.sealing import certificates, refusals
from akson.exchange.sealing.certificates import Certificate, Use
from akson.exchange.sealing.keyring import Pair
from akson.exchange.sealing.trust import Compatibility, Trust
from akson.fhir.problem import Problem

SEALED_BYTES_MAX = 48 * 1024 * 1024
"""What 35 MB become, and room for what an attachment adds."""
RECEIVERS_MAX = 20

_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_OLD_HASHES: dict[str, hashes.HashAlgorithm] = {"sha1": hashes.SHA1()}  # noqa: S303 - read in compatibility alone
_AES = {"aes128_cbc", "aes192_cbc", "aes256_cbc"}


@dataclass(frozen=True, slots=True)
class Signed:
    """What was signed, and by whom: the certificate was believed."""

    content: bytes
    signer: Certificate


def encrypt(content: bytes, receivers: Sequence[Certificate]) -> bytes:
    """EnvelopedData in DER for those certificates, which must be for encryption. Raises Problem AKS-SEAL-210."""
    assert receivers and len(content) <= SEALED_BYTES_MAX
    builder = pkcs7.PKCS7EnvelopeBuilder().set_data(content)
    builder = builder.set_content_encryption_algorithm(algorithms.AES256)
    for receiver in receivers:
        if Use.ENCRYPT not in receiver.uses:
            raise refusals.certificate(210, "The receiver's certificate is not for encryption.")
        builder = builder.add_recipient(receiver.x509)
    return builder.encrypt(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])


def decrypt(sealed: bytes, openers: Sequence[Pair], compatibility: Compatibility) -> bytes:
    """What is inside. Raises Problem AKS-SEAL-401: not for us, not whole, not CMS; 402: an algorithm that is not read."""
    try:
        enveloped = _content(sealed, "enveloped_data")
        encrypted = enveloped["encrypted_content_info"]
        method = encrypted["content_encryption_algorithm"]
        name = method["algorithm"].native
        iv = method["parameters"].native
        if name not in _AES and not (name == "tripledes_3key" and compatibility.triple_des):
            raise refusals.sealed(402, f"The encryption {_word(name)} is not read here; AES-256-CBC is.")
        key = _content_key(enveloped["recipient_infos"], openers)
        made = TripleDES(key) if name == "tripledes_3key" else algorithms.AES(key)
        decryptor = Cipher(made, modes.CBC(iv)).decryptor()
        padded = decryptor.update(encrypted["encrypted_content"].native) + decryptor.finalize()
        unpadder = PKCS7(made.block_size).unpadder()
        return unpadder.update(padded) + unpadder.finalize()
    except Problem:
        raise
    except Exception as error:
        # Whatever a library makes of hostile bytes, the answer is one.
        raise refusals.sealed(401, "The encrypted part cannot be opened by any of our keys.") from error


def _content(sealed: bytes, kind: str) -> Any:
    """Raises ValueError."""
    if len(sealed) > SEALED_BYTES_MAX:
        raise ValueError("too large")
    info = asn1.ContentInfo.load(sealed, strict=True)
    if info["content_type"].native != kind:
        raise ValueError("another kind of CMS")
    return info["content"]


def _content_key(receivers: asn1.RecipientInfos, openers: Sequence[Pair]) -> bytes:
    if len(receivers) > RECEIVERS_MAX:
        raise ValueError("too many receivers")
    for receiver in receivers:
        if receiver.name != "ktri":
            continue
        for pair in openers:
            if _is(receiver.chosen["rid"], pair.certificate.x509):
                scheme = receiver.chosen["key_encryption_algorithm"]
                return pair.key.decrypt(receiver.chosen["encrypted_key"].native, _transport(scheme))
    raise LookupError("no key of ours")


def _transport(scheme: asn1.KeyEncryptionAlgorithm) -> padding.AsymmetricPadding:
    name = scheme["algorithm"].native
    if name == "rsaes_pkcs1v15":
        return padding.PKCS1v15()
    if name != "rsaes_oaep":
        raise ValueError("another key transport")
    given = scheme["parameters"]
    known: dict[str, hashes.HashAlgorithm] = {**_HASHES, **_OLD_HASHES}  # OAEP's default is SHA-1, and sound
    digest = known[given["hash_algorithm"]["algorithm"].native]
    mask = known[given["mask_gen_algorithm"]["parameters"]["algorithm"].native]
    return padding.OAEP(padding.MGF1(mask), digest, None)


def _is(identifier: asn1.RecipientIdentifier | asn1.SignerIdentifier, certificate: x509.Certificate) -> bool:
    """Issuer and serial number, or the subject's key identifier."""
    if identifier.name == "issuer_and_serial_number":
        chosen = identifier.chosen
        same = chosen["serial_number"].native == certificate.serial_number
        return same and chosen["issuer"].dump() == certificate.issuer.public_bytes()
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    except x509.ExtensionNotFound:
        return False
    return identifier.chosen.native == found.value.digest


def sign(content: bytes, pair: Pair) -> bytes:
    """SignedData in DER with the content and our certificate in it, SHA-256."""
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content)
    builder = builder.add_signer(pair.certificate.x509, pair.key, hashes.SHA256())
    options = [pkcs7.PKCS7Options.Binary, pkcs7.PKCS7Options.NoCapabilities]
    return builder.sign(serialization.Encoding.DER, options)


def verify(signed: bytes, trust: Trust, at: datetime) -> Signed:
    """What was signed by exactly one signer whose certificate is believed. Raises Problem AKS-SEAL-101…105, 2xx, 301."""
    try:
        data = _content(signed, "signed_data")
        content = data["encap_content_info"]["content"].native
        signers = data["signer_infos"]
        if len(signers) != 1 or not isinstance(content, bytes):
            raise refusals.signature(101, "It is not signed by exactly one signer, with the content inside.")
        signer = signers[0]
        digest = _digest(signer["digest_algorithm"]["algorithm"].native, trust.compatibility)
        certificate = _signer_certificate(data, signer)
        _verify(signer, content, certificate, digest)
    except Problem:
        raise
    except InvalidSignature as error:
        raise refusals.signature(102, "The signature does not hold for what it stands on.") from error
    except Exception as error:
        # As above.
        raise refusals.signature(103, "The signed part cannot be read.") from error
    trust.check(certificate, Use.SIGN, at)
    return Signed(content, certificate)


def _digest(name: str, compatibility: Compatibility) -> hashes.HashAlgorithm:
    allowed = {**_HASHES, **(_OLD_HASHES if compatibility.sha1 else {})}
    if name not in allowed:
        raise refusals.signature(104, f"The digest {_word(name)} is not believed here; SHA-256 is.")
    return allowed[name]


def _signer_certificate(data: asn1.SignedData, signer: asn1.SignerInfo) -> Certificate:
    for choice in data["certificates"]:
        if choice.name != "certificate":
            continue
        found = certificates.read(choice.chosen.dump())
        if _is(signer["sid"], found.x509):
            return found
    raise refusals.certificate(205, "The signer's certificate is not enclosed.")


def _verify(
    signer: asn1.SignerInfo, content: bytes, certificate: Certificate, digest: hashes.HashAlgorithm
) -> None:
    """RFC 5652 5.4: the signature stands on the attributes, and they name the content's digest; or on the content."""
    scheme = signer["signature_algorithm"].signature_algo
    if scheme != "rsassa_pkcs1v15":
        raise refusals.signature(105, f"The signature {_word(scheme)} is not read here; RSA with SHA-256 is.")
    attributes = signer["signed_attrs"]
    over = content
    if attributes.native:
        hashed = hashes.Hash(digest)
        hashed.update(content)
        if _attribute(attributes, "message_digest") != hashed.finalize():
            raise InvalidSignature
        if _attribute(attributes, "content_type") != "data":
            raise InvalidSignature
        over = attributes.untag().dump(force=True)
        assert over[:1] == bytes([core.SetOf.tag | 0x20])
    certificate.public_key.verify(signer["signature"].native, over, padding.PKCS1v15(), digest)


def _attribute(attributes: asn1.CMSAttributes, type: str) -> object:
    found = [each["values"] for each in attributes if each["type"].native == type]
    if len(found) != 1 or len(found[0]) != 1:
        raise InvalidSignature
    return found[0][0].native


def _word(name: object) -> str:
    """An algorithm's name as it may be told: it came from outside."""
    return "".join(c for c in str(name) if c.isalnum() or c in "._-")[:40]
