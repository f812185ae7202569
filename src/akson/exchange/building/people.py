"""People and houses of the record as felleskomponent1 and MsgHead write them: patient, relatives, staff, units.

Spec: https://hl7.org/fhir/R4/datatypes.html#HumanName and HIS 80117. An address that is protected is never passed on: the
message does not need it, and nobody can take it back.
"""

from collections.abc import Iterable
from typing import Any

from akson.access.redactions import told_by
from akson.exchange.building.facts import Facts, codings, her_of, says
from akson.exchange.code_texts import text_of
from akson.exchange.envelope.msghead import ORGANISATION_IDS, PERSON_IDS
from akson.exchange.message_type import Resource
from akson.exchange.schema import Coded, Values
from akson.exchange.schema.formats import is_date
from akson.terminology.systems import NORWEGIAN_IDENTIFIERS, normalise_system

LISTS = "2.16.578.1.12.4.1.1."
_PERSON_IDS = {"1": "FNR", "2": "DNR", "3": "FHN", "4": "HPR", "5": "DUF"}
_SEX = {"male": "1", "female": "2", "other": "9", "unknown": "0"}
_TELECOM = {"mobile": "MC", "work": "WP", "home": "H"}
_KIN = {
    "DAUC": "DA", "DAU": "DA", "SONC": "SO", "SON": "SO", "MTH": "MO", "NMTH": "BM", "FTH": "FA", "NFTH": "BF",
    "WIFE": "EF", "HUSB": "EF", "SPS": "EF", "DOMPART": "SA", "BRO": "BR", "SIS": "SI", "GRMTH": "GM", "GRFTH": "GF",
    "GRNDCHILD": "BB", "GRNDDAU": "BB", "GRNDSON": "BB", "STPMTH": "SM", "STPFTH": "SF", "STPDAU": "SD", "STPSON": "SN",
    "ADOPTF": "AF", "ADOPTM": "AM", "EXT": "AS", "FRND": "AP", "NBOR": "AP", "GUARD": "AN",
}  # fmt: skip
"""v3-RoleCode -> 9033."""
_MARITAL = {"S": "1", "M": "2", "T": "3", "L": "4", "D": "5", "W": "6"}
"""v3-MaritalStatus -> 8724."""


def coded(number: int, code: str, *, cv: bool = True) -> Coded:
    """A code of a national list with its text: CV has the list's OID, CS has none."""
    return Coded(code, text_of(number, code), f"{LISTS}{number}" if cv else "")


def person(resource: Resource) -> Values:
    """MsgHead's and felleskomponent1's Person, whatever of it the record has."""
    values: dict[str, Any] = _names(resource)
    if is_date(str(resource.get("birthDate", ""))):
        values["DateOfBirth"] = resource["birthDate"]
    if resource.get("gender") in _SEX:
        values["Sex"] = coded(3101, _SEX[resource["gender"]], cv=False)
    if idents := _idents(resource):
        values["Ident"] = idents
    return values if _protected(resource) else {**values, **_reached(resource)}


def next_of_kin(facts: Facts) -> tuple[tuple[Values, str], ...]:
    """Each relative once, though Patient.contact and RelatedPerson may both have her; with where she stands."""
    found: dict[tuple[str, ...], tuple[Values, str]] = {}
    contacts = () if _protected(facts.patient) else facts.patient.get("contact", ())
    told = [(r, f"RelatedPerson/{r['id']}") for r in facts.of("RelatedPerson") if r.get("active", True)]
    told += [(_contact(c), f"Patient/{facts.patient['id']}#contact") for c in contacts]
    for resource, where in told:
        names = _names(resource)
        key = tuple(str(names.get(n, "")).casefold() for n in ("GivenName", "FamilyName"))
        if any(key) and key not in found:
            found[key] = (_relative(resource, names), where)
    return tuple(found.values())


def patient_facts(patient: Resource) -> Values:
    marital = next(
        (_MARITAL[c["code"]] for c in codings(patient.get("maritalStatus")) if c.get("code") in _MARITAL), ""
    )
    return {"SivilStatus": coded(8724, marital, cv=False)} if marital else {}


def professional(
    practitioner: Resource, *, role: str = "", telecom: Iterable[Resource] = (), numberless: bool = False
) -> Values | None:
    """`role` is a code of 9034. None without an identifier, which felleskomponent1 demands, unless `numberless`."""
    idents = _idents(practitioner)
    names = _names(practitioner)
    if not names or not (idents or numberless):
        return None
    values: dict[str, Any] = {}
    if kind := _profession(practitioner):
        values["TypeHealthcareProfessional"] = coded(9060, kind, cv=False)
    if role:
        values["RoleToPatient"] = coded(9034, role)
    values |= {**names, **({"Ident": idents} if idents else {})}
    phones = _telecoms([*practitioner.get("telecom", ()), *telecom])
    return {**values, **({"TeleCom": phones} if phones else {})}


def unit(organisation: Resource, telecom: Iterable[Resource] = ()) -> Values | None:
    """A Kontaktenhet; None without a HER-id."""
    her = her_of(organisation)
    if not her or not organisation.get("name"):
        return None
    phones = _telecoms([*organisation.get("telecom", ()), *telecom])
    return {
        "OrganisationName": organisation["name"],
        "Ident": ({"Id": her, "TypeId": Coded("HER", "HER-id", ORGANISATION_IDS)},),
        **({"TeleCom": phones} if phones else {}),
    }


def phones_of(facts: Facts) -> tuple[Resource, ...]:
    """The nearest telephone of the author's house: of her unit, else of what is above it."""
    for organisation in facts.house:
        if any(t.get("system") == "phone" and t.get("value") for t in organisation.get("telecom", ())):
            return tuple(organisation["telecom"])
    return ()


def _names(resource: Resource) -> dict[str, Any]:
    names = resource.get("name", ())
    name = next((n for n in names if n.get("use") == "official"), names[0] if names else {})
    given = [str(g).strip() for g in name.get("given", ()) if str(g).strip()]
    told = {
        "FamilyName": str(name.get("family", "")).strip(),
        "MiddleName": " ".join(given[1:]),
        "GivenName": given[0] if given else "",
    }
    return {n: text for n, text in told.items() if text}


def _idents(resource: Resource) -> tuple[Values, ...]:
    found = []
    for identifier in resource.get("identifier", ()):
        system = normalise_system(str(identifier.get("system", "")))
        kind = (
            _PERSON_IDS.get(system.removeprefix(NORWEGIAN_IDENTIFIERS))
            if system.startswith(NORWEGIAN_IDENTIFIERS)
            else None
        )
        if kind and identifier.get("value") and identifier.get("use") != "old":
            found.append(
                {"Id": str(identifier["value"]), "TypeId": Coded(kind, text_of(8116, kind), PERSON_IDS)}
            )
    return tuple(found)


def _reached(resource: Resource) -> Values:
    home = next((a for a in resource.get("address", ()) if a.get("use") != "old"), {})
    told = {
        "StreetAdr": ", ".join(str(line) for line in home.get("line", ())),
        "PostalCode": home.get("postalCode", ""),
        "City": home.get("city", ""),
    }
    address = {name: text for name, text in told.items() if text}
    phones = _telecoms(resource.get("telecom", ()))
    return {**({"Address": address} if address else {}), **({"TeleCom": phones} if phones else {})}


def _telecoms(points: Iterable[Resource]) -> tuple[Values, ...]:
    found: dict[str, Values] = {}
    for point in points:
        digits = "".join(str(point.get("value", "")).split())
        if (
            point.get("system") == "phone"
            and digits
            and digits.lstrip("+").isdigit()
            and point.get("use") != "old"
        ):
            kind = _TELECOM.get(str(point.get("use")), "HP")
            found.setdefault(
                digits, {"TypeTelecom": coded(9061, kind, cv=False), "TeleAddress": f"tel:{digits}"}
            )
    return tuple(found.values())


def _relative(resource: Resource, names: Values) -> Values:
    relations = resource.get("relationship", ())
    kin = next((_KIN[c["code"]] for r in relations for c in codings(r) if c.get("code") in _KIN), "")
    said = ", ".join(words for r in relations if (words := says(r)))
    reached = {} if _protected(resource) else _reached(resource)
    return {
        **({"Slektskap": coded(9033, kin, cv=False)} if kin else {}),
        "Referanseperson": {**names, **reached},
        **({"Merknad": said} if said and not kin else {}),
    }


def _contact(contact: Resource) -> Resource:
    """Patient.contact in the shape of a RelatedPerson."""
    name = contact.get("name")
    address = contact.get("address")
    return {**contact, "name": [name] if name else [], "address": [address] if address else []}


def _profession(practitioner: Resource) -> str:
    for qualification in practitioner.get("qualification", ()):
        for coding in codings(qualification.get("code")):
            if str(coding.get("system", "")).endswith(".9060") and coding.get("code"):
                return str(coding["code"])
    return ""


def _protected(resource: Resource) -> bool:
    return any(told_by(label) for label in resource.get("meta", {}).get("security", ()))
