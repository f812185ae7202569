"""Notes of a record: namespace epj2.

Source: EPJ components 2008-02-20, HIS 80704 chapter 4.5 and 11.
"""

from akson.exchange.components.epj_meta import component
from akson.exchange.schema import Element, declare

NAMESPACE = "http://www.kith.no/xmlstds/epj/epj2/2008-02-20"

TEXT = declare(
    "Journaltekst",
    NAMESPACE,
    Element("Overskriftskode", "CV", "Overskrift", "0..1"),
    Element("Notat", "string", "Notat"),
    Element("Merknad", "string", "Merknad", "0..1"),
)
NOTE = declare(
    "GenereltJournalnotat",
    NAMESPACE,
    Element("Journaltekst", TEXT, "Journaltekst", "1..*"),
    attributes=component("EPJ dokument", "13.11009.0"),
)
NOTES = declare(
    "Notater",
    NAMESPACE,
    Element("GenereltJournalnotat", NOTE, "Journalnotat", "1..*"),
    attributes=component("EPJ sak", "14.50301.0"),
)
