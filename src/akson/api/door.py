"""The FHIR door as one small ASGI application: request → who → interaction → answer. No framework: it is the hot path.

Spec: https://hl7.org/fhir/R4/http.html, https://asgi.readthedocs.io. What an interaction does is interactions/<name>.py's.
"""

from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from akson.access.actor import Actor, ActorKind, PurposeOfUse
from akson.api.capability import Capability
from akson.api.cursors import Seal
from akson.api.interaction import Answer, Call, Interaction
from akson.api.interactions import INTERACTIONS
from akson.api.negotiation import Format, answer_format, body_format, inward, outward
from akson.api.operations import OPERATIONS
from akson.api.profiles import ProfileFolder
from akson.api.request import Disconnected, Receive, Request, Scope, read_body, read_request
from akson.api.routing import route, table
from akson.api.statuses import answer_of
from akson.api.terminologies import terminology_capabilities
from akson.api.words import words_of
from akson.fhir.problem import Problem
from akson.record.door import Record
from akson.record.session import RecordSession
from akson.terminology import Terminology

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Authenticate = Callable[[str | None], Actor]

_BODY_NEEDED = frozenset({"create", "update", "patch", "transaction"})
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_NO_RESOURCE = ("openapi.json",)
"""Knows no XML."""
_PURPOSE = {
    ActorKind.CITIZEN: PurposeOfUse.PATIENT_REQUEST,
    ActorKind.PROXY: PurposeOfUse.PATIENT_REQUEST,
    ActorKind.SYSTEM: PurposeOfUse.OPERATIONS,
}
_SAFE = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    # A browser that is led here shows data, never runs it.
    (b"content-security-policy", b"default-src 'none'; base-uri 'none'; frame-ancestors 'none'"),
)


class Door:
    """Built once per web worker by `build`."""

    def __init__(
        self,
        record: Record,
        authenticate: Authenticate,
        base_url: str,
        terminology: Terminology,
        profiles: Path | None,
    ) -> None:
        self._profiles = ProfileFolder(profiles, terminology)
        self._record = record
        self._terminology = terminology
        self._authenticate = authenticate
        self._base = f"{base_url}/fhir" if base_url else ""
        self._words = words_of(terminology)
        self._seal = Seal(record.cursor_key())
        self._capability = Capability(INTERACTIONS, OPERATIONS)
        operations = [route for operation in OPERATIONS for route in operation.interactions()]
        self._table = table((*INTERACTIONS, *operations, *self._capability.interactions()))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        wanted = Format.JSON
        try:
            request = read_request(scope, self._base)
            if request.path != _NO_RESOURCE:
                wanted = answer_format(request.query, request.headers)
            answer = await self._answer(request, receive)
        except Problem as problem:
            answer = answer_of(problem)
        except Disconnected:
            return
        await self._respond(send, answer, wanted, head=scope["method"] == "HEAD")

    async def _answer(self, request: Request, receive: Receive) -> Answer:
        interaction, values = self._route(request)
        if interaction.code == "capabilities":
            if ("mode", "terminology") in request.query:
                return terminology_capabilities(self._terminology, request.base)
            return self._capability.answer(interaction.shape, request.base)
        # Before the body is read: a stranger cannot make us keep 64 MB.
        actor = self._authenticate(request.headers.get("authorization"))
        body = b""
        if request.method in _WITH_BODY:
            body = await read_body(receive, request.headers)
            if body or interaction.code in _BODY_NEEDED:
                form, patch = interaction.shape.endswith("_search"), interaction.code == "patch"
                said = body_format(request.headers, form=form, patch=patch)
                body = await self._record.aside(len(body), partial(inward, said, body))
        session = self._record.open(actor, _PURPOSE.get(actor.kind, PurposeOfUse.TREATMENT))
        return await interaction.run(self._call(request, session, values, body))

    def _route(self, request: Request) -> tuple[Interaction, dict[str, str]]:
        try:
            return route(self._table, request.method, request.path)
        except Problem:
            # Only those who may ask are told what there is: 401 before 404 and 405.
            self._authenticate(request.headers.get("authorization"))
            raise

    def _call(self, request: Request, session: RecordSession, values: dict[str, str], body: bytes) -> Call:
        return Call(
            session=session,
            method=request.method,
            type=values.get("type", ""),
            id=values.get("id", ""),
            version=values.get("version", ""),
            query=request.query,
            headers=request.headers,
            body=body,
            base=request.base,
            seal=self._seal.close,
            unseal=self._seal.open,
            dispatch=self._dispatch,
            member=values.get("member", ""),
            words=self._words,
            aside=self._record.aside,
            terminology=self._terminology,
            profiles=self._profiles,
        )

    async def _dispatch(self, call: Call, path: Sequence[str]) -> Answer:
        """A further call of the same reader: an entry of a Bundle. Raises Problem."""
        interaction, values = route(self._table, call.method, path)
        asked = replace(
            call,
            type=values.get("type", ""),
            id=values.get("id", ""),
            version=values.get("version", ""),
            member=values.get("member", ""),
        )
        return await interaction.run(asked)

    async def _respond(self, send: Send, answer: Answer, wanted: Format, *, head: bool) -> None:
        body = answer.body
        if wanted is not Format.JSON:
            body = await self._record.aside(len(body), lambda: outward(wanted, answer.body))
        headers = [
            (name.lower().encode(), value.encode("latin-1", "replace")) for name, value in answer.headers
        ]
        headers += _SAFE
        if answer.status not in (204, 304):
            headers.append((b"content-type", f"{wanted}; charset=utf-8".encode()))
            headers.append((b"content-length", str(len(body)).encode()))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if head else body})
