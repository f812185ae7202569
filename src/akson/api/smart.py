"""What apps ask beside FHIR, below /fhir: where things are, and tokens. What it means stands in akson.identity.smart.

    GET  .well-known/smart-configuration, .well-known/openid-configuration, .well-known/jwks.json
    POST auth/token, auth/introspect, auth/revoke        application/x-www-form-urlencoded

Apps in browsers ask from their own origin, so these few answers may be read by any. Spec: SMART App Launch 2.2.
"""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from akson.api.request import Disconnected, Receive, Request, Scope, read_body, read_pairs, read_request
from akson.api.statuses import status_of
from akson.fhir.codec import json
from akson.fhir.problem import Problem, ProblemKind
from akson.identity.jws import NotAccepted, claims_unverified
from akson.identity.rates import Rates
from akson.identity.smart.proving import ALGORITHMS
from akson.identity.smart.refusals import PREFIX, oauth_error, refused
from akson.identity.smart.server import AuthorizationServer, Endpoints

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PREFIXES = ("/fhir/.well-known/", "/fhir/auth/")
_FORMS = (("auth", "token"), ("auth", "introspect"), ("auth", "revoke"))
FORM = "application/x-www-form-urlencoded"
FORM_BYTES_MAX = 64 * 1024
_SCOPES = [
    *("openid", "fhirUser", "profile", "launch", "launch/patient", "launch/encounter", "online_access", "offline_access"),
    *("patient/*.rs", "patient/*.cruds", "user/*.rs", "user/*.cruds", "system/*.rs", "system/*.cruds"),
]  # fmt: skip
_CAPABILITIES = [
    *(
        "launch-ehr",
        "launch-standalone",
        "client-public",
        "client-confidential-asymmetric",
        "sso-openid-connect",
    ),
    *("context-banner", "context-ehr-patient", "context-ehr-encounter", "context-standalone-patient"),
    *("permission-patient", "permission-user", "permission-offline", "permission-online"),
    *("permission-v1", "permission-v2"),
]
_HEADERS = [
    (b"content-type", b"application/json"),
    (b"cache-control", b"no-store"),
    (b"pragma", b"no-cache"),
    (b"x-content-type-options", b"nosniff"),
    (b"access-control-allow-origin", b"*"),
]
_PREFLIGHT = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-methods", b"GET, POST"),
    (b"access-control-allow-headers", b"content-type, accept"),
    (b"access-control-max-age", b"600"),
]


class SmartEndpoints:
    """Part of the FHIR door."""

    def __init__(self, server: AuthorizationServer, base_url: str, rates: Rates) -> None:
        self._server = server
        self._rates = rates
        self._base = f"{base_url}/fhir" if base_url else ""

    def stand_at(self, path: str) -> bool:
        return path.startswith(PREFIXES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "OPTIONS":
            await _send(send, 204, b"", _PREFLIGHT)
            return
        try:
            request = read_request(scope, self._base)
            status, answer = await self._answer(request, receive, (scope.get("client") or ("",))[0])
        except Problem as problem:
            status, answer = _refusal(problem)
            headers = _HEADERS
            if problem.kind is ProblemKind.OVERLOADED:
                headers = [*_HEADERS, (b"retry-after", str(problem.retry_after_s or 1).encode())]
            await _send(send, status, json.encode(answer), headers)
            return
        except Disconnected:
            return
        await _send(send, status, b"" if answer is None else json.encode(answer), _HEADERS)

    async def _answer(
        self, request: Request, receive: Receive, address: str
    ) -> tuple[int, dict[str, Any] | None]:
        endpoints = Endpoints(request.base)
        form: dict[str, str] = {}
        if request.method == "POST" and request.path in _FORMS:
            form = await _form(request, receive)
            self._rates.entrance(address, account_of(form))
        match request.method, request.path:
            case "GET", (".well-known", "smart-configuration"):
                return 200, smart_configuration(endpoints)
            case "GET", (".well-known", "openid-configuration"):
                return 200, openid_configuration(endpoints)
            case "GET", (".well-known", "jwks.json"):
                return 200, {"keys": [self._server.jwk()]}
            case "POST", ("auth", "token"):
                return 200, await self._server.token(form, endpoints)
            case "POST", ("auth", "introspect"):
                return 200, await self._server.introspect(form, endpoints)
            case "POST", ("auth", "revoke"):
                await self._server.revoke(form, endpoints)
                return 200, {}
        return 404, {"error": "invalid_request", "error_description": "There is nothing at this address."}


def smart_configuration(endpoints: Endpoints) -> dict[str, Any]:
    return openid_configuration(endpoints) | {
        "introspection_endpoint": f"{endpoints.fhir}/auth/introspect",
        "revocation_endpoint": f"{endpoints.fhir}/auth/revoke",
        "capabilities": _CAPABILITIES,
    }


def openid_configuration(endpoints: Endpoints) -> dict[str, Any]:
    return {
        "issuer": endpoints.fhir,
        "jwks_uri": f"{endpoints.fhir}/.well-known/jwks.json",
        "authorization_endpoint": endpoints.authorize,
        "token_endpoint": endpoints.token,
        "token_endpoint_auth_methods_supported": ["private_key_jwt", "none"],
        "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "scopes_supported": _SCOPES,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
    }


def account_of(form: Mapping[str, str]) -> str:
    """Which client says it comes: by name, or by the assertion, which nobody has verified yet."""
    try:
        named = form.get("client_id") or claims_unverified(form.get("client_assertion", "")).get("sub")
    except NotAccepted:
        named = ""
    return str(named or "")


async def _form(request: Request, receive: Receive) -> dict[str, str]:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise refused("001", f"The body is not {FORM}.")
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > FORM_BYTES_MAX:
        raise refused("001", "The body is too large, or does not say how large it is.")
    pairs = read_pairs(await read_body(receive, request.headers))
    form = dict(pairs)
    if len(form) != len(pairs):
        raise refused("001", "A parameter stands twice.")
    return form


def _refusal(problem: Problem) -> tuple[int, dict[str, Any]]:
    """RFC 6749 5.2: 401 for one who has not proven who it is, else 400."""
    if problem.kind is ProblemKind.OVERLOADED:
        return status_of(problem), {
            "error": "temporarily_unavailable",
            "error_description": problem.sentence(),
            "error_id": problem.id,
        }
    status = 401 if problem.id == f"{PREFIX}010" else 400
    error = oauth_error(problem) if problem.id.startswith(PREFIX) else "invalid_request"
    return status, {"error": error, "error_description": problem.sentence(), "error_id": problem.id}


async def _send(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})
