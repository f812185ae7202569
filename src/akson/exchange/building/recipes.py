"""What each type that a municipality sends is made of: rows out of the record, and the few fields that are typed.

Sources: HIS 1143-1147, HIS 1149, HIS 80704:2014 with annex C, HIS 1077:2017, EPJ-ekstrakt 2008-02-20. One line of RECIPES
for each type; a type that is not there is not sent from here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from akson.exchange.building import dialogues, extract, notes, prescriptions, rows
from akson.exchange.building.facts import Facts
from akson.exchange.building.fields import CODE, DAY, TEXT, TIME, Field, clock
from akson.exchange.building.rows import Row
from akson.exchange.messages import BY_CODE
from akson.exchange.profile import Demand

_MEDICAL = "MedisinskfagligeOpplysninger/GenereltJournalnotat"
_NURSE = "Sykepleierdokumentasjon/InfoFraSykepleier/Journaltekst"


@dataclass(frozen=True, slots=True)
class Recipe:
    rows: tuple[Row, ...]
    fields: tuple[Field, ...]
    version: str
    """Written when nothing else is agreed with the receiver."""
    about: bool = False
    """Must name a message that it is about."""
    changes: str = ""
    """Path of a `Journaltekst` that tells what changed; "" for a type without room for it."""
    demands: tuple[Demand, ...] = ()
    """Beyond those of profile.py, which also speak of what is received."""
    hub: bool = False
    """For the prescription hub or a multidose pharmacy: no letter that a person writes to whom she likes."""

    @property
    def reads(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(type for row in self.rows for type in row.reads))


def _medical(
    name: str,
    label: str,
    heading: str,
    *,
    main: bool = False,
    suggested: Callable[[Facts], str] | None = None,
) -> Field:
    return Field(
        name, label, _MEDICAL, notes.note(notes.MEDICAL, heading), TEXT, main=main, suggested=suggested
    )


def _why_admitted(facts: Facts) -> str:
    """As the hospital's message of admission says it (HIS 1149, event 1 of 9121)."""
    body = facts.about.content.get("MeldingInnlagtPasient") if facts.about is not None else None
    event = (body or {}).get("TidsfestetHendelse") or {}
    return str(event.get("BeskrivelseAvHendelse") or "") if isinstance(event, Mapping) else ""


SUMMARY = Field("summary", "Sykepleiesammenfatning", _NURSE, notes.text(notes.NURSING, "8"))
PRACTICAL = Field("practical", "Praktiske opplysninger", _NURSE, notes.text(notes.NURSING, "14"))
REASON = _medical("reason", "Årsak til innleggelse", "AAI", main=True, suggested=_why_admitted)
PROBLEM = _medical("problem", "Aktuell problemstilling", "PROB", main=True)
WANTED = _medical("wanted", "Ønsket undersøkelse eller behandling", "UTRED")
STATUS = Field("status", "Pasientens status", _MEDICAL, notes.note(notes.NOTICE, "1"), main=True)
COURSE = Field("course", "Antatt forløp", _MEDICAL, notes.note(notes.NOTICE, "2"))
EXPECTED = Field(
    "expected", "Forventet utskrivningsdato", "OpplysningOpphold/TidsfestetHendelse", rows.expected, DAY
)
APPLICATION = Field(
    "kind", "Innhold", "TypeInnholdIMelding/TypeInnhold", notes.code(9140), CODE, 9140, ("1", "2"), usual="1"
)
CONSULTATION = Field(
    "kind", "Hva meldingen gjelder", "InnholdKonsultasjon/TypeInnholdKonsultasjon", notes.code(9137, cv=False), CODE, 9137,
    ("2", "3"), usual="2",
)  # fmt: skip
DIED = Field(
    "died", "Tidspunkt for dødsfallet", "OrienteringOmDod/TidsfestetHendelse", lambda said: rows.dead_at(clock(said)), TIME,
    known=lambda facts: rows.death(facts) is not None, main=True,
)  # fmt: skip
DEATH = Row("OrienteringOmDod/TidsfestetHendelse", "Dødsfall", "personopplysninger", (), rows.death)

RECIPES: Mapping[str, Recipe] = {
    "DIALOG_AVVIK": Recipe(
        (dialogues.WRITER, dialogues.DATE), (dialogues.FAULT, dialogues.FAULT_TEXT), "1.0", about=True
    ),
    "DIALOG_FORESPORSEL": Recipe(
        (dialogues.REQUEST_WRITER,), (dialogues.ASKED_FOR, dialogues.QUESTION, dialogues.URGENCY), "1.0"
    ),
    "DIALOG_HELSEFAGLIG": Recipe(
        (dialogues.ABOUT_PATIENT, dialogues.TOPIC, dialogues.WRITER),
        (dialogues.SUBJECT, dialogues.RECEIVES, dialogues.TEXT, dialogues.CONTACT_KIND),
        "1.1",
    ),
    "DIALOG_NOTAT": Recipe(
        (dialogues.READY_KIND, dialogues.DATE, dialogues.WRITER),
        (dialogues.KIND_OF_NOTE, dialogues.RECEIVES, dialogues.TEXT),
        "1.0",
    ),
    "DIALOG_SVAR": Recipe(
        (dialogues.DATE, dialogues.ASKED, dialogues.WRITER, dialogues.STATUS_PLAN),
        (dialogues.ANSWER, dialogues.TEXT),
        "1.0",
        about=True,
    ),
    "EPJ-EKSTRAKT": Recipe(extract.ROWS, (extract.LETTER,), "2008-02-20", demands=extract.DEMANDS),
    "ERM251": Recipe(
        prescriptions.SHARED_ROWS, (), "2013-10-08", demands=prescriptions.MEDICINES_DEMANDED, hub=True
    ),
    "ERM252": Recipe(
        prescriptions.ROLL_ROWS, prescriptions.PACKING, "2013-10-08",
        demands=prescriptions.IN_ROLL_DEMANDED, hub=True,
    ),
    "ERM253": Recipe(
        prescriptions.PACKED_ROWS, prescriptions.PACKING, "2013-10-08",
        demands=prescriptions.IN_ROLL_DEMANDED, hub=True,
    ),
    "ERM271": Recipe((), prescriptions.REGISTRATION, "2013-04-16", hub=True),
    "ERM273": Recipe(
        (prescriptions.GROUP,), (*prescriptions.REGISTRATION, prescriptions.GROUP_ID), "2012-06-11", hub=True
    ),
    "ERM28": Recipe((prescriptions.DOCTOR,), (prescriptions.SINCE,), "2012-06-11", hub=True),
    "ERM911": Recipe(
        (prescriptions.NUMBER, prescriptions.WITH_PRESCRIPTIONS, prescriptions.PLAIN), (), "2018-07-01", hub=True
    ),
    "HELSEOPPLYSNINGER_LEGE": Recipe(
        (*rows.START, rows.DIAGNOSES, rows.CAVE, rows.DRUGS, rows.FUNCTIONS, rows.PLAN, rows.NOTES),
        (CONSULTATION, PROBLEM, WANTED, SUMMARY),
        "1.6",
        changes=_NURSE,
    ),
    "HELSEOPPL_SOKNAD": Recipe(
        (*rows.START, rows.DIAGNOSES, rows.CAVE, rows.FUNCTIONS, rows.PLAN, rows.NOTES),
        (APPLICATION, EXPECTED, STATUS, COURSE, SUMMARY),
        "1.6",
        changes=_NURSE,
    ),
    "INNLEGGELSESRAPPORT": Recipe(
        (
            *rows.START, rows.DIAGNOSES, rows.CAVE, rows.DRUGS, rows.SERVICES, rows.FUNCTIONS, rows.FLAGS, rows.PLAN,
            rows.NOTES,
        ),
        (REASON, SUMMARY, PRACTICAL),
        "1.6",
        changes=_NURSE,
    ),
    "LOG_DOD": Recipe((*rows.START, DEATH), (DIED,), "1.6"),
    "ORIENTERING_TJENESTETILBUD": Recipe((*rows.START, rows.SERVICES), (), "1.6"),
}  # fmt: skip
"""By code of 8279."""

ENTER: Mapping[str, str] = {
    "Ansvarlig helsepersonell eller ansvarlig enhet": "Legg inn HER-id på enheten, eller HPR-nummer på den som sender.",
    "Telefonnummer til ansvarlig helsepersonell eller enhet": "Legg inn telefonnummer på enheten.",
    "Funksjonsnivå (IPLOS)": "Før IPLOS-vurderingen i journalen.",
    "Tjenester pasienten mottar": "Før vedtaket i journalen.",
    "Hvilken tjeneste": "Før vedtaket i journalen.",
    "Legemidler": "Før legemiddellisten i journalen.",
    "Hendelse «Pasienten er død»": "Fyll ut «Tidspunkt for dødsfallet».",
    "Sykepleiesammenfatning": "Skriv under «Sykepleiesammenfatning».",
    "Årsak til innleggelse": "Skriv under «Årsak til innleggelse».",
    "Pasientens status": "Skriv under «Pasientens status».",
    "Antatt forløp": "Skriv under «Antatt forløp».",
    "Forventet utskrivningsdato": "Fyll ut «Forventet utskrivningsdato».",
    "Aktuell problemstilling": "Skriv under «Aktuell problemstilling».",
    "Forespørsel": "Velg under «Hva det spørres om».",
    "Spørsmål (kreves ved «Annen henvendelse»)": "Skriv under «Spørsmål».",
    "Svartekst": "Skriv under «Tekst».",
    "Tekst": "Skriv under «Tekst».",
    "Emne": "Skriv under «Emne».",
    "Hva som er feil": "Velg hva som er feil, og skriv under «Forklaring».",
}
"""What a profile demands -> where it is entered."""

ANSWERS: Mapping[str, tuple[str, ...]] = {
    "DIALOG_FORESPORSEL": (
        "DIALOG_SVAR", "INNLEGGELSESRAPPORT", "ORIENTERING_TJENESTETILBUD", "HELSEOPPLYSNINGER_LEGE", "EPJ-EKSTRAKT",
    ),
    "DIALOG_HELSEFAGLIG": ("DIALOG_HELSEFAGLIG",),
    "LOG_INNLAGT": ("INNLEGGELSESRAPPORT", "DIALOG_HELSEFAGLIG"),
    "LOG_UTSKRIVNINGSKLAR": ("DIALOG_NOTAT", "DIALOG_HELSEFAGLIG"),
    "HELSEOPPL_SOKNAD": ("INNLEGGELSESRAPPORT", "DIALOG_HELSEFAGLIG"),
}  # fmt: skip
"""Type received -> what its answer usually is, the likeliest first. Source: HISD 80806 chapter 6-9, HIS 80704 annex C."""


def may_answer(type: str) -> tuple[str, ...]:
    """All that may be sent about a message of that type ("" for none), the likeliest first."""
    likely = ANSWERS.get(type, ("DIALOG_HELSEFAGLIG",)) if type else ()
    others = sorted(
        code
        for code, recipe in RECIPES.items()
        if code not in likely and not recipe.hub and (type or not recipe.about)
    )
    quoting = "DIALOG_SVAR" if type != "DIALOG_FORESPORSEL" else ""
    return tuple(code for code in (*likely, *others) if code != quoting)


def writes() -> Mapping[str, tuple[str, ...]]:
    """Type -> the versions that can be written, best first: what `Partners` is told of us."""
    return {
        code: (recipe.version, *(v.number for v in BY_CODE[code].versions if v.number != recipe.version))
        for code, recipe in RECIPES.items()
    }
