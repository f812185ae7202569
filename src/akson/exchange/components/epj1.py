"""Critical information and allergies: namespace epj1.

Source: EPJ components 2008-02-20, HIS 80704 chapter 4.5 and 11.
"""

from akson.exchange.components import epj2
from akson.exchange.components.epj_meta import component
from akson.exchange.schema import Element, declare

NAMESPACE = "http://www.kith.no/xmlstds/epj/epj1/2008-02-20"

CAVE_KEYWORD = declare(
    "StikkordCave",
    NAMESPACE,
    Element("CaveStikkord", "string", "Stikkord"),
    Element("Journaltekst", epj2.TEXT, "Journaltekst", "0..1", namespace=epj2.NAMESPACE),
)
CAVE_HEAD = declare(
    "SakshodeCave",
    NAMESPACE,
    Element("StikkordCave", CAVE_KEYWORD, "Stikkord", "0..*"),
    attributes=component("EPJ dokument", "13.10028.0"),
)
ALLERGY = declare(
    "Allergi",
    NAMESPACE,
    Element("HensynVedForskrivning", "boolean", "Hensyn ved forskrivning", "0..1"),
    Element("HensynMatDrikke", "boolean", "Hensyn ved mat og drikke", "0..1"),
    Element("Kontaktallergi", "boolean", "Kontaktallergi", "0..1"),
    Element("PollenInnsektstikk", "boolean", "Pollen eller insektstikk", "0..1"),
    Element("AllergiskMot", "string", "Allergisk mot"),
    Element("VirkestoffLegemiddel", "CV", "Virkestoff", "0..1"),
    Element("KodeAnnetStoff", "CV", "Annet stoff", "0..1"),
    Element("AnafylaktiskeReaksjoner", "CS", "Anafylaktiske reaksjoner", "0..1", codes=1103),
)
ALLERGY_NOTE = declare(
    "Allerginotat",
    NAMESPACE,
    Element("Journaltekst", epj2.TEXT, "Journaltekst", "0..*", namespace=epj2.NAMESPACE),
    Element("Allergi", ALLERGY, "Allergi"),
    attributes=component("EPJ dokument", "13.11036.1"),
)
CAVE = declare(
    "Cave",
    NAMESPACE,
    Element("SakshodeCave", CAVE_HEAD, "Stikkord"),
    Element("Allerginotat", ALLERGY_NOTE, "Allergi", "0..*"),
    attributes=component("EPJ sak", "14.50001.0"),
)
