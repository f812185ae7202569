"""What she is given or needs: services, aids, appointments, and what the message is for.

Source: HIS 80704 (care messages, version 1.6).
"""

from akson.exchange.components.po.start import NAMESPACE
from akson.exchange.schema import Element, alternatives, declare

APPLICATION = declare(
    "OpplysningerTilSoknad",
    NAMESPACE,
    Element("EgensoknadSendt", "boolean", "Egen søknad sendt"),
    Element("Merknad", "string", "Merknad", "0..1"),
)
SERVICE = declare(
    "EksisterendeTjeneste",
    NAMESPACE,
    Element("IPLOStjenestetype", "CV", "Type tjeneste", "0..1", codes=9151),
    Element("BetegnelseTjeneste", "string", "Tjeneste", "0..1"),
    Element("PrivatTjeneste", "boolean", "Privat tjeneste"),
    Element("TjenestenLevertAv", "string", "Levert av", "0..1"),
    Element("OpplysningerOmTjenesten", "string", "Om tjenesten", "0..1"),
    Element("AntallEnheter", "decimal", "Antall", "0..1"),
    Element("Enhet", "string", "Enhet", "0..1"),
    Element("Startdato", "date", "Startdato", "0..1"),
    Element("Sluttdato", "date", "Sluttdato", "0..1"),
    Element("Merknad", "string", "Merknad", "0..1"),
)
TOLD = declare(
    "InformertOm",
    NAMESPACE,
    Element("PasientInformert", "boolean", "Pasient informert"),
    Element("ParorendeInformert", "boolean", "Pårørende informert"),
)
APPOINTMENT_MADE = declare(
    "InformasjonOmTime",
    NAMESPACE,
    Element("BestiltKontrolltime", "boolean", "Kontrolltime bestilt"),
    Element("TidspunktTime", "dateTime", "Tidspunkt", "0..1"),
    Element("Varighet", "integer", "Varighet (minutter)", "0..1"),
    Element("StedTime", "string", "Sted", "0..1"),
    Element("InformertOm", TOLD, "Informert", "0..1"),
)
APPOINTMENT_TO_MAKE = declare(
    "KontrolltimeBestill",
    NAMESPACE,
    Element("PasientParorendeBestiller", "boolean", "Pasient eller pårørende bestiller"),
    Element("InformertOm", TOLD, "Informert", "0..1"),
)
APPOINTMENT_TENTATIVE = declare(
    "InformasjonOmTentativTime",
    NAMESPACE,
    Element("TentativtTidspunktTime", "string", "Tentativt tidspunkt", "0..1"),
    Element("StedTime", "string", "Sted", "0..1"),
    Element("Merknad", "string", "Merknad", "0..1"),
    Element("InformertOm", TOLD, "Informert", "0..1"),
)
APPOINTMENT = declare(
    "InfoKontrolltime",
    NAMESPACE,
    alternatives(
        Element("InformasjonOmTime", APPOINTMENT_MADE, "Time"),
        Element("KontrolltimeBestill", APPOINTMENT_TO_MAKE, "Kontrolltime bestilles"),
        Element("InformasjonOmTentativTime", APPOINTMENT_TENTATIVE, "Tentativ time"),
    ),
)
PERMANENT_AIDS = declare(
    "FasteHjelpemidler",
    NAMESPACE,
    Element("Briller", "CS", "Briller", "0..1", codes=9113),
    Element("HjelpemiddelHorsel", "CS", "Høreapparat", "0..1", codes=9114),
    Element("Pacemaker", "boolean", "Pacemaker", "0..1"),
    Element("Merknad", "string", "Merknad", "0..1"),
)
AID = declare(
    "Hjelpemiddelbeskrivelse",
    NAMESPACE,
    Element("Sekvensnummer", "integer", "Nummer", "0..1"),
    Element("HjelpemiddelkodeRTV", "CV", "Type", "0..1"),
    Element("BetegnelseHjelpemiddel", "string", "Hjelpemiddel"),
)
AID_STATUS = declare(
    "StatusHjelpemiddel",
    NAMESPACE,
    Element("Status", "CS", "Status", codes=8230),
    Element("Hjelpemiddelbeskrivelse", AID, "Hjelpemiddel"),
)
AIDS = declare(
    "OpplysningerOmHjelpemidler",
    NAMESPACE,
    Element("FasteHjelpemidler", PERMANENT_AIDS, "Faste hjelpemidler", "0..*"),
    Element("StatusHjelpemiddel", AID_STATUS, "Status for hjelpemiddel", "0..*"),
)
SERVICE_NEED = declare(
    "TjenesteBehov",
    NAMESPACE,
    Element("IPLOStjenestetype", "CV", "Type tjeneste", "0..1", codes=9151),
    Element("BetegnelseTjeneste", "string", "Tjeneste", "0..1"),
    Element("VedInstitusjon", "string", "Ved institusjon", "0..1"),
    Element("BeskrivelseAvTjeneste", "string", "Beskrivelse", "0..1"),
    Element("AntallEnheterOnsket", "double", "Antall ønsket", "0..1"),
    Element("Enhet", "string", "Enhet", "0..1"),
)
KIND_OF_CONSULTATION = declare(
    "InnholdKonsultasjon",
    NAMESPACE,
    Element("TypeInnholdKonsultasjon", "CS", "Innhold", codes=9137),
    Element("Merknad", "string", "Merknad", "0..1"),
)
KIND_OF_CONTENT = declare(
    "TypeInnholdIMelding",
    NAMESPACE,
    Element("TypeInnhold", "CV", "Innhold"),
    Element("Merknad", "string", "Merknad", "0..1"),
)
