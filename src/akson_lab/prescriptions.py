"""The prescription hub (Reseptformidleren): answers what is asked of a person's medicines, and the doctor's own changes.

Source: eResept 2.5: M25.1 (2013-10-08), M9.12 (2018-07-01), in MsgHead 1.2. It says no more than the types ask for.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from akson.exchange.components.prescription.download import ANSWER_2018
from akson.exchange.components.prescription.prescription_2013 import RESEPT_DOK_LEGEMIDDEL
from akson.exchange.components.prescription.use_list import SHARED_LIST
from akson.exchange.messages import BY_CODE
from akson.exchange.schema import Coded, Structure, Values, write_structure
from akson.exchange.schema.enclosed import text_of
from akson_lab.facts import Shipment, StayFacts
from akson_lab.hospital import LISTS, enveloped

_ANSWER = BY_CODE["ERM912"]
_NEVER = uuid.uuid5(uuid.NAMESPACE_URL, "https://akson.no/lab/prescriptions")


@dataclass(frozen=True, slots=True)
class Drug:
    """One medicine as a doctor would enter it: Drug("Furosemid", "C03CA01", "Tablett", "40 mg", "1 tablett morgen")."""

    name: str
    atc: str
    form: str
    strength: str
    dose: str


def answer_message(
    facts: StayFacts, shipment: Shipment, *, number: str, standing: Values | None, version: str
) -> bytes:
    """ERM912 as bytes: the list that stands, and the id of the message that it came by; neither when there is no list."""
    told: dict[str, object] = {"Fnr": number}
    if standing is not None:
        told |= {"RefMsgId": version, "VarerIBrukB64": (text_of(_written(SHARED_LIST, standing)),)}
    content = _written(ANSWER_2018, {"Pasient": told})
    return enveloped(facts, shipment, Coded(_ANSWER.code, _ANSWER.words), content)


def line(drug: Drug, at: datetime) -> Values:
    """An EnkeltoppforingLIB without prescription."""
    prescribing = {
        "DosVeiledEnkel": drug.dose,
        "LegemiddelVirkestoff": {
            "Atc": Coded(drug.atc, drug.name, f"{LISTS}7180"),
            "NavnFormStyrke": f"{drug.name} {drug.form} {drug.strength}",
            "Reseptgruppe": Coded("C", "Reseptgruppe C"),
            "LegemiddelformKort": Coded("", drug.form, f"{LISTS}7448"),
            "Id": "v1",
        },
    }
    document = {
        "Varegruppekode": Coded("L", "Legemiddel"),
        "Reiterasjon": "0",
        "Forskrivning": prescribing,
    }
    return {
        "Id": str(uuid.uuid5(_NEVER, drug.name)),
        "Type": Coded("U", "Uten resept"),
        "SistEndret": at.isoformat(timespec="seconds"),
        "DatoOppstart": at.date().isoformat(),
        "ReseptDokLegemiddelB64": text_of(_written(RESEPT_DOK_LEGEMIDDEL, document)),
    }


def with_drug(standing: Values, drug: Drug, at: datetime) -> Values:
    """The list with one more medicine on it, or the same medicine told anew."""
    new = line(drug, at)
    lines: Sequence[Values] = standing.get("EnkeltoppforingLIB", ())
    return {**standing, "EnkeltoppforingLIB": (*(one for one in lines if one["Id"] != new["Id"]), new)}


def _written(structure: Structure, values: Values) -> etree._Element:
    return write_structure(structure, values, {None: structure.namespace})
