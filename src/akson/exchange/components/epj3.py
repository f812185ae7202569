"""Medication: namespace epj3.

Source: EPJ components 2008-02-20, HIS 80704 chapter 4.5 and 11.
"""

from akson.exchange.components import fk1
from akson.exchange.components.epj_meta import component
from akson.exchange.schema import Element, alternatives, declare

NAMESPACE = "http://www.kith.no/xmlstds/epj/epj3/2008-02-20"

DRUG = declare(
    "Forskrivningsinfo",
    NAMESPACE,
    Element("BruksomradeTekst", "string", "Brukes mot", "0..1"),
    Element("DosVeiledEnkel", "string", "Dosering", "0..1"),
    Element("Nr", "string", "Varenummer", "0..1"),
    Element("Navn", "string", "Navn"),
    Element("GeneriskNavn", "string", "Generisk navn", "0..1"),
    Element("Atc", "CS", "ATC-kode", "0..1", codes=7180),
    Element("Legemiddelform", "CS", "Legemiddelform", "0..1", codes=7448),
    Element("Styrke", "PQ", "Styrke", "0..1"),
    Element("Bruk", "CS", "Bruk", "0..1", codes=9101),
    Element("DoseringStarttidspunkt", "TS", "Dosering fra", "0..1"),
    Element("DoseringSluttidspunkt", "TS", "Dosering til", "0..1"),
    Element(
        "SkalIkkeTasSammenMedAnnetLegemiddel", "boolean", "Skal ikke tas sammen med annet legemiddel", "0..1"
    ),
)
PRESCRIPTION = declare(
    "ForenkletForskrivning",
    NAMESPACE,
    Element("StatusTilForskrivningen", "CS", "Status", "0..1", codes=9104),
    Element("InngaarIMultidose", "CS", "Multidose", "0..1", codes=9103),
    Element("ReseptId", "string", "Resept-id", "0..1"),
    Element("Merknad", "string", "Merknad", "0..1"),
    Element("Forskriver", fk1.PROFESSIONAL, "Forskriver", "0..1"),
    Element("Forskrivningsinfo", DRUG, "Legemiddel"),
)
MEDICATION = declare(
    "Legemiddelinfo",
    NAMESPACE,
    Element("ForenkletForskrivning", PRESCRIPTION, "Forskrivning"),
    attributes=component("EPJ dokument", "13.10301.0"),
)
DRUG_GIVEN = declare("AdministrertLegemiddel", NAMESPACE, Element("Kvantum", "string", "Kvantum", "0..1"))
GIVEN_BY_STAFF = declare(
    "AdmAvHelsepersonell",
    NAMESPACE,
    Element("AdmEnkeltdose", "PQ", "Enkeltdose", "0..1"),
    Element("AdmStart", "TS", "Start"),
    Element("AdmSlutt", "TS", "Slutt", "0..1"),
    Element("AdministrertAv", fk1.PROFESSIONAL, "Gitt av", "0..1"),
    Element("AdmStatus", "CS", "Status", "0..1", codes=9083),
    Element("AdministrertLegemiddel", DRUG_GIVEN, "Gitt legemiddel", "0..1"),
    Element("Forskrivningsinfo", DRUG, "Legemiddel", "0..1"),
)
DRUG_HANDED_OUT = declare(
    "UtlevertLegemiddel", NAMESPACE, Element("AntEnkeltdoser", "integer", "Antall enkeltdoser")
)
TAKEN_BY_PATIENT = declare(
    "Egenadministrering",
    NAMESPACE,
    Element("AdmEnkeltdose", "PQ", "Enkeltdose", "0..1"),
    Element("AdmStart", "TS", "Start"),
    Element("AdmSlutt", "TS", "Slutt", "0..1"),
    Element("AdministrertAv", fk1.PROFESSIONAL, "Gitt av", "0..1"),
    Element("UtlevertLegemiddel", DRUG_HANDED_OUT, "Utlevert legemiddel", "1..*"),
    Element("Forskrivningsinfo", DRUG, "Legemiddel", "0..1"),
)
GIVEN_AT_TRANSFER = declare(
    "LegemidlerAdministrertVedOverforing",
    NAMESPACE,
    alternatives(
        Element("AdmAvHelsepersonell", GIVEN_BY_STAFF, "Gitt av helsepersonell", "1..*"),
        Element("Egenadministrering", TAKEN_BY_PATIENT, "Tatt av pasienten selv", "1..*"),
        mixed=True,
    ),
    attributes=component("EPJ dokument", "13.10302.0"),
)
MEDICATIONS = declare(
    "Legemidler",
    NAMESPACE,
    Element("Legemiddelinfo", MEDICATION, "Legemiddel", "0..*"),
    Element(
        "LegemidlerAdministrertVedOverforing", GIVEN_AT_TRANSFER, "Legemidler gitt ved overføring", "0..*"
    ),
    attributes=component("EPJ sak", "14.50302.0"),
)
