"""What else a hospital writes about a patient of the municipality: an early notice, a letter, results. All of it made up.

Standards: Helseopplysninger ved søknad 1.6 (HIS 1144), Epikrise 1.2 (HIS 80226), Svarrapport 1.4 (HIS 80822). Times are told
backwards from when the facts were sent.
"""

import base64
import struct
import zlib
from datetime import timedelta
from typing import Any

from lxml import etree

from akson.exchange.components import discharge_letter_1_2, test_result_1_4
from akson.exchange.envelope import msghead, msghead_format
from akson.exchange.messages import BY_CODE
from akson.exchange.schema import Coded, Quantity, Structure, Values, write_structure
from akson.fhir import markup
from akson_lab.facts import Address, Shipment, StayFacts
from akson_lab.hospital import JOURNAL_NOTE, LISTS, _event, _info, _local, _start

_TYPE = BY_CODE["HELSEOPPL_SOKNAD"]
_HER = Coded("HER", "HER-id")


def early_notice(facts: StayFacts, shipment: Shipment, *, stays_days: int, changed: bool = False) -> bytes:
    """HELSEOPPL_SOKNAD with a picture and a list. The change says when she leaves anew, and what the first did not say."""
    leaves = facts.admitted_at + timedelta(days=stays_days)
    status = Coded("1", "Pasientens status", f"{LISTS}9145")
    course = Coded("2", "Antatt forløp", f"{LISTS}9145")
    notes = [
        (status, "Brudd i venstre håndledd etter fall, gipset. Oppegående med rullator. Klar og orientert.")
    ]
    if changed:
        notes.append((course, "Gips i fem uker. Kontroll på poliklinikken etter ti dager."))
    body: Values = {
        "TypeInnholdIMelding": {"TypeInnhold": Coded("1", "Varsel om innlagt pasient", f"{LISTS}9140")},
        "OpplysningOpphold": (
            {"TidsfestetHendelse": _event("1", "Pasient innlagt", facts.admitted_at, "")},
            {"TidsfestetHendelse": {**_event("3", "Pasient utskrivningsklar", leaves, ""), "Anslag": True}},
        ),
        "InfoMedisinskDiagnose": (
            {
                "MedisinskDiagnose": (
                    {
                        "Hoveddiagnose": True,
                        "Diagnosekode": Coded("S52.5", "Brudd i nedre ende av radius", f"{LISTS}7110"),
                    },
                )
            },
        ),
        "MedisinskfagligeOpplysninger": {
            "GenereltJournalnotat": (
                {
                    **JOURNAL_NOTE,
                    "Journaltekst": tuple({"Overskriftskode": code, "Notat": text} for code, text in notes),
                },
            )
        },
        "Sykepleierdokumentasjon": {
            "InfoFraSykepleier": {
                "OpplysningerRelevantOppfolging": {
                    "HjelpLegemiddeladm": True,
                    "EndringFunksjonsnivaa": "Trenger hjelp til påkledning og dusj mens han har gips.",
                }
            }
        },
    }
    version = _TYPE.versions[0]
    start = {**_start(facts, shipment), **body}
    content = write_structure(version.structure, start, version.prefixes)
    info = _info(facts, shipment, Coded(_TYPE.code, _TYPE.words))
    root = msghead.write_envelope(info, content, issued=_local(facts.sent_at))
    root.append(_attached("Håndledd, venstre", "image/png", picture()))
    root.append(_attached("Legemidler ved innleggelse", "text/plain", MEDICINES.encode()))
    return markup.write(root)


MEDICINES = (
    "Legemidler ved innleggelse\n\n"
    "Metoprolol depottablett 50 mg   1 om morgenen\n"
    "Acetylsalisylsyre 75 mg         1 om morgenen\n"
    "Paracetamol 500 mg              2 inntil 4 ganger daglig ved smerte (nytt)\n"
)


def discharge_letter(facts: StayFacts, msg_id: str) -> bytes:
    """EPIKRISE of a visit at the clinic three days ago."""
    seen = facts.sent_at - timedelta(days=3)
    texts = (
        ("Vurdering", "Stabil hjertefunksjon. Ingen ødemer. Blodtrykk 134/78."),
        (
            "Videre oppfølging",
            "Hjemmetjenesten bes måle vekt to ganger i uken.\nRing oss ved økning på over to kilo.",
        ),
    )
    event: Values = {
        "ReportedEvent": {"StartDateTime": _local(seen), "EndDateTime": _local(seen + timedelta(minutes=40))},
        "ServType": Coded("N", "Ny"),
        "Service": {"AdmCat": Coded("3", "Poliklinisk omsorg")},
        "Comment": tuple({"Heading": Coded("", name), "TextResultValue": text} for name, text in texts),
    }
    report: Values = {
        "ServType": Coded("N", "Ny"),
        "IssueDate": _local(facts.sent_at),
        "Status": Coded("F", "Endelig rapport"),
        "MsgDescr": "Poliklinisk notat",
        "ServProvId": f"epi-{msg_id[:8]}",
        "Event": (event,),
        "Patient": _patient(facts),
        "ServProvider": _party(facts.sender, "Eva Lunde", facts.ward_phone),
        "Requester": _party(facts.receiver),
    }
    values = {
        "Type": Coded("EPIKRISE", "Epikrise"),
        **_head(facts, msg_id, "v1.2 2006-09-25"),
        "ServRprt": report,
    }
    return _written(discharge_letter_1_2.MESSAGE, discharge_letter_1_2.NAMESPACE, values)


_CHEMISTRY = (
    # name, NLK, unit, range, and the value of each report in turn
    ("Hemoglobin", "NPU28309", "g/dL", "13,4-17,0", ("14.1", "12.9")),
    ("CRP", "NPU19748", "mg/L", "< 5", ("3", "38")),
    ("Kreatinin", "NPU18016", "µmol/L", "60-105", ("88", "92")),
    ("Kalium", "NPU03230", "mmol/L", "3,6-5,0", ("4.2", "4.0")),
)
_HIGH, _LOW = Coded("1", "Over øvre referansegrense"), Coded("2", "Under nedre referansegrense")
_DEVIATES = {("Hemoglobin", 1): _LOW, ("CRP", 1): _HIGH}


def chemistry(facts: StayFacts, msg_id: str, turn: int) -> bytes:
    """SVAR_LAB, medical biochemistry: `turn` 0 is a month old and normal, 1 is of yesterday and is not."""
    taken = facts.sent_at - timedelta(days=1 if turn else 30)
    items = tuple(
        {
            "NumResult": {"NumResultValue": Quantity(values[turn], unit)},
            "RefInterval": ({"Descr": range},),
            "Investigation": ({"Id": (Coded(code, name, f"{LISTS}7280"),)},),
            **({"Comment": "Kontroll anbefales."} if name == "CRP" and turn else {}),
            **({"DevResultInd": _DEVIATES[name, turn]} if (name, turn) in _DEVIATES else {}),
            "RefAnalysedSubject": ("1",),
        }
        for name, code, unit, range, values in _CHEMISTRY
    )
    return _results(facts, msg_id, "MBK", "Medisinsk biokjemi", taken, "Serum", items)


def microbiology(facts: StayFacts, msg_id: str) -> bytes:
    """SVAR_MBIO: an agent in a urine sample, and what it stands against."""
    agents = (("Mecillinam", "Følsom"), ("Nitrofurantoin", "Følsom"), ("Trimetoprim", "Resistent"))
    inner = tuple(
        {
            "TextResult": {"TextResultValue": said},
            "Investigation": ({"Id": (Coded("", name),)},),
        }
        for name, said in agents
    )
    item: Values = {
        "TextResult": {"TextResultValue": "> 100 000 bakterier/mL"},
        "Investigation": ({"Id": (Coded("", "Escherichia coli"),)},),
        "RefAnalysedSubject": ("1",),
        "ResultItem": inner,
    }
    taken = facts.sent_at - timedelta(days=2)
    return _results(facts, msg_id, "MBI", "Medisinsk mikrobiologi", taken, "Urin, midtstråle", (item,))


def _results(
    facts: StayFacts, msg_id: str, kind: str, words: str, taken: Any, material: str, items: tuple[Values, ...]
) -> bytes:
    code = "SVAR_MBIO" if kind == "MBI" else "SVAR_LAB"
    answered = taken + timedelta(hours=7)
    sample = {
        "CollectedSample": {"CollectedDate": _local(taken)},
        "TypeCoded": Coded("", material),
        "Number": "1",
        "IdByServProvider": "1",
    }
    report: Values = {
        "ServType": Coded("N", "Ny"),
        "IssueDate": _local(answered),
        "ApprDate": _local(answered),
        "Status": Coded("F", "Endelig rapport"),
        "MsgDescr": Coded(kind, words),
        "ServProvId": f"svar-{msg_id[:8]}",
        "Patient": {**_patient(facts), "AnalysedSubject": (sample,), "ResultItem": items},
        "ServProvider": _party(facts.sender, "Avdeling for laboratoriemedisin", facts.ward_phone),
        "Requester": _party(facts.receiver),
    }
    values = {
        "Type": Coded(code, BY_CODE[code].words),
        **_head(facts, msg_id, "v1.4 2012-02-15"),
        "ServReport": report,
    }
    return _written(test_result_1_4.MESSAGE, test_result_1_4.NAMESPACE, values)


def _head(facts: StayFacts, msg_id: str, version: str) -> Values:
    return {"MIGversion": version, "GenDate": _local(facts.sent_at), "MsgId": msg_id}


def _written(structure: Structure, namespace: str, values: Values) -> bytes:
    return markup.write(write_structure(structure, values, {None: namespace}))


def _patient(facts: StayFacts) -> Values:
    return {
        "Sex": Coded("2", "Kvinne") if facts.female else Coded("1", "Mann"),
        "DateOfBirth": facts.born.isoformat(),
        "Name": f"{facts.family}, {facts.given}",
        "OffId": facts.national_id,
        "TypeOffId": Coded("FNR", "Fødselsnummer"),
    }


def _party(address: Address, person: str = "", phone: str = "") -> Values:
    inst: Values = {
        "Name": address.organisation,
        "Id": address.organisation_her,
        "TypeId": _HER,
        "Dept": ({"Name": address.service, "Id": address.service_her, "TypeId": _HER},),
        **({"HCPerson": ({"Name": person},)} if person else {}),
    }
    told = {"Type": Coded("WP", "Arbeidsadresse"), "TeleAddress": (f"tel:{phone}",)}
    return {"HCP": {"Inst": inst, **({"Address": told} if phone else {})}}


def _attached(name: str, type: str, data: bytes) -> etree._Element:
    """One Document of MsgHead with a file in it."""
    space = f"{{{msghead_format.NAMESPACE}}}"
    document = etree.Element(f"{space}Document", nsmap={None: msghead_format.NAMESPACE})
    reference = etree.SubElement(document, f"{space}RefDoc")
    etree.SubElement(reference, f"{space}MsgType", V="A", DN="Vedlegg")
    etree.SubElement(reference, f"{space}MimeType").text = type
    etree.SubElement(reference, f"{space}Description").text = name
    holder = etree.SubElement(etree.SubElement(reference, f"{space}Content"), msghead.CONTAINER)
    holder.text = base64.b64encode(data).decode("ascii")
    return document


def picture(width: int = 240, height: int = 320) -> bytes:
    """A PNG that looks a little like two bones of a forearm, one of them broken: drawn, nobody's."""
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        for x in range(width):
            rows.append(_grey(x / width, y / height))
    shape = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", shape), (b"IDAT", zlib.compress(bytes(rows), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts
    )


def _grey(x: float, y: float) -> int:
    arm = max(0.0, 1 - abs(x - 0.5) / 0.42)
    light = 18 + 46 * arm**0.6
    for centre, half, broken in ((0.39, 0.07, True), (0.62, 0.055, False)):
        bend = 0.03 if broken and y > 0.7 else 0.0
        gap = broken and abs(y - 0.7 - (x - centre) * 0.35) < 0.008
        near = abs(x - centre - bend) / half
        if near < 1 and not gap:
            light = 150 + 80 * near**3
    return min(255, int(light))
