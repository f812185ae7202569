"""The prescription hub: one list of medicines for each citizen, which whoever changes it replaces whole.

    takes   ERM251 (M25.1), ERM911 (M9.11)
    sends   ERM912 (M9.12)

Who replaces a list names the message that the list came by (MsgHead's RefToParent). Another has replaced it meanwhile:
refused, so that nobody takes a colleague's change away unseen. How it is in the real hub is not told by the schemas;
docs/adr/0216 says what is ours.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from akson.exchange.schema import Values
from akson_lab import prescriptions
from akson_lab.facts import Party, Stay
from akson_lab.houses.addresses import address
from akson_lab.houses.house import Heard, House, about, answering, new_id
from akson_lab.people import Resident
from akson_lab.prescriptions import Drug

TAKES = {"ERM251": "2013-10-08", "ERM911": "2018-07-01"}
SENDS = {"ERM912": "2018-07-01"}
KINDS = ("changed-by-doctor",)
CHANGED, NO_NUMBER = "X99", "E30"
"""8221: a reason that the list has no code for is told in words."""
_WARFARIN = Drug("Warfarin", "B01AA03", "Tablett", "2,5 mg", "2 tabletter daglig")


@dataclass(slots=True)
class Standing:
    """A citizen's list, and the message that it came by."""

    version: str
    by: int
    at: datetime
    content: Values = field(repr=False)
    replaced: list[str] = field(default_factory=list)
    """Ids before it, oldest first."""

    @property
    def count(self) -> int:
        return sum("Seponering" not in line for line in self.content.get("EnkeltoppforingLIB", ()))


class PrescriptionHub(House):
    """`people`: whom it knows by number; others are known as the message tells them."""

    def __init__(
        self, own: Party, template: Stay, people: tuple[Resident, ...], *, seed: int = 0, hurries: bool = True
    ) -> None:
        super().__init__("hub", own.organisation, int(own.service_her), seed=seed, hurries=hurries)
        self.own, self.template = own, template
        self.people = {p.national_id: p for p in people}
        self.lists: dict[str, Standing] = {}
        self.asked: list[tuple[datetime, int, str]] = []
        """Who has asked for whose list, and when."""
        self.refused: list[tuple[datetime, int, str]] = []

    def send(self, kind: str, now: datetime, *, person: int = 0, **how: Any) -> str:
        """A doctor elsewhere changes a list; gives its new version. Raises KeyError for what is not done here.

        how: `drug` (a Drug as keywords).
        """
        if kind not in KINDS:
            raise KeyError(kind)
        number = list(self.people)[person]
        standing = self.lists.get(number)
        drug = Drug(**how["drug"]) if "drug" in how else _WARFARIN
        content = prescriptions.with_drug(standing.content if standing else {}, drug, now)
        return self._keep(number, new_id(), 0, now, content)

    def refuses(self, heard: Heard, now: datetime) -> tuple[str, str]:
        number = heard.national_id
        if not number:
            return NO_NUMBER, ""
        if heard.type != "ERM251":
            return "", ""
        standing = self.lists.get(number)
        if heard.parent == (standing.version if standing else ""):
            return "", ""
        self.refused.append((now, heard.by, number))
        if standing is None:
            return CHANGED, "Det finnes ingen liste å erstatte. Hent gjeldende liste først."
        return CHANGED, "Lista er endret av andre siden dere hentet den. Hent den, samstem, og send på nytt."

    def hears(self, heard: Heard, now: datetime) -> None:
        number = heard.national_id
        if heard.person is not None:
            self.people.setdefault(number, heard.person)
        if heard.type == "ERM251":
            self._keep(number, heard.msg_id, heard.by, now, heard.content)
        elif heard.type == "ERM911":
            self._answer(heard, now)

    def _answer(self, heard: Heard, now: datetime) -> None:
        number, shipment = heard.national_id, answering(heard)
        self.asked.append((now, heard.by, number))
        standing = self.lists.get(number)
        person = self.people.get(number)
        facts = about(
            self.template, person, sender=self.own, receiver=address(heard.by), sent_at=now, admitted_at=now
        ) if person else None  # fmt: skip
        if facts is None:
            self.enter(now, heard.msg_id, "Spørsmål om en vi ikke kjenner", None)
            return
        document = prescriptions.answer_message(
            facts,
            shipment,
            number=number,
            standing=standing.content if standing else None,
            version=standing.version if standing else "",
        )
        self.put_out("answer", "ERM912", heard.by, shipment.msg_id, document)

    def _keep(self, number: str, version: str, by: int, now: datetime, content: Values) -> str:
        before = self.lists.get(number)
        replaced = [*before.replaced, before.version] if before else []
        self.lists[number] = Standing(version, by, now, content, replaced)
        return version

    def shown(self, now: datetime) -> dict[str, Any]:
        listed = [
            {
                "patient": f"{p.given} {p.family}" if (p := self.people.get(number)) else "",
                "version": one.version,
                "versions": len(one.replaced) + 1,
                "by": one.by,
                "at": one.at.isoformat(),
                "medicines": one.count,
            }
            for number, one in self.lists.items()
        ]
        return {**super().shown(now), "lists": listed, "asked": len(self.asked), "refused": len(self.refused)}
