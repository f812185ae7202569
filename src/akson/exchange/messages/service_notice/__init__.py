"""`ORIENTERING_TJENESTETILBUD`: case officers tell the doctor which services somebody has.

Source: HIS 1146. Sent when a decision goes to the patient, when it changes, and when asked for.
"""

from akson.exchange.messages.service_notice.message import MESSAGE

__all__ = ["MESSAGE"]
