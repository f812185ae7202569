"""Whether she lives in an institution, where somebody is there around the clock: from EpisodeOfCare coded in 9151.

    EpisodeOfCare type 21 (langtidsopphold), active, 2025-03-01 –   ->   Residence(2025-03-01, None, Storvik sykehjem)

Code list: https://volven.no (OID 2.16.578.1.12.4.1.1.9151). A bed that was promised after a hospital is `casework.absences`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from akson.care.fhir_json import Resource, instant

ROUND_THE_CLOCK = ("18", "19", "20", "21", "25")
"""Stays for assessment, rehabilitation and other; long stays; municipal emergency beds. Not by day or by night alone."""
RUNNING = ("active", "onhold", "finished")
_LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Residence:
    """[start, end)."""

    start: datetime
    end: datetime | None
    unit: Resource | None
    """Reference to whoever runs the place."""

    def covers(self, at: datetime) -> bool:
        return self.start <= at and (self.end is None or at < self.end)


def residences(episodes: Iterable[Resource]) -> tuple[Residence, ...]:
    """The newest last. One that is over without a time of its end covers nothing."""
    found = []
    for episode in episodes:
        period = episode.get("period") or {}
        end = instant(period.get("end"))
        over = episode.get("status") == "finished" and end is None
        if episode.get("status") in RUNNING and not over and _codes(episode) & {*ROUND_THE_CLOCK}:
            found.append(
                Residence(instant(period.get("start")) or _LONG_AGO, end, episode.get("managingOrganization"))
            )
    return tuple(sorted(found, key=lambda one: one.start))


def _codes(episode: Resource) -> set[str]:
    """Of 9151, which has three URIs in live data; all end alike."""
    codings = [c for type in episode.get("type") or [] for c in type.get("coding") or []]
    return {str(c.get("code")) for c in codings if str(c.get("system", "")).endswith("9151")}
