"""Orientering om tjenestetilbud, as a type of the post."""

from akson.exchange.components.care_message import CareInformation
from akson.exchange.messages.service_notice.format import VERSIONS

MESSAGE = CareInformation(
    code="ORIENTERING_TJENESTETILBUD",
    words="Orientering om tjenestetilbud",
    title="Orientering om tjenestetilbud",
    task="service-notice",
    versions=VERSIONS,
)
