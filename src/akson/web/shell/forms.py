"""Whether a form really comes from our own page: its origin, and a token bound to the session.

The token is an HMAC with the session's form key, which no other site can know; a session that is its cookie has it as key.
Source: OWASP Cross-Site Request Forgery Prevention. What a form means does not belong here.
"""

import hashlib
import hmac
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request

from akson.fhir.problem import Problem, ProblemKind

FIELD = "token"
_LABEL = b"akson form token"
PROOF_FIELD = "proof"
"""Where a plain form carries what htmx and fetch send as a header."""
SECRETS = ("pin", "igjen")
"""Fields that no page ever repeats."""
FORM_TYPE = "application/x-www-form-urlencoded"
FORM_FIELDS_MAX = 500
"""A list of medicines has some fields for each line; a long one is forty lines."""
FORM_BYTES_MAX = 64 * 1024


def token(form_key: str) -> str:
    """The token for forms shown in the session that has this form key."""
    return hmac.new(form_key.encode(), _LABEL, hashlib.sha256).hexdigest()


def refusal(id: str) -> Problem:
    return Problem(
        ProblemKind.FORBIDDEN,
        id,
        "Skjemaet ble ikke godtatt.",
        why="Det kom ikke fra en side Akson har vist deg i denne innloggingen.",
        now="Gå tilbake, last siden på nytt og prøv igjen.",
    )


def unreadable() -> Problem:
    return Problem(
        ProblemKind.MALFORMED,
        "AKS-WEB-006",
        "Skjemaet kunne ikke leses.",
        why="Nettleseren sendte det i en form Akson ikke bruker.",
        now="Gå tilbake og prøv igjen.",
    )


def require_own_origin(request: Request) -> None:
    """Refuse what another site sends. Sec-Fetch-Site where the browser gives it, and Origin.

    Raises: Problem(FORBIDDEN, AKS-WEB-001).
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        raise refusal("AKS-WEB-001")
    origin = request.headers.get("origin")
    if origin and urlsplit(origin).netloc != request.headers.get("host"):
        raise refusal("AKS-WEB-001")


async def _body(request: Request) -> bytes:
    """Counted as it comes: a length that is not given, or not true, must not fill the memory."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > FORM_BYTES_MAX:
            raise Problem(
                ProblemKind.TOO_LARGE,
                "AKS-WEB-003",
                "Skjemaet er for stort.",
                why="Akson tar imot høyst 64 kB tekst i ett skjema.",
                now="Gå tilbake og send mindre tekst.",
            )
    return bytes(body)


async def fields(request: Request) -> dict[str, str]:
    """The text fields of a form.

    Raises: Problem(TOO_LARGE, AKS-WEB-003) beyond 64 KB, which no form of ours reaches; (MALFORMED, AKS-WEB-006)
    when it is no form of ours.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM_TYPE:
        raise unreadable()
    text = (await _body(request)).decode("utf-8", "replace")
    try:
        given = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=FORM_FIELDS_MAX))
    except ValueError:
        raise unreadable() from None
    request.state.sent = given
    return given


def sent(request: Request) -> dict[str, str]:
    """The fields that were read of a form, without what belongs to one sending alone: for a page that offers to send it
    again. Empty when there were none, and for forms with a secret in them."""
    given: dict[str, str] = getattr(request.state, "sent", {})
    if any(name in given for name in SECRETS):
        return {}
    return {name: value for name, value in given.items() if name not in (FIELD, PROOF_FIELD)}


async def checked_fields(request: Request, form_key: str) -> dict[str, str]:
    """The fields of a form that was shown in the session that has this form key.

    Raises: Problem(FORBIDDEN, AKS-WEB-001) from another site, (FORBIDDEN, AKS-WEB-002) without the right token.
    """
    require_own_origin(request)
    given = await fields(request)
    if not hmac.compare_digest(given.get(FIELD, "").encode(), token(form_key).encode()):
        raise refusal("AKS-WEB-002")
    return given
