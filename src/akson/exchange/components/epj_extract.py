"""The frame of an extract of a record, and what is told beside its components.

Source: EPJ-ekstrakt 2008-02-20 (namespaces EPJEkstrakt and EPJTilleggsinfo).
"""

from akson.exchange.components.epj_meta import any_component, further_information
from akson.exchange.schema import Element, alternatives, declare
from akson.exchange.schema.declare import SELF

NAMESPACE = "http://www.kith.no/xmlstds/epj/EPJEkstrakt/2008-02-20"
FURTHER = "http://www.kith.no/xmlstds/epj/EPJTilleggsinfo/2008-02-20"

NODE = declare("Node", NAMESPACE, Element("Node", SELF, "Del", "0..*"), attributes=any_component())
VALID = declare(
    "gyldighetsperiode",
    FURTHER,
    Element("gyldigFra", "dateTime", "Gyldig fra", "0..1"),
    Element("gyldigTil", "dateTime", "Gyldig til", "0..1"),
)
LINK = declare(
    "epjLink",
    FURTHER,
    Element("linkTilKomponent", "string", "Til komponent"),
    Element("linktype", "CV", "Type kobling"),
    Element("linkstyrke", "CS", "Styrke", "0..1"),
    Element("merknad", "string", "Merknad", "0..1"),
    Element("linkFraKomponent", "string", "Fra komponent", "0..1"),
)
COMPONENT_LINK = declare(
    "komponentlink",
    FURTHER,
    Element("linkTilKomponent", "string", "Til komponent"),
    Element("linktype", "CV", "Type kobling"),
    Element("linkstyrke", "CS", "Styrke", "0..1"),
)
ADDITION = declare(
    "tilleggsinfoEPJKomponent",
    FURTHER,
    Element("tilhorerKomponent", "string", "Gjelder komponent", "0..1"),
    Element("gyldighetsperiode", VALID, "Gyldighet", "0..*"),
    alternatives(
        Element("epjLink", LINK, "Kobling", "0..*"),
        Element("komponentlink", COMPONENT_LINK, "Kobling", "0..*"),
        required=False,
    ),
    attributes=further_information(),
)
