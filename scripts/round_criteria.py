"""What Ida's morning is judged by: fifteen numbered criteria, each with what was measured and a verdict. Pure.

    judge(Seen(…)) -> (Verdict("3", "…", "6 trykk for 4 avvik, 1,9 s", True), …)

They are those of the story (a list that agrees, a round that works without network) as a stranger may check them. Every
one is judged at every run, and a fact that was not seen fails its criterion: docs/adr/0214.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

RECALL_MIN, FALSE_ALARMS_MAX = 0.99, 0.02
INTERACTIONS_MAX, RECONCILE_MAX_S = 10, 90
HOURS_MAX, PATIENTS_MAX = 16, 60
RESUME_MAX_S = 1.0
KEYS = (
    "telefonens nøkkel og PIN",
    "PIN og en annen telefons nøkkel",
    "telefonens nøkkel og feil PIN",
    "PIN uten nøkkel",
)
"""Ways to open the package, the right one first."""

WORDS = {
    "1": "Motoren finner avvikene: minst 99 % funnet, høyst 2 % falske alarmer",
    "2": "Maskinen slår ingenting sammen: ingenting er valgt på forhånd, og listen endres først når Ida signerer",
    "3": "Listen samstemmes med høyst 10 trykk, på høyst 90 sekunder",
    "4": "Dagspakken er minst mulig: høyst 16 timer, høyst 60 pasienter, ingen fødselsnummer",
    "5": "Pakken åpnes bare med telefonens nøkkel og PIN sammen, og nøkkelen kan ikke hentes ut av siden",
    "6": "Uten nett ser Ida hele legemiddellisten og fører alt: gjort, flyttet, avlyst, en måling og et notat",
    "7": "Én innlogging hele vakten",
    "8": "Åpne igjen med PIN tar høyst ett sekund (median)",
    "9": "Når serveren er tilbake, står alt der nøyaktig én gang, også når det sendes om igjen",
    "10": "Det to har ført ulikt, blir en oppgave med eier, og ingenting er overskrevet",
    "11": "Det Ida så uten nett, står i Astrids tilgangslogg",
    "12": "En beslaglagt telefon røper ingenting: ingen fil i nettleserens mappe kan leses",
    "13": "Ingen dose står i to tilstander",
    "14": "Regnskapet går opp: planlagt = gjort + flyttet + avlyst + åpen",
    "15": "Neste besøk viser den samstemte listen",
}


@dataclass(slots=True)
class Seen:
    """What was measured. Empty values are what it is before anybody has looked, and none of them passes."""

    recall: float = 0.0
    false_alarms: float = 1.0
    cases: int = 0
    differences: int = 0
    chosen_beforehand: int = -1
    changed_before_signing: list[str] = field(default_factory=lambda: ["ikke sett etter"])
    """Of her list and its lines, which had another version after the choices than before."""
    changed_after_signing: int = 0
    interactions: int = 0
    """Keys and clicks, counted in the browser from the opened screen until the list was signed."""
    reconcile_s: float = 0.0
    hours: float = 0.0
    patients: int = 0
    national_ids: int = -1
    opened: Mapping[str, bool] = field(default_factory=dict)
    """Of each way in KEYS whether it opened the package."""
    key_taken_out: bool = True
    done_offline: Sequence[str] = ()
    """What was on the phone after it was closed and opened with the server dead."""
    meant_offline: Sequence[str] = ()
    medicines_shown: int = 0
    medicines_held: int = -1
    logins: int = 0
    resumes_s: Sequence[float] = ()
    sent: Mapping[str, int] = field(default_factory=dict)
    """Each operation's id -> how many times it stands in the record."""
    truth: Mapping[str, bool] = field(default_factory=dict)
    """What stands, by hand: `puls 93` -> whether it does."""
    second_answers: Counter[str] = field(default_factory=Counter)
    conflicts: int = 0
    conflicts_meant: int = 1
    conflict_owner: str = ""
    overwritten: bool = True
    views_sent: int = 0
    views_logged: int = 0
    """Events in the proof of her log, which stay as many when all is sent again."""
    views_shown: int = 0
    """Lines of them on her own page: looks within the same minute are one line."""
    markers: int = 0
    readable: Sequence[str] = ("ikke lett etter",)
    control_found: bool = False
    """The same search finds what was written there in clear."""
    doses: int = 0
    doses_answered: int = 0
    doses_twice: Sequence[str] = ("ikke sett etter",)
    second_said: str = ""
    """What the page said to the second who answered the same dose."""
    planned: int = 0
    done: int = 0
    moved: int = 0
    cancelled: int = 0
    open: int = 0
    expected: tuple[int, int, int, int] = (0, 0, 0, 0)
    """(done, moved, cancelled, open) as it must be by what was done, worked out without the record."""
    next_list: Sequence[str] = ()
    """Lines of the changed medicines on the phone afterwards; each must hold the words of `next_meant`."""
    next_meant: Mapping[str, bool] = field(default_factory=dict)
    """Words -> whether they are to stand on the list."""


@dataclass(frozen=True, slots=True)
class Verdict:
    number: str
    words: str
    measured: str
    passed: bool


def judge(seen: Seen) -> tuple[Verdict, ...]:
    return tuple(Verdict(number, WORDS[number], *_JUDGES[number](seen)) for number in WORDS)


def lines(verdicts: Sequence[Verdict]) -> list[str]:
    """One for each, and the sum."""
    told = [
        f"{v.number:>3}. {'BESTÅTT' if v.passed else 'IKKE BESTÅTT'}  {v.words}\n       målt: {v.measured}"
        for v in verdicts
    ]
    return [*told, "", f"{sum(v.passed for v in verdicts)} av {len(verdicts)} bestått."]


Judged = tuple[str, bool]
"""What was measured, in words, and whether it is good enough."""


def _number(value: float, digits: int = 1) -> str:
    return f"{value:.{digits}f}".replace(".", ",")


def _engine(seen: Seen) -> Judged:
    found, false = _number(100 * seen.recall, 2), _number(100 * seen.false_alarms, 2)
    said = f"{found} % funnet, {false} % falske, {seen.cases} tilfeller"
    return said, seen.cases > 0 and seen.recall >= RECALL_MIN and seen.false_alarms <= FALSE_ALARMS_MAX


def _machine(seen: Seen) -> Judged:
    before = ", ".join(seen.changed_before_signing) or "ingen"
    said = (
        f"{max(seen.chosen_beforehand, 0)} av {seen.differences} avvik valgt på forhånd; endret før signering: {before}; "
        f"{seen.changed_after_signing} linjer endret eller bekreftet da hun signerte"
    )
    passed = (
        seen.chosen_beforehand == 0 and not seen.changed_before_signing and seen.changed_after_signing > 0
    )
    return said, passed and seen.differences > 0


def _interactions(seen: Seen) -> Judged:
    said = f"{seen.interactions} trykk for {seen.differences} avvik, {_number(seen.reconcile_s)} s"
    return said, 0 < seen.interactions <= INTERACTIONS_MAX and 0 < seen.reconcile_s <= RECONCILE_MAX_S


def _package(seen: Seen) -> Judged:
    said = (
        f"{_number(seen.hours)} timer, {seen.patients} pasienter, {max(seen.national_ids, 0)} fødselsnummer"
    )
    return said, 0 < seen.hours <= HOURS_MAX and 0 < seen.patients <= PATIENTS_MAX and seen.national_ids == 0


def _keys(seen: Seen) -> Judged:
    told = "; ".join(f"{way}: {'åpnet' if seen.opened.get(way) else 'åpnet ikke'}" for way in KEYS)
    right = [bool(seen.opened.get(way)) for way in KEYS] == [True, False, False, False]
    out = "kunne hentes ut" if seen.key_taken_out else "kunne ikke hentes ut"
    return f"{told}; nøkkelen {out}", right and len(seen.opened) == len(KEYS) and not seen.key_taken_out


def _offline(seen: Seen) -> Judged:
    missing = [one for one in seen.meant_offline if one not in seen.done_offline]
    said = (
        f"{len(seen.done_offline)} av {len(seen.meant_offline)} føringer sto på telefonen etter ny åpning, "
        f"{seen.medicines_shown} av {seen.medicines_held} legemidler vist"
    )
    whole = seen.medicines_shown == seen.medicines_held > 0
    return said + "".join(f"; mangler {one}" for one in missing), bool(
        seen.meant_offline
    ) and whole and not missing


def _logins(seen: Seen) -> Judged:
    return f"{seen.logins} {'innlogging' if seen.logins == 1 else 'innlogginger'}", seen.logins == 1


def _resume(seen: Seen) -> Judged:
    if not seen.resumes_s:
        return "ikke målt", False
    middle, longest = median(seen.resumes_s), max(seen.resumes_s)
    said = f"median {_number(middle, 2)} s av {len(seen.resumes_s)} ganger, lengst {_number(longest, 2)} s"
    return said, middle <= RESUME_MAX_S


def _once(seen: Seen) -> Judged:
    lost = [id for id, times in seen.sent.items() if times < 1]
    doubled = [id for id, times in seen.sent.items() if times > 1]
    wrong = [what for what, stands in seen.truth.items() if not stands]
    again = sum(seen.second_answers.values())
    known = seen.second_answers["again"]
    said = f"{len(seen.sent)} føringer: {len(lost)} tapt, {len(doubled)} doblet; "
    said += f"{again} sendt om igjen, {known} kjent fra før" + "".join(f"; feil: {w}" for w in wrong)
    whole = bool(seen.sent and seen.truth) and not lost and not doubled and not wrong
    return said, whole and again == known == len(seen.sent)


def _conflicts(seen: Seen) -> Judged:
    said = f"{seen.conflicts} av {seen.conflicts_meant} ble oppgave, eier {seen.conflict_owner or 'ingen'}, "
    said += "den andres føring er overskrevet" if seen.overwritten else "den andres føring står"
    return said, seen.conflicts == seen.conflicts_meant > 0 and bool(
        seen.conflict_owner
    ) and not seen.overwritten


def _views(seen: Seen) -> Judged:
    said = f"sett {seen.views_sent} ganger uten nett, {seen.views_logged} i beviset fra loggen, "
    said += f"{seen.views_shown} {'linje' if seen.views_shown == 1 else 'linjer'} på hennes egen side"
    return said, seen.views_sent == seen.views_logged > 0 and seen.views_shown > 0


def _seized(seen: Seen) -> Judged:
    said = f"{len(seen.readable)} av {seen.markers} kjennetegn lesbare"
    said += ", begge kontrollene ble funnet" if seen.control_found else ", men kontrollene ble ikke funnet"
    return said, seen.markers > 0 and not seen.readable and seen.control_found


def _doses(seen: Seen) -> Judged:
    said = f"{seen.doses_answered} av {seen.doses} doser ført, {len(seen.doses_twice)} i to tilstander"
    said += (
        f"; den andre fikk vite: «{seen.second_said}»"
        if seen.second_said
        else "; den andre fikk ikke vite noe"
    )
    return said, 0 < seen.doses_answered <= seen.doses and not seen.doses_twice and bool(seen.second_said)


def _account(seen: Seen) -> Judged:
    found = (seen.done, seen.moved, seen.cancelled, seen.open)
    said = f"{seen.planned} planlagt = {seen.done} gjort + {seen.moved} flyttet + {seen.cancelled} avlyst + {seen.open} åpne"
    if found != seen.expected:
        said += "; skulle vært " + " + ".join(map(str, seen.expected))
    return said, 0 < seen.planned == sum(found) and found == seen.expected


def _next(seen: Seen) -> Judged:
    wrong = [
        w for w, stands in seen.next_meant.items() if any(w in line for line in seen.next_list) != stands
    ]
    shown = ", ".join(seen.next_list)
    return (shown or "ingen av dem") + "".join(f"; feil: {w}" for w in wrong), bool(
        seen.next_meant
    ) and not wrong


_JUDGES: Mapping[str, Callable[[Seen], Judged]] = {
    "1": _engine,
    "2": _machine,
    "3": _interactions,
    "4": _package,
    "5": _keys,
    "6": _offline,
    "7": _logins,
    "8": _resume,
    "9": _once,
    "10": _conflicts,
    "11": _views,
    "12": _seized,
    "13": _doses,
    "14": _account,
    "15": _next,
}
