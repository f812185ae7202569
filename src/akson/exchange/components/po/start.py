"""How every care message begins, and what happens to the patient.

Source: HIS 80704 (care messages, version 1.6) and HIS 1149:2014 (patient logistics).
"""

from akson.exchange.components import fk1
from akson.exchange.schema import Element, declare

NAMESPACE = "http://www.kith.no/xmlstds/po/poKomponent/2012-04-01"

NEXT_OF_KIN = declare(
    "ParorendeForesatt",
    NAMESPACE,
    Element("Slektskap", "CS", "Slektskap", "0..1", codes=9033),
    Element("Omsorgsfunksjon", "CS", "Omsorgsfunksjon", "0..1", codes=9050),
    Element("FodselsarMindrearigParorende", "gYear", "Fødselsår, mindreårig", "0..1"),
    Element("Referanseperson", fk1.PERSON, "Person"),
    Element("Merknad", "string", "Merknad", "0..1"),
)
UNIT = declare(
    "TilknyttetEnhet",
    NAMESPACE,
    Element("Kontaktenhet", fk1.ORGANISATION, "Enhet"),
    Element("Merknad", "string", "Merknad", "0..1"),
)
CONTACT = declare(
    "KontaktpersonHelsepersonell",
    NAMESPACE,
    Element("Kontaktperson", fk1.PROFESSIONAL, "Kontaktperson"),
    Element("Merknad", "string", "Merknad", "0..1"),
)
PATIENT_FACTS = declare(
    "TilleggsopplysningPasient",
    NAMESPACE,
    Element("SivilStatus", "CS", "Sivilstand", "0..1", codes=8724),
    Element("BorAlene", "boolean", "Bor alene", "0..1"),
    Element("Sprak", "CS", "Språk", "0..1", codes=3303),
)
SENT_DOCUMENT = declare(
    "SendtDokument",
    NAMESPACE,
    Element("Opplysning", "CV", "Dokument", codes=8329),
    Element("JaNei", "boolean", "Sendt"),
    Element("DatoSendt", "date", "Dato sendt", "0..1"),
    Element("TypeMottaker", "CV", "Type mottaker", "0..1", codes=8330),
    Element("NavnMottaker", "string", "Mottaker", "0..1"),
    Element("Merknad", "string", "Merknad", "0..1"),
)
REQUEST = declare(
    "Foresporsel",
    NAMESPACE,
    Element("TypeForesp", "CV", "Forespørsel"),
    Element("Formål", "CV", "Formål", "0..1", codes=9068),
    Element("Hastegrad", "CS", "Hastegrad", "0..1", codes=9067),
    Element("TypeJournalinfo", "CV", "Type opplysning", "0..1"),
    Element("Sporsmal", "string", "Spørsmål", "0..1"),
    Element("Begrunnelse", "string", "Begrunnelse", "0..1"),
    Element("FraDato", "date", "Fra dato", "0..1"),
    Element("TilDato", "date", "Til dato", "0..1"),
    Element("RefDokIdForesp", "string", "Referanse", "0..1"),
)
SHIPMENT = declare(
    "InformasjonOmForsendelsen",
    NAMESPACE,
    Element("Forsendelsesstatus", "CS", "Status", codes=7309),
    Element("ForbeholdOmVideresending", "boolean", "Forbehold om videresending", "0..1"),
    Element("SvarPaaForesporsel", "boolean", "Svar på forespørsel", "0..1"),
    Element("Foresporsel", REQUEST, "Forespørsel", "0..1"),
)
RESPONSIBLE = declare(
    "AnsvarForRapport",
    NAMESPACE,
    Element("AnsvarligRapport", fk1.PROFESSIONAL, "Ansvarlig"),
    Element("GodkjentDato", "date", "Godkjent dato", "0..1"),
    Element("TypeRelasjon", "CV", "Relasjon", "0..1", codes=8254),
    Element("Merknad", "string", "Merknad", "0..1"),
)
PLACE = declare("StedForHendelse", NAMESPACE, Element("StedHendelse", "string", "Sted"))
EVENT = declare(
    "TidsfestetHendelse",
    NAMESPACE,
    Element("Hendelsekode", "CV", "Hendelse", "0..1", codes=9121),
    Element("BeskrivelseAvHendelse", "string", "Beskrivelse", "0..1"),
    Element("TidspunktForHendelse", "TS", "Tidspunkt"),
    Element("Anslag", "boolean", "Anslag"),
    Element("Merknad", "string", "Merknad", "0..1"),
    Element("StedForHendelse", PLACE, "Sted", "0..1"),
)
STAY = declare("OpplysningOpphold", NAMESPACE, Element("TidsfestetHendelse", EVENT, "Hendelse"))
DESTINATION = declare(
    "UtskrevetTil",
    NAMESPACE,
    Element("Uttilstand", "CV", "Tilstand ved utskrivning", "0..1", codes=8431),
    Element("UtTil", "CV", "Utskrevet til", codes=8408),
    Element("Merknad", "string", "Merknad", "0..1"),
)
INFORMED = declare(
    "InformasjonGitt",
    NAMESPACE,
    Element("TypeInformasjon", "CV", "Informasjon", "0..1", codes=9502),
    Element("BeskrivelseInformasjon", "string", "Beskrivelse", "0..1"),
    Element("MuntligInformasjon", "boolean", "Muntlig", "0..1"),
    Element("InformasjonGittTil", fk1.PERSON, "Gitt til"),
    Element("InformasjonGittDato", "date", "Dato"),
    Element("InformasjonGittAv", fk1.PROFESSIONAL, "Gitt av"),
)
INFORMATION_GIVEN = declare(
    "InfoInformasjonGitt", NAMESPACE, Element("InformasjonGitt", INFORMED, "Informasjon gitt", "1..*")
)

START = (
    Element("InformasjonOmForsendelsen", SHIPMENT, "Forsendelsen", namespace=NAMESPACE),
    Element("TilleggsopplysningPasient", PATIENT_FACTS, "Om pasienten", "0..1", namespace=NAMESPACE),
    Element("ParorendeForesatt", NEXT_OF_KIN, "Pårørende", "0..*", namespace=NAMESPACE),
    Element("TilknyttetEnhet", UNIT, "Enhet", "0..*", namespace=NAMESPACE),
    Element("KontaktpersonHelsepersonell", CONTACT, "Kontaktperson", "0..*", namespace=NAMESPACE),
    Element("AnsvarForRapport", RESPONSIBLE, "Ansvarlig", "0..*", namespace=NAMESPACE),
    Element("SendtDokument", SENT_DOCUMENT, "Sendt dokument", "0..*", namespace=NAMESPACE),
)
"""How every care message begins."""
