"""The content of ORIENTERING_TJENESTETILBUD, declared. Source: HIS 1146 and HIS 80704.

The root element and the namespace are named otherwise than the message.
"""

from akson.exchange.components import fk1, po
from akson.exchange.message_type import Version
from akson.exchange.schema import declare, held

NAMESPACE = "http://www.kith.no/xmlstds/po/OrienteringOmTjenestetilbud/2012-04-01"
NAMESPACE_1_5 = "http://www.kith.no/xmlstds/po/OrienteringOmTjenestetilbud/2009-06-30"

STRUCTURE = declare(
    "OrienteringOmTjenestetilbud",
    NAMESPACE,
    *po.START,
    held(po.SERVICE, "Tjeneste", "1..*"),
    held(po.AIDED_COMMUNICATION, "Assistert kommunikasjon", "0..*"),
)
VERSIONS = (
    Version("1.6", STRUCTURE, {"m": NAMESPACE, None: po.NAMESPACE, "fk1": fk1.NAMESPACE}, apprec="1.1"),
    Version(
        "1.5",
        po.earlier(STRUCTURE, NAMESPACE_1_5),
        {"m": NAMESPACE_1_5, None: po.NAMESPACE_1_5, "fk1": fk1.NAMESPACE},
        apprec="1.0",
    ),
)
