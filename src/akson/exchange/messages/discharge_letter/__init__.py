"""`EPIKRISE`: the letter a hospital writes when a patient leaves it, versions 1.1 and 1.2, received.

Source: HIS 80226 (epikrise) and its schemas. The whole letter is one document, root `Message` (envelope/letters.py).
"""

from akson.exchange.messages.discharge_letter.message import MESSAGE

__all__ = ["MESSAGE"]
