"""The content of LOG_INNLAGT, declared. Source: Pasientlogistikk 1.6, HIS 1149:2014 chapter 3.2."""

from akson.exchange.components import logistics, po
from akson.exchange.schema import Element, declare

BODY = declare(
    "MeldingInnlagtPasient",
    logistics.NAMESPACE,
    Element("TidsfestetHendelse", po.EVENT, "Innleggelse", namespace=po.NAMESPACE),
)
STRUCTURE = logistics.logistics(BODY, "Innlagt pasient")
