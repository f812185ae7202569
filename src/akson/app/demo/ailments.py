"""What people in Storvik suffer from, at which age, with which medicines, goals and words in the notes.

A drug is only ever given for an ailment on the same list. Codes: ICPC-2 (urn:oid 7170) and ICD-10 (7110); their words
come from the terminology. Frequencies are invented, ages and pairs of ailment and drug are ordinary practice.
"""

from dataclasses import dataclass

from akson.app.demo.chart import Chart
from akson.app.demo.elements import ICD_10, ICPC_2, Resource, coding, concept, hl7
from akson.app.demo.medicines import CHILD_DOSES, DRUGS, PENICILLINS, Course, Drug, add_medicine, clashes

CHILD_BELOW = 12


@dataclass(frozen=True, slots=True)
class Ailment:
    name: str
    """As people say it, and as the medicine list gives it for a reason."""
    ages: tuple[int, int]
    icpc2: str = ""
    icd10: str = ""
    drugs: tuple[tuple[str, int], ...] = ()
    """(name, how many of a hundred have it)."""
    goal: str = ""
    notes: tuple[str, ...] = ()
    common: int = 10
    """How likely against the others of the same age."""

    @property
    def codings(self) -> tuple[Resource, ...]:
        both = ((ICPC_2, self.icpc2), (ICD_10, self.icd10))
        return tuple(coding(system, code) for system, code in both if code)


AILMENTS: dict[str, Ailment] = {
    ailment.name: ailment
    for ailment in (
        Ailment("Hjertesvikt", (65, 104), "K77", "I50",
                (("furosemid", 95), ("metoprolol", 80), ("ramipril", 60), ("kandesartan", 40)),
                "Vekt to ganger i uken. Grense: +2 kg på 5 dager → lege",
                ("Litt ødem rundt anklene, uendret siden sist.", "Ingen tung pust i hvile.",
                 "Blir fort andpusten i trappen.")),
        Ailment("Atrieflimmer", (60, 104), "K78", "I48", (("apiksaban", 95), ("metoprolol", 60)),
                "Hvilepuls under 110, ingen blødning",
                ("Uregelmessig puls, ingen svimmelhet.", "Ingen tegn til blødning.")),
        Ailment("Høyt blodtrykk", (40, 104), "K86", "I10",
                (("amlodipin", 55), ("losartan", 40), ("kandesartan", 35)), "Blodtrykk under 140/90",
                ("Blodtrykket ligger som før.",)),
        Ailment("Angina pectoris", (55, 104), "K74", "I25",
                (("acetylsalisylsyre", 90), ("atorvastatin", 80), ("metoprolol", 60), ("glyseroltrinitrat", 80)),
                "Kan gå til butikken uten brystsmerter", ("Ingen brystsmerter siden sist.",)),
        Ailment("Kronisk koronarsykdom", (55, 104), "K76", "I25",
                (("acetylsalisylsyre", 90), ("atorvastatin", 90), ("metoprolol", 40))),
        Ailment("Gjennomgått hjerneslag", (60, 104), "K90", "I69.3", (("klopidogrel", 85), ("atorvastatin", 85)),
                "Går med rullator til matbordet hver dag",
                ("Svakere i venstre hånd, trenger hjelp med knapper.", "Går støtt med rullator inne.",
                 "Leter litt etter ordene, men gjør seg forstått.")),
        Ailment("Diabetes type 2", (45, 104), "T90", "E11",
                (("metformin", 80), ("empagliflozin", 35), ("insulin glargin", 20)), "HbA1c under 58 mmol/mol",
                ("Blodsukker målt før frokost, se målinger.", "Føttene er hele, ingen sår.")),
        Ailment("Diabetes type 1", (10, 70), "T89", "E10", (("insulin glargin", 100), ("insulin aspart", 100)),
                "HbA1c under 53 mmol/mol", ("Setter insulin selv.",), common=2),
        Ailment("Hypotyreose", (30, 104), "T86", "E03", (("levotyroksin", 100),), common=6),
        Ailment("Høyt kolesterol", (45, 90), "", "E78.0", (("atorvastatin", 90),)),
        Ailment("Kols", (55, 104), "R95", "J44",
                (("tiotropium", 85), ("formoterol/budesonid", 50), ("salbutamol", 80)),
                "Bruker inhalatorene riktig, ingen nye forverringer",
                ("Hoster en del om morgenen, lyst slim.", "Hvilte to ganger under stell.",
                 "Fikk hjelp med inhalatoren.")),
        Ailment("Astma", (6, 60), "R96", "J45", (("budesonid", 80), ("salbutamol", 95)), common=7),
        Ailment("Alzheimers sykdom", (70, 104), "P70", "F00", (("donepezil", 45), ("memantin", 35)),
                "Trygge faste rutiner og kjente ansikter",
                ("Husket ikke at det var besøk i går.", "Rolig og blid under stell.",
                 "Trengte veiledning for å kle seg i riktig rekkefølge.", "Spurte flere ganger hvilken dag det er.")),
        Ailment("Parkinsons sykdom", (60, 95), "N87", "G20", (("levodopa/benserazid", 100),),
                "Legemidler til fast klokkeslett, ingen fall",
                ("Stiv før morgendosen, bedre etter en halv time.", "Små skritt, brukte rullator."), common=4),
        Ailment("Depresjon", (18, 104), "P76", "F32", (("escitalopram", 60), ("mirtazapin", 35)),
                "Ute av huset minst to ganger i uken",
                ("Litt nedstemt, men kom seg ut en tur.", "Snakket om familien og smilte.")),
        Ailment("Angst", (18, 75), "P74", "", (("escitalopram", 60),)),
        Ailment("Søvnvansker", (40, 104), "P06", "", (("zopiklon", 80),), "",
                ("Sov dårlig i natt.", "Har sovet godt.")),
        Ailment("Osteoporose", (65, 104), "L95", "", (("kalsium/vitamin d", 100), ("alendronsyre", 65))),
        Ailment("Kneartrose", (55, 104), "L90", "", (("paracetamol", 90), ("ibuprofen", 15)), "",
                ("Vond i kneet ved oppreising.",)),
        Ailment("Hofteartrose", (55, 104), "L89", "", (("paracetamol", 90), ("ibuprofen", 15)), "",
                ("Vond i hoften ved gange.",)),
        Ailment("Forstoppelse", (65, 104), "D12", "", (("laktulose", 55), ("makrogol", 50)), "",
                ("Hatt avføring i dag.",)),
        Ailment("Refluks", (40, 95), "", "K21", (("pantoprazol", 95),)),
        Ailment("Epilepsi", (10, 80), "N88", "G40", (("levetiracetam", 100),), common=2),
        Ailment("Migrene", (18, 55), "N89", "", (("sumatriptan", 90),), common=6),
        Ailment("Multippel sklerose", (25, 70), "", "G35", (), "Kan forflytte seg med en hjelper",
                ("Sliten i beina i dag, brukte rullestol ut.", "Gjorde øvelsene sine under stell."), common=2),
        Ailment("Leggsår", (60, 104), "", "I83.0", (), "Såret under 2 cm innen evaluering",
                ("Sårskift utført etter prosedyre. Såret er rent, ca. 2 x 3 cm.",
                 "Lite væske fra såret. Huden rundt er hel."), common=6),
        Ailment("Akutt blærekatarr", (25, 104), "", "N30.0", (("pivmecillinam", 95), ("trimetoprim", 100)), "",
                ("Mindre svie ved vannlating. Drikker godt.",), common=3),
        Ailment("Lungebetennelse", (50, 104), "R81", "", (("doksysyklin", 100),), common=1),
        Ailment("Atopisk eksem", (1, 40), "S87", ""),
        Ailment("Pollenallergi", (6, 55), "", "J30.1", (("cetirizin", 85),)),
        Ailment("ADHD", (8, 35), "", "F90.0", (("metylfenidat", 75),), common=5),
    )
}  # fmt: skip
SHORT = {"Akutt blærekatarr": 5, "Lungebetennelse": 7}
"""Ailments that pass, with the days of a course."""


def add_condition(chart: Chart, ailment: Ailment, since_days: int, *, note: str = "", id: str = "") -> str:
    return chart.add(
        {
            "resourceType": "Condition",
            "clinicalStatus": hl7("condition-clinical", "active"),
            "verificationStatus": hl7("condition-ver-status", "confirmed"),
            "category": [hl7("condition-category", "problem-list-item")],
            "code": concept(ailment.name, *ailment.codings),
            "subject": chart.subject,
            "onsetDateTime": chart.scene.day(-since_days),
            "recordedDate": chart.scene.day(-since_days),
            **({"note": [{"text": note}]} if note else {}),
        },
        id=id,
    )


def _fits(drug: Drug, chosen: list[Drug], allergic_to: str) -> bool:
    if allergic_to and drug.atc.startswith(allergic_to):
        return False
    return not clashes(drug, chosen)


def add_ailment(chart: Chart, ailment: Ailment, chosen: list[Drug], *, allergic_to: str = "") -> str:
    """The Condition and its medicines. `chosen` is what already stands on the list, and grows."""
    chance = chart.chance
    course_days = SHORT.get(ailment.name)
    since = chance.between(1, course_days - 2) if course_days else chance.between(90, 3000)
    # Nobody has an illness from before she was born, or a medicine from before the illness.
    since = min(since, max(chart.age * 365 // 2, 30))
    condition = add_condition(chart, ailment, since)
    given = 0
    for name, percent in ailment.drugs:
        drug = DRUGS[name]
        if (course_days and given) or not chance.happens(percent) or not _fits(drug, chosen, allergic_to):
            continue
        dose = chance.one(drug.doses)
        if chart.age < CHILD_BELOW:
            dose = CHILD_DOSES.get(name, dose)
        began = -since if course_days else -chance.between(30, since) if since > 30 else -since
        until = course_days - since if course_days else None
        add_medicine(chart, drug, Course(dose, ailment.name, began, until, reason_codings=ailment.codings))
        chosen.append(drug)
        given += 1
    return condition


def fitting(age: int, names: tuple[str, ...]) -> list[Ailment]:
    """Those of the named ailments that one of that age may have."""
    return [AILMENTS[n] for n in names if AILMENTS[n].ages[0] <= age <= AILMENTS[n].ages[1]]


__all__ = ["AILMENTS", "PENICILLINS", "Ailment", "add_ailment", "add_condition", "fitting"]
