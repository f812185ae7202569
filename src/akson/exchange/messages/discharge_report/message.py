"""Utskrivningsrapport, as a type of the post."""

from akson.exchange.components.care_message import CareInformation
from akson.exchange.messages.discharge_report.format import VERSIONS

MESSAGE = CareInformation(
    code="UTSKRIVNINGSRAPPORT",
    words="Utskrivningsrapport",
    title="Utskrivningsrapport",
    task="discharge-report",
    versions=VERSIONS,
)
