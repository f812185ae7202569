"""Parts of the care messages as referrals of version 2.0 have them: namespace poKomponent 2017-11-30.

Source: Henvisning 2.0 (2017-11-30). The care messages of 2.0 were withdrawn in 2018; these parts are still used.
"""

from akson.exchange.components import fk1
from akson.exchange.components.po.health import AIDED_COMMUNICATIONS
from akson.exchange.components.po.services import KIND_OF_CONTENT
from akson.exchange.components.po.start import CONTACT, NAMESPACE, RESPONSIBLE, SENT_DOCUMENT, UNIT
from akson.exchange.schema import Element, Revision, declare, held, revised

NAMESPACE_2_0 = "http://ehelse.no/xmlstds/po/poKomponent/2017-11-30"
_AS_IT_WAS = Revision(
    {NAMESPACE: NAMESPACE_2_0}, types={("AssistertKommunikasjon", "BehovOpphortDato"): "date"}
)

NEXT_OF_KIN_2_0 = declare(
    "ParorendeForesatt",
    NAMESPACE_2_0,
    Element("Slektskap", "CS", "Slektskap", "0..1", codes=9033),
    Element("Omsorgsfunksjon", "CS", "Omsorgsfunksjon", "0..1", codes=9050),
    Element("FodselsarMindrearigParorende", "gYear", "Fødselsår, mindreårig", "0..1"),
    Element("NarmesteParorende", "boolean", "Nærmeste pårørende", "0..1"),
    Element("Referanseperson", fk1.PERSON, "Person"),
    Element("Merknad", "string", "Merknad", "0..1"),
)
PATIENT_FACTS_2_0 = declare(
    "TilleggsopplysningPasient",
    NAMESPACE_2_0,
    Element("SivilStatus", "CS", "Sivilstand", "0..1", codes=8724),
    Element("BorAlene", "boolean", "Bor alene", "0..1"),
    Element("Sprak", "CS", "Språk", "0..1", codes=3303),
    Element("MottarKommunaleTjenester", "boolean", "Mottar kommunale tjenester", "0..1"),
    Element("Merknad", "string", "Merknad", "0..1"),
)
INDIVIDUAL_PLAN = declare(
    "OpplysningerOmIndividuellPlan",
    NAMESPACE_2_0,
    Element("IndividuellPlanForeligger", "boolean", "Individuell plan foreligger", "0..1"),
    Element("KoordinatorOppnevnt", "boolean", "Koordinator oppnevnt", "0..1"),
    Element("Merknad", "string", "Merknad", "0..1"),
)
OTHER_CONTACT = declare(
    "PasientrelatertKontaktperson",
    NAMESPACE_2_0,
    Element("StillingRolle", "string", "Stilling eller rolle", "0..1"),
    Element("Arbeidssted", "string", "Arbeidssted", "0..1"),
    Element("Referanseperson", fk1.PERSON, "Person"),
    Element("Merknad", "string", "Merknad", "0..1"),
)
MEDICATION_REVIEW = declare(
    "Legemiddelgjennomgang",
    NAMESPACE_2_0,
    Element("DatoLegemiddelgjennomgang", "date", "Dato for legemiddelgjennomgang", "0..1"),
    Element("DatoSamstemming", "date", "Dato for samstemming", "0..1"),
    Element("Merknad", "string", "Merknad", "0..1"),
)
REFERRAL_START = (
    held(PATIENT_FACTS_2_0, "Om pasienten", "0..1"),
    held(NEXT_OF_KIN_2_0, "Pårørende", "0..*"),
    held(revised(UNIT, _AS_IT_WAS), "Enhet", "0..*"),
    held(revised(CONTACT, _AS_IT_WAS), "Kontaktperson", "0..*"),
    held(revised(RESPONSIBLE, _AS_IT_WAS), "Ansvarlig", "0..*"),
    held(revised(SENT_DOCUMENT, _AS_IT_WAS), "Sendt dokument", "0..*"),
    held(revised(KIND_OF_CONTENT, _AS_IT_WAS), "Innhold i meldingen"),
    held(revised(AIDED_COMMUNICATIONS, _AS_IT_WAS), "Assistert kommunikasjon", "0..*"),
    held(INDIVIDUAL_PLAN, "Individuell plan", "0..1"),
    held(OTHER_CONTACT, "Annen kontaktperson", "0..*"),
    held(MEDICATION_REVIEW, "Legemiddelgjennomgang", "0..1"),
)
"""What stands in a referral between who pays and what is wrong."""
