"""The eight criteria of US-01, judged from what was played and what the node shows. Pure: JSON in, words out.

    visits_wrong(appointments, truth, now, since)  [] when her visits are as the story's truth demands
    criteria(played, seen)                         {"4": {"words", "state": passed | failed | not-yet, "why"}}

It knows nothing of how the node works visits and days out: times are read off a day before, and truth is the story's.
"""

import base64
import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from akson.exchange.times import NORWAY
from akson_lab.stories.mandatory import absent
from akson_lab.stories.play import Played
from akson_lab.stories.story import Truth

WORDS = {
    "1": "Alle trinn i rekkefølge, med kvittering",
    "2": "Obligatoriske felt kontrollert på begge sider",
    "3": "«Kommunen varslet» bare etter positiv kvittering",
    "4": "Ingen besøk mens hun er innlagt, ingen glemt etter hjemkomst",
    "5": "Liggedøgn som sannhetstabellen",
    "6": "Ingen felt skrevet to ganger",
    "7": "Ubesvart melding om utskrivningsklar gir varsel",
    "8": "Uroen tålt",
}
LIVE = ("proposed", "pending", "booked", "arrived", "fulfilled", "checked-in")
AHEAD = timedelta(days=13)
"""Visits stand fourteen days ahead; the last of them may be under way."""


@dataclass(slots=True)
class Seen:
    """What the node showed at the end, and what was typed on the way."""

    stays: Sequence[Mapping[str, Any]] = ()
    """`akson pathway show --json`"""
    visits_wrong: Sequence[str] = ()
    remarks: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """`TYPE MsgId` -> what the node says is missing."""
    typed: Sequence[str] = ()
    """`INNLEGGELSESRAPPORT reason`, each field that a person wrote; `… to` an address that she typed."""
    chosen: Sequence[str] = ()
    """Days and codes: a choice, and no repetition."""
    retyped: Sequence[str] = ()
    alarms_missing: Sequence[str] = ()
    looks: int = 0


def usual_times(appointments: Iterable[Mapping[str, Any]], day: date) -> list[str]:
    """`["07:45", "13:00", "20:00"]`: when she has visits on a day that nothing has happened on."""
    return sorted(f"{at:%H:%M}" for at in _live(appointments) if at.date() == day)


def visits_wrong(
    appointments: Sequence[Mapping[str, Any]], truth: Truth, now: datetime, since: date, times: Sequence[str]
) -> list[str]:
    """From `since` until thirteen days ahead: each slot has one visit, unless she is away or dead; then it has none."""
    standing = Counter(_live(appointments))
    wrong = [f"to besøk {at:%d.%m. %H:%M}" for at, count in standing.items() if count > 1]
    last = (now + AHEAD).astimezone(NORWAY).date()
    for day in (since + timedelta(days=n) for n in range((last - since).days)):
        for clock in times:
            at = datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=NORWAY)
            gone = _gone(truth, at, now)
            if bool(standing[at]) is gone:
                wrong.append(f"{'besøk i fravær' if gone else 'mangler besøk'} {at:%d.%m. %H:%M}")
    return wrong


def _gone(truth: Truth, at: datetime, now: datetime) -> bool:
    """As it can be known now: an end that lies ahead is known to nobody."""
    if truth.dead is not None and truth.dead <= now and at >= truth.dead:
        return True
    return any(
        known <= now and start <= at and (end is None or end > now or at < end)
        for start, end, known in truth.away
    )


def _live(appointments: Iterable[Mapping[str, Any]]) -> list[datetime]:
    return [
        datetime.fromisoformat(a["start"]).astimezone(NORWAY)
        for a in appointments
        if a.get("status") in LIVE and "basedOn" in a
    ]


def criteria(played: Played, seen: Seen | None) -> dict[str, dict[str, str]]:
    """`seen` None: no node was there, and four to seven are not judged."""
    found = {
        "1": _order(played),
        "2": _fields(played, seen),
        "3": _told(played),
        "8": [] if played.done else ["et trinn kom ikke"],
    }
    if seen is not None:
        days = sorted(d for stay in seen.stays for d in stay["liability"]["days"])
        wanted = sorted(d.isoformat() for d in played.story.truth.liability)
        found |= {
            "4": list(seen.visits_wrong),
            "5": [] if days == wanted else [f"noden har {days}, sannheten er {wanted}"],
            "6": [f"skrevet på nytt: {name}" for name in seen.retyped],
            "7": list(seen.alarms_missing),
        }
    judged = {n: _judged(n, wrong) for n, wrong in found.items()}
    if seen is None:
        judged |= {n: {"words": WORDS[n], "state": "not-yet", "why": "ingen node"} for n in "4567"}
    elif judged["6"]["state"] == "passed":
        judged["6"]["why"] = f"{len(seen.typed)} skrevet, {len(seen.chosen)} valgt, 0 skrevet på nytt"
    return judged


def _judged(number: str, wrong: list[str] | None) -> dict[str, str]:
    if wrong is None:
        return {
            "words": WORDS[number],
            "state": "not-yet",
            "why": "de offisielle skjemaene er ikke her (AKSON_SHARED)",
        }
    return {"words": WORDS[number], "state": "failed" if wrong else "passed", "why": "; ".join(wrong[:4])}


def _order(played: Played) -> list[str]:
    """Messages stand on the wire in the steps' order, and each has its receipt before the next step's message."""
    wrong = [] if played.done else ["ikke alle trinn kom"]
    place = {m["msg_id"]: n for n, m in reversed(list(enumerate(played.wire)))}
    answered = {m["answers"]: n for n, m in reversed(list(enumerate(played.wire))) if m["type"] == "APPREC"}
    own = [s for s in played.steps if s.msg_id in place and not s.step.does.endswith("-earlier")]
    for before, after in itertools.pairwise(own):
        if place[after.msg_id] < place[before.msg_id]:
            wrong.append(f"{after.step.no} gikk før {before.step.no}")
        waits = before.step.awaits in ("receipt", "refused", "answered", "told", "promised", "arrival")
        if waits and before.status and before.msg_id != after.msg_id:
            came = answered.get(before.msg_id)
            if came is None or came > place[after.msg_id]:
                wrong.append(f"{before.step.no} hadde ikke kvittering før {after.step.no}")
    return wrong


def _fields(played: Played, seen: Seen | None) -> list[str] | None:
    checked = [b for h in played.books.values() for b in h["received"]]
    if any(b["valid"] is None for b in checked):
        return None
    wrong = [
        f"{b['type']} er ikke gyldig, og ble tatt imot"
        for b in checked
        if not b["valid"] and b["status"] != "2"
    ]
    return wrong if seen is None else [*wrong, *_content(played, seen)]


def _content(played: Played, seen: Seen) -> list[str]:
    """Three say what each message lacks, and agree: the story's truth, our own list of what is demanded, the node."""
    truth = {s.msg_id: sorted(played.story.truth.lacks.get(s.step.no, ())) for s in played.steps if s.msg_id}
    told = {
        name.rpartition(" ")[2]: [m.partition(" (")[0] for m in all] for name, all in seen.remarks.items()
    }
    wrong = []
    for each in played.wire:
        id = each["msg_id"]
        if each["type"] == "APPREC" or any(to["apprec"] == "2" for to in each["to"]):
            continue
        wanted = truth.get(id, [])
        lacks = sorted(absent(each["type"], base64.b64decode(each["document"])))
        said = sorted(told.get(id, wanted))
        if not lacks == wanted == said:
            words = "mangler {}, skulle mangle {}, noden savner {}".format(
                *("; ".join(x) or "intet" for x in (lacks, wanted, said))
            )
            wrong.append(f"{each['type']} {id}: {words}")
    untold = [
        no
        for no in played.story.truth.lacks
        if not any(s.step.no == no and s.msg_id in told for s in played.steps)
    ]
    return [*wrong, *(f"{no}: noden har ikke meldingen" for no in untold)]


def _told(played: Played) -> list[str]:
    """At every moment: each time a hospital's screen turned to told, a positive receipt of that very message had come."""
    wrong = []
    positive = {
        m["answers"]: m["at"]
        for m in reversed(played.wire)
        if m["type"] == "APPREC" and m["status"] in ("1", "3")
    }
    for name, side in played.shown.items():
        for stay in side.get("stays", ()):
            notices = [h for h in stay["happened"] if h["what"].startswith("varslet ")]
            for told in notices:
                came = positive.get(told["what"].split()[1])
                if came is None or datetime.fromisoformat(came) > datetime.fromisoformat(told["at"]):
                    wrong.append(f"{name}: varslet uten kvittering {told['at']}")
            if stay["told"] and not notices:
                wrong.append(f"{name}: viser varslet uten at det har skjedd")
    return wrong
