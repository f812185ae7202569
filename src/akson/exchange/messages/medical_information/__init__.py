"""`MEDISINSKE_OPPLYSNINGER`: the doctor tells the care service, unasked or as an answer.

Source: HIS 1147.
"""

from akson.exchange.messages.medical_information.message import MESSAGE

__all__ = ["MESSAGE"]
