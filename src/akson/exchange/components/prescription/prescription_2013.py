"""One prescribed medicine, as M1 and each line of M25 hold it: namespace m1, 2013-10-08.

Source: eResept 2.5, M1. Of M1 only what a line of a list holds is declared here.
"""

from akson.exchange.components.prescription import prescribing_2013
from akson.exchange.schema import Element, declare

NAMESPACE = "http://www.kith.no/xmlstds/eresept/m1/2013-10-08"

LEGEMIDDEL_UTEN_MT = declare(
    "LegemiddelUtenMt",
    NAMESPACE,
    Element("Begrunnelse", "string", "Begrunnelse"),
    Element("Produsent", "string", "Produsent"),
    Element("DirektesoknadSlv", "boolean", "Direkte søknad"),
)
RESEPT_DOK_LEGEMIDDEL = declare(
    "ReseptDokLegemiddel",
    NAMESPACE,
    Element("Varegruppekode", "CS", "Varegruppe"),
    Element("Antall", "decimal", "Antall", "0..1"),
    Element("Merknad", "string", "Merknad", "0..1"),
    Element("RefHjemmel", "CV", "Hjemmel", "0..1"),
    Element("KomLegemdlAdm", "string", "Merknad om administrering", "0..1"),
    Element("RefKode", "CV", "Refusjonskode", "0..1"),
    Element("Reiterasjon", "int", "Reiterasjoner"),
    Element("BytteresRekvirent", "CS", "Kan byttes", "0..1"),
    Element("Mengde", "PQ", "Mengde", "0..1"),
    Element("LegemiddelUtenMt", LEGEMIDDEL_UTEN_MT, "Legemiddel uten markedsføringstillatelse", "0..1"),
    Element(
        "Forskrivning", prescribing_2013.FORSKRIVNING, "Forskrivning", namespace=prescribing_2013.NAMESPACE
    ),
)
