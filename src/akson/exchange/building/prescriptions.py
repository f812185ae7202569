"""What goes to the prescription hub and to the multidose pharmacy: the record's own list, a question, who is responsible.

| type | made of the record | typed |
| --- | --- | --- |
| ERM251 (M25.1) | the municipality's list, allergies | |
| ERM252, ERM253 (M25.2, M25.3) | the same, those in the roll or all with whether they are | when it is packed |
| ERM911 (M9.11) | her national number | |
| ERM271, ERM273 (M27.1, M27.3) | her national number (of a group) | from when, registered or not, the group |
| ERM28 (M28) | the new doctor: who writes, her number and office | from when |

Source: eResept 2.4 and 2.5. The list is written by `exchange.prescription.writing`.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import Any

from akson.care.medication.lines import PAST, Said, SourceKind, SourceLine
from akson.care.medication.sources import SourceList, sources
from akson.exchange.building import health, people
from akson.exchange.building.facts import Facts, her_of, place
from akson.exchange.building.fields import DAY, LINE, TIME, Field, clock
from akson.exchange.building.rows import MEDICINES, Filled, Row
from akson.exchange.message_type import Resource
from akson.exchange.prescription import writing
from akson.exchange.profile import Demand
from akson.exchange.schema import Coded, Values
from akson.terminology.systems import NORWEGIAN_IDENTIFIERS, normalise_system

LIST, ROLL, PACKED, QUESTION = "ERM251", "ERM252", "ERM253", "ERM911"
_LIST, _RECORD = "EnkeltoppforingLIB", "legemiddellisten"
_NATIONAL = tuple(f"{NORWEGIAN_IDENTIFIERS}{series}" for series in ("1", "2"))
_HPR = f"{NORWEGIAN_IDENTIFIERS}4"
_HER_TYPE = Coded("HER", "HER-id", "2.16.578.1.12.4.1.1.9051")
_READS = ("List", *MEDICINES[:1])
NONE_USED = "Bruker ingen legemidler."

Wrote = Callable[[Iterable[SourceLine], datetime], Values]


def own_list(facts: Facts) -> SourceList:
    """The municipality's list as it stands when the message is made."""
    rows = [one for type in (*_READS, "Medication") for one in facts.of(type)]
    return next(one for one in sources(rows, facts.at) if one.kind is SourceKind.MUNICIPALITY)


def _lines(facts: Facts, *, write: Wrote) -> Filled | None:
    own = own_list(facts)
    found = write(own.lines, facts.at).get(_LIST, ())
    return Filled(found, tuple(line.id for line in own.lines)) if found else None


def _note(facts: Facts) -> Filled | None:
    """None used is said; not asked is not."""
    own = own_list(facts)
    none = own.said is Said.NONE or (own.lines and all(line.use in PAST for line in own.lines))
    return Filled(NONE_USED, (own.reference or place(facts.patient),)) if none else None


def _allergies(facts: Facts) -> Filled | None:
    known = [a for a in facts.of("AllergyIntolerance") if health.is_allergy(a) and not health.no_allergy(a)]
    found = writing.allergies(known)
    told = [a for a in known if "medication" in (a.get("category") or [])]
    return Filled(found, tuple(map(place, told))) if found else None


def national_id(patient: Resource) -> str:
    told = patient.get("identifier") or ()
    return next(
        (str(i["value"]) for i in told if normalise_system(str(i.get("system", ""))) in _NATIONAL), ""
    )


def _number(facts: Facts) -> Filled | None:
    number = national_id(facts.patient)
    return Filled(number, (place(facts.patient),)) if number else None


def _group(facts: Facts) -> Filled | None:
    number = national_id(facts.patient)
    return Filled(({"Fnr": number},), (place(facts.patient),)) if number else None


def _constant(value: Any, facts: Facts) -> Filled:
    return Filled(value, ())


def _doctor(facts: Facts) -> Filled | None:
    """Who writes; None without a number as health personnel, or an office with an address."""
    identifiers = facts.author.get("identifier") or ()
    hpr = next(
        (str(i["value"]) for i in identifiers if normalise_system(str(i.get("system", ""))) == _HPR), ""
    )
    office = next((o for o in facts.house if her_of(o)), None)
    names = people.person(facts.author) if facts.author else {}
    if not hpr or office is None:
        return None
    name = " ".join(str(names[n]) for n in ("GivenName", "FamilyName") if names.get(n))
    told = {
        "HprNr": hpr,
        "Navn": name,
        "Org": str(office.get("name", "")),
        "HerId": {"Id": her_of(office), "TypeId": _HER_TYPE},
    }
    return Filled(told, (place(facts.author), place(office)))


NUMBER = Row("Fnr", "Fødselsnummer", "personopplysninger", (), _number)
WITH_PRESCRIPTIONS = Row(
    "InklReseptinfo", "Med resepter", "meldingstypen", (), partial(_constant, True), frame=True
)
PLAIN = Row("Komprimering", "Komprimert svar", "meldingstypen", (), partial(_constant, "0"), frame=True)
GROUP = Row("Pasient", "Pasient", "personopplysninger", (), _group)
DOCTOR = Row("Multidoselege", "Multidoselege", "den som sender", (), _doctor)
ALLERGIES = Row("Allergi", "Allergier", "allergier", ("AllergyIntolerance",), _allergies)
NOTE = Row("Merknad", "Merknad", _RECORD, (), _note)


def _medicines(write: Wrote) -> Row:
    return Row(_LIST, "Legemidler i bruk", _RECORD, _READS, partial(_lines, write=write))


SHARED_ROWS = (_medicines(writing.use_list), ALLERGIES, NOTE)
ROLL_ROWS = (_medicines(writing.roll_list), ALLERGIES)
PACKED_ROWS = (_medicines(writing.packed_list), ALLERGIES)


def _instant(said: str) -> str:
    """A deadline that is a day is its end."""
    return clock(said) if "T" in said else f"{said}T23:59:59"


PACKING = (
    Field("until", "Frist for endringer", "Pakkeinfo/Bestillingsfrist", _instant, TIME),
    Field("first", "Første dag i rullen", "Pakkeinfo/ForsteDoseringsdato", str, DAY),
    Field("last", "Siste dag i rullen", "Pakkeinfo/SisteDoseringsdato", str, DAY),
)
REGISTRATION = (
    Field(
        "status", "Registrering", "Status", lambda said: Coded(dn=said), LINE, usual="Registrering", main=True
    ),
    Field("since", "Gjelder fra", "GjelderFra", str, DAY),
)
GROUP_ID = Field("group", "Gruppe-id", "GruppeId", str, LINE)
SINCE = Field("since", "Gjelder fra", "AktivFra", str, DAY)
MEDICINES_DEMANDED = (Demand("Legemidler", (_LIST, "Merknad"), "eResept M25.1"),)
IN_ROLL_DEMANDED = (Demand("Legemidler", (_LIST,), "eResept M25.2"),)
