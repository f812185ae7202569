"""A community of another region: a hospital's documents, for whoever a token or an assertion vouches for; by MHD and by XCA.

    region = Region("Sørvest sykehus HF", home="2.16.578.1.12.4.5.100.7", helseid=…, saml=…)
    region.keep(number, letter("Epikrise", "Utskrevet i går …"))
    async with region: …                    region.address: /mhd, /xca, /saml/assertion (the national issuer's, for all)

Written from the public descriptions, and without code of the node's: what both misread would not be seen otherwise.
"""

import asyncio
import base64
import hashlib
import json
import re
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

import jwt
from aiohttp import web
from lxml import etree
from signxml.verifier import SignatureConfiguration, XMLVerifier

from akson.fhir import markup
from akson_lab.documents.saml import SAML, Asking, SamlIssuer
from akson_lab.nhn.helseid import HelseId, Refused

AUDIENCE = "nhn:phr"
SCOPES = frozenset({f"{AUDIENCE}/mhd/read-documentreferences", f"{AUDIENCE}/mhd/read-document"})
TYPES = "2.16.578.1.12.4.1.1.9602"
FNR = "2.16.578.1.12.4.1.4.1"
_PID = "helseid://claims/identity/pid"
_NAMES = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "a": "http://www.w3.org/2005/08/addressing",
    "rim": "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0",
    "x": "urn:ihe:iti:xds-b:2007",
}


@dataclass(frozen=True, slots=True)
class LabDocument:
    title: str
    content: bytes
    media_type: str = "text/plain"
    type: tuple[str, str] = ("A03-2", "Epikrise")
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    author: str = "Eva Lunde"
    blocked: bool = False
    """In no answer by MHD but the count."""
    id: str = field(default_factory=lambda: secrets.token_hex(8))

    @property
    def sha1(self) -> bytes:
        return hashlib.sha1(self.content, usedforsecurity=False).digest()


@dataclass
class Region:
    name: str
    home: str
    helseid: HelseId
    saml: SamlIssuer
    delay_s: float = 0.0
    """Before each answer."""
    damages: bool = False
    """Contents lose their end on the way."""
    asked: list[tuple[str, str]] = field(default_factory=list)
    """(transaction, name of who asked), in order."""
    address: str = ""
    _kept: dict[str, list[LabDocument]] = field(default_factory=dict)
    _runner: web.AppRunner | None = None

    @property
    def repository(self) -> str:
        return f"{self.home}.2"

    def keep(self, number: str, *documents: LabDocument) -> None:
        self._kept.setdefault(number, []).extend(documents)

    async def __aenter__(self) -> "Region":
        app = web.Application(client_max_size=10_000_000)
        app.router.add_post("/mhd/DocumentReference/_search", self._search)
        app.router.add_get("/mhd/document", self._document)
        app.router.add_post("/xca", self._xca)
        app.router.add_post("/saml/assertion", self._assertion)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.address = f"http://127.0.0.1:{port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    # MHD ------------------------------------------------------------------------------------------------------------

    async def _search(self, request: web.Request) -> web.Response:
        said = await self._admitted(request, "ITI-67")
        form = await request.post()
        number = str(form.get("patient.identifier", "")).rpartition("|")[2]
        if said is None or number not in _patients(said):
            return _unknown(self.helseid)
        found = self._kept.get(number, [])
        shown = [d for d in found if not d.blocked]
        bundle = {
            "resourceType": "Bundle",
            "type": "searchset",
            "total": len(shown),
            "entry": [{"resource": self._reference(d, number)} for d in shown],
        }
        count = str(len(found) - len(shown))
        return web.json_response(
            bundle, headers={"NHN-SecurityLabel-Nors-Count": count}, content_type="application/fhir+json"
        )

    async def _document(self, request: web.Request) -> web.Response:
        said = await self._admitted(request, "ITI-68")
        if said is None:
            return _unknown(self.helseid)
        wanted = request.query.get("documentUniqueId", "")
        theirs = [d for number in _patients(said) for d in self._kept.get(number, [])]
        found = next((d for d in theirs if d.id == wanted and not d.blocked), None)
        if found is None:
            return web.Response(status=404)
        return web.Response(body=self._sent(found), content_type=found.media_type)

    async def _admitted(self, request: web.Request, what: str) -> dict[str, Any] | None:
        """The claims of the token; None when it, or its proof, is not accepted."""
        await asyncio.sleep(self.delay_s)
        try:
            # The address to the letter, without the query: what a proof of possession names.
            self.helseid.admit(request, f"{self.address}{request.rel_url.raw_path}", AUDIENCE)
        except Refused:
            return None
        token = request.headers["Authorization"].partition(" ")[2]
        said = jwt.decode(token, options={"verify_signature": False})
        self.asked.append((what, str(said.get("name", ""))))
        return said

    def _reference(self, document: LabDocument, number: str) -> dict[str, Any]:
        code, text = document.type
        where = f"{self.address}/mhd/document?documentUniqueId={quote(document.id)}"
        return {
            "resourceType": "DocumentReference",
            "contained": [
                {"resourceType": "Practitioner", "id": "p", "name": [{"text": document.author}]},
                {"resourceType": "Organization", "id": "o", "name": self.name},
            ],
            "masterIdentifier": {"system": "urn:ietf:rfc:3986", "value": document.id},
            "status": "current",
            "type": {"coding": [{"system": f"urn:oid:{TYPES}", "code": code, "display": text}]},
            "category": [{"coding": [{"system": f"urn:oid:{TYPES}", "code": "A00-1"}]}],
            "subject": {"identifier": {"system": f"urn:oid:{FNR}", "value": number}},
            "author": [{"reference": "#p"}, {"reference": "#o"}],
            "content": [
                {
                    "attachment": {
                        "contentType": document.media_type,
                        "url": where,
                        "size": len(document.content),
                        "hash": base64.b64encode(document.sha1).decode(),
                        "title": document.title,
                        "creation": document.created.isoformat(timespec="seconds"),
                    },
                    "format": {"code": "urn:no:ehelse:document:text"},
                }
            ],
        }

    def _sent(self, document: LabDocument) -> bytes:
        return document.content[:-1] if self.damages else document.content

    # XCA ------------------------------------------------------------------------------------------------------------

    async def _assertion(self, request: web.Request) -> web.Response:
        """As the national service: who has a token for documents gets what sources ask for by SOAP."""
        said = await self._admitted(request, "assertion")
        if said is None:
            return _unknown(self.helseid)
        told = said["authorization_details"][0]["attestation"]
        place, care = told["practitioner"], told["care_relation"]
        asking = Asking(
            next(iter(_patients(said)), ""),
            national_id=said[_PID],
            name=said["name"],
            hpr=said.get("helseid://claims/hpr/hpr_number", ""),
            role=place.get("authorization", {}).get("code", ""),
            organisation=place["legal_entity"]["id"],
            organisation_name=place["legal_entity"].get("name", ""),
            purpose=care["purpose_of_use"]["code"],
            decision=care["decision_ref"]["id"],
        )
        made = self.saml.assertion(asking, at=datetime.now(UTC))
        return web.Response(body=made, content_type="application/xml")

    async def _xca(self, request: web.Request) -> web.Response:
        await asyncio.sleep(self.delay_s)
        root = markup.read(await request.read())
        id = root.findtext("s:Header/a:MessageID", "", _NAMES)
        action = root.findtext("s:Header/a:Action", "", _NAMES)
        signed = self._signed(root)
        if signed is None:
            return _fault(id)
        who = signed.findtext(f"{{{SAML}}}Subject/{{{SAML}}}NameID", "")
        self.asked.append((action.rpartition(":")[2], who))
        about = re.search(r"(\d{11})\^\^\^", "".join(signed.itertext()))
        mine = self._kept.get(about[1], []) if about else []
        body = root.find("s:Body", _NAMES)
        assert body is not None
        if action.endswith("CrossGatewayQuery"):
            asked = re.search(r"(\d{11})\^\^\^", "".join(body.itertext()))
            if about is None or asked is None or asked[1] != about[1]:
                return _fault(id)
            told = "".join(self._object(d, about[1]) for d in mine if not d.blocked)
            answer = (
                '<q:AdhocQueryResponse xmlns:q="urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0" '
                'status="urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success">'
                f'<RegistryObjectList xmlns="{_NAMES["rim"]}">{told}</RegistryObjectList></q:AdhocQueryResponse>'
            )
            return web.Response(body=_envelope(action, id, answer), content_type="application/soap+xml")
        wanted = [e.text for e in body.iterfind(".//x:DocumentUniqueId", _NAMES)]
        return self._multipart(action, id, [d for d in mine if d.id in wanted and not d.blocked])

    def _signed(self, root: etree._Element) -> etree._Element | None:
        found = root.find(f".//{{{SAML}}}Assertion")
        if found is None:
            return None
        try:
            result = XMLVerifier().verify(
                etree.tostring(found, with_tail=False),
                x509_cert=self.saml.certificate,
                id_attribute="ID",
                expect_config=SignatureConfiguration(location="./"),
            )
        except Exception:
            return None
        assert not isinstance(result, list)
        return result.signed_xml

    def _object(self, document: LabDocument, number: str) -> str:
        id = f"urn:uuid:{document.id}"
        code, text = document.type
        slots = {
            "creationTime": document.created.astimezone(UTC).strftime("%Y%m%d%H%M%S"),
            "hash": document.sha1.hex(),
            "size": str(len(document.content)),
            "repositoryUniqueId": self.repository,
        }
        told = "".join(_slot(name, value) for name, value in slots.items())
        author = _slot(
            "authorPerson", f"^{document.author.partition(' ')[2]}^{document.author.partition(' ')[0]}"
        )
        author += _slot("authorInstitution", self.name)
        return (
            f'<ExtrinsicObject id="{id}" home="urn:oid:{self.home}" mimeType={quoteattr(document.media_type)} '
            'objectType="urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1" '
            f'status="urn:oasis:names:tc:ebxml-regrep:StatusType:Approved">{told}'
            f"<Name><LocalizedString value={quoteattr(document.title)}/></Name>"
            f'<Classification id="{id}a" classificationScheme="urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d" '
            f'classifiedObject="{id}" nodeRepresentation="">{author}</Classification>'
            + _class(id, "urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a", "A00-1", TYPES, "Epikriser")
            + _class(id, "urn:uuid:f0306f51-975f-434e-a61c-c59651d33983", code, TYPES, text)
            + _class(
                id,
                "urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d",
                "urn:no:ehelse:document:text",
                "",
                "Tekst",
            )
            + _external(id, "urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427", f"{number}^^^&{FNR}&ISO")
            + _external(id, "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab", document.id)
            + "</ExtrinsicObject>"
        )

    def _multipart(self, action: str, id: str, found: list[LabDocument]) -> web.Response:
        boundary = secrets.token_hex(12)
        told = "".join(
            f"<DocumentResponse><HomeCommunityId>urn:oid:{self.home}</HomeCommunityId>"
            f"<RepositoryUniqueId>{self.repository}</RepositoryUniqueId><DocumentUniqueId>{d.id}</DocumentUniqueId>"
            f"<mimeType>{escape(d.media_type)}</mimeType><Document>"
            f'<i:Include xmlns:i="http://www.w3.org/2004/08/xop/include" href="cid:{d.id}@lab"/></Document>'
            "</DocumentResponse>"
            for d in found
        )
        status = "Success" if found else "Failure"
        body = (
            f'<RetrieveDocumentSetResponse xmlns="{_NAMES["x"]}">'
            '<rs:RegistryResponse xmlns:rs="urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0" '
            f'status="urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:{status}"/>{told}</RetrieveDocumentSetResponse>'
        )
        parts = [("root@lab", "application/xop+xml", _envelope(action, id, body))]
        parts += [(f"{d.id}@lab", d.media_type, self._sent(d)) for d in found]
        whole = b"".join(
            f"\r\n--{boundary}\r\nContent-Type: {kind}\r\nContent-ID: <{name}>\r\n\r\n".encode() + content
            for name, kind, content in parts
        )
        return web.Response(
            body=whole + f"\r\n--{boundary}--\r\n".encode(),
            headers={
                "Content-Type": f'multipart/related; type="application/xop+xml"; start="<root@lab>"; boundary="{boundary}"'
            },
        )


def letter(title: str, text: str, **more: Any) -> LabDocument:
    return LabDocument(title, text.encode(), **more)


def _patients(said: dict[str, Any]) -> set[str]:
    """Whom the enterprise of who asks vouches for."""
    details = said.get("authorization_details") or []
    text = json.dumps([d.get("attestation", {}).get("patients", []) for d in details if isinstance(d, dict)])
    return set(re.findall(r'"id": "(\d{11})"', text))


def _unknown(helseid: HelseId) -> web.Response:
    told = 'DPoP error="use_dpop_nonce"' if helseid.asks_for_nonce else "DPoP"
    return web.Response(status=401, headers={"WWW-Authenticate": told, "DPoP-Nonce": helseid.nonce})


def _envelope(action: str, relates_to: str, body: str) -> bytes:
    return (
        f'<s:Envelope xmlns:s="{_NAMES["s"]}" xmlns:a="{_NAMES["a"]}"><s:Header><a:Action>{action}Response</a:Action>'
        f"<a:RelatesTo>{escape(relates_to)}</a:RelatesTo></s:Header><s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def _fault(relates_to: str) -> web.Response:
    body = (
        "<s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code>"
        '<s:Reason><s:Text xml:lang="en">Not accepted</s:Text></s:Reason></s:Fault>'
    )
    return web.Response(
        status=400, body=_envelope("fault", relates_to, body), content_type="application/soap+xml"
    )


def _slot(name: str, value: str) -> str:
    return f'<Slot name="{name}"><ValueList><Value>{escape(value)}</Value></ValueList></Slot>'


def _class(id: str, scheme: str, code: str, system: str, text: str) -> str:
    return (
        f'<Classification id="{id}{scheme[-3:]}" classificationScheme="{scheme}" classifiedObject="{id}" '
        f'nodeRepresentation="{code}">{_slot("codingScheme", system)}<Name><LocalizedString value={quoteattr(text)}/></Name>'
        "</Classification>"
    )


def _external(id: str, scheme: str, value: str) -> str:
    return (
        f'<ExternalIdentifier id="{id}{scheme[-3:]}" registryObject="{id}" identificationScheme="{scheme}" '
        f"value={quoteattr(value)}/>"
    )
