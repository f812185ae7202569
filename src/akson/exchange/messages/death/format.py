"""The content of LOG_DOD, declared. Source: Pasientlogistikk 1.6, HIS 1149:2014 chapter 3.6."""

from akson.exchange.components import logistics, po
from akson.exchange.schema import Element, declare

BODY = declare(
    "OrienteringOmDod",
    logistics.NAMESPACE,
    Element("TidsfestetHendelse", po.EVENT, "Hendelse", namespace=po.NAMESPACE),
)
STRUCTURE = logistics.logistics(BODY, "Orientering om dødsfall")
