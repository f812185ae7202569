"""What nurses and other professions have done, found and advise.

Source: HIS 80704 (care messages, version 1.6).
"""

from akson.exchange.components import epj2, epj3, fk1
from akson.exchange.components.po.health import ACCOUNTABLE
from akson.exchange.components.po.start import NAMESPACE
from akson.exchange.schema import Element, declare

INSTRUCTIONS = declare(
    "AdmInstrukser",
    NAMESPACE,
    Element("Utleveringsform", "CS", "Utleveringsform", "0..1", codes=9135),
    Element("SarskilteTiltak", "CS", "Særskilte tiltak", "0..*", codes=9136),
)
CARRIED_OUT = declare(
    "GjennomforingAvTiltak",
    NAMESPACE,
    Element("UtfortTidspunkt", "date", "Utført"),
    Element("TiltakKanTermineres", "boolean", "Kan avsluttes", "0..1"),
    Element("Merknad", "string", "Merknad", "0..1"),
)
PLANNED = declare(
    "PlanlagtGjennomforingTiltak",
    NAMESPACE,
    Element("PlanlagtStart", "date", "Planlagt start"),
    Element("PlanlagtSlutt", "date", "Planlagt slutt", "0..1"),
    Element("FasteUkedager", "CS", "Faste ukedager", "0..*", codes=9082),
    Element("GjentagelseIntervall", "PQ", "Gjentas hver", "0..1"),
    Element("EtterBehov", "boolean", "Etter behov", "0..1"),
)
MEASURE = declare(
    "Tiltaksbeskrivelse",
    NAMESPACE,
    Element("IntervensjonTiltakKode", "CV", "Tiltak", "0..*"),
    Element("IntervensjonTiltakBeskrivelse", "string", "Beskrivelse", "0..1"),
    Element("KategoriHelsepersonell", "CS", "Kategori helsepersonell", "0..1", codes=9060),
    Element("Stikkord", "string", "Stikkord", "0..*"),
    Element("EvalueringTidspunkt", "date", "Evalueres", "0..1"),
    Element("Merknad", "string", "Merknad", "0..1"),
    Element("GjennomforingAvTiltak", CARRIED_OUT, "Gjennomføring", "0..*"),
    Element("PlanlagtGjennomforingTiltak", PLANNED, "Planlagt gjennomføring", "0..1"),
)
MEDICATION_AGREEMENT = declare(
    "AvtaleOmAdmLegemidler",
    NAMESPACE,
    Element("AvtaleAdmLegemidler", "boolean", "Avtale om administrasjon av legemidler"),
    Element("AvtaleAdmMultidose", "boolean", "Avtale om multidose"),
    Element("Merknad", "string", "Merknad", "0..1"),
    Element("AdmInstrukser", INSTRUCTIONS, "Instrukser", "0..1"),
    Element("Tiltaksbeskrivelse", MEASURE, "Tiltak", "0..*"),
)
FOLLOW_UP = declare(
    "OpplysningerRelevantOppfolging",
    NAMESPACE,
    Element("BandasjemateriellEngangsutstyr", "boolean", "Bandasjemateriell eller engangsutstyr", "0..1"),
    Element("HjelpLegemiddeladm", "boolean", "Hjelp med legemidler", "0..1"),
    Element("EndringFunksjonsnivaa", "string", "Endring i funksjonsnivå", "0..1"),
    Element("MerknadTilBandasjemateriell", "string", "Merknad til bandasjemateriell", "0..1"),
    Element("MerknadTilLegemiddeladministrering", "string", "Merknad til legemiddeladministrering", "0..1"),
)
FROM_NURSE = declare(
    "InfoFraSykepleier",
    NAMESPACE,
    Element("OpplysningerRelevantOppfolging", FOLLOW_UP, "Oppfølging", "0..1"),
    Element("Journaltekst", epj2.TEXT, "Journaltekst", "0..*", namespace=epj2.NAMESPACE),
)
MEDICATION_AGREEMENTS = declare(
    "InfoAvtaleOmLegemiddeladm", NAMESPACE, Element("AvtaleOmAdmLegemidler", MEDICATION_AGREEMENT, "Avtale")
)
SINGLE_ASSESSMENT = declare(
    "Enkeltvurdering",
    NAMESPACE,
    Element("Funksjonsområde", "CV", "Funksjonsområde", "0..1"),
    Element("KodetVurdering", "CV", "Vurdering", "0..1"),
    Element("VurderingTekst", "string", "Vurdering", "0..1"),
)
ASSESSMENT = declare(
    "InnholdVurdering",
    NAMESPACE,
    Element("VurderingenGjelder", "string", "Gjelder"),
    Element("Stikkord", "string", "Stikkord", "0..*"),
    Element("FraDato", "date", "Fra dato", "0..1"),
    Element("TilDato", "date", "Til dato", "0..1"),
    Element("KategoriHelsepersonell", "CS", "Kategori helsepersonell", "0..1", codes=9060),
    Element("Enkeltvurdering", SINGLE_ASSESSMENT, "Enkeltvurdering", "0..*"),
)
ASSESSMENTS = declare(
    "InfoVurderinger",
    NAMESPACE,
    Element("InnholdVurdering", ASSESSMENT, "Vurdering"),
    Element("Journaltekst", epj2.TEXT, "Journaltekst", "0..*", namespace=epj2.NAMESPACE),
)
MEASURES_TAKEN = declare("IverksatteTiltak", NAMESPACE, Element("Tiltaksbeskrivelse", MEASURE, "Tiltak"))
MEASURES_ADVISED = declare(
    "AnbefaltVidereTiltak", NAMESPACE, Element("Tiltaksbeskrivelse", MEASURE, "Tiltak")
)
GOAL = declare(
    "InnholdMaaldokument",
    NAMESPACE,
    Element("MaalForventetResultat", "CV", "Forventet resultat", "0..1"),
    Element("ForventetGradMaaloppnaaelse", "CV", "Forventet grad av måloppnåelse", "0..1"),
    Element("Beskrivelse", "string", "Beskrivelse", "0..1"),
    Element("KategoriHelsepersonell", "CS", "Kategori helsepersonell", "0..1", codes=9060),
    Element("ForventesOppnaadd", "date", "Forventes oppnådd", "0..1"),
    Element("FraDato", "date", "Fra dato", "0..1"),
    Element("TilDato", "date", "Til dato", "0..1"),
    Element("Stikkord", "string", "Stikkord", "0..*"),
)
GOALS = declare(
    "InfoMaalForventetRes",
    NAMESPACE,
    Element("InnholdMaaldokument", GOAL, "Mål"),
    Element("Journaltekst", epj2.TEXT, "Journaltekst", "0..*", namespace=epj2.NAMESPACE),
)
NURSING = declare(
    "Sykepleierdokumentasjon",
    NAMESPACE,
    Element("InfoFraSykepleier", FROM_NURSE, "Fra sykepleier", "0..1"),
    Element(
        "LegemidlerAdministrertVedOverforing",
        epj3.GIVEN_AT_TRANSFER,
        "Legemidler gitt ved overføring",
        "0..1",
        namespace=epj3.NAMESPACE,
    ),
    Element("InfoAvtaleOmLegemiddeladm", MEDICATION_AGREEMENTS, "Legemiddeladministrasjon", "0..1"),
    Element("InfoVurderinger", ASSESSMENTS, "Vurderinger", "0..*"),
    Element("IverksatteTiltak", MEASURES_TAKEN, "Iverksatte tiltak", "0..*"),
    Element("AnbefaltVidereTiltak", MEASURES_ADVISED, "Anbefalte videre tiltak", "0..*"),
    Element("InfoMaalForventetRes", GOALS, "Mål og forventet resultat", "0..*"),
    Element("Ansvarlig", ACCOUNTABLE, "Ansvarlig", "0..*"),
)
OTHER_REPORT = declare(
    "AndreFagrapporter",
    NAMESPACE,
    Element("BehandlingStart", "date", "Behandling startet", "0..1"),
    Element("StatusInnleggelse", "string", "Status ved innleggelse", "0..1"),
    Element("StatusBehandlingsstart", "string", "Status ved behandlingsstart", "0..1"),
    Element("ForventetStatusUtskriving", "string", "Forventet status ved utskrivning", "0..1"),
    Element("AnsvarligRapport", fk1.PROFESSIONAL, "Ansvarlig", "0..1"),
    Element("Journaltekst", epj2.TEXT, "Journaltekst", "0..*", namespace=epj2.NAMESPACE),
)
OTHER_PROFESSIONS = declare(
    "OpplysningerAndreFaggrupper",
    NAMESPACE,
    Element("AndreFagrapporter", OTHER_REPORT, "Rapport", "0..1"),
    Element("AnbefaltVidereTiltak", MEASURES_ADVISED, "Anbefalte videre tiltak", "0..*"),
    Element("InfoVurderinger", ASSESSMENTS, "Vurderinger", "0..*"),
)
