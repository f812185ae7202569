"""Norwegian codes of document metadata, as far as a municipality uses them. Source: HIS 1169:2016; volven.no.

`Coded("A03-2", TYPES, "Epikrise")` is one code; its system is a bare OID, as XDS writes it, and MHD puts `urn:oid:` before.
"""

from dataclasses import dataclass

CODES = "2.16.578.1.12.4.1.1"
TYPES = f"{CODES}.9602"
"""Class (`…-1`) and type (`…-2`) of a document."""
ACCESS = f"{CODES}.9603"
CONFIDENTIALITY = "2.16.840.1.113883.5.25"
FACILITIES = f"{CODES}.1303"
SERVICES = f"{CODES}.8663"
AUTHOR_ROLES = f"{CODES}.9034"
FORMATS = "2.16.578.1.12.4.1.7.3"
ENTERPRISES = "2.16.578.1.12.4.1.4.101"
PROFESSIONALS = "2.16.578.1.12.4.1.4.4"
NATIONAL_IDS = ("2.16.578.1.12.4.1.4.1", "2.16.578.1.12.4.1.4.2", "2.16.578.1.12.4.1.4.3")
"""Birth number, D-number, common help number."""
FHIR_CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
FHIR_FORMATS = "http://ihe.net/fhir/ihe.formatcode.fhir/CodeSystem/formatcode"
BLOCKED = "NORS"
"""9603 «Sperret»: what health personnel open with a ground. The only label whose documents are counted for who asks."""


@dataclass(frozen=True, slots=True)
class Coded:
    code: str
    system: str
    """OID without `urn:oid:`, or an address."""
    display: str = ""

    @property
    def uri(self) -> str:
        return f"urn:oid:{self.system}" if self.system[:2] in ("1.", "2.") else self.system


NORMAL = Coded("N", CONFIDENTIALITY, "Normal")
LANGUAGE = "nb-NO"

SUMMARIES = Coded("A00-1", TYPES, "Epikriser og sammenfatninger")
RUNNING = Coded("B00-1", TYPES, "Kontinuerlig/løpende journal")
RESULTS = Coded("C00-1", TYPES, "Prøvesvar, vev og væsker")
LETTERS = Coded("I00-1", TYPES, "Korrespondanse")
DISCHARGE = Coded("A03-2", TYPES, "Epikrise")
NURSING_SUMMARY = Coded("A04-2", TYPES, "Sykepleiesammenfatning")
PLAN = Coded("B01-2", TYPES, "Tverrfaglig behandlingsplan")
NOTE = Coded("B02-2", TYPES, "Journalnotat")
REFERRAL = Coded("I01-2", TYPES, "Henvisninger")
LETTER = Coded("I02-2", TYPES, "Brev")
CLASSES = {c.code[0]: c for c in (SUMMARIES, RUNNING, RESULTS, LETTERS)}

_LABELS = {
    "NORS": "Sperret", "NORU": "Utsatt innsyn for innbygger", "NORN_ALL": "Nektet, alle",
    "NORN_ANG": "Nektet, andre grunner", "NORN_DUP": "Nektet, duplikat", "NORN_EPO": "Nektet, eget ønske",
    "NORN_FFH": "Nektet, fare for helsepersonell", "NORN_FFL": "Nektet, fare for liv", "NORN_FOR": "Nektet, foreldet",
    "NORN_FPB": "Nektet, forsvarlig pasientbehandling", "NORN_KUT": "Nektet, klart utilrådelig",
    "NORN_UNGDOM": "Nektet, ungdom",
}  # fmt: skip
_GRADES = {"N": "Normal", "R": "Restricted", "V": "Very restricted"}

TEXT, PDF, IMAGE = (f"urn:no:ehelse:document:{kind}" for kind in ("text", "pdf", "image"))
SUFFICIENT = "urn:ihe:iti:xds:2017:mimeTypeSufficient"


def confidentiality(labels: tuple[str, ...]) -> tuple[Coded, ...]:
    """What a document's labels say of it, never nothing: without a grade it is normal."""
    told = tuple(Coded(label, ACCESS, _LABELS[label]) for label in labels if label in _LABELS)
    grades = tuple(Coded(label, CONFIDENTIALITY, _GRADES[label]) for label in labels if label in _GRADES)
    return (*(grades or (NORMAL,)), *told)


def format_of(media_type: str) -> Coded:
    """The format that the media type alone tells."""
    if media_type == "application/pdf":
        return Coded(PDF, FORMATS, "PDF")
    if media_type.startswith("image/"):
        return Coded(IMAGE, FORMATS, "Bilde")
    if media_type.startswith("text/plain"):
        return Coded(TEXT, FORMATS, "Tekst")
    return Coded(SUFFICIENT, FHIR_FORMATS, "mimeType Sufficient")


def class_of(type: Coded) -> Coded:
    """The class a type of 9602 belongs to: its letter."""
    return CLASSES.get(type.code[:1], LETTERS)
