"""The content of HELSEOPPL_SOKNAD, declared. Source: HIS 1144:2014 and HIS 80704.

The root element and the namespace are named otherwise than the message.
"""

from akson.exchange.components import epj1, epj2, epj3, epj_meta, fk1, po
from akson.exchange.message_type import Version
from akson.exchange.schema import declare, held

NAMESPACE = "http://www.kith.no/xmlstds/po/HelseopplysningerVedSoknad/2012-04-01"
NAMESPACE_1_5 = "http://www.kith.no/xmlstds/po/HelseopplysningerVedSoknad/2009-06-30"

STRUCTURE = declare(
    "HelseopplysningerVedSoknad",
    NAMESPACE,
    *po.START,
    held(po.KIND_OF_CONTENT, "Innhold i meldingen"),
    held(po.STAY, "Opphold", "1..*"),
    held(po.APPLICATION, "Søknad", "0..1"),
    held(po.DIAGNOSES, "Diagnoser", "0..*"),
    held(po.MEDICAL, "Medisinskfaglige opplysninger", "0..1"),
    held(po.NURSING, "Sykepleierdokumentasjon", "0..1"),
    held(po.OTHER_PROFESSIONS, "Andre faggrupper", "0..*"),
    held(po.FUNCTION, "Funksjonsnivå", "0..1"),
    held(po.AIDED_COMMUNICATIONS, "Assistert kommunikasjon", "0..*"),
    held(po.INFORMATION_GIVEN, "Informasjon", "0..*"),
    held(po.SERVICE_NEED, "Behov for tjeneste", "0..*"),
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
        po.earlier(
            STRUCTURE,
            NAMESPACE_1_5,
            added=(
                ("HelseopplysningerVedSoknad", "TypeInnholdIMelding"),
                ("HelseopplysningerVedSoknad", "OpplysningOpphold"),
            ),
            occurs={("HelseopplysningerVedSoknad", "OpplysningerTilSoknad"): "1..1"},
        ),
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
