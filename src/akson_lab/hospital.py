"""The hospital: writes the messages that a hospital sends to a municipality, from plain facts.

Standard: Pasientlogistikk 1.6 (HIS 1149:2014) in MsgHead 1.2 (HIS 80601:2006). It says no more about the patient than the
message type asks for.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from lxml import etree

from akson.exchange.components import logistics
from akson.exchange.envelope import msghead
from akson.exchange.message_type import MessageType
from akson.exchange.messages import (
    admission,
    death,
    discharge,
    health_information,
    not_ready,
    ready_for_discharge,
)
from akson.exchange.messages import discharge_letter as letter
from akson.exchange.messages import discharge_report as discharge_report_type
from akson.exchange.schema import Coded, Structure, Values, write_structure
from akson.exchange.times import NORWAY
from akson.fhir import markup
from akson_lab.facts import Address, Shipment, StayFacts

LISTS = "2.16.578.1.12.4.1.1."
STATUSES = {"N": "Ny", "M": "Endring", "C": "Kansellering"}
NOTICE, UPDATE = "1", "2"
"""9140: what Helseopplysninger holds."""
_CONTENTS = {NOTICE: "Varsel om innlagt pasient", UPDATE: "Oppdaterte opplysninger"}
HOME = Coded("1", "Bosted/arbeidssted", f"{LISTS}8408")
ALIVE = Coded("1", "Som levende", f"{LISTS}8431")
STATUS = "Oppegående med rullator. Klar og orientert. Trenger hjelp til stell og på trapp."
COURSE = "Smertelindring og mobilisering. Ventes hjem med samme tjenester som før, og tilsyn av sår."
PRACTICAL = "Kommer hjem med drosje. Nøkkel hos nabo. Legemidler for tre dager er med."
"""What a ward writes when nothing else is said: what the profiles demand beyond the schema (HIS 1144 and 1148, 4.3)."""
JOURNAL_NOTE = {
    "@basiskomponenttype": "EPJ dokument",
    "@komponenttype": "2.16.578.1.12.4.1.6.13.11009.0",
    "@komponentID": "notat-1",
}
_NURSE = Coded("SP", "Sykepleier")
_PRIMARY_CONTACT = Coded("9", "Primærkontakt", f"{LISTS}9034")
_MAIN_PHONE = Coded("HP", "Hovedtelefon")


def admission_message(facts: StayFacts, shipment: Shipment) -> bytes:
    """LOG_INNLAGT as bytes. The shipment's id is a UUID that nobody has used before."""
    event = _event(logistics.EVENT_ADMITTED, "Pasient innlagt", facts.admitted_at, facts.description)
    body = {"MeldingInnlagtPasient": {"TidsfestetHendelse": event}}
    return _message(
        facts, shipment, admission.MESSAGE.code, admission.MESSAGE.words, admission.STRUCTURE, body
    )


def discharge_message(
    facts: StayFacts, shipment: Shipment, *, discharged_at: datetime, to: Coded = HOME
) -> bytes:
    """LOG_UTSKREVET as bytes; `to` is a code of 8408."""
    event = _event(logistics.EVENT_DISCHARGED, "Pasient utskrevet", discharged_at, "")
    body = {
        "MeldingOmUtskrevetPasient": {
            "UtskrevetTil": {"Uttilstand": ALIVE, "UtTil": to},
            "TidsfestetHendelse": event,
        }
    }
    return _message(
        facts, shipment, discharge.MESSAGE.code, discharge.MESSAGE.words, discharge.STRUCTURE, body
    )


def ready_message(facts: StayFacts, shipment: Shipment, *, ready_at: datetime) -> bytes:
    """LOG_UTSKRIVNINGSKLAR as bytes."""
    events = (
        _event(logistics.EVENT_ADMITTED, "Pasient innlagt", facts.admitted_at, ""),
        _event(logistics.EVENT_READY, "Pasient utskrivningsklar", ready_at, facts.description),
    )
    body = {"MeldingUtskrivningsklarPasient": {"TidsfestetHendelse": events}}
    return _typed(facts, shipment, ready_for_discharge.MESSAGE, body)


def withdrawn_message(facts: StayFacts, shipment: Shipment, *, at: datetime) -> bytes:
    """LOG_AVMELDING as bytes: she is not ready after all."""
    event = _event(logistics.EVENT_NOT_READY, "Pasient ikke utskrivningsklar", at, facts.description)
    return _typed(
        facts,
        shipment,
        not_ready.MESSAGE,
        {"AvmeldingUtskrivningsklarPasient": {"TidsfestetHendelse": (event,)}},
    )


def early_notice(
    facts: StayFacts,
    shipment: Shipment,
    *,
    expected: datetime,
    content: str = NOTICE,
    changed: str = "",
    status: str = STATUS,
    course: str = COURSE,
) -> bytes:
    """HELSEOPPL_SOKNAD: within 24 hours what for, and when she may be ready. As an UPDATE it says what has changed.

    `status` or `course` "" leaves out what the profile demands."""
    event = {
        **_event(logistics.EVENT_READY, "Pasient utskrivningsklar", expected, ""),
        "TidspunktForHendelse": expected.astimezone(NORWAY).date().isoformat(),
        "Anslag": True,
    }
    told = (
        {"Sykepleierdokumentasjon": {"InfoFraSykepleier": {"Journaltekst": ({"Notat": changed},)}}}
        if changed
        else {}
    )
    body = {
        "TypeInnholdIMelding": {"TypeInnhold": Coded(content, _CONTENTS[content], f"{LISTS}9140")},
        "OpplysningOpphold": ({"TidsfestetHendelse": event},),
        "InfoMedisinskDiagnose": (
            {"MedisinskDiagnose": ({"Hoveddiagnose": True, "DiagnoseBeskrivelse": facts.description},)},
        ),
        **_medical(("1", "Pasientens status", status), ("2", "Antatt forløp", course)),
        **told,
    }
    return _typed(facts, shipment, health_information.MESSAGE, body)


def _medical(*told: tuple[str, str, str]) -> Values:
    """Of (code in 9145, its words, text) what is said."""
    texts = _under("9145", told)
    return (
        {"MedisinskfagligeOpplysninger": {"GenereltJournalnotat": ({**JOURNAL_NOTE, "Journaltekst": texts},)}}
        if texts
        else {}
    )


def _under(headings: str, told: Iterable[tuple[str, str, str]]) -> tuple[Values, ...]:
    return tuple(
        {"Overskriftskode": Coded(code, words, f"{LISTS}{headings}"), "Notat": text}
        for code, words, text in told
        if text
    )


def death_message(facts: StayFacts, shipment: Shipment, *, at: datetime) -> bytes:
    """LOG_DOD as bytes."""
    event = _event(logistics.EVENT_DEAD, "Pasienten er død", at, "")
    return _typed(facts, shipment, death.MESSAGE, {"OrienteringOmDod": {"TidsfestetHendelse": event}})


def discharge_report(facts: StayFacts, shipment: Shipment, *, text: str, practical: str = PRACTICAL) -> bytes:
    """UTSKRIVNINGSRAPPORT as bytes: the nurses' report, in their own words. `practical` "" leaves out what is demanded."""
    told = _under(
        "9141", (("8", "Sykepleiesammenfatning", text), ("14", "Praktiske opplysninger", practical))
    )
    body = {
        "TypeInnholdIMelding": {"TypeInnhold": Coded("11", "Utskrivningsrapport", f"{LISTS}9139")},
        "InfoMedisinskDiagnose": (
            {"MedisinskDiagnose": ({"Hoveddiagnose": True, "DiagnoseBeskrivelse": facts.description},)},
        ),
        "Sykepleierdokumentasjon": {"InfoFraSykepleier": {"Journaltekst": told}},
    }
    return _typed(facts, shipment, discharge_report_type.MESSAGE, body)


def discharge_letter(facts: StayFacts, shipment: Shipment, *, ended_at: datetime) -> bytes:
    """EPIKRISE 1.2: a letter of the older form, without MsgHead."""
    coded_sex = Coded("2", "Kvinne") if facts.female else Coded("1", "Mann")
    event = {
        "ReportedEvent": {"StartDateTime": _local(facts.admitted_at), "EndDateTime": _local(ended_at)},
        "ServType": Coded("N", "Ny"),
        "Service": {"AdmCat": Coded("1", "Heldøgnsopphold")},
        "InfItem": ({"Observation": {"Comment": facts.description}, "Type": Coded("H", "Hoveddiagnose")},),
    }
    report = {
        "ServType": Coded("N", "Ny"),
        "IssueDate": _local(facts.sent_at),
        "ApprDate": _local(facts.sent_at),
        "Status": Coded("F", "Endelig rapport"),
        "MsgDescr": "Sykehusepikrise",
        "ServProvId": shipment.msg_id,
        "Event": (event,),
        "Patient": {
            "Sex": coded_sex,
            "DateOfBirth": facts.born.isoformat(),
            "Name": f"{facts.family}, {facts.given}",
            "OffId": facts.national_id,
            "TypeOffId": Coded(*_series(facts.national_id)),
        },
        "ServProvider": {"HCP": _inst(facts.sender)},
        "Requester": {"HCP": _inst(facts.receiver)},
    }
    values = {
        "Type": Coded(letter.MESSAGE.code, letter.MESSAGE.words),
        "MIGversion": "v1.2 2012-02-15",
        "GenDate": _local(facts.sent_at),
        "MsgId": shipment.msg_id,
        "ServRprt": report,
    }
    version = letter.MESSAGE.versions[0]
    return markup.write(write_structure(version.structure, values, version.prefixes))


def _inst(address: Address) -> Values:
    her = Coded("HER", "HER-id")
    unit = {"Name": address.service, "Id": address.service_her, "TypeId": her}
    return {
        "Inst": {"Name": address.organisation, "Id": address.organisation_her, "TypeId": her, "Dept": (unit,)}
    }


def _typed(facts: StayFacts, shipment: Shipment, type: MessageType, body: Values) -> bytes:
    version = type.versions[0]
    content = write_structure(version.structure, {**_start(facts, shipment), **body}, version.prefixes)
    return enveloped(facts, shipment, Coded(type.code, type.words), content)


def enveloped(facts: StayFacts, shipment: Shipment, type: Coded, content: etree._Element) -> bytes:
    """One XML instance in MsgHead."""
    info = _info(facts, shipment, type)
    return markup.write(msghead.write_envelope(info, content, issued=_local(facts.sent_at)))


def _message(
    facts: StayFacts, shipment: Shipment, code: str, words: str, structure: Structure, body: Values
) -> bytes:
    content = write_structure(structure, {**_start(facts, shipment), **body}, logistics.PREFIXES)
    return enveloped(facts, shipment, Coded(code, words), content)


def _info(facts: StayFacts, shipment: Shipment, type: Coded) -> Values:
    conversation = {
        "RefToParent": shipment.parent,
        "RefToConversation": shipment.conversation or shipment.parent,
    }
    return {
        "Type": type,
        "GenDate": _local(facts.sent_at),
        "MsgId": shipment.msg_id,
        **({"ConversationRef": conversation} if shipment.parent else {}),
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


def _start(facts: StayFacts, shipment: Shipment) -> Values:
    unit = {"Id": facts.ward, "TypeId": Coded("LAV", "Lokal identifikator for avdelinger", f"{LISTS}9051")}
    status = Coded(shipment.status, STATUSES.get(shipment.status, ""))
    return {
        "InformasjonOmForsendelsen": {"Forsendelsesstatus": status},
        "TilknyttetEnhet": (
            {
                "Kontaktenhet": {
                    "OrganisationName": facts.ward,
                    "Ident": (unit,),
                    "TeleCom": ({"TypeTelecom": _MAIN_PHONE, "TeleAddress": f"tel:{facts.ward_phone}"},),
                }
            },
        ),
        "AnsvarForRapport": ({"AnsvarligRapport": _responsible(facts)},),
    }


def _event(code: str, words: str, at: datetime, description: str) -> Values:
    return {
        "Hendelsekode": Coded(code, words, f"{LISTS}9121"),
        **({"BeskrivelseAvHendelse": description} if description else {}),
        "TidspunktForHendelse": _local(at),
        "Anslag": False,
    }


def _responsible(facts: StayFacts) -> Values:
    return {
        "TypeHealthcareProfessional": _NURSE,
        "RoleToPatient": _PRIMARY_CONTACT,
        "FamilyName": facts.responsible_family,
        "GivenName": facts.responsible_given,
        "Ident": (_ident(facts.responsible_hpr, "HPR", "HPR-nummer"),),
    }


def _series(national_id: str) -> tuple[str, str]:
    """A D-number has 40 added to the day."""
    return ("DNR", "D-nummer") if national_id[:1] in ("4", "5", "6", "7") else ("FNR", "Fødselsnummer")


def _ident(id: str, type: str, words: str) -> Values:
    return {"Id": id, "TypeId": Coded(type, words, msghead.PERSON_IDS)}


def _address(address: Address) -> Mapping[str, Any]:
    unit = {"name": address.service, "her": address.service_her}
    return {"name": address.organisation, "her": address.organisation_her, "unit": unit}


def _local(at: datetime) -> str:
    """Norwegian local time without a zone, as hospitals write it."""
    return at.astimezone(NORWAY).replace(tzinfo=None).isoformat(timespec="seconds")
