"""The XML signature: libxmlsec1 believes ours, we believe its; what was moved, wrapped, old or broken is refused."""

import random
from datetime import datetime

import pytest
from cryptography.hazmat.primitives import serialization
from lxml import etree

from akson.exchange.sealing import making, xml_signature
from akson.exchange.sealing.certificates import Use
from akson.exchange.sealing.keyring import Pair
from akson.exchange.sealing.trust import Compatibility
from akson.exchange.sealing.xml_signature import DS, SOAP
from akson.fhir import markup
from tests.exchange.sealing.stage import HOSPITAL, NOW, authority, ring, stranger, trusted
from tests.exchange.sealing.test_certificates import refused

PARTS = {"a1@x": b"\x00sealed \xff", "b2@x": b"more"}
ENVELOPE = (
    f'<S:Envelope xmlns:S="{SOAP}" xmlns:eb="urn:eb"><S:Header><eb:To her="1">æ &amp; ø</eb:To></S:Header>'
    '<S:Body><eb:Manifest xmlns:xlink="http://www.w3.org/1999/xlink"/></S:Body></S:Envelope>'
).encode()


def at(_: etree._Element) -> datetime:
    return NOW


def signer() -> Pair:
    return ring(HOSPITAL).signer(NOW)


def signed(envelope: bytes = ENVELOPE, pair: Pair | None = None) -> bytes:
    return xml_signature.sign(markup.read(envelope), PARTS, pair or signer())


def verify(content: bytes, parts: dict[str, bytes] = PARTS, **more: object) -> xml_signature.Verified:
    return xml_signature.verify(content, parts, trusted(**more), at)


def test_what_is_signed_is_believed_and_read_without_its_signature() -> None:
    found = verify(signed())
    assert found.signer.organisation_number == HOSPITAL
    assert markup.canonical(found.root) == markup.canonical(markup.read(ENVELOPE))
    assert [r.get("URI") for r in found.references] == ["", "cid:a1@x", "cid:b2@x"]


def test_the_form_is_that_of_his_1037() -> None:
    info = markup.read(signed()).find(f".//{{{DS}}}SignedInfo")
    assert info is not None
    assert [t.get("Algorithm") for t in info.iter(f"{{{DS}}}Transform")] == [
        "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
        "http://www.w3.org/TR/1999/REC-xpath-19991116",
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
    ]
    assert {m.get("Algorithm") for m in info.iter(f"{{{DS}}}DigestMethod")} == {xml_signature.SHA256}
    part = info[3]
    assert part.get("URI") == "cid:a1@x" and [etree.QName(c).localname for c in part] == [
        "DigestMethod",
        "DigestValue",
    ]
    assert len(list(markup.read(signed()).iter(f"{{{DS}}}X509Certificate"))) == 1


@pytest.fixture
def xmlsec():
    return pytest.importorskip(
        "xmlsec", reason="xmlsec, the referee, does not match this lxml", exc_type=Exception
    )


def referee(xmlsec, context, act):
    """libxmlsec1 finds the parts of a message by their cid."""
    opened: dict[int, list[bytes]] = {}

    def open_(uri: str | bytes) -> object:
        name = uri.decode() if isinstance(uri, bytes) else uri
        handle = [PARTS[name.removeprefix("cid:")]]
        opened[id(handle)] = handle
        return handle

    def read(handle: list[bytes], buffer: memoryview) -> int:
        taken = handle[0][: len(buffer)]
        buffer[: len(taken)] = taken
        handle[0] = handle[0][len(taken) :]
        return len(taken)

    def mine(uri: str | bytes) -> bool:
        return (uri.decode() if isinstance(uri, bytes) else uri).startswith("cid:")

    xmlsec.cleanup_callbacks()
    xmlsec.register_callbacks(mine, open_, read, lambda handle: None)
    try:
        act(context)
    finally:
        xmlsec.cleanup_callbacks()
        xmlsec.register_default_callbacks()


def pem(pair: Pair) -> bytes:
    return pair.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def test_libxmlsec1_believes_ours(xmlsec) -> None:
    root = etree.fromstring(signed())
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(
        signer().certificate.x509.public_bytes(serialization.Encoding.PEM), xmlsec.KeyFormat.CERT_PEM
    )
    referee(xmlsec, context, lambda c: c.verify(root.find(f".//{{{DS}}}Signature")))
    root.find(".//{urn:eb}To").set("her", "2")
    with pytest.raises(xmlsec.Error):
        referee(xmlsec, context, lambda c: c.verify(root.find(f".//{{{DS}}}Signature")))


def test_we_believe_those_of_libxmlsec1(xmlsec) -> None:
    root = etree.fromstring(signed())
    for element in root.iter(f"{{{DS}}}DigestValue", f"{{{DS}}}SignatureValue"):
        element.text = ""
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(pem(signer()), xmlsec.KeyFormat.PEM)
    referee(xmlsec, context, lambda c: c.sign(root.find(f".//{{{DS}}}Signature")))
    assert verify(etree.tostring(root)).signer.organisation_number == HOSPITAL


@pytest.mark.parametrize(
    ("before", "after", "id"),
    [
        ("æ &amp; ø", "æ &amp; å", "AKS-SEAL-110"),
        ('her="1"', 'her="2"', "AKS-SEAL-110"),
        ("<S:Body>", '<S:Body><eb:Manifest x="1"/>', "AKS-SEAL-110"),
        ("xmldsig-more#rsa-sha256", "xmldsig-more#rsa-sha512", "AKS-SEAL-116"),
        ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", f"{DS}rsa-sha1", "AKS-SEAL-116"),
        ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", f"{DS}hmac-sha1", "AKS-SEAL-116"),
        ("http://www.w3.org/2001/04/xmlenc#sha256", f"{DS}sha1", "AKS-SEAL-120"),
        ("http://www.w3.org/TR/1999/REC-xpath-19991116", "http://www.w3.org/TR/1999/REC-xslt-19991116", "AKS-SEAL-119"),
        ("not(ancestor", "not(self::node() or ancestor", "AKS-SEAL-119"),
        ('URI="cid:a1@x"', 'URI="file:///etc/hostname"', "AKS-SEAL-118"),
        ('URI="cid:a1@x"', 'URI="http://127.0.0.1/"', "AKS-SEAL-118"),
        ('URI="cid:a1@x"', 'URI="cid:b2@x"', "AKS-SEAL-117"),
        ('Reference URI=""', 'Reference URI="#x"', "AKS-SEAL-118"),
        ("<ds:KeyInfo>", "<ds:KeyInfo><ds:KeyValue/>", "AKS-SEAL-121"),
        ("<ds:SignatureValue>", "<ds:SignatureValue>AAAA", "AKS-SEAL-110"),
        ("</ds:Signature>", "<ds:Object/></ds:Signature>", "AKS-SEAL-113"),
        ("</ds:Signature>", f'</ds:Signature><ds:Signature xmlns:ds="{DS}"/>', "AKS-SEAL-111"),
        ('her="1"', 'her="1" S:actor="http://schemas.xmlsoap.org/soap/actor/next"', "AKS-SEAL-122"),
        ("</ds:X509Certificate>", "!</ds:X509Certificate>", "AKS-SEAL-202"),
    ],
)  # fmt: skip
def test_what_is_changed_is_refused(before: str, after: str, id: str) -> None:
    text = signed().decode()
    assert before in text
    assert refused(lambda: verify(text.replace(before, after, 1).encode()))[0] == id


@pytest.mark.parametrize(
    "parts",
    [{}, {"a1@x": PARTS["a1@x"]}, {**PARTS, "a1@x": b"other"}, {**PARTS, "c3@x": b"smuggled"}],
)  # fmt: skip
def test_the_parts_that_came_are_the_parts_that_were_signed(parts: dict[str, bytes]) -> None:
    assert refused(lambda: verify(signed(), parts))[1] == "S01"


def test_a_signature_that_was_wrapped_has_nothing_to_point_at() -> None:
    """The signed envelope is kept inside another one, whose body is the attacker's."""
    inner = signed().decode().split("?>", 1)[1]
    evil = inner.replace("æ &amp; ø", "evil")
    signature = inner[inner.index("<ds:Signature ") : inner.index("</ds:Signature>") + len("</ds:Signature>")]
    without = evil.replace(signature, "")
    wrapped = [
        without.replace("<S:Body>", f"<S:Body>{inner}"),
        without.replace(
            "</S:Header>", f"{signature}<eb:Kept>{inner.replace(signature, '')}</eb:Kept></S:Header>"
        ),
        without.replace("</S:Header>", f"</S:Header><S:Header>{signature}</S:Header>"),
        without.replace("<S:Body>", f"<S:Body>{signature}"),
    ]
    for each in wrapped:
        assert refused(lambda each=each: verify(each.encode()))[1] == "S01"


def test_sha1_is_believed_in_explicit_compatibility_alone(xmlsec) -> None:
    root = etree.fromstring(signed())
    for element in root.iter(f"{{{DS}}}DigestMethod"):
        element.set("Algorithm", xml_signature.SHA1)
    root.find(f".//{{{DS}}}SignatureMethod").set("Algorithm", xml_signature.RSA_SHA1)
    for element in root.iter(f"{{{DS}}}DigestValue", f"{{{DS}}}SignatureValue"):
        element.text = ""
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(pem(signer()), xmlsec.KeyFormat.PEM)
    referee(xmlsec, context, lambda c: c.sign(root.find(f".//{{{DS}}}Signature")))
    assert refused(lambda: verify(etree.tostring(root))) == ("AKS-SEAL-116", "S01")
    assert verify(etree.tostring(root), compatibility=Compatibility(sha1=True)).root is not None


def test_another_key_than_the_certificates_and_a_stranger_are_refused() -> None:
    forged = making.enterprise(stranger(), HOSPITAL, "Storfjord sykehus", Use.SIGN, NOW)
    own = making.enterprise(authority(), HOSPITAL, "Storfjord sykehus", Use.SIGN, NOW)
    assert refused(lambda: verify(signed(pair=forged))) == ("AKS-SEAL-213", "S02")
    mixed = signed(pair=Pair(signer().certificate, own.key))
    assert refused(lambda: verify(mixed)) == ("AKS-SEAL-110", "S01")
    sealing = ring(HOSPITAL).openers()[0]
    assert refused(lambda: verify(signed(pair=sealing))) == ("AKS-SEAL-210", "S02")


def test_what_came_with_comments_or_other_spelling_of_the_same_is_the_same() -> None:
    text = signed().decode().replace('her="1"', "her='1'").replace("<S:Body>", "<S:Body><!-- c -->")
    assert markup.canonical(verify(text.encode()).root) == markup.canonical(markup.read(ENVELOPE))


@pytest.mark.parametrize("seed", range(4))
def test_no_byte_may_change(seed: int) -> None:
    """What comes through after one bit was turned says the same as what was signed."""
    chance, content = random.Random(seed), signed()
    meant = markup.canonical(markup.read(ENVELOPE))
    for _ in range(60):
        broken = bytearray(content)
        broken[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        try:
            found = verify(bytes(broken))
        except Exception as error:
            assert getattr(error, "id", "").startswith(("AKS-SEAL-", "AKS-XML-")), repr(error)
        else:
            assert markup.canonical(found.root) == meant
