"""Reactions to medicines as the prescription messages tell them: namespace ki, 2013-04-25.

Source: eResept 2.5, kritisk informasjon.
"""

from akson.exchange.schema import Element, declare

NAMESPACE = "http://www.kith.no/xmlstds/eresept/ki/2013-04-25"

REACTION = declare(
    "Legemiddelreaksjon",
    NAMESPACE,
    Element("Atc", "CV", "ATC-kode", "0..1"),
    Element("Virkestoff", "string", "Virkestoff", "0..*"),
    Element("VirkestoffId", "string", "Virkestoff-id", "0..*"),
    Element("MerkevareId", "string", "Merkevare-id", "0..1"),
    Element("Hjelpestoffreaksjon", "boolean", "Reaksjon på hjelpestoff", "0..1"),
    Element("Varenavn", "string", "Varenavn", "0..1"),
)
ALLERGY = declare(
    "Allergi",
    NAMESPACE,
    Element("Reaksjon", "CV", "Reaksjon"),
    Element("Kommentar", "string", "Kommentar", "0..1"),
    Element("Oppdatert", "dateTime", "Oppdatert"),
    Element("Kilde", "CV", "Kilde"),
    Element("Legemiddelreaksjon", REACTION, "Legemiddel"),
    Element("Avkreftet", "boolean", "Avkreftet", "0..1"),
)
