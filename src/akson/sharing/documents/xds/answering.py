"""Stored queries and retrievals answered from one reader's shelf, as the bodies of SOAP messages.

A document she may not see is answered as one that never was: not in the list, and XDSDocumentUniqueIdError for both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lxml import etree
from lxml.builder import ElementMaker

from akson.fhir.problem import Problem, ProblemKind
from akson.sharing.documents.entry import Community, Entry, Person
from akson.sharing.documents.made import bare_id
from akson.sharing.documents.shelf import Shelf
from akson.sharing.documents.xds import names, rim
from akson.sharing.documents.xds.asking import ALL, Question

_Q = ElementMaker(namespace=names.QUERY, nsmap={"query": names.QUERY, "rim": names.RIM, "rs": names.RS})
_RS = ElementMaker(namespace=names.RS, nsmap={"rs": names.RS})
_X = ElementMaker(namespace=names.XDS, nsmap={"xds": names.XDS, "rs": names.RS, "xop": names.XOP})
_XOP = ElementMaker(namespace=names.XOP, nsmap={"xop": names.XOP})
_R = ElementMaker(namespace=names.RIM, nsmap={"rim": names.RIM})
REQUESTED_MAX = 50


@dataclass(frozen=True, slots=True)
class Retrieved:
    body: etree._Element
    parts: Mapping[str, bytes]
    """Content-ID -> bytes, beside the envelope."""


async def queried(asked: Question, shelf: Shelf, person: Person | None) -> etree._Element:
    """The AdhocQueryResponse. `person`: whom it is about, or None for whom the reader may see nobody."""
    entries: tuple[Entry, ...] = ()
    whole = True
    if person is not None:
        found = await shelf.find(person, ALL)
        whole = found.whole
        entries = tuple(d.entry for d in found.documents)
    objects = _objects(asked, entries)
    if not asked.leaves:
        objects = [_R.ObjectRef(id=o.get("id", ""), home=o.get("home", "")) for o in objects]
    listed = etree.Element(f"{{{names.RIM}}}RegistryObjectList", nsmap={"rim": names.RIM})
    listed.extend(objects)
    if whole:
        return _Q.AdhocQueryResponse(listed, status=names.SUCCESS)
    more = _errors([("XDSRegistryError", "There are more documents than are read at once.")], names.WARNING)
    return _Q.AdhocQueryResponse(more, listed, status=names.PARTIAL)


def _objects(asked: Question, entries: Sequence[Entry]) -> list[etree._Element]:
    held = [e for e in entries if asked.holds(e)]
    of_sets = [e for e in entries if e.set_uuid in asked.sets or e.set_unique_id in asked.sets]
    match asked.query:
        case names.FIND_DOCUMENTS | names.GET_DOCUMENTS:
            return [rim.document(e) for e in held]
        case names.FIND_SETS:
            return [rim.submission_set(e) for e in held]
        case names.GET_ALL:
            return [make(e) for e in held for make in (rim.submission_set, rim.document, rim.membership)]
        case names.GET_DOCUMENTS_AND_ASSOCIATIONS:
            return [make(e) for e in held for make in (rim.document, rim.membership)]
        case names.GET_ASSOCIATIONS:
            return [rim.membership(e) for e in dict.fromkeys((*held, *of_sets))]
        case names.GET_SETS:
            return [make(e) for e in held for make in (rim.submission_set, rim.membership)]
        case names.GET_SET_AND_CONTENTS:
            return [make(e) for e in of_sets for make in (rim.submission_set, rim.document, rim.membership)]
        case _:
            # Folders, and documents that relate to others: there are none here.
            return []


async def retrieved(body: etree._Element, shelf: Shelf, community: Community) -> Retrieved:
    """The RetrieveDocumentSetResponse. Raises MALFORMED AKS-XDS-002 for what is no such request, TOO_LARGE 009."""
    asked = body.findall(f"{{{names.XDS}}}DocumentRequest")
    if body.tag != f"{{{names.XDS}}}RetrieveDocumentSetRequest" or not asked:
        raise Problem(ProblemKind.MALFORMED, "AKS-XDS-002", "The body is no RetrieveDocumentSetRequest.")
    if len(asked) > REQUESTED_MAX:
        raise Problem(ProblemKind.TOO_LARGE, "AKS-XDS-009", f"At most {REQUESTED_MAX} documents at once.")
    faults: list[tuple[str, str]] = []
    shown: list[etree._Element] = []
    parts: dict[str, bytes] = {}
    for request in asked:
        home, repository, unique_id = (
            bare_id((request.findtext(f"{{{names.XDS}}}{name}") or "").strip())
            for name in ("HomeCommunityId", "RepositoryUniqueId", "DocumentUniqueId")
        )
        if home not in ("", community.home):
            faults.append(("XDSUnknownCommunity", "The home community is not ours."))
            continue
        if repository != community.repository:
            faults.append(("XDSUnknownRepositoryId", "The repository is not ours."))
            continue
        try:
            document = await shelf.get(unique_id)
        except Problem as problem:
            if problem.kind is not ProblemKind.NOT_FOUND:
                raise
            faults.append(("XDSDocumentUniqueIdError", "There is no such document."))
            continue
        id = f"document{len(parts) + 1}@akson"
        parts[id] = document.content
        shown.append(_shown(document.entry, id))
    status = names.SUCCESS if not faults else names.PARTIAL if shown else names.FAILURE
    errors = [_errors(faults, names.SEVERE)] if faults else []
    return Retrieved(
        _X.RetrieveDocumentSetResponse(_RS.RegistryResponse(*errors, status=status), *shown), parts
    )


def refused(action: str, problem: Problem) -> etree._Element | None:
    """The answer to a query that cannot be answered, as the registry says it; None for what is a fault of the message."""
    code = {
        "AKS-XDS-006": "XDSRegistryError",
        "AKS-XDS-007": "XDSStoredQueryParamNumber",
        "AKS-XDS-008": "XDSUnknownStoredQuery",
    }.get(problem.id)
    if code is None or action not in names.QUERIES:
        return None
    listed = etree.Element(f"{{{names.RIM}}}RegistryObjectList", nsmap={"rim": names.RIM})
    return _Q.AdhocQueryResponse(
        _errors([(code, problem.sentence())], names.SEVERE), listed, status=names.FAILURE
    )


def bounded(asked: Question, patient: tuple[str, str]) -> Question:
    """The question about the one patient that the assertion is for. Raises FORBIDDEN AKS-XDS-020 for another."""
    if asked.patient not in (None, patient):
        raise Problem(
            ProblemKind.FORBIDDEN, "AKS-XDS-020", "The question is about another patient than the assertion."
        )
    return replace(asked, patient=patient)


def _shown(entry: Entry, id: str) -> etree._Element:
    return _X.DocumentResponse(
        _X.HomeCommunityId(f"urn:oid:{entry.home}"),
        _X.RepositoryUniqueId(entry.repository),
        _X.DocumentUniqueId(entry.unique_id),
        _X.mimeType(entry.media_type.partition(";")[0]),
        _X.Document(_XOP.Include(href=f"cid:{id}")),
    )


def _errors(told: Sequence[tuple[str, str]], severity: str) -> etree._Element:
    return _RS.RegistryErrorList(
        *(
            _RS.RegistryError(errorCode=code, codeContext=why, location="", severity=severity)
            for code, why in told
        )
    )
