"""A municipality in memory: one patient, her decisions, stays, visits and two beds; what happened, told as plain values.

Each step does what a person, a hospital or the clock does; then the house is asked (`pathways.asking.ask`, the very function
that runs) and its answer is written at the versions that were read. `faults()` then says what does not hold. What is true
(`stays`, `granted`, `died`) is kept apart from the resources and judged by rules of its own.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from akson.app.pathways import asking
from akson.app.pathways.facts import PatientFacts
from akson.care.casework import acts, beds, visits
from akson.care.casework.decision import Amount, Decision, Round
from akson.care.casework.rows import BED_HOLD, NORWAY, VISIT, is_a, why_cancelled
from akson.care.worklist import conservation
from akson.fhir.problem import Problem

ASTRID = {"reference": "Patient/astrid", "display": "Astrid"}
UNIT = {"reference": "Organization/ost", "display": "Øst"}
OFFICE = {"reference": "Organization/sak", "display": "Sak"}
KARI = {"reference": "Practitioner/kari"}
IDA = {"actor": {"reference": "Practitioner/ida"}, "status": "accepted"}
NURSING = {"code": "15", "display": "Helsetjenester i hjemmet"}
DAYS = (date(2026, 11, 24), date(2026, 3, 27), date(2026, 10, 23), date(2026, 12, 30))
"""The clocks change on 29 March and 25 October."""
ROUNDS = (
    (Round("08:00", 30, "Stell"), Round("20:00", 30, "Kveld")),
    (Round("02:30", 15, "Nattilsyn"), Round("12:00", 30, "Middag", ("mon", "wed", "fri", "sun"))),
    (Round("10:00", 30, "Tilsyn"),),
)
WINDOW = timedelta(days=2)
IN_HOSPITAL = "IMP"
STEPS = (
    "admit", "admit_late", "withdraw", "discharge", "reopen", "die", "apply", "decide", "change", "end", "promise",
    "release", "came", "left", "assign", "sick_nurse", "refuse", "move", "done", "clock", "jump", "kill", "restart",
)  # fmt: skip


class Broken(Exception):
    """A commit that the record would refuse."""


@dataclass
class Stay:
    id: str
    start: datetime
    end: datetime | None = None
    withdrawn: bool = False


@dataclass
class Granted:
    id: str
    start: date
    end: date | None
    rounds: tuple[Round, ...]
    decision: dict[str, Any]


@dataclass
class World:
    now: datetime
    resources: dict[str, dict[str, Any]] = field(default_factory=dict)
    by_type: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    stays: list[Stay] = field(default_factory=list)
    granted: list[Granted] = field(default_factory=list)
    died: datetime | None = None
    slept: list[tuple[str, datetime, datetime | None]] = field(default_factory=list)
    """Short-term beds she came to: hold, from, until."""
    touched: dict[str, str] = field(default_factory=dict)
    """What a person did to a visit: id -> status and reason that must stand."""
    down: bool = False
    number: int = 0

    @classmethod
    def begin(cls, a: int) -> "World":
        world = cls(datetime.combine(DAYS[a % len(DAYS)], datetime.min.time(), NORWAY).astimezone(UTC))
        world.now += timedelta(minutes=a // 7 % 1440)
        ward = beds.ward("korttid", "Korttid", UNIT)
        world.commit([ward, beds.bed("bed-1", "1", ward), beds.bed("bed-2", "2", ward)])
        world.decide(a, a // 3)
        world.follow()
        return world

    def commit(self, changed: list[dict[str, Any]]) -> None:
        """All or nothing, new or at the version that was read."""
        for r in changed:
            standing = self.resources.get(f"{r['resourceType']}/{r['id']}")
            read = (r.get("meta") or {}).get("versionId")
            if read != (standing["meta"]["versionId"] if standing else None):
                raise Broken(f"{r['resourceType']}/{r['id']}")
        for r in changed:
            version = int((r.get("meta") or {}).get("versionId") or 0) + 1
            name, kept = f"{r['resourceType']}/{r['id']}", {**r, "meta": {"versionId": str(version)}}
            self.resources[name] = self.by_type.setdefault(r["resourceType"], {})[name] = kept

    def of(self, type: str) -> list[dict[str, Any]]:
        return list(self.by_type.get(type, {}).values())

    def new(self, kind: str) -> str:
        self.number += 1
        return f"{kind}-{self.number}"

    def step(self, name: str, a: int, b: int) -> None:
        if self.died is not None and name in (
            "admit",
            "admit_late",
            "reopen",
            "decide",
            "change",
            "promise",
            "came",
        ):
            return
        getattr(self, name)(a, b)
        if not self.down:
            self.follow()

    def facts(self) -> PatientFacts:
        appointments = self.of("Appointment")
        holds = tuple(a for a in appointments if is_a(a, BED_HOLD))
        return PatientFacts(
            patient={"id": "astrid", **({"deceasedDateTime": self.died.isoformat()} if self.died else {})},
            encounters=tuple(self.of("Encounter")),
            communications=(),
            decisions=tuple(self.of("ServiceRequest")),
            tasks=tuple(self.of("Task")),
            visits=tuple(a for a in appointments if is_a(a, VISIT)),
            holds=holds,
            beds=tuple(
                p for p in self.of("Location") if p["id"] in {beds.bed_of(h) for h in beds.standing(holds)}
            ),
        )

    def follow(self) -> None:
        self.commit(list(asking.ask(self.facts(), self.now, WINDOW).changes))

    # What happens

    def admit(self, a: int, b: int) -> None:
        if b % 3 == 0:
            # At the very minute of a visit.
            self.now = self._next_round(a)
        self._admitted(self.now)

    def admit_late(self, a: int, b: int) -> None:
        self._admitted(self.now - timedelta(minutes=a % 600))

    def _admitted(self, start: datetime) -> None:
        if sum(s.end is None and not s.withdrawn for s in self.stays) < 2:
            stay = Stay(self.new("stay"), start)
            self.stays.append(stay)
            self.commit([self._encounter(stay)])

    def _encounter(self, stay: Stay) -> dict[str, Any]:
        status = "entered-in-error" if stay.withdrawn else "finished" if stay.end else "in-progress"
        period = {"start": stay.start.isoformat(), **({"end": stay.end.isoformat()} if stay.end else {})}
        standing = self.resources.get(f"Encounter/{stay.id}", {})
        kind = {"class": {"code": IN_HOSPITAL}, "subject": ASTRID, "period": period, "status": status}
        return {**standing, "resourceType": "Encounter", "id": stay.id, **kind}

    def _any_stay(self, a: int, ended: bool) -> Stay | None:
        found = [s for s in self.stays if not s.withdrawn and (s.end is not None) == ended]
        return found[a % len(found)] if found else None

    def withdraw(self, a: int, b: int) -> None:
        if stay := self._any_stay(a, ended=b % 3 == 0):
            stay.withdrawn = True
            self.commit([self._encounter(stay)])

    def discharge(self, a: int, b: int) -> None:
        if stay := self._any_stay(a, ended=False):
            ahead = self._next_round(a) if b % 2 else self.now
            stay.end = max(stay.start, ahead)
            self.commit([self._encounter(stay)])

    def _next_round(self, a: int) -> datetime:
        """Home at the very minute of a visit."""
        ahead = sorted(start for _, start, _ in self.wanted(self.now, self.now + WINDOW))
        return ahead[a % len(ahead)] if ahead else self.now

    def reopen(self, a: int, b: int) -> None:
        if stay := self._any_stay(a, ended=True):
            stay.end = None
            self.commit([self._encounter(stay)])

    def die(self, a: int, b: int) -> None:
        if a % 4 == 0:
            self.died = self.died or self.now - timedelta(minutes=b % 300)

    def apply(self, a: int, b: int) -> None:
        received = self.now - timedelta(minutes=a % 99)
        application = acts.Application(
            self.new("soknad"), self.new("oppgave"), ASTRID, received, "Hjelp", ASTRID, OFFICE, KARI
        )
        self.commit(acts.apply(application))

    def _today(self) -> date:
        return self.now.astimezone(NORWAY).date()

    def _running(self) -> Granted | None:
        return next((g for g in self.granted if g.decision["status"] == "active"), None)

    def _decision(self, a: int, b: int, episode: str) -> Decision:
        start = self._today() + timedelta(days=a % 3)
        end = start + timedelta(days=b % 9) if b % 4 == 0 else None
        return Decision(
            self.new("vedtak"), episode, self.new("brev"), ASTRID, NURSING, UNIT, OFFICE, start, self.now, "Grunn",
            Amount(ROUNDS[b % len(ROUNDS)]), end,
        )  # fmt: skip

    def _keep(self, decision: Decision) -> None:
        standing = self.resources[f"ServiceRequest/{decision.id}"]
        self.granted.append(
            Granted(decision.id, decision.start, decision.end, decision.amount.rounds, standing)
        )

    def _asked(self) -> tuple[dict[str, Any], dict[str, Any]] | tuple[None, None]:
        for task in self.of("Task"):
            if task["status"] in ("requested", "in-progress") and "restriction" in task:
                return self.resources[task["focus"]["reference"]], task
        return None, None

    def decide(self, a: int, b: int) -> None:
        if self._running() is None:
            decision = self._decision(a, b, self.new("tjeneste"))
            self.commit(acts.decide(decision, *self._asked()))
            self._keep(decision)

    def change(self, a: int, b: int) -> None:
        if old := self._running():
            episode = self._episode(old)
            decision = self._decision(a, b, episode["id"])
            if decision.start >= old.start:
                self.commit(acts.change(decision, old.decision, episode))
                old.end = decision.start - timedelta(days=1)
                old.decision = self.resources[f"ServiceRequest/{old.id}"]
                self._keep(decision)

    def end(self, a: int, b: int) -> None:
        if old := self._running():
            last = self._today() + timedelta(days=a % 3)
            self.commit(acts.end(old.decision, self._episode(old), last, "ended"))
            old.end = min(last, old.end) if old.end else last
            old.decision = self.resources[f"ServiceRequest/{old.id}"]

    def _episode(self, granted: Granted) -> dict[str, Any]:
        name = f"ServiceRequest/{granted.id}"
        return next(e for e in self.of("EpisodeOfCare") if {"reference": name} in e["referralRequest"])

    def promise(self, a: int, b: int) -> None:
        start = self.now + timedelta(hours=a % 20)
        wanted = beds.Hold(self.new("hold"), ASTRID, start, start + timedelta(days=1 + b % 5), None)
        bed = self.resources[f"Location/bed-{1 + a % 2}"]
        try:
            self.commit(beds.hold(bed, wanted))
        except Problem as refused:
            assert refused.id == "AKS-CASE-010"

    def _hold(self, a: int, *statuses: str) -> dict[str, Any] | None:
        found = [h for h in beds.standing(self.of("Appointment")) if h["status"] in statuses]
        return found[a % len(found)] if found else None

    def release(self, a: int, b: int) -> None:
        if held := self._hold(a, "booked"):
            self.commit(beds.release(self.resources[f"Location/{beds.bed_of(held)}"], held, "withdrawn"))

    def came(self, a: int, b: int) -> None:
        held = self._hold(a, "booked")
        if held and not any(end is None for _, _, end in self.slept):
            start = datetime.fromisoformat(held["start"])
            self.commit(beds.came(held))
            self.slept.append((held["id"], start.astimezone(UTC), None))

    def left(self, a: int, b: int) -> None:
        held = self._hold(a, "arrived")
        if held and datetime.fromisoformat(held["start"]) < self.now:
            at = self.now.replace(second=0, microsecond=0)
            self.commit(beds.left(self.resources[f"Location/{beds.bed_of(held)}"], held, at))
            self.slept = [(id, start, at if id == held["id"] else end) for id, start, end in self.slept]

    def _visit(self, a: int, *, begun: bool = False) -> dict[str, Any] | None:
        found = [
            v
            for v in self.of("Appointment")
            if is_a(v, VISIT) and v["status"] == "booked" and (not begun or starts(v) <= self.now)
        ]
        return found[a % len(found)] if found else None

    def assign(self, a: int, b: int) -> None:
        if visit := self._visit(a):
            others = [p for p in visit["participant"] if p is not IDA and p != IDA]
            self.commit([{**visit, "participant": [*others, IDA]}])

    def sick_nurse(self, a: int, b: int) -> None:
        """Whoever was to come does not; some of her visits nobody can take over."""
        hers = [v for v in self.of("Appointment") if v["status"] == "booked" and IDA in v["participant"]]
        for n, visit in enumerate(hers):
            alone = {**visit, "participant": [p for p in visit["participant"] if p != IDA]}
            if (a + n) % 5 == 0:
                alone |= {"status": "cancelled", "cancelationReason": why_cancelled("no-staff")}
                self.touched[visit["id"]] = "cancelled no-staff"
            self.commit([alone])

    def refuse(self, a: int, b: int) -> None:
        if visit := self._visit(a):
            self.touched[visit["id"]] = "cancelled not-wanted"
            self.commit([visits.cancelled(visit, "not-wanted")])

    def move(self, a: int, b: int) -> None:
        if visit := self._visit(a):
            to = max(self.now, starts(visit)) + timedelta(minutes=30 + b % 900)
            self.commit(visits.moved(visit, to, self.new("flyttet")))
            self.touched[visit["id"]] = "cancelled moved"

    def done(self, a: int, b: int) -> None:
        if visit := self._visit(a, begun=True):
            assert self.down or not self.away(starts(visit)), "a visit is made and paid while she is away"
            self.touched[visit["id"]] = "fulfilled "
            self.commit([{**visit, "status": "fulfilled"}])

    def clock(self, a: int, b: int) -> None:
        self.now += timedelta(minutes=a % 240)

    def jump(self, a: int, b: int) -> None:
        self.now += timedelta(hours=a % 60)

    def kill(self, a: int, b: int) -> None:
        """Between reading and writing: asked, and nothing of it is kept."""
        asking.ask(self.facts(), self.now, WINDOW)
        self.down = True

    def restart(self, a: int, b: int) -> None:
        self.down = False

    # What is true, by rules of its own

    def away(self, at: datetime) -> bool:
        spells = [(s.start, s.end) for s in self.stays if not s.withdrawn]
        spells += [(start, end) for _, start, end in self.slept]
        spells += self._on_the_way()
        return any(start <= at and not (end and end <= at) for start, end in spells)

    def _on_the_way(self) -> list[tuple[datetime, datetime]]:
        """From the hospital to a bed that still stands promised, and in it until its period is over (ADR 0186)."""
        left = [s.end for s in self.stays if s.end and not s.withdrawn]
        spells = []
        for hold in beds.standing(self.of("Appointment")):
            start, end = (datetime.fromisoformat(hold[name]).astimezone(UTC) for name in ("start", "end"))
            out = [at for at in left if at < end and start - at <= timedelta(days=1)]
            if hold["status"] == "booked" and out:
                spells.append((min(start, max(out)), end))
        return spells

    def wanted(self, since: datetime, until: datetime) -> list[tuple[str, datetime, Granted]]:
        """(number, start, decision) of every visit that a decision gives in [since, until)."""
        found = []
        day, last = since.astimezone(NORWAY).date() - timedelta(days=1), until.astimezone(NORWAY).date()
        while day <= last:
            for granted in self.granted:
                if granted.start <= day and not (granted.end and granted.end < day):
                    for place, planned in enumerate(granted.rounds):
                        if f"{day:%a}".lower() in planned.weekdays:
                            hour, minute = map(int, planned.time.split(":"))
                            wall = datetime(day.year, day.month, day.day, hour, minute, tzinfo=NORWAY)
                            found.append((f"{granted.id}|{day}|{place}", wall.astimezone(UTC), granted))
            day += timedelta(days=1)
        return [one for one in found if since <= one[1] < until]

    def faults(self) -> list[str]:
        """What does not hold, in words; empty when nothing was lost."""
        appointments = self.of("Appointment")
        found = [v for v in appointments if is_a(v, VISIT)]
        counted = conservation.count([*found, *self.of("Task")])
        held = conservation.beds(self.of("Location"), appointments)
        faults = [] if counted.balances else [f"does not balance: {counted.broken}"]
        faults += [f"without owner: {name}" for name in counted.without_owner]
        faults += [] if held.balances else [f"beds: {held}"]
        faults += [f"undone: {id}" for id, kept in self.touched.items() if self._state(id) != kept]
        faults += _twice(found)
        return faults if self.down else [*faults, *self._faults_when_up(found)]

    def _never_booked(self, by_number: dict[str, dict[str, Any]]) -> list[str]:
        """Visits of the past after a decision's first, neither made, nor of an absence, nor in an item with an owner."""
        first: dict[tuple[str, str], date] = {}
        for number in by_number:
            decision, day, place = number.split("|")
            begun = date.fromisoformat(day)
            first[decision, place] = min(begun, first.get((decision, place), begun))
        if not first:
            return []
        told = [
            (
                t["basedOn"][0]["reference"],
                *(datetime.fromisoformat(at) for at in t["input"][0]["valuePeriod"].values()),
            )
            for t in self.of("Task")
            if "input" in t and "basedOn" in t and t["owner"] == UNIT
        ]
        began = datetime.combine(min(first.values()), datetime.min.time(), NORWAY).astimezone(UTC)
        lost = []
        for number, start, granted in self.wanted(began, self.now):
            decision, day, place = number.split("|")
            begun = first.get((decision, place))
            if begun is None or date.fromisoformat(day) < begun or number in by_number:
                continue
            if self.away(start) or (self.died is not None and start >= self.died):
                continue
            name = f"ServiceRequest/{granted.id}"
            if not any(of == name and since <= start <= until for of, since, until in told):
                lost.append(number)
        return lost

    def _state(self, id: str) -> str:
        visit = self.resources[f"Appointment/{id}"]
        codings = (visit.get("cancelationReason") or {}).get("coding") or [{"code": ""}]
        return f"{visit['status']} {codings[0]['code']}"

    def _faults_when_up(self, found: list[dict[str, Any]]) -> list[str]:
        faults = []
        wanted = {n: start for n, start, _ in self.wanted(self.now, self.now + WINDOW)}
        by_number = {v["identifier"][0]["value"]: v for v in found if "identifier" in v}
        for visit in found:
            start = starts(visit)
            dead = self.died is not None and start >= self.died
            if visit["status"] == "booked" and (self.away(start) or dead):
                faults.append(f"open while she is away: {start}")
            number = visit["identifier"][0]["value"] if "identifier" in visit else ""
            if visit["status"] == "booked" and number and self.now <= start < self.now + WINDOW:
                faults += [] if number in wanted else [f"nobody gave it: {number}"]
        for number, start in wanted.items():
            if self.away(start) or (self.died is not None and start >= self.died):
                continue
            visit = by_number.get(number)
            if visit is None or (visit["status"] != "booked" and visit["id"] not in self.touched):
                faults.append(f"missed: {number}")
        booked = [h for h in beds.standing(self.of("Appointment")) if h["status"] == "booked"]
        faults += [f"never booked, and nobody told: {n}" for n in self._never_booked(by_number)]
        faults += ["a bed is held for the dead"] if self.died and booked else []
        faults += ["asked twice it acts twice"] if asking.ask(self.facts(), self.now, WINDOW).changes else []
        return faults


def starts(visit: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(visit["start"]).astimezone(UTC)


def _twice(found: list[dict[str, Any]]) -> list[str]:
    numbers = [v["identifier"][0]["value"] for v in found if "identifier" in v]
    return [] if len(numbers) == len(set(numbers)) else ["one visit stands twice"]
