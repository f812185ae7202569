"""The XML signature of an ebXML envelope, in the one form that HIS 1037 (5.5, with errata) allows, written and verified.

    Envelope/Header/ds:Signature
      SignedInfo     C14N 2001-03-15, rsa-sha256
        Reference URI=""        enveloped-signature, XPath (leaves out what is for the next station), C14N; sha256
        Reference URI="cid:…"   one for each MIME part: its bytes before base64, no transforms
      SignatureValue
      KeyInfo/X509Data/X509Certificate    exactly one

`signxml` signs and verifies (ADR 0122). Before it sees a signature, every element of it must be of this form: exactly one
in the document, in its one place, over the whole document and exactly the parts that came. What is read afterwards is what
`signxml` says was signed, never the tree that came in: a signature that was moved, or wrapped, has nothing to point at.

`signxml` leaves the XPath transform out. It leaves out nothing where no element is for the next station, so a document with
such an element is refused; Norwegian care messages have no stations in between.
"""

import binascii
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime

from lxml import etree
from signxml.algorithms import (
    CanonicalizationMethod,
    DigestAlgorithm,
    SignatureConstructionMethod,
    SignatureMethod,
)
from signxml.signer import SignatureReference, XMLSigner
from signxml.verifier import SignatureConfiguration, XMLVerifier

from akson.exchange.sealing import certificates, refusals
from akson.exchange.sealing.certificates import Certificate, Use
from akson.exchange.sealing.keyring import Pair
from akson.exchange.sealing.trust import Trust
from akson.fhir import markup

DS = "http://www.w3.org/2000/09/xmldsig#"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
ENVELOPED = f"{DS}enveloped-signature"
XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
NEXT_MSH = "urn:oasis:names:tc:ebxml-msg:actor:nextMSH"
NEXT = "http://schemas.xmlsoap.org/soap/actor/next"
NOT_FOR_NEXT = (
    f'not(ancestor-or-self::node()[@SOAP-ENV:actor="{NEXT_MSH}"] | '
    f'ancestor-or-self::node()[@SOAP-ENV:actor="{NEXT}"])'
)
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
RSA_SHA1 = f"{DS}rsa-sha1"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
SHA1 = f"{DS}sha1"
PARTS_MAX = 20


@dataclass(frozen=True, slots=True)
class Verified:
    """`root` is the envelope as it was signed, without its signature: the only tree that may be read."""

    root: etree._Element
    references: tuple[etree._Element, ...]
    """`ds:Reference` of the signature, as an acknowledgement quotes them."""
    signer: Certificate


def sign(envelope: etree._Element, parts: Mapping[str, bytes], pair: Pair) -> bytes:
    """The envelope's bytes with its signature last in the header. `parts`: Content-Id without brackets -> bytes."""
    signer = _Signer(parts)
    signed = signer.sign(envelope, key=pair.key, cert=[pair.certificate.x509])
    return markup.write(signed)


class _Signer(XMLSigner):
    """`signxml` with this form: the whole document with three transforms, and parts that are bytes."""

    def __init__(self, parts: Mapping[str, bytes]) -> None:
        super().__init__(
            method=SignatureConstructionMethod.enveloped,
            signature_algorithm=SignatureMethod.RSA_SHA256,
            digest_algorithm=DigestAlgorithm.SHA256,
            c14n_algorithm=CanonicalizationMethod.CANONICAL_XML_1_0,
        )
        self.namespaces = {"ds": DS}
        self._parts = parts

    def _unpack(self, data, references):  # type: ignore[no-untyped-def,override]  # noqa: ANN001, ANN202
        whole = etree.tostring(data, method="c14n", with_comments=False)
        header = data.find(f"{{{SOAP}}}Header")
        signature = etree.SubElement(header, f"{{{DS}}}Signature", nsmap=self.namespaces)
        named = [SignatureReference(URI=""), *(SignatureReference(URI=f"cid:{id}") for id in self._parts)]
        return signature, data, [whole, *self._parts.values()], named

    def _c14n(self, nodes, algorithm, inclusive_ns_prefixes=None):  # type: ignore[no-untyped-def,override]  # noqa: ANN001, ANN202
        if isinstance(nodes, bytes):
            return nodes
        return super()._c14n(nodes, algorithm=algorithm, inclusive_ns_prefixes=inclusive_ns_prefixes)

    def _build_transforms_for_reference(self, *, transforms_node, reference, **_):  # type: ignore[no-untyped-def,override]  # noqa: ANN001, ANN003, ANN202
        if reference.URI:
            transforms_node.getparent().remove(transforms_node)
            return
        for algorithm in (ENVELOPED, XPATH, C14N):
            made = etree.SubElement(transforms_node, f"{{{DS}}}Transform", Algorithm=algorithm)
            if algorithm == XPATH:
                etree.SubElement(made, f"{{{DS}}}XPath", nsmap={"SOAP-ENV": SOAP}).text = NOT_FOR_NEXT


def verify(
    content: bytes, parts: Mapping[str, bytes], trust: Trust, at: Callable[[etree._Element], datetime]
) -> Verified:
    """What was signed, by whom. `at` reads from the signed envelope when it was sealed.

    Raises Problem AKS-SEAL-110…122 (form and value), 2xx and 301 (certificate), AKS-XML-0xx (not to be read as XML).
    """
    root = markup.read(content)
    signature = _only_signature(root)
    _check_form(root, signature, parts, trust)
    signer = _certificate(signature)
    sha1 = trust.compatibility.sha1
    config = SignatureConfiguration(
        location=f"./{{{SOAP}}}Header/",
        expect_references=len(parts) + 1,
        signature_methods=frozenset(
            [SignatureMethod.RSA_SHA256, *([SignatureMethod.RSA_SHA1] if sha1 else [])]
        ),
        digest_algorithms=frozenset([DigestAlgorithm.SHA256, *([DigestAlgorithm.SHA1] if sha1 else [])]),
        # Validity is Trust's to judge, at the time the envelope says.
        verification_time=signer.valid_from,
    )
    try:
        found = XMLVerifier().verify(
            root,
            x509_cert=signer.x509,
            uri_resolver=lambda uri: parts.get(uri.removeprefix("cid:")),
            expect_config=config,
        )
    except Exception as error:
        # SignXMLException, and whatever the libraries below it make of hostile bytes: one answer.
        raise refusals.signature(110, "The signature does not hold for what it stands on.") from error
    results = found if isinstance(found, list) else [found]
    signed = markup.read(results[0].signed_data)
    trust.check(signer, Use.SIGN, at(signed))
    info = results[0].signature_xml.find(f"{{{DS}}}SignedInfo")
    assert info is not None
    return Verified(signed, tuple(deepcopy(r) for r in info.findall(f"{{{DS}}}Reference")), signer)


def _only_signature(root: etree._Element) -> etree._Element:
    found = list(root.iter(f"{{{DS}}}Signature"))
    if len(found) != 1:
        raise refusals.signature(111, f"The envelope has {len(found)} signatures; it has one.")
    parent = found[0].getparent()
    headers = root.findall(f"{{{SOAP}}}Header")
    if root.tag != f"{{{SOAP}}}Envelope" or len(headers) != 1 or parent is not headers[0]:
        raise refusals.signature(112, "The signature does not stand in the header of the envelope.")
    return found[0]


def _check_form(
    root: etree._Element, signature: etree._Element, parts: Mapping[str, bytes], trust: Trust
) -> None:
    if [_local(child) for child in signature] != ["SignedInfo", "SignatureValue", "KeyInfo"]:
        raise refusals.signature(
            113, "The signature has other parts than SignedInfo, SignatureValue, KeyInfo."
        )
    info = signature[0]
    names = [_local(child) for child in info]
    if names[:3] != ["CanonicalizationMethod", "SignatureMethod", "Reference"] or set(names[3:]) - {
        "Reference"
    }:
        raise refusals.signature(114, "SignedInfo is not of the form that HIS 1037 gives.")
    if info[0].get("Algorithm") != C14N or len(info[0]):
        raise refusals.signature(115, "The canonicalisation is not C14N of 2001-03-15.")
    allowed = {RSA_SHA256, *([RSA_SHA1] if trust.compatibility.sha1 else [])}
    if info[1].get("Algorithm") not in allowed:
        raise refusals.signature(116, "The signature's algorithm is not believed here; rsa-sha256 is.")
    _check_references(info.findall(f"{{{DS}}}Reference"), parts, trust)
    if any(e.get(f"{{{SOAP}}}actor") in (NEXT_MSH, NEXT) for e in root.iter(etree.Element)):
        raise refusals.signature(122, "The envelope has elements for a station in between.")


def _check_references(references: list[etree._Element], parts: Mapping[str, bytes], trust: Trust) -> None:
    named = [reference.get("URI") for reference in references]
    if len(named) > PARTS_MAX + 1 or len(set(named)) != len(named):
        raise refusals.signature(117, "The signature refers to too much, or to something twice.")
    if set(named) != {"", *(f"cid:{id}" for id in parts)}:
        raise refusals.signature(
            118, "The signature does not cover the envelope and exactly the parts that came."
        )
    if named[0] != "":
        raise refusals.signature(114, "SignedInfo is not of the form that HIS 1037 gives.")
    allowed = {SHA256, *([SHA1] if trust.compatibility.sha1 else [])}
    for reference in references:
        transforms = reference.findall(f"{{{DS}}}Transforms/{{{DS}}}Transform")
        if not _transforms_hold(transforms, whole=reference.get("URI") == ""):
            raise refusals.signature(119, "The transforms are not those of HIS 1037, in their order.")
        method = reference.find(f"{{{DS}}}DigestMethod")
        if method is None or method.get("Algorithm") not in allowed:
            raise refusals.signature(120, "The digest's algorithm is not believed here; sha256 is.")


def _transforms_hold(transforms: list[etree._Element], *, whole: bool) -> bool:
    """Without the XPath too, as the first official examples have it: that signs more, never less."""
    algorithms = [transform.get("Algorithm") for transform in transforms]
    if not whole:
        return not algorithms
    if any(len(t) for t in transforms if t.get("Algorithm") != XPATH):
        return False
    if algorithms == [ENVELOPED, C14N]:
        return True
    if algorithms != [ENVELOPED, XPATH, C14N] or len(transforms[1]) != 1:
        return False
    expression = transforms[1][0]
    same = "".join((expression.text or "").split()) == "".join(NOT_FOR_NEXT.split())
    return same and expression.tag == f"{{{DS}}}XPath" and not len(expression)


def _certificate(signature: etree._Element) -> Certificate:
    info = signature.find(f"{{{DS}}}KeyInfo")
    assert info is not None  # _check_form
    found = info.findall(f"{{{DS}}}X509Data/{{{DS}}}X509Certificate")
    inside = [_local(e) for e in info.iterdescendants(etree.Element)]
    if len(found) != 1 or set(inside) - {"X509Data", "X509Certificate", "X509IssuerSerial", "X509IssuerName",
                                         "X509SerialNumber", "X509SubjectName", "X509SKI"}:  # fmt: skip
        raise refusals.signature(121, "KeyInfo does not hold exactly one certificate, and no other key.")
    try:
        der = binascii.a2b_base64("".join((found[0].text or "").split()), strict_mode=True)
    except (binascii.Error, ValueError) as error:
        raise refusals.certificate(202, "The certificate cannot be read.") from error
    return certificates.read(der)


def _local(element: etree._Element) -> str:
    """The name of an element of XML Signature, "" for any other."""
    name = etree.QName(element)
    return name.localname if name.namespace == DS else ""
