"""The register over HTTP: NHN's CommunicationParty API as https://utviklerportal.nhn.no describes it (02.2026).

    GET /communicationparty/{herId}                 one entry, or 404
    GET /event?fromSequenceNumber=N                 slim events from N on: [{"sequenceNumber": N, "herId": …}]
    GET /export                                     {"lastSequenceNumber": N, …}: where the feed begins
    GET /profile/{herId}                            CPP of the party, XML (CPPA service)

What a body means is `reading`'s.
"""

from dataclasses import dataclass

from akson.exchange.nhn.api import NhnApi, NoAnswer, Reply


@dataclass(frozen=True, slots=True)
class Event:
    sequence: int
    her: int


class AddressRegister:
    def __init__(self, api: NhnApi) -> None:
        self._api = api

    async def entry(self, her: int) -> bytes | None:
        """As it was given; None when there is nobody of that number. Raises NoAnswer."""
        reply = await self._api.ask("GET", f"/communicationparty/{her}")
        return None if reply.status == 404 else _body(reply)

    async def profile(self, her: int) -> bytes | None:
        """The CPP, XML; None when the party has none. Raises NoAnswer."""
        reply = await self._api.ask("GET", f"/profile/{her}")
        return None if reply.status == 404 else _body(reply)

    async def newest(self) -> int:
        """Sequence number of the last event there is. Raises NoAnswer."""
        reply = await self._api.ask("GET", "/export")
        _body(reply)
        told = reply.json()
        number = told.get("lastSequenceNumber") if isinstance(told, dict) else None
        if not isinstance(number, int):
            raise NoAnswer("The address register's export cannot be read.")
        return number

    async def events(self, since: int) -> list[Event]:
        """Those after `since`, in order; [] when there are no more. Raises NoAnswer."""
        query = [("fromSequenceNumber", str(since + 1))]
        reply = await self._api.ask("GET", "/event", query=query)
        _body(reply)
        told = reply.json()
        listed = told.get("events", ()) if isinstance(told, dict) else told
        try:
            return [Event(int(each["sequenceNumber"]), int(each["herId"])) for each in listed]
        except (TypeError, KeyError, ValueError) as odd:
            raise NoAnswer("The address register's events cannot be read.") from odd


def _body(reply: Reply) -> bytes:
    if reply.status != 200:
        raise NoAnswer(f"The address register refuses ({reply.error}).")
    return reply.body
