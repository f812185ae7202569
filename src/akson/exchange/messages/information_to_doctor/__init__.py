"""`HELSEOPPLYSNINGER_LEGE`: the care service asks a doctor to assess, or tells how it goes.

Source: HIS 1145. A preliminary answer is due when the whole takes more than three days.
"""

from akson.exchange.messages.information_to_doctor.message import MESSAGE

__all__ = ["MESSAGE"]
