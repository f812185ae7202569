"""The content of FRAVARSMELDING, declared. Source: the care messages of version 1.5 (2009-06-30); there is no 1.6 of it."""

from akson.exchange.components import fk1, po
from akson.exchange.message_type import Version
from akson.exchange.schema import Element, declare, held

NAMESPACE = "http://www.kith.no/xmlstds/po/MeldingFravar/2009-06-30"

ABSENCE = declare(
    "Fraversassistent",
    po.NAMESPACE,
    Element("MottakerFravarende", "boolean", "Mottaker fraværende"),
    Element("MeldingVideresendt", "boolean", "Melding videresendt", "0..1"),
    Element("FravarendeFraDato", "date", "Fraværende fra", "0..1"),
    Element("FravarendeTilDato", "date", "Fraværende til", "0..1"),
    Element("VideresendtTil", fk1.PROFESSIONAL, "Videresendt til", "0..1"),
    Element("Merknad", "string", "Merknad", "0..1"),
)
STRUCTURE = po.earlier(declare("MeldingFravar", NAMESPACE, *po.START, held(ABSENCE, "Fravær")), NAMESPACE)
VERSIONS = (
    Version("1.5", STRUCTURE, {"m": NAMESPACE, None: po.NAMESPACE_1_5, "fk1": fk1.NAMESPACE}, apprec="1.0"),
)
