"""What is said of her health: diagnoses, earlier illness, notes, function, wishes.

Source: HIS 80704 (care messages, version 1.6).
"""

from akson.exchange.components import epj1, epj2, fk1
from akson.exchange.components.po.start import EVENT, NAMESPACE
from akson.exchange.schema import Element, declare

AIDED_COMMUNICATION = declare(
    "AssistertKommunikasjon",
    NAMESPACE,
    Element("PersonTolkebehov", fk1.PERSON, "Gjelder", "0..1"),
    Element("Horselsvikt", "boolean", "Hørselsvikt", "0..1"),
    Element("Synsvikt", "boolean", "Synsvikt", "0..1"),
    Element("BehovTolkSprak", "CS", "Behov for tolk, språk", "0..1", codes=3303),
    Element("PreferertTolk", fk1.PERSON, "Ønsket tolk", "0..1"),
    Element("BehovOpphortDato", "TS", "Behovet opphørt", "0..1"),
    Element("Merknad", "string", "Merknad", "0..1"),
)
AIDED_COMMUNICATIONS = declare(
    "InfoAssistertKommunikasjon",
    NAMESPACE,
    Element("AssistertKommunikasjon", AIDED_COMMUNICATION, "Assistert kommunikasjon"),
)
DIAGNOSIS = declare(
    "MedisinskDiagnose",
    NAMESPACE,
    Element("Hoveddiagnose", "boolean", "Hoveddiagnose", "0..1"),
    Element("Diagnosekode", "CV", "Diagnose", "0..1"),
    Element("DiagnoseBeskrivelse", "string", "Beskrivelse", "0..1"),
)
DIAGNOSIS_PERIOD = declare(
    "TidsperiodeDiagnose",
    NAMESPACE,
    Element("StartdatoDiagnose", "date", "Fra"),
    Element("SluttdatoDiagnose", "date", "Til", "0..1"),
    Element("MedisinskDiagnose", DIAGNOSIS, "Diagnose"),
)
REPORTED_DIAGNOSES = declare(
    "InfoIPLOSrelevantInformasjon",
    NAMESPACE,
    Element("TidsperiodeDiagnose", DIAGNOSIS_PERIOD, "Diagnose i tidsrom", "0..*"),
    Element("TidsfestetHendelse", EVENT, "Hendelse", "0..1"),
)
FUNCTION_OVERALL = declare(
    "SamletVurderingFunksjonsniva",
    NAMESPACE,
    Element("Pleietyngde", "decimal", "Pleietyngde", "0..1"),
    Element("VurderingPleietyngde", "string", "Vurdering av pleietyngde", "0..1"),
    Element("Merknad", "string", "Merknad", "0..1"),
)
FUNCTION_SCORE = declare(
    "KartlagtFunksjon",
    NAMESPACE,
    Element("Funksjonsvariabel", "CV", "Funksjon", "0..1"),
    Element("Vurdering", "integer", "Vurdering", "0..1"),
    Element("Merknad", "string", "Merknad", "0..1"),
)
ACCOUNTABLE = declare(
    "Ansvarlig",
    NAMESPACE,
    Element("TypeHendelse", "CV", "Hendelse", "0..1", codes=9131),
    Element("TidspunktForHendelse", "dateTime", "Tidspunkt"),
    Element("Ekstern", "boolean", "Ekstern"),
    Element("AnsvarligTjenesteyter", fk1.PROFESSIONAL, "Tjenesteyter", "0..1"),
    Element("Virksomhet", fk1.ORGANISATION, "Virksomhet", "0..1"),
    Element("Merknad", "string", "Merknad", "0..1"),
)
FUNCTION = declare(
    "InfoKartleggingFunksjonsniva",
    NAMESPACE,
    Element("SamletVurderingFunksjonsniva", FUNCTION_OVERALL, "Samlet vurdering", "0..1"),
    Element("KartlagtFunksjon", FUNCTION_SCORE, "Kartlagt funksjon", "1..*"),
    Element("Ansvarlig", ACCOUNTABLE, "Ansvarlig", "0..1"),
)
BLOOD_TYPE = declare(
    "RegistrertBlodtype",
    NAMESPACE,
    Element("Blodtype", "CS", "Blodtype", codes=9160),
    Element("Rhesusgruppe", "CS", "Rhesusgruppe", "0..1", codes=9161),
    Element("Merknad", "string", "Merknad", "0..1"),
)
EARLIER_ILLNESS = declare(
    "TidligereSykdomFragment",
    NAMESPACE,
    Element("FunksjonshemmingKroniskSykdom", "boolean", "Funksjonshemming eller kronisk sykdom"),
    Element("TidligereSykdom", "string", "Sykdom"),
    Element("Diagnosekode", "CV", "Diagnose", "0..1"),
)
EARLIER_ILLNESSES = declare(
    "InfoTidligereSykdommer",
    NAMESPACE,
    Element("TidligereSykdomFragment", EARLIER_ILLNESS, "Sykdom", "0..1"),
    Element("Journaltekst", epj2.TEXT, "Journaltekst", "0..1", namespace=epj2.NAMESPACE),
)
MEDICAL = declare(
    "MedisinskfagligeOpplysninger",
    NAMESPACE,
    Element("RegistrertBlodtype", BLOOD_TYPE, "Blodtype", "0..1"),
    Element("InfoTidligereSykdommer", EARLIER_ILLNESSES, "Tidligere sykdommer", "0..*"),
    Element("Cave", epj1.CAVE, "Kritisk informasjon (cave)", "0..1", namespace=epj1.NAMESPACE),
    Element("Allerginotat", epj1.ALLERGY_NOTE, "Allergi", "0..*", namespace=epj1.NAMESPACE),
    Element("GenereltJournalnotat", epj2.NOTE, "Journalnotat", "0..*", namespace=epj2.NAMESPACE),
)
DIAGNOSES = declare(
    "InfoMedisinskDiagnose", NAMESPACE, Element("MedisinskDiagnose", DIAGNOSIS, "Diagnose", "1..*")
)
RESERVATION = declare(
    "ReservasjonOnske",
    NAMESPACE,
    Element("Gjelder", "string", "Gjelder"),
    Element("FramsattAv", fk1.PERSON, "Framsatt av"),
    Element("FramsattDato", "date", "Framsatt"),
    Element("TrukketTilbakeAv", fk1.PERSON, "Trukket tilbake av", "0..1"),
    Element("TrukketTilbakeDato", "date", "Trukket tilbake", "0..1"),
    Element("Merknad", "string", "Merknad", "0..1"),
)
RESERVATIONS = declare(
    "InfoReservasjon", NAMESPACE, Element("ReservasjonOnske", RESERVATION, "Reservasjon eller ønske", "1..*")
)
OTHER_IMPORTANT = declare(
    "InfoAndreViktigeOpplysninger",
    NAMESPACE,
    Element("GenereltJournalnotat", epj2.NOTE, "Journalnotat", "0..*", namespace=epj2.NAMESPACE),
    Element("Allerginotat", epj1.ALLERGY_NOTE, "Allergi", "0..*", namespace=epj1.NAMESPACE),
)
