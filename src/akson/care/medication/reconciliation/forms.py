"""Forms, routes and sides: what a word of form or route leaves possible. An empty set is "not said"."""

import re
from dataclasses import dataclass, field

from akson.care.medication.reconciliation.text import fold

ORAL, RECTAL, INJECTION, NASAL, PATCH = "oral", "rectal", "injection", "nasal", "patch"
SKIN, EYE, EAR, INHALED, VAGINAL, TONGUE = "skin", "eye", "ear", "inhaled", "vaginal", "tongue"
LOCAL = frozenset({NASAL, SKIN, EYE, EAR, INHALED, VAGINAL})

# (pattern, routes, kinds): the first that fits says both.
_FORMS = (
    (r"øre-? ?/ ?øye|øye-? ?/ ?øre|øye-? og øre|øre-? og øye", "eye ear", "drops"),
    (r"øye-?dr|øye-? ?dråpe|eye ?drop|øyedusj", "eye", "drops"),
    (r"øye-?salve|øye-?gel|øye-?krem", "eye", "eye-ointment"),
    (r"øre-?dr|øre-?dråpe", "ear", "drops"),
    (r"nese-?spray|nasal|nese-?dr|nesegel", "nasal", "nasal"),
    (
        r"neb[ui]l|forst[øo]ver|inh\w*v(?:æ|e)ske|inh\w*oppl|respules",
        "inhaled",
        "nebuliser",
    ),
    (r"aerosol|inh\w*spray|evohaler|spray til inh|dosespray", "inhaled", "aerosol"),
    (
        r"inh\w*pulv|inh\w* pulv|turbuhaler|diskus|easyhaler|handihaler|ellipta|novolizer|inh\w*kaps"
        r"|pulver til inh",
        "inhaled",
        "inhaled-powder",
    ),
    (r"inhal|\binh\b", "inhaled", ""),
    (r"vagital|vaginal ?(?:tabl|kaps)|vagitori", "vaginal", "vaginal-solid"),
    (r"vaginal ?(?:krem|gel)|vag\.? ?krem", "vaginal", "cream"),
    (r"vaginal ?ring|vaginal ?innlegg", "vaginal", "ring"),
    (r"vaginal", "vaginal", ""),
    (r"stikkp|suppos|\bsupp\b", "rectal", "suppository"),
    (r"klyst|klysma|rektal ?(?:væske|oppl|skum|gel)", "rectal", "enema"),
    (r"rektal ?(?:salve|krem)", "rectal", "rectal-ointment"),
    (r"plast|transdermal|patch", "patch", "patch"),
    (r"depot ?-?inj|inj\w* ?depot|dekanoat", "injection", "injection"),
    (
        r"inj|infus|hetteglass|ampull|sprøyte|\bpenn\b|ferdigfylt|\bpen\b|flexpen|kwikpen|solostar|penfill|sylinderamp",
        "injection",
        "injection",
    ),
    (r"subling|under tung|sugetabl|resoribl|buccal|bukkal|munnhule|munnspray", "oral tongue", "solid"),
    (
        r"(?:depot|retard|modifisert|\bmodif|forlenget|\b(?:er|xr|cr|sr|xl|mr)\b|prolong|langtids|slow ?release"
        r"|kontrollert frisetting)",
        "oral",
        "modified",
    ),
    (
        r"mikst|oral ?(?:suspensjon|oppl|væske|susp|drå)|perorale? ?(?:væske|oppl|susp)|sirup|saft|\bsusp",
        "oral",
        "liquid",
    ),
    (r"brus|smelte|tygge|dispergerbar|disp\.? ?tabl", "oral", "solid"),
    (r"tab|tbl|drasj|pille(?!r til)|film", "oral tongue vaginal", "solid"),
    (r"entero|gastro", "oral", "solid"),
    (r"kap|caps", "oral inhaled vaginal", "solid"),
    (r"granul|dosepulver|\bpulver|pose", "oral inhaled", "powder"),
    (r"(?:oral|munn)\w* ?gel", "oral tongue", ""),
    (r"krem|creme|cream", "skin vaginal rectal", "cream"),
    (r"salve|ointment", "skin eye nasal rectal", "ointment"),
    (r"\bgel|emulgel", "skin eye vaginal", "gel"),
    (
        r"liniment|kutan ?(?:oppl|væske|spray|emul)|lotion|scalp|hårvann|vask|skum|sjampo|pensl",
        "skin",
        "skin-liquid",
    ),
    (r"munnskyll|munnvann", "oral tongue", ""),
    (r"dråp|\bdr\b", "eye ear oral nasal", "drops liquid"),
    (r"spray", "nasal tongue skin inhaled oral", ""),
    (r"oppløsning|væske|\bl[øo]sn|\boppl", "", ""),
)
_ROUTES = (
    (r"subling|under tung|buccal|bukkal|munnhule|s\.?l\.?$", "tongue"),
    (r"inhal|\binh\b|pulmon|lunge|forstøv", "inhaled"),
    (r"transderm|plaster|\btd\b|patch", "patch"),
    (r"rekt|rect|endetarm|\bp\.?r\.?$|^pr$|anal", "rectal"),
    (r"nas|nese", "nasal"),
    (r"øye|okul|ocul|ophth|oftalm|conjunct|eye|konjunktiv", "eye"),
    (r"øre|aural|otic|auricul|\bear\b", "ear"),
    (r"vagin|skjede|underliv", "vaginal"),
    (
        r"s\.? ?c\.?$|^s\.?k\.?$|subk|subcut|subkut|i\.? ?m\.?$|intramusk|i\.? ?v\.?$|intrav|inj"
        r"|sprøyte|parenteral|infus",
        "injection",
    ),
    (r"på hud|huden|kutan|topik|topic|derm|lokal", "skin patch"),
    (r"oral|per ?os|\bp\.? ?o\.?\b|munn|svelg|mouth", "oral"),
)
# In a dose text only what cannot be misread: `po` and `im` stand inside too many words.
_DOSE_ROUTES = (
    (r"sublingu|under tung", "tongue"),
    (r"\b(?:inhaler|inhalasjon|inhalasjoner|inh|puff|sug)\b|på forstøver|\bi forstøver", "inhaled"),
    (r"plaster|\bplst\b", "patch"),
    (r"\brektalt?\b|\brectalt?\b|i endetarm|stikkpille|\bstikkp|\bsupp\b", "rectal"),
    (r"\bnasalt?\b|\bnese|nesebor", "nasal"),
    (r"\bøye|\bøyn|begge øyne|\bø\.?d|\bo\.?d\.? et|hø\.? øye", "eye"),
    (r"\børe", "ear"),
    (r"\bvaginalt?\b|i skjeden|\bvagitor", "vaginal"),
    (
        r"\bs\.?c\b|\bsubk|\bi\.?m\b|\bi\.?v\b|\binj\b|injeksjon|injiser|\bsprøyte|intramusk|intraven|\bsett(?:es)? sub",
        "injection",
    ),
    (r"smøres|påsmør|\bsmør\b|på huden|i huden|\bpåføres|tynt lag|på utslett|på eksem", "skin"),
    (r"\bper ?os\b|\bp\.?o\.?\b|\bperoralt?\b|\boralt?\b", "oral"),
)
_SIDES = (
    (
        "both",
        r"begge|\bbilat|\bb\.? ?s\.?\b øy|\bou\b|\bhvert øye|\bbeggesidig|\bh(?:ø\w*)?\.? ?(?:og|\+|&"
        r"|/) ?v(?:e\w*)?\b|\bv(?:e\w*)?\.? ?(?:og|\+|&|/) ?h(?:ø\w*)?\b|\bbe\.? øy",
    ),
    (
        "right",
        r"\bhøyre\b|\bhø\b\.?|\bdxt?\b|\bdex\b|\bo\.?d\b(?=\.?$| )|\bhøgre\b|\bright\b|\bh\.? ?øye|\bhøgre",
    ),
    ("left", r"\bvenstre\b|\bve\b\.?|\bsin\b|\bsn\b|\bos\b(?<!per os)|\bleft\b|\bv\.? ?øye|\bvenster\b"),
)
# Names that exist in no other form: the word alone says it.
_MODIFIED_NAMES = [
    "selozok",
    "selokenzoc",
    "metozok",
    "bloxazoc",
    "dolcontin",
    "oxycontin",
    "reltebon",
    "targiniq",
    "kaleorid",
    "concerta",
    "theodur",
    "trimonilretard",
    "xatraluno",
    "cardizemuno",
    "adalatoros",
    "imdur",
    "circadin",
    "jurnista",
    "toviaz",
    "betmiga",
    "procrendepot",
    "lithionit",
    "palexiadepot",
    "duroferon",
    "ferroretard",
    "plendil",
    "orfirillong",
    "slenyto",
    "requipdepot",
    "sifroldepot",
]
_MODIFIED_WORDS = frozenset(
    [
        "depot",
        "retard",
        "depottab",
        "depottabl",
        "depottablett",
        "depotkaps",
        "zok",
        "contin",
        "uno",
        "sr",
        "xr",
        "cr",
        "er",
        "xl",
        "oros",
        "prolongatum",
    ]
)


@dataclass(frozen=True, slots=True)
class Shape:
    """What is known of how it is made and where it goes."""

    kinds: frozenset[str] = field(default_factory=frozenset)
    routes: frozenset[str] = field(default_factory=frozenset)
    side: str = ""


def read_form(text: str) -> Shape:
    """`depottablett` is modified and oral; a word that is not known says nothing."""
    folded = fold(text)
    if not folded:
        return Shape()
    for pattern, routes, kinds in _FORMS:
        if re.search(pattern, folded):
            return Shape(frozenset(kinds.split()), frozenset(routes.split()), side_in(folded))
    return Shape(side=side_in(folded))


def routes_in(text: str) -> frozenset[str]:
    """What a route field says."""
    folded = fold(text)
    return _first_routes(_ROUTES, folded) if folded else frozenset()


def dose_routes_in(folded: str) -> frozenset[str]:
    """What a dose text says by the way."""
    return _first_routes(_DOSE_ROUTES, folded)


def _first_routes(table: tuple[tuple[str, str], ...], folded: str) -> frozenset[str]:
    for pattern, routes in table:
        if re.search(pattern, folded):
            return frozenset(routes.split())
    return frozenset()


def side_in(folded: str) -> str:
    for side, pattern in _SIDES:
        if re.search(pattern, folded):
            return side
    return ""


def modified_by_name(name: str, product: str) -> frozenset[str]:
    """`Furix Retard` and `Selo-Zok` are modified release without another word."""
    words = set(re.findall(r"[a-zæøå]+", fold(name)))
    if words & _MODIFIED_WORDS or any(product.startswith(known) for known in _MODIFIED_NAMES):
        return frozenset({"modified"})
    return frozenset()
