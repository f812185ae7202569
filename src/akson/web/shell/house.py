"""What every screen is handed: the house it stands in, the visit it serves, and the shape it must have.

A screen is a name, an audience and its ways (path, method, handler); `akson.web.screens` lists them all.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from starlette.requests import Request
from starlette.responses import Response

from akson.access.actor import Actor, ActorKind, PurposeOfUse
from akson.analytics.reports.adoption.reports import AdoptionReports
from akson.care.contacts.letters import ReadsPost
from akson.care.decisionsupport.rules import Rules
from akson.care.decisionsupport.rules import load as load_rules
from akson.identity.openid.client import OpenIdClient
from akson.identity.openid.pending import PendingLogins
from akson.identity.openid.person import Person
from akson.identity.rates import Rates, unlimited
from akson.identity.sessions import Sessions, WebSession
from akson.identity.sessions.proofs import Asked
from akson.identity.smart.server import AuthorizationServer
from akson.record.session import RecordSession
from akson.sharing.documents.declared import declared
from akson.sharing.documents.entry import Community
from akson.sharing.moves.moves import Moves
from akson.sharing.plan.plans import SharedPlans
from akson.web.shell.advisers import Advisers
from akson.web.shell.documents import Elsewhere
from akson.web.shell.forms import PROOF_FIELD as PROOF_FIELD
from akson.web.shell.forms import checked_fields
from akson.web.shell.letters import Letters
from akson.web.shell.neighbours import Neighbours
from akson.web.shell.replanning import Replans
from akson.web.shell.uploads import Upload, checked_form
from akson.world import Clock, Random

if TYPE_CHECKING:
    from akson.web.shell.pages import Pages
    from akson.web.shell.post_desk import PostDesk


class Opens(Protocol):
    """The door as screens use it: `akson.record.Record`."""

    def open(self, actor: Actor, purpose_of_use: PurposeOfUse) -> RecordSession: ...


@dataclass(frozen=True, slots=True)
class NodeName:
    """What the municipality is called at the top of each page."""

    name: str


@dataclass(frozen=True, slots=True)
class CastMember:
    """One who can be chosen at a demo login. `hint` tells a newcomer why: `har relasjon til Astrid`."""

    actor: Actor
    hint: str = ""


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """The demo issuer. A node that has it says so on its login page."""

    cast: tuple[CastMember, ...]
    story: str = ""
    """What a newcomer may try first, in one or two sentences."""

    def find(self, id: str) -> CastMember | None:
        return next((member for member in self.cast if member.actor.id == id), None)


class Receives(Protocol):
    """From one who has logged in elsewhere to those she may act as here: `akson.app.reception.Reception`."""

    async def actors(self, person: Person) -> tuple[Actor, ...]: ...

    async def holds(self, actor: Actor) -> bool: ...


@dataclass(frozen=True, slots=True)
class OpenIdLogin:
    """Login at issuers. Empty on a node that has none."""

    clients: Mapping[str, OpenIdClient]
    """By the issuer's id, in the order of the file."""
    pending: PendingLogins
    reception: Receives
    random: Random


@dataclass(frozen=True, slots=True)
class House:
    record: Opens
    sessions: Sessions
    clock: Clock
    node: NodeName
    login: DemoLogin | None
    issuers: OpenIdLogin | None
    pages: "Pages"
    apps: AuthorizationServer | None = None
    """What stands behind apps; None on a node without any."""
    fhir: str = ""
    """The FHIR address that others know this node by; "" when it is whatever they call us."""
    rates: Rates = field(default_factory=unlimited)
    post: "PostDesk | None" = None
    """What stands behind the message officer's screens; None where there is no post."""
    letters: Letters | None = None
    """Who writes and sends messages; None on a node without post."""
    reads: ReadsPost | None = None
    """Opens messages field by field; without it their words are shown as the record holds them."""
    replans: Replans | None = None
    """Finds a proposal for a day with somebody away; None where nobody does."""
    advisers: Advisers | None = None
    """Asks other services for advice; None where there are none."""
    neighbours: Neighbours | None = None
    """Asks other enterprises about a patient; None on a node that knows none."""
    elsewhere: Elsewhere | None = None
    """Asks other communities for documents; None where nobody is asked."""
    adoption: AdoptionReports | None = None
    """Counts who exchanges which messages; None where nothing is counted."""
    adoption_open: bool = False
    """Whether anybody may see those numbers; else the message officer alone."""
    rules: Rules = field(default_factory=load_rules)
    """What advice is given by: our own rules, and those of a register that was imported."""
    plans: SharedPlans | None = None
    """The plans that several organisations edit; None where there are none."""
    moves: Moves | None = None
    """Moves between municipalities; None on a node that knows no other."""
    shares_as: Community | None = None
    """Whose documents ours are, as documents.toml says."""

    @property
    def community(self) -> Community:
        return self.shares_as or declared({}, self.node.name).community


class Audience(StrEnum):
    ANYONE = "anyone"
    """Nobody needs to be logged in."""
    STAFF = "staff"
    CITIZEN = "citizen"
    """The citizen herself, or one with power of attorney."""


PROOF_HEADER = "akson-proof"
PRIVACY_OFFICER = "privacy-officer"
"""The one role at work with the access log of everyone, and with nothing else of the record."""
MESSAGE_OFFICER = "message-officer"
"""The one role at work with the post itself: where messages are, never what they say."""
STAFF_KINDS = (ActorKind.PRACTITIONER,)
CITIZEN_KINDS = (ActorKind.CITIZEN, ActorKind.PROXY)


@dataclass(frozen=True, slots=True)
class Visit:
    """One request by one who is logged in."""

    request: Request
    house: House
    session: WebSession
    cookie: str

    @property
    def actor(self) -> Actor:
        return self.session.actor

    def open(self, purpose: PurposeOfUse | None = None) -> RecordSession:
        """The record, opened for `purpose`, or for the one that follows from who is asking."""
        citizen = self.actor.kind in CITIZEN_KINDS
        usual = PurposeOfUse.PATIENT_REQUEST if citizen else PurposeOfUse.TREATMENT
        return self.house.record.open(self.actor, purpose or usual)

    async def form(self) -> dict[str, str]:
        """The fields of the form she sent.

        Raises Problem: FORBIDDEN when it is not one of ours; UNAUTHENTICATED AKS-SESSION-001/002 when her session is
        bound to a browser and this is not it.
        """
        fields = await checked_fields(self.request, self.session.form_key)
        self._prove(fields)
        return fields

    async def form_with_files(self) -> tuple[dict[str, str], tuple[Upload, ...]]:
        """As `form`, for the one who may send files too."""
        fields, files = await checked_form(self.request, self.session.form_key)
        self._prove(fields)
        return fields, files

    def _prove(self, fields: dict[str, str]) -> None:
        if self.session.device:
            proof = self.request.headers.get(PROOF_HEADER) or fields.get(PROOF_FIELD, "")
            self.house.sessions.prove(self.cookie, proof, asked(self.request, self.session.id))


def asked(request: Request, session: str) -> Asked:
    """What a proof must be for, when it comes with this request."""
    return Asked(request.method, request.url.path, session)


Handler = Callable[[Visit], Awaitable[Response]]
OpenHandler = Callable[[Request, House], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Way:
    """One path of a screen. `method` is GET or POST; a POST always changes something."""

    path: str
    handler: Handler | OpenHandler
    method: str = "GET"


@dataclass(frozen=True, slots=True)
class Screen:
    name: str
    """Its folder, dotted: `workspace.inbox`."""
    audience: Audience
    ways: tuple[Way, ...]
