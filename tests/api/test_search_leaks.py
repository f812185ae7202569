"""Through the door, too, hidden is missing: the same bytes, and the patient's log says who asked."""

from akson.access.actor import PurposeOfUse

from .conftest import Fhir
from .test_search import observation, patient

ASKED = (
    "Patient/{}/Observation",
    "Patient/{}/Observation?_summary=count",
    "Patient/{}/*?_total=accurate",
    "Observation?patient={}&_text=x",
    "Observation?_filter=patient eq Patient/{}",
    "?_type=Patient,Observation&_id={}",
    "Patient?_list={}",
    "Patient?_id={}&_revinclude=*",
    "Observation?patient.identifier=urn:x|{}",
)


async def test_of_a_hidden_patient_everything_is_empty(fhir: Fhir) -> None:
    await fhir.house.put(patient("astrid"), observation("o1", "astrid"))
    for asked in ASKED:
        hidden = await fhir.ask("GET", asked.format("astrid"), who="omar")
        missing = await fhir.ask("GET", asked.format("nobody"), who="omar")
        assert hidden.status_code == missing.status_code == 200, hidden.text
        assert hidden.text.replace("astrid", "nobody") == missing.text, asked


async def test_and_her_log_says_who_asked(fhir: Fhir) -> None:
    await fhir.house.put(patient("astrid"), observation("o1", "astrid"))
    for asked in (
        "Patient/astrid/*",
        "Observation?_filter=not(patient eq Patient/astrid)",
        "?_type=Patient&_id=astrid",
    ):
        before = await _lines(fhir)
        await fhir.ask("GET", asked, who="omar")
        after = await _lines(fhir)
        assert len(after) > len(before), asked
        assert not after[0].permitted


async def _lines(fhir: Fhir):
    """What Omar has done, without the reading of the log itself."""
    session = fhir.house.as_("astrid", PurposeOfUse.PATIENT_REQUEST)
    return [line for line in await session.access_log("astrid") if "Omar" in line.name]
