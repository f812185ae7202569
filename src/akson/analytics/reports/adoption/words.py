"""Numbers, months and types as people read them in bokmål; one rule for screen, file and paper."""

from datetime import date

THIN = "\u00a0"
"""Between thousands, unbreakable."""
MONTHS = (
    "januar", "februar", "mars", "april", "mai", "juni",
    "juli", "august", "september", "oktober", "november", "desember",
)  # fmt: skip
COUNTERPARTS = {"hospital": "Sykehus", "gp": "Fastleger", "municipality": "Andre kommuner", "other": "Andre"}
TYPES = {
    "DIALOG_AVVIK": "Avvik",
    "DIALOG_FORESPORSEL": "Forespørsel",
    "DIALOG_HELSEFAGLIG": "Helsefaglig dialog",
    "DIALOG_NOTAT": "Notat",
    "DIALOG_STATUS_HENVISNING": "Status på henvisning",
    "DIALOG_SVAR": "Svar på forespørsel",
    "EPIKRISE": "Epikrise",
    "EPJ-EKSTRAKT": "EPJ-innhold",
    "ERM251": "Varer i bruk fra lege",
    "ERM252": "Varer i bruk, multidose",
    "ERM253": "Varer i bruk fra multidoseapotek",
    "ERM271": "Registrering av multidoseansvarlig",
    "ERM272": "Svar på registrering av multidoseansvarlig",
    "ERM273": "Registrering av multidoseansvarlig gruppe",
    "ERM274": "Svar på registrering av multidoseansvarlig gruppe",
    "ERM28": "Endring av multidoseansvarlig lege",
    "ERM911": "Forespørsel om varer i bruk",
    "ERM912": "Nedlasting av varer i bruk",
    "FRAVARSMELDING": "Fraværsmelding",
    "HELSEOPPLYSNINGER_LEGE": "Helseopplysninger til lege",
    "HELSEOPPL_SOKNAD": "Helseopplysninger",
    "HENVISNING": "Henvisning",
    "HENVISNING_NYTILSTAND": "Henvisning ny tilstand",
    "HENVISNING_VIDERE": "Viderehenvisning",
    "INNLEGGELSESRAPPORT": "Innleggelsesrapport",
    "LOG_AVMELDING": "Avmelding av utskrivningsklar",
    "LOG_DOD": "Dødsfall",
    "LOG_INNLAGT": "Innlagt pasient",
    "LOG_UTSKREVET": "Utskrevet pasient",
    "LOG_UTSKRIVNINGSKLAR": "Utskrivningsklar pasient",
    "MEDISINSKE_OPPLYSNINGER": "Medisinske opplysninger",
    "ORIENTERING_TJENESTETILBUD": "Orientering om tjenestetilbud",
    "SVAR_CYT": "Prøvesvar, cytologi",
    "SVAR_HIST": "Prøvesvar, histologi",
    "SVAR_KKL": "Prøvesvar, klinisk kjemi",
    "SVAR_LAB": "Prøvesvar, laboratorium",
    "SVAR_MBIO": "Prøvesvar, mikrobiologi",
    "SVAR_RTG": "Prøvesvar, radiologi",
    "UTSKRIVNINGSRAPPORT": "Utskrivningsrapport",
}
"""Short, for a table of the year. Every type that the post knows: a test holds it, since the post lies beside the count."""


def number(value: int) -> str:
    return f"{value:,}".replace(",", THIN)


def cell(value: int | None) -> str:
    """None is what may not be told."""
    return "skjult" if value is None else number(value)


def percent(part: int, whole: int) -> str:
    """Rounded to whole percent; never 100 before all of it is there, never 0 while there is some."""
    if not whole:
        return "–"
    rounded = (200 * part + whole) // (2 * whole)
    if rounded == 100 and part < whole:
        rounded = 99
    if rounded == 0 and part:
        rounded = 1
    return f"{number(rounded)}{THIN}%"


def month(at: date) -> str:
    return f"{MONTHS[at.month - 1]} {at.year}"


def type_words(code: str) -> str:
    return TYPES.get(code, code.replace("_", " ").capitalize())


def growth(first: int, last: int) -> str:
    """Both ways that people say it: how much of the start it is, and by how much it has grown."""
    if not first:
        return f"{number(last)}, fra ingen: uten en start er det ingen vekst å regne ut."
    of, change = (200 * last + first) // (2 * first), (200 * last + first) // (2 * first) - 100
    said = f"en vekst på {number(change)}" if change >= 0 else f"en nedgang på {number(-change)}"
    return f"{number(last)} er {number(of)}{THIN}% av {number(first)}, {said}{THIN}%"


def minutes(step: int) -> str:
    """A step of `adoption.step`: within which time."""
    if step >= 2**31 - 1:
        return "mer enn 7 døgn"
    if step < 60:
        return f"innen {step} min"
    if step < 1440:
        return f"innen {step // 60} t"
    return f"innen {step // 1440} døgn"
