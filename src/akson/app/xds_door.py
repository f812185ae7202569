"""/xds: documents by SOAP 1.2, as responding gateway (XCA), and as registry and repository (XDS.b).

    POST /xds   ITI-18, 38 (stored query)      ITI-39, 43 (retrieve, answered with MTOM): which, the message's Action says

Who asks is in the SAML assertion of the header; documents.toml says whose are believed. The exchange is synchronous: a
message that wants its answer elsewhere is refused with WS-Addressing's own fault.
"""

import logging
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any

from cryptography import x509

from akson.api.request import Disconnected, read_body, read_request
from akson.fhir.problem import Problem, ProblemKind
from akson.identity.rates import Rates
from akson.sharing.documents.declared import Declared, SamlIssuer
from akson.sharing.documents.entry import Community
from akson.sharing.documents.opening import open_for
from akson.sharing.documents.shelf import Shelf
from akson.sharing.documents.xds import answering, asking, mime, names, soap
from akson.sharing.documents.xds.callers import SamlCallers

if TYPE_CHECKING:
    from pathlib import Path

    from akson.app.asgi import Receive, Scope, Send
    from akson.record.door import Record
    from akson.world import Random

PATH = "/xds"
BODY_BYTES_MAX = 1024 * 1024
"""A question, never a document: what is provided comes by ITI-65."""
_log = logging.getLogger("akson")


def trusted_in(data: "Path", declared: Declared) -> dict[str, tuple[SamlIssuer, list[x509.Certificate]]]:
    """The issuers of documents.toml with their certificates. One whose file cannot be read is not believed, and told of."""
    found: dict[str, tuple[SamlIssuer, list[x509.Certificate]]] = {}
    for issuer in declared.saml:
        try:
            certificates = x509.load_pem_x509_certificates((data / issuer.certificate).read_bytes())
        except (OSError, ValueError) as unreadable:
            _log.error("AKS-SAML-003 %s: %s", issuer.certificate, type(unreadable).__name__)
            continue
        found[issuer.issuer] = (issuer, certificates)
    return found


class XdsDoor:
    """Built once per web worker."""

    def __init__(
        self, record: "Record", callers: SamlCallers, community: Community, rates: Rates, random: "Random"
    ) -> None:
        self._record = record
        self._callers = callers
        self._community = community
        self._rates = rates
        self._random = random

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        relates_to = ""
        try:
            request = read_request(scope, "")
            if request.method != "POST" or request.path:
                await _send(send, 405 if not request.path else 404, mime.SOAP_TYPE, b"")
                return
            body = await read_body(_bounded(receive), request.headers)
            envelope, _ = mime.parts(request.headers.get("content-type", ""), body)
            message = soap.read(envelope, self._record.clock.now())
            relates_to = message.message_id
            kind, content = await self._answer(message)
            await _send(send, 200, kind, content)
        except Disconnected:
            return
        except Problem as problem:
            status = 500 if problem.kind in (ProblemKind.INTERNAL, ProblemKind.OVERLOADED) else 400
            await _send(
                send, status, f"{mime.SOAP_TYPE}; charset=UTF-8", soap.fault(problem, relates_to, self._id())
            )

    async def _answer(self, message: soap.Message) -> tuple[str, bytes]:
        if message.action not in (*names.QUERIES, *names.RETRIEVES):
            raise Problem(
                ProblemKind.UNSUPPORTED,
                "AKS-XDS-005",
                "This transaction is not offered.",
                why="ITI-18, 38, 39 and 43 are.",
            )
        caller = await self._callers.identify(message.assertion)
        self._rates.caller(caller.actor)
        session = open_for(self._record, caller.actor, caller.purpose, caller.ground)
        shelf = Shelf(session, self._community)
        if message.action in names.RETRIEVES:
            found = await answering.retrieved(message.body, shelf, self._community)
            envelope = soap.answer(message.action, message.message_id, self._id(), found.body)
            return mime.written(envelope, found.parts, boundary=f"akson-{self._random.bytes(24).hex()}")
        try:
            asked = answering.bounded(asking.question(message.body), caller.patient)
            person = await shelf.person(*caller.patient)
            body = await answering.queried(asked, shelf, person)
        except Problem as problem:
            refusal = answering.refused(message.action, problem)
            if refusal is None:
                raise
            body = refusal
        return (
            f"{mime.SOAP_TYPE}; charset=UTF-8",
            soap.answer(message.action, message.message_id, self._id(), body),
        )

    def _id(self) -> str:
        return f"urn:uuid:{self._random.uuid()}"


def _bounded(receive: "Receive") -> "Receive":
    """Nobody is known before the message is read: a stranger must not make us keep more than a question."""
    size = 0

    async def bounded() -> MutableMapping[str, Any]:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > BODY_BYTES_MAX:
            raise Problem(
                ProblemKind.TOO_LARGE, "AKS-XDS-011", f"A question has at most {BODY_BYTES_MAX} bytes."
            )
        return message

    return bounded


async def _send(send: "Send", status: int, kind: str, body: bytes) -> None:
    headers = [
        (b"content-type", kind.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
