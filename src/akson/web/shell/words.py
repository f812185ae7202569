"""Dates, roles and names as people say them in bokmål. Registered as filters in the templates.

Times are shown on Norwegian clocks wherever the server stands. What a value means clinically does not belong here.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from akson.access.actor import Actor, ActorKind

NORWAY = ZoneInfo("Europe/Oslo")
WEEKDAYS = ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag")
MONTHS = (
    "januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober", "november",
    "desember",
)  # fmt: skip
NEAR_DAYS = {0: "i dag", 1: "i går"}
ROLE_WORDS = {
    "nurse": "sykepleier",
    "doctor": "lege",
    "gp": "fastlege",
    "caseworker": "saksbehandler",
    "leader": "leder",
    "coordinator": "koordinator",
    "record-officer": "journalansvarlig",
    "message-officer": "meldingsansvarlig",
    "privacy-officer": "personvernombud",
    "administrator": "administrator",
}
KIND_WORDS = {
    ActorKind.CITIZEN: "innbygger",
    ActorKind.PROXY: "pårørende med fullmakt",
    ActorKind.ORGANISATION: "virksomhet",
    ActorKind.SYSTEM: "system",
}
GENDER_WORDS = {"female": "kvinne", "male": "mann", "other": "annet", "unknown": ""}
NATIONAL_ID_LENGTH = 11
BIRTH_DATE_DIGITS = 6


def local(at: datetime) -> datetime:
    """The instant on a Norwegian clock."""
    return at.astimezone(NORWAY)


def day(at: datetime | date) -> str:
    """`22.11.2026`."""
    return f"{local(at) if isinstance(at, datetime) else at:%d.%m.%Y}"


def clock(at: datetime) -> str:
    """`08:12`."""
    return f"{local(at):%H:%M}"


def moment(at: datetime, now: datetime) -> str:
    """`i dag 08:12`, `i går 20:10`, `22.11 08:12`; with the year when it is another one."""
    near = NEAR_DAYS.get((local(now).date() - local(at).date()).days)
    if near:
        return f"{near} {clock(at)}"
    shape = "%d.%m %H:%M" if local(at).year == local(now).year else "%d.%m.%Y %H:%M"
    return local(at).strftime(shape)


def spoken_moment(at: datetime, now: datetime) -> str:
    """`i dag kl. 08:12`, `22.11 kl. 08:12`: as it stands in a sentence."""
    return " kl. ".join(moment(at, now).rsplit(" ", 1))


def short_day(at: datetime, now: datetime) -> str:
    """`22.11`; with the year when it is another one."""
    return local(at).strftime("%d.%m" if local(at).year == local(now).year else "%d.%m.%Y")


def long_day(at: datetime, now: datetime) -> str:
    """`I dag, tirsdag 24. november`."""
    here, today = local(at).date(), local(now).date()
    words = f"{WEEKDAYS[here.weekday()]} {here.day}. {MONTHS[here.month - 1]}"
    if here.year != today.year:
        words += f" {here.year}"
    near = NEAR_DAYS.get((today - here).days)
    return sentence(f"{near}, {words}" if near else words)


def age(birth: str, today: date) -> str:
    """`84 år`, or months for one under two; "" when the year alone, or nothing, is known."""
    try:
        born = date.fromisoformat(birth)
    except ValueError:
        return ""
    months = (today.year - born.year) * 12 + today.month - born.month - (today.day < born.day)
    return f"{months // 12} år" if months >= 24 else f"{max(months, 0)} md"


def birth_day(birth: str) -> str:
    """`12.05.1942` from `1942-05-12`; a shorter FHIR date is shown as it is."""
    try:
        return f"{date.fromisoformat(birth):%d.%m.%Y}"
    except ValueError:
        return birth


def national_id(value: str) -> str:
    """Six and five digits, as it is read aloud."""
    if len(value) != NATIONAL_ID_LENGTH:
        return value
    return f"{value[:BIRTH_DATE_DIGITS]} {value[BIRTH_DATE_DIGITS:]}"


def phone(value: str) -> str:
    """`55 50 01 23` from eight digits; anything else as it is."""
    digits = value.removeprefix("+47").replace(" ", "")
    if len(digits) == 8 and digits.isdigit():
        return " ".join(digits[i : i + 2] for i in range(0, 8, 2))
    return value


def sentence(text: str) -> str:
    """With a capital first; the rest as it is."""
    return text[:1].upper() + text[1:]


def role(actor: Actor) -> str:
    """`sykepleier`; for one without a role, what kind of actor it is."""
    return role_word(actor.role) or KIND_WORDS.get(actor.kind, "")


def role_word(code: str) -> str:
    """`sykepleier` from `nurse`; a word that is no code is kept."""
    return ROLE_WORDS.get(code) or next((w for kind, w in KIND_WORDS.items() if kind.value == code), code)
