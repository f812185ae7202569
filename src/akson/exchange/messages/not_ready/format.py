"""The content of LOG_AVMELDING, declared. Source: Pasientlogistikk 1.6, HIS 1149:2014 chapter 3.4."""

from akson.exchange.components import logistics, po
from akson.exchange.schema import Element, declare

BODY = declare(
    "AvmeldingUtskrivningsklarPasient",
    logistics.NAMESPACE,
    Element("TidsfestetHendelse", po.EVENT, "Hendelse", "1..*", namespace=po.NAMESPACE),
)
STRUCTURE = logistics.logistics(BODY, "Avmelding av utskrivningsklar pasient")
