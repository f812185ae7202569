"""Helseopplysninger, as a type of the post."""

from akson.exchange.components.care_message import CareInformation
from akson.exchange.messages.health_information.format import VERSIONS

MESSAGE = CareInformation(
    code="HELSEOPPL_SOKNAD",
    words="Helseopplysninger",
    title="Helseopplysninger fra sykehus",
    task="health-information",
    versions=VERSIONS,
)
