"""The content of UTSKRIVNINGSRAPPORT, declared. Source: HIS 1148 and HIS 80704.

The root element and the namespace are named otherwise than the message.
"""

from akson.exchange.components import epj1, epj2, epj3, epj_meta, fk1, po
from akson.exchange.message_type import Version
from akson.exchange.schema import declare, held

NAMESPACE = "http://www.kith.no/xmlstds/po/TverrfagligEpikrise/2012-04-01"
NAMESPACE_1_5 = "http://www.kith.no/xmlstds/po/TverrfagligEpikrise/2009-06-30"

STRUCTURE = declare(
    "TverrfagligEpikrise",
    NAMESPACE,
    *po.START,
    held(po.KIND_OF_CONTENT, "Innhold i meldingen"),
    held(po.STAY, "Opphold", "0..*"),
    held(po.DIAGNOSES, "Diagnoser", "0..*"),
    held(po.MEDICAL, "Medisinskfaglige opplysninger", "0..1"),
    held(epj3.MEDICATION, "Legemiddel", "0..*"),
    held(po.OTHER_IMPORTANT, "Andre viktige opplysninger", "0..1"),
    held(po.NURSING, "Sykepleierdokumentasjon", "0..1"),
    held(po.OTHER_PROFESSIONS, "Andre faggrupper", "0..*"),
    held(po.FUNCTION, "Funksjonsnivå", "0..1"),
    held(po.SERVICE_NEED, "Behov for tjeneste", "0..*"),
    held(po.INFORMATION_GIVEN, "Informasjon", "0..*"),
    held(po.AIDED_COMMUNICATIONS, "Assistert kommunikasjon", "0..*"),
    held(po.RESERVATIONS, "Reservasjoner", "0..*"),
    held(po.APPOINTMENT, "Kontrolltime", "0..*"),
    held(po.AIDS, "Hjelpemidler", "0..1"),
)
VERSIONS = (
    Version(
        "1.6",
        STRUCTURE,
        {
            "m": NAMESPACE,
            None: po.NAMESPACE,
            "fk1": fk1.NAMESPACE,
            "epj1": epj1.NAMESPACE,
            "epj2": epj2.NAMESPACE,
            "epj3": epj3.NAMESPACE,
            "m1": epj_meta.NAMESPACE,
        },
        apprec="1.1",
    ),
    Version(
        "1.5",
        po.earlier(STRUCTURE, NAMESPACE_1_5),
        {
            "m": NAMESPACE_1_5,
            None: po.NAMESPACE_1_5,
            "fk1": fk1.NAMESPACE,
            "epj1": epj1.NAMESPACE,
            "epj2": epj2.NAMESPACE,
            "epj3": epj3.NAMESPACE,
            "m1": epj_meta.NAMESPACE,
        },
        apprec="1.0",
    ),
)
