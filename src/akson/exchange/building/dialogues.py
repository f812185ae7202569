"""The dialogue messages a municipality sends: who writes, what is answered, and which words are typed.

Source: HIS 80704:2014 annex C, HIS 1151, HIS 1152 (faults), HIS 1077:2017 (clinical dialogue).
"""

from akson.exchange.building import health, notes, people
from akson.exchange.building.facts import Facts, place, says
from akson.exchange.building.fields import CODE, DAY, LINE, Field
from akson.exchange.building.placing import fitting
from akson.exchange.building.rows import Filled, Row, role_of
from akson.exchange.components import dialogue
from akson.exchange.message_type import Resource
from akson.exchange.schema import Coded, Formatted, Values
from akson.exchange.times import NORWAY, words

READY = "LOG_UTSKRIVNINGSKLAR"
STATUS_AND_PLAN = "8"
INPATIENT = ("IMP", "ACUTE", "NONAC")
"""Classes of an Encounter in hospital (v3-ActCode)."""
ANSWERS_READY = "ready-for-discharge-answer"
"""The purpose that `outbox/deadlines.json` gives a quarter of an hour."""
_QUOTED = ("TypeForesp", "EmneSporsmal", "Sporsmal", "Begrunnelse", "DokIdForesp")
_LISTS = people.LISTS
CONTACT_THERE = "24"
"""9034: whom it is for at the receiver; the list at hand does not have its text."""


def is_ready_answer(facts: Facts) -> bool:
    return facts.about is not None and facts.about.type.code == READY


def _writer(facts: Facts) -> Filled | None:
    told = people.professional(
        facts.author, telecom=people.phones_of(facts), numberless=True
    ) if facts.author else None  # fmt: skip
    if told is None:
        return None
    role = role_of(facts)
    named = {"RoleToPatient": people.coded(9034, role)} if role else {}
    author = {"RolleNotat": people.coded(9057, "1"), **named, "HealthcareProfessional": told}
    return Filled((author,), (place(facts.author),))


def _today(facts: Facts) -> Filled | None:
    return Filled(f"{facts.at.astimezone(NORWAY):%Y-%m-%d}", ())


def _asked(facts: Facts) -> Filled | None:
    """The request that is answered, as it was asked."""
    requests = facts.about.content.get("Foresporsel", ()) if facts.about else ()
    if not requests:
        return None
    quoted = fitting(dialogue.REQUEST_1_0, requests[0], _QUOTED)
    question = quoted.get("Sporsmal")
    if isinstance(question, Formatted):
        quoted["Sporsmal"] = question.words
    return Filled(quoted, (facts.about_reference,))


def _topic(facts: Facts) -> Filled | None:
    """What the dialogue is about already."""
    if facts.about is None:
        return None
    said = next((str(n["Tema"]).strip() for n in facts.about.content.get("Notat", ()) if n.get("Tema")), "")
    if is_ready_answer(facts):
        said = "Tilbakemelding på mottak av utskrivningsklar pasient"
    return Filled(said, (facts.about_reference,)) if said else None


def _about_patient(facts: Facts) -> Filled | None:
    return Filled(Coded("6", "Henvendelse om pasient", f"{_LISTS}7322"), ())


def _ready_kind(facts: Facts) -> Filled | None:
    return Filled(people.coded(9155, "1"), (facts.about_reference,)) if is_ready_answer(facts) else None


def _receives(said: str) -> str:
    return f"Kommunen kan ta imot pasienten {words(said)}."


def _contact_there(profession: str) -> tuple[Values, ...]:
    role = Coded(CONTACT_THERE, "Kontakt hos mottaker", f"{_LISTS}9034")
    who: Resource = {"TypeHealthcareProfessional": people.coded(9060, profession, cv=False)}
    return ({"RoleToPatient": role, "HealthcareProfessional": who},)


def _status_and_plan(facts: Facts) -> Filled | None:
    """Where she is and what she is granted: what code 8 asks for (9152, 9154), out of the record."""
    if not _asks_for(facts, STATUS_AND_PLAN):
        return None
    services = [e for e in facts.of("EpisodeOfCare") if health.is_service(e)]
    stays = [e for e in facts.of("Encounter") if _in_hospital(e)]
    told = [f"Innlagt: {says_of(e)}." for e in stays]
    named = [says(concept) for e in services for concept in e.get("type", ())[:1]]
    told += [f"Tjenester: {'; '.join(dict.fromkeys(n for n in named if n))}."] if any(named) else []
    return Filled("\n".join(told), tuple(map(place, (*stays, *services)))) if told else None


def _asks_for(facts: Facts, code: str) -> bool:
    requests = facts.about.content.get("Foresporsel", ()) if facts.about else ()
    return any(isinstance(kind := r.get("TypeForesp"), Coded) and kind.v == code for r in requests)


def _in_hospital(encounter: Resource) -> bool:
    return (
        encounter.get("status") == "in-progress" and (encounter.get("class") or {}).get("code") in INPATIENT
    )


def says_of(encounter: Resource) -> str:
    """`Havnes sykehus HF siden 20.11.2026`."""
    since = words(str((encounter.get("period") or {}).get("start", "")))
    return " siden ".join(
        p for p in (str(encounter.get("serviceProvider", {}).get("display", "")), since) if p
    )


_EPISODES = ("EpisodeOfCare",)
STATUS_PLAN = Row(
    "Notat/TekstNotatInnhold",
    "Status og plan",
    "vedtak og opphold",
    ("EpisodeOfCare", "Encounter"),
    _status_and_plan,
)
WRITER = Row("Notat/RollerRelatertNotat", "Forfatter", "den som sender", _EPISODES, _writer, frame=True)
REQUEST_WRITER = Row(
    "Foresporsel/RollerRelatertNotat", "Forfatter", "den som sender", _EPISODES, _writer, frame=True
)
DATE = Row("Notat/DatoNotat", "Dato", "i dag", (), _today, frame=True)
ASKED = Row("Notat/Foresporsel", "Svar på", "meldingen som besvares", (), _asked, frame=True)
TOPIC = Row("Notat/Tema", "Emne", "meldingen som besvares", (), _topic, frame=True)
ABOUT_PATIENT = Row("Notat/TemaKodet", "Tema", "meldingstypen", (), _about_patient, frame=True)
READY_KIND = Row("Notat/TemaKodet", "Tema", "meldingen som besvares", (), _ready_kind, frame=True)

TEXT = Field("text", "Tekst", "Notat/TekstNotatInnhold", notes.plain, main=True)
SUBJECT = Field(
    "subject", "Emne", "Notat/Tema", notes.plain, LINE, known=lambda facts: _topic(facts) is not None
)
RECEIVES = Field(
    "receives", "Kommunen kan ta imot fra", "Notat/TekstNotatInnhold", _receives, DAY,
    known=lambda facts: not is_ready_answer(facts),
)  # fmt: skip
QUESTION = Field("text", "Spørsmål", "Foresporsel/Sporsmal", notes.plain, main=True)
ASKED_FOR = Field(
    "kind", "Hva det spørres om", "Foresporsel/TypeForesp", notes.code(9152), CODE, 9152,
    ("1", "4", "6", "7", "8", "99"), usual="99",
)  # fmt: skip
URGENCY = Field(
    "urgency",
    "Hastegrad",
    "Foresporsel/Hastegrad",
    notes.code(9067, cv=False),
    CODE,
    9067,
    ("9", "3", "1"),
    usual="9",
)
ANSWER = Field(
    "kind",
    "Svaret",
    "Notat/TemaKodet",
    notes.code(9069),
    CODE,
    9069,
    ("1", "2", "3", "4", "5", "9"),
    usual="5",
)
KIND_OF_NOTE = Field(
    "kind",
    "Tema",
    "Notat/TemaKodet",
    notes.code(7321),
    CODE,
    7321,
    ("1", "3", "4", "6"),
    usual="1",
    known=is_ready_answer,
)
FAULT = Field("fault", "Hva som er feil", "Notat/TemaKodet", notes.code(8117), CODE, 8117, ("1", "2", "9"))
FAULT_TEXT = Field("text", "Forklaring", "Notat/TekstNotatInnhold", notes.plain, main=True)
CONTACT_KIND = Field(
    "contact", "Til hvem hos mottakeren", "Notat/RollerRelatertNotat", _contact_there, CODE, 9060,
    ("LE", "SP", "FT", "ET", "JO", "PS", "VP", "XX"), usual="LE", known=lambda facts: facts.about is not None,
)  # fmt: skip
