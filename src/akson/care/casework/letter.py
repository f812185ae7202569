"""The letter that tells a decision, written from the decision alone: nothing is typed for it.

Source of what it must say: forvaltningsloven §§ 24, 25 and 27 (grounds, right to complain, deadline, to whom).
"""

from datetime import date, datetime

from akson.care.casework import deadlines
from akson.care.casework.decision import WEEKDAYS, Round, period, rounds, service_code, service_name
from akson.care.casework.rows import NORWAY, category, day_of, refer, stamp
from akson.care.fhir_json import Resource, display, reference

_MONTHS = (
    "januar", "februar", "mars", "april", "mai", "juni",
    "juli", "august", "september", "oktober", "november", "desember",
)  # fmt: skip
_DAYS = dict(
    zip(WEEKDAYS, ["mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag"], strict=True)
)
_NUMBERS = ("ingen", "ett", "to", "tre", "fire", "fem", "seks", "sju", "åtte", "ni")


def text(decision: Resource) -> str:
    """The whole letter, in paragraphs. `decision` as `decision.request` makes it."""
    who = display(decision.get("subject")) or "Du"
    granted = f"{who} får {service_name(decision).lower()} {_from_to(decision)}."
    paragraphs = [
        f"Vedtak om {service_name(decision).lower()}",
        granted,
        _amount(decision),
        f"Tjenesten gis av {display(decision['performer'][0])}.",
        f"Begrunnelse: {_grounds(decision)}",
        _complaint(decision),
        f"Vedtatt {said(day_of(decision['authoredOn']))} av {display(decision['requester'])}.",
    ]
    return "\n\n".join(p for p in paragraphs if p)


def said(day: date | None) -> str:
    """`5. november 2026`."""
    return f"{day.day}. {_MONTHS[day.month - 1]} {day.year}" if day else ""


def _from_to(decision: Resource) -> str:
    start, end = period(decision)
    until = f" til og med {said(end)}" if end else ", inntil noe annet blir bestemt"
    return f"fra {said(start)}{until}"


def _amount(decision: Resource) -> str:
    found = rounds(decision)
    hours = (decision.get("quantityRatio") or {}).get("numerator", {}).get("value")
    if not found:
        return f"Omfang: {_decimal(hours)} timer i uken." if hours is not None else ""
    often = _NUMBERS[len(found)] if len(found) < len(_NUMBERS) else str(len(found))
    lines = [f"Omfang: {often} besøk om dagen, til sammen {_decimal(hours)} timer i uken:"]
    return "\n".join([*lines, *(f"– kl. {_round(r)}" for r in found)])


def _round(planned: Round) -> str:
    days = "" if planned.weekdays == WEEKDAYS else f", {_and([_DAYS[d] for d in planned.weekdays])}"
    return f"{planned.time.replace(':', '.')}: {planned.what}, {planned.minutes} minutter{days}"


def _and(words: list[str]) -> str:
    return " og ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]


def _decimal(number: object) -> str:
    return str(number).replace(".", ",").removesuffix(",0")


def _grounds(decision: Resource) -> str:
    return str((decision.get("note") or [{}])[0].get("text", ""))


def _complaint(decision: Resource) -> str:
    # How long one may complain follows from the rule; when it began, from the day the letter comes.
    rule = deadlines.complaint(service_code(decision), datetime.fromisoformat(decision["authoredOn"]))
    weeks = rule.words.rpartition(": ")[2]
    return (
        f"Du kan klage til statsforvalteren. Fristen er {weeks} fra du fikk vedtaket. "
        f"Klagen sendes til {display(decision['requester'])} ({rule.source})."
    )


def communication(decision: Resource, id: str, at: datetime) -> Resource:
    """The letter as it is sent to the patient."""
    return {
        "resourceType": "Communication",
        "id": id,
        "status": "completed",
        "category": [category("decision-letter")],
        "subject": decision["subject"],
        "about": [refer(decision)],
        "sent": stamp(at),
        "recipient": [{"reference": reference(decision["subject"])}],
        "sender": decision["requester"],
        "payload": [{"contentString": text(decision)}],
    }


def complaint_until(decision: Resource, letter: Resource) -> deadlines.Due:
    """Counted from when the letter came, or was sent when nobody has told that it came."""
    came = datetime.fromisoformat(letter.get("received") or letter["sent"]).astimezone(NORWAY)
    return deadlines.complaint(service_code(decision), came)
