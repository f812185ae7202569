"""What a Patient says of herself: her regular GP, date of birth, whether her address is protected, where she is registered,
and which other Patient resources are the same person.

    Patient.generalPractitioner                      gp-list
    Patient.birthDate                                Traits.birth_date, when it is a whole date
    Patient.meta.security, address metadata          Traits.protected: graded in the national register (Skatteetaten)
    Patient.address, RelatedPerson.address           where she lives, in one spelling
    Patient.link of type replaces, replaced-by       the same person

Spec: https://hl7.org/fhir/R4/patient.html; gd-Person and gd-address-metadata of the national person register.
"""

from collections.abc import Iterator
from datetime import date, datetime

from akson.access.facts import Relation, RelationKind, Traits
from akson.access.redactions import GRADES, UNGRADED
from akson.fhir.search.values.string import fold
from akson.record.facts.elements import Json, codings, patient_id, relation

ADDRESS_METADATA = "http://ehelse.no/fhir/StructureDefinition/gd-address-metadata"
_SAME = frozenset({"replaces", "replaced-by"})
_REGISTERED = frozenset({"", "home"})


def on_list(patient: Json, since: datetime) -> Iterator[Relation]:
    for practitioner in patient.get("generalPractitioner", ()):
        yield from relation(_own(patient), practitioner, RelationKind.GP_LIST, patient, since)


def traits(patient: Json) -> Iterator[Traits]:
    if "id" in patient:
        yield Traits(patient["id"], _birth_date(patient), protected(patient))


def protected(person: Json) -> bool:
    """Whether some address is graded. A grade that nobody knows protects: better hidden than told."""
    grades = [
        code for system, code in codings((person.get("meta") or {}).get("security")) if system == GRADES
    ]
    for address in person.get("address", ()):
        for metadata in address.get("extension", ()):
            if metadata.get("url") == ADDRESS_METADATA:
                grades += [
                    str(part.get("valueCode", ""))
                    for part in metadata.get("extension", ())
                    if part.get("url") == "confidentiality"
                ]
    return any(grade != UNGRADED for grade in grades)


def addresses(person: Json) -> Iterator[str]:
    """`storgata 1|0123`: the registered home in one spelling. Without street and postal code nobody lives together."""
    for address in person.get("address", ()):
        if address.get("use", "") in _REGISTERED and "end" not in (address.get("period") or {}):
            lines = fold(" ".join(address.get("line", ())))
            code = fold(address.get("postalCode", ""))
            if lines and code:
                yield f"{lines}|{code}"


def links(patient: Json) -> Iterator[str]:
    for link in patient.get("link", ()):
        other = patient_id(link.get("other"))
        if link.get("type") in _SAME and other and other != patient.get("id"):
            yield other


def _own(patient: Json) -> Json:
    return {"reference": f"Patient/{patient['id']}"} if "id" in patient else {}


def _birth_date(patient: Json) -> date | None:
    try:
        return date.fromisoformat(patient.get("birthDate", ""))
    except ValueError:
        return None
