"""What somebody must be told of the post itself: one item for the message officer while it lasts, ended when it is over.

    <data>/post/alarms.json     {"silent|990202|LOG_INNLAGT": "2026-11-27T03:50:00+00:00"}     what stands, and since when

The id of an item follows from what it is about and since when, and the file is written first: killed in between, the same
item is made. A person may end one while the matter lasts; it is then not made again.
"""

import json
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from akson.exchange.inbox.delivery import TASK_OPEN
from akson.exchange.inbox.directory import Directory, Resource
from akson.exchange.inbox.planning import FOLLOW_UP, TASKS
from akson.exchange.times import NORWAY
from akson.exchange.transport.folder import write_whole
from akson.record.values import Change
from akson.world import Clock

NAME = "alarms.json"
TITLE = "Varsel om posten"
POST_ALARM = "https://akson.no/fhir/NamingSystem/post-alarm"
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://akson.no/app/post-alarm")


class Alarms:
    """One process at a time. Words are bokmål, without patient data."""

    def __init__(self, folder: Path, directory: Directory, *, clock: Clock) -> None:
        self._folder = folder
        self._directory = directory
        self._clock = clock
        self._standing: dict[str, str] = _read(folder / NAME)

    async def stand(self, alarms: Mapping[str, str], *, of: str) -> None:
        """All that is wrong now of the kind `of` (how keys begin): key -> words."""
        for key, words in alarms.items():
            if key not in self._standing:
                self._standing[key] = self._clock.now().isoformat()
                self._save()
                await self._make(_id(key, self._standing[key]), key, words)
        over = [key for key in self._standing if key.startswith(of) and key not in alarms]
        for key in over:
            await self._end(_id(key, self._standing[key]))
            del self._standing[key]
            self._save()

    async def tell(self, seed: str, words: str) -> None:
        """Of something that happened once."""
        await self._make(_id(seed, ""), "", words)

    async def _make(self, id: str, key: str, words: str) -> None:
        directory = self._directory.afresh()
        tenant = directory.tenants[0]
        if await directory.read(tenant, f"Task/{id}") is None:
            task = _task(key, words, await directory.officer(tenant, None), self._now())
            await directory.session(tenant).commit([Change("POST", "Task", resource=task, given_id=id)])

    async def _end(self, id: str) -> None:
        directory = self._directory.afresh()
        tenant = directory.tenants[0]
        standing = await directory.read(tenant, f"Task/{id}")
        if standing is not None and standing.get("status") in TASK_OPEN:
            ended = {**standing, "status": "completed", "statusReason": {"text": "Det er over."}}
            version = int(standing["meta"]["versionId"])
            await directory.session(tenant).commit(
                [Change("PUT", "Task", id=id, resource=ended, if_match=version)]
            )

    def _now(self) -> str:
        return self._clock.now().astimezone(NORWAY).isoformat(timespec="seconds")

    def _save(self) -> None:
        write_whole(self._folder, NAME, json.dumps(self._standing).encode())


def _id(key: str, since: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, f"{key}|{since}"))


def _task(key: str, words: str, owner: Resource, at: str) -> dict[str, Any]:
    return {
        "resourceType": "Task",
        **({"identifier": [{"system": POST_ALARM, "value": key}]} if key else {}),
        "status": "requested",
        "intent": "order",
        "priority": "routine",
        "code": {"coding": [{"system": TASKS, "code": FOLLOW_UP}], "text": TITLE},
        "description": words,
        "authoredOn": at,
        "owner": owner,
    }


def _read(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return {k: v for k, v in found.items() if isinstance(v, str)} if isinstance(found, dict) else {}
