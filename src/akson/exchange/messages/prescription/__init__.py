"""The prescription messages that tell what a patient uses: M9.11 and M9.12, M25.1 to M25.3, M27.1 to M27.4, M28.

Source: eResept 2.5. Between a municipality and the hub they are asked and answered; each is read, shown and written here.
"""

from akson.exchange.messages.prescription.message import MESSAGES

__all__ = ["MESSAGES"]
