"""The hospital's record system: stays on wards, what the municipality has been told, and what is still to be done about it.

    stay A  Astrid Bakken  Medisinsk sengepost 2  ready   kommunen varslet 16.11. 14.03   svar: kan ta imot 18.11.2026
    stay B  …              Kirurgisk sengepost 1  ready   KOMMUNEN ER IKKE VARSLET

"Kommunen varslet" stands only after a positive receipt of the "ready" message (HISD 80806; NPR time code 3). What it does by
itself: the early notice before a day has gone, an update when the municipality asks for status, a corrected "ready"
when one is refused.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from akson.exchange.schema import Coded
from akson_lab import hospital
from akson_lab.facts import Party, Shipment, Stay
from akson_lab.houses import bending
from akson_lab.houses.addresses import CASEWORKERS, DOCTORS, GP, NURSES, address
from akson_lab.houses.house import Heard, House, NotNow, about, new_id
from akson_lab.municipality import CAN, CANNOT
from akson_lab.people import Resident

NONE, IN, READY, OUT, DEAD, CANCELLED = "none", "admitted", "ready", "discharged", "dead", "cancelled"
ENDED = (NONE, OUT, DEAD, CANCELLED)
TELL_WITHIN = timedelta(hours=1)
"""A "ready" without its receipt for so long is work for the ward: it telephones."""
EARLY_NOTICE_AFTER = timedelta(hours=20)
CORRECTIONS_MAX = 2
WARDS = (
    ("Medisinsk avdeling, sengepost 2", "05500202"), ("Kirurgisk avdeling, sengepost 1", "05500211"),
    ("Geriatrisk avdeling", "05500214"), ("Alderspsykiatrisk avdeling", "05500231"),
)  # fmt: skip
DOCTORS_OF_THE_HOUSE = (
    ("Eva", "Lunde", "9900201"),
    ("Jonas", "Rød", "9900204"),
    ("Hanne", "Berge", "9900207"),
)
OTHER_INSTITUTION = Coded(
    "3", "Annen helseinstitusjon innen spesialisthelsetjenesten", f"{hospital.LISTS}8408"
)


@dataclass(frozen=True, slots=True)
class Kind:
    """One thing a hospital sends: type, to whom, the states of a stay that it may be told in, and the state after."""

    type: str
    to: int
    told_in: tuple[str, ...]
    then: str = ""
    """"" leaves it."""


KINDS: Mapping[str, Kind] = {
    "admission": Kind("LOG_INNLAGT", NURSES, ENDED, IN),
    "admission-cancelled": Kind("LOG_INNLAGT", NURSES, (IN,), CANCELLED),
    "early-notice": Kind("HELSEOPPL_SOKNAD", CASEWORKERS, (IN, READY)),
    "update": Kind("HELSEOPPL_SOKNAD", CASEWORKERS, (IN, READY)),
    "ready": Kind("LOG_UTSKRIVNINGSKLAR", CASEWORKERS, (IN,), READY),
    "withdrawn": Kind("LOG_AVMELDING", CASEWORKERS, (READY,), IN),
    "discharge": Kind("LOG_UTSKREVET", NURSES, (IN, READY), OUT),
    "transfer": Kind("LOG_UTSKREVET", NURSES, (IN, READY), OUT),
    "discharge-report": Kind("UTSKRIVNINGSRAPPORT", NURSES, (IN, READY, OUT)),
    "letter": Kind("EPIKRISE", DOCTORS, (OUT, DEAD)),
    "letter-to-gp": Kind("EPIKRISE", GP, (OUT, DEAD)),
    "death": Kind("LOG_DOD", NURSES, (IN, READY), DEAD),
}
TAKES = {
    "DIALOG_FORESPORSEL": "1.1",
    "DIALOG_SVAR": "1.1",
    "DIALOG_NOTAT": "1.0",
    "DIALOG_AVVIK": "1.0",
    "INNLEGGELSESRAPPORT": "1.6",
    "DIALOG_HELSEFAGLIG": "1.1",
}


@dataclass(slots=True)
class HospitalStay:
    """One stay. `told` is when a positive receipt of the "ready" in force came; `answer` what is said to it."""

    key: str
    person: Resident
    ward: str
    ward_phone: str
    doctor: tuple[str, str, str]
    description: str
    phase: str = NONE
    admitted_at: datetime | None = None
    expected: datetime | None = None
    ready_at: datetime | None = None
    told: datetime | None = None
    refused: str = ""
    answer: str = ""
    promised: bool | None = None
    corrections: int = 0
    sent: dict[str, str] = field(default_factory=dict)
    """Kind -> MsgId of the newest."""
    happened: list[tuple[datetime, str]] = field(default_factory=list)


class HospitalSystem(House):
    def __init__(
        self, name: str, own: Party, template: Stay, people: tuple[Resident, ...], *,
        behind: Callable[[str], Resident | None] = lambda number: None, seed: int = 0, hurries: bool = True,
    ) -> None:  # fmt: skip
        super().__init__(name, own.organisation, int(own.service_her), seed=seed, hurries=hurries)
        self.own, self.template, self.people = own, template, people
        self.stays: dict[str, HospitalStay] = {}
        self._behind = behind
        self.doings = {
            "early-notice": self._early_notice,
            "look-for-receipt": self._look_for_receipt,
            "correct": self._correct,
            "send": self._send_by_itself,
        }

    def stay(self, key: str = "A", person: int = 0, **more: str) -> HospitalStay:
        """The stay of that name; the person is admitted to it by the first message. A stay that is over begins anew."""
        found = self.stays.get(key)
        if found is None:
            drawn = WARDS[self.chance.randrange(3)] if key != "A" else WARDS[0]
            found = HospitalStay(
                key, self.people[person % len(self.people)], more.get("ward", drawn[0]), more.get("ward_phone", drawn[1]),
                DOCTORS_OF_THE_HOUSE[self.chance.randrange(len(DOCTORS_OF_THE_HOUSE))],
                more.get("description", self.template.description),
            )  # fmt: skip
            self.stays[key] = found
        return found

    def send(self, kind: str, now: datetime, *, stay: str = "A", person: int = 0, **how: Any) -> str:
        """Gives the MsgId. Raises NotNow, KeyError for what a hospital does not send.

        how: `expected_days`, `text`, `ward`, `bent` (bending.py), `again` (although the stay is not so: a hospital errs).
        """
        told = KINDS[kind]
        if (
            told.type == "LOG_INNLAGT"
            and kind == "admission"
            and stay in self.stays
            and self.stays[stay].phase in ENDED
        ):
            del self.stays[stay]
        place = self.stay(stay, person, **{k: how[k] for k in ("ward", "description") if k in how})
        if place.phase not in told.told_in and not how.get("again"):
            raise NotNow(f"The stay is {place.phase}; {kind} is told when it is {' or '.join(told.told_in)}.")
        shipment = self._shipment(kind, place)
        self._happens(kind, place, now, how)
        facts = self._facts(place, address(told.to), now)
        also: tuple[int, ...] = ()
        if bent := str(how.get("bent", "")):
            facts, also = bending.of_facts(bent, facts, place.person)
        document = bending.of_bytes(bent, self._document(kind, place, facts, shipment, now, how))
        place.sent[kind] = shipment.msg_id
        place.happened.append((now, kind))
        return self.put_out(kind, told.type, told.to, shipment.msg_id, document, also)

    def hears(self, heard: Heard, now: datetime) -> None:
        place = self._place_of(heard)
        if place is None:
            self.enter(now, heard.msg_id, f"{heard.type} gjelder ingen som er innlagt her", None)
            return
        place.happened.append((now, f"mottatt {heard.type}"))
        match heard.type:
            case "DIALOG_FORESPORSEL" if heard.code == "8" and place.phase in (IN, READY):
                at = now if self.hurries else now + timedelta(minutes=self.chance.randrange(20, 180))
                self.plan(at, "send", "update", place.key, heard.msg_id)
            case "DIALOG_FORESPORSEL":
                self.enter(now, heard.msg_id, "Kommunen spør; posten svarer", place.person)
            case "DIALOG_NOTAT" | "DIALOG_HELSEFAGLIG" | "DIALOG_SVAR":
                self._answered(place, heard, now)
            case "INNLEGGELSESRAPPORT":
                self.enter(now, f"read {heard.msg_id}", "Innleggelsesrapport å lese", place.person)
            case "DIALOG_AVVIK":
                self.enter(now, heard.msg_id, "Kommunen melder avvik", place.person)

    def receipt(self, msg_id: str, status: str, codes: tuple[str, ...], now: datetime) -> None:
        place = next((s for s in self.stays.values() if msg_id in s.sent.values()), None)
        if place is None:
            return
        kind = next(k for k, sent in place.sent.items() if sent == msg_id)
        if kind == "ready":
            self._ready_receipt(place, status, codes, now)
        elif status == "2":
            self.enter(
                now,
                f"refused {msg_id}",
                f"{KINDS[kind].type} avvist ({' '.join(codes)}): ring kommunen",
                place.person,
            )

    def shown(self, now: datetime) -> dict[str, Any]:
        return {**super().shown(now), "stays": [_told(stay) for stay in self.stays.values()]}

    # what changes in a stay

    def _happens(self, kind: str, place: HospitalStay, now: datetime, how: Mapping[str, Any]) -> None:
        place.phase = KINDS[kind].then or place.phase
        if kind == "admission":
            place.admitted_at = now - timedelta(minutes=int(how.get("minutes_ago", 50)))
            place.expected = now + timedelta(days=4)
            if not self.hurries:
                self.plan(now + EARLY_NOTICE_AFTER, "early-notice", place.key)
        if "expected_days" in how:
            place.expected = now + timedelta(days=int(how["expected_days"]))
        if kind == "ready":
            place.ready_at, place.told, place.refused, place.answer, place.promised = now, None, "", "", None
            self.plan(now + TELL_WITHIN, "look-for-receipt", place.key, now)
        if kind in ("withdrawn", "discharge", "transfer", "death"):
            self.finish(now, f"not told {place.key}")
            self.finish(now, f"held {place.key}")

    def _ready_receipt(self, place: HospitalStay, status: str, codes: tuple[str, ...], now: datetime) -> None:
        if status in ("1", "3"):
            place.told, place.refused = now, ""
            place.happened.append((now, f"varslet {place.sent['ready']}"))
            self.finish(now, f"not told {place.key}")
            return
        place.refused = " ".join(codes) or "uten grunn"
        self._not_told(place, now, f"avvist: {place.refused}")
        if place.corrections < CORRECTIONS_MAX:
            self.plan(now if self.hurries else now + timedelta(minutes=25), "correct", place.key)

    def _answered(self, place: HospitalStay, heard: Heard, now: datetime) -> None:
        if heard.parent != place.sent.get("ready") and not heard.text.startswith((CAN, CANNOT)):
            self.enter(now, heard.msg_id, "Svar fra kommunen å lese", place.person)
            return
        place.answer = heard.text
        place.promised = heard.text.startswith(CAN)
        if place.promised:
            self.finish(now, f"held {place.key}")
        else:
            self.enter(now, f"held {place.key}", "Kommunen kan ikke ta imot: hun blir liggende", place.person)

    def _not_told(self, place: HospitalStay, now: datetime, why: str) -> None:
        self.enter(now, f"not told {place.key}", f"Kommunen er ikke varslet ({why})", place.person)

    # what it does by itself

    def _early_notice(self, now: datetime, key: str) -> None:
        place = self.stays.get(key)
        if place is not None and place.phase in (IN, READY) and "early-notice" not in place.sent:
            self.send("early-notice", now, stay=key)

    def _look_for_receipt(self, now: datetime, key: str, ready_at: datetime) -> None:
        place = self.stays.get(key)
        if place is not None and place.phase == READY and place.ready_at == ready_at and place.told is None:
            self._not_told(place, now, "ingen kvittering")

    def _correct(self, now: datetime, key: str) -> None:
        """Refused: the person is looked up, the address is the register's, and it goes out under a MsgId of its own."""
        place = self.stays.get(key)
        if place is not None and place.phase == READY and place.told is None:
            place.corrections += 1
            place.person = self._behind(place.person.national_id) or place.person
            ready_at = place.ready_at
            self.send("ready", now, stay=key, again=True)
            place.ready_at = ready_at

    def _send_by_itself(self, now: datetime, kind: str, key: str, parent: str = "") -> None:
        place = self.stays.get(key)
        if place is None:
            return
        try:
            self.send(kind, now, stay=key, text="Status på forespørsel fra kommunen.", parent=parent)
        except NotNow:
            self.enter(now, f"{kind} {key}", f"{kind} passer ikke lenger", place.person)

    # messages

    def _shipment(self, kind: str, place: HospitalStay) -> Shipment:
        """A cancellation, a withdrawal and an update stand to the message before them."""
        before = {"admission-cancelled": "admission", "withdrawn": "ready", "update": "early-notice"}.get(
            kind, ""
        )
        parent = place.sent.get("update" if kind == "update" and "update" in place.sent else before, "")
        return Shipment(new_id(), "C" if kind == "admission-cancelled" else "N", parent=parent)

    def _facts(self, place: HospitalStay, to: Party, now: datetime) -> Stay:
        given, family, hpr = place.doctor
        return about(
            self.template, place.person, sender=self.own, receiver=to, sent_at=now, admitted_at=place.admitted_at or now,
            ward=place.ward, ward_phone=place.ward_phone, responsible_given=given, responsible_family=family,
            responsible_hpr=hpr, description=place.description,
        )  # fmt: skip

    def _document(
        self,
        kind: str,
        place: HospitalStay,
        facts: Stay,
        shipment: Shipment,
        now: datetime,
        how: Mapping[str, Any],
    ) -> bytes:
        expected = place.expected or now
        lacks = how.get("bent") == "incomplete"
        match kind:
            case "admission" | "admission-cancelled":
                return hospital.admission_message(facts, shipment)
            case "early-notice":
                return hospital.early_notice(
                    facts, shipment, expected=expected, course="" if lacks else hospital.COURSE
                )
            case "update":
                changed = str(how.get("text", f"Ny forventet dato: {expected:%d.%m.%Y}."))
                if parent := how.get("parent"):
                    shipment = replace(shipment, parent=str(parent))
                return hospital.early_notice(
                    facts, shipment, expected=expected, content=hospital.UPDATE, changed=changed
                )
            case "ready":
                return hospital.ready_message(facts, shipment, ready_at=now)
            case "withdrawn":
                return hospital.withdrawn_message(facts, shipment, at=now)
            case "discharge":
                return hospital.discharge_message(facts, shipment, discharged_at=now)
            case "transfer":
                return hospital.discharge_message(facts, shipment, discharged_at=now, to=OTHER_INSTITUTION)
            case "death":
                return hospital.death_message(facts, shipment, at=now)
            case "discharge-report":
                text = str(how.get("text", "Går med rullator. Sår skiftes annenhver dag."))
                return hospital.discharge_report(
                    facts, shipment, text=text, practical="" if lacks else hospital.PRACTICAL
                )
        return hospital.discharge_letter(facts, shipment, ended_at=now)

    def _place_of(self, heard: Heard) -> HospitalStay | None:
        """By what it answers, else by the person: the stay that goes on, or the newest."""
        linked = [s for s in self.stays.values() if heard.parent and heard.parent in s.sent.values()]
        same = [
            s
            for s in self.stays.values()
            if heard.national_id in (s.person.national_id, s.person.help_number)
        ]
        under_way = [s for s in same if s.phase in (IN, READY)]
        return next(iter([*linked, *under_way, *reversed(same)]), None)


def notice_words(stay: HospitalStay) -> str:
    """What its staff see of whether the municipality knows."""
    if "ready" not in stay.sent or stay.phase in (NONE, CANCELLED):
        return "–"
    return (
        f"Kommunen varslet {stay.told.isoformat(timespec='seconds')}"
        if stay.told
        else "Kommunen er ikke varslet"
    )


def _told(stay: HospitalStay) -> dict[str, Any]:
    return {
        "key": stay.key,
        "patient": f"{stay.person.given} {stay.person.family}",
        "ward": stay.ward,
        "doctor": " ".join(stay.doctor[:2]),
        "phase": stay.phase,
        "expected": stay.expected.isoformat() if stay.expected else None,
        "notice": notice_words(stay),
        "told": stay.told is not None,
        "answer": stay.answer,
        "promised": stay.promised,
        "corrections": stay.corrections,
        "sent": dict(stay.sent),
        "happened": [{"at": at.isoformat(), "what": what} for at, what in stay.happened],
    }
