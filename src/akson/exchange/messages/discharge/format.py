"""The content of LOG_UTSKREVET, declared. Source: Pasientlogistikk 1.6, HIS 1149:2014 chapter 3.5."""

from akson.exchange.components import logistics, po
from akson.exchange.schema import Element, declare

BODY = declare(
    "MeldingOmUtskrevetPasient",
    logistics.NAMESPACE,
    Element("UtskrevetTil", po.DESTINATION, "Utskrevet til", namespace=po.NAMESPACE),
    Element("TidsfestetHendelse", po.EVENT, "Utskrivning", namespace=po.NAMESPACE),
    Element("InfoInformasjonGitt", po.INFORMATION_GIVEN, "Informasjon", "0..1", namespace=po.NAMESPACE),
)
STRUCTURE = logistics.logistics(BODY, "Utskrevet pasient")
