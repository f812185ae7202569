"""What an app asks for when it sends a browser here: read and checked before anybody is shown anything. Pure but for files.

Whether the user says yes is the page's. Spec: https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html; RFC 7636.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from akson.access.scopes import AppScope, meet, read_scopes
from akson.fhir.problem import Problem
from akson.identity.smart.clients import Client, Clients, Kind
from akson.identity.smart.refusals import oauth_error, refused

PARAMETERS = frozenset(
    {
        "response_type", "client_id", "redirect_uri", "scope", "state", "aud", "launch", "nonce",
        "code_challenge", "code_challenge_method",
    }
)  # fmt: skip
STATE_CHARACTERS_MAX = 500
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Asking:
    client: Client
    redirect_uri: str
    state: str
    scopes: tuple[AppScope, ...]
    """What is asked and the app may be given."""
    words: tuple[str, ...]
    """`openid`, `launch/patient`, `offline_access`, …"""
    challenge: str
    launch: str
    """Handle of the launch from our own workspace; "" when the app began by itself."""
    nonce: str
    issuer: str
    """What this server is called: it stands in every answer, so that an app of two servers cannot mix them up (RFC 9207)."""

    @property
    def needs_patient(self) -> bool:
        return "launch/patient" in self.words or any(scope.context == "patient" for scope in self.scopes)

    def way_back(self, **answer: str) -> str:
        """The address that the browser is sent to, with the answer."""
        return with_answer(self.redirect_uri, **answer, state=self.state, iss=self.issuer)


class Refused(Exception):
    """A refusal that the app itself is told of: `problem`, and the address that says so."""

    def __init__(self, problem: Problem, way_back: str) -> None:
        super().__init__(problem.id)
        self.problem = problem
        self.way_back = way_back


def with_answer(uri: str, **answer: str) -> str:
    return f"{uri}{'&' if '?' in uri else '?'}{urlencode({k: v for k, v in answer.items() if v})}"


def asking(parameters: Pairs, clients: Clients, *, fhir: str) -> Asking:
    """`fhir`: this server's FHIR address. Raises Problem AKS-SMART-002, 003 when there is no way back, else Refused."""
    given = dict(parameters)
    client = clients.find(given.get("client_id"))
    if client is None or client.kind is Kind.SERVICE:
        raise refused("002", "The app is not known here.", now="Ask the municipality to register it.")
    uri = given.get("redirect_uri", "")
    # Equal to the letter: a prefix, or another port, may be somebody else's.
    if uri not in client.redirect_uris:
        raise refused("003", "The app wants to be answered at an address that is not registered.")
    state = given.get("state", "")
    try:
        return _checked(parameters, given, client, fhir)
    except Problem as problem:
        # What goes out names the error alone; why stands in our own words and holds nothing of a patient.
        answer = {"error": oauth_error(problem), "error_description": problem.what}
        answer |= {"state": state[:STATE_CHARACTERS_MAX], "iss": fhir}
        raise Refused(problem, with_answer(uri, **answer)) from problem


def _checked(parameters: Pairs, given: dict[str, str], client: Client, fhir: str) -> Asking:
    names = [name for name, _ in parameters if name in PARAMETERS]
    if len(set(names)) != len(names):
        raise refused("001", "A parameter stands twice.")
    if given.get("response_type") != "code":
        raise refused("004", "Only response_type=code is offered.")
    state = given.get("state", "")
    if not 0 < len(state) <= STATE_CHARACTERS_MAX:
        raise refused("001", "The parameter state is missing or too long.")
    if given.get("aud", "").rstrip("/") != fhir:
        raise refused("007", "The parameter aud is not this server's FHIR address.")
    if given.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(
        given.get("code_challenge", "")
    ):
        raise refused("006", "PKCE with S256 is required.")
    scopes, words = granted(given.get("scope", ""), client)
    launch = given.get("launch", "")
    if ("launch" in words) != bool(launch):
        raise refused("008", "The scope launch and the parameter launch belong together.")
    return Asking(
        client=client,
        redirect_uri=given["redirect_uri"],
        state=state,
        scopes=scopes,
        words=words,
        challenge=given["code_challenge"],
        launch=launch,
        nonce=given.get("nonce", "")[:STATE_CHARACTERS_MAX],
        issuer=fhir,
    )


def granted(text: str, client: Client) -> tuple[tuple[AppScope, ...], tuple[str, ...]]:
    """What is asked, as far as the app may have it. Raises Problem AKS-SMART-005."""
    try:
        asked, asked_words = read_scopes(text)
    except Problem as odd:
        raise refused("005", "The scopes cannot be read.", odd.why) from odd
    allowed, allowed_words = client.allowed
    scopes = meet(asked, allowed)
    words = tuple(word for word in asked_words if word in allowed_words)
    if not scopes and "openid" not in words:
        raise refused("005", "Nothing of what is asked may be given to this app.")
    return scopes, words
