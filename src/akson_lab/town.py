"""A hospital, a GP office and Norsk helsenett on loopback, for one municipality: `async with Town(…) as town`.

    hospital 990202   sends admission, early-notice, ready, withdrawn, discharge, discharge-report, letter; takes four types
    GP 990302         sends request and answer; takes three types, and answers each request

The hospital keeps its stays: nobody is discharged who was not admitted. A sender's model, and no more.
"""

import asyncio
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any

from akson.exchange.envelope.values import Envelope
from akson_lab import gp, hospital
from akson_lab.counterpart import Counterpart
from akson_lab.edi_client import SCOPE, EdiClient
from akson_lab.facts import Party, Shipment, Stay
from akson_lab.nhn.helseid import Client
from akson_lab.nhn.house import Nhn
from akson_lab.nhn.parties import Ability
from akson_lab.nhn.parties import Party as Registered
from akson_lab.referee import Referee

HOSPITAL, GP = 990202, 990302
NURSES, CASEWORKERS, DOCTORS = 990002, 990003, 990004
OURS = (990002, 990003, 990004)
"""Services of the municipality that has a message server."""
HOSPITAL_TAKES = {
    "DIALOG_FORESPORSEL": "1.1",
    "DIALOG_SVAR": "1.1",
    "INNLEGGELSESRAPPORT": "1.6",
    "DIALOG_HELSEFAGLIG": "1.1",
}
GP_TAKES = {"DIALOG_FORESPORSEL": "1.1", "HELSEOPPLYSNINGER_LEGE": "1.6", "ORIENTERING_TJENESTETILBUD": "1.6"}
CLIENT = "akson"
REGISTER_SCOPE = "nhn:cp-api/access-v2-dpop"
_HAVNES = Party("Havnes sykehus HF", "990201", "PLO innleggelse somatikk", str(HOSPITAL))
_TORGET = Party("Torget legesenter", "990301", "Fastlege Grete Lund", str(GP))
_PLACES = {NURSES: "Sykepleietjeneste", CASEWORKERS: "Saksbehandling", DOCTORS: "Legetjeneste"}


@dataclass(frozen=True, slots=True)
class Kind:
    """One thing the hospital sends: type, to whom, and the states of a stay that it may be told in."""

    type: str
    to: int
    told_in: tuple[str, ...]
    then: str = ""
    """State of the stay after it; "" leaves it."""


NONE, IN, READY, OUT = "none", "admitted", "ready", "discharged"
KINDS: Mapping[str, Kind] = {
    "admission": Kind("LOG_INNLAGT", NURSES, (NONE, OUT), IN),
    "early-notice": Kind("HELSEOPPL_SOKNAD", NURSES, (IN, READY)),
    "ready": Kind("LOG_UTSKRIVNINGSKLAR", CASEWORKERS, (IN,), READY),
    "withdrawn": Kind("LOG_AVMELDING", CASEWORKERS, (READY,), IN),
    "discharge": Kind("LOG_UTSKREVET", NURSES, (IN, READY), OUT),
    "discharge-report": Kind("UTSKRIVNINGSRAPPORT", NURSES, (IN, READY, OUT)),
    "letter": Kind("EPIKRISE", DOCTORS, (OUT,)),
}
GP_KINDS = ("request",)


class NotNow(Exception):
    """The sender would not send that now. Says why."""


class Town:
    """`jwk` is the public key of the node's client. `facts` are of the patient who is written about."""

    def __init__(
        self,
        jwk: Mapping[str, Any],
        facts: Stay,
        *,
        ports: tuple[int, int, int] = (0, 0, 0),
        seed: int = 0,
        patience_s: float = 30.0,
    ) -> None:
        self.nhn = Nhn(seed=seed, ports=ports)
        # Above what an earlier lab told, so that a node which has seen that does not wait for ever.
        self.nhn.messages.before = self.nhn.parties.before = int(time.time() * 10)
        self.state = NONE
        self._jwk, self._facts, self._patience_s = jwk, facts, patience_s
        self._lives: list[asyncio.Task[None]] = []
        self.houses: dict[str, Counterpart] = {}

    async def __aenter__(self) -> "Town":
        await self.nhn.start()
        self.nhn.parties.put_all(_parties(), self.nhn.clock.now())
        scopes = frozenset({SCOPE, REGISTER_SCOPE})
        self.nhn.helseid.register(Client(CLIENT, self._jwk, scopes, frozenset(OURS)))
        referee = Referee.of_this_machine()
        for name, her, takes in (("hospital", HOSPITAL, HOSPITAL_TAKES), ("gp", GP, GP_TAKES)):
            client = EdiClient(self.nhn.helseid_address, self.nhn.message_server_address, name)
            self.nhn.helseid.register(Client(name, client.jwk, scopes, frozenset({her})))
            made = Counterpart(name, her, frozenset(takes), client, referee, patience_s=self._patience_s)
            self.houses[name] = made
            self._lives.append(asyncio.create_task(made.live(), name=name))
        self.houses["gp"].accepted = self._gp_has
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for life in self._lives:
            life.cancel()
        for life in self._lives:
            with suppress(asyncio.CancelledError):
                await life
        for house in self.houses.values():
            await house.client.close()
        await self.nhn.stop()

    def send(self, kind: str) -> str:
        """Gives the MsgId. Raises NotNow, KeyError for what nobody here sends."""
        if kind in GP_KINDS:
            facts = self._now(_TORGET, NURSES)
            id = str(uuid.uuid4())
            document = gp.request_message(
                facts, Shipment(id), topic="Medisiner", text="Hvilke legemidler får hun nå av dere?"
            )
            self.houses["gp"].send(id, "DIALOG_FORESPORSEL", NURSES, document)
            return id
        told = KINDS[kind]
        if self.state not in told.told_in:
            raise NotNow(f"The stay is {self.state}; {kind} is told when it is {' or '.join(told.told_in)}.")
        id = str(uuid.uuid4())
        document = self._document(kind, self._now(_HAVNES, told.to), Shipment(id))
        self.houses["hospital"].send(id, told.type, told.to, document)
        self.state = told.then or self.state
        return id

    def told(self) -> dict[str, Any]:
        books = {name: house.told() for name, house in self.houses.items()}
        return {"stay": self.state, "faults": self.nhn.faults.told(), "houses": books}

    def _document(self, kind: str, facts: Stay, shipment: Shipment) -> bytes:
        now = facts.sent_at
        match kind:
            case "admission":
                return hospital.admission_message(facts, shipment)
            case "early-notice":
                return hospital.early_notice(facts, shipment, expected=now + timedelta(days=4))
            case "ready":
                return hospital.ready_message(facts, shipment, ready_at=now)
            case "withdrawn":
                return hospital.withdrawn_message(facts, shipment, at=now)
            case "discharge":
                return hospital.discharge_message(facts, shipment, discharged_at=now)
            case "discharge-report":
                return hospital.discharge_report(
                    facts, shipment, text="Går med rullator. Sår skiftes annenhver dag."
                )
        return hospital.discharge_letter(facts, shipment, ended_at=now)

    def _now(self, sender: Party, to: int) -> Stay:
        now = datetime.now().astimezone()
        if self.state in (NONE, OUT):
            self._facts = replace(self._facts, admitted_at=now - timedelta(minutes=50))
        receiver = Party("Storvik kommune", "990001", _PLACES[to], str(to))
        return replace(self._facts, sender=sender, receiver=receiver, sent_at=now)

    def _gp_has(self, envelope: Envelope) -> None:
        """A request is answered, to whoever asked, about whom it was about."""
        if envelope.type.v != "DIALOG_FORESPORSEL" or not envelope.sender.her.isdecimal():
            return
        to = int(envelope.sender.her)
        facts = self._now(_TORGET, to if to in _PLACES else NURSES)
        id = str(uuid.uuid4())
        shipment = Shipment(id, parent=envelope.msg_id, conversation=envelope.conversation or envelope.msg_id)
        document = gp.answer_message(
            facts, shipment, topic="Svar", text="Det er i orden. Ny resept er sendt."
        )
        self.houses["gp"].send(id, "DIALOG_SVAR", to, document)


def _parties() -> list[Registered]:
    def able(takes: Mapping[str, str], sends: Mapping[str, str]) -> tuple[Ability, ...]:
        names = {*takes.items(), *sends.items()}
        return tuple(
            Ability(type, version, sends=sends.get(type) == version, receives=takes.get(type) == version)
            for type, version in sorted(names)
        )

    told = {kind.type: "1.2" if kind.type == "EPIKRISE" else "1.6" for kind in KINDS.values()}
    talk = {"DIALOG_SVAR": "1.1", "DIALOG_FORESPORSEL": "1.1"}
    everything = {**told, **talk}
    return [
        Registered(990201, "Havnes sykehus HF", "Organization", number="983974778"),
        Registered(
            HOSPITAL,
            _HAVNES.service,
            "Service",
            990201,
            service=(8668, "1"),
            abilities=able(HOSPITAL_TAKES, told),
        ),
        Registered(990301, "Torget legesenter", "Organization", number="999944999"),
        Registered(GP, _TORGET.service, "Person", 990301, hpr="9900003", abilities=able(GP_TAKES, talk)),
        Registered(990001, "Storvik kommune", "Organization", number="997651000"),
        *(
            Registered(
                her, name, "Service", 990001, service=(8663, "25"), abilities=able(everything, HOSPITAL_TAKES)
            )
            for her, name in _PLACES.items()
        ),
    ]
