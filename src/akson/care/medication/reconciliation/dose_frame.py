"""What stands around a dose in its text: stopped, until when, for how long, as needed. The rest is for `dose.py`."""

import re
from datetime import date

from akson.care.medication.reconciliation.regimen import Regimen
from akson.care.medication.reconciliation.text import fold

_STOP = re.compile(
    r"\bsep(?:onert|onerte|oneres|oner|)\b(?!tember)\.?|\bseponert\w*|\bavslutt(?:et|a|es)\b|\bstoppet\b|\bstoppa\b|\bstanset\b|\bslutta\b"
    r"|\bslutt(?:et)?\b(?! på| av)|\btar ikke lenger\b|\bikke lenger i bruk\b|\bbrukes ikke(?: lenger)?\b"
    r"|\bskal ikke brukes\b|\bikke i bruk\b"
    r"|\bkuttet ut\b|\btatt bort\b|\bopphørt\b|\bsepp?onert\b|\bsepon\w*|\bautosepon\w*"
    r"|\bnull(?:es|et|a|stilles|stilt)\b|(?<!dag )(?<!dager )(?<!døgn )(?<!uke )(?<!uker )\bpaus(?:e|er|es|et|ert|eres)\b"
    r"|\bmidlertidig (?:stopp|stans)\w*"
)
_NOT_STOP = re.compile(
    r"\b(?:ikke|skal ikke|må ikke|aldri) (?:seponer\w*|avslutt\w*|stopp\w*)|\bvurder\w* (?:seponer\w*"
    r"|stopp\w*)|\bsep\w* vurder\w*"
    r"|\b(?:paus(?:e|er|es|eres)|seponer(?:es)?|stoppes) (?:ved (?!innkomst|innlegg\w*|utskriv\w*"
    r"|sykehus\w*)|dersom|hvis|om|under)\b"
    r"|\bvurder\w* paus\w*|\buten pause\b"
)
_MEALS = (
    "måltid|måltider|måltidet|mat|maten|frokost|frokosten|lunsj|middag|middagen|kveldsmat|kveldsmaten|sengetid|leggetid|natt|kveld"
    "|morgen|siden|oppvåkning|oppvåkn|behandling|hovedmåltid|hovedmåltider|hjertesvikt|hypertensjon|diabetes|atrieflimmer|osteoporose"
    "|høyt|hypotyreose|kols|epilepsi|parkinson|parkinsons|depresjon|oppstart|bruk|hvert|hver|seng|hodegjerdet|sykehuset|hovedmåltidene"
)
_NEEDED = re.compile(
    rf"\bv\.?\s?/\s?b\b\.?|\bvb\b|\bv\.b\.?|\be\.?b\.?(?=\s|$)|\bbehov\w*|\bbeh\b\.?|\bprn\b|\bp\.r\.n\.?|\bsos\b|\bved\s+(?!(?:{_MEALS})\b)[a-zæøå]{{3,}}\w*"
    rf"|\bv/\s?(?!(?:{_MEALS})\b)[a-zæøå]{{3,}}\w*|\bom nødvendig\b|\bdersom\b|\bhvis\b"
    r"|\bnår (?:det )?trengs\b|\bnår det er vondt\b"
    r"|\bevt\.?|\beventuelt\b|\bved smerter?\b|\banfallsvis\b|\better ønske\b|\bkan (?:tas|gis|gjentas"
    r"|brukes|repeteres)\b|\bper behov\b|\bvd behov\b"
    r"|\bmot (?:akutte? )?anfall\b|\bbare når\b|\bnår hun har vondt\b|\bnår han har vondt\b|\bnår (?:hun"
    r"|han|jeg|man|det gjør)\b"
)
_NOT_NEEDED = re.compile(r"\bikke (?:ved|etter) behov\b|\bfast\b(?= ikke)|\buten behov\b")
_EXTRA = re.compile(
    r"(?P<fixed>.*(?:\bfast\b|\bx ?\d|\d\+\d+(?:\.\d+)?\+\d|\d-\d-\d|daglig|dgl|morg\w*|mane|kveld\w*|vesp|natt\w*)[^+]*?)"
    r"(?:\s\+\s|\s*\bog\b\s*|\s*\bsamt\b\s*|\s*,\s*|\s*;\s*|\s*\bpluss\b\s*|\s*\bi tillegg\b:?\s*)"
    r"(?:evt\.?|eventuelt|inntil|i tillegg|ekstra|\s)*(?:\d+(?:[.,]\d+)?(?:-\d+)?|en|ett?)\s*[a-zæøå]*\.?\s*"
    r"(?:ekstra|i tillegg|inntil x \d)?\s*(?:ved behov|v/b|vb|v\.b\.?|etter behov)(?: i tillegg)?.*$"
)
"""`1+0+1 + 1 ved behov`: the plan is fixed, something may be added."""
_EXTRA_MAX_CHARS = 200
"""The pattern takes time by the cube of a text that nearly is one: what is longer is prose, and asked nothing."""
_COURSE = re.compile(
    r"\b(?:i|over|kur(?: på)?|varighet|i totalt|totalt|i alt|x|behandlingstid|behandles i)\s*:?\s*(\d+|en"
    r"|to|tre|fire|fem|seks|sju|syv|åtte|ni|ti|fjorten)"
    r"\s*(?:-\s*\d+\s*)?(dager|dagar|dgr|dag|døgn|uker?|veker?|mnd|måneder|d\b)(?! i uken| i uka| per uke"
    r"| pr uke)(?:\w|\.)*(?:s kur)?"
    r"|\b(\d+)\s*(dagers?|dagars|døgns?|ukers?|uke)\s*(?:kur|behandling)"
)
_GOES_ON = re.compile(r"\b(?:deretter|derpå|derefter|etterpå|så|videre|siden|og så|then)\b")
"""`4 tabl i 5 dager, deretter 2 tabl`: the length is that of a step, not of the course."""
_PER_DAYS = {"d": 1, "u": 7, "v": 7, "m": 30}
_COUNTS = ["en", "to", "tre", "fire", "fem", "seks", "sju", "åtte", "ni", "ti"]
_DATE = r"(\d{1,2})[./](\d{1,2})[./]?(\d{4}|\d{2})?\b|(\d{4})-(\d{2})-(\d{2})"
_UNTIL = re.compile(
    r"(?:\bt\.?o\.?m\.?|\btil og med|\bfrem til|\bfram til|\btil|\binntil|\bslutt(?:dato)?|\bsiste dose"
    rf"|\bsep\w*\.?(?: fra| den)?|\bavsluttes)\s*:?\s*(?:{_DATE})"
)
_SINCE = re.compile(
    rf"\b(?:f\.?o\.?m\.?|fra(?: og med)?|oppstart|startet|siden|start(?:er)?)\s*:?\s*(?:{_DATE})"
)
_NOT_A_MOST = re.compile(
    r"\binntil (?:videre|kontroll|legetime|ny beskjed|annen beskjed|neste|bedring|time|vurdering"
    r"|utskriv\w*|\d+ (?:dager|uker)|smertefri)[a-zæøå ]*"
)


def is_stopped(text: str) -> bool:
    """Whether a text says that the medicine is no longer used."""
    folded = _NOT_STOP.sub(" ", fold(text))
    return bool(_STOP.search(folded))


def framing(folded: str, asof: date | None) -> tuple[str, Regimen]:
    """What stands around the dose itself: stopped, until when, how long, as needed; and the text without it."""
    folded = _SINCE.sub(" ", folded)
    until = None
    stop_words = False
    found = _UNTIL.search(folded)
    if found:
        until = _day(found.groups(), asof)
        stop_words = bool(_STOP.search(found.group(0)))
        folded = folded[: found.start()] + " " + folded[found.end() :]
    plain = _NOT_STOP.sub(" ", folded)
    stopped = bool(_STOP.search(plain)) or (stop_words and (until is None or asof is None or until <= asof))
    if (
        stopped
        and until is not None
        and asof is not None
        and until > asof
        and not re.search(r"seponert|avsluttet|stoppet", plain)
    ):
        stopped = False
    folded = _STOP.sub(" ", plain)
    if stopped or stop_words:
        folded = re.sub(_DATE, " ", folded)
    days = None
    course = _COURSE.search(folded)
    if course:
        days = None if _GOES_ON.search(folded, course.end()) else _days_of(course)
        folded = folded[: course.start()] + " , " + folded[course.end() :]
    folded = _NOT_A_MOST.sub(" ", folded)
    extra = _EXTRA.match(folded) if len(folded) <= _EXTRA_MAX_CHARS else None
    if extra:
        folded = extra.group("fixed")
    needed = bool(_NEEDED.search(_NOT_NEEDED.sub(" ", folded)))
    folded = _NEEDED.sub(" , ", folded)
    return folded, Regimen(
        as_needed=needed or None, stopped=stopped, until=until if not stopped else None, days=days
    )


def _day(groups: tuple[str | None, ...], asof: date | None) -> date | None:
    day, month, year, iso_year, iso_month, iso_day = groups
    try:
        if iso_year and iso_month and iso_day:
            return date(int(iso_year), int(iso_month), int(iso_day))
        if year is None and asof is None:
            return None
        whole = int(year) if year else (asof.year if asof else 0)
        return date(whole + 2000 if whole < 100 else whole, int(month or 0), int(day or 0))
    except ValueError:
        return None


def _days_of(course: re.Match[str]) -> int | None:
    number, unit = (
        (course.group(1), course.group(2)) if course.group(1) else (course.group(3), course.group(4))
    )
    spelled = {"syv": 7, "fjorten": 14, **{word: place + 1 for place, word in enumerate(_COUNTS)}}
    count = int(number) if number.isdigit() else spelled.get(number, 0)
    return min(count, 10_000) * _PER_DAYS.get(unit[0], 1) or None
