"""Items for the message officer about originals that reached no patient: nothing is swallowed, everything has an owner."""

import uuid
from datetime import datetime

from akson.exchange.inbox.directory import Resource
from akson.exchange.inbox.planning import FOLLOW_UP, TASKS, Made
from akson.exchange.times import NORWAY
from akson.store.post import InboxItem

INBOX_ITEM = "https://akson.no/fhir/NamingSystem/post-inbox"
ODD = "Konvolutten rundt en melding kan ikke stoles på."
DISTRUSTED = {
    "S01": "En melding har en signatur som ikke stemmer. Ring avsenderen på et nummer du kjenner.",
    "S02": "En melding er signert med et sertifikat som ikke gjelder. Avsenderen må fornye sertifikatet.",
    "S03": "En melding er signert med et sertifikat som er trukket tilbake. Ring avsenderen på et nummer du kjenner.",
    "E10": "En meldings-id er brukt før, på en melding med annet innhold.",
    "T01": "En melding kan ikke leses.",
}
"""8221, as a transport found it -> what the message officer is told."""
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://akson.no/exchange/officer")


def item_for(item: InboxItem, words: str, tenant: int, owner: Resource) -> Made:
    """No patient data: the original is named by its number in the inbox."""
    told = item.received_at.astimezone(NORWAY)
    description = f"{words} Mottatt {told:%d.%m.%Y kl. %H.%M}, nummer {item.id} i meldingsmottaket."
    return _made(f"{tenant}|{item.id}|{item.digest.hex()}", str(item.id), description, told, owner)


def item_for_file(name: str, words: str, tenant: int, at: datetime, owner: Resource) -> Made:
    """For a file that was never stored. Its name may hold anything, and is not told."""
    return _made(f"{tenant}|file|{name}", "", words, at.astimezone(NORWAY), owner)


def _made(seed: str, number: str, description: str, at: datetime, owner: Resource) -> Made:
    resource: Resource = {
        "resourceType": "Task",
        **({"identifier": [{"system": INBOX_ITEM, "value": number}]} if number else {}),
        "status": "requested",
        "intent": "order",
        "priority": "routine",
        "code": {"coding": [{"system": TASKS, "code": FOLLOW_UP}], "text": "Melding som ikke kom fram"},
        "description": description,
        "authoredOn": at.isoformat(timespec="seconds"),
        "owner": owner,
    }
    return Made(str(uuid.uuid5(_NAMESPACE, seed)), resource)
