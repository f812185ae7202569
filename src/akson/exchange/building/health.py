"""Diagnoses, allergies, medicines, function and services of the record, as the care messages write them.

Source: HIS 80704:2014, profiles HIS 1143-1147; EPJ components 2008-02-20. Each function gives what one resource becomes, or
None when the message has no place for it. Component ids follow from what is said, so that the same part is the same part.
"""

import uuid
from decimal import Decimal
from typing import Any

from akson.exchange.building.facts import codings, day, has_code, place, says
from akson.exchange.building.people import LISTS, coded
from akson.exchange.message_type import Resource
from akson.exchange.schema import Coded, Quantity, Values
from akson.terminology.systems import ATC, ICD_10, ICPC_2, NORWEGIAN_LISTS, normalise_system

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://akson.no/exchange/building")
_COMPONENTS = "2.16.578.1.12.4.1.6."
_NO_ALLERGY = ("716186003",)
_ANAPHYLAXIS = ("39579001",)
FUNCTION = f"{NORWEGIAN_LISTS}9111"
SERVICES = f"{NORWEGIAN_LISTS}9151"
_ONGOING = ("active", "onhold", "planned", "waitlist")


def component(kind: str, type: str, category: str, *content: object) -> dict[str, Any]:
    """Attributes of a component of a record, its id from what it says."""
    said = "|".join(map(repr, (type, category, *content)))
    return {
        "@basiskomponenttype": kind,
        "@komponenttype": f"{_COMPONENTS}{type}",
        "@informasjonskategori": category,
        "@komponentID": str(uuid.uuid5(_NAMESPACE, said)),
    }


def is_current(condition: Resource) -> bool:
    wrong = has_code(condition.get("verificationStatus"), "entered-in-error", "refuted")
    return not wrong and not has_code(condition.get("clinicalStatus"), "inactive", "remission", "resolved")


def diagnosis(condition: Resource) -> Values | None:
    """One code of it, ICD-10 before ICPC-2: both say the same illness, and two would read as two."""
    by_system = {normalise_system(str(c.get("system", ""))): c for c in codings(condition.get("code"))}
    found = next((by_system[s] for s in (ICD_10, ICPC_2) if by_system.get(s, {}).get("code")), None)
    words = says(condition.get("code"))
    if found is None:
        return {"DiagnoseBeskrivelse": words} if words else None
    system = normalise_system(str(found["system"])).removeprefix("urn:oid:")
    code = Coded(str(found["code"]), str(found.get("display") or words), system)
    return {"Diagnosekode": code, **({"DiagnoseBeskrivelse": words} if words and words != code.dn else {})}


def is_allergy(allergy: Resource) -> bool:
    wrong = has_code(allergy.get("verificationStatus"), "entered-in-error", "refuted")
    return not wrong and not has_code(allergy.get("clinicalStatus"), "inactive", "resolved")


def no_allergy(allergy: Resource) -> bool:
    return has_code(allergy.get("code"), *_NO_ALLERGY)


def allergy_note(allergy: Resource) -> Values | None:
    against = says(allergy.get("code"))
    if not against:
        return None
    categories = allergy.get("category", ())
    reactions = [m for r in allergy.get("reaction", ()) for m in r.get("manifestation", ())]
    told = ", ".join(dict.fromkeys(w for m in reactions if (w := says(m))))
    atc = next(
        (c for c in codings(allergy.get("code")) if normalise_system(str(c.get("system", ""))) == ATC), None
    )
    severe = any(has_code(m, *_ANAPHYLAXIS) or "anafyla" in says(m).casefold() for m in reactions)
    said: dict[str, Any] = {
        **({"HensynVedForskrivning": True} if "medication" in categories else {}),
        **({"HensynMatDrikke": True} if "food" in categories else {}),
        "AllergiskMot": against,
    }
    if atc is not None and atc.get("code"):
        said["VirkestoffLegemiddel"] = Coded(
            str(atc["code"]), str(atc.get("display") or against), f"{LISTS}7180"
        )
    if severe:
        said["AnafylaktiskeReaksjoner"] = coded(1103, "1", cv=False)
    notes = ({"Notat": f"Reaksjon: {told}"},) if told else ()
    attributes = component("EPJ dokument", "13.11036.1", "Cave/allergier", place(allergy), said, notes)
    return {**attributes, **({"Journaltekst": notes} if notes else {}), "Allergi": said}


def cave(allergies: tuple[Resource, ...]) -> Values | None:
    """Critical information as a whole; None when the record says nothing, which is not the same as none."""
    notes = tuple(n for a in allergies if is_allergy(a) and not no_allergy(a) and (n := allergy_note(a)))
    none = [a for a in allergies if is_allergy(a) and no_allergy(a)]
    keywords = ({"CaveStikkord": says(none[0].get("code"))},) if none and not notes else ()
    if not notes and not keywords:
        return None
    head = {
        **component("EPJ dokument", "13.10028.0", "Cave/allergier", keywords, notes),
        **({"StikkordCave": keywords} if keywords else {}),
    }
    whole = {"SakshodeCave": head, **({"Allerginotat": notes} if notes else {})}
    return {**component("EPJ sak", "14.50001.0", "Cave/allergier", keywords, notes), **whole}


def is_taken(medicine: Resource) -> bool:
    return medicine.get("status") in ("active", "intended", "on-hold")


def is_stopped(medicine: Resource) -> bool:
    return medicine.get("status") in ("stopped", "cancelled")


def drug(medicine: Resource) -> Values | None:
    """`Legemiddelinfo` of a MedicationStatement or MedicationRequest."""
    medication = _medication(medicine)
    concept = medication.get("code") or medicine.get("medicationCodeableConcept")
    name = says(concept)
    if not name:
        return None
    form = says(medication.get("form"))
    dosages = medicine.get("dosage") or medicine.get("dosageInstruction") or ()
    period = medicine.get("effectivePeriod") or {"start": medicine.get("authoredOn")}
    atc = next(
        (c for c in codings(concept) if normalise_system(str(c.get("system", ""))) == ATC and c.get("code")),
        None,
    )
    reason = ", ".join(w for r in medicine.get("reasonCode", ()) if (w := says(r)))
    # A form has a code only where 7448 is at hand; without it the reader is told by the name.
    told: dict[str, Any] = {
        "BruksomradeTekst": reason,
        "DosVeiledEnkel": "; ".join(str(d["text"]) for d in dosages if d.get("text")),
        "Navn": f"{name}, {form}" if form and form.casefold() not in name.casefold() else name,
        "Atc": Coded(str(atc["code"]), str(atc.get("display") or name)) if atc else None,
        "Styrke": _strength(medication),
        "Bruk": coded(9101, _use(dosages, period), cv=False),
        "DoseringStarttidspunkt": day(period.get("start")),
        "DoseringSluttidspunkt": day(period.get("end")),
    }
    notes = " ".join(str(n["text"]).strip() for n in medicine.get("note", ()) if n.get("text"))
    prescription: dict[str, Any] = {
        "StatusTilForskrivningen": coded(9104, "2", cv=False) if is_stopped(medicine) else None,
        "Merknad": notes,
        "Forskrivningsinfo": {n: value for n, value in told.items() if value},
    }
    said = {n: value for n, value in prescription.items() if value}
    return {
        **component("EPJ dokument", "13.10301.0", "Legemidler", place(medicine), said),
        "ForenkletForskrivning": said,
    }


def is_function(observation: Resource) -> bool:
    known = observation.get("status") in ("final", "amended", "corrected")
    return known and any(
        normalise_system(str(c.get("system", ""))) == FUNCTION for c in codings(observation.get("code"))
    )


def newest_functions(observations: tuple[Resource, ...]) -> tuple[Resource, ...]:
    """The newest of each variable, in the order of the list."""
    newest: dict[int, Resource] = {}
    for observation in sorted(
        filter(is_function, observations), key=lambda o: str(o.get("effectiveDateTime", ""))
    ):
        if _score(observation) is not None:
            newest[_variable(observation)] = observation
    return tuple(newest[number] for number in sorted(newest))


def function_score(observation: Resource) -> Values:
    score = _score(observation)
    return {"Funksjonsvariabel": coded(9111, str(_variable(observation))), "Vurdering": str(score)}


def functions(observations: tuple[Resource, ...]) -> Values | None:
    """The date stands in the remark of the overall assessment (HIS 1143, 4.3)."""
    found = newest_functions(observations)
    if not found:
        return None
    days = sorted({d for o in found if (d := day(o.get("effectiveDateTime")))})
    told = f"Funksjonsvurdering gjort {days[-1][8:]}.{days[-1][5:7]}.{days[-1][:4]}." if days else ""
    overall = {"SamletVurderingFunksjonsniva": {"Merknad": told}} if told else {}
    return {**overall, "KartlagtFunksjon": tuple(function_score(o) for o in found)}


def is_service(episode: Resource) -> bool:
    return episode.get("status") in _ONGOING and _service(episode) is not None


def service(episode: Resource) -> Values:
    """An `EksisterendeTjeneste`: a decision of the municipality's, so never private."""
    found = _service(episode)
    assert found is not None
    concept, coding = found
    words = says(concept)
    code = coded(9151, str(coding["code"]))
    period = episode.get("period", {})
    told: dict[str, Any] = {
        "IPLOStjenestetype": code,
        "BetegnelseTjeneste": words if words != code.dn else "",
        "PrivatTjeneste": False,
        "TjenestenLevertAv": episode.get("managingOrganization", {}).get("display", ""),
        "Startdato": day(period.get("start")),
        "Sluttdato": day(period.get("end")),
    }
    return {name: value for name, value in told.items() if value or value is False}


def _service(episode: Resource) -> tuple[Resource, Resource] | None:
    for concept in episode.get("type", ()):
        for coding in codings(concept):
            if normalise_system(str(coding.get("system", ""))) == SERVICES and coding.get("code"):
                return concept, coding
    return None


def _medication(medicine: Resource) -> Resource:
    target = str(medicine.get("medicationReference", {}).get("reference", ""))
    contained = medicine.get("contained", ())
    return next((c for c in contained if target == f"#{c.get('id')}"), {})


def _strength(medication: Resource) -> Quantity | None:
    """Of a drug with one ingredient; several have no one strength, and are told by their name."""
    ingredients = medication.get("ingredient", ())
    amount = ingredients[0].get("strength", {}).get("numerator", {}) if len(ingredients) == 1 else {}
    if amount.get("value") is None or not amount.get("unit"):
        return None
    value = amount["value"]
    return Quantity(f"{value:f}" if isinstance(value, Decimal) else str(value), str(amount["unit"]))


def _use(dosages: Any, period: Resource) -> str:
    """9101: when needed, a course, else regular."""
    if any(d.get("asNeededBoolean") or d.get("asNeededCodeableConcept") for d in dosages):
        return "3"
    return "2" if period.get("end") else "1"


def _variable(observation: Resource) -> int:
    found = (
        c for c in codings(observation["code"]) if normalise_system(str(c.get("system", ""))) == FUNCTION
    )
    code = str(next(found).get("code", ""))
    return int(code) if code.isdecimal() else 0


def _score(observation: Resource) -> int | None:
    value = observation.get("valueInteger", observation.get("valueQuantity", {}).get("value"))
    return int(value) if value is not None and int(value) == value else None
