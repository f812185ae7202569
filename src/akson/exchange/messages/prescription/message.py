"""The prescription messages as facts: what is used, who is asked about, who is responsible for the multidose."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from akson.exchange import times
from akson.exchange.components import fk1
from akson.exchange.components.prescription import download, multidose, use_list
from akson.exchange.envelope.values import Ident, Person
from akson.exchange.message_type import NEW, StayEffect, Version
from akson.exchange.prescription.use_lists import told
from akson.exchange.prescription.used import Told
from akson.exchange.schema import Structure, Values
from akson.exchange.schema.enclosed import enclosed

NAMED_MAX = 8
"""Medicines named in a sentence."""
_LISTS = (use_list.SHARED_LIST, use_list.PHARMACY_LIST, use_list.PACKED_LIST)
_NUMBER_DIGITS = 11


def _version(number: str, structure: Structure, *further: str) -> Version:
    prefixes: Mapping[Any, str] = {None: structure.namespace, "fk1": fk1.NAMESPACE} | dict(
        zip(("a", "b"), further, strict=False)
    )
    return Version(number, structure, prefixes, apprec="1.1")


@dataclass(frozen=True, slots=True)
class Facts:
    """`summary` is ready; a reader's list of medicines is `lists`."""

    words: str
    lists: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True)
class _Prescription:
    """What all of them share: none changes another, none is about a stay."""

    code: str
    words: str
    title: str
    versions: tuple[Version, ...]
    task: str = "medication-list"
    answer_within_h: int | None = None
    stay: StayEffect | None = None

    def status(self, facts: Facts) -> str:
        return NEW

    def summary(self, facts: Facts) -> str:
        return facts.words


class UseListMessage(_Prescription):
    """M25.1, M25.2, M25.3."""

    def parse(self, content: Values) -> Facts:
        found = told(content, roll=self.code == "ERM252")
        return Facts(f"{self.title}: {_medicines(found)}", (found,))


class QuestionMessage(_Prescription):
    """M9.11."""

    def parse(self, content: Values) -> Facts:
        more = " Med resepter." if content.get("InklReseptinfo") else ""
        return Facts(f"Forespørsel om legemidler i bruk.{more}")

    def patient(self, content: Values) -> Person | None:
        return _person(str(content.get("Fnr", "")), ())


class AnswerMessage(_Prescription):
    """M9.12."""

    def parse(self, content: Values) -> Facts:
        patient = next(iter(content.values()), {})
        found = [enclosed(text, _LISTS) for text in patient.get("VarerIBrukB64", ())]
        lists = tuple(
            told(values, roll=structure is use_list.PHARMACY_LIST)
            for structure, values in (f for f in found if f is not None)
        )
        said = [f"{self.title}: {_medicines(one)}" for one in lists] or [f"{self.title}: ingen liste."]
        unread = len(found) - len(lists)
        said += ["En liste kunne ikke leses."] if unread else []
        count = len(patient.get("Reseptinfo", ()))
        said += [f"{count} resept{'er' if count != 1 else ''}."] if count else []
        return Facts(" ".join(said), lists)

    def patient(self, content: Values) -> Person | None:
        about: Values = next(iter(content.values()), {})
        return _person(str(about.get("Fnr", "")), about.get("Reseptinfo", ()))


class ResponsibilityMessage(_Prescription):
    """M27.1 to M27.4 and M28."""

    def parse(self, content: Values) -> Facts:
        said = [f"{self.words}."]
        if "Status" in content:
            said = [f"{self.words}: {content['Status'].words.lower() or 'uten status'}."]
        if "RegistrertEndring" in content:
            said.append(
                "Endringen er registrert." if content["RegistrertEndring"] else "Ingen endring registrert."
            )
        for name, words in (("GjelderFra", "Gjelder fra"), ("AktivFra", "Gjelder fra")):
            said += [f"{words} {times.words(str(content[name]))}."] if name in content else []
        doctor, pharmacy = content.get("Multidoselege"), content.get("Multidoseapotek")
        said += [f"Lege: {doctor['Navn'].strip()}."] if doctor else []
        said += [f"Apotek: {pharmacy['Navn'].strip()}."] if pharmacy else []
        count = len(content.get("Pasient", ()))
        said += [f"{count} pasient{'er' if count != 1 else ''}."] if count else []
        return Facts(" ".join(said))


def _medicines(found: Told) -> str:
    names = [used.name for used in found.medicines if not used.stopped]
    stopped = len(found.medicines) - len(names)
    shown = f"{', '.join(names[:NAMED_MAX])}{' …' if len(names) > NAMED_MAX else ''}"
    said = f"{len(names)} legemid{'ler' if len(names) != 1 else 'del'} i bruk{f' ({shown})' if shown else ''}"
    return f"{said}, {stopped} seponert." if stopped else f"{said}."


def _person(number: str, prescriptions: tuple[Values, ...]) -> Person | None:
    """By the number alone, with the name that a prescription tells: these messages have nobody in their header."""
    plain = "".join(number.split())
    if len(plain) != _NUMBER_DIGITS:
        return None
    named = prescriptions[0] if prescriptions else {}
    kind = ("DNR", "D-nummer") if plain[0] in "4567" else ("FNR", "Fødselsnummer")
    return Person(
        family=str(named.get("Etternavn", "")).strip(),
        given=" ".join(str(named.get(n, "")).strip() for n in ("Fornavn", "Mellomnavn")).strip(),
        idents=(Ident(plain, *kind),),
    )


_MULTIDOSE = "multidose-notice"
MESSAGES = (
    UseListMessage(
        "ERM251",
        "Varer i bruk",
        "Pasientens legemiddelliste",
        (_version("2013-10-08", use_list.SHARED_LIST),),
    ),
    UseListMessage(
        "ERM252",
        "Varer i bruk",
        "Multidose: legemidler i bruk",
        (_version("2013-10-08", use_list.PHARMACY_LIST),),
    ),
    UseListMessage(
        "ERM253", "Varer i bruk", "Multidose: pakket", (_version("2013-10-08", use_list.PACKED_LIST),)
    ),
    ResponsibilityMessage(
        "ERM271",
        "Registrering av multidoseansvarlig",
        "Multidoseansvar",
        (_version("2013-04-16", multidose.REGISTRATION),),
        _MULTIDOSE,
    ),
    ResponsibilityMessage(
        "ERM272",
        "Svar på registrering av multidoseansvarlig",
        "Multidoseansvar, svar",
        (_version("2013-04-16", multidose.REGISTERED, multidose.M274),),
        _MULTIDOSE,
    ),
    ResponsibilityMessage(
        "ERM273",
        "Registrering av multidoseansvarlig gruppe",
        "Multidoseansvar for gruppe",
        (_version("2012-06-11", multidose.GROUP_REGISTRATION),),
        _MULTIDOSE,
    ),
    ResponsibilityMessage(
        "ERM274",
        "Svar på registrering av multidoseansvarlig gruppe",
        "Multidoseansvar for gruppe, svar",
        (_version("2012-06-11", multidose.GROUP_REGISTERED),),
        _MULTIDOSE,
    ),
    ResponsibilityMessage(
        "ERM28",
        "Endring av multidoseansvarlig lege",
        "Ny multidoselege",
        (_version("2012-06-11", multidose.OTHER_DOCTOR, multidose.M274),),
        _MULTIDOSE,
    ),
    QuestionMessage(
        "ERM911",
        "Forespørsel om varer i bruk",
        "Forespørsel om legemidler i bruk",
        (
            _version("2018-07-01", download.QUESTION_2018),
            _version("2014-01-21", download.QUESTION_2014),
        ),
    ),
    AnswerMessage(
        "ERM912",
        "Nedlasting av varer i bruk",
        "Legemidler i bruk",
        (
            _version("2018-07-01", download.ANSWER_2018, multidose.M274, download.M92),
            _version("2014-01-21", download.ANSWER_2014, multidose.M274, download.M92),
        ),
    ),
)
