"""M25.1, M25.2 and M25.3 read to medicines: each line's medicine is a document in base64, opened here.

A line whose document cannot be opened is told as a medicine that cannot be read, never left out.
Source: eResept 2.5; 9101 use, 7491 kind of prescription.
"""

from akson.exchange import times
from akson.exchange.components.prescription.prescription_2013 import RESEPT_DOK_LEGEMIDDEL
from akson.exchange.prescription.doses import dosages
from akson.exchange.prescription.strengths import UNSAID, bare, strength_in
from akson.exchange.prescription.used import Resource, Told, Used
from akson.exchange.schema import Coded, Values
from akson.exchange.schema.enclosed import enclosed

UNREADABLE = "Legemiddel som ikke kan leses"
_COURSE, _AS_NEEDED = "2", "3"
_YES = "1"
_DRUGS = (
    "LegemiddelMerkevare",
    "Legemiddelpakning",
    "LegemiddelVirkestoff",
    "Legemiddelblanding",
    "Legemiddeldose",
)


def told(content: Values, *, roll: bool = False) -> Told:
    """`roll`: whether all lines come in the multidose roll (M25.2, M25.3) unless they say otherwise."""
    return Told(
        medicines=tuple(_used(line, roll=roll) for line in content.get("EnkeltoppforingLIB", ())),
        allergies=tuple(words for words in map(_allergy, content.get("Allergi", ())) if words),
        note=str(content.get("Merknad", "")).strip(),
        packing=_packing(content.get("Pakkeinfo", {})),
    )


def _packing(packing: Values) -> Resource:
    names = {"until": "Bestillingsfrist", "first": "ForsteDoseringsdato", "last": "SisteDoseringsdato"}
    return {name: str(packing[element]) for name, element in names.items() if packing.get(element)}


def _allergy(allergy: Values) -> str:
    if allergy.get("Avkreftet"):
        return ""
    drug = allergy["Legemiddelreaksjon"]
    named = [drug.get("Varenavn", ""), *drug.get("Virkestoff", ()), drug.get("Atc", Coded()).words]
    return next((" ".join(words.split()) for words in named if words.strip()), "")


def _used(line: Values, *, roll: bool) -> Used:
    found = enclosed(line["ReseptDokLegemiddelB64"], (RESEPT_DOK_LEGEMIDDEL,))
    document = found[1] if found is not None else {}
    prescribing = document.get("Forskrivning", {})
    drug = next((prescribing[name] for name in _DRUGS if name in prescribing), {})
    kind = prescribing.get("Bruk", Coded()).v
    doses = dosages(prescribing)
    stopped = line.get("Seponering")
    start = str(line.get("DatoOppstart", "")) or _bound(doses, "start")
    return Used(
        name=_name(drug),
        atc=drug.get("Atc", Coded()).v.replace(" ", ""),
        form=_form(drug),
        strength=strength_in(_text(drug, "NavnFormStyrke")),
        dose=_dose(prescribing),
        dosages=doses,
        as_needed=_needed(kind, doses),
        course=kind == _COURSE,
        reason=_text(prescribing, "Bruksomrade"),
        start=times.fhir_date_time(start),
        stop=times.fhir_date_time(str(stopped["Tidspunkt"]) if stopped else _bound(doses, "end")),
        stopped=stopped is not None,
        stop_reason=_reason(stopped) if stopped else "",
        multidose=line["InngarMultidose"].v == _YES if "InngarMultidose" in line else roll,
        note=_text(document, "Merknad"),
        confirmed=times.fhir_date_time(str(line["SistEndret"]))[:10],
        prescription=_text(line, "ReseptId"),
        prescriber=_prescriber(line),
    )


def _name(drug: Values) -> str:
    """The product's name, or the substance's, when its strength is told beside it; else all that was said."""
    whole = _text(drug, "NavnFormStyrke") or _text(drug, "Navn")
    packages = [_text(package, "Varenavn") for package in drug.get("PakningsinfoResept", ())]
    product = next((name for name in (_text(drug, "Varenavn"), *packages) if name), "")
    if strength_in(whole) == UNSAID:
        return whole or product or UNREADABLE
    return product or bare(whole, _form(drug))


def _form(drug: Values) -> str:
    return (drug.get("LegemiddelformKort") or drug.get("Legemiddelform") or Coded()).words


def _dose(prescribing: Values) -> str:
    short = prescribing.get("Kortdose", Coded())
    return _text(prescribing, "DosVeiledEnkel") or short.ot.strip() or short.words


def _needed(kind: str, doses: tuple[Resource, ...]) -> bool | None:
    if kind:
        return kind == _AS_NEEDED
    told = {bool(dose["asNeededBoolean"]) for dose in doses}
    return told.pop() if len(told) == 1 else None


def _bound(doses: tuple[Resource, ...], end: str) -> str:
    """The first start or the last end that the doses tell; "" when one of them has none."""
    found = [dose.get("timing", {}).get("repeat", {}).get("boundsPeriod", {}).get(end, "") for dose in doses]
    if not found or not all(found):
        return ""
    return min(found) if end == "start" else max(found)


def _reason(stopped: Values) -> str:
    said = (stopped["Arsak"].words, _text(stopped, "Merknad"))
    return ": ".join(words for words in said if words)


def _prescriber(line: Values) -> str:
    people = [role["Helseperson"] for role in line.get("Rolle", ()) if "Helseperson" in role]
    return next(
        (name for p in people if (name := f"{_text(p, 'Fornavn')} {_text(p, 'Etternavn')}".strip())), ""
    )


def _text(values: Values, name: str) -> str:
    return " ".join(str(values.get(name, "")).split())
