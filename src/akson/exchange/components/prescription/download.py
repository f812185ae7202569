"""Asking the hub for a patient's medicines, and its answer: M9.11 and M9.12, each in two versions.

The answer holds up to three lists, each a whole message (M25.1, M25.2, M25.3) in base64, perhaps compressed.
Source: eResept 2.5, M9.11, M9.12 (2014-01-21 and 2018-07-01), M9.2 (2013-10-08).
"""

from akson.exchange.components import fk1
from akson.exchange.components.prescription import multidose
from akson.exchange.components.prescription.use_list import PACKED_LIST, PHARMACY_LIST, SHARED_LIST
from akson.exchange.schema import Element, declare

M92 = "http://www.kith.no/xmlstds/eresept/m92/2013-10-08"
M911_2014, M912_2014 = (f"http://www.kith.no/xmlstds/eresept/m9{part}/2014-01-21" for part in (11, 12))
M911_2018, M912_2018 = (f"http://www.ehelse.no/xmlstds/eresept/m9{part}/2018-07-01" for part in (11, 12))

PRESCRIPTION = declare(
    "Reseptinfo",
    M92,
    Element("Forskrivningsdato", "date", "Forskrevet"),
    Element("Fornavn", "string", "Fornavn"),
    Element("Mellomnavn", "string", "Mellomnavn", "0..1"),
    Element("Etternavn", "string", "Etternavn"),
    Element("Address", fk1.ADDRESS, "Adresse", "0..1"),
    Element("RekvirentId", "string", "Rekvirent (HPR-nummer)"),
    Element("NavnRekvirent", "string", "Rekvirent"),
    Element("Nr", "string", "Varenummer", "0..1"),
    Element("NavnFormStyrke", "string", "Navn, form og styrke", "0..1"),
    Element("EndretFarmasoyt", "CS", "Endret av farmasøyt"),
    Element("RefHjemmel", "CV", "Hjemmel", "0..1"),
    Element("ReseptId", "string", "Resept-id"),
    Element("Status", "CS", "Status"),
    Element("MerknadTilbakekalling", "string", "Merknad ved tilbakekalling", "0..1"),
    Element("NavnUtleverer", "string", "Utleverer", "0..1"),
    Element("RefNr", "string", "Referansenummer", "0..1"),
    Element("ProdGruppe", "CV", "Produktgruppe", "0..1"),
    Element("Ident", fk1.IDENT, "Id", "0..1"),
    Element("StatusSoknadSlv", "CS", "Søknad til Legemiddelverket", "0..1"),
    Element("LegemiddelblandingNavn", "string", "Legemiddelblanding", "0..1"),
    Element("MetodeEkspedering", "CS", "Ekspedering", "0..1"),
    Element("Vergeinnsynsreservasjon", "boolean", "Reservert mot innsyn for foresatte"),
    Element("SisteUtlevering", "date", "Sist utlevert", "0..1"),
    Element("Bruksomrade", "string", "Brukes mot", "0..1"),
    Element("Antall", "decimal", "Antall", "0..1"),
    Element("Pakningsstr", "string", "Pakningsstørrelse", "0..1"),
    Element("EnhetPakning", "CV", "Enhet", "0..1"),
    Element("Mengde", "PQ", "Mengde", "0..1"),
    Element("Reiterasjon", "int", "Reiterasjoner", "0..1"),
    Element("TidligsteUtlevering", "date", "Tidligst utlevert", "0..1"),
    together=(("Pakningsstr", "EnhetPakning"),),
)
_ASKED = (
    Element("InklReseptinfo", "boolean", "Med resepter", "0..1"),
    Element("AnstattId", "string", "Ansatt-id", "0..1"),
)
QUESTION_2018 = declare(
    "M911",
    M911_2018,
    Element("Fnr", "string", "Fødselsnummer"),
    *_ASKED,
    Element("Komprimering", "int", "Komprimert svar"),
)
QUESTION_2014 = declare(
    "M911",
    M911_2014,
    Element("Fnr", "string", "Fødselsnummer"),
    Element("Samtykke", "CS", "Samtykke", "0..1"),
    *_ASKED,
)
_LISTS = (SHARED_LIST, PHARMACY_LIST, PACKED_LIST)
_FOUND = (
    # The schema gives it no words; read as the M25.1 that stands (docs/adr/0216).
    Element("RefMsgId", "string", "Melding lista kom med", "0..1"),
    multidose.DOCTOR_HELD,
    multidose.PHARMACY_HELD,
    Element("Reseptinfo", PRESCRIPTION, "Resept", "0..*", namespace=M92),
    # Three at most.
    Element("VarerIBrukB64", "base64Binary", "Legemiddelliste", "0..*", holds=_LISTS),
)
ANSWER_2018 = declare(
    "M912",
    M912_2018,
    Element(
        "Pasient",
        declare(
            "Pasient",
            M912_2018,
            Element("Fnr", "string", "Fødselsnummer"),
            Element("AndreFnr", "string", "Andre fødselsnumre", "0..*"),
            *_FOUND,
        ),
        "Pasient",
    ),
)
ANSWER_2014 = declare(
    "M912",
    M912_2014,
    Element(
        "Multidosepasient",
        declare("Multidosepasient", M912_2014, Element("Fnr", "string", "Fødselsnummer"), *_FOUND),
        "Pasient",
    ),
)
