"""What has been set aside, as the page shows it."""

from datetime import datetime

from akson.care.fhir_json import Resource, code_in, concept_text, display, instant
from akson.web.shell import words
from akson.web.workspace.advice.view import REASONS, AsideRow

REASON = "https://akson.no/fhir/CodeSystem/advice-override"


def aside_row(issue: Resource, now: datetime) -> AsideRow:
    mitigation = (issue.get("mitigation") or [{}])[0]
    at = instant(mitigation.get("date") or issue.get("identifiedDateTime"))
    return AsideRow(
        title=concept_text(issue.get("code")),
        reason=REASONS.get(code_in(mitigation.get("action"), REASON), concept_text(mitigation.get("action"))),
        comment=str(issue.get("detail") or ""),
        who=display(mitigation.get("author")),
        when=words.moment(at, now) if at else "",
    )
