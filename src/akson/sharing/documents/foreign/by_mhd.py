"""Another community asked by MHD: ITI-67 with the number in the body, ITI-68 at the address the profile gives."""

from collections.abc import Awaitable, Callable

from akson.fhir.codec.json import parse
from akson.fhir.problem import Problem, ProblemKind
from akson.sharing.documents.declared import Foreign
from akson.sharing.documents.entry import Entry, Person
from akson.sharing.documents.foreign.values import ForeignPart, Vouched
from akson.sharing.documents.mhd import reading, writing
from akson.sharing.network import Network, NoReply, Reply
from akson.sharing.values import Outcome

COUNT_HEADER = "nhn-securitylabel-nors-count"
COUNT = "100"
_JSON = {"accept": "application/fhir+json"}
REFUSED = "Kilden gir ikke dette til den som spør."
ODD = "Svaret fra kilden kunne ikke leses."


async def find(foreign: Foreign, person: Person, vouched: Vouched, network: Network) -> ForeignPart:
    """Raises NoReply."""
    url = f"{foreign.base}/DocumentReference/_search"
    form = [("patient.identifier", f"urn:oid:{person.system}|{person.number}"), ("_count", COUNT)]

    async def ask(nonce: str) -> Reply:
        return await network.post(url, form, {**_JSON, **vouched.key.headers("POST", url, nonce=nonce)})

    reply = await _with_nonce(ask)
    if reply.status in (401, 403):
        return ForeignPart(foreign, Outcome.REFUSED, why=REFUSED)
    if reply.status != 200:
        raise NoReply(f"status {reply.status}")
    try:
        found, more = reading.entries(parse(reply.body), foreign.home)
    except Problem:
        return ForeignPart(foreign, Outcome.SILENT, why=ODD)
    return ForeignPart(foreign, Outcome.ANSWERED, found, _count(reply.headers.get(COUNT_HEADER, "")), more)


async def get(foreign: Foreign, entry: Entry, vouched: Vouched, network: Network) -> bytes:
    """Raises NoReply, NOT_FOUND AKS-DOC-001."""
    # Made from its ids, never an address that an answer names: our token goes to whom it is for.
    url = writing.address(entry, foreign.base)

    async def ask(nonce: str) -> Reply:
        return await network.get(url, {"accept": "*/*", **vouched.key.headers("GET", url, nonce=nonce)})

    reply = await _with_nonce(ask)
    if reply.status in (401, 403, 404, 410):
        raise Problem(ProblemKind.NOT_FOUND, "AKS-DOC-001", "There is no such document.")
    if reply.status != 200:
        raise NoReply(f"status {reply.status}")
    return reply.body


async def _with_nonce(ask: Callable[[str], Awaitable[Reply]]) -> Reply:
    """A second time when the source wants its nonce in our proof (RFC 9449, 9)."""
    reply = await ask("")
    nonce = reply.headers.get("dpop-nonce", "")
    if reply.status == 401 and nonce and "use_dpop_nonce" in reply.headers.get("www-authenticate", ""):
        reply = await ask(nonce)
    return reply


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 6 else 0
