"""The documents of one reader: found, opened and counted through her RecordSession, and so decided and logged as all else.

shelf = Shelf(session, community)
found = await shelf.find(person, Wanted(types=(("A03-2", ""),)))    only what she may see; newest first
document = await shelf.get("2.25.1…^note-2-3h7k")                    NOT_FOUND, missing and hidden alike
count = await shelf.blocked(person)                                  what NORS alone hides from her, as the rule asks
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec

from akson.access.actor import Actor, ActorKind, PurposeOfUse
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search import parse
from akson.fhir.search.query import Include, Query, ReferenceValue, Term, TokenValue
from akson.record.session import RecordSession
from akson.record.values import ID, SearchResult
from akson.sharing.documents import made
from akson.sharing.documents.codes import BLOCKED, NATIONAL_IDS
from akson.sharing.documents.entry import Community, Document, Person
from akson.sharing.documents.made import Named, Version
from akson.sharing.documents.reading import Resource, reference
from akson.sharing.documents.wanted import Wanted
from akson.store.values import StoredVersion

PAGE = 200
PAGES_MAX = 10
"""Of each kind of resource: beyond them the answer says that it is not whole."""
_INCLUDED = {"ClinicalImpression": "assessor", "Communication": "sender"}
_PLAN_PARTS = ("Condition", "Goal")
_NOTHING = SearchResult((), (), 0, None)


@dataclass(frozen=True, slots=True)
class Found:
    documents: tuple[Document, ...]
    """Newest first."""
    whole: bool = True
    """False: there are more than are read at once."""


def bare(patient: str) -> Person:
    """Whose a document is, where nobody asks who that is."""
    return Person(patient, "", "")


class Shelf:
    """Light: one for each request. `outward`: for others, who see what we answer for and not their own letters to us."""

    def __init__(self, session: RecordSession, community: Community, *, outward: bool = True) -> None:
        self._session = session
        self._community = community
        self._outward = outward

    async def person(self, number: str, system: str = "") -> Person | None:
        """Whom the number names, if the reader may see her; None for hidden and unknown alike."""
        systems = (system,) if system else NATIONAL_IDS
        values = tuple(TokenValue(f"urn:oid:{one}", number) for one in systems)
        page = await _search(self._session, Query("Patient", (Term("identifier", "token", None, values),)))
        found = [made.person_of(_resource(v)) for v in page.matches]
        return replace(found[0], also=tuple(p.id for p in found[1:])) if found else None

    async def person_with(self, id: str) -> Person | None:
        """The same by the id of the Patient here."""
        if not ID.fullmatch(id):
            return None
        page = await _search(self._session, parse("Patient", [("_id", id)]))
        return made.person_of(_resource(page.matches[0])) if page.matches else None

    async def find(self, person: Person, wanted: Wanted = Wanted()) -> Found:
        """What she may see of this patient's documents."""
        asked = [_of_patient(type, person.ids) for type in (*made.TYPES, *_PLAN_PARTS)]
        pages = await asyncio.gather(*(_every_page(self._session, query) for query in asked))
        by_type = dict(zip((*made.TYPES, *_PLAN_PARTS), pages, strict=True))
        size = sum(len(v.body or b"") for page in pages for v in page.matches)
        # Attachments are decoded and hashed: beside the event loop where they are large.
        documents = await self._session.record.aside(size, lambda: self._made(by_type, person))
        found = [d for d in documents if wanted.holds(d.entry)]
        found.sort(key=lambda d: (d.entry.created, d.entry.unique_id), reverse=True)
        return Found(tuple(found), all(page.next_cursor is None for page in pages))

    async def get(self, unique_id: str) -> Document:
        """Raises NOT_FOUND AKS-DOC-001 for what is missing, hidden, replaced beyond recall, or of another repository."""
        found = made.named(self._community, unique_id)
        document = await (self._own(found, unique_id) if found else self._provided(unique_id))
        if document is None or (self._outward and not document.ours):
            raise no_such()
        return document

    async def blocked(self, person: Person) -> int:
        """How many documents she would see if it were not for the label NORS.

        The node looks at them; nothing of them is kept but their number. What the citizen has closed for this reader, what
        is withheld and what is graded is not counted: the rule asks for what may be opened with a ground.
        """
        house = self._session.record.open(_house(self._session.actor), PurposeOfUse.OPERATIONS)
        label = Term("_security", "token", None, (TokenValue(None, BLOCKED),))
        asked = [_of_patient(type, person.ids, label) for type in made.TYPES]
        pages = await asyncio.gather(*(_every_page(house, query) for query in asked))
        await self._session.judge.learn(person.ids)
        hidden = {
            type: replace(page, matches=tuple(v for v in page.matches if self._hidden_by_label(v)))
            for type, page in zip(made.TYPES, pages, strict=True)
        }
        return sum(document.entry.approved for document in self._made(hidden, person))

    def _hidden_by_label(self, version: StoredVersion) -> bool:
        without = msgspec.structs.replace(version, labels=tuple(x for x in version.labels if x != BLOCKED))
        decide = self._session.judge.decide
        return not decide("search", version).permit and decide("search", without).permit

    def _made(self, pages: Mapping[str, SearchResult], person: Person) -> list[Document]:
        known = {
            f"{v.type}/{v.id}": _resource(v)
            for page in pages.values()
            for v in page.included
            if v.body is not None
        }
        problems, goals = ([_resource(v) for v in pages.get(type, _NOTHING).matches] for type in _PLAN_PARTS)
        found: list[Document | None] = []
        for type in made.TYPES:
            for version in map(version_of, pages[type].matches):
                found += self._of(version, person, known, problems, goals)
        return [d for d in found if d is not None and (d.ours or not self._outward)]

    def _of(
        self,
        version: Version,
        person: Person,
        known: Mapping[str, Resource],
        problems: Sequence[Resource],
        goals: Sequence[Resource],
    ) -> list[Document | None]:
        given, community = version.resource, self._community
        match given["resourceType"]:
            case "ClinicalImpression":
                return [made.note(version, community, person, made.author_of(given.get("assessor"), known))]
            case "Communication":
                sender = made.sender_of(given.get("sender"), known)
                return [*made.letters(version, community, person, sender)]
            case "CarePlan":
                author = made.author_of(given.get("author"), known)
                return [made.plan(version, community, person, author, problems, goals)]
            case _:
                return [made.provided(version, community, person)]

    async def _own(self, found: Named, unique_id: str) -> Document | None:
        current = version_of(await self._read(found.type, found.id))
        person = bare(_whose(current.resource))
        parts: list[list[Resource]] = [[], []]
        if found.type == "CarePlan":
            queries = [_of_patient(type, person.ids) for type in _PLAN_PARTS]
            pages = await asyncio.gather(*(_every_page(self._session, query) for query in queries))
            parts = [[_resource(v) for v in page.matches] for page in pages]
        elif str(current.version) != found.mark:
            # An earlier version is shown only while what it became is still a document: what was removed stays removed.
            if not any(self._of(current, person, {}, [], [])):
                return None
            try:
                current = version_of(await self._session.vread(found.type, found.id, int(found.mark)))
            except Problem as problem:
                raise _as_missing(problem) from None
        documents = self._of(current, person, {}, *parts)
        return next((d for d in documents if d is not None and d.entry.unique_id == unique_id), None)

    async def _read(self, type: str, id: str) -> StoredVersion:
        try:
            return await self._session.read(type, id)
        except Problem as problem:
            raise _as_missing(problem) from None

    async def _provided(self, unique_id: str) -> Document | None:
        plain = made.bare_id(unique_id)
        values = tuple(TokenValue(None, v) for v in (plain, f"urn:uuid:{plain}", f"urn:oid:{plain}"))
        query = Query("DocumentReference", (Term("identifier", "token", None, values),))
        for stored in (await _search(self._session, query)).matches:
            version = version_of(stored)
            document = made.provided(version, self._community, bare(_whose(version.resource)))
            if document is not None and document.entry.unique_id == plain:
                # Opening is an event of its own in her log, beside that it was looked for.
                await self._read("DocumentReference", stored.id)
                return document
        return None


def version_of(stored: StoredVersion) -> Version:
    return Version(_resource(stored), stored.version, stored.updated, stored.labels)


def no_such() -> Problem:
    return Problem(ProblemKind.NOT_FOUND, "AKS-DOC-001", "There is no such document.")


def _as_missing(problem: Problem) -> Problem:
    """Gone is missing too: that there was a document is nobody's business."""
    if problem.kind in (ProblemKind.NOT_FOUND, ProblemKind.GONE):
        return no_such()
    return problem


def _house(reader: Actor) -> Actor:
    return Actor(ActorKind.SYSTEM, "documents", "Dokumentdeling", reader.tenant)


def _of_patient(type: str, patients: Sequence[str], *terms: Term) -> Query:
    about = Term("patient", "reference", None, tuple(ReferenceValue("Patient", id) for id in patients))
    included = (Include(type, _INCLUDED[type]),) if type in _INCLUDED else ()
    return Query(type, terms=(about, *terms), includes=included, count=PAGE)


async def _search(session: RecordSession, query: Query) -> SearchResult:
    """A kind the role never sees is not asked for: it would stand in the patient's log as a refused attempt."""
    return await session.search(query) if session.may("search", query.type) else _NOTHING


async def _every_page(session: RecordSession, query: Query) -> SearchResult:
    page = await _search(session, query)
    matches, included = [*page.matches], [*page.included]
    for _ in range(PAGES_MAX - 1):
        if not page.next_cursor:
            break
        page = await session.search(replace(query, cursor=page.next_cursor))
        matches += page.matches
        included += page.included
    return SearchResult(tuple(matches), tuple(included), None, page.next_cursor)


def _resource(version: StoredVersion) -> Resource:
    return msgspec.json.decode(version.body or b"{}")


def _whose(resource: Resource) -> str:
    return reference(resource.get("subject")).removeprefix("Patient/")
