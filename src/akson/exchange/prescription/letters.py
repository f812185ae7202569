"""Medicines of a discharge letter: `Medication` of HIS 80226.

Status (7307): 1 taken, 2 prescribed, 3 advised to take, 4 advised to stop, 5 now and then, 6 regularly, 10 allergic.
"""

from collections.abc import Iterator

from akson.exchange import times
from akson.exchange.prescription.inside import inside
from akson.exchange.prescription.used import Used
from akson.exchange.schema import Coded, Quantity, Structure, Values

_STOP, _NOW_AND_THEN, _REGULARLY, _ALLERGIC = "4", "5", "6", "10"


def used_in(structure: Structure, content: Values) -> Iterator[Used]:
    for item in inside(structure, content, "InfItem"):
        drug = item.get("Medication")
        if drug is not None and drug["Status"].v != _ALLERGIC:
            yield _used(drug, item)


def allergies_in(structure: Structure, content: Values) -> Iterator[str]:
    for drug in inside(structure, content, "Medication"):
        if drug["Status"].v == _ALLERGIC and drug["DrugId"].words:
            yield drug["DrugId"].words


def _used(drug: Values, item: Values) -> Used:
    status, named = drug["Status"].v, drug["DrugId"]
    amount = drug.get("UnitDose", Quantity())
    return Used(
        name=named.words,
        atc=named.v.replace(" ", "") if named.s.endswith(".7180") else "",
        form=drug.get("Form", Coded()).words,
        strength=(amount.v, amount.u, ""),
        dose=" ".join(str(drug.get("DosageText", "")).split()) or drug.get("DosageCoded", Coded()).words,
        as_needed={_NOW_AND_THEN: True, _REGULARLY: False}.get(status),
        start=times.fhir_date_time(item.get("StartDateTime", "")),
        stop=times.fhir_date_time(item.get("EndDateTime", "")),
        stopped=status == _STOP,
        note=" ".join(str(drug.get("Comment", "")).split()),
    )
