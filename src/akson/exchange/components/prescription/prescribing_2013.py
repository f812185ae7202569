"""What is prescribed and how it is taken: namespace forskrivning, 2013-10-08.

Source: eResept 2.5, Forskrivning.
"""

from akson.exchange.schema import Element, alternatives, declare

NAMESPACE = "http://www.kith.no/xmlstds/eresept/forskrivning/2013-10-08"

ADMINISTRERING_FORSKRIVNING = declare(
    "AdministreringForskrivning",
    NAMESPACE,
    Element("AdmVed", "CS", "Administreres av"),
    Element("AdmMate", "CS", "Måte"),
    Element("AdmEtterSkjema", "boolean", "Etter skjema", "0..1"),
    Element("AdmSkjema", "string", "Skjema", "0..1"),
)
DOSERINGSREGEL = declare(
    "Doseringsregel",
    NAMESPACE,
    Element("DoseresEtter", "CS", "Doseres etter"),
    Element("Merknad", "string", "Merknad", "0..1"),
)
INFUSJONSHASTIGHET = declare(
    "Infusjonshastighet", NAMESPACE, Element("Volum", "PQ", "Volum"), Element("Tidsenhet", "CS", "Tidsenhet")
)
FAST_DOSE = declare(
    "FastDose",
    NAMESPACE,
    Element("FasteUkedager", "CS", "Faste ukedager", "0..*"),
    Element("DagerPa", "int", "Dager på", "0..1"),
    Element("DagerAv", "int", "Dager av", "0..1"),
)
DOSE_FAST_TIDSPUNKT = declare(
    "DoseFastTidspunkt",
    NAMESPACE,
    Element("Mengde", "PQ", "Mengde"),
    Element("Intervall", "PQ", "Intervall", "0..1"),
    Element("Infusjonshastighet", INFUSJONSHASTIGHET, "Infusjonshastighet", "0..1"),
    Element("Klokkeslett", "time", "Klokkeslett", "0..1"),
    Element("Tidsomrade", "CS", "Tid på dagen", "0..1"),
    Element("GisEksakt", "boolean", "Gis nøyaktig da"),
    Element("FastDose", FAST_DOSE, "Faste dager", "0..1"),
)
DOSE_ETTER_BEHOV = declare(
    "DoseEtterBehov",
    NAMESPACE,
    Element("Mengde", "PQ", "Mengde"),
    Element("Intervall", "PQ", "Intervall", "0..1"),
    Element("Infusjonshastighet", INFUSJONSHASTIGHET, "Infusjonshastighet", "0..1"),
    Element("DoseDognMaks", "PQ", "Høyeste døgndose"),
    Element("DoseTidsromMaks", "PQ", "Høyeste dose i tidsrommet"),
    Element("Tidsrom", "PQ", "Tidsrom"),
    Element("DoseIntervallMin", "PQ", "Minste tid mellom doser"),
)
DOSERING = declare(
    "Dosering",
    NAMESPACE,
    Element("Starttidspunkt", "TS", "Fra", "0..1"),
    Element("Sluttidspunkt", "TS", "Til", "0..1"),
    Element("Doseringsregel", DOSERINGSREGEL, "Doseringsregel", "0..1"),
    alternatives(
        Element("DoseFastTidspunkt", DOSE_FAST_TIDSPUNKT, "Fast dose", "1..*"),
        Element("DoseEtterBehov", DOSE_ETTER_BEHOV, "Dose ved behov", "1..*"),
    ),
)
REFUSJON = declare(
    "Refusjon",
    NAMESPACE,
    Element("RefRefusjonsgruppe", "IDREF", "Refusjonsgruppe", "1..*"),
    Element("GyldigFraDato", "date", "Gyldig fra"),
    Element("ForskrivesTilDato", "date", "Kan forskrives til", "0..1"),
    Element("UtleveresTilDato", "date", "Kan utleveres til", "0..1"),
)
PAKNING_BYTTEGRUPPE = declare(
    "PakningByttegruppe",
    NAMESPACE,
    Element("RefByttegruppe", "IDREF", "Byttegruppe"),
    Element("GyldigFraDato", "date", "Gyldig fra", "0..1"),
    Element("GyldigTilDato", "date", "Gyldig til", "0..1"),
)
ADMINISTRERING_LEGEMIDDEL = declare(
    "AdministreringLegemiddel",
    NAMESPACE,
    Element("Blandingsveske", "boolean", "Blandingsvæske", "0..1"),
    Element("RefBlandingsveske", "IDREF", "Blandingsvæske", "0..*"),
    Element("Administrasjonsvei", "CV", "Administrasjonsvei", "1..*"),
    Element("KanKnuses", "CS", "Kan knuses", "0..1"),
    Element("KanApnes", "CS", "Kan åpnes", "0..1"),
    Element("Bolus", "CS", "Bolus", "0..1"),
    Element("InjeksjonshastighetBolus", "CS", "Injeksjonshastighet, bolus", "0..1"),
    Element("Deling", "CS", "Deling", "0..1"),
    Element("EnhetDosering", "CV", "Doseringsenhet", "0..*"),
    Element("Kortdose", "CV", "Kortdose", "0..*"),
    Element("ForhandsregelInntak", "CV", "Regel for inntak", "0..*"),
    Element("BruksomradeEtikett", "CV", "Bruksområde på etikett", "0..*"),
    Element("DosEnhetForordning", "CV", "Enhet for forordning", "0..1"),
)
SORTERT_VIRKESTOFF_MED_STYRKE = declare(
    "SortertVirkestoffMedStyrke",
    NAMESPACE,
    Element("Sortering", "int", "Rekkefølge"),
    Element("RefVirkestoffMedStyrke", "IDREF", "Virkestoff med styrke"),
)
PRODUKT_INFO = declare(
    "ProduktInfo",
    NAMESPACE,
    Element("Varseltrekant", "boolean", "Varseltrekant", "0..1"),
    Element("Referanseprodukt", "string", "Referanseprodukt", "0..1"),
    Element("Vaksinestandard", "CV", "Vaksinestandard", "0..1"),
    Element("Produsent", "string", "Produsent", "0..1"),
)
RESEPTGYLDIGHET = declare(
    "Reseptgyldighet",
    NAMESPACE,
    Element("Kjonn", "CS", "Kjønn", "0..1"),
    Element("Varighet", "duration", "Varighet"),
)
HJELPESTOFF = declare("Hjelpestoff", NAMESPACE, Element("Navn", "string", "Navn"))
LENKE = declare(
    "Lenke",
    NAMESPACE,
    Element("Beskrivelse", "string", "Beskrivelse", "0..1"),
    Element("Www", "URL", "Lenke"),
)
PREPARATOMTALEAVSNITT = declare(
    "Preparatomtaleavsnitt",
    NAMESPACE,
    Element("Avsnittoverskrift", "CS", "Overskrift"),
    Element("Lenke", LENKE, "Lenke"),
)
# What every kind of medicine tells (typeLegemiddel).
_MEDICINE = (
    Element("Atc", "CV", "ATC-kode", "0..1"),
    Element("NavnFormStyrke", "string", "Navn, form og styrke"),
    Element("Reseptgruppe", "CS", "Reseptgruppe"),
    Element("LegemiddelformKort", "CV", "Legemiddelform", "0..1"),
    Element("RefVilkar", "IDREF", "Vilkår", "0..*"),
    Element("Preparattype", "CS", "Preparattype", "0..1"),
    Element("TypeSoknadSlv", "CS", "Søknad til Legemiddelverket", "0..1"),
    Element("Opioidsoknad", "boolean", "Opioidsøknad", "0..1"),
    Element("Refusjon", REFUSJON, "Refusjon", "0..*"),
    Element("PakningByttegruppe", PAKNING_BYTTEGRUPPE, "Byttegruppe", "0..1"),
    Element("AdministreringLegemiddel", ADMINISTRERING_LEGEMIDDEL, "Administrering av legemidlet", "0..1"),
)
LEGEMIDDEL_MERKEVARE = declare(
    "LegemiddelMerkevare",
    NAMESPACE,
    *_MEDICINE,
    Element("Id", "ID", "Id", "0..1"),
    Element("Varenavn", "string", "Varenavn"),
    Element("LegemiddelformLang", "string", "Legemiddelform", "0..1"),
    Element("SortertVirkestoffMedStyrke", SORTERT_VIRKESTOFF_MED_STYRKE, "Virkestoff med styrke", "0..*"),
    Element("Smak", "CS", "Smak", "0..1"),
    Element("Refvirkestoff", "IDREF", "Virkestoff", "0..*"),
    Element("ProduktInfo", PRODUKT_INFO, "Produkt", "0..1"),
    Element("Reseptgyldighet", RESEPTGYLDIGHET, "Gyldighet av resept", "0..*"),
    Element("Hjelpestoff", HJELPESTOFF, "Hjelpestoff", "0..*"),
    Element("Preparatomtaleavsnitt", PREPARATOMTALEAVSNITT, "Preparatomtale", "0..*"),
)
PAKNINGSKOMPONENT = declare(
    "Pakningskomponent",
    NAMESPACE,
    Element("Pakningstype", "CV", "Pakningstype"),
    Element("Mengde", "PQ", "Mengde"),
    Element("Antall", "int", "Antall", "0..1"),
)
PAKNINGSINFO = declare(
    "Pakningsinfo",
    NAMESPACE,
    Element("RefLegemiddelMerkevare", "IDREF", "Merkevare"),
    Element("Pakningsstr", "string", "Pakningsstørrelse"),
    Element("EnhetPakning", "CV", "Enhet"),
    Element("Pakningstype", "CV", "Pakningstype"),
    Element("Multippel", "int", "Multippel", "0..1"),
    Element("Antall", "int", "Antall", "0..1"),
    Element("Mengde", "decimal", "Mengde"),
    Element("Sortering", "int", "Rekkefølge", "0..1"),
    Element("DDD", "PQ", "DDD", "0..1"),
    Element("Statistikkfaktor", "decimal", "Statistikkfaktor", "0..1"),
    Element("Pakningskomponent", PAKNINGSKOMPONENT, "Del av pakning", "0..*"),
)
PAKNINGSINFO_RESEPT = declare(
    "PakningsinfoResept",
    NAMESPACE,
    Element("Varenavn", "string", "Varenavn"),
    Element("Pakningsstr", "string", "Pakningsstørrelse"),
    Element("EnhetPakning", "CV", "Enhet"),
)
PRIS_VARE = declare(
    "PrisVare",
    NAMESPACE,
    Element("Type", "CV", "Type"),
    Element("Pris", "MO", "Pris"),
    Element("GyldigFraDato", "date", "Gyldig fra", "0..1"),
    Element("GyldigTilDato", "date", "Gyldig til", "0..1"),
)
MARKEDSFORINGSINFO = declare(
    "Markedsforingsinfo",
    NAMESPACE,
    Element("VarenrUtgaende", "string", "Utgående varenummer", "0..1"),
    Element("Markedsforingsdato", "date", "Markedsført fra", "0..1"),
    Element("AvregDato", "date", "Avregistrert", "0..1"),
    Element("MidlUtgattDato", "date", "Midlertidig utgått", "0..1"),
)
LEGEMIDDELPAKNING = declare(
    "Legemiddelpakning",
    NAMESPACE,
    *_MEDICINE,
    Element("Id", "ID", "Id", "0..1"),
    Element("Varenr", "string", "Varenummer"),
    Element("Ean", "string", "Strekkode", "0..1"),
    Element("IkkeKonservering", "boolean", "Uten konserveringsmiddel", "0..1"),
    Element("Oppbevaring", "CS", "Oppbevaring", "0..1"),
    Element("Pakningsinfo", PAKNINGSINFO, "Pakning", "0..*"),
    Element("PakningsinfoResept", PAKNINGSINFO_RESEPT, "Pakning", "0..*"),
    Element("PrisVare", PRIS_VARE, "Pris", "0..*"),
    Element("Markedsforingsinfo", MARKEDSFORINGSINFO, "Markedsføring", "0..1"),
    Element("Preparatomtaleavsnitt", PREPARATOMTALEAVSNITT, "Preparatomtale", "0..*"),
)
LEGEMIDDEL_VIRKESTOFF = declare(
    "LegemiddelVirkestoff",
    NAMESPACE,
    *_MEDICINE,
    Element("Id", "ID", "Id"),
    Element("SortertVirkestoffMedStyrke", SORTERT_VIRKESTOFF_MED_STYRKE, "Virkestoff med styrke", "0..*"),
)
UTBLANDING = declare("Utblanding", NAMESPACE, Element("Adqs", "CS", "Ad/qs"))
MENGDE_BESTANDDEL = declare("MengdeBestanddel", NAMESPACE, Element("Mengde", "PQ", "Mengde"))
BESTANDDEL_LEGEMIDDEL = declare(
    "BestanddelLegemiddel",
    NAMESPACE,
    alternatives(
        Element("LegemiddelMerkevare", LEGEMIDDEL_MERKEVARE, "Legemiddel (merkevare)"),
        Element("Legemiddelpakning", LEGEMIDDELPAKNING, "Legemiddel (pakning)"),
        Element("LegemiddelVirkestoff", LEGEMIDDEL_VIRKESTOFF, "Legemiddel (virkestoff)"),
    ),
    alternatives(
        Element("Utblanding", UTBLANDING, "Utblanding"),
        Element("MengdeBestanddel", MENGDE_BESTANDDEL, "Mengde"),
    ),
)
STYRKE = declare(
    "Styrke", NAMESPACE, Element("Teller", "PQ", "Mengde"), Element("Nevner", "PQ", "Per", "0..1")
)
BESTANDDEL_ANNET = declare(
    "BestanddelAnnet",
    NAMESPACE,
    Element("NavnFormStyrke", "string", "Navn, form og styrke"),
    alternatives(
        Element("Utblanding", UTBLANDING, "Utblanding"),
        Element("MengdeBestanddel", MENGDE_BESTANDDEL, "Mengde"),
        Element("Styrke", STYRKE, "Styrke"),
    ),
)
VIRKESTOFF = declare(
    "Virkestoff",
    NAMESPACE,
    Element("Id", "ID", "Id"),
    Element("Navn", "string", "Navn"),
    Element("RefVirkestoff", "IDREF", "Virkestoff", "0..*"),
)
BESTANDDEL_VIRKESTOFF = declare(
    "BestanddelVirkestoff",
    NAMESPACE,
    Element("Virkestoff", VIRKESTOFF, "Virkestoff"),
    alternatives(
        Element("Styrke", STYRKE, "Styrke"), Element("MengdeBestanddel", MENGDE_BESTANDDEL, "Mengde")
    ),
)
LEGEMIDDELBLANDING = declare(
    "Legemiddelblanding",
    NAMESPACE,
    Element("Navn", "string", "Navn"),
    Element("TilbOppl", "string", "Opplysninger om tilberedning"),
    Element("Mengde", "PQ", "Mengde"),
    Element("Legemiddelform", "CV", "Legemiddelform"),
    Element("BestanddelLegemiddel", BESTANDDEL_LEGEMIDDEL, "Bestanddel (legemiddel)", "0..*"),
    Element("BestanddelAnnet", BESTANDDEL_ANNET, "Bestanddel (annet)", "0..*"),
    Element("BestanddelVirkestoff", BESTANDDEL_VIRKESTOFF, "Bestanddel (virkestoff)", "0..*"),
)
LEGEMIDDELDOSE = declare(
    "Legemiddeldose",
    NAMESPACE,
    *_MEDICINE,
    Element("Id", "ID", "Id"),
    Element("LmrLopenr", "string", "LMR-løpenummer", "0..1"),
    Element("Mengde", "PQ", "Mengde"),
    Element("Pakningstype", "CV", "Pakningstype", "0..1"),
    Element("RefLegemiddelMerkevare", "IDREF", "Merkevare"),
    Element("RefPakning", "IDREF", "Pakning", "1..*"),
    Element("Pakningskomponent", PAKNINGSKOMPONENT, "Del av pakning", "0..*"),
)
FORSKRIVNING = declare(
    "Forskrivning",
    NAMESPACE,
    Element("Bruksomrade", "string", "Bruksområde", "0..1"),
    Element("DosVeiledEnkel", "string", "Dosering", "0..1"),
    Element("IngenKombinasjon", "boolean", "Skal ikke kombineres med annet", "0..1"),
    Element("Bruk", "CS", "Bruk", "0..1"),
    Element("Kortdose", "CV", "Kortdose", "0..1"),
    Element("AdministreringForskrivning", ADMINISTRERING_FORSKRIVNING, "Administrering", "0..1"),
    Element("Dosering", DOSERING, "Dosering", "0..*"),
    alternatives(
        Element("LegemiddelMerkevare", LEGEMIDDEL_MERKEVARE, "Legemiddel (merkevare)"),
        Element("Legemiddelpakning", LEGEMIDDELPAKNING, "Legemiddel (pakning)"),
        Element("LegemiddelVirkestoff", LEGEMIDDEL_VIRKESTOFF, "Legemiddel (virkestoff)"),
        Element("Legemiddelblanding", LEGEMIDDELBLANDING, "Legemiddelblanding"),
        Element("Legemiddeldose", LEGEMIDDELDOSE, "Legemiddel (dose)"),
    ),
)
