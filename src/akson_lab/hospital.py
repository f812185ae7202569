"""The hospital: writes the messages that a hospital sends to a municipality, from plain facts.

Standard: Pasientlogistikk 1.6 (HIS 1149:2014) in MsgHead 1.2 (HIS 80601:2006). It says no more about the patient than the
message type asks for.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Protocol

from akson.exchange import xml
from akson.exchange.components import logistics
from akson.exchange.envelope import msghead
from akson.exchange.messages import admission
from akson.exchange.schema import Coded, Values, write_structure
from akson.exchange.times import NORWAY

LISTS = "2.16.578.1.12.4.1.1."
NURSE = Coded("SP", "Sykepleier")
PRIMARY_CONTACT = Coded("9", "Primærkontakt", f"{LISTS}9034")
MAIN_PHONE = Coded("HP", "Hovedtelefon")


class Address(Protocol):
    """A communication party: the organisation and the service in it, each with its HER-id."""

    @property
    def organisation(self) -> str: ...
    @property
    def organisation_her(self) -> str: ...
    @property
    def service(self) -> str: ...
    @property
    def service_her(self) -> str: ...


class AdmissionFacts(Protocol):
    """What must be known to tell a municipality of an admission. Times are aware, and written as Norwegian local time."""

    @property
    def sender(self) -> Address: ...
    @property
    def receiver(self) -> Address: ...
    @property
    def national_id(self) -> str: ...
    @property
    def given(self) -> str: ...
    @property
    def family(self) -> str: ...
    @property
    def born(self) -> date: ...
    @property
    def female(self) -> bool: ...
    @property
    def street(self) -> str: ...
    @property
    def postal_code(self) -> str: ...
    @property
    def city(self) -> str: ...
    @property
    def admitted_at(self) -> datetime: ...
    @property
    def sent_at(self) -> datetime: ...
    @property
    def ward(self) -> str: ...
    @property
    def ward_phone(self) -> str: ...
    @property
    def responsible_given(self) -> str: ...
    @property
    def responsible_family(self) -> str: ...
    @property
    def responsible_hpr(self) -> str: ...
    @property
    def description(self) -> str: ...


def admission_message(facts: AdmissionFacts, *, msg_id: str) -> bytes:
    """LOG_INNLAGT as bytes. `msg_id` is a UUID that nobody has used before."""
    content = write_structure(admission.STRUCTURE, _content(facts), admission.MESSAGE.prefixes)
    head = msghead.write_envelope(_info(facts, msg_id), content, issued=_local(facts.sent_at))
    return xml.write(head)


def _info(facts: AdmissionFacts, msg_id: str) -> Values:
    return {
        "Type": Coded(admission.MESSAGE.code, admission.MESSAGE.words),
        "GenDate": _local(facts.sent_at),
        "MsgId": msg_id,
        "Sender": {"Organisation": msghead.address(_address(facts.sender))},
        "Receiver": {"Organisation": msghead.address(_address(facts.receiver))},
        "Patient": {
            "FamilyName": facts.family,
            "GivenName": facts.given,
            "DateOfBirth": facts.born,
            "Sex": Coded("2", "Kvinne") if facts.female else Coded("1", "Mann"),
            "Ident": (_ident(facts.national_id, *_series(facts.national_id)),),
            "Address": {"StreetAdr": facts.street, "PostalCode": facts.postal_code, "City": facts.city},
        },
    }


def _content(facts: AdmissionFacts) -> Values:
    unit = {"Id": facts.ward, "TypeId": Coded("LAV", "Lokal identifikator for avdelinger", f"{LISTS}9051")}
    return {
        "InformasjonOmForsendelsen": {"Forsendelsesstatus": Coded("N", "Ny")},
        "TilknyttetEnhet": (
            {
                "Kontaktenhet": {
                    "OrganisationName": facts.ward,
                    "Ident": (unit,),
                    "TeleCom": ({"TypeTelecom": MAIN_PHONE, "TeleAddress": f"tel:{facts.ward_phone}"},),
                }
            },
        ),
        "AnsvarForRapport": ({"AnsvarligRapport": _responsible(facts)},),
        "MeldingInnlagtPasient": {
            "TidsfestetHendelse": {
                "Hendelsekode": Coded(logistics.EVENT_ADMITTED, "Pasient innlagt", f"{LISTS}9121"),
                "BeskrivelseAvHendelse": facts.description,
                "TidspunktForHendelse": _local(facts.admitted_at),
                "Anslag": False,
            }
        },
    }


def _responsible(facts: AdmissionFacts) -> Values:
    return {
        "TypeHealthcareProfessional": NURSE,
        "RoleToPatient": PRIMARY_CONTACT,
        "FamilyName": facts.responsible_family,
        "GivenName": facts.responsible_given,
        "Ident": (_ident(facts.responsible_hpr, "HPR", "HPR-nummer"),),
    }


def _series(national_id: str) -> tuple[str, str]:
    """A D-number has 40 added to the day."""
    return ("DNR", "D-nummer") if national_id[:1] in "4567" else ("FNR", "Fødselsnummer")


def _ident(id: str, type: str, words: str) -> Values:
    return {"Id": id, "TypeId": Coded(type, words, msghead.PERSON_IDS)}


def _address(address: Address) -> Mapping[str, Any]:
    unit = {"name": address.service, "her": address.service_her}
    return {"name": address.organisation, "her": address.organisation_her, "unit": unit}


def _local(at: datetime) -> str:
    """Norwegian local time without a zone, as hospitals write it."""
    return at.astimezone(NORWAY).replace(tzinfo=None).isoformat(timespec="seconds")
