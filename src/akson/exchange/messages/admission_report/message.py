"""Innleggelsesrapport, as a type of the post."""

from akson.exchange.components.care_message import CareInformation
from akson.exchange.messages.admission_report.format import VERSIONS

MESSAGE = CareInformation(
    code="INNLEGGELSESRAPPORT",
    words="Innleggelsesrapport",
    title="Innleggelsesrapport",
    task="admission-report",
    versions=VERSIONS,
)
