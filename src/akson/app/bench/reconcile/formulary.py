"""The generator's own medicines, apart from the engine's table: what they are called, made as, and how they are taken."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Medicine:
    """`strengths` in milligrams, or in units for insulin, the usual one first. `usual` is one dose a day: pieces by slot."""

    substance: str
    atc: str
    brands: tuple[str, ...]
    strengths: tuple[float, ...]
    usual: tuple[float, float, float, float]
    form: str = "tablett"
    route: str = "oral"
    unit: str = "mg"

    @property
    def class_(self) -> str:
        return self.atc[:5]


def _m(line: str) -> Medicine:
    substance, atc, brands, strengths, usual, *more = (part.strip() for part in line.split(";"))
    slots = tuple(float(s) for s in usual.split("+"))
    return Medicine(
        substance,
        atc,
        tuple(brands.split("|")),
        tuple(float(s) for s in strengths.split("|")),
        (slots[0], slots[1], slots[2], slots[3]),
        *more,
    )


PLAIN = tuple(
    _m(line)
    for line in """
omeprazol;A02BC01;Losec;20|40;1+0+0+0;enterokapsel
metformin;A10BA02;Glucophage|Metformin Orifarm;500|1000;1+0+1+0
linagliptin;A10BH05;Trajenta;5;1+0+0+0
empagliflozin;A10BK03;Jardiance;10|25;1+0+0+0
apiksaban;B01AF02;Eliquis|Apixaban Teva;2.5|5;1+0+1+0
warfarin;B01AA03;Marevan;2.5;1+0+0+0
folsyre;B03BB01;Folsyre NAF;1|5;1+0+0+0
digoksin;C01AA05;Lanoxin|Digoxin;0.0625|0.25;1+0+0+0
furosemid;C03CA01;Furix|Diural;20|40;1+0+0+0
spironolakton;C03DA01;Aldactone|Spirix;25|50;1+0+0+0
bisoprolol;C07AB07;Emconcor;2.5|5|10;1+0+0+0
amlodipin;C08CA01;Norvasc|Amlodipin Sandoz;5|10;1+0+0+0
ramipril;C09AA05;Triatec;2.5|5|10;1+0+0+0
simvastatin;C10AA01;Zocor;20|40;0+0+1+0
ezetimib;C10AX09;Ezetrol;10;1+0+0+0
tamsulosin;G04CA02;Omnic|Tamsulosin Sandoz;0.4;1+0+0+0;depotkapsel
solifenacin;G04BD08;Vesicare;5|10;1+0+0+0
prednisolon;H02AB06;Prednisolon;2.5|5|20;1+0+0+0
levotyroksin;H03AA01;Levaxin|Euthyrox;0.05|0.1;1+0+0+0
allopurinol;M04AA01;Allopur|Zyloric;100|300;1+0+0+0
gabapentin;N03AX12;Neurontin|Gabapentin Orion;300|600;1+1+1+0;kapsel
levetiracetam;N03AX14;Keppra;250|500;1+0+1+0
lamotrigin;N03AX09;Lamictal;25|100;1+0+1+0
levodopa/karbidopa;N04BA02;Sinemet;100;1+1+1+0
kvetiapin;N05AH04;Seroquel;25|100;0+0+0+1
zopiklon;N05CF01;Imovane|Zopitin;5|7.5;0+0+0+1
sertralin;N06AB06;Zoloft;50|100;1+0+0+0
mirtazapin;N06AX11;Remeron;15|30;0+0+0+1
donepezil;N06DA02;Aricept|Donepezil Accord;5|10;0+0+0+1
memantin;N06DX01;Ebixa;10|20;1+0+0+0
cetirizin;R06AE07;Zyrtec|Cetirizin Sandoz;10;1+0+0+0
metenamin;J01XX05;Hiprex;1000;1+0+1+0
kaliumklorid;A12BA01;Kaleorid;750;1+0+1+0;depottablett
losartan;C09CA01;Cozaar|Losartan Krka;50|100;1+0+0+0
memantin;N06DX01;Ebixa;10|20;1+0+0+0
isosorbidmononitrat;C01DA14;Imdur|Ismo;30|60;1+0+0+0;depottablett
sotalol;C07AA07;Sotalol;80;1+0+1+0
escitalopram;N06AB10;Cipralex|Escitalopram Teva;5|10|20;1+0+0+0
pantoprazol;A02BC02;Somac;20|40;1+0+0+0;enterotablett
""".strip().splitlines()
)
NEEDED = tuple(
    _m(line)
    for line in """
paracetamol;N02BE01;Paracet|Panodil|Pinex;500|1000;2+0+0+0
oksazepam;N05BA04;Sobril|Alopam;10|15|25;1+0+0+0
metoklopramid;A03FA01;Afipran;10;1+0+0+0
ibuprofen;M01AE01;Ibux|Ibumetin;200|400;1+0+0+0
tramadol;N02AX02;Nobligan;50;1+0+0+0;kapsel
hydroksyzin;N05BB01;Atarax;10|25;1+0+0+0
""".strip().splitlines()
)
WEEKLY = tuple(
    _m(line)
    for line in """
alendronat;M05BA04;Fosamax|Alendronat Bluefish;70;1+0+0+0
metotreksat;L04AX03;Methotrexate;2.5;4+0+0+0
""".strip().splitlines()
)
PATCHES = tuple(
    _m(line)
    for line in """
fentanyl;N02AB03;Durogesic;12|25|50;1+0+0+0;depotplaster;transdermal;mikrog/time
buprenorfin;N02AE01;Norspan;5|10|20;1+0+0+0;depotplaster;transdermal;mikrog/time
""".strip().splitlines()
)
COURSES = tuple(
    _m(line)
    for line in """
fenoksymetylpenicillin;J01CE02;Apocillin|Kåvepenin;660;1+1+1+1
pivmecillinam;J01CA08;Selexid;200|400;1+1+1+0
doksysyklin;J01AA02;Doxylin;100;1+0+0+0;kapsel
trimetoprim;J01EA01;Trimetoprim;160;1+0+1+0
ciprofloksacin;J01MA02;Ciproxin;500;1+0+1+0
""".strip().splitlines()
)
# substance -> (plain form, other form, its own name for the other)
FORMS = (
    (_m("metoprolol;C07AB02;Metoprolol Sandoz;50|100;1+0+0+0"), "tablett", "depottablett"),
    (_m("verapamil;C08DA01;Isoptin;80|120;1+0+1+0"), "tablett", "depottablett"),
    (_m("karbamazepin;N03AF01;Tegretol;200;1+0+1+0"), "tablett", "depottablett"),
    (_m("venlafaksin;N06AX16;Venlafaxin;75;1+0+0+0"), "tablett", "depotkapsel, hard"),
    (_m("paracetamol;N02BE01;Paracet;500;2+0+2+0"), "tablett", "mikstur"),
    (_m("betametason;D07AC01;Betnovat;1;1+0+1+0"), "krem", "salve"),
)
ROUTES = (
    (_m("paracetamol;N02BE01;Paracet;500;2+0+2+0"), ("tablett", "oral"), ("stikkpille", "rektal")),
    (_m("morfin;N02AA01;Morfin;10;1+0+1+0"), ("tablett", "oral"), ("injeksjonsvæske", "subkutan")),
    (_m("metoklopramid;A03FA01;Afipran;10;1+1+1+0"), ("tablett", "oral"), ("stikkpille", "rektal")),
    (_m("sumatriptan;N02CC01;Imigran;20;1+0+0+0"), ("tablett", "oral"), ("nesespray", "nasal")),
)
EYES = (
    _m("latanoprost;S01EE01;Xalatan;50;0+0+1+0;øyedråper;øye;mikrog/ml"),
    _m("karbomer;S01XA20;Viscotears;2;1+1+1+0;øyegel;øye;mg/g"),
)
INSULINS = (
    _m("insulin aspart;A10AB05;NovoRapid;100;6+6+6+0;injeksjonsvæske;subkutan;E/ml"),
    _m("insulin glargin;A10AE04;Lantus;100;0+0+20+0;injeksjonsvæske;subkutan;E/ml"),
)
# Two of one class: what is taken, what comes beside it.
CLASSES = (
    (PLAIN[0], _m("esomeprazol;A02BC05;Nexium;20;1+0+0+0;enterotablett")),
    (_m("simvastatin;C10AA01;Zocor;20;0+0+1+0"), _m("atorvastatin;C10AA05;Lipitor;20;0+0+1+0")),
    (_m("ibuprofen;M01AE01;Ibux;400;1+1+1+0"), _m("diklofenak;M01AB05;Voltaren;50;1+0+1+0")),
    (_m("ramipril;C09AA05;Triatec;5;1+0+0+0"), _m("kandesartan;C09CA06;Atacand;8;1+0+0+0")),
    (_m("furosemid;C03CA01;Furix;40;1+0+0+0"), _m("bumetanid;C03CA02;Burinex;1;1+0+0+0")),
    (_m("zopiklon;N05CF01;Imovane;5;0+0+0+1"), _m("zolpidem;N05CF02;Stilnoct;10;0+0+0+1")),
    (_m("sertralin;N06AB06;Zoloft;50;1+0+0+0"), _m("citalopram;N06AB04;Cipramil;20;1+0+0+0")),
)
# combination, its components in the order of its strengths, and those.
COMBINATIONS = (
    (
        "Cozaar Comp",
        "losartan/hydroklortiazid",
        "C09DA01",
        (("losartan", "C09CA01", 50.0), ("hydroklortiazid", "C03AA03", 12.5)),
    ),
    (
        "Exforge",
        "amlodipin/valsartan",
        "C09DB01",
        (("amlodipin", "C08CA01", 5.0), ("valsartan", "C09CA03", 160.0)),
    ),
    (
        "Inegy",
        "ezetimib/simvastatin",
        "C10BA02",
        (("ezetimib", "C10AX09", 10.0), ("simvastatin", "C10AA01", 20.0)),
    ),
    (
        "Janumet",
        "sitagliptin/metformin",
        "A10BD07",
        (("sitagliptin", "A10BH01", 50.0), ("metformin", "A10BA02", 1000.0)),
    ),
)
LOOK_ALIKES = (
    (_m("sertralin;N06AB06;Sertralin;50;1+0+0+0"), _m("cetirizin;R06AE07;Cetirizin;10;1+0+0+0")),
    (_m("omeprazol;A02BC01;Losec;20;1+0+0+0"), _m("furosemid;C03CA01;Lasix;20;1+0+0+0")),
    (_m("olanzapin;N05AH03;Zyprexa;5;0+0+0+1"), _m("cetirizin;R06AE07;Zyrtec;10;0+0+0+1")),
    (
        _m("karbamazepin;N03AF01;Karbamazepin;200;1+0+1+0"),
        _m("okskarbazepin;N03AF02;Okskarbazepin;300;1+0+1+0"),
    ),
    (_m("hydralazin;C02DB02;Hydralazin;25;1+0+1+0"), _m("hydroksyzin;N05BB01;Hydroksyzin;25;1+0+1+0")),
    (_m("prednison;H02AB07;Prednison;5;1+0+0+0"), _m("prednisolon;H02AB06;Prednisolon;5;1+0+0+0")),
    (_m("citalopram;N06AB04;Citalopram;20;1+0+0+0"), _m("escitalopram;N06AB10;Escitalopram;10;1+0+0+0")),
)
