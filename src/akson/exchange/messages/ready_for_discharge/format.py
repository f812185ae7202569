"""The content of LOG_UTSKRIVNINGSKLAR, declared. Source: Pasientlogistikk 1.6, HIS 1149:2014 chapter 3.3."""

from akson.exchange.components import logistics, po
from akson.exchange.schema import Element, declare

BODY = declare(
    "MeldingUtskrivningsklarPasient",
    logistics.NAMESPACE,
    Element("TidsfestetHendelse", po.EVENT, "Hendelse", "1..*", namespace=po.NAMESPACE),
)
STRUCTURE = logistics.logistics(BODY, "Melding om utskrivningsklar pasient")
