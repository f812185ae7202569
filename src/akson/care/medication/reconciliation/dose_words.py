"""The words of a dose text: one letter for each kind of word, so that patterns of kinds can be told. See `dose.py`.

n number, U unit, a amount (number and unit), x times sign, g «ganger», t time of day, w weekday, d daily, H «hver»,
P period, A «annenhver», W «ukentlig», q «per», + - / , as they stand, @ «à», b as needed, I «inntil», ( )
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from akson.care.medication.reconciliation.strength import number, unit_of
from akson.care.medication.reconciliation.text import slips

MORNING, MIDDAY, EVENING, NIGHT = "M", "D", "K", "N"
DAY, WEEK, MONTH = 1.0, 7.0, 28.0
"""Days. A month is four weeks, so that every twelve weeks is every third month."""


@dataclass(frozen=True, slots=True)
class Word:
    kind: str
    low: float = 0.0
    high: float = 0.0
    unit: str = ""
    slots: str = ""
    """Of a time of day: the slots it may mean, `K` or `KN`."""


_TIMES = {
    "M": "morgen morgenen morgener morgenar mane mrg morg morn morgon frokost frokosten fastende fasta morges morgendose",
    "MD": "formiddag formiddagen fm",
    "D": "middag middagen midd lunsj lunch midt dagtid meridie formiddagsmat",
    "DK": "ettermiddag ettermiddagen em",
    "K": "kveld kvelden kvelder kvld kvelds kveldsmat kveldsmaten vesp vesper vespere kv aften aftenen kvell kveldsdose",
    "N": "natt natten natta nocte noct nattdose netter",
    "KN": "sengetid leggetid sengetide leggetida søvn sengen sengs",
}
_UNITS = {
    "n": (
        "tablett tabletter tabletten tabl tabl tab tabs tbl tabletta tb tabelett tablet tabelt kapsel "
        "kapsler kapslar kaps kap kapsle pille piller stk "
        "stykk stykker depottabl depottab depottablett depottabletter depotkaps depotkapsel enterotabl "
        "enterotab enterotablett enterokaps "
        "brusetabl brusetablett tyggetabl tyggetablett smeltetabl smeltetablett sugetabl drasje drasjer "
        "drag dragninger sug puff "
        "puffer inhalasjon inhalasjoner inh spray sprayer spraydose spraydoser sprut dråpe dråper dråpar "
        "dr gtt plaster plastre "
        "depotplaster stikkpille stikkpiller stikkp supp suppositorium suppositorier vagitorie vagitorier "
        "vagitabl dose doser "
        "dosering pose poser dosepose doseposer ampulle ampuller amp sprøyte sprøyter injeksjon "
        "injeksjoner inj klyster klyx "
        "tube måleskje skje skjeer påføring påføringer applikasjon resoriblett resoribletter kapselen "
        "filmtabl vial brus plst nebule vaginaltablett "
        "nebuler endosebeholder endoser sachet porsjon tbl penn enkeltdose filmdrasjert"
    ),
    "ml": "ml milliliter",
}
_SPOONS = {
    "teskje": 5.0,
    "teskjeer": 5.0,
    "ts": 5.0,
    "barneskje": 10.0,
    "barneskjeer": 10.0,
    "spiseskje": 15.0,
    "ss": 15.0,
}
_NUMBERS = {
    "null": 0.0,
    "halv": 0.5,
    "halve": 0.5,
    "halvt": 0.5,
    "kvart": 0.25,
    "trekvart": 0.75,
    "en": 1.0,
    "ein": 1.0,
    "ei": 1.0,
    "ett": 1.0,
    "et": 1.0,
    "eitt": 1.0,
    "halvannen": 1.5,
    "halvanna": 1.5,
    "to": 2.0,
    "tre": 3.0,
    "fire": 4.0,
    "fem": 5.0,
    "seks": 6.0,
    "sju": 7.0,
    "syv": 7.0,
    "åtte": 8.0,
    "ni": 9.0,
    "ti": 10.0,
    "elleve": 11.0,
    "tolv": 12.0,
    "fjorten": 14.0,
    "femten": 15.0,
    "tjue": 20.0,
    "tretti": 30.0,
    "tredve": 30.0,
    "førti": 40.0,
    "femti": 50.0,
    "hundre": 100.0,
}
_ORDINALS = {
    "annen": 2.0,
    "andre": 2.0,
    "anna": 2.0,
    "annet": 2.0,
    "tredje": 3.0,
    "fjerde": 4.0,
    "femte": 5.0,
    "sjette": 6.0,
    "sjuende": 7.0,
    "syvende": 7.0,
    "åttende": 8.0,
    "tiende": 10.0,
    "tolvte": 12.0,
}
_PERIODS = {
    1.0: "dag dager dagen dagar dagleg døgn døgnet døger d",
    1 / 24: "time timer timen timar tim t h",
    7.0: "uke uker uken uka veke veka vekes ukes u",
    28.0: "måned måneder måneden månad månader mnd mnde mndr mnds mndl",
    336.0: "år året",
    168.0: "halvår halvåret",
    84.0: "kvartal kvartalet",
}
_EVERY = {
    7.0: "ukentlig ukentleg ukevis vekentleg ukedose ukentl ukedosering",
    28.0: "månedlig månedlege månadleg mndl",
    336.0: "årlig årleg",
    84.0: "kvartalsvis",
    168.0: "halvårlig",
    2.0: "dag2",
}
_WEEKDAYS = {
    1: "mandag mandager man mandagen måndag mandags",
    2: "tirsdag tirsdager tirs tysdag tirs.",
    3: "onsdag onsdager ons",
    4: "torsdag torsdager tors",
    5: "fredag fredager fre fred",
    6: "lørdag lørdager lør laurdag lørd",
    7: "søndag søndager søn sundag sønd",
}
_OTHER = {
    "x": "x",
    "g": "ganger gang gonger gong ggr gg gng gangar ggng ganga",
    "d": "daglig dgl dagleg daglege daglig. dagl dglig døgnlig daglige",
    "H": "hver hvert kvar kvart_ hv vær hve",
    "A": "annenhver annanhver annankvar annahver annenkver annahvert annethvert annehver",
    "q": "per pr",
    "@": "a á",
    ",": "og samt &",
    "b": "prnbehov",
    "I": "inntil opptil maks max maksimalt maksimum høyst maxdose maksdose makdose intill inntill opptill",
    "~": "eller",
    "_": (
        "om til på ved med mot for i av ca tas tar ta før etter mat maten vann glass sammen under dosen "
        "totalt = vanlig som fast "
        "ny nå har skal daglige måltid etter måltider minutter min ikke mer enn siste i.e"
    ),
}
_VERBATIM: dict[str, Word] = {}
for _slots, _words in _TIMES.items():
    _VERBATIM |= {w: Word("t", slots=_slots) for w in _words.split()}
for _unit, _words in _UNITS.items():
    _VERBATIM |= {w: Word("U", 1.0, unit=_unit) for w in _words.split()}
_VERBATIM |= {w: Word("U", size, unit="ml") for w, size in _SPOONS.items()}
_VERBATIM |= {w: Word("n", v, v) for w, v in _NUMBERS.items()}
_VERBATIM |= {w: Word("o", v, v) for w, v in _ORDINALS.items()}
for _days, _words in _PERIODS.items():
    _VERBATIM |= {w: Word("P", _days) for w in _words.split()}
for _days, _words in _EVERY.items():
    _VERBATIM |= {w: Word("W", _days) for w in _words.split()}
for _number, _words in _WEEKDAYS.items():
    _VERBATIM |= {w: Word("w", float(_number)) for w in _words.split()}
for _kind, _words in _OTHER.items():
    _VERBATIM |= {w: Word(_kind) for w in _words.split()}
_LONG = [w for w in _VERBATIM if len(w) >= 5 and w.isalpha() and _VERBATIM[w].kind != "_"]

_TOKEN = re.compile(r"\d+(?:[.,]\d+)?|[a-zæøå%]+|[+/,;()@&-]|\.(?!\d)")


def words_in(text: str) -> list[Word]:
    """The words of a prepared text (`dose.py`) that mean anything, in order; numbers and their units put together."""
    found: list[Word] = []
    for piece in _TOKEN.findall(text):
        word = _word(piece)
        if word is not None:
            found.append(word)
    return _amounts(_hundreds(found))


def _word(piece: str) -> Word | None:
    if piece[0].isdigit():
        value = number(piece)
        return Word("n", value, value)
    if piece in "+-/()@":
        return Word(piece)
    if piece == ".":
        return None
    if piece in ",;&":
        return Word(",")
    return _lettered(piece)


@lru_cache(maxsize=4096)
def _lettered(piece: str) -> Word | None:
    known = _VERBATIM.get(piece)
    if known is not None:
        return None if known.kind == "_" else known
    measure = unit_of(piece)
    if measure is not None and piece not in ("t", "h"):
        return Word("U", measure[1], unit=measure[0])
    if len(piece) >= 5:
        limit = 1 if len(piece) < 9 else 2
        near = {
            _VERBATIM[w]
            for w in _LONG
            if abs(len(w) - len(piece)) <= limit and slips(piece, w, limit) <= limit
        }
        if len({(w.kind, w.slots, w.low, w.unit) for w in near}) == 1:
            return next(iter(near))
    return None


def _hundreds(words: list[Word]) -> list[Word]:
    """`en halv` is one half; `1 1/2` one and a half; `1/2` a half."""
    out: list[Word] = []
    at = 0
    while at < len(words):
        here = words[at]
        kinds = "".join(w.kind for w in words[at : at + 4])
        if (
            here.kind == "n"
            and kinds.startswith("nn")
            and here.low == 1.0
            and words[at + 1].low in (0.5, 0.25, 0.75)
        ):
            out.append(words[at + 1])  # «en halv»; «1 ½» was put together before
            at += 2
        elif (
            kinds.startswith("n/n")
            and (here.low, words[at + 2].low) in _PARTS
            and kinds[3:4] != "/"
            and not _after_slash(out)
        ):
            part = here.low / words[at + 2].low
            if out and out[-1].kind == "n" and out[-1].low == int(out[-1].low) and out[-1].low < 20:
                whole = out.pop().low
                part += whole
            out.append(Word("n", part, part))
            at += 3
        else:
            out.append(here)
            at += 1
    return out


_PARTS = {(1.0, 2.0), (1.0, 4.0), (3.0, 4.0), (1.0, 3.0), (2.0, 3.0), (3.0, 2.0)}


def _after_slash(out: list[Word]) -> bool:
    return bool(out) and out[-1].kind == "/"


def _amounts(words: list[Word]) -> list[Word]:
    """`1-2` is a range unless more dashes follow; a number and its unit are one amount."""
    out: list[Word] = []
    at = 0
    while at < len(words):
        kinds = "".join(w.kind for w in words[at : at + 4])
        here = words[at]
        before = out[-1].kind if out else ""
        if re.match(r"n(?:-|~|,~)n", kinds) and before != "-" and not re.match(r"n-n-", kinds):
            gap = 3 if kinds.startswith("n,") else 2
            low, high = here.low, words[at + gap].low
            if low < high:
                out.append(Word("n", low, high))
                at += gap + 1
                continue
        if here.kind == "U" and before == "n":
            value = out.pop()
            out.append(Word("a", value.low * here.low, value.high * here.low, here.unit))
        else:
            out.append(here)
        at += 1
    return out
