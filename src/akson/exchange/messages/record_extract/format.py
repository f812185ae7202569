"""The content of EPJ-EKSTRAKT, declared: one part for each document, in the order of the message.

Source: EPJ-ekstrakt 2008-02-20 and transfer of medication 2009-02-20.
"""

from akson.exchange.components import dialogue, epj1, epj2, epj3, epj_extract, epj_meta, fk1
from akson.exchange.message_type import Version
from akson.exchange.schema import Element, alternatives, declare, held

PARTS = (
    held(dialogue.STRUCTURE_1_0, "Melding"),
    held(epj_extract.NODE, "Innholdsfortegnelse"),
    held(epj1.CAVE, "Kritisk informasjon (cave)"),
    held(epj2.NOTES, "Notater"),
    held(epj3.MEDICATIONS, "Legemidler"),
    held(epj_extract.ADDITION, "Tilleggsinformasjon"),
)
PART = declare("Del", "", alternatives(*PARTS))
STRUCTURE = declare("EPJEkstrakt", "", Element("Del", PART, "Del", "1..*"))
PREFIXES = {
    "dia": dialogue.NAMESPACE_1_0,
    "epj-s": epj_extract.NAMESPACE,
    "epj-t": epj_extract.FURTHER,
    "epj1": epj1.NAMESPACE,
    "epj2": epj2.NAMESPACE,
    "epj3": epj3.NAMESPACE,
    "m1": epj_meta.NAMESPACE,
    "fk1": fk1.NAMESPACE,
}
VERSIONS = (Version("2008-02-20", STRUCTURE, PREFIXES, apprec="1.0", several=True),)
