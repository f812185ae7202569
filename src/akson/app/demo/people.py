"""A citizen as facts, and her Patient resource. What ails her does not belong here.

Spec: https://hl7.org/fhir/R4/patient.html; identifiers as no-basis-Patient.
"""

from dataclasses import dataclass
from datetime import date

from akson.app.demo.chance import Chance
from akson.app.demo.elements import D_NUMBER, FNR, HL7, Resource, coding, concept, reference
from akson.app.demo.names import CITY, POSTAL_CODE, family_name, given_name, phone, street_address
from akson.app.demo.national_ids import NationalIds
from akson.app.demo.staff import NAMES, general_practitioner

ADULT = 18
OLD = 67


@dataclass(frozen=True, slots=True)
class Kin:
    name: tuple[str, str]
    """Given and family name."""
    relation: str
    """HL7 RoleCode: `DAUC`, `SONC`, `SPS`, `MTH`, `FTH`, `SIB`."""
    phone: str


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    given: str
    family: str
    female: bool
    born: date
    national_id: str
    phone: str
    street: str
    gp: str
    """Id of the Practitioner who is the regular GP."""
    kin: Kin | None = None
    d_number: bool = False

    @property
    def reference(self) -> str:
        return f"Patient/{self.id}"

    @property
    def name(self) -> str:
        return f"{self.given} {self.family}"

    def age(self, on: date) -> int:
        return on.year - self.born.year - ((on.month, on.day) < (self.born.month, self.born.day))


RELATION_WORDS = {
    "DAUC": "datter",
    "SONC": "sønn",
    "SPS": "ektefelle",
    "MTH": "mor",
    "FTH": "far",
    "SIB": "søsken",
}


def kin_of(chance: Chance, family: str, age: int, *, female: bool) -> Kin:
    """Someone near, of an age that can be: parents of a child, a spouse or sibling, children of the old."""
    if age < ADULT:
        relation = chance.one(("MTH", "FTH"))
    elif age < OLD:
        relation = chance.one(("SPS", "SPS", "SIB"))
    else:
        relation = chance.one(("DAUC", "SONC", "DAUC", "SONC", "SPS"))
    woman = relation in ("MTH", "DAUC") or (relation in ("SPS", "SIB") and not female)
    year = {"SPS": 1950 if age >= OLD else 1975, "SIB": 1975}.get(relation, 1970)
    given = given_name(chance, female=woman, birth_year=year)
    return Kin((given, family if chance.happens(75) else family_name(chance)), relation, phone(chance))


def draw(chance: Chance, ids: NationalIds, place: int, id: str, born: date, on: date) -> Person:
    """A person born that day; everything else by chance."""
    female = chance.happens(54 if on.year - born.year > OLD else 49)
    given, family = given_name(chance, female=female, birth_year=born.year), family_name(chance)
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return Person(
        id=id,
        given=given,
        family=family,
        female=female,
        born=born,
        national_id=ids.draw(chance, born, female=female),
        phone=phone(chance),
        street=street_address(chance),
        gp=general_practitioner(place),
        kin=kin_of(chance, family, age, female=female),
    )


def kin_element(kin: Kin) -> Resource:
    return {
        "relationship": [concept(RELATION_WORDS[kin.relation], coding(f"{HL7}v3-RoleCode", kin.relation))],
        "name": {"family": kin.name[1], "given": [kin.name[0]]},
        "telecom": [{"system": "phone", "value": kin.phone, "use": "mobile"}],
    }


def patient(person: Person) -> Resource:
    return {
        "resourceType": "Patient",
        "id": person.id,
        "identifier": [
            {
                "use": "official",
                "system": D_NUMBER if person.d_number else FNR,
                "value": person.national_id,
            }
        ],
        "active": True,
        "name": [{"use": "official", "family": person.family, "given": [person.given]}],
        "telecom": [{"system": "phone", "value": person.phone, "use": "mobile"}],
        "gender": "female" if person.female else "male",
        "birthDate": person.born.isoformat(),
        "address": [
            {
                "use": "home",
                "line": [person.street],
                "postalCode": POSTAL_CODE,
                "city": CITY,
                "country": "NO",
            }
        ],
        **({"contact": [kin_element(person.kin)]} if person.kin else {}),
        "generalPractitioner": [reference(f"Practitioner/{person.gp}", NAMES[person.gp])],
    }
