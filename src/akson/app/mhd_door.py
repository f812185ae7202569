"""/mhd: documents as FHIR (IHE MHD), for whoever holds a token of the node or of an issuer that it trusts.

    POST /mhd/DocumentReference/_search · GET /mhd/DocumentReference   ITI-67   scope that is DocumentReference.s here
    GET  /mhd/document?documentUniqueId=…                              ITI-68   DocumentReference.r
    POST /mhd                                                          ITI-65   DocumentReference.c
    GET  /mhd/metadata                                                 what there is; anybody may ask

Who asks is known as at /fhir; what she may see, the record decides. `NHN-SecurityLabel-Nors-Count` tells how many documents
are blocked (9603 NORS), and nothing else does: they are in no list, total or page, and asking for one is 404 as for none.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import msgspec

from akson.api.interaction import Answer, Pairs
from akson.api.request import Disconnected, Request, read_body, read_pairs, read_request
from akson.api.statuses import answer_of, unsupported
from akson.fhir.codec.json import parse
from akson.fhir.problem import Problem, ProblemKind
from akson.identity.callers import Shown
from akson.record.session import RecordSession
from akson.record.values import Change
from akson.sharing.documents import scopes
from akson.sharing.documents.entry import Community, Document, Person
from akson.sharing.documents.mhd import asking, providing, writing
from akson.sharing.documents.mhd.capability import capability
from akson.sharing.documents.opening import open_for
from akson.sharing.documents.shelf import Shelf, no_such
from akson.sharing.documents.wanted import Wanted

if TYPE_CHECKING:
    from akson.api.door import Identifies
    from akson.app.asgi import Receive, Scope, Send
    from akson.identity.rates import Rates
    from akson.record.door import Record

PATH = "/mhd"
COUNT_HEADER = "NHN-SecurityLabel-Nors-Count"
_JSON = "application/fhir+json; charset=utf-8"
_FORM = "application/x-www-form-urlencoded"
_SAFE = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"sandbox; default-src 'none'; frame-ancestors 'none'"),
)


class MhdDoor:
    """Built once per web worker."""

    def __init__(
        self,
        record: "Record",
        callers: "Identifies",
        community: Community,
        rates: "Rates",
        base_url: str = "",
    ) -> None:
        self._record = record
        self._callers = callers
        self._community = community
        self._rates = rates
        self._base = f"{base_url}/fhir" if base_url else ""

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        try:
            request = read_request(scope, self._base)
            answer, media = await self._answer(request, receive)
        except Disconnected:
            return
        except Problem as problem:
            answer, media = answer_of(problem), _JSON
            if problem.kind is ProblemKind.UNAUTHENTICATED:
                answer = Answer(answer.status, answer.body, self._callers.challenge(problem))
        headers = [(n.lower().encode(), v.encode("latin-1", "replace")) for n, v in answer.headers]
        headers += [
            *_SAFE,
            (b"content-type", media.encode()),
            (b"content-length", str(len(answer.body)).encode()),
        ]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else answer.body})

    async def _answer(self, request: Request, receive: "Receive") -> tuple[Answer, str]:
        base = f"{request.base.removesuffix('/fhir')}{PATH}"
        match (request.method, *request.path):
            case ("GET", "metadata"):
                return _json(capability(base, self._record.clock.now().isoformat(timespec="seconds"))), _JSON
            case ("GET", "DocumentReference"):
                session = await self._session(request, scopes.FIND)
                return await self._found(session, request.query, base), _JSON
            case ("POST", "DocumentReference", "_search"):
                session = await self._session(request, scopes.FIND)
                if request.headers.get("content-type", _FORM).partition(";")[0].strip() != _FORM:
                    raise unsupported(415, f"The parameters of a search are sent as {_FORM}.")
                body = read_pairs(await read_body(receive, request.headers))
                return await self._found(session, (*request.query, *body), base), _JSON
            case ("GET", "document"):
                return await self._got(await self._session(request, scopes.GET), request.query)
            case ("POST",):
                session = await self._session(request, scopes.PROVIDE)
                return await self._provided(session, await read_body(receive, request.headers)), _JSON
            case _:
                # Only those who may ask are told what there is.
                await self._callers.identify(_shown(request))
                raise unsupported(
                    404, "There is nothing at this address.", "GET /mhd/metadata tells what there is."
                )

    async def _session(self, request: Request, act: str) -> RecordSession:
        caller = await self._callers.identify(_shown(request))
        self._rates.caller(caller.actor)
        actor = scopes.for_documents(caller.actor, act)
        return open_for(self._record, actor, caller.purpose, caller.ground)

    async def _found(self, session: RecordSession, pairs: Pairs, base: str) -> Answer:
        asked = asking.find(pairs)
        shelf = Shelf(session, self._community)
        person = (
            await shelf.person(asked.number, asked.system)
            if asked.number
            else await shelf.person_with(asked.patient)
        )
        shown: Sequence[Document] = ()
        blocked, whole = 0, True
        if person is not None:
            found = await shelf.find(person, asked.wanted)
            shown, whole = found.documents, found.whole
            blocked = await shelf.blocked(person)
        page = shown[asked.offset : asked.offset + asked.count]
        further = asked.offset + asked.count < len(shown)
        bundle = writing.found_bundle(
            [d.entry for d in page],
            base,
            total=len(shown),
            self_link=_link(base, asked, person, asked.offset),
            next_link=_link(base, asked, person, asked.offset + asked.count) if further else "",
        )
        if not whole:
            bundle["entry"].append(_not_whole())
        return _json(bundle, (COUNT_HEADER, str(blocked)))

    async def _got(self, session: RecordSession, pairs: Pairs) -> tuple[Answer, str]:
        unique_id, repository, home = asking.get(pairs)
        if repository not in ("", self._community.repository) or home not in ("", self._community.home):
            raise no_such()
        shelf = Shelf(session, self._community)
        document = await shelf.get(unique_id)
        blocked = await shelf.blocked(document.entry.person)
        return Answer(200, document.content, ((COUNT_HEADER, str(blocked)),)), document.entry.media_type

    async def _provided(self, session: RecordSession, body: bytes) -> Answer:
        bundle = await self._record.aside(len(body), lambda: parse(body))
        shelf = Shelf(session, self._community)
        asked = await providing.provided(bundle if isinstance(bundle, dict) else {}, shelf.person)
        changes = [await self._placed(session, shelf, change) for change in asked.changes]
        olds = [old for _, replaces in changes for old in replaces]
        committed = (await session.commit([*(new for new, _ in changes), *olds]))[: len(changes)]
        for (change, _), made in zip(changes, committed, strict=True):
            standing = msgspec.json.decode(made.version.body or b"{}")
            if made.outcome == "unchanged" and not providing.same_content(change.resource or {}, standing):
                raise providing.conflicting(str(standing.get("masterIdentifier", {}).get("value", "")))
        places = [f"DocumentReference/{made.version.id}" for made in committed]
        return _json(providing.answered(asked, places))

    async def _placed(
        self, session: RecordSession, shelf: Shelf, change: Change
    ) -> tuple[Change, list[Change]]:
        """The new document, pointing at what it replaces, and the changes that mark those as replaced."""
        given = change.resource or {}
        person = await shelf.person_with(str(given["subject"]["reference"]).removeprefix("Patient/"))
        olds: list[Change] = []
        related = []
        for name in providing.replaced(given):
            found = (
                await shelf.find(person, Wanted(approved=(True, False), named=(name,))) if person else None
            )
            document = next(iter(found.documents), None) if found else None
            type, _, rest = document.place.partition("/") if document else ("", "", "")
            if document is None or type != "DocumentReference":
                raise providing.unknown_target()
            standing = await session.read(type, rest.partition("/")[0])
            related.append({"code": "replaces", "target": {"reference": f"{type}/{standing.id}"}})
            if document.entry.approved:
                body = msgspec.json.decode(standing.body or b"{}")
                olds.append(providing.superseded(body, standing.id, standing.version))
        kept = {**given, "relatesTo": related} if related else given
        return replace(change, resource=kept), olds


def _link(base: str, asked: asking.Find, person: Person | None, offset: int) -> str:
    """No national id in an address: whom it was asked about is named by her id here, if the reader may know it."""
    named = [("patient", f"Patient/{person.id}")] if person else []
    page = [("_count", str(asked.count)), *([("_offset", str(offset))] if offset else [])]
    return f"{base}/DocumentReference?{urlencode([*named, *asked.rest, *page])}"


def _not_whole() -> dict[str, object]:
    issue = {
        "severity": "warning",
        "code": "incomplete",
        "diagnostics": "There are more documents than are read at once. Ask for a narrower period.",
    }
    outcome = {"resourceType": "OperationOutcome", "issue": [issue]}
    return {"resource": outcome, "search": {"mode": "outcome"}}


def _json(body: object, *headers: tuple[str, str]) -> Answer:
    return Answer(200, msgspec.json.encode(body), headers)


def _shown(request: Request) -> Shown:
    headers = request.headers
    return Shown(headers.get("authorization"), headers.get("dpop"), request.method, request.url)
