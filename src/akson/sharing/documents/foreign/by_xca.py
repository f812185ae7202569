"""Another community asked by XCA, as initiating gateway: ITI-38 and ITI-39 with an assertion made for this one patient."""

from xml.sax.saxutils import escape

from lxml import etree

from akson.fhir import markup
from akson.fhir.problem import Problem, ProblemKind
from akson.sharing.documents.declared import Foreign
from akson.sharing.documents.entry import Entry, Person
from akson.sharing.documents.foreign.by_mhd import ODD, REFUSED
from akson.sharing.documents.foreign.values import ForeignPart, Vouched
from akson.sharing.documents.xds import mime, names, rim, soap
from akson.sharing.network import Network, NoReply, Reply
from akson.sharing.values import Outcome
from akson.world import Random

_HEADERS = {"content-type": f"{mime.SOAP_TYPE}; charset=UTF-8"}
FAULTS = (400, 500)
"""Statuses that carry a SOAP fault."""


async def find(
    foreign: Foreign, person: Person, vouched: Vouched, network: Network, random: Random
) -> ForeignPart:
    """Raises NoReply."""
    cx = escape(f"'{person.number}^^^&{person.system}&ISO'")
    slots = _slot("$XDSDocumentEntryPatientId", cx)
    slots += _slot("$XDSDocumentEntryStatus", f"('{names.APPROVED}')")
    body = _made(
        f'<query:AdhocQueryRequest xmlns:query="{names.QUERY}" xmlns="{names.RIM}">'
        '<query:ResponseOption returnComposedObjects="true" returnType="LeafClass"/>'
        f'<AdhocQuery id="{names.FIND_DOCUMENTS}" home="urn:oid:{foreign.home}">'
        f"{slots}"
        "</AdhocQuery></query:AdhocQueryRequest>"
    )
    try:
        answer, _ = await _asked(foreign, names.GATEWAY_QUERY, body, vouched, network, random)
    except Problem as problem:
        refused = problem.kind is ProblemKind.FORBIDDEN
        return ForeignPart(
            foreign,
            Outcome.REFUSED if refused else Outcome.SILENT,
            why=REFUSED if refused else ODD,
        )
    status = answer.get("status", "")
    if answer.tag != f"{{{names.QUERY}}}AdhocQueryResponse" or status == names.FAILURE:
        return ForeignPart(foreign, Outcome.SILENT, why=ODD)
    objects = answer.iterfind(f"{{{names.RIM}}}RegistryObjectList/{{{names.RIM}}}ExtrinsicObject")
    return ForeignPart(foreign, Outcome.ANSWERED, tuple(rim.read(objects)), more=status == names.PARTIAL)


async def get(foreign: Foreign, entry: Entry, vouched: Vouched, network: Network, random: Random) -> bytes:
    """Raises NoReply, NOT_FOUND AKS-DOC-001."""
    body = _made(
        f'<RetrieveDocumentSetRequest xmlns="{names.XDS}"><DocumentRequest>'
        f"<HomeCommunityId>urn:oid:{escape(entry.home or foreign.home)}</HomeCommunityId>"
        f"<RepositoryUniqueId>{escape(entry.repository)}</RepositoryUniqueId>"
        f"<DocumentUniqueId>{escape(entry.unique_id)}</DocumentUniqueId>"
        "</DocumentRequest></RetrieveDocumentSetRequest>"
    )
    try:
        answer, parts = await _asked(foreign, names.GATEWAY_RETRIEVE, body, vouched, network, random)
    except Problem as problem:
        if problem.kind is ProblemKind.FORBIDDEN:
            raise _no_such() from problem
        raise NoReply(problem.id) from problem
    content = answer.find(f"{{{names.XDS}}}DocumentResponse/{{{names.XDS}}}Document")
    if content is None:
        raise _no_such()
    include = content.find(f"{{{names.XOP}}}Include")
    found = parts.get((include.get("href") or "").removeprefix("cid:")) if include is not None else None
    if found is None:
        raise _no_such()
    return found


async def _asked(
    foreign: Foreign,
    action: str,
    body: etree._Element,
    vouched: Vouched,
    network: Network,
    random: Random,
) -> tuple[etree._Element, dict[str, bytes]]:
    id = f"urn:uuid:{random.uuid()}"
    envelope = soap.request(action, foreign.base, id, await vouched.assertion(), body)
    reply: Reply = await network.send(foreign.base, envelope, _HEADERS)
    if reply.status != 200 and reply.status not in FAULTS:
        raise NoReply(f"status {reply.status}")
    root, parts = mime.parts(reply.headers.get("content-type", ""), reply.body)
    return soap.read_answer(root, id), parts


def _made(text: str) -> etree._Element:
    return markup.read(text.encode())


def _slot(name: str, value: str) -> str:
    return f'<Slot name="{name}"><ValueList><Value>{value}</Value></ValueList></Slot>'


def _no_such() -> Problem:
    return Problem(ProblemKind.NOT_FOUND, "AKS-DOC-001", "There is no such document.")
