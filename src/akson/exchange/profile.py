"""Clinical content that a profile demands beyond the schema, as declared data: missing is never a reason to refuse.

`missing_content(message)` is asked before sending, where it is to be mended, and after receiving, where the reader is told.

| demand | what | where | source |
| --- | --- | --- | --- |
| `Somewhere(...)` | one of several places says something | path below the content's root | chapter of the standard |

A path is element names with `/`; a step into several is any of them. `~LIST:CODE` after a path asks for that code
of that national list; without a list, of any.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from akson.exchange.message_type import CANCELLED, CareMessage
from akson.exchange.schema import Coded, Values


@dataclass(frozen=True, slots=True)
class Demand:
    what: str
    """Bokmål: what is missing."""
    anywhere: tuple[str, ...]
    """Paths, of which one must say something."""
    source: str


@dataclass(frozen=True, slots=True)
class Missing:
    what: str
    where: str
    source: str

    @property
    def words(self) -> str:
        return f"{self.what} ({self.source})"


_PO = "HITS 1174, 5.1"
_RESPONSIBLE = Demand(
    "Ansvarlig helsepersonell eller ansvarlig enhet",
    ("AnsvarForRapport/AnsvarligRapport/FamilyName", "TilknyttetEnhet/Kontaktenhet/OrganisationName"),
    f"{_PO}.2",
)
_PHONE = Demand(
    "Telefonnummer til ansvarlig helsepersonell eller enhet",
    (
        "AnsvarForRapport/AnsvarligRapport/TeleCom/TeleAddress",
        "TilknyttetEnhet/Kontaktenhet/TeleCom/TeleAddress",
    ),
    f"{_PO}.3",
)
_ALWAYS = (_RESPONSIBLE, _PHONE)
_NOTE = "MedisinskfagligeOpplysninger/GenereltJournalnotat/Journaltekst/Overskriftskode~"
_NURSE = "Sykepleierdokumentasjon/InfoFraSykepleier/Journaltekst/Overskriftskode~"


def _event(body: str, code: str, what: str, chapter: str) -> Demand:
    return Demand(what, (f"{body}/TidsfestetHendelse/Hendelsekode~9121:{code}",), f"HIS 1149, {chapter}")


DEMANDS: Mapping[str, tuple[Demand, ...]] = {
    "LOG_INNLAGT": (*_ALWAYS, _event("MeldingInnlagtPasient", "1", "Hendelse «Pasient innlagt»", "3.2")),
    "LOG_UTSKRIVNINGSKLAR": (
        *_ALWAYS,
        _event("MeldingUtskrivningsklarPasient", "1", "Hendelse «Pasient innlagt»", "3.3"),
        _event("MeldingUtskrivningsklarPasient", "3", "Hendelse «Pasient utskrivningsklar»", "3.3"),
    ),
    "LOG_AVMELDING": (
        *_ALWAYS,
        _event(
            "AvmeldingUtskrivningsklarPasient", "4", "Hendelse «Avmelding av utskrivningsklar pasient»", "3.4"
        ),
    ),
    "LOG_UTSKREVET": (
        *_ALWAYS,
        _event("MeldingOmUtskrevetPasient", "2", "Hendelse «Pasient utskrevet»", "3.5"),
    ),
    "LOG_DOD": (*_ALWAYS, _event("OrienteringOmDod", "13", "Hendelse «Pasienten er død»", "3.6")),
    "HELSEOPPL_SOKNAD": (
        *_ALWAYS,
        Demand("Pasientens status", (f"{_NOTE}9145:1",), "HIS 1144, 4.3"),
        Demand("Antatt forløp", (f"{_NOTE}9145:2",), "HIS 1144, 4.3"),
        Demand(
            "Forventet utskrivningsdato",
            ("OpplysningOpphold/TidsfestetHendelse/TidspunktForHendelse",),
            "HIS 1144, 4.3",
        ),
    ),
    "INNLEGGELSESRAPPORT": (
        *_ALWAYS,
        Demand("Årsak til innleggelse", (f"{_NOTE}9142:AAI",), "HIS 1143, 4.3"),
        Demand("Sykepleiesammenfatning", (f"{_NURSE}9141:8",), "HIS 1143, 4.3"),
        Demand(
            "Funksjonsnivå (IPLOS)",
            ("InfoKartleggingFunksjonsniva/KartlagtFunksjon/Funksjonsvariabel",),
            "HIS 1143, 4.3",
        ),
        Demand("Tjenester pasienten mottar", ("EksisterendeTjeneste/PrivatTjeneste",), "HIS 1143, 4.3"),
    ),
    "UTSKRIVNINGSRAPPORT": (
        *_ALWAYS,
        Demand("Sykepleiesammenfatning", (f"{_NURSE}9141:8",), "HIS 1148, 4.3"),
        Demand("Praktiske opplysninger", (f"{_NURSE}9141:14",), "HIS 1148, 4.3"),
    ),
    "HELSEOPPLYSNINGER_LEGE": (
        *_ALWAYS,
        Demand("Aktuell problemstilling", (f"{_NOTE}9142:PROB", f"{_NURSE}9141:8"), "HIS 1145, 4.3"),
    ),
    "MEDISINSKE_OPPLYSNINGER": (
        *_ALWAYS,
        Demand(
            "Diagnoser",
            (
                "InfoMedisinskDiagnose/MedisinskDiagnose/Diagnosekode",
                "InfoMedisinskDiagnose/MedisinskDiagnose/DiagnoseBeskrivelse",
            ),
            "HIS 1147, 4.3",
        ),
    ),
    "ORIENTERING_TJENESTETILBUD": (
        *_ALWAYS,
        Demand(
            "Hvilken tjeneste",
            ("EksisterendeTjeneste/IPLOStjenestetype", "EksisterendeTjeneste/BetegnelseTjeneste"),
            "HIS 1146, 4.3",
        ),
    ),
    "DIALOG_FORESPORSEL": (Demand("Forespørsel", ("Foresporsel/TypeForesp",), "HIS 80704, tillegg C"),),
    "DIALOG_SVAR": (Demand("Svartekst", ("Notat/TekstNotatInnhold",), "HIS 80704, tillegg C"),),
    "DIALOG_NOTAT": (Demand("Tekst", ("Notat/TekstNotatInnhold",), "HIS 80704, tillegg C"),),
    "DIALOG_AVVIK": (Demand("Hva som er feil", ("Notat/TekstNotatInnhold", "Notat/Merknad"), "HIS 1152"),),
    "DIALOG_HELSEFAGLIG": (
        Demand("Emne", ("Notat/Tema",), "HIS 1077:2017"),
        Demand("Tekst", ("Notat/TekstNotatInnhold",), "HIS 1077:2017"),
    ),
}
"""By code of 8279. A type that is not here has no demands beyond its schema."""
_QUESTION = Demand(
    "Spørsmål (kreves ved «Annen henvendelse»)", ("Foresporsel/Sporsmal",), "HIS 80704, tillegg C"
)
_OTHER = "99"
_OLDER = "1.5"
"""Care messages of a version that is only received: the profiles of 1.6 demand of them what both versions always did."""


def missing_content(message: CareMessage) -> tuple[Missing, ...]:
    """What the profile demands and the message does not say. A cancellation need say nothing more than that it is one."""
    if message.status == CANCELLED:
        return ()
    older = message.version.number == _OLDER
    return missing_in(message.type.code, message.content, older=older)


def counted_content(message: CareMessage) -> tuple[int, int]:
    """How many things the profile demands of this message, and how many of them it says. Numbers alone, for the count."""
    demanded = DEMANDS.get(message.type.code, ())
    if message.status == CANCELLED or not demanded:
        return 0, 0
    asked = sum(1 for d in demanded if d in _ALWAYS or message.version.number != _OLDER)
    return asked, max(0, asked - len(missing_content(message)))


def missing_in(
    type: str, content: Values, further: Sequence[Demand] = (), *, older: bool = False
) -> tuple[Missing, ...]:
    """The same of content that is no message yet. `further` are demands of those who write it; `older`: of PLO 1.5."""
    demands = [*DEMANDS.get(type, ()), *further]
    if older:
        demands = [demand for demand in demands if demand in _ALWAYS]
    if any(_at(content, f"Foresporsel/TypeForesp~{_OTHER}".split("/"))):
        demands.append(_QUESTION)
    return tuple(
        Missing(d.what, d.anywhere[0].replace("~", " = "), d.source)
        for d in demands
        if not any(any(_at(content, path.split("/"))) for path in d.anywhere)
    )


def _at(value: Any, steps: Sequence[str]) -> Iterator[bool]:
    """True for each thing that is said at the end of the path."""
    if isinstance(value, tuple):
        for one in value:
            yield from _at(one, steps)
    elif not steps:
        yield _says(value)
    elif isinstance(value, Mapping):
        name, _, code = steps[0].partition("~")
        found = value.get(name)
        if code:
            yield _is_code(found, code)
        elif found is not None:
            yield from _at(found, steps[1:])


def _is_code(value: Any, wanted: str) -> bool:
    number, _, code = wanted.rpartition(":")
    if not isinstance(value, Coded) or value.v != code:
        return False
    # Who leaves out the list can only mean the one that belongs there.
    return not number or not value.s or value.s.rpartition(".")[2] == number


def _says(value: Any) -> bool:
    if isinstance(value, Coded):
        return bool(value.words)
    return bool(value.strip()) if isinstance(value, str) else value is not None
