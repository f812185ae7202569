"""The medicines of the demo and how they stand on a list. Which ailment they are for is said by `ailments`.

Spec: https://hl7.org/fhir/R4/medicationstatement.html, ATC http://www.whocc.no/atc. Doses are ordinary ones for
adults; nothing here is advice.
"""

from dataclasses import dataclass

from akson.app.demo.chart import Chart
from akson.app.demo.elements import ATC, Resource, coding, concept, quantity, reference


@dataclass(frozen=True, slots=True)
class Drug:
    name: str
    """Generic name."""
    atc: str
    form: str
    strengths: tuple[tuple[str, str, str], ...]
    """(substance, amount, UCUM unit), one for each active ingredient."""
    doses: tuple[str, ...]
    """What may stand on the list; one is drawn. Morning + noon + evening + night."""
    as_needed: bool = False
    per: tuple[str, str] = ("", "")
    """What the strength is per, as (UCUM code, word), when it is not per unit: `("mL", "ml")`."""


def _drug(
    name: str,
    atc: str,
    form: str,
    amount: str,
    unit: str,
    *doses: str,
    as_needed: bool = False,
    per: tuple[str, str] = ("", ""),
) -> Drug:
    return Drug(name, atc, form, ((name, amount, unit),), doses, as_needed, per)


MORNING, EVENING, BOTH, THREE = "1 + 0 + 0 + 0", "0 + 0 + 1 + 0", "1 + 0 + 1 + 0", "1 + 1 + 1 + 0"
_MILLILITRE, _DOSE = ("mL", "ml"), ("{dose}", "dose")

DRUGS: dict[str, Drug] = {
    drug.name.lower(): drug
    for drug in (
        _drug("Pantoprazol", "A02BC02", "enterotablett", "20", "mg", MORNING),
        _drug("Laktulose", "A06AD11", "mikstur", "667", "mg", "15 ml morgen", "15 ml morgen og kveld",
              per=_MILLILITRE),
        Drug("Makrogol", "A06AD65", "pulver til mikstur", (("Makrogol", "13.1", "g"),),
             ("1 dosepose, maks 3 daglig",), as_needed=True),
        _drug("Insulin aspart", "A10AB05", "injeksjonsvæske", "100", "[iU]", "6 + 6 + 8 + 0 enheter til måltid",
              "4 + 4 + 6 + 0 enheter til måltid", per=_MILLILITRE),
        _drug("Insulin glargin", "A10AE04", "injeksjonsvæske", "100", "[iU]", "0 + 0 + 0 + 18 enheter",
              "0 + 0 + 0 + 24 enheter", per=_MILLILITRE),
        _drug("Metformin", "A10BA02", "tablett", "500", "mg", BOTH, "2 + 0 + 2 + 0"),
        _drug("Empagliflozin", "A10BK03", "tablett", "10", "mg", MORNING),
        Drug("Kalsium/vitamin D", "A12AX", "tyggetablett",
             (("Kalsium", "500", "mg"), ("Kolekalsiferol", "800", "[iU]")), (EVENING, MORNING)),
        _drug("Klopidogrel", "B01AC04", "tablett", "75", "mg", MORNING),
        _drug("Acetylsalisylsyre", "B01AC06", "enterotablett", "75", "mg", MORNING),
        _drug("Apiksaban", "B01AF02", "tablett", "2.5", "mg", BOTH),
        _drug("Glyseroltrinitrat", "C01DA02", "sublingvaltablett", "0.25", "mg",
              "1 tablett under tungen ved brystsmerter, maks 3", as_needed=True),
        _drug("Furosemid", "C03CA01", "tablett", "40", "mg", MORNING, "1 + 1 + 0 + 0"),
        _drug("Spironolakton", "C03DA01", "tablett", "25", "mg", MORNING),
        _drug("Metoprolol", "C07AB02", "depottablett", "50", "mg", MORNING),
        _drug("Amlodipin", "C08CA01", "tablett", "5", "mg", MORNING),
        _drug("Ramipril", "C09AA05", "tablett", "5", "mg", MORNING),
        _drug("Losartan", "C09CA01", "tablett", "50", "mg", MORNING),
        _drug("Kandesartan", "C09CA06", "tablett", "8", "mg", MORNING),
        _drug("Atorvastatin", "C10AA05", "tablett", "20", "mg", EVENING),
        _drug("Levotyroksin", "H03AA01", "tablett", "75", "ug", MORNING),
        _drug("Doksysyklin", "J01AA02", "kapsel", "100", "mg", MORNING),
        _drug("Pivmecillinam", "J01CA08", "tablett", "200", "mg", THREE),
        _drug("Trimetoprim", "J01EA01", "tablett", "160", "mg", BOTH),
        _drug("Ibuprofen", "M01AE01", "tablett", "400", "mg", "1 tablett, maks 3 daglig", as_needed=True),
        _drug("Alendronsyre", "M05BA04", "tablett", "70", "mg", "1 tablett hver mandag morgen"),
        _drug("Paracetamol", "N02BE01", "tablett", "500", "mg", "1–2 tabletter, maks 8 daglig",
              as_needed=True),
        _drug("Sumatriptan", "N02CC01", "tablett", "50", "mg", "1 tablett ved anfall, maks 2 daglig", as_needed=True),
        _drug("Levetiracetam", "N03AX14", "tablett", "500", "mg", BOTH),
        Drug("Levodopa/benserazid", "N04BA02", "kapsel",
             (("Levodopa", "100", "mg"), ("Benserazid", "25", "mg")),
             ("1 kl. 8, 1 kl. 12, 1 kl. 16 og 1 kl. 20",)),
        _drug("Zopiklon", "N05CF01", "tablett", "5", "mg", "1 tablett til natten", as_needed=True),
        _drug("Escitalopram", "N06AB10", "tablett", "10", "mg", MORNING),
        _drug("Mirtazapin", "N06AX11", "tablett", "15", "mg", "0 + 0 + 0 + 1"),
        _drug("Metylfenidat", "N06BA04", "depottablett", "27", "mg", MORNING),
        _drug("Donepezil", "N06DA02", "tablett", "10", "mg", "0 + 0 + 0 + 1"),
        _drug("Memantin", "N06DX01", "tablett", "20", "mg", MORNING),
        _drug("Salbutamol", "R03AC02", "inhalasjonsaerosol", "0.1", "mg", "1–2 inhalasjoner, maks 8 daglig",
              as_needed=True, per=_DOSE),
        Drug("Formoterol/budesonid", "R03AK07", "inhalasjonspulver",
             (("Formoterol", "9", "ug"), ("Budesonid", "320", "ug")), ("1 inhalasjon morgen og kveld",), per=_DOSE),
        _drug("Budesonid", "R03BA02", "inhalasjonspulver", "200", "ug", "1 inhalasjon morgen og kveld", per=_DOSE),
        _drug("Tiotropium", "R03BB04", "inhalasjonsvæske", "2.5", "ug", "2 inhalasjoner morgen", per=_DOSE),
        _drug("Cetirizin", "R06AE07", "tablett", "10", "mg", "1 tablett daglig i pollensesongen"),
    )
}  # fmt: skip
CHILD_DOSES = {"cetirizin": "½ tablett morgen og kveld i pollensesongen", "metylfenidat": MORNING}
GROUP_LETTERS = 5
BLOOD_THINNERS = ("B01AC04", "B01AC06", "B01AF02")
PENICILLINS = "J01C"


def clashes(drug: Drug, others: list[Drug]) -> bool:
    """Whether the drug would stand doubled: same ATC group, a second blood thinner, or ACE inhibitor with ARB."""
    for other in others:
        if drug.atc[:GROUP_LETTERS] == other.atc[:GROUP_LETTERS]:
            return True
        if drug.atc in BLOOD_THINNERS and other.atc in BLOOD_THINNERS:
            return True
        if drug.atc.startswith("C09") and other.atc.startswith("C09"):
            return True
        # Anti-inflammatories on top of blood thinners or diuretics are what reviews take away.
        if {drug.atc, other.atc} & {"M01AE01"} and {drug.atc, other.atc} & {*BLOOD_THINNERS, "C03CA01"}:
            return True
    return False


def _ingredient(drug: Drug, substance: str, amount: str, unit: str) -> Resource:
    code, word = drug.per
    per = quantity(1, code, word) if code else {"value": 1}
    return {
        "itemCodeableConcept": {"text": substance},
        "strength": {"numerator": quantity(amount, unit), "denominator": per},
    }


def medication(drug: Drug, id: str = "m") -> Resource:
    return {
        "resourceType": "Medication",
        "id": id,
        "code": concept(drug.name, coding(ATC, drug.atc)),
        "form": {"text": drug.form},
        "ingredient": [_ingredient(drug, *strength) for strength in drug.strengths],
    }


@dataclass(frozen=True, slots=True)
class Course:
    """How one medicine is used by one citizen. Days count from today; negative is past."""

    dose: str
    reason: str
    since: int
    until: int | None = None
    stopped: bool = False
    note: str = ""
    asserted: int | None = None
    """The day it was put on the list; the day it began, unless said."""
    reason_codings: tuple[Resource, ...] = ()
    by: Resource | None = None
    """Who says so."""


def add_medicine(chart: Chart, drug: Drug, course: Course) -> str:
    scene = chart.scene
    period = {"start": scene.day(course.since)}
    if course.until is not None:
        period["end"] = scene.day(course.until)
    return chart.add(
        {
            "resourceType": "MedicationStatement",
            "contained": [medication(drug)],
            "status": "stopped" if course.stopped else "active",
            "medicationReference": reference("#m"),
            "subject": chart.subject,
            "effectivePeriod": period,
            "dateAsserted": scene.day(course.since if course.asserted is None else course.asserted),
            **({"informationSource": course.by} if course.by else {}),
            "reasonCode": [concept(course.reason, *course.reason_codings)],
            **({"note": [{"text": course.note}]} if course.note else {}),
            "dosage": [{"text": course.dose, "asNeededBoolean": drug.as_needed}],
        }
    )
