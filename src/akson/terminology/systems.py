"""One address for each code list and identifier series, whichever of its aliases a sender uses.

The same Norwegian list goes by several addresses in live material: 9151 is `urn:oid:2.16.578.1.12.4.1.1.9151` in the
trust framework, `https://finnkode.helsedirektoratet.no/adm/collections/9151` in the Oslo guide, and a bare OID in care
messages. Sources: the guides of HL7 Norway; Volven and FinnKode. Which codes a list has does not belong here.
"""

import re
from typing import Any

NORWEGIAN_LISTS = "urn:oid:2.16.578.1.12.4.1.1."
NORWEGIAN_IDENTIFIERS = "urn:oid:2.16.578.1.12.4.1.4."
ICPC_2 = f"{NORWEGIAN_LISTS}7170"
ICD_10 = f"{NORWEGIAN_LISTS}7110"
ATC = "http://www.whocc.no/atc"
MUNICIPALITY = "https://register.geonorge.no/sosi-kodelister/kommunenummer"
CITY_DISTRICT = "http://data.ssb.no/api/klass/v1/versions/919"
HER_ID = "urn:oid:2.16.578.1.12.4.1.2"
BED_HOLDS = "https://akson.no/fhir/StructureDefinition/bed-hold"
"""Extension of a Location: number and period of each hold on a bed, and nothing of whose it is."""
OUTBOX_ITEM = "https://akson.no/fhir/NamingSystem/post-outbox"
"""On a Task: the number in the outbox of the message that it is about."""
ORIGINAL_SYSTEM = "https://akson.no/fhir/StructureDefinition/original-system"
"""Extension on a Coding or Identifier: the address as the sender wrote it."""

_EXACT = {
    "http://hl7.no/fhir/NamingSystem/FNR": f"{NORWEGIAN_IDENTIFIERS}1",
    "http://hl7.no/fhir/NamingSystem/DNR": f"{NORWEGIAN_IDENTIFIERS}2",
    "http://hl7.no/fhir/NamingSystem/FHNR": f"{NORWEGIAN_IDENTIFIERS}3",
    "http://hl7.no/fhir/NamingSystem/HPR": f"{NORWEGIAN_IDENTIFIERS}4",
    "http://hl7.no/fhir/NamingSystem/DUFN": f"{NORWEGIAN_IDENTIFIERS}5",
    "http://data.brreg.no/begrep/28155": f"{NORWEGIAN_IDENTIFIERS}101",
    "http://hl7.no/fhir/NamingSystem/RESHid": f"{NORWEGIAN_IDENTIFIERS}102",
    "http://hl7.no/fhir/NamingSystem/AKO": f"{NORWEGIAN_IDENTIFIERS}107",
    "http://hl7.no/fhir/NamingSystem/HERid": HER_ID,
    "http://hl7.no/fhir/NamingSystem/kommunenummer": MUNICIPALITY,
    f"{NORWEGIAN_LISTS}3402": MUNICIPALITY,
    "https://register.geonorge.no/sosi-kodelister/inndelinger/inndelingsbase/kommunenummer": MUNICIPALITY,
    "http://hl7.no/fhir/NamingSystem/bydelsnummer": CITY_DISTRICT,
    f"{NORWEGIAN_LISTS}3403": CITY_DISTRICT,
    "http://hl7.org/fhir/sid/icpc-2": ICPC_2,
    "urn:oid:2.16.840.1.113883.6.139": ICPC_2,
    "http://hl7.org/fhir/sid/icd-10-no": ICD_10,
    f"{NORWEGIAN_LISTS}7180": ATC,
    "urn:oid:2.16.840.1.113883.6.73": ATC,
}
_BARE_OID = re.compile(r"2\.16\.578(?:\.\d+)+")
# Each of these names a Norwegian list by its number, and nothing else.
_NUMBERED = tuple(
    re.compile(pattern)
    for pattern in (
        r"https?://(?:www\.)?finnkode\.(?:helsedirektoratet|ehelse)\.no/adm/collections/(\d{4})/?",
        r"https?://fat\.kote\.helsedirektoratet\.no/.*?\b(\d{4})/?",
        r"https?://(?:www\.)?volven\.no/produkt\.asp\?(?:.*&)?oid=(\d{4})",
        r"https?://(?:helsedir|helsenorge|hl7)\.no/fhir/CodeSystem/no-kodeverk-(\d{4})(?:-[a-z]+)?(?:\.codesystem)?",
        r"urn:oid:x\.x\.x\.x\.x\.(\d{4})",
    )
)


def normalise_system(uri: str) -> str:
    """The canonical address for `uri`, or `uri` itself when it is no alias we know."""
    text = uri.strip()
    if _BARE_OID.fullmatch(text):
        text = f"urn:oid:{text}"
    for pattern in _NUMBERED:
        if found := pattern.fullmatch(text):
            text = NORWEGIAN_LISTS + found[1]
    return _EXACT.get(text, text)


def normalise_coding(coding: dict[str, Any]) -> dict[str, Any]:
    """A Coding (or Identifier) under its canonical address; what the sender wrote is kept in an extension."""
    written = coding.get("system")
    if not isinstance(written, str) or (canonical := normalise_system(written)) == written:
        return coding
    kept = [*coding.get("extension", []), {"url": ORIGINAL_SYSTEM, "valueUri": written}]
    return {**coding, "extension": kept, "system": canonical}
