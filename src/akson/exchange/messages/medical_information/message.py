"""Medisinske opplysninger, as a type of the post."""

from akson.exchange.components.care_message import CareInformation
from akson.exchange.messages.medical_information.format import VERSIONS

MESSAGE = CareInformation(
    code="MEDISINSKE_OPPLYSNINGER",
    words="Medisinske opplysninger",
    title="Medisinske opplysninger fra lege",
    task="medical-information",
    versions=VERSIONS,
)
