"""The record read as the one who sends: only the types that the message needs, each search decided and logged as any.

Whom she may write of is the record's to say; a patient she may not open gives the record's own NOT_FOUND.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from akson.exchange import mirror
from akson.exchange.building.build import recipe_of
from akson.exchange.building.facts import Address, Facts, her_of, place
from akson.exchange.building.files import Enclosed, earlier_files
from akson.exchange.envelope import msghead
from akson.exchange.envelope.values import Party, Receiver
from akson.exchange.message_type import CANCELLED, CHANGED, NEW, CareMessage, Resource
from akson.exchange.schema import Values
from akson.fhir.codec import json
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.query import Include, Query, ReferenceValue, Term, TokenValue
from akson.record.session import RecordSession
from akson.terminology.systems import HER_ID

PAGE = 200
PAGES_MAX = 10
"""Resources of one type read for one message: a hundred drugs are no message."""
DEPTH_MAX = 10


class Gathering:
    """One message's look at the record: what is read once is not read, and logged, twice."""

    def __init__(self, session: RecordSession, *, at: datetime) -> None:
        self._session = session
        self._at = at
        self._read: dict[str, Resource | None] = {}

    async def facts(
        self,
        type: str,
        patient: str,
        to: str,
        *,
        copies: Sequence[str] | None = None,
        files: Sequence[Enclosed] | None = None,
        about: str = "",
        status: str = NEW,
        receiver: Address | None = None,
        replaces: str = "",
    ) -> Facts:
        """`patient` and `about` are ids; `to` a HER-id, "" for the sender of `about`; `copies` and `files` None for those of
        the message that is changed or cancelled, and none of a new one. Raises NOT_FOUND of the record's own,
        AKS-EXCHANGE-044 for a receiver nobody here knows, AKS-EXCHANGE-045 for a message that is another patient's."""
        recipe = recipe_of(type)
        person = await self._must("Patient", patient)
        message, sender, answered = await self._about(about, patient, status)
        to_whom = receiver or (await self.address(to) if to or answered is None else answered)
        house = await self._house()
        found, hidden = await self._of_patient(recipe.reads, patient)
        return Facts(
            patient=person,
            sender=sender or address_of(house),
            receiver=to_whom,
            copies=await self._copies(copies, message, status, to_whom),
            at=self._at,
            author=await self._standing(self._session.actor.reference) or {},
            house=house,
            resources=found,
            staff=await self._staff(person.get("generalPractitioner", ())),
            hidden=hidden,
            about=message,
            about_reference=f"Communication/{about}" if about else "",
            files=_files(files, message, status),
            replaces=replaces,
        )

    async def _copies(
        self, wanted: Sequence[str] | None, message: CareMessage | None, status: str, receiver: Address
    ) -> tuple[Address, ...]:
        """Each once, and never the receiver himself. Who got the message gets its change, and that it is cancelled."""
        if status != NEW and message is not None and (wanted is None or status == CANCELLED):
            others = [o for o in message.envelope.values.get("OtherReceiver", ()) if "Organisation" in o]
            found = [_party(msghead.party(o["Organisation"]), o) for o in others]
        else:
            found = [await self.address(her) for her in wanted or ()]
        told = {address.party: address for address in found if address.party != receiver.party}
        return tuple(told.values())

    async def address(self, her: str) -> Address:
        """The Organization of the record with that HER-id, and the house it is part of."""
        query = Query(
            "Organization", terms=(Term("identifier", "token", None, (TokenValue(HER_ID, her),)),), count=2
        )
        found = sorted(await self._search(query), key=lambda o: str(o["id"])) if her.isdecimal() else []
        if not found:
            raise Problem(
                ProblemKind.NOT_FOUND,
                "AKS-EXCHANGE-044",
                f"Nobody here has HER-id {her or '(none)'}.",
                now="Choose a receiver among the organisations of the record, or answer a message.",
            )
        return address_of(await self._upwards(found[0]))

    async def receivers(self) -> list[Address]:
        """Everybody in the record with an address who is not of the author's own house, by name."""
        house = await self._house()
        found = await self._search(Query("Organization", count=PAGE))
        told = {}
        for organisation in found:
            if her_of(organisation) and organisation.get("active", True):
                chain = await self._upwards(organisation)
                if not house or chain[-1]["id"] != house[-1]["id"]:
                    address = address_of(chain)
                    told[address.party] = address
        return sorted(told.values(), key=lambda address: address.words)

    async def message(self, patient: str, id: str) -> CareMessage:
        """The message of that Communication. Raises NOT_FOUND, INVALID AKS-EXCHANGE-045 for another patient's."""
        communication = await self._must("Communication", id)
        if communication.get("subject", {}).get("reference") != f"Patient/{patient}":
            raise Problem(
                ProblemKind.INVALID, "AKS-EXCHANGE-045", "The message is not about this patient.",
                now="Open the message that is to be answered, and answer from there.",
            )  # fmt: skip
        return mirror.from_fhir(communication)

    async def find(self, patient: str, named: str) -> str:
        """Id of the patient's Communication that is named by its id or its MsgId. Raises NOT_FOUND AKS-EXCHANGE-048."""
        term = Term("patient", "reference", None, (ReferenceValue("Patient", patient),))
        for found in await self._search(Query("Communication", terms=(term,), count=PAGE)):
            values = (
                str(i.get("value", ""))
                for i in found.get("identifier", ())
                if i.get("system") == mirror.MESSAGE_ID
            )
            if named == found["id"] or any(v.rpartition("|")[2] == named.lower() for v in values):
                return str(found["id"])
        raise Problem(
            ProblemKind.NOT_FOUND, "AKS-EXCHANGE-048", "The patient has no such message.",
            now="Name it by its MsgId, or by the id of its Communication.",
        )  # fmt: skip

    async def twins(self, message: CareMessage, since: datetime) -> list[Resource]:
        """Other Communications that said the same to anybody since then; the message itself, pressed twice, is none."""
        same = TokenValue(mirror.SAME_WORDS, mirror.same_words(message))
        term = Term("identifier", "token", None, (same,))
        found = await self._search(Query("Communication", terms=(term,), count=PAGE))
        own = mirror.message_id(message)
        others = [c for c in found if not any(i.get("value") == own for i in c.get("identifier", ()))]
        return [c for c in others if c.get("sent") and datetime.fromisoformat(str(c["sent"])) >= since]

    async def _about(
        self, id: str, patient: str, status: str
    ) -> tuple[CareMessage | None, Address | None, Address | None]:
        """The message, and who writes to whom about it: an answer goes back, a change goes the same way again."""
        if not id:
            return None, None, None
        message = await self.message(patient, id)
        info = message.envelope.values
        theirs = _party(message.envelope.sender, info.get("Sender", {}))
        ours = _party(*self._ours(message))
        return (message, theirs, ours) if status != NEW else (message, ours, theirs)

    def _ours(self, message: CareMessage) -> tuple[Party, Values]:
        receivers: tuple[Receiver, ...] = message.envelope.receivers
        return receivers[0].party, message.envelope.values.get("Receiver", {})

    async def _house(self) -> tuple[Resource, ...]:
        for reference in self._session.actor.organisations:
            if organisation := await self._standing(reference):
                return await self._upwards(organisation)
        return ()

    async def _upwards(self, organisation: Resource) -> tuple[Resource, ...]:
        chain = [organisation]
        for _ in range(DEPTH_MAX):
            above = await self._standing(str(chain[-1].get("partOf", {}).get("reference", "")))
            if above is None:
                break
            chain.append(above)
        return tuple(chain)

    async def _of_patient(
        self, types: Iterable[str], patient: str
    ) -> tuple[dict[str, tuple[Resource, ...]], tuple[str, ...]]:
        found: dict[str, tuple[Resource, ...]] = {}
        hidden: list[str] = []
        for type in types:
            if not self._session.may("search", type):
                hidden.append(type)
                continue
            term = Term("patient", "reference", None, (ReferenceValue("Patient", patient),))
            included = (Include(type, "medication"),) if type == "MedicationStatement" else ()
            query = Query(type, terms=(term,), includes=included, count=PAGE)
            found[type] = tuple(await self._search(query, beside := {}))
            if beside:
                # A statement may name its drug by reference alone.
                found["Medication"] = (*found.get("Medication", ()), *beside.values())
        return found, tuple(hidden)

    async def _staff(self, references: Iterable[Resource]) -> dict[str, Resource]:
        named = [str(r.get("reference", "")) for r in references]
        return {n: r for n in named if n.startswith("Practitioner/") and (r := await self._standing(n))}

    async def _search(self, query: Query, beside: dict[str, Resource] | None = None) -> list[Resource]:
        """`beside`: what is included, by reference."""
        found: list[Resource] = []
        for _ in range(PAGES_MAX):
            page = await self._session.search(query)
            if beside is not None:
                beside |= {
                    f"{v.type}/{v.id}": json.parse(v.body) for v in page.included if v.body is not None
                }
            found += [json.parse(v.body) for v in page.matches if v.body is not None]
            if page.next_cursor is None:
                return found
            query = replace(query, cursor=page.next_cursor)
        raise Problem(
            ProblemKind.TOO_LARGE, "AKS-EXCHANGE-046", f"There is too much of {query.type} for one message.",
            now="Send what the receiver needs as a note instead.",
        )  # fmt: skip

    async def _must(self, type: str, id: str) -> Resource:
        version = await self._session.read(type, id)
        assert version.body is not None
        return json.parse(version.body)

    async def _standing(self, target: str) -> Resource | None:
        if target not in self._read:
            type, _, id = target.partition("/")
            try:
                self._read[target] = await self._must(type, id) if id else None
            except Problem as problem:
                if problem.kind not in (ProblemKind.NOT_FOUND, ProblemKind.GONE):
                    raise
                self._read[target] = None
        return self._read[target]


def address_of(chain: tuple[Resource, ...]) -> Address:
    """House and service: the service is the one just below the house, which the post is addressed to (HIS 1153-2)."""
    known = [o for o in chain if her_of(o)]
    if not known:
        raise Problem(
            ProblemKind.INVALID, "AKS-EXCHANGE-047", "The sender has no address for messages.",
            why="No organisation above the unit has a HER-id.", now="Give the unit's organisation its HER-id.",
        )  # fmt: skip
    house, service = known[-1], known[-2] if len(known) > 1 else None
    name, reference = str(house.get("name", "")), place(service or house)
    if service is None:
        return Address(name, her_of(house), reference=reference)
    return Address(name, her_of(house), str(service.get("name", "")), her_of(service), reference=reference)


def _files(
    given: Sequence[Enclosed] | None, message: CareMessage | None, status: str
) -> tuple[Enclosed, ...]:
    if status == CANCELLED:
        return ()
    if given is None and status == CHANGED and message is not None:
        return earlier_files(message)
    return tuple(given or ())


def _party(party: Party, written: Values) -> Address:
    inner = party.party_her
    service = (party.unit.words if party.unit else "") or (party.person.name if party.person else "")
    return Address(party.name, party.organisation_her, service, inner, written.get("Organisation", {}))
