"""Each source's list with its provenance, the list in use, and what the reconciliation engine is asked."""

from datetime import UTC, date, datetime

from akson.care.medication.current import current_list
from akson.care.medication.lines import Kind, Said, SourceKind, Use
from akson.care.medication.question import case_of
from akson.care.medication.reconciliation.engine import reconcile
from akson.care.medication.sources import sources

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
ATC = "http://www.whocc.no/atc"


def statement(id: str, name: str, mg: int, dose: str, atc: str = "", **more: object) -> dict:
    drug = {
        "resourceType": "Medication",
        "id": f"m-{id}",
        "code": {"text": name, "coding": [{"system": ATC, "code": atc}] if atc else []},
        "form": {"text": "tablett"},
        "ingredient": [{"strength": {"numerator": {"value": mg, "unit": "mg"}, "denominator": {"value": 1}}}],
    }
    return {
        "resourceType": "MedicationStatement",
        "id": id,
        "status": "active",
        "contained": [drug],
        "medicationReference": {"reference": f"#m-{id}"},
        "dosage": [{"text": dose}],
        **more,
    }


def medication_list(
    id: str, kind: str, mode: str, day: str, *lines: dict, contained: bool = True, **more: object
) -> dict:
    """Lines inside it, each with its medication beside it; or named by reference."""
    inside = []
    for line in lines if contained else ():
        inside += [*line["contained"], {k: v for k, v in line.items() if k != "contained"}]
    start = "#" if contained else "MedicationStatement/"
    return {
        "resourceType": "List",
        "id": id,
        "status": "current",
        "mode": mode,
        "extension": [
            {"url": "https://akson.no/fhir/StructureDefinition/medication-source", "valueCode": kind}
        ],
        "code": {"coding": [{"system": "http://loinc.org", "code": "10160-0"}]},
        "date": day,
        "contained": inside,
        "entry": [{"item": {"reference": f"{start}{line['id']}"}} for line in lines],
        **more,
    }


OWN = [
    statement(
        "a1", "Furosemid", 40, "1 + 0 + 0 + 0", "C03CA01",
        dateAsserted="2026-11-20",
        informationSource={"reference": "Practitioner/ida", "display": "Ida Lunde"},
        derivedFrom=[{"reference": "Communication/x"}],
        reasonCode=[{"text": "Hjertesvikt"}],
        effectivePeriod={"start": "2025-03-14"},
    ),
    statement("a2", "Ramipril", 5, "1 + 0 + 0 + 0", "C09AA05"),
    statement("a3", "Metoprolol", 50, "1 + 0 + 0 + 0", "C07AB02"),
    statement("a4", "Doksysyklin", 100, "1 + 0 + 0 + 0", "J01AA02", effectivePeriod={"end": "2026-11-25"}),
    statement("a5", "Ibuprofen", 400, "1 tablett", "M01AE01", status="stopped", effectivePeriod={"end": "2026-10-01"},
              statusReason=[{"text": "Blødningsfare"}]),
    statement("a6", "Paracetamol", 500, "1–2 tabletter", "N02BE01") | {"dosage": [
        {"text": "1–2 tabletter", "asNeededBoolean": True, "maxDosePerPeriod": {
            "numerator": {"value": 8, "unit": "tabletter"}, "denominator": {"value": 1, "code": "d"}}}]},
]  # fmt: skip
OWN_LIST = medication_list("egen", "municipality", "working", "2026-11-20", *OWN[:5], contained=False)
HOSPITAL = medication_list(
    "epikrise", "hospital", "snapshot", "2026-11-21",
    statement("s1", "Furosemid", 80, "1 + 0 + 0 + 0", "C03CA01"),
    statement("s2", "Ramipril", 5, "1 + 0 + 0 + 0", "C09AA05", status="stopped"),
    statement("s3", "Selo-Zok", 50, "1 + 0 + 0 + 0"),
    title="Epikrise fra Havnes sykehus", source={"display": "Havnes sykehus"},
)  # fmt: skip
DAUGHTER = medication_list(
    "datter", "patient", "snapshot", "2026-11-21T14:00:00+01:00",
    statement("s1", "Furix", 40, "én om morgenen",
              informationSource={"reference": "RelatedPerson/marit", "display": "Marit Bakken (datter)"}),
)  # fmt: skip
ROWS = [*OWN, OWN_LIST, HOSPITAL, DAUGHTER]


def test_each_line_says_who_when_which_source_and_since_when() -> None:
    own, hospital, daughter = sources(ROWS, AT)
    furosemid = own.lines[0]
    assert (furosemid.name, furosemid.strength, furosemid.form) == ("Furosemid", "40 mg", "tablett")
    assert furosemid.provenance.by == "Ida Lunde"
    assert furosemid.provenance.confirmed == date(2026, 11, 20)
    assert furosemid.provenance.rests_on == ("Communication/x",)
    assert (furosemid.indication, furosemid.start) == ("Hjertesvikt", date(2025, 3, 14))
    assert (hospital.title, hospital.told_by) == ("Epikrise fra Havnes sykehus", "Havnes sykehus")
    assert daughter.lines[0].provenance.by == "Marit Bakken (datter)"
    assert [line.id for line in hospital.lines] == [f"List/epikrise#s{n}" for n in (1, 2, 3)]


def test_a_brand_is_told_by_its_generic_name_first_and_kept() -> None:
    _, hospital, daughter = sources(ROWS, AT)
    assert (hospital.lines[2].name, hospital.lines[2].product) == ("Metoprolol", "Selo-Zok")
    assert (daughter.lines[0].name, daughter.lines[0].product) == ("Furosemid", "Furix")


def test_what_the_record_holds_and_no_list_names_is_not_lost() -> None:
    own = sources(ROWS, AT)[0]
    assert [line.id for line in own.lines][-1] == "MedicationStatement/a6"
    (alone,) = sources(OWN, AT)
    assert (len(alone.lines), alone.said, alone.reference) == (6, Said.LINES, "")


def test_what_others_told_never_stands_on_the_list_in_use() -> None:
    """Neither contained nor as statements of their own."""
    loose = statement("h9", "Spironolakton", 25, "1 + 0 + 0 + 0")
    told = medication_list("h", "hospital", "snapshot", "2026-11-21", loose, contained=False)
    current = current_list([*ROWS[:-2], loose, told], AT)
    names = {line.name for group in (current.fixed, current.as_needed, current.courses) for line in group}
    assert names == {"Furosemid", "Ramipril", "Metoprolol", "Doksysyklin", "Paracetamol"}


def test_the_list_in_use_is_fixed_as_needed_courses_and_stopped() -> None:
    current = current_list(ROWS, AT)
    assert [line.name for line in current.fixed] == ["Furosemid", "Metoprolol", "Ramipril"]
    (needed,) = current.as_needed
    assert needed.dose.maximum == "8 tabletter per døgn"
    assert [line.kind for line in current.courses] == [Kind.COURSE]
    assert [(line.use, line.stop_reason) for line in current.stopped] == [(Use.STOPPED, "Blødningsfare")]
    assert [s.kind for s in current.unread] == [SourceKind.PATIENT, SourceKind.HOSPITAL]


def test_a_course_that_is_over_stands_among_the_stopped() -> None:
    later = current_list(ROWS, datetime(2026, 12, 1, tzinfo=UTC))
    assert later.courses == ()
    assert [line.name for line in later.stopped] == ["Doksysyklin", "Ibuprofen"]


def test_none_is_not_the_same_as_not_asked() -> None:
    assert current_list([], AT).said is Said.NOT_ASKED

    def said(**more: object) -> Said:
        return current_list([medication_list("x", "municipality", "working", "2026-11-01", **more)], AT).said  # type: ignore[arg-type]

    def reason(code: str) -> dict:
        system = "http://terminology.hl7.org/CodeSystem/list-empty-reason"
        return {"coding": [{"system": system, "code": code}]}

    assert said(emptyReason=reason("nilknown")) is Said.NONE
    assert said(emptyReason=reason("notasked")) is Said.NOT_ASKED
    assert said() is Said.UNKNOWN


def test_a_sources_later_list_replaces_its_earlier_one_and_what_came_after_is_not_known_yet() -> None:
    warfarin, teller = statement("s1", "Warfarin", 2, "etter INR"), {"display": "Havnes sykehus"}
    newer = medication_list("e2", "hospital", "snapshot", "2026-11-22T09:00:00Z", warfarin, source=teller)
    wrong = {**newer, "id": "e3", "status": "entered-in-error"}
    later = {**newer, "id": "e4", "date": "2026-11-23"}
    hospital = [s for s in sources([*ROWS, newer, wrong, later], AT) if s.kind is SourceKind.HOSPITAL]
    assert [s.reference for s in hospital] == ["List/e2"]


def test_a_foreign_list_without_our_extension_is_told_by_mode_and_teller() -> None:
    bare = {**DAUGHTER, "extension": [], "source": {"reference": "Patient/astrid"}}
    assert sources([bare], AT)[-1].kind is SourceKind.PATIENT
    assert sources([{**HOSPITAL, "extension": []}], AT)[-1].kind is SourceKind.OTHER


def test_lists_are_asked_of_the_engine_as_they_were_written() -> None:
    penicillin = {"code": {"text": "Penicillin", "coding": [{"system": ATC, "code": "J01C"}]}}
    gone = {**penicillin, "clinicalStatus": {"coding": [{"code": "resolved"}]}}
    case = case_of(sources(ROWS, AT), [penicillin, gone], AT)
    assert [one.source for one in case.lists] == ["municipality", "hospital", "patient"]
    assert len(case.allergies) == 1
    line = next(line for line in case.lists[0].lines if line.name == "Paracetamol")
    assert (line.dose, line.asneeded) == ("1–2 tabletter, maks 8 tabletter per døgn", True)
    found = {f.class_: set(f.lines) for f in reconcile(case) if f.counted}
    assert found["dose"] >= {"MedicationStatement/a1", "List/epikrise#s1"}
    assert found["stopped-still-taken"] >= {"MedicationStatement/a2", "List/epikrise#s2"}


def test_what_is_not_taken_is_absent_and_not_stopped() -> None:
    not_fetched = statement("s1", "Spironolakton", 25, "1 + 0 + 0 + 0", status="not-taken")
    talk = medication_list("t", "patient", "snapshot", "2026-11-21", not_fetched)
    every = sources([*OWN, talk], AT)
    assert every[-1].lines[0].use is Use.NOT_TAKEN
    assert case_of(every, [], AT).lists[-1].lines == ()


def test_an_empty_list_that_says_nothing_is_not_asked_about() -> None:
    silent = medication_list("tom", "hospital", "snapshot", "2026-11-21")
    assert [one.source for one in case_of(sources([*OWN, silent], AT), [], AT).lists] == ["municipality"]
