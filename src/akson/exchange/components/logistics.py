"""Patient logistics (Pasientlogistikk 1.6): one root with one of several bodies. Five message types share it.

Source: HIS 1149:2014. Which body a message type has is said by the message type.
"""

from akson.exchange.components import fk1, po
from akson.exchange.schema import Element, Structure, declare

NAMESPACE = "http://www.kith.no/xmlstds/po/Pasientlogistikk/2012-04-01"
ROOT = "Pasientlogistikk"
PREFIXES = {"p1": NAMESPACE, None: po.NAMESPACE, "fk1": fk1.NAMESPACE}

EVENT_ADMITTED = "1"
EVENT_DISCHARGED = "2"


def logistics(body: Structure, words: str) -> Structure:
    """The root of a message whose body is `body`."""
    return declare(ROOT, NAMESPACE, *po.START, Element(body.name, body, words))
