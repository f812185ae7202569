"""The FHIR door as one small ASGI application: request → who → interaction → answer. No framework: it is the hot path.

Spec: https://hl7.org/fhir/R4/http.html, https://asgi.readthedocs.io. What an interaction does is interactions/<name>.py's.
"""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from msgspec.structs import replace

from akson.access.actor import ActorKind, PurposeOfUse
from akson.api.capability import Capability
from akson.api.cursors import Seal
from akson.api.fence import Fence, written_types
from akson.api.interaction import Answer, Call, Interaction
from akson.api.interactions import INTERACTIONS
from akson.api.negotiation import Format, answer_format, body_format, inward, outward
from akson.api.operations import OPERATIONS
from akson.api.profiles import ProfileFolder
from akson.api.request import Disconnected, Receive, Request, Scope, read_body, read_request
from akson.api.routing import route, table
from akson.api.smart import SmartEndpoints
from akson.api.statuses import answer_of
from akson.api.terminologies import terminology_capabilities
from akson.api.words import words_of
from akson.fhir.problem import Problem, ProblemKind
from akson.identity.callers import Caller, Shown
from akson.identity.rates import Rates
from akson.record.door import Record
from akson.record.session import RecordSession
from akson.sharing.legacy.values import Wrap
from akson.sharing.plan.plans import SharedPlans
from akson.sharing.summary.document import Maker
from akson.store.connections import lost
from akson.terminology import Terminology

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Identifies(Protocol):
    """Who calls: `akson.identity.callers.Callers`."""

    async def identify(self, shown: Shown) -> Caller: ...
    def challenge(self, problem: Problem) -> tuple[tuple[str, str], ...]: ...


_BODY_NEEDED = frozenset({"create", "update", "patch", "transaction"})
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_NO_RESOURCE = ("openapi.json",)
"""Knows no XML."""
_PURPOSE = {
    ActorKind.CITIZEN: PurposeOfUse.PATIENT_REQUEST,
    ActorKind.PROXY: PurposeOfUse.PATIENT_REQUEST,
    ActorKind.SYSTEM: PurposeOfUse.OPERATIONS,
}
# Apps in browsers ask from their own origin. No cookie opens this door, so whoever may ask is told by the token alone.
_CORS = (
    (b"access-control-allow-origin", b"*"),
    (
        b"access-control-expose-headers",
        b"etag, location, content-location, last-modified, www-authenticate, dpop-nonce",
    ),
)
_PREFLIGHT = (
    *_CORS[:1],
    (b"access-control-allow-methods", b"GET, HEAD, POST, PUT, PATCH, DELETE"),
    (
        b"access-control-allow-headers",
        b"authorization, dpop, content-type, accept, prefer, if-match, if-none-match, if-none-exist, if-modified-since",
    ),
    (b"access-control-max-age", b"600"),
)
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
        callers: Identifies,
        smart: SmartEndpoints | None,
        base_url: str,
        terminology: Terminology,
        profiles: Path | None,
        rates: Rates,
        plans: SharedPlans | None = None,
        summaries: Maker | None = None,
        wrap: Wrap | None = None,
        fence: Fence | None = None,
    ) -> None:
        """`plans`: None where none is shared. `summaries`: who answers for them. `wrap`: what it stands before. `fence`:
        who refuses writes where copies are kept for others."""
        self._fence = fence
        self._plans, self._summaries = plans, summaries
        self._profiles = ProfileFolder(profiles, terminology)
        self._record = record
        self._terminology = terminology
        self._callers = callers
        self._rates = rates
        self._smart = smart
        self._base = f"{base_url}/fhir" if base_url else ""
        self._words = words_of(terminology)
        self._seal = Seal(record.cursor_key())
        self._capability = Capability(INTERACTIONS, OPERATIONS, smart=smart is not None, wrap=wrap)
        operations = [route for operation in OPERATIONS for route in operation.interactions()]
        self._table = table((*INTERACTIONS, *operations, *self._capability.interactions()))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._smart is not None and self._smart.stand_at(scope["path"]):
            await self._smart(scope, receive, send)
            return
        if scope["method"] == "OPTIONS" and _asks(scope, b"access-control-request-method"):
            await send({"type": "http.response.start", "status": 204, "headers": [*_PREFLIGHT, *_SAFE]})
            await send({"type": "http.response.body", "body": b""})
            return
        wanted = Format.JSON
        try:
            request = read_request(scope, self._base)
            if request.path != _NO_RESOURCE:
                wanted = answer_format(request.query, request.headers)
            answer = await self._answer(request, receive)
        except Problem as problem:
            answer = answer_of(problem)
            if problem.kind is ProblemKind.UNAUTHENTICATED:
                answer = Answer(answer.status, answer.body, self._callers.challenge(problem))
        except Disconnected:
            return
        except Exception as failed:
            absent = lost(failed)
            if absent is None:
                raise
            answer = answer_of(absent)
        from_elsewhere = _CORS if _asks(scope, b"origin") else ()
        await self._respond(send, answer, wanted, from_elsewhere, head=scope["method"] == "HEAD")

    async def _answer(self, request: Request, receive: Receive) -> Answer:
        interaction, values = await self._route(request)
        if interaction.code == "capabilities":
            if ("mode", "terminology") in request.query:
                return terminology_capabilities(self._terminology, request.base)
            return self._capability.answer(interaction.shape, request.base, await self._declared())
        # Before the body is read: a stranger cannot make us keep 64 MB.
        caller = await self._callers.identify(_shown(request))
        self._rates.caller(caller.actor)
        body = b""
        if request.method in _WITH_BODY:
            body = await read_body(receive, request.headers)
            if body or interaction.code in _BODY_NEEDED:
                form, patch = interaction.shape.endswith("_search"), interaction.code == "patch"
                said = body_format(request.headers, form=form, patch=patch)
                body = await self._record.aside(len(body), partial(inward, said, body))
        await self._pass_fence(caller.actor.tenant, interaction, values.get("type", ""), body, request.base)
        usual = _PURPOSE.get(caller.actor.kind, PurposeOfUse.TREATMENT)
        session = self._record.open(caller.actor, caller.purpose or usual, ground=caller.ground)
        return await interaction.run(self._call(request, session, values, body))

    async def _pass_fence(
        self, tenant: int, interaction: Interaction, type: str, body: bytes, base: str
    ) -> None:
        if self._fence is None or not self._fence.stands(tenant):
            return
        work = partial(written_types, interaction, type, body, base)
        types = await self._record.aside(len(body), work)
        if types != frozenset():
            await self._fence.check(tenant, types)

    async def _declared(self) -> Mapping[str, Sequence[str]]:
        """The operator's profiles by resource type. Reading them takes seconds, once."""
        if self._profiles.empty:
            return {}
        return (await self._record.aside.away(self._profiles.known)).of_resources()

    async def _route(self, request: Request) -> tuple[Interaction, dict[str, str]]:
        try:
            return route(self._table, request.method, request.path)
        except Problem:
            # Only those who may ask are told what there is: 401 before 404 and 405.
            await self._callers.identify(_shown(request))
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
            plans=self._plans,
            summaries=self._summaries,
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

    async def _respond(
        self, send: Send, answer: Answer, wanted: Format, more: Sequence[tuple[bytes, bytes]], *, head: bool
    ) -> None:
        body = answer.body
        if wanted is not Format.JSON:
            body = await self._record.aside(len(body), lambda: outward(wanted, answer.body))
        headers = [
            (name.lower().encode(), value.encode("latin-1", "replace")) for name, value in answer.headers
        ]
        headers += (*_SAFE, *more)
        if answer.status not in (204, 304):
            headers.append((b"content-type", f"{wanted}; charset=utf-8".encode()))
            headers.append((b"content-length", str(len(body)).encode()))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if head else body})


def _asks(scope: Scope, header: bytes) -> bool:
    return any(name == header for name, _ in scope["headers"])


def _shown(request: Request) -> Shown:
    headers = request.headers
    return Shown(headers.get("authorization"), headers.get("dpop"), request.method, request.url)
